//! Reading, writing and reading again loses nothing.

use std::path::Path;

use chrono::{TimeZone, Utc};
use scrubjay_model::{Claim, ClaimKind};
use scrubjay_x12::{ControlNumbers, Loop, TransactionSet};

use crate::{ClaimBatch, Party, read_claims, write_claims};

struct Counting(u32);

impl ControlNumbers for Counting {
    fn next_interchange(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
    fn next_group(&mut self) -> u32 {
        self.0
    }
    fn next_set(&mut self) -> u32 {
        self.0
    }
}

fn claims_of(bytes: &[u8]) -> (Vec<Claim>, Vec<TransactionSet>) {
    let interchanges = scrubjay_x12::read(bytes).unwrap();
    let sets: Vec<_> = interchanges
        .into_iter()
        .flat_map(|interchange| interchange.sets)
        .collect();
    let mut number = 0;
    let mut claims = Vec::new();
    for set in sets
        .iter()
        .filter(|set| set.set_id == "837" && set.guide.is_some())
    {
        let read = read_claims(set, &mut |_| {
            number += 1;
            format!("C{number}").parse().unwrap()
        });
        claims.extend(
            read.into_iter()
                .filter_map(Result::ok)
                .map(|read| read.claim),
        );
    }
    (claims, sets)
}

fn written(claims: &[&Claim]) -> Vec<u8> {
    let party = |id: &str| Party {
        qualifier: "ZZ".to_owned(),
        id: id.to_owned(),
        name: id.to_owned(),
    };
    let batch = ClaimBatch {
        claims,
        submitter: party("US"),
        contact_name: "BILLING".to_owned(),
        contact_phone: "5125550100".to_owned(),
        receiver: party("THEM"),
        usage: "T",
        at: Utc.with_ymd_and_hms(2026, 3, 2, 8, 15, 0).unwrap(),
    };
    write_claims(&batch, &mut Counting(0)).unwrap().bytes
}

/// Every segment of the claims of a set, without what the writer numbers anew
/// and without empty trailing elements, sorted.
fn segments(sets: &[TransactionSet]) -> Vec<String> {
    fn walk(within: &Loop, all: &mut Vec<String>) {
        for segment in &within.segments {
            let numbered = matches!(
                segment.id.as_str(),
                "ST" | "SE" | "BHT" | "HL" | "LX" | "CLM" | "CAS"
            );
            if !numbered {
                all.push(plain_numbers(&segment.to_string()));
            }
        }
        within
            .loops
            .iter()
            .filter(|inner| !inner.id.starts_with("1000"))
            .for_each(|inner| walk(inner, all));
    }
    let mut all = Vec::new();
    sets.iter()
        .filter(|set| set.set_id == "837")
        .for_each(|set| walk(&set.root, &mut all));
    all.sort();
    // Billing providers and subscribers that stood twice may be written once.
    all.dedup();
    all
}

/// Numbers without zeros that say nothing: `7.10` and `7.1` are one amount.
fn plain_numbers(segment: &str) -> String {
    let plain = |element: &str| match element.parse::<rust_decimal::Decimal>() {
        Ok(number) if element.contains('.') => number.normalize().to_string(),
        _ => element.to_owned(),
    };
    segment.split('*').map(plain).collect::<Vec<_>>().join("*")
}

fn assert_nothing_is_lost(name: &str, bytes: &[u8]) -> usize {
    let (claims, sets) = claims_of(bytes);
    for kind in [
        ClaimKind::Professional,
        ClaimKind::Institutional,
        ClaimKind::Dental,
    ] {
        let of_kind: Vec<&Claim> = claims.iter().filter(|claim| claim.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let bytes = written(&of_kind);
        let (mut again, sets_again) = claims_of(&bytes);
        assert_eq!(again.len(), of_kind.len(), "{name}");
        for set in &sets_again {
            assert!(set.faults.is_empty(), "{name}: {:?}", set.faults);
        }
        for (claim, again) in of_kind.iter().zip(&mut again) {
            // Its id is what was written as CLM01.
            assert_eq!(again.control.as_str(), claim.id.as_str(), "{name}");
            again.control = claim.control.clone();
            again.id = claim.id.clone();
            let differs = |mut claim: Claim| {
                claim.carried.clear();
                claim
            };
            assert_eq!(differs(again.clone()), differs((*claim).clone()), "{name}");
        }
        if of_kind.len() == claims.len() {
            let (before, after) = (segments(&sets), segments(&sets_again));
            let lost: Vec<_> = before
                .iter()
                .filter(|segment| !after.contains(segment))
                .map(|s| s.split('*').next())
                .collect();
            assert!(lost.is_empty(), "{name} lost {lost:?}");
        }
    }
    claims.len()
}

#[test]
fn every_segment_of_a_claim_comes_back() {
    let bytes = include_bytes!("../fixtures/one-claim.837");
    assert_eq!(assert_nothing_is_lost("one-claim.837", bytes), 1);
    let (claims, _) = claims_of(bytes);
    let text = String::from_utf8(written(&[&claims[0]])).unwrap();
    // Flags that came are not replaced by defaults.
    assert!(text.contains("CLM*C1*150.5***11:B:1*N*C*N*I*P~"), "{text}");
    assert!(
        text.contains("SV1*HC:G0463:25:::::VISIT*100.5*UN*1*11**1:2**Y~"),
        "{text}"
    );
}

#[test]
fn seven_replaces_and_eight_voids() {
    let text = include_str!("../fixtures/one-claim.837");
    for (code, expected) in [
        ("7", scrubjay_model::Frequency::Replacement),
        ("8", scrubjay_model::Frequency::Void),
    ] {
        let (claims, _) = claims_of(text.replace("11:B:1", &format!("11:B:{code}")).as_bytes());
        assert_eq!(claims[0].frequency, expected);
    }
}

#[test]
fn a_child_stands_under_the_parent_that_is_insured() {
    let (claims, _) = claims_of(include_bytes!("../fixtures/one-claim.837"));
    let claim = &claims[0];
    assert_eq!(claim.patient.name.first.as_deref(), Some("CHILD"));
    let coverage = claim.destination().unwrap();
    assert_eq!(coverage.relationship, scrubjay_model::Relationship::Child);
    assert_eq!(
        coverage
            .subscriber
            .as_ref()
            .and_then(|person| person.name.first.as_deref()),
        Some("PARENT")
    );
    assert_eq!(
        coverage.member.as_ref().map(|member| member.as_str()),
        Some("M0001")
    );
    assert_eq!(claim.coverages.len(), 2);
}

#[test]
fn nothing_is_lost_of_any_claim_of_the_corpus() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let Ok(index) = std::fs::read_to_string(shared.join("INDEX.tsv")) else {
        println!("skipped: ../shared is not here");
        return;
    };
    let mut claims = 0;
    for path in index
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').next())
    {
        let bytes = std::fs::read(shared.join(path)).unwrap();
        if scrubjay_x12::read(&bytes).is_ok() {
            claims += assert_nothing_is_lost(path, &bytes);
        }
    }
    assert!(claims >= 40, "only {claims} claims were read");
    println!("{claims} claims of the corpus read, written and read again");
}
