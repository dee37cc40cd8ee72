//! `scrubjay plugin sign`: vouches for a library, for hosts that ask for it.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use scrubjay::plugins::{
    PluginHost, PluginKey, PluginSpec, signature_path, signature_text, signed_text,
};
use scrubjay::rules::SecretKey;

use super::safest;
use crate::child;

/// What is signed, with what.
#[derive(Debug, clap::Args)]
pub(crate) struct SignArguments {
    /// Shared library.
    file: PathBuf,
    /// File of the secret key, as `scrubjay rules keygen` makes it.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

pub(super) fn sign(out: &mut impl Write, arguments: &SignArguments) -> anyhow::Result<ExitCode> {
    let secret = SecretKey::read(&arguments.key)?;
    // Nobody should answer for a file that is no plugin.
    let spec = PluginSpec::new(&arguments.file).isolation(safest());
    let info = child::named(PluginHost::new()?)?.inspect(&spec)?;
    let key: PluginKey = secret.public().to_string().parse()?;
    let signature = secret.sign(signed_text(info.sha256).as_bytes());
    let path = signature_path(&arguments.file);
    std::fs::write(&path, signature_text(key, &signature))
        .with_context(|| path.display().to_string())?;
    let (id, version) = (info.id, info.version);
    writeln!(
        out,
        "{id} {version} is signed by {key} in {}",
        path.display()
    )?;
    Ok(ExitCode::SUCCESS)
}
