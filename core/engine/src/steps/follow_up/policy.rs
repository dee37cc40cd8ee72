//! How the practice follows up what is open: the section `follow_up` of `scrubjay.yaml`.

use scrubjay_model::Money;
use serde::Deserialize;

/// How open claims are followed up:
///
/// ```yaml
/// follow_up:
///   cost: "12.50"    # what it costs to work a claim once
///   assumed: 50      # percent paid, where no payer's history says more
///   history: 10      # decided claims that make a history
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FollowUpPolicy {
    /// What it costs to work a claim once.
    pub cost: Money,
    /// Percent of a charge that is taken to be paid where there is no history.
    pub assumed: u8,
    /// How many decided claims make a history.
    pub history: u32,
}

impl Default for FollowUpPolicy {
    fn default() -> Self {
        Self {
            cost: Money::ZERO,
            assumed: 50,
            history: 10,
        }
    }
}

impl FollowUpPolicy {
    /// What cannot be meant, where there is something.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        if self.cost.is_negative() {
            Some("follow_up: `cost` is not below zero")
        } else if self.assumed > 100 {
            Some("follow_up: `assumed` is a percentage, at most 100")
        } else {
            None
        }
    }
}
