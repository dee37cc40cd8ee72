//! Our own part of the benchmark: what a workspace needs no peers for.

pub(crate) mod measure;
pub(crate) mod plain;
#[path = "../../../tests/support/mod.rs"]
pub(crate) mod support;
pub(crate) mod workload;

use std::hint::black_box;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use scrubjay_hooks::{ClaimSubject, Handler, Hook, Outcome, Subject, Worker};
use scrubjay_model::{Claim, PayerProfile};
use scrubjay_rules::RuleSet;
use tempfile::TempDir;

use measure::{best, best_in_turn, line, ms, percentile, timed};
use support::{context, load};
use workload::{Body, CLAIMS, PAYERS, RULES_A_PAYER, Run};

/// What is measured on.
pub(crate) struct Measured {
    pub(crate) claims: Vec<(Claim, PayerProfile)>,
    /// The calls that each claim is owed.
    pub(crate) runs: Vec<Vec<Run>>,
    pub(crate) packs: TempDir,
    pub(crate) rules: RuleSet,
    /// Loading, checking and trying the rules.
    loading: Duration,
}

/// What a pass over all claims gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    /// Rules that ran.
    pub(crate) ran: usize,
    pub(crate) findings: usize,
}

/// Writes and loads 1,000 rules.
pub(crate) fn measure() -> Measured {
    let claims = workload::claims();
    let packs = workload::write_packs(PAYERS, Body::Whole);
    let (rules, loading) = timed(|| must_load(packs.path().into()));
    let runs = claims
        .iter()
        .enumerate()
        .map(|(n, (claim, _))| workload::runs(n, claim))
        .collect();
    Measured {
        claims,
        runs,
        packs,
        rules,
        loading,
    }
}

/// Loads packs that are known to be sound.
pub(crate) fn must_load(folder: PathBuf) -> RuleSet {
    load(&folder).unwrap_or_else(|error| panic!("{error}"))
}

/// A claim as the engine hands it to rules.
pub(crate) fn subject((claim, payer): &(Claim, PayerProfile)) -> ClaimSubject<'_> {
    ClaimSubject {
        payer: Some(payer),
        ..ClaimSubject::of(claim, workload::received())
    }
}

fn judge_once(worker: &mut dyn Worker, claims: &[(Claim, PayerProfile)]) -> Tally {
    let mut tally = Tally::default();
    for claim in claims {
        let subject = subject(claim);
        let mut outcome = Outcome::default();
        worker.judge(
            Hook::Scrub,
            Subject::Claim(&subject),
            context(),
            &mut outcome,
        );
        tally.ran += black_box(&outcome).ran.len();
        tally.findings += outcome.findings.len();
    }
    tally
}

/// Judges all claims on one worker: what was found, and the best round's time.
pub(crate) fn judge_all(rules: &RuleSet, claims: &[(Claim, PayerProfile)]) -> (Tally, Duration) {
    let mut worker = rules.worker();
    best(|| judge_once(worker.as_mut(), claims))
}

/// Prints how many claims a second are judged, and gives the tally and the time.
pub(crate) fn judge(measured: &Measured) -> (Tally, Duration) {
    let (tally, time) = judge_all(&measured.rules, &measured.claims);
    let speed = per_second(time);
    line(
        "1,000 rules, one thread",
        &format!("{speed:.0} claims/s"),
        Some(("30,000", speed >= 30_000.0)),
    );
    let calls: usize = measured.runs.iter().map(Vec::len).sum();
    line("  rules a claim meets", &each(tally.ran), None);
    line("  calls of them", &each(calls), None);
    line("  findings", &format!("{} in all", tally.findings), None);
    (tally, time)
}

/// Claims a second, where all took so long.
pub(crate) fn per_second(time: Duration) -> f64 {
    CLAIMS as f64 / time.as_secs_f64()
}

fn each(count: usize) -> String {
    format!("{:.1}", count as f64 / CLAIMS as f64)
}

/// Prints every figure that needs no peer, and gives the tally and the time of
/// one thread.
pub(crate) fn report(measured: &Measured) -> (Tally, Duration) {
    let load = format!("{:.1} ms", ms(measured.loading));
    line("load, check and try 1,000 rules", &load, None);
    compiling(measured);
    let (tally, time) = judge(measured);
    plain_rust(measured, tally, time);
    more_rules(measured);
    two_threads(measured);
    saving(measured);
    (tally, time)
}

/// Compiling alone, as a fresh worker does when it meets rules first: a pass
/// that meets each of them once, less the same pass again.
fn compiling(measured: &Measured) {
    let claims = workload::claims_that_meet_all();
    let mut times: Vec<(Duration, Duration)> = (0..5)
        .map(|_| {
            let (mut worker, engine) = timed(|| measured.rules.worker());
            let (tally, first) = timed(|| judge_once(worker.as_mut(), &claims));
            assert_eq!(tally.ran, PAYERS * RULES_A_PAYER, "each rule is met");
            let (_, again) = timed(|| judge_once(worker.as_mut(), &claims));
            (first.saturating_sub(again), engine)
        })
        .collect();
    times.sort_unstable();
    let (compile, engine) = times[times.len() / 2];
    line(
        "compile 1,000 rules",
        &format!("{:.1} ms", ms(compile)),
        Some(("50 ms", ms(compile) < 50.0)),
    );
    line(
        "  a worker's engine",
        &format!("{:.2} ms", ms(engine)),
        None,
    );
}

fn plain_rust(measured: &Measured, tally: Tally, time: Duration) {
    let (found, plain) = best(|| {
        let judged = measured.claims.iter().zip(&measured.runs);
        judged
            .map(|((claim, _), runs)| black_box(plain::judge(claim, runs)).len())
            .sum::<usize>()
    });
    assert_eq!(found, tally.findings, "plain Rust finds the same");
    let times = time.as_secs_f64() / plain.as_secs_f64();
    line(
        "the same calls in plain Rust",
        &format!("{:.0} claims/s", per_second(plain)),
        None,
    );
    line("  times as fast", &format!("{times:.1}"), None);
}

fn more_rules(measured: &Measured) {
    let packs = workload::write_packs(10 * PAYERS, Body::Whole);
    let many = must_load(packs.path().into());
    let (mut few_at, mut many_at) = (measured.rules.worker(), many.worker());
    let (without, with) = best_in_turn(
        || _ = judge_once(few_at.as_mut(), &measured.claims),
        || _ = judge_once(many_at.as_mut(), &measured.claims),
    );
    let cost = (with.as_secs_f64() / without.as_secs_f64() - 1.0) * 100.0;
    line(
        "9,000 rules for other payers more",
        &format!("{cost:+.1} % time"),
        Some(("5 %", cost < 5.0)),
    );
}

/// Two threads judge twice as many claims; by the clock on the wall, since
/// what they cost each other is what is asked.
fn two_threads(measured: &Measured) {
    let pass = || {
        let mut worker = measured.rules.worker();
        for _ in 0..6 {
            judge_once(worker.as_mut(), &measured.claims);
        }
    };
    let on_the_wall = |run: &dyn Fn()| {
        let begun = Instant::now();
        run();
        begun.elapsed()
    };
    // In turn, so that a machine that is slower for a while is so for both.
    let (mut one, mut two) = (Duration::MAX, Duration::MAX);
    for _ in 0..6 {
        one = one.min(on_the_wall(&pass));
        two = two.min(on_the_wall(&|| {
            thread::scope(|scope| {
                scope.spawn(pass);
                scope.spawn(pass);
            });
        }));
    }
    let times = 2.0 * one.as_secs_f64() / two.as_secs_f64();
    line(
        "two threads",
        &format!("{times:.2} times one"),
        Some(("1.8", times >= 1.8)),
    );
}

fn saving(measured: &Measured) {
    let hash = || {
        let packs = measured.rules.packs();
        packs
            .into_iter()
            .find(|pack| pack.id == "p3")
            .map(|pack| pack.hash)
    };
    let mut times: Vec<Duration> = (0..100)
        .map(|n| {
            let text = workload::payer_pack(3, Body::Whole)
                .replace("block(\"no\")", &format!("block(\"no {n}\")"));
            workload::write_rules(measured.packs.path(), 3, &text);
            let before = hash();
            let begun = Instant::now();
            let reloaded = measured.rules.reload();
            let time = begun.elapsed();
            reloaded.unwrap_or_else(|error| panic!("{error}"));
            assert_ne!(hash(), before, "what was saved is live");
            time
        })
        .collect();
    let slow = ms(percentile(&mut times, 99));
    line(
        "save to live, 99th percentile",
        &format!("{slow:.1} ms"),
        Some(("150 ms", slow < 150.0)),
    );
}
