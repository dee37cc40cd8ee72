//! `scrubjay rules new`: starts a rule with a card, a function and a test.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use scrubjay::rules::{NewRule, RuleScope};

/// What to start, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct NewArguments {
    /// What the rule is called: PACK/RULE, such as `acme/referral`.
    #[arg(value_name = "PACK/RULE")]
    id: String,
    /// When it runs, such as scrub, denial or follow_up.
    #[arg(long, default_value = "scrub", value_name = "HOOK")]
    hook: String,
    /// Whether it is called once for the claim, or for each service line.
    #[arg(long, value_enum, default_value = "claim")]
    scope: Scope,
    /// The pack, or the folder in which packs stand side by side.
    #[arg(long = "in", default_value = ".", value_name = "DIR")]
    folder: PathBuf,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Scope {
    Claim,
    Line,
}

pub(super) fn new(out: &mut impl Write, arguments: &NewArguments) -> anyhow::Result<ExitCode> {
    let scope = match arguments.scope {
        Scope::Claim => RuleScope::Claim,
        Scope::Line => RuleScope::Line,
    };
    let started = NewRule::new(&arguments.id, &arguments.hook, scope)?.write(&arguments.folder)?;
    for file in &started.files {
        writeln!(out, "wrote {}", file.display())?;
    }
    writeln!(
        out,
        "next: make it yours, then scrubjay rules check {}",
        started.pack.display()
    )?;
    Ok(ExitCode::SUCCESS)
}
