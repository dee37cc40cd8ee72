//! Step 1: is the patient covered, and for what.
//!
//! A question is first wanted and kept as such; the next file for its channel
//! takes it along (270); what the payer answers (271) is put to it, kept with
//! it and judged at the hook `eligibility`.

mod answer;
mod ask;
mod call;
mod judge;
mod latest;
mod occasion;
mod rejection;
mod switch;

use chrono::NaiveDate;
use scrubjay_model::{
    AskOccasion, AskStage, BusinessCalendar, Coverage, Deadline, DeadlineBasis, DeadlineKind,
    EligibilityInquiry, Encounter, EncounterId, InquiryRecord, Length, LineOfBusiness, Money,
    Patient, PatientKey, PayerId, Record, RecordKey, RecordKind, Roll, WorkKind,
};
use scrubjay_store::{Reader, RecordFilter, StoreError};

pub(crate) use answer::take_answers;
pub(crate) use ask::write_wanted;
pub use call::AskError;
pub(crate) use call::ask;
pub(crate) use latest::{latest_about, latest_for_claim};
pub(crate) use occasion::{judge_again, want_due};

use crate::config::Payer;
use crate::desk::Desk;
use crate::{Config, EngineError};

/// How long a payer may take to answer, where its terms do not say.
const ANSWER_WITHIN: Length = Length::BusinessDays(2);

/// How long an answer is relied on, where the payer's terms do not say.
const FRESH_FOR: Length = Length::CalendarDays(30);

/// What the clock brings: questions that are due, and answers that are overdue.
/// Returns the questions.
pub(crate) fn fire_due(desk: &mut Desk<'_>) -> Result<Vec<RecordKey>, EngineError> {
    occasion::tell_overdue(desk)?;
    want_due(desk)
}

/// Why a question is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Why<'w> {
    pub(super) occasion: AskOccasion,
    /// In words, without patient data.
    pub(super) reason: &'w str,
}

/// Wants to know of a patient's cover, for a visit or for today, because a rule
/// asks for it. What is on its way already is not asked for again, nor what was
/// asked today.
pub(crate) fn want(
    desk: &mut Desk<'_>,
    patient: &PatientKey,
    visit: Option<&EncounterId>,
    reason: &str,
) -> Result<(), EngineError> {
    let visit = match visit {
        Some(id) => desk.encounter(id)?,
        None => None,
    };
    let Some(patient) = desk.patient(patient)? else {
        let reason =
            format!("cover is to be verified of a patient who is not registered: {reason}");
        return match &visit {
            Some(visit) => open_once(desk, &(&visit.id).into(), reason),
            None => desk.open_work(WorkKind::Eligibility, None, Money::ZERO, reason),
        };
    };
    let why = Why {
        occasion: AskOccasion::Rule,
        reason,
    };
    want_each(desk, &patient, visit.as_ref(), why).map(drop)
}

/// Wants a question about each coverage that counts on the day; returns those
/// that wait to leave now, old and new.
pub(super) fn want_each(
    desk: &mut Desk<'_>,
    patient: &Patient,
    visit: Option<&Encounter>,
    why: Why<'_>,
) -> Result<Vec<RecordKey>, EngineError> {
    let day = visit.map_or(desk.today(), |visit| visit.service_date());
    let known = inquiries_of(desk.tx.as_ref(), &patient.key)?;
    let mut waiting = Vec::new();
    for coverage in asked_about(desk.config, patient, day) {
        waiting.extend(want_one(desk, patient, visit, &coverage, why, &known)?);
    }
    Ok(waiting)
}

/// The coverages on a day whose payers can be asked at all.
pub(crate) fn asked_about(config: &Config, patient: &Patient, day: NaiveDate) -> Vec<Coverage> {
    let mut coverages = patient.coverages_on(day);
    coverages.retain(|coverage| {
        let payer = payer_of(config, coverage);
        payer.is_none_or(|payer| payer.profile.line != LineOfBusiness::SelfPay)
    });
    coverages
}

/// Wants a question about one coverage.
pub(super) fn want_one(
    desk: &mut Desk<'_>,
    patient: &Patient,
    visit: Option<&Encounter>,
    coverage: &Coverage,
    why: Why<'_>,
    known: &[InquiryRecord],
) -> Result<Option<RecordKey>, EngineError> {
    let today = desk.today();
    let about = about(patient, visit);
    if !patient.consent.part2.may_disclose(today) {
        // The question alone says where the patient is treated (42 CFR 2.13).
        let reason = "the payer is not asked about cover: the patient has not consented to \
                      disclosure of these records; get the consent"
            .to_owned();
        open_once(desk, &about, reason)?;
        return Ok(None);
    }
    let payer = payer_of(desk.config, coverage);
    let asked_with = payer.map(|payer| &payer.profile.id);
    let Some(id) = asked_with.or(coverage.payer.as_ref()).cloned() else {
        let reason = "a coverage names no payer that can be asked: enter its payer id".to_owned();
        open_once(desk, &about, reason)?;
        return Ok(None);
    };
    let encounter = visit.map(|visit| visit.id.clone());
    let day = visit.map_or(today, |visit| visit.service_date());
    let same = known
        .iter()
        .filter(|one| one.payer == id && one.encounter == encounter && one.service == day);
    let mut waits = same.clone().filter(|one| one.stage == AskStage::Wanted);
    if let Some(waiting) = waits.next() {
        let key = RecordKind::Eligibility.with(waiting.id.clone());
        let due = desk.tx.record_row(&key)?.and_then(|row| row.due);
        if due.is_none() && channel_of(desk.config, coverage).is_some() {
            // A channel was named since.
            let inquiry = EligibilityInquiry::new(waiting.clone()).map_err(contradiction)?;
            desk.keep(inquiry, Some(today))?;
        }
        return Ok(Some(key));
    }
    let by_rule = why.occasion == AskOccasion::Rule;
    let in_time = |one: &InquiryRecord| {
        one.asked == today
            || (one.answer.is_none() && answer_due(desk.config, &one.payer, one.asked) >= today)
    };
    let mut asked = same.filter(|one| one.stage == AskStage::Asked);
    if by_rule && asked.any(in_time) {
        return Ok(None);
    }
    let inquiry = EligibilityInquiry::new(InquiryRecord {
        id: desk.new_record_id("E")?,
        patient: patient.key.clone(),
        payer: id.clone(),
        encounter,
        member: coverage.member.clone(),
        asked: today,
        stage: AskStage::Wanted,
        occasion: Some(why.occasion),
        reason: Some(why.reason.to_owned()),
        service: day,
        service_types: Vec::new(),
        answered: None,
        answer: None,
    })
    .map_err(contradiction)?;
    let key = RecordKind::Eligibility.with(inquiry.id.clone());
    let leads = channel_of(desk.config, coverage).is_some();
    // What no channel leads to waits for a person, not for a file.
    desk.keep(inquiry, leads.then_some(today))?;
    if !leads {
        let reason = format!(
            "no channel leads to payer {id}: ask it by telephone or portal, or name its channel \
             in scrubjay.yaml"
        );
        desk.open_record_work(WorkKind::Eligibility, &key, Money::ZERO, reason)?;
    }
    Ok(Some(key))
}

/// The channel by which a coverage's payer is asked.
pub(super) fn channel_of<'c>(config: &'c Config, coverage: &Coverage) -> Option<&'c str> {
    config.practice.as_ref()?;
    match payer_of(config, coverage) {
        Some(payer) => payer.channel.as_deref(),
        None => config.default_channel.as_deref(),
    }
}

/// The payer of a coverage, where the practice knows it.
pub(crate) fn payer_of<'c>(config: &'c Config, coverage: &Coverage) -> Option<&'c Payer> {
    let ids: Vec<&str> = coverage.payer.iter().map(PayerId::as_str).collect();
    config.payer(&ids, &coverage.payer_name.last)
}

/// Whether a coverage is with the payer of that id.
pub(super) fn is_with(config: &Config, coverage: &Coverage, payer: &PayerId) -> bool {
    let known = payer_of(config, coverage).map(|held| &held.profile.key);
    coverage.payer.as_ref() == Some(payer)
        || known.is_some() && known == payer_of_id(config, payer).map(|asked| &asked.profile.key)
}

/// The payer of an id, where the practice knows it.
pub(super) fn payer_of_id<'c>(config: &'c Config, id: &PayerId) -> Option<&'c Payer> {
    config.payer(&[id.as_str()], "")
}

/// The last day on which a payer answers in time what it is asked on a day.
pub(super) fn answer_due(config: &Config, payer: &PayerId, asked: NaiveDate) -> NaiveDate {
    let terms = payer_of_id(config, payer).map(|payer| &payer.terms);
    let within = terms.and_then(|terms| terms.cover_answer);
    after(asked, within.map_or(ANSWER_WITHIN, |period| period.0))
}

/// The last day on which what a payer answered to a question of a day is relied on.
pub(super) fn fresh_until(config: &Config, payer: &PayerId, asked: NaiveDate) -> NaiveDate {
    let terms = payer_of_id(config, payer).map(|payer| &payer.terms);
    let fresh = terms.and_then(|terms| terms.cover_fresh);
    after(asked, fresh.map_or(FRESH_FOR, |period| period.0))
}

fn after(basis: NaiveDate, length: Length) -> NaiveDate {
    let deadline = Deadline {
        kind: DeadlineKind::FollowUp,
        basis,
        basis_of: DeadlineBasis::Sent,
        length,
        roll: Roll::None,
        proof: None,
    };
    deadline.due(&BusinessCalendar::default())
}

/// The record on which work about a patient's cover hangs: the visit, else the
/// patient.
pub(super) fn about(patient: &Patient, visit: Option<&Encounter>) -> RecordKey {
    visit.map_or_else(|| (&patient.key).into(), |visit| (&visit.id).into())
}

/// Opens work about a record unless the same is open already.
pub(super) fn open_once(
    desk: &mut Desk<'_>,
    record: &RecordKey,
    reason: String,
) -> Result<(), EngineError> {
    let open = desk.tx.record_work(record)?;
    let same = |item: &scrubjay_model::WorkItem| {
        item.kind == WorkKind::Eligibility && item.reason == reason
    };
    if open.iter().any(same) {
        return Ok(());
    }
    desk.open_record_work(WorkKind::Eligibility, record, Money::ZERO, reason)
}

/// The questions about a patient's cover, oldest first.
pub(super) fn inquiries_of(
    reader: &dyn Reader,
    patient: &PatientKey,
) -> Result<Vec<InquiryRecord>, EngineError> {
    inquiries(
        reader,
        &RecordFilter {
            kind: Some(RecordKind::Eligibility),
            patient: Some(patient.clone()),
            ..RecordFilter::default()
        },
    )
}

/// Questions about cover, whole.
pub(super) fn inquiries(
    reader: &dyn Reader,
    filter: &RecordFilter,
) -> Result<Vec<InquiryRecord>, EngineError> {
    let mut found = Vec::new();
    for row in reader.records(filter)? {
        if let Some(Record::Eligibility(inquiry)) = reader.record(&row.key)? {
            found.push(inquiry.into_record());
        }
    }
    Ok(found)
}

/// What our own checks do not allow for: the database holds something else than
/// it should.
pub(super) fn contradiction(problem: impl std::fmt::Display) -> EngineError {
    StoreError::Contradiction {
        problem: problem.to_string(),
    }
    .into()
}

#[cfg(test)]
pub(crate) mod tests;
