//! The claim adjustment reason codes (external code list 139), in our words.

use std::sync::LazyLock;

use scrubjay_model::{DenialCategory, GroupCode, Recoverable};

use super::{NotDenialKind, ReviewReason};
use crate::Validity;
use crate::table;

/// What stands in `data/carc.csv`.
pub(crate) const FILE: &str = include_str!("../../data/carc.csv");
pub(crate) const COLUMNS: usize = 11;

/// One adjustment reason, as the list has it today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarcInfo {
    /// The code.
    pub code: &'static str,
    /// What it means, in our own words: X12's text may not be passed on.
    pub meaning: &'static str,
    /// Root category; `None` where the reason refuses nothing.
    pub category: Option<DenialCategory>,
    /// From when and until when it may be used, as far as we know.
    pub validity: Validity,
}

/// What the list says of a reason. `None` where the code is not on it.
///
/// ```
/// let filed_too_late = scrubjay_codes::carc("29").unwrap();
/// assert_eq!(filed_too_late.meaning, "Filed too late");
/// assert!(scrubjay_codes::carc("ZZ9").is_none());
/// ```
#[must_use]
pub fn carc(code: &str) -> Option<CarcInfo> {
    row(code).map(Row::info)
}

/// Every reason on the list, retired ones too, sorted by code as text.
pub fn carcs() -> impl Iterator<Item = CarcInfo> {
    ROWS.iter().map(Row::info)
}

/// What to do about a denial, before the group and the remarks are looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Defaults {
    pub(super) category: DenialCategory,
    pub(super) recoverable: Recoverable,
    pub(super) action: &'static str,
    pub(super) owner: &'static str,
    pub(super) days: u32,
}

impl Defaults {
    /// Reads the five columns; all must be there.
    pub(super) fn read(cells: [&'static str; 5]) -> Option<Self> {
        let [category, recoverable, action, owner, days] = cells;
        Some(Self {
            category: DenialCategory::from_name(category)?,
            recoverable: Recoverable::from_name(recoverable)?,
            action: Some(action).filter(|text| !text.is_empty())?,
            owner: Some(owner).filter(|text| !text.is_empty())?,
            days: days.parse().ok()?,
        })
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    NotDenial(NotDenialKind),
    Denial(Defaults),
}

#[derive(Debug)]
pub(super) struct Row {
    pub(super) code: &'static str,
    pub(super) meaning: &'static str,
    pub(super) kind: Kind,
    /// Groups under which the kind holds; not looked at for denials.
    pub(super) groups: Vec<GroupCode>,
    pub(super) validity: Validity,
    category: Option<DenialCategory>,
}

impl Row {
    pub(super) fn read(cells: [&'static str; COLUMNS]) -> Option<Self> {
        let [
            code,
            kind,
            groups,
            category,
            recoverable,
            action,
            owner,
            days,
            meaning,
            starts,
            stops,
        ] = cells;
        let kind = match kind {
            "denial" => Kind::Denial(Defaults::read([
                category,
                recoverable,
                action,
                owner,
                days,
            ])?),
            "patient_share" => Kind::NotDenial(NotDenialKind::PatientShare),
            "contractual" => Kind::NotDenial(NotDenialKind::Contractual),
            "prior_payer" => Kind::NotDenial(NotDenialKind::PriorPayer),
            "other_adjustment" => Kind::NotDenial(NotDenialKind::OtherAdjustment),
            "interest" => Kind::NotDenial(NotDenialKind::Interest),
            "informational" => Kind::NotDenial(NotDenialKind::Informational),
            "pending" => Kind::NotDenial(NotDenialKind::Pending),
            // A retired code's last meaning is not kept: while it was in
            // force nobody ran this table over it.
            "review" | "retired" => {
                Kind::NotDenial(NotDenialKind::NeedsReview(ReviewReason::ReadByPerson))
            }
            _ => return None,
        };
        let groups: Option<Vec<GroupCode>> = groups
            .split_whitespace()
            .map(|group| group.parse().ok())
            .collect();
        Some(Self {
            code,
            meaning,
            kind,
            groups: groups?,
            validity: Validity::read(starts, stops)?,
            category: DenialCategory::from_name(category),
        })
    }

    fn info(&self) -> CarcInfo {
        CarcInfo {
            code: self.code,
            meaning: self.meaning,
            category: self.category,
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
