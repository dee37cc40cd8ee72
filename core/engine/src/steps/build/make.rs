//! The claim that a group of charges becomes.

use chrono::NaiveDate;
use scrubjay_model::{
    AsSent, AuthorizationKind, Carried, Claim, ClaimId, ClaimKind, Diagnosis, Frequency, Icd10,
    InstitutionalDetails, Name, Patient, Person, Provider, Relationship, ServiceLine,
};

use super::candidate::Candidate;
use super::group::Group;
use crate::EngineError;
use crate::config::Practice;
use crate::desk::Desk;
use crate::steps::authorization::on_file::covering;

/// Characters of a line's control number at most (005010X222A1, REF*6R).
const LINE_CONTROL: usize = 30;

/// The claim. Its control number is its id, and each line's is the charge's id
/// where payers will return that whole.
pub(super) fn claim(id: ClaimId, group: &Group, practice: &Practice, today: NaiveDate) -> Claim {
    let kind = group.policy.claim;
    let institutional = kind == ClaimKind::Institutional;
    let first = &group.candidates[0];
    let lines: Vec<ServiceLine> = (1..)
        .zip(&group.candidates)
        .map(|(number, candidate)| line(&id, number, candidate, group))
        .collect();
    let of_practice = first.charge.provider == practice.npi;
    Claim {
        // An id is a control number too: twenty characters at most of eighty.
        control: id.as_str().parse().expect("a claim id is a control number"),
        kind,
        frequency: Frequency::Original,
        payer_control: None,
        billing: billing(practice),
        rendering: (!of_practice && !institutional).then(|| first.provider.clone()),
        referring: None,
        facility: None,
        patient: person(first),
        coverages: first.coverages.to_vec(),
        charge: lines.iter().map(|line| line.charge).sum(),
        place: (!institutional).then(|| first.charge.place.clone().into()),
        diagnoses: diagnoses(&group.diagnoses),
        authorization: None,
        referral: None,
        clia: None,
        accident: None,
        patient_paid: None,
        institutional: institutional.then(|| statement(group, first)),
        carried: signatures(&first.patient, kind, first.coverages.len(), today),
        lines,
        id,
    }
}

fn billing(practice: &Practice) -> Provider {
    Provider {
        name: Name::organization(practice.name.as_str()),
        npi: Some(practice.npi.into()),
        tax_id: Some(practice.tax_id.clone()),
        taxonomy: practice.taxonomy.clone(),
        address: practice.address.clone(),
    }
}

/// The patient, with the member number where it is their own.
fn person(candidate: &Candidate) -> Person {
    let coverage = candidate.coverages.first();
    let own = coverage.filter(|coverage| coverage.relationship == Relationship::Own);
    Person {
        member: own.and_then(|coverage| coverage.member.clone()),
        ..candidate.patient.person.clone()
    }
}

/// Principal first. The order is that of the lines.
fn diagnoses(codes: &[Icd10]) -> Vec<Diagnosis> {
    let qualifiers = std::iter::once("ABK").chain(std::iter::repeat("ABF"));
    qualifiers
        .zip(codes)
        .map(|(qualifier, code)| Diagnosis {
            qualifier: qualifier.to_owned(),
            code: code.clone().into(),
            present_on_admission: None,
        })
        .collect()
}

fn line(id: &ClaimId, number: u32, candidate: &Candidate, group: &Group) -> ServiceLine {
    let charge = &candidate.charge;
    let first = &group.candidates[0];
    let institutional = group.policy.claim == ClaimKind::Institutional;
    let elsewhere = !institutional && charge.place != first.charge.place;
    let by_another = charge.provider != first.charge.provider;
    ServiceLine {
        number,
        qualifier: "HC".to_owned(),
        procedure: Some(charge.procedure.clone().into()),
        modifiers: charge.modifiers.iter().cloned().map(AsSent::from).collect(),
        revenue_code: candidate.revenue.clone(),
        charge: charge.amount,
        unit: "UN".to_owned(),
        units: charge.units,
        place: elsewhere.then(|| charge.place.clone().into()),
        pointers: if institutional {
            Vec::new()
        } else {
            pointers(&charge.diagnoses, &group.diagnoses)
        },
        from: Some(charge.service),
        to: Some(charge.service),
        control: Some(line_control(id, number, charge.id.as_str())),
        authorization: None,
        ndc: None,
        rendering: by_another.then(|| candidate.provider.clone()),
        prior: Vec::new(),
    }
}

/// Places of a charge's diagnoses among the claim's, 1-based. A claim has at
/// most twelve where lines point.
fn pointers(of_charge: &[Icd10], of_claim: &[Icd10]) -> Vec<u8> {
    of_charge
        .iter()
        .filter_map(|code| of_claim.iter().position(|listed| listed == code))
        .filter_map(|at| u8::try_from(at + 1).ok())
        .collect()
}

/// The charge's id, where a payer will return it whole and it holds nothing that
/// X12 takes for a delimiter.
fn line_control(id: &ClaimId, number: u32, charge: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '/');
    if charge.len() <= LINE_CONTROL && charge.chars().all(plain) {
        charge.to_owned()
    } else {
        format!("{id}-{number}")
    }
}

fn statement(group: &Group, first: &Candidate) -> InstitutionalDetails {
    let days = || group.candidates.iter().map(|one| one.charge.service);
    let facility = group.policy.institutional.as_ref();
    InstitutionalDetails {
        facility_type: facility.map_or_else(String::new, |of| of.facility_type.clone()),
        from: days().min(),
        to: days().max(),
        attending: Some(first.provider.clone()),
        value_codes: Vec::new(),
    }
}

/// What the patient has signed, where it is not all that a claim says of itself:
/// assignment (CLM08, OI03) and release (CLM09, OI06). Who has not signed a
/// release is told of as one whom the law does not ask for it.
fn signatures(
    patient: &Patient,
    kind: ClaimKind,
    coverages: usize,
    today: NaiveDate,
) -> Vec<Carried> {
    let signed = |day: Option<NaiveDate>| day.is_some_and(|day| day <= today);
    let assigned = if signed(patient.consent.assignment) {
        "Y"
    } else {
        "N"
    };
    let released = if signed(patient.consent.release) {
        "Y"
    } else {
        "I"
    };
    if (assigned, released) == ("Y", "Y") {
        return Vec::new();
    }
    let (facility, provider) = match kind {
        ClaimKind::Institutional => ("A", ""),
        ClaimKind::Professional | ClaimKind::Dental => ("B", "Y"),
    };
    let mut carried = vec![Carried {
        at: "2300.CLM".to_owned(),
        segments: vec![format!(
            "CLM*****:{facility}*{provider}*A*{assigned}*{released}"
        )],
    }];
    carried.extend((1..coverages).map(|other| Carried {
        at: format!("2320[{other}].OI"),
        segments: vec![format!("OI***{assigned}***{released}")],
    }));
    carried
}

/// Puts the numbers of authorizations and referrals on a claim: on the claim
/// where one covers all of its services, else that of an authorization on the
/// lines that it covers.
pub(super) fn authorize(
    desk: &Desk<'_>,
    claim: &mut Claim,
    group: &Group,
) -> Result<(), EngineError> {
    let numbers = numbers(desk, group, AuthorizationKind::PriorAuthorization)?;
    match of_all(&numbers) {
        Some(number) => claim.authorization = Some(number),
        None => {
            for (line, number) in claim.lines.iter_mut().zip(numbers) {
                line.authorization = number;
            }
        }
    }
    claim.referral = of_all(&self::numbers(desk, group, AuthorizationKind::Referral)?);
    Ok(())
}

/// The number that all of them are.
fn of_all(numbers: &[Option<String>]) -> Option<String> {
    let first = numbers.first()?.clone()?;
    let same = |number: &Option<String>| number.as_ref() == Some(&first);
    numbers.iter().all(same).then_some(first)
}

/// For each charge, the number that its payer gave for it.
fn numbers(
    desk: &Desk<'_>,
    group: &Group,
    kind: AuthorizationKind,
) -> Result<Vec<Option<String>>, EngineError> {
    let mut numbers = Vec::new();
    for candidate in &group.candidates {
        let payer = candidate.coverages.first().and_then(|of| of.payer.as_ref());
        let held = match payer {
            Some(payer) => {
                let reader = desk.tx.as_ref();
                covering(reader, desk.config, payer, kind, &candidate.charge)?
            }
            None => None,
        };
        let number = held.and_then(|held| held.authorization.number.clone());
        numbers.push(number.map(|number| number.to_string()));
    }
    Ok(numbers)
}
