//! `scrubjay rules explain`: why a claim was decided as it was.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use scrubjay::Config;
use scrubjay::explain::{
    Agreement, Decided, DecisionExplained, Explanation, RuleExplained, explain as explain_claim,
    published_or,
};
use scrubjay::hooks::Hook;
use scrubjay::model::ClaimId;
use scrubjay::rules::{Met, effect_in_words};
use scrubjay::store::{Access, Store};

use super::Packs;
use super::inside::{Detail, finding_text, fired, print_trace};
use crate::place::Place;

/// Which claim, and how much of it.
#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArguments {
    /// Claim.
    claim: ClaimId,
    #[command(flatten)]
    place: Place,
    /// Show the decisions on these packs, or folders of packs; else on those of
    /// their day where they were published, and on the practice's where not.
    #[arg(long, value_name = "FOLDER")]
    packs: Vec<PathBuf>,
    /// Only decisions at this hook, such as `scrub`.
    #[arg(long, value_name = "HOOK")]
    at_hook: Option<Hook>,
    /// Show the conditions of rules that had nothing to say, too.
    #[arg(long)]
    all: bool,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

pub(crate) fn explain(
    out: &mut impl Write,
    arguments: &ExplainArguments,
) -> anyhow::Result<ExitCode> {
    let folder = arguments.place.folder();
    let store = arguments.place.open(Access::Read)?;
    let config = Config::of_folder(folder)?;
    let reader = store.read()?;
    let named = Arc::new(Packs::of(&arguments.packs, folder).load()?);
    let mut explained = if arguments.packs.is_empty() {
        let mut packs = published_or(reader.as_ref(), named)?;
        explain_claim(reader.as_ref(), &config, &arguments.claim, &mut packs)?
    } else {
        let mut packs = |_: &_, _: &_| Ok(Arc::clone(&named));
        explain_claim(reader.as_ref(), &config, &arguments.claim, &mut packs)?
    };
    explained
        .decisions
        .retain(|decision| arguments.at_hook.is_none_or(|hook| decision.hook == hook));
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &explained)?;
        writeln!(out)?;
    } else {
        print_explanation(out, &explained, arguments.all)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print_explanation(
    out: &mut impl Write,
    explained: &Explanation,
    all: bool,
) -> anyhow::Result<()> {
    writeln!(out, "Claim {} to {}", explained.claim, explained.payer)?;
    if explained.decisions.is_empty() {
        writeln!(out, "  no decision of rules is in its journal")?;
    }
    for decision in &explained.decisions {
        writeln!(
            out,
            "\nDecision {} at {}, {}",
            decision.sequence,
            decision.hook,
            decision.at.format("%Y-%m-%d %H:%M")
        )?;
        print_versions(out, decision)?;
        print_decision(out, decision, all)?;
    }
    Ok(())
}

fn print_versions(out: &mut impl Write, decision: &DecisionExplained) -> anyhow::Result<()> {
    let same: Vec<&str> = decision
        .packs
        .iter()
        .filter(|pack| !pack.is_other())
        .filter_map(|pack| pack.decided_on.as_deref())
        .collect();
    if !same.is_empty() {
        writeln!(out, "  decided and shown on {}", same.join(", "))?;
    }
    for pack in decision.packs.iter().filter(|pack| pack.is_other()) {
        writeln!(
            out,
            "  decided on {}, {}",
            pack.decided_on.as_deref().unwrap_or_default(),
            match &pack.shown_on {
                Some(version) => format!("shown on {version}"),
                None => "which is not loaded".to_owned(),
            }
        )?;
    }
    let told = match decision.agreement() {
        None => "cannot be shown: what was judged cannot be told from the journal any more",
        Some(Agreement::Same) => "the same findings then and now",
        Some(Agreement::Different) => "OTHER FINDINGS THEN THAN NOW: see below",
    };
    writeln!(out, "  {told}")?;
    Ok(())
}

fn print_decision(
    out: &mut impl Write,
    decision: &DecisionExplained,
    all: bool,
) -> anyhow::Result<()> {
    let mut silent = Vec::new();
    let mut passed_over: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for rule in decision.rules.iter().flatten() {
        let name = rule.shown.rule.as_str();
        match &rule.shown.met {
            Met::PassedOver { because } => passed_over.entry(because).or_default().push(name),
            Met::Ran(ran) if all || fired(ran) => {
                let detail = if all { Detail::All } else { Detail::Fired };
                print_trace(out, &rule.shown, detail)?;
            }
            Met::Ran(_) => silent.push(name),
        }
        if rule.agreement == Agreement::Different {
            print_difference(out, rule)?;
        }
    }
    for gone in &decision.gone {
        writeln!(
            out,
            "  {} of {} ran then, and is not in the packs shown:",
            gone.rule, gone.version
        )?;
        print_decided(out, gone)?;
    }
    for other in &decision.others {
        let found = if other.findings.is_empty() {
            ", nothing to say"
        } else {
            ""
        };
        writeln!(
            out,
            "  {} ran then{found}; it is no rule of a pack",
            other.rule
        )?;
        print_decided(out, other)?;
    }
    if !silent.is_empty() {
        writeln!(out, "  ran, nothing to say: {}", silent.join(", "))?;
    }
    if !passed_over.is_empty() {
        writeln!(out, "  passed over")?;
    }
    for (because, rules) in passed_over {
        writeln!(out, "    by `{because}`: {}", rules.join(", "))?;
    }
    Ok(())
}

fn print_difference(out: &mut impl Write, rule: &RuleExplained) -> anyhow::Result<()> {
    match &rule.decided {
        None => writeln!(out, "      DIFFERENT: {} did not run then", rule.shown.rule)?,
        Some(decided) => {
            writeln!(
                out,
                "      DIFFERENT: then, on {}, {} said {}",
                decided.version,
                decided.rule,
                if decided.findings.is_empty() && decided.effects.is_empty() {
                    "nothing"
                } else {
                    "this:"
                }
            )?;
            print_decided(out, decided)?;
        }
    }
    Ok(())
}

fn print_decided(out: &mut impl Write, decided: &Decided) -> anyhow::Result<()> {
    for finding in &decided.findings {
        writeln!(out, "        then => {}", finding_text(finding))?;
    }
    for effect in &decided.effects {
        writeln!(out, "        then => {}", effect_in_words(effect))?;
    }
    Ok(())
}
