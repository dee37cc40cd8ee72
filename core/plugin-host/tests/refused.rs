//! What is refused when a plugin is loaded, each with its reason.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod support;

use std::path::PathBuf;

use scrubjay_hooks::Hook;
use scrubjay_plugin_host::{PluginError, PluginHost, PluginSpec, Sha256, Trust};
use support::{claim, faulty, folder, judge, lies, told};
use tempfile::TempDir;

fn error(library: &PathBuf) -> String {
    let host = PluginHost::new().unwrap();
    let error = host.load(&PluginSpec::new(library)).unwrap_err();
    // The path is the test's own and different each time.
    error.to_string().replace(&*library.to_string_lossy(), "it")
}

fn lie(folder: &TempDir, flags: &[&str]) -> String {
    error(&lies(folder, flags))
}

#[test]
fn an_honest_plugin_is_taken_so_that_the_lies_are_what_is_refused() {
    let folder = folder();
    let host = PluginHost::new().unwrap();
    let plugin = host.load(&PluginSpec::new(lies(&folder, &[]))).unwrap();
    let outcome = judge(&plugin, Hook::Scrub, &claim());
    assert_eq!(told(&outcome), [("plugin:lies/said", "as it should be")]);
}

#[test]
fn a_file_that_is_no_library_of_this_machine_is_named_for_what_it_is() {
    let folder = folder();
    let at = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let needed = format!(
        "this host needs an ELF library for {}",
        std::env::consts::ARCH
    );
    let whole = std::fs::read(faulty()).unwrap();
    for (path, found) in [
        (at("empty.so", b""), "an empty file"),
        (
            at("picture.so", b"\x89PNG\r\n\x1a\n"),
            "no shared library of any kind",
        ),
        (
            at("cut.so", &whole[..whole.len() / 2]),
            "an ELF file that was cut short",
        ),
    ] {
        assert_eq!(error(&path), format!("plugin it is {found}; {needed}"));
    }
    let mut foreign = whole;
    foreign[18..20].copy_from_slice(&243u16.to_le_bytes());
    let foreign = at("foreign.so", &foreign);
    assert_eq!(
        error(&foreign),
        format!("plugin it is an ELF library for riscv64; {needed}")
    );
    let missing = folder.path().join("missing.so");
    assert_eq!(error(&missing), "cannot read plugin it");
}

#[test]
fn a_library_without_the_entry_or_with_another_is_refused() {
    let folder = folder();
    let symbol = "`scrubjay_plugin_entry`";
    assert_eq!(
        lie(&folder, &["-DLIE_NO_ENTRY"]),
        format!(
            "plugin it does not export {symbol}: it is no Scrubjay plugin, or the symbol is hidden"
        )
    );
    let other = format!("plugin it exports {symbol}, but it is no entry of a Scrubjay plugin");
    assert_eq!(lie(&folder, &["-DLIE_MAGIC=7"]), other);
    // A function where a constant should be.
    let function = support::compile(
        &folder,
        "function",
        "__attribute__((visibility(\"default\"))) int scrubjay_plugin_entry(void) { return 4; }",
        &[],
    );
    assert_eq!(error(&function), other);
}

#[test]
fn a_library_that_needs_what_is_not_there_is_refused_with_the_symbol() {
    let folder = folder();
    let library = support::compile(
        &folder,
        "needy",
        "extern int nobody_has_this;\nint *wants(void);\nint *wants(void) { return &nobody_has_this; }",
        &[],
    );
    let said = error(&library);
    assert!(said.starts_with("plugin it cannot be mapped: "), "{said}");
    assert!(said.contains("nobody_has_this"), "{said}");
}

#[test]
fn another_major_version_is_refused_and_a_newer_minor_one_is_not() {
    let folder = folder();
    for major in ["0", "2", "4294967295"] {
        let flag = format!("-DLIE_MAJOR={major}u");
        let said = lie(&folder, &[&flag]);
        let made = format!("plugin it is made for interface {major}.2, and this host has 1.2: ");
        assert!(said.starts_with(&made), "{said}");
    }
    let newer = PluginSpec::new(lies(&folder, &["-DLIE_MINOR=7"]));
    assert!(PluginHost::new().unwrap().load(&newer).is_ok());
}

#[test]
fn a_struct_that_lies_about_its_size_is_refused_by_name() {
    let folder = folder();
    for (flag, name, needed) in [
        ("-DLIE_ENTRY_SIZE", "scrubjay_entry_t", 40),
        ("-DLIE_DESCRIPTOR_SIZE", "scrubjay_descriptor_t", 136),
        ("-DLIE_PLUGIN_SIZE", "scrubjay_plugin_t", 32),
    ] {
        for size in [0, needed - 1, needed + 8, 4_000_000_000_u32] {
            let said = lie(&folder, &[&format!("{flag}={size}u")]);
            let reason = format!(
                "plugin it hands in a `{name}` of {size} bytes where interface 1.2 has {needed}"
            );
            assert_eq!(said, reason);
        }
        // A newer plugin may be longer, and no shorter.
        let said = lie(
            &folder,
            &["-DLIE_MINOR=3", &format!("{flag}={}u", needed - 8)],
        );
        assert!(
            said.ends_with(&format!("where interface 1.3 has {needed}")),
            "{said}"
        );
    }
}

#[test]
fn a_descriptor_that_says_nothing_sensible_is_refused_by_field() {
    let folder = folder();
    for (flag, reason) in [
        ("-DLIE_DESCRIPTOR=NULL", "`descriptor` that is missing"),
        ("-DLIE_ID={NULL,0}", "`id` that is missing"),
        (
            "-DLIE_ID=SCRUBJAY_STR(\"An Id\")",
            "`id` that has characters other than a-z, 0-9, `-`, `.` and `_`",
        ),
        (
            "-DLIE_VERSION={NULL,9}",
            "`version` that has a length and no bytes",
        ),
        (
            "-DLIE_VERSION=SCRUBJAY_STR(\"1 0\")",
            "`version` that has spaces",
        ),
        (
            "-DLIE_VERSION={\"1\",1u<<30}",
            "`version` that is longer than 32 bytes",
        ),
        (
            "-DLIE_VENDOR=SCRUBJAY_STR(\"\\xff\")",
            "`vendor` that is not UTF-8",
        ),
        (
            "-DLIE_VENDOR=SCRUBJAY_STR(\"a\\x07z\")",
            "`vendor` that has control characters",
        ),
        (
            "-DLIE_PAYER_COUNT=3",
            "`payers` that has a count and no entries",
        ),
        (
            "-DLIE_PAYER_COUNT=100000",
            "`payers` that has 100000 entries, and 1000 are allowed",
        ),
    ] {
        let said = lie(&folder, &[flag]);
        assert_eq!(
            said,
            format!("plugin it says of itself a {reason}"),
            "{flag}"
        );
    }
}

#[test]
fn a_plugin_without_its_functions_or_without_itself_is_refused() {
    let folder = folder();
    for (flag, reason) in [
        ("-DLIE_CREATE=NULL", "plugin it has no function `create`"),
        ("-DLIE_JUDGE=NULL", "plugin it has no function `judge`"),
        ("-DLIE_DESTROY=NULL", "plugin it has no function `destroy`"),
        (
            "-DLIE_PLUGIN=NULL",
            "plugin `lies` would not start (status 0): it handed in no plugin",
        ),
    ] {
        assert_eq!(lie(&folder, &[flag]), reason);
    }
}

#[test]
fn a_plugin_that_would_never_be_asked_is_refused() {
    let folder = folder();
    let reason = "plugin `lies` would never be asked: none of its hooks is offered to plugins \
                  by this host, which offers claim, scrub, submit";
    assert_eq!(lie(&folder, &["-DLIE_HOOKS=0"]), reason);
    assert_eq!(lie(&folder, &["-DLIE_HOOKS=SCRUBJAY_HOOK_METRIC"]), reason);
    // A hook of a newer interface beside one of ours does no harm.
    let flag = "-DLIE_HOOKS=(SCRUBJAY_HOOK_SCRUB|SCRUBJAY_HOOK_DENIAL|1<<30)";
    let spec = PluginSpec::new(lies(&folder, &[flag]));
    let info = PluginHost::new().unwrap().inspect(&spec).unwrap();
    assert_eq!(
        (info.hooks, info.not_offered),
        (vec![Hook::Scrub], vec![Hook::Denial])
    );
}

#[test]
fn a_second_plugin_of_the_same_id_is_refused_until_the_first_is_gone() {
    let folder = folder();
    let spec = PluginSpec::new(faulty());
    let again = folder.path().join("again.so");
    std::fs::copy(faulty(), &again).unwrap();
    let again = PluginSpec::new(&again);
    let host = PluginHost::new().unwrap();
    let first = host.load(&spec).unwrap();
    let error = host.load(&again).unwrap_err();
    let PluginError::Duplicate { id, loaded, .. } = error else {
        panic!("{error}");
    };
    assert_eq!((id.as_str(), loaded), ("faulty", faulty()));
    drop(first);
    assert!(host.load(&again).is_ok());
}

#[test]
fn a_file_is_held_against_its_pin_and_a_strict_host_takes_no_other() {
    let right = Sha256::of(&std::fs::read(faulty()).unwrap());
    let wrong = Sha256::of(b"another file");
    let host = PluginHost::new().unwrap();
    let error = host
        .load(&PluginSpec::new(faulty()).pinned(wrong))
        .unwrap_err();
    let PluginError::Hash { pinned, found, .. } = error else {
        panic!("{error}");
    };
    assert_eq!((pinned, found), (wrong, right));
    let strict = PluginHost::with(Trust::PinnedOnly, support::log()).unwrap();
    let error = strict.load(&PluginSpec::new(faulty())).unwrap_err();
    assert!(matches!(error, PluginError::NotPinned { found, .. } if found == right));
    let plugin = strict
        .load(&PluginSpec::new(faulty()).pinned(right))
        .unwrap();
    assert_eq!(plugin.info().sha256, right);
}

#[test]
fn a_plugin_that_fails_to_start_says_why_without_quoting_a_panic() {
    let host = PluginHost::new().unwrap();
    let spec = |trick: &str| PluginSpec::new(faulty()).setting("trick", trick);
    let error = host.load(&spec("no such")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "plugin `faulty` would not start (status 1): there is no trick `no such`"
    );
    let error = host.load(&spec("panic-in-open")).unwrap_err().to_string();
    let said = "plugin `faulty` would not start (status 2): at lib.rs:";
    assert!(error.starts_with(said), "{error}");
    assert!(!error.contains("must not be seen"), "{error}");
    assert!(host.load(&spec("none")).is_ok(), "nothing stays behind");
}

#[test]
fn the_vendors_file_may_be_overwritten_and_removed_while_it_runs() {
    let folder = folder();
    let path = folder.path().join("libfaulty.so");
    std::fs::copy(faulty(), &path).unwrap();
    let host = PluginHost::new().unwrap();
    let plugin = host.load(&PluginSpec::new(&path)).unwrap();
    std::fs::write(&path, vec![0; 4_096]).unwrap();
    std::fs::remove_file(&path).unwrap();
    let outcome = judge(&plugin, Hook::Scrub, &claim());
    assert_eq!(
        told(&outcome),
        [("plugin:faulty/seen", "this claim was seen")]
    );
}
