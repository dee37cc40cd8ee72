//! Whom a rule or pack speaks for: lines of business, payers, states.

use std::fmt;

use scrubjay_model::LineOfBusiness;

use crate::card::Card;
use crate::pack::PackScope;

/// Whom a rule speaks for, its card and its pack taken together.
///
/// Its `Display` is a few words: `everyone`, `medicaid, TX`, `acme`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Reach {
    /// Lines of business; all where there is no list.
    pub lines: Option<Vec<LineOfBusiness>>,
    /// Payers, by key; all where there is no list.
    pub payers: Option<Vec<String>>,
    /// States of the payers' plans; all where there is no list.
    pub states: Option<Vec<String>>,
}

impl Reach {
    pub(crate) fn of(card: &Card, pack: &PackScope) -> Self {
        let applies = &card.applies;
        Self {
            lines: both(&applies.lines, &pack.lines),
            payers: both(&applies.payers, &pack.payers),
            states: both(&applies.states, &pack.states),
        }
    }

    pub(crate) fn of_pack(pack: &PackScope) -> Self {
        Self {
            lines: pack.lines.clone(),
            payers: pack.payers.clone(),
            states: pack.states.clone(),
        }
    }

    /// Whether it speaks for everyone whom the other speaks for.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        covers(&self.lines, &other.lines)
            && covers(&self.payers, &other.payers)
            && covers(&self.states, &other.states)
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.lines.iter().flatten().map(|line| line.as_str());
        let payers = self.payers.iter().flatten().map(String::as_str);
        let states = self.states.iter().flatten().map(String::as_str);
        let names: Vec<&str> = lines.chain(payers).chain(states).collect();
        let limited = self.lines.is_some() || self.payers.is_some() || self.states.is_some();
        match (names.is_empty(), limited) {
            (false, _) => f.write_str(&names.join(", ")),
            (true, true) => f.write_str("nobody"),
            (true, false) => f.write_str("everyone"),
        }
    }
}

/// What two limits let through together; `None` is no limit.
fn both<T: Clone + PartialEq>(a: &Option<Vec<T>>, b: &Option<Vec<T>>) -> Option<Vec<T>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.iter().filter(|one| b.contains(one)).cloned().collect()),
        (Some(one), None) | (None, Some(one)) => Some(one.clone()),
        (None, None) => None,
    }
}

pub(crate) fn covers<T: PartialEq>(wide: &Option<Vec<T>>, narrow: &Option<Vec<T>>) -> bool {
    match (wide, narrow) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(wide), Some(narrow)) => narrow.iter().all(|one| wide.contains(one)),
    }
}
