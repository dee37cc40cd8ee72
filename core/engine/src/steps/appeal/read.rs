//! What there is of appeals, for whoever asks.

use chrono::NaiveDate;
use scrubjay_model::{
    AppealCase, AppealDecision, AppealFiling, BusinessCalendar, ClaimId, DenialCategory, Money,
    Record, RecordId, RecordKind,
};
use scrubjay_store::{ClaimFilter, Reader, RecordFilter};
use serde::Serialize;

use super::error::AppealCallError;
use super::evidence::{WantedEvidence, wanted};
use super::level::level_of;
use super::proof::{ProofOfFiling, proof_of_filing};
use super::{latest, state};
use crate::{Config, EngineError};

/// An appeal in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedAppeal {
    /// Appeal.
    pub appeal: RecordId,
    /// Claim.
    pub claim: ClaimId,
    /// Payer's key.
    pub payer: String,
    /// Level, 1 being the first.
    pub level: u8,
    /// What the payer calls the level.
    pub name: String,
    /// Root cause of the denial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<DenialCategory>,
    /// Contested.
    pub amount: Money,
    /// Where it stands.
    pub state: &'static str,
    /// Day it was drafted.
    pub drafted: NaiveDate,
    /// Last day to file it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<NaiveDate>,
    /// Day it was filed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filed: Option<NaiveDate>,
    /// How it was filed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filing: Option<AppealFiling>,
    /// What the payer decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<AppealDecision>,
    /// Day on which somebody looks at it next: no decision or no payment by then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looked_at: Option<NaiveDate>,
}

/// An appeal with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownAppeal {
    /// As in lists.
    #[serde(flatten)]
    pub appeal: ListedAppeal,
    /// Where the level stands.
    pub source: String,
    /// Whether it was filed in its time; `None` where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timely: Option<bool>,
    /// What it should have, with what is there.
    pub evidence: Vec<WantedEvidence>,
    /// Every document that is there.
    pub documents: Vec<scrubjay_model::Evidence>,
    /// When the claim was filed, and what was answered.
    pub proof: ProofOfFiling,
}

/// Which appeals. What is not told is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppealFilter {
    /// Only those that stand so, as [`Record::state`] has it.
    pub state: Option<String>,
    /// Only those to this payer, by its key.
    pub payer: Option<String>,
    /// Only those of this claim.
    pub claim: Option<ClaimId>,
}

/// Every word for where an appeal stands.
pub(crate) const STATES: [&str; 7] = [
    "drafted",
    "withdrawn",
    "filed",
    "upheld",
    "overturned",
    "partially_overturned",
    "dismissed",
];

/// The appeal of that id, or the last one of the claim of that number that was not
/// given up: people know a claim by its number.
pub(crate) fn find(reader: &dyn Reader, name: &RecordId) -> Result<RecordId, EngineError> {
    if reader
        .record(&RecordKind::Appeal.with(name.clone()))?
        .is_some()
    {
        return Ok(name.clone());
    }
    let last = match name.as_str().parse() {
        Ok(claim) => latest(reader, &claim)?,
        Err(_) => None,
    };
    let unknown = || AppealCallError::UnknownAppeal {
        appeal: name.clone(),
    };
    let (id, _) = last.ok_or_else(unknown)?;
    Ok(id)
}

/// Appeals, oldest draft first.
pub(crate) fn list(
    reader: &dyn Reader,
    config: &Config,
    filter: &AppealFilter,
) -> Result<Vec<ListedAppeal>, EngineError> {
    if let Some(state) = &filter.state
        && !STATES.contains(&state.as_str())
    {
        return Err(AppealCallError::UnknownState {
            state: state.clone(),
        }
        .into());
    }
    if let Some(payer) = &filter.payer
        && config.payer_by_key(payer).is_none()
    {
        let mut claims = ClaimFilter::default();
        claims.payer = Some(payer.clone());
        claims.limit = Some(1);
        if reader.claims(&claims)?.is_empty() {
            let payer = payer.clone();
            return Err(AppealCallError::UnknownPayer { payer }.into());
        }
    }
    if let Some(claim) = &filter.claim
        && reader.claim(claim)?.is_none()
    {
        let claim = claim.clone();
        return Err(AppealCallError::UnknownClaim { claim }.into());
    }
    let records = RecordFilter {
        kind: Some(RecordKind::Appeal),
        state: filter.state.clone(),
        ..RecordFilter::default()
    };
    let mut listed = Vec::new();
    for row in reader.records(&records)? {
        let Some(Record::Appeal { id, appeal }) = reader.record(&row.key)? else {
            continue;
        };
        let one = listed_one(reader, config, &id, &appeal, row.due)?;
        let wanted = filter
            .claim
            .as_ref()
            .is_none_or(|claim| *claim == one.claim)
            && filter
                .payer
                .as_ref()
                .is_none_or(|payer| *payer == one.payer);
        if wanted {
            listed.push(one);
        }
    }
    Ok(listed)
}

fn listed_one(
    reader: &dyn Reader,
    config: &Config,
    id: &RecordId,
    appeal: &AppealCase,
    looked_at: Option<NaiveDate>,
) -> Result<ListedAppeal, EngineError> {
    let row = reader.claim(&appeal.claim)?;
    let payer = row.map_or_else(String::new, |row| row.payer);
    let deadline = appeal.deadline.as_ref();
    let basis = deadline.map_or(appeal.drafted, |deadline| deadline.basis);
    let level = level_of(config, &payer, appeal.level, basis);
    Ok(ListedAppeal {
        appeal: id.clone(),
        claim: appeal.claim.clone(),
        name: level.map_or_else(|| format!("appeal {}", appeal.level), |level| level.name),
        payer,
        level: appeal.level,
        cause: appeal.cause,
        amount: appeal.amount,
        state: state(id, appeal),
        drafted: appeal.drafted,
        due: deadline.map(|deadline| deadline.due(&BusinessCalendar::default())),
        filed: appeal.filed,
        filing: appeal.filing.clone(),
        decision: appeal.decision,
        looked_at,
    })
}

/// An appeal, whole.
pub(crate) fn show(
    reader: &dyn Reader,
    config: &Config,
    id: &RecordId,
) -> Result<ShownAppeal, EngineError> {
    let key = RecordKind::Appeal.with(id.clone());
    let (Some(Record::Appeal { appeal, .. }), Some(row)) =
        (reader.record(&key)?, reader.record_row(&key)?)
    else {
        return Err(AppealCallError::UnknownAppeal { appeal: id.clone() }.into());
    };
    let listed = listed_one(reader, config, id, &appeal, row.due)?;
    let basis = appeal.deadline.as_ref();
    let basis = basis.map_or(appeal.drafted, |deadline| deadline.basis);
    let level = level_of(config, &listed.payer, appeal.level, basis);
    Ok(ShownAppeal {
        source: level.map_or_else(String::new, |level| level.source),
        timely: appeal.is_timely(&BusinessCalendar::default()),
        evidence: wanted(&appeal),
        documents: appeal.evidence.clone(),
        proof: proof_of_filing(reader, config, &appeal.claim)?,
        appeal: listed,
    })
}
