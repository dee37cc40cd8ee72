//! The claim to the second payer, made from the claim to the first and from
//! the 835 that decided it.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use scrubjay_edi::{RemittanceBatch, read_remittance, write_remittances};
use scrubjay_model::{
    Address, Adjudicated, AsSent, Claim, ClaimPaymentStatus, Coverage, CoverageOrder, PriorPayment,
    Relationship, Remittance, RemittanceClaim, RemittanceLine, SecondaryError, secondary_claim,
};
use support::made::{adjustment, coverage, day, money, professional};
use support::{Counting, at, claims_of, corpus, only_claim, oracle, party, sets_of, written};

/// The remittance, as it comes out of the file of its payer.
fn sent(claim: RemittanceClaim) -> Remittance {
    let remittance = Remittance {
        paid: claim.paid,
        method: "CHK".to_owned(),
        effective: Some(day("2005-10-15")),
        trace: "CHECK1".parse().unwrap(),
        originator: "1559123456".to_owned(),
        payer_name: "SAMPLE PAYER".to_owned(),
        payer_ids: vec!["PAY01".to_owned()],
        payee_name: "SAMPLE CLINIC".to_owned(),
        payee_npi: Some(AsSent::read("1234567893")),
        payee_tax_id: None,
        claims: vec![claim],
        provider_adjustments: Vec::new(),
    };
    let batch = RemittanceBatch {
        remittances: &[&remittance],
        sender: party("PAYER"),
        receiver: party("PRACTICE"),
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
        at: at(),
    };
    let file = write_remittances(&batch, &mut Counting(0)).unwrap();
    read_remittance(&sets_of(&file.bytes)[0]).unwrap()
}

fn remitted(claim: &Claim, paid: &PriorPayment, of_lines: &[&PriorPayment]) -> RemittanceClaim {
    RemittanceClaim {
        ordinal: 1,
        control: claim.id.to_string(),
        status: ClaimPaymentStatus::Processed(1),
        charge: claim.charge,
        paid: paid.paid,
        patient_responsibility: paid.patient_owes,
        filing_indicator: Some("12".to_owned()),
        payer_control: Some("ICN1".parse().unwrap()),
        frequency: None,
        patient: Some(claim.patient.clone()),
        forwarded_to: None,
        from: None,
        to: None,
        received: None,
        adjustments: paid.adjustments.clone(),
        remarks: paid.remarks.clone(),
        lines: claim
            .lines
            .iter()
            .zip(of_lines)
            .map(|(line, prior)| RemittanceLine {
                qualifier: line.qualifier.clone(),
                procedure: line.procedure.clone(),
                modifiers: line.modifiers.clone(),
                charge: line.charge,
                paid: prior.paid,
                units: Some(line.units),
                from: line.from,
                to: line.to,
                control: line.control.clone(),
                allowed: None,
                adjustments: prior.adjustments.clone(),
                remarks: prior.remarks.clone(),
            })
            .collect(),
    }
}

fn made(claim: &Claim, remittance: &Remittance, next: &Coverage) -> Result<Claim, SecondaryError> {
    let adjudicated = Adjudicated {
        claim,
        remitted: &remittance.claims[0],
        decided: remittance.effective.unwrap(),
    };
    secondary_claim(adjudicated, next, "SEC1".parse().unwrap())
}

/// The claim as its file can tell it: remark codes of lines have no place in an
/// 837, nor have birth date and sex of another payer's subscriber.
fn as_told(mut claim: Claim) -> Claim {
    for decision in claim.lines.iter_mut().flat_map(|line| &mut line.prior) {
        decision.remarks.clear();
    }
    for other in claim.coverages.iter_mut().skip(1) {
        if let Some(subscriber) = &mut other.subscriber {
            (subscriber.born, subscriber.sex) = (None, None);
        }
    }
    claim
}

/// Valid by our guide, and the same when read.
fn assert_sound(name: &str, claim: &Claim) {
    let file = written(&[claim]);
    let (again, expected) = (only_claim(&file), as_told(claim.clone()));
    assert_eq!(again.coverages, expected.coverages, "{name}");
    assert_eq!(again.lines, expected.lines, "{name}");
    let report = scrubjay_x12::check(&file, &[]).unwrap();
    let faults: Vec<_> = report.sets.iter().flat_map(|set| &set.findings).collect();
    assert!(report.is_valid(), "{name}: {faults:#?}");
}

#[test]
fn a_claim_to_the_second_payer_is_valid_and_reads_back() {
    let mut first = professional("P1");
    let second = coverage(CoverageOrder::Secondary, "PAY02", Relationship::Own);
    first.coverages.push(second.clone());
    first.authorization = Some("A77".to_owned());
    let paid = PriorPayment {
        paid: money("70.5"),
        adjustments: vec![adjustment("PR", "1", "10")],
        remarks: vec![AsSent::read("MA01")],
        ..PriorPayment::default()
    };
    let lines = [("60.5", "40"), ("20", "30")].map(|(paid, off)| PriorPayment {
        paid: money(paid),
        adjustments: vec![adjustment("CO", "45", off)],
        remarks: vec![AsSent::read("N130")],
        ..PriorPayment::default()
    });
    let remittance = sent(remitted(&first, &paid, &[&lines[0], &lines[1]]));
    let secondary = made(&first, &remittance, &second).unwrap();
    assert_sound("made by hand", &secondary);
    let files = [("secondary.837".to_owned(), written(&[&secondary]))];
    let Some(verdicts) = oracle(&files) else {
        println!("skipped: SCRUBJAY_ORACLE_PYTHON names no Python with pyx12");
        return;
    };
    assert!(verdicts[0].contains("\"VALID\""), "{verdicts:?}");
}

fn named(name: &str) -> Option<Claim> {
    let path = corpus()?
        .into_iter()
        .find(|path| path.file_name().is_some_and(|file| file == name))?;
    let bytes = std::fs::read(path).unwrap();
    claims_of(&sets_of(&bytes)[0]).remove(0).ok()
}

/// The chain of the corpus: a claim to the first payer, and the same claim as
/// the provider sent it to the second.
#[test]
fn the_chain_of_the_corpus_is_built_again_from_the_first_claim() {
    let (Some(first), Some(second)) = (
        named("837_005010X222A2__demo.cob.example3.A.837"),
        named("837_005010X222A2__demo.cob.example3.B.837"),
    ) else {
        println!("skipped: ../shared/corpus is not here");
        return;
    };
    let paid = second.coverages[1].paid.as_ref().unwrap();
    let of_lines: Vec<_> = second.lines.iter().map(|line| &line.prior[0]).collect();
    let remittance = sent(remitted(&first, paid, &of_lines));
    let built = made(&first, &remittance, &second.coverages[0]).unwrap();
    assert_eq!(built.coverages[0], second.coverages[0]);
    assert_eq!(built.coverages.len(), 2);
    assert_eq!(built.coverages[1].paid, second.coverages[1].paid);
    let prior = |claim: &Claim| -> Vec<Vec<PriorPayment>> {
        claim.lines.iter().map(|line| line.prior.clone()).collect()
    };
    assert_eq!(prior(&built), prior(&second));
    assert_eq!(built.diagnoses, second.diagnoses);
    assert_eq!(built.patient.name, second.patient.name);
    let (again, expected) = (only_claim(&written(&[&built])), as_told(built));
    assert_eq!(again.coverages, expected.coverages);
    assert_eq!(again.lines, expected.lines);
}

/// Every claim of the corpus that names one earlier payer with line decisions,
/// taken back to the first payer and built again.
#[test]
fn claims_of_the_corpus_to_later_payers_are_built_again() {
    let Some(paths) = corpus() else {
        println!("skipped: ../shared/corpus is not here");
        return;
    };
    let (mut built, mut refused) = (0, 0);
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(interchanges) = scrubjay_x12::read(&bytes) else {
            continue;
        };
        let sets = interchanges.iter().flat_map(|of| &of.sets);
        for set in sets.filter(|set| set.set_id == "837" && set.guide.is_some()) {
            for later in claims_of(set).into_iter().flatten() {
                match rebuilt(&path.display().to_string(), &later) {
                    Some(true) => built += 1,
                    Some(false) => refused += 1,
                    None => {}
                }
            }
        }
    }
    println!("{built} claims to later payers built again, {refused} refused");
    assert!(built >= 3, "{built}");
}

fn rebuilt(name: &str, later: &Claim) -> Option<bool> {
    let [next, before] = &later.coverages[..] else {
        return None;
    };
    let paid = before.paid.as_ref()?;
    let of_lines: Vec<&PriorPayment> = later
        .lines
        .iter()
        .filter_map(|line| line.prior.first())
        .collect();
    if of_lines.len() != later.lines.len() || before.payer.is_none() {
        return None;
    }
    let mut first = later.clone();
    first.coverages = vec![
        Coverage {
            paid: None,
            ..before.clone()
        },
        next.clone(),
    ];
    for line in &mut first.lines {
        line.prior.clear();
    }
    let remittance = sent(remitted(&first, paid, &of_lines));
    let again = match made(&first, &remittance, next) {
        Ok(again) => again,
        Err(error) => {
            println!("{name}: {error}");
            return Some(false);
        }
    };
    for (built, was) in again.lines.iter().zip(&later.lines) {
        assert_eq!(built.prior[0].paid, was.prior[0].paid, "{name}");
        assert_eq!(
            built.prior[0].adjustments, was.prior[0].adjustments,
            "{name}"
        );
    }
    let built = again.coverages[1].paid.as_ref().unwrap();
    assert_eq!(built.paid, paid.paid, "{name}");
    assert_eq!(built.adjustments, paid.adjustments, "{name}");
    if paid.patient_owes.is_some() {
        assert_eq!(built.patient_owes, paid.patient_owes, "{name}");
    }
    Some(true)
}
