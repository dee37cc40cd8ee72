//! What a built claim says, and why a charge stands on none.

use scrubjay_model::{
    Authorization, AuthorizationKind, AuthorizationRecord, AuthorizationStatus, AuthorizedService,
    Part2Consent, PatientBilling, Urgency, WorkKind,
};

use super::*;

fn primary() -> Vec<PatientCoverage> {
    vec![held(CoverageOrder::Primary, "PAY01")]
}

fn texts(left: &[LeftOut]) -> Vec<String> {
    left.iter().map(|left| left.why.to_string()).collect()
}

#[test]
fn one_visit_is_one_claim_with_its_diagnoses_in_the_order_of_the_lines() {
    let mut bench = Bench::seen("P-1", primary(), &["2026-03-02"]);
    let with = |id: &str, codes: &[&str]| {
        Charge::new(ChargeRecord {
            diagnoses: codes.iter().map(|code| code.parse().unwrap()).collect(),
            ..charge_record(id, "V-2026-03-02", "P-1", "2026-03-02")
        })
        .unwrap()
    };
    bench.keep(with("C-1", &["J029", "I10"]));
    bench.keep(with("C-2", &["E119", "J029"]));
    let built = bench.build();
    let [of] = &built.claims[..] else {
        panic!("{built:?}");
    };
    assert_eq!((of.charge, of.work), (money("200.00"), Work::Ready));
    assert!(of.findings.is_empty(), "{:?}", of.findings);
    let claim = bench.claim(&of.claim);
    let codes: Vec<String> = claim.diagnoses.iter().map(|of| of.code.text()).collect();
    assert_eq!(codes, ["J029", "I10", "E119"]);
    let pointers: Vec<_> = claim
        .lines
        .iter()
        .map(|line| line.pointers.clone())
        .collect();
    assert_eq!(pointers, [vec![1, 2], vec![3, 1]]);
    assert_eq!(claim.control.as_str(), claim.id.as_str());
    assert_eq!(claim.lines[1].control.as_deref(), Some("C-2"));
    assert_eq!(claim.coverages[0].filing_indicator.as_deref(), Some("CI"));
    assert_eq!(bench.owed(&of.claim), (money("200.00"), Money::ZERO));
    assert_sound(&claim);
}

#[test]
fn the_coverages_of_the_day_are_ranked_and_those_behind_an_ended_one_move_up() {
    let ended = PatientCoverage {
        to: Some(day("2026-02-28")),
        ..held(CoverageOrder::Primary, "PAY01")
    };
    let covered = vec![ended, held(CoverageOrder::Secondary, "PAY02")];
    let mut bench = Bench::seen("P-1", covered, &["2026-02-20", "2026-03-02"]);
    for on in ["2026-02-20", "2026-03-02"] {
        bench.keep(charge(&format!("C-{on}"), &format!("V-{on}"), "P-1", on));
    }
    let built = bench.build();
    let payers: Vec<&str> = built.claims.iter().map(|of| of.payer.as_str()).collect();
    assert_eq!(payers, ["first", "second"]);
    let orders = |at: usize| -> Vec<CoverageOrder> {
        let claim = bench.claim(&built.claims[at].claim);
        claim.coverages.iter().map(|of| of.order).collect()
    };
    assert_eq!(
        orders(0),
        [CoverageOrder::Primary, CoverageOrder::Secondary]
    );
    assert_eq!(orders(1), [CoverageOrder::Primary]);
}

#[test]
fn a_dependent_is_billed_below_the_subscriber() {
    let mut own = patient_record("PARENT", Vec::new()).person;
    own.member = None;
    let mut covered = primary();
    covered[0].coverage.relationship = Relationship::Child;
    covered[0].coverage.subscriber = Some(own);
    let mut bench = Bench::seen("P-1", covered, &["2026-03-02"]);
    bench.keep(charge("C-1", "V-2026-03-02", "P-1", "2026-03-02"));
    let built = bench.build();
    let claim = bench.claim(&built.claims[0].claim);
    assert_eq!(claim.patient.member, None);
    let subscriber = claim.coverages[0].subscriber.as_ref().unwrap();
    assert_eq!(subscriber.member, claim.coverages[0].member);
    assert_sound(&claim);
}

#[test]
fn who_has_no_cover_is_billed_themselves() {
    let mut bench = Bench::seen("P-1", Vec::new(), &["2026-03-02"]);
    bench.keep(charge("C-1", "V-2026-03-02", "P-1", "2026-03-02"));
    let built = bench.build();
    let of = &built.claims[0];
    assert_eq!((of.payer.as_str(), of.work), ("self-pay", Work::Closed));
    assert_eq!(bench.owed(&of.claim), (Money::ZERO, money("100.00")));
    assert_eq!(bench.row(&of.claim).status.patient, PatientBilling::Ready);
}

#[test]
fn a_claim_says_what_the_patient_has_signed() {
    let mut record = patient_record("P-1", primary());
    (record.consent.release, record.consent.assignment) = (None, None);
    let mut bench = Bench::new();
    bench.keep(Patient::new(record).unwrap());
    bench.keep(visit("V-1", "P-1", "2026-03-02"));
    bench.keep(charge("C-1", "V-1", "P-1", "2026-03-02"));
    let built = bench.build();
    let claim = bench.claim(&built.claims[0].claim);
    let file = String::from_utf8(written(&[&claim])).unwrap();
    let clm = file
        .split('~')
        .find(|of| of.trim().starts_with("CLM*"))
        .unwrap();
    assert!(clm.ends_with("*11:B:1*Y*A*N*I"), "{clm}");
    assert_sound(&claim);
}

#[test]
fn an_authorization_that_covers_the_services_is_on_the_claim() {
    let mut bench = Bench::seen("P-1", primary(), &["2026-03-02"]);
    let granted = |payer: &str, number: &str| Record::Authorization {
        id: number.parse().unwrap(),
        encounter: None,
        urgency: Urgency::Standard,
        authorization: Box::new(
            Authorization::new(AuthorizationRecord {
                patient: "P-1".parse().unwrap(),
                payer: payer.parse().unwrap(),
                kind: AuthorizationKind::PriorAuthorization,
                status: AuthorizationStatus::Approved,
                number: Some(number.parse().unwrap()),
                asked: None,
                decided: None,
                from: Some(day("2026-03-01")),
                to: Some(day("2026-03-31")),
                services: vec![AuthorizedService {
                    procedures: vec!["G0151".parse().unwrap()],
                    approved: 12.into(),
                    used: 0.into(),
                }],
                answer: None,
                uses: Vec::new(),
                visits: Vec::new(),
                way: None,
            })
            .unwrap(),
        ),
    };
    bench.keep(granted("PAY02", "A-OTHER"));
    bench.keep(granted("PAY01", "A-1"));
    let therapy = |id: &str| {
        Charge::new(ChargeRecord {
            procedure: "G0151".parse().unwrap(),
            ..charge_record(id, "V-2026-03-02", "P-1", "2026-03-02")
        })
        .unwrap()
    };
    bench.keep(therapy("C-1"));
    let built = bench.build();
    let claim = bench.claim(&built.claims[0].claim);
    assert_eq!(claim.authorization.as_deref(), Some("A-1"));
    // Beside a service that it does not cover, it stands on its line.
    bench.keep(therapy("C-2"));
    bench.keep(charge("C-3", "V-2026-03-02", "P-1", "2026-03-02"));
    let built = bench.build();
    let claim = bench.claim(&built.claims[0].claim);
    let on_lines: Vec<_> = claim
        .lines
        .iter()
        .map(|line| line.authorization.as_deref())
        .collect();
    assert_eq!(
        (claim.authorization, on_lines),
        (None, vec![Some("A-1"), None])
    );
}

#[test]
fn more_than_a_claim_holds_goes_on_to_the_next() {
    let mut bench = Bench::seen("P-1", primary(), &["2026-03-02"]);
    for number in 0..53 {
        let record = ChargeRecord {
            amount: Money::from_cents(number + 1),
            ..charge_record(
                &format!("C-{number:02}"),
                "V-2026-03-02",
                "P-1",
                "2026-03-02",
            )
        };
        bench.keep(Charge::new(record).unwrap());
    }
    let built = bench.build();
    let lines: Vec<usize> = built.claims.iter().map(|of| of.charges.len()).collect();
    assert_eq!(lines, [50, 3]);
}

#[test]
fn what_stands_on_no_claim_says_why_and_is_given_to_someone_once() {
    let mut bench = Bench::seen("P-1", primary(), &["2026-03-02"]);
    let charged = |id: &str, change: fn(&mut ChargeRecord)| {
        let mut record = charge_record(id, "V-2026-03-02", "P-1", "2026-03-02");
        change(&mut record);
        Charge::new(record).unwrap()
    };
    bench.keep(charged("C-1", |of| {
        of.provider = "1000000004".parse().unwrap()
    }));
    bench.keep(charged("C-2", |of| of.diagnoses.clear()));
    let mut open = visit("V-OPEN", "P-1", "2026-03-02").into_record();
    (open.status, open.closed) = (EncounterStatus::Arrived, None);
    bench.keep(Encounter::new(open).unwrap());
    bench.keep(charge("C-3", "V-OPEN", "P-1", "2026-03-02"));
    bench.keep(charge("C-4", "V-2026-03-02", "P-1", "2026-03-02"));
    let key = RecordKey::from(&"C-4".parse::<ChargeId>().unwrap());
    bench
        .at(|desk| desk.open_record_work(WorkKind::Charge, &key, Money::ZERO, "look".into()))
        .unwrap();
    let built = bench.build();
    assert!(built.claims.is_empty());
    let waits: Vec<bool> = built.left_out.iter().map(|left| left.why.waits()).collect();
    assert_eq!(
        waits,
        [false, false, true, true],
        "{:?}",
        texts(&built.left_out)
    );
    let open = |bench: &Bench| bench.read(|reader| reader.open_work(None).unwrap().len());
    assert_eq!(open(&bench), 3);
    bench.build();
    assert_eq!(open(&bench), 3);
    // What is mended is billed, and its work is done.
    let mended = charged("C-2", |_| ());
    bench.keep(mended);
    assert_eq!(bench.build().claims.len(), 1);
    assert_eq!(open(&bench), 2);
}

#[test]
fn a_protected_record_is_told_to_no_payer_without_consent() {
    let mut record = patient_record("P-1", primary());
    record.consent.part2 = Part2Consent::NoConsent;
    let mut bench = Bench::new();
    bench.keep(Patient::new(record).unwrap());
    bench.keep(visit("V-1", "P-1", "2026-03-02"));
    bench.keep(charge("C-1", "V-1", "P-1", "2026-03-02"));
    assert_eq!(bench.build().left_out[0].why, WhyLeftOut::NoConsent);
}

#[test]
fn a_selection_takes_only_what_fits_it() {
    let mut bench = Bench::seen("P-1", primary(), &["2026-03-02", "2026-03-09"]);
    for on in ["2026-03-02", "2026-03-09"] {
        bench.keep(charge(&format!("C-{on}"), &format!("V-{on}"), "P-1", on));
    }
    let mut chosen = BuildSelection {
        through: Some(day("2026-03-08")),
        payer: Some("second".to_owned()),
        ..BuildSelection::default()
    };
    let nothing = bench.at(|desk| build(desk, &chosen)).unwrap();
    assert_eq!(nothing, Built::default());
    chosen.payer = Some("first".to_owned());
    let built = bench.at(|desk| build(desk, &chosen)).unwrap();
    assert_eq!(built.claims.len(), 1);
    chosen.encounters = vec!["V-NONE".parse().unwrap()];
    let refused = bench.desk_refuses(&chosen);
    assert!(matches!(
        refused,
        EngineError::Build(BuildError::UnknownEncounter { .. })
    ));
}

#[test]
fn a_preview_keeps_nothing() {
    let mut bench = Bench::seen("P-1", primary(), &["2026-03-02"]);
    bench.keep(charge("C-1", "V-2026-03-02", "P-1", "2026-03-02"));
    let all = BuildSelection::default();
    let preview = {
        let mut desk = bench.desk();
        build(&mut desk, &all).unwrap()
    };
    assert_eq!(preview.claims.len(), 1);
    assert!(bench.rows().is_empty());
    assert_eq!(bench.build(), preview);
}
