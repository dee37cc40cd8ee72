//! What an answer does to a claim that was sent: where it goes, who is told,
//! and what the rules at the hook `acknowledgment` make of it.

use scrubjay_hooks::{AcknowledgmentSubject, Effect, EffectKind, Finding, Hook, Outcome, Subject};
use scrubjay_model::{
    AckHop, AckLevel, AckOutcome, Acknowledgment, BusinessCalendar, ClaimId, DeadlineKind, Work,
    WorkKind,
};
use scrubjay_store::{ClaimRow, Event, JournalRow, Move};

use crate::EngineError;
use crate::desk::Desk;
use crate::steps::build::wake;
use crate::steps::deadline::deadlines_of;
use crate::steps::refusal::{all_can_be_done, refused};
use crate::steps::sendings::{answers_to_last, rejection, sendings, spoken_of};

/// What comes of an answer on a claim that stands somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Consequence {
    /// It is kept, and that is all.
    Kept,
    /// It goes back to work.
    Rejected,
    /// It is in adjudication.
    Accepted,
    /// It is in adjudication, although it was rejected before.
    AcceptedAfterRejection,
    /// It must not leave before a person has looked.
    Stopped(&'static str),
    /// A person must look; it stays where it is.
    Review(&'static str),
}

/// What is to be asked where one stop rejected a claim and another took it.
pub(crate) const CONTRADICTION: &str = "was rejected and then accepted: ask the payer which holds, and do not send it again before that";

/// The table of what an answer does, by where the claim stands. `late` is an
/// answer to an earlier sending than the last; `rejected_by` is who rejected
/// this sending, where somebody did.
fn consequence(
    work: Work,
    answer: &Acknowledgment,
    late: bool,
    rejected_by: Option<Option<AckHop>>,
) -> Consequence {
    use Consequence::{Accepted, AcceptedAfterRejection, Kept, Rejected, Review, Stopped};
    let of_claim = matches!(answer.level, AckLevel::Claim { .. });
    match (answer.outcome, work) {
        (AckOutcome::Rejected, _) if late => Kept,
        (AckOutcome::Rejected, Work::Submitted | Work::Accepted) => Rejected,
        (AckOutcome::Rejected, Work::Draft | Work::Held | Work::Ready | Work::Rejected) => Kept,
        (AckOutcome::Rejected, Work::Adjudicated | Work::Closed | Work::Void) => {
            Review("was rejected after it was decided on or withdrawn: ask the payer what holds")
        }
        // Only the word on the claim itself takes it into adjudication: an
        // accepted file may still hold claims that are turned down.
        (AckOutcome::Accepted, _) if !of_claim => Kept,
        (AckOutcome::Accepted, Work::Accepted | Work::Adjudicated | Work::Closed | Work::Void) => {
            Kept
        }
        (AckOutcome::Accepted, _) if late => Review(
            "was accepted as it was sent before, and sent again since: the payer may have it twice",
        ),
        (AckOutcome::Accepted, Work::Submitted) => Accepted,
        (AckOutcome::Accepted, Work::Rejected) => match rejected_by {
            // A clearinghouse cannot take back what the payer has refused.
            Some(Some(AckHop::Payer)) if answer.source.hop == Some(AckHop::Clearinghouse) => {
                Review(CONTRADICTION)
            }
            _ => AcceptedAfterRejection,
        },
        (AckOutcome::Accepted, Work::Ready) if rejected_by.is_some() => Stopped(CONTRADICTION),
        (AckOutcome::Accepted, Work::Draft | Work::Held) if rejected_by.is_some() => {
            Review(CONTRADICTION)
        }
        (AckOutcome::Accepted, Work::Draft | Work::Held | Work::Ready) => Kept,
        // One item for the whole set is opened where the answer is matched.
        (AckOutcome::Unclear, _) if !of_claim || late => Kept,
        (AckOutcome::Unclear, Work::Submitted | Work::Accepted) => {
            Review("was answered neither yes nor no, such as not found: ask whoever answered")
        }
        (AckOutcome::Unclear | AckOutcome::Received, _) => Kept,
    }
}

/// Applies an answer to one claim that it speaks of.
pub(crate) fn apply(
    desk: &mut Desk<'_>,
    claim: &ClaimId,
    answer: &Acknowledgment,
) -> Result<(), EngineError> {
    if let AckLevel::Claim {
        payer_control: Some(control),
        ..
    } = &answer.level
        && let Ok(payer_control) = control.parse()
    {
        desk.learn_payer_control(claim, &payer_control)?;
        wake(desk, claim)?;
    }
    let Some(row) = desk.tx.claim(claim)? else {
        return Ok(());
    };
    // A first sending on its way needs no look into the past.
    let plain = row.submissions == 1 && matches!(row.status.work, Work::Submitted | Work::Accepted);
    let asked = desk.handlers.has(Hook::Acknowledgment);
    let history = if plain && !asked {
        Vec::new()
    } else {
        desk.tx.history(claim)?
    };
    let sent = sendings(&history, claim);
    let late = sent.len() > 1 && spoken_of(answer, &sent) != Some(sent.len() - 1);
    let answers = answers_to_last(&history, &sent);
    let rejected_by = rejection(&answers).map(|earlier| earlier.source.hop);
    if !late && !matches!(answer.level, AckLevel::Interchange { .. }) {
        desk.close_work(claim, WorkKind::MissingAcknowledgment, "answered")?;
    }
    let what = consequence(row.status.work, answer, late, rejected_by);
    carry(desk, &row, answer, what)?;
    if asked && !late {
        judge(desk, claim, &history, Some(answer))?;
    }
    Ok(())
}

fn carry(
    desk: &mut Desk<'_>,
    row: &ClaimRow,
    answer: &Acknowledgment,
    what: Consequence,
) -> Result<(), EngineError> {
    let claim = &row.id;
    match what {
        Consequence::Kept => Ok(()),
        Consequence::Rejected => {
            let reason = format!("{}{}", rejected(row, answer), time_left(desk, row)?);
            desk.move_claim(claim, Move::Work(Work::Rejected))?;
            desk.open_work(WorkKind::Rejection, Some(claim), row.charge, reason)
        }
        Consequence::Accepted => {
            desk.move_claim(claim, Move::Work(Work::Accepted))?;
            desk.close_work(claim, WorkKind::Rejection, "accepted")
        }
        Consequence::AcceptedAfterRejection => {
            desk.move_claim(claim, Move::Work(Work::Accepted))?;
            desk.close_work(claim, WorkKind::Rejection, "accepted after all")?;
            review(desk, row, answer, CONTRADICTION)
        }
        Consequence::Stopped(why) => {
            desk.move_claim(claim, Move::Work(Work::Held))?;
            let hold = format!("the claim {why}");
            desk.open_work(WorkKind::ScrubHold, Some(claim), row.charge, hold)?;
            review(desk, row, answer, why)
        }
        Consequence::Review(why) => review(desk, row, answer, why),
    }
}

fn review(
    desk: &mut Desk<'_>,
    row: &ClaimRow,
    answer: &Acknowledgment,
    why: &str,
) -> Result<(), EngineError> {
    let reason = format!(
        "the claim {why} ({}{})",
        by(answer),
        answer.codes.join(", ")
    );
    let open = desk.tx.open_work(Some(&row.id))?;
    if open
        .iter()
        .any(|item| item.kind == WorkKind::AcknowledgmentReview && item.reason == reason)
    {
        return Ok(());
    }
    desk.open_work(
        WorkKind::AcknowledgmentReview,
        Some(&row.id),
        row.charge,
        reason,
    )
}

fn rejected(row: &ClaimRow, answer: &Acknowledgment) -> String {
    let after = if row.status.work == Work::Accepted {
        " after it was accepted"
    } else {
        " before adjudication"
    };
    format!("rejected{after}: {}{}", by(answer), answer.codes.join(", "))
}

/// The stop that spoke, where it said which it is.
fn by(answer: &Acknowledgment) -> String {
    answer
        .source
        .hop
        .map_or_else(String::new, |hop| format!("by the {}, ", hop.as_str()))
}

/// A rejection stops no clock: until when the payer must have the claim.
fn time_left(desk: &Desk<'_>, row: &ClaimRow) -> Result<String, EngineError> {
    // What was accepted before does not count: the payer does not have it.
    let deadlines = deadlines_of(desk.tx.as_ref(), desk.config, row, &[])?;
    let filing = deadlines
        .iter()
        .find(|deadline| deadline.kind == DeadlineKind::TimelyFiling);
    let due = filing.map(|deadline| deadline.due(&BusinessCalendar::default()));
    Ok(due.map_or_else(String::new, |due| {
        format!("; mended, it must be at the payer by {due}")
    }))
}

/// Asks the handlers of the hook `acknowledgment` of a claim that was sent, with
/// what came in answer, or with nothing where nothing came, and does what they say.
pub(crate) fn judge(
    desk: &mut Desk<'_>,
    claim: &ClaimId,
    history: &[JournalRow],
    answer: Option<&Acknowledgment>,
) -> Result<(), EngineError> {
    let (Some(row), Some(document)) = (desk.tx.claim(claim)?, desk.tx.claim_document(claim)?)
    else {
        return Ok(());
    };
    let sent = sendings(history, claim);
    let Some(last) = sent.last() else {
        return Ok(());
    };
    let answers = answers_to_last(history, &sent);
    let received: Vec<Acknowledgment> = answers.iter().map(|(_, one)| (*one).clone()).collect();
    let submission = last.submission(&document);
    let payer = desk.config.payer_by_key(&row.payer);
    let subject = AcknowledgmentSubject {
        acknowledgment: answer,
        received: &received,
        submission: submission.as_ref(),
        payer: payer.map(|payer| &payer.profile),
        ..AcknowledgmentSubject::of(&document, last.day())
    };
    let now = desk.stamp.at;
    let hook = Hook::Acknowledgment;
    let mut outcome = desk
        .handlers
        .judge(hook, Subject::Acknowledgment(&subject), now);
    if outcome == Outcome::default() {
        return Ok(());
    }
    let able = can_be_done(&outcome, row.status.work);
    if let Err(finding) = &able {
        outcome.findings.push(Finding::clone(finding));
    }
    desk.record(&Event::Judged {
        claim: claim.clone(),
        hook,
        outcome: outcome.clone(),
    })?;
    if able.is_ok() {
        carry_out(desk, &row, &outcome)?;
    }
    hold(desk, &row, &outcome)
}

/// What this step can do.
const CARRIED_OUT: [EffectKind; 4] = [
    EffectKind::CorrectAndResubmit,
    EffectKind::FollowUp,
    EffectKind::OpenTask,
    EffectKind::Tag,
];

fn can_be_done(outcome: &Outcome, work: Work) -> Result<(), Box<Finding>> {
    all_can_be_done(Hook::Acknowledgment, outcome, &CARRIED_OUT)?;
    for (rule, effect) in &outcome.effects {
        if effect.kind() == EffectKind::CorrectAndResubmit && work != Work::Rejected {
            let why =
                format!("the claim is {work}, and only a rejected one is mended and sent again");
            return Err(Box::new(refused(rule, effect, &why)));
        }
    }
    Ok(())
}

fn carry_out(desk: &mut Desk<'_>, row: &ClaimRow, outcome: &Outcome) -> Result<(), EngineError> {
    let claim = &row.id;
    for asked in &outcome.effects {
        let (rule, effect) = asked;
        match effect {
            Effect::CorrectAndResubmit {
                reason,
                owner,
                days,
            } => {
                let reason = format!("{reason} ({rule}){}", time_left(desk, row)?);
                desk.close_work(claim, WorkKind::Rejection, "a rule says what to mend")?;
                desk.open_work_for(
                    WorkKind::Rejection,
                    Some(claim),
                    row.charge,
                    reason,
                    owner.clone(),
                    *days,
                )?;
            }
            Effect::FollowUp { way, reason } => {
                let way = way.as_str().replace('_', " ");
                let reason = format!("{reason}: ask the payer by {way} ({rule})");
                desk.open_work(WorkKind::FollowUp, Some(claim), row.charge, reason)?;
            }
            _ => desk.do_for_claim(claim, row.charge, asked, outcome)?,
        }
    }
    Ok(())
}

/// A block holds a rejected claim, so that it is not sent again as it is. One
/// that is out cannot be held, and somebody looks at it.
fn hold(desk: &mut Desk<'_>, row: &ClaimRow, outcome: &Outcome) -> Result<(), EngineError> {
    let held_by: Vec<&str> = outcome
        .findings
        .iter()
        .filter(|finding| finding.holds())
        .map(|finding| finding.rule.as_str())
        .collect();
    if held_by.is_empty() {
        return Ok(());
    }
    let reason = held_by.join(", ");
    let kind = if matches!(row.status.work, Work::Rejected | Work::Ready) {
        desk.move_claim(&row.id, Move::Work(Work::Held))?;
        WorkKind::ScrubHold
    } else {
        WorkKind::AcknowledgmentReview
    };
    desk.open_work(kind, Some(&row.id), row.charge, reason)
}

#[cfg(test)]
mod tests;
