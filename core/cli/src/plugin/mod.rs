//! `scrubjay plugin`: what plugins say of themselves, and a start for new ones.

mod carry;
mod new;
pub(crate) mod said;
mod sign;
mod test;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use scrubjay::Config;
use scrubjay::plugins::{Isolation, PluginHost, PluginInfo, PluginSpec};
use serde::Serialize;

use crate::child;
use crate::run::print_json;
use crate::table::Column::Text;
use crate::table::print_table;

/// What to do with plugins.
#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// List the plugins of a practice. None is started.
    ///
    /// Exits with 1 where one cannot be used.
    List {
        /// Folder with `scrubjay.yaml`.
        #[arg(default_value = ".")]
        folder: PathBuf,
        /// Print one JSON document instead of the table.
        #[arg(long)]
        json: bool,
    },
    /// Print what a shared library says of itself. It is not started; where the
    /// system can, it is looked at in a process of its own.
    Inspect {
        /// Shared library.
        file: PathBuf,
        /// Print one JSON document instead of the list.
        #[arg(long)]
        json: bool,
    },
    /// Start each plugin of a practice with its settings, as the engine would.
    ///
    /// Exits with 1 where one cannot be used.
    Check {
        /// Folder with `scrubjay.yaml`.
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
    /// Start a plugin: a folder that builds and passes its own test.
    New(new::NewArguments),
    /// Run a plugin over the claims of an 837 and print what it says of each.
    ///
    /// Exits with 1 where it faults, or a claim cannot be read.
    Test(test::TestArguments),
    /// Sign a library, for practices that name your key in `plugin_keys`.
    Sign(sign::SignArguments),
}

/// A plugin as the configuration names it, and what it says or what is wrong.
#[derive(Serialize)]
struct Listed {
    path: PathBuf,
    isolation: Isolation,
    /// Channels that it carries files for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    channels: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<PluginInfo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

pub(crate) fn plugin(command: &PluginCommand) -> anyhow::Result<ExitCode> {
    match command {
        PluginCommand::List { folder, json } => {
            let listed = each(folder, |host, spec, _| host.inspect(spec))?;
            let mut out = std::io::stdout().lock();
            if *json {
                print_json(&mut out, &listed)?;
            } else {
                let columns = [
                    Text("plugin"),
                    Text("version"),
                    Text("vendor"),
                    Text("hooks"),
                    Text("isolation"),
                    Text("file"),
                ];
                let rows = listed.iter().filter_map(row).collect();
                print_table(&mut out, &columns, rows)?;
            }
            Ok(ended(&listed))
        }
        PluginCommand::Inspect { file, json } => {
            let spec = PluginSpec::new(file).isolation(safest());
            let info = child::named(PluginHost::new()?)?.inspect(&spec)?;
            let mut out = std::io::stdout().lock();
            if *json {
                print_json(&mut out, &info)?;
            } else {
                describe(&mut out, &info)?;
            }
            Ok(ExitCode::SUCCESS)
        }
        PluginCommand::Check { folder } => {
            let listed = each(folder, start)?;
            let mut out = std::io::stdout().lock();
            for one in &listed {
                let Some(info) = &one.info else { continue };
                let place = match one.isolation {
                    Isolation::None => "",
                    Isolation::Process => ", in a process of its own",
                };
                let carries = carries(&one.channels);
                writeln!(out, "{} {}: ready{place}{carries}", info.id, info.version)?;
            }
            Ok(ended(&listed))
        }
        PluginCommand::New(arguments) => new::new(&mut std::io::stdout().lock(), arguments),
        PluginCommand::Test(arguments) => test::test(&mut std::io::stdout().lock(), arguments),
        PluginCommand::Sign(arguments) => sign::sign(&mut std::io::stdout().lock(), arguments),
    }
}

/// Where to look at a file that nobody has vouched for.
const fn safest() -> Isolation {
    if cfg!(unix) {
        Isolation::Process
    } else {
        Isolation::None
    }
}

fn each<E: Into<anyhow::Error>>(
    folder: &std::path::Path,
    ask: impl Fn(&PluginHost, &PluginSpec, &Config) -> Result<PluginInfo, E>,
) -> anyhow::Result<Vec<Listed>> {
    anyhow::ensure!(folder.is_dir(), "{} is not a folder", folder.display());
    let config = Config::of_folder(folder).context("the plugins could not be listed")?;
    let host = said::loud_host(&config)?;
    Ok(config
        .plugins
        .iter()
        .map(|spec| {
            let (info, problem) = match ask(&host, spec, &config) {
                Ok(info) => (Some(info), None),
                Err(error) => (None, Some(format!("{:#}", error.into()))),
            };
            Listed {
                path: spec.path.clone(),
                isolation: spec.isolation,
                channels: info.as_ref().map_or_else(Vec::new, |info| {
                    let carried = config.carried_by(&info.id);
                    carried.map(|(name, _)| name.to_owned()).collect()
                }),
                info,
                problem,
            }
        })
        .collect())
}

/// Starts a plugin, and shows it the channels that it is to carry.
fn start(host: &PluginHost, spec: &PluginSpec, config: &Config) -> anyhow::Result<PluginInfo> {
    let plugin = host.load(spec)?;
    let info = plugin.info();
    for (name, settings) in config.carried_by(&info.id) {
        let channel = plugin.channel(name, settings);
        channel.with_context(|| format!("channel `{name}`"))?;
    }
    Ok(info)
}

/// The channels of a plugin that carries files, as they follow its name.
fn carries(channels: &[String]) -> String {
    match channels {
        [] => String::new(),
        [one] => format!(", carries channel {one}"),
        many => format!(", carries channels {}", many.join(", ")),
    }
}

/// Says what is wrong, and ends as the worst of them.
fn ended(listed: &[Listed]) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for problem in listed.iter().filter_map(|one| one.problem.as_ref()) {
        eprintln!("scrubjay: {problem}");
        code = ExitCode::from(1);
    }
    code
}

fn row(listed: &Listed) -> Option<Vec<String>> {
    let info = listed.info.as_ref()?;
    Some(vec![
        info.id.clone(),
        info.version.clone(),
        info.vendor.clone(),
        joined(info.hooks.iter().map(|hook| hook.as_str())),
        listed.isolation.as_str().to_owned(),
        listed.path.display().to_string(),
    ])
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.collect();
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.join(", ")
    }
}

fn describe(out: &mut impl Write, info: &PluginInfo) -> std::io::Result<()> {
    let (major, minor) = info.abi;
    writeln!(out, "{} {}: {}", info.id, info.version, info.title)?;
    writeln!(out, "  vendor      {}", info.vendor)?;
    writeln!(out, "  licence     {}", info.licence)?;
    if let Some(support) = &info.support {
        writeln!(out, "  support     {support}")?;
    }
    writeln!(out, "  interface   {major}.{minor}")?;
    writeln!(out, "  sha256      {}", info.sha256)?;
    let hooks = joined(info.hooks.iter().map(|hook| hook.as_str()));
    writeln!(out, "  hooks       {hooks}")?;
    if info.carries_files {
        writeln!(out, "  carries     files, for channels that name it")?;
    }
    let effects = joined(info.effects.iter().map(|effect| effect.as_str()));
    writeln!(out, "  effects     {effects}")?;
    let needs = joined(info.needs.iter().map(|need| need.as_str()));
    writeln!(out, "  sees        {needs}")?;
    let payers = joined(info.payers.iter().map(String::as_str));
    let payers = if info.payers.is_empty() {
        "all"
    } else {
        &payers
    };
    writeln!(out, "  payers      {payers}")
}
