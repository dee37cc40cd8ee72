//! The way in: answers (271) are put to their questions, kept with them and judged.

use scrubjay_edi::{EligibilityResponse, Matched, match_inquiry, read_eligibility_responses};
use scrubjay_model::{
    AskStage, EligibilityAnswer, EligibilityInquiry, InquiryRecord, MemberId, Money, PatientKey,
    PayerId, Record, RecordId, RecordKey, RecordKind, WorkKind,
};
use scrubjay_store::{Cause, Event, RecordFilter};
use scrubjay_x12::TransactionSet;

use super::ask::key_of;
use super::judge::{Judged, is_held_by_rules, judge};
use super::latest::same_payer;
use super::rejection::all_in_words;
use super::switch::about_payer;
use super::{contradiction, inquiries, inquiries_of, is_with, payer_of_id};
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::questions::names_another;

/// What the answers of a transaction set came to.
#[derive(Debug, Default)]
pub(crate) struct Covered {
    /// Answers that were put to their questions.
    pub(crate) answers: usize,
    /// Those of them by which the payer refused.
    pub(crate) rejected: usize,
    /// What a person should know.
    pub(crate) remarks: Vec<String>,
}

/// Takes in a 271: each answer is kept with its question and judged. What
/// belongs to no question of ours, or says nothing that can be used, becomes work.
///
/// The reason comes back where the set cannot be read at all.
pub(crate) fn take_answers(
    desk: &mut Desk<'_>,
    set: &TransactionSet,
) -> Result<Result<Covered, String>, EngineError> {
    let responses = match read_eligibility_responses(set) {
        Ok(responses) => responses,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let mut covered = Covered::default();
    for response in responses {
        let found = match question_of(desk, &response)? {
            Ok(found) => found,
            Err(why) => {
                set_aside(desk, set, &response, &why, &mut covered)?;
                continue;
            }
        };
        take_one(desk, found, response, &mut covered)?;
    }
    Ok(Ok(covered))
}

/// The question that an answer is to, or why nobody knows.
fn question_of(
    desk: &Desk<'_>,
    response: &EligibilityResponse,
) -> Result<Result<EligibilityInquiry, String>, EngineError> {
    // By its name at once: an answer may come again to what is answered.
    let traces = response.traces.iter().map(|trace| trace.number.clone());
    let batch = response.batch.as_deref().map(str::parse::<RecordId>);
    for name in traces.chain(batch.and_then(Result::ok)) {
        if let Some(inquiry) = inquiry(desk, name)? {
            return Ok(match speaks_of_another(desk, &inquiry, response)? {
                true => Err(format!(
                    "it names another person than question {}",
                    inquiry.id
                )),
                false => Ok(inquiry),
            });
        }
    }
    let mut open = inquiries(
        desk.tx.as_ref(),
        &RecordFilter {
            kind: Some(RecordKind::Eligibility),
            state: Some("asked".to_owned()),
            ..RecordFilter::default()
        },
    )?;
    // The payer may answer under another of its ids.
    if let Some(answers) = &response.payer.id {
        for asked in &mut open {
            if same_payer(desk.config, &asked.payer, answers) {
                asked.payer = answers.clone();
            }
        }
    }
    let found = match match_inquiry(response, &open) {
        Matched::ByTrace(found) | Matched::ByContent(found) => found.id.clone(),
        Matched::Several(count) => {
            return Ok(Err(format!("{count} questions of ours fit it")));
        }
        Matched::Nothing => return Ok(Err("it belongs to no question of ours".to_owned())),
    };
    Ok(inquiry(desk, found)?.ok_or_else(|| "its question is gone".to_owned()))
}

/// Whether an answer is about another person than its question, whatever number
/// it gives back.
fn speaks_of_another(
    desk: &Desk<'_>,
    inquiry: &EligibilityInquiry,
    response: &EligibilityResponse,
) -> Result<bool, EngineError> {
    let Some((patient, said)) = desk.patient(&inquiry.patient)?.zip(response.patient()) else {
        return Ok(false);
    };
    let known: Vec<&MemberId> = inquiry.member.iter().collect();
    let member = response.subscriber.member.as_ref();
    Ok(names_another((&patient.person, &known), (said, member)))
}

/// A question that has left.
fn inquiry(desk: &Desk<'_>, id: RecordId) -> Result<Option<EligibilityInquiry>, EngineError> {
    Ok(match desk.tx.record(&RecordKind::Eligibility.with(id))? {
        Some(Record::Eligibility(inquiry)) if inquiry.stage == AskStage::Asked => Some(*inquiry),
        _ => None,
    })
}

/// An answer without its question is work for a person, who finds it in the file.
fn set_aside(
    desk: &mut Desk<'_>,
    set: &TransactionSet,
    response: &EligibilityResponse,
    why: &str,
    covered: &mut Covered,
) -> Result<(), EngineError> {
    let file = match &desk.stamp.cause {
        Cause::File { file } => format!(" of file {}", &file.as_str()[..12]),
        _ => String::new(),
    };
    let refused = match &response.rejections[..] {
        [] => String::new(),
        rejections => format!("; the payer refused: {}", all_in_words(rejections)),
    };
    let reason = format!(
        "an answer about cover at {}{file}: {why}{refused}; find the patient, and ask again",
        set.position()
    );
    desk.open_work(WorkKind::Eligibility, None, Money::ZERO, reason)?;
    covered
        .remarks
        .push(format!("an answer about cover was set aside: {why}"));
    Ok(())
}

fn take_one(
    desk: &mut Desk<'_>,
    mut inquiry: EligibilityInquiry,
    response: EligibilityResponse,
    covered: &mut Covered,
) -> Result<(), EngineError> {
    let key = key_of(&inquiry);
    let answered_before = inquiry.state() == "answered";
    let record = response.into_record(&inquiry);
    let refuses = record.benefits.is_empty() && !record.rejections.is_empty();
    if refuses && answered_before {
        let why = "the payer refused what it has answered already: the answer stands; ask again";
        desk.open_record_work(WorkKind::Eligibility, &key, Money::ZERO, why.to_owned())?;
        covered.answers += 1;
        covered.rejected += 1;
        return Ok(());
    }
    // A clock that is behind the day of asking makes no answer an early one.
    let on = desk.today().max(inquiry.asked);
    let taken = EligibilityAnswer::new(record).and_then(|answer| inquiry.take(answer, on));
    if let Err(problem) = taken {
        let reason = format!("the answer cannot be used: {problem}; ask by telephone or portal");
        desk.open_record_work(WorkKind::Eligibility, &key, Money::ZERO, reason)?;
        covered.remarks.push(format!(
            "the answer to {} cannot be used: {problem}",
            inquiry.id
        ));
        return Ok(());
    }
    covered.answers += 1;
    desk.keep(inquiry.clone(), None)?;
    desk.close_record_work(&key, WorkKind::Eligibility, "it is answered")?;
    if refuses {
        covered.rejected += 1;
        let rejections = inquiry.answer.iter().flat_map(|answer| &answer.rejections);
        let rejections: Vec<_> = rejections.cloned().collect();
        let reason = all_in_words(&rejections);
        desk.open_record_work(WorkKind::Eligibility, &key, Money::ZERO, reason)?;
    } else {
        settle_older(desk, &inquiry)?;
    }
    judge_answer(desk, &key, &inquiry)
}

/// What was open about this patient's cover with this payer is settled by an
/// answer: what is wrong still is found anew.
fn settle_older(desk: &mut Desk<'_>, inquiry: &InquiryRecord) -> Result<(), EngineError> {
    for key in older(desk, &inquiry.patient, &inquiry.payer)? {
        desk.close_record_work(&key, WorkKind::Eligibility, "the payer has answered since")?;
    }
    // On the visit and the patient hangs other work too.
    let payer = payer_of_id(desk.config, &inquiry.payer);
    let of_payer = payer.map(|payer| about_payer(&payer.profile.key));
    // That a member number is to be got stays until it is on file.
    let patient = desk.patient(&inquiry.patient)?;
    let has_member = patient.is_some_and(|patient| {
        let held = patient.coverages_on(inquiry.service);
        held.iter()
            .any(|held| is_with(desk.config, held, &inquiry.payer) && held.member.is_some())
    });
    let of_payer = of_payer.filter(|_| has_member);
    let visit = inquiry.encounter.as_ref().map(RecordKey::from);
    for record in visit.into_iter().chain([(&inquiry.patient).into()]) {
        for item in desk.tx.record_work(&record)? {
            let settled = is_held_by_rules(&item.reason)
                || of_payer
                    .as_ref()
                    .is_some_and(|of| item.reason.starts_with(of));
            if item.kind == WorkKind::Eligibility && settled {
                let outcome = "the payer has answered since".to_owned();
                desk.record(&Event::WorkClosed {
                    item: item.id,
                    outcome,
                })?;
            }
        }
    }
    Ok(())
}

fn older(
    desk: &Desk<'_>,
    patient: &PatientKey,
    payer: &PayerId,
) -> Result<Vec<RecordKey>, EngineError> {
    let mut all = inquiries_of(desk.tx.as_ref(), patient)?;
    all.retain(|one| same_payer(desk.config, &one.payer, payer));
    let keys = all
        .into_iter()
        .map(|one| RecordKind::Eligibility.with(one.id));
    Ok(keys.collect())
}

fn judge_answer(
    desk: &mut Desk<'_>,
    key: &RecordKey,
    inquiry: &EligibilityInquiry,
) -> Result<(), EngineError> {
    let patient = desk.patient(&inquiry.patient)?;
    let patient = patient.ok_or_else(|| contradiction("an inquiry's patient is not registered"))?;
    let visit = match &inquiry.encounter {
        Some(visit) => desk.encounter(visit)?,
        None => None,
    };
    judge(
        desk,
        key,
        &Judged {
            patient: &patient,
            visit: visit.as_ref(),
            inquiry: Some(inquiry),
        },
    )
}
