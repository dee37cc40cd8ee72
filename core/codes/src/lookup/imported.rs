//! What is known of codes whose tables were imported.

use chrono::NaiveDate;

use super::{Facts, Found, LookupError, days, is_dental};
use crate::{
    AddOnTable, AddOnType, CodeTables, FeeScheduleTable, FileKind, GpciTable, HcpcsTable,
    ImportedTable, ModifierIndicator, MueAdjudication, MueTable, PtpEdit, PtpTable,
};

pub(super) fn look_up(
    tables: &CodeTables,
    kind: FileKind,
    code: &str,
    with: Option<&str>,
    day: NaiveDate,
) -> Result<Found, LookupError> {
    let set = kind.as_str();
    if is_dental(code) || with.is_some_and(is_dental) {
        return Err(LookupError::Dental);
    }
    let (version, table) = tables
        .version_on(kind, day)
        .ok_or(LookupError::NoVersion { set, day })?;
    let only = || match with {
        Some(_) => Err(LookupError::TwoCodes { set }),
        None => Ok(()),
    };
    let facts = match table {
        ImportedTable::Ptp(table) => pair(table, code, with, day, set)?,
        ImportedTable::FeeSchedule(table) => fee(table, code, with, set)?,
        ImportedTable::Gpci(table) => locality(table, code, with, set)?,
        ImportedTable::Hcpcs(table) => {
            only()?;
            hcpcs(table, code, day, set)?
        }
        ImportedTable::Mue(table) => {
            only()?;
            limit(table, code, day)
        }
        ImportedTable::AddOns(table) => {
            only()?;
            add_on(table, code, day)
        }
        // They are looked up with the releases that ship.
        ImportedTable::Icd10Order(_) | ImportedTable::Icd10Tabular(_) => Facts::default(),
    };
    let source = format!("{} ({})", version.sources.join(", "), days(version.days));
    Ok(facts.found(code, source))
}

fn pair(
    table: &PtpTable,
    code: &str,
    with: Option<&str>,
    day: NaiveDate,
    set: &'static str,
) -> Result<Facts, LookupError> {
    let other = with.ok_or(LookupError::OneCode { set })?;
    let mut facts = Facts::default();
    let edits = [table.find(code, other, day), table.find(other, code, day)];
    for edit in edits.iter().flatten() {
        edit_facts(&mut facts, edit);
    }
    if edits.iter().all(Option::is_none) {
        facts.add(
            "edit",
            format!("none between {code} and {other} in force on {day}"),
        );
    }
    Ok(facts)
}

fn edit_facts(facts: &mut Facts, edit: &PtpEdit<'_>) {
    let (paid, unpaid) = (edit.column_1(), edit.column_2());
    facts.add("edit", format!("{unpaid} is not paid beside {paid}"));
    let modifier = match edit.modifier {
        ModifierIndicator::NotAllowed => "0: none parts them",
        ModifierIndicator::Allowed => "1: one that NCCI accepts parts them",
        ModifierIndicator::NotApplicable => "9: the edit says nothing",
    };
    facts.add("modifier", modifier);
    facts.add("effective", edit.effective().to_string());
    if let Some(last) = edit.deleted() {
        facts.add("deleted", last.to_string());
    }
    facts.add("rationale", edit.rationale);
}

fn fee(
    table: &FeeScheduleTable,
    code: &str,
    modifier: Option<&str>,
    set: &'static str,
) -> Result<Facts, LookupError> {
    let row = table
        .get(code, modifier)
        .ok_or_else(|| LookupError::Absent {
            set,
            code: match modifier {
                Some(modifier) => format!("{code} {modifier}"),
                None => code.to_owned(),
            },
            note: "",
        })?;
    let mut facts = Facts::default();
    let expense = |value: Option<rust_decimal::Decimal>| match value {
        Some(value) => value.to_string(),
        None => "not done there".to_owned(),
    };
    facts
        .add("status", row.status.to_string())
        .add("work", row.work.to_string())
        .add(
            "expense outside a facility",
            expense(row.non_facility_expense),
        )
        .add("expense in a facility", expense(row.facility_expense))
        .add("malpractice", row.malpractice.to_string())
        .add("conversion factor", row.conversion_factor.to_string())
        .add("global days", &*row.global_days);
    let shares = [
        ("before surgery", row.preoperative),
        ("surgery", row.intraoperative),
        ("after surgery", row.postoperative),
    ];
    for (name, share) in shares {
        facts.add(
            name,
            share.map_or_else(String::new, |share| share.to_string()),
        );
    }
    facts
        .add("components (26, TC)", &*row.components)
        .add("several procedures (51)", &*row.multiple)
        .add("both sides (50)", &*row.bilateral)
        .add("assistant (80, 81, 82, AS)", &*row.assistant)
        .add("two surgeons (62)", &*row.co_surgeons)
        .add("team (66)", &*row.team)
        .add(
            "endoscopic base",
            row.endoscopic_base.as_deref().unwrap_or_default(),
        );
    Ok(facts)
}

/// A locality is named as `10112 00`, or its number stands in `with`.
fn locality(
    table: &GpciTable,
    code: &str,
    with: Option<&str>,
    set: &'static str,
) -> Result<Facts, LookupError> {
    let (contractor, number) = match (code.split_once([' ', '-']), with) {
        (Some((contractor, number)), None) => (contractor, number.trim()),
        (None, Some(number)) => (code, number),
        (None, None) => return Err(LookupError::OneCode { set }),
        (Some(_), Some(_)) => return Err(LookupError::TwoCodes { set }),
    };
    let row = table
        .get(contractor, number)
        .ok_or_else(|| LookupError::Absent {
            set,
            code: format!("{contractor} {number}"),
            note: "",
        })?;
    let mut facts = Facts::default();
    facts
        .add("name", &*row.name)
        .add("state", row.state.as_deref().unwrap_or_default())
        .add("work", row.work.to_string())
        .add("practice expense", row.practice_expense.to_string())
        .add("malpractice", row.malpractice.to_string());
    Ok(facts)
}

fn hcpcs(
    table: &HcpcsTable,
    code: &str,
    day: NaiveDate,
    set: &'static str,
) -> Result<Facts, LookupError> {
    let entry = table.code(code).or_else(|| table.modifier(code));
    let entry = entry.ok_or_else(|| LookupError::Absent {
        set,
        code: code.to_owned(),
        note: "",
    })?;
    let mut facts = Facts::default();
    facts
        .add("meaning", &*entry.long)
        .add("short", &*entry.short);
    let holds = if entry.validity.holds_on(day) {
        format!("in use on {day}")
    } else {
        format!("not in use on {day}")
    };
    facts
        .add("on the day", holds)
        .add("days", days(entry.validity));
    Ok(facts)
}

fn limit(table: &MueTable, code: &str, day: NaiveDate) -> Facts {
    let mut facts = Facts::default();
    let Some(mue) = table.get(code, day) else {
        facts.add(
            "limit",
            "none is published, which does not say that there is none",
        );
        return facts;
    };
    let counted = match mue.adjudication {
        MueAdjudication::Line => "each line alone",
        MueAdjudication::DayByPolicy => "all lines of the day; absolute, by policy",
        MueAdjudication::DayClinical => "all lines of the day; more may be paid on appeal",
    };
    facts
        .add("limit", mue.units.to_string())
        .add("counted over", counted)
        .add("rationale", &*mue.rationale)
        .add("days", days(mue.validity));
    facts
}

fn add_on(table: &AddOnTable, code: &str, day: NaiveDate) -> Facts {
    let mut facts = Facts::default();
    let Some(bond) = table.get(code, day) else {
        facts.add("add-on", format!("it is no add-on code on {day}"));
        return facts;
    };
    let kind = match bond.kind {
        AddOnType::Listed => "1: only beside one of the codes listed",
        AddOnType::Contractor => "2: the contractor names the codes",
        AddOnType::ListedAndContractor => {
            "3: beside one listed, or another that the contractor accepts"
        }
    };
    facts
        .add("add-on", kind)
        .add("primary codes", bond.primaries.join(", "));
    facts
}
