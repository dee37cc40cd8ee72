//! `scrubjay rules keygen` and `sign`.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use scrubjay::rules::{PackContent, RuleSet, SecretKey};
use scrubjay::{Config, PracticeCodes, load_options};

/// Where the key goes.
#[derive(Debug, clap::Args)]
pub(crate) struct KeygenArguments {
    /// File of the secret key; one that is not there yet.
    file: PathBuf,
}

/// What is signed, with what.
#[derive(Debug, clap::Args)]
pub(crate) struct SignArguments {
    /// The pack's folder.
    pack: PathBuf,
    /// File of the secret key.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Folder with the `scrubjay.yaml` whose code tables the pack's tests may ask.
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    dir: PathBuf,
}

pub(crate) fn keygen(out: &mut impl Write, arguments: &KeygenArguments) -> anyhow::Result<()> {
    let key = SecretKey::generate()?;
    key.write_new(&arguments.file)?;
    writeln!(out, "{}", key.public())?;
    eprintln!(
        "the secret key is in {}: keep it to yourself, out of the repository; \
         the line above goes into `rule_keys` of scrubjay.yaml",
        arguments.file.display()
    );
    Ok(())
}

pub(crate) fn sign(out: &mut impl Write, arguments: &SignArguments) -> anyhow::Result<()> {
    let key = SecretKey::read(&arguments.key)?;
    let pack = PackContent::read(&arguments.pack)?;
    // Nobody should answer for a pack that does not load.
    let codes = Arc::new(PracticeCodes::read(
        &Config::of_folder(&arguments.dir)?.codes,
    )?);
    let rules = RuleSet::of_packs(vec![pack.clone()], load_options(&[], &codes))?;
    pack.write_signature(&arguments.pack, &key)?;
    for pack in rules.packs() {
        writeln!(
            out,
            "{} {} with the hash {} is signed by {}",
            pack.id,
            pack.version,
            pack.hash,
            key.public()
        )?;
    }
    Ok(())
}
