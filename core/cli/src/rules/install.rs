//! `scrubjay rules install`: a pack that was handed on, with what the practice
//! changed in it.

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use scrubjay::rules::{
    ArchiveError, Downgrade, InstallOptions, Installed, LocalChange, LocalChanges, PackArchive,
    PublicKey, SecretKey, install, overridden,
};
use scrubjay::{Config, PracticeCodes, load_options};

use super::diff::print_pack;

/// Which archive, where to, and by whose signature.
#[derive(Debug, clap::Args)]
pub(crate) struct InstallArguments {
    /// The archive, as `rules pack` makes it.
    file: PathBuf,
    /// Folder of packs, instead of the practice's.
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
    /// A public key that must have signed it; may be given more than once, and
    /// stands beside `rule_keys` of scrubjay.yaml.
    #[arg(long, value_name = "PUBLIC KEY")]
    key: Vec<PublicKey>,
    /// Take a version that is not newer than the one that is here.
    #[arg(long)]
    allow_downgrade: bool,
    /// Take the pack as it is shipped; what was changed here is kept beside it.
    #[arg(long, conflicts_with = "sign")]
    discard_local: bool,
    /// The archive of the version that is here, where that was not installed
    /// from one: it tells what was changed here.
    #[arg(long, value_name = "FILE")]
    base: Option<PathBuf>,
    /// File of the secret key to sign the pack with, where it has changes of the
    /// practice's in it and only signed packs run here.
    #[arg(long, value_name = "FILE")]
    sign: Option<PathBuf>,
    /// Folder with `scrubjay.yaml`.
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    dir: PathBuf,
}

pub(super) fn run(out: &mut impl Write, arguments: &InstallArguments) -> anyhow::Result<ExitCode> {
    let config = Config::of_folder(&arguments.dir)?;
    let into = folder(arguments, &config)?;
    let archive = match read(&arguments.file) {
        Err(error) if error.is::<ArchiveError>() => {
            eprintln!("scrubjay: {error:#}");
            return Ok(refused());
        }
        read => read?,
    };
    let base = arguments.base.as_deref().map(read).transpose()?;
    let sign = arguments.sign.as_deref().map(SecretKey::read).transpose()?;
    let keys: Vec<PublicKey> = config
        .rule_keys
        .iter()
        .chain(&arguments.key)
        .copied()
        .collect();
    let options = InstallOptions {
        load: load_options(&keys, &Arc::new(PracticeCodes::read(&config.codes)?)),
        downgrade: if arguments.allow_downgrade {
            Downgrade::Allowed
        } else {
            Downgrade::Refused
        },
        local: if arguments.discard_local {
            LocalChanges::Discarded
        } else {
            LocalChanges::Kept
        },
        base: base.as_ref(),
        sign: sign.as_ref(),
    };
    match install(&archive, &into, &options) {
        Ok(installed) => {
            told(out, &installed)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("scrubjay: {}: {error}", arguments.file.display());
            Ok(refused())
        }
    }
}

fn refused() -> ExitCode {
    eprintln!("nothing was installed");
    ExitCode::from(1)
}

/// Where packs stand side by side: the folder named, or the practice's.
fn folder(arguments: &InstallArguments, config: &Config) -> anyhow::Result<PathBuf> {
    if let Some(into) = &arguments.into {
        return Ok(into.clone());
    }
    let is_pack = |folder: &Path| folder.join("pack.yaml").is_file();
    let found = config.rules.iter().find(|folder| !is_pack(folder));
    found.cloned().with_context(|| {
        format!(
            "{} names no folder of packs; name one with --into",
            arguments.dir.display()
        )
    })
}

/// Reads an archive, and no more of a file than an archive may have.
fn read(path: &Path) -> anyhow::Result<PackArchive> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| {
            file.take(PackArchive::MAX_BYTES + 1)
                .read_to_end(&mut bytes)
        })
        .with_context(|| path.display().to_string())?;
    PackArchive::read(&bytes).with_context(|| path.display().to_string())
}

fn told(out: &mut impl Write, installed: &Installed) -> io::Result<()> {
    let Installed { id, to, folder, .. } = installed;
    match &installed.from {
        Some(from) => write!(out, "{id} {from} -> {to}")?,
        None => write!(out, "{id} {to}")?,
    }
    match installed.signer {
        Some(key) => writeln!(out, " in {}, signed by {key}", folder.display())?,
        None => writeln!(out, " in {}, not signed", folder.display())?,
    }
    if !installed.kept.is_empty() {
        writeln!(out, "what was changed here stays:")?;
    }
    for change in &installed.kept {
        writeln!(out, "  {}", in_words(change))?;
    }
    if let Some(differs) = &installed.differs {
        writeln!(
            out,
            "so it differs from {to} as it is shipped (shipped -> here):"
        )?;
        print_pack(out, differs)?;
    }
    if let Some(before) = &installed.before {
        writeln!(out, "as it was before it is in {}", before.display())?;
    }
    Ok(())
}

fn in_words(change: &LocalChange) -> String {
    let what = change
        .what
        .as_ref()
        .map_or_else(String::new, |what| format!(": {what}"));
    let also = if change.also_changed {
        " (the new version has changed it too: compare)"
    } else {
        ""
    };
    format!("{}{what}{also}", change.file)
}

/// Says of packs that were installed where they are not what was shipped.
pub(super) fn tell_overridden(out: &mut impl Write, folders: &[PathBuf]) -> anyhow::Result<()> {
    for pack in overridden(folders)? {
        writeln!(
            out,
            "\n{} {} differs from what was shipped (shipped -> here):",
            pack.id, pack.version
        )?;
        print_pack(out, &pack.differs)?;
    }
    Ok(())
}
