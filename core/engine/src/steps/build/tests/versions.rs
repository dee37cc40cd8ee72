//! Claims are replaced, voided and taken back; charges and money go with them.

use scrubjay_model::Responsibility;
use scrubjay_store::{MoneyKind, Move};

use super::*;
use crate::steps::claim::create_claim;

/// A patient with one claim of two charges that the payer has decided.
fn adjudicated(payer: &str) -> (Bench, ClaimId) {
    let covered = vec![held(CoverageOrder::Primary, payer)];
    let mut bench = Bench::seen("P-1", covered, &["2026-03-02"]);
    for id in ["C-1", "C-2"] {
        bench.keep(charge(id, "V-2026-03-02", "P-1", "2026-03-02"));
    }
    let id = bench.build().claims[0].claim.clone();
    sent(&mut bench, &id);
    bench
        .at(|desk| {
            desk.move_claim(&id, Move::Work(Work::Adjudicated))?;
            desk.learn_payer_control(&id, &"ICN1".parse().unwrap())
        })
        .unwrap();
    (bench, id)
}

/// The claim leaves, as step 5 has it.
fn sent(bench: &mut Bench, id: &ClaimId) {
    let claim = bench.claim(id);
    bench
        .at(|desk| {
            desk.move_claim(id, Move::Work(Work::Submitted))?;
            settle_original(desk, &claim)
        })
        .unwrap();
}

fn refused(bench: &mut Bench, id: &ClaimId) -> VersionError {
    let mut desk = bench.desk();
    match void(&mut desk, id, "wrong patient").unwrap_err() {
        EngineError::Version(refused) => refused,
        other => panic!("{other}"),
    }
}

fn replaced(bench: &mut Bench, id: &ClaimId) -> NewVersion {
    bench
        .at(|desk| replace(desk, id, With::Charges, "a late charge"))
        .unwrap()
}

fn billed_on(bench: &Bench, charge: &str) -> Option<ClaimId> {
    match bench.charge(charge).billing.clone() {
        Billing::Billed { claim } => Some(claim),
        _ => None,
    }
}

#[test]
fn a_replacement_has_the_late_charge_and_takes_its_place_when_it_leaves() {
    let (mut bench, id) = adjudicated("PAY01");
    bench.keep(charge("C-3", "V-2026-03-02", "P-1", "2026-03-02"));
    let version = replaced(&mut bench, &id);
    let new = version.claim.clone().unwrap();
    assert_eq!((version.work, version.original), (Work::Ready, id.clone()));
    let claim = bench.claim(&new);
    assert_eq!(claim.frequency.as_str(), "7");
    assert_eq!(claim.payer_control.as_ref().unwrap().as_str(), "ICN1");
    assert_eq!(claim.lines.len(), 3);
    assert_sound(&claim);
    // Until it leaves, the original stands, and nothing is owed twice.
    assert_eq!(bench.owed(&id), (money("200.00"), Money::ZERO));
    assert_eq!(bench.owed(&new), (Money::ZERO, Money::ZERO));
    assert_eq!(billed_on(&bench, "C-1"), Some(id.clone()));
    assert_eq!(billed_on(&bench, "C-3"), Some(new.clone()));
    assert!(matches!(
        refused(&mut bench, &id),
        VersionError::Replaced { .. }
    ));
    sent(&mut bench, &new);
    assert_eq!(bench.row(&id).status.work, Work::Void);
    assert_eq!(bench.owed(&id), (Money::ZERO, Money::ZERO));
    assert_eq!(bench.owed(&new), (money("300.00"), Money::ZERO));
    for charge in ["C-1", "C-2", "C-3"] {
        assert_eq!(billed_on(&bench, charge), Some(new.clone()));
    }
    assert_eq!(bench.balance("revenue"), money("-300.00"));
    // Sent once more after a rejection, it moves nothing again.
    let claim = bench.claim(&new);
    bench.at(|desk| settle_original(desk, &claim)).unwrap();
    assert_eq!(bench.balance("revenue"), money("-300.00"));
}

#[test]
fn a_void_leaves_nothing_owed_and_its_charges_may_be_billed_anew() {
    let (mut bench, id) = adjudicated("PAY01");
    let version = bench.at(|desk| void(desk, &id, "wrong day")).unwrap();
    let new = version.claim.unwrap();
    let claim = bench.claim(&new);
    assert_eq!(claim.frequency.as_str(), "8");
    assert_sound(&claim);
    assert!(bench.build().claims.is_empty());
    sent(&mut bench, &new);
    assert_eq!(bench.balance("revenue"), Money::ZERO);
    assert_eq!(bench.owed(&id), (Money::ZERO, Money::ZERO));
    let anew = bench.build();
    assert_eq!(anew.claims[0].charges.len(), 2);
    assert_eq!(bench.balance("revenue"), money("-200.00"));
}

#[test]
fn a_replacement_by_file_is_held_against_the_claim_that_it_replaces() {
    let (mut bench, id) = adjudicated("PAY01");
    let mut other = bench.claim(&id);
    other.lines[0].charge = money("120.00");
    other.charge = money("220.00");
    let file = |claim: &Claim| scrubjay_x12::read(&written(&[claim])).unwrap();
    let mut anothers = other.clone();
    anothers.patient.name.first = Some("OTHER".to_owned());
    let mut elsewhere = other.clone();
    elsewhere.coverages[0].payer = Some("PAY02".parse().unwrap());
    for (wrong, what) in [(anothers, "patient"), (elsewhere, "payer")] {
        let read = file(&wrong);
        let mut desk = bench.desk();
        let error = replace(&mut desk, &id, With::File(&read), "a wrong charge").unwrap_err();
        let EngineError::Version(VersionError::Other { what: found, .. }) = error else {
            panic!("{error}");
        };
        assert_eq!(found, what);
    }
    let read = file(&other);
    let version = bench
        .at(|desk| replace(desk, &id, With::File(&read), "a wrong charge"))
        .unwrap();
    let new = version.claim.unwrap();
    sent(&mut bench, &new);
    assert_eq!(bench.owed(&new), (money("220.00"), Money::ZERO));
    assert_eq!(billed_on(&bench, "C-2"), Some(new));
}

#[test]
fn what_no_payer_has_is_taken_back_at_once() {
    let covered = vec![held(CoverageOrder::Primary, "PAY01")];
    let mut bench = Bench::seen("P-1", covered, &["2026-03-02"]);
    bench.keep(charge("C-1", "V-2026-03-02", "P-1", "2026-03-02"));
    let id = bench.build().claims[0].claim.clone();
    let mut desk = bench.desk();
    let error = replace(&mut desk, &id, With::Charges, "why").unwrap_err();
    assert!(matches!(
        error,
        EngineError::Version(VersionError::NotSent { .. })
    ));
    drop(desk);
    let version = bench.at(|desk| void(desk, &id, "never happened")).unwrap();
    assert_eq!((version.claim, version.work), (None, Work::Void));
    assert_eq!(bench.balance("revenue"), Money::ZERO);
    assert_eq!(bench.charge("C-1").billing, Billing::Unbilled);
    assert!(matches!(
        refused(&mut bench, &id),
        VersionError::Void { .. }
    ));
}

#[test]
fn a_self_pay_claim_is_taken_back_from_the_patient() {
    let mut bench = Bench::seen("P-1", Vec::new(), &["2026-03-02"]);
    bench.keep(charge("C-1", "V-2026-03-02", "P-1", "2026-03-02"));
    let id = bench.build().claims[0].claim.clone();
    bench
        .at(|desk| void(desk, &id, "covered after all"))
        .unwrap();
    assert_eq!(bench.owed(&id), (Money::ZERO, Money::ZERO));
    assert_eq!(bench.charge("C-1").billing, Billing::Unbilled);
}

#[test]
fn no_void_without_the_payers_number_and_none_to_part_b() {
    let covered = vec![held(CoverageOrder::Primary, "PAY01")];
    let mut bench = Bench::seen("P-1", covered, &["2026-03-02"]);
    bench.keep(charge("C-1", "V-2026-03-02", "P-1", "2026-03-02"));
    let id = bench.build().claims[0].claim.clone();
    sent(&mut bench, &id);
    assert!(matches!(
        refused(&mut bench, &id),
        VersionError::NoPayerControl { .. }
    ));
    let (mut bench, id) = adjudicated("PARTB");
    assert!(matches!(
        refused(&mut bench, &id),
        VersionError::NotTaken { .. }
    ));
    assert_eq!(bench.row(&id).status.work, Work::Adjudicated);
}

#[test]
fn a_version_taken_back_before_it_left_lets_another_be_made() {
    let (mut bench, id) = adjudicated("PAY01");
    let first = replaced(&mut bench, &id).claim.unwrap();
    bench.at(|desk| void(desk, &first, "not needed")).unwrap();
    assert_eq!(bench.owed(&id), (money("200.00"), Money::ZERO));
    assert_eq!(
        bench.row(&id).status.responsibility,
        Responsibility::Primary
    );
    assert_eq!(billed_on(&bench, "C-1"), Some(id.clone()));
    let second = replaced(&mut bench, &id).claim.unwrap();
    assert_ne!(first, second);
    let moves = bench.read(|reader| reader.ledger(&second).unwrap());
    assert!(moves.iter().all(|row| row.money != MoneyKind::Charge));
}

#[test]
fn a_void_of_an_undecided_claim_waits_for_the_payer_and_is_judged_again() {
    let covered = vec![held(CoverageOrder::Primary, "PAY01")];
    let mut bench = Bench::seen("P-1", covered, &["2026-03-02"]);
    bench.keep(charge("C-1", "V-2026-03-02", "P-1", "2026-03-02"));
    let id = bench.build().claims[0].claim.clone();
    sent(&mut bench, &id);
    // The host's own void, made before the payer has told its number.
    let void = Claim {
        id: "HOST-8".parse().unwrap(),
        frequency: scrubjay_model::Frequency::Void,
        ..bench.claim(&id)
    };
    let new = void.id.clone();
    bench
        .at(|desk| {
            create_claim(desk, void)?;
            // As a rule at the hook `submit` does it.
            desk.move_claim(&new, Move::Work(Work::Held))?;
            let why = "no number".to_owned();
            desk.open_work(WorkKind::ScrubHold, Some(&new), Money::ZERO, why)
        })
        .unwrap();
    bench.at(|desk| wake(desk, &id)).unwrap();
    assert_eq!(bench.claim(&new).payer_control, None);
    bench
        .at(|desk| {
            desk.learn_payer_control(&id, &"ICN1".parse().unwrap())?;
            wake(desk, &id)
        })
        .unwrap();
    assert_eq!(
        bench.claim(&new).payer_control,
        Some("ICN1".parse().unwrap())
    );
    assert_eq!(bench.row(&new).status.work, Work::Ready);
    assert!(
        bench
            .read(|reader| reader.open_work(Some(&new)).unwrap())
            .is_empty()
    );
    sent(&mut bench, &new);
    assert_eq!(bench.owed(&id), (Money::ZERO, Money::ZERO));
}

#[test]
fn a_late_charge_is_held_again_when_its_replacement_is_taken_back() {
    let (mut bench, id) = adjudicated("PAY01");
    bench.keep(charge("C-3", "V-2026-03-02", "P-1", "2026-03-02"));
    let new = replaced(&mut bench, &id).claim.unwrap();
    let back = bench.at(|desk| void(desk, &new, "not needed")).unwrap();
    assert_eq!(back.stands, Some(id.clone()));
    assert_eq!(bench.charge("C-3").billing, Billing::Unbilled);
    let key = RecordKey::from(&"C-3".parse::<ChargeId>().unwrap());
    let open = bench.read(|reader| reader.record_work(&key).unwrap());
    assert_eq!(open.len(), 1, "{open:?}");
    // It makes no claim of its own, and goes on the next replacement.
    assert!(bench.build().claims.is_empty());
    let again = replaced(&mut bench, &id).claim.unwrap();
    assert_eq!(bench.claim(&again).lines.len(), 3);
}
