//! 837 into claims (005010X222A1, X223A2, X224A2).

use scrubjay_model::{
    AsSent, Claim, ClaimId, ClaimKind, Coverage, CoverageOrder, Diagnosis, Frequency,
    InstitutionalDetails, Name, PatientControlNumber, Person, PriorPayment, Relationship,
    ServiceLine,
};
use scrubjay_x12::{Guide, Loop, Position, SegmentBuf, TransactionSet};

use crate::ReadError;
use crate::carry::{ClaimLoops, carry};
use crate::values::{
    adjustments, at, dtp, loop_at, money, optional, optional_money, person, provider, quantity,
    reference,
};

/// A claim and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadClaim {
    /// The claim.
    pub claim: Claim,
    /// Where its CLM stands.
    pub position: Position,
}

/// Reads every claim of an 837. `name` gives each claim our id, from its CLM01.
///
/// One that cannot be read is an error in its place, and the others are read.
pub fn read_claims(
    set: &TransactionSet,
    name: &mut dyn FnMut(&str) -> ClaimId,
) -> Vec<Result<ReadClaim, ReadError>> {
    let kind = match set.guide.map(Guide::transaction) {
        Some("837P") => ClaimKind::Professional,
        Some("837I") => ClaimKind::Institutional,
        Some("837D") => ClaimKind::Dental,
        _ => {
            return vec![Err(ReadError::WrongTransaction {
                at: set.position(),
                expected: "an 837",
            })];
        }
    };
    let mut claims = Vec::new();
    for billing in set.root.children("2000A") {
        for subscriber in billing.children("2000B") {
            for claim in subscriber.children("2300") {
                let loops = ClaimLoops::of(billing, subscriber, None, claim);
                claims.push(read_claim(kind, &loops, name));
            }
            for patient in subscriber.children("2000C") {
                for claim in patient.children("2300") {
                    let loops = ClaimLoops::of(billing, subscriber, Some(patient), claim);
                    claims.push(read_claim(kind, &loops, name));
                }
            }
        }
    }
    claims
}

fn read_claim(
    kind: ClaimKind,
    loops: &ClaimLoops,
    name: &mut dyn FnMut(&str) -> ClaimId,
) -> Result<ReadClaim, ReadError> {
    let within = &loops.claim;
    let clm = within.segment("CLM").ok_or(ReadError::Missing {
        at: loop_at(within),
        loop_id: "2300",
        segment: "CLM",
    })?;
    let control: PatientControlNumber =
        clm.element(1)
            .trim()
            .parse()
            .map_err(|error| ReadError::Value {
                at: at(clm),
                segment: "CLM",
                element: 1,
                problem: format!("{error}"),
            })?;
    let charge = money(clm, "CLM", 2)?;
    let mut lines = Vec::new();
    for (line, number) in within.children("2400").zip(1..) {
        lines.push(read_line(kind, line, number)?);
    }
    let mut coverages = vec![destination(loops)];
    for other in within.children("2320") {
        coverages.push(other_coverage(other)?);
    }
    let patient = patient(loops);
    let role = |id| within.child(id).map(provider);
    let institutional = (kind == ClaimKind::Institutional)
        .then(|| institutional(clm, within))
        .transpose()?;
    let (rendering, facility, referring) = match kind {
        ClaimKind::Institutional => ("2310D", "2310E", "2310F"),
        _ => ("2310B", "2310C", "2310A"),
    };
    let mut billing = loops
        .billing
        .child("2010AA")
        .map(provider)
        .unwrap_or_default();
    billing.taxonomy = loops
        .billing
        .segment("PRV")
        .and_then(|prv| optional(prv.element(3)));
    let mut claim = Claim {
        id: name(control.as_str()),
        control,
        kind,
        frequency: Frequency::from(clm.component(5, 3).to_owned()),
        payer_control: reference(within, "F8").and_then(|number| number.parse().ok()),
        billing,
        rendering: role(rendering),
        referring: role(referring),
        facility: role(facility),
        patient,
        coverages,
        charge,
        place: match kind {
            ClaimKind::Institutional => None,
            _ => optional(clm.component(5, 1)).map(|place| AsSent::read(&place)),
        },
        diagnoses: diagnoses(within),
        lines,
        authorization: reference(within, "G1"),
        referral: reference(within, "9F"),
        clia: reference(within, "X4"),
        accident: dtp(within, "439").0,
        patient_paid: match within.qualified("AMT", "F5") {
            Some(amt) => optional_money(amt, "AMT", 2)?,
            None => None,
        },
        institutional,
        carried: Vec::new(),
    };
    claim.carried = carry(&claim, loops);
    Ok(ReadClaim {
        claim,
        position: at(clm),
    })
}

fn patient(loops: &ClaimLoops) -> Person {
    let subscriber = loops
        .subscriber
        .child("2010BA")
        .map(person)
        .unwrap_or_default();
    match &loops.patient {
        Some(dependent) => {
            let mut patient = dependent.child("2010CA").map(person).unwrap_or_default();
            patient.died = dependent
                .segment("PAT")
                .and_then(|pat| crate::values::day(pat.element(6)));
            patient
        }
        None => {
            let mut patient = subscriber;
            patient.died = loops
                .subscriber
                .segment("PAT")
                .and_then(|pat| crate::values::day(pat.element(6)));
            patient
        }
    }
}

fn relationship(code: &str) -> Relationship {
    match code {
        "18" => Relationship::Own,
        "01" => Relationship::Spouse,
        "19" => Relationship::Child,
        _ => Relationship::Other,
    }
}

fn destination(loops: &ClaimLoops) -> Coverage {
    let sbr = loops.subscriber.segment("SBR").cloned().unwrap_or_default();
    let holder = loops.subscriber.child("2010BA");
    let payer = loops
        .subscriber
        .child("2010BB")
        .and_then(|payer| payer.segment("NM1"));
    let dependent = loops.patient.as_ref();
    let mut coverage = coverage(&sbr, holder, payer);
    coverage.relationship = match dependent {
        Some(patient) => relationship(patient.segment("PAT").map_or("", |pat| pat.element(1))),
        None => Relationship::Own,
    };
    coverage.subscriber = dependent.and(holder).map(person);
    coverage
}

fn coverage(sbr: &SegmentBuf, holder: Option<&Loop>, payer: Option<&SegmentBuf>) -> Coverage {
    let member = holder
        .and_then(|holder| holder.segment("NM1"))
        .and_then(|nm1| nm1.element(9).trim().parse().ok());
    Coverage {
        order: CoverageOrder::from_x12(sbr.element(1)),
        payer: payer.and_then(|nm1| nm1.element(9).trim().parse().ok()),
        payer_name: payer.map_or_else(Name::default, crate::values::name),
        member,
        subscriber: None,
        relationship: relationship(sbr.element(2)),
        group_number: optional(sbr.element(3)),
        plan_name: optional(sbr.element(4)),
        msp_type: optional(sbr.element(5)),
        filing_indicator: optional(sbr.element(9)),
        paid: None,
    }
}

fn other_coverage(within: &Loop) -> Result<Coverage, ReadError> {
    let sbr = within.segment("SBR").cloned().unwrap_or_default();
    let holder = within.child("2330A");
    let payer = within.child("2330B");
    let mut coverage = coverage(&sbr, holder, payer.and_then(|payer| payer.segment("NM1")));
    coverage.subscriber = holder.map(person);
    let amount = |qualifier| -> Result<_, ReadError> {
        within
            .qualified("AMT", qualifier)
            .map_or(Ok(None), |amt| optional_money(amt, "AMT", 2))
    };
    let adjustments = adjustments(within)?;
    let paid = amount("D")?;
    let patient_owes = amount("EAF")?;
    let decided = payer.and_then(|payer| dtp(payer, "573").0);
    let remarks: Vec<_> = within
        .segment("MOA")
        .map(|moa| {
            (3..=7)
                .filter_map(|element| optional(moa.element(element)))
                .collect::<Vec<_>>()
        })
        .unwrap_or_default()
        .iter()
        .map(|code| AsSent::read(code))
        .collect();
    if paid.is_some()
        || patient_owes.is_some()
        || decided.is_some()
        || !adjustments.is_empty()
        || !remarks.is_empty()
    {
        coverage.paid = Some(PriorPayment {
            paid: paid.unwrap_or_default(),
            adjustments,
            decided,
            patient_owes,
            payer: None,
            remarks,
        });
    }
    Ok(coverage)
}

/// Qualifiers of diagnoses, ICD-10-CM and ICD-9-CM.
pub(crate) const DIAGNOSIS_QUALIFIERS: [&str; 10] = [
    "ABK", "ABF", "ABJ", "ABN", "APR", "BK", "BF", "BJ", "BN", "PR",
];

fn diagnoses(within: &Loop) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    for hi in within.segments_with("HI") {
        for element in 1..=hi.len() {
            let Some(composite) = hi.repeats(element).next() else {
                continue;
            };
            let qualifier = composite.component(1);
            if DIAGNOSIS_QUALIFIERS.contains(&qualifier) && !composite.component(2).is_empty() {
                found.push(Diagnosis {
                    qualifier: qualifier.to_owned(),
                    code: AsSent::read(composite.component(2)),
                    present_on_admission: optional(composite.component(9)),
                });
            }
        }
    }
    found
}

fn institutional(clm: &SegmentBuf, within: &Loop) -> Result<InstitutionalDetails, ReadError> {
    let (from, to) = dtp(within, "434");
    let mut value_codes = Vec::new();
    for hi in within
        .segments_with("HI")
        .filter(|hi| hi.component(1, 1) == "BE")
    {
        for element in 1..=hi.len() {
            let Some(composite) = hi.repeats(element).next() else {
                continue;
            };
            let amount = composite
                .component(5)
                .parse()
                .map_err(|error| ReadError::Value {
                    at: at(hi),
                    segment: "HI",
                    element,
                    problem: format!("{error}"),
                })?;
            value_codes.push((composite.component(2).to_owned(), amount));
        }
    }
    Ok(InstitutionalDetails {
        facility_type: clm.component(5, 1).to_owned(),
        from,
        to: to.or(from),
        attending: within.child("2310A").map(provider),
        value_codes,
    })
}

fn read_line(kind: ClaimKind, within: &Loop, number: u32) -> Result<ServiceLine, ReadError> {
    let id = match kind {
        ClaimKind::Professional => "SV1",
        ClaimKind::Institutional => "SV2",
        ClaimKind::Dental => "SV3",
    };
    let sv = within.segment(id).ok_or(ReadError::Missing {
        at: loop_at(within),
        loop_id: "2400",
        segment: id,
    })?;
    // SV2 has the revenue code before what SV1 begins with.
    let shift = usize::from(kind == ClaimKind::Institutional);
    let procedure = 1 + shift;
    let (unit, units) = match kind {
        ClaimKind::Dental => (
            "UN".to_owned(),
            quantity(sv.element(6)).unwrap_or(rust_decimal::Decimal::ONE),
        ),
        _ => (
            sv.element(3 + shift).to_owned(),
            quantity(sv.element(4 + shift)).unwrap_or_default(),
        ),
    };
    let (from, to) = dtp(within, "472");
    let pointers = match kind {
        ClaimKind::Professional => sv
            .repeats(7)
            .flat_map(|composite| {
                composite
                    .components()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .filter_map(|pointer| pointer.parse().ok())
            .collect(),
        _ => Vec::new(),
    };
    let mut prior = Vec::new();
    for decision in within.children("2430") {
        let Some(svd) = decision.segment("SVD") else {
            continue;
        };
        prior.push(PriorPayment {
            paid: money(svd, "SVD", 2)?,
            adjustments: adjustments(decision)?,
            decided: dtp(decision, "573").0,
            patient_owes: match decision.qualified("AMT", "EAF") {
                Some(amt) => optional_money(amt, "AMT", 2)?,
                None => None,
            },
            payer: optional(svd.element(1)),
            remarks: Vec::new(),
        });
    }
    let rendering = match kind {
        ClaimKind::Institutional => "2420C",
        _ => "2420A",
    };
    Ok(ServiceLine {
        number,
        qualifier: sv.component(procedure, 1).to_owned(),
        procedure: optional(sv.component(procedure, 2)).map(|code| AsSent::read(&code)),
        modifiers: (3..=6)
            .filter_map(|at| optional(sv.component(procedure, at)))
            .map(|code| AsSent::read(&code))
            .collect(),
        revenue_code: (kind == ClaimKind::Institutional).then(|| sv.element(1).to_owned()),
        charge: money(sv, id, 2 + shift)?,
        unit,
        units,
        place: match kind {
            ClaimKind::Professional => optional(sv.element(5)).map(|place| AsSent::read(&place)),
            _ => None,
        },
        pointers,
        from,
        to: to.or(from),
        control: reference(within, "6R"),
        authorization: reference(within, "G1"),
        ndc: within
            .child("2410")
            .and_then(|drug| drug.segment("LIN"))
            .filter(|lin| lin.element(2) == "N4")
            .and_then(|lin| optional(lin.element(3))),
        rendering: within.child(rendering).map(provider),
        prior,
    })
}
