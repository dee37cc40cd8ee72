//! The analysts' book, played from its first command to its last: each command
//! that it shows runs, in its order, on the files that it shows.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use scrubjay_tests::{copy_folder, program, repository};
use tempfile::TempDir;

/// What the book shows, in order.
#[derive(Debug, PartialEq, Eq)]
enum Shown {
    /// A file of a pack, and what is in it.
    File(String, String),
    /// A command of the program.
    Command(String),
}

/// Files are a name in back quotes on a line of its own with a fenced block
/// below it; commands stand in blocks of `sh`.
fn shown(book: &str) -> Vec<Shown> {
    let mut shown = Vec::new();
    let mut name: Option<&str> = None;
    let mut lines = book.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            if let Some(name) = name.take() {
                shown.push(Shown::File(name.to_owned(), body.join("\n") + "\n"));
            } else if language == "sh" {
                shown.extend(body.iter().map(|line| Shown::Command((*line).to_owned())));
            }
        } else {
            name = line
                .strip_prefix('`')
                .and_then(|rest| rest.strip_suffix('`'));
        }
    }
    shown
}

/// The words of a command line, without the remark behind it.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut quoted = false;
    let mut word: Option<String> = None;
    for c in line.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '#' if !quoted && word.is_none() => break,
            ' ' if !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn run(folder: &Path, words: &[String]) -> Output {
    Command::new(program())
        .args(words)
        .current_dir(folder)
        .output()
        .unwrap()
}

#[test]
fn every_command_of_the_book_runs_as_it_stands_there() {
    let scratch = TempDir::new().unwrap();
    let folder = scratch.path();
    copy_folder(
        &repository().join("payer-rules"),
        &folder.join("payer-rules"),
    );
    let clinic = folder.join("examples/clinic");
    copy_folder(
        &repository().join("examples/clinic/inbox"),
        &clinic.join("inbox"),
    );
    for file in ["scrubjay.yaml", "prices.csv"] {
        let from = repository().join("examples/clinic").join(file);
        fs::copy(from, clinic.join(file)).unwrap();
    }
    let book = fs::read_to_string(repository().join("payer-rules/README.md")).unwrap();
    let mut commands = 0;
    for shown in shown(&book) {
        let line = match shown {
            Shown::File(name, text) => {
                let path = folder.join("payer-rules").join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
                continue;
            }
            Shown::Command(line) => line,
        };
        let mut words = words(&line);
        assert_eq!(words.remove(0), "scrubjay", "{line}");
        // What the reader has done between two commands.
        match words.get(..2).map(|words| words.join(" ")).as_deref() {
            Some("rules watch") => words.extend(["--for".into(), "1".into()]),
            Some("rules diff") => change(folder, "examples/acme-next"),
            Some("rules rollback") => {
                let publish = "rules publish payer-rules/acme --by Ana --dir examples/clinic";
                change(folder, "payer-rules/acme");
                let publish: Vec<String> = publish.split(' ').map(str::to_owned).collect();
                assert!(run(folder, &publish).status.success());
            }
            _ if words.iter().any(|word| word == "--watch") => {
                words.extend(["--until-idle".into(), "1".into()]);
            }
            _ => {}
        }
        let output = run(folder, &words);
        // As `diff` does, it ends with 1 where something differs; so does a replay
        // of a decision on packs that were never published.
        let expected = match words[1].as_str() {
            "diff" | "replay" => 1,
            _ => 0,
        };
        assert_eq!(
            output.status.code(),
            Some(expected),
            "{line}\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        commands += 1;
    }
    assert!(commands > 15, "{commands} commands were found in the book");
}

/// The pack of the book with another limit on units, in a folder of its own or
/// where it stands.
fn change(folder: &Path, pack: &str) {
    let pack = folder.join(pack);
    if !pack.exists() {
        copy_folder(&folder.join("payer-rules/acme"), &pack);
    }
    let table = pack.join("tables/therapy.csv");
    let text = fs::read_to_string(&table).unwrap();
    let changed = text.replace("G0151,8", "G0151,9");
    assert_ne!(text, changed);
    fs::write(table, changed).unwrap();
}
