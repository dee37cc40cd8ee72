//! The way in: a payer's answers (278) are put to their requests, kept with
//! them, and what a person must know of them becomes work.

use scrubjay_edi::{
    AuthorizationResponse, Matched, match_authorization, read_authorization_responses,
};
use scrubjay_model::{
    Authorization, AuthorizationRecord, AuthorizationStatus, MemberId, Money, RecordId,
    ReviewAnswer, ReviewOutcome, WorkKind,
};
use scrubjay_store::{Cause, RecordFilter};
use scrubjay_x12::TransactionSet;

use super::on_file::{self, AuthorizationOnFile};
use super::{ask, check, clock, granted, units, words};
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::questions::names_another;

/// What the answers of a transaction set came to.
#[derive(Debug, Default)]
pub(crate) struct Decided {
    /// Answers that were put to their requests.
    pub(crate) answers: usize,
    /// Those of them that granted something.
    pub(crate) granted: usize,
    /// What a person should know.
    pub(crate) remarks: Vec<String>,
}

/// Takes in a 278 that answers. What belongs to no request of ours, or cannot
/// be kept as it is, becomes work. The reason comes back where the set cannot
/// be read at all.
pub(crate) fn take_answers(
    desk: &mut Desk<'_>,
    set: &TransactionSet,
) -> Result<Result<Decided, String>, EngineError> {
    let responses = match read_authorization_responses(set) {
        Ok(responses) => responses,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let mut decided = Decided::default();
    for response in responses {
        match request_of(desk, &response)? {
            Ok(held) => take_one(desk, held, response, &mut decided)?,
            Err(why) => set_aside(desk, set, &response, &why, &mut decided)?,
        }
    }
    Ok(Ok(decided))
}

/// The authorization that an answer is about, or why nobody knows.
fn request_of(
    desk: &Desk<'_>,
    response: &AuthorizationResponse,
) -> Result<Result<AuthorizationOnFile, String>, EngineError> {
    let reader = desk.tx.as_ref();
    // By its name at once: a payer may answer again what it has decided.
    let traces = response.traces.iter().map(|trace| trace.number.clone());
    let batch = response
        .request
        .batch
        .as_deref()
        .map(str::parse::<RecordId>);
    for name in traces.chain(batch.and_then(Result::ok)) {
        if let Some(held) = on_file::one(reader, &name)?
            && held.authorization.asked.is_some()
        {
            return Ok(match speaks_of_another(desk, &held, response)? {
                true => Err(format!("it names another person than request {}", held.id)),
                false => Ok(held),
            });
        }
    }
    let filter = RecordFilter {
        state: Some(AuthorizationStatus::Asked.as_str().to_owned()),
        ..RecordFilter::default()
    };
    let (mut open, mut asked) = (Vec::new(), Vec::new());
    for held in on_file::all(reader, &filter)? {
        if let Some(mut request) = ask::request_of(desk, &held)? {
            // The payer may answer under another of its ids.
            if let Some(answers) = &response.request.payer.id
                && on_file::same_payer(desk.config, answers, &held.authorization.payer)
            {
                request.payer.id = Some(answers.clone());
            }
            open.push(held);
            asked.push(request);
        }
    }
    let found = match match_authorization(response, &asked) {
        Matched::ByTrace(found) | Matched::ByContent(found) => asked
            .iter()
            .position(|request| std::ptr::eq(request, found)),
        Matched::Several(count) => {
            return Ok(Err(format!("{count} requests of ours fit it")));
        }
        Matched::Nothing => None,
    };
    let nothing = || "it belongs to no request of ours".to_owned();
    Ok(found.map(|at| open.swap_remove(at)).ok_or_else(nothing))
}

/// Whether an answer is about another person than its request, whatever number
/// it gives back.
fn speaks_of_another(
    desk: &Desk<'_>,
    held: &AuthorizationOnFile,
    response: &AuthorizationResponse,
) -> Result<bool, EngineError> {
    let Some(patient) = desk.patient(&held.authorization.patient)? else {
        return Ok(false);
    };
    let members = patient.coverages.iter();
    let known: Vec<&MemberId> = members
        .filter_map(|one| one.coverage.member.as_ref())
        .collect();
    let named = &response.request;
    let said = named.dependent.as_ref().map(|dependent| &dependent.person);
    let said = said.unwrap_or(&named.subscriber);
    let member = named.subscriber.member.as_ref();
    Ok(names_another((&patient.person, &known), (said, member)))
}

/// An answer without its request is work for a person, who finds it in the file.
fn set_aside(
    desk: &mut Desk<'_>,
    set: &TransactionSet,
    response: &AuthorizationResponse,
    why: &str,
    decided: &mut Decided,
) -> Result<(), EngineError> {
    let file = match &desk.stamp.cause {
        Cause::File { file } => format!(" of file {}", file.as_str().get(..12).unwrap_or("")),
        _ => String::new(),
    };
    let outcome = response
        .outcome()
        .map_or("no decision", |outcome| outcome.as_x12());
    let reason = format!(
        "an answer about an authorization ({outcome}) at {}{file}: {why}; find the patient, and record it by hand",
        set.position()
    );
    desk.open_work(WorkKind::Authorization, None, Money::ZERO, reason)?;
    decided.remarks.push(format!(
        "an answer about an authorization was set aside: {why}"
    ));
    Ok(())
}

fn take_one(
    desk: &mut Desk<'_>,
    mut held: AuthorizationOnFile,
    response: AuthorizationResponse,
    decided: &mut Decided,
) -> Result<(), EngineError> {
    let key = held.key();
    let before = held.authorization.clone();
    decided.answers += 1;
    // A clock that is behind the day of asking makes no decision an early one.
    let came = before
        .asked
        .map_or(desk.today(), |asked| asked.max(desk.today()));
    let record = response.into_record(&before, came);
    let answer = record.answer.clone().unwrap_or_default();
    match Authorization::new(record) {
        Ok(authorization) => held.authorization = authorization,
        Err(problem) => {
            // What was said is kept; what it means is for a person.
            let mut record = before.into_record();
            record.answer = Some(answer);
            held.authorization = Authorization::new(record).map_err(super::contradiction)?;
            clock::keep(desk, held)?;
            let reason = format!(
                "the payer's answer cannot be kept as it is: {problem}; call, and record it by hand"
            );
            decided.remarks.push(format!(
                "the answer to {} needs a person: {problem}",
                key.id
            ));
            return clock::open(desk, &key, reason);
        }
    }
    if held.authorization.status == AuthorizationStatus::Approved {
        decided.granted += 1;
        units::count_earlier(desk.tx.as_ref(), desk.config, &mut held)?;
    }
    clock::keep(desk, held.clone())?;
    desk.close_record_work(&key, WorkKind::Authorization, "the payer has answered")?;
    if let Some(reason) = work_of(&before, &held.authorization, &answer) {
        clock::open(desk, &key, reason)?;
    }
    if let Some(visit) = &held.encounter {
        check(desk, visit)?;
    }
    if matches!(
        answer.outcome,
        Some(
            ReviewOutcome::Certified
                | ReviewOutcome::Partial
                | ReviewOutcome::Modified
                | ReviewOutcome::NotRequired
        )
    ) {
        granted::judge_held(desk, &held)?;
    }
    Ok(())
}

/// What a person must do about an answer; none where all is well, or the payer
/// only takes its time.
fn work_of(
    before: &AuthorizationRecord,
    now: &AuthorizationRecord,
    answer: &ReviewAnswer,
) -> Option<String> {
    let reasons = match &answer.reasons[..] {
        [] => String::new(),
        reasons => format!(" (reason {})", reasons.join(", ")),
    };
    let Some(outcome) = answer.outcome else {
        return Some(match &answer.rejections[..] {
            [] => "the payer's answer holds no decision: call".to_owned(),
            rejections => format!(
                "the payer refused the request unread: {}; {}",
                words::refusals(rejections),
                words::what_to_do(rejections)
            ),
        });
    };
    let was_decided = before.decided.is_some() && before.status != now.status;
    let changed = match was_decided {
        true => format!(
            "the payer has changed its decision from {}: ",
            before.status.as_str()
        ),
        false => String::new(),
    };
    let said = match outcome {
        ReviewOutcome::Certified if shortfall(before, now).is_none() && !was_decided => {
            return None;
        }
        ReviewOutcome::NotRequired if !was_decided => return None,
        ReviewOutcome::Certified | ReviewOutcome::Partial | ReviewOutcome::Modified => {
            let short = shortfall(before, now);
            let short = short.unwrap_or_else(|| "compare it with what was asked".to_owned());
            format!(
                "granted otherwise than asked{reasons}: {short}; book within it, or ask for more"
            )
        }
        ReviewOutcome::NotCertified => format!(
            "not granted{reasons}: ask for a peer-to-peer review, appeal, or tell the patient before the visit"
        ),
        ReviewOutcome::Pended if wants_more(answer) => format!(
            "additional information needed{reasons}: send what the payer asks for; its time to decide goes on"
        ),
        ReviewOutcome::Pended => return None,
        ReviewOutcome::ContactPayer => format!("the payer wants a call{reasons}"),
        ReviewOutcome::Cancelled => format!("cancelled by the payer{reasons}: ask why"),
        ReviewOutcome::NotRequired => format!("no authorization is needed{reasons}"),
    };
    Some(format!("{changed}{said}"))
}

/// Whether a pended answer asks for something: it gives a reason, or names
/// papers or findings that are wanted (PWK, HI).
fn wants_more(answer: &ReviewAnswer) -> bool {
    let asks = |segment: &String| segment.starts_with("PWK*") || segment.starts_with("HI*");
    let mut carried = answer.carried.iter().flat_map(|carried| &carried.segments);
    !answer.reasons.is_empty() || carried.any(asks)
}

/// What of that which was asked for was not granted.
fn shortfall(asked: &AuthorizationRecord, granted: &AuthorizationRecord) -> Option<String> {
    let mut short = Vec::new();
    for service in &asked.services {
        for procedure in &service.procedures {
            let wanted = service.approved;
            let given = granted
                .services
                .iter()
                .find(|own| own.procedures.contains(procedure))
                .map_or(rust_decimal::Decimal::ZERO, |own| own.approved);
            if given < wanted {
                short.push(format!(
                    "{} of {} units of {procedure}",
                    given.normalize(),
                    wanted.normalize()
                ));
            }
        }
    }
    let outside = |day: Option<chrono::NaiveDate>| {
        day.filter(|day| {
            granted.from.is_some_and(|from| *day < from) || granted.to.is_some_and(|to| *day > to)
        })
    };
    if let Some(day) = outside(asked.from).or(outside(asked.to)) {
        let from = granted.from.map_or_else(String::new, |day| day.to_string());
        let to = granted.to.map_or_else(String::new, |day| day.to_string());
        short.push(format!("{from} to {to}, and not {day}"));
    }
    (!short.is_empty()).then(|| short.join("; "))
}
