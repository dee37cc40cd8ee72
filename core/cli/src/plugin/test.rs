//! `scrubjay plugin test`: one plugin over the claims of a file.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use scrubjay::hooks::Effect;
use scrubjay::plugins::{PLUGIN_FAULT, PluginSpec};
use scrubjay::{Config, Trial, try_claims};

use super::carry::CarryArguments;
use super::safest;
use super::said::loud_host;
use crate::run::print_json;

/// What to run, over which claims.
#[derive(Debug, clap::Args)]
pub(crate) struct TestArguments {
    /// Shared library.
    file: PathBuf,
    /// X12 file with claims (837). Its own date is today.
    #[arg(long, value_name = "FILE", required_unless_present_any = ["deliver", "fetch_into"])]
    claims: Option<PathBuf>,
    #[command(flatten)]
    carry: CarryArguments,
    /// A setting of the plugin; as often as it has settings. Paths are relative
    /// to where you are.
    #[arg(long = "settings", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Folder with a `scrubjay.yaml` whose payers the claims are for.
    #[arg(long, value_name = "FOLDER")]
    practice: Option<PathBuf>,
    /// Print one JSON document instead of the list.
    #[arg(long)]
    json: bool,
}

pub(super) fn test(out: &mut impl Write, arguments: &TestArguments) -> anyhow::Result<ExitCode> {
    // A crash is a fault like others where the system lets it be one.
    let mut spec = PluginSpec::new(&arguments.file)
        .folder(".")
        .isolation(safest());
    for (key, value) in pairs("--settings", &arguments.settings)? {
        spec = spec.setting(key, value);
    }
    let config = match &arguments.practice {
        Some(folder) => Config::of_folder(folder)?,
        None => Config::default(),
    };
    let plugin = loud_host(&config)?.load(&spec)?;
    if arguments.carry.is_wanted() {
        arguments.carry.carry(out, &plugin)?;
    }
    let Some(claims) = &arguments.claims else {
        return Ok(ExitCode::SUCCESS);
    };
    let bytes =
        std::fs::read(claims).with_context(|| format!("{} cannot be read", claims.display()))?;
    let trial = try_claims(plugin.as_ref(), &config, &bytes)
        .with_context(|| claims.display().to_string())?;
    if arguments.json {
        print_json(out, &trial)?;
    } else {
        print(out, &trial)?;
    }
    for unread in &trial.unread {
        eprintln!("scrubjay: a claim could not be read: {unread}");
    }
    let well = faults(&trial) == 0 && trial.unread.is_empty();
    Ok(if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// Keys with their values, as an option says them.
pub(super) fn pairs(option: &str, given: &[String]) -> anyhow::Result<Vec<(String, String)>> {
    let pairs = given.iter().map(|given| {
        let (key, value) = given
            .split_once('=')
            .with_context(|| format!("{option} {given}: write KEY=VALUE"))?;
        Ok((key.to_owned(), value.to_owned()))
    });
    pairs.collect()
}

fn faults(trial: &Trial) -> usize {
    let findings = trial.claims.iter().flat_map(|claim| claim.findings());
    findings
        .filter(|finding| finding.rule == PLUGIN_FAULT)
        .count()
}

fn print(out: &mut impl Write, trial: &Trial) -> std::io::Result<()> {
    let mut effects = 0;
    for claim in &trial.claims {
        for passed_over in &claim.not_run {
            writeln!(out, "{}: not asked ({})", claim.id, passed_over.because)?;
        }
        for judged in &claim.judged {
            let outcome = &judged.outcome;
            effects += outcome.effects.len();
            if outcome.findings.is_empty() && outcome.effects.is_empty() {
                writeln!(out, "{} at {}: nothing found", claim.id, judged.hook)?;
                continue;
            }
            writeln!(out, "{} at {}", claim.id, judged.hook)?;
            for finding in &outcome.findings {
                let (severity, rule) = (finding.severity, &finding.rule);
                writeln!(out, "  {severity} {rule}: {}", finding.message)?;
            }
            for (rule, effect) in &outcome.effects {
                writeln!(out, "  {rule} asks: {}", told(effect))?;
            }
        }
    }
    let findings: usize = trial
        .claims
        .iter()
        .map(|claim| claim.findings().count())
        .sum();
    let faults = faults(trial);
    writeln!(
        out,
        "{} claims, {} findings, {effects} effects, {faults} faults",
        trial.claims.len(),
        findings - faults
    )
}

/// An effect in a few words.
fn told(effect: &Effect) -> String {
    let kind = effect.kind().as_str();
    match effect {
        Effect::Repair {
            field,
            value,
            reason,
        } => format!("{kind} {field} to `{value}`: {reason}"),
        Effect::HoldUntil { until, reason } => format!("{kind} {until}: {reason}"),
        Effect::OpenTask {
            reason,
            owner,
            days,
        } => format!("{kind} for {} in {days} days: {reason}", owner.0),
        Effect::ClassifyDenial {
            category, action, ..
        } => format!("{kind} as {}: {action}", category.as_str()),
        Effect::Tag { tag } => format!("{kind} {tag}"),
        // The interface of plugins has no other.
        _ => kind.to_owned(),
    }
}
