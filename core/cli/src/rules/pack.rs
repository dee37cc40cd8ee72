//! `scrubjay rules pack`: a pack in one file, to be handed on.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use scrubjay::rules::{PackArchive, PackContent, RuleSet, SecretKey};
use scrubjay::{Config, PracticeCodes, load_options};

/// Which pack, and where its archive goes.
#[derive(Debug, clap::Args)]
pub(crate) struct PackArguments {
    /// The pack's folder.
    pack: PathBuf,
    /// The archive, instead of ID-VERSION.pack where you are.
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// File of the secret key to sign it with; without it a signature that the
    /// pack has goes with it.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Folder with the `scrubjay.yaml` whose code tables the pack's tests may ask.
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    dir: PathBuf,
}

pub(super) fn pack(out: &mut impl Write, arguments: &PackArguments) -> anyhow::Result<ExitCode> {
    let mut content = PackContent::read(&arguments.pack)?;
    let codes = PracticeCodes::read(&Config::of_folder(&arguments.dir)?.codes)?;
    // Nobody should be handed a pack that does not load.
    let options = load_options(&[], &Arc::new(codes));
    RuleSet::load_with(std::slice::from_ref(&arguments.pack), options)?;
    if let Some(file) = &arguments.key {
        let key = SecretKey::read(file)?;
        let signature = content.signature(&key);
        content = content.signed(signature);
    }
    let archive = PackArchive::of(content)?;
    let signer = archive.signer().context(
        "the pack was changed since it was signed: sign it anew with --key, or remove its pack.sig",
    )?;
    let file = arguments
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from(archive.file_name()));
    write_whole(&file, &archive.to_bytes()).with_context(|| file.display().to_string())?;
    let hash = archive.content().hash();
    write!(
        out,
        "{}: {} {} with the hash {hash}, ",
        file.display(),
        archive.id(),
        archive.version()
    )?;
    match signer {
        Some(key) => writeln!(out, "signed by {key}")?,
        None => writeln!(out, "not signed")?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a file that is there whole or not at all.
fn write_whole(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = file.with_file_name(name);
    let mut written = fs::File::create(&part)?;
    written.write_all(bytes)?;
    written.sync_all()?;
    fs::rename(&part, file)
}
