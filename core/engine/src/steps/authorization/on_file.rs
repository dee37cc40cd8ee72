//! Authorizations as they are on file: found, and what of them others need.

use scrubjay_model::{
    Authorization, AuthorizationGap, AuthorizationKind, Charge, Claim, Coverage, EncounterId,
    EncounterStatus, PatientKey, PayerId, Record, RecordId, RecordKey, RecordKind, Urgency,
};
use scrubjay_store::{Counter, Event, Reader, RecordFilter, Sequence};
use serde::Serialize;

use crate::steps::person;
use crate::{Config, EngineError};

/// An authorization with what its record says beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuthorizationOnFile {
    /// Id of the record, by which the payer was asked.
    pub id: RecordId,
    /// Visit that it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encounter: Option<EncounterId>,
    /// How soon the payer must decide.
    pub urgency: Urgency,
    /// The authorization.
    #[serde(flatten)]
    pub authorization: Authorization,
}

impl AuthorizationOnFile {
    pub(crate) fn of(record: Record) -> Option<Self> {
        match record {
            Record::Authorization {
                id,
                encounter,
                urgency,
                authorization,
            } => Some(Self {
                id,
                encounter,
                urgency,
                authorization: *authorization,
            }),
            _ => None,
        }
    }

    /// The key of its record.
    #[must_use]
    pub fn key(&self) -> RecordKey {
        RecordKind::Authorization.with(self.id.clone())
    }

    /// Whether it was asked for a visit, or the visit is booked under it.
    #[must_use]
    pub fn is_for(&self, visit: &EncounterId) -> bool {
        self.encounter.as_ref() == Some(visit) || self.authorization.visits.contains(visit)
    }
}

impl From<AuthorizationOnFile> for Record {
    fn from(on_file: AuthorizationOnFile) -> Self {
        Self::Authorization {
            id: on_file.id,
            encounter: on_file.encounter,
            urgency: on_file.urgency,
            authorization: Box::new(on_file.authorization),
        }
    }
}

/// One authorization.
pub(crate) fn one(
    reader: &dyn Reader,
    id: &RecordId,
) -> Result<Option<AuthorizationOnFile>, EngineError> {
    let record = reader.record(&RecordKind::Authorization.with(id.clone()))?;
    Ok(record.and_then(AuthorizationOnFile::of))
}

/// Authorizations that a filter asks for.
pub(crate) fn all(
    reader: &dyn Reader,
    filter: &RecordFilter,
) -> Result<Vec<AuthorizationOnFile>, EngineError> {
    let filter = RecordFilter {
        kind: Some(RecordKind::Authorization),
        ..filter.clone()
    };
    let mut found = Vec::new();
    for row in reader.records(&filter)? {
        found.extend(reader.record(&row.key)?.and_then(AuthorizationOnFile::of));
    }
    Ok(found)
}

/// A patient's authorizations, of every payer.
pub(crate) fn of_patient(
    reader: &dyn Reader,
    patient: &PatientKey,
) -> Result<Vec<AuthorizationOnFile>, EngineError> {
    let filter = RecordFilter {
        patient: Some(patient.clone()),
        ..RecordFilter::default()
    };
    all(reader, &filter)
}

/// The id of a coverage's payer: as it is named, else as the practice knows it.
pub(crate) fn payer_id(config: &Config, coverage: &Coverage) -> Option<PayerId> {
    coverage.payer.clone().or_else(|| {
        let payer = config.payer(&[], &coverage.payer_name.last)?;
        Some(payer.profile.id.clone())
    })
}

/// Whether two ids are one payer's.
pub(crate) fn same_payer(config: &Config, one: &PayerId, other: &PayerId) -> bool {
    let key = |id: &PayerId| {
        let payer = config.payer(&[id.as_str()], "")?;
        Some(payer.profile.key.as_str())
    };
    one == other || key(one).is_some_and(|known| key(other) == Some(known))
}

/// A patient's authorizations with a payer.
pub(crate) fn with_payer(
    reader: &dyn Reader,
    config: &Config,
    patient: &PatientKey,
    payer: &PayerId,
) -> Result<Vec<AuthorizationOnFile>, EngineError> {
    let mut found = of_patient(reader, patient)?;
    found.retain(|held| same_payer(config, &held.authorization.payer, payer));
    Ok(found)
}

/// The one by which a charge may be billed: of the kind, approved, for its day
/// and procedure; of several the one that ends first. One whose units run short
/// is given where no other is, so that the rules speak of it.
pub(crate) fn covering(
    reader: &dyn Reader,
    config: &Config,
    payer: &PayerId,
    kind: AuthorizationKind,
    charge: &Charge,
) -> Result<Option<AuthorizationOnFile>, EngineError> {
    let mut fitting = Vec::new();
    for held in with_payer(reader, config, &charge.patient, payer)? {
        if held.authorization.kind != kind {
            continue;
        }
        let covers = held
            .authorization
            .covers(&charge.procedure, charge.service, charge.units);
        let short = match covers {
            Ok(()) => false,
            Err(gaps) => {
                let of_units = |gap| matches!(gap, &AuthorizationGap::UnitsShort { .. });
                if !gaps.iter().all(of_units) {
                    continue;
                }
                true
            }
        };
        fitting.push((short, held.authorization.to, held));
    }
    fitting.sort_by_key(|(short, to, _)| (*short, *to));
    Ok(fitting.into_iter().next().map(|(_, _, held)| held))
}

/// Whether any record is kept at all: a practice that only sends claims pays
/// for nothing else.
pub(crate) fn has_records(reader: &dyn Reader) -> Result<bool, EngineError> {
    Ok(reader.last_number(Counter::Record)? > 0)
}

/// Authorizations of a claim's patient with its payer. A patient who is
/// registered twice has those of both.
pub(crate) fn of_claim(
    reader: &dyn Reader,
    config: &Config,
    claim: &Claim,
) -> Result<Vec<AuthorizationOnFile>, EngineError> {
    let Some(payer) = claim
        .destination()
        .and_then(|coverage| payer_id(config, coverage))
    else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for patient in patients_of(reader, claim)? {
        found.extend(with_payer(reader, config, &patient, &payer)?);
    }
    Ok(found)
}

/// The patients on file who are a claim's patient.
pub(crate) fn patients_of(
    reader: &dyn Reader,
    claim: &Claim,
) -> Result<Vec<PatientKey>, EngineError> {
    let mut patients: Vec<PatientKey> = Vec::new();
    for key in person::keys_of(reader, claim)? {
        let Ok(person) = key.parse() else {
            continue;
        };
        let rows = reader.records(&RecordFilter {
            kind: Some(RecordKind::Patient),
            parent: Some(person),
            ..RecordFilter::default()
        })?;
        for found in rows.into_iter().filter_map(|row| row.patient) {
            if !patients.contains(&found) {
                patients.push(found);
            }
        }
    }
    Ok(patients)
}

/// What rules see of a claim's authorizations: without what the claim itself
/// uses, or the one that it takes the place of.
pub(crate) fn seen_by_claim(
    reader: &dyn Reader,
    config: &Config,
    claim: &Claim,
) -> Result<Vec<Authorization>, EngineError> {
    if !has_records(reader)? {
        return Ok(Vec::new());
    }
    let mut found = of_claim(reader, config, claim)?;
    found.retain(|held| held.authorization.kind == AuthorizationKind::PriorAuthorization);
    less_own_uses(reader, claim, found)
}

/// The same as they stood before a journal row.
pub(crate) fn seen_before(
    reader: &dyn Reader,
    config: &Config,
    claim: &Claim,
    before: Sequence,
) -> Result<Vec<Authorization>, EngineError> {
    if !has_records(reader)? {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for held in of_claim(reader, config, claim)? {
        let history = reader.record_history(&held.key())?;
        let mut kept = history.into_iter().rev().filter_map(|row| match row.event {
            Event::RecordKept { record, .. } if row.sequence < before => Some(record),
            _ => None,
        });
        found.extend(kept.next().and_then(AuthorizationOnFile::of));
    }
    found.retain(|held| held.authorization.kind == AuthorizationKind::PriorAuthorization);
    less_own_uses(reader, claim, found)
}

fn less_own_uses(
    reader: &dyn Reader,
    claim: &Claim,
    found: Vec<AuthorizationOnFile>,
) -> Result<Vec<Authorization>, EngineError> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let replaces = reader.claim(&claim.id)?.and_then(|row| row.replaces);
    let seen = found.into_iter().map(|held| {
        let mut authorization = held.authorization;
        for own in [Some(&claim.id), replaces.as_ref()].into_iter().flatten() {
            authorization.count(own, &[]);
        }
        authorization
    });
    Ok(seen.collect())
}

/// An authorization as it is for one visit: what other visits that are booked
/// under it will use counts as used.
pub(crate) fn less_bookings(
    reader: &dyn Reader,
    held: &AuthorizationOnFile,
    visit: &EncounterId,
) -> Result<Authorization, EngineError> {
    let mut record = held.authorization.clone().into_record();
    let booked = held.encounter.iter().chain(&held.authorization.visits);
    for other in booked.filter(|other| *other != visit) {
        let Some(Record::Encounter(other)) = reader.record(&other.into())? else {
            continue;
        };
        let is_to_come = matches!(
            other.status,
            EncounterStatus::Scheduled | EncounterStatus::Arrived
        );
        for planned in other.planned.iter().filter(|_| is_to_come) {
            for service in &mut record.services {
                if service.procedures.contains(&planned.procedure) {
                    service.used += planned.units.min(service.left());
                }
            }
        }
    }
    // No more is used than there is.
    Ok(Authorization::new(record).unwrap_or_else(|_| held.authorization.clone()))
}
