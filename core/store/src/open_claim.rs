//! What lists of open claims need of each, and what payers have paid so far:
//! small rows, so that a million of them are read in a moment.

use chrono::{Datelike, NaiveDate};
use scrubjay_model::{Money, ReceivableStage, Work};
use serde::{Deserialize, Serialize};

use crate::tables::ClaimEntry;

/// A claim that is not done with: something is owed on it, or it is not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenClaim<'r> {
    /// Claim.
    pub claim: &'r str,
    /// Payer key.
    pub payer: &'r str,
    /// Where what payers owe waits.
    pub stage: ReceivableStage,
    /// What payers owe; below zero where they overpaid.
    pub insurance: Money,
    /// What the patient owes; below zero where the patient overpaid.
    pub patient: Money,
    /// Last day of service.
    pub service: Option<NaiveDate>,
    /// Day of the first sending.
    pub submitted: Option<NaiveDate>,
    /// Day since which the patient owes something on it.
    pub patient_since: Option<NaiveDate>,
}

impl<'r> OpenClaim<'r> {
    /// A claim as lists of open claims have it; `None` where it is done with.
    pub(crate) fn of(entry: &'r ClaimEntry) -> Option<Self> {
        let row = &entry.row;
        let is_done = matches!(row.status.work, Work::Closed | Work::Void);
        let owes = !entry.owed_by_insurance.is_zero() || !entry.owed_by_patient.is_zero();
        (!is_done || owes).then(|| Self {
            claim: row.id.as_str(),
            payer: &row.payer,
            stage: ReceivableStage::of(row.status),
            insurance: entry.owed_by_insurance,
            patient: entry.owed_by_patient,
            service: row.service_to.or(row.service_from),
            submitted: row.submitted.map(|at| at.date_naive()),
            patient_since: entry.patient_since,
        })
    }
}

/// A day as a number, by which days are sorted and stored in a few bytes.
pub(crate) fn day_number(day: NaiveDate) -> i64 {
    day.num_days_from_ce().into()
}

/// The day of that number.
pub(crate) fn day_of(number: i64) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(number).ok()?)
}

/// What a payer has paid on the claims that it has decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayerRecord {
    /// Claims that it has decided.
    pub decided: u64,
    /// What was charged on them.
    pub charged: Money,
    /// What it has paid on them, reversals and takebacks taken off.
    pub paid: Money,
    /// Those of them of which its first decision denied something.
    pub denied: u64,
    /// What was charged on those.
    pub denied_charged: Money,
    /// What it has paid on those in the end.
    pub denied_paid: Money,
}

impl PayerRecord {
    /// What one claim adds to it.
    pub(crate) fn of(entry: &ClaimEntry) -> Self {
        let row = &entry.row;
        if row.first_decided.is_none() {
            return Self::default();
        }
        let mut one = Self {
            decided: 1,
            charged: row.charge,
            paid: row.paid,
            ..Self::default()
        };
        if row.first_denied == Some(true) {
            one.denied = 1;
            one.denied_charged = row.charge;
            one.denied_paid = row.paid;
        }
        one
    }

    /// With what a claim adds now in the place of what it added before.
    pub(crate) fn changed(self, before: Self, now: Self) -> Self {
        let count = |all: u64, before: u64, now: u64| (all + now).saturating_sub(before);
        Self {
            decided: count(self.decided, before.decided, now.decided),
            charged: self.charged + now.charged - before.charged,
            paid: self.paid + now.paid - before.paid,
            denied: count(self.denied, before.denied, now.denied),
            denied_charged: self.denied_charged + now.denied_charged - before.denied_charged,
            denied_paid: self.denied_paid + now.denied_paid - before.denied_paid,
        }
    }
}
