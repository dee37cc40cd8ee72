//! HCR with its days and number: what was decided.

use chrono::NaiveDate;
use scrubjay_model::ReviewOutcome;
use scrubjay_x12::Loop;

use super::Decision;
use crate::draft::{Draft, Slot, owned};
use crate::exchange::take;
use crate::value::{d8, day, reference, text};

/// Reads what was decided in a loop, and takes the days out of it.
pub(super) fn read_decision(within: &mut Loop) -> Decision {
    let (from, to) = take_certified(within);
    let issued = take(within, |dtp| {
        dtp.id == "DTP"
            && dtp.element(1) == "102"
            && dtp.element(2) == "D8"
            && day(dtp.element(3)).is_some()
    });
    let hcr = |element| within.segment("HCR").map_or("", |hcr| hcr.element(element));
    Decision {
        outcome: ReviewOutcome::from_x12(hcr(1)),
        number: hcr(2).trim().parse().ok(),
        reason: text(hcr(3)),
        reference: reference(within, "NT"),
        from,
        to,
        issued: issued.and_then(|dtp| day(dtp.element(3))),
    }
}

/// The time of the certification: DTP*007 as a span, or its first day there
/// and its last in DTP*036.
fn take_certified(within: &mut Loop) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let span = take(within, |dtp| {
        dtp.id == "DTP"
            && dtp.element(1) == "007"
            && span_of(dtp.element(2), dtp.element(3)).is_some()
    });
    if let Some((from, to)) = span.and_then(|dtp| span_of(dtp.element(2), dtp.element(3))) {
        return (Some(from), Some(to));
    }
    let mut single = |qualifier: &str| {
        let dtp = take(within, |dtp| {
            dtp.id == "DTP"
                && dtp.element(1) == qualifier
                && dtp.element(2) == "D8"
                && day(dtp.element(3)).is_some()
        });
        dtp.and_then(|dtp| day(dtp.element(3)))
    };
    (single("007"), single("036"))
}

fn span_of(format: &str, value: &str) -> Option<(NaiveDate, NaiveDate)> {
    if format != "RD8" {
        return None;
    }
    let (from, to) = value.split_once('-')?;
    day(from).zip(day(to)).filter(|(from, to)| from <= to)
}

/// First and last day of the event, in one form or the other; taken whole.
pub(super) fn take_days(within: &mut Loop) -> Option<(NaiveDate, NaiveDate)> {
    let days = |format: &str, value: &str| match format {
        "D8" => day(value).map(|day| (day, day)),
        _ => span_of(format, value),
    };
    let dtp = take(within, |dtp| {
        dtp.id == "DTP" && dtp.element(1) == "AAH" && days(dtp.element(2), dtp.element(3)).is_some()
    })?;
    days(dtp.element(2), dtp.element(3))
}

pub(super) fn draft_days(qualifier: &'static str, (from, to): (NaiveDate, NaiveDate)) -> Draft {
    let dtp = Draft::new("DTP").owned(1, qualifier);
    let dtp = if from == to {
        dtp.owned(2, "D8").owned(3, d8(from))
    } else {
        dtp.owned(2, "RD8")
            .owned(3, format!("{}-{}", d8(from), d8(to)))
    };
    dtp.held_whole()
}

pub(super) fn draft_decision(decision: &Decision) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let Decision {
        outcome,
        number,
        reason,
        ..
    } = decision;
    if outcome.is_some() || number.is_some() || reason.is_some() {
        drafts.push(
            Draft::new("HCR")
                .slot(1, outcome.map_or(Slot::Free, |of| owned(of.as_x12())))
                .owned_if(2, number.as_ref().map(|number| number.as_str()))
                .owned_if(3, reason.as_deref()),
        );
    }
    if let Some(reference) = &decision.reference {
        drafts.push(Draft::qualified("REF", "NT").owned(2, reference.as_str()));
    }
    let single = |qualifier: &'static str, day: NaiveDate| {
        Draft::new("DTP")
            .owned(1, qualifier)
            .owned(2, "D8")
            .owned(3, d8(day))
            .held_whole()
    };
    drafts.extend(decision.issued.map(|day| single("102", day)));
    drafts.extend(match (decision.from, decision.to) {
        (Some(from), Some(to)) => Some(
            Draft::new("DTP")
                .owned(1, "007")
                .owned(2, "RD8")
                .owned(3, format!("{}-{}", d8(from), d8(to)))
                .held_whole(),
        ),
        (Some(from), None) => Some(single("007", from)),
        (None, to) => to.map(|to| single("036", to)),
    });
    drafts
}
