//! Writes interchanges: order by guide, counts, HL and LX numbers, envelopes.

use crate::emit::{self, Numbering};
use crate::{Delimiters, Guide, Loop};

/// Gives out control numbers, each once.
pub trait ControlNumbers {
    /// The next ISA13, at most 999,999,999.
    fn next_interchange(&mut self) -> u32;
    /// The next GS06, at most 999,999,999.
    fn next_group(&mut self) -> u32;
    /// The next ST02, at most 999,999,999.
    fn next_set(&mut self) -> u32;
}

/// The envelope of what is written.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// ISA05 and ISA06.
    pub sender: (String, String),
    /// ISA07 and ISA08.
    pub receiver: (String, String),
    /// ISA15: T or P.
    pub usage: &'static str,
    /// YYYYMMDD.
    pub date: String,
    /// HHMM.
    pub time: String,
}

/// A set to write.
#[derive(Debug, Clone)]
pub struct SetToWrite {
    /// Its guide.
    pub guide: &'static Guide,
    /// Its loops without ST and SE, in any order.
    pub root: Loop,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// ISA13.
    pub interchange: u32,
    /// GS06 of the first group; 0 where there is none.
    pub group: u32,
    /// GS06 of each group.
    pub groups: Vec<u32>,
    /// ST02 of each set, group after group.
    pub sets: Vec<u32>,
}

/// What follows a segment's terminator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lines {
    /// A line feed, for people's eyes; receivers pass over it.
    #[default]
    OneEach,
    /// Nothing.
    Unbroken,
}

/// Why it could not be written. Never carries the data itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// There is nothing to write.
    #[error("there is no transaction set to write")]
    Nothing,
    /// Data holds a delimiter or a control character.
    #[error(
        "loop {loop_id}, {segment} element {element}: the value holds a character that X12 uses as a delimiter; take it out"
    )]
    DelimiterInData {
        /// Loop.
        loop_id: &'static str,
        /// Segment.
        segment: String,
        /// Element, from 1.
        element: usize,
    },
    /// An id of the envelope is too long.
    #[error("the envelope's {field} is longer than {limit} characters")]
    TooLong {
        /// Which.
        field: &'static str,
        /// How many it may have.
        limit: usize,
    },
    /// A field of the envelope is not of its form.
    #[error("the envelope's {field} is not {expected}")]
    Malformed {
        /// Which.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A loop that the guide does not have there.
    #[error("the guide has no loop {loop_id} inside {inside}")]
    UnknownLoop {
        /// Loop.
        loop_id: &'static str,
        /// Where it was put.
        inside: &'static str,
    },
    /// A control number of more than nine digits.
    #[error("control number {0} has more than nine digits")]
    ControlNumber(u32),
    /// Two delimiters are the same, or one is a letter, digit or blank.
    #[error("the four delimiters must be different, and neither letters, digits nor blanks")]
    Delimiters,
}

/// Writes sets of one guide as one interchange with one group, with the usual
/// delimiters and one segment a line.
///
/// # Errors
/// Where a value holds a delimiter, or a loop is not in the guide.
pub fn write(
    envelope: &Envelope,
    sets: Vec<SetToWrite>,
    numbers: &mut dyn ControlNumbers,
) -> Result<Written, WriteError> {
    InterchangeBuilder::new(envelope).group(sets).write(numbers)
}

/// Writes an interchange of several groups, with delimiters and line ends to choose.
///
/// ```
/// use scrubjay_x12::{ControlNumbers, Envelope, InterchangeBuilder, Lines, SegmentBuf};
/// struct One;
/// impl ControlNumbers for One {
///     fn next_interchange(&mut self) -> u32 { 1 }
///     fn next_group(&mut self) -> u32 { 1 }
///     fn next_set(&mut self) -> u32 { 1 }
/// }
/// let envelope = Envelope {
///     sender: ("ZZ".into(), "CLINIC01".into()),
///     receiver: ("ZZ".into(), "PAYER01".into()),
///     usage: "T",
///     date: "20260302".into(),
///     time: "0815".into(),
/// };
/// // Only a TA1: an interchange without groups.
/// let ta1 = SegmentBuf::parse("TA1*000000101*260302*0815*A*000");
/// let written = InterchangeBuilder::new(&envelope)
///     .lines(Lines::Unbroken)
///     .acknowledgment(ta1)
///     .write(&mut One)?;
/// let text = String::from_utf8(written.bytes).unwrap();
/// assert!(text.ends_with("~TA1*000000101*260302*0815*A*000~IEA*0*000000001~"));
/// # Ok::<(), scrubjay_x12::WriteError>(())
/// ```
#[derive(Debug)]
pub struct InterchangeBuilder<'a> {
    envelope: &'a Envelope,
    delimiters: Delimiters,
    lines: Lines,
    acknowledgments: Vec<crate::SegmentBuf>,
    groups: Vec<Group>,
}

/// A group to write: its sets, and GS02 and GS03.
#[derive(Debug)]
struct Group {
    sets: Vec<SetToWrite>,
    sender: String,
    receiver: String,
}

impl<'a> InterchangeBuilder<'a> {
    /// An interchange without groups, with the usual delimiters.
    #[must_use]
    pub fn new(envelope: &'a Envelope) -> Self {
        Self {
            envelope,
            delimiters: Delimiters::default(),
            lines: Lines::default(),
            acknowledgments: Vec::new(),
            groups: Vec::new(),
        }
    }

    /// Delimiters other than the usual ones.
    #[must_use]
    pub const fn delimiters(mut self, delimiters: Delimiters) -> Self {
        self.delimiters = delimiters;
        self
    }

    /// What follows a segment's terminator.
    #[must_use]
    pub const fn lines(mut self, lines: Lines) -> Self {
        self.lines = lines;
        self
    }

    /// Adds a TA1 in front of the groups.
    #[must_use]
    pub fn acknowledgment(mut self, ta1: crate::SegmentBuf) -> Self {
        self.acknowledgments.push(ta1);
        self
    }

    /// Adds a group: sets of one guide.
    #[must_use]
    pub fn group(self, sets: Vec<SetToWrite>) -> Self {
        let Envelope {
            sender, receiver, ..
        } = self.envelope;
        self.group_between(sets, &sender.1, &receiver.1)
    }

    /// Adds a group whose GS02 and GS03 are not those of the interchange.
    #[must_use]
    pub fn group_between(mut self, sets: Vec<SetToWrite>, sender: &str, receiver: &str) -> Self {
        self.groups.push(Group {
            sets,
            sender: sender.to_owned(),
            receiver: receiver.to_owned(),
        });
        self
    }

    /// Writes it.
    ///
    /// # Errors
    /// Where there is nothing to write, a field of the envelope is not of its
    /// form, a value holds a delimiter, or a loop is not in its guide.
    pub fn write(self, numbers: &mut dyn ControlNumbers) -> Result<Written, WriteError> {
        let empty = self.groups.iter().any(|group| group.sets.is_empty());
        if empty || (self.groups.is_empty() && self.acknowledgments.is_empty()) {
            return Err(WriteError::Nothing);
        }
        check_envelope(self.envelope, self.delimiters)?;
        let mut out = emit::Out::new(self.delimiters, self.lines);
        let interchange = nine_digits(numbers.next_interchange())?;
        self.isa(&mut out, interchange);
        for ta1 in &self.acknowledgments {
            out.segment(ta1, "ISA", None)?;
        }
        let mut written = Written {
            bytes: Vec::new(),
            interchange,
            group: 0,
            groups: Vec::new(),
            sets: Vec::new(),
        };
        for group in self.groups {
            check_id("group sender", &group.sender, 15, self.delimiters)?;
            check_id("group receiver", &group.receiver, 15, self.delimiters)?;
            write_group(self.envelope, group, numbers, &mut out, &mut written)?;
        }
        out.line(&[
            "IEA",
            &written.groups.len().to_string(),
            &format!("{interchange:09}"),
        ]);
        written.group = written.groups.first().copied().unwrap_or_default();
        written.bytes = out.bytes;
        Ok(written)
    }

    fn isa(&self, out: &mut emit::Out, number: u32) {
        let Envelope {
            sender,
            receiver,
            usage,
            date,
            time,
        } = self.envelope;
        let repetition = self.delimiters.repetition.map_or('U', char::from);
        out.line(&[
            "ISA",
            "00",
            &" ".repeat(10),
            "00",
            &" ".repeat(10),
            &format!("{:2}", sender.0),
            &format!("{:15}", sender.1),
            &format!("{:2}", receiver.0),
            &format!("{:15}", receiver.1),
            date.get(2..).unwrap_or(date),
            time.get(..4).unwrap_or(time),
            &repetition.to_string(),
            "00501",
            &format!("{number:09}"),
            "0",
            usage,
            &char::from(self.delimiters.component).to_string(),
        ]);
    }
}

fn write_group(
    envelope: &Envelope,
    group: Group,
    numbers: &mut dyn ControlNumbers,
    out: &mut emit::Out,
    written: &mut Written,
) -> Result<(), WriteError> {
    let Group {
        sets,
        sender,
        receiver,
    } = group;
    let Some(guide) = sets.first().map(|set| set.guide) else {
        return Err(WriteError::Nothing);
    };
    let number = nine_digits(numbers.next_group())?;
    written.groups.push(number);
    let control = number.to_string();
    out.line(&[
        "GS",
        guide.functional(),
        &sender,
        &receiver,
        &envelope.date,
        &envelope.time,
        &control,
        "X",
        guide.version(),
    ]);
    let count = sets.len();
    for set in sets {
        let number = nine_digits(numbers.next_set())?;
        written.sets.push(number);
        write_set(set, number, out)?;
    }
    out.line(&["GE", &count.to_string(), &control]);
    Ok(())
}

fn write_set(set: SetToWrite, number: u32, out: &mut emit::Out) -> Result<(), WriteError> {
    let SetToWrite { guide, mut root } = set;
    root.segments
        .retain(|segment| segment.id != "ST" && segment.id != "SE");
    let control = format!("{number:04}");
    let before = out.count;
    // 005010X221A1: ST03 is not sent in an 835.
    if guide.set_id() == "835" {
        out.line(&["ST", guide.set_id(), &control]);
    } else {
        out.line(&["ST", guide.set_id(), &control, guide.version()]);
    }
    emit::loop_into(guide, 0, root, &mut Numbering::default(), 0, out)?;
    let count = out.count - before + 1;
    out.line(&["SE", &count.to_string(), &control]);
    Ok(())
}

fn nine_digits(number: u32) -> Result<u32, WriteError> {
    if number > 999_999_999 {
        return Err(WriteError::ControlNumber(number));
    }
    Ok(number)
}

fn check_envelope(envelope: &Envelope, delimiters: Delimiters) -> Result<(), WriteError> {
    let marks = marks(delimiters);
    let usable = |byte: &u8| byte.is_ascii() && !byte.is_ascii_alphanumeric() && *byte != b' ';
    let repeated = (1..marks.len()).any(|at| marks[..at].contains(&marks[at]));
    if repeated || !marks.iter().all(usable) {
        return Err(WriteError::Delimiters);
    }
    for (field, text, limit) in [
        ("sender id", &envelope.sender.1, 15),
        ("receiver id", &envelope.receiver.1, 15),
        ("sender qualifier", &envelope.sender.0, 2),
        ("receiver qualifier", &envelope.receiver.0, 2),
    ] {
        check_id(field, text, limit, delimiters)?;
    }
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if envelope.date.len() != 8 || !digits(&envelope.date) {
        return Err(WriteError::Malformed {
            field: "date",
            expected: "a date as YYYYMMDD",
        });
    }
    if !(4..=8).contains(&envelope.time.len()) || !digits(&envelope.time) {
        return Err(WriteError::Malformed {
            field: "time",
            expected: "a time as HHMM",
        });
    }
    Ok(())
}

fn marks(delimiters: Delimiters) -> Vec<u8> {
    let Delimiters {
        element,
        component,
        repetition,
        segment,
    } = delimiters;
    [element, component, segment]
        .into_iter()
        .chain(repetition)
        .collect()
}

fn check_id(
    field: &'static str,
    text: &str,
    limit: usize,
    delimiters: Delimiters,
) -> Result<(), WriteError> {
    if text.chars().count() > limit {
        return Err(WriteError::TooLong { field, limit });
    }
    let marks = marks(delimiters);
    let held = |byte: u8| marks.contains(&byte) || byte.is_ascii_control() || !byte.is_ascii();
    if text.bytes().any(held) {
        return Err(WriteError::Malformed {
            field,
            expected: "plain text without delimiters",
        });
    }
    Ok(())
}

#[cfg(test)]
#[path = "write_tests.rs"]
mod tests;
