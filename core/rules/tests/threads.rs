//! The same claims and packs on one thread and on eight, and while packs are
//! reloaded: the same findings in the same order, none lost, each decision on
//! one version.

#[path = "support/books.rs"]
mod books;
mod support;

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use scrubjay_hooks::{ClaimSubject, Handler, Hook, Outcome, Subject, Worker};
use scrubjay_model::{AsSent, Claim, LineOfBusiness};
use scrubjay_rules::{LoadOptions, RuleSet};
use support::{claim, context, day, load, pack, payer};

fn claims() -> Vec<Claim> {
    const CODES: [&str; 5] = ["J0696", "J0897", "G0439", "G0328", "Q0111"];
    (0..200usize)
        .map(|n| {
            let mut claim = claim(&[CODES[n % 5], CODES[(n / 5) % 5], CODES[(n / 25) % 5]]);
            claim.id = format!("C{n}").parse().expect("a claim id");
            claim.lines[n % 3].modifiers = vec![AsSent::read(if n % 2 == 0 { "GZ" } else { "gz" })];
            claim.lines[(n / 3) % 3].pointers = vec![(n % 3) as u8];
            claim
        })
        .collect()
}

fn judge(worker: &mut dyn Worker, claim: &Claim, line: LineOfBusiness) -> Outcome {
    let payer = payer("harborlight", line, Some("TX"));
    let subject = ClaimSubject {
        payer: Some(&payer),
        ..ClaimSubject::of(claim, day("2026-03-02"))
    };
    let mut outcome = Outcome::default();
    worker.judge(
        Hook::Scrub,
        Subject::Claim(&subject),
        context(),
        &mut outcome,
    );
    outcome
}

fn judge_all(rules: &RuleSet, claims: &[Claim]) -> Vec<Outcome> {
    let mut worker = rules.worker();
    let lines = [
        LineOfBusiness::Medicare,
        LineOfBusiness::Medicaid,
        LineOfBusiness::Commercial,
    ];
    claims
        .iter()
        .zip(lines.into_iter().cycle())
        .map(|(claim, line)| judge(worker.as_mut(), claim, line))
        .collect()
}

#[test]
fn eight_threads_find_what_one_finds_in_the_same_order() {
    let packs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../payer-rules");
    let options = LoadOptions {
        books: Arc::new(books::ShippedCodes),
        ..LoadOptions::default()
    };
    let rules = RuleSet::load_with(&[packs.into()], options);
    let rules = rules.unwrap_or_else(|error| panic!("{error}"));
    let claims = claims();
    let alone = judge_all(&rules, &claims);
    assert!(
        alone
            .iter()
            .map(|outcome| outcome.findings.len())
            .sum::<usize>()
            > 200,
        "the claims deserve findings"
    );
    thread::scope(|scope| {
        let hands: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| judge_all(&rules, &claims)))
            .collect();
        for hand in hands {
            assert_eq!(hand.join().unwrap(), alone);
        }
    });
}

#[test]
fn claims_that_stream_through_a_reload_are_each_judged_whole_on_one_version() {
    // Both versions have two rules that say their version; a half-judged claim
    // would show one of each.
    let text = |version: u32| {
        format!(
            "/// id: t/a\n/// title: t\n/// hook: scrub\nfn a(claim) {{ block(\"{version}\"); }}\n\
             /// id: t/b\n/// title: t\n/// hook: scrub\nfn b(claim) {{ block(\"{version}\"); }}\n"
        )
    };
    let folder = pack(&[("r.rhai", &text(0))]);
    let rules = load(folder.path()).unwrap();
    let claim = claim(&["G0439"]);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let hands: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut worker = rules.worker();
                    let mut seen = Vec::new();
                    while !done.load(Ordering::Relaxed) {
                        let outcome = judge(worker.as_mut(), &claim, LineOfBusiness::Commercial);
                        let said: Vec<&str> = outcome
                            .findings
                            .iter()
                            .map(|finding| finding.message.as_str())
                            .collect();
                        assert_eq!(said.len(), 2, "a judgement was lost");
                        assert_eq!(said[0], said[1], "half of each version");
                        assert_eq!(outcome.ran[0].version, outcome.ran[1].version);
                        let version: u32 = said[0].parse().unwrap();
                        assert!(
                            seen.last().is_none_or(|last| *last <= version),
                            "an older version came back"
                        );
                        seen.push(version);
                    }
                    seen
                })
            })
            .collect();
        for version in 1..=20 {
            fs::write(folder.path().join("r.rhai"), text(version)).unwrap();
            rules.reload().unwrap();
            // A broken save in between changes nothing.
            fs::write(folder.path().join("r.rhai"), "fn (").unwrap();
            rules.reload().unwrap_err();
        }
        done.store(true, Ordering::Relaxed);
        for hand in hands {
            assert!(!hand.join().unwrap().is_empty());
        }
    });
}
