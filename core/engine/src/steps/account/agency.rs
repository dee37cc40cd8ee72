//! Collection agencies: placed with, paid by, told of payments to us, taken back from.

use chrono::NaiveDate;
use scrubjay_hooks::CollectionStep;
use scrubjay_model::{
    AccountClaim, AccountNumber, AgencyAction, AgencyNews, ClaimId, Dealings, Money,
    PatientAccount, PatientBilling, PatientMoney, Placement, RecordKey, ResponsibleParty, WorkKind,
};

use super::error::PatientAccountError;
use super::facts::Facts;
use super::guard::{Act, stops};
use super::money::{oldest_first, positive, post};
use super::{account, change, move_claims};
use crate::EngineError;
use crate::desk::Desk;

/// Places what the patient owes with the practice's first agency.
pub(crate) fn place(desk: &mut Desk<'_>, facts: &Facts) -> Result<(), EngineError> {
    let number = facts.account.number.clone();
    let Some(agency) = desk.config.patients.agencies.keys().next().cloned() else {
        // A guard has stopped it before.
        return Err(PatientAccountError::UnknownAgency {
            agency: String::new(),
        }
        .into());
    };
    let to = [PatientBilling::PreCollection, PatientBilling::Collection];
    move_claims(desk, &facts.account, &to)?;
    let mut claims = Vec::new();
    for (claim, amount) in oldest_first(desk.tx.as_ref(), &number)? {
        claims.push(AccountClaim {
            claim: claim.clone(),
            balance: amount,
        });
        let agency = agency.clone();
        let placed = PatientMoney::Placed {
            claim,
            agency,
            amount,
        };
        post(desk, &number, &placed)?;
    }
    let on = desk.today();
    change(desk, &number, |dealings| {
        let placement = Placement {
            agency,
            on,
            claims,
            exported: None,
            recalled: None,
        };
        for owed in &placement.claims {
            let news = news(&placement, AgencyAction::Place, owed, owed.balance, on);
            dealings.agency_news.push(news);
        }
        dealings.placement = Some(placement);
    })?;
    Ok(())
}

fn news(
    placement: &Placement,
    action: AgencyAction,
    what: &AccountClaim,
    left: Money,
    on: NaiveDate,
) -> AgencyNews {
    AgencyNews {
        agency: placement.agency.clone(),
        action,
        claim: what.claim.clone(),
        amount: what.balance,
        left,
        on,
        told: None,
    }
}

/// Takes back what an agency has: the patient owes it to us again. The agency
/// is told by the next file.
pub(crate) fn recall(desk: &mut Desk<'_>, number: &AccountNumber) -> Result<(), EngineError> {
    let before = account(desk.tx.as_ref(), number)?;
    let Some(placement) = before.dealings.placed().cloned() else {
        return Ok(());
    };
    for AccountClaim { claim, balance } in &placement.claims {
        let recalled = PatientMoney::Recalled {
            claim: claim.clone(),
            agency: placement.agency.clone(),
            amount: *balance,
        };
        post(desk, number, &recalled)?;
    }
    let today = desk.today();
    let kept = change(desk, number, |dealings| {
        let back = placement.claims.iter();
        let back =
            back.map(|owed| news(&placement, AgencyAction::Recall, owed, Money::ZERO, today));
        dealings.agency_news.extend(back);
        end(dealings, today);
    })?;
    move_claims(desk, &kept, &[PatientBilling::Billed])
}

/// The agency has nothing any more. Of what it never heard, it needs not be told
/// either.
fn end(dealings: &mut Dealings, today: NaiveDate) {
    let Some(placement) = &mut dealings.placement else {
        return;
    };
    placement.recalled = Some(today);
    if placement.exported.is_some() {
        return;
    }
    let mut all = dealings.agency_news.iter();
    let began = all.position(|one| one.action == AgencyAction::Place && one.told.is_none());
    if let Some(began) = began {
        dealings.agency_news.truncate(began);
    }
    dealings.placement = None;
}

/// An agency has less of a claim than before, and is to know why.
fn less(
    dealings: &mut Dealings,
    action: AgencyAction,
    claim: &ClaimId,
    amount: Money,
    today: NaiveDate,
) {
    let Some(placement) = &mut dealings.placement else {
        return;
    };
    for owed in &mut placement.claims {
        if owed.claim == *claim {
            owed.balance -= amount;
        }
    }
    placement.claims.retain(|owed| owed.balance.is_positive());
    let left = placement.of(claim);
    let mut what = AccountClaim {
        claim: claim.clone(),
        balance: amount,
    };
    let told = news(placement, action, &what, left, today);
    dealings.agency_news.push(told);
    if left.is_zero() {
        what.balance = Money::ZERO;
        let told = news(placement, AgencyAction::Recall, &what, left, today);
        dealings.agency_news.push(told);
    }
    if placement.claims.is_empty() {
        end(dealings, today);
    }
}

/// So much of what an agency has on a claim is ours again.
fn take_off(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    action: AgencyAction,
    claim: &ClaimId,
    amount: Money,
) -> Result<(), EngineError> {
    let before = account(desk.tx.as_ref(), number)?;
    let Some(placement) = before.dealings.placed() else {
        return Ok(());
    };
    let recalled = PatientMoney::Recalled {
        claim: claim.clone(),
        agency: placement.agency.clone(),
        amount,
    };
    post(desk, number, &recalled)?;
    let today = desk.today();
    let change = change(desk, number, |dealings| {
        less(dealings, action, claim, amount, today);
    });
    change.map(drop)
}

/// The patient has paid us what an agency asks for: it has so much less, and is
/// told by the next file. The money then goes to the claim.
pub(crate) fn paid_to_us(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    claim: &ClaimId,
    amount: Money,
) -> Result<(), EngineError> {
    take_off(desk, number, AgencyAction::Payment, claim, amount)
}

/// A payment did not hold that had taken a claim, or a part of it, off an agency:
/// where the agency has the account still, it has that again.
pub(crate) fn owed_again(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    claim: &ClaimId,
    amount: Money,
) -> Result<(), EngineError> {
    let before = account(desk.tx.as_ref(), number)?;
    let Some(placement) = before.dealings.placed() else {
        return Ok(());
    };
    let amount = amount.min(paid_since_placed(&before.dealings, claim));
    if !amount.is_positive() {
        return Ok(());
    }
    let row = desk.tx.claim(claim)?;
    let mut to = vec![PatientBilling::PreCollection, PatientBilling::Collection];
    if row.is_some_and(|row| row.status.patient == PatientBilling::Ready) {
        to.insert(0, PatientBilling::Billed);
    }
    move_claims(desk, &before, &to)?;
    let placed = PatientMoney::Placed {
        claim: claim.clone(),
        agency: placement.agency.clone(),
        amount,
    };
    post(desk, number, &placed)?;
    let today = desk.today();
    let change = change(desk, number, |dealings| {
        more(dealings, claim, amount, today);
    });
    change.map(drop)
}

/// What the patient has paid us on a claim since the agency was given it.
fn paid_since_placed(dealings: &Dealings, claim: &ClaimId) -> Money {
    let mut paid = Money::ZERO;
    for one in dealings
        .agency_news
        .iter()
        .filter(|one| one.claim == *claim)
    {
        match one.action {
            AgencyAction::Place => paid = Money::ZERO,
            AgencyAction::Payment => paid += one.amount,
            AgencyAction::PaymentReturned => paid -= one.amount,
            AgencyAction::Adjustment | AgencyAction::Recall => {}
        }
    }
    paid
}

fn more(dealings: &mut Dealings, claim: &ClaimId, amount: Money, today: NaiveDate) {
    let Some(placement) = &mut dealings.placement else {
        return;
    };
    let has = placement
        .claims
        .iter_mut()
        .find(|owed| owed.claim == *claim);
    let action = match has {
        Some(owed) => {
            owed.balance += amount;
            AgencyAction::PaymentReturned
        }
        // It was told that it has the claim no more.
        None => {
            placement.claims.push(AccountClaim {
                claim: claim.clone(),
                balance: amount,
            });
            AgencyAction::Place
        }
    };
    let what = AccountClaim {
        claim: claim.clone(),
        balance: amount,
    };
    let told = news(placement, action, &what, placement.of(claim), today);
    dealings.agency_news.push(told);
}

/// Where a payer has decided anew and less is owed on a claim than an agency has
/// of it, the agency has so much less: it is no credit of the patient's.
pub(crate) fn even_out(desk: &mut Desk<'_>, number: &AccountNumber) -> Result<(), EngineError> {
    let before = account(desk.tx.as_ref(), number)?;
    let Some(placement) = before.dealings.placed() else {
        return Ok(());
    };
    for AccountClaim { claim, balance } in &placement.claims {
        let owed = desk.tx.balance(claim, ResponsibleParty::Patient)?;
        let over = (-owed).min(*balance);
        if over.is_positive() {
            take_off(desk, number, AgencyAction::Adjustment, claim, over)?;
        }
    }
    Ok(())
}

/// Takes an account back that nobody may pursue any more, such as one in
/// bankruptcy or one that a payer decides on again, and gives it to somebody.
pub(crate) fn take_back(desk: &mut Desk<'_>, facts: &Facts) -> Result<(), EngineError> {
    let Some(placement) = facts.account.dealings.placed() else {
        return Ok(());
    };
    let act = Act::Step(CollectionStep::Agency);
    let stops = stops(facts, act, &desk.config.patients);
    let stop = stops.iter().find(|stop| stop.guard.ends_placement());
    let mut claims = facts.claims.iter();
    let payers = claims.any(|owed| !owed.is_patients() && placement.of(&owed.row.id).is_positive());
    let why = match stop {
        Some(stop) => stop.why.as_str(),
        None if payers => "a payer decides on a claim of it again",
        None => return even_out(desk, &facts.account.number),
    };
    let number = &facts.account.number;
    let amount = facts.asked();
    recall(desk, number)?;
    let key: RecordKey = number.into();
    let reason = format!("taken back from the agency: {why}");
    desk.open_record_work(WorkKind::PatientAccount, &key, amount, reason)
}

/// An agency has collected, kept its fee, and sent the rest.
pub(crate) fn collected(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    amount: Money,
    fee: Money,
) -> Result<PatientAccount, EngineError> {
    positive(amount)?;
    let before = account(desk.tx.as_ref(), number)?;
    let placement = before.dealings.placed().cloned();
    let there = placement.as_ref().map_or(Money::ZERO, Placement::amount);
    let too_much = |what, there, asked| PatientAccountError::TooMuch { what, there, asked };
    if fee > amount || fee.is_negative() {
        return Err(too_much("what was collected", amount, fee).into());
    }
    let Some(placement) = placement.filter(|_| amount <= there) else {
        return Err(too_much("what the agency has", there, amount).into());
    };
    let agency = placement.agency.clone();
    let collected = PatientMoney::Collected {
        agency,
        amount,
        fee,
    };
    post(desk, number, &collected)?;
    let today = desk.today();
    change(desk, number, |dealings| {
        let Some(placement) = &mut dealings.placement else {
            return;
        };
        let mut left = amount;
        for owed in &mut placement.claims {
            let off = left.min(owed.balance);
            owed.balance -= off;
            left -= off;
        }
        placement.claims.retain(|owed| owed.balance.is_positive());
        if placement.claims.is_empty() {
            placement.recalled = Some(today);
        }
    })
}
