//! A look at a claim that is with its payer: the hook `follow_up` is asked, and
//! what it asks for is done.

use chrono::NaiveDate;
use scrubjay_hooks::{
    Effect, EffectKind, FollowUpSubject, FollowUpWay, Hook, Outcome, StatusAnswer, StatusSaid,
    Subject,
};
use scrubjay_model::{
    AckLevel, AckOutcome, Money, RecordKey, ResponsibleParty, StatusInquiry, WorkKind,
};
use scrubjay_store::{ClaimRow, Event, JournalRow, SharedRows};

use super::ask::{by_person, claim_filter, inquiries, want};
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::posting::expected_of;
use crate::steps::refusal::{EFFECT_REFUSED, all_can_be_done};

/// What this step can do.
const CARRIED_OUT: [EffectKind; 5] = [
    EffectKind::FollowUp,
    EffectKind::Defer,
    EffectKind::CorrectAndResubmit,
    EffectKind::OpenTask,
    EffectKind::Tag,
];

/// What a look came to.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    /// Whether rules have said anything, which the journal has then.
    pub(crate) kept: bool,
    /// Whether a rule has asked for anything.
    asked_for: bool,
    /// The question that is wanted since.
    pub(crate) wanted: Option<RecordKey>,
}

impl Looked {
    /// Whether no rule has asked for anything.
    pub(super) const fn is_silent(&self) -> bool {
        !self.asked_for
    }
}

/// Asks the rules about a claim that is with its payer, and does what they ask for.
pub(super) fn judge(desk: &mut Desk<'_>, row: &ClaimRow) -> Result<Looked, EngineError> {
    if !desk.handlers.has(Hook::FollowUp) {
        return Ok(Looked::default());
    }
    let Some(mut outcome) = ask(desk, row)? else {
        return Ok(Looked::default());
    };
    if outcome.findings.is_empty() && outcome.effects.is_empty() {
        // Every look at every claim comes by here.
        return Ok(Looked::default());
    }
    let refused = all_can_be_done(Hook::FollowUp, &outcome, &CARRIED_OUT).err();
    outcome.findings.extend(refused.clone().map(|one| *one));
    desk.record(&Event::Judged {
        claim: row.id.clone(),
        hook: Hook::FollowUp,
        outcome: outcome.clone(),
    })?;
    if let Some(finding) = refused {
        by_person(desk, row, finding.message)?;
        return Ok(Looked {
            kept: true,
            asked_for: true,
            wanted: None,
        });
    }
    let mut looked = Looked {
        kept: true,
        ..Looked::default()
    };
    for asked in &outcome.effects {
        looked.asked_for |= !matches!(asked.1, Effect::Tag { .. });
        carry_out(desk, row, asked, &outcome, &mut looked)?;
    }
    Ok(looked)
}

fn carry_out(
    desk: &mut Desk<'_>,
    row: &ClaimRow,
    asked: &(String, Effect),
    outcome: &Outcome,
    looked: &mut Looked,
) -> Result<(), EngineError> {
    let (rule, effect) = asked;
    match effect {
        Effect::FollowUp {
            way: FollowUpWay::StatusRequest,
            reason,
        } => looked.wanted = want(desk, row, reason)?.or(looked.wanted.take()),
        Effect::FollowUp { way, reason } => {
            let by = way.as_str();
            by_person(
                desk,
                row,
                format!("{reason}: ask the payer by {by} ({rule})"),
            )?;
        }
        Effect::CorrectAndResubmit {
            reason,
            owner,
            days,
        } => {
            let reason = format!("{reason} ({rule})");
            let owner = owner.clone();
            desk.close_work(&row.id, WorkKind::FollowUp, "it is to be sent again")?;
            desk.open_work_for(
                WorkKind::Rejection,
                Some(&row.id),
                row.charge,
                reason,
                owner,
                *days,
            )?;
        }
        // The journal has until when.
        Effect::Defer { .. } => {}
        // The same rule finds the same at each look, in other words.
        Effect::OpenTask { .. } if has_task_of(desk, row, rule)? => {}
        _ => desk.do_for_claim(&row.id, row.charge, asked, outcome)?,
    }
    Ok(())
}

/// Whether a task that a rule has opened is open on a claim.
fn has_task_of(desk: &Desk<'_>, row: &ClaimRow, rule: &str) -> Result<bool, EngineError> {
    let open = desk.tx.open_work(Some(&row.id))?;
    let by = format!("({rule})");
    Ok(open
        .iter()
        .any(|item| item.kind == WorkKind::Task && item.reason.ends_with(&by)))
}

fn ask(desk: &mut Desk<'_>, row: &ClaimRow) -> Result<Option<Outcome>, EngineError> {
    let id = &row.id;
    let Some(claim) = desk.tx.claim_document(id)? else {
        return Ok(None);
    };
    let history = desk.tx.clock_history(id, &mut SharedRows::default())?;
    let submitted = last_sent(&history);
    let asked = inquiries(desk, &claim_filter(id)?)?;
    let since = |one: &&StatusInquiry| submitted.is_none_or(|sent| one.asked >= sent);
    let answered = asked.iter().filter(since);
    let answer = answered.filter_map(|one| one.answer.as_ref()).next_back();
    let said: Vec<StatusSaid<'_>> = answer
        .and_then(|answer| answer.latest())
        .into_iter()
        .flat_map(|status| &status.codes)
        .map(|code| StatusSaid {
            category: &code.category,
            status: &code.status,
        })
        .collect();
    let payer = desk.config.payer_by_key(&row.payer);
    let owed = |party| desk.tx.balance(id, party);
    let (insurance, patient): (Money, Money) = (
        owed(ResponsibleParty::Insurance)?,
        owed(ResponsibleParty::Patient)?,
    );
    let contracts = &desk.handlers.contracts;
    let aged_from = row.service_to.or(row.service_from);
    let subject = FollowUpSubject {
        patient_owes: patient,
        submitted,
        accepted: accepted(&history),
        followed_up: followed_up(&history, &asked),
        answer: answer.map(|answer| StatusAnswer {
            on: answer.answered,
            said: &said,
        }),
        expected: expected_of(desk.config, contracts, &row.payer, &claim),
        funding: payer.and_then(|payer| payer.funding),
        payer: payer.map(|payer| &payer.profile),
        ..FollowUpSubject::of(
            &claim,
            row.status,
            insurance,
            aged_from.unwrap_or_else(|| row.created.date_naive()),
        )
    };
    let now = desk.stamp.at;
    Ok(Some(desk.handlers.judge(
        Hook::FollowUp,
        Subject::FollowUp(&subject),
        now,
    )))
}

pub(super) fn last_sent(history: &[JournalRow]) -> Option<NaiveDate> {
    let mut sent = history.iter().rev();
    let sent = sent.find(|row| matches!(row.event, Event::BatchWritten { .. }));
    sent.map(|row| row.stamp.at.date_naive())
}

/// Since when the payer has the claim: its last sending was accepted.
fn accepted(history: &[JournalRow]) -> Option<NaiveDate> {
    let sent = history
        .iter()
        .rposition(|row| matches!(row.event, Event::BatchWritten { .. }))?;
    let mut behind = history[sent..].iter();
    let accepted = behind.find(|row| {
        matches!(&row.event, Event::Acknowledged { acknowledgment, .. }
            if acknowledgment.outcome == AckOutcome::Accepted
                && matches!(acknowledgment.level, AckLevel::Claim { .. }))
    });
    accepted.map(|row| row.stamp.at.date_naive())
}

/// The day on which the payer was asked last, or rules have asked for something.
fn followed_up(history: &[JournalRow], asked: &[StatusInquiry]) -> Option<NaiveDate> {
    let looked = history.iter().filter_map(|row| match &row.event {
        Event::Judged {
            hook: Hook::FollowUp,
            outcome,
            ..
        } if outcome.effects.iter().any(|(_, effect)| !is_quiet(effect)) => {
            Some(row.stamp.at.date_naive())
        }
        _ => None,
    });
    looked.chain(asked.iter().map(|one| one.asked)).max()
}

/// Whether an effect leaves the claim as it is for now.
const fn is_quiet(effect: &Effect) -> bool {
    matches!(effect, Effect::Defer { .. } | Effect::Tag { .. })
}

/// The day until which rules have put the next look off.
pub(super) fn deferred(history: &[JournalRow]) -> Option<NaiveDate> {
    let mut looks = history.iter().rev().filter_map(|row| match &row.event {
        Event::Judged {
            hook: Hook::FollowUp,
            outcome,
            ..
        } => Some(Some(outcome)),
        // Whatever was put off, it was sent anew since.
        Event::BatchWritten { .. } => Some(None),
        _ => None,
    });
    let last = looks.next().flatten()?;
    if last
        .findings
        .iter()
        .any(|finding| finding.rule == EFFECT_REFUSED)
    {
        return None;
    }
    let until = last.effects.iter().filter_map(|(_, effect)| match effect {
        Effect::Defer { until, .. } => Some(*until),
        _ => None,
    });
    until.max()
}

/// Whether rules have put the next look off beyond that day.
pub(crate) fn is_put_off(history: &[JournalRow], day: NaiveDate) -> bool {
    deferred(history).is_some_and(|until| until > day)
}

/// Whether rules were asked on that day already.
pub(super) fn was_asked_on(history: &[JournalRow], day: NaiveDate) -> bool {
    history.iter().any(|row| {
        matches!(
            row.event,
            Event::Judged {
                hook: Hook::FollowUp,
                ..
            }
        ) && row.stamp.at.date_naive() == day
    })
}

/// The days on which rules are asked about a claim that is with its payer: the
/// last one up to today, and the next one, counted from its last sending.
pub(super) fn look_days(
    sent: NaiveDate,
    every: u16,
    today: NaiveDate,
) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let every = i64::from(every.max(1));
    let turns = (today - sent).num_days().max(0) / every;
    let day = |turn: i64| sent.checked_add_signed(chrono::TimeDelta::days(turn * every));
    (
        day(turns).filter(|day| turns > 0 && *day <= today),
        day(turns + 1),
    )
}

/// A look by the clock: rules are asked, where it is a day for it.
pub(crate) fn look(
    desk: &mut Desk<'_>,
    row: &ClaimRow,
    history: &[JournalRow],
) -> Result<Looked, EngineError> {
    let today = desk.today();
    let Some(sent) = last_sent(history).filter(|_| super::ask::is_waiting(row.status.work)) else {
        return Ok(Looked::default());
    };
    let Some(every) = desk.config.follow_up.look else {
        return Ok(Looked::default());
    };
    let (last, _) = look_days(sent, every, today);
    if is_put_off(history, today) || last.is_none() || was_asked_on(history, today) {
        return Ok(Looked::default());
    }
    judge(desk, row)
}
