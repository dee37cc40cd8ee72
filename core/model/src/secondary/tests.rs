//! A claim of two lines, what its payer decided, and the claim to the next.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{Adjustment, CoverageOrder};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn coverage(order: &str, payer: &str) -> serde_json::Value {
    json!({
        "order": order, "payer": payer, "payer_name": { "last": payer },
        "member": format!("M-{payer}"), "relationship": "own",
    })
}

fn line(number: u32, code: &str, charge: &str) -> serde_json::Value {
    json!({
        "number": number, "qualifier": "HC", "procedure": code, "charge": charge, "unit": "UN",
        "units": "1", "from": "2026-02-20", "to": "2026-02-20", "control": format!("L{number}"),
        "authorization": "LA1",
    })
}

fn claim() -> Claim {
    serde_json::from_value(json!({
        "id": "C1", "control": "C1", "kind": "professional", "frequency": "1",
        "payer_control": null, "billing": { "name": { "last": "SAMPLE CLINIC" } },
        "patient": { "name": { "last": "SAMPLE", "first": "PATIENT" } },
        "coverages": [coverage("P", "PAY01"), coverage("S", "PAY02"), coverage("T", "PAY03")],
        "charge": "150.00", "authorization": "A77",
        "lines": [line(1, "G0463", "100.00"), line(2, "J1100", "50.00")],
        "carried": [
            { "at": "2010BB", "segments": ["N3*1 PAYER WAY"] },
            { "at": "2310B", "segments": ["REF*G2*PAY01ID", "REF*0B*STATE1"] },
            { "at": "2320[1]", "segments": ["AMT*A8*1"] },
            { "at": "2320[2]", "segments": ["AMT*A8*2"] },
        ],
    }))
    .unwrap()
}

fn adjustment(group: &str, carc: &str, amount: &str) -> Adjustment {
    Adjustment {
        group: AsSent::read(group),
        carc: AsSent::read(carc),
        amount: money(amount),
        units: None,
    }
}

fn remitted() -> RemittanceClaim {
    let said = |code: &str, charge: &str, paid: &str, control: &str, adjustments| {
        let mut line: crate::RemittanceLine = serde_json::from_value(json!({
            "qualifier": "HC", "procedure": code, "charge": charge, "paid": paid,
            "from": "2026-02-20", "control": control, "remarks": ["N130"],
        }))
        .unwrap();
        line.adjustments = adjustments;
        line
    };
    let mut remitted: RemittanceClaim = serde_json::from_value(json!({
        "ordinal": 1, "control": "C1", "status": "1", "charge": "150.00", "paid": "85.00",
        "remarks": ["MA01", "N130"],
    }))
    .unwrap();
    // As the payer had them: not in the claim's order.
    remitted.lines = vec![
        said(
            "J1100",
            "50.00",
            "25.00",
            "L2",
            vec![adjustment("CO", "45", "25.00")],
        ),
        said(
            "G0463",
            "100.00",
            "70.00",
            "L1",
            vec![
                adjustment("CO", "45", "10.00"),
                adjustment("CO", "253", "5.00"),
                adjustment("PR", "2", "15.00"),
            ],
        ),
    ];
    remitted.adjustments = vec![adjustment("PR", "1", "10.00")];
    remitted
}

fn next(claim: &Claim) -> Coverage {
    claim.coverages[1].clone()
}

fn made(claim: &Claim, remitted: &RemittanceClaim) -> Result<Claim, SecondaryError> {
    let adjudicated = Adjudicated {
        claim,
        remitted,
        decided: day("2026-03-09"),
    };
    secondary_claim(adjudicated, &next(claim), "C2".parse().unwrap())
}

#[test]
fn every_adjustment_of_the_first_payer_is_on_the_claim_to_the_second() {
    let secondary = made(&claim(), &remitted()).unwrap();
    let orders: Vec<CoverageOrder> = secondary.coverages.iter().map(|of| of.order).collect();
    assert_eq!(
        orders,
        [
            CoverageOrder::Secondary,
            CoverageOrder::Primary,
            CoverageOrder::Tertiary
        ]
    );
    let paid = secondary.coverages[1].paid.as_ref().unwrap();
    assert_eq!(paid.paid, money("85.00"));
    assert_eq!(paid.adjustments, [adjustment("PR", "1", "10.00")]);
    assert_eq!(paid.patient_owes, Some(money("25.00")));
    let remarks: Vec<String> = paid.remarks.iter().map(AsSent::text).collect();
    assert_eq!(remarks, ["MA01", "N130"]);
    let prior = &secondary.lines[0].prior[0];
    assert_eq!(prior.adjustments.len(), 3);
    assert_eq!(prior.decided, Some(day("2026-03-09")));
    assert_eq!(prior.payer.as_deref(), Some("PAY01"));
    assert_eq!(secondary.lines[1].prior[0].paid, money("25.00"));
    assert_eq!(
        (secondary.id.as_str(), secondary.control.as_str()),
        ("C2", "C1")
    );
}

#[test]
fn what_the_first_payer_gave_does_not_go_to_the_second_as_its_own() {
    let secondary = made(&claim(), &remitted()).unwrap();
    assert_eq!(secondary.authorization, None);
    assert!(
        secondary
            .lines
            .iter()
            .all(|line| line.authorization.is_none())
    );
    let carried: Vec<(&str, String)> = secondary
        .carried
        .iter()
        .map(|of| (of.at.as_str(), of.segments.join("~")))
        .collect();
    assert_eq!(
        carried,
        [
            ("2310B", "REF*0B*STATE1".to_owned()),
            ("2320[2]", "AMT*A8*2".to_owned()),
            ("2320[1]/2330B", "REF*G1*A77".to_owned()),
        ]
    );
}

#[test]
fn a_third_payer_sees_what_both_before_it_decided() {
    let second = made(&claim(), &remitted()).unwrap();
    let mut answer = remitted();
    answer.status = ClaimPaymentStatus::Processed(2);
    answer.paid = money("20.00");
    answer.adjustments = vec![adjustment("OA", "23", "130.00")];
    answer.lines.clear();
    let adjudicated = Adjudicated {
        claim: &second,
        remitted: &answer,
        decided: day("2026-04-09"),
    };
    let third = secondary_claim(adjudicated, &claim().coverages[2], "C3".parse().unwrap()).unwrap();
    let paid: Vec<Option<Money>> = third
        .coverages
        .iter()
        .map(|of| of.paid.as_ref().map(|paid| paid.paid))
        .collect();
    assert_eq!(paid, [None, Some(money("85.00")), Some(money("20.00"))]);
    // Decided as a whole: the claim says when.
    let second = third.coverages[2].paid.as_ref().unwrap();
    assert_eq!(second.decided, Some(day("2026-04-09")));
    assert_eq!(third.lines[0].prior.len(), 1);
    // What was carried of the third payer stood in its place, and is gone.
    assert!(!third.carried.iter().any(|of| of.segments == ["AMT*A8*2"]));
}

#[test]
fn a_line_is_found_without_its_number_and_a_split_one_by_it() {
    let mut lost = remitted();
    for line in &mut lost.lines {
        line.control = None;
    }
    let (known, found) = (made(&claim(), &remitted()), made(&claim(), &lost));
    assert_eq!(known, found);
    let mut split = remitted();
    let mut part = split.lines[1].clone();
    part.charge = money("40.00");
    part.paid = money("40.00");
    part.adjustments.clear();
    split.lines[1].charge = money("60.00");
    split.lines[1].paid = money("30.00");
    split.lines.push(part);
    let secondary = made(&claim(), &split).unwrap();
    assert_eq!(secondary.lines[0].prior[0].paid, money("70.00"));
}

#[test]
fn what_a_person_must_look_at_makes_no_claim() {
    let refused = |change: fn(&mut RemittanceClaim)| {
        let mut changed = remitted();
        change(&mut changed);
        made(&claim(), &changed).unwrap_err()
    };
    assert_eq!(
        refused(|of| of.status = ClaimPaymentStatus::Forwarded(1)),
        SecondaryError::Forwarded
    );
    assert_eq!(
        refused(|of| of.status = ClaimPaymentStatus::Reversal),
        SecondaryError::Reversed
    );
    assert_eq!(
        refused(|of| of.status = ClaimPaymentStatus::PatientUnknown),
        SecondaryError::NotProcessed
    );
    assert_eq!(
        refused(|of| of.lines[0].paid = money("24.00")),
        SecondaryError::LineUnbalanced {
            line: 2,
            difference: money("1.00")
        }
    );
    assert_eq!(
        refused(|of| of.adjustments.clear()),
        SecondaryError::Unbalanced {
            difference: money("10.00")
        }
    );
    assert_eq!(
        refused(|of| {
            of.lines.pop();
        }),
        SecondaryError::Unmatched {
            of: "claim",
            line: 1
        }
    );
    assert_eq!(
        refused(|of| {
            of.lines[0].control = None;
            of.lines[0].procedure = Some(AsSent::read("J9999"));
        }),
        SecondaryError::Unmatched {
            of: "remittance",
            line: 1
        }
    );
    let claim = claim();
    let adjudicated = Adjudicated {
        claim: &claim,
        remitted: &remitted(),
        decided: day("2026-03-09"),
    };
    let again = secondary_claim(adjudicated, &claim.coverages[0], "C2".parse().unwrap());
    assert_eq!(again, Err(SecondaryError::Order));
}

proptest! {
    /// Whatever was taken off on which level: the claim to the next payer
    /// balances as its guide asks, and no cent or reason is lost.
    #[test]
    fn the_claim_to_the_next_payer_balances(
        off in prop::collection::vec((0..2_usize, 0..4_usize, -500..4_000_i64), 0..12),
        of_claim in prop::collection::vec((0..4_usize, 0..2_000_i64), 0..4),
    ) {
        const REASONS: [(&str, &str); 4] = [("CO", "45"), ("PR", "1"), ("OA", "23"), ("PI", "16")];
        let made_of = |reason: usize, cents| Adjustment {
            amount: Money::from_cents(cents),
            ..adjustment(REASONS[reason].0, REASONS[reason].1, "0")
        };
        let mut answer = remitted();
        for line in &mut answer.lines {
            line.adjustments.clear();
            line.paid = line.charge;
        }
        for (line, reason, cents) in off {
            answer.lines[line].adjustments.push(made_of(reason, cents));
            answer.lines[line].paid -= Money::from_cents(cents);
        }
        answer.adjustments = of_claim.iter().map(|(reason, cents)| made_of(*reason, *cents)).collect();
        let of_lines: Money = answer.lines.iter().map(|line| line.paid).sum();
        let of_claim: Money = answer.adjustments.iter().map(|of| of.amount).sum();
        answer.paid = of_lines - of_claim;
        let secondary = made(&claim(), &answer).unwrap();
        let mut taken = Vec::new();
        for line in &secondary.lines {
            let [prior] = &line.prior[..] else { panic!("one payer decided") };
            let off: Money = prior.adjustments.iter().map(|of| of.amount).sum();
            prop_assert_eq!(prior.paid + off, line.charge);
            taken.extend(prior.adjustments.clone());
        }
        let paid = secondary.coverages[1].paid.clone().unwrap();
        taken.extend(paid.adjustments.clone());
        let off: Money = taken.iter().map(|of| of.amount).sum();
        prop_assert_eq!(paid.paid + off, secondary.charge);
        prop_assert_eq!(taken.len(), answer.all_adjustments().count());
        let owed: Money = taken.iter().filter(|of| of.group.text() == "PR").map(|of| of.amount).sum();
        prop_assert_eq!(paid.patient_owes.unwrap_or_default(), owed);
    }
}

#[test]
fn the_patient_goes_to_the_next_payer_by_its_own_number_or_by_none() {
    let mut first = claim();
    first.patient.member = first.coverages[0].member.clone();
    let (said, decided) = (remitted(), day("2026-03-16"));
    let mut next = first.coverages[1].clone();
    let made = |next: &Coverage| {
        let adjudicated = Adjudicated {
            claim: &first,
            remitted: &said,
            decided,
        };
        secondary_claim(adjudicated, next, "C2".parse().unwrap()).unwrap()
    };
    assert_eq!(made(&next).patient.member, next.member);
    next.relationship = Relationship::Child;
    assert_eq!(made(&next).patient.member, None);
}
