//! Archives: the same bytes for the same pack, and no other bytes are taken.

use super::*;
use crate::content::PackFile;
use proptest::prelude::*;

fn file(name: &str, text: &str) -> PackFile {
    PackFile {
        name: name.to_owned(),
        text: text.to_owned(),
    }
}

fn pack() -> PackContent {
    PackContent::of([
        file(
            "pack.yaml",
            "id: acme\ntitle: Acme\nversion: 1.4.0\nrequires: 0.1.0\n",
        ),
        file("visits.rhai", "/// id: acme/a\nfn a(claim) {\n}\n"),
        file("tables/days.csv", "payer,days\r\na,1"),
        file("tests/visits.yaml", ""),
    ])
    .unwrap()
}

fn archive() -> PackArchive {
    PackArchive::of(pack()).unwrap()
}

fn text() -> String {
    String::from_utf8(archive().to_bytes()).unwrap()
}

fn refused(text: &str) -> String {
    PackArchive::read(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn an_archive_is_read_as_it_was_written() {
    let text = text();
    assert!(
        text.starts_with("scrubjay pack archive 1\nid: acme\nversion: 1.4.0\nrequires: 0.1.0\n")
    );
    let read = PackArchive::read(text.as_bytes()).unwrap();
    assert_eq!(read, archive());
    assert_eq!(read.content(), &pack());
    assert_eq!(read.file_name(), "acme-1.4.0.pack");
}

#[test]
fn what_was_changed_or_cut_is_refused_with_the_reason() {
    let text = text();
    assert!(refused("PK\u{3}\u{4}").contains("no pack archive"));
    assert!(refused("").contains("no pack archive"));
    let changed = text.replace("a,1", "a,2");
    assert_eq!(
        refused(&changed),
        "`tables/days.csv` is not the file that the archive's head speaks of: it was changed since"
    );
    for (from, to, what) in [
        ("id: acme\nversion", "id: acne\nversion", "another id"),
        (
            "version: 1.4.0\nrequires: 0.1.0\nhash",
            "version: 1.5.0\nrequires: 0.1.0\nhash",
            "another version",
        ),
        (
            "requires: 0.1.0\nhash",
            "requires: 0.1.1\nhash",
            "another `requires`",
        ),
        ("requires: 0.1.0\nhash", "hash", "another `requires`"),
        ("hash: ", "hash: 0", "another hash"),
        ("files: 4", "files: 5", "line 11"),
        ("files: 4", "files: 3", "line 10"),
        ("files: 4", "files: 99999999", "line 6"),
        ("files: 4", "files: +4", "another order"),
    ] {
        assert!(text.contains(from), "{from}");
        let reason = refused(&text.replacen(from, to, 1));
        assert!(reason.contains(what), "{from} -> {to}: {reason}");
    }
    assert!(refused(&format!("{text}x")).contains("cut or has more"));
    assert!(refused(&text[..text.len() - 1]).contains("cut or has more"));
}

/// An archive of any files, as somebody might make one who means no good.
fn forged(files: &[(&str, &str)]) -> String {
    let mut head = String::new();
    let mut rest = String::new();
    for (name, text) in files {
        let digest = hex(&Sha256::digest(text.as_bytes()));
        head.push_str(&format!("{digest} {} {name}\n", text.len()));
        rest.push_str(&format!("{text}\n"));
    }
    format!(
        "{HEAD}\nid: acme\nversion: 1.4.0\nhash: {}\nfiles: {}\n{head}list: {}\n\n{rest}",
        "0".repeat(64),
        files.len(),
        hex(&Sha256::digest(head.as_bytes()))
    )
}

#[test]
fn no_file_of_an_archive_can_land_elsewhere_or_twice() {
    let manifest = ("pack.yaml", "id: acme\ntitle: Acme\nversion: 1.4.0\n");
    for name in [
        "../evil.rhai",
        "/etc/evil.rhai",
        "tables/../../evil.csv",
        "tests/a/b.yaml",
        "C:\\evil.rhai",
        "tables\\..\\evil.csv",
        ".shipped.pack",
        ".hidden.rhai",
        "run.sh",
        "",
    ] {
        let reason = refused(&forged(&[(name, "x"), manifest]));
        assert!(
            reason.contains("a pack has no such file"),
            "{name}: {reason}"
        );
    }
    let reason = refused(&forged(&[("a.rhai", "1"), ("a.rhai", "2"), manifest]));
    assert!(reason.contains("stands twice in the pack"), "{reason}");
    let reason = refused(&forged(&[("a.rhai", "1")]));
    assert!(reason.contains("no pack.yaml"), "{reason}");
    let large = "x".repeat(8 * 1024 * 1024 + 1);
    let reason = refused(&forged(&[("a.rhai", &large), manifest]));
    assert!(reason.contains("larger than 8 MiB"), "{reason}");
    let huge = vec![b' '; MAX_ARCHIVE + 1];
    assert_eq!(
        PackArchive::read(&huge).unwrap_err(),
        ArchiveError::TooLarge
    );
}

#[test]
fn a_pack_must_say_what_it_is_called_which_version_it_is_and_what_it_needs() {
    let made =
        |manifest: &str| PackArchive::of(PackContent::of([file(MANIFEST, manifest)]).unwrap());
    let refused = |manifest: &str| made(manifest).unwrap_err().to_string();
    let told = refused("id: ../up\ntitle: T\nversion: 1.0.0\n");
    assert!(told.contains("`../up` is not"), "{told}");
    let told = refused("id: a\ntitle: T\nversion: newest\n");
    assert!(told.contains("one to four numbers"), "{told}");
    // YAML reads this as 2026.1.
    let told = refused("id: a\ntitle: T\nversion: 2026.10\n");
    assert!(told.contains("in quotes"), "{told}");
    assert_eq!(
        made("id: a\ntitle: T\nversion: '2026.10' # October\n")
            .unwrap()
            .version()
            .to_string(),
        "2026.10"
    );
    let told = refused("id: a\ntitle: T\nversion: 1.0.0\nrequires: 99.0.0\n");
    assert!(
        told.contains("the pack needs Scrubjay 99.0.0, and this is 0."),
        "{told}"
    );
}

proptest! {
    #[test]
    fn no_byte_of_an_archive_can_be_another(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = archive().to_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        prop_assert!(PackArchive::read(&bytes).is_err());
    }

    #[test]
    fn any_bytes_end_in_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(PackArchive::read(&bytes).is_err());
        let headed = [HEAD.as_bytes(), b"\n", &bytes].concat();
        prop_assert!(PackArchive::read(&headed).is_err());
    }
}
