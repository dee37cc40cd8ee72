//! A 276: the question.

use scrubjay_model::Person;
use scrubjay_x12::{ControlNumbers, Loop, TransactionSet};

use super::ClaimStatusRequest;
use super::party::{Named, Parties, cut, draft_days, draft_trace, take_days};
use crate::draft::{Draft, DraftLoop};
use crate::exchange::{
    Demographics, Exchange, Levels, WrittenExchange, batch_of, check_number, check_parties,
    draft_demographics, expect,
};
use crate::value::{Place, amt, loop_at, reference};
use crate::{ClaimError, ElementError, ReadError, WriteError};

/// Writes questions about claims as one file, a transaction set each.
///
/// # Errors
/// Where there is none, or one cannot be written: the error names which, and
/// no control number is drawn.
pub fn write_claim_status_requests(
    batch: &Exchange<'_, ClaimStatusRequest>,
    numbers: &mut dyn ControlNumbers,
) -> Result<WrittenExchange, WriteError> {
    batch.write("276", numbers, |request| {
        check(request)?;
        let name = request.batch.as_deref().unwrap_or(request.trace.as_str());
        let bht = batch.bht(["0010", "13", name, ""]);
        levels(request).restore(bht, &request.carried)
    })
}

fn check(request: &ClaimStatusRequest) -> Result<(), ClaimError> {
    let (payer, provider) = (&request.payer, &request.provider);
    check_parties((payer, "2100A"), (provider, "2100C"))?;
    let at = if request.dependent.is_some() {
        "2200E"
    } else {
        "2200D"
    };
    check_number(&request.trace, at)?;
    let lacks = |what, loop_id| Err(ClaimError::Lacks { what, loop_id });
    if request.receiver.id.is_empty() {
        return lacks("id of who asks", "2100B");
    }
    if request.subscriber.member.is_none() {
        return lacks("member number of its subscriber", "2100D");
    }
    if request.subscriber.name.last.is_empty() {
        return lacks("last name of its subscriber", "2100D");
    }
    match &request.dependent {
        Some(dependent) if dependent.born.is_none() => lacks("birth date of its patient", "2000E"),
        Some(dependent) if dependent.name.last.is_empty() => {
            lacks("last name of its patient", "2100E")
        }
        _ => Ok(()),
    }
}

fn levels(request: &ClaimStatusRequest) -> Levels {
    let named = Named {
        payer: &request.payer,
        receiver: &request.receiver,
        provider: &request.provider,
        subscriber: &request.subscriber,
        dependent: request.dependent.as_ref(),
    };
    let born = |person: &Person| draft_demographics(person, Demographics::WithBirth);
    let mut subscriber = named.subscriber();
    subscriber.segments.extend(born(&request.subscriber));
    let mut dependent = named.dependent();
    match (&mut dependent, &request.dependent) {
        (Some(level), Some(person)) => {
            level.segments.extend(born(person));
            level.loops.push(draft_claim("2200E", request));
        }
        _ => subscriber.loops.push(draft_claim("2200D", request)),
    }
    Levels::default()
        .inside(Some(named.source()))
        .inside(Some(named.receiver()))
        .inside(Some(named.provider()))
        .inside(Some(subscriber))
        .inside(dependent)
}

fn draft_claim(id: &'static str, request: &ClaimStatusRequest) -> DraftLoop {
    let mut claim = DraftLoop::new(id);
    claim
        .segments
        .push(draft_trace("1", request.trace.as_str()));
    let ours = request.control.as_ref().map(|number| number.as_str());
    let theirs = request.payer_control.as_ref().map(|number| number.as_str());
    for (qualifier, number) in [("1K", theirs), ("EJ", ours)] {
        claim
            .segments
            .extend(number.map(|number| Draft::qualified("REF", qualifier).owned(2, number)));
    }
    let charge = request.charge.map(|charge| charge.to_x12());
    claim
        .segments
        .extend(charge.map(|charge| Draft::qualified("AMT", "T3").owned(2, charge)));
    claim.segments.extend(request.days.map(draft_days));
    claim
}

/// The questions of a 276, one a claim.
///
/// # Errors
/// Where the transaction is no 276, or one has no trace number or an amount
/// that is none.
pub fn read_claim_status_requests(
    set: &TransactionSet,
) -> Result<Vec<ClaimStatusRequest>, ReadError> {
    expect(set, "276", "a 276")?;
    let mut requests = Vec::new();
    for source in set.root.children("2000A") {
        for receiver in source.children("2000B") {
            for provider in receiver.children("2000C") {
                for subscriber in provider.children("2000D") {
                    let above = [source, receiver, provider, subscriber];
                    for claim in subscriber.children("2200D") {
                        requests.push(read(set, &above, claim)?);
                    }
                    for dependent in subscriber.children("2000E") {
                        let above = [&above[..], &[dependent]].concat();
                        for claim in dependent.children("2200E") {
                            requests.push(read(set, &above, claim)?);
                        }
                    }
                }
            }
        }
    }
    Ok(requests)
}

fn read(
    set: &TransactionSet,
    above: &[&Loop],
    claim: &Loop,
) -> Result<ClaimStatusRequest, ReadError> {
    let trace = read_trace(claim)?;
    let charge = amt(claim, "T3")?;
    let mut claim = claim.clone();
    let days = take_days(&mut claim);
    let came = cut(above, Some(&claim));
    let parties = Parties::read(&came);
    let mut request = ClaimStatusRequest {
        batch: batch_of(set, Some(&trace)),
        trace,
        payer: parties.payer,
        receiver: parties.receiver,
        provider: parties.provider,
        subscriber: parties.subscriber,
        dependent: parties.dependent,
        control: reference(&claim, "EJ").and_then(|number| number.parse().ok()),
        payer_control: reference(&claim, "1K").and_then(|number| number.parse().ok()),
        charge,
        days,
        carried: Vec::new(),
    };
    let came: Vec<&Loop> = came.iter().collect();
    request.carried = levels(&request).leftovers(&came);
    Ok(request)
}

/// The name of the question that a loop is about.
pub(super) fn read_trace(within: &Loop) -> Result<scrubjay_model::RecordId, ReadError> {
    let trn = within.segment("TRN").ok_or(ReadError::MissingSegment {
        at: loop_at(within),
        loop_id: within.id,
        segment: "TRN",
    })?;
    trn.element(2).trim().parse().map_err(|_| {
        Place {
            within,
            segment: trn,
            id: "TRN",
            element: 2,
        }
        .error(ElementError::Missing)
    })
}
