//! Acknowledgments: TA1 for interchanges, 999 for groups.

use crate::codes::AckCode;
use crate::token::Segments;
use crate::validate::{validate_envelopes, validate_with};
use crate::write::{Envelope, InterchangeBuilder, SetToWrite, WriteError, Written};
use crate::{
    ControlNumbers, Fault, FileError, GroupHeader, Interchange, Loop, Overlay, Position,
    SegmentBuf, TransactionSet, guide_named, read,
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
        let (answer, status) = answer_set(set, overlays);
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

/// AK2 to IK5 of one set, and its status.
fn answer_set(set: &TransactionSet, overlays: &[&Overlay]) -> (Loop, &'static str) {
    let mut answer = Loop::new("2000");
    let mut ak2 = SegmentBuf::new("AK2").with_elements([&*set.set_id, &*set.control_number]);
    let version = set.root.segment("ST").map_or("", |st| st.element(3));
    if !version.is_empty() {
        ak2.push(version);
    }
    answer.segments.push(ak2);
    let faults = validate_with(set, overlays);
    let claims = claims_of(set);
    let mut codes: Vec<&'static str> = Vec::new();
    let mut note = |code| {
        if !codes.contains(&code) {
            codes.push(code);
        }
    };
    let mut errors = false;
    // Faults of one segment share its IK3; one of the segment has its own.
    let mut open: Option<Position> = None;
    for fault in &faults {
        errors |= fault.is_error();
        match fault.code() {
            AckCode::Set(code) => note(code),
            AckCode::Element(code) => {
                note("5");
                if open != Some(fault.position) {
                    answer.loops.push(segment_fault(set, fault, "8", &claims));
                    open = Some(fault.position);
                }
                if let Some(last) = answer.loops.last_mut() {
                    last.loops.push(element_fault(fault, code));
                }
            }
            AckCode::Segment(code) => {
                note("5");
                answer.loops.push(segment_fault(set, fault, code, &claims));
                open = None;
            }
            AckCode::Group(_) | AckCode::Interchange(_) => {}
        }
    }
    let status = match (errors, faults.is_empty()) {
        (true, _) => "R",
        (false, false) => "E",
        (false, true) => "A",
    };
    let mut ik5 = SegmentBuf::new("IK5").with_elements([status]);
    for code in codes.iter().take(5) {
        ik5.push(*code);
    }
    answer.segments.push(ik5);
    (answer, status)
}

/// Where each claim begins, and its CLM01.
fn claims_of(set: &TransactionSet) -> Vec<(usize, String)> {
    let mut claims: Vec<(usize, String)> = set
        .root
        .walk()
        .filter(|inner| inner.id == "2300")
        .filter_map(|inner| inner.segment("CLM"))
        .map(|clm| {
            let at = clm.position.unwrap_or_default().segment;
            (at, clm.element(1).to_owned())
        })
        .collect();
    claims.sort();
    claims
}

/// IK3 with its CTX.
fn segment_fault(
    set: &TransactionSet,
    fault: &Fault,
    code: &str,
    claims: &[(usize, String)],
) -> Loop {
    let ordinal = fault.position.segment.saturating_sub(set.at.segment) + 1;
    // The loop identifier of a 999 has at most four characters.
    let loop_id = fault
        .loop_id
        .filter(|id| *id != "ST" && id.len() <= 4)
        .unwrap_or("");
    let id = match fault.shown_id() {
        "?" => "ZZZ",
        id => id,
    };
    let mut answer = Loop::new("2100");
    answer.segments.push(SegmentBuf::new("IK3").with_elements([
        id,
        &ordinal.to_string(),
        loop_id,
        code,
    ]));
    if let Some(trigger) = fault.trigger {
        let mut ctx = SegmentBuf::new("CTX").with_elements([
            "SITUATIONAL TRIGGER",
            trigger.segment,
            &ordinal.to_string(),
            "",
        ]);
        let (element, component) = (trigger.element.to_string(), trigger.component.to_string());
        match trigger.component {
            0 | 1 => ctx.push(element),
            _ => ctx.push_components([element, component]),
        }
        answer.segments.push(ctx);
    }
    let in_claim = fault
        .loop_id
        .is_some_and(|id| matches!(id.as_bytes(), [b'2', b'3' | b'4', ..]));
    let claim = claims
        .iter()
        .rev()
        .find(|(at, _)| *at <= fault.position.segment)
        .filter(|(_, number)| in_claim && !number.is_empty() && number.len() <= 35);
    if let Some((_, number)) = claim
        && number
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b":^*~".contains(&b))
    {
        let mut ctx = SegmentBuf::new("CTX");
        ctx.push_components(["CLM01", number]);
        answer.segments.push(ctx);
    }
    answer
}

/// IK4. The value itself (IK404) is left out: it may be a patient's.
fn element_fault(fault: &Fault, code: &str) -> Loop {
    let mut answer = Loop::new("2110");
    let mut ik4 = SegmentBuf::new("IK4");
    let element = fault.element.unwrap_or(1).to_string();
    match fault.component {
        Some(component) => ik4.push_components([element, component.to_string()]),
        None => ik4.push(element),
    }
    ik4.push("");
    ik4.push(code);
    answer.segments.push(ik4);
    answer
}
