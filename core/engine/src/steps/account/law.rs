//! What the law lets be done to a patient who owes, as dated data.

use std::sync::LazyLock;

use chrono::NaiveDate;
use scrubjay_hooks::{CollectionStep, FacilityKind};
use serde::Deserialize;

/// A number that federal law, or a policy that has its force, sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Federal {
    /// Days from the first statement to an extraordinary collection action.
    ExtraordinaryWaitDays,
    /// Days from the written notice to one.
    ExtraordinaryNoticeDays,
    /// Days from the first statement in which assistance may be applied for.
    ApplicationDays,
    /// Calls about one debt in seven days.
    CallsInSevenDays,
    /// Days after a conversation without a call.
    DaysAfterConversation,
    /// First hour of the day at which a patient may be called.
    FirstHour,
    /// Hour from which not.
    LastHour,
    /// Days after a validation notice in which the debt may be disputed.
    DisputeDays,
    /// Days that a debt must be owed before a bureau takes it.
    BureauWaitDays,
    /// The least that a bureau takes, in dollars.
    BureauLeastDollars,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FederalRow {
    rule: Federal,
    number: u32,
    from: NaiveDate,
    #[serde(default)]
    to: Option<NaiveDate>,
    source: String,
    #[serde(default, rename = "verified")]
    _verified: Option<bool>,
}

/// Whose state's law it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Whose {
    Patient,
    Facility,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StateRow {
    state: String,
    step: CollectionStep,
    #[serde(default)]
    days: Option<u16>,
    #[serde(default)]
    never: bool,
    whose: Whose,
    #[serde(default)]
    hospitals: bool,
    from: NaiveDate,
    #[serde(default)]
    to: Option<NaiveDate>,
    source: String,
    #[serde(default, rename = "verified")]
    _verified: Option<bool>,
}

/// A number with the law that sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) number: u32,
    pub(crate) source: &'static str,
}

/// What a state says of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StateRule {
    /// Days after the first statement; `None` where it is forbidden.
    pub(crate) days: Option<u16>,
    pub(crate) state: &'static str,
    pub(crate) source: &'static str,
}

/// The table that ships.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Law {
    federal: Vec<FederalRow>,
    states: Vec<StateRow>,
}

static SHIPPED: LazyLock<Law> = LazyLock::new(|| {
    serde_yaml::from_str(include_str!("../../../data/patient_law.yaml"))
        .expect("the table that ships was read by the test `the_table_can_be_read`")
});

fn in_force(day: NaiveDate, from: NaiveDate, to: Option<NaiveDate>) -> bool {
    from <= day && to.is_none_or(|to| day <= to)
}

impl Law {
    /// The law that ships.
    pub(crate) fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// A federal rule as it stands on a day; `None` before there was one.
    pub(crate) fn federal(&'static self, rule: Federal, day: NaiveDate) -> Option<Rule> {
        let mut rows = self.federal.iter();
        rows.find(|row| row.rule == rule && in_force(day, row.from, row.to))
            .map(|row| Rule {
                number: row.number,
                source: &row.source,
            })
    }

    /// What states say of a step on a day.
    pub(crate) fn states(
        &'static self,
        step: CollectionStep,
        day: NaiveDate,
        patient: Option<&str>,
        house: (FacilityKind, Option<&str>),
    ) -> impl Iterator<Item = StateRule> {
        let (facility, stands_in) = house;
        let (patient, stands_in) = (patient.map(str::to_owned), stands_in.map(str::to_owned));
        self.states.iter().filter_map(move |row| {
            let state = match row.whose {
                Whose::Patient => patient.as_deref(),
                Whose::Facility => stands_in.as_deref(),
            };
            let bound = !(row.hospitals && facility == FacilityKind::Practice);
            let here = state.is_some_and(|state| state.eq_ignore_ascii_case(&row.state));
            let says = row.step == step && here && bound && in_force(day, row.from, row.to);
            says.then_some(StateRule {
                days: row.days.filter(|_| !row.never),
                state: &row.state,
                source: &row.source,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_table_can_be_read() {
        let law = Law::shipped();
        assert!(law.states.iter().all(|row| row.never != row.days.is_some()));
        assert!(law.states.iter().all(|row| row.state.len() == 2));
    }

    #[test]
    fn a_law_counts_from_its_day() {
        let law = Law::shipped();
        let rule = |on| law.federal(Federal::CallsInSevenDays, day(on));
        assert_eq!(rule("2021-11-29"), None);
        assert_eq!(rule("2021-11-30").map(|rule| rule.number), Some(7));
        let bans = |on, state| {
            let house = (FacilityKind::Practice, None);
            law.states(CollectionStep::CreditReport, day(on), Some(state), house)
                .count()
        };
        assert_eq!(bans("2024-12-31", "CA"), 0);
        assert_eq!(bans("2025-01-01", "CA"), 1);
        assert_eq!(bans("2025-01-01", "TX"), 0);
    }

    #[test]
    fn what_binds_hospitals_does_not_bind_a_practice() {
        let law = Law::shipped();
        let waits = |facility| {
            let house = (facility, Some("NY"));
            let rules = law.states(CollectionStep::Suit, day("2026-03-02"), None, house);
            rules.map(|rule| rule.days).collect::<Vec<_>>()
        };
        assert!(waits(FacilityKind::Practice).is_empty());
        assert_eq!(waits(FacilityKind::Hospital), [Some(180)]);
    }
}
