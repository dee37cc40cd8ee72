//! Packs handed on: installed whole or not at all, with what a practice changed.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::fs;
use std::path::{Path, PathBuf};

use scrubjay_rules::{
    Downgrade, InstallError, InstallOptions, Installed, LocalChanges, PackArchive, PackContent,
    PackFile, RuleSet, SecretKey, SignatureError, install, overridden,
};
use tempfile::TempDir;

const RULES: &str = "/// id: acme/late
/// title: Acme wants claims in time
/// hook: scrub
/// severity: block
/// applies: { procedures: \"@days\" }
fn late(claim) {
    let most = table(\"days\").get(\"G0439\").days;
    if claim.service_from.plus_days(most) < claim.received {
        block(\"late\");
    }
}

/// id: acme/referral
/// title: Acme wants a referral
/// hook: scrub
/// severity: warn
fn referral(claim) {
    if claim.referral.is_missing() {
        warn(\"no referral\");
    }
}
";

const TABLE: &str =
    "# Days to send a claim in.\ncode,days,source\nG0439,90,manual\nJ0696,60,manual\n";

const TESTS: &str = "today: 2026-03-02
claim: { lines: [G0439 90.00] }
cases:
  - case: in time
    claim: { referral: R1 }
    expect: []
  - case: late, and without a referral
    claim: { from: 2025-01-02, to: 2025-01-02 }
    expect: [acme/late, acme/referral]
";

/// A version of a pack, with something in it replaced.
fn version(number: &str, changes: &[(&str, &str)]) -> PackArchive {
    let manifest = format!("id: acme\ntitle: Acme Health\nversion: '{number}'\n");
    let files = [
        ("pack.yaml", manifest.as_str()),
        ("rules.rhai", RULES),
        ("tables/days.csv", TABLE),
        ("tests/rules.yaml", TESTS),
    ];
    let files = files.map(|(name, text)| PackFile {
        name: name.to_owned(),
        text: changes
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to)),
    });
    PackArchive::of(PackContent::of(files).unwrap()).unwrap()
}

fn signed(archive: &PackArchive, key: &SecretKey) -> PackArchive {
    let content = archive.content().clone();
    let signature = content.signature(key);
    PackArchive::of(content.signed(signature)).unwrap()
}

/// A folder of packs with one installed.
struct Practice {
    _scratch: TempDir,
    packs: PathBuf,
}

impl Practice {
    fn new() -> Self {
        let scratch = TempDir::new().unwrap();
        let packs = scratch.path().join("payer-rules");
        Self {
            _scratch: scratch,
            packs,
        }
    }

    fn with(archive: &PackArchive) -> Self {
        let practice = Self::new();
        practice.install(archive).unwrap();
        practice
    }

    fn install(&self, archive: &PackArchive) -> Result<Installed, InstallError> {
        install(archive, &self.packs, &InstallOptions::default())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.packs.join("acme").join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from}");
        fs::write(self.path(name), text.replace(from, to)).unwrap();
    }

    /// Every file below the folder of packs with its text.
    fn everything(&self) -> Vec<(PathBuf, String)> {
        fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    collect(&path, found);
                } else {
                    found.push((path.clone(), fs::read_to_string(&path).unwrap()));
                }
            }
        }
        let mut found = Vec::new();
        collect(&self.packs, &mut found);
        found.sort();
        found
    }
}

#[test]
fn a_new_pack_is_there_and_runs() {
    let practice = Practice::with(&version("1.0.0", &[]));
    let rules = RuleSet::load(std::slice::from_ref(&practice.packs)).unwrap();
    assert_eq!(rules.packs().len(), 1);
    assert_eq!(
        rules.packs()[0].hash,
        version("1.0.0", &[]).content().hash()
    );
    assert_eq!(
        overridden(std::slice::from_ref(&practice.packs)).unwrap(),
        []
    );
}

#[test]
fn a_newer_version_takes_the_place_and_what_was_edited_stays_and_is_told() {
    let practice = Practice::with(&version("1.0.0", &[]));
    practice.edit("tables/days.csv", "G0439,90", "G0439,30");
    practice.edit("rules.rhai", "severity: warn", "severity: info");
    practice.edit("rules.rhai", "warn(\"no", "info(\"no");
    fs::write(practice.path("NOTES.md"), "Ask Ana.").unwrap();

    let here = overridden(std::slice::from_ref(&practice.packs)).unwrap();
    assert_eq!(here[0].differs.tables[0].rows[0].key, "G0439");

    let next = version(
        "1.1.0",
        &[
            ("J0696,60", "J0696,45"),
            ("block(\"late\")", "block(\"late for Acme\")"),
        ],
    );
    let done = practice.install(&next).unwrap();
    assert_eq!(done.from.unwrap().to_string(), "1.0.0");
    let kept: Vec<_> = done
        .kept
        .iter()
        .map(|change| {
            (
                change.file.as_str(),
                change.what.as_deref(),
                change.also_changed,
            )
        })
        .collect();
    assert_eq!(
        kept,
        [
            ("rules.rhai", Some("referral"), false),
            ("tables/days.csv", Some("G0439"), false)
        ]
    );
    assert!(
        practice
            .read("tables/days.csv")
            .contains("G0439,30,manual\nJ0696,45,manual")
    );
    assert!(
        practice
            .read("rules.rhai")
            .contains("block(\"late for Acme\")")
    );
    assert!(
        practice
            .read("rules.rhai")
            .contains("info(\"no referral\")")
    );
    assert!(practice.read("pack.yaml").contains("version: '1.1.0'"));
    assert_eq!(practice.read("NOTES.md"), "Ask Ana.");
    // What differs from the shipped is told from the shipped to here.
    let differs = done.differs.unwrap();
    assert_eq!(differs.rules.len(), 1);
    let cell = &differs.tables[0].rows[0].cells[0];
    assert_eq!(
        (cell.old.as_deref(), cell.new.as_deref()),
        (Some("90"), Some("30"))
    );
    // And the folder as it was is kept.
    let before = PackContent::read(done.before.unwrap()).unwrap();
    assert!(
        before
            .files()
            .iter()
            .any(|file| file.text.contains("G0439,30"))
    );
    RuleSet::load(std::slice::from_ref(&practice.packs)).unwrap();

    // The next update finds the changes again.
    let done = practice
        .install(&version("1.2.0", &[("G0439,90", "G0439,80")]))
        .unwrap();
    let row = done
        .kept
        .iter()
        .find(|change| change.what.as_deref() == Some("G0439"))
        .unwrap();
    assert!(row.also_changed, "both changed it");
    assert!(practice.read("tables/days.csv").contains("G0439,30"));
}

#[test]
fn without_a_change_of_ones_own_the_pack_is_what_was_shipped() {
    let practice = Practice::with(&version("1.0.0", &[]));
    let next = version("2.0.0", &[("G0439,90", "G0439,80")]);
    let done = practice.install(&next).unwrap();
    assert_eq!((done.kept, done.differs), (vec![], None));
    assert_eq!(
        PackContent::read(practice.path("")).unwrap(),
        *next.content()
    );
}

#[test]
fn what_is_not_newer_is_refused_unless_it_is_asked_for() {
    let practice = Practice::with(&version("1.10.0", &[]));
    let before = practice.everything();
    for number in ["1.9.0", "1.10", "1.10.0"] {
        let refused = practice.install(&version(number, &[])).unwrap_err();
        assert!(
            matches!(refused, InstallError::NotNewer { .. }),
            "{refused}"
        );
        assert_eq!(practice.everything(), before);
    }
    let options = InstallOptions {
        downgrade: Downgrade::Allowed,
        ..InstallOptions::default()
    };
    let done = install(&version("1.9.0", &[]), &practice.packs, &options).unwrap();
    assert_eq!(
        (done.from.unwrap().to_string(), done.to.to_string()),
        ("1.10.0".into(), "1.9.0".into())
    );
}

#[test]
fn a_pack_whose_tests_fail_leaves_everything_as_it_was() {
    let practice = Practice::with(&version("1.0.0", &[]));
    let before = practice.everything();
    let wrong = version("1.1.0", &[("plus_days(most)", "plus_days(most * 100)")]);
    let refused = practice.install(&wrong).unwrap_err();
    assert!(matches!(refused, InstallError::Unsound(_)), "{refused}");
    assert!(
        refused.to_string().contains("late, and without a referral"),
        "{refused}"
    );
    assert_eq!(practice.everything(), before);

    // Sound as it is shipped, but not with what was changed here.
    practice.edit("tables/days.csv", "G0439,90", "G0439,9000");
    let before = practice.everything();
    let refused = practice.install(&version("1.1.0", &[])).unwrap_err();
    assert!(
        matches!(refused, InstallError::UnsoundWithChanges(_)),
        "{refused}"
    );
    assert_eq!(practice.everything(), before);
    let options = InstallOptions {
        local: LocalChanges::Discarded,
        ..InstallOptions::default()
    };
    let done = install(&version("1.1.0", &[]), &practice.packs, &options).unwrap();
    assert!(practice.read("tables/days.csv").contains("G0439,90,"));
    let kept = fs::read_to_string(done.before.unwrap().join("tables/days.csv")).unwrap();
    assert!(kept.contains("G0439,9000"), "nothing is lost");
}

#[test]
fn a_pack_that_clashes_with_another_is_refused() {
    let practice = Practice::with(&version("1.0.0", &[]));
    let other = PackContent::of(version("1.0.0", &[]).content().files().iter().map(|file| {
        let text = file.text.replace("id: acme\n", "id: rival\n");
        PackFile {
            name: file.name.clone(),
            text,
        }
    }));
    let refused = practice
        .install(&PackArchive::of(other.unwrap()).unwrap())
        .unwrap_err();
    assert!(matches!(refused, InstallError::Unfit(_)), "{refused}");
    assert!(!practice.packs.join("rival").exists());
}

#[test]
fn where_keys_are_trusted_the_archive_must_be_signed_and_so_must_be_what_is_made_of_it() {
    let (theirs, ours) = (
        SecretKey::from_bytes(&[7; 32]),
        SecretKey::from_bytes(&[8; 32]),
    );
    let mut options = InstallOptions::default();
    options.load.keys = vec![theirs.public(), ours.public()];
    let practice = Practice::new();
    let plain = version("1.0.0", &[]);
    let refused = install(&plain, &practice.packs, &options).unwrap_err();
    assert!(
        matches!(refused, InstallError::Signature(SignatureError::Missing)),
        "{refused}"
    );
    let strange = signed(&plain, &SecretKey::from_bytes(&[9; 32]));
    let refused = install(&strange, &practice.packs, &options).unwrap_err();
    assert!(matches!(
        refused,
        InstallError::Signature(SignatureError::Stranger { .. })
    ));

    let done = install(&signed(&plain, &theirs), &practice.packs, &options).unwrap();
    assert_eq!(done.signer, Some(theirs.public()));
    let load = || RuleSet::load_with(std::slice::from_ref(&practice.packs), options.load.clone());
    load().unwrap();

    practice.edit("tables/days.csv", "J0696,60", "J0696,50");
    let next = signed(&version("1.1.0", &[]), &theirs);
    let refused = install(&next, &practice.packs, &options).unwrap_err();
    assert!(matches!(refused, InstallError::Unsigned), "{refused}");
    let sign = |key| InstallOptions {
        load: options.load.clone(),
        sign: Some(key),
        ..InstallOptions::default()
    };
    let stranger = SecretKey::from_bytes(&[9; 32]);
    let refused = install(&next, &practice.packs, &sign(&stranger)).unwrap_err();
    assert!(
        matches!(refused, InstallError::WrongKey { .. }),
        "{refused}"
    );
    install(&next, &practice.packs, &sign(&ours)).unwrap();
    assert!(practice.read("tables/days.csv").contains("J0696,50"));
    load().unwrap();

    // A signature that does not hold is refused wherever it is.
    let text = String::from_utf8(signed(&plain, &theirs).to_bytes()).unwrap();
    let other = version("1.2.0", &[]).content().clone();
    let signature = text
        .lines()
        .filter(|line| line.starts_with("key: ") || line.starts_with("signature: "));
    let stale = signature.map(|line| format!("{line}\n")).collect();
    let stale = PackArchive::of(other.signed(stale)).unwrap();
    let refused = practice.install(&stale).unwrap_err();
    assert!(
        matches!(
            refused,
            InstallError::Signature(SignatureError::Changed { .. })
        ),
        "{refused}"
    );
}

#[test]
fn a_pack_that_came_by_hand_is_not_overwritten_unless_its_version_is_known() {
    let practice = Practice::new();
    let old = version("1.0.0", &[]);
    for file in old.content().files() {
        let path = practice.path(&file.name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &file.text).unwrap();
    }
    // The same version takes note of where it came from.
    let done = practice.install(&old).unwrap();
    assert_eq!(done.kept, []);
    fs::remove_file(practice.path(".shipped.pack")).unwrap();

    practice.edit("tables/days.csv", "J0696,60", "J0696,50");
    let next = version("1.1.0", &[]);
    let refused = practice.install(&next).unwrap_err();
    assert!(matches!(refused, InstallError::NoBase { .. }), "{refused}");
    let options = InstallOptions {
        base: Some(&old),
        ..InstallOptions::default()
    };
    let done = install(&next, &practice.packs, &options).unwrap();
    assert_eq!(done.kept.len(), 1);
    assert!(practice.read("tables/days.csv").contains("J0696,50"));
}

#[test]
fn nothing_else_is_taken_for_the_packs_folder() {
    let practice = Practice::new();
    fs::create_dir_all(practice.path("")).unwrap();
    fs::write(practice.path("mine.txt"), "keep").unwrap();
    let refused = practice.install(&version("1.0.0", &[])).unwrap_err();
    assert!(
        matches!(refused, InstallError::InTheWay { .. }),
        "{refused}"
    );
    assert_eq!(practice.read("mine.txt"), "keep");
    let installed = Practice::with(&version("1.0.0", &[]));
    let refused = install(
        &version("1.1.0", &[]),
        &installed.path(""),
        &InstallOptions::default(),
    );
    assert!(matches!(refused, Err(InstallError::InTheWay { .. })));
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_pack_is_not_followed() {
    let elsewhere = Practice::with(&version("1.0.0", &[]));
    let practice = Practice::new();
    fs::create_dir_all(&practice.packs).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(""), practice.packs.join("acme")).unwrap();
    let before = elsewhere.everything();
    let refused = practice.install(&version("1.1.0", &[])).unwrap_err();
    assert!(
        matches!(refused, InstallError::InTheWay { what: "a link", .. }),
        "{refused}"
    );
    assert_eq!(elsewhere.everything(), before);
}
