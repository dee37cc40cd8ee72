//! Is a denial worth working? What is refused, times the chance that it comes, less
//! what working it costs.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use scrubjay_model::{
    Denial, DenialCategory, DenialOutcome, Money, Record, RecordKind, Recoverable,
};
use scrubjay_store::{Reader, RecordFilter};
use serde::Serialize;

use super::standing::standing;
use crate::steps::appeal::may_be_contested;
use crate::{DenialPolicy, EngineError};

/// By which way the money may still come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WayToPay {
    /// A corrected claim or a document.
    Correction,
    /// An appeal.
    Appeal,
    /// None: it is the patient's by the group code, or to be written off.
    Nothing,
}

impl WayToPay {
    /// The name used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Correction => "correction",
            Self::Appeal => "appeal",
            Self::Nothing => "nothing",
        }
    }
}

/// What working a denial is thought to bring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Worth {
    /// By which way.
    pub way: WayToPay,
    /// The chance in percent, to a tenth: the practice's own cases with this payer and
    /// root cause, beside the prior of `denials:` in scrubjay.yaml.
    pub chance: Decimal,
    /// How many cases of its own the practice has.
    pub cases: u32,
    /// What it costs the practice to work it.
    pub cost: Money,
    /// Amount times chance, less the cost, to the cent; below zero it costs more than
    /// it brings.
    pub expected: Money,
}

/// What came of earlier cases, by payer and root cause.
#[derive(Debug, Default)]
pub(crate) struct Experience {
    cases: BTreeMap<(WayToPay, String, DenialCategory), (Decimal, u32)>,
}

impl Experience {
    /// Reads what appeals and corrected claims came to so far.
    pub(crate) fn of(reader: &dyn Reader) -> Result<Self, EngineError> {
        let mut experience = Self::default();
        let appeals = RecordFilter {
            kind: Some(RecordKind::Appeal),
            ..RecordFilter::default()
        };
        for row in reader.records(&appeals)? {
            let Some(Record::Appeal { appeal, .. }) = reader.record(&row.key)? else {
                continue;
            };
            let (Some(decision), Some(cause)) = (appeal.decision, appeal.cause) else {
                continue;
            };
            if let Some(claim) = reader.claim(&appeal.claim)? {
                let share = decision.granted.to_decimal() / appeal.amount.to_decimal();
                experience.note(WayToPay::Appeal, claim.payer, cause, share);
            }
        }
        experience.corrections(reader)?;
        Ok(experience)
    }

    /// A claim that takes the place of a refused one was decided.
    fn corrections(&mut self, reader: &dyn Reader) -> Result<(), EngineError> {
        let mut seen = std::collections::BTreeSet::new();
        for denial in reader.denials(None)? {
            if !seen.insert(denial.claim.clone()) {
                continue;
            }
            let Some(row) = reader.claim(&denial.claim)? else {
                continue;
            };
            let Some(later) = &row.replaced_by else {
                continue;
            };
            let history = reader.history(&row.id)?;
            let paid = standing(&history)
                .settled
                .iter()
                .any(|(outcome, _)| *outcome == DenialOutcome::PaidOnCorrection);
            let decided = reader
                .claim(later)?
                .is_some_and(|later| later.first_decided.is_some());
            if paid || decided {
                let share = if paid { Decimal::ONE } else { Decimal::ZERO };
                self.note(WayToPay::Correction, row.payer, denial.category, share);
            }
        }
        Ok(())
    }

    fn note(&mut self, way: WayToPay, payer: String, cause: DenialCategory, share: Decimal) {
        let (won, cases) = self.cases.entry((way, payer, cause)).or_default();
        *won += share;
        *cases += 1;
    }

    /// What a denial of that payer is worth.
    pub(crate) fn worth(
        &self,
        policy: &DenialPolicy,
        payer: &str,
        denial: &Denial,
        open: Money,
    ) -> Worth {
        let way = way_of(denial);
        let key = (way, payer.to_owned(), denial.category);
        let (won, cases) = self.cases.get(&key).copied().unwrap_or_default();
        let (prior, cost) = match way {
            WayToPay::Appeal => (policy.prior.appeals, policy.appeal_cost),
            WayToPay::Correction => (policy.prior.corrections, policy.correction_cost),
            WayToPay::Nothing => (0, Money::ZERO),
        };
        let weight = Decimal::from(policy.prior.weight);
        let believed = weight * Decimal::from(prior) / Decimal::ONE_HUNDRED;
        let chance = match way {
            WayToPay::Nothing => Decimal::ZERO,
            _ => (believed + won) / (weight + Decimal::from(cases)),
        };
        let brought = (open.to_decimal() * chance).round_dp(2);
        let expected = Money::try_from(brought).map_or(open, |brought| brought - cost);
        Worth {
            way,
            chance: (chance * Decimal::ONE_HUNDRED).round_dp(1),
            cases,
            cost,
            expected,
        }
    }
}

fn way_of(denial: &Denial) -> WayToPay {
    match denial.recoverable {
        Recoverable::Never => WayToPay::Nothing,
        Recoverable::Appeal if may_be_contested(denial) => WayToPay::Appeal,
        _ => WayToPay::Correction,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scrubjay_store::Event;
    use scrubjay_store::conformance::sample;

    fn denial(recoverable: Recoverable) -> Denial {
        let Event::Denied { denial } = sample::denied("A") else {
            panic!("a denial");
        };
        Denial {
            recoverable,
            ..*denial
        }
    }

    #[test]
    fn little_experience_leans_on_the_prior_and_much_on_itself() {
        let policy = DenialPolicy::default();
        let one = denial(Recoverable::Appeal);
        let hundred = Money::from_cents(10_000);
        let mut known = Experience::default();
        let worth = known.worth(&policy, "p", &one, hundred);
        // 40 of 100, less 25.00.
        assert_eq!((worth.cases, worth.expected), (0, Money::from_cents(1_500)));
        for _ in 0..5 {
            known.note(WayToPay::Appeal, "p".to_owned(), one.category, Decimal::ONE);
        }
        let worth = known.worth(&policy, "p", &one, hundred);
        // (2 + 5) of 10 cases.
        assert_eq!(worth.chance, Decimal::from(70));
        assert_eq!(worth.expected, Money::from_cents(4_500));
        // Another payer's record is its own.
        assert_eq!(known.worth(&policy, "q", &one, hundred).cases, 0);
        for _ in 0..990 {
            known.note(
                WayToPay::Appeal,
                "p".to_owned(),
                one.category,
                Decimal::ZERO,
            );
        }
        assert!(
            known
                .worth(&policy, "p", &one, hundred)
                .expected
                .is_negative()
        );
    }

    #[test]
    fn what_cannot_come_is_worth_nothing_and_costs_nothing() {
        let policy = DenialPolicy::default();
        let worth = Experience::default().worth(
            &policy,
            "p",
            &denial(Recoverable::Never),
            Money::from_cents(10_000),
        );
        assert_eq!(
            (worth.way, worth.expected),
            (WayToPay::Nothing, Money::ZERO)
        );
    }
}
