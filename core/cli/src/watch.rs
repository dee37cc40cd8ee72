//! `scrubjay run --watch`: files as they arrive, under rules as they are saved.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use scrubjay::Engine;

use crate::live::Lines;
use crate::plugin::said::print_warnings;

/// How long the inbox is waited for at a time.
const A_WHILE: Duration = Duration::from_millis(500);

/// How often channels are asked for what waits, and given what is due.
const CARRY_EVERY: Duration = Duration::from_secs(60);

/// Takes in files until the inbox has been idle for a time; without one, until
/// Ctrl-C. That may come at any point: a file is one transaction, taken in whole
/// or not at all, and one that was not is there at the next start.
pub(crate) fn watch(
    engine: &mut Engine,
    lines: Lines,
    until_idle: Option<Duration>,
) -> anyhow::Result<ExitCode> {
    // Lines that cannot be written end the program at the next file.
    let rules = engine.watch_rules(move |change| {
        let _ = lines.change(&mut std::io::stdout().lock(), &change);
    })?;
    let mut inbox = engine.watch_inbox()?;
    let what = engine.config().inbox.display().to_string();
    lines.watching(&mut std::io::stdout().lock(), &what)?;
    let (mut refused, mut busy) = (0, Instant::now());
    let mut carry_at = engine.is_carried().then(Instant::now);
    loop {
        if carry_at.is_some_and(|at| at <= Instant::now()) {
            carry(engine, lines)?;
            carry_at = Some(Instant::now() + CARRY_EVERY);
        }
        let wait = until_idle.map_or(A_WHILE, |idle| idle.min(A_WHILE));
        let arrival = inbox.next(wait)?;
        if inbox.is_waiting() || arrival.is_some() {
            busy = Instant::now();
        }
        if let Some(arrival) = arrival {
            let run = engine.take_arrival(&arrival)?;
            let mut out = std::io::stdout().lock();
            for file in &run.files {
                lines.file(&mut out, file)?;
            }
            for sent in &run.sent {
                lines.sent(&mut out, sent)?;
            }
            for file in &run.delivered {
                lines.delivered(&mut out, file)?;
            }
            print_warnings(engine);
            refused += run.refused();
        } else if until_idle.is_some_and(|idle| busy.elapsed() >= idle) {
            break;
        }
    }
    drop(rules);
    Ok(ExitCode::from(u8::from(refused > 0)))
}

/// Fetched files come to the inbox, and arrive there like others.
fn carry(engine: &mut Engine, lines: Lines) -> anyhow::Result<()> {
    let fetched = engine.fetch();
    let delivered = engine.deliver()?;
    let mut out = std::io::stdout().lock();
    for way in &fetched {
        lines.fetched(&mut out, way)?;
    }
    for file in &delivered {
        lines.delivered(&mut out, file)?;
    }
    print_warnings(engine);
    Ok(())
}
