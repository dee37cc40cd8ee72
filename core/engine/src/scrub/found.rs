//! What scrubbing finds: of claims, and of files.

use scrubjay_hooks::{Effect, Finding, Severity};
use scrubjay_model::{ClaimKind, Money, PatientControlNumber};
use serde::Serialize;

/// What was found, in the order of the files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Scrubbed {
    /// A claim, judged.
    Claim(Box<ScrubbedClaim>),
    /// Something about a file, or a claim that could not be read.
    Problem(FileProblem),
}

/// A claim and what was found of it. As JSON it is one document; it has no
/// patient's data but the number that the claim came with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ScrubbedClaim {
    /// File.
    pub file: String,
    /// Control number of its transaction set (ST02).
    pub set: String,
    /// Its CLM is the segment of this number in the file.
    pub segment: usize,
    /// The number that it came with (CLM01).
    pub claim: PatientControlNumber,
    /// Which 837 it came in.
    pub kind: ClaimKind,
    /// Key of the payer: the practice's, or made of the name where it is not known.
    pub payer: String,
    /// Charge.
    pub charge: Money,
    /// What becomes of it.
    pub decision: ScrubDecision,
    /// What is wrong: by its guide (rules `x12/...`), by the engine, by rules,
    /// by plugins.
    pub findings: Vec<Finding>,
    /// Repairs that would be made.
    pub repairs: Vec<Repair>,
    /// What else rules asked for, and would get.
    pub asks: Vec<Asked>,
    /// Rules and plugins that stopped instead of judging. They hold the claim.
    pub faults: Vec<Finding>,
}

/// What becomes of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ScrubDecision {
    /// It may go.
    Clean,
    /// It may go, and a person should look.
    Warn,
    /// It is held: something blocks it, a rule stopped, or a day is waited for.
    Hold,
}

impl ScrubDecision {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Warn => "warn",
            Self::Hold => "hold",
        }
    }
}

/// A repair that would be made. What the field holds is not told: it may be a
/// patient's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Repair {
    /// Rule that asked for it.
    pub rule: String,
    /// Field.
    pub field: String,
    /// Why.
    pub reason: String,
}

/// Something else that a rule asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Asked {
    /// Rule.
    pub rule: String,
    /// What it asked for.
    #[serde(flatten)]
    pub effect: Effect,
}

/// Something about a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FileProblem {
    /// File.
    pub file: String,
    /// Segment of the file, from 1, where one is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<usize>,
    /// What kind of problem.
    pub problem: ProblemKind,
    /// What is wrong, where, and what to do.
    pub reason: String,
}

/// What kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ProblemKind {
    /// It has no claims and need not have any: a remittance, a text.
    Skipped,
    /// Worth mending; receivers take it.
    Warning,
    /// An envelope or a transaction has a fault, for which a receiver may refuse
    /// all that is in it. Its claims were judged.
    Unsound,
    /// A claim could not be read, and was not judged.
    Unread,
    /// The file, or what is left of it, could not be read.
    Refused,
}

impl ProblemKind {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::Warning => "warning",
            Self::Unsound => "unsound",
            Self::Unread => "unread",
            Self::Refused => "refused",
        }
    }

    /// Whether something was not judged that should have been, or would be
    /// refused where it is sent.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        !matches!(self, Self::Skipped | Self::Warning)
    }
}

impl ScrubbedClaim {
    /// Findings and faults, the gravest weight of them that counts: what shadow
    /// rules find does not.
    #[must_use]
    pub fn gravest(&self) -> Option<Severity> {
        let found = self.findings.iter().chain(&self.faults);
        found
            .filter(|finding| !finding.shadow)
            .map(|finding| finding.severity)
            .max()
    }
}
