//! Decisions that people heard, and the requests that they answer.

use super::*;

fn granted(services: &[(&str, i64)]) -> DecisionByHand {
    DecisionByHand::Granted {
        number: "AUTH9".parse().unwrap(),
        from: day("2026-03-01"),
        to: day("2026-05-31"),
        services: services
            .iter()
            .map(|(code, units)| (code.parse().unwrap(), Decimal::from(*units)))
            .collect(),
    }
}

fn heard(visit: Option<&str>, decision: DecisionByHand) -> AuthorizationByHand {
    AuthorizationByHand {
        about: AuthorizationAbout::New {
            patient: "P-7".parse().unwrap(),
            payer: None,
            visit: visit.map(|visit| visit.parse().unwrap()),
            kind: AuthorizationKind::PriorAuthorization,
        },
        way: AuthorizationWay::Phone,
        reference: None,
        decision,
    }
}

/// An office in which each of these visits waits to be asked about.
fn waiting(visits: &[(&str, &[(&str, i64)])]) -> Office {
    let mut office = Office::new(WANTS_ALL);
    for (id, planned) in visits {
        office.keep("2026-03-02", visit(id, "2026-03-20", planned));
        office.check("2026-03-02", id);
    }
    office
}

fn keep(office: &mut Office, heard: &AuthorizationByHand) -> Result<AuthorizationOnFile, String> {
    office.on("2026-03-03", |desk| {
        record(desk, heard).map_err(|error| error.to_string())
    })
}

#[test]
fn a_decision_without_a_visit_answers_the_open_request_for_the_service() {
    for named in [&[("G0151", 4)][..], &[]] {
        for decision in [
            granted(named),
            DecisionByHand::NotRequired,
            DecisionByHand::Refused {
                reason: "not medically necessary".to_owned(),
            },
        ] {
            let mut office = waiting(&[("V-1", &[("G0151", 4)])]);
            let asked = office.only();
            let kept = keep(&mut office, &heard(None, decision)).unwrap();
            assert_eq!(kept.id, asked.id);
            assert_ne!(
                office.only().authorization.status,
                AuthorizationStatus::Required
            );
            assert!(office.ask("2026-03-04").is_empty());
        }
    }
}

#[test]
fn a_decision_that_two_requests_could_mean_is_asked_about() {
    let mut office = waiting(&[("V-1", &[("G0151", 4)]), ("V-2", &[("G0151", 4)])]);
    let wanted = office.all();
    let error = keep(&mut office, &heard(None, granted(&[("G0151", 4)]))).unwrap_err();
    for held in &wanted {
        assert!(error.contains(held.id.as_str()), "{error}");
    }
    let kept = keep(&mut office, &heard(Some("V-2"), granted(&[("G0151", 4)]))).unwrap();
    assert_eq!(kept.encounter, "V-2".parse().ok());
    let left = office.ask("2026-03-04");
    assert_eq!(left.len(), 1, "the other one is still asked for");
}

#[test]
fn a_decision_about_another_service_is_an_authorization_of_its_own() {
    let mut office = waiting(&[("V-1", &[("G0151", 4)])]);
    keep(&mut office, &heard(None, granted(&[("J0897", 60)]))).unwrap();
    assert_eq!(office.all().len(), 2);
    assert_eq!(office.ask("2026-03-04").len(), 1);
}

#[test]
fn an_approval_with_units_for_several_visits_answers_for_them_all() {
    let mut office = waiting(&[("V-1", &[("G0151", 4)]), ("V-2", &[("G0151", 4)])]);
    keep(&mut office, &heard(Some("V-1"), granted(&[("G0151", 8)]))).unwrap();
    assert!(office.ask("2026-03-04").is_empty());
    let approved = office
        .all()
        .into_iter()
        .find(|held| held.authorization.status == AuthorizationStatus::Approved);
    let visits = approved.unwrap().authorization.visits.clone();
    assert_eq!(visits, ["V-2".parse().unwrap()]);

    let mut office = waiting(&[("V-1", &[("G0151", 4)]), ("V-2", &[("G0151", 4)])]);
    keep(&mut office, &heard(Some("V-1"), granted(&[("G0151", 6)]))).unwrap();
    assert_eq!(
        office.ask("2026-03-04").len(),
        1,
        "two units are left of four"
    );
}

#[test]
fn what_was_asked_for_and_not_granted_is_told() {
    let mut office = waiting(&[("V-1", &[("G0151", 4), ("J0897", 60)])]);
    keep(&mut office, &heard(None, granted(&[("G0151", 4)]))).unwrap();
    let reasons = office.reasons();
    assert!(
        reasons
            .iter()
            .any(|reason| reason.starts_with("J0897 was asked for too")),
        "{reasons:?}"
    );
}
