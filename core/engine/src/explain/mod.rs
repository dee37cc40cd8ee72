//! Why a claim was decided as it was: each decision of its journal judged
//! again on the claim as it stood then, with a look inside the rules.

mod attempt;
mod decisions;

use chrono::{DateTime, Utc};
use scrubjay_hooks::{Effect, Finding, Hook};
use scrubjay_model::ClaimId;
use scrubjay_rules::{Met, RuleTrace, effect_in_words};
use scrubjay_store::Sequence;
use serde::{Serialize, Serializer};

pub use attempt::{Attempt, Attempts, try_rule_on_claim, try_rule_on_file};
pub use decisions::{PacksThen, explain, published_or};

/// The decisions on a claim, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// Claim.
    pub claim: ClaimId,
    /// Payer key.
    pub payer: String,
    /// Decisions.
    pub decisions: Vec<DecisionExplained>,
}

/// A decision of the journal, beside the same judged again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DecisionExplained {
    /// Journal row.
    pub sequence: Sequence,
    /// Hook.
    pub hook: Hook,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// The packs that it was made on and those that it is shown on, by id.
    pub packs: Vec<PackShown>,
    /// Every rule of the hook in the packs that it is shown on, in the order in
    /// which they run. `None` where what was judged cannot be told from the
    /// journal any more.
    pub rules: Option<Vec<RuleExplained>>,
    /// Rules that ran then and are not in those packs.
    pub gone: Vec<Decided>,
    /// Who else ran then: the engine's own checks, plugins.
    pub others: Vec<Decided>,
}

/// A pack at two times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PackShown {
    /// Pack.
    pub pack: String,
    /// The version in the journal; `None` where no rule of it ran.
    pub decided_on: Option<String>,
    /// The version that the decision is shown on; `None` where it is not loaded.
    pub shown_on: Option<String>,
}

impl PackShown {
    /// Whether the decision is shown on another version than it was made on.
    #[must_use]
    pub fn is_other(&self) -> bool {
        self.decided_on.is_some() && self.decided_on != self.shown_on
    }
}

/// A rule as it is shown, beside what it did then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RuleExplained {
    /// What it does now, and how.
    pub shown: RuleTrace,
    /// What it did then; `None` where it did not run.
    pub decided: Option<Decided>,
    /// Whether both are the same.
    pub agreement: Agreement,
}

/// Whether what is shown is what was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// The same findings and effects.
    Same,
    /// Others.
    Different,
}

/// What a rule or another handler did, as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Decided {
    /// Rule, or plugin and edit.
    pub rule: String,
    /// Version of its pack or plugin.
    pub version: String,
    /// Findings.
    pub findings: Vec<Finding>,
    /// What it asked for.
    #[serde(serialize_with = "in_words")]
    pub effects: Vec<Effect>,
}

/// Effects without the values of repairs, which may be of a person.
fn in_words<S: Serializer>(effects: &[Effect], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(effects.iter().map(effect_in_words))
}

impl DecisionExplained {
    /// Whether everything that is shown is what was decided. `None` where it
    /// cannot be judged again.
    #[must_use]
    pub fn agreement(&self) -> Option<Agreement> {
        let rules = self.rules.as_ref()?;
        let said = |decided: &Decided| !decided.findings.is_empty() || !decided.effects.is_empty();
        let differs = rules
            .iter()
            .any(|rule| rule.agreement == Agreement::Different)
            || self.gone.iter().any(said);
        Some(if differs {
            Agreement::Different
        } else {
            Agreement::Same
        })
    }
}

impl RuleExplained {
    fn of(shown: RuleTrace, decided: Option<Decided>) -> Self {
        let (findings, effects): (&[Finding], &[Effect]) = match &shown.met {
            Met::Ran(ran) => (&ran.findings, &ran.effects),
            Met::PassedOver { .. } => (&[], &[]),
        };
        let same = match &decided {
            Some(decided) => decided.findings == findings && decided.effects == effects,
            None => findings.is_empty() && effects.is_empty(),
        };
        Self {
            agreement: if same {
                Agreement::Same
            } else {
                Agreement::Different
            },
            shown,
            decided,
        }
    }
}
