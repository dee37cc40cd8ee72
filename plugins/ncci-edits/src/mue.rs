//! Medically unlikely edits: more units than are paid (domain: `ncci.mue.line`,
//! `ncci.mue.dos`).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use scrubjay_codes::{Mue, MueAdjudication, MueTable};
use scrubjay_plugin::{Call, Refusal};

use crate::report::{Edit, Report, Weight, words};
use crate::services::{Origin, Service, Services, UNIT};
use crate::tables::Edits;

const LINE: Edit = Edit {
    name: "mue-line",
    prevents: &["151"],
    cite: "CMS NCCI Policy Manual for Medicare, chapter I, and the MUE table loaded (MAI 1)",
};
const POLICY: Edit = Edit {
    name: "mue-day",
    prevents: &["151"],
    cite: "CMS NCCI Policy Manual for Medicare, chapter I, and the MUE table loaded (MAI 2)",
};
const CLINICAL: Edit = Edit {
    cite: "CMS NCCI Policy Manual for Medicare, chapter I, and the MUE table loaded (MAI 3)",
    ..POLICY
};
const NO_TABLE: Edit = Edit {
    name: "no-mue-table",
    prevents: &[],
    cite: "CMS publishes the MUE tables each quarter",
};

/// Lines and claims that a message lists.
const PLACES: usize = 8;

pub(crate) fn check(
    services: &Services<'_>,
    edits: &Edits,
    call: &Call<'_>,
    report: &mut Report,
) -> Result<(), Refusal> {
    if !edits.has_limits() {
        return Ok(());
    }
    let mut uncovered = false;
    let mut summed = Summed::default();
    for one in &services.now {
        if call.is_cancelled() {
            return Err(Refusal::cancelled());
        }
        let Some(table) = edits.limits_on(one.from) else {
            if !uncovered {
                let message = format!(
                    "units of {} are not judged: no MUE table covers {}; load that quarter's",
                    one.origin, one.from
                );
                report.note(NO_TABLE, Weight::Info, one, message);
            }
            uncovered = true;
            continue;
        };
        judge(services, one, table, &mut summed, report);
    }
    Ok(())
}

/// Which days were summed already: of a code, by its first line on the day.
#[derive(Default)]
struct Summed<'a>(BTreeSet<(&'a str, u32, NaiveDate)>);

fn judge<'a>(
    services: &Services<'a>,
    one: &Service<'a>,
    table: &MueTable,
    summed: &mut Summed<'a>,
    report: &mut Report,
) {
    let (Some(mue), Some(daily)) = (table.get(one.procedure, one.from), one.daily) else {
        return;
    };
    let limit = i64::from(mue.units) * UNIT;
    match mue.adjudication {
        MueAdjudication::Line if daily > limit => {
            let message = format!(
                "{}: {} units of {}, and at most {} are paid on a line; \
                 more may stand on a line of their own with a modifier, where the record shows why ({})",
                one.origin,
                told(daily),
                one.procedure,
                mue.units,
                words(&mue.rationale)
            );
            report.note(LINE, Weight::Hold, one, message);
        }
        MueAdjudication::Line => {}
        MueAdjudication::DayByPolicy | MueAdjudication::DayClinical => {
            day(services, one, mue, summed, report);
        }
    }
}

/// Sums the units of the line's first day: those of the claim, and where they
/// are within the limit, those of earlier claims with them.
fn day<'a>(
    services: &Services<'a>,
    one: &Service<'a>,
    mue: &Mue,
    summed: &mut Summed<'a>,
    report: &mut Report,
) {
    let on = one.from;
    let same: Vec<&Service<'_>> = services.like(one).filter(|same| same.is_on(on)).collect();
    // The first of them on this day speaks for all.
    let Some(Origin::Line(first)) = same.first().map(|first| first.origin) else {
        return;
    };
    if !summed.0.insert((one.procedure, first, on)) {
        return;
    }
    let before: Vec<&Service<'_>> = services
        .looked_back_on()
        .iter()
        .filter(|before| before.procedure == one.procedure && before.is_on(on))
        .collect();
    let limit = i64::from(mue.units) * UNIT;
    let (now, earlier) = (sum(&same), sum(&before));
    let (counted, weight) = if now > limit {
        let weight = match mue.adjudication {
            MueAdjudication::DayByPolicy => Weight::Refuse,
            _ => Weight::Warn,
        };
        (same, weight)
    } else if earlier > 0 && now.saturating_add(earlier) > limit {
        ([same, before].concat(), report.looking_back())
    } else {
        return;
    };
    let (edit, what_to_do) = match mue.adjudication {
        MueAdjudication::DayByPolicy => (POLICY, "no modifier and no record raises it"),
        _ => (
            CLINICAL,
            "more are denied at first, and paid on appeal where the record shows why",
        ),
    };
    let message = format!(
        "{}: {} units of {} on {on}, and at most {} are paid a day; {what_to_do} ({})",
        places(&counted),
        told(sum(&counted)),
        one.procedure,
        mue.units,
        words(&mue.rationale)
    );
    report.note(edit, weight, one, message);
}

fn places(services: &[&Service<'_>]) -> String {
    let mut places: Vec<String> = services.iter().map(|one| one.origin.to_string()).collect();
    places.dedup();
    let rest = places.len().saturating_sub(PLACES);
    places.truncate(PLACES);
    if rest > 0 {
        places.push(format!("{rest} more"));
    }
    places.join(", ")
}

fn sum(services: &[&Service<'_>]) -> i64 {
    services
        .iter()
        .filter_map(|one| one.daily)
        .fold(0, i64::saturating_add)
}

/// Units as a person writes them.
fn told(milli: i64) -> String {
    scrubjay_plugin::Milli(milli).to_string()
}
