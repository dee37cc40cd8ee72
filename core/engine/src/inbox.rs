//! The inbox: which files are in it, and which of those that arrive while the
//! engine runs are whole.
//!
//! A file that somebody is still writing must not be taken in by half. It is
//! taken when both of these are so:
//!
//! - It ends as X12 ends, with an IEA segment. (What does not start as X12 is
//!   refused whatever follows, so it need not end so.)
//! - It is still: its size and time have not changed for [`STILL`]. A file
//!   that was renamed into place, or whose time is older than that, is still
//!   when it is first seen.
//!
//! A file without its end is waited for as long as it goes on changing, and
//! [`PATIENCE`] more; then it is handed over as it is, to be refused with the
//! reason. A file that changes after it was taken is handed over again: the
//! engine knows which of its interchanges it has.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime};

use notify::event::{ModifyKind, RenameMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::EngineError;
use crate::engine::DATABASE_NAME;

/// How long a file must not have changed.
const STILL: Duration = Duration::from_millis(300);
/// How long one that has no end is waited for after its last change.
const PATIENCE: Duration = Duration::from_secs(10);
/// The folder is looked at so often without any event: not every file system
/// tells of every write.
const LOOK: Duration = Duration::from_secs(2);

/// A file that has arrived whole.
#[derive(Debug)]
#[non_exhaustive]
pub struct Arrival {
    /// Where it is.
    pub path: PathBuf,
    /// What it holds, or why it cannot be read.
    pub bytes: io::Result<Vec<u8>>,
}

impl Arrival {
    pub(crate) fn read(path: PathBuf) -> Self {
        let bytes = fs::read(&path);
        Self { path, bytes }
    }

    /// Its name without folders.
    #[must_use]
    pub fn name(&self) -> String {
        file_name(&self.path)
    }
}

/// Size and time of a file.
type Stamp = (u64, Option<SystemTime>);

/// A file that was seen.
#[derive(Debug)]
struct Seen {
    stamp: Stamp,
    /// When it was first seen so.
    since: Instant,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Waited,
    HandedOver,
}

/// Follows an inbox; see [`crate::Engine::watch_inbox`].
#[derive(Debug)]
pub struct InboxWatch {
    inbox: PathBuf,
    seen: BTreeMap<PathBuf, Seen>,
    /// Files that were renamed into place.
    placed: BTreeSet<PathBuf>,
    whole: VecDeque<PathBuf>,
    /// When the folder is to be looked at again.
    look_at: Instant,
    events: Receiver<Told>,
    /// Held for as long as events shall come.
    _system: RecommendedWatcher,
}

/// What the system told of the inbox.
#[derive(Debug)]
enum Told {
    Touched,
    Placed(PathBuf),
}

impl InboxWatch {
    pub(crate) fn new(inbox: &Path) -> Result<Self, EngineError> {
        let (tell, events) = mpsc::channel();
        let refuse = |source: notify::Error| EngineError::Watch {
            path: inbox.to_owned(),
            source,
        };
        let mut system = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if let Some(told) = told(event) {
                // Nobody listens any more where this fails.
                let _ = tell.send(told);
            }
        })
        .map_err(refuse)?;
        system
            .watch(inbox, RecursiveMode::NonRecursive)
            .map_err(refuse)?;
        Ok(Self {
            inbox: inbox.to_owned(),
            seen: BTreeMap::new(),
            placed: BTreeSet::new(),
            whole: VecDeque::new(),
            look_at: Instant::now(),
            events,
            _system: system,
        })
    }

    /// The next file that has arrived whole, in the order of names among those
    /// that are there together; none where none has within a time. Files that
    /// are there when the watch begins arrive as well.
    ///
    /// # Errors
    /// Where the inbox cannot be listed.
    pub fn next(&mut self, within: Duration) -> Result<Option<Arrival>, EngineError> {
        let until = Instant::now() + within;
        loop {
            while let Some(path) = self.whole.pop_front() {
                if let Some(arrival) = self.hand_over(path) {
                    return Ok(Some(arrival));
                }
            }
            let now = Instant::now();
            if now >= self.look_at {
                self.look(now)?;
                continue;
            }
            if now >= until {
                return Ok(None);
            }
            self.listen(self.look_at.min(until) - now);
        }
    }

    /// Whether a file is there that has not been handed over: one that is still
    /// being written.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        !self.whole.is_empty() || self.seen.values().any(|seen| seen.stage == Stage::Waited)
    }

    /// Waits for an event at most so long; an event means a look at once.
    fn listen(&mut self, most: Duration) {
        let first = match self.events.recv_timeout(most) {
            Ok(told) => Some(told),
            Err(RecvTimeoutError::Timeout) => None,
            // The system's watch is gone; looking from time to time goes on.
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(most);
                None
            }
        };
        let Some(first) = first else { return };
        let more: Vec<Told> = self.events.try_iter().collect();
        for told in std::iter::once(first).chain(more) {
            if let Told::Placed(path) = told {
                self.placed.insert(file_name(&path).into());
            }
        }
        self.look_at = Instant::now();
    }

    /// Lists the folder and finds what is whole.
    fn look(&mut self, now: Instant) -> Result<(), EngineError> {
        let mut soon = now + LOOK;
        let mut before = std::mem::take(&mut self.seen);
        for path in files(&self.inbox)? {
            // A file that went since the folder was listed is no news.
            let Ok(stamp) = stamp(&path) else { continue };
            let seen = match before.remove(&path) {
                Some(seen) if seen.stamp == stamp => seen,
                _ => Seen {
                    stamp,
                    since: now,
                    stage: Stage::Waited,
                },
            };
            if seen.stage == Stage::Waited {
                match self.wait_for(&path, &seen, now) {
                    Some(at) => soon = soon.min(at),
                    None => self.whole.push_back(path.clone()),
                }
            }
            self.seen.insert(path, seen);
        }
        self.placed.clear();
        self.look_at = soon;
        Ok(())
    }

    /// When a file must be looked at again; none where it is whole now.
    fn wait_for(&self, path: &Path, seen: &Seen, now: Instant) -> Option<Instant> {
        let placed = self.placed.contains(Path::new(&file_name(path)));
        let still_at = seen.since + STILL;
        if !placed && now < still_at && !is_older(seen.stamp, STILL) {
            return Some(still_at);
        }
        // One that cannot be read is handed over, to be refused with the reason.
        match end(path) {
            Ok(End::Whole) | Err(_) => None,
            Ok(End::Missing) => {
                let given_up_at = seen.since + PATIENCE;
                let waited = now >= given_up_at || is_older(seen.stamp, PATIENCE);
                (!waited).then_some(given_up_at)
            }
        }
    }

    /// Reads a file; none where it changed meanwhile and is waited for again.
    fn hand_over(&mut self, path: PathBuf) -> Option<Arrival> {
        let seen = self.seen.get_mut(&path)?;
        let arrival = Arrival::read(path);
        match stamp(&arrival.path) {
            Ok(after) if after != seen.stamp => {
                seen.stamp = after;
                seen.since = Instant::now();
                self.look_at = seen.since + STILL;
                None
            }
            _ => {
                seen.stage = Stage::HandedOver;
                Some(arrival)
            }
        }
    }
}

fn told(event: notify::Result<Event>) -> Option<Told> {
    let Ok(event) = event else {
        return Some(Told::Touched);
    };
    match event.kind {
        // Our own reading.
        EventKind::Access(_) => None,
        EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both)) => {
            event.paths.last().cloned().map(Told::Placed)
        }
        _ => Some(Told::Touched),
    }
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let about = fs::metadata(path)?;
    Ok((about.len(), about.modified().ok()))
}

fn is_older(stamp: Stamp, than: Duration) -> bool {
    let age = stamp
        .1
        .and_then(|at| SystemTime::now().duration_since(at).ok());
    age.is_some_and(|age| age >= than)
}

/// Whether a file ends as X12 ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Its last segment is IEA; or it does not start as X12, so that no end
    /// would make it right.
    Whole,
    /// More must follow.
    Missing,
}

/// An ISA segment with its terminator.
const HEAD: usize = 106;
/// More than an IEA segment and what is put behind one to fill up a block.
const TAIL: u64 = 4096;

fn end(path: &Path) -> io::Result<End> {
    let mut file = File::open(path)?;
    let mut head = Vec::with_capacity(HEAD);
    (&mut file).take(HEAD as u64).read_to_end(&mut head)?;
    let size = file.metadata()?.len();
    file.seek(SeekFrom::Start(size.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail)?;
    Ok(end_of(&head, &tail))
}

fn end_of(head: &[u8], tail: &[u8]) -> End {
    const START: &[u8] = b"ISA";
    let known = head.len().min(START.len());
    if head[..known] != START[..known] {
        return End::Whole;
    }
    let Some(terminator) = head.get(HEAD - 1) else {
        return End::Missing;
    };
    // Files are filled up with blanks, line ends, zeros and the end mark of old systems.
    let is_filling = |byte: &u8| byte != terminator && b" \r\n\0\x1a".contains(byte);
    let written = tail.iter().rposition(|byte| !is_filling(byte));
    let Some((last, before)) = written.and_then(|at| tail[..=at].split_last()) else {
        return End::Missing;
    };
    let segment = before.rsplit(|byte| byte == terminator).next();
    let is_trailer = segment.is_some_and(|segment| segment.trim_ascii_start().starts_with(b"IEA"));
    if last == terminator && is_trailer {
        End::Whole
    } else {
        End::Missing
    }
}

/// The files of a folder in the order of their names, leaving out hidden ones
/// and those that the engine itself keeps there.
pub(crate) fn files(inbox: &Path) -> Result<Vec<PathBuf>, EngineError> {
    let entries = fs::read_dir(inbox).map_err(EngineError::file(inbox))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(EngineError::file(inbox))?.path();
        let name = file_name(&path);
        let ours = name == crate::config::FILE_NAME || name.starts_with(DATABASE_NAME);
        if path.is_file() && !name.starts_with('.') && !ours {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISA: &str = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260302*0815*^*00501*000000001*0*T*:~";

    fn end_of_text(text: &str) -> End {
        let head = text.as_bytes();
        end_of(&head[..head.len().min(HEAD)], text.as_bytes())
    }

    #[test]
    fn a_file_is_whole_when_its_last_segment_is_the_trailer_of_an_interchange() {
        let whole = format!("{ISA}\nGS*HC~\nGE*1*1~\nIEA*1*000000001~");
        for filling in ["", "\n", "\r\n\r\n", "   ", "\0\0\0\0", "\x1a"] {
            assert_eq!(end_of_text(&format!("{whole}{filling}")), End::Whole);
        }
        // Cut off anywhere it is not.
        for length in 1..whole.len() {
            assert_eq!(end_of_text(&whole[..length]), End::Missing, "{length}");
        }
        let second = format!("{whole}\n{ISA}\n");
        assert_eq!(end_of_text(&second), End::Missing);
        // Line ends may be the terminator.
        let by_line = whole.replace("~\n", "~").replace('~', "\n");
        assert_eq!(end_of_text(&by_line), End::Whole);
        assert_eq!(end_of_text(by_line.trim_end()), End::Missing);
    }

    #[test]
    fn what_does_not_start_as_x12_is_not_waited_for_and_an_empty_file_is() {
        assert_eq!(end_of_text("\u{89}PNG"), End::Whole);
        assert_eq!(end_of_text(""), End::Missing);
    }
}
