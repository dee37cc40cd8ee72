//! `scrubjay scrub`: claims in bulk, without a database.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use scrubjay::model::{Clock, Work};
use scrubjay::store::ClaimFilter;
use scrubjay::{
    Config, Ended, EngineBuilder, Instant, ScrubDecision, ScrubInput, ScrubOptions, Scrubbed,
    files_below,
};
use scrubjay_tests::practice::Printed;
use scrubjay_tests::{ClinicCopy, program, repository, scrubjay, shared};
use serde_json::Value;

fn scrub(arguments: &[&str]) -> Printed {
    scrubjay(&[&["scrub"], arguments].concat()).into()
}

fn documents(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn monday() -> String {
    let file = repository().join("examples/clinic/inbox/01-claims-monday.837");
    file.to_string_lossy().into_owned()
}

fn clinic() -> String {
    repository()
        .join("examples/clinic")
        .to_string_lossy()
        .into_owned()
}

/// A clock that stands.
struct Standing(Instant);

impl Clock for Standing {
    fn now(&self) -> Instant {
        self.0
    }
}

/// The road is the engine's: what it holds is what scrubbing holds.
#[test]
fn scrubbing_holds_the_claims_that_the_engine_holds() {
    let clinic = ClinicCopy::new();
    let config = Config::of_folder(&clinic.folder()).unwrap();
    let today = "2026-03-06".parse().unwrap();
    let noon = "2026-03-06T12:00:00Z".parse().unwrap();
    let mut engine = EngineBuilder::new(config.clone())
        .clock(Box::new(Standing(noon)))
        .open()
        .unwrap();
    let mut files = Vec::new();
    for path in files_below(&[clinic.folder().join("inbox")]).unwrap() {
        if path.extension().is_some_and(|ending| ending == "837") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let intake = engine
                .take_in(&name, &std::fs::read(&path).unwrap())
                .unwrap();
            assert!(matches!(intake.ended, Ended::TakenIn { .. }), "{intake}");
            files.push(path);
        }
    }
    let reader = engine.read().unwrap();
    let rows = reader.claims(&ClaimFilter::default()).unwrap();
    let mut held_by_engine: Vec<String> = rows
        .iter()
        .filter(|row| row.status.work == Work::Held)
        .map(|row| row.id.to_string())
        .collect();
    held_by_engine.sort();
    assert!(held_by_engine.len() > 5);

    let mut options = ScrubOptions::default();
    options.today = Some(today);
    let mut held = Vec::new();
    let summary = EngineBuilder::new(config)
        .scrubber()
        .unwrap()
        .scrub(files.into_iter().map(ScrubInput::file), &options, |found| {
            if let Scrubbed::Claim(claim) = found
                && claim.decision == ScrubDecision::Hold
            {
                held.push(claim.claim.as_str().to_owned());
            }
            Ok::<(), Infallible>(())
        })
        .unwrap_or_else(|never| match never {});
    held.sort();
    assert_eq!(held, held_by_engine);
    assert_eq!(summary.claims, rows.len());
}

#[test]
fn each_claim_is_a_line_of_json_without_a_patients_data() {
    let file = monday();
    let text = std::fs::read_to_string(&file).unwrap();
    let printed = scrub(&["--dir", &clinic(), "--json", &file]);
    assert_eq!(printed.code, 0, "{}", printed.err);
    let claims = documents(&printed.out);
    let expected = text.matches("CLM*").count();
    assert_eq!(claims.len(), expected);
    for claim in &claims {
        let keys: Vec<&String> = claim.as_object().unwrap().keys().collect();
        let all = [
            "asks", "charge", "claim", "decision", "faults", "file", "findings", "kind", "payer",
            "repairs", "segment", "set",
        ];
        let mut keys: Vec<&str> = keys.iter().map(|key| key.as_str()).collect();
        keys.sort_unstable();
        assert_eq!(keys, all);
        let segment = usize::try_from(claim["segment"].as_u64().unwrap()).unwrap();
        let clm = text.split('~').nth(segment - 1).unwrap().trim();
        let start = format!("CLM*{}*", claim["claim"].as_str().unwrap());
        assert!(clm.starts_with(&start), "{clm}");
        let blocks = claim["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| finding["severity"] == "block" && finding["shadow"] != true);
        assert!(!blocks || claim["decision"] == "hold", "{claim}");
        assert_eq!(claim["faults"].as_array().unwrap().len(), 0);
    }
    let held = claims
        .iter()
        .filter(|claim| claim["decision"] == "hold")
        .count();
    assert!(
        printed.err.contains(&format!("{held} held")),
        "{}",
        printed.err
    );
    assert!(held > 0 && held < expected);

    for format in ["--json", "--csv", "--threads=1"] {
        let printed = scrub(&["--dir", &clinic(), format, &file]);
        assert_no_patient_in(&[printed.out, printed.err].concat(), &text);
    }
}

/// Names, member numbers, dates of birth and streets of the file's people.
fn assert_no_patient_in(printed: &str, file: &str) {
    let mut private = BTreeSet::new();
    let mut person = false;
    for segment in file.split('~').map(str::trim) {
        let elements: Vec<&str> = segment.split('*').collect();
        match elements[0] {
            "NM1" => {
                person = matches!(elements[1], "IL" | "QC");
                if person {
                    private.extend([elements[3], elements[4]]);
                    private.extend(elements.get(9));
                }
            }
            "N3" if person => private.extend(elements.get(1)),
            "DMG" => private.extend(elements.get(2)),
            _ => {}
        }
    }
    private.remove("");
    assert!(private.len() > 20, "the file names people");
    let words: BTreeSet<&str> = printed.split(|c: char| !c.is_alphanumeric()).collect();
    for one in private {
        let told = if one.contains(' ') {
            printed.contains(one)
        } else {
            words.contains(one)
        };
        assert!(!told, "{one} is printed");
    }
}

#[test]
fn findings_come_as_a_table_and_as_csv() {
    let (file, clinic) = (monday(), clinic());
    let json = documents(&scrub(&["--dir", &clinic, "--json", &file]).out);
    let findings: usize = json
        .iter()
        .flat_map(|claim| ["findings", "repairs", "asks"].map(|key| &claim[key]))
        .map(|list| list.as_array().unwrap().len())
        .sum();
    let csv = scrub(&["--dir", &clinic, "--csv", &file]).out;
    assert!(csv.starts_with("file,set,segment,claim,kind,payer,charge,decision,line,field,"));
    assert_eq!(csv.lines().count(), findings + 1);
    let table = scrub(&["--dir", &clinic, &file]).out;
    // The heading, and the file's name.
    assert_eq!(table.lines().count(), findings + 2);
    assert!(table.lines().next().unwrap().contains("severity"));
    for claim in json.iter().filter(|claim| claim["decision"] == "hold") {
        let id = claim["claim"].as_str().unwrap();
        assert!(table.contains(id) && csv.contains(id), "{id}");
    }
}

/// A file of one claim, with what its guide does not have taken out.
fn sound() -> String {
    let fixture = repository().join("core/edi/fixtures/one-claim.837");
    std::fs::read_to_string(fixture)
        .unwrap()
        .replace("OI***Y*B**Y~", "OI***Y***Y~")
        .replace(":25:::::VISIT*", ":25*")
        .replace("AMT*D*20~", "AMT*D*140.5~")
}

#[test]
fn a_pipeline_is_told_by_the_exit_status() {
    let (file, clinic) = (monday(), clinic());
    let code = |arguments: &[&str]| scrub(&[arguments, &["--dir", &clinic]].concat()).code;
    assert_eq!(code(&[&file]), 0);
    assert_eq!(code(&[&file, "--deny", "block"]), 3);
    assert_eq!(code(&[&file, "--deny", "warn"]), 3);
    let bare = tempfile::TempDir::new().unwrap();
    let clean = bare.path().join("sound.837");
    std::fs::write(&clean, sound()).unwrap();
    let clean = clean.to_string_lossy();
    let base = repository().join("payer-rules/base");
    let base = base.to_string_lossy();
    let bare_folder = bare.path().to_string_lossy();
    let alone = |arguments: &[&str]| {
        scrub(&[arguments, &["--dir", &bare_folder, "--packs", &base]].concat())
    };
    let printed = alone(&[&clean, "--deny", "block"]);
    assert_eq!(printed.code, 0, "{}{}", printed.out, printed.err);

    // What is no claim is passed over, unless it is all that there is.
    let remittance = repository().join("examples/clinic/inbox/05-medicare.835");
    let remittance = remittance.to_string_lossy();
    let printed = alone(&[&remittance]);
    assert_eq!(printed.code, 1);
    assert!(
        printed.out.contains("skipped: there are no claims"),
        "{}",
        printed.out
    );
    assert_eq!(alone(&[&remittance, &clean]).code, 0);

    let cut = bare.path().join("cut.837");
    std::fs::write(&cut, &std::fs::read(clean.as_ref()).unwrap()[..700]).unwrap();
    let printed = alone(&[&cut.to_string_lossy(), &clean]);
    assert_eq!(printed.code, 1);
    assert!(
        printed.err.contains("1 claims"),
        "the rest is done: {}",
        printed.err
    );
    assert_eq!(alone(&["nowhere.837"]).code, 2);
    assert_eq!(alone(&["-", "-"]).code, 2);
}

#[test]
fn the_standard_input_is_read_as_a_file() {
    let mut child = Command::new(program())
        .args(["scrub", "-", "--json", "--dir", &clinic()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let bytes = std::fs::read(monday()).unwrap();
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    let printed: Printed = child.wait_with_output().unwrap().into();
    let from_file = scrub(&["--dir", &clinic(), "--json", &monday()]);
    let unnamed = |text: &str| -> Vec<Value> {
        let mut documents = documents(text);
        for document in &mut documents {
            document["file"] = Value::Null;
        }
        documents
    };
    assert_eq!(documents(&printed.out)[0]["file"], "-");
    assert_eq!(unnamed(&printed.out), unnamed(&from_file.out));
}

#[test]
fn a_cell_of_csv_is_no_formula() {
    let folder = tempfile::TempDir::new().unwrap();
    let text = std::fs::read_to_string(repository().join("core/edi/fixtures/one-claim.837"));
    let text = text.unwrap().replacen("CLM*A1*150.5*", "CLM*=1+1*99*", 1);
    let file = folder.path().join("a.837");
    std::fs::write(&file, text).unwrap();
    let printed = scrub(&["--csv", "--dir", &clinic(), &file.to_string_lossy()]);
    assert!(printed.out.contains(",'=1+1,"), "{}", printed.out);
}

/// Every 837 of the corpus that can be read is, and no rule stops on one.
#[test]
fn no_rule_stops_on_a_foreign_claim() {
    let Some(shared) = shared() else { return };
    let corpus = shared.join("corpus");
    let rules = repository().join("payer-rules");
    let scratch = tempfile::TempDir::new().unwrap();
    let arguments = [
        &corpus.to_string_lossy(),
        "--json",
        "--packs",
        &rules.to_string_lossy(),
        "--dir",
        &scratch.path().to_string_lossy(),
    ];
    let printed = scrub(&arguments);
    let found = documents(&printed.out);
    let claims: Vec<&Value> = found
        .iter()
        .filter(|one| one["claim"].is_string())
        .collect();
    for claim in &claims {
        assert_eq!(claim["faults"].as_array().unwrap().len(), 0, "{claim}");
    }
    let mut files = 0;
    for (path, expected) in expected_claims(&corpus) {
        let of_file = claims.iter().filter(|claim| claim["file"] == path.as_str());
        assert_eq!(of_file.count(), expected, "{path}");
        files += usize::from(expected > 0);
    }
    println!("{} claims of {files} files, no rule stopped", claims.len());
    assert!(files >= 20 && claims.len() >= 43);
}

/// The files that are 837s by the corpus's list and their claims, where the
/// list calls them valid or the whole-file reader takes them.
fn expected_claims(corpus: &Path) -> Vec<(String, usize)> {
    let index = std::fs::read_to_string(corpus.join("INDEX.tsv")).unwrap();
    let mut rows = index
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>());
    let header = rows.next().unwrap();
    let column = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let (path, transaction, label) = (column("path"), column("transaction"), column("label"));
    rows.filter(|row| row[transaction].starts_with("837") && row[label].starts_with("valid"))
        .map(|row| {
            let file = corpus.join(row[path]);
            let text = std::fs::read(&file).unwrap();
            let claims = text.windows(4).filter(|four| four == b"CLM*").count();
            (file.display().to_string(), claims)
        })
        .collect()
}
