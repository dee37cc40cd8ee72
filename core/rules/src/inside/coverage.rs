//! A pack's tests, run to be read: which case failed and how, and what the
//! cases have not shown of the rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Serialize, Serializer};

use super::runner::Runner;
use super::trace::{NotSeen, Place};
use crate::diagnostic::{Diagnostic, LoadError};
use crate::ruleset::{LoadOptions, RuleSet};

/// A pack's tests with how they came out, and what they cover.
///
/// ```
/// # use std::path::PathBuf;
/// use scrubjay_rules::{LoadOptions, PackTests};
///
/// # let base = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../payer-rules/base"));
/// for pack in PackTests::run(&[base], LoadOptions::default())? {
///     assert_eq!(pack.failed(), 0);
///     let (covered, all) = pack.branches();
///     assert!(covered <= all);
/// }
/// # Ok::<(), scrubjay_rules::LoadError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PackTests {
    /// Pack.
    pub pack: String,
    /// Its version: `id@` and the first twelve digits of the hash.
    pub version: String,
    /// Cases, in the order of files and lines.
    pub cases: Vec<CaseReport>,
    /// Files of tests that cannot be read.
    #[serde(serialize_with = "as_texts")]
    pub faults: Vec<Diagnostic>,
    /// Rules that are not retired, in the order in which they run.
    pub rules: Vec<RuleCoverage>,
    /// Conditions of these rules, in the order of files and lines; one that
    /// stands in a helper of several rules stands here once.
    pub conditions: Vec<ConditionCoverage>,
    /// Rules whose conditions are not known, and why.
    pub not_seen: Vec<(String, NotSeen)>,
    /// Conditions that could not be watched.
    pub unwatched: Vec<Place>,
}

/// A case of a pack's tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CaseReport {
    /// What it shows.
    pub case: String,
    /// Where it stands.
    pub place: Place,
    /// Why it failed; `None` where it passed.
    pub failure: Option<CaseFailure>,
}

/// Why a case failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseFailure {
    /// It is no example of a claim or denial.
    NoExample(String),
    /// Something else was found than expected.
    Differs {
        /// Rules that were expected, each with why it is not there.
        missing: Vec<(String, &'static str)>,
        /// What was found and not expected.
        unexpected: Vec<String>,
        /// All that was found.
        found: Vec<String>,
    },
}

/// What the cases have shown of a rule: in how many it fired, and so on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RuleCoverage {
    /// Rule.
    pub rule: String,
    /// Its card.
    pub card: Place,
    /// Cases in which it said or asked for something.
    pub fired: usize,
    /// Cases in which it ran and had nothing to say.
    pub silent: usize,
    /// Lines of the card, or rules in its place, that passed cases over.
    pub passed_over: BTreeMap<String, usize>,
}

impl RuleCoverage {
    /// What the cases have shown of it.
    #[must_use]
    pub fn shown(&self) -> RuleShown {
        match (self.fired, self.silent, self.passed_over.len()) {
            (0, 0, 0) => RuleShown::NotReached,
            (0, 0, _) => RuleShown::PassedOver,
            (0, _, _) => RuleShown::NeverFiring,
            (_, 0, 0) => RuleShown::NeverSilent,
            _ => RuleShown::Both,
        }
    }
}

/// What cases have shown of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RuleShown {
    /// It fires, and it stays silent or is passed over.
    Both,
    /// It runs and never fires.
    NeverFiring,
    /// It fires on every case.
    NeverSilent,
    /// Its card passes every case over.
    PassedOver,
    /// No case comes to its hook.
    NotReached,
}

/// A condition, and how often the cases have come to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConditionCoverage {
    /// Where it stands.
    pub place: Place,
    /// As it is written, on one line.
    pub text: String,
    /// The rules that come to it.
    pub rules: BTreeSet<String>,
    /// Its branches.
    pub branches: Branches,
    /// Whether any of these rules ran; else their cards passed every case over.
    pub rule_ran: bool,
}

/// The ways on from a condition, each with how often it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Branches {
    /// Of an `if`, a `while`, or a side of `&&` or `||`.
    Either {
        /// True.
        met_true: u64,
        /// False.
        met_false: u64,
    },
    /// Of an arm of a `switch`.
    Arm {
        /// Taken.
        taken: u64,
    },
}

impl Branches {
    /// Branches that were taken, and all of them.
    #[must_use]
    pub const fn covered(self) -> (usize, usize) {
        match self {
            Self::Either {
                met_true,
                met_false,
            } => ((met_true > 0) as usize + (met_false > 0) as usize, 2),
            Self::Arm { taken } => ((taken > 0) as usize, 1),
        }
    }

    /// What was never seen, in words; `None` where all was.
    #[must_use]
    pub const fn gap(self) -> Option<&'static str> {
        match self {
            Self::Either {
                met_true: 0,
                met_false: 0,
            } => Some("never met"),
            Self::Either { met_true: 0, .. } => Some("never true"),
            Self::Either { met_false: 0, .. } => Some("never false"),
            Self::Arm { taken: 0 } => Some("never taken"),
            _ => None,
        }
    }

    pub(super) const fn plus(self, other: Self) -> Self {
        match (self, other) {
            (
                Self::Either {
                    met_true,
                    met_false,
                },
                Self::Either {
                    met_true: more_true,
                    met_false: more_false,
                },
            ) => Self::Either {
                met_true: met_true + more_true,
                met_false: met_false + more_false,
            },
            (Self::Arm { taken }, Self::Arm { taken: more }) => Self::Arm {
                taken: taken + more,
            },
            // One place is one kind of condition.
            (first, _) => first,
        }
    }
}

fn as_texts<S: Serializer>(faults: &[Diagnostic], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(faults.iter().map(ToString::to_string))
}

impl PackTests {
    /// Runs the tests of every pack in some folders; each pack by itself.
    ///
    /// # Errors
    /// Where a pack does not compile or a rule stops on a sample: every fault,
    /// with its place. A case that fails is no error.
    pub fn run(folders: &[PathBuf], options: LoadOptions) -> Result<Vec<Self>, LoadError> {
        let rules = RuleSet::load_untested(folders, options)?;
        let packs = &rules.generation().packs;
        Ok(packs.iter().map(|pack| Runner::new(pack).run()).collect())
    }

    /// How many cases failed, files that cannot be read counted as one each.
    #[must_use]
    pub fn failed(&self) -> usize {
        let cases = self.cases.iter().filter(|case| case.failure.is_some());
        cases.count() + self.faults.len()
    }

    /// Branches that the cases have taken, and all of them.
    #[must_use]
    pub fn branches(&self) -> (usize, usize) {
        self.conditions
            .iter()
            .map(|condition| condition.branches.covered())
            .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }
}
