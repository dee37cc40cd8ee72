//! Every claim of the corpus is read, written and read again, and nothing is lost.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use scrubjay_edi::{ClaimUnits, read_claims};
use scrubjay_model::{Claim, ClaimId, ClaimKind};
use scrubjay_x12::{Event, Reader};
use support::{claim_paths, claims_of, corpus, says, sets_of, written};

#[test]
fn nothing_is_lost_of_any_claim_of_the_corpus() {
    let Some(paths) = corpus() else {
        println!("skipped: ../shared/corpus is not here");
        return;
    };
    let mut counted = 0;
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        if scrubjay_x12::read(&bytes).is_err() {
            continue;
        }
        for set in sets_of(&bytes) {
            if set.set_id == "837" && set.guide.is_some() {
                counted += check(&path.display().to_string(), &set);
            }
        }
    }
    println!("{counted} claims of the corpus read, written and read again");
    assert!(counted >= 43, "only {counted} claims were read");
}

fn check(name: &str, set: &scrubjay_x12::TransactionSet) -> usize {
    let read = claims_of(set);
    let before = claim_paths(set);
    assert_eq!(read.len(), before.len(), "{name}");
    let claims: Vec<&Claim> = read.iter().map(|claim| claim.as_ref().unwrap()).collect();
    if claims.is_empty() {
        return 0;
    }
    let file = written(&claims);
    let again = &sets_of(&file)[0];
    if set.faults.is_empty() {
        assert!(again.faults.is_empty(), "{name}: {:?}", again.faults);
    }
    let after = claim_paths(again);
    let reread = claims_of(again);
    for (claim, path) in claims.iter().zip(&before) {
        let at = reread
            .iter()
            .position(|other| other.as_ref().unwrap().id == claim.id)
            .unwrap();
        let mut expected = says(path);
        let mut found = says(&after[at]);
        for said in expected.iter_mut().chain(&mut found) {
            if said.starts_with("2300 CLM*") {
                // CLM01 is our own id.
                *said = said.splitn(3, '*').last().unwrap().to_owned();
            }
        }
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{name}");
        let mut expected = (*claim).clone();
        expected.control = claim.id.as_str().parse().unwrap();
        assert_eq!(
            sorted(reread[at].as_ref().unwrap()),
            sorted(&expected),
            "{name}"
        );
    }
    let reread: Vec<Claim> = reread.into_iter().map(Result::unwrap).collect();
    let reread: Vec<&Claim> = reread.iter().collect();
    assert_eq!(
        String::from_utf8(written(&reread)).unwrap(),
        String::from_utf8(file).unwrap(),
        "{name}: written a second time, the file changes"
    );
    claims.len()
}

/// The claim with what it carries in one order.
fn sorted(claim: &Claim) -> Claim {
    let mut claim = claim.clone();
    for carried in &mut claim.carried {
        carried.segments.sort();
    }
    claim
        .carried
        .sort_by(|one, other| (&one.at, &one.segments).cmp(&(&other.at, &other.segments)));
    claim
}

#[test]
fn claim_by_claim_the_same_claims_are_read() {
    let Some(paths) = corpus() else {
        println!("skipped: ../shared/corpus is not here");
        return;
    };
    let mut compared = 0;
    // One reader for all files, and each file twice in a row.
    let mut units = ClaimUnits::default();
    for path in paths.iter().flat_map(|path| [path, path]) {
        let bytes = std::fs::read(path).unwrap();
        if scrubjay_x12::read(&bytes).is_err() {
            continue;
        }
        let sets = sets_of(&bytes);
        let sets = sets
            .iter()
            .filter(|set| set.set_id == "837" && set.guide.is_some());
        let whole: Vec<_> = sets
            .flat_map(|set| read_claims(set, &mut one_name))
            .collect();
        let streamed: Vec<_> = Reader::new(bytes.as_slice())
            .filter_map(|event| match event.unwrap() {
                Event::Unit(unit) => units.read(&unit, &mut one_name),
                _ => None,
            })
            .collect();
        assert_eq!(streamed, whole, "{}", path.display());
        compared += whole.len();
    }
    assert!(compared >= 86, "only {compared} claims were compared");
}

fn one_name(_: &str) -> ClaimId {
    "ONE".parse().unwrap()
}

#[test]
fn every_kind_of_claim_is_in_the_corpus() {
    let Some(paths) = corpus() else {
        println!("skipped: ../shared/corpus is not here");
        return;
    };
    let mut kinds = Vec::new();
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        if scrubjay_x12::read(&bytes).is_ok() {
            let sets = sets_of(&bytes);
            let claims = sets
                .iter()
                .filter(|set| set.set_id == "837" && set.guide.is_some())
                .flat_map(claims_of);
            kinds.extend(claims.map(|claim| claim.unwrap().kind));
        }
    }
    for kind in [
        ClaimKind::Professional,
        ClaimKind::Institutional,
        ClaimKind::Dental,
    ] {
        assert!(kinds.contains(&kind), "no {} claim", kind.as_str());
    }
}
