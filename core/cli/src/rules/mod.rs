//! `scrubjay rules`: are the packs sound, what is in them?

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use scrubjay::Config;
use scrubjay::rules::{
    Level, PackInfo, RuleInfo, RuleSet, rules_page, vocabulary, vocabulary_page,
};

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
    /// List the rules.
    List {
        #[command(flatten)]
        packs: Packs,
    },
    /// Print the catalogue of rules as Markdown, from their cards.
    Docs {
        #[command(flatten)]
        packs: Packs,
    },
    /// Print what a rule can read and call, as Markdown.
    Vocabulary,
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

    fn load(&self) -> anyhow::Result<RuleSet> {
        Ok(RuleSet::load(&self.folders()?)?)
    }
}

pub(crate) fn rules(command: &RulesCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match command {
        RulesCommand::Check { packs } => return check(&mut out, packs),
        RulesCommand::List { packs } => {
            let columns = [
                Text("rule"),
                Text("hook"),
                Text("severity"),
                Text("status"),
                Text("prevents"),
                Text("effective"),
                Text("pack"),
            ];
            let packs = packs.load()?.packs();
            let rows = packs
                .iter()
                .flat_map(|pack| pack.rules.iter().map(|rule| row(pack, rule)))
                .collect();
            print_table(&mut out, &columns, rows)?;
        }
        RulesCommand::Docs { packs } => write!(out, "{}", rules_page(&packs.load()?.packs()))?,
        RulesCommand::Vocabulary => write!(out, "{}", vocabulary_page(&vocabulary()))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn check(out: &mut impl Write, packs: &Packs) -> anyhow::Result<ExitCode> {
    let (faults, loaded) = match RuleSet::load(&packs.folders()?) {
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
        faults.len()
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
        rule.hook.to_string(),
        rule.severity.to_string(),
        rule.status.as_str().to_owned(),
        prevents.join(" "),
        effective,
        format!("{} {}", pack.id, pack.hash.get(..12).unwrap_or(&pack.hash)),
    ]
}
