//! A remitted claim's adjustments, each sent to its place.

use chrono::NaiveDate;
use scrubjay_model::{Money, RemittanceClaim};

use crate::steps::denial::Refused;
use crate::steps::reason::{Place, place};

/// What the adjustments of a remitted claim come to, by their places.
#[derive(Debug, Default)]
pub(super) struct Sorted<'a> {
    pub(super) contractual: Money,
    pub(super) sequestration: Money,
    pub(super) patient: Money,
    pub(super) other: Money,
    pub(super) refused: Vec<Refused<'a>>,
    /// Amounts that a person must look at before they post.
    pub(super) review: Vec<String>,
}

impl<'a> Sorted<'a> {
    /// Judges each reason on the date of the decision.
    pub(super) fn of(remitted: &'a RemittanceClaim, decided: NaiveDate) -> Self {
        let mut sorted = Self::default();
        let at_claim = remitted
            .adjustments
            .iter()
            .map(|adjustment| (None, adjustment, remitted.remarks.as_slice()));
        let at_lines = remitted
            .lines
            .iter()
            .zip(1u32..)
            .flat_map(|(line, number)| {
                line.adjustments
                    .iter()
                    .map(move |adjustment| (Some(number), adjustment, line.remarks.as_slice()))
            });
        for (line, adjustment, remarks) in at_claim.chain(at_lines) {
            // A line's reason may be explained by the claim's remark codes too.
            let mut all_remarks = remarks.to_vec();
            if line.is_some() {
                all_remarks.extend(remitted.remarks.iter().cloned());
            }
            match place(adjustment, &all_remarks, decided) {
                Place::Contractual => sorted.contractual += adjustment.amount,
                Place::Sequestration => sorted.sequestration += adjustment.amount,
                Place::Patient => sorted.patient += adjustment.amount,
                Place::OtherAdjustment => sorted.other += adjustment.amount,
                Place::AlreadyPosted => {}
                Place::Review(why) => sorted
                    .review
                    .push(format!("{}-{}: {why}", adjustment.group, adjustment.carc)),
                Place::Refused(defaults) => sorted.refused.push(Refused {
                    line,
                    adjustment,
                    remarks: all_remarks,
                    defaults,
                }),
            }
        }
        sorted
    }

    /// What is left of a charge that somebody may pay: what a contract or the
    /// law takes off is taken off.
    pub(super) fn allowed(&self, charge: Money) -> Money {
        charge - self.contractual - self.sequestration
    }

    /// What the payer refused.
    pub(super) fn denied(&self) -> Money {
        self.refused
            .iter()
            .map(|refused| refused.adjustment.amount)
            .sum()
    }
}
