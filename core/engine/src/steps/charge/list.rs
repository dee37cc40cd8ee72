//! Charges as they stand, listed or told one by one, for people and programs.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use scrubjay_hooks::Finding;
use scrubjay_model::{
    Billing, Charge, ChargeId, ChargeRecord, EncounterId, Modifier, Money, Record, RecordKey,
    RecordKind, WorkItem, WorkKind,
};
use scrubjay_store::{Cause, Event, Reader, RecordFilter, RecordOverrideRow};
use serde::Serialize;

use super::{ChargeEntryError, as_entered};
use crate::EngineError;

/// Which charges. What is not told is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChargeFilter {
    /// Only those of this visit.
    pub visit: Option<EncounterId>,
    /// Only those that stand so: `unbilled`, `billed` or `void`.
    pub state: Option<String>,
    /// Only those that wait for a person.
    pub only_held: bool,
    /// Only those of this date of service or later.
    pub from: Option<NaiveDate>,
    /// Only those of this date of service or earlier.
    pub to: Option<NaiveDate>,
}

/// A charge with what holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedCharge {
    /// The charge.
    #[serde(flatten)]
    pub charge: Charge,
    /// Why it waits for a person; nothing holds it where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
}

/// Charges by their date of service.
///
/// # Errors
/// Where the store cannot be read.
pub fn charges(
    reader: &dyn Reader,
    filter: &ChargeFilter,
) -> Result<Vec<ListedCharge>, EngineError> {
    let asked = RecordFilter {
        kind: Some(RecordKind::Charge),
        parent: filter.visit.as_ref().map(|visit| RecordKey::from(visit).id),
        state: filter.state.clone(),
        from: filter.from,
        to: filter.to,
        ..RecordFilter::default()
    };
    let mut listed = Vec::new();
    for row in reader.records(&asked)? {
        let work = reader.record_work(&row.key)?.into_iter();
        let held = work
            .filter(|item| item.kind == WorkKind::Charge)
            .map(|item| item.reason)
            .next();
        if filter.only_held && held.is_none() {
            continue;
        }
        if let Some(Record::Charge(charge)) = reader.record(&row.key)? {
            let charge = *charge;
            listed.push(ListedCharge { charge, held });
        }
    }
    Ok(listed)
}

/// A charge as it stood after something was done to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChargeStep {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// Because of what: a file, a call, or the rule that derived it.
    pub cause: Cause,
    /// Modifiers then.
    pub modifiers: Vec<Modifier>,
    /// Units then.
    pub units: Decimal,
    /// Amount then.
    pub amount: Money,
    /// What had become of it.
    pub billing: Billing,
}

/// Everything about a charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChargeStory {
    /// As it stands.
    pub charge: Charge,
    /// As it was last entered, before rules derived anything.
    pub entered: ChargeRecord,
    /// What was found on it when it was last judged.
    pub findings: Vec<Finding>,
    /// What persons passed, and why it was taken back.
    pub passed: Vec<RecordOverrideRow>,
    /// Open work about it.
    pub work: Vec<WorkItem>,
    /// How it came to stand so.
    pub steps: Vec<ChargeStep>,
}

/// Everything about a charge.
///
/// # Errors
/// [`ChargeEntryError::NoCharge`] where there is none, and where the store
/// cannot be read.
pub fn charge_story(reader: &dyn Reader, id: &ChargeId) -> Result<ChargeStory, EngineError> {
    let key = RecordKey::from(id);
    let Some(Record::Charge(charge)) = reader.record(&key)? else {
        let charge = id.clone();
        return Err(ChargeEntryError::NoCharge { charge }.into());
    };
    let (mut findings, mut steps) = (Vec::new(), Vec::new());
    for row in reader.record_history(&key)? {
        match row.event {
            // A judgement without a handler tells of an effect that was refused,
            // and stands behind the one that asked for it.
            Event::RecordJudged { outcome, .. } if outcome.ran.is_empty() => {
                findings.extend(outcome.findings);
            }
            Event::RecordJudged { outcome, .. } => findings = outcome.findings,
            Event::RecordKept {
                record: Record::Charge(kept),
                ..
            } => {
                let kept = kept.into_record();
                steps.push(ChargeStep {
                    at: row.stamp.at,
                    by: row.stamp.actor,
                    cause: row.stamp.cause,
                    modifiers: kept.modifiers,
                    units: kept.units,
                    amount: kept.amount,
                    billing: kept.billing,
                });
            }
            _ => {}
        }
    }
    Ok(ChargeStory {
        entered: as_entered(reader, &charge)?,
        findings,
        passed: reader.record_overrides(Some(&key))?,
        work: reader.record_work(&key)?,
        steps,
        charge: *charge,
    })
}
