//! Billing provider, subscriber with payer, and dependent patient: loops
//! 2000A, 2000B and 2000C with their names.

use scrubjay_model::{ClaimKind, Coverage, CoverageOrder, Name, Person, Provider, Relationship};
use scrubjay_x12::{Loop, SegmentBuf};

use super::{relationship, relationship_code};
use crate::draft::{Draft, DraftLoop, Slot, assumed, owned};
use crate::party::{
    Entity, ProviderPart, draft_name, draft_person, draft_provider, draft_taxonomy, read_name,
    read_person, read_provider, read_taxonomy, with_id,
};
use crate::value::{d8, day, text};

/// How X12 says a relationship that the model does not know closely.
const OTHER_RELATIONSHIP: &str = "G8";
/// A filing indicator for a coverage that says none: mutually defined.
const OTHER_FILING: &str = "ZZ";

fn hl(level: &'static str) -> Draft {
    Draft::new("HL").owned(3, level)
}

pub(super) fn read_billing(level: &Loop) -> Provider {
    let named = level.child("2010AA");
    let mut provider = named.map(read_provider).unwrap_or_default();
    provider.taxonomy = read_taxonomy(level);
    provider.tax_id = named
        .and_then(tax_reference)
        .and_then(|reference| text(reference.element(2)));
    provider
}

/// The first REF that is a tax id: EI of an employer, SY of a person.
fn tax_reference(within: &Loop) -> Option<&SegmentBuf> {
    within
        .segments_with("REF")
        .find(|reference| matches!(reference.element(1), "EI" | "SY"))
}

pub(super) fn draft_billing(provider: &Provider) -> DraftLoop {
    let mut level = DraftLoop::new("2000A");
    level.segments.push(hl("20"));
    level.segments.extend(draft_taxonomy("BI", provider));
    let mut named = draft_provider("2010AA", "85", ProviderPart::Address, provider);
    if let Some(tax_id) = &provider.tax_id {
        named.segments.push(
            Draft::new("REF")
                .told_apart_by(1, ["EI", "SY"])
                .assumed(1, "EI")
                .owned(2, tax_id.as_str()),
        );
    }
    level.loops.push(named);
    level
}

/// SBR and the names of subscriber and payer.
pub(super) fn read_coverage(
    sbr: Option<&SegmentBuf>,
    holder: Option<&Loop>,
    payer: Option<&Loop>,
) -> Coverage {
    let sbr = |element| sbr.map_or("", |sbr| sbr.element(element));
    let name = |named: Option<&Loop>| named.and_then(|named| named.segment("NM1")).cloned();
    let (holder, payer) = (name(holder), name(payer));
    let id = |nm1: &Option<SegmentBuf>| nm1.as_ref().map(|nm1| nm1.element(9).trim().to_owned());
    Coverage {
        order: CoverageOrder::from_x12(sbr(1)),
        payer: id(&payer).and_then(|id| id.parse().ok()),
        payer_name: payer.as_ref().map(read_name).unwrap_or_else(Name::default),
        member: id(&holder).and_then(|id| id.parse().ok()),
        subscriber: None,
        relationship: relationship(sbr(2)),
        group_number: text(sbr(3)),
        plan_name: text(sbr(4)),
        msp_type: text(sbr(5)),
        filing_indicator: text(sbr(9)),
        paid: None,
    }
}

/// SBR; `relation` is SBR02.
pub(super) fn draft_sbr(coverage: &Coverage, relation: Slot) -> Draft {
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    let order = coverage.order.as_x12();
    Draft::new("SBR")
        .slot(
            1,
            match coverage.order {
                // One of A to H, or unknown: the code that came says which.
                CoverageOrder::Later => assumed(order),
                _ => owned(order),
            },
        )
        .slot(2, relation)
        .owned(3, part(&coverage.group_number))
        .owned(4, part(&coverage.plan_name))
        .owned(5, part(&coverage.msp_type))
        .slot(
            9,
            match &coverage.filing_indicator {
                Some(code) => owned(code.as_str()),
                None => assumed(OTHER_FILING),
            },
        )
}

pub(super) fn draft_payer(id: &'static str, coverage: &Coverage) -> DraftLoop {
    let mut payer = DraftLoop::new(id);
    let nm1 = draft_name("PR", Entity::ByName, &coverage.payer_name);
    let number = coverage.payer.as_ref().map(|id| id.as_str());
    payer.segments.push(with_id(nm1, "PI", number));
    payer
}

fn read_level(level: &Loop) -> Coverage {
    read_coverage(
        level.segment("SBR"),
        level.child("2010BA"),
        level.child("2010BB"),
    )
}

/// The coverage of a patient who is the subscriber, and the patient.
pub(super) fn read_own(kind: ClaimKind, level: &Loop) -> (Coverage, Person) {
    let mut coverage = read_level(level);
    coverage.relationship = Relationship::Own;
    let mut patient = level.child("2010BA").map(read_person).unwrap_or_default();
    patient.died = read_death(kind, level);
    (coverage, patient)
}

/// The coverage of a patient who depends on the subscriber.
pub(super) fn read_insured(level: &Loop, relationship: Relationship) -> Coverage {
    let mut coverage = read_level(level);
    coverage.relationship = relationship;
    coverage.subscriber = Some(level.child("2010BA").map(read_person).unwrap_or_default());
    coverage
}

/// PAT06, which only the professional guide has.
fn read_death(kind: ClaimKind, level: &Loop) -> Option<chrono::NaiveDate> {
    let pat = level.segment("PAT")?;
    let told = kind == ClaimKind::Professional && pat.element(5) == "D8";
    told.then(|| day(pat.element(6)))?
}

/// 2000B. A dependent's subscriber is named by the coverage.
pub(super) fn draft_subscriber(
    kind: ClaimKind,
    coverage: &Coverage,
    patient: &Person,
) -> DraftLoop {
    let own = coverage.relationship == Relationship::Own;
    let mut level = DraftLoop::new("2000B");
    level.segments.push(hl("22"));
    let relation = if own { assumed("18") } else { Slot::Free };
    level.segments.push(draft_sbr(coverage, relation));
    if let (true, ClaimKind::Professional, Some(died)) = (own, kind, patient.died) {
        let pat = Draft::new("PAT").owned(5, "D8").owned(6, d8(died));
        level.segments.push(pat);
    }
    let holder = if own {
        Some(patient)
    } else {
        coverage.subscriber.as_ref()
    };
    if let Some(person) = holder {
        let member = coverage.member.as_ref().or(person.member.as_ref());
        let member = member.map(|member| member.as_str());
        level
            .loops
            .push(draft_person("2010BA", "IL", person, member));
    }
    level.loops.push(draft_payer("2010BB", coverage));
    level
}

/// The patient of a 2000C and the relationship to the subscriber. One who
/// stands below a subscriber is a dependent, whatever PAT01 says.
pub(super) fn read_patient(kind: ClaimKind, level: &Loop) -> (Person, Relationship) {
    let mut patient = level.child("2010CA").map(read_person).unwrap_or_default();
    patient.died = read_death(kind, level);
    let stated = level.segment("PAT").map_or("", |pat| pat.element(1));
    let relationship = match relationship(stated) {
        Relationship::Own => Relationship::Other,
        stated => stated,
    };
    (patient, relationship)
}

pub(super) fn draft_patient(
    kind: ClaimKind,
    patient: &Person,
    relationship: Relationship,
) -> DraftLoop {
    let mut level = DraftLoop::new("2000C");
    level.segments.push(hl("23"));
    let pat = Draft::new("PAT").slot(1, relation(relationship));
    level.segments.push(match patient.died {
        Some(died) if kind == ClaimKind::Professional => pat.owned(5, "D8").owned(6, d8(died)),
        _ => pat,
    });
    let member = patient.member.as_ref().map(|member| member.as_str());
    level
        .loops
        .push(draft_person("2010CA", "QC", patient, member));
    level
}

/// PAT01 or SBR02.
pub(super) fn relation(relationship: Relationship) -> Slot {
    relationship_code(relationship).map_or(assumed(OTHER_RELATIONSHIP), owned)
}
