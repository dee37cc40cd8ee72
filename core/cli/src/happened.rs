//! What events about records and their money are called, without patient data.

use scrubjay::model::{Account, Money, PATIENT, PatientAccount, Posting, Record};
use scrubjay::store::{Event, MoneyKind};

use crate::table::dollars;

/// An event of a record in a few words. `before` is the record as it was.
pub(crate) fn to_a_record(event: &Event, before: Option<&Record>) -> String {
    match event {
        Event::RecordMoneyMoved {
            money,
            claim,
            postings,
            ..
        } => {
            let moved = moved(*money, postings.postings());
            claim
                .as_ref()
                .map_or(moved.clone(), |claim| format!("{moved}, claim {claim}"))
        }
        Event::RecordKept { record, due } => {
            let kept = kept(record, before);
            due.map_or(kept.clone(), |due| format!("{kept}; next looked at {due}"))
        }
        Event::RecordJudged { hook, outcome, .. } => {
            let findings = outcome.findings.iter();
            let found: Vec<&str> = findings.map(|finding| finding.rule.as_str()).collect();
            let found = match found.is_empty() {
                true => "nothing found".to_owned(),
                false => found.join(", "),
            };
            format!("judged at {hook} by {} rules: {found}", outcome.ran.len())
        }
        Event::RecordOverridden { rules, .. } => format!("a person passed {}", rules.join(", ")),
        Event::WorkOpened { item } => format!(
            "work {} opened for {}: {}",
            item.id, item.owner.0, item.reason
        ),
        Event::WorkClosed { item, outcome } => format!("work {item} closed: {outcome}"),
        Event::QuestionsWritten { name, .. } => format!("asked in {name}"),
        Event::QuestionsDelivered { name, channel, .. } => {
            format!("{name} was delivered by channel {channel}")
        }
        Event::CallTaken { call, .. } => format!("call {call} was taken under a key"),
        Event::Erased { of } => format!("given up by a purge ({of})"),
        _ => "an event that this program has no words for".to_owned(),
    }
}

/// What moved, for people.
fn moved(kind: MoneyKind, postings: &[Posting]) -> String {
    let on = |of: fn(&Account) -> bool| -> Money {
        let found = postings.iter().filter(|posting| of(&posting.account));
        found.map(|posting| posting.amount).sum()
    };
    let either = |amount: Money, above: &str, below: &str| match amount.is_negative() {
        true => format!("{} {below}", dollars(-amount)),
        false => format!("{} {above}", dollars(amount)),
    };
    let cash = on(|account| matches!(account, Account::Cash { .. }));
    let agency = postings.iter().find_map(|posting| match &posting.account {
        Account::Placed { agency } => Some((agency.as_str(), posting.amount)),
        _ => None,
    });
    let owed = on(|account| matches!(account, Account::Receivable { .. }));
    let given_up = postings.iter().find_map(|posting| match posting.account {
        Account::WriteOff { reason } => Some((reason.as_str(), posting.amount)),
        _ => None,
    });
    match (kind, agency, given_up) {
        (MoneyKind::PatientPayment, Some((agency, amount)), _) => format!(
            "agency {agency} collected {} and sent {}",
            dollars(-amount),
            dollars(cash)
        ),
        (MoneyKind::PatientPayment, None, _) => either(cash, "paid by the patient", "paid back"),
        (MoneyKind::PaymentReturned, ..) => {
            either(-cash, "of a payment taken back by the bank", "came again")
        }
        (MoneyKind::Transfer, ..) => either(
            -owed,
            "of the patient's money put to a claim",
            "of the patient's money taken off a claim",
        ),
        (MoneyKind::Refund, ..) => match cash.is_zero() {
            true => {
                let held = on(
                    |account| matches!(account, Account::UnappliedCash { payer } if payer == PATIENT),
                );
                either(held, "to be given back to the patient", "kept after all")
            }
            false => either(-cash, "given back to the patient", "came back"),
        },
        (MoneyKind::WriteOff, _, Some((reason, amount))) => either(
            amount,
            &format!("given up ({reason})"),
            &format!("owed again that was given up ({reason})"),
        ),
        (MoneyKind::Fee, ..) => either(owed, "charged as a fee", "of a fee taken off"),
        (MoneyKind::Placement, Some((agency, amount)), _) => {
            format!("{} placed with agency {agency}", dollars(amount))
        }
        (MoneyKind::Recall, Some((agency, amount)), _) => {
            format!("{} taken back from agency {agency}", dollars(-amount))
        }
        _ => format!("money moved ({})", kind.as_str()),
    }
}

/// What a record came to be; of an account, what is new on it.
fn kept(record: &Record, before: Option<&Record>) -> String {
    let Record::Account(now) = record else {
        return format!("kept, {}", record.state());
    };
    let before = match before {
        Some(Record::Account(before)) => Some(before.as_ref()),
        _ => None,
    };
    let new = news(now, before);
    match new.is_empty() {
        true => "account looked at".to_owned(),
        false => new.join(", "),
    }
}

fn news(now: &PatientAccount, before: Option<&PatientAccount>) -> Vec<String> {
    let mut new = Vec::new();
    let count = |of: fn(&PatientAccount) -> usize| before.map_or(0, of);
    for owed in now.claims.iter().skip(count(|one| one.claims.len())) {
        new.push(format!("claim {} came to the account", owed.claim));
    }
    for hold in &now.holds {
        let old = before.and_then(|one| {
            one.holds
                .iter()
                .find(|old| old.kind == hold.kind && old.since == hold.since)
        });
        let kind = hold.kind.as_str();
        match (old, hold.until) {
            (None, _) => new.push(format!("on hold: {kind}")),
            (Some(old), Some(_)) if old.until.is_none() => {
                new.push(format!("hold {kind} released"));
            }
            _ => {}
        }
    }
    let gone = before.iter().flat_map(|one| &one.holds).filter(|old| {
        !now.holds
            .iter()
            .any(|hold| hold.kind == old.kind && hold.since == old.since)
    });
    new.extend(gone.map(|hold| format!("hold {} released", hold.kind.as_str())));
    new.extend(dealings(now, before));
    new
}

fn dealings(now: &PatientAccount, before: Option<&PatientAccount>) -> Vec<String> {
    let mut new = Vec::new();
    let (is, was) = (&now.dealings, before.map(|one| &one.dealings));
    for (place, letter) in is.letters.iter().enumerate() {
        let kind = letter.kind.as_str();
        match was.and_then(|was| was.letters.get(place)) {
            None => new.push(format!("{kind} made for {}", dollars(letter.owed))),
            Some(old) if old.waits() && letter.delivered.is_some() => {
                new.push(format!("{kind} went out"));
            }
            Some(old) if old.waits() && letter.withdrawn.is_some() => {
                new.push(format!("{kind} withdrawn"));
            }
            Some(_) => {}
        }
    }
    for (place, receipt) in is.receipts.iter().enumerate() {
        let (number, old) = (place + 1, was.and_then(|was| was.receipts.get(place)));
        let discount = |one: &scrubjay::model::Receipt| one.discount.is_some();
        match old {
            None => new.push(format!("payment {number} by {}", receipt.way.as_str())),
            Some(old) if old.returned.is_none() && receipt.returned.is_some() => {
                new.push(format!("payment {number} did not hold"));
            }
            Some(old) if discount(old) != discount(receipt) => new.push(match discount(receipt) {
                true => format!("payment {number} earned the discount for paying soon"),
                false => format!("payment {number} has no discount any more"),
            }),
            Some(_) => {}
        }
    }
    let skip = |of: fn(&scrubjay::model::Dealings) -> usize| was.map_or(0, of);
    let steps = is.steps.iter().skip(skip(|was| was.steps.len()));
    new.extend(steps.map(|one| format!("step {} by {}", one.step.as_str(), one.by)));
    for _ in is.notes.iter().skip(skip(|was| was.notes.len())) {
        new.push("a note".to_owned());
    }
    let contacts = is
        .contacts
        .len()
        .saturating_sub(skip(|was| was.contacts.len()));
    if contacts > 0 {
        new.push("a contact noted".to_owned());
    }
    let assistance = is.assistance.status;
    if was.map_or(Default::default(), |was| was.assistance.status) != assistance {
        new.push(format!("assistance {}", assistance.as_str()));
    }
    match (was.and_then(|was| was.pause.as_ref()), &is.pause) {
        (None, Some(pause)) => new.push(format!("statements stopped by {}", pause.by)),
        (Some(_), None) => new.push("statements go again".to_owned()),
        _ => {}
    }
    let told = |one: &scrubjay::model::Dealings| {
        let told = one.agency_news.iter().filter(|news| news.told.is_some());
        told.count()
    };
    if told(is) > was.map_or(0, told) {
        new.push("the agency was told".to_owned());
    }
    if was.and_then(|was| was.surprise) != is.surprise {
        new.push("protection from a bill out of the network noted".to_owned());
    }
    if was.and_then(|was| was.stop_contact) != is.stop_contact {
        new.push("the patient's word to stop noted".to_owned());
    }
    if was.and_then(|was| was.validation_notice) != is.validation_notice {
        new.push("the agency's validation notice noted".to_owned());
    }
    new
}
