//! Questions to payers and their answers (270, 271, 276, 277, 278): what they
//! have in common.
//!
//! Each question is a transaction set of its own, so that a set which is
//! refused, by an AAA of its upper levels or by a 999, concerns no other.

mod level;
mod rejection;

use chrono::{DateTime, Utc};
use scrubjay_model::{Carried, Name, PayerId, Person, RecordId, Relationship};
use scrubjay_x12::{
    ControlNumbers, Guide, Loop, SegmentBuf, SetToWrite, TransactionSet, guide_named, write,
};

use crate::carry::{Kept, leftovers_of_level};
use crate::claim::Party;
use crate::draft::{Draft, DraftLoop};
use crate::envelope::envelope;
use crate::value::{d8, text};
use crate::{ClaimError, ReadError, WriteError};

pub(crate) use level::{
    Demographics, DependentAs, ProviderAs, check_parties, draft_demographics, draft_dependent,
    draft_payer, draft_provider, draft_subscriber, read_dependent, read_payer, read_provider,
};
pub(crate) use rejection::{draft_rejection, draft_rejections, read_rejections};

/// The payer that is asked, or answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AskedPayer {
    /// Its id, without which no question is written.
    pub id: Option<PayerId>,
    /// Its name.
    pub name: Name,
}

/// A patient who is not the subscriber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependent {
    /// Who.
    pub person: Person,
    /// How they stand to the subscriber.
    pub relationship: Relationship,
}

/// A trace number (TRN): the name of a question, which the answer gives back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The number, at most fifty characters.
    pub number: RecordId,
    /// Who gave it (TRN03): ten characters, 1 and the tax number, or 9 and nine
    /// characters of one's own.
    pub originator: String,
}

/// Questions or answers that leave together.
#[derive(Debug, Clone)]
pub struct Exchange<'a, T> {
    /// Questions or answers, a transaction set each.
    pub items: &'a [T],
    /// Who sends.
    pub sender: Party,
    /// Who receives.
    pub receiver: Party,
    /// ISA15: T or P.
    pub usage: &'static str,
    /// When it is sent.
    pub at: DateTime<Utc>,
}

/// A file of questions or answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenExchange {
    /// The file.
    pub bytes: Vec<u8>,
    /// ISA13.
    pub interchange: u32,
    /// GS06.
    pub group: u32,
    /// ST02 of each question or answer, in order.
    pub sets: Vec<u32>,
}

/// The question that an answer is to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matched<'a, T> {
    /// The one whose trace number came back.
    ByTrace(&'a T),
    /// The only one about what the answer is about: the trace number was lost
    /// on the way.
    ByContent(&'a T),
    /// As many are about what the answer is about: a person must choose.
    Several(usize),
    /// None of them.
    Nothing,
}

impl<'a, T> Matched<'a, T> {
    /// Looks for the one of that name, else for the only one of that content.
    pub(crate) fn among(
        asked: &'a [T],
        by_name: impl Fn(&T) -> bool,
        by_content: impl Fn(&T) -> bool,
    ) -> Self {
        if let Some(found) = asked.iter().find(|question| by_name(question)) {
            return Self::ByTrace(found);
        }
        let mut fitting = asked.iter().filter(|question| by_content(question));
        match (fitting.next(), fitting.count()) {
            (None, _) => Self::Nothing,
            (Some(only), 0) => Self::ByContent(only),
            (Some(_), more) => Self::Several(more + 1),
        }
    }
}

impl<T> Exchange<'_, T> {
    /// Writes each item as a set of the transaction of that name.
    pub(crate) fn write(
        &self,
        transaction: &'static str,
        numbers: &mut dyn ControlNumbers,
        set: impl Fn(&T) -> Result<Loop, ClaimError>,
    ) -> Result<WrittenExchange, WriteError> {
        let guide = guide_named(transaction)
            .expect("the X12 crate has the guides of questions and answers");
        let mut sets = Vec::with_capacity(self.items.len());
        for (number, item) in (1..).zip(self.items) {
            let root = set(item).map_err(|problem| WriteError::Exchange { number, problem })?;
            sets.push(SetToWrite { guide, root });
        }
        if sets.is_empty() {
            return Err(WriteError::Nothing);
        }
        let envelope = envelope(&self.sender, &self.receiver, self.usage, self.at);
        let written = write(&envelope, sets, numbers)?;
        Ok(WrittenExchange {
            bytes: written.bytes,
            interchange: written.interchange,
            group: written.group,
            sets: written.sets,
        })
    }

    /// BHT: structure, purpose, name of the set, day, time, kind.
    pub(crate) fn bht(&self, [structure, purpose, name, kind]: [&str; 4]) -> SegmentBuf {
        let (day, time) = (d8(self.at.date_naive()), self.at.format("%H%M").to_string());
        SegmentBuf::new("BHT").with_elements([structure, purpose, name, &day, &time, kind])
    }
}

/// Whether a set is of that transaction.
pub(crate) fn expect(
    set: &TransactionSet,
    transaction: &str,
    expected: &'static str,
) -> Result<(), ReadError> {
    if set.guide.map(Guide::transaction) == Some(transaction) {
        return Ok(());
    }
    Err(ReadError::WrongTransaction {
        at: set.position(),
        expected,
    })
}

/// BHT03, where it says more than the trace number does.
pub(crate) fn batch_of(set: &TransactionSet, trace: Option<&RecordId>) -> Option<String> {
    let name = text(set.root.segment("BHT")?.element(3))?;
    (trace.map(RecordId::as_str) != Some(name.as_str())).then_some(name)
}

/// Takes the first segment that fits out of a loop: the model holds it whole.
pub(crate) fn take(within: &mut Loop, fits: impl Fn(&SegmentBuf) -> bool) -> Option<SegmentBuf> {
    let at = within.segments.iter().position(fits)?;
    Some(within.segments.remove(at))
}

/// The levels of one patient, outermost first, as they came and as the model
/// would write them; a level that did not come has no loop.
#[derive(Debug, Default)]
pub(crate) struct Levels(Vec<DraftLoop>);

impl Levels {
    /// Adds a level inside the ones so far.
    pub(crate) fn inside(mut self, level: Option<DraftLoop>) -> Self {
        self.0.extend(level);
        self
    }

    /// What came and the model would not give back.
    pub(crate) fn leftovers(&self, came: &[&Loop]) -> Vec<Carried> {
        let mut carried = Vec::new();
        for draft in &self.0 {
            if let Some(came) = came.iter().find(|came| came.id == draft.id) {
                leftovers_of_level(draft, came, &mut carried);
            }
        }
        carried
    }

    /// A set with these levels inside each other and what was carried put back.
    pub(crate) fn restore(&self, bht: SegmentBuf, carried: &[Carried]) -> Result<Loop, ClaimError> {
        let mut kept = Kept::of(carried);
        let mut levels = Vec::with_capacity(self.0.len());
        for draft in &self.0 {
            levels.push(kept.restore(draft)?);
        }
        let mut root = Loop::new("ST");
        root.segments.push(bht);
        let inner = levels.into_iter().rev().reduce(|inner, mut outer| {
            outer.loops.push(inner);
            outer
        });
        root.loops.extend(inner);
        Ok(root)
    }
}

/// HL of a level.
pub(crate) fn hl(id: &'static str, code: &'static str) -> DraftLoop {
    let mut level = DraftLoop::new(id);
    level.segments.push(Draft::new("HL").owned(3, code));
    level
}

/// Trace numbers of a level, ours and those of whom it passed through.
pub(crate) fn read_traces(within: &Loop) -> Vec<Trace> {
    let mut traces = Vec::new();
    for trn in within.segments_with("TRN") {
        // The list ends where one cannot be named: the rest is carried.
        let Ok(number) = trn.element(2).trim().parse() else {
            break;
        };
        traces.push(Trace {
            number,
            originator: trn.element(3).trim().to_owned(),
        });
    }
    traces
}

/// TRN segments; `kind` is 1 of a question and 2 of an answer.
pub(crate) fn draft_traces<'a>(
    traces: impl IntoIterator<Item = &'a Trace>,
    kind: &'static str,
) -> Vec<Draft> {
    traces
        .into_iter()
        .map(|trace| {
            Draft::new("TRN")
                .assumed(1, kind)
                .owned(2, trace.number.as_str())
                .owned(3, trace.originator.as_str())
        })
        .collect()
}

/// What a trace number must be to be written.
pub(crate) fn check_trace(trace: &Trace, loop_id: &'static str) -> Result<(), ClaimError> {
    check_number(&trace.number, loop_id)?;
    if trace.originator.chars().count() != 10 {
        return Err(ClaimError::Originator { loop_id });
    }
    Ok(())
}

pub(crate) fn check_number(number: &RecordId, loop_id: &'static str) -> Result<(), ClaimError> {
    let limit = 50;
    if number.as_str().chars().count() > limit {
        return Err(ClaimError::TooLong {
            what: "trace number",
            limit,
            loop_id,
        });
    }
    Ok(())
}
