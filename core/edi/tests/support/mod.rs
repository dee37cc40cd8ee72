//! What the tests share: reading, writing, the corpus, the oracle.
#![allow(dead_code)]

pub(crate) mod asked;
pub(crate) mod made;

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeZone, Utc};
use scrubjay_edi::{ClaimBatch, Party, ReadError, read_claims, write_claims};
use scrubjay_model::{Claim, ClaimId};
use scrubjay_x12::{ControlNumbers, Loop, SegmentBuf, TransactionSet};

pub(crate) struct Counting(pub(crate) u32);

impl ControlNumbers for Counting {
    fn next_interchange(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
    fn next_group(&mut self) -> u32 {
        self.next_interchange()
    }
    fn next_set(&mut self) -> u32 {
        self.next_interchange()
    }
}

pub(crate) fn at() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 8, 15, 0).unwrap()
}

pub(crate) fn party(id: &str) -> Party {
    Party {
        qualifier: "ZZ".to_owned(),
        id: id.to_owned(),
        name: format!("SAMPLE {id}"),
    }
}

pub(crate) fn batch<'a>(claims: &'a [&'a Claim]) -> ClaimBatch<'a> {
    ClaimBatch {
        claims,
        submitter: party("PRACTICE"),
        contact_name: "BILLING".to_owned(),
        contact_phone: "5125550100".to_owned(),
        receiver: party("CLEARING"),
        usage: "T",
        at: at(),
    }
}

pub(crate) fn written(claims: &[&Claim]) -> Vec<u8> {
    write_claims(&batch(claims), &mut Counting(0))
        .unwrap()
        .bytes
}

pub(crate) fn sets_of(bytes: &[u8]) -> Vec<TransactionSet> {
    scrubjay_x12::read(bytes)
        .unwrap()
        .into_iter()
        .flat_map(|interchange| interchange.sets)
        .collect()
}

/// Every claim of a set under its own control number, where that is short
/// enough and not taken.
pub(crate) fn claims_of(set: &TransactionSet) -> Vec<Result<Claim, ReadError>> {
    let mut given: Vec<ClaimId> = Vec::new();
    let read = read_claims(set, &mut |control| {
        let id = control
            .parse()
            .ok()
            .filter(|id| !given.contains(id))
            .unwrap_or_else(|| format!("N{}", given.len()).parse().unwrap());
        given.push(id.clone());
        id
    });
    read.into_iter()
        .map(|read| read.map(|read| read.claim))
        .collect()
}

pub(crate) fn only_claim(bytes: &[u8]) -> Claim {
    let mut claims = claims_of(&sets_of(bytes)[0]);
    assert_eq!(claims.len(), 1);
    claims.remove(0).unwrap()
}

/// The corpus that lies beside the checkout, where it does.
pub(crate) fn corpus() -> Option<Vec<PathBuf>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let index = std::fs::read_to_string(corpus.join("INDEX.tsv")).ok()?;
    let paths = index
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').next());
    Some(paths.map(|path| corpus.join(path)).collect())
}

/// Verdicts of an independent validator on files, or `None` where
/// `SCRUBJAY_ORACLE_PYTHON` names no Python that has it.
pub(crate) fn oracle(files: &[(String, Vec<u8>)]) -> Option<Vec<String>> {
    let python = std::env::var_os("SCRUBJAY_ORACLE_PYTHON")?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/oracle/x12_oracle.py");
    if !script.exists() {
        return None;
    }
    let folder = std::env::temp_dir().join(format!(
        "scrubjay-edi-{}-{}",
        std::process::id(),
        files.len()
    ));
    std::fs::create_dir_all(&folder).unwrap();
    let mut paths = Vec::new();
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        paths.push(path);
    }
    let output = std::process::Command::new(python)
        .arg(script)
        .args(&paths)
        .output()
        .unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.lines().map(str::to_owned).collect())
}

/// The levels above each claim of an 837, with the claim's own loop last.
pub(crate) fn claim_paths(set: &TransactionSet) -> Vec<Vec<&Loop>> {
    let mut paths = Vec::new();
    for billing in set.root.children("2000A") {
        for subscriber in billing.children("2000B") {
            for claim in subscriber.children("2300") {
                paths.push(vec![billing, subscriber, claim]);
            }
            for patient in subscriber.children("2000C") {
                for claim in patient.children("2300") {
                    paths.push(vec![billing, subscriber, patient, claim]);
                }
            }
        }
    }
    paths
}

/// What a claim's segments say, sorted: without the numbers that the writer
/// gives, amounts and days in one form, lists taken apart.
pub(crate) fn says(path: &[&Loop]) -> Vec<String> {
    let mut all = Vec::new();
    for level in path {
        say(level, level.id == "2300", &mut all);
    }
    all.sort();
    all
}

fn say(within: &Loop, deep: bool, all: &mut Vec<String>) {
    for segment in &within.segments {
        match segment.id.as_str() {
            "HL" | "LX" => {}
            "CAS" => {
                for first in (2usize..=17).step_by(3) {
                    let part = |at| plain(segment.element(first + at));
                    if !part(0).is_empty() {
                        let group = segment.element(1);
                        let (carc, amount, units) = (part(0), part(1), part(2));
                        all.push(format!("{} CAS {group} {carc} {amount} {units}", within.id));
                    }
                }
            }
            "HI" => {
                let each = (1..=segment.len()).flat_map(|at| segment.repeats(at));
                all.extend(each.map(|code| {
                    let parts: Vec<_> = code.components().map(plain).collect();
                    format!("{} HI {}", within.id, parts.join(":").trim_end_matches(':'))
                }));
            }
            _ => all.push(format!("{} {}", within.id, said(segment))),
        }
    }
    for inner in &within.loops {
        if deep || inner.id.starts_with("2010") {
            say(inner, deep, all);
        }
    }
}

fn said(segment: &SegmentBuf) -> String {
    let mut parts: Vec<String> = (1..=segment.len())
        .map(|at| {
            let components = segment
                .repeats(at)
                .flat_map(|repeat| repeat.components().map(plain).collect::<Vec<_>>());
            components
                .collect::<Vec<_>>()
                .join(":")
                .trim_end_matches(':')
                .to_owned()
        })
        .collect();
    if segment.id == "DTP"
        && let Some((from, to)) = segment.element(3).split_once('-')
        && from == to
    {
        parts[1] = "D8".to_owned();
        parts[2] = from.to_owned();
    }
    let text = format!("{}*{}", segment.id, parts.join("*"));
    text.trim_end_matches('*').to_owned()
}

/// `7.10` and `7.1` are one amount.
fn plain(value: &str) -> String {
    let value = value.trim();
    match value.parse::<rust_decimal::Decimal>() {
        Ok(number) if value.contains('.') => number.normalize().to_string(),
        _ => value.to_owned(),
    }
}
