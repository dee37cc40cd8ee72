//! Step 5, the way back: what a clearinghouse or payer says of what we sent.

use scrubjay_model::{AckLevel, AckOutcome, Acknowledgment, ClaimId, Work, WorkKind};
use scrubjay_store::{ClaimFilter, Event, Move, Reader};

use crate::EngineError;
use crate::desk::{Desk, Moved};

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
        let claims = spoken_of(desk.tx.as_ref(), &answer.level)?;
        if claims.is_empty() {
            answered.unmatched.push(describe(&answer.level));
        }
        desk.record(&Event::Acknowledged {
            acknowledgment: answer.clone(),
            claims: claims.clone(),
        })?;
        for claim in &claims {
            apply(desk, claim, &answer)?;
        }
    }
    Ok(answered)
}

fn apply(desk: &mut Desk<'_>, claim: &ClaimId, answer: &Acknowledgment) -> Result<(), EngineError> {
    if let AckLevel::Claim {
        payer_control: Some(control),
        ..
    } = &answer.level
        && let Ok(payer_control) = control.parse()
    {
        desk.learn_payer_control(claim, &payer_control)?;
    }
    match (answer.outcome, &answer.level) {
        (AckOutcome::Rejected, _) => {
            if desk.move_claim(claim, Move::Work(Work::Rejected))? == Moved::Now {
                let charge = desk
                    .tx
                    .claim(claim)?
                    .map(|row| row.charge)
                    .unwrap_or_default();
                let reason = format!("rejected before adjudication: {}", answer.codes.join(", "));
                desk.open_work(WorkKind::Rejection, Some(claim), charge, reason)?;
            }
        }
        // Only the payer's word on the claim itself takes it into adjudication:
        // an accepted file may still hold claims that are turned down.
        (AckOutcome::Accepted, AckLevel::Claim { .. }) => {
            if desk.move_claim(claim, Move::Work(Work::Accepted))? == Moved::Now {
                desk.close_work(claim, WorkKind::Rejection, "accepted")?;
            }
        }
        (AckOutcome::Accepted | AckOutcome::Received | AckOutcome::Unclear, _) => {}
    }
    Ok(())
}

/// The claims that an answer speaks of, as we sent them.
fn spoken_of(reader: &dyn Reader, level: &AckLevel) -> Result<Vec<ClaimId>, EngineError> {
    Ok(match level {
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
        AckLevel::Claim { control, .. } => {
            if let Ok(id) = control.parse::<ClaimId>()
                && reader.claim(&id)?.is_some()
            {
                vec![id]
            } else {
                let mut filter = ClaimFilter::default();
                filter.control = Some(control.clone());
                match reader.claims(&filter)?.as_slice() {
                    [only] => vec![only.id.clone()],
                    _ => Vec::new(),
                }
            }
        }
    })
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
