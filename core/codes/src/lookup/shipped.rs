//! What is known of codes whose sets ship.

use chrono::NaiveDate;
use scrubjay_model::{AsSent, GroupCode};

use super::{Facts, Found, LookupError, LookupSet, days};
use crate::reason::files as reason_files;
use crate::{
    AppealRights, CodeTables, Icd10Code, Icd10Standing, Icd10Table, NotDenialKind, PlaceRate,
    ReasonClass, StatusStage, Validity, carc, carcs, claim_filing_indicator, claim_status_category,
    classify, group_meaning, lists, place_of_service, rarc, rarcs, shipped_icd10,
};

/// A set that ships.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippedSet {
    /// Which.
    pub set: LookupSet,
    /// What it is, for people.
    pub title: &'static str,
    /// The versions with their days; one without days where it has none.
    pub versions: Vec<(Validity, usize)>,
    /// Bytes in the program.
    pub size: usize,
    /// Where it comes from.
    pub source: &'static str,
}

/// The sets that ship, with their versions, sizes and sources.
#[must_use]
pub fn shipped_sets() -> Vec<ShippedSet> {
    let one = |set, title, rows, size, source| ShippedSet {
        set,
        title,
        versions: vec![(Validity::default(), rows)],
        size,
        source,
    };
    let [carc_file, rarc_file] = reason_files();
    let [places, categories, indicators] = lists::files();
    let rows = |file: &str| file.lines().count().saturating_sub(1);
    let releases = shipped_icd10().iter();
    vec![
        ShippedSet {
            set: LookupSet::Icd10,
            title: "ICD-10-CM diagnosis codes",
            versions: releases.map(|(days, table)| (days, table.len())).collect(),
            size: crate::icd10::shipped_size(),
            source: ICD10_SOURCE,
        },
        one(
            LookupSet::PlaceOfService,
            "places of service",
            rows(places),
            places.len(),
            POS_SOURCE,
        ),
        one(
            LookupSet::Carc,
            "claim adjustment reason codes",
            carcs().count(),
            carc_file.len(),
            CARC_SOURCE,
        ),
        one(
            LookupSet::Rarc,
            "remark codes that decide what a denial is",
            rarcs().count(),
            rarc_file.len(),
            RARC_SOURCE,
        ),
        one(
            LookupSet::Group,
            "adjustment group codes",
            GROUPS.len(),
            0,
            GROUP_SOURCE,
        ),
        one(
            LookupSet::ClaimStatus,
            "claim status categories",
            rows(categories),
            categories.len(),
            STATUS_SOURCE,
        ),
        one(
            LookupSet::FilingIndicator,
            "claim filing indicators",
            rows(indicators),
            indicators.len(),
            INDICATOR_SOURCE,
        ),
    ]
}

const ICD10_SOURCE: &str = "NCHS and CMS, public domain; April 2025 and April 2026";
const POS_SOURCE: &str = "CMS, public domain";
const CARC_SOURCE: &str = "codes of X12's list 139; the words are ours";
const RARC_SOURCE: &str = "codes of X12's list 411; the words are ours; not the whole list";
const GROUP_SOURCE: &str = "codes of CAS01; the words are ours";
const STATUS_SOURCE: &str = "codes of X12's list 507; the words are ours";
const INDICATOR_SOURCE: &str = "codes of the 5010 guides; the words are ours";

const GROUPS: [GroupCode; 5] = [
    GroupCode::Contractual,
    GroupCode::PatientResponsibility,
    GroupCode::Other,
    GroupCode::PayerInitiated,
    GroupCode::Correction,
];

pub(super) fn look_up(set: LookupSet, code: &str, day: NaiveDate) -> Result<Found, LookupError> {
    let found = match set {
        LookupSet::PlaceOfService => place(code, day),
        LookupSet::Carc => reason(code, day),
        LookupSet::Rarc => remark(code, day),
        LookupSet::Group => group(code),
        LookupSet::ClaimStatus => status(code, day),
        LookupSet::FilingIndicator => indicator(code),
        LookupSet::Icd10 | LookupSet::Imported(_) => None,
    };
    found.ok_or_else(|| LookupError::Absent {
        set: set.as_str(),
        code: code.to_owned(),
        note: match set {
            LookupSet::Rarc => "; it holds the remarks that decide what a denial is, and X12's list has a thousand others",
            LookupSet::Carc => "; a newer one may be on X12's list: add it to a rule of the hook `denial`",
            _ => "",
        },
    })
}

/// Whether a code may be used on the day, and on which days.
fn validity(facts: &mut Facts, validity: Validity, day: NaiveDate) {
    let holds = if validity.holds_on(day) {
        format!("in use on {day}")
    } else {
        format!("not in use on {day}")
    };
    facts.add("on the day", holds).add("days", days(validity));
}

fn place(code: &str, day: NaiveDate) -> Option<Found> {
    let place = place_of_service(code)?;
    let mut facts = Facts::default();
    facts.add("name", place.name);
    let rate = match place.medicare_rate {
        Some(PlaceRate::Facility) => "facility",
        Some(PlaceRate::NonFacility) => "non-facility",
        None => "the physician fee schedule does not pay there",
    };
    facts.add("Medicare's rate", rate);
    validity(&mut facts, place.validity, day);
    Some(facts.found(code, POS_SOURCE))
}

fn reason(code: &str, day: NaiveDate) -> Option<Found> {
    let info = carc(code)?;
    let mut facts = Facts::default();
    facts.add("meaning", info.meaning);
    if let Some(category) = info.category {
        facts.add("category", category.as_str());
    }
    let by_group = [
        ("with CO", GroupCode::Contractual),
        ("with PR", GroupCode::PatientResponsibility),
        ("with OA", GroupCode::Other),
        ("with PI", GroupCode::PayerInitiated),
    ]
    .map(|(name, group)| {
        let class = classify(&AsSent::Sound(group), &AsSent::read(code), &[], day);
        (name, told(&class))
    });
    let [(_, first), ..] = &by_group;
    if by_group.iter().all(|(_, told)| told == first) {
        facts.add("what it is", first);
    } else {
        for (name, told) in by_group {
            facts.add(name, told);
        }
    }
    validity(&mut facts, info.validity, day);
    Some(facts.found(code, CARC_SOURCE))
}

/// What an adjustment is, in a line.
fn told(class: &ReasonClass) -> String {
    match class {
        ReasonClass::Denial(denial) => format!(
            "denied: {}; {} ({}, {} days)",
            denial.category.as_str(),
            denial.action,
            denial.owner,
            denial.days
        ),
        ReasonClass::NotDenial(kind) => not_denial(*kind).to_owned(),
        ReasonClass::Retired { stopped, .. } => format!("retired on {stopped}: a person looks"),
        ReasonClass::Unknown => "not known: a person looks".to_owned(),
    }
}

const fn not_denial(kind: NotDenialKind) -> &'static str {
    match kind {
        NotDenialKind::PatientShare => "the patient's share",
        NotDenialKind::Contractual => "written off under the contract",
        NotDenialKind::PriorPayer => "what an earlier payer paid and adjusted",
        NotDenialKind::OtherAdjustment => "another adjustment, with an account of its own",
        NotDenialKind::Interest => "interest",
        NotDenialKind::Informational => "tells something and moves no money",
        NotDenialKind::Pending => "not decided yet",
        NotDenialKind::NeedsReview(why) => why.as_str(),
    }
}

fn remark(code: &str, day: NaiveDate) -> Option<Found> {
    let info = rarc(code)?;
    let mut facts = Facts::default();
    facts.add("meaning", info.meaning);
    if let Some(category) = info.category {
        facts.add("category", category.as_str());
    }
    if info.appeal == AppealRights::None {
        facts.add("appeal", "none");
    }
    validity(&mut facts, info.validity, day);
    Some(facts.found(code, RARC_SOURCE))
}

fn group(code: &str) -> Option<Found> {
    let group = code.parse().ok()?;
    let mut facts = Facts::default();
    facts.add("meaning", group_meaning(group));
    Some(facts.found(code, GROUP_SOURCE))
}

fn status(code: &str, day: NaiveDate) -> Option<Found> {
    let category = claim_status_category(code)?;
    let stage = match category.stage {
        StatusStage::Received => "on its way: received, not accepted",
        StatusStage::Accepted => "accepted into adjudication",
        StatusStage::Rejected => "refused before adjudication",
        StatusStage::Unclear => "neither yes nor no",
        StatusStage::Pending => "being adjudicated",
        StatusStage::Finalized => "decided",
        StatusStage::Paid => "decided and paid",
        StatusStage::Denied => "decided and refused",
        StatusStage::Requested => "the payer wants something",
        StatusStage::RequestFailed => "the request itself failed",
        StatusStage::NotFound => "not found",
    };
    let mut facts = Facts::default();
    facts.add("meaning", category.meaning).add("stage", stage);
    validity(&mut facts, category.validity, day);
    Some(facts.found(code, STATUS_SOURCE))
}

fn indicator(code: &str) -> Option<Found> {
    let indicator = claim_filing_indicator(code)?;
    let mut facts = Facts::default();
    facts.add("meaning", indicator.meaning);
    let stands = match (indicator.in_claim, indicator.in_remittance) {
        (true, true) => "claims and remittances",
        (true, false) => "claims",
        (false, true) => "remittances",
        (false, false) => "neither claims nor remittances",
    };
    facts.add("stands in", stands);
    Some(facts.found(code, INDICATOR_SOURCE))
}

/// Longer codes under a heading that are named.
const NAMED: usize = 5;

pub(super) fn icd10(
    tables: &CodeTables,
    code: &str,
    with: Option<&str>,
    day: NaiveDate,
) -> Result<Found, LookupError> {
    let releases = tables.icd10();
    let set = LookupSet::Icd10.as_str();
    let absent = |code: &str| LookupError::Absent {
        set,
        code: code.to_owned(),
        note: " in any release at hand",
    };
    let found = releases.find(code).ok_or_else(|| absent(code))?;
    let plain = found.code();
    let mut facts = Facts::default();
    facts.add("meaning", found.description());
    let standing = match found.on(day) {
        Icd10Standing::Billable => format!("may be billed on {day}"),
        Icd10Standing::Header => format!("a heading on {day}: bill a longer code"),
        Icd10Standing::Absent => format!("not in the release of {day}"),
        Icd10Standing::NoRelease => {
            format!("no release at hand covers {day}: import that year's order file")
        }
    };
    facts.add("on the day", standing);
    for (validity, table) in releases.iter() {
        let standing = match table.standing(&plain) {
            Icd10Standing::Billable => "may be billed",
            Icd10Standing::Header => "a heading",
            Icd10Standing::Absent | Icd10Standing::NoRelease => "not in it",
        };
        facts.add("release", format!("{}: {standing}", days(validity)));
    }
    if let Some(table) = releases.table_on(day) {
        facts.add("longer codes", longer(table, &found, day));
    }
    if found.is_external_cause() {
        facts.add("first diagnosis", "never: an external cause");
    }
    if found.is_manifestation() {
        facts.add(
            "first diagnosis",
            "never: a manifestation, coded behind its disease",
        );
    }
    facts.add("Excludes1", releases.excludes1_of(&plain).join(", "));
    if let Some(other) = with {
        let other = releases.find(other).ok_or_else(|| absent(other))?.code();
        let together = if releases.excludes1(&plain, &other) {
            format!("an Excludes1 note keeps it apart from {}", pointed(&other))
        } else {
            format!("no Excludes1 note names it with {}", pointed(&other))
        };
        facts.add("together", together);
    }
    let mut imported = tables.versions().iter().filter(|version| {
        use crate::FileKind::{Icd10Order, Icd10Tabular};
        matches!(version.kind, Icd10Order | Icd10Tabular) && version.days.holds_on(day)
    });
    let source = imported
        .next_back()
        .map_or(ICD10_SOURCE.to_owned(), |version| {
            version.sources.join(", ")
        });
    Ok(facts.found(&pointed(&plain), source))
}

/// The first codes under a heading that may be billed.
fn longer(table: &Icd10Table, heading: &Icd10Code<'_>, day: NaiveDate) -> String {
    if heading.on(day) != Icd10Standing::Header {
        return String::new();
    }
    let prefix = heading.code();
    let below: Vec<String> = table
        .iter()
        .map(|entry| (entry.is_billable(), entry.code()))
        .filter(|(billable, code)| *billable && code.starts_with(&prefix))
        .map(|(_, code)| pointed(&code))
        .collect();
    let rest = below.len().saturating_sub(NAMED);
    let mut named = below.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
    if rest > 0 {
        named += &format!(" and {rest} more");
    }
    named
}

/// A diagnosis code as people write it.
fn pointed(code: &str) -> String {
    match code.split_at_checked(3) {
        Some((stem, rest)) if !rest.is_empty() => format!("{stem}.{rest}"),
        _ => code.to_owned(),
    }
}
