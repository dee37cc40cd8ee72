//! Cuts bytes into segments, with the delimiters of each ISA.

use memchr::{memchr, memchr_iter};

use crate::{Delimiters, FileError, Position, Segment};

/// ISA is the only segment of fixed length.
const ISA_LENGTH: usize = 106;

/// The longest segment that is read, in bytes. The longest that a guide allows
/// has under 3,000; a file without its terminator must not fill the memory.
pub const MAX_SEGMENT: usize = 1 << 20;

/// A byte-order mark of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What may stand between segments: white space, DOS's end-of-file mark, and the
/// zeros that pad a record of fixed length.
const fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, 0x1a | 0)
}

/// The segments of a file, borrowed, in order.
///
/// Every ISA sets its own delimiters. Blanks and line ends between segments, a
/// byte-order mark and a control-Z or zeros at the end are passed over; an ISA of the
/// wrong width is read by its elements. Ends after the first error.
///
/// ```
/// use scrubjay_x12::Segments;
/// let file = b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260302*0815*^*00501*000000007*0*T*:~IEA*0*000000007~";
/// let ids: Vec<_> = Segments::new(file).map(|segment| segment.unwrap().id()).collect();
/// assert_eq!(ids, ["ISA", "IEA"]);
/// ```
#[derive(Debug, Clone)]
pub struct Segments<'a> {
    bytes: &'a [u8],
    /// Where the next segment is looked for in `bytes`.
    cursor: usize,
    state: State,
    /// The first line feed at or behind `counted`, to which lines are counted.
    newline: Option<usize>,
    counted: usize,
    /// Whether `bytes` goes to the end of the file.
    whole: bool,
    done: bool,
}

/// What one stretch of a file hands to the next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State {
    pub(crate) at: Position,
    pub(crate) delimiters: Delimiters,
    /// ISA13, short as it is, of the interchange that is open.
    control: [u8; 9],
}

impl Default for State {
    fn default() -> Self {
        Self {
            at: Position {
                segment: 0,
                offset: 0,
                line: 1,
            },
            delimiters: Delimiters::default(),
            control: [0; 9],
        }
    }
}

impl<'a> Segments<'a> {
    /// The segments of a file, which should begin with ISA.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::resume(bytes, State::default(), true)
    }

    /// Goes on where another stretch of the same file ended.
    pub(crate) const fn resume(bytes: &'a [u8], state: State, whole: bool) -> Self {
        Self {
            bytes,
            cursor: 0,
            state,
            newline: Some(0),
            counted: 0,
            whole,
            done: false,
        }
    }

    /// The delimiters in force.
    #[must_use]
    pub const fn delimiters(&self) -> Delimiters {
        self.state.delimiters
    }

    /// How many bytes of the stretch are done with.
    pub(crate) const fn consumed(&self) -> usize {
        self.cursor
    }

    /// Where the next segment is looked for, in the file.
    pub(crate) const fn offset(&self) -> usize {
        self.state.at.offset
    }

    /// What the next stretch goes on from.
    pub(crate) fn into_state(mut self) -> State {
        self.count_lines();
        self.state
    }

    /// Counts the line feeds up to the cursor. Each is searched for once, so
    /// that a file without any is gone through once and not once a segment.
    fn count_lines(&mut self) {
        while let Some(at) = self.newline.filter(|at| *at < self.cursor) {
            let is = self.bytes.get(at) == Some(&b'\n');
            self.state.at.line += usize::from(is && at >= self.counted);
            let from = (at + 1).max(self.counted);
            let rest = self.bytes.get(from..).unwrap_or_default();
            self.newline = memchr(b'\n', rest).map(|found| from + found);
        }
        self.counted = self.cursor;
    }

    fn skip_blanks(&mut self) {
        let at = &mut self.state.at;
        if at.offset == 0 && self.bytes.starts_with(BYTE_ORDER_MARK) {
            self.cursor += BYTE_ORDER_MARK.len();
            at.offset += BYTE_ORDER_MARK.len();
        }
        while let Some(byte) = self.bytes.get(self.cursor) {
            if !is_blank(*byte) {
                break;
            }
            self.cursor += 1;
            at.offset += 1;
        }
    }

    pub(crate) fn advance(&mut self) -> Result<Option<Segment<'a>>, FileError> {
        self.skip_blanks();
        self.count_lines();
        let rest = &self.bytes[self.cursor..];
        if rest.is_empty() {
            return match self.state.at.segment {
                0 => Err(FileError::Empty),
                _ => Ok(None),
            };
        }
        let mut state = self.state;
        state.at.segment += 1;
        let position = state.at;
        let header = rest.starts_with(b"ISA");
        if position.segment == 1 && !header {
            return Err(if b"ISA".starts_with(rest) {
                FileError::CutInHeader(position)
            } else {
                FileError::NotX12(position)
            });
        }
        if header {
            state.delimiters = delimiters_of(rest, position)?;
        }
        let window = &rest[..rest.len().min(MAX_SEGMENT + 1)];
        let (end, next) = match memchr(state.delimiters.segment, window) {
            Some(end) => (end, end + 1),
            None if window.len() > MAX_SEGMENT => {
                return Err(FileError::EndlessSegment {
                    at: position,
                    limit: MAX_SEGMENT,
                });
            }
            None => {
                let trailer = last_trailer(rest, &state).filter(|_| self.whole);
                let cut = FileError::CutShort {
                    at: position,
                    missing: "the end of this segment",
                };
                (trailer.ok_or(cut)?, rest.len())
            }
        };
        let mut raw = &rest[..end];
        state.at.offset += next;
        while let [head @ .., b'\r' | b'\n'] = raw {
            raw = head;
        }
        let segment = Segment::new(raw, state.delimiters, position);
        if header {
            state.control = [0; 9];
            let number = segment.element_bytes(13);
            for (kept, byte) in state.control.iter_mut().zip(number) {
                *kept = *byte;
            }
        }
        self.state = state;
        self.cursor += next;
        Ok(Some(segment))
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Result<Segment<'a>, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.advance().transpose();
        self.done = !matches!(next, Some(Ok(_)));
        next
    }
}

/// A file may end without its last terminator: the IEA is taken as whole where
/// its control number is the one that its ISA gave.
fn last_trailer(rest: &[u8], state: &State) -> Option<usize> {
    let end = rest
        .iter()
        .rposition(|byte| !is_blank(*byte))
        .map_or(0, |at| at + 1);
    let iea = Segment::new(rest.get(..end)?, state.delimiters, Position::default());
    (iea.id() == "IEA" && iea.element_bytes(2) == state.control).then_some(end)
}

/// The delimiters of the ISA that stands here. One that is not of the fixed
/// width is read by its sixteen elements.
fn delimiters_of(isa: &[u8], at: Position) -> Result<Delimiters, FileError> {
    let cut = FileError::CutInHeader(at);
    let bad = FileError::BadHeader(at);
    let element = *isa.get(3).ok_or(cut)?;
    let window = &isa[..isa.len().min(2 * ISA_LENGTH)];
    let mut ends = [0; 16];
    let mut found = 0;
    for (end, separator) in ends.iter_mut().zip(memchr_iter(element, window)) {
        *end = separator;
        found += 1;
    }
    if found < ends.len() {
        return Err(if window.len() == isa.len() && isa.len() < ISA_LENGTH {
            cut
        } else {
            bad
        });
    }
    let component = *isa.get(ends[15] + 1).ok_or(cut)?;
    let segment = *isa.get(ends[15] + 2).ok_or(cut)?;
    let repetition = isa
        .get(ends[10] + 1)
        .copied()
        .filter(|byte| ends[11] == ends[10] + 2 && is_delimiter(*byte));
    let all = [element, component, segment];
    let distinct = element != component && component != segment && element != segment;
    // A repetition separator that is another delimiter too can separate nothing.
    let repetition = repetition.filter(|byte| !all.contains(byte));
    if !distinct || !all.into_iter().all(is_delimiter) {
        return Err(bad);
    }
    Ok(Delimiters {
        element,
        component,
        repetition,
        segment,
    })
}

/// Letters, digits, blanks inside lines and what is no ASCII delimit nothing.
const fn is_delimiter(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric() && byte != b' '
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISA: &str = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260302*0815*^*00501*000000007*0*T*:~";

    #[test]
    fn the_last_terminator_may_be_missing_but_no_more() {
        let whole = format!("{ISA}IEA*0*000000007");
        assert!(Segments::new(whole.as_bytes()).all(|s| s.is_ok()));
        let cut = format!("{ISA}IEA*0*00000000");
        assert!(Segments::new(cut.as_bytes()).any(|s| s.is_err()));
    }

    #[test]
    fn each_isa_sets_its_own_delimiters() {
        let other = ISA.replace('*', "|").replace(':', ">").replace('~', "\n");
        let file = format!("{ISA}IEA*0*000000007~\r\n{other}TA1|1\nIEA|0|000000007\n");
        let ids: Vec<_> = Segments::new(file.as_bytes())
            .map(|s| s.map(|s| (s.id(), s.position().line)))
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(
            ids,
            [("ISA", 1), ("IEA", 1), ("ISA", 2), ("TA1", 3), ("IEA", 4)]
        );
    }

    #[test]
    fn an_isa_of_the_wrong_width_is_read_by_its_elements() {
        let narrow = ISA.replace("A              *", "A*");
        let read = Segments::new(narrow.as_bytes()).next().unwrap().unwrap();
        assert_eq!(read.element(6), "A");
        assert_eq!(read.element(16), ":");
    }
}
