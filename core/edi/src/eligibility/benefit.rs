//! Benefits: an EB segment with its days, in loop 2110.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{Benefit, BenefitKind, BenefitLevel, BenefitNetwork, BenefitPeriod, Money};
use scrubjay_x12::{Loop, SegmentBuf};

use crate::draft::{Draft, DraftLoop, Slot, assumed, owned};
use crate::exchange::take;
use crate::value::{Place, d8, day, plain, text};
use crate::{ElementError, ReadError};

/// Loop ids of subscriber or dependent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ids {
    pub(super) named: &'static str,
    pub(super) benefit: &'static str,
    pub(super) entities: &'static str,
    pub(super) entity: &'static str,
}

pub(super) const SUBSCRIBER: Ids = Ids {
    named: "2100C",
    benefit: "2110C",
    entities: "LS-2120C",
    entity: "2120C",
};

pub(super) const DEPENDENT: Ids = Ids {
    named: "2100D",
    benefit: "2110D",
    entities: "LS-2120D",
    entity: "2120D",
};

/// What EB01 is where the model knows a kind only roughly.
const fn kind_code(kind: BenefitKind) -> &'static str {
    match kind {
        BenefitKind::Active => "1",
        BenefitKind::Inactive => "6",
        BenefitKind::CoInsurance => "A",
        BenefitKind::CoPayment => "B",
        BenefitKind::Deductible => "C",
        BenefitKind::Limitation => "F",
        BenefitKind::OutOfPocket => "G",
        BenefitKind::NonCovered => "I",
        // A description.
        _ => "D",
    }
}

/// Reads the benefit of a loop 2110, and takes what the model holds whole out
/// of it: types of service, days.
pub(super) fn read_benefit(within: &mut Loop) -> Result<Benefit, ReadError> {
    let came = within.clone();
    let eb = came.segment("EB").ok_or(ReadError::MissingSegment {
        at: crate::value::loop_at(&came),
        loop_id: came.id,
        segment: "EB",
    })?;
    let place = |element| Place {
        within: &came,
        segment: eb,
        id: "EB",
        element,
    };
    let mut service_types = Vec::new();
    for code in eb.repeats(3) {
        let code = code.component(1).trim();
        if !code.is_empty() {
            let code = code
                .parse()
                .map_err(|_| place(3).error(ElementError::NotACode))?;
            service_types.push(code);
        }
    }
    let (from, to) = take_days(within);
    if let Some(eb) = within.segments.iter_mut().find(|own| own.id == "EB") {
        eb.set(3, "");
    }
    Ok(Benefit {
        kind: BenefitKind::from_x12(eb.element(1).trim()),
        service_types,
        level: match eb.element(2) {
            "IND" => BenefitLevel::Individual,
            "FAM" => BenefitLevel::Family,
            _ => BenefitLevel::Unstated,
        },
        period: match eb.element(6) {
            "22" | "23" | "25" => BenefitPeriod::Year,
            "29" => BenefitPeriod::Remaining,
            "27" => BenefitPeriod::Visit,
            "7" => BenefitPeriod::Day,
            "32" => BenefitPeriod::Lifetime,
            _ => BenefitPeriod::Unstated,
        },
        network: match eb.element(12) {
            "Y" => BenefitNetwork::In,
            "N" => BenefitNetwork::Out,
            _ => BenefitNetwork::Any,
        },
        insurance_type: text(eb.element(4)),
        plan: text(eb.element(5)),
        from,
        to,
        // One below zero is no amount of a benefit: it is carried.
        amount: place(7)
            .optional_amount()?
            .filter(|amount| !Money::is_negative(*amount)),
        share: share(eb.element(8)),
        authorization: match eb.element(11) {
            "Y" => Some(true),
            "N" => Some(false),
            _ => None,
        },
    })
}

/// A share of one. Whether 20 means all of it twenty times or a fifth, nobody
/// can tell: it is carried.
fn share(element: &str) -> Option<Decimal> {
    let element = element.trim();
    let shaped = (1..=10).contains(&element.len())
        && element.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let share: Decimal = shaped.then(|| element.parse().ok()).flatten()?;
    (share <= Decimal::ONE).then(|| share.normalize())
}

pub(super) fn draft_benefit(ids: Ids, index: usize, benefit: &Benefit) -> DraftLoop {
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    let types = benefit.service_types.iter();
    let eb = Draft::new("EB")
        .assumed(1, kind_code(benefit.kind))
        .slot(
            2,
            match benefit.level {
                BenefitLevel::Individual => owned("IND"),
                BenefitLevel::Family => owned("FAM"),
                BenefitLevel::Unstated => Slot::Free,
            },
        )
        .repeated(3, types.map(|of| of.as_str().to_owned()).collect())
        .owned(4, part(&benefit.insurance_type))
        .owned(5, part(&benefit.plan))
        .slot(
            6,
            match benefit.period {
                BenefitPeriod::Year => assumed("23"),
                BenefitPeriod::Remaining => owned("29"),
                BenefitPeriod::Visit => owned("27"),
                BenefitPeriod::Day => owned("7"),
                BenefitPeriod::Lifetime => owned("32"),
                BenefitPeriod::Unstated => Slot::Free,
            },
        )
        .owned_if(7, benefit.amount.map(|amount| amount.to_x12()))
        .owned_if(8, benefit.share.map(plain))
        .owned_if(
            11,
            benefit
                .authorization
                .map(|wanted| if wanted { "Y" } else { "N" }),
        )
        .slot(
            12,
            match benefit.network {
                BenefitNetwork::In => owned("Y"),
                BenefitNetwork::Out => owned("N"),
                BenefitNetwork::Any => Slot::Free,
            },
        );
    let mut drafted = DraftLoop::listed(ids.benefit, index);
    drafted.segments.push(eb);
    drafted
        .segments
        .extend(draft_days(benefit.from, benefit.to, ["348", "349"]));
    drafted
}

/// Days as two DTP, of these qualifiers. They are taken whole when read.
pub(super) fn draft_days(
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    [first, last]: [&'static str; 2],
) -> Vec<Draft> {
    [(first, from), (last, to)]
        .into_iter()
        .filter_map(|(qualifier, day)| {
            let dtp = Draft::new("DTP").owned(1, qualifier).owned(2, "D8");
            Some(dtp.owned(3, d8(day?)).held_whole())
        })
        .collect()
}

/// DTP of a first day, of a last day, and of a time as a whole.
const BEGINS: [&str; 4] = ["348", "346", "356", "193"];
const ENDS: [&str; 4] = ["349", "347", "357", "194"];
const LASTS: [&str; 3] = ["292", "291", "290"];

/// The days on which a benefit or another payer's cover holds. What names no
/// such days, or ends before it begins, stays where it is.
pub(super) fn take_days(within: &mut Loop) -> (Option<NaiveDate>, Option<NaiveDate>) {
    if single(within, &BEGINS).is_none() && single(within, &ENDS).is_none() {
        return take_time(within, &LASTS);
    }
    take_both(within, &BEGINS, &ENDS)
}

fn single(within: &Loop, qualifiers: &[&str]) -> Option<(SegmentBuf, NaiveDate)> {
    within
        .segments_with("DTP")
        .find(|dtp| qualifiers.contains(&dtp.element(1)) && dtp.element(2) == "D8")
        .and_then(|dtp| Some((dtp.clone(), day(dtp.element(3))?)))
}

/// A time that one DTP names: both days, or the first one.
fn take_time(within: &mut Loop, qualifiers: &[&str]) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let named = within
        .segments_with("DTP")
        .filter(|dtp| qualifiers.contains(&dtp.element(1)))
        .find_map(|dtp| {
            let days = match (dtp.element(2), dtp.element(3).split_once('-')) {
                ("D8", None) => (day(dtp.element(3))?, None),
                ("RD8", Some((from, to))) => {
                    let (from, to) = day(from).zip(day(to)).filter(|(from, to)| from <= to)?;
                    (from, Some(to))
                }
                _ => return None,
            };
            Some((dtp.clone(), days))
        });
    let Some((dtp, (from, to))) = named else {
        return (None, None);
    };
    take(within, |own| *own == dtp);
    (Some(from), to)
}

/// First and last day of the plan at the patient's own level. A DTP*291 of one
/// day is the day asked about, and none of the plan's.
pub(super) fn take_plan(named: &mut Loop) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let (first, last) = (["346", "356"], ["347", "357"]);
    if single(named, &first).is_some() || single(named, &last).is_some() {
        return take_both(named, &first, &last);
    }
    take_span(named, &["346", "356", "291"])
}

/// A time of several days that one DTP names.
fn take_span(within: &mut Loop, qualifiers: &[&str]) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let named = within
        .segments_with("DTP")
        .filter(|dtp| qualifiers.contains(&dtp.element(1)) && dtp.element(2) == "RD8")
        .find_map(|dtp| {
            let (from, to) = dtp.element(3).split_once('-')?;
            let (from, to) = day(from).zip(day(to)).filter(|(from, to)| from < to)?;
            Some((dtp.clone(), from, to))
        });
    let Some((dtp, from, to)) = named else {
        return (None, None);
    };
    take(within, |own| *own == dtp);
    (Some(from), Some(to))
}

/// A first and a last day, where they do not contradict each other.
fn take_both(
    within: &mut Loop,
    first: &[&str],
    last: &[&str],
) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let (begins, ends) = (single(within, first), single(within, last));
    if let (Some((_, from)), Some((_, to))) = (&begins, &ends)
        && to < from
    {
        return (None, None);
    }
    for (dtp, _) in begins.iter().chain(&ends) {
        take(within, |own| own == dtp);
    }
    (begins.map(|(_, from)| from), ends.map(|(_, to)| to))
}
