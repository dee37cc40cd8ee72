//! 837 into claims, and claims into the loops of an 837 (005010X222A1,
//! 005010X223A2, 005010X224A2).

mod body;
mod diagnosis;
mod faults;
mod levels;
mod line;
mod other_payer;
mod unit;
mod write;

use scrubjay_model::{
    Carried, Claim, ClaimId, ClaimKind, Coverage, Person, Provider, Relationship,
};
use scrubjay_x12::{Guide, Loop, Position, SegmentBuf, TransactionSet};

use crate::ReadError;
use crate::carry::leftovers;

pub use faults::faults_as_written;
pub use unit::ClaimUnits;
pub(crate) use write::batch_named;
pub use write::{ClaimBatch, Party, WrittenClaims, write_claims};

/// A claim and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadClaim {
    /// The claim.
    pub claim: Claim,
    /// Where its CLM stands.
    pub position: Position,
}

/// How the model holds a segment that came.
#[derive(Debug)]
pub(crate) enum Held {
    /// Segment by segment, as the draft says.
    Compared,
    /// All of it, among others of its id.
    Whole,
    /// All of it but this.
    Except(SegmentBuf),
}

/// Segments that the model holds as lists, so that no single one is compared.
pub(crate) fn held(kind: ClaimKind, loop_id: &str, segment: &SegmentBuf) -> Held {
    match (loop_id, segment.id.as_str()) {
        ("2320" | "2430", "CAS") => Held::Whole,
        ("2300", "HI") => diagnosis::held(kind, segment),
        ("2400", "DTP") if line::takes_date(kind, segment) => Held::Whole,
        _ => Held::Compared,
    }
}

/// The loops inside a loop, with other payers in their order of payment.
pub(crate) fn inner_loops(within: &Loop) -> Vec<&Loop> {
    let mut inner: Vec<&Loop> = within.loops.iter().collect();
    if inner.iter().filter(|inner| inner.id == "2320").count() > 1 {
        inner.sort_by_key(|inner| (inner.id, other_payer::order(inner)));
    }
    inner
}

/// What a level of the hierarchy says of all claims below it.
#[derive(Debug)]
struct Level<T> {
    says: T,
    carried: Vec<Carried>,
}

/// Reads every claim of an 837 (P, I or D). `name` gives each claim our id,
/// from the CLM01 that it came with.
///
/// One that cannot be read is an error in its place, and the others are read.
pub fn read_claims(
    set: &TransactionSet,
    name: &mut dyn FnMut(&str) -> ClaimId,
) -> Vec<Result<ReadClaim, ReadError>> {
    let Some(kind) = set.guide.and_then(kind_of) else {
        return vec![Err(ReadError::WrongTransaction {
            at: set.position(),
            expected: "an 837",
        })];
    };
    let mut claims = Vec::new();
    for billing_level in set.root.children("2000A") {
        let billing = billing_level_of(kind, billing_level);
        for subscriber_level in billing_level.children("2000B") {
            read_subscriber(kind, &billing, subscriber_level, name, &mut claims);
        }
    }
    claims
}

/// The kind of claim that a guide is for.
fn kind_of(guide: &Guide) -> Option<ClaimKind> {
    match guide.transaction() {
        "837P" => Some(ClaimKind::Professional),
        "837I" => Some(ClaimKind::Institutional),
        "837D" => Some(ClaimKind::Dental),
        _ => None,
    }
}

fn level<T>(
    kind: ClaimKind,
    came: &Loop,
    says: T,
    draft: impl FnOnce(&T) -> crate::draft::DraftLoop,
) -> Level<T> {
    let mut carried = Vec::new();
    leftovers(kind, &draft(&says), came, &mut carried);
    Level { says, carried }
}

/// 2000A.
fn billing_level_of(kind: ClaimKind, came: &Loop) -> Level<Provider> {
    level(
        kind,
        came,
        levels::read_billing(came),
        levels::draft_billing,
    )
}

/// 2000B of a patient who is the subscriber.
fn own_level(kind: ClaimKind, came: &Loop) -> Level<(Coverage, Person)> {
    level(
        kind,
        came,
        levels::read_own(kind, came),
        |(coverage, patient)| levels::draft_subscriber(kind, coverage, patient),
    )
}

/// 2000B and 2000C of a patient who depends on the subscriber.
fn dependent_levels(
    kind: ClaimKind,
    came: &Loop,
    dependent: &Loop,
) -> (Level<Coverage>, Level<Person>) {
    let (patient, relationship) = levels::read_patient(kind, dependent);
    let coverage = levels::read_insured(came, relationship);
    let subscriber = level(kind, came, coverage, |coverage| {
        levels::draft_subscriber(kind, coverage, &patient)
    });
    let patient = level(kind, dependent, patient.clone(), |patient| {
        levels::draft_patient(kind, patient, relationship)
    });
    (subscriber, patient)
}

/// Claims of the subscriber, and of the dependents below.
fn read_subscriber(
    kind: ClaimKind,
    billing: &Level<Provider>,
    came: &Loop,
    name: &mut dyn FnMut(&str) -> ClaimId,
    claims: &mut Vec<Result<ReadClaim, ReadError>>,
) {
    if came.child("2300").is_some() {
        let own = own_level(kind, came);
        for claim in came.children("2300") {
            let carried = [&billing.carried[..], &own.carried].concat();
            let (coverage, patient) = &own.says;
            claims.push(read_claim(
                kind,
                claim,
                &billing.says,
                coverage,
                patient,
                carried,
                name,
            ));
        }
    }
    for dependent in came.children("2000C") {
        let (subscriber, patient) = dependent_levels(kind, came, dependent);
        for claim in dependent.children("2300") {
            let carried = [&billing.carried[..], &subscriber.carried, &patient.carried].concat();
            let read = read_claim(
                kind,
                claim,
                &billing.says,
                &subscriber.says,
                &patient.says,
                carried,
                name,
            );
            claims.push(read);
        }
    }
}

fn read_claim(
    kind: ClaimKind,
    came: &Loop,
    billing: &Provider,
    coverage: &Coverage,
    patient: &Person,
    mut carried: Vec<Carried>,
    name: &mut dyn FnMut(&str) -> ClaimId,
) -> Result<ReadClaim, ReadError> {
    let mut read = body::read(kind, came, patient)?;
    read.claim.billing = billing.clone();
    read.claim.patient = patient.clone();
    read.claim.coverages.insert(0, coverage.clone());
    leftovers(kind, &body::draft(&read.claim), came, &mut carried);
    read.claim.carried = carried;
    read.claim.id = name(read.claim.control.as_str());
    Ok(read)
}

/// The code for PAT01 or SBR02 where the model knows the relationship closely.
pub(crate) const fn relationship_code(relationship: Relationship) -> Option<&'static str> {
    match relationship {
        Relationship::Own => Some("18"),
        Relationship::Spouse => Some("01"),
        Relationship::Child => Some("19"),
        Relationship::Other => None,
    }
}

pub(crate) fn relationship(code: &str) -> Relationship {
    match code {
        "18" => Relationship::Own,
        "01" => Relationship::Spouse,
        "19" => Relationship::Child,
        _ => Relationship::Other,
    }
}
