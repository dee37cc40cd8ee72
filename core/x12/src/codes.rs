//! Each kind of fault in words, and the code that acknowledges it.

use crate::fault::{Ask, Fault, FaultKind};

/// A code of an acknowledgment, by the element that carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "element", content = "code")]
pub enum AckCode {
    /// TA105: the interchange.
    #[serde(rename = "TA105")]
    Interchange(&'static str),
    /// AK905: the functional group.
    #[serde(rename = "AK905")]
    Group(&'static str),
    /// IK502: the transaction set.
    #[serde(rename = "IK502")]
    Set(&'static str),
    /// IK304: the segment.
    #[serde(rename = "IK304")]
    Segment(&'static str),
    /// IK403: the element.
    #[serde(rename = "IK403")]
    Element(&'static str),
}

impl AckCode {
    /// The bare code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Interchange(code)
            | Self::Group(code)
            | Self::Set(code)
            | Self::Segment(code)
            | Self::Element(code) => code,
        }
    }
}

/// 005010X231A1: IK304, IK403, IK502, AK905; X12.5: TA105.
pub(crate) const fn of(fault: &Fault) -> AckCode {
    use AckCode::{Element, Group, Interchange, Segment, Set};
    let id = fault.segment.as_bytes();
    match fault.kind {
        FaultKind::UnexpectedSegment => Segment("2"),
        FaultKind::UnknownSegment => Segment("1"),
        FaultKind::OutOfOrder => Segment("7"),
        // What only a condition asks for has a code of its own.
        FaultKind::MissingSegment(_) if fault.trigger.is_some() => Segment("I6"),
        FaultKind::MissingSegment(_) => Segment("3"),
        FaultKind::MissingLoop(_) => Segment("I7"),
        FaultKind::TooManySegments(_) => Segment("5"),
        FaultKind::TooManyLoops(_) => Segment("4"),
        FaultKind::ForbiddenSegment(_) | FaultKind::ForbiddenLoop(_) => Segment("I9"),
        FaultKind::MissingElement => Element("1"),
        FaultKind::ConditionalMissing(_) => Element("2"),
        FaultKind::Excluded(_) => Element("10"),
        FaultKind::TooManyElements | FaultKind::TrailingSeparators => Element("3"),
        FaultKind::TooManyComponents => Element("13"),
        FaultKind::TooManyRepeats(_) => Element("12"),
        FaultKind::NotUsed => Element("I10"),
        FaultKind::TooShort(_) => Element("4"),
        FaultKind::TooLong(_) => Element("5"),
        FaultKind::InvalidCharacter => Element("6"),
        FaultKind::InvalidCode
        | FaultKind::HlNumber
        | FaultKind::HlParent
        | FaultKind::HlChild
        | FaultKind::LxNumber => Element("7"),
        FaultKind::InvalidDate => Element("8"),
        FaultKind::InvalidTime => Element("9"),
        FaultKind::WrongCount => match id {
            b"SE" => Set("4"),
            b"GE" => Group("5"),
            _ => Interchange("021"),
        },
        FaultKind::WrongControlNumber => match id {
            b"SE" => Set("3"),
            b"GE" => Group("4"),
            _ => Interchange("001"),
        },
        FaultKind::DuplicateControlNumber => match id {
            b"ST" => Set("23"),
            b"GS" => Group("19"),
            _ => Interchange("025"),
        },
        FaultKind::MissingTrailer(trailer) => match trailer.as_bytes() {
            b"SE" => Set("2"),
            b"GE" => Group("3"),
            _ => Interchange("023"),
        },
        FaultKind::OutsideEnvelope => Interchange("022"),
        FaultKind::NoGuide => Set("1"),
        FaultKind::Unbalanced(_) => Set("5"),
        FaultKind::Overlay(ask) => match (ask, fault.element) {
            (Ask::Require, Some(_)) => Element("I9"),
            (Ask::Forbid, Some(_)) => Element("I13"),
            (Ask::Length(_), _) => Element("5"),
            (Ask::Times(_), _) => Segment("5"),
            (Ask::Codes, _) => Element("I6"),
            (Ask::Require, None) => Segment("I6"),
            (Ask::Forbid, None) => Segment("I9"),
        },
    }
}

pub(crate) fn text(kind: FaultKind) -> String {
    match kind {
        FaultKind::UnexpectedSegment => "the guide has no such segment here".to_owned(),
        FaultKind::UnknownSegment => "there is no segment of this id".to_owned(),
        FaultKind::OutOfOrder => "it stands behind something that it should precede".to_owned(),
        FaultKind::MissingSegment(id) => format!("required segment {id} is missing"),
        FaultKind::MissingLoop(id) => format!("required loop {id} is missing"),
        FaultKind::TooManySegments(limit) => format!("it may occur at most {limit} times here"),
        FaultKind::TooManyLoops(limit) => format!("its loop may occur at most {limit} times here"),
        FaultKind::ForbiddenSegment(id) => format!("segment {id} must not be here"),
        FaultKind::ForbiddenLoop(id) => format!("loop {id} must not be here"),
        FaultKind::MissingElement => "required element is missing".to_owned(),
        FaultKind::ConditionalMissing(note) => {
            format!("an element is missing that the others need (syntax note {note})")
        }
        FaultKind::Excluded(note) => {
            format!("elements that exclude each other are both there (syntax note {note})")
        }
        FaultKind::TooManyElements => "the segment has no element of this number".to_owned(),
        FaultKind::TooManyComponents => "the element has no component of this number".to_owned(),
        FaultKind::TooManyRepeats(limit) => format!("it may repeat at most {limit} times"),
        FaultKind::NotUsed => "the guide does not use this element".to_owned(),
        FaultKind::TooShort(least) => format!("shorter than {least} characters"),
        FaultKind::TooLong(most) => format!("longer than {most} characters"),
        FaultKind::InvalidCharacter => "a character that is not allowed here".to_owned(),
        FaultKind::InvalidCode => "a code that the guide does not list".to_owned(),
        FaultKind::InvalidDate => "no date of the calendar in the format stated".to_owned(),
        FaultKind::InvalidTime => "no time of the day".to_owned(),
        FaultKind::TrailingSeparators => "empty elements at the end of the segment".to_owned(),
        FaultKind::WrongCount => {
            "the count disagrees with what stands between header and trailer".to_owned()
        }
        FaultKind::WrongControlNumber => {
            "the control number disagrees with the header's".to_owned()
        }
        FaultKind::DuplicateControlNumber => {
            "the control number was used before in this envelope".to_owned()
        }
        FaultKind::MissingTrailer(id) => format!("its trailer {id} is missing"),
        FaultKind::OutsideEnvelope => "a segment outside its envelope".to_owned(),
        FaultKind::NoGuide => "there is no guide for this transaction and version".to_owned(),
        FaultKind::HlNumber => "HL01 must count up from 1 within the set".to_owned(),
        FaultKind::HlParent => "HL02 must name the level that it stands under".to_owned(),
        FaultKind::HlChild => "HL04 must say whether levels stand below".to_owned(),
        FaultKind::LxNumber => "LX01 must count up from 1".to_owned(),
        FaultKind::Unbalanced(identity) => format!("amounts do not add up: {identity}"),
        FaultKind::Overlay(ask) => match ask {
            Ask::Require => "the payer requires it and it is missing".to_owned(),
            Ask::Forbid => "the payer does not take it".to_owned(),
            Ask::Length(most) => format!("the payer takes at most {most} characters"),
            Ask::Times(most) => format!("the payer takes at most {most} of it"),
            Ask::Codes => "a code that the payer does not take".to_owned(),
        },
    }
}
