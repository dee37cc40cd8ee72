//! `scrubjay rules pack` and `rules install`, as a vendor and a practice use them.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::fs;
use std::path::{Path, PathBuf};

use scrubjay_tests::practice::Printed;
use scrubjay_tests::{copy_folder, repository, scrubjay};
use tempfile::TempDir;

fn rules(arguments: &[&str]) -> Printed {
    scrubjay(&[&["rules"], arguments].concat()).into()
}

/// A vendor's copy of the pack `commercial`, and a practice with its archive.
struct Bench {
    scratch: TempDir,
}

impl Bench {
    fn new() -> Self {
        let bench = Self {
            scratch: TempDir::new().unwrap(),
        };
        copy_folder(
            &repository().join("payer-rules/commercial"),
            &bench.path("vendor/commercial"),
        );
        fs::create_dir_all(bench.path("practice/payer-rules")).unwrap();
        fs::write(
            bench.path("practice/scrubjay.yaml"),
            "rules: [payer-rules]\n",
        )
        .unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_string_lossy().into_owned()
    }

    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from}");
        fs::write(self.path(name), text.replacen(from, to, 1)).unwrap();
    }

    fn pack(&self, file: &str, more: &[&str]) -> Printed {
        let (vendor, file) = (self.text("vendor/commercial"), self.text(file));
        rules(&[&["pack", &vendor, "-o", &file], more].concat())
    }

    fn install(&self, file: &str, more: &[&str]) -> Printed {
        let (file, practice) = (self.text(file), self.text("practice"));
        rules(&[&["install", &file, "--dir", &practice], more].concat())
    }

    fn version(&self) -> String {
        let manifest = fs::read_to_string(self.path("vendor/commercial/pack.yaml")).unwrap();
        let line = manifest
            .lines()
            .find_map(|line| line.strip_prefix("version: "));
        line.unwrap().to_owned()
    }

    fn new_version(&self) -> String {
        let now = self.version();
        let next = format!("{now}.7");
        self.edit("vendor/commercial/pack.yaml", &now, &next);
        next
    }
}

const STEPS: &str = "tables/filing_steps.csv";

#[test]
fn a_pack_is_handed_on_and_what_was_edited_outlives_the_next_version() {
    let bench = Bench::new();
    let printed = bench.pack("one.pack", &[]).good();
    assert!(printed.contains("not signed"), "{printed}");
    bench.pack("again.pack", &[]).good();
    let bytes = |file| fs::read(bench.path(file)).unwrap();
    assert_eq!(bytes("one.pack"), bytes("again.pack"), "the same bytes");

    bench.install("one.pack", &[]).good();
    let steps = format!("practice/payer-rules/commercial/{STEPS}");
    bench.edit(&steps, "warn,90", "warn,89");
    let practice = bench.text("practice");
    let listed = rules(&["list", "--dir", &practice]).good();
    assert!(listed.contains("differs from what was shipped"), "{listed}");
    assert!(listed.contains("~ warn: percent: 90 -> 89"), "{listed}");

    let next = bench.new_version();
    bench.edit(
        &format!("vendor/commercial/{STEPS}"),
        "record,75",
        "record,74",
    );
    bench.pack("two.pack", &[]).good();
    let printed = bench.install("two.pack", &[]).good();
    assert!(printed.contains(&format!("-> {next} in ")), "{printed}");
    assert!(
        printed.contains("tables/filing_steps.csv: warn\n"),
        "{printed}"
    );
    assert!(printed.contains("~ warn: percent: 90 -> 89"), "{printed}");
    let table = fs::read_to_string(bench.path(&steps)).unwrap();
    assert!(
        table.contains("warn,89") && table.contains("record,74"),
        "{table}"
    );
    rules(&["check", "--dir", &practice]).good();

    let printed = bench.install("one.pack", &[]);
    assert_eq!(printed.code, 1);
    assert!(printed.err.contains("is not newer"), "{}", printed.err);
    assert_eq!(fs::read_to_string(bench.path(&steps)).unwrap(), table);
    bench.install("one.pack", &["--allow-downgrade"]).good();
}

#[test]
fn a_practice_that_trusts_keys_takes_only_what_they_signed() {
    let bench = Bench::new();
    let key = bench.text("vendor.key");
    let public = rules(&["keygen", &key]).good().trim().to_owned();
    bench.pack("plain.pack", &[]).good();
    let refused = bench.install("plain.pack", &["--key", &public]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("not signed"), "{}", refused.err);
    assert!(!bench.path("practice/payer-rules/commercial").exists());

    let printed = bench.pack("signed.pack", &["--key", &key]).good();
    assert!(
        printed.contains(&format!("signed by {public}")),
        "{printed}"
    );
    let stranger = bench.text("stranger.key");
    let other = rules(&["keygen", &stranger]).good().trim().to_owned();
    assert_eq!(bench.install("signed.pack", &["--key", &other]).code, 1);
    fs::write(
        bench.path("practice/scrubjay.yaml"),
        format!("rules: [payer-rules]\nrule_keys: [\"{public}\"]\n"),
    )
    .unwrap();
    bench.install("signed.pack", &[]).good();
    // It runs where only signed packs run.
    rules(&["list", "--dir", &bench.text("practice")]).good();
}

#[test]
fn a_changed_or_foreign_file_is_refused_and_told_why() {
    let bench = Bench::new();
    bench.pack("one.pack", &[]).good();
    bench.edit("one.pack", "warn,90", "warn,99");
    let refused = bench.install("one.pack", &[]);
    assert_eq!(refused.code, 1);
    assert!(
        refused
            .err
            .contains("`tables/filing_steps.csv` is not the file"),
        "{}",
        refused.err
    );
    fs::write(bench.path("picture.pack"), b"\x89PNG").unwrap();
    let refused = bench.install("picture.pack", &[]);
    assert!(refused.err.contains("no pack archive"), "{}", refused.err);

    // A pack for a later program.
    let manifest = bench.path("vendor/commercial/pack.yaml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, format!("{text}requires: 99.0.0\n")).unwrap();
    let refused = bench.pack("later.pack", &[]);
    assert_ne!(refused.code, 0);
    assert!(
        refused.err.contains("needs Scrubjay 99.0.0"),
        "{}",
        refused.err
    );
    assert!(!bench.path("later.pack").exists());
    assert!(only(&bench.path("practice/payer-rules")).is_empty());
}

fn only(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|name| !name.starts_with('.')).collect()
}
