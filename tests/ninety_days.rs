//! The clinic's ninety days: every command of `examples/clinic/ninety-days/README.md`
//! is run, every refusal is one, and every figure of its tables is held against what
//! the program says at the end.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use scrubjay::Guard;
use scrubjay_tests::{ClinicCopy, copy_folder, program, repository};

/// The days as they were played, once for all tests.
static PLAYED: LazyLock<Days> = LazyLock::new(|| Days::play(&readme()));

fn readme() -> String {
    fs::read_to_string(repository().join("examples/clinic/ninety-days/README.md")).unwrap()
}

/// What stands between fences, with the word behind the first one.
fn blocks(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(kind) = line.strip_prefix("```") {
            let within = lines.by_ref().take_while(|line| *line != "```");
            blocks.push((kind, within.collect()));
        }
    }
    blocks
}

/// One space wherever there are several.
fn even(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A copy of the clinic whose ninety days are over.
struct Days {
    clinic: ClinicCopy,
    /// All that was printed, in order.
    printed: String,
}

impl Days {
    /// Runs the commands, each by a shell, and holds what they print against what
    /// stands below them.
    fn play(readme: &str) -> Self {
        let clinic = ClinicCopy::new();
        let files = repository().join("examples/clinic/ninety-days");
        copy_folder(&files, &clinic.folder().join("ninety-days"));
        let mut days = Self {
            clinic,
            printed: String::new(),
        };
        let mut block = String::new();
        for (kind, lines) in blocks(readme) {
            match kind {
                "sh" => {
                    block.clear();
                    for line in lines {
                        block.push_str(&days.run(line));
                    }
                    days.printed.push_str(&block);
                }
                _ => {
                    let said = even(&block);
                    for line in lines {
                        assert!(said.contains(&even(line)), "`{line}` is not in:\n{block}");
                    }
                }
            }
        }
        days
    }

    /// What a line prints on both streams; one that begins with `!` is refused.
    fn run(&self, line: &str) -> String {
        let (command, code) = match line.strip_prefix("! ") {
            Some(command) => (command, 1),
            None => (line, 0),
        };
        let program = program();
        let programs = program.parent().unwrap().to_owned();
        let others = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(programs).chain(std::env::split_paths(&others));
        let ran = Command::new("sh")
            .args(["-c", command])
            .env("PATH", std::env::join_paths(path).unwrap())
            .current_dir(self.clinic.folder())
            .output()
            .expect("a shell starts");
        let printed = [ran.stdout, ran.stderr].concat();
        let printed = String::from_utf8(printed).unwrap();
        assert_eq!(ran.status.code(), Some(code), "{line}\n{printed}");
        printed
    }

    /// What a claim's postings come to, by the headings of accounts.
    fn ledger(&self, claim: &str) -> BTreeMap<String, i64> {
        let printed = self.run(&format!("scrubjay ledger claim {claim}"));
        let mut sums = BTreeMap::new();
        for line in printed.lines().skip(1) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [_, _, _, heading @ .., amount] = words.as_slice() else {
                panic!("{line}");
            };
            *sums.entry(heading.join(" ")).or_default() += cents(amount);
        }
        sums
    }

    /// Every file under a folder with its bytes, but for the database.
    fn files(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let root = self.clinic.folder();
        read_into(&root.join(folder), &root, &mut found);
        found
    }
}

fn read_into(folder: &Path, root: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_into(&path, root, found);
        } else {
            let name = path.strip_prefix(root).unwrap().to_owned();
            found.insert(name, fs::read(&path).unwrap());
        }
    }
}

/// An amount of the README or of the program as cents; nothing is nothing.
fn cents(text: &str) -> i64 {
    let plain = text.replace(',', "");
    if plain.is_empty() {
        return 0;
    }
    let (whole, fraction) = plain.split_once('.').unwrap();
    assert_eq!(fraction.len(), 2, "{text}");
    format!("{whole}{fraction}").parse().unwrap()
}

/// The rows of the table whose first column is so named.
fn table(first_column: &str) -> Vec<Vec<String>> {
    let readme = readme();
    let mut lines = readme.lines();
    let head = format!("| {first_column} |");
    // The longest one: the denials have a column `claim` too.
    let mut tables: Vec<Vec<Vec<String>>> = Vec::new();
    while let Some(line) = lines.next() {
        if line.starts_with(&head) {
            let rows = lines
                .by_ref()
                .skip(1)
                .take_while(|row| row.starts_with('|'));
            let cells = |row: &str| {
                let cells = row.trim_matches('|').split('|');
                cells.map(|cell| cell.trim().to_owned()).collect()
            };
            tables.push(rows.map(cells).collect());
        }
    }
    tables.into_iter().max_by_key(Vec::len).unwrap()
}

#[test]
fn every_claim_ends_as_it_was_worked_out_by_hand() {
    let headings = [
        "cash",
        "contractual adjustment",
        "sequestration",
        "unapplied cash",
        "placed with agency",
        "write-off",
        "receivable, insurance",
        "receivable, patient",
    ];
    let list = PLAYED.run("scrubjay claims list");
    let rows = table("claim");
    let mut sums = vec![0; headings.len() + 1];
    for row in rows.iter().filter(|row| row[0] != "all") {
        let claim = &row[0];
        let ledger = PLAYED.ledger(claim);
        let of = |name: &str| -> i64 {
            let fitting = ledger.iter();
            let fitting = fitting.filter(|(heading, _)| heading.starts_with(name));
            fitting.map(|(_, amount)| *amount).sum()
        };
        let mut found = vec![-of("revenue")];
        found.extend(headings.map(of));
        let by_hand: Vec<i64> = row[1..=found.len()]
            .iter()
            .map(|cell| cents(cell))
            .collect();
        assert_eq!(found, by_hand, "{claim}: {ledger:?}");
        // What is not in a column of its own has come to nothing.
        assert_eq!(
            found[0],
            found[1..].iter().sum::<i64>(),
            "{claim}: {ledger:?}"
        );
        for (sum, amount) in sums.iter_mut().zip(&found) {
            *sum += amount;
        }
        let line = list.lines().map(even).find(|line| {
            let first = line.split(' ').next().unwrap_or_default();
            first == claim
        });
        let line = line.unwrap();
        let (work, adjudication) = row[10].split_once(" / ").unwrap_or((&row[10], ""));
        assert!(
            line.contains(&format!(" {work} {adjudication}")),
            "{claim} ends as {line}"
        );
    }
    let all = rows.iter().find(|row| row[0] == "all").unwrap();
    let all: Vec<i64> = all[1..=sums.len()].iter().map(|cell| cents(cell)).collect();
    assert_eq!(sums, all);
}

#[test]
fn the_trial_balance_is_what_was_worked_out_by_hand_and_comes_to_nothing() {
    let printed = PLAYED.run("scrubjay ledger trial-balance");
    let mut found: BTreeMap<String, i64> = BTreeMap::new();
    for line in printed.lines().skip(1) {
        let (account, balance) = line.trim().rsplit_once(' ').unwrap();
        found.insert(account.trim().to_owned(), cents(balance));
    }
    assert_eq!(found["sum"], 0);
    found.retain(|account, balance| *balance != 0 || account == "sum");
    let by_hand: BTreeMap<String, i64> = table("account")
        .iter()
        .map(|row| (row[0].clone(), cents(&row[1])))
        .collect();
    assert_eq!(found, by_hand);
    let accounts: i64 = found.values().sum();
    assert_eq!(accounts, 0);
    assert!(PLAYED.run("scrubjay db verify").contains("clean"));
}

#[test]
fn an_account_is_stopped_at_each_guard() {
    for guard in Guard::ALL {
        let said = [": ", "; "].map(|before| format!("{before}{guard}: "));
        assert!(
            said.iter().any(|said| PLAYED.printed.contains(said)),
            "nothing was stopped by {guard}"
        );
    }
}

#[test]
fn what_left_is_valid_and_no_letter_went_to_whom_none_may_go() {
    let sent = PLAYED.files("outbox");
    assert!(sent.len() >= 4, "{:?}", sent.keys());
    for file in sent.keys() {
        PLAYED.run(&format!("scrubjay x12 check {}", file.display()));
    }
    let letters = PLAYED.files("letters");
    let to = |account: &str| -> Vec<String> {
        let names = letters.keys().map(|file| file.display().to_string());
        names
            .filter(|name| name.contains(account) && name.ends_with(".txt"))
            .collect()
    };
    // One each before the hold, and none since.
    for account in ["A000017", "A000018", "A000022", "A000023", "A000027"] {
        assert_eq!(to(account).len(), 1, "{:?}", to(account));
    }
    // A child, and less than a statement asks for.
    assert!(to("A000019").is_empty() && to("A000024").is_empty());
    assert_eq!(to("A000014").len(), 3, "{:?}", to("A000014"));
}

/// As far as May: by then all that makes bytes has been at work.
#[test]
fn the_same_days_again_give_the_same_bytes() {
    let readme = readme();
    let (april, _) = readme.split_once("\n## May").unwrap();
    let again = Days::play(april);
    assert!(PLAYED.printed.starts_with(&again.printed));
    for folder in ["outbox", "letters", "appeals"] {
        let (first, second) = (PLAYED.files(folder), again.files(folder));
        assert!(second.len() >= 4, "{:?}", second.keys());
        for (name, bytes) in second {
            assert_eq!(first.get(&name), Some(&bytes), "{}", name.display());
        }
    }
}
