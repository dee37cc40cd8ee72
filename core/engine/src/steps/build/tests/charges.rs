//! Every charge ends on exactly one claim or in the list, whatever comes.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use scrubjay_model::{ClaimKind, Icd10};

use super::*;
use crate::billing::{BillingPolicy, SplitBy};

/// What a charge is made of: visit, provider, place, diagnoses, dollars.
type Drawn = (usize, usize, usize, Vec<usize>, i64);

const DAYS: [&str; 5] = [
    "2026-03-02",
    "2026-03-02",
    "2026-03-03",
    "2026-03-09",
    "2026-04-01",
];
const PATIENTS: [&str; 3] = ["P-1", "P-2", "P-3"];
const CODES: [&str; 15] = [
    "J029", "R509", "E119", "I10", "Z0000", "M545", "R05", "J189", "E785", "F329", "G43909",
    "K219", "L309", "N390", "R51",
];

fn policies() -> impl Strategy<Value = String> {
    let per = prop::sample::select(vec!["visit", "day", "7 days", "month"]);
    let split = prop::sample::select(vec!["[]", "[place]", "[provider]", "[place, provider]"]);
    let kind = prop_oneof![
        Just("claim: professional"),
        Just("claim: institutional, institutional: { facility_type: '13', revenue: '0510' }"),
    ];
    (per, split, 1u8..6, kind).prop_map(|(per, split, lines, kind)| {
        format!("{{ per: {per}, split: {split}, lines: {lines}, {kind} }}")
    })
}

fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let diagnoses = prop::collection::btree_set(0..CODES.len(), 0..=4);
    let diagnoses = diagnoses.prop_map(|set| set.into_iter().collect::<Vec<_>>());
    // Three patients with five visits each; the last patient is not registered.
    prop::collection::vec(
        (0..15usize, 0..3usize, 0..2usize, diagnoses, 0..500i64),
        0..24,
    )
}

fn made(number: usize, (at, provider, place, diagnoses, dollars): &Drawn) -> Charge {
    let (patient, on) = (PATIENTS[at / 5], DAYS[at % 5]);
    let visit = format!("V-{at}");
    Charge::new(ChargeRecord {
        // The third is on no roster.
        provider: [PRACTICE, DOCTOR, "1000000004"][*provider].parse().unwrap(),
        place: ["11", "22"][*place].parse().unwrap(),
        diagnoses: diagnoses
            .iter()
            .map(|at| CODES[*at].parse().unwrap())
            .collect(),
        amount: Money::from_cents(dollars * 100 + 1),
        ..charge_record(&format!("C-{number}"), &visit, patient, on)
    })
    .unwrap()
}

/// The practice with its charges, kept in that order.
fn practice(policy: &str, drawn: &[Drawn], order: &[usize]) -> Bench {
    let mut bench = Bench::with("first", policy);
    let covered = vec![
        held(CoverageOrder::Primary, "PAY01"),
        held(CoverageOrder::Secondary, "PAY02"),
    ];
    bench.keep(patient("P-1", covered));
    bench.keep(patient("P-2", Vec::new()));
    for (at, on) in (0..15).zip(DAYS.iter().cycle()) {
        let mut record = visit(&format!("V-{at}"), PATIENTS[at / 5], on).into_record();
        if at == 4 {
            (record.status, record.closed) = (EncounterStatus::Arrived, None);
        }
        bench.keep(Encounter::new(record).unwrap());
    }
    for number in order {
        bench.keep(made(*number, &drawn[*number]));
    }
    bench
}

fn in_turn(drawn: &[Drawn]) -> Vec<usize> {
    (0..drawn.len()).collect()
}

fn allowed(policy: &BillingPolicy, claim: &Claim) {
    let days: BTreeSet<_> = claim.lines.iter().filter_map(|line| line.from).collect();
    let (first, last) = (days.first().unwrap(), days.last().unwrap());
    assert!(claim.lines.len() <= policy.most_lines());
    assert!(claim.diagnoses.len() <= 25);
    assert!(claim.kind == ClaimKind::Institutional || claim.diagnoses.len() <= 12);
    assert!(policy.per.last_day(*first).is_none_or(|ends| *last <= ends));
    let alone = |by| policy.splits(by);
    let placed = claim.lines.iter().any(|line| line.place.is_some());
    let another = claim.lines.iter().any(|line| line.rendering.is_some());
    assert!(!(alone(SplitBy::Place) && placed));
    assert!(!(alone(SplitBy::Provider) && another));
}

/// Each line says what its charge says.
fn assert_same(claim: &Claim, at: usize, charge: &Charge) {
    let line = &claim.lines[at];
    assert_eq!(line.charge, charge.amount);
    assert_eq!(line.from, Some(charge.service));
    assert_eq!(line.units, charge.units);
    assert_eq!(
        line.procedure.as_ref().unwrap().text(),
        charge.procedure.as_str()
    );
    if claim.kind == ClaimKind::Professional {
        let place = line.place.as_ref().or(claim.place.as_ref()).unwrap();
        assert_eq!(place.text(), charge.place.as_str());
        let codes: Vec<Icd10> = line
            .pointers
            .iter()
            .map(|at| {
                claim.diagnoses[usize::from(*at) - 1]
                    .code
                    .sound()
                    .unwrap()
                    .clone()
            })
            .collect();
        assert_eq!(codes, charge.diagnoses);
    }
    let details = claim.institutional.as_ref();
    let attending = details.and_then(|of| of.attending.as_ref());
    let of_claim = claim
        .rendering
        .as_ref()
        .or(attending)
        .unwrap_or(&claim.billing);
    let gave = line.rendering.as_ref().unwrap_or(of_claim);
    assert_eq!(
        gave.npi.as_ref().unwrap().text(),
        charge.provider.to_string()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_charge_ends_on_exactly_one_claim_or_in_the_list(policy in policies(), drawn in drawn()) {
        let mut bench = practice(&policy, &drawn, &in_turn(&drawn));
        let built = bench.build();
        let mut ends: BTreeMap<String, usize> = BTreeMap::new();
        for left in &built.left_out {
            *ends.entry(left.charge.to_string()).or_default() += 1;
            prop_assert_eq!(&bench.charge(left.charge.as_str()).billing, &Billing::Unbilled);
        }
        let mut billed = Money::ZERO;
        for of in &built.claims {
            let claim = bench.claim(&of.claim);
            prop_assert_eq!(claim.lines.len(), of.charges.len());
            for (at, id) in of.charges.iter().enumerate() {
                *ends.entry(id.to_string()).or_default() += 1;
                let charge = bench.charge(id.as_str());
                prop_assert_eq!(&charge.billing, &Billing::Billed { claim: of.claim.clone() });
                assert_same(&claim, at, &charge);
            }
            prop_assert_eq!(claim.charge, claim.line_total());
            prop_assert_eq!(claim.charge, of.charge);
            allowed(&bench.config.billing_of(&of.payer), &claim);
            billed += claim.charge;
        }
        prop_assert_eq!(ends.len(), drawn.len());
        prop_assert!(ends.values().all(|times| *times == 1));
        // What is owed is what was billed, and nothing else.
        prop_assert_eq!(bench.balance("revenue"), -billed);
        // What was built is built once.
        let again = bench.build();
        prop_assert!(again.claims.is_empty());
        prop_assert_eq!(again.left_out, built.left_out);
    }

    #[test]
    fn built_claims_are_valid_and_read_back_as_they_were(policy in policies(), drawn in drawn()) {
        let mut bench = practice(&policy, &drawn, &in_turn(&drawn));
        for of in bench.build().claims {
            if of.payer == "first" {
                assert_sound(&bench.claim(&of.claim));
            }
        }
    }

    #[test]
    fn the_order_in_which_charges_come_does_not_matter(
        policy in policies(),
        (drawn, order) in drawn().prop_flat_map(|drawn| {
            let order = Just(in_turn(&drawn)).prop_shuffle();
            (Just(drawn), order)
        }),
    ) {
        let told = |mut bench: Bench| {
            let built = bench.build();
            let claims: Vec<Claim> = built.claims.iter().map(|of| bench.claim(&of.claim)).collect();
            let left: BTreeSet<String> = built.left_out.iter().map(|of| of.charge.to_string()).collect();
            (claims, left)
        };
        let in_turn = practice(&policy, &drawn, &in_turn(&drawn));
        let shuffled = practice(&policy, &drawn, &order);
        prop_assert_eq!(told(in_turn), told(shuffled));
    }
}
