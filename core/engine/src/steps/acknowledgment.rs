//! Step 5, the way back: what a clearinghouse or payer says of what we sent is
//! matched to it and kept. What it does to a claim stands in `answer.rs`.

use scrubjay_model::{AckLevel, AckOutcome, Acknowledgment, ClaimId, Money, WorkKind};
use scrubjay_store::{ClaimFilter, ClaimRow, Event, Reader};

use crate::EngineError;
use crate::desk::Desk;
use crate::steps::answer;

/// Answers applied, and those that speak of nothing we sent.
#[derive(Debug, Default)]
pub(crate) struct Answered {
    pub(crate) answers: usize,
    pub(crate) unmatched: Vec<String>,
}

/// Applies answers in order. Each is journalled, also one that matches nothing.
pub(crate) fn acknowledge(
    desk: &mut Desk<'_>,
    answers: Vec<Acknowledgment>,
) -> Result<Answered, EngineError> {
    let mut answered = Answered {
        answers: answers.len(),
        ..Answered::default()
    };
    for answer in answers {
        let claims = spoken_of(desk.tx.as_ref(), &answer)?;
        if claims.is_empty() {
            answered.unmatched.push(describe(&answer.level));
        }
        desk.record(&Event::Acknowledged {
            acknowledgment: answer.clone(),
            claims: claims.clone(),
        })?;
        if answer.outcome == AckOutcome::Unclear
            && !claims.is_empty()
            && !matches!(answer.level, AckLevel::Claim { .. })
        {
            look_into(desk, &answer, &claims)?;
        }
        for claim in &claims {
            answer::apply(desk, claim, &answer)?;
        }
    }
    Ok(answered)
}

/// Gives the answers of a file that speak of nothing we sent to someone.
pub(crate) fn set_aside(
    desk: &mut Desk<'_>,
    file: &str,
    unmatched: &[String],
) -> Result<(), EngineError> {
    let Some(first) = unmatched.first() else {
        return Ok(());
    };
    let reason = format!(
        "{} answer(s) in {file} speak of nothing that was sent from here, the first of {first}: ask the sender whose they are, and whether ours are missing",
        unmatched.len()
    );
    desk.open_work(WorkKind::AcknowledgmentReview, None, Money::ZERO, reason)
}

/// An answer to a file or set that says neither yes nor no leaves open which
/// of its claims were taken: one item for all of them.
fn look_into(
    desk: &mut Desk<'_>,
    answer: &Acknowledgment,
    claims: &[ClaimId],
) -> Result<(), EngineError> {
    let mut amount = Money::ZERO;
    for claim in claims {
        amount += desk
            .tx
            .claim(claim)?
            .map(|row| row.charge)
            .unwrap_or_default();
    }
    let what = if answer.is_partial() {
        "was taken in part, and which part is not said"
    } else {
        "was answered neither yes nor no"
    };
    let reason = format!(
        "{} with {} claim(s) {what} ({}): ask the receiver",
        describe(&answer.level),
        claims.len(),
        answer.codes.join(", ")
    );
    desk.open_work(WorkKind::AcknowledgmentReview, None, amount, reason)
}

/// The claims that an answer speaks of, as we sent them. One that was never
/// sent is not spoken of, whatever its number.
fn spoken_of(reader: &dyn Reader, answer: &Acknowledgment) -> Result<Vec<ClaimId>, EngineError> {
    Ok(match &answer.level {
        AckLevel::Interchange { control } => {
            let mut claims = Vec::new();
            for group in reader.sent_groups(*control)? {
                claims.extend(reader.sent(group, None)?);
            }
            claims
        }
        AckLevel::Set { group, set } => match set.as_deref().map(str::parse) {
            Some(Ok(set)) => reader.sent(*group, Some(set))?,
            Some(Err(_)) => Vec::new(),
            None => reader.sent(*group, None)?,
        },
        AckLevel::Claim {
            control,
            payer_control,
        } => one_claim(reader, answer, control, payer_control.as_deref())?
            .into_iter()
            .collect(),
    })
}

/// The claim of a 277CA: by the number that we sent, which is its id; by the
/// number that it came to us with; by the payer's own. Where several have it,
/// the one that was in the set which the answer names.
fn one_claim(
    reader: &dyn Reader,
    answer: &Acknowledgment,
    control: &str,
    payer_control: Option<&str>,
) -> Result<Option<ClaimId>, EngineError> {
    let was_sent = |row: &ClaimRow| row.submissions > 0;
    if let Ok(id) = control.parse::<ClaimId>()
        && reader.claim(&id)?.is_some_and(|row| was_sent(&row))
    {
        return Ok(Some(id));
    }
    let mut by_control = ClaimFilter::default();
    by_control.control = Some(control.to_owned());
    let mut filters = vec![by_control];
    if let Some(payer_control) = payer_control {
        let mut by_payer = ClaimFilter::default();
        by_payer.payer_control = Some(payer_control.to_owned());
        filters.push(by_payer);
    }
    for filter in filters {
        let mut found: Vec<ClaimId> = reader
            .claims(&filter)?
            .into_iter()
            .filter(was_sent)
            .map(|row| row.id)
            .collect();
        if found.len() > 1
            && let Some(named) = answer.source.sending
        {
            let sent = reader.sent(named.group, Some(named.set))?;
            found.retain(|id| sent.contains(id));
        }
        if let [only] = found.as_slice() {
            return Ok(Some(only.clone()));
        }
    }
    Ok(None)
}

fn describe(level: &AckLevel) -> String {
    match level {
        AckLevel::Interchange { control } => format!("interchange {control}"),
        AckLevel::Set {
            group,
            set: Some(set),
        } => format!("set {set} of group {group}"),
        AckLevel::Set { group, set: None } => format!("group {group}"),
        AckLevel::Claim { .. } => "a claim".to_owned(),
    }
}
