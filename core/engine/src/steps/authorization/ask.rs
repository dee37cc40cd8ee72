//! The way out: authorizations that are wanted are asked for, a file a channel
//! (278).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scrubjay_edi::{
    AuthorizationRequest, RequestedService, ReviewCategory, write_authorization_requests,
};
use scrubjay_model::{
    AsSent, Authorization, AuthorizationKind, AuthorizationStatus, AuthorizationWay, Coverage,
    Encounter, Patient, PayerId, Provider, WorkKind,
};
use scrubjay_x12::ControlNumbers;

use super::clock;
use super::on_file::{AuthorizationOnFile, payer_id, same_payer};
use super::{contradiction, is_off, want, wanted};
use crate::config::Practice;
use crate::desk::Desk;
use crate::steps::questions::{self, Envelope, Questions, asker, originator, send_questions};
use crate::steps::submission::Sent;
use crate::{Config, EngineError};

/// Diagnoses that one request has room for.
const DIAGNOSES: usize = 12;

/// By which way a payer is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way<'c> {
    /// Electronically, by this channel.
    Channel(&'c str),
    /// By a person, as the configuration says.
    Person(AuthorizationWay),
    /// Electronically, and no channel leads there.
    None,
}

pub(super) fn way<'c>(config: &'c Config, payer: &PayerId) -> Way<'c> {
    let known = config.payer(&[payer.as_str()], "");
    let by = known.map_or(AuthorizationWay::Edi, |payer| payer.authorizations.ask);
    let channel = match known {
        Some(payer) => payer.channel.as_deref(),
        None => config.default_channel.as_deref(),
    };
    match (by, channel) {
        (AuthorizationWay::Edi, Some(channel)) => Way::Channel(channel),
        (AuthorizationWay::Edi, None) => Way::None,
        (way, _) => Way::Person(way),
    }
}

/// A request that may leave.
struct Leaving {
    held: AuthorizationOnFile,
    request: AuthorizationRequest,
}

/// Writes a request for every authorization that waits to be asked for.
///
/// Returns the files with the temporary names that
/// [`publish`](crate::steps::submission::publish) must change once the desk's
/// transaction is committed.
pub(crate) fn write_wanted(
    desk: &mut Desk<'_>,
    outbox: &Path,
    carried: &dyn Fn(&str) -> bool,
) -> Result<Vec<(Sent, PathBuf)>, EngineError> {
    let mut by_channel: BTreeMap<String, Vec<Leaving>> = BTreeMap::new();
    for held in wanted(desk)? {
        let Way::Channel(channel) = way(desk.config, &held.authorization.payer) else {
            continue;
        };
        if !may_leave(desk, &held)? {
            continue;
        }
        match prepare(desk, &held)? {
            Prepared::Leaves(request) => {
                let request = *request;
                let leaving = by_channel.entry(channel.to_owned()).or_default();
                leaving.push(Leaving { held, request });
            }
            Prepared::Moot => {
                if let Some(visit) = &held.encounter {
                    want::let_go(desk, visit)?;
                }
            }
            Prepared::Faulty(problem) => {
                let reason = format!(
                    "the request for authorization cannot be written: {problem}; mend it, or ask by telephone or portal"
                );
                clock::open(desk, &held.key(), reason)?;
            }
        }
    }
    let mut sent = Vec::new();
    for (channel, leaving) in by_channel {
        sent.push(send(desk, outbox, carried, &channel, leaving)?);
    }
    Ok(sent)
}

/// Whether it is not put off, and not waiting for a person: what the payer
/// refused to read is not sent again as it is.
fn may_leave(desk: &Desk<'_>, held: &AuthorizationOnFile) -> Result<bool, EngineError> {
    if let Some(answer) = &held.authorization.answer
        && answer.outcome.is_none()
        && !answer.rejections.is_empty()
    {
        return Ok(false);
    }
    let row = desk.tx.record_row(&held.key())?;
    let not_before = row.and_then(|row| row.due);
    Ok(not_before.is_none_or(|day| day <= desk.today()))
}

enum Prepared {
    Leaves(Box<AuthorizationRequest>),
    /// Nobody needs it any more.
    Moot,
    /// It would be no valid request.
    Faulty(String),
}

fn prepare(desk: &Desk<'_>, held: &AuthorizationOnFile) -> Result<Prepared, EngineError> {
    let faulty = |problem: &str| Ok(Prepared::Faulty(problem.to_owned()));
    let visit = match &held.encounter {
        Some(visit) => desk.encounter(visit)?,
        None => None,
    };
    if visit.as_ref().is_some_and(is_off) {
        return Ok(Prepared::Moot);
    }
    let Some(practice) = &desk.config.practice else {
        return faulty("scrubjay.yaml names no practice that could ask");
    };
    let Some(patient) = desk.patient(&held.authorization.patient)? else {
        return faulty("the patient is not registered");
    };
    let Some(coverage) = coverage_of(desk.config, held, &patient) else {
        return faulty("the patient has no coverage of that payer on the day");
    };
    let request = match request(practice, held, &patient, &coverage, visit.as_ref()) {
        Ok(request) => request,
        Err(problem) => return Ok(Prepared::Faulty(problem.to_string())),
    };
    Ok(match fault_of(&request, desk) {
        Some(problem) => Prepared::Faulty(problem),
        None => Prepared::Leaves(Box::new(request)),
    })
}

/// The coverage by which the payer knows the patient on the first day.
fn coverage_of(config: &Config, held: &AuthorizationOnFile, patient: &Patient) -> Option<Coverage> {
    let payer = &held.authorization.payer;
    let day = held.authorization.from.or(held.authorization.asked)?;
    patient.coverages_on(day).into_iter().find(|coverage| {
        payer_id(config, coverage).is_some_and(|id| same_payer(config, &id, payer))
    })
}

/// The request as it would leave now, to which an answer may be matched too.
pub(super) fn request_of(
    desk: &Desk<'_>,
    held: &AuthorizationOnFile,
) -> Result<Option<AuthorizationRequest>, EngineError> {
    let (Some(practice), Some(patient)) = (
        &desk.config.practice,
        desk.patient(&held.authorization.patient)?,
    ) else {
        return Ok(None);
    };
    let Some(coverage) = coverage_of(desk.config, held, &patient) else {
        return Ok(None);
    };
    Ok(request(practice, held, &patient, &coverage, None).ok())
}

fn request(
    practice: &Practice,
    held: &AuthorizationOnFile,
    patient: &Patient,
    coverage: &Coverage,
    visit: Option<&Encounter>,
) -> Result<AuthorizationRequest, scrubjay_edi::ClaimError> {
    let mut request = AuthorizationRequest::of(
        (&held.id, &originator(practice)),
        &held.authorization,
        &patient.person,
        coverage,
        &asker(practice),
        held.urgency,
    )?;
    if held.authorization.kind == AuthorizationKind::Referral {
        request.category = Some(ReviewCategory::Specialty);
    }
    let Some(visit) = visit else {
        return Ok(request);
    };
    request.place = Some(AsSent::Sound(visit.place.clone()));
    let diagnoses = visit.diagnoses.iter().take(DIAGNOSES).cloned();
    request.diagnoses = diagnoses.map(AsSent::Sound).collect();
    if visit.provider != practice.npi {
        request.performing = Some(Provider {
            npi: Some(AsSent::Sound(visit.provider)),
            ..Provider::default()
        });
    }
    for service in &mut request.services {
        add_modifiers(service, visit);
    }
    Ok(request)
}

/// The modifiers of a service, where the visit plans it in one form only.
fn add_modifiers(service: &mut RequestedService, visit: &Encounter) {
    let planned = visit.planned.iter().filter(|planned| {
        let code = service.procedure.as_ref().and_then(AsSent::sound);
        code == Some(&planned.procedure)
    });
    let mut forms: Vec<_> = planned.map(|planned| &planned.modifiers).collect();
    forms.dedup();
    if let [modifiers] = forms[..] {
        service.modifiers = modifiers
            .iter()
            .take(4)
            .cloned()
            .map(AsSent::Sound)
            .collect();
    }
}

/// What is wrong with a question by its guide, where something is.
fn fault_of(request: &AuthorizationRequest, desk: &Desk<'_>) -> Option<String> {
    questions::fault_of(desk, &|envelope, numbers| {
        write_authorization_requests(&envelope.around(std::slice::from_ref(request)), numbers)
    })
}

fn send(
    desk: &mut Desk<'_>,
    outbox: &Path,
    carried: &dyn Fn(&str) -> bool,
    channel: &str,
    leaving: Vec<Leaving>,
) -> Result<(Sent, PathBuf), EngineError> {
    let asked = leaving.iter().map(|one| one.held.key()).collect();
    let (held, requests): (Vec<_>, Vec<_>) = leaving
        .into_iter()
        .map(|one| (one.held, one.request))
        .unzip();
    let write = |envelope: &Envelope, numbers: &mut dyn ControlNumbers| {
        write_authorization_requests(&envelope.around(&requests), numbers)
    };
    let questions = Questions {
        channel,
        transaction: "278",
        asked,
        write: &write,
    };
    let sent = send_questions(desk, outbox, carried, questions)?;
    let today = desk.today();
    for mut one in held {
        let mut record = one.authorization.into_record();
        record.status = AuthorizationStatus::Asked;
        record.asked = Some(today);
        record.way = Some(AuthorizationWay::Edi);
        one.authorization = Authorization::new(record).map_err(contradiction)?;
        let key = one.key();
        clock::keep(desk, one)?;
        desk.close_record_work(&key, WorkKind::Authorization, "the payer is asked")?;
    }
    Ok(sent)
}
