//! What a plugin can do wrong while it is asked: the host lives, the claim is
//! held, and the reason names the plugin.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod support;

use std::sync::Arc;

use scrubjay_hooks::{ClaimSubject, Handler, Hook, NotRun, Outcome, Subject};
use scrubjay_model::{ClaimKind, LineOfBusiness, Money};
use scrubjay_plugin_host::{PLUGIN_FAULT, Plugin, PluginHost, PluginSpec};
use support::{claim, context, day, fault, folder, judge, lies, load, payer, told, tricky};

/// The fault of a trick, behind what the plugin said before it.
fn trick(hook: Hook, name: &str) -> String {
    let plugin = load(&tricky(name));
    let outcome = judge(&plugin, hook, &claim());
    let (fault, before) = outcome.findings.split_last().unwrap();
    assert_eq!(fault.rule, PLUGIN_FAULT, "{name}");
    assert!(fault.holds() && !fault.overridable, "{name}");
    assert!(!before.is_empty(), "what was found before the fault stays");
    assert!(
        outcome.effects.is_empty(),
        "effects come together or not at all"
    );
    assert_eq!(&*outcome.ran[0].rule, "plugin:faulty");
    assert_eq!(outcome.ran[0].findings, 1);
    let named = format!("plugin `faulty` 0.1.0 at hook `{hook}` ");
    fault.message.strip_prefix(&named).unwrap().to_owned()
}

#[test]
fn a_plugin_that_does_nothing_wrong_is_heard() {
    let plugin = load(&tricky("none"));
    let outcome = judge(&plugin, Hook::Scrub, &claim());
    assert_eq!(
        told(&outcome),
        [("plugin:faulty/seen", "this claim was seen")]
    );
    let [(rule, effect)] = &outcome.effects[..] else {
        panic!("{:?}", outcome.effects);
    };
    assert_eq!(rule, "plugin:faulty/seen");
    assert_eq!(format!("{effect:?}"), "Tag { tag: \"seen\" }");
    let ran: Vec<_> = outcome
        .ran
        .iter()
        .map(|ran| (&*ran.rule, ran.findings))
        .collect();
    assert_eq!(ran, [("plugin:faulty", 0), ("plugin:faulty/seen", 1)]);
    assert!(
        outcome
            .ran
            .iter()
            .all(|ran| &*ran.version == "faulty@0.1.0")
    );
}

#[test]
fn every_trick_of_safe_code_holds_the_claim_and_names_the_plugin() {
    for (name, said) in [
        ("error", "could not judge: invalid digit found in string"),
        (
            "flood",
            "said more than 100 findings or effects about one subject",
        ),
        (
            "flood-effects",
            "said more than 100 findings or effects about one subject",
        ),
        ("slow", "took longer than the 40 ms that a call may take"),
        (
            "cancelled",
            "took longer than the 40 ms that a call may take",
        ),
        (
            "undeclared",
            "asked for `open_task`, which its descriptor does not declare",
        ),
        (
            "bad-edit",
            "handed in a finding's `edit` that has characters other than a-z, 0-9, `-`, `.` and `_`",
        ),
        (
            "bad-line",
            "handed in a finding's `line` that has no meaning",
        ),
        (
            "bad-message",
            "handed in a finding's `message` that has control characters",
        ),
        (
            "long-message",
            "handed in a finding's `message` that is longer than 2000 bytes",
        ),
        (
            "bad-code",
            "handed in a finding's `prevents` that has no meaning",
        ),
        (
            "empty-repair",
            "handed in an effect's `value` that is missing",
        ),
    ] {
        assert_eq!(trick(Hook::Scrub, name), said, "{name}");
    }
}

#[test]
fn an_effect_that_the_hook_does_not_allow_holds_the_claim() {
    assert_eq!(
        trick(Hook::Submit, "disallowed"),
        "asked for `repair`, which the hook does not allow"
    );
    let plugin = load(&tricky("disallowed"));
    let outcome = judge(&plugin, Hook::Scrub, &claim());
    assert_eq!(outcome.effects.len(), 2, "at another hook it is allowed");
}

#[test]
fn a_panic_is_told_by_its_place_and_never_by_its_words() {
    let said = trick(Hook::Scrub, "panic");
    assert!(said.starts_with("panicked: at lib.rs:"), "{said}");
    assert!(!said.contains("patient"), "{said}");
}

#[test]
fn faults_in_a_row_set_the_plugin_aside_and_every_later_claim_is_held() {
    let spec = tricky("error").setting("only", "C-1001");
    let plugin = load(&spec);
    let (bad, mut good) = (claim(), claim());
    good.id = "C-2002".parse().unwrap();
    for _ in 0..2 {
        assert_eq!(judge(&plugin, Hook::Scrub, &bad).findings.len(), 2);
    }
    assert!(
        !judge(&plugin, Hook::Scrub, &good).holds(),
        "one that is well begins anew"
    );
    for _ in 0..3 {
        assert_eq!(plugin.set_aside(), None);
        assert!(judge(&plugin, Hook::Scrub, &bad).holds());
    }
    assert_eq!(plugin.set_aside(), Some(3));
    let outcome = judge(&plugin, Hook::Scrub, &good);
    assert_eq!(
        fault(&outcome),
        "plugin `faulty` 0.1.0 at hook `scrub` is set aside after 3 faults in a row: \
         mend or replace it, then judge the claim again"
    );
    plugin.replace(&tricky("none")).unwrap();
    assert_eq!(plugin.set_aside(), None);
    assert!(!judge(&plugin, Hook::Scrub, &bad).holds());
}

#[test]
fn a_hook_that_was_not_declared_is_a_fault_of_whoever_asks() {
    let plugin = load(&tricky("none"));
    for _ in 0..9 {
        let outcome = judge(&plugin, Hook::Claim, &claim());
        assert_eq!(
            fault(&outcome),
            "plugin `faulty` 0.1.0 at hook `claim` was asked at a hook that it did not declare"
        );
    }
    assert_eq!(plugin.set_aside(), None);
}

#[test]
fn a_claim_with_amounts_out_of_range_is_held_and_the_plugin_not_blamed() {
    let plugin = load(&tricky("none"));
    let mut claim = claim();
    claim.charge = (0..5_000_000).map(|_| Money::LIMIT).sum();
    for _ in 0..9 {
        let outcome = judge(&plugin, Hook::Scrub, &claim);
        let said = fault(&outcome);
        assert!(
            said.ends_with("a number of units or a date out of range"),
            "{said}"
        );
    }
    assert_eq!(plugin.set_aside(), None);
}

fn judged(plugin: &Plugin, subject: &ClaimSubject<'_>) -> (Outcome, Vec<NotRun>) {
    let mut outcome = Outcome::default();
    let mut worker = plugin.worker();
    let subject = Subject::Claim(subject);
    worker.judge(Hook::Scrub, subject, context(), &mut outcome);
    (outcome, worker.not_run(Hook::Scrub, subject, context()))
}

#[test]
fn a_claim_outside_of_the_declared_scope_is_passed_over_and_the_trace_says_why() {
    let plugin = load(&tricky("panic"));
    let claim = claim();
    let mut other = payer();
    other.key = "medicare".to_owned();
    for payer in [None, Some(&other)] {
        let subject = ClaimSubject {
            payer,
            ..ClaimSubject::of(&claim, day("2026-03-05"))
        };
        let (outcome, not_run) = judged(&plugin, &subject);
        assert_eq!(outcome, Outcome::default());
        let because = "payers: [harborlight, summit]".to_owned();
        let rule = "plugin:faulty".to_owned();
        assert_eq!(not_run, [NotRun { rule, because }]);
    }
}

#[test]
fn claim_kinds_and_lines_of_business_are_scope_too() {
    let folder = folder();
    let dental = "-DLIE_KINDS=SCRUBJAY_CLAIM_DENTAL";
    let medicare = "-DLIE_LINES=(SCRUBJAY_LINE_MEDICARE|SCRUBJAY_LINE_MEDICAID)";
    for (flag, because) in [
        (dental, "claim_kinds: [dental]"),
        (medicare, "lines_of_business: [medicare, medicaid]"),
    ] {
        let plugin = load(&PluginSpec::new(lies(&folder, &[flag])));
        let (mut claim, mut payer) = (claim(), payer());
        let asked = |claim: &_, payer: &_| {
            let subject = ClaimSubject {
                payer: Some(payer),
                ..ClaimSubject::of(claim, day("2026-03-05"))
            };
            judged(&plugin, &subject)
        };
        let (outcome, not_run) = asked(&claim, &payer);
        assert!(outcome.ran.is_empty());
        assert_eq!(not_run[0].because, because);
        claim.kind = ClaimKind::Dental;
        payer.line = LineOfBusiness::Medicare;
        let (outcome, not_run) = asked(&claim, &payer);
        assert_eq!(outcome.findings.len(), 1);
        assert!(not_run.is_empty());
    }
}

/// The fault of a lie, when it is told for the second time.
fn lie(flags: &[&str]) -> String {
    let folder = folder();
    let plugin = load(&PluginSpec::new(lies(&folder, flags)));
    let payer = payer();
    let claim = claim();
    let subject = ClaimSubject {
        payer: Some(&payer),
        ..ClaimSubject::of(&claim, day("2026-03-05"))
    };
    let mut worker = plugin.worker();
    let mut outcome = Outcome::default();
    for _ in 0..2 {
        outcome = Outcome::default();
        worker.judge(
            Hook::Scrub,
            Subject::Claim(&subject),
            context(),
            &mut outcome,
        );
    }
    let fault = outcome.findings.last().unwrap();
    assert_eq!(fault.rule, PLUGIN_FAULT, "{flags:?}");
    let named = "plugin `lies` 1.0 at hook `scrub` ";
    fault.message.strip_prefix(named).unwrap().to_owned()
}

#[test]
fn every_lie_that_a_process_can_contain_holds_the_claim() {
    for (lie_told, said) in [
        ("said=NULL", "handed in no finding"),
        (
            "finding.size=8",
            "handed in a `scrubjay_finding_t` of 8 bytes where 96 are needed",
        ),
        (
            "finding.size=4000000000u",
            "handed in a `scrubjay_finding_t` of 4000000000 bytes where 96 are needed",
        ),
        (
            "finding.severity=0",
            "handed in a finding's `severity` that has no meaning",
        ),
        (
            "finding.about=77",
            "handed in a finding's `about` that has no meaning",
        ),
        (
            "finding.message=BYTES",
            "handed in a finding's `message` that is not UTF-8",
        ),
        (
            "finding.message=NOTHING",
            "handed in a finding's `message` that has a length and no bytes",
        ),
        (
            "finding.message.len=(size_t)-1",
            "handed in a finding's `message` that is longer than 2000 bytes",
        ),
        (
            "finding.message.ptr=NULL",
            "handed in a finding's `message` that has a length and no bytes",
        ),
        (
            "finding.cite=BYTES",
            "handed in a finding's `cite` that is not UTF-8",
        ),
        (
            "finding.prevents_count=4000000000u",
            "handed in a finding's `prevents` that has no meaning",
        ),
        (
            "finding.prevents_count=1",
            "handed in a finding's `prevents` that has no meaning",
        ),
        ("call->effect(call,NULL)", "handed in no effect"),
        (
            "call->document(call,NULL)",
            "handed in a call's `json` that is missing",
        ),
        (
            "stray(call)",
            "called the host on another thread than its call ran on",
        ),
    ] {
        let flag = format!("-DLIE={lie_told}");
        assert_eq!(lie(&[&flag]), said, "{lie_told}");
    }
    for (status, said) in [
        ("SCRUBJAY_ERROR", "could not judge"),
        ("SCRUBJAY_PANIC", "panicked"),
        ("-7", "gave back the unknown status -7"),
        ("SCRUBJAY_ABSENT", "gave back the unknown status 3"),
    ] {
        let flag = format!("-DLIE_STATUS=({status})");
        assert_eq!(lie(&[&flag]), said, "{status}");
    }
}

#[test]
fn a_call_that_has_ended_is_closed_to_whoever_kept_it() {
    // The call of one worker is kept, and used while another's runs.
    let folder = folder();
    let plugin = load(&PluginSpec::new(lies(&folder, &["-DLIE=late()"])));
    let (claim, payer) = (claim(), payer());
    let subject = ClaimSubject {
        payer: Some(&payer),
        ..ClaimSubject::of(&claim, day("2026-03-05"))
    };
    let subject = Subject::Claim(&subject);
    let (mut first, mut second) = (plugin.worker(), plugin.worker());
    let mut outcome = Outcome::default();
    first.judge(Hook::Scrub, subject, context(), &mut outcome);
    assert!(!outcome.holds());
    second.judge(Hook::Scrub, subject, context(), &mut outcome);
    assert!(
        !outcome.holds(),
        "the second call did nothing wrong that it could see"
    );
    second.judge(Hook::Scrub, subject, context(), &mut outcome);
    let mut outcome = Outcome::default();
    first.judge(Hook::Scrub, subject, context(), &mut outcome);
    assert_eq!(
        outcome.findings.last().unwrap().message,
        "plugin `lies` 1.0 at hook `scrub` called the host after its call had ended"
    );
}

#[test]
fn a_plugin_that_is_not_thread_safe_is_called_by_one_thread_at_a_time() {
    let folder = folder();
    // Two at once would meet each other inside; the second one finds `inside`.
    let source = std::fs::read_to_string(support::lies_source())
        .unwrap()
        .replace(
            "static const scrubjay_call_t *kept;",
            "static const scrubjay_call_t *kept;\nstatic int inside;\nstatic int meet(void) {\n\
         int met = inside; struct timespec nap = { 0, 200000 }; inside = 1;\n\
         thrd_sleep(&nap, NULL); inside = 0; return met; }",
        );
    let run = |flags: &[&str]| {
        let quiet = [
            "-Wno-unused",
            "-Wno-unused-parameter",
            "-pthread",
            "-DLIE_STATUS=meet()",
        ];
        let library = support::compile(&folder, "meet", &source, &[&quiet, flags].concat());
        let spec = PluginSpec::new(library);
        let plugin = PluginHost::new().unwrap().load(&spec).unwrap();
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let plugin = Arc::clone(&plugin);
                let held = move || {
                    (0..100)
                        .filter(|_| judge(&plugin, Hook::Scrub, &claim()).holds())
                        .count()
                };
                std::thread::spawn(held)
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum::<usize>()
    };
    assert_eq!(run(&["-DLIE_FLAGS=0"]), 0);
    assert!(run(&[]) > 0, "the test would see two threads that meet");
}
