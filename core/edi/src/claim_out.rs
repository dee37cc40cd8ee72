//! Claims into an 837.

use chrono::{DateTime, Utc};
use scrubjay_model::{
    AsSent, Claim, ClaimId, ClaimKind, Coverage, Diagnosis, PriorPayment, Relationship, ServiceLine,
};
use scrubjay_x12::{
    ControlNumbers, Envelope, Guide, Loop, SegmentBuf, SetToWrite, WriteError, guide_for, write,
};

use crate::carry::{ClaimLoops, restore};
use crate::values::{
    complete_nm1, d8, write_address, write_adjustments, write_dtp, write_nm1, write_person,
    write_provider, write_reference,
};

/// Claims in one transaction set at most, as payers' guides ask for (005010X222A1, 1.4).
const CLAIMS_A_SET: usize = 5000;

/// One end of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// ISA05 or ISA07.
    pub qualifier: String,
    /// ISA06 or ISA08, GS02 or GS03, NM109 in loop 1000.
    pub id: String,
    /// Name in loop 1000.
    pub name: String,
}

/// Claims of one kind that leave together.
#[derive(Debug, Clone)]
pub struct ClaimBatch<'a> {
    /// Claims, all of one kind.
    pub claims: &'a [&'a Claim],
    /// Who sends.
    pub submitter: Party,
    /// Whom the receiver calls.
    pub contact_name: String,
    /// Ten digits.
    pub contact_phone: String,
    /// Who receives.
    pub receiver: Party,
    /// ISA15: T or P.
    pub usage: &'static str,
    /// When it is sent.
    pub at: DateTime<Utc>,
}

/// A file of claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenClaims {
    /// The file.
    pub bytes: Vec<u8>,
    /// ISA13.
    pub interchange: u32,
    /// GS06.
    pub group: u32,
    /// Each ST02 with its claims.
    pub sets: Vec<(u32, Vec<ClaimId>)>,
}

fn guide(kind: ClaimKind) -> &'static Guide {
    let version = match kind {
        ClaimKind::Professional => "005010X222A1",
        ClaimKind::Institutional => "005010X223A2",
        ClaimKind::Dental => "005010X224A2",
    };
    guide_for(version, "837").expect("the guides of the three 837 are part of the crate")
}

/// The loop id of that name, as the guides hold it.
pub(crate) fn loop_id(id: &str) -> &'static str {
    [
        ClaimKind::Professional,
        ClaimKind::Institutional,
        ClaimKind::Dental,
    ]
    .into_iter()
    .find_map(|kind| guide(kind).loop_id(id))
    .unwrap_or("2300")
}

/// Writes claims of one kind as one interchange.
///
/// # Errors
/// Where there is no claim, or a value cannot be written as X12.
pub fn write_claims(
    batch: &ClaimBatch<'_>,
    numbers: &mut dyn ControlNumbers,
) -> Result<WrittenClaims, WriteError> {
    let Some(kind) = batch.claims.first().map(|claim| claim.kind) else {
        return Err(WriteError::Nothing);
    };
    let envelope = Envelope {
        sender: (
            batch.submitter.qualifier.clone(),
            batch.submitter.id.clone(),
        ),
        receiver: (batch.receiver.qualifier.clone(), batch.receiver.id.clone()),
        usage: batch.usage,
        date: batch.at.format("%Y%m%d").to_string(),
        time: batch.at.format("%H%M").to_string(),
    };
    let chunks: Vec<&[&Claim]> = batch.claims.chunks(CLAIMS_A_SET).collect();
    let sets = chunks
        .iter()
        .zip(1usize..)
        .map(|(claims, number)| SetToWrite {
            guide: guide(kind),
            root: set(batch, &envelope, claims, number),
        })
        .collect();
    let written = write(&envelope, sets, numbers)?;
    let ids = chunks
        .iter()
        .map(|claims| claims.iter().map(|claim| claim.id.clone()).collect());
    Ok(WrittenClaims {
        sets: written.sets.into_iter().zip(ids).collect(),
        bytes: written.bytes,
        interchange: written.interchange,
        group: written.group,
    })
}

fn set(batch: &ClaimBatch<'_>, envelope: &Envelope, claims: &[&Claim], number: usize) -> Loop {
    let mut root = Loop::new("ST");
    let reference = format!("{}{number:04}", batch.at.format("%Y%m%d%H%M%S"));
    root.segments.push(SegmentBuf::new("BHT").with_elements([
        "0019",
        "00",
        &reference,
        &envelope.date,
        &envelope.time,
        "CH",
    ]));
    let mut submitter = Loop::new("1000A");
    let party = |entity: &str, party: &Party| {
        let mut nm1 = write_nm1(
            entity,
            &scrubjay_model::Name::organization(&party.name),
            Some(&party.id),
        );
        complete_nm1(&mut nm1);
        nm1
    };
    submitter.segments.push(party("41", &batch.submitter));
    submitter
        .segments
        .push(SegmentBuf::new("PER").with_elements([
            "IC",
            &batch.contact_name,
            "TE",
            &batch.contact_phone,
        ]));
    let mut receiver = Loop::new("1000B");
    receiver.segments.push(party("40", &batch.receiver));
    root.loops.extend([submitter, receiver]);
    for claim in claims {
        add(&mut root, whole_loops(claim));
    }
    root
}

/// Adds a claim under the billing provider, subscriber and patient of the claim
/// before it, where they are the same to the letter.
fn add(root: &mut Loop, loops: ClaimLoops) {
    let ClaimLoops {
        billing,
        subscriber,
        patient,
        claim,
    } = loops;
    let billing = open_level(root, billing);
    let subscriber = open_level(billing, subscriber);
    match patient {
        Some(patient) => open_level(subscriber, patient).loops.push(claim),
        None => subscriber.loops.push(claim),
    }
}

fn open_level(within: &mut Loop, level: Loop) -> &mut Loop {
    let same = within.loops.last().is_some_and(|last| {
        last.id == level.id
            && last.segments == level.segments
            && last
                .loops
                .iter()
                .filter(|inner| inner.id.starts_with("2010"))
                .eq(level.loops.iter())
    });
    if !same {
        within.loops.push(level);
    }
    let last = within.loops.len() - 1;
    &mut within.loops[last]
}

/// The claim's loops with what was carried, and defaults where nothing came.
fn whole_loops(claim: &Claim) -> ClaimLoops {
    let mut loops = claim_loops(claim);
    restore(&claim.carried, &mut loops);
    fill_defaults(claim, &mut loops);
    loops
}

fn default_to(segment: &mut SegmentBuf, element: usize, value: &str) {
    if segment.element(element).is_empty() {
        segment.set(element, value);
    }
}

/// What a claim must say and the model does not: assignment and release flags
/// of a claim that was not read from X12, and the relationship of others.
fn fill_defaults(claim: &Claim, loops: &mut ClaimLoops) {
    complete_names(&mut loops.billing);
    complete_names(&mut loops.subscriber);
    loops.patient.iter_mut().for_each(complete_names);
    complete_names(&mut loops.claim);
    let institutional = claim.kind == ClaimKind::Institutional;
    for segment in loops
        .claim
        .segments
        .iter_mut()
        .filter(|segment| segment.id == "CLM")
    {
        if !institutional {
            default_to(segment, 6, "Y");
        }
        default_to(segment, 7, "A");
        default_to(segment, 8, "Y");
        default_to(segment, 9, "Y");
    }
    if institutional {
        let has_codes = loops
            .claim
            .segments
            .iter()
            .any(|segment| segment.id == "CL1");
        if !has_codes {
            loops
                .claim
                .segments
                .push(SegmentBuf::new("CL1").with_elements(["9", "", "01"]));
        }
    }
    if let Some(patient) = &mut loops.patient {
        for pat in patient
            .segments
            .iter_mut()
            .filter(|segment| segment.id == "PAT")
        {
            default_to(pat, 1, "G8");
        }
    }
    for other in loops
        .claim
        .loops
        .iter_mut()
        .filter(|inner| inner.id == "2320")
    {
        for sbr in other
            .segments
            .iter_mut()
            .filter(|segment| segment.id == "SBR")
        {
            default_to(sbr, 2, "G8");
        }
        if !other.segments.iter().any(|segment| segment.id == "OI") {
            other
                .segments
                .push(SegmentBuf::new("OI").with_elements(["", "", "Y", "", "", "Y"]));
        }
    }
}

fn complete_names(within: &mut Loop) {
    within
        .segments
        .iter_mut()
        .filter(|segment| segment.id == "NM1")
        .for_each(complete_nm1);
    within.loops.iter_mut().for_each(complete_names);
}

fn hl(level: &str) -> SegmentBuf {
    SegmentBuf::new("HL").with_elements(["", "", level])
}

/// The claim's loops from the model alone.
pub(crate) fn claim_loops(claim: &Claim) -> ClaimLoops {
    let mut billing = Loop::new("2000A");
    billing.segments.push(hl("20"));
    if let Some(taxonomy) = &claim.billing.taxonomy {
        billing
            .segments
            .push(SegmentBuf::new("PRV").with_elements(["BI", "PXC", taxonomy]));
    }
    let mut provider = write_provider("2010AA", "85", None, &claim.billing);
    provider
        .segments
        .extend(write_reference("EI", claim.billing.tax_id.as_deref()));
    billing.loops.push(provider);
    let (subscriber, patient) = levels(claim);
    ClaimLoops {
        billing,
        subscriber,
        patient,
        claim: claim_loop(claim),
    }
}

/// 2000B, and 2000C where the patient is not the subscriber.
fn levels(claim: &Claim) -> (Loop, Option<Loop>) {
    let mut level = Loop::new("2000B");
    level.segments.push(hl("22"));
    let mut holder = Loop::new("2010BA");
    let mut payer = Loop::new("2010BB");
    let mut dependent = None;
    if let Some(coverage) = claim.destination() {
        let own = coverage.relationship == Relationship::Own;
        level
            .segments
            .push(sbr(coverage, if own { "18" } else { "" }));
        let member = coverage.member.as_ref().map(|member| member.as_str());
        let person = if own {
            Some(&claim.patient)
        } else {
            coverage.subscriber.as_ref()
        };
        if let Some(person) = person {
            write_person("IL", person, member, &mut holder);
        }
        payer.segments.push(payer_name(coverage));
        if !own {
            let mut patient = Loop::new("2000C");
            patient.segments.push(hl("23"));
            let relationship = relationship_code(coverage.relationship);
            patient
                .segments
                .push(SegmentBuf::new("PAT").with_elements([relationship]));
            let mut named = Loop::new("2010CA");
            write_person("QC", &claim.patient, None, &mut named);
            patient.loops.push(named);
            dependent = Some(patient);
        }
    }
    level.loops.extend([holder, payer]);
    (level, dependent)
}

/// PAT01 or SBR02; empty where the model does not know it more closely.
const fn relationship_code(relationship: Relationship) -> &'static str {
    match relationship {
        Relationship::Own => "18",
        Relationship::Spouse => "01",
        Relationship::Child => "19",
        Relationship::Other => "",
    }
}

fn sbr(coverage: &Coverage, relationship: &str) -> SegmentBuf {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    SegmentBuf::new("SBR").with_elements([
        coverage.order.as_x12().to_owned(),
        relationship.to_owned(),
        text(&coverage.group_number),
        text(&coverage.plan_name),
        text(&coverage.msp_type),
        String::new(),
        String::new(),
        String::new(),
        text(&coverage.filing_indicator),
    ])
}

fn payer_name(coverage: &Coverage) -> SegmentBuf {
    let id = coverage.payer.as_ref().map(|id| id.as_str());
    write_nm1("PR", &coverage.payer_name, id)
}

fn claim_loop(claim: &Claim) -> Loop {
    let mut within = Loop::new("2300");
    let place = match &claim.institutional {
        Some(details) => [details.facility_type.clone(), "A".to_owned()],
        None => [
            claim.place.as_ref().map(AsSent::text).unwrap_or_default(),
            "B".to_owned(),
        ],
    };
    let mut clm = SegmentBuf::new("CLM").with_elements([
        claim.id.as_str().to_owned(),
        claim.charge.to_x12(),
        String::new(),
        String::new(),
    ]);
    clm.push_components([
        place[0].as_str(),
        place[1].as_str(),
        claim.frequency.as_str(),
    ]);
    within.segments.push(clm);
    if let Some(details) = &claim.institutional
        && let Some(from) = details.from
    {
        within
            .segments
            .push(write_dtp("434", from, Some(details.to.unwrap_or(from))));
    }
    within
        .segments
        .extend(claim.accident.map(|day| write_dtp("439", day, None)));
    if let Some(paid) = claim.patient_paid {
        within
            .segments
            .push(SegmentBuf::new("AMT").with_elements(["F5".to_owned(), paid.to_x12()]));
    }
    let references = [
        ("G1", claim.authorization.as_deref()),
        ("9F", claim.referral.as_deref()),
        (
            "F8",
            claim.payer_control.as_ref().map(|control| control.as_str()),
        ),
        ("X4", claim.clia.as_deref()),
    ];
    within.segments.extend(
        references
            .into_iter()
            .filter_map(|(qualifier, value)| write_reference(qualifier, value)),
    );
    within.segments.extend(diagnoses(claim));
    if let Some(details) = &claim.institutional {
        for chunk in details.value_codes.chunks(12) {
            let mut hi = SegmentBuf::new("HI");
            for (code, amount) in chunk {
                hi.push_components(["BE", code, "", "", &amount.to_x12()]);
            }
            within.segments.push(hi);
        }
    }
    within.loops.extend(providers(claim));
    for coverage in claim.coverages.iter().skip(1) {
        within.loops.push(other_coverage(coverage));
    }
    for line in &claim.lines {
        within.loops.push(service_line(claim.kind, line));
    }
    within
}

/// Professional and dental claims list all diagnoses in one HI; institutional
/// ones have a HI for each kind of diagnosis.
fn diagnoses(claim: &Claim) -> Vec<SegmentBuf> {
    let mut written: Vec<(String, SegmentBuf)> = Vec::new();
    for Diagnosis {
        qualifier,
        code,
        present_on_admission,
    } in &claim.diagnoses
    {
        let together = if claim.kind == ClaimKind::Institutional || qualifier == "ABN" {
            qualifier.as_str()
        } else {
            ""
        };
        let open = written
            .iter_mut()
            .rev()
            .find(|(kind, hi)| kind == together && hi.len() < 12);
        let code = code.text();
        let mut components = vec![qualifier.as_str(), code.as_str()];
        if let Some(present) = present_on_admission {
            components.extend(["", "", "", "", "", "", present.as_str()]);
        }
        match open {
            Some((_, hi)) => hi.push_components(components),
            None => {
                let mut hi = SegmentBuf::new("HI");
                hi.push_components(components);
                written.push((together.to_owned(), hi));
            }
        }
    }
    written.into_iter().map(|(_, hi)| hi).collect()
}

fn providers(claim: &Claim) -> Vec<Loop> {
    let (rendering, facility, referring) = match claim.kind {
        ClaimKind::Institutional => ("2310D", "2310E", "2310F"),
        _ => ("2310B", "2310C", "2310A"),
    };
    let rendering_role = (claim.kind != ClaimKind::Institutional).then_some("PE");
    let mut loops = Vec::new();
    let attending = claim
        .institutional
        .as_ref()
        .and_then(|details| details.attending.as_ref());
    loops.extend(attending.map(|provider| write_provider("2310A", "71", Some("AT"), provider)));
    loops.extend(
        claim
            .referring
            .as_ref()
            .map(|provider| write_provider(referring, "DN", None, provider)),
    );
    loops.extend(
        claim
            .rendering
            .as_ref()
            .map(|provider| write_provider(rendering, "82", rendering_role, provider)),
    );
    loops.extend(
        claim
            .facility
            .as_ref()
            .map(|provider| write_provider(facility, "77", None, provider)),
    );
    loops
}

fn other_coverage(coverage: &Coverage) -> Loop {
    let mut within = Loop::new("2320");
    within
        .segments
        .push(sbr(coverage, relationship_code(coverage.relationship)));
    let mut payer = Loop::new("2330B");
    payer.segments.push(payer_name(coverage));
    if let Some(PriorPayment {
        paid,
        adjustments,
        decided,
        patient_owes,
        remarks,
        ..
    }) = &coverage.paid
    {
        within.segments.extend(write_adjustments(adjustments));
        within
            .segments
            .push(SegmentBuf::new("AMT").with_elements(["D".to_owned(), paid.to_x12()]));
        if let Some(owes) = patient_owes {
            within
                .segments
                .push(SegmentBuf::new("AMT").with_elements(["EAF".to_owned(), owes.to_x12()]));
        }
        payer
            .segments
            .extend(decided.map(|day| write_dtp("573", day, None)));
        if !remarks.is_empty() {
            let mut moa = SegmentBuf::new("MOA").with_elements(["", ""]);
            remarks
                .iter()
                .take(5)
                .for_each(|code| moa.push(code.text()));
            within.segments.push(moa);
        }
    }
    let mut holder = Loop::new("2330A");
    let member = coverage.member.as_ref().map(|member| member.as_str());
    if let Some(person) = &coverage.subscriber {
        holder.segments.push(write_nm1("IL", &person.name, member));
        write_address(person.address.as_ref(), &mut holder);
    }
    within.loops.extend([holder, payer]);
    within.loops.retain(|inner| !inner.segments.is_empty());
    within
}

fn procedure(line: &ServiceLine) -> Vec<String> {
    let mut components = Vec::new();
    if let Some(procedure) = &line.procedure {
        components.push(line.qualifier.clone());
        components.push(procedure.text());
        components.extend(line.modifiers.iter().map(AsSent::text));
    }
    components
}

fn service_line(kind: ClaimKind, line: &ServiceLine) -> Loop {
    let mut within = Loop::new("2400");
    within
        .segments
        .push(SegmentBuf::new("LX").with_elements([line.number.to_string()]));
    let units = line.units.normalize().to_string();
    let charge = line.charge.to_x12();
    let mut sv;
    match kind {
        ClaimKind::Professional => {
            sv = SegmentBuf::new("SV1");
            sv.push_components(procedure(line));
            for element in [
                charge,
                line.unit.clone(),
                units,
                line.place.as_ref().map(AsSent::text).unwrap_or_default(),
            ] {
                sv.push(element);
            }
            sv.push("");
            sv.push_components(line.pointers.iter().map(u8::to_string));
        }
        ClaimKind::Institutional => {
            sv = SegmentBuf::new("SV2")
                .with_elements([line.revenue_code.clone().unwrap_or_default()]);
            sv.push_components(procedure(line));
            for element in [charge, line.unit.clone(), units] {
                sv.push(element);
            }
        }
        ClaimKind::Dental => {
            sv = SegmentBuf::new("SV3");
            sv.push_components(procedure(line));
            for element in [charge, String::new(), String::new(), String::new(), units] {
                sv.push(element);
            }
        }
    }
    within.segments.push(sv);
    if let Some(from) = line.from {
        within
            .segments
            .push(write_dtp("472", from, line.to.filter(|to| *to != from)));
    }
    within
        .segments
        .extend(write_reference("6R", line.control.as_deref()));
    within
        .segments
        .extend(write_reference("G1", line.authorization.as_deref()));
    if let Some(ndc) = &line.ndc {
        let mut drug = Loop::new("2410");
        drug.segments
            .push(SegmentBuf::new("LIN").with_elements(["", "N4", ndc]));
        within.loops.push(drug);
    }
    if let Some(provider) = &line.rendering {
        let (id, role) = match kind {
            ClaimKind::Institutional => ("2420C", None),
            _ => ("2420A", Some("PE")),
        };
        within.loops.push(write_provider(id, "82", role, provider));
    }
    for prior in &line.prior {
        within.loops.push(prior_decision(line, prior));
    }
    within
}

fn prior_decision(line: &ServiceLine, prior: &PriorPayment) -> Loop {
    let mut within = Loop::new("2430");
    let mut svd = SegmentBuf::new("SVD")
        .with_elements([prior.payer.clone().unwrap_or_default(), prior.paid.to_x12()]);
    svd.push_components(procedure(line));
    svd.push("");
    svd.push(line.units.normalize().to_string());
    within.segments.push(svd);
    within
        .segments
        .extend(write_adjustments(&prior.adjustments));
    if let Some(decided) = prior.decided {
        within
            .segments
            .push(SegmentBuf::new("DTP").with_elements(["573", "D8", &d8(decided)]));
    }
    if let Some(owes) = prior.patient_owes {
        within
            .segments
            .push(SegmentBuf::new("AMT").with_elements(["EAF".to_owned(), owes.to_x12()]));
    }
    within
}
