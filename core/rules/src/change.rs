//! What a reload changed: packs by hash, their rules by id.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::generation::Generation;
use crate::pack::Pack;
use crate::rule::Rule;

/// What a reload changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ReloadReport {
    /// Packs that were read anew, came or went, by id.
    pub packs: Vec<PackChange>,
    /// What is worth mending all the same.
    pub warnings: Vec<Diagnostic>,
}

/// A pack that was read anew, came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PackChange {
    /// Id.
    pub id: String,
    /// Hash of what ran before; none for a pack that came.
    pub before: Option<String>,
    /// Hash of what runs now; none for a pack that went. The same as before
    /// where only the pack's tests were edited.
    pub after: Option<String>,
    /// Rules whose card or text is another, by id. None of them where a table
    /// or the manifest was edited.
    pub rules: Vec<RuleChange>,
}

/// What became of a rule, by its id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleChange {
    /// It is new.
    Added(String),
    /// Its card, its function or a helper that it calls is another.
    Changed(String),
    /// It is gone.
    Removed(String),
}

impl ReloadReport {
    /// Whether nothing runs differently from before.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packs.iter().all(|pack| pack.before == pack.after)
    }
}

/// What changed from one generation to the next.
pub(crate) fn compare(before: &Generation, after: &Generation) -> ReloadReport {
    let by_id = |generation: &Generation| -> BTreeMap<String, Arc<Pack>> {
        let packs = generation.packs.iter();
        packs
            .map(|pack| (pack.manifest.id.clone(), Arc::clone(pack)))
            .collect()
    };
    let (mut old, new) = (by_id(before), by_id(after));
    let mut packs = Vec::new();
    for (id, pack) in new {
        let earlier = old.remove(&id);
        if earlier.as_ref().is_some_and(|one| Arc::ptr_eq(one, &pack)) {
            continue;
        }
        packs.push(PackChange {
            id,
            before: earlier.as_ref().map(|pack| pack.hash.clone()),
            after: Some(pack.hash.clone()),
            rules: rules(earlier.as_deref(), Some(&pack)),
        });
    }
    packs.extend(old.into_iter().map(|(id, pack)| PackChange {
        id,
        before: Some(pack.hash.clone()),
        after: None,
        rules: rules(Some(&pack), None),
    }));
    packs.sort_by(|a, b| a.id.cmp(&b.id));
    ReloadReport {
        packs,
        warnings: after.warnings.clone(),
    }
}

fn rules(before: Option<&Pack>, after: Option<&Pack>) -> Vec<RuleChange> {
    let by_id = |pack: Option<&Pack>| -> BTreeMap<String, String> {
        let of = |pack: &Pack, rule: &Rule| (rule.card.id.clone(), text(pack, rule));
        pack.into_iter()
            .flat_map(|pack| pack.rules.iter().map(|rule| of(pack, rule)))
            .collect()
    };
    let (mut old, new) = (by_id(before), by_id(after));
    let mut changes = Vec::new();
    for (id, text) in new {
        match old.remove(&id) {
            None => changes.push(RuleChange::Added(id)),
            Some(earlier) if earlier != text => changes.push(RuleChange::Changed(id)),
            Some(_) => {}
        }
    }
    changes.extend(old.into_keys().map(RuleChange::Removed));
    changes
}

/// A rule's card, its function and the helpers that it calls, as written.
fn text(pack: &Pack, rule: &Rule) -> String {
    let (file, first) = rule.stands;
    let source = &pack.sources[file];
    let card = (first..)
        .map(|line| source.line(line))
        .take_while(|line| line.trim_start().starts_with("///"));
    let mut text: String = card.flat_map(|line| [line, "\n"]).collect();
    text.push_str(&rule.snippet.text);
    text
}
