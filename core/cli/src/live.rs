//! What happens while the program watches, a line each as it happens: rules
//! that went live or were refused, files that came and went.

use std::io::{self, Write};
use std::time::Duration;

use chrono::Local;
use scrubjay::rules::{Change, Diagnostic, Level, PackChange, ReloadReport, RuleChange};
use scrubjay::{Delivery, Fetched, Intake, Sent};
use serde::Serialize;

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lines {
    /// For people.
    Text,
    /// One JSON document a line, for programs.
    Json,
}

/// A line for programs.
#[derive(Serialize)]
struct Document<'a, T: Serialize> {
    at: String,
    event: &'a str,
    #[serde(flatten)]
    what: T,
}

#[derive(Serialize)]
struct Live<'a> {
    packs: Vec<Pack<'a>>,
    warnings: Vec<Fault<'a>>,
    #[serde(flatten)]
    times: Times,
}

#[derive(Serialize)]
struct Pack<'a> {
    pack: &'a str,
    before: Option<&'a str>,
    after: Option<&'a str>,
    rules_added: Vec<&'a str>,
    rules_changed: Vec<&'a str>,
    rules_removed: Vec<&'a str>,
}

#[derive(Serialize)]
struct Refused<'a> {
    faults: Vec<Fault<'a>>,
    #[serde(flatten)]
    times: Times,
}

#[derive(Serialize)]
struct Fault<'a> {
    file: String,
    line: usize,
    column: usize,
    level: &'static str,
    message: &'a str,
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct Times {
    save_to_live_ms: Option<u128>,
    work_ms: u128,
}

impl Lines {
    /// What came of a save of rules.
    pub(crate) fn change(self, out: &mut impl Write, change: &Change) -> io::Result<()> {
        let times = Times {
            save_to_live_ms: change.since_save.map(|taken| taken.as_millis()),
            work_ms: change.work.as_millis(),
        };
        match (self, &change.outcome) {
            (Self::Json, Ok(report)) => {
                let live = Live {
                    packs: report.packs.iter().map(pack).collect(),
                    warnings: report.warnings.iter().map(fault).collect(),
                    times,
                };
                json(out, "rules_live", live)
            }
            (Self::Json, Err(error)) => {
                let faults = error.diagnostics().iter().map(fault).collect();
                json(out, "rules_refused", Refused { faults, times })
            }
            (Self::Text, Ok(report)) => live(out, report, change),
            (Self::Text, Err(error)) => refused(out, error.diagnostics(), change),
        }?;
        out.flush()
    }

    /// What became of a file.
    pub(crate) fn file(self, out: &mut impl Write, file: &Intake) -> io::Result<()> {
        match self {
            Self::Text => writeln!(out, "{} {file}", clock())?,
            Self::Json => json(out, "file", file)?,
        }
        out.flush()
    }

    /// A file that left.
    pub(crate) fn sent(self, out: &mut impl Write, sent: &Sent) -> io::Result<()> {
        match self {
            Self::Text => writeln!(
                out,
                "{} sent {}: {} for channel {}",
                clock(),
                sent.name,
                sent.contents(),
                sent.channel
            )?,
            Self::Json => json(out, "sent", sent)?,
        }
        out.flush()
    }

    /// What a channel brought in.
    pub(crate) fn fetched(self, out: &mut impl Write, fetched: &Fetched) -> io::Result<()> {
        match self {
            Self::Text => {
                let (at, channel) = (clock(), &fetched.channel);
                for file in &fetched.files {
                    writeln!(out, "{at} fetched {file} by channel {channel}")?;
                }
                if let Some(problem) = &fetched.problem {
                    writeln!(out, "{at} channel {channel} could not fetch: {problem}")?;
                }
            }
            Self::Json => json(out, "fetched", fetched)?,
        }
        out.flush()
    }

    /// A file that came to the other side, or did not.
    pub(crate) fn delivered(self, out: &mut impl Write, file: &Delivery) -> io::Result<()> {
        let (at, name, channel) = (clock(), &file.name, &file.channel);
        match (self, &file.problem) {
            (Self::Text, None) => writeln!(out, "{at} delivered {name} by channel {channel}")?,
            (Self::Text, Some(problem)) => {
                writeln!(
                    out,
                    "{at} {name} is due still by channel {channel}: {problem}"
                )?;
            }
            (Self::Json, _) => json(out, "delivered", file)?,
        }
        out.flush()
    }

    /// That the program watches, and what.
    pub(crate) fn watching(self, out: &mut impl Write, what: &str) -> io::Result<()> {
        #[derive(Serialize)]
        struct Watching<'a> {
            watching: &'a str,
        }
        match self {
            Self::Text => writeln!(out, "{} watching {what}; Ctrl-C ends it", clock())?,
            Self::Json => json(out, "watching", Watching { watching: what })?,
        }
        out.flush()
    }
}

fn json(out: &mut impl Write, event: &str, what: impl Serialize) -> io::Result<()> {
    let document = Document {
        at: Local::now().to_rfc3339(),
        event,
        what,
    };
    serde_json::to_writer(&mut *out, &document)?;
    writeln!(out)
}

fn clock() -> String {
    Local::now().format("%H:%M:%S%.3f").to_string()
}

fn live(out: &mut impl Write, report: &ReloadReport, change: &Change) -> io::Result<()> {
    let (at, taken) = (clock(), taken(change, "live"));
    if report.packs.is_empty() {
        writeln!(out, "{at} rules: mended, and the same as what runs")?;
    }
    for pack in &report.packs {
        let hashes = match (&pack.before, &pack.after) {
            (before, after) if before == after => "tests edited, and all pass".to_owned(),
            (None, Some(after)) => format!("new -> {}", short(after)),
            (Some(before), None) => format!("{} -> gone", short(before)),
            (before, after) => {
                let of = |hash: &Option<String>| hash.as_deref().map_or("none", short).to_owned();
                format!("{} -> {}", of(before), of(after))
            }
        };
        writeln!(
            out,
            "{at} rules: {} {hashes}{}; {taken}",
            pack.id,
            rules(pack)
        )?;
    }
    for warning in &report.warnings {
        diagnostic(out, warning)?;
    }
    Ok(())
}

fn refused(out: &mut impl Write, faults: &[Diagnostic], change: &Change) -> io::Result<()> {
    let errors = faults
        .iter()
        .filter(|fault| fault.severity == Level::Error)
        .count();
    let taken = taken(change, "refused");
    writeln!(
        out,
        "{} rules: {errors} to mend, and what ran before goes on running; {taken}",
        clock()
    )?;
    faults.iter().try_for_each(|fault| diagnostic(out, fault))
}

/// A diagnostic, set in under its line.
fn diagnostic(out: &mut impl Write, fault: &Diagnostic) -> io::Result<()> {
    let text = fault.to_string();
    text.lines()
        .try_for_each(|line| writeln!(out, "    {line}"))
}

fn taken(change: &Change, end: &str) -> String {
    let work = milliseconds(change.work);
    match change.since_save {
        Some(taken) => format!(
            "{end} {} after the save, of which work {work}",
            milliseconds(taken)
        ),
        None => format!("{end}, work {work}"),
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

/// `, +new ~changed -gone`; of a pack that came or went, how many.
fn rules(pack: &PackChange) -> String {
    if pack.before.is_none() || pack.after.is_none() {
        return format!(", {} rules", pack.rules.len());
    }
    if pack.rules.is_empty() {
        return if pack.before == pack.after {
            String::new()
        } else {
            ", no rule but a table or the manifest".to_owned()
        };
    }
    let each = pack.rules.iter().map(|change| match change {
        RuleChange::Added(id) => format!("+{id}"),
        RuleChange::Changed(id) => format!("~{id}"),
        RuleChange::Removed(id) => format!("-{id}"),
    });
    format!(", {}", each.collect::<Vec<_>>().join(" "))
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

fn pack(pack: &PackChange) -> Pack<'_> {
    let mut line = Pack {
        pack: &pack.id,
        before: pack.before.as_deref(),
        after: pack.after.as_deref(),
        rules_added: Vec::new(),
        rules_changed: Vec::new(),
        rules_removed: Vec::new(),
    };
    for change in &pack.rules {
        match change {
            RuleChange::Added(id) => line.rules_added.push(id),
            RuleChange::Changed(id) => line.rules_changed.push(id),
            RuleChange::Removed(id) => line.rules_removed.push(id),
        }
    }
    line
}

fn fault(fault: &Diagnostic) -> Fault<'_> {
    Fault {
        file: fault.file.display().to_string(),
        line: fault.line,
        column: fault.column,
        level: fault.severity.as_str(),
        message: &fault.message,
        help: fault.help.as_deref(),
    }
}
