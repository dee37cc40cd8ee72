//! Step 7: a payer's decision is contested, level by level: drafted, filed, decided.

pub(crate) mod clock;
mod decided;
mod draft;
pub(crate) mod error;
pub(crate) mod evidence;
mod heard;
mod letter;
pub(crate) mod level;
pub(crate) mod proof;
pub(crate) mod read;
mod template;

use chrono::NaiveDate;
use scrubjay_model::{
    AppealCase, AppealRecord, ClaimId, Evidence, Money, Record, RecordId, RecordKind,
};
use scrubjay_store::{Reader, RecordFilter};
use serde::Serialize;

pub use decided::Filing;
pub(crate) use decided::{decide, file, withdraw};
pub(crate) use draft::{begin, cannot_begin, draft, may_be_contested};
pub(crate) use heard::{nothing_left, payer_decided, posting_undone};

use self::error::AppealCallError;
use crate::EngineError;
use crate::desk::Desk;

/// An appeal that was drafted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DraftedAppeal {
    /// Appeal.
    pub appeal: RecordId,
    /// Claim.
    pub claim: ClaimId,
    /// Level, 1 being the first.
    pub level: u8,
    /// What the payer calls it.
    pub name: String,
    /// Contested.
    pub amount: Money,
    /// Last day to file it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<NaiveDate>,
    /// Where the levels stand.
    pub source: String,
    /// Documents that are there, with the names of the letter's files.
    pub evidence: Vec<Evidence>,
    /// What it should have, with what is there.
    pub wanted: Vec<evidence::WantedEvidence>,
}

/// An appeal that is at the payer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FiledAppeal {
    /// Appeal.
    pub appeal: RecordId,
    /// Claim.
    pub claim: ClaimId,
    /// Last day for the payer to decide.
    pub decision_due: NaiveDate,
    /// Whether it was filed in its time; `None` where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timely: Option<bool>,
}

/// An appeal that the payer has decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecidedAppeal {
    /// Appeal.
    pub appeal: RecordId,
    /// Claim.
    pub claim: ClaimId,
    /// Still contested.
    pub open: Money,
    /// The level that is left, and the last day to file at it where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<(u8, Option<NaiveDate>)>,
    /// Day by which the payment is expected, where something was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_by: Option<NaiveDate>,
}

/// The appeals of a claim, oldest first.
pub(crate) fn appeals_of(
    reader: &dyn Reader,
    claim: &ClaimId,
) -> Result<Vec<(RecordId, AppealCase)>, EngineError> {
    // A claim's id has the shape of a record's: the store files them under it.
    let Ok(parent) = claim.as_str().parse() else {
        return Ok(Vec::new());
    };
    let filter = RecordFilter {
        kind: Some(RecordKind::Appeal),
        parent: Some(parent),
        ..RecordFilter::default()
    };
    let mut appeals = Vec::new();
    for row in reader.records(&filter)? {
        if let Some(Record::Appeal { id, appeal }) = reader.record(&row.key)? {
            appeals.push((id, *appeal));
        }
    }
    Ok(appeals)
}

/// The last appeal of a claim that was not given up.
pub(crate) fn latest(
    reader: &dyn Reader,
    claim: &ClaimId,
) -> Result<Option<(RecordId, AppealCase)>, EngineError> {
    let mut appeals = appeals_of(reader, claim)?;
    appeals.retain(|(_, appeal)| appeal.withdrawn.is_none());
    Ok(appeals.pop())
}

pub(crate) fn state(id: &RecordId, appeal: &AppealCase) -> &'static str {
    Record::Appeal {
        id: id.clone(),
        appeal: Box::new(appeal.clone()),
    }
    .state()
}

fn signed(desk: &Desk<'_>) -> Result<(), AppealCallError> {
    match desk.stamp.actor.trim().is_empty() {
        true => Err(AppealCallError::Unsigned),
        false => Ok(()),
    }
}

/// Keeps an appeal as it now stands.
fn keep(
    desk: &mut Desk<'_>,
    id: &RecordId,
    record: AppealRecord,
    due: Option<NaiveDate>,
) -> Result<AppealCase, EngineError> {
    let case = AppealCase::new(record).map_err(AppealCallError::from)?;
    desk.keep(
        Record::Appeal {
            id: id.clone(),
            appeal: Box::new(case.clone()),
        },
        due,
    )?;
    Ok(case)
}

fn read_one(desk: &Desk<'_>, id: &RecordId) -> Result<AppealCase, EngineError> {
    match desk.tx.record(&RecordKind::Appeal.with(id.clone()))? {
        Some(Record::Appeal { appeal, .. }) => Ok(*appeal),
        _ => Err(AppealCallError::UnknownAppeal { appeal: id.clone() }.into()),
    }
}
