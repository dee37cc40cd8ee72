//! What a billing manager wants to see.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use scrubjay_hooks::Severity;
use scrubjay_model::{Account, DenialCategory, Money, WorkKind};
use scrubjay_store::{ClaimFilter, FileRow, Reader};
use serde::Serialize;

use crate::analytics::Kpi;
use crate::analytics::kpi::key_figures;
use crate::{Config, EngineError};

/// Claims in one state of the axes `work` and `adjudication`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClaimCount {
    /// State as a piece of work.
    pub work: String,
    /// What the payer decided.
    pub adjudication: String,
    /// Claims.
    pub claims: usize,
    /// Their charges.
    pub charge: Money,
}

/// How often a rule spoke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleCount {
    /// Rule.
    pub rule: String,
    /// Severity.
    pub severity: Severity,
    /// Findings.
    pub findings: usize,
    /// Claims with at least one.
    pub claims: usize,
    /// Charges of those claims.
    pub charge: Money,
}

/// Open work of one kind and owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkQueue {
    /// Kind.
    pub kind: WorkKind,
    /// Who works it.
    pub owner: String,
    /// Items.
    pub items: usize,
    /// Items past their service level.
    pub overdue: usize,
    /// Money at stake.
    pub amount: Money,
}

/// Money received from a payer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CashReceived {
    /// Payer key.
    pub payer: String,
    /// Received, takebacks taken off.
    pub received: Money,
    /// Of it, not applied to a claim yet.
    pub unapplied: Money,
}

/// Denials of one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DenialCause {
    /// Category.
    pub category: DenialCategory,
    /// Group and reason code, such as `CO-197`, with remark codes.
    pub reason: String,
    /// Claims.
    pub claims: usize,
    /// Amount refused.
    pub amount: Money,
}

/// A heading of the trial balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerLine {
    /// Account.
    pub account: String,
    /// Balance; a debit is positive.
    pub balance: Money,
}

/// The figures of a practice at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Practice.
    pub practice: Option<String>,
    /// Instant of the figures.
    pub as_of: DateTime<Utc>,
    /// Files in the order they came.
    pub files: Vec<FileRow>,
    /// Claims by status.
    pub claims: Vec<ClaimCount>,
    /// Findings by rule, most frequent first.
    pub findings: Vec<RuleCount>,
    /// Open work by kind and owner.
    pub work: Vec<WorkQueue>,
    /// Cash by payer.
    pub cash: Vec<CashReceived>,
    /// Denials by cause, largest first.
    pub denials: Vec<DenialCause>,
    /// Trial balance; it sums to zero.
    pub ledger: Vec<LedgerLine>,
    /// Key figures.
    pub kpis: Vec<Kpi>,
}

impl Report {
    pub(crate) fn of(
        reader: &dyn Reader,
        config: &Config,
        now: DateTime<Utc>,
    ) -> Result<Self, EngineError> {
        let claims = reader.claims(&ClaimFilter::default())?;
        let charges: BTreeMap<&str, Money> = claims
            .iter()
            .map(|claim| (claim.id.as_str(), claim.charge))
            .collect();
        let mut by_status: BTreeMap<_, ClaimCount> = BTreeMap::new();
        for claim in &claims {
            let status = claim.status;
            let count = by_status
                .entry((status.work, status.adjudication))
                .or_insert_with(|| ClaimCount {
                    work: status.work.to_string(),
                    adjudication: status.adjudication.to_string(),
                    claims: 0,
                    charge: Money::ZERO,
                });
            count.claims += 1;
            count.charge += claim.charge;
        }
        Ok(Self {
            practice: config
                .practice
                .as_ref()
                .map(|practice| practice.name.clone()),
            as_of: now,
            files: reader.files()?,
            claims: by_status.into_values().collect(),
            findings: findings(reader, &charges)?,
            work: work(reader, now)?,
            cash: cash(reader)?,
            denials: denials(reader)?,
            ledger: reader
                .trial_balance()?
                .into_iter()
                .map(|(account, balance)| LedgerLine { account, balance })
                .collect(),
            kpis: key_figures(&claims, now, config.mature_after_days),
        })
    }
}

fn findings(
    reader: &dyn Reader,
    charges: &BTreeMap<&str, Money>,
) -> Result<Vec<RuleCount>, EngineError> {
    let mut by_rule: BTreeMap<(String, Severity), (usize, BTreeSet<String>)> = BTreeMap::new();
    for row in reader.findings(None)? {
        let entry = by_rule.entry((row.rule, row.severity)).or_default();
        entry.0 += 1;
        entry.1.insert(row.claim.as_str().to_owned());
    }
    let mut counts: Vec<RuleCount> = by_rule
        .into_iter()
        .map(|((rule, severity), (findings, claims))| RuleCount {
            rule,
            severity,
            findings,
            charge: claims
                .iter()
                .filter_map(|claim| charges.get(claim.as_str()).copied())
                .sum(),
            claims: claims.len(),
        })
        .collect();
    counts.sort_by(|a, b| b.claims.cmp(&a.claims).then_with(|| a.rule.cmp(&b.rule)));
    Ok(counts)
}

fn work(reader: &dyn Reader, now: DateTime<Utc>) -> Result<Vec<WorkQueue>, EngineError> {
    let mut queues: BTreeMap<(WorkKind, String), WorkQueue> = BTreeMap::new();
    for item in reader.open_work(None)? {
        let queue = queues
            .entry((item.kind, item.owner.0.clone()))
            .or_insert_with(|| WorkQueue {
                kind: item.kind,
                owner: item.owner.0.clone(),
                items: 0,
                overdue: 0,
                amount: Money::ZERO,
            });
        queue.items += 1;
        queue.overdue += usize::from(item.due < now.date_naive());
        queue.amount += item.amount;
    }
    Ok(queues.into_values().collect())
}

fn cash(reader: &dyn Reader) -> Result<Vec<CashReceived>, EngineError> {
    let mut payers: BTreeMap<String, (Money, Money)> = BTreeMap::new();
    for (account, balance) in reader.accounts()? {
        match account {
            Account::Cash { payer } => payers.entry(payer).or_default().0 += balance,
            // Unapplied cash is owed until it is applied: a credit.
            Account::UnappliedCash { payer } => payers.entry(payer).or_default().1 -= balance,
            _ => {}
        }
    }
    Ok(payers
        .into_iter()
        .map(|(payer, (received, unapplied))| CashReceived {
            payer,
            received,
            unapplied,
        })
        .collect())
}

fn denials(reader: &dyn Reader) -> Result<Vec<DenialCause>, EngineError> {
    let mut causes: BTreeMap<(String, DenialCategory), (BTreeSet<String>, Money)> = BTreeMap::new();
    for denial in reader.denials(None)? {
        let mut reason = format!("{}-{}", denial.group, denial.carc);
        for remark in &denial.remarks {
            reason.push('/');
            reason.push_str(&remark.text());
        }
        let cause = causes.entry((reason, denial.category)).or_default();
        cause.0.insert(denial.claim.as_str().to_owned());
        cause.1 += denial.amount;
    }
    let mut listed: Vec<DenialCause> = causes
        .into_iter()
        .map(|((reason, category), (claims, amount))| DenialCause {
            category,
            reason,
            claims: claims.len(),
            amount,
        })
        .collect();
    listed.sort_by(|a, b| {
        b.amount
            .cmp(&a.amount)
            .then_with(|| a.reason.cmp(&b.reason))
    });
    Ok(listed)
}
