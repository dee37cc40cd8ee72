//! The clocks of appeals that are at the payer: no decision in its time, and no
//! payment after a decision that grants one.

use chrono::NaiveDate;
use scrubjay_model::{AppealCase, ClaimId, Money, Record, RecordId, RecordKind, WorkKind};
use scrubjay_store::RecordFilter;
use serde::Serialize;

use super::keep;
use crate::EngineError;
use crate::desk::Desk;

/// An appeal that somebody was told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppealWarning {
    /// Appeal.
    pub appeal: RecordId,
    /// Claim.
    pub claim: ClaimId,
    /// What did not come: `decision` or `payment`.
    pub missing: &'static str,
    /// Last day on which it should have.
    pub due: NaiveDate,
    /// Money at stake.
    pub amount: Money,
}

/// Tells of appeals that were not decided, or not paid, in time. Each once.
pub(crate) fn fire_due(desk: &mut Desk<'_>) -> Result<Vec<AppealWarning>, EngineError> {
    let filter = RecordFilter {
        kind: Some(RecordKind::Appeal),
        due_by: Some(desk.today()),
        ..RecordFilter::default()
    };
    let mut told = Vec::new();
    for row in desk.tx.records(&filter)? {
        let Some(Record::Appeal { id, appeal }) = desk.tx.record(&row.key)? else {
            continue;
        };
        let last_day = row.due.and_then(|due| due.pred_opt());
        let due = last_day.unwrap_or_else(|| desk.today());
        let (missing, amount, reason) = words(&id, &appeal, due);
        desk.open_record_work(WorkKind::FollowUp, &row.key, amount, reason)?;
        let claim = appeal.claim.clone();
        keep(desk, &id, appeal.into_record(), None)?;
        told.push(AppealWarning {
            appeal: id,
            claim,
            missing,
            due,
            amount,
        });
    }
    Ok(told)
}

fn words(id: &RecordId, appeal: &AppealCase, due: NaiveDate) -> (&'static str, Money, String) {
    let claim = &appeal.claim;
    let of = format!("appeal {id} (level {}) of claim {claim}", appeal.level);
    match appeal.decision {
        Some(decision) => (
            "payment",
            decision.granted,
            format!(
                "{of} was won on {}, and {} has not come by {due}: ask the payer for its payment",
                decision.on, decision.granted
            ),
        ),
        None => {
            let filed = appeal
                .filed
                .map_or_else(String::new, |filed| format!(", filed on {filed},"));
            (
                "decision",
                appeal.amount,
                format!("{of}{filed} was to be decided by {due}: ask the payer, or escalate"),
            )
        }
    }
}
