//! What packs and rules say of themselves, for lists and catalogues.

use std::path::PathBuf;

use chrono::NaiveDate;
use scrubjay_hooks::{Hook, Severity};
use scrubjay_model::Carc;

use crate::card::{RuleScope, Status};
use crate::pack::Pack;
use crate::reach::Reach;
use crate::rule::Rule;

/// A pack that is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PackInfo {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Version, for people.
    pub version: String,
    /// SHA-256 of what was compiled, in lower-case hexadecimal.
    pub hash: String,
    /// Folder that it was read from.
    pub folder: PathBuf,
    /// Its rules, by id.
    pub rules: Vec<RuleInfo>,
}

/// A rule that is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleInfo {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Hook at which it runs.
    pub hook: Hook,
    /// Weight of its gravest finding.
    pub severity: Severity,
    /// Where it is in its life.
    pub status: Status,
    /// Whether it is called for the subject or for each line.
    pub scope: RuleScope,
    /// Whom it speaks for.
    pub reach: Reach,
    /// Source of the rule.
    pub cite: Option<String>,
    /// Whether the rule was checked against its source.
    pub verified: bool,
    /// What it stands for in a list of rules, such as `com.npi.luhn`.
    pub starter: Vec<String>,
    /// Denials that it prevents.
    pub prevents: Vec<Carc>,
    /// First and last day of its effect.
    pub effective: (Option<NaiveDate>, Option<NaiveDate>),
    /// Whether a person may pass its block with a reason.
    pub overridable: bool,
    /// File and line of its card.
    pub stands: (PathBuf, usize),
}

pub(crate) fn pack_info(pack: &Pack) -> PackInfo {
    let mut rules: Vec<RuleInfo> = pack
        .rules
        .iter()
        .map(|rule| rule_info(pack, rule))
        .collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    PackInfo {
        id: pack.manifest.id.clone(),
        title: pack.manifest.title.clone(),
        version: pack.manifest.version.clone(),
        hash: pack.hash.clone(),
        folder: pack.folder.clone(),
        rules,
    }
}

fn rule_info(pack: &Pack, rule: &Rule) -> RuleInfo {
    let card = &rule.card;
    let (file, line) = rule.stands;
    RuleInfo {
        id: card.id.clone(),
        title: card.title.clone(),
        hook: card.hook,
        severity: card.severity,
        status: card.status,
        scope: card.scope,
        reach: Reach::of(card, &pack.manifest.scope),
        cite: card.cite.clone(),
        verified: card.verified,
        starter: card.starter.clone(),
        prevents: card.prevents.clone(),
        effective: card.effective,
        overridable: card.overridable,
        stands: (pack.sources[file].path().to_owned(), line),
    }
}
