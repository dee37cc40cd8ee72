//! A 277: the answer.

use scrubjay_x12::{ControlNumbers, Loop, TransactionSet};

use super::party::{Named, Parties, cut, draft_days, draft_trace, take_days};
use super::request::read_trace;
use super::status::{draft_line, draft_statuses, read_line, read_statuses};
use super::{ClaimStatusResponse, StatusAbout};
use crate::draft::{Draft, DraftLoop};
use crate::exchange::{
    Exchange, Levels, WrittenExchange, batch_of, check_number, check_parties, expect,
};
use crate::value::reference;
use crate::{ClaimError, ReadError, WriteError};

/// Codes of one status.
const CODES: usize = 3;

/// Writes answers about claims as one file, a transaction set each: for who
/// plays the payer.
///
/// # Errors
/// Where there is none, or one cannot be written: the error names which, and
/// no control number is drawn.
pub fn write_claim_status_responses(
    batch: &Exchange<'_, ClaimStatusResponse>,
    numbers: &mut dyn ControlNumbers,
) -> Result<WrittenExchange, WriteError> {
    batch.write("277", numbers, |response| {
        check(response)?;
        let name = response.batch.as_deref().unwrap_or(response.trace.as_str());
        let bht = batch.bht(["0010", "08", name, "DG"]);
        levels(response).restore(bht, &response.carried)
    })
}

fn check(response: &ClaimStatusResponse) -> Result<(), ClaimError> {
    let at = trace_loop(response);
    check_number(&response.trace, at)?;
    let lacks = |what, loop_id| Err(ClaimError::Lacks { what, loop_id });
    match response.about {
        StatusAbout::Question if response.payer.id.is_none() => {
            return Err(ClaimError::NoPayerId { loop_id: "2100A" });
        }
        StatusAbout::Question => {}
        _ => check_parties((&response.payer, "2100A"), (&response.provider, "2100C"))?,
    }
    if response.receiver.id.is_empty() {
        return lacks("id of who asked", "2100B");
    }
    if response.statuses.is_empty() {
        return lacks("status", at);
    }
    if response.about == StatusAbout::Claim && response.subscriber.member.is_none() {
        return lacks("member number of its subscriber", "2100D");
    }
    let lines = response.lines.iter().flat_map(|line| &line.statuses);
    for status in response.statuses.iter().chain(lines) {
        if status.codes.is_empty() {
            return lacks("code of a status (STC01)", at);
        }
        if status.codes.len() > CODES {
            return Err(ClaimError::TooMany {
                what: "codes of a status",
                limit: CODES,
                loop_id: at,
            });
        }
    }
    Ok(())
}

const fn trace_loop(response: &ClaimStatusResponse) -> &'static str {
    match (response.about, &response.dependent) {
        (StatusAbout::Question, _) => "2200B",
        (StatusAbout::Provider, _) => "2200C",
        (StatusAbout::Claim, None) => "2200D",
        (StatusAbout::Claim, Some(_)) => "2200E",
    }
}

fn levels(response: &ClaimStatusResponse) -> Levels {
    let named = Named {
        payer: &response.payer,
        receiver: &response.receiver,
        provider: &response.provider,
        subscriber: &response.subscriber,
        dependent: response.dependent.as_ref(),
    };
    let about = draft_about(response);
    let levels = Levels::default().inside(Some(named.source()));
    let mut receiver = named.receiver();
    if response.about == StatusAbout::Question {
        receiver.loops.push(about);
        return levels.inside(Some(receiver));
    }
    let levels = levels.inside(Some(receiver));
    let mut provider = named.provider();
    if response.about == StatusAbout::Provider {
        provider.loops.push(about);
        return levels.inside(Some(provider));
    }
    let levels = levels.inside(Some(provider));
    let mut subscriber = named.subscriber();
    let mut dependent = named.dependent();
    match &mut dependent {
        Some(level) => level.loops.push(about),
        None => subscriber.loops.push(about),
    }
    levels.inside(Some(subscriber)).inside(dependent)
}

fn draft_about(response: &ClaimStatusResponse) -> DraftLoop {
    let mut about = DraftLoop::new(trace_loop(response));
    about
        .segments
        .push(draft_trace("2", response.trace.as_str()));
    about.segments.extend(draft_statuses(&response.statuses));
    let ours = response.control.as_ref().map(|number| number.as_str());
    let theirs = response.payer_control.as_ref();
    for (qualifier, number) in [("1K", theirs.map(|number| number.as_str())), ("EJ", ours)] {
        about
            .segments
            .extend(number.map(|number| Draft::qualified("REF", qualifier).owned(2, number)));
    }
    about.segments.extend(response.days.map(draft_days));
    let line_loop = match response.dependent {
        Some(_) => "2220E",
        None => "2220D",
    };
    let lines = (1..).zip(&response.lines);
    about
        .loops
        .extend(lines.map(|(index, line)| draft_line(line_loop, index, line)));
    about
}

/// The answers of a 277 to a 276: one a claim, and one a level above that was
/// answered for itself.
///
/// # Errors
/// Where the transaction is no such 277, or an answer has no trace number, no
/// status, or an amount or date that is none.
pub fn read_claim_status_responses(
    set: &TransactionSet,
) -> Result<Vec<ClaimStatusResponse>, ReadError> {
    expect(set, "277", "a 277 that answers a 276")?;
    let mut responses = Vec::new();
    for source in set.root.children("2000A") {
        for receiver in source.children("2000B") {
            let above = [source, receiver];
            read_all(set, &above, StatusAbout::Question, &mut responses)?;
            for provider in receiver.children("2000C") {
                let above = [source, receiver, provider];
                read_all(set, &above, StatusAbout::Provider, &mut responses)?;
                for subscriber in provider.children("2000D") {
                    let above = [source, receiver, provider, subscriber];
                    read_all(set, &above, StatusAbout::Claim, &mut responses)?;
                    for dependent in subscriber.children("2000E") {
                        let above = [&above[..], &[dependent]].concat();
                        read_all(set, &above, StatusAbout::Claim, &mut responses)?;
                    }
                }
            }
        }
    }
    Ok(responses)
}

/// Every answer of the innermost level.
fn read_all(
    set: &TransactionSet,
    above: &[&Loop],
    about: StatusAbout,
    responses: &mut Vec<ClaimStatusResponse>,
) -> Result<(), ReadError> {
    let Some(level) = above.last() else {
        return Ok(());
    };
    for answered in level
        .loops
        .iter()
        .filter(|inner| inner.id.starts_with("2200"))
    {
        responses.push(read(set, above, about, answered)?);
    }
    Ok(())
}

fn read(
    set: &TransactionSet,
    above: &[&Loop],
    about: StatusAbout,
    answered: &Loop,
) -> Result<ClaimStatusResponse, ReadError> {
    let trace = read_trace(answered)?;
    let statuses = read_statuses(answered)?;
    let mut answered = answered.clone();
    let days = take_days(&mut answered);
    let mut lines = Vec::new();
    for line in answered
        .loops
        .iter_mut()
        .filter(|inner| inner.id.starts_with("2220"))
    {
        lines.push(read_line(line)?);
    }
    let came = cut(above, Some(&answered));
    let parties = Parties::read(&came);
    let mut response = ClaimStatusResponse {
        about,
        batch: batch_of(set, Some(&trace)),
        trace,
        payer: parties.payer,
        receiver: parties.receiver,
        provider: parties.provider,
        subscriber: parties.subscriber,
        dependent: parties.dependent,
        statuses,
        control: reference(&answered, "EJ").and_then(|number| number.parse().ok()),
        payer_control: reference(&answered, "1K").and_then(|number| number.parse().ok()),
        days,
        lines,
        carried: Vec::new(),
    };
    let came: Vec<&Loop> = came.iter().collect();
    response.carried = levels(&response).leftovers(&came);
    Ok(response)
}
