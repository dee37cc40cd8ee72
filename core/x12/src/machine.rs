//! Envelopes: what interchange, group and set each segment is part of.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use crate::envelope::{GroupHeader, InterchangeHeader, same_number};
use crate::guide::{guide_for, guide_named};
use crate::read::TransactionSet;
use crate::stream::Stream;
use crate::tree::Builder;
use crate::{Delimiters, Fault, FaultKind, FileError, Position, Segment, SegmentBuf};

/// The most faults that are kept of one set or interchange, so that a file of
/// nothing but faults does not fill the memory.
pub(crate) const MAX_FAULTS: usize = 10_000;

/// What a reader comes by, in the order of the file.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// An ISA, its delimiters, and where it stands.
    Interchange(Arc<InterchangeHeader>, Delimiters, Position),
    /// A TA1.
    Acknowledgment(SegmentBuf),
    /// A GS.
    Group(Arc<GroupHeader>),
    /// One claim, payment or other unit of the open set; a [`crate::Reader`] alone
    /// gives these.
    Unit(crate::Unit),
    /// A set at its SE; from a [`crate::Reader`] without its units.
    Set(Box<TransactionSet>),
    /// An IEA, or where it should be, with the faults of the envelopes.
    End(Vec<Fault>),
}

#[derive(Debug)]
struct OpenInterchange {
    header: Arc<InterchangeHeader>,
    at: Position,
    groups: usize,
    group_numbers: HashSet<String>,
    faults: Vec<Fault>,
}

#[derive(Debug)]
struct OpenGroup {
    header: Arc<GroupHeader>,
    at: Position,
    sets: usize,
    set_numbers: HashSet<String>,
}

#[derive(Debug)]
struct OpenSet {
    at: Position,
    id: String,
    control: String,
    builder: Builder,
    stream: Option<Stream>,
}

/// Takes segments one by one and gives events.
#[derive(Debug, Default)]
pub(crate) struct Machine {
    /// Whether to give units as they end, or whole sets.
    streams: bool,
    interchange: Option<OpenInterchange>,
    group: Option<OpenGroup>,
    set: Option<OpenSet>,
    last: Position,
    /// Sender, receiver and number of the interchanges so far.
    numbers: HashSet<(String, String, String)>,
    pub(crate) events: VecDeque<Event>,
}

impl Machine {
    pub(crate) fn whole_sets() -> Self {
        Self::default()
    }

    pub(crate) fn units() -> Self {
        Self {
            streams: true,
            ..Self::default()
        }
    }

    pub(crate) fn push(&mut self, segment: &Segment<'_>) {
        let inside = self.set.is_some();
        match segment.id() {
            "ISA" => self.open_interchange(segment),
            "GS" => self.open_group(segment),
            "ST" => self.open_set(segment),
            "SE" => self.close_set(segment),
            "GE" => self.close_group(segment),
            "IEA" => self.close_interchange(segment),
            "TA1" if !inside && self.interchange.is_some() => {
                self.events
                    .push_back(Event::Acknowledgment(segment.to_buf()));
            }
            _ if inside => self.push_in_set(segment),
            _ => self.fault(segment, FaultKind::OutsideEnvelope),
        }
        self.last = segment.position();
    }

    /// Whether no interchange is open.
    pub(crate) fn is_outside(&self) -> bool {
        self.interchange.is_none()
    }

    /// The file is at its end.
    pub(crate) fn finish(&mut self) -> Result<(), FileError> {
        let missing = if self.set.is_some() {
            "SE, GE and IEA"
        } else if self.group.is_some() {
            "GE and IEA"
        } else if self.interchange.is_some() {
            "IEA"
        } else {
            return Ok(());
        };
        Err(FileError::CutShort {
            at: self.last,
            missing,
        })
    }

    fn fault(&mut self, segment: &Segment<'_>, kind: FaultKind) {
        self.fault_at(segment.position(), segment.id(), kind);
    }

    fn fault_at(&mut self, at: Position, id: &str, kind: FaultKind) {
        let faults = match &mut self.interchange {
            Some(open) => &mut open.faults,
            None => {
                return self
                    .events
                    .push_back(Event::End(vec![Fault::new(at, kind, id)]));
            }
        };
        if faults.len() < MAX_FAULTS {
            faults.push(Fault::new(at, kind, id));
        }
    }

    fn open_interchange(&mut self, isa: &Segment<'_>) {
        if let Some(open) = &self.interchange {
            let at = open.at;
            self.drop_group();
            self.fault_at(at, "ISA", FaultKind::MissingTrailer("IEA"));
            self.end_interchange();
        }
        let header = Arc::new(InterchangeHeader::of(isa));
        self.events.push_back(Event::Interchange(
            Arc::clone(&header),
            isa.delimiters(),
            isa.position(),
        ));
        self.interchange = Some(OpenInterchange {
            header,
            at: isa.position(),
            groups: 0,
            group_numbers: HashSet::new(),
            faults: Vec::new(),
        });
        let number = (
            isa.element(6).to_owned(),
            isa.element(8).to_owned(),
            isa.element(13).to_owned(),
        );
        // Senders that batch often repeat it; the receiver keeps the record that counts.
        let kind = FaultKind::DuplicateControlNumber;
        if self.numbers.len() >= MAX_FAULTS {
            return;
        }
        if !self.numbers.insert(number)
            && let Some(open) = &mut self.interchange
        {
            let fault = Fault::new(isa.position(), kind, "ISA").at_element(13);
            open.faults.push(fault.warning());
        }
    }

    fn open_group(&mut self, gs: &Segment<'_>) {
        self.drop_group();
        let header = Arc::new(GroupHeader::of(gs));
        let Some(open) = &mut self.interchange else {
            return self.fault(gs, FaultKind::OutsideEnvelope);
        };
        open.groups += 1;
        let twice = open.group_numbers.contains(&header.control_number);
        if open.group_numbers.len() < MAX_FAULTS {
            open.group_numbers.insert(header.control_number.clone());
        }
        if twice {
            self.fault(gs, FaultKind::DuplicateControlNumber);
        }
        self.events.push_back(Event::Group(Arc::clone(&header)));
        self.group = Some(OpenGroup {
            header,
            at: gs.position(),
            sets: 0,
            set_numbers: HashSet::new(),
        });
    }

    fn open_set(&mut self, st: &Segment<'_>) {
        self.drop_set();
        let (Some(group), Some(_)) = (&mut self.group, &self.interchange) else {
            return self.fault(st, FaultKind::OutsideEnvelope);
        };
        group.sets += 1;
        let control = st.element(2).to_owned();
        let twice = group.set_numbers.contains(&control);
        // A group of more sets than this is checked for doubles up to here.
        if group.set_numbers.len() < MAX_FAULTS {
            group.set_numbers.insert(control.clone());
        }
        let (id, stated) = (st.element(1), st.element(3));
        let version = group.header.version.as_str();
        let guide = Some(stated)
            .filter(|stated| !stated.is_empty())
            .and_then(|stated| guide_for(stated, id))
            .or_else(|| guide_for(version, id));
        let mut builder = Builder::new(guide);
        if twice {
            let fault = Fault::new(st.position(), FaultKind::DuplicateControlNumber, "ST");
            builder.faults.push(fault.at_element(2));
        }
        let stream = (self.streams && guide.is_some()).then(Stream::default);
        self.set = Some(OpenSet {
            at: st.position(),
            id: id.to_owned(),
            control,
            builder,
            stream,
        });
        self.push_in_set(st);
    }

    fn push_in_set(&mut self, segment: &Segment<'_>) {
        let Some(set) = &mut self.set else { return };
        // A 278 says in its BHT02 whether it asks or answers.
        if segment.id() == "BHT"
            && segment.element(2) == "11"
            && let Some(cursor) = &mut set.builder.cursor
            && cursor.guide.transaction() == "278"
            && cursor.depth() == 1
            && let Some(response) = guide_named("278R")
        {
            *cursor = crate::place::Cursor::new(response);
        }
        match &mut set.stream {
            Some(stream) => stream.push(&mut set.builder, segment, &mut self.events),
            None => set.builder.push(segment),
        }
        set.builder.faults.truncate(MAX_FAULTS);
    }

    fn close_set(&mut self, se: &Segment<'_>) {
        if self.set.is_none() {
            return self.fault(se, FaultKind::OutsideEnvelope);
        }
        self.push_in_set(se);
        let Some(mut set) = self.set.take() else {
            return;
        };
        let count = se.position().segment - set.at.segment + 1;
        let fault = |kind, element| Fault::new(se.position(), kind, "SE").at_element(element);
        if se.element(1).trim().parse() != Ok(count) {
            set.builder.faults.push(fault(FaultKind::WrongCount, 1));
        }
        if !same_number(se.element(2), &set.control) {
            set.builder
                .faults
                .push(fault(FaultKind::WrongControlNumber, 2));
        }
        self.end_set(set);
    }

    fn end_set(&mut self, set: OpenSet) {
        let OpenSet {
            at,
            id,
            control,
            mut builder,
            stream,
        } = set;
        if let Some(mut stream) = stream {
            stream.finish(&mut builder, &mut self.events);
        }
        let guide = builder.cursor.as_ref().map(|cursor| cursor.guide);
        let (root, mut faults) = builder.finish();
        if guide.is_none() {
            faults.push(Fault::new(at, FaultKind::NoGuide, "ST"));
        }
        let (Some(open), Some(group)) = (&self.interchange, &self.group) else {
            return;
        };
        self.events.push_back(Event::Set(Box::new(TransactionSet {
            guide,
            interchange: Arc::clone(&open.header),
            group: Arc::clone(&group.header),
            set_id: id,
            control_number: control,
            at,
            root,
            faults,
        })));
    }

    /// A set that is open where it should have ended.
    fn drop_set(&mut self) {
        if let Some(mut set) = self.set.take() {
            let fault = Fault::new(set.at, FaultKind::MissingTrailer("SE"), "ST");
            set.builder.faults.push(fault);
            self.end_set(set);
        }
    }

    fn drop_group(&mut self) {
        self.drop_set();
        if let Some(group) = self.group.take() {
            self.fault_at(group.at, "GS", FaultKind::MissingTrailer("GE"));
        }
    }

    fn close_group(&mut self, ge: &Segment<'_>) {
        self.drop_set();
        let Some(group) = self.group.take() else {
            return self.fault(ge, FaultKind::OutsideEnvelope);
        };
        if ge.element(1).trim().parse() != Ok(group.sets) {
            self.fault(ge, FaultKind::WrongCount);
        }
        if !same_number(ge.element(2), &group.header.control_number) {
            self.fault(ge, FaultKind::WrongControlNumber);
        }
    }

    fn close_interchange(&mut self, iea: &Segment<'_>) {
        self.drop_group();
        let Some(open) = &self.interchange else {
            return self.fault(iea, FaultKind::OutsideEnvelope);
        };
        let count = iea.element(1).trim().parse() == Ok(open.groups);
        let control = same_number(iea.element(2), &open.header.control_number);
        if !count {
            self.fault(iea, FaultKind::WrongCount);
        }
        if !control {
            self.fault(iea, FaultKind::WrongControlNumber);
        }
        self.end_interchange();
    }

    fn end_interchange(&mut self) {
        if let Some(open) = self.interchange.take() {
            self.events.push_back(Event::End(open.faults));
        }
    }
}
