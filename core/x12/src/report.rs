//! What a check of a file found, drawn without its data.

use std::fmt;

use crate::token::Segments;
use crate::validate::{validate_envelopes, validate_with};
use crate::{Fault, FileError, Overlay, Position, Segment, TransactionSet, read};
use serde::Serialize;

/// What a check of a file found.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Faults of the envelopes, over all interchanges.
    pub envelope: Vec<Finding>,
    /// The sets in order.
    pub sets: Vec<SetReport>,
    /// TA1 segments in the file.
    pub acknowledgments: usize,
}

/// What a check of one set found.
#[derive(Debug, Clone, Serialize)]
pub struct SetReport {
    /// The guide's name, such as `837P`; ST01 where there is no guide.
    pub transaction: String,
    /// GS08.
    pub version: String,
    /// ST02.
    pub control_number: String,
    /// Where its ST stands.
    pub position: Position,
    /// How many segments it has.
    pub segments: usize,
    /// Its faults in order.
    pub findings: Vec<Finding>,
}

/// A fault, with its place drawn.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// The fault.
    #[serde(flatten)]
    pub fault: Fault,
    /// Element and code of the acknowledgment.
    pub acknowledged_as: crate::AckCode,
    /// The fault in words.
    pub text: String,
    /// The segment with every value masked.
    pub masked: String,
    /// The column of `masked` that the fault is about, from 0.
    pub column: usize,
}

impl Report {
    /// Whether there is no error; warnings leave a file valid.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        !self.findings().any(|finding| finding.fault.is_error())
    }

    /// Every finding, the envelopes' first.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.envelope
            .iter()
            .chain(self.sets.iter().flat_map(|set| &set.findings))
    }
}

/// Checks a whole file: envelopes, sets by their guides, and overlays.
///
/// # Errors
/// Where the file cannot be read at all.
///
/// ```
/// let file = include_str!("../fixtures/reversal-and-correction.835");
/// assert!(scrubjay_x12::check(file.as_bytes(), &[])?.is_valid());
/// let wrong = file.replace("N1*PE*WILLOW CREEK CLINIC*XX*1234567893", "N1*PE*WILLOW CREEK CLINIC*XX");
/// let report = scrubjay_x12::check(wrong.as_bytes(), &[])?;
/// assert_eq!(report.to_string(), "\
/// 835 005010X221A1, set 0001: 1 error
///   segment 11 (N1) element 4, loop 1000B, line 11: required element is missing [IK403 1]
///     N1*··*···················*··
///                                  ^
/// ");
/// # Ok::<(), scrubjay_x12::FileError>(())
/// ```
pub fn check(bytes: &[u8], overlays: &[&Overlay]) -> Result<Report, FileError> {
    let interchanges = read(bytes)?;
    let mut envelope = validate_envelopes(bytes)?;
    for interchange in &interchanges {
        envelope.extend(interchange.faults.iter().cloned());
    }
    envelope.sort_by_key(|fault| fault.position.segment);
    let mut sets = Vec::new();
    for set in interchanges
        .iter()
        .flat_map(|interchange| &interchange.sets)
    {
        let segments = set.root.walk().map(|inner| inner.segments.len()).sum();
        sets.push((set, segments, validate_with(set, overlays)));
    }
    let mut wanted: Vec<usize> = envelope
        .iter()
        .chain(sets.iter().flat_map(|(_, _, faults)| faults))
        .map(|fault| fault.position.segment)
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    let drawings = Drawings::of(bytes, &wanted);
    let draw = |faults: Vec<Fault>| {
        faults
            .into_iter()
            .map(|fault| drawings.finding(fault))
            .collect()
    };
    Ok(Report {
        envelope: draw(envelope),
        sets: sets
            .into_iter()
            .map(|(set, segments, faults)| SetReport {
                transaction: name_of(set),
                version: set.group.version.clone(),
                control_number: set.control_number.clone(),
                position: set.at,
                segments,
                findings: draw(faults),
            })
            .collect(),
        acknowledgments: interchanges
            .iter()
            .map(|interchange| interchange.acknowledgments.len())
            .sum(),
    })
}

pub(crate) fn name_of(set: &TransactionSet) -> String {
    match set.guide {
        Some(guide) => guide.transaction().to_owned(),
        None => set.set_id.clone(),
    }
}

/// The segments that faults are about, each by its ordinal.
struct Drawings<'a> {
    segments: Vec<Segment<'a>>,
}

impl<'a> Drawings<'a> {
    fn of(bytes: &'a [u8], wanted: &[usize]) -> Self {
        let mut wanted = wanted.iter().copied().peekable();
        let segments = Segments::new(bytes)
            .filter_map(Result::ok)
            .filter(|segment| wanted.next_if_eq(&segment.position().segment).is_some())
            .collect();
        Self { segments }
    }

    fn finding(&self, fault: Fault) -> Finding {
        let at = self
            .segments
            .binary_search_by_key(&fault.position.segment, |own| own.position().segment);
        let (masked, column) = match at {
            Ok(at) => mask(&self.segments[at], &fault),
            Err(_) => (String::new(), 0),
        };
        Finding {
            acknowledged_as: fault.code(),
            text: fault.to_string(),
            fault,
            masked,
            column,
        }
    }
}

/// The longest value that is drawn in its full width, in characters.
const DRAWN: usize = 20;

/// The segment with a dot for every character, and the column of the fault.
fn mask(segment: &Segment<'_>, fault: &Fault) -> (String, usize) {
    let delimiters = segment.delimiters();
    let mut drawn = crate::fault::shaped(segment.id()).to_owned();
    let mut width = drawn.len();
    let mut column = 0;
    let wanted = fault.element.map(usize::from);
    let component = fault.component.map(usize::from);
    let mut count = 0;
    for (element, number) in segment.elements().zip(1..) {
        count = number;
        drawn.push('*');
        width += 1;
        if wanted == Some(number) {
            column = width;
        }
        let mut part = 1;
        let mut shown = 0;
        for byte in element {
            let separator = *byte == delimiters.component && segment.id() != "ISA";
            // One dot for a character, whatever its bytes are.
            if byte & 0xc0 == 0x80 || (!separator && shown >= DRAWN) {
                continue;
            }
            shown = if separator { 0 } else { shown + 1 };
            drawn.push(if separator { ':' } else { '·' });
            width += 1;
            part += usize::from(separator);
            if separator && wanted == Some(number) && component == Some(part) {
                column = width;
            }
        }
    }
    if let Some(wanted) = wanted.filter(|wanted| *wanted > count) {
        // The element is not there: the caret stands where it would be.
        column = width + (wanted - count);
    }
    (drawn, column)
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = match self.acknowledged_as {
            crate::AckCode::Interchange(code) => format!("TA105 {code}"),
            crate::AckCode::Group(code) => format!("AK905 {code}"),
            crate::AckCode::Set(code) => format!("IK502 {code}"),
            crate::AckCode::Segment(code) => format!("IK304 {code}"),
            crate::AckCode::Element(code) => format!("IK403 {code}"),
        };
        let mark = if self.fault.is_error() {
            ""
        } else {
            "warning: "
        };
        writeln!(f, "  {mark}{} [{code}]", self.text)?;
        if !self.masked.is_empty() {
            writeln!(f, "    {}\n    {}^", self.masked, " ".repeat(self.column))?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.envelope.is_empty() {
            writeln!(f, "envelopes: {}", tally(&self.envelope))?;
        }
        for finding in &self.envelope {
            write!(f, "{finding}")?;
        }
        for set in &self.sets {
            let shown = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let version = if shown(&set.version) {
                set.version.as_str()
            } else {
                "?"
            };
            let control = if shown(&set.control_number) {
                set.control_number.as_str()
            } else {
                "?"
            };
            let transaction = if shown(&set.transaction) {
                set.transaction.as_str()
            } else {
                "?"
            };
            writeln!(
                f,
                "{transaction} {version}, set {control}: {}",
                tally(&set.findings)
            )?;
            for finding in &set.findings {
                write!(f, "{finding}")?;
            }
        }
        Ok(())
    }
}

fn tally(findings: &[Finding]) -> String {
    let errors = findings
        .iter()
        .filter(|finding| finding.fault.is_error())
        .count();
    let plural = |count, word: &str| match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    };
    match (errors, findings.len() - errors) {
        (0, 0) => "valid".to_owned(),
        (0, warnings) => format!("valid, {}", plural(warnings, "warning")),
        (errors, 0) => plural(errors, "error"),
        (errors, warnings) => format!(
            "{}, {}",
            plural(errors, "error"),
            plural(warnings, "warning")
        ),
    }
}
