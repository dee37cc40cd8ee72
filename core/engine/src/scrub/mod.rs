//! Claims in bulk, judged and not kept: what a clearinghouse, or a host before it
//! sends, asks of rule packs. There is no database and nothing is applied.
//!
//! Claims go the road that they go in [`Engine`](crate::Engine): the hooks
//! `claim`, `scrub` and `submit`, one after the other, whatever was found before.
//! Beside that each claim is checked by its X12 guide. Files are read claim by
//! claim, so memory does not grow with them; what is found comes in the order of
//! the files, the same bytes whatever the number of threads.
//!
//! Not here: what concerns a whole file and no claim of it, such as whether
//! levels count up (HL) or what stands in ISA; `scrubjay x12 check` tells that.

mod found;
mod hand;
mod read;
mod tally;

use std::io::Read;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;

use chrono::NaiveDate;
use scrubjay_hooks::Handler;

use crate::plugin_log::{KeptLines, PluginLine};
use crate::seen::SeenClaims;
use crate::{Config, EngineError, PracticeCodes};

pub use found::{Asked, FileProblem, ProblemKind, Repair, ScrubDecision, Scrubbed, ScrubbedClaim};
use hand::Hand;
use read::Item;
use tally::Tally;
pub use tally::{RuleTally, ScrubSummary};

/// Claims that go from one thread to the others at a time.
pub(crate) const BATCH: usize = 512;

/// Batches that are read ahead.
const AHEAD: usize = 2;

/// A file to scrub.
pub struct ScrubInput {
    name: String,
    source: Source,
}

enum Source {
    File(PathBuf),
    Reader(Box<dyn Read + Send>),
}

impl ScrubInput {
    /// A file by its path, opened when its turn comes. What is found is told
    /// under the path.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self {
            name: path.display().to_string(),
            source: Source::File(path),
        }
    }

    /// What a reader gives, told under a name: `-` for the standard input.
    #[must_use]
    pub fn reader(name: impl Into<String>, reader: impl Read + Send + 'static) -> Self {
        Self {
            name: name.into(),
            source: Source::Reader(Box::new(reader)),
        }
    }
}

impl std::fmt::Debug for ScrubInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ScrubInput").field(&self.name).finish()
    }
}

/// How claims are scrubbed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ScrubOptions {
    /// The day on which claims are judged and taken to have come in; without it
    /// the date of their interchange, so that the same file gives the same answer.
    pub today: Option<NaiveDate>,
    /// Threads that judge, beside the one that reads.
    pub threads: NonZeroUsize,
    /// Claims that are remembered for later ones of the same patient; the
    /// oldest are forgotten, and [`ScrubSummary::forgotten`] says how many. A
    /// claim takes about a kilobyte.
    pub remember: usize,
}

impl Default for ScrubOptions {
    /// The interchange's date, every core, 200,000 claims.
    fn default() -> Self {
        Self {
            today: None,
            threads: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            remember: 200_000,
        }
    }
}

/// Rules, built-in checks and plugins, ready for claims in bulk. Made by
/// [`EngineBuilder::scrubber`](crate::EngineBuilder::scrubber).
///
/// ```
/// use std::convert::Infallible;
/// use scrubjay::{Config, EngineBuilder, ScrubInput, ScrubOptions, Scrubbed};
///
/// # let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// # let file = format!("{root}/examples/clinic/inbox/01-claims-monday.837");
/// let config = Config::of_folder(format!("{root}/examples/clinic").as_ref())?;
/// let scrubber = EngineBuilder::new(config).scrubber()?;
/// let summary = scrubber
///     .scrub([ScrubInput::file(file)], &ScrubOptions::default(), |found| {
///         if let Scrubbed::Claim(claim) = found {
///             println!("{}: {}", claim.claim, claim.decision.as_str());
///         }
///         Ok::<(), Infallible>(())
///     })
///     .unwrap_or_else(|never| match never {});
/// assert_eq!(summary.claims, 24);
/// # Ok::<(), scrubjay::EngineError>(())
/// ```
pub struct Scrubber {
    pub(crate) config: Arc<Config>,
    /// Asked in this order.
    pub(crate) handlers: Vec<Arc<dyn Handler>>,
    pub(crate) codes: Arc<PracticeCodes>,
    pub(crate) plugin_lines: Arc<KeptLines>,
}

impl Scrubber {
    /// The code sets and tables that rules look into.
    #[must_use]
    pub fn codes(&self) -> &PracticeCodes {
        &self.codes
    }

    /// What plugins have logged since this was last asked, as
    /// [`Engine::take_plugin_lines`](crate::Engine::take_plugin_lines) says.
    #[must_use]
    pub fn take_plugin_lines(&self) -> Vec<PluginLine> {
        self.plugin_lines.take()
    }

    /// Scrubs files, and hands over what is found of each claim, and what is
    /// wrong with files, in their order. A file that cannot be read is told, and
    /// the others are read.
    ///
    /// A fault of a set or an envelope is known at its end only, and told behind
    /// its claims: each of those is judged on its own.
    ///
    /// # Errors
    /// What `take` returns, at once.
    pub fn scrub<I, E>(
        &self,
        files: I,
        options: &ScrubOptions,
        mut take: impl FnMut(Scrubbed) -> Result<(), E>,
    ) -> Result<ScrubSummary, E>
    where
        I: IntoIterator<Item = ScrubInput>,
        I::IntoIter: Send,
    {
        let files = files.into_iter();
        let mut hands: Vec<Hand<'_>> = (0..options.threads.get())
            .map(|_| Hand::new(&self.config, &self.handlers))
            .collect();
        let mut seen = SeenClaims::new(options.remember);
        let mut tally = Tally::default();
        let today = options.today;
        thread::scope(|scope| {
            let (give, batches) = mpsc::sync_channel(AHEAD);
            scope.spawn(move || read::read(files, today, give));
            // Where `take` refuses, `batches` goes, and the reader ends with it.
            for batch in batches {
                for found in self.judge(batch, &mut hands, &mut seen) {
                    tally.count(&found);
                    take(found)?;
                }
            }
            Ok(tally.summary(seen.forgotten()))
        })
    }

    /// What is found in a batch, in its order.
    fn judge(
        &self,
        mut batch: Vec<Item>,
        hands: &mut [Hand<'_>],
        seen: &mut SeenClaims,
    ) -> Vec<Scrubbed> {
        share(hands, &mut batch, Hand::read);
        // Who came before whom is the order of the files, so this is one thread's.
        for item in &mut batch {
            if let Item::Read(read) = item {
                read.claim.id = seen.free_id(&read.patient, &read.claim.id);
                read.earlier = seen.come_by(std::mem::take(&mut read.patient), &read.claim);
            }
        }
        share(hands, &mut batch, Hand::judge);
        batch.into_iter().filter_map(Item::found).collect()
    }
}

/// Shares work among hands, each on a thread of its own.
fn share<H: Send, T: Send>(hands: &mut [H], work: &mut [T], act: impl Fn(&mut H, &mut T) + Sync) {
    let part = work.len().div_ceil(hands.len().max(1)).max(1);
    if let [hand] = hands {
        return work.iter_mut().for_each(|one| act(hand, one));
    }
    thread::scope(|scope| {
        for (hand, part) in hands.iter_mut().zip(work.chunks_mut(part)) {
            let act = &act;
            scope.spawn(move || part.iter_mut().for_each(|one| act(hand, one)));
        }
    });
}

/// The files in some files and folders: those of a folder, and of folders in it,
/// in the order of their names. Hidden ones are passed over, and links to
/// folders are not followed.
///
/// # Errors
/// Where a folder cannot be listed, or something named is not there.
pub fn files_below(paths: &[PathBuf]) -> Result<Vec<PathBuf>, EngineError> {
    let mut found = Vec::new();
    for path in paths {
        let about = std::fs::metadata(path).map_err(EngineError::file(path))?;
        if about.is_dir() {
            list(path, &mut found)?;
        } else {
            found.push(path.clone());
        }
    }
    Ok(found)
}

fn list(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), EngineError> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(EngineError::file(folder))? {
        let entry = entry.map_err(EngineError::file(folder))?;
        let kind = entry.file_type().map_err(EngineError::file(entry.path()))?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            entries.push((entry.path(), kind));
        }
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    for (path, kind) in entries {
        if kind.is_dir() {
            list(&path, found)?;
        } else if kind.is_file() || path.is_file() {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
