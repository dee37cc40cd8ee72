//! Where the journal has a remittance, and the rows of its postings.

use scrubjay_model::{Remittance, TraceNumber};
use scrubjay_store::{Event, JournalRow, Reader, Sequence, StoreError};

use super::RemittanceError;
use crate::EngineError;

/// Where the journal has a remittance that is posted.
#[derive(Debug)]
pub(super) struct OnRecord {
    /// The row that took it in.
    pub(super) taken: Sequence,
    /// First and last row of each posting of it: itself, then claims that waited.
    pub(super) postings: Vec<(Sequence, Sequence)>,
}

/// Where the journal has a remittance that is posted.
pub(super) fn on_record(
    reader: &dyn Reader,
    originator: &str,
    trace: &TraceNumber,
) -> Result<OnRecord, EngineError> {
    let trace = trace.clone();
    let Some(taken) = reader.remittance(originator, &trace)? else {
        return Err(RemittanceError::Unknown { trace }.into());
    };
    let postings = postings_of(reader, taken)?;
    if postings.is_empty() {
        let why = "it was posted by an earlier version";
        return Err(RemittanceError::NotOnRecord { trace, why }.into());
    }
    Ok(OnRecord { taken, postings })
}

/// The postings of the remittance that a row took in, in order, up to where it
/// was undone.
pub(super) fn postings_of(
    reader: &dyn Reader,
    taken: Sequence,
) -> Result<Vec<(Sequence, Sequence)>, EngineError> {
    let rows = reader.remittances()?;
    let Some(at) = rows.iter().position(|row| row.sequence == taken) else {
        return Ok(Vec::new());
    };
    let Event::RemittanceTaken { remittance, .. } = &rows[at].event else {
        return Ok(Vec::new());
    };
    let mut postings = Vec::new();
    for row in &rows[at + 1..] {
        match &row.event {
            Event::RemittancePosted {
                originator,
                trace,
                first,
            } if *originator == remittance.originator && *trace == remittance.trace => {
                postings.push((*first, row.sequence));
            }
            Event::RemittanceUndone { taken: undone, .. } if *undone == taken => break,
            _ => {}
        }
    }
    Ok(postings)
}

/// The head of a remittance as a row has it, with its payer.
pub(super) fn remittance_row(
    reader: &dyn Reader,
    row: Sequence,
) -> Result<(Remittance, String), EngineError> {
    match rows_of(reader, row, row)?.pop().map(|row| row.event) {
        Some(
            Event::RemittanceTaken {
                remittance, payer, ..
            }
            | Event::RemittanceQuarantined {
                remittance, payer, ..
            },
        ) => Ok((*remittance, payer)),
        _ => Err(StoreError::Contradiction {
            problem: format!("journal row {row} takes no remittance in"),
        }
        .into()),
    }
}

/// The trace number of the remittance by whose posting a row came.
pub(super) fn posted_by(
    reader: &dyn Reader,
    sequence: Sequence,
) -> Result<Option<TraceNumber>, EngineError> {
    let rows = reader.remittances()?.into_iter();
    Ok(rows.rev().find_map(|row| match row.event {
        Event::RemittancePosted { trace, first, .. }
            if (first..=row.sequence).contains(&sequence) =>
        {
            Some(trace)
        }
        _ => None,
    }))
}

/// The journal rows from one to another, both included.
pub(super) fn rows_of(
    reader: &dyn Reader,
    first: Sequence,
    last: Sequence,
) -> Result<Vec<JournalRow>, EngineError> {
    const AT_ONCE: u32 = 1000;
    let mut rows = Vec::new();
    let mut from = first;
    while from <= last {
        let wanted = u32::try_from(last - from + 1)
            .unwrap_or(AT_ONCE)
            .min(AT_ONCE);
        let read = reader.journal(from, wanted)?;
        let Some(end) = read.last().map(|row| row.sequence) else {
            break;
        };
        rows.extend(read);
        from = end + 1;
    }
    Ok(rows)
}
