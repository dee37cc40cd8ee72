//! What a call of a plugin costs, beside the same work without the interface.
//!
//! `cargo bench -p scrubjay-plugin-host` prints nanoseconds a claim: the best
//! and the middle of several rounds, one thread.
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark ends where something is wrong"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::time::Instant;

use scrubjay_hooks::{ClaimSubject, Handler, Hook, Outcome, Ran, Subject};
use scrubjay_model::Claim;
use scrubjay_plugin_host::PluginSpec;
use support::{claim, compile, context, day, folder, load, payer, source};

const ROUNDS: usize = 9;

/// The sum of the lines against the claim's charge: work that reads the claim.
const SUM: &str = "scrubjay_cents sum = 0; uint32_t i;
    for (i = 0; i < call->claim->line_count; i++)
        sum += scrubjay_line_at(call->claim, i)->charge;
    if (sum != call->claim->charge)
        return SCRUBJAY_ERROR;";

const DOCUMENT: &str = "scrubjay_str json;
    if (call->document(call, &json) != SCRUBJAY_OK || json.len < 2)
        return SCRUBJAY_ERROR;";

const FINDING: &str = "scrubjay_finding_t finding = { .size = sizeof finding,
        .severity = SCRUBJAY_INFO, .edit = SCRUBJAY_STR(\"said\"),
        .message = SCRUBJAY_STR(\"a finding as long as most of them are\") };
    call->finding(call, &finding);";

/// Times what is named on the command line, or all of it.
fn time(name: &str, times: u32, mut run: impl FnMut()) {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    if !wanted.is_empty() && !wanted.iter().any(|part| name.contains(part.as_str())) {
        return;
    }
    for _ in 0..times / 10 {
        run();
    }
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            for _ in 0..times {
                run();
            }
            started.elapsed().as_secs_f64() * 1e9 / f64::from(times)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    println!("{name:<46} {:>9.1} {:>9.1}", rounds[0], rounds[ROUNDS / 2]);
}

fn plugin(name: &str, body: &str, times: u32, claim: &Claim) {
    let folder = folder();
    let library = compile(&folder, "bench", &source(body), &["-O2"]);
    let plugin = load(&PluginSpec::new(library));
    let mut worker = plugin.worker();
    let payer = payer();
    let subject = ClaimSubject {
        claim,
        payer: Some(&payer),
        history: &[],
        received: day("2026-03-05"),
    };
    let subject = Subject::Claim(&subject);
    let context = context();
    let mut outcome = Outcome::default();
    time(name, times, || {
        outcome.findings.clear();
        outcome.ran.clear();
        worker.judge(Hook::Scrub, black_box(subject), context, &mut outcome);
        assert!(!outcome.holds());
    });
}

fn main() {
    println!(
        "{:<46} {:>9} {:>9}",
        "ns a claim of six lines", "best", "middle"
    );
    let mut claim = claim();
    let sum = |claim: &Claim| claim.lines.iter().map(|line| line.charge).sum();
    claim.charge = sum(&claim);
    time("sum of the lines, as a Rust closure", 2_000_000, || {
        let claim = black_box(&claim);
        assert_eq!(sum(claim), claim.charge);
    });
    let (rule, version) = ("plugin:bench".to_owned(), "bench@1".to_owned());
    let mut ran = Vec::new();
    time("the entry in the trace alone", 2_000_000, || {
        ran.clear();
        ran.push(Ran {
            rule: black_box(&rule).clone(),
            version: black_box(&version).clone(),
            findings: 0,
        });
    });
    plugin("plugin: empty call with the view", "", 1_000_000, &claim);
    plugin(
        "plugin: sum of the lines over the view",
        SUM,
        1_000_000,
        &claim,
    );
    plugin("plugin: one finding", FINDING, 500_000, &claim);
    plugin(
        "plugin: the claim as a JSON document",
        DOCUMENT,
        20_000,
        &claim,
    );
    claim.lines.clear();
    plugin(
        "plugin: empty call, a claim without lines",
        "",
        1_000_000,
        &claim,
    );
}
