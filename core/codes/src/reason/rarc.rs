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
    /// Root category of a denial that it decides; `None` where it only informs.
    pub category: Option<DenialCategory>,
    /// Whether the decision that it stands beside may be appealed.
    pub appeal: AppealRights,
    /// From when and until when it may be used, as far as we know.
    pub validity: Validity,
}

/// What is known of a remark code. The list holds the codes that decide what a
/// denial is and a few that stand everywhere, not the thousand others: `None` says only that we have no word
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
    decision: Option<Decision>,
    pub(super) appeal: AppealRights,
    pub(super) validity: Validity,
}

/// What a remark decides.
#[derive(Debug)]
pub(super) struct Decision {
    /// Reasons that it decides.
    with: Vec<&'static str>,
    /// 1 for a remark about one thing, higher for one that says less.
    pub(super) rank: u8,
    pub(super) defaults: Defaults,
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
        let decision = if with.is_empty() {
            // A remark that decides nothing has nothing to say on what to do.
            let empty = [rank, category, recoverable, action, owner, days];
            if empty.iter().any(|cell| !cell.is_empty()) {
                return None;
            }
            None
        } else {
            Some(Decision {
                with: with.split_whitespace().collect(),
                rank: rank.parse().ok()?,
                defaults: Defaults::read([category, recoverable, action, owner, days])?,
            })
        };
        Some(Self {
            code,
            meaning,
            decision,
            appeal: match appeal {
                "" => AppealRights::Kept,
                "none" => AppealRights::None,
                _ => return None,
            },
            validity: Validity::read(starts, stops)?,
        })
    }

    /// What it decides of a reason, where it does.
    pub(super) fn decides(&self, carc: &str) -> Option<&Decision> {
        self.decision
            .as_ref()
            .filter(|decision| decision.with.contains(&carc))
    }

    #[cfg(test)]
    pub(super) fn reasons(&self) -> &[&'static str] {
        self.decision
            .as_ref()
            .map_or(&[], |decision| &decision.with)
    }

    fn info(&self) -> RarcInfo {
        RarcInfo {
            code: self.code,
            meaning: self.meaning,
            category: self
                .decision
                .as_ref()
                .map(|decision| decision.defaults.category),
            appeal: self.appeal,
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
