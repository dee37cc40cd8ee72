//! `scrubjay rules`: what it prints and how it ends.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay_tests::{copy_folder, repository, scrubjay};

#[test]
fn the_packs_that_ship_are_sound_and_listed() {
    let packs = repository().join("payer-rules");
    let packs = packs.to_string_lossy();
    let checked = scrubjay(&["rules", "check", &packs]);
    let text = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.status.success(), "{text}");
    assert!(text.contains("sound, and every test passes"), "{text}");
    let listed = scrubjay(&["rules", "list", &packs]);
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(text.contains("base/charge-sum"), "{text}");
    let docs = scrubjay(&["rules", "docs", &packs]);
    assert!(String::from_utf8_lossy(&docs.stdout).contains("`base/charge-sum`"));
}

#[test]
fn the_vocabulary_that_the_program_prints_is_the_one_that_analysts_read() {
    let printed = scrubjay(&["rules", "vocabulary"]);
    let page = std::fs::read(repository().join("payer-rules/VOCABULARY.md")).unwrap();
    assert_eq!(printed.stdout, page);
}

#[test]
fn a_broken_rule_is_shown_with_a_caret_and_the_exit_says_so() {
    let scratch = tempfile::TempDir::new().unwrap();
    let pack = scratch.path().join("base");
    copy_folder(&repository().join("payer-rules/base"), &pack);
    let script = pack.join("claim.rhai");
    let text = std::fs::read_to_string(&script).unwrap();
    std::fs::write(
        &script,
        text.replacen("claim.", "claim.no_such_field + claim.", 1),
    )
    .unwrap();
    let checked = scrubjay(&["rules", "check", &pack.to_string_lossy()]);
    assert_eq!(checked.status.code(), Some(1));
    let text = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(
        text.contains("no_such_field") && text.contains('^'),
        "{text}"
    );
    assert!(text.contains("to mend; nothing would load"), "{text}");
}

#[test]
fn a_packs_tests_see_the_diagnosis_codes_that_the_engine_sees() {
    let pack = tempfile::TempDir::new().unwrap();
    let rule = "\
/// id: acme/dx-billable
/// title: A diagnosis is billed by its longest code
/// hook: scrub
fn dx_billable(claim) {
    let day = claim.service_from;
    for dx in claim.diagnoses {
        if icd10(dx).billable_on(day) == false { block(`${dx} may not be billed on ${day}`); }
    }
}
";
    // Multiple sclerosis was one code until September 2025.
    let tests = "\
today: 2026-03-02
cases:
  - case: a heading
    claim: { diagnoses: [G35], lines: [G0439 90.00] }
    expect: [{ rule: acme/dx-billable, says: G35 may not be billed }]
  - case: a code
    claim: { diagnoses: [E1165], lines: [G0439 90.00] }
    expect: []
";
    std::fs::create_dir(pack.path().join("tests")).unwrap();
    for (name, text) in [
        ("pack.yaml", "{id: acme, title: Acme, version: 1}"),
        ("acme.rhai", rule),
        ("tests/acme.yaml", tests),
    ] {
        std::fs::write(pack.path().join(name), text).unwrap();
    }
    let checked = scrubjay(&["rules", "check", &pack.path().to_string_lossy()]);
    let text = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.status.success(), "{text}");
    assert!(text.contains("passes; 0 warnings"), "{text}");
}

#[test]
fn a_rule_that_is_started_is_sound_at_once_and_its_id_is_taken_from_then_on() {
    let scratch = tempfile::TempDir::new().unwrap();
    let folder = scratch.path().to_string_lossy().into_owned();
    let new = [
        "rules",
        "new",
        "acme/visits",
        "--scope",
        "line",
        "--in",
        &folder,
    ];
    let started = scrubjay(&new);
    let text = String::from_utf8_lossy(&started.stdout).into_owned();
    assert!(started.status.success(), "{text}");
    assert!(text.contains("acme/tests/visits.yaml"), "{text}");
    let checked = scrubjay(&["rules", "check", &folder]);
    let text = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(text.contains("every test passes; 0 warnings"), "{text}");
    let again = scrubjay(&new);
    assert_eq!(again.status.code(), Some(2));
    let text = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(text.contains("`acme/visits` is there already"), "{text}");
}

#[test]
fn reason_codes_that_are_unknown_or_retired_are_warned_of() {
    let scratch = tempfile::TempDir::new().unwrap();
    let pack = scratch.path().join("denials");
    copy_folder(&repository().join("payer-rules/denials"), &pack);
    let script = pack.join("common.rhai");
    let text = std::fs::read_to_string(&script).unwrap();
    let check = |codes: &str| {
        std::fs::write(
            &script,
            text.replace("carcs: [60, 97, 190, 231, 234, 236, B14]", codes),
        )
        .unwrap();
        let checked = scrubjay(&["rules", "check", &pack.to_string_lossy()]);
        (
            checked.status.code(),
            String::from_utf8_lossy(&checked.stdout).into_owned(),
        )
    };
    let (code, said) = check("carcs: [60, 97, 190, 231, 234, 236, B14, 999]");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("no reason code `999` is known"), "{said}");
    let (code, said) = check("carcs: [60, 97, 190, 231, 234, 236, B14, 17]");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("`17` is retired as of 2009-07-01"), "{said}");
}

#[test]
fn two_states_of_a_pack_are_compared_by_rule() {
    let scratch = tempfile::TempDir::new().unwrap();
    let old = repository().join("payer-rules/commercial");
    let new = scratch.path().join("commercial");
    copy_folder(&old, &new);
    let (old, new_name) = (old.to_string_lossy(), new.to_string_lossy());
    let same = scrubjay(&["rules", "diff", &old, &new_name]);
    assert_eq!((same.status.code(), same.stdout.len()), (Some(0), 0));
    let edit = |file: &str, from: &str, to: &str| {
        let path = new.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file}");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    };
    edit(
        "contract.rhai",
        "/// severity: block\n",
        "/// severity: block\n/// overridable: true\n",
    );
    edit("filing.rhai", "passed >= days", "passed > days");
    edit("tables/filing_steps.csv", "warn,90", "warn,85");
    let differs = scrubjay(&["rules", "diff", &old, &new_name]);
    assert_eq!(differs.status.code(), Some(1));
    let text = String::from_utf8_lossy(&differs.stdout).into_owned();
    assert_eq!(
        text,
        "~ pack commercial
  ~ rule commercial/authorization-missing
      overridable: false -> true
  ~ rule commercial/timely-filing-near
      logic: timely_filing_near
  ~ table filing_steps
      ~ warn: percent: 90 -> 85
"
    );
    let json = scrubjay(&["rules", "diff", "--json", &old, &new_name]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json[0]["rules"][0]["card"][0]["key"], "overridable");
    assert_eq!(json[0]["tables"][0]["rows"][0]["change"], "changed");
}

#[test]
fn rule_files_are_formatted_and_a_check_says_which_are_not() {
    let scratch = tempfile::TempDir::new().unwrap();
    let pack = scratch.path().join("base");
    copy_folder(&repository().join("payer-rules/base"), &pack);
    let name = pack.to_string_lossy().into_owned();
    let checked = scrubjay(&["rules", "fmt", "--check", &name]);
    assert_eq!((checked.status.code(), checked.stdout.len()), (Some(0), 0));
    let script = pack.join("lines.rhai");
    let text = std::fs::read_to_string(&script).unwrap();
    std::fs::write(&script, text.replace("    ", "\t") + "\n\n").unwrap();
    let checked = scrubjay(&["rules", "fmt", "--check", &name]);
    assert_eq!(checked.status.code(), Some(1));
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(
        said.starts_with("not formatted: ") && said.contains("lines.rhai"),
        "{said}"
    );
    let formatted = scrubjay(&["rules", "fmt", &name]);
    assert!(formatted.status.success());
    assert_eq!(std::fs::read_to_string(&script).unwrap(), text);
    std::fs::write(&script, "fn f(claim) {\n").unwrap();
    let faulty = scrubjay(&["rules", "fmt", &name]);
    assert_eq!(faulty.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&faulty.stdout).contains("lines.rhai:1"));
    assert_eq!(std::fs::read_to_string(&script).unwrap(), "fn f(claim) {\n");
}

#[test]
fn the_catalogue_and_the_definition_files_are_what_the_program_writes() {
    let packs = repository().join("payer-rules");
    let printed = scrubjay(&["rules", "docs", &packs.to_string_lossy()]);
    let page = std::fs::read(packs.join("CATALOGUE.md")).unwrap();
    assert_eq!(printed.stdout, page);
    let scratch = tempfile::TempDir::new().unwrap();
    let out = scratch.path().join("deep/er");
    let written = scrubjay(&["rules", "definitions", "--out", &out.to_string_lossy()]);
    assert!(written.status.success());
    for name in ["scrubjay.d.rhai", "language.d.rhai"] {
        let shipped = std::fs::read(packs.join(".rhai").join(name)).unwrap();
        assert_eq!(std::fs::read(out.join(name)).unwrap(), shipped, "{name}");
    }
}
