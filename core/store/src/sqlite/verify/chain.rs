//! The journal: every row's hash, and no gap. What passes goes on to be replayed.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::replay::{Lengths, Replay};
use super::{FaultPlace, VerifyReport, head_of};
use crate::journal::{Digest, GENESIS, decode_event, decode_stamp, digest, read_ran, row_hash};
use crate::memory::Projections;
use crate::{Event, StoreError};

/// Stamps held at once; rows of one transaction share theirs.
const STAMPS_HELD: usize = 4096;

struct HeldStamp {
    texts: [Vec<u8>; 3],
    /// `None` where the stamp is not readable.
    at: Option<DateTime<Utc>>,
}

struct Chain<'c> {
    connection: &'c Connection,
    stamps: HashMap<i64, HeldStamp>,
    stamps_used: HashSet<i64>,
    /// SHA-256 of the payload of each row that a purge has emptied.
    erased: HashMap<u64, Digest>,
    /// Rows that purges say they have emptied.
    purged: Vec<(u64, u64)>,
    /// Cleared at the first damage: what follows cannot be replayed.
    sound: bool,
    last: u64,
    /// Hash of the row before, as stored and as computed.
    before: Option<(Digest, Digest)>,
}

/// Checks the journal; returns the projections that it gives where it is sound.
///
/// Rows are read and hashed here and replayed on another thread.
pub(super) fn check(
    connection: &Connection,
    report: &mut VerifyReport,
) -> Result<Option<Projections>, StoreError> {
    let mut chain = Chain {
        connection,
        stamps: HashMap::new(),
        stamps_used: HashSet::new(),
        erased: HashMap::new(),
        purged: Vec::new(),
        sound: true,
        last: 0,
        before: Some((GENESIS, GENESIS)),
    };
    let lists = chain.check_shared(report)?;
    chain.load_erased()?;
    std::thread::scope(|scope| {
        let mut replay = Replay::start(scope, lists);
        let mut statement = connection.prepare(
            "SELECT sequence, stamp, kind, payload, hash FROM journal ORDER BY sequence",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            chain.row(row, &mut replay, report)?;
        }
        chain.end(report)?;
        let (projections, fault) = replay.end();
        if let Some((sequence, problem)) = fault {
            chain.sound = false;
            report.fault(FaultPlace::Row(sequence), problem);
        }
        Ok(chain.sound.then_some(projections))
    })
}

fn bytes(value: ValueRef<'_>) -> &[u8] {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes,
        _ => &[],
    }
}

impl Chain<'_> {
    /// Shared texts are named by their SHA-256, which must be theirs. Returns
    /// how long each is as a list of rules; none of them where it is a file.
    fn check_shared(&mut self, report: &mut VerifyReport) -> Result<Lengths, StoreError> {
        let mut lists = Lengths::new();
        let mut statement = self.connection.prepare("SELECT digest, text FROM shared")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let text = bytes(row.get_ref(1)?);
            let found = digest(text);
            match std::str::from_utf8(text) {
                Ok(text) if bytes(row.get_ref(0)?) == found => {
                    lists.insert(found, read_ran(text).map(|list| list.len()));
                }
                _ => {
                    self.sound = false;
                    report.fault(
                        FaultPlace::Journal,
                        "a list of rules that ran, or a file of a pack, is not the one that was written",
                    );
                }
            }
        }
        Ok(lists)
    }

    fn row(
        &mut self,
        row: &Row<'_>,
        replay: &mut Replay<'_>,
        report: &mut VerifyReport,
    ) -> Result<(), StoreError> {
        let sequence = row.get_ref(0)?.as_i64().unwrap_or_default();
        let sequence = u64::try_from(sequence).unwrap_or_default();
        if sequence != self.last + 1 {
            self.sound = false;
            let problem = match sequence.checked_sub(self.last + 1) {
                Some(missing) if missing > 0 => {
                    format!("{missing} row(s) before it are missing")
                }
                _ => "it is out of place".to_owned(),
            };
            report.fault(FaultPlace::Row(sequence), problem);
            // What stood before is gone, so its own hash cannot be judged.
            self.before = None;
        }
        self.last = sequence;
        report.rows += 1;
        let stamp_id = row.get_ref(1)?.as_i64().unwrap_or_default();
        self.load_stamp(stamp_id)?;
        let (kind, payload) = (bytes(row.get_ref(2)?), bytes(row.get_ref(3)?));
        let hash = bytes(row.get_ref(4)?);
        if !self.chained(stamp_id, kind, payload, hash) {
            self.sound = false;
            report.fault(
                FaultPlace::Row(sequence),
                "its hash does not fit its content; it was changed after it was written",
            );
        }
        match kind {
            b"claim_created" => report.claims += 1,
            b"money_moved" | b"record_money_moved" => report.posting_sets += 1,
            b"purged" => self.note_purge(payload),
            _ => {}
        }
        if self.sound {
            let at = self.stamps.get(&stamp_id).and_then(|stamp| stamp.at);
            let texts = (std::str::from_utf8(kind), std::str::from_utf8(payload));
            if let (Some(at), (Ok(kind), Ok(payload))) = (at, texts) {
                replay.row(sequence, at, kind, payload);
            } else {
                self.sound = false;
                report.fault(FaultPlace::Row(sequence), "its text is not readable");
            }
        }
        Ok(())
    }

    /// Whether the stored hash is that of the row behind the one before it.
    ///
    /// Where the row before is damaged, either its stored or its computed hash
    /// will do: so only the damaged row is named, not the one that follows.
    fn chained(&mut self, stamp_id: i64, kind: &[u8], payload: &[u8], hash: &[u8]) -> bool {
        let Some(stamp) = self.stamps.get(&stamp_id) else {
            self.before = None;
            return false;
        };
        let texts = stamp.texts.each_ref().map(Vec::as_slice);
        let payload = match self.erased.get(&self.last) {
            Some(erased) if payload.is_empty() => *erased,
            _ => digest(payload),
        };
        let computed = |before: &Digest| row_hash(before, self.last, texts, kind, &payload);
        let stored = Digest::try_from(hash).ok();
        let (sound, computed) = match self.before {
            None => (stored.is_some(), stored.unwrap_or(GENESIS)),
            Some((as_stored, as_computed)) => {
                let first = computed(&as_stored);
                let sound = stored == Some(first)
                    || (as_stored != as_computed && stored == Some(computed(&as_computed)));
                (sound, first)
            }
        };
        self.before = Some(match stored {
            Some(stored) if sound => (stored, stored),
            Some(stored) => (stored, computed),
            None => (computed, computed),
        });
        sound
    }

    fn load_erased(&mut self) -> Result<(), StoreError> {
        let mut statement = self
            .connection
            .prepare("SELECT sequence, payload FROM erased")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let sequence = row.get_ref(0)?.as_i64().unwrap_or_default();
            let digest = Digest::try_from(bytes(row.get_ref(1)?)).unwrap_or(GENESIS);
            self.erased
                .insert(u64::try_from(sequence).unwrap_or_default(), digest);
        }
        Ok(())
    }

    fn note_purge(&mut self, payload: &[u8]) {
        let Ok(payload) = std::str::from_utf8(payload) else {
            return;
        };
        if let Ok(Event::Purged { rows, .. }) = decode_event("purged", payload, &(), self.last) {
            self.purged.extend(rows);
        }
    }

    /// A row may be empty only where a purge says so.
    fn check_erased(&mut self, report: &mut VerifyReport) {
        let mut erased: Vec<u64> = self.erased.keys().copied().collect();
        erased.sort_unstable();
        for sequence in erased {
            let said = |(first, last): &(u64, u64)| (*first..=*last).contains(&sequence);
            if !self.purged.iter().any(said) {
                self.sound = false;
                report.fault(
                    FaultPlace::Row(sequence),
                    "it was emptied, and no purge says so",
                );
            }
        }
    }

    fn load_stamp(&mut self, id: i64) -> Result<(), StoreError> {
        if self.stamps.contains_key(&id) {
            return Ok(());
        }
        if self.stamps.len() == STAMPS_HELD {
            self.stamps.clear();
        }
        let mut statement = self
            .connection
            .prepare_cached("SELECT at, actor, cause FROM stamps WHERE id = ?1")?;
        let mut rows = statement.query([id])?;
        let Some(row) = rows.next()? else {
            return Ok(());
        };
        let mut texts = [const { Vec::new() }; 3];
        for (place, text) in texts.iter_mut().enumerate() {
            *text = bytes(row.get_ref(place)?).to_vec();
        }
        let readable = texts.each_ref().map(|text| std::str::from_utf8(text));
        let at = match readable {
            [Ok(at), Ok(actor), Ok(cause)] => decode_stamp(at, actor, cause).ok(),
            _ => None,
        };
        let at = at.map(|stamp| stamp.at);
        self.stamps_used.insert(id);
        self.stamps.insert(id, HeldStamp { texts, at });
        Ok(())
    }

    /// The head names the last row, and no stamp stands without a row.
    fn end(&mut self, report: &mut VerifyReport) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare("SELECT sequence, hash FROM head")?;
        let mut rows = statement.query([])?;
        let row = rows.next()?;
        let head = match &row {
            Some(row) => (
                u64::try_from(row.get_ref(0)?.as_i64().unwrap_or_default()).unwrap_or_default(),
                bytes(row.get_ref(1)?),
            ),
            None => (0, &[][..]),
        };
        let last = self.before.map_or(GENESIS, |(stored, _)| stored);
        if head.0 > self.last {
            self.sound = false;
            let missing = head.0 - self.last;
            report.fault(
                FaultPlace::Journal,
                format!("{missing} row(s) behind row {} are missing", self.last),
            );
        } else if head.0 < self.last || head.1 != last {
            self.sound = false;
            report.fault(FaultPlace::Journal, "its head does not name its last row");
        }
        self.check_erased(report);
        if self.last > 0 {
            report.head = Some(head_of(self.last, &last));
        }
        let mut statement = self.connection.prepare("SELECT id FROM stamps")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id = row.get_ref(0)?.as_i64().unwrap_or_default();
            if !self.stamps_used.contains(&id) {
                report.fault(FaultPlace::Journal, format!("stamp {id} belongs to no row"));
            }
        }
        Ok(())
    }
}
