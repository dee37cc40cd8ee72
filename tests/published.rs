//! Packs are published, rolled back, signed, and a decision of the past is
//! judged again on the pack of its day.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::rules::PackContent;
use scrubjay::{Engine, EngineError, PublishError, ReplayEnd};
use scrubjay_tests::practice::{Practice, Printed};
use scrubjay_tests::sample::{claims, denied};

const PUBLISHED: &str = "rules: [packs]\nrules_from: published\n";

/// A rule that says something of every claim, and looks at the patient's history.
fn rules(message: &str) -> String {
    format!(
        "/// id: local/look\n/// title: A rule of a test\n/// hook: scrub\n/// severity: warn\n\
         fn look(claim) {{ warn(`{message}, ${{claim.history.len}} earlier, ${{today()}}`); }}\n\n\
         /// id: local/denied\n/// title: What to do\n/// hook: denial\n\
         fn denied(denial) {{ classify(\"medical_necessity\", \"appeal\", `{message}: ${{denial.category}}`, \"nurses\", 7); }}\n"
    )
}

fn publish(practice: &Practice, pack: &str) -> Printed {
    practice.scrubjay(&[
        "rules",
        "publish",
        pack,
        "--by",
        "Ana",
        "--note",
        "from the manual",
    ])
}

fn hash_of(practice: &Practice, pack: &str) -> String {
    PackContent::read(practice.path(&format!("packs/{pack}")))
        .unwrap()
        .hash()
}

#[test]
fn only_published_packs_judge_and_a_rollback_brings_an_earlier_one_back() {
    let practice = Practice::new(PUBLISHED);
    practice.pack("local", &rules("first"));
    practice.write("inbox/claims.837", &claims(1));
    let unjudged = practice.run();
    assert_eq!(unjudged.code, 2);
    assert!(
        unjudged.err.contains("no pack is published"),
        "{}",
        unjudged.err
    );

    let first = hash_of(&practice, "local");
    let said = publish(&practice, "local").good();
    assert_eq!(
        said,
        format!("local 1.0.0 with the hash {first} is live, by Ana\n")
    );
    let again = publish(&practice, "local");
    assert_eq!(again.code, 1);
    assert!(again.err.contains("is live already"), "{}", again.err);

    // An edit in the folder judges nothing before it is published.
    practice.pack("local", &rules("second"));
    assert_eq!(practice.run().code, 0);
    let trace = practice.scrubjay(&["claims", "trace", "S00000"]).good();
    assert!(
        trace.contains("first, 0 earlier") && !trace.contains("second"),
        "{trace}"
    );
    let second = hash_of(&practice, "local");
    publish(&practice, &practice.path("packs/local").to_string_lossy()).good();
    let listed = practice.scrubjay(&["rules", "published"]).good();
    let rows: Vec<&str> = listed.lines().skip(1).collect();
    assert_eq!(rows.len(), 2, "{listed}");
    assert!(
        rows[0].contains(&first[..12]) && !rows[0].contains("live"),
        "{listed}"
    );
    assert!(
        rows[1].contains(&second[..12]) && rows[1].contains("live"),
        "{listed}"
    );
    assert!(
        rows[1].contains("Ana") && rows[1].contains("from the manual"),
        "{listed}"
    );

    practice
        .scrubjay(&["rules", "rollback", "local", "--by", "Bo"])
        .good();
    let listed = practice.scrubjay(&["rules", "published"]).good();
    let last = listed.lines().last().unwrap();
    assert!(
        last.contains(&first[..12]) && last.contains("rolled back to") && last.contains("live"),
        "{listed}"
    );
    assert!(
        practice
            .scrubjay(&["rules", "list"])
            .good()
            .contains(&first[..12])
    );
    let to = ["rules", "rollback", "local", "--by", "Bo", "--to"];
    practice
        .scrubjay(&[&to[..], &[&second[..8]]].concat())
        .good();
    for (arguments, problem) in [
        (
            [&to[..], &["zz"]].concat(),
            "begins the hash of 0 published versions",
        ),
        ([&to[..], &[&second[..8]]].concat(), "is live already"),
        (
            vec!["rules", "rollback", "other", "--by", "Bo"],
            "no pack `other` was published",
        ),
        (
            vec!["rules", "rollback", "local", "--by", " "],
            "name who publishes",
        ),
    ] {
        let refused = practice.scrubjay(&arguments);
        assert_eq!(refused.code, 1, "{}", refused.err);
        assert!(
            refused.err.contains(problem),
            "{problem} in {}",
            refused.err
        );
    }
    assert!(
        practice
            .scrubjay(&["db", "verify"])
            .good()
            .contains("clean")
    );
}

#[test]
fn what_does_not_load_or_fails_its_tests_is_not_published() {
    let practice = Practice::new(PUBLISHED);
    practice.pack("local", &rules("first").replace("warn(", "wran("));
    let broken = publish(&practice, "local");
    assert_eq!(broken.code, 1);
    assert!(broken.err.contains("wran"), "{}", broken.err);
    practice.pack("local", &rules("first"));
    practice.write(
        "packs/local/tests/a.yaml",
        "today: 2026-03-02\ncases:\n  - case: nothing is found\n    claim: {}\n    expect: []\n",
    );
    let failing = publish(&practice, "local");
    assert_eq!(failing.code, 1);
    assert!(
        failing.err.contains("the test `nothing is found` fails"),
        "{}",
        failing.err
    );
    assert_eq!(publish(&practice, "nowhere").code, 2);
    let listed = practice.scrubjay(&["rules", "published"]);
    assert!(listed.good().contains("none"));
}

#[test]
fn a_decision_is_replayed_byte_for_byte_on_the_pack_of_its_day() {
    let practice = Practice::new(PUBLISHED);
    practice.pack("local", &rules("first"));
    publish(&practice, "local").good();
    let mut engine = Engine::open(practice.folder()).unwrap();
    engine.take_in("claims.837", claims(3).as_bytes()).unwrap();
    engine.submit().unwrap();
    let taken = engine.take_in("denied.835", denied(0).as_bytes()).unwrap();
    assert!(!taken.is_refused(), "{taken}");

    practice.pack("local", &rules("second"));
    let content = PackContent::read(practice.path("packs/local")).unwrap();
    engine.publish(&content, "Bo", None).unwrap();
    // The open engine goes on with the new version.
    let other = claims(1)
        .replace("S00000", "T00000")
        .replace("000000001", "000000002");
    engine.take_in("more.837", other.as_bytes()).unwrap();

    let claim = "S00000".parse().unwrap();
    let replayed = engine.replay(&claim).unwrap();
    let hooks: Vec<&str> = replayed.iter().map(|one| one.hook.as_str()).collect();
    assert_eq!(hooks, ["claim", "scrub", "denial"]);
    for decision in &replayed {
        assert_eq!(decision.ended, ReplayEnd::Same, "{decision:?}");
    }
    assert!(replayed[1].packs[0].starts_with("local@"));
    let newer = engine.replay(&"T00000".parse().unwrap()).unwrap();
    assert_eq!(newer[1].ended, ReplayEnd::Same);
    assert_ne!(newer[1].packs, replayed[1].packs);
    drop(engine);
    let told = practice.scrubjay(&["rules", "replay", "S00000"]).good();
    assert_eq!(told.matches("the same, byte for byte").count(), 3, "{told}");
    // The later claim was judged with the earlier one, denied by now, in its history.
    let trace = practice.scrubjay(&["claims", "trace", "T00000"]).good();
    assert!(trace.contains("second, 1 earlier"), "{trace}");
}

#[test]
fn a_pack_that_was_never_published_is_named_and_a_difference_is_shown() {
    let practice = Practice::new("rules: [packs]\n");
    practice.pack("local", &rules("first"));
    practice.write("inbox/claims.837", &claims(1));
    assert_eq!(practice.run().code, 0);
    let hash = hash_of(&practice, "local");
    let missing = practice.scrubjay(&["rules", "replay", "S00000"]);
    assert_eq!(missing.code, 1);
    let named = format!("never published here: local@{}", &hash[..12]);
    assert!(missing.out.contains(&named), "{}", missing.out);
    // Published afterwards, the very same pack explains the decision.
    publish(&practice, "local").good();
    practice.scrubjay(&["rules", "replay", "S00000"]).good();
    // The payer's profile is the configuration's: another one judges otherwise.
    let look = rules("first").replace(
        "/// severity: warn\n",
        "/// severity: warn\n/// applies: { lines: [commercial] }\n",
    );
    practice.pack("local", &look);
    publish(&practice, "local").good();
    practice.write(
        "inbox/more.837",
        &claims(1)
            .replace("S00000", "T00000")
            .replace("000000001", "000000002"),
    );
    assert_eq!(practice.run().code, 0);
    practice.scrubjay(&["rules", "replay", "T00000"]).good();
    let yaml = std::fs::read_to_string(practice.path("scrubjay.yaml")).unwrap();
    practice.write(
        "scrubjay.yaml",
        &yaml.replace("line: commercial", "line: medicaid"),
    );
    let differs = practice.scrubjay(&["rules", "replay", "T00000"]);
    assert_eq!(differs.code, 1);
    assert!(
        differs.out.contains("differs\n")
            && differs
                .out
                .contains("  - warn local/look: first, 1 earlier"),
        "{}",
        differs.out
    );
}

#[test]
fn a_host_that_requires_signatures_takes_no_pack_without_a_sound_one() {
    let practice = Practice::new("");
    practice.pack("local", &rules("first"));
    let pack = practice.path("packs/local").to_string_lossy().into_owned();
    let key = practice.path("ana.key").to_string_lossy().into_owned();
    let keygen = |path: &str| -> String {
        let printed: Printed = scrubjay_tests::scrubjay(&["rules", "keygen", path]).into();
        printed.good().trim().to_owned()
    };
    let public = keygen(&key);
    practice.configure(&format!("rules: [packs]\nrule_keys: [{public}]\n"));
    let refused = |part: &str| {
        for printed in [practice.run(), publish(&practice, "local")] {
            assert_ne!(printed.code, 0);
            for part in [part, "pack.sig", "help: read the pack, and sign it"] {
                assert!(printed.err.contains(part), "{part} in {}", printed.err);
            }
        }
    };
    refused("the pack is not signed");
    let sign = |key: &str| -> Printed {
        scrubjay_tests::scrubjay(&["rules", "sign", &pack, "--key", key]).into()
    };
    let hash = hash_of(&practice, "local");
    assert!(sign(&key).good().contains(&public));
    assert_eq!(hash_of(&practice, "local"), hash);
    assert_eq!(practice.run().code, 0);
    publish(&practice, "local").good();
    practice.configure(&format!("{PUBLISHED}rule_keys: [{public}]\n"));
    assert_eq!(practice.run().code, 0);

    practice.configure(&format!("rules: [packs]\nrule_keys: [{public}]\n"));
    practice.write("packs/local/tests/a.yaml", "today: 2026-03-02\ncases: []\n");
    refused("a file was changed, added or taken away since");
    let other = practice.path("bo.key").to_string_lossy().into_owned();
    keygen(&other);
    sign(&other).good();
    refused("none of the keys that are trusted here");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    practice.configure("rule_keys: [12]\n");
    assert!(
        practice.run().err.contains("rule_keys"),
        "{}",
        practice.run().err
    );
}

#[test]
fn an_open_engine_keeps_its_packs_when_a_broken_one_is_refused() {
    let practice = Practice::new(PUBLISHED);
    practice.pack("local", &rules("first"));
    publish(&practice, "local").good();
    let mut engine = Engine::open(practice.folder()).unwrap();
    let before = engine.rules().packs();
    practice.pack("local", &rules("first").replace("warn(", "wran("));
    let content = PackContent::read(practice.path("packs/local")).unwrap();
    assert!(matches!(
        engine.publish(&content, "Ana", None),
        Err(EngineError::Rules(_))
    ));
    let nothing = engine.roll_back("local", None, "Ana");
    assert!(matches!(
        nothing,
        Err(EngineError::Publish(PublishError::NothingEarlier { .. }))
    ));
    assert_eq!(engine.rules().packs(), before);
}
