//! The rule packs of a past decision, as they were published.

use std::collections::BTreeMap;
use std::sync::Arc;

use scrubjay_hooks::Outcome;
use scrubjay_rules::{LoadOptions, RuleSet};
use scrubjay_store::{PackRow, Reader, Sequence};

use crate::EngineError;
use crate::published::{content, live_at};

/// Packs by id, each with its hash or how it begins.
pub(crate) type Versions = BTreeMap<String, String>;

/// Published packs, of whatever day; each set of them is loaded once.
pub(crate) struct PastPacks<'r> {
    reader: &'r dyn Reader,
    options: LoadOptions,
    published: Vec<PackRow>,
    loaded: BTreeMap<Versions, Result<Arc<RuleSet>, String>>,
}

impl<'r> PastPacks<'r> {
    /// With the code sets of `options`; whoever signed a pack then need not be
    /// trusted now.
    pub(crate) fn new(reader: &'r dyn Reader, options: LoadOptions) -> Result<Self, EngineError> {
        Ok(Self {
            reader,
            options: LoadOptions {
                keys: Vec::new(),
                ..options
            },
            published: reader.packs()?,
            loaded: BTreeMap::new(),
        })
    }

    /// Those that were never published: id, `@`, and how the hash begins.
    pub(crate) fn unpublished(&self, packs: &Versions) -> Result<Vec<String>, EngineError> {
        let mut versions = Vec::new();
        for (pack, hash) in packs {
            if content(self.reader, &self.published, pack, hash)?.is_none() {
                versions.push(format!("{pack}@{hash}"));
            }
        }
        Ok(versions)
    }

    /// Packs that ran in a journal row, with those that were live beside them.
    pub(crate) fn beside(&self, ran: &Versions, before: Sequence) -> Versions {
        let mut beside = live_at(&self.published, before);
        beside.extend(ran.clone());
        beside
    }

    /// The packs, or why they do not load any more.
    pub(crate) fn load(
        &mut self,
        packs: Versions,
    ) -> Result<Result<Arc<RuleSet>, String>, EngineError> {
        if let Some(known) = self.loaded.get(&packs) {
            return Ok(known.clone());
        }
        let mut contents = Vec::new();
        for (pack, hash) in &packs {
            contents.extend(content(self.reader, &self.published, pack, hash)?);
        }
        let rules = RuleSet::of_packs(contents, self.options.clone())
            .map(Arc::new)
            .map_err(|error| error.to_string());
        self.loaded.insert(packs, rules.clone());
        Ok(rules)
    }
}

/// The packs whose rules ran.
pub(crate) fn packs_of(outcome: &Outcome) -> Versions {
    let ran = outcome.ran.iter();
    ran.filter_map(|ran| version_of(&ran.version))
        .map(|(pack, hash)| (pack.to_owned(), hash.to_owned()))
        .collect()
}

/// A pack's version: its id, and the first twelve digits of its hash. `None`
/// for the version of a plugin or of the engine.
pub(crate) fn version_of(version: &str) -> Option<(&str, &str)> {
    let (pack, hash) = version.rsplit_once('@')?;
    let digits = hash.len() == 12 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits.then_some((pack, hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_of_packs_are_told_from_those_of_plugins_and_the_engine() {
        assert_eq!(
            version_of("medicare@cb7d21d4a211"),
            Some(("medicare", "cb7d21d4a211"))
        );
        assert_eq!(version_of("engine@0.1.0"), None);
        assert_eq!(version_of("fee-schedule@cb7d21d4a21"), None);
        assert_eq!(version_of(""), None);
    }
}
