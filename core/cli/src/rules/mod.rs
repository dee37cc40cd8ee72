//! `scrubjay rules`: are the packs sound, what is in them?

mod definitions;
mod diff;
mod effect;
mod explain;
mod fmt;
mod inside;
mod install;
mod new;
mod pack;
mod published;
mod replay;
mod run;
mod sign;
mod test;
mod watch;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use scrubjay::config::RulesFrom;
use scrubjay::rules::{
    Level, PackInfo, RuleInfo, RuleSet, rules_page, vocabulary, vocabulary_page,
};
use scrubjay::{Config, PracticeCodes, load_options};

use crate::table::Column::{Number, Text};
use crate::table::print_table;

/// What to do with rule packs.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Compile packs and run their tests; print every fault with its place.
    ///
    /// Exits with 1 where a pack would not load.
    Check {
        #[command(flatten)]
        packs: Packs,
    },
    /// Start a rule: a commented card and function, and a test.
    New(new::NewArguments),
    /// Say what differs between two states of packs, by rule.
    ///
    /// Exits with 0 where all is the same, 1 where something differs.
    Diff(diff::DiffArguments),
    /// Format rule files: cards in one order, code indented by its brackets.
    ///
    /// Exits with 1 where a file does not parse, or with --check is not formatted.
    Fmt(fmt::FmtArguments),
    /// Run the packs' tests; tell failures, and what no test shows.
    ///
    /// Exits with 1 where a test fails.
    Test(test::TestArguments),
    /// Run one rule, a draft too, on the claims of a file or of the database.
    Run(run::RunArguments),
    /// Tell why a claim was decided as it was: which rules ran, on what values,
    /// and which were passed over by which line of their cards.
    Explain(explain::ExplainArguments),
    /// List the rules, with when each last fired where `--dir` has a database, and
    /// where packs that were installed are not what was shipped.
    List {
        #[command(flatten)]
        packs: Packs,
    },
    /// Print the catalogue of rules as Markdown, from their cards.
    Docs {
        #[command(flatten)]
        packs: Packs,
    },
    /// Write definition files, by which editors know what a rule can call.
    Definitions(definitions::DefinitionsArguments),
    /// Print what a rule can read and call, as Markdown.
    Vocabulary,
    /// Keep a pack by its hash in the practice's database, and make it the live one.
    ///
    /// Exits with 1 where it does not load or one of its tests fails.
    Publish(published::PublishArguments),
    /// List what was published: pack, version, hash, by whom, when, and which is live.
    Published(published::PublishedArguments),
    /// Make a version that was published before the live one again.
    Rollback(published::RollbackArguments),
    /// Judge a claim's past decisions again, on the published packs of their day.
    ///
    /// Exits with 1 where one differs, or a pack of then was never published.
    Replay(replay::ReplayArguments),
    /// Tell how often each rule fired, was passed, was right or wrong, in claims
    /// and dollars.
    Effect(effect::EffectArguments),
    /// Make a key to sign packs with, in a file for you alone; print its public half.
    Keygen(sign::KeygenArguments),
    /// Sign a pack: writes its `pack.sig`.
    Sign(sign::SignArguments),
    /// Make one file of a pack, to be handed on; with `--key`, signed.
    Pack(pack::PackArguments),
    /// Install a pack from its file: checked, tested, swapped in whole. What was
    /// changed in the version before stays, and is told.
    ///
    /// Exits with 1 where it is refused; nothing has changed then.
    Install(install::InstallArguments),
    /// Follow packs as they are edited: what went live, what is to mend.
    Watch(watch::WatchArguments),
}

/// Which packs.
#[derive(Debug, clap::Args)]
pub(crate) struct Packs {
    /// Packs, or folders of packs; without any, those of the practice in `--dir`.
    folders: Vec<PathBuf>,
    /// Folder with `scrubjay.yaml`.
    #[arg(long, default_value = ".")]
    dir: PathBuf,
}

impl Packs {
    /// Those in some folders, or those of a practice where there are none.
    fn of(folders: &[PathBuf], practice: &Path) -> Self {
        Self {
            folders: folders.to_vec(),
            dir: practice.to_owned(),
        }
    }

    fn folders(&self) -> anyhow::Result<Vec<PathBuf>> {
        if !self.folders.is_empty() {
            return Ok(self.folders.clone());
        }
        let folders = Config::of_folder(&self.dir)?.rules;
        anyhow::ensure!(
            !folders.is_empty(),
            "{} names no rules: name a pack, or a practice with --dir",
            self.dir.display()
        );
        Ok(folders)
    }

    /// The tables of the practice, which its packs may ask.
    fn codes(&self) -> anyhow::Result<Arc<PracticeCodes>> {
        let config = Config::of_folder(&self.dir)?;
        Ok(Arc::new(PracticeCodes::read(&config.codes)?))
    }

    fn load(&self) -> anyhow::Result<RuleSet> {
        let config = Config::of_folder(&self.dir)?;
        if self.folders.is_empty() && config.rules_from == RulesFrom::Published {
            return published::live(&self.dir, &config);
        }
        let codes = Arc::new(PracticeCodes::read(&config.codes)?);
        let keys = if self.folders.is_empty() {
            &config.rule_keys[..]
        } else {
            &[]
        };
        Ok(RuleSet::load_with(
            &self.folders()?,
            load_options(keys, &codes),
        )?)
    }
}

impl Packs {
    /// As [`load`](Self::load), whatever becomes of the packs' tests.
    fn load_untested(&self) -> anyhow::Result<RuleSet> {
        if self.folders.is_empty()
            && Config::of_folder(&self.dir)?.rules_from == RulesFrom::Published
        {
            return self.load();
        }
        Ok(RuleSet::load_untested(
            &self.folders()?,
            load_options(&[], &self.codes()?),
        )?)
    }
}

pub(crate) fn rules(command: &RulesCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match command {
        RulesCommand::Check { packs } => return check(&mut out, packs),
        RulesCommand::New(arguments) => return new::new(&mut out, arguments),
        RulesCommand::Diff(arguments) => return diff::print(&mut out, arguments),
        RulesCommand::Fmt(arguments) => return fmt::fmt(&mut out, arguments),
        RulesCommand::Definitions(arguments) => return definitions::write(&mut out, arguments),
        RulesCommand::Run(arguments) => return run::run(&mut out, arguments),
        RulesCommand::Explain(arguments) => return explain::explain(&mut out, arguments),
        RulesCommand::Test(arguments) => return test::test(&mut out, arguments),
        RulesCommand::List { packs } => {
            let mut columns = vec![
                Text("rule"),
                Text("for"),
                Text("hook"),
                Text("severity"),
                Text("status"),
                Text("prevents"),
                Text("effective"),
                Text("pack"),
            ];
            let fired = effect::last_fired(&packs.dir)?;
            let loaded = packs.load()?;
            let listed = loaded.packs();
            let rules = listed
                .iter()
                .flat_map(|pack| pack.rules.iter().map(move |rule| (pack, rule)));
            let mut rows: Vec<Vec<String>> = Vec::new();
            for (pack, rule) in rules {
                let mut row = row(pack, rule);
                row.extend(fired.as_ref().map(|fired| effect::when(fired, &rule.id)));
                rows.push(row);
            }
            columns.extend(fired.map(|_| Text("last fired")));
            print_table(&mut out, &columns, rows)?;
            install::tell_overridden(&mut out, loaded.folders())?;
        }
        RulesCommand::Docs { packs } => write!(out, "{}", rules_page(&packs.load()?.packs()))?,
        RulesCommand::Publish(arguments) => return published::publish(&mut out, arguments),
        RulesCommand::Published(arguments) => published::list(&mut out, arguments)?,
        RulesCommand::Rollback(arguments) => return published::roll_back(&mut out, arguments),
        RulesCommand::Replay(arguments) => return replay::replay(&mut out, arguments),
        RulesCommand::Effect(arguments) => effect::effect(&mut out, arguments)?,
        RulesCommand::Keygen(arguments) => sign::keygen(&mut out, arguments)?,
        RulesCommand::Sign(arguments) => sign::sign(&mut out, arguments)?,
        RulesCommand::Pack(arguments) => return pack::pack(&mut out, arguments),
        RulesCommand::Install(arguments) => return install::run(&mut out, arguments),
        RulesCommand::Watch(arguments) => {
            // It writes as things happen, from another thread.
            drop(out);
            return watch::watch(arguments);
        }
        RulesCommand::Vocabulary => write!(out, "{}", vocabulary_page(&vocabulary()))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn check(out: &mut impl Write, packs: &Packs) -> anyhow::Result<ExitCode> {
    let codes = packs.codes()?;
    for rows in codes.left_out() {
        writeln!(out, "warning: {rows}")?;
    }
    let options = load_options(&[], &codes);
    let (faults, loaded) = match RuleSet::load_with(&packs.folders()?, options) {
        Ok(rules) => (rules.warnings(), rules.packs()),
        Err(error) => (error.into_diagnostics(), Vec::new()),
    };
    for fault in &faults {
        writeln!(out, "{fault}")?;
    }
    let rows: Vec<Vec<String>> = loaded
        .iter()
        .map(|pack| {
            vec![
                pack.id.clone(),
                pack.version.clone(),
                pack.rules.len().to_string(),
                pack.hash.get(..12).unwrap_or(&pack.hash).to_owned(),
            ]
        })
        .collect();
    let errors = faults
        .iter()
        .filter(|fault| fault.severity == Level::Error)
        .count();
    if errors > 0 {
        writeln!(out, "{errors} to mend; nothing would load")?;
        return Ok(ExitCode::from(1));
    }
    let columns = [Text("pack"), Text("version"), Number("rules"), Text("hash")];
    print_table(out, &columns, rows)?;
    writeln!(
        out,
        "sound, and every test passes; {} warnings",
        faults.len() + codes.left_out().len()
    )?;
    Ok(ExitCode::SUCCESS)
}

fn row(pack: &PackInfo, rule: &RuleInfo) -> Vec<String> {
    let prevents: Vec<&str> = rule.prevents.iter().map(|carc| carc.as_str()).collect();
    let effective = match rule.effective {
        (None, None) => "always".to_owned(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("to {to}"),
        (Some(from), Some(to)) => format!("{from} to {to}"),
    };
    vec![
        rule.id.clone(),
        rule.reach.to_string(),
        rule.hook.to_string(),
        rule.severity.to_string(),
        rule.status.as_str().to_owned(),
        prevents.join(" "),
        effective,
        format!("{} {}", pack.id, pack.hash.get(..12).unwrap_or(&pack.hash)),
    ]
}
