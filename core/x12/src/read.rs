//! A file's envelopes: interchanges, groups, transaction sets.

use crate::tree::Loop;
use crate::{
    Delimiters, Fault, FaultKind, FileError, Guide, Position, SegmentBuf, guide_for, tree,
};

/// ISA, as far as a reader needs it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InterchangeHeader {
    /// ISA05.
    pub sender_qualifier: String,
    /// ISA06.
    pub sender_id: String,
    /// ISA07.
    pub receiver_qualifier: String,
    /// ISA08.
    pub receiver_id: String,
    /// ISA09, YYMMDD.
    pub date: String,
    /// ISA10, HHMM.
    pub time: String,
    /// ISA13.
    pub control_number: String,
    /// ISA15.
    pub usage: String,
}

/// GS.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupHeader {
    /// GS01.
    pub functional: String,
    /// GS02.
    pub sender: String,
    /// GS03.
    pub receiver: String,
    /// GS06.
    pub control_number: String,
    /// GS08.
    pub version: String,
}

/// One interchange with its transaction sets.
#[derive(Debug, Clone)]
pub struct Interchange {
    /// ISA.
    pub header: InterchangeHeader,
    /// Delimiters that its ISA sets.
    pub delimiters: Delimiters,
    /// Its segments, as they came, without white space between them.
    pub raw: Vec<u8>,
    /// TA1 segments.
    pub acknowledgments: Vec<SegmentBuf>,
    /// Transaction sets in order.
    pub sets: Vec<TransactionSet>,
    /// Faults of the envelopes.
    pub faults: Vec<Fault>,
}

/// One transaction set as a tree of loops.
#[derive(Debug, Clone)]
pub struct TransactionSet {
    /// Guide that it was read by; `None` where there is none for its version.
    pub guide: Option<&'static Guide>,
    /// Its group.
    pub group: GroupHeader,
    /// ST01.
    pub set_id: String,
    /// ST02.
    pub control_number: String,
    /// Where its ST stands.
    pub at: Position,
    /// Its loops.
    pub root: Loop,
    /// Faults in it.
    pub faults: Vec<Fault>,
}

impl TransactionSet {
    /// Where its ST stands.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.at
    }
}

/// Splits a file into segments, finding each interchange's delimiters.
struct Scanner<'a> {
    bytes: &'a [u8],
    offset: usize,
    line: usize,
    segment: usize,
    delimiters: Delimiters,
}

/// ISA is the only segment of fixed length.
const ISA_LENGTH: usize = 106;

impl<'a> Scanner<'a> {
    fn position(&self) -> Position {
        Position {
            segment: self.segment,
            offset: self.offset,
            line: self.line,
        }
    }

    fn skip_blanks(&mut self) {
        while let Some(byte) = self.bytes.get(self.offset) {
            let blank = byte.is_ascii_whitespace() || *byte == 0x1a;
            if !blank {
                break;
            }
            self.line += usize::from(*byte == b'\n');
            self.offset += 1;
        }
    }

    /// Reads the delimiters of the ISA that stands here. One that is not of
    /// the fixed width is read by its sixteen elements.
    fn read_delimiters(&mut self) -> Result<(), FileError> {
        let rest = &self.bytes[self.offset..];
        let cut = FileError::CutInHeader(self.position());
        let element = *rest.get(3).ok_or(cut)?;
        let mut ends = rest
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == element)
            .map(|(at, _)| at);
        let sixteenth = ends.nth(15).filter(|at| *at < 2 * ISA_LENGTH).ok_or(cut)?;
        let before = rest[..sixteenth]
            .iter()
            .rposition(|byte| *byte == element)
            .ok_or(cut)?;
        let eleventh = rest[..sixteenth]
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == element)
            .nth(10)
            .map(|(at, _)| at)
            .filter(|at| *at < before)
            .ok_or(cut)?;
        let component = *rest.get(sixteenth + 1).ok_or(cut)?;
        let segment = *rest.get(sixteenth + 2).ok_or(cut)?;
        let repetition = rest
            .get(eleventh + 1)
            .copied()
            .filter(|byte| !byte.is_ascii_alphanumeric());
        self.delimiters = Delimiters {
            element,
            component,
            repetition,
            segment,
        };
        Ok(())
    }

    fn next(&mut self) -> Result<Option<(SegmentBuf, &'a [u8])>, FileError> {
        self.skip_blanks();
        if self.offset >= self.bytes.len() {
            return Ok(None);
        }
        self.segment += 1;
        let position = self.position();
        let rest = &self.bytes[self.offset..];
        if rest.starts_with(b"ISA") {
            self.read_delimiters()?;
        }
        let terminator = self.delimiters.segment;
        let end = rest
            .iter()
            .position(|byte| *byte == terminator)
            .ok_or(FileError::CutShort {
                at: position,
                missing: "the end of this segment",
            })?;
        let raw = &rest[..end];
        self.line += rest[..=end].iter().filter(|byte| **byte == b'\n').count();
        self.offset += end + 1;
        let text = String::from_utf8_lossy(raw);
        let text = text.trim_matches(['\r', '\n']);
        Ok(Some((
            SegmentBuf::read(text, self.delimiters, Some(position)),
            raw,
        )))
    }
}

/// Reads a file of one or more interchanges.
///
/// # Errors
/// Where the file is no X12, or its envelopes do not nest: nothing of such a
/// file can be trusted. Faults inside are listed, and reading goes on.
pub fn read(bytes: &[u8]) -> Result<Vec<Interchange>, FileError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut scanner = Scanner {
        bytes,
        offset: 0,
        line: 1,
        segment: 0,
        delimiters: Delimiters::default(),
    };
    scanner.skip_blanks();
    if scanner.offset >= bytes.len() {
        return Err(FileError::Empty);
    }
    let start = Position {
        segment: 1,
        ..scanner.position()
    };
    let first = &bytes[scanner.offset..];
    if !first.starts_with(b"ISA") {
        let cut = b"ISA".starts_with(first);
        return Err(if cut {
            FileError::CutInHeader(start)
        } else {
            FileError::NotX12(start)
        });
    }
    let mut interchanges = Vec::new();
    while let Some((segment, raw)) = scanner.next()? {
        let at = segment.position.unwrap_or_default();
        if segment.id != "ISA" {
            return Err(if interchanges.is_empty() {
                FileError::NotX12(at)
            } else {
                FileError::OutsideEnvelope {
                    at,
                    expected: "ISA",
                }
            });
        }
        interchanges.push(read_interchange(&mut scanner, &segment, raw)?);
    }
    Ok(interchanges)
}

fn read_interchange(
    scanner: &mut Scanner<'_>,
    isa: &SegmentBuf,
    raw: &[u8],
) -> Result<Interchange, FileError> {
    let field = |number| isa.element(number).to_owned();
    let mut interchange = Interchange {
        header: InterchangeHeader {
            sender_qualifier: field(5),
            sender_id: field(6),
            receiver_qualifier: field(7),
            receiver_id: field(8),
            date: field(9),
            time: field(10),
            control_number: field(13),
            usage: field(15),
        },
        delimiters: scanner.delimiters,
        raw: Vec::new(),
        acknowledgments: Vec::new(),
        sets: Vec::new(),
        faults: Vec::new(),
    };
    let keep = |interchange: &mut Interchange, raw: &[u8]| {
        interchange.raw.extend_from_slice(raw);
        interchange.raw.push(b'~');
    };
    keep(&mut interchange, raw);
    let mut group: Option<(GroupHeader, usize)> = None;
    let mut set: Option<(Position, GroupHeader, Vec<SegmentBuf>)> = None;
    let mut groups = 0usize;
    let mut last = isa.position.unwrap_or_default();
    loop {
        let Some((segment, raw)) = scanner.next()? else {
            let missing = if set.is_some() {
                "SE, GE and IEA"
            } else if group.is_some() {
                "GE and IEA"
            } else {
                "IEA"
            };
            return Err(FileError::CutShort { at: last, missing });
        };
        keep(&mut interchange, raw);
        let at = segment.position.unwrap_or_default();
        last = at;
        let outside = |expected| FileError::OutsideEnvelope { at, expected };
        let fault = |kind| Fault {
            position: at,
            kind,
            segment: segment.id.clone(),
            loop_id: None,
        };
        match segment.id.as_str() {
            "ISA" => return Err(outside("the trailers SE, GE and IEA")),
            "TA1" if group.is_none() => interchange.acknowledgments.push(segment),
            "GS" if group.is_none() => {
                let field = |number| segment.element(number).to_owned();
                let header = GroupHeader {
                    functional: field(1),
                    sender: field(2),
                    receiver: field(3),
                    control_number: field(6),
                    version: field(8),
                };
                group = Some((header, 0));
                groups += 1;
            }
            "ST" if set.is_none() => match &mut group {
                Some((header, sets)) => {
                    *sets += 1;
                    set = Some((at, header.clone(), vec![segment]));
                }
                None => return Err(outside("GS")),
            },
            "SE" => {
                let Some((st_at, header, mut segments)) = set.take() else {
                    return Err(outside("ST"));
                };
                segments.push(segment);
                interchange.sets.push(finish_set(st_at, header, segments));
            }
            "GE" if set.is_none() => {
                let Some((header, sets)) = group.take() else {
                    return Err(outside("GS"));
                };
                if segment.element(1).trim().parse() != Ok(sets) {
                    interchange.faults.push(fault(FaultKind::WrongCount));
                }
                if !same_number(segment.element(2), &header.control_number) {
                    interchange
                        .faults
                        .push(fault(FaultKind::WrongControlNumber));
                }
            }
            "IEA" if group.is_none() => {
                if segment.element(1).trim().parse() != Ok(groups) {
                    interchange.faults.push(fault(FaultKind::WrongCount));
                }
                if !same_number(segment.element(2), &interchange.header.control_number) {
                    interchange
                        .faults
                        .push(fault(FaultKind::WrongControlNumber));
                }
                return Ok(interchange);
            }
            "GS" | "ST" | "GE" | "IEA" => return Err(outside("the trailer of what is open")),
            _ => match &mut set {
                Some((_, _, segments)) => segments.push(segment),
                None => return Err(outside("ST")),
            },
        }
    }
}

fn same_number(one: &str, other: &str) -> bool {
    one.trim().trim_start_matches('0') == other.trim().trim_start_matches('0')
}

fn finish_set(at: Position, group: GroupHeader, segments: Vec<SegmentBuf>) -> TransactionSet {
    let mut faults = Vec::new();
    let count = segments.len();
    let (st, se) = (&segments[0], &segments[count - 1]);
    let fault = |kind| Fault {
        position: se.position.unwrap_or_default(),
        kind,
        segment: "SE".to_owned(),
        loop_id: None,
    };
    if se.element(1).trim().parse() != Ok(count) {
        faults.push(fault(FaultKind::WrongCount));
    }
    if !same_number(se.element(2), st.element(2)) {
        faults.push(fault(FaultKind::WrongControlNumber));
    }
    let (set_id, control_number) = (st.element(1).to_owned(), st.element(2).to_owned());
    let stated = st.element(3);
    let version = if stated.is_empty() {
        group.version.as_str()
    } else {
        stated
    };
    let guide = guide_for(version, &set_id).or_else(|| guide_for(&group.version, &set_id));
    let root = match guide {
        Some(guide) => tree::resolve(guide, segments, &mut faults),
        None => Loop {
            id: "ST",
            segments,
            loops: Vec::new(),
        },
    };
    TransactionSet {
        guide,
        group,
        set_id,
        control_number,
        at,
        root,
        faults,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
