//! `scrubjay rules watch`: packs as they are edited, live in the terminal.

use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use scrubjay::load_options;
use scrubjay::rules::{RuleSet, RuleWatcher};

use super::Packs;
use crate::live::Lines;

/// What `scrubjay rules watch` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct WatchArguments {
    #[command(flatten)]
    packs: Packs,
    /// End after so many seconds; without it, at Ctrl-C.
    #[arg(long = "for", value_name = "SECONDS")]
    seconds: Option<u64>,
    /// Print one JSON document a line.
    #[arg(long)]
    json: bool,
}

pub(crate) fn watch(arguments: &WatchArguments) -> anyhow::Result<ExitCode> {
    let lines = if arguments.json {
        Lines::Json
    } else {
        Lines::Text
    };
    let folders = arguments.packs.folders()?;
    let names: Vec<String> = folders
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    lines.watching(&mut std::io::stdout().lock(), &names.join(", "))?;
    let options = load_options(&[], &arguments.packs.codes()?);
    // Nothing is read yet: the watcher's first look tells of every pack, or
    // what is to mend in them.
    let rules = Arc::new(RuleSet::unread(&folders, options));
    let (tell, closed) = mpsc::channel();
    let watcher = RuleWatcher::new(rules, move |change| {
        if let Err(error) = lines.change(&mut std::io::stdout().lock(), &change) {
            // Nobody listens any more where this fails.
            let _ = tell.send(error);
        }
    })?;
    let ended = match arguments.seconds {
        Some(seconds) => closed.recv_timeout(Duration::from_secs(seconds)).ok(),
        // Nothing is half done at Ctrl-C: the packs are only read.
        None => closed.recv().ok(),
    };
    drop(watcher);
    match ended {
        Some(error) => Err(error.into()),
        None => Ok(ExitCode::SUCCESS),
    }
}
