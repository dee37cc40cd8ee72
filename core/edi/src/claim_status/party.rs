//! The levels above a claim, of question and answer alike.

use scrubjay_model::{Person, Provider, Relationship};
use scrubjay_x12::{Loop, SegmentBuf};

use super::StatusReceiver;
use crate::draft::{Draft, DraftLoop};
use crate::exchange::{
    AskedPayer, Dependent, DependentAs, ProviderAs, draft_dependent, draft_payer, draft_provider,
    draft_subscriber, hl, read_payer, read_provider,
};
use crate::party::{read_name, read_person};

const PROVIDER: ProviderAs = ProviderAs {
    id: "2100C",
    tax: "FI",
    tax_reference: None,
};

const DEPENDENT: DependentAs = DependentAs {
    id: "2100E",
    entity: "QC",
    other: None,
};

/// Who is named above a claim.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) payer: &'a AskedPayer,
    pub(super) receiver: &'a StatusReceiver,
    pub(super) provider: &'a Provider,
    pub(super) subscriber: &'a Person,
    pub(super) dependent: Option<&'a Person>,
}

impl Named<'_> {
    pub(super) fn source(self) -> DraftLoop {
        let mut source = hl("2000A", "20");
        source.loops.push(draft_payer("2100A", self.payer));
        source
    }

    pub(super) fn receiver(self) -> DraftLoop {
        let mut level = hl("2000B", "21");
        let name = &self.receiver.name;
        let part = |part: &Option<String>| part.clone().unwrap_or_default();
        let mut named = DraftLoop::new("2100B");
        named.segments.push(
            Draft::new("NM1")
                .assumed(1, "41")
                .assumed(2, if name.first.is_some() { "1" } else { "2" })
                .owned(3, name.last.as_str())
                .owned(4, part(&name.first))
                .owned(5, part(&name.middle))
                .owned(7, part(&name.suffix))
                .assumed(8, "46")
                .owned(9, self.receiver.id.as_str()),
        );
        level.loops.push(named);
        level
    }

    pub(super) fn provider(self) -> DraftLoop {
        let mut level = hl("2000C", "19");
        level.loops.push(draft_provider(PROVIDER, self.provider));
        level
    }

    pub(super) fn subscriber(self) -> DraftLoop {
        let mut level = hl("2000D", "22");
        level
            .loops
            .push(draft_subscriber("2100D", self.subscriber, None));
        level
    }

    pub(super) fn dependent(self) -> Option<DraftLoop> {
        let dependent = Dependent {
            person: self.dependent?.clone(),
            relationship: Relationship::Other,
        };
        let mut level = hl("2000E", "23");
        level.loops.push(draft_dependent(DEPENDENT, &dependent));
        Some(level)
    }
}

/// The same as read.
#[derive(Debug, Default)]
pub(super) struct Parties {
    pub(super) payer: AskedPayer,
    pub(super) receiver: StatusReceiver,
    pub(super) provider: Provider,
    pub(super) subscriber: Person,
    pub(super) dependent: Option<Person>,
}

impl Parties {
    pub(super) fn read(levels: &[Loop]) -> Self {
        let level = |id: &str| levels.iter().find(|level| level.id == id);
        let named = |of: &str, id: &str| level(of).and_then(|level| level.child(id));
        let receiver = named("2000B", "2100B").and_then(|named| named.segment("NM1"));
        Self {
            payer: read_payer(named("2000A", "2100A")),
            receiver: StatusReceiver {
                id: receiver.map_or("", |nm1| nm1.element(9)).trim().to_owned(),
                name: receiver.map(read_name).unwrap_or_default(),
            },
            provider: read_provider(named("2000C", "2100C"), PROVIDER),
            subscriber: level("2000D")
                .map(|level| read(level, "2100D"))
                .unwrap_or_default(),
            dependent: level("2000E").map(|level| read(level, "2100E")),
        }
    }
}

/// A person's name, and the demographics that stand in the level itself.
fn read(level: &Loop, id: &str) -> Person {
    let demographics = read_person(level);
    Person {
        born: demographics.born,
        sex: demographics.sex,
        ..level.child(id).map(read_person).unwrap_or_default()
    }
}

/// The levels around one loop, cut down to it: each level keeps of its own
/// traces only those of that loop.
pub(super) fn cut(above: &[&Loop], kept: Option<&Loop>) -> Vec<Loop> {
    let is_trace = |inner: &Loop| inner.id.starts_with("2200");
    let mut levels: Vec<Loop> = above.iter().map(|level| (*level).clone()).collect();
    let last = levels.len().saturating_sub(1);
    for (at, level) in levels.iter_mut().enumerate() {
        level.loops.retain(|inner| !is_trace(inner));
        if at == last {
            level.loops.extend(kept.cloned());
        }
    }
    levels
}

/// TRN of that kind.
pub(super) fn draft_trace(kind: &'static str, number: &str) -> Draft {
    Draft::new("TRN").assumed(1, kind).owned(2, number)
}

/// First and last day of service, taken whole.
pub(super) fn take_days(within: &mut Loop) -> Option<(chrono::NaiveDate, chrono::NaiveDate)> {
    let span = |dtp: &SegmentBuf| {
        let days = match (dtp.element(2), dtp.element(3).split_once('-')) {
            ("D8", None) => (dtp.element(3), dtp.element(3)),
            ("RD8", Some(days)) => days,
            _ => return None,
        };
        let (from, to) = crate::value::day(days.0).zip(crate::value::day(days.1))?;
        (from <= to).then_some((from, to))
    };
    let dtp = crate::exchange::take(within, |dtp| {
        dtp.id == "DTP" && dtp.element(1) == "472" && span(dtp).is_some()
    })?;
    span(&dtp)
}

pub(super) fn draft_days((from, to): (chrono::NaiveDate, chrono::NaiveDate)) -> Draft {
    use crate::value::d8;
    let dtp = Draft::new("DTP").owned(1, "472");
    let dtp = if from == to {
        dtp.owned(2, "D8").owned(3, d8(from))
    } else {
        dtp.owned(2, "RD8")
            .owned(3, format!("{}-{}", d8(from), d8(to)))
    };
    dtp.held_whole()
}
