//! Guides as data: one table a transaction, in `guides/`.

use std::sync::OnceLock;

use crate::Segment;
use crate::dictionary::{Element, Note};
use crate::table;

/// A transaction's loops and segments, by its implementation guide.
///
/// ```
/// let guide = scrubjay_x12::guide_for("005010X222", "837").unwrap();
/// assert_eq!((guide.transaction(), guide.version()), ("837P", "005010X222A1"));
/// assert!(guide.loop_id("2310B").is_some());
/// ```
#[derive(Debug)]
pub struct Guide {
    pub(crate) transaction: &'static str,
    pub(crate) version: &'static str,
    pub(crate) functional: &'static str,
    pub(crate) also: Vec<&'static str>,
    /// The loop that a streaming reader gives out one at a time.
    pub(crate) unit: Option<usize>,
    pub(crate) loops: Vec<LoopDef>,
    pub(crate) rules: Vec<When>,
    /// The segment ids that it uses, at most 64.
    pub(crate) ids: Ids,
}

/// A segment id in one word, so that two are compared at once; 0 for what is
/// no id of a guide.
pub(crate) fn tag(id: &str) -> u32 {
    match *id.as_bytes() {
        [a, b] => u32::from_be_bytes([0, 0, a, b]),
        [a, b, c] => u32::from_be_bytes([0, a, b, c]),
        _ => 0,
    }
}

/// The ids of a guide's segments, found without comparing them one by one.
#[derive(Debug)]
pub(crate) struct Ids {
    /// By the tag's hash: the tag and the bit that stands for it.
    table: Vec<(u32, u64)>,
}

impl Default for Ids {
    fn default() -> Self {
        Self {
            table: vec![(0, 0); Self::SIZE],
        }
    }
}

impl Ids {
    const SIZE: usize = 256;

    fn slot(tag: u32) -> usize {
        // Any odd number spreads well enough; clashes go to the next place.
        (tag.wrapping_mul(0x9e37_79b1) >> 24) as usize
    }

    /// The bit of a segment id; 0 where the guide does not use it.
    pub(crate) fn bit(&self, tag: u32) -> u64 {
        let mut at = Self::slot(tag);
        loop {
            match self.table[at % Self::SIZE] {
                (_, 0) => return 0,
                (found, bit) if found == tag => return bit,
                _ => at += 1,
            }
        }
    }

    /// INVARIANT: at most 64 ids in 256 places, so that every search ends.
    pub(crate) fn add(&mut self, tag: u32) -> u64 {
        let known = self.bit(tag);
        let count = self.table.iter().filter(|(_, bit)| *bit != 0).count();
        if known != 0 || count >= 64 {
            return known;
        }
        let mut at = Self::slot(tag);
        while self.table[at % Self::SIZE].1 != 0 {
            at += 1;
        }
        self.table[at % Self::SIZE] = (tag, 1 << count);
        1 << count
    }
}

/// Whether something must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Usage {
    Required,
    Situational,
    NotUsed,
}

/// Up to how often, where a guide says "more than 1".
pub(crate) const UNBOUNDED: u32 = u32::MAX;

/// One loop of a guide.
#[derive(Debug)]
pub(crate) struct LoopDef {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) usage: Usage,
    pub(crate) max: u32,
    /// Its segments; the first one opens it.
    pub(crate) slots: Vec<Slot>,
    /// The slots from here on come behind the child loops.
    pub(crate) after: usize,
    /// Child loops in order.
    pub(crate) children: Vec<usize>,
    /// For each child, the first one in a row that opens with its segment id:
    /// these share a position and come in any order.
    pub(crate) child_groups: Vec<usize>,
    /// The tag of each slot.
    pub(crate) tags: Vec<u32>,
    /// The slots that are required.
    pub(crate) required: Vec<usize>,
    /// The tag of each child's opening segment.
    pub(crate) openers: Vec<u32>,
    /// The bits of the segments that belong to it or open a child.
    pub(crate) takes: u64,
    /// Whether the unit that a streaming reader gives out can stand inside.
    pub(crate) holds_unit: bool,
}

/// One segment of a loop.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) id: &'static str,
    pub(crate) tag: u32,
    /// As the table names it, such as `REF*G1`.
    pub(crate) label: &'static str,
    pub(crate) usage: Usage,
    pub(crate) max: u32,
    /// Slots of one id in a row stand at one position and come in any order.
    pub(crate) group: u16,
    /// The required elements as bits.
    pub(crate) required: u64,
    /// Elements that tell it from other segments of its id.
    pub(crate) keys: Vec<Key>,
    pub(crate) fields: Vec<FieldUse>,
    pub(crate) notes: &'static [Note],
}

/// What an element may be: codes of at most eight characters, each in one word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Codes(Vec<u64>);

/// A code in one word; none for what is longer than any code.
fn packed(code: &[u8]) -> Option<u64> {
    (code.len() <= 8).then(|| {
        code.iter()
            .fold(0, |word, byte| word << 8 | u64::from(*byte))
    })
}

impl Codes {
    /// `None` where a code is too long to be one.
    pub(crate) fn of(codes: &[&str]) -> Option<Self> {
        codes
            .iter()
            .map(|code| packed(code.as_bytes()))
            .collect::<Option<_>>()
            .map(Self)
    }

    /// Whether nothing is listed, so that anything goes.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains(&self, value: &[u8]) -> bool {
        packed(value).is_some_and(|word| self.0.contains(&word))
    }
}

/// A qualifier: an element (its first component) and what it may be.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) element: usize,
    pub(crate) codes: Codes,
}

/// How a guide uses an element of a segment.
#[derive(Debug)]
pub(crate) struct FieldUse {
    pub(crate) usage: Usage,
    pub(crate) codes: Codes,
    pub(crate) repeat: u32,
    pub(crate) what: FieldKind,
}

/// An element or its components.
#[derive(Debug)]
pub(crate) enum FieldKind {
    Element(Element),
    Composite(Vec<PartUse>, &'static [Note]),
}

/// The bits of the required ones of elements that are numbered from 1.
pub(crate) fn required(usages: impl Iterator<Item = Usage>) -> u64 {
    usages
        .zip(1_u32..64)
        .filter(|(usage, _)| *usage == Usage::Required)
        .fold(0, |bits, (_, number)| bits | 1 << number)
}

/// How a guide uses a component.
#[derive(Debug)]
pub(crate) struct PartUse {
    pub(crate) usage: Usage,
    pub(crate) codes: Codes,
    pub(crate) element: Element,
}

/// A condition between segments of one loop (SNIP type 4).
#[derive(Debug)]
pub(crate) struct When {
    pub(crate) at: usize,
    pub(crate) segment: &'static str,
    pub(crate) element: usize,
    pub(crate) component: usize,
    pub(crate) codes: Vec<&'static str>,
    pub(crate) then: Then,
}

/// What a condition asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Then {
    Require(&'static str),
    Forbid(&'static str),
    RequireLoop(&'static str),
    ForbidLoop(&'static str),
}

impl Slot {
    /// Whether a segment is one of these by its id and qualifiers.
    pub(crate) fn takes(&self, segment: &Segment<'_>) -> bool {
        self.tag == tag(segment.id()) && self.keys.iter().all(|key| key.fits(segment))
    }
}

impl Key {
    fn fits(&self, segment: &Segment<'_>) -> bool {
        let value = segment.element_bytes(self.element);
        let delimiters = segment.delimiters();
        let end = value
            .iter()
            .position(|byte| *byte == delimiters.component || Some(*byte) == delimiters.repetition)
            .unwrap_or(value.len());
        self.codes.contains(&value[..end])
    }
}

impl LoopDef {
    /// The slot of a segment: by id and qualifiers, else the first of its id.
    pub(crate) fn slot_of(&self, segment: &Segment<'_>) -> Option<usize> {
        let mut loose = None;
        let tag = tag(segment.id());
        for (at, own) in self.tags.iter().enumerate() {
            if *own != tag {
                continue;
            }
            let slot = &self.slots[at];
            if slot.keys.iter().all(|key| key.fits(segment)) {
                return Some(at);
            }
            loose = loose.or(Some(at));
        }
        loose
    }

    /// The opening segment.
    pub(crate) fn opener(&self) -> Option<&Slot> {
        self.slots.first()
    }

    /// Whether a segment opens this loop.
    pub(crate) fn opens_with(&self, segment: &Segment<'_>) -> bool {
        self.opener().is_some_and(|slot| slot.takes(segment))
    }
}

impl Guide {
    /// Its name, such as `837P`.
    #[must_use]
    pub const fn transaction(&self) -> &'static str {
        self.transaction
    }

    /// The version that it is written by, such as `005010X222A1`.
    #[must_use]
    pub const fn version(&self) -> &'static str {
        self.version
    }

    /// GS01.
    #[must_use]
    pub const fn functional(&self) -> &'static str {
        self.functional
    }

    /// ST01.
    #[must_use]
    pub fn set_id(&self) -> &'static str {
        self.transaction.get(..3).unwrap_or(self.transaction)
    }

    /// Whether a version code means this guide: its own, or one whose errata
    /// it contains.
    #[must_use]
    pub fn covers(&self, version: &str) -> bool {
        self.version == version || self.also.contains(&version)
    }

    /// The loop id of that name, where the guide has such a loop.
    #[must_use]
    pub fn loop_id(&self, id: &str) -> Option<&'static str> {
        self.def_of(id).map(|at| self.loops[at].id)
    }

    /// What the guide calls a loop.
    #[must_use]
    pub fn loop_name(&self, id: &str) -> Option<&'static str> {
        self.def_of(id).map(|at| self.loops[at].name)
    }

    /// The loops in the order of the guide: id and name.
    pub fn loops(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.loops.iter().map(|def| (def.id, def.name))
    }

    pub(crate) fn def_of(&self, id: &str) -> Option<usize> {
        self.loops.iter().position(|def| def.id == id)
    }
}

/// All guides, in the order of their tables.
#[must_use]
pub fn guides() -> &'static [Guide] {
    static GUIDES: OnceLock<Vec<Guide>> = OnceLock::new();
    GUIDES.get_or_init(|| {
        TABLES
            .iter()
            .map(|text| {
                table::parse(text)
                    .expect("the tables are part of the program, and a test reads them")
            })
            .collect()
    })
}

pub(crate) const TABLES: [&str; 14] = [
    include_str!("../guides/837p.txt"),
    include_str!("../guides/837i.txt"),
    include_str!("../guides/837d.txt"),
    include_str!("../guides/835.txt"),
    include_str!("../guides/270.txt"),
    include_str!("../guides/271.txt"),
    include_str!("../guides/276.txt"),
    include_str!("../guides/277.txt"),
    include_str!("../guides/277ca.txt"),
    include_str!("../guides/278.txt"),
    include_str!("../guides/278r.txt"),
    include_str!("../guides/999.txt"),
    include_str!("../guides/997.txt"),
    include_str!("../guides/envelope.txt"),
];

/// The guide of a transaction, by GS08 and ST01. Versions that came before or
/// after an erratum resolve to the guide that contains them.
///
/// A 278 is a request or a response by its BHT02 alone; this gives the
/// request's guide, and [`guide_named`] gives `278R`.
#[must_use]
pub fn guide_for(version: &str, set_id: &str) -> Option<&'static Guide> {
    guides()
        .iter()
        .find(|guide| guide.set_id() == set_id && guide.covers(version))
}

/// The guide of that name: `837P`, `837I`, `837D`, `835`, `270`, `271`, `276`,
/// `277`, `277CA`, `278`, `278R` (the response), `999`, `997`, `TA1` (the envelopes).
#[must_use]
pub fn guide_named(transaction: &str) -> Option<&'static Guide> {
    guides()
        .iter()
        .find(|guide| guide.transaction == transaction)
}
