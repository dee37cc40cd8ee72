//! What there is of denials, for whoever works them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use scrubjay_model::{
    Appeal, Axis, BusinessCalendar, ClaimId, Denial, DenialCategory, DenialOutcome, Money, Owner,
    Recoverable, WorkItem, WorkItemId, WorkKind,
};
use scrubjay_store::{ClaimRow, Reader};
use serde::Serialize;

use super::error::DenialCallError;
use super::standing::{Standing, standing};
use super::worth::{Experience, Worth};
use crate::steps::appeal::level::running;
use crate::steps::appeal::read::{AppealFilter, ListedAppeal, list as list_appeals};
use crate::{Config, EngineError};

/// The refusal of a claim, as its last decision has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedDenial {
    /// Claim.
    pub claim: ClaimId,
    /// Payer's key.
    pub payer: String,
    /// Root cause: of the largest amount.
    pub cause: DenialCategory,
    /// How the money may still come.
    pub recoverable: Recoverable,
    /// The payer's group and reason codes, each once.
    pub codes: Vec<String>,
    /// Refused.
    pub amount: Money,
    /// Refused and not settled.
    pub open: Money,
    /// Day of the decision.
    pub decided: NaiveDate,
    /// Where it stands: `open`, `appealed`, `resubmitted`, or how it was settled.
    pub state: &'static str,
    /// What to do next.
    pub action: String,
    /// Who works it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// Work item of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work: Option<WorkItemId>,
    /// Last day of its service level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<NaiveDate>,
    /// Last day to contest it, where one runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contest_by: Option<NaiveDate>,
    /// What working it is thought to bring.
    pub worth: Worth,
}

/// A claim's denial with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownDenial {
    /// As in lists.
    #[serde(flatten)]
    pub denial: ListedDenial,
    /// Each refused amount.
    pub amounts: Vec<Denial>,
    /// How parts of it were settled.
    pub settled: Vec<(DenialOutcome, Money)>,
    /// The claim that took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<ClaimId>,
    /// Appeals, oldest first.
    pub appeals: Vec<ListedAppeal>,
}

/// Which denials. What is not told is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DenialFilter {
    /// Only those that stand so, such as `open`.
    pub state: Option<String>,
    /// Only those of this payer, by its key.
    pub payer: Option<String>,
    /// Only those of this root cause.
    pub cause: Option<String>,
    /// Only those that this owner works.
    pub owner: Option<String>,
}

const STATES: [&str; 7] = [
    "open",
    "appealed",
    "resubmitted",
    "overturned",
    "paid_on_correction",
    "written_off",
    "transferred",
];

impl DenialFilter {
    /// Refuses what there is not: a list that is empty by a slip of the pen says that
    /// nothing is to be done.
    fn check(&self, config: &Config, found: &[ListedDenial]) -> Result<(), DenialCallError> {
        let refuse = |what, value: &String, mut known: Vec<String>| {
            if known.is_empty() {
                known.push("none".to_owned());
            }
            Err(DenialCallError::Unknown {
                what,
                value: value.clone(),
                known,
            })
        };
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        if let Some(state) = &self.state
            && !STATES.contains(&state.as_str())
        {
            return refuse("state", state, words(&STATES));
        }
        if let Some(cause) = &self.cause
            && DenialCategory::from_name(cause).is_none()
        {
            return refuse(
                "root cause",
                cause,
                words(&DenialCategory::ALL.map(DenialCategory::as_str)),
            );
        }
        if let Some(payer) = &self.payer {
            let mut known: Vec<String> = config
                .payers
                .iter()
                .map(|one| one.profile.key.clone())
                .collect();
            known.extend(found.iter().map(|one| one.payer.clone()));
            known.sort();
            known.dedup();
            if !known.contains(payer) {
                return refuse("payer", payer, known);
            }
        }
        if let Some(owner) = &self.owner {
            let owners = found.iter().filter_map(|one| one.owner.as_ref());
            let mut known: Vec<String> = owners.map(|owner| owner.0.clone()).collect();
            known.sort();
            known.dedup();
            if !known.contains(owner) {
                return refuse("owner of open denials", owner, known);
            }
        }
        Ok(())
    }

    fn admits(&self, one: &ListedDenial) -> bool {
        let is = |wanted: &Option<String>, held: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == held)
        };
        let owner = one.owner.as_ref().map_or("", |owner| owner.0.as_str());
        is(&self.state, one.state)
            && is(&self.payer, &one.payer)
            && is(&self.cause, one.cause.as_str())
            && is(&self.owner, owner)
    }
}

/// Denials, what is worth most on top; those of equal worth by their claims.
pub(crate) fn list(
    reader: &dyn Reader,
    config: &Config,
    filter: &DenialFilter,
) -> Result<Vec<ListedDenial>, EngineError> {
    let experience = Experience::of(reader)?;
    let mut work: BTreeMap<ClaimId, WorkItem> = BTreeMap::new();
    for item in reader.open_work(None)? {
        if item.kind == WorkKind::Denial
            && let Some(claim) = &item.claim
        {
            work.insert(claim.clone(), item);
        }
    }
    let mut claims: Vec<ClaimId> = reader
        .denials(None)?
        .into_iter()
        .map(|denial| denial.claim)
        .collect();
    claims.sort();
    claims.dedup();
    let mut found = Vec::new();
    for id in claims {
        let Some(row) = reader.claim(&id)? else {
            continue;
        };
        let history = reader.history(&id)?;
        let refused = standing(&history);
        found.extend(listed(
            reader,
            config,
            &experience,
            &row,
            &refused,
            work.get(&id),
        )?);
    }
    filter.check(config, &found)?;
    found.retain(|one| filter.admits(one));
    found.sort_by(|a, b| (b.worth.expected, &a.claim).cmp(&(a.worth.expected, &b.claim)));
    Ok(found)
}

fn listed(
    reader: &dyn Reader,
    config: &Config,
    experience: &Experience,
    row: &ClaimRow,
    refused: &Standing<'_>,
    item: Option<&WorkItem>,
) -> Result<Option<ListedDenial>, EngineError> {
    let Some(largest) = refused.denials.iter().max_by_key(|denial| denial.amount) else {
        return Ok(None);
    };
    let mut codes: Vec<String> = Vec::new();
    for denial in &refused.denials {
        let code = format!("{}-{}", denial.group, denial.carc);
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    let state = state_of(row, refused);
    let open = if state == "resubmitted" {
        Money::ZERO
    } else {
        refused.open()
    };
    let deadline = match state {
        "open" => running(reader, config, row)?,
        _ => None,
    };
    let worth = experience.worth(&config.denials, &row.payer, largest, refused.open());
    Ok(Some(ListedDenial {
        claim: row.id.clone(),
        payer: row.payer.clone(),
        cause: largest.category,
        recoverable: largest.recoverable,
        codes,
        amount: refused.denials.iter().map(|denial| denial.amount).sum(),
        open,
        decided: refused
            .denials
            .iter()
            .map(|denial| denial.decided)
            .max()
            .unwrap_or(largest.decided),
        state,
        action: item.map_or_else(|| largest.action.clone(), |item| item.reason.clone()),
        owner: item.map(|item| item.owner.clone()),
        work: item.map(|item| item.id.clone()),
        due: item.map(|item| item.due),
        contest_by: deadline.map(|deadline| deadline.due(&BusinessCalendar::default())),
        worth,
    }))
}

fn state_of(row: &ClaimRow, refused: &Standing<'_>) -> &'static str {
    if refused.open().is_positive() {
        return match row.status.appeal {
            Appeal::Drafted | Appeal::Filed => "appealed",
            _ if row.replaced_by.is_some() && row.status.work.as_str() == "void" => "resubmitted",
            _ => "open",
        };
    }
    match refused.settled.last() {
        Some((outcome, _)) => outcome.as_str(),
        None if refused.overturned().is_positive() => DenialOutcome::Overturned.as_str(),
        None => "open",
    }
}

/// The denial of a claim, whole.
pub(crate) fn show(
    reader: &dyn Reader,
    config: &Config,
    claim: &ClaimId,
) -> Result<ShownDenial, EngineError> {
    let id = claim.clone();
    let Some(row) = reader.claim(claim)? else {
        return Err(DenialCallError::UnknownClaim { claim: id }.into());
    };
    let history = reader.history(claim)?;
    let refused = standing(&history);
    let open = reader.open_work(Some(claim))?;
    let item = open.iter().find(|item| item.kind == WorkKind::Denial);
    let experience = Experience::of(reader)?;
    let denial = listed(reader, config, &experience, &row, &refused, item)?;
    let Some(denial) = denial else {
        return Err(DenialCallError::NotDenied { claim: id }.into());
    };
    let appeals = AppealFilter {
        claim: Some(id),
        ..AppealFilter::default()
    };
    Ok(ShownDenial {
        denial,
        amounts: refused
            .denials
            .iter()
            .map(|denial| (*denial).clone())
            .collect(),
        settled: refused.settled.clone(),
        replaced_by: row.replaced_by,
        appeals: list_appeals(reader, config, &appeals)?,
    })
}
