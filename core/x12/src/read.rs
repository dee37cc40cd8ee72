//! Reads whole files: interchanges with their sets as trees.

use std::sync::Arc;

use crate::envelope::{GroupHeader, InterchangeHeader};
use crate::machine::{Event, Machine};
use crate::token::Segments;
use crate::tree::Loop;
use crate::{Delimiters, Fault, FileError, Guide, Position, Segment, SegmentBuf};

/// One interchange with its transaction sets.
#[derive(Debug, Clone, Default)]
pub struct Interchange {
    /// ISA.
    pub header: InterchangeHeader,
    /// Where its ISA stands.
    pub at: Position,
    /// Delimiters that its ISA sets.
    pub delimiters: Delimiters,
    /// Its segments, as they came, without white space between them.
    pub raw: Vec<u8>,
    /// TA1 segments.
    pub acknowledgments: Vec<SegmentBuf>,
    /// Its groups in order, those without sets among them.
    pub groups: Vec<Arc<GroupHeader>>,
    /// Transaction sets in order.
    pub sets: Vec<TransactionSet>,
    /// Faults of the envelopes.
    pub faults: Vec<Fault>,
}

impl Interchange {
    /// An interchange of which nothing but its ISA is known.
    pub(crate) fn of(isa: &Segment<'_>) -> Self {
        Self {
            header: InterchangeHeader::of(isa),
            at: isa.position(),
            delimiters: isa.delimiters(),
            ..Self::default()
        }
    }
}

/// One transaction set as a tree of loops.
#[derive(Debug, Clone)]
pub struct TransactionSet {
    /// Guide that it was read by; `None` where there is none for its version.
    pub guide: Option<&'static Guide>,
    /// Its interchange.
    pub interchange: Arc<InterchangeHeader>,
    /// Its group.
    pub group: Arc<GroupHeader>,
    /// ST01.
    pub set_id: String,
    /// ST02.
    pub control_number: String,
    /// Where its ST stands.
    pub at: Position,
    /// Its loops.
    pub root: Loop,
    /// Faults that were met when reading it: segments without a place, counts,
    /// control numbers. [`crate::validate()`] finds the others.
    pub faults: Vec<Fault>,
}

impl TransactionSet {
    /// Where its ST stands.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.at
    }
}

/// Reads a file of one or more interchanges.
///
/// Faults inside are listed, and reading goes on.
///
/// # Errors
/// Where the file is no X12, or ends before its trailers: nothing of such a
/// file can be trusted.
///
/// ```
/// let file = include_bytes!("../fixtures/reversal-and-correction.835");
/// let interchanges = scrubjay_x12::read(file)?;
/// let set = &interchanges[0].sets[0];
/// assert_eq!(set.guide.unwrap().transaction(), "835");
/// assert_eq!(set.root.child("1000A").unwrap().segments[0].element(1), "PR");
/// # Ok::<(), scrubjay_x12::FileError>(())
/// ```
pub fn read(bytes: &[u8]) -> Result<Vec<Interchange>, FileError> {
    read_sets(bytes).collect()
}

/// Reads a file interchange by interchange.
///
/// Each item is an interchange with its sets and its faults, or the reason why
/// the rest cannot be read; it ends after the first reason.
#[must_use]
pub fn read_sets(bytes: &[u8]) -> Interchanges<'_> {
    Interchanges {
        segments: Segments::new(bytes),
        machine: Machine::whole_sets(),
        raw: Vec::new(),
        open: None,
        done: false,
    }
}

/// The interchanges of a file, read one by one.
#[derive(Debug)]
pub struct Interchanges<'a> {
    segments: Segments<'a>,
    machine: Machine,
    raw: Vec<u8>,
    open: Option<Interchange>,
    done: bool,
}

impl Interchanges<'_> {
    /// Takes up the events so far; an interchange where one has ended.
    fn take_events(&mut self) -> Option<Interchange> {
        while let Some(event) = self.machine.events.pop_front() {
            match (event, &mut self.open) {
                (Event::Interchange(header, delimiters, at), open) => {
                    *open = Some(Interchange {
                        delimiters,
                        header: InterchangeHeader::clone(&header),
                        at,
                        ..Interchange::default()
                    });
                }
                (Event::Acknowledgment(ta1), Some(open)) => open.acknowledgments.push(ta1),
                (Event::Group(group), Some(open)) => open.groups.push(group),
                (Event::Set(set), Some(open)) => open.sets.push(*set),
                (Event::End(faults), open) => {
                    if let Some(mut ended) = open.take() {
                        ended.faults = faults;
                        return Some(ended);
                    }
                }
                (
                    Event::Unit(_) | Event::Acknowledgment(_) | Event::Group(_) | Event::Set(_),
                    _,
                ) => {}
            }
        }
        None
    }

    fn step(&mut self) -> Result<Option<Interchange>, FileError> {
        loop {
            let Some(segment) = self.segments.advance()? else {
                self.machine.finish()?;
                return Ok(None);
            };
            let begins = segment.id() == "ISA";
            // An ISA that comes too early ends the interchange before it.
            let before = if begins {
                std::mem::take(&mut self.raw)
            } else {
                Vec::new()
            };
            self.raw.extend_from_slice(segment.raw());
            self.raw.push(b'~');
            if self.machine.is_outside() && !begins {
                return Err(FileError::OutsideEnvelope {
                    at: segment.position(),
                    expected: "ISA",
                });
            }
            self.machine.push(&segment);
            if let Some(mut ended) = self.take_events() {
                ended.raw = if begins {
                    before
                } else {
                    std::mem::take(&mut self.raw)
                };
                if begins {
                    // Its own header is still to be taken up.
                    let next = self.take_events();
                    debug_assert!(next.is_none(), "one segment ends one interchange");
                }
                return Ok(Some(ended));
            }
        }
    }
}

impl Iterator for Interchanges<'_> {
    type Item = Result<Interchange, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.step().transpose();
        self.done = !matches!(next, Some(Ok(_)));
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FaultKind;

    const WHOLE: &str = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260302*0815*^*00501*000000007*0*T*:~GS*FA*A*B*20260302*0815*9*X*005010X231A1~ST*999*0001*005010X231A1~AK1*HC*1*005010X222A1~AK9*A*1*1*1~SE*4*0001~GE*1*9~IEA*1*000000007~";

    #[test]
    fn every_cut_of_a_file_is_refused_with_its_place() {
        assert!(read(WHOLE.as_bytes()).is_ok());
        for end in 0..WHOLE.len() - 1 {
            let error = read(&WHOLE.as_bytes()[..end]).unwrap_err();
            assert!(
                error.to_string().contains("segment"),
                "cut at {end}: {error}"
            );
        }
    }

    #[test]
    fn lines_blanks_marks_and_other_delimiters_change_nothing() {
        let plain = read(WHOLE.as_bytes()).unwrap();
        let wrapped = format!("\u{feff}\r\n{}\u{1a}\n", WHOLE.replace('~', "~\r\n  "));
        let other = WHOLE.replace('*', "|").replace('~', "\n");
        for text in [wrapped, other] {
            let read = read(text.as_bytes()).unwrap();
            assert_eq!(read[0].header, plain[0].header);
            assert_eq!(read[0].sets[0].root, plain[0].sets[0].root);
        }
    }

    #[test]
    fn a_picture_and_nothing_at_all_are_told_apart() {
        assert_eq!(read(b" \r\n").unwrap_err(), FileError::Empty);
        assert!(matches!(
            read(b"\x89PNG\r\n\x1a\n").unwrap_err(),
            FileError::NotX12(_)
        ));
    }

    #[test]
    fn a_wrong_count_is_a_fault_and_not_the_end() {
        let read = read(WHOLE.replace("SE*4", "SE*5").as_bytes()).unwrap();
        assert_eq!(read[0].sets[0].faults[0].kind, FaultKind::WrongCount);
    }

    #[test]
    fn a_missing_trailer_is_a_fault_and_what_follows_is_read() {
        let read = read(WHOLE.replace("SE*4*0001~", "").as_bytes()).unwrap();
        assert_eq!(
            read[0].sets[0].faults[0].kind,
            FaultKind::MissingTrailer("SE")
        );
        let twice = format!("{}{WHOLE}", WHOLE.replace("IEA*1*000000007~", ""));
        let read = super::read(twice.as_bytes()).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].faults[0].kind, FaultKind::MissingTrailer("IEA"));
        assert!(!read[1].faults.iter().any(|fault| fault.is_error()));
    }

    #[test]
    fn what_mainframes_and_dos_leave_behind_a_file_is_passed_over() {
        let file = include_bytes!("../fixtures/dental.837");
        for tail in [&b"\x1a"[..], b"\0\0\0", b"\r\n\x1a\0"] {
            let padded = [file.as_slice(), tail].concat();
            let read = read(&padded).unwrap();
            assert_eq!(read[0].sets.len(), 1, "{tail:?}");
            assert!(read[0].faults.is_empty(), "{tail:?}");
        }
        assert_eq!(read(b"\0\0").unwrap_err(), FileError::Empty);
    }
}
