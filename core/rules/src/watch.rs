//! Follows the folders of packs: what is saved is compiled, tested and live a
//! moment later; what is broken is told, and what ran before goes on running.
//!
//! Folders are watched, not files, since editors save by renaming a new file
//! over the old one. An event says only that it is time to look; what changed
//! is found by reading the packs and comparing hashes, so that an event too
//! many costs a look and an event lost is made good by the next one.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use notify::event::{MetadataKind, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use thiserror::Error;

use crate::change::ReloadReport;
use crate::diagnostic::LoadError;
use crate::ruleset::RuleSet;

/// A save has ended when nothing was written for so long. It is silence that is
/// waited for: an event's age would have a long table read while it is written.
const QUIET: Duration = Duration::from_millis(100);
/// Someone who never stops writing is not waited for longer than this.
const LONGEST_SAVE: Duration = Duration::from_secs(2);
/// Folders are looked at so often without any event: not every file system
/// tells of every write.
const LOOK: Duration = Duration::from_secs(30);
/// The same while something is wrong, such as a folder that is gone with the
/// one above it.
const LOOK_WHILE_WRONG: Duration = Duration::from_secs(2);

/// What came of a save.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// What runs now; or every fault with its place, and what ran before goes
    /// on running. A report without packs says that a fault was taken back.
    pub outcome: Result<ReloadReport, LoadError>,
    /// From the last write until it was live or refused, the silence of 100 ms
    /// that ends a save included. None where no event told of the save.
    pub since_save: Option<Duration>,
    /// What reading, compiling, testing and swapping took of that.
    pub work: Duration,
}

/// Folders of packs that cannot be watched.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WatchError {
    /// The system has no watch to give, or not another one.
    #[error("rule packs cannot be watched: {0}")]
    System(#[from] notify::Error),
    /// The thread that watches cannot be started.
    #[error("the thread that watches rule packs cannot be started: {0}")]
    Thread(#[from] std::io::Error),
}

/// Keeps a [`RuleSet`] at what its folders hold, until it is dropped.
#[derive(Debug)]
pub struct RuleWatcher {
    tell: Sender<Message>,
    hand: Option<JoinHandle<()>>,
}

impl RuleWatcher {
    /// Starts to follow the folders of a rule set. What was saved since the set
    /// was loaded goes live as well.
    ///
    /// `on_change` is called on the watcher's own thread for every save that
    /// changed something, was refused, or mended what was refused; never twice
    /// for one fault. While it runs nothing else goes live.
    ///
    /// ```
    /// use std::sync::{Arc, mpsc};
    /// use std::time::Duration;
    /// use scrubjay_rules::{RuleSet, RuleWatcher};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let rule = |weight| format!(
    ///     "/// id: acme/seen\n/// title: t\n/// hook: scrub\nfn seen(claim) {{ {weight}(\"seen\"); }}"
    /// );
    /// std::fs::write(folder.path().join("pack.yaml"), "{id: acme, title: Acme, version: 1}")?;
    /// std::fs::write(folder.path().join("acme.rhai"), rule("warn"))?;
    /// let rules = Arc::new(RuleSet::load(&[folder.path().to_owned()])?);
    ///
    /// let (tell, told) = mpsc::channel();
    /// let watcher = RuleWatcher::new(Arc::clone(&rules), move |change| {
    ///     let _ = tell.send(change);
    /// })?;
    /// std::fs::write(folder.path().join("acme.rhai"), rule("block"))?;
    /// let change = told.recv_timeout(Duration::from_secs(60))?;
    /// assert_eq!(change.outcome?.packs[0].id, "acme");
    /// drop(watcher); // stops
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the system cannot watch a folder.
    pub fn new(
        rules: Arc<RuleSet>,
        on_change: impl FnMut(Change) + Send + 'static,
    ) -> Result<Self, WatchError> {
        let folders: Arc<[PathBuf]> = rules
            .folders()
            .iter()
            .map(|folder| std::path::absolute(folder).unwrap_or_else(|_| folder.clone()))
            .collect();
        let (tell, messages) = mpsc::channel();
        let mut watch = Watch {
            system: cover(&folders, &tell)?,
            rules,
            folders,
            on_change,
            tell: tell.clone(),
            messages,
            told: None,
        };
        let hand = thread::Builder::new()
            .name("scrubjay-rules-watch".to_owned())
            .spawn(move || watch.run())?;
        Ok(Self {
            tell,
            hand: Some(hand),
        })
    }
}

impl Drop for RuleWatcher {
    fn drop(&mut self) {
        // The thread is gone already where this fails.
        let _ = self.tell.send(Message::Stop);
        if let Some(hand) = self.hand.take()
            && hand.thread().id() != thread::current().id()
        {
            let _ = hand.join();
        }
    }
}

/// What the thread is told.
#[derive(Debug)]
enum Message {
    Touched(Touch),
    Stop,
}

/// Something in the folders was written, at a time.
#[derive(Debug, Clone, Copy)]
struct Touch {
    at: Instant,
    what: Touched,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Touched {
    /// A file of a pack.
    File,
    /// A folder, or something that may be one: the watch may sit on what was
    /// there before.
    Folder,
}

/// Why the thread looks, once nothing is being written.
struct Look {
    /// The last write that an event told of.
    saved: Option<Instant>,
    what: Touched,
}

struct Watch<F> {
    rules: Arc<RuleSet>,
    folders: Arc<[PathBuf]>,
    on_change: F,
    tell: Sender<Message>,
    messages: Receiver<Message>,
    /// Held for as long as events shall come.
    system: RecommendedWatcher,
    /// The fault that was told last, until it is mended.
    told: Option<LoadError>,
}

impl<F: FnMut(Change)> Watch<F> {
    fn run(&mut self) {
        // What was saved since the packs were loaded.
        let mut patience = Duration::ZERO;
        while let Some(look) = self.wait(patience) {
            if look.what == Touched::Folder {
                self.cover_again();
            }
            self.look(look.saved);
            patience = match self.told {
                Some(_) => LOOK_WHILE_WRONG,
                None => LOOK,
            };
        }
    }

    /// Waits for a save at most so long, and then until nothing is written any
    /// more; none where the thread shall end.
    fn wait(&self, patience: Duration) -> Option<Look> {
        let mut look = Look {
            saved: None,
            what: Touched::Folder,
        };
        match self.messages.recv_timeout(patience) {
            Ok(Message::Touched(touch)) => {
                look.saved = Some(touch.at);
                look.what = touch.what;
            }
            Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => {}
        }
        let began = look.saved.unwrap_or_else(Instant::now);
        let longest = began + LONGEST_SAVE;
        loop {
            let quiet = (look.saved.unwrap_or(began) + QUIET).min(longest);
            let left = quiet.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Some(look);
            }
            match self.messages.recv_timeout(left) {
                Ok(Message::Touched(touch)) => {
                    look.saved = Some(touch.at);
                    if touch.what == Touched::Folder {
                        look.what = Touched::Folder;
                    }
                }
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Watches what is there now. The old watch ends when the new one is on, so
    /// that nothing falls between them.
    fn cover_again(&mut self) {
        // Where it fails the old watch stays, and the looks without an event.
        if let Ok(system) = cover(&self.folders, &self.tell) {
            self.system = system;
        }
    }

    fn look(&mut self, saved: Option<Instant>) {
        let began = Instant::now();
        let outcome = self.rules.reload();
        let live = Instant::now();
        let is_news = match &outcome {
            Ok(report) => self.told.take().is_some() || !report.packs.is_empty(),
            Err(error) if self.told.as_ref() == Some(error) => false,
            Err(error) => {
                self.told = Some(error.clone());
                true
            }
        };
        if is_news {
            (self.on_change)(Change {
                outcome,
                since_save: saved.map(|at| live.duration_since(at)),
                work: live.duration_since(began),
            });
        }
    }
}

/// Watches folders with all that is in them, and the folders above for the day
/// on which one of them is deleted and made again.
fn cover(
    folders: &Arc<[PathBuf]>,
    tell: &Sender<Message>,
) -> Result<RecommendedWatcher, WatchError> {
    let (of, tell) = (Arc::clone(folders), tell.clone());
    let mut system = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let what = match event {
            Ok(event) => touched(&of, &event),
            // Nobody knows what was missed.
            Err(_) => Some(Touched::Folder),
        };
        if let Some(what) = what {
            let at = Instant::now();
            // Nobody listens any more where this fails.
            let _ = tell.send(Message::Touched(Touch { at, what }));
        }
    })?;
    // Above first: a folder may stand above another one, and the last word on
    // it must be that all in it is watched.
    for above in folders.iter().filter_map(|folder| folder.parent()) {
        let _ = system.watch(above, RecursiveMode::NonRecursive);
    }
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        system.watch(folder, RecursiveMode::Recursive)?;
    }
    Ok(system)
}

/// What an event says of the packs; none where it says nothing of them.
fn touched(folders: &[PathBuf], event: &Event) -> Option<Touched> {
    // The queue of events ran over, and some were lost.
    if event.need_rescan() {
        return Some(Touched::Folder);
    }
    match event.kind {
        // Our own reading.
        EventKind::Access(_)
        | EventKind::Modify(ModifyKind::Metadata(MetadataKind::AccessTime)) => None,
        _ => {
            let of_each = event.paths.iter().map(|path| touched_path(folders, path));
            of_each.fold(None, |one, other| match (one, other) {
                (Some(Touched::Folder), _) | (_, Some(Touched::Folder)) => Some(Touched::Folder),
                (one, other) => one.or(other),
            })
        }
    }
}

fn touched_path(folders: &[PathBuf], path: &Path) -> Option<Touched> {
    let inside = folders
        .iter()
        .find_map(|folder| path.strip_prefix(folder).ok())?;
    // Where editors and version control keep what is theirs.
    let is_hidden = |part: Component<'_>| part.as_os_str().to_string_lossy().starts_with('.');
    if inside.components().any(is_hidden) {
        return None;
    }
    let is_of_pack = inside
        .extension()
        .is_some_and(|ending| ["rhai", "csv", "yaml"].iter().any(|known| ending == *known));
    Some(if is_of_pack {
        Touched::File
    } else {
        Touched::Folder
    })
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, CreateKind, Flag, ModifyKind};

    use super::*;

    fn of(kind: EventKind, path: &str) -> Option<Touched> {
        touched(
            &["/rules".into(), "/more/one".into()],
            &Event::new(kind).add_path(path.into()),
        )
    }

    #[test]
    fn only_what_may_change_a_pack_wakes_the_watcher() {
        let write = EventKind::Modify(ModifyKind::Any);
        for (path, what) in [
            ("/rules/acme/a.rhai", Some(Touched::File)),
            ("/rules/acme/tables/t.csv", Some(Touched::File)),
            ("/more/one/tests/t.yaml", Some(Touched::File)),
            ("/rules/acme", Some(Touched::Folder)),
            ("/more/one", Some(Touched::Folder)),
            ("/more/two/a.rhai", None),
            ("/rules/acme/.a.rhai.swp", None),
            ("/rules/.git/index.lock", None),
            ("/elsewhere", None),
        ] {
            assert_eq!(of(write, path), what, "{path}");
        }
        let read = EventKind::Access(AccessKind::Any);
        assert_eq!(of(read, "/rules/acme/a.rhai"), None);
    }

    #[test]
    fn events_that_were_lost_wake_it_as_a_folder_that_was_replaced_does() {
        let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert_eq!(touched(&["/rules".into()], &lost), Some(Touched::Folder));
        let made = EventKind::Create(CreateKind::Folder);
        assert_eq!(of(made, "/more/one"), Some(Touched::Folder));
    }
}
