//! What becomes of rules over their life: shadow and draft, effective dates,
//! who takes whose place, needs, and what a worker sees of a reload.

mod support;

use std::fs;

use scrubjay_hooks::{
    ClaimSubject, Context, DenialSubject, Effect, Finding, Handler, Hook, Outcome, Severity,
    Subject, Worker,
};
use scrubjay_model::{
    AsSent, Claim, Denial, DenialCategory, LineOfBusiness, Money, PayerProfile, Recoverable,
};
use scrubjay_rules::{RULE_FAULT, RuleChange, RuleSet};
use support::{changes, claim, context, day, load, pack, payer, scrub, scrub_commercial, write};
use tempfile::TempDir;

/// A rule that blocks every claim, with more on its card.
fn rule(id: &str, card: &str) -> String {
    let function = id.replace(['/', '-'], "_");
    format!(
        "/// id: {id}\n/// title: t\n/// hook: scrub\n{card}fn {function}(claim) {{ block(\"found\"); }}\n\n"
    )
}

fn rules(outcome: &Outcome) -> Vec<&str> {
    outcome
        .findings
        .iter()
        .map(|finding| finding.rule.as_str())
        .collect()
}

fn because(rules: &RuleSet, claim: &Claim, payer: &PayerProfile, rule: &str) -> String {
    let subject = ClaimSubject {
        payer: Some(payer),
        ..ClaimSubject::of(claim, day("2026-03-02"))
    };
    let not_run = rules
        .worker()
        .not_run(Hook::Scrub, Subject::Claim(&subject), context());
    not_run
        .into_iter()
        .find(|not| not.rule == rule)
        .expect("the rule did not run")
        .because
}

fn acme() -> PayerProfile {
    payer("acme", LineOfBusiness::Commercial, Some("TX"))
}

#[test]
fn a_shadow_rule_is_recorded_and_holds_nothing() {
    let text = format!(
        "{}/// id: t/tags\n/// title: t\n/// hook: scrub\n/// status: shadow\nfn tags(claim) {{ tag(\"seen\"); }}\n\
         /// id: t/broken\n/// title: t\n/// hook: scrub\n/// status: shadow\nfn broken(claim) {{ if claim.id == \"T1\" {{ throw 1; }} }}\n",
        rule("t/shadow", "/// status: shadow\n")
    );
    let folder = pack(&[("r.rhai", &text)]);
    let outcome = scrub_commercial(&load(folder.path()).unwrap(), &claim(&["G0439"]));
    assert_eq!(rules(&outcome), [RULE_FAULT, "t/shadow"]);
    assert!(outcome.findings.iter().all(|finding| finding.shadow));
    assert!(outcome.effects.is_empty());
    assert!(!outcome.holds());
    assert_eq!(outcome.ran.len(), 3);
}

#[test]
fn a_draft_or_retired_rule_does_not_run_and_says_so() {
    let text = [
        rule("t/draft", "/// status: draft\n"),
        rule("t/retired", "/// status: retired\n"),
    ]
    .concat();
    let folder = pack(&[("r.rhai", &text)]);
    let set = load(folder.path()).unwrap();
    let claim = claim(&["G0439"]);
    assert!(scrub_commercial(&set, &claim).ran.is_empty());
    assert_eq!(because(&set, &claim, &acme(), "t/draft"), "status: draft");
    assert_eq!(
        because(&set, &claim, &acme(), "t/retired"),
        "status: retired"
    );
}

#[test]
fn a_rule_is_in_force_on_its_first_and_last_day_by_the_date_it_names() {
    let text = [
        rule("t/service", "/// effective: 2026-02-20..2026-02-20\n"),
        rule("t/before", "/// effective: ..2026-02-19\n"),
        rule("t/after", "/// effective: 2026-02-21..\n"),
        rule(
            "t/received",
            "/// effective: 2026-03-02..\n/// basis: received\n",
        ),
    ]
    .concat();
    let folder = pack(&[("r.rhai", &text)]);
    let set = load(folder.path()).unwrap();
    let claim = claim(&["G0439"]);
    assert_eq!(
        rules(&scrub_commercial(&set, &claim)),
        ["t/received", "t/service"]
    );
    assert_eq!(
        because(&set, &claim, &acme(), "t/after"),
        "effective: 2026-02-21.."
    );
}

#[test]
fn the_narrowest_rule_takes_the_place_of_a_broader_one() {
    let text = [
        rule("t/every", ""),
        rule(
            "t/line",
            "/// replaces: t/every\n/// applies: { lines: commercial }\n",
        ),
        rule(
            "t/payer",
            "/// replaces: t/every\n/// applies: { payers: acme }\n",
        ),
        rule("t/shadow", "/// replaces: t/every\n/// status: shadow\n"),
    ]
    .concat();
    let folder = pack(&[("r.rhai", &text)]);
    let set = load(folder.path()).unwrap();
    let claim = claim(&["G0439"]);
    let holding = |payer: &PayerProfile| -> Vec<String> {
        let outcome = scrub(&set, &claim, payer);
        outcome
            .findings
            .iter()
            .filter(|finding| finding.holds())
            .map(|finding| finding.rule.clone())
            .collect()
    };
    assert_eq!(holding(&acme()), ["t/payer"]);
    assert_eq!(
        holding(&payer("zenith", LineOfBusiness::Commercial, None)),
        ["t/line"]
    );
    assert_eq!(
        holding(&payer("part-b", LineOfBusiness::Medicare, None)),
        ["t/every"]
    );
    assert_eq!(
        because(&set, &claim, &acme(), "t/every"),
        "replaced by `t/line`"
    );
    assert_eq!(
        because(&set, &claim, &acme(), "t/line"),
        "`t/payer` replaces the same rule and is narrower"
    );
}

#[test]
fn a_pack_disables_a_rule_for_those_whom_it_speaks_for() {
    let folder = TempDir::new().unwrap();
    write(
        folder.path(),
        &[
            ("all/pack.yaml", "id: all\ntitle: t\nversion: 1\n"),
            ("all/r.rhai", &rule("t/every", "")),
            (
                "acme/pack.yaml",
                "id: acme\ntitle: t\nversion: 1\nscope: { payers: acme }\ndisables: t/every\n",
            ),
        ],
    );
    let set = load(folder.path()).unwrap();
    let claim = claim(&["G0439"]);
    assert!(scrub(&set, &claim, &acme()).findings.is_empty());
    assert_eq!(
        because(&set, &claim, &acme(), "t/every"),
        "disabled by the pack `acme`"
    );
    assert_eq!(
        rules(&scrub(
            &set,
            &claim,
            &payer("zenith", LineOfBusiness::Commercial, None)
        )),
        ["t/every"]
    );
}

#[test]
fn a_card_says_why_it_passes_a_claim_over() {
    let text = [
        rule("t/payer", "/// applies: { payers: [zenith, other] }\n"),
        rule("t/codes", "/// applies: { procedures: [J*, G0008] }\n"),
        rule("t/kind", "/// applies: { claim: institutional }\n"),
    ]
    .concat();
    let folder = pack(&[("r.rhai", &text)]);
    let set = load(folder.path()).unwrap();
    let claim = claim(&["G0439"]);
    assert_eq!(
        because(&set, &claim, &acme(), "t/payer"),
        "payers: [zenith, other]"
    );
    assert_eq!(
        because(&set, &claim, &acme(), "t/codes"),
        "procedures: [J*, G0008]"
    );
    assert_eq!(
        because(&set, &claim, &acme(), "t/kind"),
        "claim: [institutional]"
    );
}

#[test]
fn a_name_is_kept_from_a_pack_that_does_not_declare_it_even_behind_a_helper() {
    let text = "/// id: t/name\n/// title: t\n/// hook: scrub\nfn name(claim) { if claim.id == \"T1\" { block(read(claim.patient)); } }\n\
                fn read(person) { person.last_name }\n";
    let folder = pack(&[("r.rhai", text)]);
    let outcome = scrub_commercial(&load(folder.path()).unwrap(), &claim(&["G0439"]));
    assert_eq!(rules(&outcome), [RULE_FAULT]);
    assert!(
        !outcome.findings[0].message.contains("Secret"),
        "{}",
        outcome.findings[0].message
    );
    assert!(outcome.findings[0].message.contains("needs: [name]"));

    let folder = pack(&[
        ("r.rhai", text),
        ("pack.yaml", "id: t\ntitle: t\nversion: 1\nneeds: name\n"),
    ]);
    let outcome = scrub_commercial(&load(folder.path()).unwrap(), &claim(&["G0439"]));
    assert_eq!(outcome.findings[0].message, "Secret");
}

#[test]
fn a_finding_carries_what_its_card_says_and_the_trace_the_packs_hash() {
    let card = "/// severity: warn\n/// prevents: [29, B7]\n/// cite: 42 CFR 424.44\n/// overridable: true\n";
    let text = format!(
        "/// id: t/warns\n/// title: t\n/// hook: scrub\n{card}fn warns(claim) {{ warn(\"charge\", \"look\"); }}\n"
    );
    let folder = pack(&[("r.rhai", &text)]);
    let set = load(folder.path()).unwrap();
    let outcome = scrub_commercial(&set, &claim(&["G0439"]));
    let Finding {
        severity,
        prevents,
        cite,
        overridable,
        about,
        ..
    } = &outcome.findings[0];
    assert_eq!(*severity, Severity::Warn);
    assert_eq!(
        prevents.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["29", "B7"]
    );
    assert_eq!(cite.as_deref(), Some("42 CFR 424.44"));
    assert!(*overridable);
    assert_eq!(
        *about,
        scrubjay_hooks::About::Field {
            field: "charge".to_owned()
        }
    );
    let hash = &set.packs()[0].hash;
    assert_eq!(hash.len(), 64);
    assert_eq!(*outcome.ran[0].version, format!("test@{}", &hash[..12]));
}

#[test]
fn a_denial_is_classified_by_the_rule_that_its_reason_calls_for() {
    let text = "/// id: t/auth\n/// title: t\n/// hook: denial\n/// applies: { carcs: [197, 15] }\n\
                fn auth(denial) { if denial.amount > 50 { classify(\"authorization\", \"appeal\", \"appeal\", \"denials\", 10); } }\n";
    let folder = pack(&[("r.rhai", text)]);
    let set = load(folder.path()).unwrap();
    let mut denial = Denial {
        claim: "T1".parse().unwrap(),
        line: None,
        group: AsSent::read("CO"),
        carc: AsSent::read("197"),
        remarks: Vec::new(),
        amount: Money::from_cents(10_000),
        decided: day("2026-03-02"),
        category: DenialCategory::Unknown,
        recoverable: Recoverable::Manual,
        action: String::new(),
        classified_by: "table".to_owned(),
    };
    let judge = |denial: &Denial| {
        let subject = DenialSubject {
            denial,
            claim: None,
            payer: None,
            accepted: None,
        };
        let mut outcome = Outcome::default();
        set.worker().judge(
            Hook::Denial,
            Subject::Denial(&subject),
            context(),
            &mut outcome,
        );
        outcome
    };
    let outcome = judge(&denial);
    assert!(
        matches!(&outcome.effects[0], (rule, Effect::ClassifyDenial { category: DenialCategory::Authorization, .. }) if rule == "t/auth")
    );
    denial.carc = AsSent::read("29");
    assert!(judge(&denial).ran.is_empty());
}

#[test]
fn a_subject_that_does_not_belong_to_the_hook_is_let_alone() {
    let folder = pack(&[("r.rhai", &rule("t/every", ""))]);
    let set = load(folder.path()).unwrap();
    let claim = claim(&["G0439"]);
    let subject = ClaimSubject {
        payer: None,
        ..ClaimSubject::of(&claim, day("2026-03-02"))
    };
    let mut outcome = Outcome::default();
    set.worker().judge(
        Hook::Denial,
        Subject::Claim(&subject),
        context(),
        &mut outcome,
    );
    assert_eq!(outcome, Outcome::default());
}

/// One claim through a worker at the hook scrub.
fn judge(worker: &mut dyn Worker, context: Context) -> Outcome {
    let claim = claim(&["G0439"]);
    let payer = acme();
    let subject = ClaimSubject {
        payer: Some(&payer),
        ..ClaimSubject::of(&claim, day("2026-03-02"))
    };
    let mut outcome = Outcome::default();
    worker.judge(Hook::Scrub, Subject::Claim(&subject), context, &mut outcome);
    outcome
}

#[test]
fn a_saved_rule_is_live_at_the_next_claim_and_a_broken_one_never() {
    let folder = pack(&[("r.rhai", &rule("t/first", ""))]);
    let set = load(folder.path()).unwrap();
    let mut worker = set.worker();
    assert_eq!(rules(&judge(worker.as_mut(), context())), ["t/first"]);
    assert!(set.reload().unwrap().is_empty(), "nothing was saved");

    fs::write(folder.path().join("r.rhai"), rule("t/second", "")).unwrap();
    assert_eq!(
        rules(&judge(worker.as_mut(), context())),
        ["t/first"],
        "nothing runs before the reload"
    );
    let report = set.reload().unwrap();
    assert_eq!(changes(&report), ["test changed"]);
    assert_eq!(
        report.packs[0].rules,
        [
            RuleChange::Added("t/second".to_owned()),
            RuleChange::Removed("t/first".to_owned())
        ]
    );
    assert_eq!(rules(&judge(worker.as_mut(), context())), ["t/second"]);
    let version = judge(worker.as_mut(), context()).ran[0].version.clone();

    fs::write(
        folder.path().join("r.rhai"),
        "/// id: t/third\nfn third(claim {",
    )
    .unwrap();
    let error = set.reload().unwrap_err();
    assert!(!error.diagnostics().is_empty());
    let after = judge(worker.as_mut(), context());
    assert_eq!(
        (rules(&after), &*after.ran[0].version),
        (vec!["t/second"], &*version)
    );
}

#[test]
fn a_rule_that_fails_its_packs_test_never_goes_live() {
    let test = "today: 2026-03-02\ncases:\n  - case: it finds\n    expect: [t/first]\n";
    let folder = pack(&[("r.rhai", &rule("t/first", "")), ("tests/t.yaml", test)]);
    let set = load(folder.path()).unwrap();
    fs::write(
        folder.path().join("r.rhai"),
        rule("t/first", "").replace("block", "let block = "),
    )
    .unwrap();
    assert!(
        set.reload()
            .unwrap_err()
            .to_string()
            .contains("the test `it finds` fails")
    );
    assert_eq!(rules(&judge(set.worker().as_mut(), context())), ["t/first"]);
}

#[test]
fn a_pack_that_comes_or_goes_and_a_table_that_changes_are_seen() {
    let folder = TempDir::new().unwrap();
    let reads = "/// id: t/table\n/// title: t\n/// hook: scrub\nfn reads(claim) { block(`${table(\"limits\").get(\"x\").days}`); }\n";
    write(
        folder.path(),
        &[
            ("one/pack.yaml", "id: one\ntitle: t\nversion: 1\n"),
            ("one/r.rhai", reads),
            ("one/tables/limits.csv", "key,days\nx,90\n"),
        ],
    );
    let set = load(folder.path()).unwrap();
    let mut worker = set.worker();
    assert_eq!(judge(worker.as_mut(), context()).findings[0].message, "90");
    write(
        folder.path(),
        &[("one/tables/limits.csv", "key,days\nx,120\n")],
    );
    write(
        folder.path(),
        &[
            ("two/pack.yaml", "id: two\ntitle: t\nversion: 1\n"),
            ("two/r.rhai", &rule("t/two", "")),
        ],
    );
    let report = set.reload().unwrap();
    assert_eq!(changes(&report), ["one changed", "two came"]);
    assert!(
        report.packs[0].rules.is_empty(),
        "only its table is another"
    );
    let outcome = judge(worker.as_mut(), context());
    assert_eq!(rules(&outcome), ["t/table", "t/two"]);
    assert_eq!(outcome.findings[0].message, "120");
    fs::remove_dir_all(folder.path().join("one")).unwrap();
    assert_eq!(changes(&set.reload().unwrap()), ["one went"]);
    assert_eq!(rules(&judge(worker.as_mut(), context())), ["t/two"]);
}

#[test]
fn the_same_pack_has_the_same_hash_wherever_it_stands() {
    let text = rule("t/first", "");
    let (here, there) = (pack(&[("r.rhai", &text)]), pack(&[("r.rhai", &text)]));
    let hash = |folder: &TempDir| load(folder.path()).unwrap().packs()[0].hash.clone();
    assert_eq!(hash(&here), hash(&there));
    write(there.path(), &[("tables/x.csv", "a\n1\n")]);
    assert_ne!(hash(&here), hash(&there));
}

#[test]
fn folders_without_packs_and_folders_that_are_not_there_are_told() {
    let folder = TempDir::new().unwrap();
    let error = load(folder.path()).unwrap_err().to_string();
    assert!(
        error.contains("neither the folder nor one in it has a pack.yaml"),
        "{error}"
    );
    let error = load(&folder.path().join("nowhere"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("the folder of packs cannot be read"),
        "{error}"
    );
    assert!(RuleSet::load(&[]).unwrap().packs().is_empty());
}

#[test]
fn a_table_is_looked_up_by_text_number_date_and_npi_alike() {
    let text = "/// id: t/keys\n/// title: t\n/// hook: scrub\nfn keys(claim) {\n\
                let t = table(\"t\");\n\
                for key in [claim.place, 11, claim.service_from, claim.billing.npi, claim.authorization] {\n\
                info(`${t.get(key).meaning}`);\n}\n}\n";
    let table = "key,meaning\n11,office\n2026-02-20,day\n1234567893,practice\n*,else\n";
    let folder = pack(&[("r.rhai", text), ("tables/t.csv", table)]);
    let outcome = scrub_commercial(&load(folder.path()).unwrap(), &claim(&["G0439"]));
    let said: Vec<&str> = outcome
        .findings
        .iter()
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(said, ["office", "office", "day", "practice", "else"]);
}

#[test]
fn lists_answer_as_the_book_says() {
    let text = "/// id: t/lists\n/// title: t\n/// hook: scrub\nfn lists(claim) {\n\
                let least = 50;\n\
                if claim.lines.len == 2 && claim.diagnoses.contains(\"E1165\") { info(\"1\"); }\n\
                if claim.lines.some(|l| l.charge > least) && !claim.lines.all(|l| l.procedure == \"G0439\") { info(\"2\"); }\n\
                if claim.lines.filter(|l| l.procedure.starts_with(\"J\")).len == 1 { info(\"3\"); }\n\
                for line in claim.lines { if line.number == 2 { info(\"4\"); } }\n}\n";
    let folder = pack(&[("r.rhai", text)]);
    let outcome = scrub_commercial(&load(folder.path()).unwrap(), &claim(&["G0439", "J0696"]));
    let said: Vec<&str> = outcome
        .findings
        .iter()
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(said, ["1", "2", "3", "4"]);
}
