//! The remark codes (external code list 411) that decide what a denial is, in
//! our words.

use std::sync::LazyLock;

use scrubjay_model::DenialCategory;

use super::AppealRights;
use super::carc::Defaults;
use crate::Validity;
use crate::table;

/// What stands in `data/rarc.csv`.
pub(crate) const FILE: &str = include_str!("../../data/rarc.csv");
pub(crate) const COLUMNS: usize = 12;

/// One remark code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RarcInfo {
    /// The code.
    pub code: &'static str,
    /// What it means, in our own words.
    pub meaning: &'static str,
    /// Root category of a denial that it decides.
    pub category: DenialCategory,
    /// From when and until when it may be used, as far as we know.
    pub validity: Validity,
}

/// What is known of a remark code. The list holds the codes that decide what a
/// denial is, not the thousand others: `None` says only that we have no word
/// on it.
///
/// ```
/// assert_eq!(scrubjay_codes::rarc("MA130").unwrap().meaning, "Cannot be processed as sent; no appeal");
/// ```
#[must_use]
pub fn rarc(code: &str) -> Option<RarcInfo> {
    row(code).map(Row::info)
}

/// Every remark code that we know, sorted.
pub fn rarcs() -> impl Iterator<Item = RarcInfo> {
    ROWS.iter().map(Row::info)
}

#[derive(Debug)]
pub(super) struct Row {
    pub(super) code: &'static str,
    meaning: &'static str,
    /// Reasons that this remark decides.
    with: Vec<&'static str>,
    /// 1 for a remark about one thing, higher for one that says less.
    pub(super) rank: u8,
    pub(super) defaults: Defaults,
    pub(super) appeal: AppealRights,
    pub(super) validity: Validity,
}

impl Row {
    pub(super) fn read(cells: [&'static str; COLUMNS]) -> Option<Self> {
        let [
            code,
            with,
            rank,
            category,
            recoverable,
            action,
            owner,
            days,
            appeal,
            meaning,
            starts,
            stops,
        ] = cells;
        Some(Self {
            code,
            meaning,
            with: with.split_whitespace().collect(),
            rank: rank.parse().ok()?,
            defaults: Defaults::read([category, recoverable, action, owner, days])?,
            appeal: match appeal {
                "" => AppealRights::Kept,
                "none" => AppealRights::None,
                _ => return None,
            },
            validity: Validity::read(starts, stops)?,
        })
    }

    pub(super) fn decides(&self, carc: &str) -> bool {
        self.with.contains(&carc)
    }

    #[cfg(test)]
    pub(super) fn reasons(&self) -> &[&'static str] {
        &self.with
    }

    fn info(&self) -> RarcInfo {
        RarcInfo {
            code: self.code,
            meaning: self.meaning,
            category: self.defaults.category,
            validity: self.validity,
        }
    }
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let mut rows: Vec<Row> = table::rows(FILE).filter_map(Row::read).collect();
    rows.sort_by_key(|row| row.code);
    rows
});

pub(super) fn row(code: &str) -> Option<&'static Row> {
    let at = ROWS.binary_search_by_key(&code, |row| row.code).ok()?;
    ROWS.get(at)
}
