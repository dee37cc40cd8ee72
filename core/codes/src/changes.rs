//! What changed from one version of a table to the next.

use std::cmp::Ordering;

/// What changed from one version of a table to the next, by code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Only in the new version.
    pub added: Vec<String>,
    /// Only in the old one.
    pub removed: Vec<String>,
    /// In both, with other content.
    pub changed: Vec<String>,
}

impl Changes {
    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    /// Walks two tables that are sorted by the same key.
    pub(crate) fn between<K: Ord, V: PartialEq>(
        old: impl Iterator<Item = (K, V)>,
        new: impl Iterator<Item = (K, V)>,
        show: impl Fn(&K) -> String,
    ) -> Self {
        let (mut old, mut new) = (old.peekable(), new.peekable());
        let mut changes = Self::default();
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => return changes,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((was, _)), Some((is, _))) => was.cmp(is),
            };
            let was = old.next_if(|_| order.is_le());
            let is = new.next_if(|_| order.is_ge());
            match (was, is) {
                (Some((key, was)), Some((_, is))) if was != is => changes.changed.push(show(&key)),
                (Some((key, _)), None) => changes.removed.push(show(&key)),
                (None, Some((key, _))) => changes.added.push(show(&key)),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_changes_lead_from_the_old_version_to_the_new(
            old in prop::collection::btree_map(0u8..20, 0u8..3, 0..15),
            new in prop::collection::btree_map(0u8..20, 0u8..3, 0..15),
        ) {
            let changes = Changes::between(old.iter(), new.iter(), |key| key.to_string());
            let named = |list: &[String]| list.iter().map(|key| key.parse().unwrap()).collect::<Vec<u8>>();
            let mut made = old.clone();
            for key in named(&changes.removed) {
                prop_assert!(made.remove(&key).is_some());
            }
            for key in named(&changes.added) {
                prop_assert!(made.insert(key, new[&key]).is_none());
            }
            for key in named(&changes.changed) {
                prop_assert!(made.insert(key, new[&key]) != Some(new[&key]));
            }
            prop_assert_eq!(made == new, true);
            prop_assert_eq!(changes.is_empty(), old == new);
        }
    }
}
