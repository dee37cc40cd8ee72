//! Units counted down by claims.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// A claim of the patient, that names the authorization.
fn claim(id: &str, units: i64) -> Claim {
    let mut claim = sample::claim(id, 100);
    claim.patient = patient("SUMMIT").person.clone();
    claim.coverages[0].payer = Some("SUMMIT".parse().unwrap());
    claim.authorization = Some("AUTH1".to_owned());
    claim.lines[0].procedure = Some(scrubjay_model::AsSent::read("G0151"));
    claim.lines[0].units = Decimal::from(units);
    claim
}

fn make(office: &mut Office, claim: &Claim) {
    let event = Event::ClaimCreated {
        claim: Box::new(claim.clone()),
        payer: "summit".to_owned(),
        replaces: None,
    };
    office.on("2026-03-02", |desk| {
        desk.record(&event).unwrap();
        desk.move_claim(&claim.id, Move::Work(Work::Ready)).unwrap();
    });
}

/// As a batch does it.
fn send(desk: &mut Desk<'_>, claim: &ClaimId) {
    let row = desk.tx.claim(claim).unwrap().unwrap();
    if row.status.work != Work::Ready {
        return;
    }
    let document = desk.tx.claim_document(claim).unwrap().unwrap();
    desk.move_claim(claim, Move::Work(Work::Submitted)).unwrap();
    units::count(desk, &document).unwrap();
}

#[test]
fn a_claim_sees_what_is_left_without_itself_and_the_one_that_it_replaces() {
    let mut office = Office::new("");
    office.keep("2026-03-02", approved("A1", "SUMMIT", 10));
    let first = claim("K-1", 7);
    make(&mut office, &first);
    office.on("2026-03-02", |desk| send(desk, &first.id));
    let left = |office: &mut Office, claim: &Claim| {
        let claim = claim.clone();
        office.on("2026-03-02", |desk| {
            let seen = on_file::seen_by_claim(desk.tx.as_ref(), desk.config, &claim).unwrap();
            seen.first()
                .and_then(|one| one.left(&"G0151".parse().unwrap()))
        })
    };
    assert_eq!(left(&mut office, &first), Some(Decimal::TEN));
    assert_eq!(left(&mut office, &claim("K-2", 4)), Some(Decimal::from(3)));
    let mut another = claim("K-3", 4);
    another.patient.name = Name::person("HERON", "BEA");
    assert_eq!(left(&mut office, &another), None);
    let event = Event::ClaimCreated {
        claim: Box::new(claim("K-4", 8)),
        payer: "summit".to_owned(),
        replaces: Some(first.id.clone()),
    };
    office.on("2026-03-02", |desk| desk.record(&event).unwrap());
    assert_eq!(left(&mut office, &claim("K-4", 8)), Some(Decimal::TEN));
}

#[test]
fn claims_that_were_sent_before_the_number_was_on_file_count_when_it_is() {
    let mut office = Office::new("");
    let first = claim("K-1", 3);
    make(&mut office, &first);
    let batch = sample::batch(7, &["K-1"]);
    office.on("2026-03-02", |desk| {
        desk.record(&batch).unwrap();
        send(desk, &first.id);
    });
    let heard = AuthorizationByHand {
        about: AuthorizationAbout::New {
            patient: "P-7".parse().unwrap(),
            payer: None,
            visit: None,
            kind: AuthorizationKind::PriorAuthorization,
        },
        way: AuthorizationWay::Portal,
        reference: None,
        decision: DecisionByHand::Granted {
            number: "AUTH1".parse().unwrap(),
            from: day("2026-03-01"),
            to: day("2026-05-31"),
            services: vec![("G0151".parse().unwrap(), Decimal::TEN)],
        },
    };
    office.on("2026-03-05", |desk| record(desk, &heard).unwrap());
    assert_eq!(
        office.only().authorization.services[0].used,
        Decimal::from(3)
    );
    office.on("2026-03-06", |desk| {
        desk.move_claim(&first.id, Move::Work(Work::Rejected))
            .unwrap();
    });
    assert_eq!(office.only().authorization.services[0].used, Decimal::ZERO);
}

/// What happens to a claim.
#[derive(Debug, Clone, Copy)]
enum Step {
    Send,
    Move(Work),
}

fn steps() -> impl Strategy<Value = Vec<(usize, Step)>> {
    let step = prop_oneof![
        3 => Just(Step::Send),
        5 => prop::sample::select(vec![
            Step::Move(Work::Rejected),
            Step::Move(Work::Ready),
            Step::Move(Work::Accepted),
            Step::Move(Work::Adjudicated),
        ]),
        1 => prop::sample::select(vec![Step::Move(Work::Void), Step::Move(Work::Closed)]),
    ];
    prop::collection::vec((0..4usize, step), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever happens to claims in whatever order.
    #[test]
    fn what_is_used_is_the_sum_over_the_claims_that_payers_have(
        units in prop::collection::vec(1..7i64, 4),
        steps in steps(),
    ) {
        let mut office = Office::new("");
        office.keep("2026-03-02", approved("A1", "SUMMIT", 12));
        let claims: Vec<Claim> = (1..)
            .zip(&units)
            .map(|(number, units)| claim(&format!("K-{number}"), *units))
            .collect();
        for claim in &claims {
            make(&mut office, claim);
        }
        // Closed before it was ever sent, a claim has used nothing.
        let mut sent: BTreeMap<usize, bool> = BTreeMap::new();
        for (at, step) in steps {
            let id = claims[at].id.clone();
            office.on("2026-03-03", |desk| match step {
                Step::Send => {
                    let ready = desk.tx.claim(&id).unwrap().unwrap().status.work == Work::Ready;
                    send(desk, &id);
                    if ready {
                        sent.insert(at, true);
                    }
                }
                Step::Move(to) => {
                    let moved = desk.move_claim(&id, Move::Work(to)).unwrap();
                    if moved == crate::desk::Moved::Now && to != Work::Closed {
                        let there = matches!(to, Work::Accepted | Work::Adjudicated);
                        sent.insert(at, there);
                    }
                }
            });
            let mut expected = 0;
            for (at, claim) in claims.iter().enumerate() {
                let work = office.store.read().unwrap().claim(&claim.id).unwrap().unwrap().status.work;
                let live = matches!(
                    work,
                    Work::Submitted | Work::Accepted | Work::Adjudicated | Work::Closed
                );
                if live && sent.get(&at) == Some(&true) {
                    expected += units[at];
                }
            }
            let held = office.only().authorization;
            prop_assert_eq!(held.services[0].used, Decimal::from(expected.min(12)));
        }
    }
}
