//! `scrubjay rules replay`: does a past decision stand?

use std::collections::BTreeSet;
use std::io::Write;
use std::process::ExitCode;

use scrubjay::hooks::Outcome;
use scrubjay::model::ClaimId;
use scrubjay::store::{Access, Store as _};
use scrubjay::{Config, ReplayEnd, Replayed};

use crate::place::Place;

/// Which claim.
#[derive(Debug, clap::Args)]
pub(crate) struct ReplayArguments {
    /// Claim.
    claim: ClaimId,
    #[command(flatten)]
    place: Place,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn replay(
    out: &mut impl Write,
    arguments: &ReplayArguments,
) -> anyhow::Result<ExitCode> {
    let config = Config::of_folder(arguments.place.folder())?;
    let store = arguments.place.open(Access::Read)?;
    let reader = store.read()?;
    let decisions = scrubjay::replay(reader.as_ref(), &config, &arguments.claim)?;
    anyhow::ensure!(
        !decisions.is_empty(),
        "nothing was judged on a claim {}; `scrubjay claims list` shows them",
        arguments.claim
    );
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &decisions)?;
        writeln!(out)?;
    } else {
        for decision in &decisions {
            tell(out, decision)?;
        }
    }
    let stands =
        |decision: &Replayed| matches!(decision.ended, ReplayEnd::Same | ReplayEnd::NotRebuilt);
    Ok(ExitCode::from(u8::from(!decisions.iter().all(stands))))
}

fn tell(out: &mut impl Write, decision: &Replayed) -> anyhow::Result<()> {
    let packs = if decision.packs.is_empty() {
        "no pack".to_owned()
    } else {
        decision.packs.join(", ")
    };
    write!(
        out,
        "{} at {}, {}, on {packs}: ",
        decision.sequence,
        decision.hook,
        decision.at.format("%Y-%m-%d %H:%M")
    )?;
    match &decision.ended {
        ReplayEnd::Same => writeln!(out, "the same, byte for byte")?,
        ReplayEnd::Differs {
            journalled,
            replayed,
        } => {
            writeln!(out, "differs")?;
            let (then, now) = (said(journalled), said(replayed));
            for line in then.difference(&now) {
                writeln!(out, "  - {line}")?;
            }
            for line in now.difference(&then) {
                writeln!(out, "  + {line}")?;
            }
        }
        ReplayEnd::Unpublished { versions } => writeln!(
            out,
            "never published here: {}; publish packs before they judge, so that they are kept",
            versions.join(", ")
        )?,
        ReplayEnd::DoesNotLoad { problem } => writeln!(out, "does not load any more: {problem}")?,
        _ => writeln!(out, "what was judged cannot be told from the journal")?,
    }
    Ok(())
}

/// Everything in an outcome, a line each.
fn said(outcome: &Outcome) -> BTreeSet<String> {
    let ran = outcome
        .ran
        .iter()
        .map(|ran| format!("ran {} of {}", ran.rule, ran.version));
    let findings = outcome
        .findings
        .iter()
        .map(|finding| format!("{} {}: {}", finding.severity, finding.rule, finding.message));
    let effects = outcome
        .effects
        .iter()
        .map(|(rule, effect)| format!("{rule} asked for `{}`", effect.kind().as_str()));
    ran.chain(findings).chain(effects).collect()
}
