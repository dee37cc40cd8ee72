//! The levels at which a payer's decision may be contested, and their clocks.

use std::sync::LazyLock;

use chrono::NaiveDate;
use scrubjay_model::{
    Appeal, Deadline, DeadlineBasis, DeadlineKind, Length, LineOfBusiness, Money, Recoverable,
};
use scrubjay_store::{ClaimRow, Reader};
use serde::Deserialize;

use super::latest;
use crate::{AppealTerm, Config, EngineError, Period, Terms};

/// A level of appeal, as the payer's contract or the law has it on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) level: u8,
    pub(crate) name: String,
    /// From the decision to the receipt of the appeal; `None` where nobody has
    /// told the practice.
    pub(crate) within: Option<Length>,
    /// From filing to the payer's decision.
    pub(crate) decided: Option<Length>,
    /// The least amount that may be contested.
    pub(crate) least: Option<Money>,
    /// Where it stands.
    pub(crate) source: String,
}

/// A row of `data/appeal_levels.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ByLaw {
    line: LineOfBusiness,
    level: u8,
    name: String,
    within: Period,
    #[serde(default)]
    decided: Option<Period>,
    #[serde(default)]
    least: Option<Money>,
    #[serde(default)]
    from: Option<NaiveDate>,
    #[serde(default)]
    to: Option<NaiveDate>,
    source: String,
}

static BY_LAW: LazyLock<Vec<ByLaw>> = LazyLock::new(|| {
    serde_yaml::from_str(include_str!("../../../data/appeal_levels.yaml"))
        .expect("the table that ships was read by the test `the_levels_by_law_can_be_read`")
});

impl Terms {
    /// A level of appeal against a decision of that day: the contract's, or the
    /// law's where the contract says nothing of appeals.
    pub(crate) fn appeal_level(
        &self,
        line: LineOfBusiness,
        level: u8,
        decided: NaiveDate,
    ) -> Option<Level> {
        if !self.appeals.is_empty() {
            let counted = self.appeals.iter().zip(1u8..);
            let mut own = counted
                .filter(|(term, place)| term.level.unwrap_or(*place) == level)
                .map(|(term, _)| term);
            return own
                .find(|term| term.holds_on(decided))
                .map(|term| by_contract(term, level));
        }
        let in_force = |row: &&ByLaw| {
            row.line == line
                && row.level == level
                && row.from.is_none_or(|from| from <= decided)
                && row.to.is_none_or(|to| decided <= to)
        };
        BY_LAW.iter().find(in_force).map(|row| Level {
            level,
            name: row.name.clone(),
            within: Some(row.within.0),
            decided: row.decided.map(|period| period.0),
            least: row.least,
            source: row.source.clone(),
        })
    }
}

fn by_contract(term: &AppealTerm, level: u8) -> Level {
    let name = term.name.clone();
    Level {
        level,
        name: name.unwrap_or_else(|| format!("appeal {level}")),
        within: Some(term.within.0),
        decided: term.decided.map(|period| period.0),
        least: term.least,
        source: "the payer's contract (scrubjay.yaml)".to_owned(),
    }
}

/// A level of a payer's. Of a payer whose levels neither its contract nor the law
/// tells, there is every level, and no time to file.
pub(crate) fn level_of(
    config: &Config,
    payer: &str,
    level: u8,
    decided: NaiveDate,
) -> Option<Level> {
    let told = config.payer_by_key(payer).and_then(|payer| {
        let (terms, line) = (&payer.terms, payer.profile.line);
        let any = !terms.appeals.is_empty() || BY_LAW.iter().any(|row| row.line == line);
        any.then(|| terms.appeal_level(line, level, decided))
    });
    told.unwrap_or_else(|| {
        Some(Level {
            level,
            name: format!("appeal {level}"),
            within: None,
            decided: None,
            least: None,
            source: "nowhere: ask the payer, and enter it in scrubjay.yaml".to_owned(),
        })
    })
}

/// The time to file at a level, counted from a decision.
pub(crate) fn time_to_file(
    config: &Config,
    payer: &str,
    level: &Level,
    decided: NaiveDate,
) -> Option<Deadline> {
    let rolls = config
        .payer_by_key(payer)
        .map(|payer| payer.terms.rolls)
        .unwrap_or_default();
    Some(Deadline {
        kind: DeadlineKind::Appeal { level: level.level },
        basis: decided,
        basis_of: DeadlineBasis::Decision,
        length: level.within?,
        roll: rolls.into(),
        proof: None,
    })
}

/// The time that runs for a claim to be contested: against its denial, or against
/// the decision on the appeal before. None where nothing is left to file.
pub(crate) fn running(
    reader: &dyn Reader,
    config: &Config,
    row: &ClaimRow,
) -> Result<Option<Deadline>, EngineError> {
    let first = |decided: NaiveDate| {
        let level = level_of(config, &row.payer, 1, decided);
        level.and_then(|level| time_to_file(config, &row.payer, &level, decided))
    };
    match row.status.appeal {
        Appeal::None => {
            let denials = reader.denials(Some(&row.id))?;
            let worth = denials
                .iter()
                .filter(|denial| denial.recoverable != Recoverable::Never);
            let last = worth.map(|denial| denial.decided).max();
            Ok(last.and_then(first))
        }
        Appeal::Drafted => {
            let draft = latest(reader, &row.id)?;
            Ok(draft.and_then(|(_, appeal)| appeal.deadline.clone()))
        }
        Appeal::Upheld | Appeal::PartiallyOverturned => {
            let Some((_, appeal)) = latest(reader, &row.id)? else {
                return Ok(None);
            };
            let (Some(decision), Some(next)) = (appeal.decision, appeal.level.checked_add(1))
            else {
                return Ok(None);
            };
            let level = level_of(config, &row.payer, next, decision.on);
            Ok(level.and_then(|level| time_to_file(config, &row.payer, &level, decision.on)))
        }
        Appeal::Filed | Appeal::Overturned | Appeal::Expired => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_levels_by_law_can_be_read() {
        let on = day("2026-03-16");
        let terms = Terms::default();
        let medicare: Vec<Level> = (1..=9)
            .map_while(|level| terms.appeal_level(LineOfBusiness::Medicare, level, on))
            .collect();
        assert_eq!(medicare.len(), 5, "42 CFR 405.904 has five");
        assert_eq!(medicare[0].within, Some(Length::CalendarDays(120)));
        assert_eq!(medicare[1].within, Some(Length::CalendarDays(180)));
        assert_eq!(medicare[2].least, Some(Money::from_cents(19_000)));
        assert_eq!(medicare[4].decided, None, "a court takes its time");
        for line in [LineOfBusiness::Commercial, LineOfBusiness::Medicaid] {
            assert_eq!(terms.appeal_level(line, 1, on), None);
        }
    }

    #[test]
    fn no_day_has_two_rows_of_one_level() {
        for (at, row) in BY_LAW.iter().enumerate() {
            let same = |other: &&ByLaw| (other.line, other.level) == (row.line, row.level);
            for other in BY_LAW[at + 1..].iter().filter(same) {
                let apart = row.to.zip(other.from).is_some_and(|(to, from)| to < from)
                    || other.to.zip(row.from).is_some_and(|(to, from)| to < from);
                assert!(apart, "{row:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_contract_goes_before_the_law_and_by_the_day_of_the_decision() {
        let terms: Terms = serde_yaml::from_str(
            "{ appeals: [{ level: 1, within: 90 days, to: 2025-12-31 }, { level: 1, within: 60 days, from: 2026-01-01 }] }",
        )
        .unwrap();
        let within = |on: &str, level| {
            let level = terms.appeal_level(LineOfBusiness::Medicare, level, day(on));
            level.and_then(|level| level.within)
        };
        assert_eq!(within("2025-12-31", 1), Some(Length::CalendarDays(90)));
        assert_eq!(within("2026-01-01", 1), Some(Length::CalendarDays(60)));
        assert_eq!(within("2026-01-01", 2), None, "the contract has one level");
    }
}
