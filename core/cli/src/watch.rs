//! `scrubjay run --watch`: files as they arrive, under rules as they are saved.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use scrubjay::Engine;

use crate::live::Lines;
use crate::plugin::said::print_warnings;

/// How long the inbox is waited for at a time.
const A_WHILE: Duration = Duration::from_millis(500);

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
    loop {
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
            print_warnings(engine);
            refused += run.refused();
        } else if until_idle.is_some_and(|idle| busy.elapsed() >= idle) {
            break;
        }
    }
    drop(rules);
    Ok(ExitCode::from(u8::from(refused > 0)))
}
