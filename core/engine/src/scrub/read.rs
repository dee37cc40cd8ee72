//! Files cut into claims, in batches.

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io::Read;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use scrubjay_hooks::{EarlierClaim, Finding};
use scrubjay_model::Claim;
use scrubjay_x12::{
    Event, Fault, FileError, InterchangeHeader, Reader, TransactionSet, Unit, validate_frame,
};

use super::{BATCH, FileProblem, ProblemKind, ScrubInput, Scrubbed, ScrubbedClaim, Source};
use crate::time::interchange_instant;

/// Faults of one set or envelope that are told one by one.
const TOLD: usize = 50;

/// The loop of a claim.
pub(super) const CLAIM: &str = "2300";

/// Something on its way through the threads.
pub(super) enum Item {
    Problem(FileProblem),
    /// As it was cut from its file.
    Came(Box<Came>),
    /// As a claim.
    Read(Box<ReadOne>),
    Done(Box<ScrubbedClaim>),
}

impl Item {
    pub(super) fn found(self) -> Option<Scrubbed> {
        match self {
            Self::Problem(problem) => Some(Scrubbed::Problem(problem)),
            Self::Done(claim) => Some(Scrubbed::Claim(claim)),
            Self::Came(_) | Self::Read(_) => None,
        }
    }
}

/// A claim as it was cut from its file.
pub(super) struct Came {
    pub(super) file: Arc<str>,
    pub(super) now: DateTime<Utc>,
    /// Which claim of the run it is.
    pub(super) number: usize,
    pub(super) unit: Unit,
}

/// A claim that was read, before it is judged.
pub(super) struct ReadOne {
    pub(super) file: Arc<str>,
    pub(super) now: DateTime<Utc>,
    pub(super) set: String,
    pub(super) segment: usize,
    pub(super) claim: Claim,
    /// What its guide finds.
    pub(super) findings: Vec<Finding>,
    pub(super) patient: String,
    pub(super) earlier: Vec<Arc<EarlierClaim>>,
}

/// Whoever takes the batches has gone.
struct Gone;

/// Reads files one after the other, until they end or nobody takes what is read.
pub(super) fn read(
    files: impl Iterator<Item = ScrubInput>,
    today: Option<NaiveDate>,
    give: SyncSender<Vec<Item>>,
) {
    let mut batches = Batches {
        give,
        batch: Vec::new(),
        claims: 0,
    };
    for input in files {
        let file: Arc<str> = input.name.into();
        let ended = match input.source {
            Source::Reader(reader) => InFile::new(file, today, &mut batches).read(reader),
            Source::File(path) => match File::open(path) {
                Ok(opened) => InFile::new(file, today, &mut batches).read(opened),
                Err(error) => batches.add(Item::Problem(FileProblem {
                    file: file.to_string(),
                    segment: None,
                    problem: ProblemKind::Refused,
                    reason: format!("the file cannot be opened: {error}"),
                })),
            },
        };
        if ended.is_err() {
            return;
        }
    }
    // Nobody to tell where this fails.
    let _ = batches.flush();
}

struct Batches {
    give: SyncSender<Vec<Item>>,
    batch: Vec<Item>,
    claims: usize,
}

impl Batches {
    fn add(&mut self, item: Item) -> Result<(), Gone> {
        self.batch.push(item);
        if self.batch.len() < BATCH {
            return Ok(());
        }
        self.flush()
    }

    fn flush(&mut self) -> Result<(), Gone> {
        let batch = std::mem::take(&mut self.batch);
        self.give.send(batch).map_err(|_| Gone)
    }
}

/// A file that is being read.
struct InFile<'a> {
    file: Arc<str>,
    today: Option<NaiveDate>,
    batches: &'a mut Batches,
    /// When the claims of the open interchange are judged; none where its date
    /// cannot be read.
    now: Option<DateTime<Utc>>,
    /// Segment of its ISA.
    dated_at: usize,
    /// Whether the open interchange has an 837.
    in_claims: bool,
    /// Claims of the open set that have been given out.
    claims_in_set: usize,
    /// Segments whose faults are told with their claim.
    told: HashSet<usize>,
    /// Whether an 837 has come by, or something was refused.
    has_claims: bool,
    /// Sets that are none.
    others: BTreeSet<String>,
}

impl<'a> InFile<'a> {
    fn new(file: Arc<str>, today: Option<NaiveDate>, batches: &'a mut Batches) -> Self {
        Self {
            file,
            today,
            batches,
            now: None,
            dated_at: 0,
            in_claims: false,
            claims_in_set: 0,
            told: HashSet::new(),
            has_claims: false,
            others: BTreeSet::new(),
        }
    }

    fn read(mut self, source: impl Read) -> Result<(), Gone> {
        let mut begun = false;
        for event in Reader::new(source) {
            match event {
                Ok(event) => self.event(event)?,
                // A folder has other files, too.
                Err(error @ (FileError::NotX12(_) | FileError::Empty)) if !begun => {
                    return self.tell(None, ProblemKind::Skipped, error.to_string());
                }
                Err(error) => {
                    let segment = error.position().segment;
                    return self.tell(Some(segment), ProblemKind::Refused, error.to_string());
                }
            }
            begun = true;
        }
        if self.has_claims {
            return Ok(());
        }
        let others: Vec<String> = self.others.iter().cloned().collect();
        let holds = match &others[..] {
            [] => "no transaction".to_owned(),
            sets => sets.join(", "),
        };
        let reason = format!("there are no claims (837) in it: it holds {holds}");
        self.tell(None, ProblemKind::Skipped, reason)
    }

    fn tell(
        &mut self,
        segment: Option<usize>,
        problem: ProblemKind,
        reason: String,
    ) -> Result<(), Gone> {
        let file = self.file.to_string();
        self.batches.add(Item::Problem(FileProblem {
            file,
            segment,
            problem,
            reason,
        }))
    }

    fn event(&mut self, event: Event) -> Result<(), Gone> {
        match event {
            Event::Interchange(header, _, at) => {
                self.interchange(&header, at.segment);
                Ok(())
            }
            Event::Unit(unit) if unit.guide.set_id() == "837" => self.unit(unit),
            Event::Set(set) => self.set(&set),
            // The envelope of remittances and the like is no matter here.
            Event::End(_) if !self.in_claims => Ok(()),
            Event::End(faults) => self.faults(faults),
            _ => Ok(()),
        }
    }

    fn interchange(&mut self, header: &InterchangeHeader, segment: usize) {
        let noon = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(12);
        let its_own = || interchange_instant(&header.date, &header.time);
        self.now = self.today.map(noon).or_else(its_own);
        self.dated_at = segment;
        self.in_claims = false;
    }

    /// Tells once of an interchange without a date that it has claims.
    fn undated(&mut self) -> Result<(), Gone> {
        if self.in_claims {
            return Ok(());
        }
        let reason = "the date of the interchange (ISA element 9) is none, so nobody can say on \
                      which day its claims are judged: mend it, or name the day with --today";
        self.begin_claims();
        self.tell(Some(self.dated_at), ProblemKind::Refused, reason.to_owned())
    }

    fn begin_claims(&mut self) {
        self.in_claims = true;
        self.has_claims = true;
    }

    fn unit(&mut self, unit: Unit) -> Result<(), Gone> {
        let Some(now) = self.now else {
            return self.undated();
        };
        self.begin_claims();
        self.claims_in_set += usize::from(unit.within.id == CLAIM);
        self.told
            .extend(unit.faults.iter().map(|fault| fault.position.segment));
        let number = self.batches.claims;
        self.batches.claims += 1;
        self.batches.add(Item::Came(Box::new(Came {
            file: Arc::clone(&self.file),
            now,
            number,
            unit,
        })))
    }

    fn set(&mut self, set: &TransactionSet) -> Result<(), Gone> {
        let claims = std::mem::take(&mut self.claims_in_set);
        let told = std::mem::take(&mut self.told);
        if set.set_id != "837" {
            // What stands there comes from the file, and may be anything.
            let is_set = set.set_id.len() == 3 && set.set_id.bytes().all(|b| b.is_ascii_digit());
            let name = if is_set {
                &set.set_id
            } else {
                "something else"
            };
            self.others.insert(name.to_owned());
            return Ok(());
        }
        if self.now.is_none() {
            return self.undated();
        }
        self.begin_claims();
        let segment = Some(set.position().segment);
        if set.guide.is_none() {
            let reason = format!(
                "{}: there is no guide for an 837 of this version; send it as 005010X222A1, \
                 005010X223A2 or 005010X224A2",
                set.position()
            );
            return self.tell(segment, ProblemKind::Refused, reason);
        }
        let mut faults = validate_frame(set);
        faults.retain(|fault| !told.contains(&fault.position.segment));
        self.faults(faults)?;
        if claims == 0 {
            let reason = format!("{}: the transaction holds no claim", set.position());
            return self.tell(segment, ProblemKind::Unsound, reason);
        }
        Ok(())
    }

    /// Faults of a set or an envelope.
    fn faults(&mut self, faults: Vec<Fault>) -> Result<(), Gone> {
        let weight = |fault: &Fault| {
            if fault.is_error() {
                ProblemKind::Unsound
            } else {
                ProblemKind::Warning
            }
        };
        let more = faults.len().saturating_sub(TOLD);
        let worst = faults.iter().skip(TOLD).map(weight).max();
        for fault in faults.iter().take(TOLD) {
            let problem = weight(fault);
            let segment = Some(fault.position.segment);
            self.tell(segment, problem, fault.to_string())?;
        }
        if let Some(worst) = worst {
            let reason = format!("{more} more faults; `scrubjay x12 check` shows them");
            self.tell(None, worst, reason)?;
        }
        Ok(())
    }
}
