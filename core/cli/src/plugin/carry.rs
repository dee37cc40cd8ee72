//! `scrubjay plugin test` on a plugin that carries files: there and back, for once.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use scrubjay::fetch_into;
use scrubjay::hooks::{FileName, Transport};
use scrubjay::plugins::{Plugin, Setting};

/// The channel's name in messages, where no practice names it.
const CHANNEL: &str = "test";

/// What to carry.
#[derive(Debug, clap::Args)]
pub(super) struct CarryArguments {
    /// A setting of the channel, for a plugin that carries files; as often as it
    /// has settings.
    #[arg(long = "channel", value_name = "KEY=VALUE")]
    channel: Vec<String>,
    /// Deliver this file to the other side, under its own name.
    #[arg(long, value_name = "FILE")]
    deliver: Option<std::path::PathBuf>,
    /// Fetch what waits at the other side into this folder.
    #[arg(long, value_name = "FOLDER")]
    fetch_into: Option<std::path::PathBuf>,
}

impl CarryArguments {
    /// Whether anything is to be carried.
    pub(super) fn is_wanted(&self) -> bool {
        self.deliver.is_some() || self.fetch_into.is_some()
    }

    /// Carries it.
    pub(super) fn carry(&self, out: &mut impl Write, plugin: &Plugin) -> anyhow::Result<()> {
        let settings = super::test::pairs("--channel", &self.channel)?;
        let settings = settings
            .into_iter()
            .map(|(key, value)| (key, Setting(value)));
        let channel = plugin.channel(CHANNEL, &settings.collect())?;
        if let Some(file) = &self.deliver {
            let name = deliver(&channel, file)?;
            writeln!(out, "{name}: delivered")?;
        }
        if let Some(folder) = &self.fetch_into {
            let fetched = fetch_into(folder, CHANNEL, &channel);
            for file in &fetched.files {
                writeln!(out, "{file}: fetched")?;
            }
            writeln!(out, "{} files are new", fetched.files.len())?;
            if let Some(problem) = fetched.problem {
                anyhow::bail!("{problem}");
            }
        }
        Ok(())
    }
}

fn deliver(channel: &impl Transport, file: &Path) -> anyhow::Result<FileName> {
    let bytes =
        std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let name = FileName::new(name).with_context(|| format!("the name of {}", file.display()))?;
    channel.deliver(&name, &bytes)?;
    Ok(name)
}
