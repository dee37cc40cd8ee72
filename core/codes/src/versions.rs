//! Several versions of a table side by side: the date of service picks.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::Validity;

/// Versions of one table, each for its days.
///
/// ```
/// use scrubjay_codes::{Validity, Versions};
/// let mut rates = Versions::default();
/// rates.add(Validity::year(2025), "rates of 2025");
/// rates.add(Validity::year(2026), "rates of 2026");
/// assert_eq!(rates.on("2025-12-31".parse().unwrap()), Some(&"rates of 2025"));
/// assert_eq!(rates.on("2024-12-31".parse().unwrap()), None);
/// ```
#[derive(Debug, Clone)]
pub struct Versions<T> {
    versions: Vec<(Validity, Arc<T>)>,
}

impl<T> Default for Versions<T> {
    fn default() -> Self {
        Self {
            versions: Vec::new(),
        }
    }
}

impl<T> Versions<T> {
    /// Adds a version. Where two have a day in common, the one added later counts.
    pub fn add(&mut self, days: Validity, table: impl Into<Arc<T>>) {
        self.versions.push((days, table.into()));
    }

    /// The version for a day; `None` where no version has that day, which says
    /// nothing about any code.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Option<&T> {
        self.versions
            .iter()
            .rev()
            .find(|(days, _)| days.holds_on(day))
            .map(|(_, table)| &**table)
    }

    /// The first version that begins after a day.
    #[must_use]
    pub fn first_after(&self, day: NaiveDate) -> Option<&T> {
        self.versions
            .iter()
            .rev()
            .filter_map(|(days, table)| Some((days.starts?, table)))
            .filter(|(starts, _)| *starts > day)
            .min_by_key(|(starts, _)| *starts)
            .map(|(_, table)| &**table)
    }

    /// Every version with its days, in the order in which they were added.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Validity, &T)> {
        self.versions.iter().map(|(days, table)| (*days, &**table))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_picks_and_a_correction_added_later_counts() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let mut versions = Versions::default();
        versions.add(Validity::quarter(2026, 1).unwrap(), 1);
        versions.add(Validity::quarter(2026, 2).unwrap(), 2);
        versions.add(Validity::quarter(2026, 2).unwrap(), 22);
        assert_eq!(versions.on(day("2026-03-31")), Some(&1));
        assert_eq!(versions.on(day("2026-04-01")), Some(&22));
        assert_eq!(versions.on(day("2026-07-01")), None);
        assert_eq!(versions.first_after(day("2025-12-31")), Some(&1));
        assert_eq!(versions.first_after(day("2026-01-01")), Some(&22));
        assert_eq!(versions.first_after(day("2026-04-01")), None);
    }
}
