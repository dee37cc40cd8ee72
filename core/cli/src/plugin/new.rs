//! `scrubjay plugin new`: starts a plugin that builds and passes its own test.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use scrubjay_plugin::scaffold::{Language, NewPlugin};

/// What to start, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct NewArguments {
    /// What the plugin is called, such as `late-charges`: its id and its folder.
    name: String,
    /// What it is written in.
    #[arg(long, value_enum, default_value = "rust")]
    lang: Lang,
    /// Folder in which the plugin's own is made.
    #[arg(long = "in", default_value = ".", value_name = "DIR")]
    folder: PathBuf,
    /// Folder of the SDK (`plugins/sdk` of a checkout), for a plugin in Rust.
    /// Without it the SDK comes from the registry, in this version.
    #[arg(long, value_name = "PATH")]
    sdk: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Lang {
    Rust,
    C,
}

pub(super) fn new(out: &mut impl Write, arguments: &NewArguments) -> anyhow::Result<ExitCode> {
    let (language, next) = match arguments.lang {
        Lang::Rust => (Language::Rust, "cargo test"),
        Lang::C => (Language::C, "make test"),
    };
    let mut plugin = NewPlugin::new(&arguments.name, language)?;
    if let Some(sdk) = &arguments.sdk {
        plugin = plugin.sdk(sdk)?;
    }
    let folder = plugin.write(&arguments.folder)?;
    for file in plugin.files() {
        writeln!(out, "wrote {}", folder.join(file.path).display())?;
    }
    writeln!(out, "next: {next} in {}", folder.display())?;
    if language == Language::Rust && arguments.sdk.is_none() {
        writeln!(
            out,
            "its Cargo.toml takes the SDK from your registry; where that does not have it, \
             start the plugin with --sdk PATH, the folder plugins/sdk of a checkout"
        )?;
    }
    Ok(ExitCode::SUCCESS)
}
