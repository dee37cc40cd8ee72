//! Prints what a rule did, step by step.

use std::io::{self, Write};

use scrubjay::hooks::{About, Finding};
use scrubjay::rules::{Call, ConditionSeen, Inside, Met, RanTrace, RuleTrace, Step};

/// How much of a rule that ran is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Calls that came to something.
    Fired,
    /// Every call.
    All,
}

/// Whether a rule that ran said or asked for anything.
pub(super) fn fired(ran: &RanTrace) -> bool {
    !ran.findings.is_empty() || !ran.asked.is_empty()
}

pub(super) fn print_trace(
    out: &mut impl Write,
    trace: &RuleTrace,
    detail: Detail,
) -> io::Result<()> {
    let ran = match &trace.met {
        Met::PassedOver { because } => {
            return writeln!(out, "  {} passed over by `{because}`", trace.rule);
        }
        Met::Ran(ran) => ran,
    };
    let said = if fired(ran) { "" } else { ", nothing to say" };
    writeln!(out, "  {} ran{said}", trace.rule)?;
    match &ran.inside {
        Inside::Seen { calls, unwatched } => {
            for call in calls {
                if detail == Detail::All || call.steps.iter().any(is_word) {
                    print_call(out, call)?;
                }
            }
            for place in unwatched {
                writeln!(out, "      {place}  this condition cannot be watched")?;
            }
        }
        Inside::NotSeen(why) => {
            writeln!(out, "      {why}")?;
            for finding in &ran.findings {
                writeln!(out, "      => {}", finding_text(finding))?;
            }
            for asked in &ran.asked {
                writeln!(out, "      => {asked}")?;
            }
        }
    }
    Ok(())
}

/// Whether a rule says something in a step, or stops.
const fn is_word(step: &Step) -> bool {
    !matches!(step, Step::Condition(_))
}

fn print_call(out: &mut impl Write, call: &Call) -> io::Result<()> {
    if let Some(line) = call.line {
        writeln!(out, "    line {line}")?;
    }
    for step in &call.steps {
        match step {
            Step::Condition(seen) => print_condition(out, seen)?,
            Step::Finding(finding) => writeln!(out, "      => {}", finding_text(finding))?,
            Step::Asked(asked) => writeln!(out, "      => {asked}")?,
            Step::Stopped(values) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                writeln!(out, "      stopped behind {}", values.join(", "))?;
            }
            _ => {}
        }
    }
    if call.left_off > 0 {
        writeln!(out, "      and {} conditions more", call.left_off)?;
    }
    Ok(())
}

fn print_condition(out: &mut impl Write, seen: &ConditionSeen) -> io::Result<()> {
    let outcome = match seen.outcome {
        Some(true) => "true",
        Some(false) => "false",
        None => "neither true nor false",
    };
    writeln!(out, "      {}  {}: {outcome}", seen.place, seen.text)?;
    let values: Vec<String> = seen.all_values().iter().map(ToString::to_string).collect();
    if !values.is_empty() {
        writeln!(out, "          {}", values.join(", "))?;
    }
    Ok(())
}

pub(super) fn finding_text(finding: &Finding) -> String {
    let about = match &finding.about {
        About::Whole => String::new(),
        About::Line { line } => format!(" line {line}"),
        About::Field { field } => format!(" {field}"),
    };
    let shadow = if finding.shadow { " (shadow)" } else { "" };
    format!("{}{shadow}{about}: {}", finding.severity, finding.message)
}
