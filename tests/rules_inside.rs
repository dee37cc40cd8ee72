//! `scrubjay rules test`, `run` and `explain`: why a claim was decided as it was.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::path::Path;

use scrubjay::Engine;
use scrubjay::explain::Agreement;
use scrubjay::rules::Met;
use scrubjay::store::ClaimFilter;
use scrubjay_tests::{ClinicCopy, copy_folder, repository, scrubjay};

/// A clinic whose week has been taken in.
fn clinic() -> ClinicCopy {
    let clinic = ClinicCopy::new();
    assert!(clinic.run(&[]).status.success());
    clinic
}

/// Runs `scrubjay rules` on a clinic: what it printed, and how it ended.
fn rules(clinic: &ClinicCopy, arguments: &[&str]) -> (String, Option<i32>) {
    let folder = clinic.folder();
    let of_clinic = ["--dir", &folder.to_string_lossy()];
    let output = scrubjay(&[&["rules"], arguments, &of_clinic].concat());
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    (text, output.status.code())
}

fn edit(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{from}");
    std::fs::write(file, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn every_decision_of_the_clinics_week_is_the_same_when_it_is_judged_again() {
    let clinic = clinic();
    let engine = Engine::open(clinic.folder()).unwrap();
    let claims = engine
        .read()
        .unwrap()
        .claims(&ClaimFilter::default())
        .unwrap();
    let (mut decisions, mut fired, mut at_denial) = (0, 0, 0);
    for row in claims {
        let explained = engine.explain(&row.id).unwrap();
        assert_eq!(explained.payer, row.payer);
        for decision in explained.decisions {
            assert_eq!(
                decision.agreement(),
                Some(Agreement::Same),
                "{} at {}",
                row.id,
                decision.hook
            );
            assert!(decision.packs.iter().all(|pack| !pack.is_other()));
            decisions += 1;
            at_denial += usize::from(decision.hook.as_str() == "denial");
            fired += decision
                .rules
                .iter()
                .flatten()
                .filter(|rule| matches!(&rule.shown.met, Met::Ran(ran) if !ran.findings.is_empty()))
                .count();
        }
    }
    // Two a claim, and one for each denial that a rule had a word for.
    assert!(
        decisions > 80 && fired > 8 && at_denial > 2,
        "{decisions} {fired} {at_denial}"
    );
}

#[test]
fn a_held_claim_is_explained_by_conditions_values_and_lines_of_cards() {
    let clinic = clinic();
    let database = std::fs::read(clinic.folder().join("scrubjay.db")).unwrap();
    let (text, code) = rules(&clinic, &["explain", "JC1006", "--at-hook", "scrub"]);
    assert_eq!(code, Some(0), "{text}");
    for line in [
        "Claim JC1006 to medicare",
        "the same findings then and now",
        "  medicare/timely-filing ran\n",
        "claim.received <= due: false\n          claim.received = 2026-03-02, due = 2026-02-26",
        "=> block service_from: Service of 2025-02-26 was due by 2026-02-26",
        "by `modifiers: [GZ]`: medicare/gz-denies",
        "ran, nothing to say: base/add-on-primary",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!text.contains(" at claim,"), "{text}");
    let (all, _) = rules(&clinic, &["explain", "JC1006", "--all"]);
    assert!(
        all.contains("claim.charge != claim.line_total: false"),
        "{all}"
    );
    assert!(all.contains("address.zip = (masked)"), "{all}");
    let (json, _) = rules(&clinic, &["explain", "JC1006", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let decision = &json["decisions"][1];
    assert_eq!(decision["hook"], "scrub");
    // Each rule of that hook is accounted for, run or passed over.
    let (listed, _) = rules(&clinic, &["list"]);
    let at_scrub = listed.lines().filter(|line| line.contains("  scrub  "));
    assert_eq!(
        decision["rules"].as_array().unwrap().len(),
        at_scrub.count()
    );
    // Looking writes nothing.
    let after = std::fs::read(clinic.folder().join("scrubjay.db")).unwrap();
    assert!(database == after);
    let (text, code) = rules(&clinic, &["explain", "NOSUCH"]);
    assert_eq!(code, Some(2));
    assert!(text.contains("there is no claim NOSUCH"), "{text}");
}

#[test]
fn a_decision_is_explained_on_the_claims_that_were_there_then() {
    let clinic = clinic();
    // JC2012 came two days after JC1012 and has the same service.
    let (first, _) = rules(
        &clinic,
        &["explain", "JC1012", "--at-hook", "scrub", "--all"],
    );
    assert!(first.contains("!earlier.is_missing(): false"), "{first}");
    let (second, _) = rules(&clinic, &["explain", "JC2012", "--at-hook", "scrub"]);
    assert!(second.contains("earlier = \"JC1012\""), "{second}");
    let (now, _) = rules(
        &clinic,
        &["run", "base/exact-duplicate", "--claim", "JC2012"],
    );
    assert!(
        now.contains("=> block: Claim JC1012 has the same service"),
        "{now}"
    );
}

#[test]
fn a_decision_on_another_version_of_a_pack_is_told_apart_and_compared() {
    let clinic = clinic();
    let file = clinic.rules().join("medicare/filing.rhai");
    edit(&file, "// When a claim is due", "// When claims are due");
    let (text, _) = rules(&clinic, &["explain", "JC1006", "--at-hook", "scrub"]);
    let versions = text
        .lines()
        .find(|line| line.contains("decided on medicare@"))
        .unwrap_or_else(|| panic!("{text}"));
    let (then, now) = versions.split_once(", shown on ").unwrap();
    assert_ne!(then.trim().strip_prefix("decided on ").unwrap(), now);
    assert!(text.contains("the same findings then and now"), "{text}");

    edit(
        &file,
        "was due by ${due}; name",
        "is late: it was due by ${due}; name",
    );
    let (text, _) = rules(&clinic, &["explain", "JC1006", "--at-hook", "scrub"]);
    assert!(text.contains("OTHER FINDINGS THEN THAN NOW"), "{text}");
    assert!(
        text.contains("=> block service_from: Service of 2025-02-26 is late"),
        "{text}"
    );
    assert!(
        text.contains("then => block service_from: Service of 2025-02-26 was due by"),
        "{text}"
    );

    std::fs::remove_dir_all(clinic.rules().join("medicare")).unwrap();
    let (text, _) = rules(&clinic, &["explain", "JC1006", "--at-hook", "scrub"]);
    assert!(text.contains("which is not loaded"), "{text}");
    assert!(
        text.contains("ran then, and is not in the packs shown"),
        "{text}"
    );
}

#[test]
fn a_decision_is_shown_on_the_packs_of_its_day_where_they_were_published() {
    let clinic = clinic();
    for pack in ["base", "medicare"] {
        let pack = clinic.rules().join(pack);
        let (text, code) = rules(
            &clinic,
            &["publish", &pack.to_string_lossy(), "--by", "Ana"],
        );
        assert_eq!(code, Some(0), "{text}");
    }
    let file = clinic.rules().join("medicare/filing.rhai");
    edit(
        &file,
        "was due by ${due}; name",
        "is late: it was due by ${due}; name",
    );
    let (text, _) = rules(&clinic, &["explain", "JC1006", "--at-hook", "scrub"]);
    let versions = text
        .lines()
        .find(|line| line.contains("decided and shown on base@"))
        .unwrap_or_else(|| panic!("{text}"));
    assert!(versions.contains(", medicare@"), "{text}");
    assert!(text.contains("the same findings then and now"), "{text}");
    // Other packs are shown where they are asked for.
    let packs = clinic.rules();
    let arguments = ["explain", "JC1006", "--packs", &packs.to_string_lossy()];
    let (text, _) = rules(&clinic, &arguments);
    assert!(text.contains("OTHER FINDINGS THEN THAN NOW"), "{text}");
}

#[test]
fn a_denial_is_explained_as_the_table_had_it() {
    let clinic = clinic();
    let (text, code) = rules(&clinic, &["explain", "JC2005", "--at-hook", "denial"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("  denials/unprocessable ran\n      => classify as"),
        "{text}"
    );
    assert!(
        text.contains("by `carcs: [18, B13]`: denials/duplicate"),
        "{text}"
    );
    assert!(text.contains("the same findings then and now"), "{text}");
}

const DRAFT: &str = "
/// id: base/draft
/// title: A draft that nobody has tested
/// hook: scrub
/// scope: line
/// status: draft
/// applies: { procedures: \"J*\" }
fn draft(claim, line) {
    if line.units > 9 || today() > date(\"2026-06-01\") {
        line.warn(`line ${line.number} on ${today()}`);
    }
}
";

#[test]
fn a_draft_is_tried_on_a_file_and_on_a_claim_of_the_database() {
    let clinic = clinic();
    std::fs::write(clinic.rules().join("base/draft.rhai"), DRAFT).unwrap();
    let file = clinic.folder().join("inbox/01-claims-monday.837");
    let file = file.to_string_lossy();
    let (text, code) = rules(&clinic, &["run", "base/draft", "--claim", &file]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains(
            "JC1006 to medicare, on 2026-03-02\n  base/draft passed over by `procedures: [J*]`"
        ),
        "{text}"
    );
    assert!(
        text.contains("JC1005 to medicare, on 2026-03-02\n  base/draft ran"),
        "{text}"
    );
    let arguments = [
        "run",
        "base/draft",
        "--claim",
        "JC1005",
        "--today",
        "2026-07-01",
    ];
    let (text, _) = rules(&clinic, &arguments);
    assert!(text.contains("today() = 2026-07-01"), "{text}");
    assert!(
        text.contains("=> warn line 1: line 1 on 2026-07-01"),
        "{text}"
    );
    let (json, _) = rules(&clinic, &[&arguments[..], &["--json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["attempts"][0]["trace"]["status"], "draft");

    for (arguments, why) in [
        (
            ["run", "base/drafft", "--claim", "JC1005"],
            "no pack has a rule `base/drafft`",
        ),
        (
            ["run", "base/draft", "--claim", "none.837"],
            "`none.837` is no file here",
        ),
        (
            ["run", "denials/duplicate", "--claim", "JC1005"],
            "to which no claim comes",
        ),
    ] {
        let (text, code) = rules(&clinic, &arguments);
        assert_eq!(code, Some(2));
        assert!(text.contains(why), "{text}");
    }
    let remittance = clinic.folder().join("inbox/05-medicare.835");
    let (text, _) = rules(
        &clinic,
        &[
            "run",
            "base/draft",
            "--claim",
            &remittance.to_string_lossy(),
        ],
    );
    assert!(text.contains("it holds no claims (837)"), "{text}");
}

#[test]
fn tests_of_packs_are_told_with_failures_and_what_no_case_shows() {
    let scratch = tempfile::TempDir::new().unwrap();
    let pack = scratch.path().join("medicare");
    copy_folder(&repository().join("payer-rules/medicare"), &pack);
    let folder = pack.to_string_lossy();
    let test = |more: &[&str]| {
        let output = scrubjay(&[&["rules", "test", &folder], more].concat());
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (text, output.status.code())
    };
    let (text, code) = test(&[]);
    assert_eq!(code, Some(0), "{text}");
    let cards: usize = std::fs::read_dir(&pack)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "rhai"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .map(|script| script.matches("/// id: ").count())
        .sum();
    let all = format!("{cards} of {cards} rules shown firing and silent");
    assert!(text.contains(&all), "{text}");
    assert!(
        text.contains("advantage.rhai:12:8: never true: check.answer.is_missing()"),
        "{text}"
    );
    assert_eq!(test(&["--min-branches", "100"]).1, Some(1));
    assert_eq!(test(&["--min-branches", "50"]).1, Some(0));

    let filing = pack.join("tables/filing.csv");
    edit(&filing, "original,1,", "original,2,");
    let (text, code) = test(&[]);
    assert_eq!(code, Some(1), "{text}");
    let failed = text.lines().find(|line| line.contains("failed: ")).unwrap();
    assert!(failed.contains("tests/filing.yaml:"), "{failed}");
    assert!(
        text.contains("- expected `medicare/timely-filing`: it ran and did not say so"),
        "{text}"
    );
    let (json, code) = test(&["--json"]);
    assert_eq!(code, Some(1));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(json["failed"].as_u64().unwrap() > 0);
    assert!(json["packs"][0]["branches"].as_u64().unwrap() > 10);

    // A card that lets nothing through is another matter than a missing test.
    edit(&pack.join("coding.rhai"), "modifiers: GZ", "modifiers: ZZ");
    let (text, _) = test(&[]);
    assert!(
        text.contains("rule `medicare/gz-denies`: its card passes every case over: ")
            && text.contains("`modifiers: [ZZ]` in"),
        "{text}"
    );
}

#[test]
fn a_repair_and_a_payment_are_explained_and_neither_shows_an_address() {
    let clinic = ClinicCopy::new();
    let inbox = clinic.folder().join("inbox/01-claims-monday.837");
    edit(&inbox, "N4*AUSTIN*TX*78704~", "N4*AUSTIN*TX*78704-~");
    // A pack of its own: base has cases that are paid low and expect no such rule.
    let pack = clinic.rules().join("paid");
    std::fs::create_dir(&pack).unwrap();
    std::fs::write(
        pack.join("pack.yaml"),
        "id: paid\ntitle: a\nversion: 1.0.0\n",
    )
    .unwrap();
    std::fs::write(
        pack.join("paid.rhai"),
        "/// id: paid/low\n/// title: a\n/// hook: remittance\n/// severity: info\n\
         fn paid_low(remittance) {\n\
         if remittance.paid * 2 < remittance.charge { info(\"less than half\"); }\n}\n",
    )
    .unwrap();
    assert!(clinic.run(&[]).status.success());
    let (text, _) = rules(&clinic, &["explain", "JC1001"]);
    for line in [
        "base/zip-format ran\n",
        "=> repair `patient.address.zip`: a ZIP code is sent without dash or space",
        "address.zip = (masked)",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!text.contains("78704"), "{text}");
    assert!(!text.contains("OTHER FINDINGS"), "{text}");
    // Judged again on the claim as the repair left it.
    let (scrubbed, _) = rules(
        &clinic,
        &["explain", "JC1001", "--at-hook", "scrub", "--all"],
    );
    assert!(
        scrubbed.contains("the same findings then and now"),
        "{scrubbed}"
    );

    let (text, _) = rules(&clinic, &["explain", "JC1002", "--at-hook", "remittance"]);
    assert!(
        text.contains("remittance.paid = 23.76, remittance.charge = 109.00"),
        "{text}"
    );
    assert!(text.contains("=> info: less than half"), "{text}");
    assert!(text.contains("the same findings then and now"), "{text}");
}
