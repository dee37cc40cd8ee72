//! Charges that can stand on a claim, each with whom it goes to.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use scrubjay_model::{
    Charge, ClaimKind, Coverage, CoverageOrder, Encounter, EncounterId, EncounterStatus,
    LineOfBusiness, Name, Patient, PatientKey, Provider, Record, RecordKey, RecordKind,
    Relationship, WorkKind,
};
use scrubjay_store::RecordFilter;

use super::{BuildSelection, LeftOut, WhyLeftOut};
use crate::builtin::charge::VISIT_BILLED;
use crate::desk::Desk;
use crate::steps::claim::coverage_key;
use crate::steps::registration::name_payer;
use crate::{Config, EngineError};

/// A charge that can stand on a claim.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) charge: Charge,
    pub(super) patient: Rc<Patient>,
    /// Coverages that count on the day of service in their order of payment;
    /// the claim goes to the first.
    pub(super) coverages: Rc<[Coverage]>,
    /// Key of the payer that it goes to.
    pub(super) payer: String,
    /// Who gave the service.
    pub(super) provider: Provider,
    /// Revenue code, where the claim is an institutional one.
    pub(super) revenue: Option<String>,
}

/// The chosen charges: those that can stand on a claim, and the others with the
/// reason.
pub(super) fn candidates(
    desk: &Desk<'_>,
    selection: &BuildSelection,
) -> Result<(Vec<Candidate>, Vec<LeftOut>), EngineError> {
    let charges = chosen(desk, selection)?;
    sorted_out(desk, charges, selection.payer.as_deref(), None)
}

/// Charges that can stand on a claim, to that payer where one is named, and the
/// others. Work on a charge holds it, but for that of a rule that does not count.
fn sorted_out(
    desk: &Desk<'_>,
    charges: Vec<Charge>,
    payer: Option<&str>,
    but_for: Option<&str>,
) -> Result<(Vec<Candidate>, Vec<LeftOut>), EngineError> {
    let mut files = Files::default();
    let (mut candidates, mut left_out) = (Vec::new(), Vec::new());
    for charge in charges {
        match candidate(desk, &mut files, &charge, but_for)? {
            Ok(candidate) if payer.is_none_or(|payer| *payer == candidate.payer) => {
                candidates.push(candidate);
            }
            Ok(_) => {}
            // Whom it would go to is not known of each of these.
            Err(_) if payer.is_some() => {}
            Err(why) => left_out.push(LeftOut {
                charge: charge.id.clone(),
                encounter: charge.encounter.clone(),
                amount: charge.amount,
                why,
            }),
        }
    }
    Ok((candidates, left_out))
}

/// Charges of a claim, and the unbilled ones of those visits, as candidates for
/// the claim that takes its place.
pub(super) fn candidates_of(
    desk: &Desk<'_>,
    own: Vec<Charge>,
    visits: &BTreeSet<EncounterId>,
) -> Result<(Vec<Candidate>, Vec<LeftOut>), EngineError> {
    let late = BuildSelection {
        encounters: visits.iter().cloned().collect(),
        patient: own.first().map(|charge| charge.patient.clone()),
        ..BuildSelection::default()
    };
    let mut charges = own;
    charges.extend(chosen(desk, &late)?);
    // What comes behind a claim of its visit belongs on that claim's replacement.
    sorted_out(desk, charges, None, Some(VISIT_BILLED))
}

/// Unbilled charges that fit the selection, by day of service.
fn chosen(desk: &Desk<'_>, selection: &BuildSelection) -> Result<Vec<Charge>, EngineError> {
    let filter = RecordFilter {
        kind: Some(RecordKind::Charge),
        state: Some("unbilled".to_owned()),
        patient: selection.patient.clone(),
        to: selection.through,
        ..RecordFilter::default()
    };
    let mut chosen = Vec::new();
    for record in desk.records(&filter)? {
        let Record::Charge(charge) = record else {
            continue;
        };
        if selection.encounters.is_empty() || selection.encounters.contains(&charge.encounter) {
            chosen.push(*charge);
        }
    }
    Ok(chosen)
}

/// Patients and visits that were looked up already.
#[derive(Default)]
struct Files {
    patients: BTreeMap<PatientKey, Option<Rc<Patient>>>,
}

impl Files {
    fn patient(
        &mut self,
        desk: &Desk<'_>,
        key: &PatientKey,
    ) -> Result<Option<Rc<Patient>>, EngineError> {
        if let Some(known) = self.patients.get(key) {
            return Ok(known.clone());
        }
        let found = desk.patient(key)?.map(Rc::new);
        self.patients.insert(key.clone(), found.clone());
        Ok(found)
    }
}

/// The charge with whom it goes to, or why it stands on no claim.
fn candidate(
    desk: &Desk<'_>,
    files: &mut Files,
    charge: &Charge,
    but_for: Option<&str>,
) -> Result<Result<Candidate, WhyLeftOut>, EngineError> {
    let open = desk.tx.record_work(&RecordKey::from(&charge.id))?;
    let held = open.into_iter().find(|item| {
        item.kind == WorkKind::Charge && but_for.is_none_or(|rule| item.reason != rule)
    });
    if let Some(held) = held {
        return Ok(Err(WhyLeftOut::Held { item: held.id }));
    }
    let visit = desk.encounter(&charge.encounter)?;
    let patient = files.patient(desk, &charge.patient)?;
    Ok(weighed(desk, charge, visit.as_ref(), patient))
}

fn weighed(
    desk: &Desk<'_>,
    charge: &Charge,
    visit: Option<&Encounter>,
    patient: Option<Rc<Patient>>,
) -> Result<Candidate, WhyLeftOut> {
    let config = desk.config;
    let status = visit.map_or(EncounterStatus::Scheduled, |visit| visit.status);
    if status != EncounterStatus::Closed {
        return Err(WhyLeftOut::VisitNotClosed { status });
    }
    let patient = patient.ok_or(WhyLeftOut::NotRegistered)?;
    let coverages = ranked(config, &patient, charge).ok_or(WhyLeftOut::NoPayer)?;
    let payer = coverages.first().map(|first| coverage_key(config, first));
    let payer = payer.ok_or(WhyLeftOut::NoPayer)?;
    let billing = config.billing_of(&payer);
    let provider = provider(config, charge, billing.claim)?;
    if !config.is_self_pay(&payer) {
        if !patient.consent.part2.may_disclose(desk.today()) {
            return Err(WhyLeftOut::NoConsent);
        }
        if charge.diagnoses.is_empty() {
            return Err(WhyLeftOut::NoDiagnosis);
        }
    }
    let revenue = match (billing.claim, &billing.institutional) {
        (ClaimKind::Institutional, Some(policy)) => {
            let code = policy.revenue_code(&charge.procedure);
            let code = code.ok_or_else(|| WhyLeftOut::NoRevenueCode {
                procedure: charge.procedure.clone(),
            })?;
            Some(code.to_owned())
        }
        _ => None,
    };
    Ok(Candidate {
        charge: charge.clone(),
        patient,
        coverages: coverages.into(),
        payer,
        provider,
        revenue,
    })
}

/// Who gave the service: someone of the roster, or the practice itself, which an
/// institutional claim does not take for the person who attends.
fn provider(config: &Config, charge: &Charge, kind: ClaimKind) -> Result<Provider, WhyLeftOut> {
    let npi = charge.provider;
    if let Some(listed) = config.providers.iter().find(|listed| listed.npi == npi) {
        return Ok(listed.provider());
    }
    let practice = config.practice.as_ref().filter(|of| of.npi == npi);
    match practice {
        Some(practice) if kind != ClaimKind::Institutional => Ok(Provider {
            name: Name::organization(practice.name.as_str()),
            npi: Some(npi.into()),
            taxonomy: practice.taxonomy.clone(),
            ..Provider::default()
        }),
        _ => Err(WhyLeftOut::UnknownProvider { npi }),
    }
}

const PLACES: [CoverageOrder; 3] = [
    CoverageOrder::Primary,
    CoverageOrder::Secondary,
    CoverageOrder::Tertiary,
];

/// The coverages that count on the day of service, in the order of the patient's
/// record. Where one before has ended, those behind it move up. Without any, the
/// patient pays; `None` where the practice has no such payer.
fn ranked(config: &Config, patient: &Patient, charge: &Charge) -> Option<Vec<Coverage>> {
    let mut ranked = patient.coverages_on(charge.service);
    if ranked.is_empty() {
        return Some(vec![self_pay(config)?]);
    }
    let places = PLACES
        .into_iter()
        .chain(std::iter::repeat(CoverageOrder::Later));
    for (coverage, place) in ranked.iter_mut().zip(places) {
        coverage.order = place;
        name_payer(config, coverage);
        if coverage.filing_indicator.is_none() {
            coverage.filing_indicator = filing_indicator(config, coverage);
        }
        if coverage.relationship == Relationship::Own {
            coverage.subscriber = None;
        } else if let Some(subscriber) = &mut coverage.subscriber {
            subscriber.member.clone_from(&coverage.member);
        }
    }
    Some(ranked)
}

fn self_pay(config: &Config) -> Option<Coverage> {
    let lines = config.payers.iter().map(|payer| &payer.profile);
    let profile = lines
        .into_iter()
        .find(|of| of.line == LineOfBusiness::SelfPay)?;
    Some(Coverage {
        order: CoverageOrder::Primary,
        payer: Some(profile.id.clone()),
        payer_name: Name::organization(profile.name.as_str()),
        member: None,
        subscriber: None,
        relationship: Relationship::Own,
        group_number: None,
        plan_name: None,
        filing_indicator: Some("09".to_owned()),
        msp_type: None,
        paid: None,
    })
}

/// SBR09 by the payer's line of business, where the record says none.
fn filing_indicator(config: &Config, coverage: &Coverage) -> Option<String> {
    let payer = config.payer_by_key(&coverage_key(config, coverage))?;
    let institutional = payer.billing.claim == ClaimKind::Institutional;
    let code = match payer.profile.line {
        LineOfBusiness::Medicare if institutional => "MA",
        LineOfBusiness::Medicare => "MB",
        LineOfBusiness::MedicareAdvantage => "16",
        LineOfBusiness::Medicaid => "MC",
        LineOfBusiness::Tricare => "CH",
        LineOfBusiness::Commercial => "CI",
        LineOfBusiness::WorkersComp => "WC",
        LineOfBusiness::SelfPay => "09",
        LineOfBusiness::Other => "ZZ",
    };
    Some(code.to_owned())
}
