//! Folds the journal again, on a thread of its own, while it is read.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use scrubjay_hooks::Ran;

use crate::StoreError;
use crate::journal::{Digest, Shared, decode_event};
use crate::memory::{Projections, Tally};
use crate::project::fold;
use crate::sqlite::rows::{ROW, read_row};

/// Text that goes over at once, in bytes.
const BATCH: usize = 256 * 1024;

/// Batches on their way at most.
const ON_THE_WAY: usize = 4;

struct ReadRow {
    sequence: u64,
    at: DateTime<Utc>,
    kind: Range<usize>,
    payload: Range<usize>,
}

/// How long each shared text is as a list of rules: the fold needs no more of
/// it, and nothing of the files of a pack.
pub(super) type Lengths = HashMap<Digest, Option<usize>>;

impl Shared for Lengths {
    fn ran(&self, digest: &Digest) -> Result<Option<Vec<Ran>>, StoreError> {
        Ok(self.get(digest).copied().flatten().map(unnamed))
    }

    fn file(&self, digest: &Digest) -> Result<Option<String>, StoreError> {
        Ok(self.get(digest).map(|_| String::new()))
    }
}

/// Rows with their texts in one string.
#[derive(Default)]
struct Batch {
    text: String,
    rows: Vec<ReadRow>,
}

/// What the rows fold to, and the first that could not be folded, with why.
type Replayed = (Projections, Option<(u64, String)>);

pub(super) struct Replay<'scope> {
    batch: Batch,
    batches: SyncSender<Batch>,
    replayed: ScopedJoinHandle<'scope, Replayed>,
}

impl<'scope> Replay<'scope> {
    /// Starts the thread.
    pub(super) fn start(scope: &'scope Scope<'scope, '_>, lists: Lengths) -> Self {
        let (batches, received) = sync_channel(ON_THE_WAY);
        Self {
            batch: Batch::default(),
            batches,
            replayed: scope.spawn(move || replay(&received, &lists)),
        }
    }

    pub(super) fn row(&mut self, sequence: u64, at: DateTime<Utc>, kind: &str, payload: &str) {
        let batch = &mut self.batch;
        let mut add = |text: &str| {
            let start = batch.text.len();
            batch.text.push_str(text);
            start..batch.text.len()
        };
        let (kind, payload) = (add(kind), add(payload));
        batch.rows.push(ReadRow {
            sequence,
            at,
            kind,
            payload,
        });
        if batch.text.len() >= BATCH {
            self.send();
        }
    }

    fn send(&mut self) {
        let next = Batch {
            text: String::with_capacity(BATCH + BATCH / 4),
            rows: Vec::with_capacity(self.batch.rows.len()),
        };
        // A thread that stopped at a fault takes no more; it has said why.
        let _ = self.batches.send(std::mem::replace(&mut self.batch, next));
    }

    pub(super) fn end(mut self) -> Replayed {
        self.send();
        drop(self.batches);
        match self.replayed.join() {
            Ok(replayed) => replayed,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

fn replay(batches: &Receiver<Batch>, lists: &Lengths) -> Replayed {
    let mut projections = Projections {
        tally: Some(Tally::default()),
        ..Projections::default()
    };
    for Batch { text, rows } in batches {
        for row in rows {
            let (kind, payload) = (&text[row.kind], &text[row.payload]);
            let folded = decode_event(kind, payload, lists, row.sequence)
                .and_then(|event| fold(&mut projections, row.sequence, row.at, &event));
            if let Err(error) = folded {
                let problem = match error {
                    StoreError::Damaged { problem, .. } => problem,
                    other => other.to_string(),
                };
                return (projections, Some((row.sequence, problem)));
            }
        }
    }
    (projections, None)
}

/// Folds the whole journal again with every row kept, where a sum differs and
/// the row must be named.
pub(super) fn in_full(connection: &Connection) -> Result<Projections, StoreError> {
    let mut projections = Projections::default();
    let mut statement = connection.prepare(&format!("{ROW} ORDER BY j.sequence"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let row = read_row(connection, row)?;
        fold(&mut projections, row.sequence, row.stamp.at, &row.event)?;
    }
    Ok(projections)
}

fn unnamed(length: usize) -> Vec<Ran> {
    let ran = Ran {
        rule: "".into(),
        version: "".into(),
        findings: 0,
    };
    vec![ran; length]
}
