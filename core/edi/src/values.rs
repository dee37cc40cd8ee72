//! Dates, amounts, names and adjustments as segments carry them.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{Address, Adjustment, AsSent, Money, Name, Person, Provider, Sex};
use scrubjay_x12::{Loop, Position, SegmentBuf};

use crate::ReadError;

pub(crate) fn at(segment: &SegmentBuf) -> Position {
    segment.position.unwrap_or_default()
}

/// Where a loop begins.
pub(crate) fn loop_at(within: &Loop) -> Position {
    within.segments.first().map(at).unwrap_or_default()
}

/// An amount; absent reads as zero.
pub(crate) fn money(
    segment: &SegmentBuf,
    id: &'static str,
    element: usize,
) -> Result<Money, ReadError> {
    optional_money(segment, id, element).map(Option::unwrap_or_default)
}

pub(crate) fn optional_money(
    segment: &SegmentBuf,
    id: &'static str,
    element: usize,
) -> Result<Option<Money>, ReadError> {
    let text = segment.element(element).trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error| ReadError::Value {
        at: at(segment),
        segment: id,
        element,
        problem: format!("{error}"),
    })
}

/// A quantity, to a thousandth; what cannot be read is absent.
pub(crate) fn quantity(text: &str) -> Option<Decimal> {
    let value: Decimal = text.trim().parse().ok()?;
    (value.scale() <= 3 && value.abs() < Decimal::from(1_000_000_000)).then_some(value)
}

pub(crate) fn day(text: &str) -> Option<NaiveDate> {
    let shaped = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    shaped.then(|| NaiveDate::parse_from_str(text, "%Y%m%d").ok())?
}

pub(crate) fn d8(date: NaiveDate) -> String {
    date.format("%Y%m%d").to_string()
}

/// First and last day of a DTP (D8 or RD8) of that qualifier.
pub(crate) fn dtp(within: &Loop, qualifier: &str) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let Some(segment) = within.qualified("DTP", qualifier) else {
        return (None, None);
    };
    period(segment.element(3))
}

/// First and last day of a date (D8), a date with time (DT), or a range (RD8).
pub(crate) fn period(text: &str) -> (Option<NaiveDate>, Option<NaiveDate>) {
    match text.split_once('-') {
        Some((from, to)) => (day(from), day(to)),
        None => (day(text.get(..8).unwrap_or(text)), None),
    }
}

pub(crate) fn write_dtp(qualifier: &str, from: NaiveDate, to: Option<NaiveDate>) -> SegmentBuf {
    let elements = match to {
        Some(to) => [
            qualifier.to_owned(),
            "RD8".to_owned(),
            format!("{}-{}", d8(from), d8(to)),
        ],
        None => [qualifier.to_owned(), "D8".to_owned(), d8(from)],
    };
    SegmentBuf::new("DTP").with_elements(elements)
}

pub(crate) fn optional(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The second element of the REF of that qualifier.
pub(crate) fn reference(within: &Loop, qualifier: &str) -> Option<String> {
    within
        .qualified("REF", qualifier)
        .and_then(|segment| optional(segment.element(2)))
}

pub(crate) fn write_reference(qualifier: &str, value: Option<&str>) -> Option<SegmentBuf> {
    value.map(|value| SegmentBuf::new("REF").with_elements([qualifier, value]))
}

pub(crate) fn name(nm1: &SegmentBuf) -> Name {
    Name {
        last: nm1.element(3).trim().to_owned(),
        first: optional(nm1.element(4)),
        middle: optional(nm1.element(5)),
        suffix: optional(nm1.element(7)),
    }
}

/// An NM1 with an id. Whether it is a person (NM102) and what kind of id it is
/// (NM108) are left open: what came with the claim says it, or [`complete_nm1`].
pub(crate) fn write_nm1(entity: &str, name: &Name, id: Option<&str>) -> SegmentBuf {
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    let mut nm1 = SegmentBuf::new("NM1").with_elements([
        entity.to_owned(),
        String::new(),
        name.last.clone(),
        part(&name.first),
        part(&name.middle),
        String::new(),
        part(&name.suffix),
    ]);
    if let Some(id) = id {
        nm1.set(9, id);
    }
    nm1
}

/// Says of an NM1 what nothing said before.
pub(crate) fn complete_nm1(nm1: &mut SegmentBuf) {
    let entity = nm1.element(1).to_owned();
    if nm1.element(2).is_empty() {
        let person = !nm1.element(4).is_empty() || entity == "QC";
        nm1.set(2, if person { "1" } else { "2" });
    }
    if nm1.element(8).is_empty() && !nm1.element(9).is_empty() {
        nm1.set(
            8,
            match entity.as_str() {
                "PR" => "PI",
                "IL" | "QC" => "MI",
                "40" | "41" => "46",
                _ => "XX",
            },
        );
    }
}

pub(crate) fn address(within: &Loop) -> Option<Address> {
    let (n3, n4) = (within.segment("N3"), within.segment("N4"));
    if n3.is_none() && n4.is_none() {
        return None;
    }
    let of = |segment: Option<&SegmentBuf>, element| {
        segment
            .map(|s| s.element(element).trim().to_owned())
            .unwrap_or_default()
    };
    Some(Address {
        line1: of(n3, 1),
        line2: optional(&of(n3, 2)),
        city: of(n4, 1),
        state: of(n4, 2),
        zip: of(n4, 3),
        country: optional(&of(n4, 4)),
    })
}

pub(crate) fn write_address(address: Option<&Address>, into: &mut Loop) {
    let Some(address) = address else { return };
    let mut n3 = SegmentBuf::new("N3").with_elements([address.line1.clone()]);
    if let Some(line2) = &address.line2 {
        n3.push(line2);
    }
    let mut n4 = SegmentBuf::new("N4")
        .with_elements([&address.city, &address.state, &address.zip].map(String::clone));
    if let Some(country) = &address.country {
        n4.push(country);
    }
    into.segments.extend([n3, n4]);
}

pub(crate) fn person(within: &Loop) -> Person {
    let nm1 = within.segment("NM1");
    let dmg = within.segment("DMG");
    Person {
        name: nm1.map(name).unwrap_or_default(),
        member: nm1.and_then(|nm1| nm1.element(9).trim().parse().ok()),
        address: address(within),
        born: dmg.and_then(|dmg| day(dmg.element(2))),
        died: None,
        sex: dmg.and_then(|dmg| match dmg.element(3) {
            "F" => Some(Sex::F),
            "M" => Some(Sex::M),
            "U" => Some(Sex::U),
            _ => None,
        }),
    }
}

pub(crate) fn write_person(entity: &str, person: &Person, id: Option<&str>, into: &mut Loop) {
    into.segments.push(write_nm1(entity, &person.name, id));
    write_address(person.address.as_ref(), into);
    if person.born.is_some() || person.sex.is_some() {
        let born = person.born.map(d8).unwrap_or_default();
        let sex = match person.sex {
            Some(Sex::F) => "F",
            Some(Sex::M) => "M",
            Some(Sex::U) => "U",
            None => "",
        };
        into.segments
            .push(SegmentBuf::new("DMG").with_elements(["D8", &born, sex]));
    }
}

pub(crate) fn provider(within: &Loop) -> Provider {
    let nm1 = within.segment("NM1");
    Provider {
        name: nm1.map(name).unwrap_or_default(),
        npi: nm1
            .filter(|nm1| nm1.element(8) == "XX" && !nm1.element(9).is_empty())
            .map(|nm1| AsSent::read(nm1.element(9))),
        tax_id: reference(within, "EI").or_else(|| reference(within, "SY")),
        taxonomy: within
            .segment("PRV")
            .and_then(|prv| optional(prv.element(3))),
        address: address(within),
    }
}

pub(crate) fn write_provider(
    loop_id: &'static str,
    entity: &str,
    prv: Option<&str>,
    provider: &Provider,
) -> Loop {
    let mut into = Loop::new(loop_id);
    let npi = provider.npi.as_ref().map(AsSent::text);
    into.segments
        .push(write_nm1(entity, &provider.name, npi.as_deref()));
    if let (Some(role), Some(taxonomy)) = (prv, &provider.taxonomy) {
        into.segments
            .push(SegmentBuf::new("PRV").with_elements([role, "PXC", taxonomy]));
    }
    write_address(provider.address.as_ref(), &mut into);
    into
}

/// Every triplet of every CAS.
pub(crate) fn adjustments(within: &Loop) -> Result<Vec<Adjustment>, ReadError> {
    let mut all = Vec::new();
    for cas in within.segments_with("CAS") {
        for first in (2..=17).step_by(3) {
            if cas.element(first).is_empty() && cas.element(first + 1).is_empty() {
                continue;
            }
            all.push(Adjustment {
                group: AsSent::read(cas.element(1)),
                carc: AsSent::read(cas.element(first)),
                amount: money(cas, "CAS", first + 1)?,
                units: quantity(cas.element(first + 2)),
            });
        }
    }
    Ok(all)
}

/// One CAS a group, with at most six triplets each.
pub(crate) fn write_adjustments(adjustments: &[Adjustment]) -> Vec<SegmentBuf> {
    let mut written: Vec<SegmentBuf> = Vec::new();
    for adjustment in adjustments {
        let group = adjustment.group.text();
        let open = written
            .iter_mut()
            .find(|cas| cas.element(1) == group && cas.len() < 19);
        let cas = match open {
            Some(cas) => cas,
            None => {
                written.push(SegmentBuf::new("CAS").with_elements([group]));
                let last = written.len() - 1;
                &mut written[last]
            }
        };
        cas.push(adjustment.carc.text());
        cas.push(adjustment.amount.to_x12());
        cas.push(
            adjustment
                .units
                .map(|units| units.normalize().to_string())
                .unwrap_or_default(),
        );
    }
    written
}
