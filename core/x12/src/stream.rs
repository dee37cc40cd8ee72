//! Reads claim by claim, in memory that does not grow with the file.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::Arc;

use crate::machine::{Event, Machine};
use crate::token::{MAX_SEGMENT, Segments, State};
use crate::tree::Builder;
use crate::{Fault, FileError, Guide, Loop, Segment};

/// One claim of an 837, one payment of an 835, one answer of a 999 or 277CA:
/// the loop, and the loops that it stands in.
#[derive(Debug, Clone)]
pub struct Unit {
    /// The guide of its set.
    pub guide: &'static Guide,
    /// The loops around it, outermost first, each with its own segments and
    /// the loops that came before in it, without earlier units.
    pub around: Vec<Arc<Loop>>,
    /// The loop itself.
    pub within: Loop,
    /// Faults that were met when it was read: segments without a place.
    /// [`crate::validate_unit`] finds the others. Its set has them too.
    pub faults: Vec<Fault>,
}

impl Unit {
    /// The innermost loop of that id that it stands in.
    #[must_use]
    pub fn enclosing(&self, id: &str) -> Option<&Loop> {
        self.around
            .iter()
            .rev()
            .find(|inner| inner.id == id)
            .map(|inner| &**inner)
    }
}

/// Gives units as they end, and forgets them.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    /// For each open loop: a shared copy as it stands, and whether a unit
    /// inside it was given out.
    levels: Vec<(Option<Arc<Loop>>, bool)>,
}

impl Stream {
    pub(crate) fn push(
        &mut self,
        builder: &mut Builder,
        segment: &Segment<'_>,
        events: &mut VecDeque<Event>,
    ) {
        let (depth, opens) = builder.place(segment);
        self.close_to(builder, depth, segment.position().segment, events);
        builder.open.extend(opens.map(Loop::new));
        self.levels.resize(builder.open.len(), (None, false));
        if let Some(innermost) = builder.open.last_mut() {
            innermost.segments.push(segment.to_buf());
        }
        if let Some(level) = self.levels.last_mut() {
            level.0 = None;
        }
    }

    pub(crate) fn finish(&mut self, builder: &mut Builder, events: &mut VecDeque<Event>) {
        self.close_to(builder, 1, usize::MAX, events);
    }

    /// Closes loops that end before the segment of that number.
    fn close_to(
        &mut self,
        builder: &mut Builder,
        depth: usize,
        before: usize,
        events: &mut VecDeque<Event>,
    ) {
        let Some(guide) = builder.cursor.as_ref().map(|cursor| cursor.guide) else {
            return;
        };
        while builder.open.len() > depth.max(1) {
            let id = builder.open.last().map_or("", |innermost| innermost.id);
            let def = guide.def_of(id);
            let holds = def.is_some_and(|def| guide.loops[def].holds_unit);
            let gave = self.levels.last().is_some_and(|level| level.1);
            if !holds && def != guide.unit {
                builder.close();
                self.levels.pop();
                if let Some(level) = self.levels.last_mut() {
                    level.0 = None;
                }
                continue;
            }
            let Some(within) = builder.open.pop() else {
                return;
            };
            self.levels.pop();
            // What held units was given out with each of them.
            if !gave {
                let faults = faults_of(&within, before, &builder.faults);
                let around = self.snapshot(&builder.open);
                events.push_back(Event::Unit(Unit {
                    guide,
                    around,
                    within,
                    faults,
                }));
            }
            for level in &mut self.levels {
                level.1 = true;
            }
        }
    }

    /// The open loops as they stand; one that did not change since is shared.
    fn snapshot(&mut self, open: &[Loop]) -> Vec<Arc<Loop>> {
        self.levels.resize(open.len(), (None, false));
        open.iter()
            .zip(&mut self.levels)
            .map(|(inner, (kept, _))| {
                Arc::clone(kept.get_or_insert_with(|| Arc::new(inner.clone())))
            })
            .collect()
    }
}

/// Faults met in a loop that ends before the segment of that number, of those
/// of its set, which stand in the order of the file.
fn faults_of(within: &Loop, before: usize, met: &[Fault]) -> Vec<Fault> {
    let first = within.segments.first().and_then(|first| first.position);
    let Some(first) = first else {
        return Vec::new();
    };
    let mut within: Vec<Fault> = met
        .iter()
        .rev()
        .skip_while(|fault| fault.position.segment >= before)
        .take_while(|fault| fault.position.segment >= first.segment)
        .cloned()
        .collect();
    within.reverse();
    within
}

/// Reads a file of any size claim by claim.
///
/// It keeps [`READ_SIZE`] bytes of the file, the claims in them, and the loops
/// around the last; a single segment may have at most [`MAX_SEGMENT`] bytes. Ends after the
/// first error.
///
/// ```
/// use scrubjay_x12::{Event, Reader};
/// # let file = include_bytes!("../fixtures/reversal-and-correction.835");
/// let mut claims = 0;
/// for event in Reader::new(file.as_slice()) {
///     if let Event::Unit(unit) = event? {
///         assert_eq!(unit.within.id, "2100");
///         claims += 1;
///     }
/// }
/// assert_eq!(claims, 3);
/// # Ok::<(), scrubjay_x12::FileError>(())
/// ```
#[derive(Debug)]
pub struct Reader<R> {
    source: R,
    buffer: Vec<u8>,
    /// Where the unread part of the buffer begins.
    begin: usize,
    state: State,
    machine: Machine,
    /// Why the rest cannot be read.
    broken: Option<FileError>,
    at_end: bool,
    done: bool,
}

/// How many bytes of the file are read at a time.
pub const READ_SIZE: usize = 256 * 1024;

impl<R: Read> Reader<R> {
    /// A reader of a file, a socket or bytes in memory.
    pub fn new(source: R) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            begin: 0,
            state: State::default(),
            machine: Machine::units(),
            broken: None,
            at_end: false,
            done: false,
        }
    }

    /// Reads on behind what is still unread.
    fn fill(&mut self) -> Result<(), FileError> {
        self.buffer.drain(..self.begin);
        self.begin = 0;
        let room = u64::try_from(READ_SIZE).unwrap_or(u64::MAX);
        let read = self
            .source
            .by_ref()
            .take(room)
            .read_to_end(&mut self.buffer);
        match read {
            Ok(count) => {
                self.at_end = count == 0;
                Ok(())
            }
            Err(error) => Err(FileError::Unreadable {
                at: self.state.at,
                kind: error.kind(),
            }),
        }
    }

    /// Takes the segments that are whole in the buffer.
    fn advance(&mut self) -> Result<(), FileError> {
        let stretch = &self.buffer[self.begin..];
        let mut segments = Segments::resume(stretch, self.state, self.at_end);
        let outcome = loop {
            match segments.advance() {
                Ok(Some(segment)) => self.machine.push(&segment),
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        self.begin += segments.consumed();
        self.state = segments.into_state();
        match outcome {
            // What seems cut may go on in the next stretch.
            Err(error) => {
                let window = self.buffer.len() - self.begin;
                if self.at_end || window > MAX_SEGMENT {
                    Err(error)
                } else {
                    Ok(())
                }
            }
            Ok(()) => Ok(()),
        }
    }

    fn step(&mut self) -> Result<Option<Event>, FileError> {
        loop {
            if let Some(event) = self.machine.events.pop_front() {
                return Ok(Some(event));
            }
            if let Some(error) = self.broken.take() {
                return Err(error);
            }
            if let Err(error) = self.advance() {
                // What was whole before it is given out first.
                self.broken = Some(error);
            } else if self.machine.events.is_empty() {
                if self.at_end {
                    return self.machine.finish().map(|()| None);
                }
                self.fill()?;
            }
        }
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Event, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.step().transpose();
        self.done = !matches!(next, Some(Ok(_)));
        next
    }
}
