//! What people do about authorizations: want one, record what a payer said by
//! telephone or portal, ask once more, cancel.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{
    Authorization, AuthorizationError, AuthorizationKind, AuthorizationNumber, AuthorizationRecord,
    AuthorizationStatus, AuthorizationWay, AuthorizedService, EncounterId, PatientKey, PayerId,
    ProcedureCode, RecordId, ReviewAnswer, ReviewOutcome, Urgency, WorkKind,
};

use super::meant::{self, Told};
use super::on_file::{self, AuthorizationOnFile, payer_id};
use super::want::{self, LETTERS, Wanted, WantedBy};
use super::{check, clock, granted, units};
use crate::EngineError;
use crate::desk::Desk;

/// A payer's decision that did not come electronically.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationByHand {
    /// What it is about.
    pub about: AuthorizationAbout,
    /// By which way it came.
    pub way: AuthorizationWay,
    /// The payer's reference of the call or review, where it gave one.
    pub reference: Option<String>,
    /// What was decided.
    pub decision: DecisionByHand,
}

/// What a decision is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorizationAbout {
    /// An authorization on file.
    OnFile(RecordId),
    /// The open request of the patient for it, where there is one; else one that
    /// was asked for elsewhere, or a referral.
    New {
        /// The patient.
        patient: PatientKey,
        /// The payer's key or id; `None` for the patient's first payer on the day.
        payer: Option<String>,
        /// The visit that it is for, where it is for one.
        visit: Option<EncounterId>,
        /// Whose leave it is.
        kind: AuthorizationKind,
    },
}

/// What a payer decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecisionByHand {
    /// Granted, in full or in part.
    Granted {
        /// The payer's number, which claims name.
        number: AuthorizationNumber,
        /// First day of service.
        from: NaiveDate,
        /// Last day of service.
        to: NaiveDate,
        /// Procedures with their units; none for those asked for.
        services: Vec<(ProcedureCode, Decimal)>,
    },
    /// Not granted.
    Refused {
        /// Why, without patient data.
        reason: String,
    },
    /// The payer wants none for this service.
    NotRequired,
}

/// Why nothing was done about an authorization.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorizationCallError {
    /// Nobody is named, or no reason is given.
    #[error("who does it and why stands in the journal; give both")]
    Unsigned,
    /// There is no such authorization.
    #[error("there is no authorization {id}; `scrubjay auth list` shows them")]
    Unknown {
        /// Id.
        id: RecordId,
    },
    /// The patient is not registered.
    #[error("the patient is not registered; register them first")]
    UnknownPatient,
    /// There is no such visit, or it is another patient's.
    #[error("the patient has no visit {visit}; schedule it first")]
    UnknownVisit {
        /// Visit.
        visit: EncounterId,
    },
    /// The patient has no payer on the day that could be asked, or another.
    #[error(
        "no such payer covers the patient on that day; mend the coverages or name the payer by its key or id"
    )]
    NoPayer,
    /// What is wanted is there, or is under way.
    #[error(
        "nothing is left to ask for visit {visit}: what it plans is authorized, or under way; `scrubjay auth list` shows it"
    )]
    NothingWanted {
        /// Visit.
        visit: EncounterId,
    },
    /// It is decided, and can no more be asked or cancelled.
    #[error(
        "authorization {id} is {status}; only one that is wanted, asked or approved can be changed so"
    )]
    Decided {
        /// Id.
        id: RecordId,
        /// Where it stands.
        status: &'static str,
    },
    /// Several requests are open that the decision could answer.
    #[error(
        "{} are open and could be meant: name the one that was decided, or its visit",
        meant::listed(ids)
    )]
    SeveralMeant {
        /// Ids.
        ids: Vec<RecordId>,
    },
    /// What was decided cannot be.
    #[error("{0}; compare it with what the payer said")]
    Decision(#[from] AuthorizationError),
}

/// Wants an authorization for a visit; returns its id.
pub(crate) fn want_by_hand(
    desk: &mut Desk<'_>,
    visit: &EncounterId,
    procedure: Option<&ProcedureCode>,
    urgency: Urgency,
    reason: &str,
) -> Result<RecordId, EngineError> {
    let reason = signed(desk, reason)?;
    if desk.encounter(visit)?.is_none() {
        let visit = visit.clone();
        return Err(AuthorizationCallError::UnknownVisit { visit }.into());
    }
    let wanted = Wanted {
        urgency,
        by: WantedBy::Person,
        ..Wanted::by_rule(procedure, reason)
    };
    want::want(desk, visit, &wanted)?.ok_or_else(|| {
        let visit = visit.clone();
        AuthorizationCallError::NothingWanted { visit }.into()
    })
}

/// The reason, where somebody gave one.
fn signed<'r>(desk: &Desk<'_>, reason: &'r str) -> Result<&'r str, AuthorizationCallError> {
    let reason = reason.trim();
    if reason.is_empty() || desk.stamp.actor.trim().is_empty() {
        return Err(AuthorizationCallError::Unsigned);
    }
    Ok(reason)
}

fn known(desk: &Desk<'_>, id: &RecordId) -> Result<AuthorizationOnFile, EngineError> {
    let id = id.clone();
    let found = on_file::one(desk.tx.as_ref(), &id)?;
    found.ok_or_else(|| AuthorizationCallError::Unknown { id }.into())
}

/// Keeps what a payer decided. The desk's stamp says who heard it.
pub(crate) fn record(
    desk: &mut Desk<'_>,
    heard: &AuthorizationByHand,
) -> Result<AuthorizationOnFile, EngineError> {
    if desk.stamp.actor.trim().is_empty() {
        return Err(AuthorizationCallError::Unsigned.into());
    }
    let mut held = match &heard.about {
        AuthorizationAbout::OnFile(id) => known(desk, id)?,
        AuthorizationAbout::New { .. } => begin(desk, heard)?,
    };
    let today = desk.today();
    let not_spoken_of = meant::not_spoken_of(&held, &heard.decision);
    let mut record = held.authorization.into_record();
    record.way = Some(heard.way);
    let asked = record.asked.unwrap_or(today);
    record.asked = Some(asked);
    record.decided = Some(asked.max(today));
    let outcome = decide(&mut record, &heard.decision);
    record.answer = Some(ReviewAnswer {
        outcome: Some(outcome),
        reference: heard.reference.clone(),
        ..ReviewAnswer::default()
    });
    held.authorization = Authorization::new(record).map_err(AuthorizationCallError::from)?;
    if held.authorization.status == AuthorizationStatus::Approved {
        units::count_earlier(desk.tx.as_ref(), desk.config, &mut held)?;
    }
    let key = held.key();
    clock::keep(desk, held.clone())?;
    let outcome = format!("{} heard the payer's decision", desk.stamp.actor);
    desk.close_record_work(&key, WorkKind::Authorization, &outcome)?;
    if let DecisionByHand::Refused { reason } = &heard.decision {
        let reason = format!(
            "not granted ({}): ask for a peer-to-peer review, appeal, or tell the patient before the visit",
            reason.trim()
        );
        clock::open(desk, &key, reason)?;
    }
    if !not_spoken_of.is_empty() {
        let codes: Vec<&str> = not_spoken_of.iter().map(ProcedureCode::as_str).collect();
        let reason = format!(
            "{} was asked for too, and what was granted does not name it: ask the payer",
            codes.join(", ")
        );
        clock::open(desk, &key, reason)?;
    }
    for visit in concerned(desk, &held)? {
        check(desk, &visit)?;
    }
    if !matches!(heard.decision, DecisionByHand::Refused { .. }) {
        granted::judge_held(desk, &held)?;
    }
    clock::warn(desk, &held)?;
    Ok(held)
}

/// The visits to look at again: its own, and those that wait for what it may cover.
fn concerned(desk: &Desk<'_>, held: &AuthorizationOnFile) -> Result<Vec<EncounterId>, EngineError> {
    let mut visits: Vec<EncounterId> = held.encounter.iter().cloned().collect();
    if held.authorization.status != AuthorizationStatus::Approved {
        return Ok(visits);
    }
    let (patient, payer) = (&held.authorization.patient, &held.authorization.payer);
    for other in on_file::with_payer(desk.tx.as_ref(), desk.config, patient, payer)? {
        if let Some(visit) = other.encounter
            && other.authorization.status == AuthorizationStatus::Required
            && !visits.contains(&visit)
        {
            visits.push(visit);
        }
    }
    Ok(visits)
}

/// Puts a decision into the record.
fn decide(record: &mut AuthorizationRecord, decision: &DecisionByHand) -> ReviewOutcome {
    match decision {
        DecisionByHand::Granted {
            number,
            from,
            to,
            services,
        } => {
            record.status = AuthorizationStatus::Approved;
            record.number = Some(number.clone());
            (record.from, record.to) = (Some(*from), Some(*to));
            if services.is_empty() {
                return ReviewOutcome::Certified;
            }
            let before = std::mem::take(&mut record.services);
            record.services = services
                .iter()
                .map(|(procedure, units)| {
                    let mut before = before.iter();
                    let used = before.find(|of| of.procedures.contains(procedure));
                    AuthorizedService {
                        procedures: vec![procedure.clone()],
                        approved: *units,
                        used: used.map(|of| of.used).unwrap_or_default(),
                    }
                })
                .collect();
            ReviewOutcome::Certified
        }
        DecisionByHand::Refused { .. } => {
            record.status = AuthorizationStatus::Denied;
            ReviewOutcome::NotCertified
        }
        DecisionByHand::NotRequired => {
            record.status = AuthorizationStatus::Cancelled;
            ReviewOutcome::NotRequired
        }
    }
}

/// The open request that is meant, or one that nobody made from here.
fn begin(desk: &Desk<'_>, heard: &AuthorizationByHand) -> Result<AuthorizationOnFile, EngineError> {
    let AuthorizationAbout::New {
        patient,
        payer,
        visit,
        kind,
    } = &heard.about
    else {
        return Err(super::contradiction("it is on file"));
    };
    if desk.patient(patient)?.is_none() {
        return Err(AuthorizationCallError::UnknownPatient.into());
    }
    if let Some(visit) = visit {
        let own = desk.encounter(visit)?;
        if own.is_none_or(|own| own.patient != *patient) {
            let visit = visit.clone();
            return Err(AuthorizationCallError::UnknownVisit { visit }.into());
        }
    }
    let day = match &heard.decision {
        DecisionByHand::Granted { from, .. } => *from,
        _ => desk.today(),
    };
    let payer = payer_on(desk, patient, payer.as_deref(), day)?;
    let told = Told {
        patient,
        payer: &payer,
        kind: *kind,
        visit: visit.as_ref(),
        decision: &heard.decision,
    };
    if let Some(held) = meant::open_request(desk, &told)? {
        return Ok(held);
    }
    let record = AuthorizationRecord {
        patient: patient.clone(),
        payer,
        kind: *kind,
        status: AuthorizationStatus::Asked,
        number: None,
        asked: Some(desk.today()),
        decided: None,
        from: None,
        to: None,
        services: Vec::new(),
        way: Some(heard.way),
        visits: Vec::new(),
        uses: Vec::new(),
        answer: None,
    };
    Ok(AuthorizationOnFile {
        id: desk.new_record_id(LETTERS)?,
        encounter: visit.clone(),
        urgency: Urgency::Standard,
        authorization: Authorization::new(record).map_err(AuthorizationCallError::from)?,
    })
}

/// The payer that is meant: one that covers the patient on the day.
fn payer_on(
    desk: &Desk<'_>,
    patient: &PatientKey,
    named: Option<&str>,
    day: NaiveDate,
) -> Result<PayerId, EngineError> {
    let config = desk.config;
    let patient = desk.patient(patient)?;
    let patient = patient.ok_or(AuthorizationCallError::UnknownPatient)?;
    let mut covering = patient
        .coverages_on(day)
        .into_iter()
        .filter_map(|coverage| payer_id(config, &coverage));
    let found = covering.find(|id| {
        named.is_none_or(|named| {
            let known = config.payer(&[id.as_str()], "");
            id.as_str() == named || known.is_some_and(|payer| payer.profile.key == named)
        })
    });
    found.ok_or_else(|| AuthorizationCallError::NoPayer.into())
}

/// Lets a request leave once more: one that the payer refused to read, after it
/// was mended, or one that it never answered.
pub(crate) fn ask_again(
    desk: &mut Desk<'_>,
    id: &RecordId,
) -> Result<AuthorizationOnFile, EngineError> {
    let mut held = known(desk, id)?;
    let status = held.authorization.status;
    if !matches!(
        status,
        AuthorizationStatus::Required | AuthorizationStatus::Asked
    ) {
        let (id, status) = (id.clone(), status.as_str());
        return Err(AuthorizationCallError::Decided { id, status }.into());
    }
    let mut record = held.authorization.into_record();
    record.status = AuthorizationStatus::Required;
    record.asked = None;
    record.answer = None;
    held.authorization = Authorization::new(record).map_err(AuthorizationCallError::from)?;
    clock::keep(desk, held.clone())?;
    let outcome = format!("{} asks again", desk.stamp.actor);
    desk.close_record_work(&held.key(), WorkKind::Authorization, &outcome)?;
    Ok(held)
}

/// Gives an authorization up. The payer is not told: that is for whoever does it.
pub(crate) fn cancel(
    desk: &mut Desk<'_>,
    id: &RecordId,
    reason: &str,
) -> Result<AuthorizationOnFile, EngineError> {
    let reason = signed(desk, reason)?;
    let mut held = known(desk, id)?;
    let status = held.authorization.status;
    if matches!(
        status,
        AuthorizationStatus::Denied | AuthorizationStatus::Cancelled
    ) {
        let (id, status) = (id.clone(), status.as_str());
        return Err(AuthorizationCallError::Decided { id, status }.into());
    }
    let mut record = held.authorization.into_record();
    record.status = AuthorizationStatus::Cancelled;
    record.decided = record.asked.max(Some(desk.today()));
    held.authorization = Authorization::new(record).map_err(AuthorizationCallError::from)?;
    let key = held.key();
    clock::keep(desk, held.clone())?;
    // The journal holds the reason in the item, which is done as it is opened.
    let reason = format!("cancelled by {}: {reason}", desk.stamp.actor);
    clock::open(desk, &key, reason.clone())?;
    desk.close_record_work(&key, WorkKind::Authorization, &reason)?;
    Ok(held)
}
