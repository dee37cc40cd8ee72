//! Findings on their way to the host, within what one call may say.

use scrubjay_plugin::{Call, Finding, Severity};

use crate::scope::Earlier;
use crate::services::{Origin, Service};

/// Findings that the host takes from one call.
const MOST: usize = 100;

/// Which edit speaks: its name, the denials (CARC) that it prevents, its source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edit {
    pub(crate) name: &'static str,
    pub(crate) prevents: &'static [&'static str],
    pub(crate) cite: &'static str,
}

/// How firmly a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// Said and recorded.
    Info,
    /// A person looks.
    Warn,
    /// Holds the claim; a person may pass it, with a reason.
    Hold,
    /// Holds the claim until it is mended.
    Refuse,
}

impl Weight {
    const fn severity(self) -> Severity {
        match self {
            Self::Info => Severity::Info,
            Self::Warn => Severity::Warn,
            Self::Hold | Self::Refuse => Severity::Block,
        }
    }
}

struct Found {
    edit: Edit,
    weight: Weight,
    line: Option<u32>,
    message: String,
}

/// What one call found.
pub(crate) struct Report {
    earlier: Earlier,
    found: Vec<Found>,
}

impl Report {
    pub(crate) fn new(earlier: Earlier) -> Self {
        Self {
            earlier,
            found: Vec::new(),
        }
    }

    /// Notes a finding, about the line of a service of this claim.
    pub(crate) fn note(&mut self, edit: Edit, weight: Weight, of: &Service<'_>, message: String) {
        let line = match of.origin {
            Origin::Line(number) => Some(number),
            Origin::Claim(_) => None,
        };
        self.found.push(Found {
            edit,
            weight,
            line,
            message,
        });
    }

    /// What a finding weighs that rests on an earlier claim.
    pub(crate) const fn looking_back(&self) -> Weight {
        match self.earlier.severity() {
            Severity::Block => Weight::Hold,
            Severity::Warn | Severity::Info => Weight::Warn,
        }
    }

    /// Says it all, or the weightiest where the host would not take so many.
    pub(crate) fn say(mut self, call: &Call<'_>) {
        let rest = if self.found.len() > MOST {
            self.found
                .sort_by_key(|found| std::cmp::Reverse(found.weight));
            self.found.split_off(MOST - 1)
        } else {
            Vec::new()
        };
        for found in &self.found {
            let mut finding =
                Finding::new(found.weight.severity(), found.edit.name, &found.message)
                    .prevents(found.edit.prevents)
                    .cite(found.edit.cite);
            if let Some(line) = found.line {
                finding = finding.line(line);
            }
            if found.weight == Weight::Hold {
                finding = finding.overridable();
            }
            call.say(&finding);
        }
        if let Some(weightiest) = rest.first() {
            let message = format!(
                "{} more coding edits are not met: mend those that are named, and judge the claim again",
                rest.len()
            );
            call.say(&Finding::new(weightiest.weight.severity(), "more", message));
        }
    }
}

/// CMS's own words, cut and without what a message may not hold.
pub(crate) fn words(rationale: &str) -> String {
    let clean = rationale.chars().filter(|c| !c.is_control()).take(160);
    clean.collect()
}
