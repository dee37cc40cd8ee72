//! Repairs of a registration: a field written in the form that its receiver
//! takes. Format only, whatever a rule asks for.

use chrono::NaiveDate;
use scrubjay_model::{Address, CoverageOrder, PatientCoverage, PatientRecord};
use serde::Serialize;

use crate::steps::repair::{RepairError, substance};

/// A field of a registration whose form was mended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Repaired {
    /// Field, by its name in scripts.
    pub field: String,
    /// Why.
    pub reason: String,
    /// Rule.
    pub rule: String,
    /// The shape that it had: `N` for a digit, `A` for a letter, signs as they were.
    pub before: String,
    /// The shape that it has.
    pub after: String,
}

/// The shapes of a value, which are nobody's data.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) before: String,
    pub(super) after: String,
}

/// Sets a field of the registration, where the change is one of form. `None`
/// where it has that form already. `coverage` is the first one of that day.
pub(super) fn repair(
    record: &mut PatientRecord,
    field: &str,
    value: &str,
    day: NaiveDate,
) -> Result<Option<Form>, RepairError> {
    if field == "coverage.member" {
        return repair_member(record, value, day);
    }
    let person = &mut record.person;
    let target = match field {
        "phone" => record.phone.as_mut(),
        "patient.name.last" => Some(&mut person.name.last),
        "patient.name.first" => person.name.first.as_mut(),
        "patient.address.zip" => person.address.as_mut().map(zip),
        "patient.address.state" => person.address.as_mut().map(|address| &mut address.state),
        "subscriber.address.zip" => subscriber_address(record, day).map(zip),
        _ => return Err(RepairError::UnknownField),
    };
    let target = target.ok_or(RepairError::Missing)?;
    let same = match field {
        "phone" => national(target) == national(value),
        _ => substance(target) == substance(value),
    };
    if !same {
        return Err(RepairError::NotFormat);
    }
    if target == value {
        return Ok(None);
    }
    let form = Form {
        before: shape(target),
        after: shape(value),
    };
    value.clone_into(target);
    Ok(Some(form))
}

fn repair_member(
    record: &mut PatientRecord,
    value: &str,
    day: NaiveDate,
) -> Result<Option<Form>, RepairError> {
    let first = first_on(&mut record.coverages, day);
    let member = first.and_then(|held| held.coverage.member.as_mut());
    let member = member.ok_or(RepairError::Missing)?;
    if substance(member.as_str()) != substance(value) {
        return Err(RepairError::NotFormat);
    }
    if member.as_str() == value {
        return Ok(None);
    }
    let form = Form {
        before: shape(member.as_str()),
        after: shape(value),
    };
    *member = value.parse().map_err(|_| RepairError::NotFormat)?;
    Ok(Some(form))
}

fn zip(address: &mut Address) -> &mut String {
    &mut address.zip
}

/// The first subscriber's address; the patient's, where they are the one.
fn subscriber_address(record: &mut PatientRecord, day: NaiveDate) -> Option<&mut Address> {
    let first = first_on(&mut record.coverages, day);
    match first.and_then(|held| held.coverage.subscriber.as_mut()) {
        Some(subscriber) => subscriber.address.as_mut(),
        None => record.person.address.as_mut(),
    }
}

/// The first coverage of a day in the order of payment.
fn first_on(coverages: &mut [PatientCoverage], day: NaiveDate) -> Option<&mut PatientCoverage> {
    let on = coverages.iter_mut().filter(|held| held.is_on(day));
    on.min_by_key(|held| -> CoverageOrder { held.coverage.order })
}

/// A telephone number's letters and digits without the country's 1.
fn national(phone: &str) -> String {
    let digits = substance(phone);
    match digits.strip_prefix('1') {
        Some(rest) if rest.len() == 10 => rest.to_owned(),
        _ => digits,
    }
}

/// What a value looks like, without what it says.
fn shape(value: &str) -> String {
    let kind = |c: char| match c {
        c if c.is_numeric() => 'N',
        c if c.is_alphabetic() => 'A',
        c => c,
    };
    value.chars().map(kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_says_nothing_of_the_value() {
        assert_eq!(shape("+1 (512) 555-0100"), "+N (NNN) NNN-NNNN");
        assert_eq!(shape("Añejo 7"), "AAAAA N");
    }

    #[test]
    fn the_country_code_is_form_and_another_number_is_not() {
        assert_eq!(national("1 512 555 0100"), national("(512) 555-0100"));
        assert_ne!(national("1512555010"), national("512555010"));
    }
}
