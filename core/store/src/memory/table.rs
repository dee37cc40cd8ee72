//! A sorted table that can take back what was done since a transaction began.

use std::collections::BTreeMap;

/// A sorted table with an undo log.
#[derive(Debug, Clone)]
pub(crate) struct Table<K, V> {
    rows: BTreeMap<K, V>,
    /// What each row was before the open transaction put it; `None` outside one.
    before: Option<Vec<(K, Option<V>)>>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            before: None,
        }
    }
}

impl<K: Ord + Clone, V> Table<K, V> {
    pub(crate) const fn rows(&self) -> &BTreeMap<K, V> {
        &self.rows
    }

    pub(crate) fn put(&mut self, key: K, value: V) {
        match &mut self.before {
            Some(before) => {
                let old = self.rows.insert(key.clone(), value);
                before.push((key, old));
            }
            None => {
                self.rows.insert(key, value);
            }
        }
    }

    /// The row to be changed in place.
    pub(crate) fn edit(&mut self, key: &K) -> Option<&mut V>
    where
        V: Clone,
    {
        let row = self.rows.get_mut(key)?;
        if let Some(before) = &mut self.before {
            before.push((key.clone(), Some(row.clone())));
        }
        Some(row)
    }

    pub(crate) fn remove(&mut self, key: &K) {
        let old = self.rows.remove(key);
        if let (Some(before), Some(old)) = (&mut self.before, old) {
            before.push((key.clone(), Some(old)));
        }
    }

    pub(crate) fn begin(&mut self) {
        self.before = Some(Vec::new());
    }

    pub(crate) fn commit(&mut self) {
        self.before = None;
    }

    pub(crate) fn roll_back(&mut self) {
        for (key, old) in self.before.take().into_iter().flatten().rev() {
            match old {
                Some(value) => self.rows.insert(key, value),
                None => self.rows.remove(&key),
            };
        }
    }
}
