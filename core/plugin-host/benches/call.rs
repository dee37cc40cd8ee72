//! What a call of a plugin costs, beside the same work without the interface.
//!
//! `cargo bench -p scrubjay-plugin-host` prints nanoseconds a claim: the best
//! and the middle of several rounds, one thread. A word behind `--` times only
//! what has it in its name.
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark ends where something is wrong"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use scrubjay_hooks::{ClaimSubject, Context, Handler, Hook, Outcome, Ran, Subject, Worker};
use scrubjay_model::{Claim, Money};
use scrubjay_plugin_host::PluginSpec;
#[cfg(unix)]
use scrubjay_plugin_host::{Isolation, PluginHost};
use scrubjay_rules::RuleSet;
use support::{claim, compile, context, day, folder, load, payer, source};

const ROUNDS: usize = 9;

/// The sum of the lines against the claim's charge: work that reads the claim.
const SUM: &str = "scrubjay_cents sum = 0; uint32_t i;
    const scrubjay_line_t *lines;
    if (scrubjay_lines(call, &lines) != SCRUBJAY_OK)
        return SCRUBJAY_ERROR;
    for (i = 0; i < call->claim->line_count; i++)
        sum += scrubjay_line_after(call->claim, lines, i)->charge;
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

/// Times a handler over a claim, and sees that it says nothing that holds it.
fn handler(name: &str, handler: &dyn Handler, times: u32, claim: &Claim) {
    let mut worker = handler.worker();
    let payer = payer();
    let subject = ClaimSubject {
        payer: Some(&payer),
        ..ClaimSubject::of(claim, day("2026-03-05"))
    };
    let subject = Subject::Claim(&subject);
    let context = context();
    let mut outcome = Outcome::default();
    time(name, times, || {
        outcome.findings.clear();
        outcome.ran.clear();
        worker.judge(Hook::Scrub, black_box(subject), context, &mut outcome);
        assert!(!outcome.holds() && !outcome.ran.is_empty());
    });
}

/// A plugin that asks for lines where it looks at them.
fn asking(body: &str) -> String {
    let flags = "SCRUBJAY_PLUGIN_THREAD_SAFE";
    source(body).replace(
        flags,
        &format!("{flags} | SCRUBJAY_PLUGIN_LINES_WHEN_ASKED"),
    )
}

/// One that is handed the lines with every claim, as all were before 1.2.
fn handed(name: &str, body: &str, times: u32, claim: &Claim) {
    let folder = folder();
    let library = compile(&folder, "bench", &source(body), &["-O2"]);
    handler(name, &*load(&PluginSpec::new(library)), times, claim);
}

/// A plugin around the body of its `judge`, in this process.
fn plugin(name: &str, body: &str, times: u32, claim: &Claim) {
    let folder = folder();
    let library = compile(&folder, "bench", &asking(body), &["-O2"]);
    handler(name, &*load(&PluginSpec::new(library)), times, claim);
}

/// The same in a process of its own, which is this program again.
#[cfg(unix)]
fn isolated(name: &str, body: &str, times: u32, claim: &Claim) {
    let folder = folder();
    let library = compile(&folder, "bench", &asking(body), &["-O2"]);
    let host = PluginHost::new()
        .unwrap()
        .child_program(std::env::current_exe().unwrap(), [CHILD]);
    let spec = PluginSpec::new(library).isolation(Isolation::Process);
    handler(name, &*host.load(&spec).unwrap(), times, claim);
}

/// A rule around its body.
fn rule(name: &str, body: &str, times: u32, claim: &Claim) {
    let folder = folder();
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    write("pack.yaml", "id: bench\ntitle: t\nversion: 1\n".to_owned());
    write(
        "bench.rhai",
        format!(
            "/// id: bench/rule\n/// title: t\n/// hook: scrub\n/// severity: block\n\
             fn rule(claim) {{ {body} }}\n"
        ),
    );
    let rules = RuleSet::load(&[folder.path().to_owned()]).unwrap();
    handler(name, &rules, times, claim);
}

/// A handler that is a Rust closure, with the entry in the trace that every
/// handler makes.
struct Closure<F> {
    run: F,
    rule: Arc<str>,
    version: Arc<str>,
}

impl<F> Closure<F> {
    fn new(run: F) -> Self {
        Self {
            run,
            rule: "closure".into(),
            version: "closure@1".into(),
        }
    }
}

impl<F: Fn(&Claim) + Copy + Send + Sync + 'static> Handler for Closure<F> {
    fn name(&self) -> &str {
        "closure"
    }

    fn handles(&self, _hook: Hook) -> bool {
        true
    }

    fn worker(&self) -> Box<dyn Worker> {
        Box::new(Closure::new(self.run))
    }
}

impl<F: Fn(&Claim) + Send> Worker for Closure<F> {
    fn judge(&mut self, _: Hook, subject: Subject<'_>, _: Context, outcome: &mut Outcome) {
        if let Some(claim) = subject.claim() {
            (self.run)(claim);
        }
        outcome.ran.push(Ran {
            rule: Arc::clone(&self.rule),
            version: Arc::clone(&self.version),
            findings: 0,
        });
    }
}

const CHILD: &str = "plugin-child";

fn main() {
    #[cfg(unix)]
    if std::env::args().nth(1).as_deref() == Some(CHILD) {
        scrubjay_plugin_host::serve_child().unwrap();
        return;
    }
    println!(
        "{:<46} {:>9} {:>9}",
        "ns a claim of six lines", "best", "middle"
    );
    let mut claim = claim();
    claim.charge = sum(&claim);

    let nothing = Closure::new(|claim: &Claim| {
        black_box(claim);
    });
    handler("empty: a Rust closure", &nothing, 2_000_000, &claim);
    plugin("empty: a plugin, with the view", "", 1_000_000, &claim);
    handed(
        "empty: a plugin, handed the lines as well",
        "",
        1_000_000,
        &claim,
    );
    plugin(
        "empty: a plugin, with the document",
        DOCUMENT,
        20_000,
        &claim,
    );
    #[cfg(unix)]
    isolated("empty: a plugin in its own process", "", 5_000, &claim);
    rule("empty: a Rhai rule", "", 100_000, &claim);

    println!();
    let agrees = Closure::new(|claim: &Claim| assert_eq!(sum(claim), claim.charge));
    handler(
        "sum of the lines: a Rust closure",
        &agrees,
        2_000_000,
        &claim,
    );
    plugin(
        "sum of the lines: a plugin, with the view",
        SUM,
        1_000_000,
        &claim,
    );
    #[cfg(unix)]
    isolated(
        "sum of the lines: a plugin in its own process",
        SUM,
        5_000,
        &claim,
    );
    let disagrees = "if claim.charge != claim.line_total { block(\"charge\", \"no\"); }";
    rule("sum of the lines: a Rhai rule", disagrees, 100_000, &claim);

    println!();
    plugin("one finding: a plugin", FINDING, 500_000, &claim);
    #[cfg(unix)]
    isolated(
        "one finding: a plugin in its own process",
        FINDING,
        5_000,
        &claim,
    );
    claim.lines.clear();
    handed(
        "empty: a plugin, a claim without lines",
        "",
        1_000_000,
        &claim,
    );
}

fn sum(claim: &Claim) -> Money {
    claim.lines.iter().map(|line| line.charge).sum()
}
