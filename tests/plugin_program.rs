//! `scrubjay plugin new` and `plugin test`, as a vendor uses them.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use scrubjay_tests::{repository, scrubjay};
use serde_json::Value;
use tempfile::TempDir;

fn ok(output: &Output) -> String {
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{}{}",
        told(&output.stdout),
        told(&output.stderr)
    );
    told(&output.stdout)
}

fn new(folder: &Path, arguments: &[&str]) -> Output {
    let folder = folder.to_string_lossy();
    scrubjay(&[&["plugin", "new", "--in", &folder], arguments].concat())
}

fn claims() -> String {
    let file = repository().join("examples/clinic/inbox/01-claims-monday.837");
    file.to_string_lossy().into_owned()
}

/// A new plugin in C, built with the compiler alone, as its README says.
fn c_plugin(folder: &Path, change: impl Fn(String) -> String) -> PathBuf {
    ok(&new(folder, &["many-units", "--lang", "c"]));
    let made = folder.join("many-units");
    let source = made.join("many_units.c");
    let text = std::fs::read_to_string(&source).unwrap();
    std::fs::write(&source, change(text)).unwrap();
    ok(&cc(
        &made,
        "-shared -fPIC -fvisibility=hidden -o libmany_units.so many_units.c",
    ));
    made
}

fn cc(folder: &Path, arguments: &str) -> Output {
    Command::new("cc")
        .args([
            "-std=c11",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-Wpedantic",
            "-I",
            "include",
        ])
        .args(arguments.split(' '))
        .current_dir(folder)
        .output()
        .expect("the tests need a C compiler called `cc`")
}

#[test]
fn a_new_plugin_in_c_builds_and_passes_its_test() {
    let folder = TempDir::new().unwrap();
    let made = c_plugin(folder.path(), |text| text);
    ok(&cc(&made, "-o test_many_units test.c many_units.c"));
    let tested = Command::new(made.join("test_many_units")).output().unwrap();
    assert_eq!(ok(&tested), "2 tests passed\n");
    let header = std::fs::read(made.join("include/scrubjay_plugin.h")).unwrap();
    let ours = repository().join("plugins/sdk/include/scrubjay_plugin.h");
    assert_eq!(header, std::fs::read(ours).unwrap());
    // The Makefile does the same, where there is make.
    match Command::new("make")
        .args(["-B", "test"])
        .current_dir(&made)
        .output()
    {
        Ok(output) => assert!(ok(&output).ends_with("2 tests passed\n")),
        Err(error) => eprintln!("skipped: there is no make ({error})"),
    }
    let library = made.join("libmany_units.so");
    let inspected = scrubjay(&["plugin", "inspect", &library.to_string_lossy()]);
    assert!(ok(&inspected).starts_with("many-units 0.1.0: "));
}

#[test]
fn a_new_plugin_in_rust_builds_and_passes_its_test_without_a_network() {
    let folder = TempDir::new().unwrap();
    let sdk = repository().join("plugins/sdk");
    ok(&new(
        folder.path(),
        &["many-units", "--sdk", &sdk.to_string_lossy()],
    ));
    let made = folder.path().join("many-units");
    let cargo = |arguments: &[&str]| {
        Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(arguments)
            .arg("--offline")
            .current_dir(&made)
            .env("CARGO_TARGET_DIR", made.join("target"))
            .output()
            .unwrap()
    };
    let tested = ok(&cargo(&["test"]));
    assert!(tested.contains("2 passed"), "{tested}");
    ok(&cargo(&["build"]));
    let library = format!(
        "target/debug/{}many_units{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let library = made.join(library).to_string_lossy().into_owned();
    let tested = scrubjay(&[
        "plugin",
        "test",
        &library,
        "--claims",
        &claims(),
        "--settings",
        "most_units=50",
    ]);
    let text = ok(&tested);
    assert!(
        text.contains("JC1014 at scrub\n  warn plugin:many-units/many-units: line 1 has 60 units")
    );
    assert!(
        text.ends_with("24 claims, 2 findings, 0 effects, 0 faults\n"),
        "{text}"
    );
}

#[test]
fn names_and_folders_that_will_not_do_are_refused_and_nothing_is_written() {
    let folder = TempDir::new().unwrap();
    for (arguments, says) in [
        (&["Many_Units"][..], "is no name for a plugin"),
        (&["fn"], "no crate can be called"),
        (&["many-units", "--sdk", "."], "does not hold the SDK"),
        (&["many-units", "--lang", "c", "--sdk", "."], "takes no SDK"),
    ] {
        let refused = new(folder.path(), arguments);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains(says), "{said}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let told = ok(&new(folder.path(), &["many-units"]));
    assert!(told.contains("--sdk PATH"), "{told}");
    let again = new(folder.path(), &["many-units"]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already"));
}

#[test]
fn a_fault_is_printed_with_its_reason_and_ends_with_1() {
    let folder = TempDir::new().unwrap();
    let made = c_plugin(folder.path(), |text| {
        text.replace("call->finding(call, &finding);", "return SCRUBJAY_ERROR;")
    });
    let library = made.join("libmany_units.so").to_string_lossy().into_owned();
    let run = |settings: &[&str]| {
        let claims = claims();
        let base = ["plugin", "test", &library, "--claims", &claims];
        scrubjay(&[&base[..], settings].concat())
    };
    let faulted = run(&["--settings", "most_units=50"]);
    assert_eq!(faulted.status.code(), Some(1));
    let text = String::from_utf8_lossy(&faulted.stdout).into_owned();
    assert!(
        text.contains(
            "block plugin-fault: plugin `many-units` 0.1.0 at hook `scrub` could not judge"
        )
    );
    assert!(
        text.ends_with("24 claims, 0 findings, 0 effects, 2 faults\n"),
        "{text}"
    );
    // What keeps it from running at all is no fault of a claim.
    for (settings, says) in [
        (
            &["--settings", "most_units=many"][..],
            "`most_units` is no number",
        ),
        (&["--settings", "most_units"], "write KEY=VALUE"),
    ] {
        let refused = run(settings);
        assert_eq!(refused.status.code(), Some(2));
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains(says), "{said}");
    }
}

#[test]
#[cfg(unix)]
fn a_plugin_that_crashes_is_a_fault_and_the_rest_of_the_claims_are_tried() {
    let folder = TempDir::new().unwrap();
    let made = c_plugin(folder.path(), |text| {
        text.replace(
            "call->finding(call, &finding);",
            "if (line->units == 8000)\n            abort();",
        )
    });
    let library = made.join("libmany_units.so").to_string_lossy().into_owned();
    let claims = claims();
    let crashed = scrubjay(&[
        "plugin",
        "test",
        &library,
        "--claims",
        &claims,
        "--settings",
        "most_units=5",
    ]);
    assert_eq!(crashed.status.code(), Some(1));
    let text = String::from_utf8_lossy(&crashed.stdout).into_owned();
    assert!(text.contains("its process was ended by signal 6"), "{text}");
    assert!(
        text.ends_with("24 claims, 0 findings, 0 effects, 1 faults\n"),
        "{text}"
    );
}

#[test]
fn payers_of_a_practice_come_from_its_configuration() {
    let folder = TempDir::new().unwrap();
    // Only asked about one payer, by the practice's key of it.
    let made = c_plugin(folder.path(), |text| {
        let payers = "static const scrubjay_str PAYERS[] = { SCRUBJAY_STR(\"harborlight\") };\n\
                      static const scrubjay_descriptor_t";
        text.replacen("static const scrubjay_descriptor_t", payers, 1)
            .replace(
                ".hooks = SCRUBJAY_HOOK_SCRUB,",
                ".hooks = SCRUBJAY_HOOK_SCRUB, .payer_count = 1, .payers = PAYERS,",
            )
    });
    let library = made.join("libmany_units.so").to_string_lossy().into_owned();
    let practice = repository()
        .join("examples/clinic")
        .to_string_lossy()
        .into_owned();
    let claims = claims();
    let base = [
        "plugin",
        "test",
        &library,
        "--claims",
        &claims,
        "--settings",
        "most_units=50",
        "--json",
    ];
    let findings = |arguments: &[&str]| {
        let tried: Value =
            serde_json::from_str(&ok(&scrubjay(&[&base[..], arguments].concat()))).unwrap();
        let claims = tried["claims"].as_array().unwrap().clone();
        let asked = claims
            .iter()
            .filter(|claim| claim["not_run"].as_array().unwrap().is_empty())
            .count();
        let because = claims
            .iter()
            .find_map(|claim| claim["not_run"][0]["because"].as_str());
        (asked, because.map(str::to_owned))
    };
    let because = Some("payers: [harborlight]".to_owned());
    assert_eq!(findings(&[]), (0, because.clone()));
    assert_eq!(findings(&["--practice", &practice]), (7, because));
}

#[test]
fn a_practice_that_names_keys_takes_only_what_they_have_signed_or_it_has_pinned() {
    let folder = TempDir::new().unwrap();
    let made = c_plugin(folder.path(), |text| text);
    let place = folder.path().to_string_lossy().into_owned();
    let file = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let library = made.join("libmany_units.so");
    let keygen = |name: &str| {
        ok(&scrubjay(&["rules", "keygen", &file(name)]))
            .trim()
            .to_owned()
    };
    let (ours, other) = (keygen("ours.key"), keygen("other.key"));
    let configure = |keys: &str, more: &str| {
        let text = format!(
            "plugin_keys: [{keys}]\nplugins:\n  - path: many-units/libmany_units.so\n{more}"
        );
        std::fs::write(folder.path().join("scrubjay.yaml"), text).unwrap();
    };
    let check = || scrubjay(&["plugin", "check", &place]);
    let refused = |says: &str| {
        let checked = check();
        assert_eq!(checked.status.code(), Some(1), "{says}");
        let said = String::from_utf8_lossy(&checked.stderr).into_owned();
        assert!(said.contains(says), "{said}");
        // The engine refuses as the check does.
        let error = scrubjay::Engine::open(folder.path()).err().unwrap();
        assert!(error.to_string().contains(says), "{error}");
    };
    configure(&ours, "");
    refused("is neither pinned nor signed");

    let sign = |key: &str| {
        scrubjay(&[
            "plugin",
            "sign",
            &library.to_string_lossy(),
            "--key",
            &file(key),
        ])
    };
    assert!(
        ok(&sign("ours.key")).starts_with(&format!("many-units 0.1.0 is signed by {ours} in "))
    );
    assert_eq!(ok(&check()), "many-units 0.1.0: ready\n");
    configure(&other, "");
    refused("none of the keys that are trusted here");
    configure(&format!("{other}, {ours}"), "");
    ok(&check());

    // Built anew, it is another file.
    std::fs::write(
        made.join("many_units.c"),
        std::fs::read_to_string(made.join("many_units.c"))
            .unwrap()
            .replace("100 * 1000", "99 * 1000"),
    )
    .unwrap();
    ok(&cc(
        &made,
        "-shared -fPIC -fvisibility=hidden -o libmany_units.so many_units.c",
    ));
    refused("the file was changed since");
    let inspected = ok(&scrubjay(&[
        "plugin",
        "inspect",
        &library.to_string_lossy(),
        "--json",
    ]));
    let info: Value = serde_json::from_str(&inspected).unwrap();
    configure(
        &ours,
        &format!("    sha256: {}\n", info["sha256"].as_str().unwrap()),
    );
    ok(&check());
}
