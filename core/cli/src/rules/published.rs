//! `scrubjay rules publish`, `published`, `rollback`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use scrubjay::config::RulesFrom;
use scrubjay::rules::{PackContent, RuleSet};
use scrubjay::store::{Access, PackStep};
use scrubjay::{Config, DATABASE_NAME, EngineError, PublishedPack, Shelf};

use crate::place::Place;
use crate::table::Column::Text;
use crate::table::print_table;

/// Which pack, and who publishes it.
#[derive(Debug, clap::Args)]
pub(crate) struct PublishArguments {
    /// A pack's folder, or the id of a pack in the folders that `scrubjay.yaml` names.
    pack: String,
    /// Who publishes it.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// What is new in it.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// Of which practice.
#[derive(Debug, clap::Args)]
pub(crate) struct PublishedArguments {
    #[command(flatten)]
    place: Place,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Which pack goes back to which version.
#[derive(Debug, clap::Args)]
pub(crate) struct RollbackArguments {
    /// Pack id.
    pack: String,
    /// How the version's hash begins; left out, the version that was published
    /// before the live one.
    #[arg(long, value_name = "HASH")]
    to: Option<String>,
    /// Who does it.
    #[arg(long, value_name = "NAME")]
    by: String,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn publish(
    out: &mut impl Write,
    arguments: &PublishArguments,
) -> anyhow::Result<ExitCode> {
    let config = Config::of_folder(arguments.place.folder())?;
    let pack = pack(&arguments.pack, &config)?;
    let mut store = arguments.place.open_or_make()?;
    let mut shelf = Shelf::new(&mut store, &config)?;
    let made = shelf.publish(&pack, &arguments.by, arguments.note.as_deref());
    told(out, made, &config)
}

pub(crate) fn roll_back(
    out: &mut impl Write,
    arguments: &RollbackArguments,
) -> anyhow::Result<ExitCode> {
    let config = Config::of_folder(arguments.place.folder())?;
    let mut store = arguments.place.open(Access::Write)?;
    let mut shelf = Shelf::new(&mut store, &config)?;
    let made = shelf.roll_back(&arguments.pack, arguments.to.as_deref(), &arguments.by);
    told(out, made, &config)
}

fn told(
    out: &mut impl Write,
    made: Result<PublishedPack, EngineError>,
    config: &Config,
) -> anyhow::Result<ExitCode> {
    match made {
        Ok(pack) => {
            writeln!(
                out,
                "{} {} with the hash {} is live, by {}",
                pack.row.pack, pack.version, pack.row.hash, pack.row.by
            )?;
            if config.rules_from == RulesFrom::Folders {
                eprintln!(
                    "it is kept for replays; what judges is in the folders of scrubjay.yaml, \
                     unless that says `rules_from: published`"
                );
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(error @ (EngineError::Rules(_) | EngineError::Publish(_))) => {
            eprintln!("scrubjay: {error}");
            Ok(ExitCode::from(1))
        }
        Err(error) => Err(error.into()),
    }
}

/// A pack by its folder, or by its id in the practice's folders.
fn pack(named: &str, config: &Config) -> anyhow::Result<PackContent> {
    let folder = PathBuf::from(named);
    if folder.join("pack.yaml").is_file() {
        return Ok(PackContent::read(folder)?);
    }
    PackContent::find(&config.rules, named)?.with_context(|| {
        format!("`{named}` is neither a folder with a pack.yaml nor a pack of the practice; `scrubjay rules list` shows those")
    })
}

pub(crate) fn list(out: &mut impl Write, arguments: &PublishedArguments) -> anyhow::Result<()> {
    let mut store = arguments.place.open(Access::Read)?;
    let listed = Shelf::new(&mut store, &Config::default())?.list()?;
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &listed)?;
        writeln!(out)?;
        return Ok(());
    }
    let columns = ["pack", "version", "hash", "by", "when", "", "live", "note"].map(Text);
    let rows = listed.into_iter().map(|pack| {
        let (step, note) = match pack.row.step {
            PackStep::Published { note, .. } => ("published", note.unwrap_or_default()),
            PackStep::RolledBack => ("rolled back to", String::new()),
        };
        vec![
            pack.row.pack,
            pack.version,
            pack.row.hash.get(..12).unwrap_or(&pack.row.hash).to_owned(),
            pack.row.by,
            pack.row.at.format("%Y-%m-%d %H:%M").to_string(),
            step.to_owned(),
            if pack.live { "live" } else { "" }.to_owned(),
            note,
        ]
    });
    Ok(print_table(out, &columns, rows.collect())?)
}

/// The live packs of a practice that runs published ones.
pub(crate) fn live(folder: &Path, config: &Config) -> anyhow::Result<RuleSet> {
    let database = folder.join(DATABASE_NAME);
    let mut store = Place::of(folder, &database).open(Access::Read)?;
    Ok(Shelf::new(&mut store, config)?.rules()?)
}
