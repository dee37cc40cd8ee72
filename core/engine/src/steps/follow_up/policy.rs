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
///   look: 5          # days from one look of the rules at a sent claim to the next
///   answer_within: 2 # business days in which a payer says where a claim stands
///   remittance_within: 15  # days from the payer's decision to its remittance
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
    /// Days from one look of the rules at a claim that is with its payer to the
    /// next, counted from its sending. Without it the clock asks no rule.
    pub look: Option<u16>,
    /// Business days in which a payer answers where a claim stands.
    pub answer_within: u16,
    /// Days from the day on which a payer says that it has decided to its
    /// remittance.
    pub remittance_within: u16,
}

impl Default for FollowUpPolicy {
    fn default() -> Self {
        Self {
            cost: Money::ZERO,
            assumed: 50,
            history: 10,
            look: None,
            answer_within: 2,
            remittance_within: 15,
        }
    }
}

impl FollowUpPolicy {
    /// What cannot be meant, where there is something.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        if self.cost.is_negative() {
            Some("follow_up: `cost` is not below zero")
        } else if self.look == Some(0) {
            Some("follow_up: `look` is at least one day")
        } else if self.assumed > 100 {
            Some("follow_up: `assumed` is a percentage, at most 100")
        } else {
            None
        }
    }
}
