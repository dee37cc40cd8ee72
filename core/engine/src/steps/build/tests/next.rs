//! The claim to the next payer: once, with all that the one before decided, and
//! no money twice.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use scrubjay_edi::{RemittanceBatch, read_remittance, write_remittances};
use scrubjay_model::{
    Adjustment, AsSent, ClaimPaymentStatus, PatientBilling, PriorPayment, Remittance,
    RemittanceClaim, RemittanceLine, Responsibility,
};
use scrubjay_store::Move;

use super::*;
use crate::steps::claim::create_claim;
use crate::steps::posting;

pub(super) fn adjustment(group: &str, carc: &str, cents: i64) -> Adjustment {
    Adjustment {
        group: AsSent::read(group),
        carc: AsSent::read(carc),
        amount: Money::from_cents(cents),
        units: None,
    }
}

/// The 835 of a payer about one claim, as it comes out of its file.
pub(super) fn sent(payer: &str, trace: &str, claim: RemittanceClaim) -> Remittance {
    let remittance = Remittance {
        paid: claim.paid,
        method: "CHK".to_owned(),
        effective: Some(day("2026-03-16")),
        trace: trace.parse().unwrap(),
        originator: "1559123456".to_owned(),
        payer_name: format!("PAYER {payer}"),
        payer_ids: vec![payer.to_owned()],
        payee_name: "SAMPLE CLINIC".to_owned(),
        payee_npi: Some(AsSent::read(PRACTICE)),
        payee_tax_id: None,
        claims: vec![claim],
        provider_adjustments: Vec::new(),
    };
    let batch = RemittanceBatch {
        remittances: &[&remittance],
        sender: party("PAYER"),
        receiver: party("CLINIC"),
        payer_address: Address {
            line1: "1 HERON WAY".to_owned(),
            city: "AUSTIN".to_owned(),
            state: "TX".to_owned(),
            zip: "787011234".to_owned(),
            ..Address::default()
        },
        contact_name: "PROVIDER SERVICES".to_owned(),
        contact_phone: "5125550199".to_owned(),
        usage: "T",
        at: day("2026-03-16").and_hms_opt(8, 0, 0).unwrap().and_utc(),
    };
    let file = write_remittances(&batch, &mut Counting(0)).unwrap();
    let interchanges = scrubjay_x12::read(&file.bytes).unwrap();
    let set = &interchanges[0].sets[0];
    assert_eq!(scrubjay_x12::balance::balance(set).first_unbalanced(), None);
    read_remittance(set).unwrap()
}

/// What a payer decided: of the claim, and of each line.
pub(super) fn remitted(
    claim: &Claim,
    status: ClaimPaymentStatus,
    whole: &PriorPayment,
    of_lines: &[&PriorPayment],
) -> RemittanceClaim {
    let pairs = claim.lines.iter().zip(of_lines);
    RemittanceClaim {
        ordinal: 1,
        control: claim.id.to_string(),
        status,
        charge: claim.charge,
        paid: whole.paid,
        patient_responsibility: whole.patient_owes,
        filing_indicator: Some("12".to_owned()),
        payer_control: Some("ICN1".parse().unwrap()),
        frequency: None,
        patient: Some(claim.patient.clone()),
        forwarded_to: None,
        from: None,
        to: None,
        received: None,
        adjustments: whole.adjustments.clone(),
        remarks: whole.remarks.clone(),
        lines: pairs
            .map(|(line, said)| RemittanceLine {
                qualifier: line.qualifier.clone(),
                procedure: line.procedure.clone(),
                modifiers: line.modifiers.clone(),
                charge: line.charge,
                paid: said.paid,
                units: Some(line.units),
                from: line.from,
                to: line.to,
                control: line.control.clone(),
                allowed: None,
                adjustments: said.adjustments.clone(),
                remarks: said.remarks.clone(),
            })
            .collect(),
    }
}

pub(super) fn decision(paid: i64, adjustments: Vec<Adjustment>) -> PriorPayment {
    PriorPayment {
        paid: Money::from_cents(paid),
        adjustments,
        ..PriorPayment::default()
    }
}

/// A claim of one service of 100 dollars to two payers, sent to the first.
pub(super) fn with_two_payers() -> (Bench, ClaimId) {
    let covered = vec![
        held(CoverageOrder::Primary, "PAY01"),
        held(CoverageOrder::Secondary, "PAY02"),
    ];
    let mut bench = Bench::seen("P-1", covered, &["2026-03-02"]);
    bench.keep(charge("C-1", "V-2026-03-02", "P-1", "2026-03-02"));
    let id = bench.build().claims[0].claim.clone();
    bench
        .at(|desk| desk.move_claim(&id, Move::Work(Work::Submitted)))
        .unwrap();
    (bench, id)
}

pub(super) fn post(bench: &mut Bench, remittance: &Remittance) {
    bench
        .at(|desk| posting::post(desk, remittance, None))
        .unwrap();
}

/// The first payer allows 80, pays `paid` cents of it and leaves the rest to the patient.
pub(super) fn primary_decides(
    bench: &mut Bench,
    id: &ClaimId,
    status: ClaimPaymentStatus,
    paid: i64,
) {
    let claim = bench.claim(id);
    let said = decision(
        paid,
        vec![
            adjustment("CO", "45", 2_000),
            adjustment("PR", "2", 8_000 - paid),
        ],
    );
    let whole = PriorPayment {
        patient_owes: Some(Money::from_cents(8_000 - paid)),
        ..decision(paid, Vec::new())
    };
    let about = remitted(&claim, status, &whole, &[&said]);
    post(bench, &sent("PAY01", "T1", about));
}

pub(super) fn build_next(bench: &mut Bench) -> NextPayers {
    bench.at(super::super::build_next).unwrap()
}

#[test]
fn what_the_patient_would_owe_goes_to_the_next_payer_and_no_revenue_twice() {
    let (mut bench, first) = with_two_payers();
    primary_decides(&mut bench, &first, ClaimPaymentStatus::Processed(1), 6_000);
    assert_eq!(bench.owed(&first), (Money::ZERO, money("20.00")));
    let next = build_next(&mut bench);
    let [made] = &next.claims[..] else {
        panic!("{next:?}");
    };
    assert_eq!((&made.after, made.payer.as_str()), (&first, "second"));
    assert_eq!((made.owed, made.work), (money("20.00"), Work::Ready));
    let second = made.claim.clone();
    assert_eq!(bench.owed(&first), (Money::ZERO, Money::ZERO));
    assert_eq!(bench.owed(&second), (money("20.00"), Money::ZERO));
    assert_eq!(bench.balance("revenue"), money("-100.00"));
    assert_eq!(bench.row(&first).status.work, Work::Closed);
    assert_eq!(
        bench.row(&second).status.responsibility,
        Responsibility::Secondary
    );
    assert_sound(&bench.claim(&second));
    // Once, whatever is called how often.
    assert_eq!(build_next(&mut bench), NextPayers::default());

    // It pays 15; what it says of the first payer's part moves nothing.
    let claim = bench.claim(&second);
    let said = decision(
        1_500,
        vec![adjustment("OA", "23", 8_000), adjustment("PR", "2", 500)],
    );
    let whole = PriorPayment {
        patient_owes: Some(money("5.00")),
        ..decision(1_500, Vec::new())
    };
    bench
        .at(|desk| desk.move_claim(&second, Move::Work(Work::Submitted)))
        .unwrap();
    let about = remitted(&claim, ClaimPaymentStatus::Processed(2), &whole, &[&said]);
    post(&mut bench, &sent("PAY02", "T2", about));
    assert_eq!(bench.owed(&second), (Money::ZERO, money("5.00")));
    assert_eq!(
        bench.row(&second).status.responsibility,
        Responsibility::Patient
    );
    assert_eq!(bench.row(&second).status.patient, PatientBilling::Ready);
    assert_eq!(bench.balance("cash"), Money::ZERO, "cash stands by payer");
    assert_eq!(bench.balance("cash second"), money("15.00"));
    assert_eq!(bench.balance("revenue"), money("-100.00"));
}

#[test]
fn a_claim_that_the_payer_sent_on_itself_is_waited_for_and_then_made() {
    let (mut bench, first) = with_two_payers();
    primary_decides(&mut bench, &first, ClaimPaymentStatus::Forwarded(1), 6_000);
    let next = build_next(&mut bench);
    assert!(next.claims.is_empty() && next.left_out[0].waits, "{next:?}");
    assert!(
        next.left_out[0].why.contains("until 2026-04-15"),
        "{next:?}"
    );
    bench.today = day("2026-04-15");
    assert!(build_next(&mut bench).claims.is_empty());
    bench.today = day("2026-04-16");
    let made = build_next(&mut bench).claims;
    assert_eq!(made.len(), 1);
    let claim = bench.claim(&made[0].claim);
    assert_sound(&claim);
    let before = bench.read(|reader| crate::steps::chain::before(reader, &claim, u64::MAX));
    assert_eq!(before.unwrap().forwarded, Some(day("2026-03-16")));
}

#[test]
fn what_does_not_fit_is_for_a_person_once() {
    let (mut bench, first) = with_two_payers();
    // What the payer decided is of a service that is not on the claim.
    let claim = bench.claim(&first);
    let said = decision(
        6_000,
        vec![adjustment("CO", "45", 2_000), adjustment("PR", "2", 2_000)],
    );
    let whole = PriorPayment {
        patient_owes: Some(money("20.00")),
        ..decision(6_000, Vec::new())
    };
    let mut about = remitted(&claim, ClaimPaymentStatus::Processed(1), &whole, &[&said]);
    about.lines[0].procedure = Some(AsSent::read("J0696"));
    about.lines[0].control = None;
    post(&mut bench, &sent("PAY01", "T1", about));
    for _ in 0..2 {
        let next = build_next(&mut bench);
        assert!(
            next.claims.is_empty() && !next.left_out[0].waits,
            "{next:?}"
        );
    }
    let open = bench.read(|reader| reader.open_work(Some(&first)).unwrap());
    assert_eq!(open.len(), 1, "{open:?}");
}

#[test]
fn a_claim_to_the_next_payer_that_is_taken_back_leaves_the_balance_to_the_patient() {
    let (mut bench, first) = with_two_payers();
    primary_decides(&mut bench, &first, ClaimPaymentStatus::Processed(1), 6_000);
    let second = build_next(&mut bench).claims[0].claim.clone();
    bench.at(|desk| void(desk, &second, "not covered")).unwrap();
    assert_eq!(bench.owed(&second), (Money::ZERO, Money::ZERO));
    assert_eq!(bench.owed(&first), (Money::ZERO, money("20.00")));
    let status = bench.row(&first).status;
    assert_eq!(status.responsibility, Responsibility::Patient);
    assert_eq!(status.patient, PatientBilling::Ready);
    assert!(build_next(&mut bench).claims.is_empty());
    assert_eq!(bench.balance("revenue"), money("-100.00"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_the_first_payer_paid_the_next_is_asked_for_the_rest(paid in 0i64..=8_000) {
        let (mut bench, first) = with_two_payers();
        primary_decides(&mut bench, &first, ClaimPaymentStatus::Processed(1), paid);
        let next = build_next(&mut bench);
        let left = Money::from_cents(8_000 - paid);
        prop_assert_eq!(next.claims.len(), usize::from(!left.is_zero()));
        let owed: Money = bench.rows().iter().map(|row| {
            let (insurance, patient) = bench.owed(&row.id);
            insurance + patient
        }).sum();
        prop_assert_eq!(owed, left);
        prop_assert_eq!(bench.balance("revenue"), money("-100.00"));
        for made in &next.claims {
            let claim = bench.claim(&made.claim);
            let prior = &claim.lines[0].prior[0];
            let taken: Money = prior.adjustments.iter().map(|of| of.amount).sum();
            prop_assert_eq!(prior.paid + taken, claim.lines[0].charge);
            prop_assert_eq!(made.owed, left);
            assert_cob_balances(&written(&[&claim]));
        }
    }
}

/// What a claim says of payers before, read from the file itself: of each line
/// SVD02 and its CAS come to SV102, and of the claim AMT*D and every CAS to CLM02
/// (`domain.md` 2.6 point 7).
fn assert_cob_balances(file: &[u8]) {
    let text = String::from_utf8(file.to_vec()).unwrap();
    let amount = |text: &str| -> Money { text.parse().unwrap() };
    let (mut whole, mut paid, mut taken) = (Money::ZERO, Money::ZERO, Money::ZERO);
    let mut lines: Vec<(Money, Money)> = Vec::new();
    for segment in text.split('~') {
        let parts: Vec<&str> = segment.trim().split('*').collect();
        match parts[..] {
            ["CLM", _, charge, ..] => whole = amount(charge),
            ["AMT", "D", said] => paid = amount(said),
            ["SV1", _, charge, ..] => lines.push((amount(charge), Money::ZERO)),
            ["SVD", _, said, ..] => lines.last_mut().unwrap().1 += amount(said),
            ["CAS", _, ref reasons @ ..] => {
                let sum: Money = reasons.chunks(3).map(|of| amount(of[1])).sum();
                taken += sum;
                if let Some(line) = lines.last_mut() {
                    line.1 += sum;
                }
            }
            _ => {}
        }
    }
    assert_eq!(paid + taken, whole, "{text}");
    assert!(!lines.is_empty());
    for (charge, decided) in lines {
        assert_eq!(decided, charge, "{text}");
    }
}

fn corpus(name: &str) -> Option<Claim> {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let path = root.join("LinuxForHealth+x12").join(name);
    let bytes = std::fs::read(path).ok()?;
    Some(read_back(&bytes).remove(0))
}

/// The chain of the corpus from end to end: the claim to the first payer is
/// taken in, its remittance is posted, and the claim to the second is what the
/// provider sent (`domain.md` 2.6 point 7).
#[test]
fn the_chain_of_the_corpus_is_built_again() {
    let (Some(first), Some(second)) = (
        corpus("837_005010X222A2__demo.cob.example3.A.837"),
        corpus("837_005010X222A2__demo.cob.example3.B.837"),
    ) else {
        println!("skipped: ../shared/corpus is not here");
        return;
    };
    let mut bench = Bench::new();
    let id = first.id.clone();
    let mut taken = first.clone();
    // The first claim does not name the second payer.
    taken.coverages.truncate(1);
    taken.coverages.push(Coverage {
        paid: None,
        ..second.coverages[0].clone()
    });
    let charge = taken.charge;
    bench.at(|desk| create_claim(desk, taken)).unwrap();
    let paid = second.coverages[1].paid.as_ref().unwrap();
    let of_lines: Vec<_> = second.lines.iter().map(|line| &line.prior[0]).collect();
    let claim = bench.claim(&id);
    let about = remitted(&claim, ClaimPaymentStatus::Processed(1), paid, &of_lines);
    let payer = first.coverages[0].payer.as_ref().unwrap().to_string();
    let mut remittance = sent(&payer, "T1", about);
    remittance.payer_name = first.coverages[0].payer_name.last.clone();
    remittance.effective = of_lines[0].decided;
    bench
        .at(|desk| desk.move_claim(&id, Move::Work(Work::Ready)))
        .unwrap();
    bench
        .at(|desk| desk.move_claim(&id, Move::Work(Work::Submitted)))
        .unwrap();
    post(&mut bench, &remittance);
    // CO-42 is a code that was withdrawn: a person looks at it, and it stays here.
    let (stays, owes) = bench.owed(&id);
    let next = build_next(&mut bench);
    let [made] = &next.claims[..] else {
        panic!("{next:?} {:?}", bench.row(&id));
    };
    assert_eq!(made.owed, owes);
    let built = bench.claim(&made.claim);
    assert_eq!(built.coverages[0], second.coverages[0]);
    assert_eq!(built.coverages[1].paid, second.coverages[1].paid);
    for (line, was) in built.lines.iter().zip(&second.lines) {
        assert_eq!(line.prior, was.prior);
        let taken: Money = line.prior[0].adjustments.iter().map(|of| of.amount).sum();
        assert_eq!(line.prior[0].paid + taken, line.charge);
    }
    let decided = built.coverages[1].paid.as_ref().unwrap();
    let all = built
        .lines
        .iter()
        .flat_map(|line| &line.prior[0].adjustments);
    let taken: Money = all.chain(&decided.adjustments).map(|of| of.amount).sum();
    assert_eq!(decided.paid + taken, built.charge);
    assert_cob_balances(&written(&[&built]));
    assert_eq!(bench.owed(&id), (stays, Money::ZERO));
    assert_eq!(bench.owed(&built.id), (owes, Money::ZERO));
    assert_eq!(bench.balance("revenue"), -charge);
}
