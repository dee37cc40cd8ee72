//! The way out: payers are asked where claims stand (276), a file a channel.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scrubjay_edi::{ClaimStatusRequest, StatusReceiver, write_claim_status_requests};
use scrubjay_model::{
    AskStage, BusinessCalendar, ClaimId, Name, Record, RecordKey, RecordKind, StatusInquiry,
    StatusInquiryRecord, Work, WorkKind,
};
use scrubjay_store::{ClaimRow, RecordFilter, StoreError};
use scrubjay_x12::ControlNumbers;

use crate::EngineError;
use crate::config::Practice;
use crate::desk::Desk;
use crate::steps::questions::{self, Envelope, Questions, asker, send_questions};
use crate::steps::submission::Sent;

pub(super) fn contradiction(problem: impl std::fmt::Display) -> EngineError {
    StoreError::Contradiction {
        problem: problem.to_string(),
    }
    .into()
}

/// Wants to know where a claim stands. `None` where the payer is asked already, or
/// cannot be asked so: then a person has it.
pub(super) fn want(
    desk: &mut Desk<'_>,
    row: &ClaimRow,
    why: &str,
) -> Result<Option<RecordKey>, EngineError> {
    if is_asked(desk, &row.id)? {
        return Ok(None);
    }
    let inquiry = StatusInquiry::new(StatusInquiryRecord {
        id: desk.new_record_id("CS")?,
        claim: row.id.clone(),
        asked: desk.today(),
        stage: AskStage::Wanted,
        answer: None,
    })
    .map_err(contradiction)?;
    if let Err(problem) = request_of(desk, &inquiry)? {
        let reason = format!("{why}: ask the payer by telephone or portal; {problem}");
        by_person(desk, row, reason)?;
        return Ok(None);
    }
    let key = RecordKind::ClaimStatus.with(inquiry.id.clone());
    desk.keep(inquiry, Some(desk.today()))?;
    Ok(Some(key))
}

/// Gives a claim to a person who asks the payer, once for each reason.
pub(super) fn by_person(
    desk: &mut Desk<'_>,
    row: &ClaimRow,
    reason: String,
) -> Result<(), EngineError> {
    let open = desk.tx.open_work(Some(&row.id))?;
    let told =
        |item: &scrubjay_model::WorkItem| item.kind == WorkKind::FollowUp && item.reason == reason;
    if open.iter().any(told) {
        return Ok(());
    }
    desk.open_work(WorkKind::FollowUp, Some(&row.id), row.charge, reason)
}

/// Whether a question about a claim waits to leave, or for its answer.
fn is_asked(desk: &Desk<'_>, claim: &ClaimId) -> Result<bool, EngineError> {
    // One that was not answered in time has no day any more.
    let of_claim = desk.tx.records(&claim_filter(claim)?)?;
    Ok(of_claim.iter().any(|row| row.due.is_some()))
}

pub(super) fn claim_filter(claim: &ClaimId) -> Result<RecordFilter, EngineError> {
    Ok(RecordFilter {
        kind: Some(RecordKind::ClaimStatus),
        parent: Some(claim.as_str().parse().map_err(contradiction)?),
        ..RecordFilter::default()
    })
}

pub(super) fn inquiries(
    desk: &Desk<'_>,
    filter: &RecordFilter,
) -> Result<Vec<StatusInquiry>, EngineError> {
    let records = desk.records(filter)?.into_iter();
    Ok(records
        .filter_map(|record| match record {
            Record::ClaimStatus(inquiry) => Some(*inquiry),
            _ => None,
        })
        .collect())
}

fn receiver(practice: &Practice) -> StatusReceiver {
    StatusReceiver {
        id: practice.submitter.id.clone(),
        name: Name::organization(practice.name.as_str()),
    }
}

/// The question as it leaves, with its channel, or why it cannot.
pub(super) fn request_of(
    desk: &Desk<'_>,
    inquiry: &StatusInquiryRecord,
) -> Result<Result<(String, ClaimStatusRequest), String>, EngineError> {
    let (Some(row), Some(claim)) = (
        desk.tx.claim(&inquiry.claim)?,
        desk.tx.claim_document(&inquiry.claim)?,
    ) else {
        return Ok(Err("the claim is not here any more".to_owned()));
    };
    let Some(practice) = &desk.config.practice else {
        return Ok(Err(
            "scrubjay.yaml names no practice that could ask".to_owned()
        ));
    };
    let Some(channel) = desk.config.channel_of(&row.payer) else {
        return Ok(Err("no channel leads to it".to_owned()));
    };
    let theirs = row.payer_control.as_deref().map(str::parse);
    let theirs = theirs.and_then(Result::ok);
    let request = ClaimStatusRequest::of(&inquiry.id, &claim, theirs.as_ref(), &receiver(practice));
    let mut request = match request {
        Ok(request) => request,
        Err(problem) => return Ok(Err(problem.to_string())),
    };
    if request.provider.npi.is_none() && request.provider.tax_id.is_none() {
        request.provider = asker(practice);
    }
    let fault = questions::fault_of(desk, &|envelope, numbers| {
        write_claim_status_requests(&envelope.around(std::slice::from_ref(&request)), numbers)
    });
    Ok(match fault {
        Some(problem) => Err(problem),
        None => Ok((channel.to_owned(), request)),
    })
}

/// Writes every question that waits to the outbox, a file a channel.
///
/// Returns the files with the temporary names that
/// [`publish`](crate::steps::submission::publish) must change once the desk's
/// transaction is committed.
pub(crate) fn write_wanted(
    desk: &mut Desk<'_>,
    outbox: &Path,
    carried: &dyn Fn(&str) -> bool,
) -> Result<Vec<(Sent, PathBuf)>, EngineError> {
    let filter = RecordFilter {
        kind: Some(RecordKind::ClaimStatus),
        state: Some("wanted".to_owned()),
        ..RecordFilter::default()
    };
    let mut by_channel: BTreeMap<String, Vec<(StatusInquiry, ClaimStatusRequest)>> =
        BTreeMap::new();
    for inquiry in inquiries(desk, &filter)? {
        let row = desk.tx.claim(&inquiry.claim)?;
        let row = row.filter(|row| is_waiting(row.status.work));
        match (row, request_of(desk, &inquiry)?) {
            // The payer has decided meanwhile.
            (None, _) => withdraw(desk, inquiry)?,
            (Some(_), Ok((channel, request))) => {
                let leaving = by_channel.entry(channel).or_default();
                leaving.push((inquiry, request));
            }
            (Some(row), Err(problem)) => {
                withdraw(desk, inquiry)?;
                let reason = format!(
                    "the question where it stands cannot be written: {problem}; ask by telephone or portal"
                );
                by_person(desk, &row, reason)?;
            }
        }
    }
    let mut sent = Vec::new();
    for (channel, leaving) in by_channel {
        sent.push(send(desk, outbox, carried, &channel, leaving)?);
    }
    Ok(sent)
}

/// Whether a claim is with its payer, undecided.
pub(super) const fn is_waiting(work: Work) -> bool {
    matches!(work, Work::Submitted | Work::Accepted)
}

fn withdraw(desk: &mut Desk<'_>, inquiry: StatusInquiry) -> Result<(), EngineError> {
    let mut record = inquiry.into_record();
    record.stage = AskStage::Withdrawn;
    let withdrawn = StatusInquiry::new(record).map_err(contradiction)?;
    desk.keep(withdrawn, None)
}

fn send(
    desk: &mut Desk<'_>,
    outbox: &Path,
    carried: &dyn Fn(&str) -> bool,
    channel: &str,
    leaving: Vec<(StatusInquiry, ClaimStatusRequest)>,
) -> Result<(Sent, PathBuf), EngineError> {
    let (asked, requests): (Vec<_>, Vec<_>) = leaving.into_iter().unzip();
    let write = |envelope: &Envelope, numbers: &mut dyn ControlNumbers| {
        write_claim_status_requests(&envelope.around(&requests), numbers)
    };
    let keys = asked
        .iter()
        .map(|one| RecordKind::ClaimStatus.with(one.id.clone()));
    let questions = Questions {
        channel,
        transaction: "276",
        asked: keys.collect(),
        write: &write,
    };
    let sent = send_questions(desk, outbox, carried, questions)?;
    let today = desk.today();
    let days = desk.config.follow_up.answer_within;
    let due = BusinessCalendar::default().business_days_after(today, days.into());
    for one in asked {
        let mut record = one.into_record();
        record.stage = AskStage::Asked;
        record.asked = today;
        let asked = StatusInquiry::new(record).map_err(contradiction)?;
        desk.keep(asked, due.succ_opt())?;
    }
    Ok(sent)
}

/// Gives questions that were not answered in time to a person, each once.
pub(crate) fn fire_due(desk: &mut Desk<'_>) -> Result<(), EngineError> {
    let filter = RecordFilter {
        kind: Some(RecordKind::ClaimStatus),
        state: Some("asked".to_owned()),
        due_by: Some(desk.today()),
        ..RecordFilter::default()
    };
    for inquiry in inquiries(desk, &filter)? {
        let key = RecordKind::ClaimStatus.with(inquiry.id.clone());
        let row = desk.tx.claim(&inquiry.claim)?;
        if let Some(row) = row.filter(|row| is_waiting(row.status.work)) {
            let reason = format!(
                "no answer to the question of {} where it stands: ask the payer by telephone or portal",
                inquiry.asked
            );
            desk.open_record_work(WorkKind::FollowUp, &key, row.charge, reason)?;
        }
        desk.keep(inquiry, None)?;
    }
    Ok(())
}
