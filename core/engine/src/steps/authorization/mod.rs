//! Step 1: prior authorization and referral. Whether a payer wants to be asked
//! is for the rules at the hook `authorization`; asking, hearing back, counting
//! down and the clocks are here.

mod answer;
mod ask;
mod by_hand;
pub(crate) mod clock;
mod granted;
mod meant;
pub(crate) mod on_file;
mod planned;
pub(crate) mod terms;
pub(crate) mod units;
mod want;
mod words;

#[cfg(test)]
mod tests;

use scrubjay_hooks::{AuthorizationSubject, Effect, EffectKind, Hook, Subject};
use scrubjay_model::{
    AuthorizationStatus, Axis, Encounter, EncounterId, EncounterStatus, Record, RecordKey,
    RecordKind, Urgency, WorkKind,
};
use scrubjay_store::{Event, RecordFilter, StoreError};

pub(crate) use answer::take_answers;
pub(crate) use ask::write_wanted;
pub use by_hand::{
    AuthorizationAbout, AuthorizationByHand, AuthorizationCallError, DecisionByHand,
};
pub(crate) use by_hand::{ask_again, cancel, record, want_by_hand};
pub(crate) use want::require;

use crate::EngineError;
use crate::desk::Desk;
use crate::steps::eligibility;
use crate::steps::judged::judge_record;
use planned::Planned;

/// What this step carries out itself.
const CAN: [EffectKind; 3] = [
    EffectKind::RequireAuthorization,
    EffectKind::VerifyCoverage,
    EffectKind::Defer,
];

/// Judges what a visit is booked for at the hook `authorization`, and does what
/// the rules ask for: as it is booked or changed, and when an answer about its
/// cover has come. A visit that was called off lets go of what nobody asked yet.
pub(crate) fn check(desk: &mut Desk<'_>, id: &EncounterId) -> Result<(), EngineError> {
    let Some(visit) = desk.encounter(id)? else {
        return Ok(());
    };
    match visit.status {
        EncounterStatus::Scheduled | EncounterStatus::Arrived => {}
        EncounterStatus::Cancelled | EncounterStatus::NoShow => return want::let_go(desk, id),
        EncounterStatus::Closed => return Ok(()),
    }
    if visit.planned.is_empty() {
        return want::let_go(desk, id);
    }
    let Some(planned) = Planned::of(desk, visit)? else {
        return Ok(());
    };
    let effects = judge(desk, &planned)?;
    want::bind(desk, &planned)?;
    let today = desk.today();
    let not_before = effects.iter().filter_map(|(_, effect)| match effect {
        Effect::Defer { until, .. } if *until > today => Some(*until),
        _ => None,
    });
    let not_before = not_before.max();
    want::follow_visit(desk, &planned, not_before)?;
    want::drop_covered(desk, &planned)?;
    for (rule, effect) in effects {
        match effect {
            Effect::RequireAuthorization { procedure, reason } => {
                let reason = format!("{reason} ({rule})");
                let wanted = want::Wanted {
                    not_before,
                    ..want::Wanted::by_rule(procedure.as_ref(), &reason)
                };
                want::want(desk, id, &wanted)?;
            }
            Effect::VerifyCoverage { reason } => {
                let reason = format!("{reason} ({rule})");
                eligibility::want(desk, &planned.patient.key, Some(id), &reason)?;
            }
            // A day to look again is read from the journal; all else was refused.
            _ => {}
        }
    }
    for held in on_file::of_patient(desk.tx.as_ref(), &planned.patient.key)? {
        clock::warn(desk, &held)?;
    }
    Ok(())
}

/// Asks the rules. What holds the visit is work until they find nothing more.
fn judge(desk: &mut Desk<'_>, planned: &Planned) -> Result<Vec<(String, Effect)>, EngineError> {
    let config = desk.config;
    let key = RecordKey::from(&planned.visit.id);
    let payer = planned.coverage.as_ref().and_then(|coverage| {
        let ids: Vec<&str> = coverage.payer.iter().map(|id| id.as_str()).collect();
        config.payer(&ids, &coverage.payer_name.last)
    });
    let authorizations = planned.shown(desk)?;
    let answer = planned.latest_answer(desk)?;
    let visit = &planned.visit;
    let own = planned.held.iter().find(|held| held.is_for(&visit.id));
    let subject = AuthorizationSubject {
        visit: Some(visit),
        diagnoses: &visit.diagnoses,
        coverage: planned.coverage.as_ref(),
        payer: payer.map(|payer| &payer.profile),
        authorizations: &authorizations,
        eligibility: answer.as_deref(),
        urgency: own.map_or(Urgency::Standard, |held| held.urgency),
        ..AuthorizationSubject::of(&planned.patient.person, &visit.planned)
    };
    let judged = judge_record(
        desk,
        Hook::Authorization,
        &key,
        Subject::Authorization(&subject),
        &CAN,
    )?;
    let mark = "held for its authorization: ";
    let reason = format!("{mark}{}", judged.held_by.join(", "));
    for item in desk.tx.record_work(&key)? {
        let is_ours = item.kind == WorkKind::Authorization && item.reason.starts_with(mark);
        if is_ours && (judged.held_by.is_empty() || item.reason != reason) {
            desk.record(&Event::WorkClosed {
                item: item.id,
                outcome: "the rules find it no more".to_owned(),
            })?;
        }
    }
    if !judged.held_by.is_empty() {
        clock::open(desk, &key, reason)?;
    }
    Ok(judged.effects)
}

/// Checks every visit to come that was booked or changed since it was last
/// judged, of whose cover the payer has spoken since, or that was put off until
/// a day that has come.
pub(crate) fn check_due(desk: &mut Desk<'_>) -> Result<(), EngineError> {
    let visits = desk.tx.records(&RecordFilter {
        kind: Some(RecordKind::Encounter),
        state: Some(EncounterStatus::Scheduled.as_str().to_owned()),
        from: Some(desk.today()),
        ..RecordFilter::default()
    })?;
    for row in visits {
        let Some(Record::Encounter(visit)) = desk.tx.record(&row.key)? else {
            continue;
        };
        if !visit.planned.is_empty() && is_due(desk, &visit, row.sequence)? {
            check(desk, &visit.id)?;
        }
    }
    for held in wanted(desk)? {
        if let Some(visit) = &held.encounter
            && desk.encounter(visit)?.is_none_or(|visit| is_off(&visit))
        {
            want::let_go(desk, visit)?;
        }
    }
    Ok(())
}

fn is_off(visit: &Encounter) -> bool {
    matches!(
        visit.status,
        EncounterStatus::Cancelled | EncounterStatus::NoShow
    )
}

fn is_due(desk: &Desk<'_>, visit: &Encounter, kept: u64) -> Result<bool, EngineError> {
    let history = desk.tx.record_history(&(&visit.id).into())?;
    let judged = history.iter().rev().find_map(|row| match &row.event {
        Event::RecordJudged {
            hook: Hook::Authorization,
            outcome,
            ..
        } => Some((row, outcome)),
        _ => None,
    });
    let Some((last, outcome)) = judged else {
        return Ok(true);
    };
    let (last_day, today) = (last.stamp.at.date_naive(), desk.today());
    let put_off = outcome.effects.iter().any(|(_, effect)| {
        matches!(effect, Effect::Defer { until, .. } if last_day < *until && *until <= today)
    });
    if put_off || kept > last.sequence {
        return Ok(true);
    }
    let answers = desk.tx.records(&RecordFilter {
        kind: Some(RecordKind::Eligibility),
        patient: Some(visit.patient.clone()),
        state: Some("answered".to_owned()),
        ..RecordFilter::default()
    })?;
    let patient = desk.tx.record_row(&(&visit.patient).into())?;
    let news = answers.iter().chain(&patient).map(|row| row.sequence);
    Ok(news.max().is_some_and(|sequence| sequence > last.sequence))
}

/// Authorizations that are wanted and that nobody has asked for.
fn wanted(desk: &Desk<'_>) -> Result<Vec<on_file::AuthorizationOnFile>, EngineError> {
    let filter = RecordFilter {
        state: Some(AuthorizationStatus::Required.as_str().to_owned()),
        ..RecordFilter::default()
    };
    on_file::all(desk.tx.as_ref(), &filter)
}

/// What the engine itself made and cannot hold together.
fn contradiction(problem: impl std::fmt::Display) -> EngineError {
    let problem = problem.to_string();
    StoreError::Contradiction { problem }.into()
}
