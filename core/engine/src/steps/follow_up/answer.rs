//! The way in: payers' answers where claims stand (277) are put to their
//! questions, kept with them and judged.

use chrono::NaiveDate;
use scrubjay_edi::{
    ClaimStatusResponse, Matched, StatusAbout, match_claim_status, read_claim_status_responses,
};
use scrubjay_model::{
    Adjudication, AskStage, ClaimId, ClaimStatusAnswer, ClaimStatusRecord, MemberId, Money,
    PayerStatus, Record, RecordKind, StatusInquiry, StatusStage, WorkKind,
};
use scrubjay_store::{ClaimRow, Counter, Move, Reader, RecordFilter};
use scrubjay_x12::TransactionSet;

use super::ask::{by_person, claim_filter, inquiries, is_waiting, request_of};
use super::look;
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::questions::names_another;

/// What the answers of a transaction set came to.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Answers that were put to their questions.
    pub(crate) answers: usize,
    /// What a person should know.
    pub(crate) remarks: Vec<String>,
}

/// Takes in a 277 that answers 276s. What belongs to no question of ours, or says
/// nothing that can be used, becomes work.
///
/// The reason comes back where the set cannot be read at all.
pub(crate) fn take_answers(
    desk: &mut Desk<'_>,
    set: &TransactionSet,
) -> Result<Result<Told, String>, EngineError> {
    let responses = match read_claim_status_responses(set) {
        Ok(responses) => responses,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let mut told = Told::default();
    for response in responses {
        match question_of(desk, &response)? {
            Ok(inquiry) => take_one(desk, inquiry, response, &mut told)?,
            Err(why) => {
                let reason = format!(
                    "an answer about a claim's status at {}: {why}; find the claim, and ask again",
                    set.position()
                );
                desk.open_work(WorkKind::FollowUp, None, Money::ZERO, reason)?;
                told.remarks
                    .push(format!("an answer about a claim was set aside: {why}"));
            }
        }
    }
    Ok(Ok(told))
}

/// The question that an answer is to, or why nobody knows.
fn question_of(
    desk: &Desk<'_>,
    response: &ClaimStatusResponse,
) -> Result<Result<StatusInquiry, String>, EngineError> {
    let key = RecordKind::ClaimStatus.with(response.trace.clone());
    if let Some(Record::ClaimStatus(inquiry)) = desk.tx.record(&key)?
        && inquiry.stage == AskStage::Asked
    {
        return Ok(match speaks_of_another(desk, &inquiry, response)? {
            true => Err(format!(
                "it names another person than question {}",
                inquiry.id
            )),
            false => Ok(*inquiry),
        });
    }
    let filter = RecordFilter {
        kind: Some(RecordKind::ClaimStatus),
        state: Some("asked".to_owned()),
        ..RecordFilter::default()
    };
    let mut asked = Vec::new();
    let mut requests = Vec::new();
    for inquiry in inquiries(desk, &filter)? {
        if let Ok((_, request)) = request_of(desk, &inquiry)? {
            asked.push(inquiry);
            requests.push(request);
        }
    }
    let found = match match_claim_status(response, &requests) {
        Matched::ByTrace(found) | Matched::ByContent(found) => found.trace.clone(),
        Matched::Several(count) => return Ok(Err(format!("{count} questions of ours fit it"))),
        Matched::Nothing => return Ok(Err("it belongs to no question of ours".to_owned())),
    };
    let found = asked.into_iter().find(|one| one.id == found);
    let Some(inquiry) = found else {
        return Ok(Err("its question is gone".to_owned()));
    };
    Ok(match speaks_of_another(desk, &inquiry, response)? {
        true => Err("it names another person than the claim that fits it".to_owned()),
        false => Ok(inquiry),
    })
}

/// Whether an answer is about another person than the claim's patient, whatever
/// number it gives back.
fn speaks_of_another(
    desk: &Desk<'_>,
    inquiry: &StatusInquiry,
    response: &ClaimStatusResponse,
) -> Result<bool, EngineError> {
    if response.about != StatusAbout::Claim {
        return Ok(false);
    }
    let Some(claim) = desk.tx.claim_document(&inquiry.claim)? else {
        return Ok(false);
    };
    let said = response.dependent.as_ref().unwrap_or(&response.subscriber);
    let coverages = claim.coverages.iter();
    let known: Vec<&MemberId> = coverages.filter_map(|one| one.member.as_ref()).collect();
    let member = response.subscriber.member.as_ref();
    Ok(names_another((&claim.patient, &known), (said, member)))
}

fn take_one(
    desk: &mut Desk<'_>,
    mut inquiry: StatusInquiry,
    response: ClaimStatusResponse,
    told: &mut Told,
) -> Result<(), EngineError> {
    let key = RecordKind::ClaimStatus.with(inquiry.id.clone());
    // A clock that is behind the day of asking makes no answer an early one.
    let on = desk.today().max(inquiry.asked);
    let payer_control = response.payer_control.clone();
    let record = response.into_record(&inquiry.claim, inquiry.asked, on);
    let taken = ClaimStatusAnswer::new(record)
        .map_err(|problem| problem.to_string())
        .and_then(|answer| inquiry.take(answer).map_err(|problem| problem.to_string()));
    if let Err(problem) = taken {
        let reason = format!("the answer cannot be used: {problem}; ask by telephone or portal");
        desk.open_record_work(WorkKind::FollowUp, &key, Money::ZERO, reason)?;
        told.remarks.push(format!(
            "the answer to {} cannot be used: {problem}",
            inquiry.id
        ));
        return Ok(());
    }
    told.answers += 1;
    let claim = inquiry.claim.clone();
    desk.keep(inquiry.clone(), None)?;
    desk.close_record_work(&key, WorkKind::FollowUp, "it is answered")?;
    if let Some(payer_control) = payer_control {
        desk.learn_payer_control(&claim, &payer_control)?;
    }
    let Some(row) = desk.tx.claim(&claim)? else {
        return Ok(());
    };
    if !is_waiting(row.status.work) {
        return Ok(());
    }
    desk.close_work(&claim, WorkKind::FollowUp, "the payer has answered")?;
    let Some(answer) = &inquiry.answer else {
        return Ok(());
    };
    if answer.stage() == StatusStage::Pending && row.status.adjudication == Adjudication::None {
        desk.move_claim(&claim, Move::Adjudication(Adjudication::Pended))?;
    }
    if look::judge(desk, &row)?.is_silent() {
        built_in(desk, &row, answer)?;
    }
    Ok(())
}

/// The day on which the payer says that it has decided to pay, in its latest answer
/// since the claim was sent.
pub(crate) fn decided(
    reader: &dyn Reader,
    claim: &ClaimId,
    sent: NaiveDate,
) -> Result<Option<NaiveDate>, EngineError> {
    if reader.last_number(Counter::Record)? == 0 {
        return Ok(None);
    }
    let mut latest = None;
    for row in reader.records(&claim_filter(claim)?)? {
        if let Some(Record::ClaimStatus(inquiry)) = reader.record(&row.key)?
            && inquiry.asked >= sent
            && inquiry.answer.is_some()
        {
            latest = inquiry.into_record().answer;
        }
    }
    let answer = latest.filter(|answer| answer.stage() == StatusStage::Finalized);
    Ok(answer.and_then(|answer| {
        let status = answer.latest()?;
        Some(
            status
                .paid_on
                .or(status.decided)
                .unwrap_or(status.effective),
        )
    }))
}

/// What is done about an answer where no rule says so.
fn built_in(
    desk: &mut Desk<'_>,
    row: &ClaimRow,
    answer: &ClaimStatusRecord,
) -> Result<(), EngineError> {
    let said = answer.latest().map_or_else(String::new, codes);
    let reason = match answer.stage() {
        // The payer has it: a later look asks again.
        StatusStage::Acknowledged | StatusStage::Pending => return Ok(()),
        // Its remittance is waited for.
        StatusStage::Finalized => return Ok(()),
        StatusStage::NotFound => format!(
            "the payer does not find the claim ({said}): compare payer, member and dates, and send it again"
        ),
        StatusStage::InformationWanted => {
            format!("the payer wants information ({said}): send it")
        }
        StatusStage::NotPaid => format!(
            "the payer says that it does not pay ({said}): get the remittance or the letter, and work the denial"
        ),
        StatusStage::Forwarded => format!(
            "the payer says that it has sent the claim on to another payer ({said}): find out to whom"
        ),
        StatusStage::Failed | StatusStage::Unclear => format!(
            "the payer could not say where the claim stands ({said}): ask by telephone or portal"
        ),
    };
    by_person(desk, row, reason)
}

/// The codes of a status, as `F1:65`.
fn codes(status: &PayerStatus) -> String {
    let codes = status.codes.iter();
    let codes: Vec<String> = codes
        .map(|code| format!("{}:{}", code.category, code.status))
        .collect();
    codes.join(", ")
}
