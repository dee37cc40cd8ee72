//! The main job on a copy of the sample clinic, held against the figures that
//! were worked out by hand and stand in `examples/clinic/README.md`.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::collections::BTreeMap;
use std::process::Command;

use scrubjay_tests::{ClinicCopy, oracle_python, repository, scrubjay, shared};
use serde_json::Value;

/// The tables of the clinic's README, by the heading that they stand under.
struct HandFigures(Vec<(String, Vec<Vec<String>>)>);

impl HandFigures {
    fn read() -> Self {
        let text = std::fs::read_to_string(repository().join("examples/clinic/README.md")).unwrap();
        let mut tables: Vec<(String, Vec<Vec<String>>)> = Vec::new();
        let mut heading = String::new();
        let mut in_table = false;
        for line in text.lines() {
            if let Some(title) = line.strip_prefix("## ") {
                heading = title.to_owned();
            }
            if !line.starts_with('|') {
                in_table = false;
                continue;
            }
            if !in_table {
                tables.push((heading.clone(), Vec::new()));
                in_table = true;
            }
            let cells = line
                .trim_matches('|')
                .split('|')
                .map(|cell| cell.trim().trim_matches('`').to_owned());
            tables.last_mut().unwrap().1.push(cells.collect());
        }
        Self(tables)
    }

    /// The rows of the table under a heading whose first column is so named.
    fn table(&self, heading: &str, first_column: &str) -> &[Vec<String>] {
        let (_, rows) = self
            .0
            .iter()
            .find(|(under, rows)| under == heading && rows[0][0] == first_column)
            .unwrap_or_else(|| {
                panic!("the README has no table of `{first_column}` under `{heading}`")
            });
        // Header and rule.
        &rows[2..]
    }
}

/// An amount without the commas of the README.
fn plain(amount: &str) -> String {
    amount.replace([',', '−'], "").trim().to_owned()
}

fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    value
        .pointer(path)
        .and_then(Value::as_array)
        .unwrap_or_else(|| panic!("no list at {path}"))
}

fn text(value: &Value, key: &str) -> String {
    match &value[key] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[test]
fn the_report_says_what_was_worked_out_by_hand() {
    let hand = HandFigures::read();
    let clinic = ClinicCopy::new();
    let document = clinic.run_json();

    // Files.
    let files = hand.table("Files", "file");
    let ran = list(&document, "/run/files");
    assert_eq!(ran.len(), files.len());
    for (file, by_hand) in ran.iter().zip(files) {
        assert_eq!(
            (text(file, "name"), text(file, "ended")),
            (by_hand[0].clone(), "taken_in".to_owned())
        );
    }
    let sent: Vec<String> = list(&document, "/run/sent")
        .iter()
        .map(|sent| text(sent, "claims"))
        .collect();
    let sent_by_hand: Vec<String> = hand.table("Files", "sent after")[..2]
        .iter()
        .map(|row| row[2].clone())
        .collect();
    assert_eq!(sent, sent_by_hand);

    // Claims by status.
    let mut by_status: Vec<_> = list(&document, "/report/claims")
        .iter()
        .map(|row| ["work", "adjudication", "claims", "charge"].map(|key| text(row, key)))
        .collect();
    let mut by_hand: Vec<_> = hand
        .table("Claims", "work")
        .iter()
        .map(|row| {
            [
                row[0].clone(),
                row[1].clone(),
                row[2].clone(),
                plain(&row[3]),
            ]
        })
        .collect();
    by_status.sort();
    by_hand.sort();
    assert_eq!(by_status, by_hand);

    // Findings by rule: each rule of the README spoke of exactly one claim.
    let mut findings: Vec<_> = list(&document, "/report/findings")
        .iter()
        .map(|row| {
            [
                text(row, "rule"),
                text(row, "severity"),
                text(row, "claims"),
            ]
        })
        .collect();
    let mut by_hand: Vec<_> = hand
        .table("Findings", "rule")
        .iter()
        .map(|row| [row[0].clone(), row[1].clone(), "1".to_owned()])
        .collect();
    findings.sort();
    by_hand.sort();
    assert_eq!(findings, by_hand);

    // Work, over all owners of a kind.
    let mut work: BTreeMap<String, (u64, i64)> = BTreeMap::new();
    for row in list(&document, "/report/work") {
        let queue = work.entry(text(row, "kind")).or_default();
        queue.0 += row["items"].as_u64().unwrap();
        queue.1 += cents(&text(row, "amount"));
    }
    let by_hand: BTreeMap<String, (u64, i64)> = hand
        .table("Work items open at the end", "kind")
        .iter()
        .map(|row| {
            (
                row[0].clone(),
                (row[1].parse().unwrap(), cents(&plain(&row[2]))),
            )
        })
        .collect();
    assert_eq!(work, by_hand);

    // Denials.
    let denials: BTreeMap<String, (String, i64)> = list(&document, "/report/denials")
        .iter()
        .map(|row| {
            let cause = text(row, "reason").split('/').next().unwrap().to_owned();
            (cause, (text(row, "category"), cents(&text(row, "amount"))))
        })
        .collect();
    let by_hand: BTreeMap<String, (String, i64)> = hand
        .table("Denials", "cause")
        .iter()
        .map(|row| (row[0].clone(), (row[2].clone(), cents(&plain(&row[5])))))
        .collect();
    assert_eq!(denials, by_hand);

    // Cash: what each payer's BPR02 came to.
    let mut by_hand: BTreeMap<String, i64> = BTreeMap::new();
    for row in hand
        .table("Remittances", "payer key")
        .iter()
        .filter(|row| row[0] != "all")
    {
        *by_hand.entry(row[0].clone()).or_default() += cents(&plain(&row[11]));
    }
    let cash: BTreeMap<String, i64> = list(&document, "/report/cash")
        .iter()
        .map(|row| (text(row, "payer"), cents(&text(row, "received"))))
        .collect();
    assert_eq!(cash, by_hand);

    // Ledger, accounts of several payers taken together.
    let mut ledger: BTreeMap<String, i64> = BTreeMap::new();
    for row in list(&document, "/report/ledger") {
        let account = text(row, "account");
        let heading = ["cash", "payer takebacks"]
            .iter()
            .find(|heading| account.starts_with(**heading));
        let heading = heading.map_or(account.clone(), |heading| (*heading).to_owned());
        *ledger.entry(heading).or_default() += cents(&text(row, "balance"));
    }
    assert_eq!(ledger.values().sum::<i64>(), 0);
    let by_hand: BTreeMap<String, i64> = hand
        .table("Ledger", "account")
        .iter()
        .filter(|row| row[0] != "sum")
        .map(|row| (row[0].clone(), cents(&plain(&row[1]))))
        .collect();
    assert_eq!(ledger, by_hand);

    // Key figures: the README gives each part with words behind it.
    let parts = |cell: &str| cents(&plain(cell.split([' ', ':']).next().unwrap()));
    let by_hand = hand.table("Key figures", "figure");
    let kpis = list(&document, "/report/kpis");
    assert_eq!(kpis.len(), by_hand.len());
    for (kpi, row) in kpis.iter().zip(by_hand) {
        let name = text(kpi, "name");
        assert!(name.contains(&row[0]), "{name} is not {}", row[0]);
        assert_eq!(cents(&text(kpi, "numerator")), parts(&row[1]), "{name}");
        assert_eq!(cents(&text(kpi, "denominator")), parts(&row[2]), "{name}");
        assert_eq!(cents(&text(kpi, "value")), parts(&row[3]), "{name}");
    }
}

/// A decimal of at most two places as an integer, to compare `5` with `5.00`.
fn cents(text: &str) -> i64 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<2}")
        .parse()
        .unwrap_or_else(|_| panic!("`{text}` is no amount"))
}

#[test]
fn a_second_run_takes_nothing_in_and_leaves_the_ledger_as_it_was() {
    let clinic = ClinicCopy::new();
    let first = clinic.run_json();
    let second = clinic.run_json();
    for file in list(&second, "/run/files") {
        assert_eq!(text(file, "ended"), "already_taken");
    }
    assert!(list(&second, "/run/sent").is_empty());
    assert_eq!(first["report"]["ledger"], second["report"]["ledger"]);
    assert_eq!(first["report"]["claims"], second["report"]["claims"]);
    assert_eq!(first["report"]["kpis"], second["report"]["kpis"]);
}

#[test]
fn the_same_week_twice_gives_the_same_bytes() {
    let (one, other) = (ClinicCopy::new(), ClinicCopy::new());
    assert_eq!(one.run(&["--json"]).stdout, other.run(&["--json"]).stdout);
    let outbox = |clinic: &ClinicCopy| {
        let mut files: Vec<_> = std::fs::read_dir(clinic.folder().join("outbox"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                (
                    path.file_name().unwrap().to_owned(),
                    std::fs::read(path).unwrap(),
                )
            })
            .collect();
        files.sort();
        files
    };
    assert_eq!(outbox(&one), outbox(&other));
}

#[test]
fn what_leaves_is_valid_by_an_independent_judge() {
    let (Some(shared), Some(python)) = (shared(), oracle_python()) else {
        return;
    };
    let clinic = ClinicCopy::new();
    let _ = clinic.run(&[]);
    let files = std::fs::read_dir(clinic.folder().join("outbox"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let output = Command::new(python)
        .arg(shared.join("oracle/x12_oracle.py"))
        .args(files)
        .output()
        .expect("the oracle starts");
    let verdicts = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(verdicts.lines().count(), 2, "{verdicts}");
    assert!(
        verdicts
            .lines()
            .all(|verdict| verdict.contains("\"status\": \"VALID\"")),
        "{verdicts}"
    );
}

#[test]
fn a_database_elsewhere_leaves_the_folder_without_one() {
    let clinic = ClinicCopy::new();
    let elsewhere = clinic.folder().join("../elsewhere.db");
    let output = clinic.run(&["--db", &elsewhere.to_string_lossy()]);
    assert!(output.status.success());
    assert!(elsewhere.exists() && !clinic.folder().join("scrubjay.db").exists());
}

#[test]
fn a_rule_that_is_taken_away_no_longer_holds_claims() {
    let clinic = ClinicCopy::new();
    std::fs::remove_dir_all(clinic.rules().join("medicare")).unwrap();
    let document = clinic.run_json();
    let rules: Vec<String> = list(&document, "/report/findings")
        .iter()
        .map(|row| text(row, "rule"))
        .collect();
    assert!(
        rules.iter().all(|rule| !rule.starts_with("medicare/")),
        "{rules:?}"
    );
    assert!(
        rules.iter().any(|rule| rule.starts_with("base/")),
        "{rules:?}"
    );
}

#[test]
fn a_folder_that_is_not_there_is_a_clear_error() {
    let output = scrubjay(&["run", "no/such/folder"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not a folder"));
}
