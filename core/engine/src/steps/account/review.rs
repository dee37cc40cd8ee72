//! Letters that waited are looked at again before somebody carries them: one that
//! no longer says what is so is withdrawn, and written anew where it may be.

use chrono::NaiveDate;
use scrubjay_hooks::CollectionStep;
use scrubjay_model::{AccountNumber, Letter, LetterKind, Money, PlanStatus, Record, RecordKind};
use scrubjay_store::RecordFilter;

use super::delivery::LetterSent;
use super::error::PatientAccountError;
use super::facts::Facts;
use super::guard::{Act, Stop, plus, stops};
use super::look::{AccountsTick, bill};
use super::policy::PatientPolicy;
use super::{account, as_the_ledger_says, change, collection, letter, plan};
use crate::EngineError;
use crate::desk::Desk;

/// Looks again at every letter that waits; the ones that were withdrawn. Those of
/// an account on hold wait on.
pub(crate) fn look_again(desk: &mut Desk<'_>) -> Result<Vec<LetterSent>, EngineError> {
    let filter = RecordFilter {
        kind: Some(RecordKind::Account),
        ..RecordFilter::default()
    };
    let mut withdrawn = Vec::new();
    for row in desk.tx.records(&filter)? {
        let Some(Record::Account(kept)) = desk.tx.record(&row.key)? else {
            continue;
        };
        if !kept.dealings.letters.iter().any(Letter::waits) {
            continue;
        }
        let reader = desk.tx.as_ref();
        let facts = Facts::of(reader, as_the_ledger_says(reader, *kept)?, desk.stamp.at)?;
        if waits_on(&facts, &desk.config.patients) {
            continue;
        }
        look_at(desk, &facts, &mut withdrawn)?;
    }
    Ok(withdrawn)
}

/// Whether nothing goes out on the account for now, whatever it says.
pub(crate) fn waits_on(facts: &Facts, policy: &PatientPolicy) -> bool {
    let stops = stops(facts, Act::Statement, policy);
    stops.iter().any(|stop| stop.guard.is_hold())
}

/// Withdraws what is not so any more on an account, and then writes it anew.
fn look_at(
    desk: &mut Desk<'_>,
    facts: &Facts,
    withdrawn: &mut Vec<LetterSent>,
) -> Result<(), EngineError> {
    let number = facts.account.number.clone();
    let today = desk.today();
    let mut over = Vec::new();
    for (place, letter) in facts.account.dealings.letters.iter().enumerate() {
        let why = letter
            .waits()
            .then(|| outdated(facts, letter, &desk.config.patients));
        if let Some(why) = why.flatten() {
            over.push((place, letter.clone(), why));
        }
    }
    if over.is_empty() {
        return Ok(());
    }
    change(desk, &number, |dealings| {
        for (place, ..) in &over {
            if let Some(letter) = dealings.letters.get_mut(*place) {
                letter.withdrawn = Some(today);
            }
        }
    })?;
    for (place, letter, why) in over {
        let name = letter::name(number.as_str(), place, &letter);
        withdrawn.push(LetterSent {
            account: number.clone(),
            name: name.map(|name| name.to_string()).unwrap_or_default(),
            kind: letter.kind.as_str(),
            problem: None,
            withdrawn: Some(why),
        });
        write_anew(desk, &number, &letter.kind)?;
    }
    Ok(())
}

/// Why a letter that waits is not to go out as it is.
fn outdated(facts: &Facts, letter: &Letter, policy: &PatientPolicy) -> Option<String> {
    let stops = against(facts, &letter.kind, policy);
    if let Some(stop) = stops.first() {
        return Some(stop.to_string());
    }
    let asked = asked(facts, &letter.kind);
    if letter.owed != asked {
        return Some(format!("it asks for {}, and {asked} is owed", letter.owed));
    }
    // Its dates have gone by, or leave little time.
    let until = plus(letter.made, u64::from(policy.look));
    (until < facts.today()).then(|| format!("it was made on {}", letter.made))
}

/// The guards that stand against a letter now.
fn against(facts: &Facts, kind: &LetterKind, policy: &PatientPolicy) -> Vec<Stop> {
    let act = match kind {
        LetterKind::Statement { .. } | LetterKind::PlanOffer { .. } => Act::Statement,
        LetterKind::Reminder => Act::Step(CollectionStep::Reminder),
        LetterKind::FinalNotice => Act::Step(CollectionStep::FinalNotice),
    };
    let mut stops = stops(facts, act, policy);
    match kind {
        LetterKind::PlanOffer { .. } => stops.retain(|stop| !plan::agreed_in_spite_of(stop.guard)),
        LetterKind::Reminder if missed(facts).is_some() => {
            stops.retain(|stop| !plan::reminded_in_spite_of(stop.guard));
        }
        _ => {}
    }
    stops
}

/// What is overdue of a plan that can be made good, and until when.
pub(crate) fn missed(facts: &Facts) -> Option<(Money, NaiveDate)> {
    let (_, plan) = facts.plan.as_ref()?;
    match plan.status(facts.today()) {
        PlanStatus::Missed {
            overdue, cure_by, ..
        } => Some((overdue, cure_by)),
        _ => None,
    }
}

/// What a letter of the kind asks for now.
fn asked(facts: &Facts, kind: &LetterKind) -> Money {
    let overdue = match kind {
        LetterKind::Reminder => missed(facts),
        _ => None,
    };
    overdue.map_or_else(|| facts.asked(), |(overdue, _)| overdue)
}

/// Writes a letter anew where neither a guard nor a rule stands in the way.
fn write_anew(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    kind: &LetterKind,
) -> Result<(), EngineError> {
    let reader = desk.tx.as_ref();
    let facts = Facts::of(reader, account(reader, number)?, desk.stamp.at)?;
    let mut letters = facts.account.dealings.letters.iter();
    let one_waits = letters.any(|one| one.waits() && one.kind.as_str() == kind.as_str());
    if one_waits || !against(&facts, kind, &desk.config.patients).is_empty() {
        return Ok(());
    }
    let step = match kind {
        LetterKind::Statement { .. } => {
            return bill(desk, number, &mut AccountsTick::default());
        }
        LetterKind::PlanOffer { instalments } => {
            return match plan::offer(desk, number, *instalments) {
                // The practice does not agree to so many parts of what is left.
                Ok(_) | Err(EngineError::Account(PatientAccountError::PlanPolicy { .. })) => Ok(()),
                Err(error) => Err(error),
            };
        }
        LetterKind::Reminder => CollectionStep::Reminder,
        LetterKind::FinalNotice => CollectionStep::FinalNotice,
    };
    // A plan's reminder is the clock's, not a rule's.
    let of_a_plan = *kind == LetterKind::Reminder && missed(&facts).is_some();
    if !of_a_plan && !collection::held_by(desk, number, step)?.is_empty() {
        return Ok(());
    }
    let letter = Letter::new(kind.clone(), desk.today(), asked(&facts, kind));
    change(desk, number, |dealings| dealings.letters.push(letter)).map(drop)
}
