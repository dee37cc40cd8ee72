//! Headers of interchanges and groups.

use crate::{Position, Segment};

/// ISA.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct InterchangeHeader {
    /// ISA05.
    pub sender_qualifier: String,
    /// ISA06, as sent, with its padding.
    pub sender_id: String,
    /// ISA07.
    pub receiver_qualifier: String,
    /// ISA08, as sent, with its padding.
    pub receiver_id: String,
    /// ISA09, YYMMDD.
    pub date: String,
    /// ISA10, HHMM.
    pub time: String,
    /// ISA12.
    pub version: String,
    /// ISA13.
    pub control_number: String,
    /// ISA14: `1` where a TA1 is asked for.
    pub acknowledgment_requested: String,
    /// ISA15.
    pub usage: String,
}

/// GS.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct GroupHeader {
    /// GS01.
    pub functional: String,
    /// GS02.
    pub sender: String,
    /// GS03.
    pub receiver: String,
    /// GS04, CCYYMMDD.
    pub date: String,
    /// GS05.
    pub time: String,
    /// GS06.
    pub control_number: String,
    /// GS08.
    pub version: String,
    /// Where the GS stands.
    pub position: Position,
}

impl InterchangeHeader {
    pub(crate) fn of(isa: &Segment<'_>) -> Self {
        let field = |number| isa.element(number).to_owned();
        Self {
            sender_qualifier: field(5),
            sender_id: field(6),
            receiver_qualifier: field(7),
            receiver_id: field(8),
            date: field(9),
            time: field(10),
            version: field(12),
            control_number: field(13),
            acknowledgment_requested: field(14),
            usage: field(15),
        }
    }
}

impl GroupHeader {
    pub(crate) fn of(gs: &Segment<'_>) -> Self {
        let field = |number| gs.element(number).to_owned();
        Self {
            functional: field(1),
            sender: field(2),
            receiver: field(3),
            date: field(4),
            time: field(5),
            control_number: field(6),
            version: field(8),
            position: gs.position(),
        }
    }
}

/// Control numbers are equal as numbers: `0001` closes `1`.
pub(crate) fn same_number(one: &str, other: &str) -> bool {
    one.trim().trim_start_matches('0') == other.trim().trim_start_matches('0')
}
