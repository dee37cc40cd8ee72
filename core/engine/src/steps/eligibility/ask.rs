//! The way out: wanted questions are written to a file for each channel (270).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scrubjay_edi::{EligibilityRequest, write_eligibility_requests};
use scrubjay_model::{
    EligibilityInquiry, Encounter, EncounterStatus, Money, Record, RecordKey, RecordKind, WorkKind,
};
use scrubjay_store::RecordFilter;
use scrubjay_x12::ControlNumbers;

use super::{answer_due, channel_of, contradiction, is_with};
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::questions::{self, Envelope, Questions, asker, originator, send_questions};
use crate::steps::submission::Sent;

/// A question that may leave.
struct Leaving {
    inquiry: EligibilityInquiry,
    request: EligibilityRequest,
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
    let mut sent = Vec::new();
    for (channel, leaving) in gather(desk)? {
        sent.push(send(desk, outbox, carried, &channel, leaving)?);
    }
    Ok(sent)
}

fn gather(desk: &mut Desk<'_>) -> Result<BTreeMap<String, Vec<Leaving>>, EngineError> {
    let mut by_channel: BTreeMap<String, Vec<Leaving>> = BTreeMap::new();
    let waiting = desk.tx.records(&RecordFilter {
        kind: Some(RecordKind::Eligibility),
        state: Some("wanted".to_owned()),
        due_by: Some(desk.today()),
        ..RecordFilter::default()
    })?;
    for row in waiting {
        let Some(Record::Eligibility(inquiry)) = desk.tx.record(&row.key)? else {
            continue;
        };
        match prepare(desk, &inquiry)? {
            Prepared::Leaves { channel, request } => {
                let inquiry = *inquiry;
                let leaving = by_channel.entry(channel).or_default();
                leaving.push(Leaving {
                    inquiry,
                    request: *request,
                });
            }
            Prepared::Moot => withdraw(desk, *inquiry)?,
            Prepared::Faulty(problem) => {
                let reason = format!("the question about cover cannot be written: {problem}");
                let key = &row.key;
                withdraw(desk, *inquiry)?;
                desk.open_record_work(WorkKind::Eligibility, key, Money::ZERO, reason)?;
            }
        }
    }
    Ok(by_channel)
}

enum Prepared {
    Leaves {
        channel: String,
        request: Box<EligibilityRequest>,
    },
    /// Nobody needs to know any more.
    Moot,
    /// It would be no valid question.
    Faulty(String),
}

fn prepare(desk: &Desk<'_>, inquiry: &EligibilityInquiry) -> Result<Prepared, EngineError> {
    if let Some(visit) = &inquiry.encounter {
        let visit = desk.encounter(visit)?;
        let off = |status| matches!(status, EncounterStatus::Cancelled | EncounterStatus::NoShow);
        let is_moot =
            |visit: Encounter| off(visit.status) || visit.service_date() != inquiry.service;
        if visit.is_none_or(is_moot) {
            return Ok(Prepared::Moot);
        }
    }
    let Some(patient) = desk.patient(&inquiry.patient)? else {
        return Ok(Prepared::Moot);
    };
    let coverages = patient.coverages_on(inquiry.service);
    let coverage = coverages
        .iter()
        .find(|coverage| is_with(desk.config, coverage, &inquiry.payer));
    let Some(coverage) = coverage else {
        return Ok(Prepared::Moot);
    };
    let (Some(practice), Some(channel)) =
        (&desk.config.practice, channel_of(desk.config, coverage))
    else {
        return Ok(Prepared::Faulty(
            "no channel leads to its payer any more; name one in scrubjay.yaml".to_owned(),
        ));
    };
    // A member number that was mended since counts.
    let mut asked = (**inquiry).clone();
    asked.member = coverage.member.clone().or(asked.member);
    let request = EligibilityRequest::of(
        &asked,
        &patient.person,
        coverage,
        &asker(practice),
        &originator(practice),
    );
    Ok(match fault_of(&request, desk) {
        Some(problem) => Prepared::Faulty(problem),
        None => Prepared::Leaves {
            channel: channel.to_owned(),
            request: Box::new(request),
        },
    })
}

fn withdraw(desk: &mut Desk<'_>, mut inquiry: EligibilityInquiry) -> Result<(), EngineError> {
    inquiry.withdraw().map_err(contradiction)?;
    desk.keep(inquiry, None)
}

/// What is wrong with a question by its guide, where something is.
fn fault_of(request: &EligibilityRequest, desk: &Desk<'_>) -> Option<String> {
    questions::fault_of(desk, &|envelope, numbers| {
        write_eligibility_requests(&envelope.around(std::slice::from_ref(request)), numbers)
    })
}

fn send(
    desk: &mut Desk<'_>,
    outbox: &Path,
    carried: &dyn Fn(&str) -> bool,
    channel: &str,
    leaving: Vec<Leaving>,
) -> Result<(Sent, PathBuf), EngineError> {
    let (mut asked, mut requests, mut inquiries) = (Vec::new(), Vec::new(), Vec::new());
    for Leaving { inquiry, request } in leaving {
        asked.push(key_of(&inquiry));
        requests.push(request);
        inquiries.push(inquiry);
    }
    let write = |envelope: &Envelope, numbers: &mut dyn ControlNumbers| {
        write_eligibility_requests(&envelope.around(&requests), numbers)
    };
    let questions = Questions {
        channel,
        transaction: "270",
        asked,
        write: &write,
    };
    let sent = send_questions(desk, outbox, carried, questions)?;
    let today = desk.today();
    for mut inquiry in inquiries {
        inquiry.leave(today).map_err(contradiction)?;
        let due = answer_due(desk.config, &inquiry.payer, today);
        let key = key_of(&inquiry);
        desk.keep(inquiry, Some(due))?;
        desk.close_record_work(&key, WorkKind::Eligibility, "the question has left")?;
    }
    Ok(sent)
}

pub(super) fn key_of(inquiry: &EligibilityInquiry) -> RecordKey {
    RecordKind::Eligibility.with(inquiry.id.clone())
}
