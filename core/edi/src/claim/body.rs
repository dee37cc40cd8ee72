//! The claim itself: loop 2300 with its providers, other payers and lines.

use scrubjay_model::{
    Claim, ClaimId, ClaimKind, Frequency, InstitutionalDetails, Person, Provider,
};
use scrubjay_x12::{Loop, SegmentBuf};

use super::diagnosis::{draft_diagnoses, draft_value_codes, read_diagnoses, read_value_codes};
use super::{ReadClaim, line, other_payer};
use crate::draft::{Draft, DraftLoop, Slot, assumed, owned};
use crate::party::{ProviderPart, draft_provider, read_provider};
use crate::value::{Place, amt, as_sent, at, d8, dtp_day, loop_at, period, reference, text};
use crate::{ElementError, ReadError};

/// A provider's role on a claim: its loop, NM101, and what the loop holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Role(&'static str, &'static str, ProviderPart);

impl Role {
    pub(super) fn read(self, within: &Loop) -> Option<Provider> {
        let Self(id, qualifier, _) = self;
        within
            .children(id)
            .find(|named| {
                named
                    .segments
                    .first()
                    .is_some_and(|nm1| nm1.element(1) == qualifier)
            })
            .map(read_provider)
    }

    pub(super) fn draft(self, provider: Option<&Provider>) -> Option<DraftLoop> {
        let Self(id, qualifier, part) = self;
        provider.map(|provider| draft_provider(id, qualifier, part, provider))
    }
}

const fn rendering(kind: ClaimKind) -> Role {
    match kind {
        ClaimKind::Institutional => Role("2310D", "82", ProviderPart::Name),
        _ => Role("2310B", "82", ProviderPart::Taxonomy("PE")),
    }
}

const fn referring(kind: ClaimKind) -> Role {
    match kind {
        ClaimKind::Professional => Role("2310A", "DN", ProviderPart::Name),
        ClaimKind::Institutional => Role("2310F", "DN", ProviderPart::Name),
        ClaimKind::Dental => Role("2310A", "DN", ProviderPart::Taxonomy("RF")),
    }
}

const fn facility(kind: ClaimKind) -> Role {
    match kind {
        ClaimKind::Institutional => Role("2310E", "77", ProviderPart::Address),
        _ => Role("2310C", "77", ProviderPart::Address),
    }
}

/// Of institutional claims only.
const ATTENDING: Role = Role("2310A", "71", ProviderPart::Taxonomy("AT"));

pub(super) const fn line_rendering(kind: ClaimKind) -> Role {
    match kind {
        ClaimKind::Institutional => Role("2420C", "82", ProviderPart::Name),
        _ => Role("2420A", "82", ProviderPart::Taxonomy("PE")),
    }
}

/// Reads a 2300. Billing provider, patient and first coverage stand above it,
/// and the caller adds them.
pub(super) fn read(
    kind: ClaimKind,
    within: &Loop,
    patient: &Person,
) -> Result<ReadClaim, ReadError> {
    let clm = within.segment("CLM").ok_or(ReadError::MissingSegment {
        at: loop_at(within),
        loop_id: "2300",
        segment: "CLM",
    })?;
    let place = |element| Place {
        within,
        segment: clm,
        id: "CLM",
        element,
    };
    let control = text(clm.element(1)).ok_or_else(|| place(1).error(ElementError::Missing))?;
    let charge = place(2).amount()?;
    let institutional = match kind {
        ClaimKind::Institutional => Some(read_institutional(clm, within)?),
        _ => None,
    };
    let mut coverages = Vec::new();
    for other in super::inner_loops(within) {
        if other.id == "2320" {
            coverages.push(other_payer::read(other, patient)?);
        }
    }
    let claim = Claim {
        // The caller gives the claim its id once it is read.
        id: nameless(),
        control: control
            .parse()
            .map_err(|_| place(1).error(ElementError::NotAControlNumber))?,
        kind,
        frequency: Frequency::from(clm.component(5, 3).trim().to_owned()),
        payer_control: reference(within, "F8").and_then(|number| number.parse().ok()),
        billing: Provider::default(),
        rendering: rendering(kind).read(within),
        referring: referring(kind).read(within),
        facility: facility(kind).read(within),
        patient: Person::default(),
        coverages,
        charge,
        place: match kind {
            ClaimKind::Institutional => None,
            _ => as_sent(clm.component(5, 1)),
        },
        diagnoses: read_diagnoses(kind, within),
        lines: line::read_lines(kind, within)?,
        authorization: reference(within, "G1"),
        referral: reference(within, "9F"),
        clia: match kind {
            ClaimKind::Professional => reference(within, "X4"),
            _ => None,
        },
        accident: match kind {
            ClaimKind::Institutional => None,
            _ => dtp_day(within, "439"),
        },
        patient_paid: match kind {
            ClaimKind::Institutional => None,
            _ => amt(within, "F5")?,
        },
        institutional,
        carried: Vec::new(),
    };
    Ok(ReadClaim {
        claim,
        position: at(clm),
    })
}

fn nameless() -> ClaimId {
    "0".parse().expect("one digit is a claim id")
}

fn read_institutional(clm: &SegmentBuf, within: &Loop) -> Result<InstitutionalDetails, ReadError> {
    let statement = period(within, "434");
    Ok(InstitutionalDetails {
        facility_type: clm.component(5, 1).trim().to_owned(),
        from: statement.map(|(from, _)| from),
        to: statement.map(|(_, to)| to),
        attending: ATTENDING.read(within),
        value_codes: read_value_codes(ClaimKind::Institutional, within)?,
    })
}

pub(super) fn draft(claim: &Claim) -> DraftLoop {
    let kind = claim.kind;
    let mut body = DraftLoop::new("2300");
    body.segments.push(draft_clm(claim));
    body.segments.extend(draft_dates(claim));
    if let (Some(paid), false) = (claim.patient_paid, kind == ClaimKind::Institutional) {
        body.segments
            .push(Draft::qualified("AMT", "F5").owned(2, paid.to_x12()));
    }
    let payer_control = claim.payer_control.as_ref().map(|control| control.as_str());
    let clia = claim
        .clia
        .as_deref()
        .filter(|_| kind == ClaimKind::Professional);
    for (qualifier, value) in [
        ("G1", claim.authorization.as_deref()),
        ("9F", claim.referral.as_deref()),
        ("F8", payer_control),
        ("X4", clia),
    ] {
        if let Some(value) = value {
            body.segments
                .push(Draft::qualified("REF", qualifier).owned(2, value));
        }
    }
    body.segments
        .extend(draft_diagnoses(kind, &claim.diagnoses));
    let details = claim.institutional.as_ref();
    if kind == ClaimKind::Institutional {
        // Type and source of admission not told, discharged (NUBC FL 14, 15, 17).
        let codes = Draft::new("CL1")
            .assumed(1, "9")
            .assumed(2, "9")
            .assumed(3, "01");
        body.segments.push(codes.where_nothing_came());
        body.segments.extend(
            details.map_or_else(Vec::new, |details| draft_value_codes(&details.value_codes)),
        );
    }
    let attending = details.and_then(|details| details.attending.as_ref());
    body.loops.extend(ATTENDING.draft(attending));
    body.loops
        .extend(referring(kind).draft(claim.referring.as_ref()));
    body.loops
        .extend(rendering(kind).draft(claim.rendering.as_ref()));
    body.loops
        .extend(facility(kind).draft(claim.facility.as_ref()));
    for (coverage, index) in claim.coverages.iter().skip(1).zip(1..) {
        body.loops
            .push(other_payer::draft(coverage, index, &claim.patient));
    }
    body.loops.extend(line::draft_lines(claim));
    body
}

/// CLM. Signature, assignment and release flags are as they came; a claim that
/// came otherwise says that the provider signed and accepts assignment, and
/// that the patient assigned the benefits and released what a claim needs.
fn draft_clm(claim: &Claim) -> Draft {
    let institutional = claim.kind == ClaimKind::Institutional;
    let place = match (&claim.institutional, institutional) {
        (Some(details), true) => details.facility_type.clone(),
        _ => claim
            .place
            .as_ref()
            .map(scrubjay_model::AsSent::text)
            .unwrap_or_default(),
    };
    let facility_code = vec![
        owned(place),
        assumed(if institutional { "A" } else { "B" }),
        owned(claim.frequency.as_str()),
    ];
    Draft::new("CLM")
        .owned(1, claim.id.as_str())
        .owned(2, claim.charge.to_x12())
        .composite(5, facility_code)
        .slot(
            6,
            if institutional {
                Slot::Free
            } else {
                assumed("Y")
            },
        )
        .assumed(7, "A")
        .assumed(8, "Y")
        .assumed(9, "Y")
}

fn draft_dates(claim: &Claim) -> Vec<Draft> {
    let mut dates = Vec::new();
    match claim.kind {
        ClaimKind::Institutional => dates.extend(draft_statement(claim)),
        ClaimKind::Dental => dates.extend(line::common_date(claim).map(line::draft_date)),
        ClaimKind::Professional => {}
    }
    if let (Some(day), false) = (claim.accident, claim.kind == ClaimKind::Institutional) {
        let dtp = Draft::qualified("DTP", "439")
            .assumed(2, "D8")
            .owned(3, d8(day));
        dates.push(dtp);
    }
    dates
}

/// DTP*434, always a range. Where the claim states no period, that of its
/// lines is written unless the claim came without.
fn draft_statement(claim: &Claim) -> Option<Draft> {
    let details = claim.institutional.as_ref();
    let range = |from, to| format!("{}-{}", d8(from), d8(to));
    let dtp = Draft::qualified("DTP", "434");
    match details.and_then(|details| Some((details.from?, details.to))) {
        Some((from, to)) => Some(
            dtp.owned(2, "RD8")
                .owned(3, range(from, to.unwrap_or(from))),
        ),
        None => {
            let (from, to) = claim.service_from().zip(claim.service_to())?;
            Some(
                dtp.assumed(2, "RD8")
                    .assumed(3, range(from, to))
                    .where_nothing_came(),
            )
        }
    }
}
