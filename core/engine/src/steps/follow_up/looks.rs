//! When a claim's clocks need a look next, so that a tick reads those claims
//! only on which something may be due.

use chrono::NaiveDate;
use scrubjay_model::{BusinessCalendar, Deadline, DeadlineKind, Work};
use scrubjay_store::{ClaimRow, JournalRow};
use sha2::{Digest, Sha256};

use crate::Config;
use crate::steps::awaited::is_awaited;
use crate::steps::build::is_with_next_payer;
use crate::steps::follow_up::ask::is_waiting;
use crate::steps::follow_up::look::{deferred, last_sent, look_days};
use crate::steps::hold;

/// What clocks go by in the configuration, as a number: where it is another than
/// it was, every claim is looked at anew.
pub(crate) fn terms_of(config: &Config) -> u64 {
    let payers = config.payers.iter().map(|payer| {
        let profile = &payer.profile;
        (&profile.key, profile.line, &payer.terms, &payer.billing)
    });
    let channels = config.channels.iter();
    let said = (
        config.mature_after_days,
        (&config.follow_up, &config.denials),
        payers.collect::<Vec<_>>(),
        channels
            .map(|(name, channel)| (name, &channel.answers))
            .collect::<Vec<_>>(),
    );
    let digest = Sha256::digest(format!("{said:?}"));
    digest
        .iter()
        .take(8)
        .fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

/// The day before which nothing is due on a claim as it stands. `judged` is how
/// many days lie between looks of rules, where there are such rules.
pub(crate) fn next_look(
    row: &ClaimRow,
    deadlines: &[Deadline],
    history: &[JournalRow],
    today: NaiveDate,
    judged: Option<u16>,
) -> NaiveDate {
    if is_with_next_payer(row) {
        // Whether the next payer can be asked is told by more than a date.
        return today.succ_opt().unwrap_or(NaiveDate::MAX);
    }
    let mut next = NaiveDate::MAX;
    if row.status.work == Work::Held {
        next = hold::ends_next(history, today).unwrap_or(next);
    }
    if is_waiting(row.status.work) {
        let sent = judged.zip(last_sent(history));
        let look = sent.and_then(|(every, sent)| look_days(sent, every, today).1);
        let put_off = deferred(history).filter(|until| *until > today);
        next = look.into_iter().chain(put_off).fold(next, NaiveDate::min);
    }
    let fires = deadlines.iter().filter_map(|one| next_fire(one, today));
    fires.fold(next, NaiveDate::min)
}

/// The next day behind today on which a deadline may fire.
fn next_fire(deadline: &Deadline, today: NaiveDate) -> Option<NaiveDate> {
    let calendar = BusinessCalendar::default();
    let due = deadline.due(&calendar);
    match deadline.kind {
        DeadlineKind::FollowUp => Some(due).filter(|due| *due > today),
        kind if is_awaited(kind) => due.succ_opt().filter(|late| *late > today),
        _ => deadline.next_stage(today, &calendar),
    }
}
