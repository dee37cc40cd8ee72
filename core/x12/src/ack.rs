//! Acknowledgments: TA1 for interchanges, 999 for groups.

use crate::answer;
use crate::codes::AckCode;
use crate::token::Segments;
use crate::validate::validate_envelopes;
use crate::write::{Envelope, InterchangeBuilder, SetToWrite, WriteError, Written};
use crate::{
    ControlNumbers, Fault, FileError, GroupHeader, Interchange, Loop, Overlay, SegmentBuf,
    TransactionSet, guide_named, read,
};

/// When and how an acknowledgment is written.
#[derive(Debug, Clone, Copy)]
pub struct AckRequest<'a> {
    /// YYYYMMDD.
    pub date: &'a str,
    /// HHMM.
    pub time: &'a str,
    /// Payers' companion guides to check by.
    pub overlays: &'a [&'a Overlay],
}

/// Why no acknowledgment can be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AckError {
    /// The file cannot be read, and not even its ISA tells whom to answer.
    #[error(transparent)]
    File(#[from] FileError),
    /// The acknowledgment cannot be written.
    #[error("the acknowledgment cannot be written: {0}")]
    Write(#[from] WriteError),
    /// It holds acknowledgments only, which are not acknowledged.
    #[error("the file holds nothing that is acknowledged: no group but 999 and no TA1 asked for")]
    NothingToAcknowledge,
}

/// Answers a file: for each interchange one with a TA1 where it has faults or
/// asks for one, and a 999 for each group.
///
/// A set with errors is rejected, one with warnings alone is accepted with
/// errors; a group is rejected, partially accepted or accepted by its sets
/// (005010X231A1, IK501 and AK901). Groups of 999 and 997 are not answered. A
/// file that ends too early is answered by a TA1 with code 023 where its ISA can
/// be read. No value of the file is repeated but control numbers and, as
/// business unit in CTX, CLM01.
///
/// # Errors
/// Where not even the ISA can be read, or there is nothing to acknowledge.
///
/// ```
/// use scrubjay_x12::{AckRequest, ControlNumbers, acknowledge};
/// struct Seven;
/// impl ControlNumbers for Seven {
///     fn next_interchange(&mut self) -> u32 { 7 }
///     fn next_group(&mut self) -> u32 { 7 }
///     fn next_set(&mut self) -> u32 { 7 }
/// }
/// let file = include_str!("../fixtures/reversal-and-correction.835").replace("TRN*1*", "TRN*2*");
/// let request = AckRequest { date: "20260303", time: "0900", overlays: &[] };
/// let written = acknowledge(file.as_bytes(), request, &mut Seven)?;
/// let text = String::from_utf8(written[0].bytes.clone()).unwrap();
/// assert!(text.contains("IK3*TRN*3**8~\nIK4*1**7~\nIK5*R*5~\nAK9*R*1*1*0~"), "{text}");
/// # Ok::<(), scrubjay_x12::AckError>(())
/// ```
pub fn acknowledge(
    bytes: &[u8],
    request: AckRequest<'_>,
    numbers: &mut dyn ControlNumbers,
) -> Result<Vec<Written>, AckError> {
    let interchanges = match read(bytes) {
        Ok(interchanges) => interchanges,
        Err(error) => return refuse(bytes, error, request, numbers),
    };
    let envelopes = validate_envelopes(bytes)?;
    let stated = stated_counts(bytes);
    let mut answers = Vec::new();
    for (interchange, next) in interchanges
        .iter()
        .zip(interchanges.iter().skip(1).map(Some).chain([None]))
    {
        let ends = next.map_or(usize::MAX, |next| next.at.segment);
        let faults: Vec<&Fault> = envelopes
            .iter()
            .filter(|fault| (interchange.at.segment..ends).contains(&fault.position.segment))
            .chain(&interchange.faults)
            .collect();
        let envelope = envelope_back(interchange, request);
        let (ta1, rejected) = ta1_of(interchange, &faults);
        let mut builder = InterchangeBuilder::new(&envelope);
        let mut any = false;
        let asked = interchange.header.acknowledgment_requested == "1";
        if asked || ta1.element(4) != "A" {
            builder = builder.acknowledgment(ta1);
            any = true;
        }
        for group in interchange.groups.iter().filter(|_| !rejected) {
            if group.functional == "FA" {
                continue;
            }
            let sets: Vec<&TransactionSet> = interchange
                .sets
                .iter()
                .filter(|set| std::sync::Arc::ptr_eq(&set.group, group))
                .collect();
            let included = stated
                .iter()
                .find(|(gs, _)| *gs == group.position.segment)
                .map(|(_, count)| *count);
            let set = answer_group(group, &sets, included, interchange, request.overlays);
            builder = builder.group_between(set, &group.receiver, &group.sender);
            any = true;
        }
        if any {
            answers.push(builder.write(numbers)?);
        }
    }
    if answers.is_empty() {
        return Err(AckError::NothingToAcknowledge);
    }
    Ok(answers)
}

/// The interchange goes back to whom it came from.
fn envelope_back(interchange: &Interchange, request: AckRequest<'_>) -> Envelope {
    let header = &interchange.header;
    let party = |qualifier: &str, id: &str| (qualifier.trim().to_owned(), id.trim_end().to_owned());
    Envelope {
        sender: party(&header.receiver_qualifier, &header.receiver_id),
        receiver: party(&header.sender_qualifier, &header.sender_id),
        usage: if header.usage == "P" { "P" } else { "T" },
        date: request.date.to_owned(),
        time: request.time.to_owned(),
    }
}

/// A file that ends too early is answered by what its ISA tells.
fn refuse(
    bytes: &[u8],
    error: FileError,
    request: AckRequest<'_>,
    numbers: &mut dyn ControlNumbers,
) -> Result<Vec<Written>, AckError> {
    let code = match error {
        FileError::CutShort { .. } => "023",
        FileError::EndlessSegment { .. } => "004",
        FileError::OutsideEnvelope { .. } => "022",
        _ => return Err(error.into()),
    };
    let Some(Ok(isa)) = Segments::new(bytes).next() else {
        return Err(error.into());
    };
    let interchange = Interchange::of(&isa);
    let envelope = envelope_back(&interchange, request);
    let ta1 = ta1(&interchange, "R", code);
    let written = InterchangeBuilder::new(&envelope)
        .acknowledgment(ta1)
        .write(numbers)?;
    Ok(vec![written])
}

fn ta1(interchange: &Interchange, status: &str, code: &str) -> SegmentBuf {
    let header = &interchange.header;
    SegmentBuf::new("TA1").with_elements([
        header.control_number.as_str(),
        &header.date,
        &header.time,
        status,
        code,
    ])
}

/// The TA1 of an interchange, and whether it is rejected whole (X12.5).
fn ta1_of(interchange: &Interchange, faults: &[&Fault]) -> (SegmentBuf, bool) {
    for fault in faults {
        if let AckCode::Interchange(code) = fault.code() {
            return (ta1(interchange, "R", code), true);
        }
    }
    let element = faults
        .iter()
        .filter(|fault| fault.segment == "ISA")
        .find_map(|fault| fault.element);
    let code = match element {
        None => return (ta1(interchange, "A", "000"), false),
        Some(1) => "010",
        Some(2) => "011",
        Some(3) => "012",
        Some(4) => "013",
        Some(5) => "005",
        Some(6) => "006",
        Some(7) => "007",
        Some(8) => "008",
        Some(9) => "014",
        Some(10) => "015",
        Some(11) => "026",
        Some(12) => "017",
        Some(13) => "018",
        Some(14) => "019",
        Some(15) => "020",
        Some(16) => "027",
        Some(_) => "022",
    };
    (ta1(interchange, "E", code), false)
}

/// GE01 of each group, by the ordinal of its GS.
fn stated_counts(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut counts = Vec::new();
    let mut open = None;
    for segment in Segments::new(bytes).map_while(Result::ok) {
        match segment.id() {
            "GS" => open = Some(segment.position().segment),
            "GE" => {
                if let (Some(gs), Ok(count)) = (open.take(), segment.element(1).trim().parse()) {
                    counts.push((gs, count));
                }
            }
            _ => {}
        }
    }
    counts
}

/// The 999 of one group.
fn answer_group(
    group: &GroupHeader,
    sets: &[&TransactionSet],
    included: Option<usize>,
    interchange: &Interchange,
    overlays: &[&Overlay],
) -> Vec<SetToWrite> {
    let Some(guide) = guide_named("999") else {
        return Vec::new();
    };
    let mut root = Loop::new("ST");
    root.segments.push(SegmentBuf::new("AK1").with_elements([
        group.functional.as_str(),
        &group.control_number,
        &group.version,
    ]));
    let mut accepted = 0;
    let mut with_errors = false;
    for set in sets {
        let (answer, status) = answer::set(set, overlays);
        accepted += usize::from(status != "R");
        with_errors |= status == "E";
        root.loops.push(answer);
    }
    let next = interchange
        .groups
        .iter()
        .map(|other| other.position.segment)
        .find(|at| *at > group.position.segment)
        .unwrap_or(usize::MAX);
    let mut codes: Vec<&'static str> = Vec::new();
    for fault in &interchange.faults {
        if let AckCode::Group(code) = fault.code()
            && (group.position.segment..next).contains(&fault.position.segment)
            && !codes.contains(&code)
        {
            codes.push(code);
        }
    }
    let status = if !codes.is_empty() || (accepted == 0 && !sets.is_empty()) {
        "R"
    } else if accepted < sets.len() {
        "P"
    } else if with_errors {
        "E"
    } else {
        "A"
    };
    let mut ak9 = SegmentBuf::new("AK9").with_elements([
        status.to_owned(),
        included.unwrap_or(sets.len()).to_string(),
        sets.len().to_string(),
        // A group that is rejected has no set that is accepted.
        if status == "R" { 0 } else { accepted }.to_string(),
    ]);
    for code in codes.iter().take(5) {
        ak9.push(*code);
    }
    root.segments.push(ak9);
    vec![SetToWrite { guide, root }]
}
