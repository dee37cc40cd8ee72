//! The same conditions in plain Rust, as a bound on what is possible.

use chrono::Days;
use rust_decimal::Decimal;
use scrubjay_model::{AsSent, Claim};

use super::workload::{RuleKind, Run, received, rule};

/// Findings of the calls that a claim is owed.
pub(crate) fn judge(claim: &Claim, runs: &[Run]) -> Vec<String> {
    let mut found = Vec::new();
    let from = claim.service_from();
    let age = claim
        .patient
        .born
        .zip(from)
        .and_then(|(born, from)| from.years_since(born));
    for run in runs {
        match rule(run.payer, run.rule) {
            RuleKind::Filing { days } => {
                let due = from.and_then(|from| from.checked_add_days(Days::new(days.into())));
                if let Some(due) = due
                    && received() > due
                    && claim.frequency.as_str() == "1"
                {
                    found.push(format!("due {due}"));
                }
            }
            RuleKind::Diagnosis { .. } => {
                let office =
                    matches!(&claim.place, Some(AsSent::Sound(place)) if place.as_str() == "11");
                if age.is_some_and(|age| age < 18) && !office {
                    found.push("age".to_owned());
                }
            }
            RuleKind::Line { units, .. } => {
                let Some(line) = run.line.and_then(|at| claim.lines.get(at)) else {
                    continue;
                };
                let excused = line
                    .modifiers
                    .iter()
                    .any(|sent| matches!(sent, AsSent::Sound(code) if code.as_str() == "25"));
                if claim.authorization.is_none() && line.units > Decimal::from(units) && !excused {
                    found.push("no".to_owned());
                }
            }
        }
    }
    found
}
