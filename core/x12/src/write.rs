//! Writes interchanges: order by guide, counts, HL and LX numbers, envelopes.

use crate::tree::Loop;
use crate::{Delimiters, Guide, SegmentBuf};

/// Gives out control numbers, each once.
pub trait ControlNumbers {
    /// The next ISA13.
    fn next_interchange(&mut self) -> u32;
    /// The next GS06.
    fn next_group(&mut self) -> u32;
    /// The next ST02.
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
#[derive(Debug)]
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
    /// GS06.
    pub group: u32,
    /// ST02 of each set.
    pub sets: Vec<u32>,
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
    /// A loop that the guide does not have there.
    #[error("the guide has no loop {loop_id} inside {inside}")]
    UnknownLoop {
        /// Loop.
        loop_id: &'static str,
        /// Where it was put.
        inside: &'static str,
    },
}

/// Writes sets of one guide as one interchange with one group.
///
/// # Errors
/// Where a value holds a delimiter, or a loop is not in the guide.
pub fn write(
    envelope: &Envelope,
    sets: Vec<SetToWrite>,
    numbers: &mut dyn ControlNumbers,
) -> Result<Written, WriteError> {
    let Some(guide) = sets.first().map(|set| set.guide) else {
        return Err(WriteError::Nothing);
    };
    for (field, text, limit) in [
        ("sender id", &envelope.sender.1, 15),
        ("receiver id", &envelope.receiver.1, 15),
        ("sender qualifier", &envelope.sender.0, 2),
        ("receiver qualifier", &envelope.receiver.0, 2),
    ] {
        if text.chars().count() > limit {
            return Err(WriteError::TooLong { field, limit });
        }
    }
    let interchange = numbers.next_interchange();
    let group = numbers.next_group();
    let mut out = String::new();
    let (date, time) = (&envelope.date, &envelope.time);
    let short_date = date.get(2..).unwrap_or(date);
    out.push_str(&format!(
        "ISA*00*{:10}*00*{:10}*{:2}*{:15}*{:2}*{:15}*{short_date}*{time}*^*00501*{interchange:09}*0*{}*:~\n",
        "", "", envelope.sender.0, envelope.sender.1, envelope.receiver.0, envelope.receiver.1, envelope.usage
    ));
    out.push_str(&format!(
        "GS*{}*{}*{}*{date}*{time}*{group}*X*{}~\n",
        guide.functional(),
        envelope.sender.1,
        envelope.receiver.1,
        guide.version()
    ));
    let mut written_sets = Vec::new();
    let count = sets.len();
    for set in sets {
        let number = numbers.next_set();
        written_sets.push(number);
        out.push_str(&write_set(set, number)?);
    }
    out.push_str(&format!("GE*{count}*{group}~\nIEA*1*{interchange:09}~\n"));
    Ok(Written {
        bytes: out.into_bytes(),
        interchange,
        group,
        sets: written_sets,
    })
}

fn write_set(set: SetToWrite, number: u32) -> Result<String, WriteError> {
    let SetToWrite { guide, mut root } = set;
    root.segments
        .retain(|segment| segment.id != "ST" && segment.id != "SE");
    let version = if guide.set_id() == "835" {
        String::new()
    } else {
        format!("*{}", guide.version())
    };
    let mut lines = Vec::new();
    let mut state = Numbering::default();
    emit(guide, 0, root, &mut state, 0, &mut lines)?;
    let mut out = format!("ST*{}*{number:04}{version}~\n", guide.set_id());
    for line in &lines {
        out.push_str(line);
        out.push_str("~\n");
    }
    out.push_str(&format!("SE*{}*{number:04}~\n", lines.len() + 2));
    Ok(out)
}

#[derive(Default)]
struct Numbering {
    hl: u32,
    lx: u32,
}

/// Writes a loop and what is in it, in the guide's order.
fn emit(
    guide: &'static Guide,
    def: usize,
    mut content: Loop,
    numbering: &mut Numbering,
    parent_hl: u32,
    out: &mut Vec<String>,
) -> Result<(), WriteError> {
    let definition = &guide.loops[def];
    content.segments.sort_by_key(|segment| {
        if segment.id == definition.opener {
            0
        } else {
            definition.place(&segment.id).unwrap_or(500) + 1
        }
    });
    let mut inner: Vec<(usize, usize, Loop)> = Vec::new();
    for child in std::mem::take(&mut content.loops) {
        let (order, def) = definition
            .children
            .iter()
            .enumerate()
            .find(|(_, at)| guide.loops[**at].id == child.id)
            .map(|(order, at)| (order, *at))
            .ok_or(WriteError::UnknownLoop {
                loop_id: child.id,
                inside: definition.id,
            })?;
        inner.push((order, def, child));
    }
    inner.sort_by_key(|(order, _, _)| *order);
    let has_hl_child = inner
        .iter()
        .any(|(_, def, _)| guide.loops[*def].opener == "HL");
    let mut own_hl = parent_hl;
    let split = content
        .segments
        .iter()
        .position(|segment| definition.after.contains(&segment.id.as_str()));
    let behind = split.map_or_else(Vec::new, |at| content.segments.split_off(at));
    for mut segment in content.segments {
        if segment.id == "HL" {
            numbering.hl += 1;
            own_hl = numbering.hl;
            segment.set(1, own_hl.to_string());
            segment.set(
                2,
                if parent_hl == 0 {
                    String::new()
                } else {
                    parent_hl.to_string()
                },
            );
            segment.set(4, if has_hl_child { "1" } else { "0" });
        }
        if segment.id == "CLM" {
            numbering.lx = 0;
        }
        if segment.id == "LX" {
            numbering.lx += 1;
            segment.set(1, numbering.lx.to_string());
        }
        out.push(checked(&segment, definition.id)?);
    }
    for (_, def, child) in inner {
        emit(guide, def, child, numbering, own_hl, out)?;
    }
    for segment in behind {
        out.push(checked(&segment, definition.id)?);
    }
    Ok(())
}

/// The segment as text, refused where its data would be read as structure.
fn checked(segment: &SegmentBuf, loop_id: &'static str) -> Result<String, WriteError> {
    let usual = Delimiters::default();
    for number in 1..=segment.len() {
        let bad = segment
            .element(number)
            .bytes()
            .any(|byte| byte == usual.element || byte == usual.segment || byte.is_ascii_control());
        if bad {
            return Err(WriteError::DelimiterInData {
                loop_id,
                segment: segment.id.clone(),
                element: number,
            });
        }
    }
    Ok(segment.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{guide_for, read};

    struct Counting(u32);

    impl ControlNumbers for Counting {
        fn next_interchange(&mut self) -> u32 {
            self.0 += 1;
            self.0
        }
        fn next_group(&mut self) -> u32 {
            self.next_interchange()
        }
        fn next_set(&mut self) -> u32 {
            self.next_interchange()
        }
    }

    fn envelope() -> Envelope {
        let partner = |id: &str| ("ZZ".to_owned(), id.to_owned());
        Envelope {
            sender: partner("US"),
            receiver: partner("THEM"),
            usage: "T",
            date: "20260302".to_owned(),
            time: "0815".to_owned(),
        }
    }

    fn remittance(name: &str) -> SetToWrite {
        let guide = guide_for("005010X221A1", "835").unwrap();
        let mut root = Loop::new("ST");
        // Given out of order on purpose.
        root.segments = ["PLB*1*20261231*WO:1*5", "TRN*1*T1*O1", "BPR*I*-5*D*ACH"]
            .map(SegmentBuf::parse)
            .to_vec();
        let mut payer = Loop::new("1000A");
        payer.segments = vec![SegmentBuf::new("N1").with_elements(["PR", name])];
        root.loops.push(payer);
        SetToWrite { guide, root }
    }

    #[test]
    fn what_is_written_reads_back_in_the_guides_order() {
        let written = write(&envelope(), vec![remittance("PAYER")], &mut Counting(0)).unwrap();
        let back = read(&written.bytes).unwrap();
        let set = &back[0].sets[0];
        assert!(
            set.faults.is_empty() && back[0].faults.is_empty(),
            "{:?}",
            set.faults
        );
        let ids: Vec<_> = set
            .root
            .segments
            .iter()
            .map(|segment| segment.id.as_str())
            .collect();
        assert_eq!(ids, ["ST", "BPR", "TRN", "PLB", "SE"]);
        assert_eq!(
            set.root.child("1000A").unwrap().segments[0].element(2),
            "PAYER"
        );
    }

    #[test]
    fn a_delimiter_in_data_is_refused_without_repeating_the_data() {
        let error = write(&envelope(), vec![remittance("A*B~C")], &mut Counting(0)).unwrap_err();
        assert!(!error.to_string().contains("A*B"), "{error}");
        assert!(matches!(
            error,
            WriteError::DelimiterInData {
                loop_id: "1000A",
                element: 2,
                ..
            }
        ));
    }
}
