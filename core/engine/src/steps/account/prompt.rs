//! The discount of who pays soon: given when all but the discount is paid in
//! time, in however many payments, and put back where one of them did not hold.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use scrubjay_model::{
    AccountClaim, AccountNumber, ClaimId, LetterKind, LineOfBusiness, Money, PatientMoney,
    PromptDiscount, WriteOffReason,
};
use scrubjay_store::Reader;

use super::assistance::percent_of;
use super::delivery::statement;
use super::facts::{Facts, Owed};
use super::guard::plus;
use super::money::{paid_on, post, spread};
use super::policy::PromptPay;
use super::returned::reopen;
use super::{account, change};
use crate::desk::Desk;
use crate::{Config, EngineError};

/// A claim that the discount may be taken off.
struct Eligible {
    claim: ClaimId,
    /// What the patient had to pay on it, before any payment.
    share: Money,
    /// What is owed on it now.
    owed: Money,
    since: NaiveDate,
}

/// Takes off what is left after a payment, where that is no more than the
/// discount. What was taken off.
pub(crate) fn take_off(desk: &mut Desk<'_>, number: &AccountNumber) -> Result<Money, EngineError> {
    let Some(prompt) = desk.config.patients.discounts.prompt_pay else {
        return Ok(Money::ZERO);
    };
    let reader = desk.tx.as_ref();
    let facts = Facts::of(reader, account(reader, number)?, desk.stamp.at)?;
    let left = facts.asked();
    let eligible = eligible(desk, &facts, prompt)?;
    let share: Money = eligible.iter().map(|one| one.share).sum();
    let with_agency = facts.account.dealings.placed().is_some();
    if with_agency || !left.is_positive() || left > percent_of(share, prompt.percent) {
        return Ok(Money::ZERO);
    }
    let claims = parts(&eligible, left);
    for part in &claims {
        give_up(desk, number, &part.claim, part.balance)?;
    }
    free_overpaid(desk, number, &claims)?;
    let since = eligible.iter().map(|one| one.since).min();
    let discount = PromptDiscount {
        since: since.unwrap_or(desk.today()),
        claims,
    };
    change(desk, number, |dealings| {
        if let Some(receipt) = dealings.receipts.last_mut() {
            receipt.discount = Some(discount);
        }
    })?;
    Ok(left)
}

/// What comes off which claim: first where something is owed still, then where
/// the patient has paid.
fn parts(eligible: &[Eligible], left: Money) -> Vec<AccountClaim> {
    let mut left = left;
    let mut parts: BTreeMap<&ClaimId, Money> = BTreeMap::new();
    let mut put = |one: &'_ Eligible, parts: &mut Money, most: Money| {
        let part = left.min(most).min(one.share - *parts);
        if part.is_positive() {
            *parts += part;
            left -= part;
        }
    };
    for one in eligible {
        put(one, parts.entry(&one.claim).or_default(), one.owed);
    }
    for one in eligible {
        put(one, parts.entry(&one.claim).or_default(), one.share);
    }
    let parts = parts.into_iter().filter(|(_, part)| part.is_positive());
    parts
        .map(|(claim, balance)| AccountClaim {
            claim: claim.clone(),
            balance,
        })
        .collect()
}

/// What was paid on claims beyond what is owed there now goes to the others: the
/// discount is no credit.
fn free_overpaid(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    claims: &[AccountClaim],
) -> Result<(), EngineError> {
    let mut free = Money::ZERO;
    for owed in &account(desk.tx.as_ref(), number)?.claims {
        let part = claims.iter().find(|part| part.claim == owed.claim);
        let over = (-owed.balance).min(part.map_or(Money::ZERO, |part| part.balance));
        if over.is_positive() {
            let off = PatientMoney::Applied {
                claim: owed.claim.clone(),
                amount: -over,
            };
            post(desk, number, &off)?;
            free += over;
        }
    }
    spread(desk, number, free).map(drop)
}

/// A payment did not hold: what was taken off since it came, and because of it,
/// is owed again.
pub(crate) fn put_back(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    receipt: usize,
) -> Result<(), EngineError> {
    let receipts = account(desk.tx.as_ref(), number)?.into_record();
    let receipts = receipts.dealings.receipts;
    let Some(returned) = receipts.get(receipt).map(|one| one.on) else {
        return Ok(());
    };
    for (place, later) in receipts.iter().enumerate().skip(receipt) {
        let Some(discount) = &later.discount else {
            continue;
        };
        if returned < discount.since {
            continue;
        }
        for part in &discount.claims {
            give_up(desk, number, &part.claim, -part.balance)?;
            reopen(desk, &part.claim)?;
        }
        change(desk, number, |dealings| {
            if let Some(receipt) = dealings.receipts.get_mut(place) {
                receipt.discount = None;
            }
        })?;
    }
    Ok(())
}

fn give_up(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    claim: &ClaimId,
    amount: Money,
) -> Result<(), EngineError> {
    let given_up = PatientMoney::GivenUp {
        claim: claim.clone(),
        reason: WriteOffReason::Discount,
        amount,
    };
    post(desk, number, &given_up)
}

/// The claims that the discount may be taken off, the oldest service first: the
/// first statement that asked for it is not too old, it has had no such discount,
/// and no federal programme has a part in it.
fn eligible(
    desk: &Desk<'_>,
    facts: &Facts,
    prompt: PromptPay,
) -> Result<Vec<Eligible>, EngineError> {
    let reader = desk.tx.as_ref();
    let billed = first_billed(reader, facts)?;
    let (number, dealings) = (&facts.account.number, &facts.account.dealings);
    let before = dealings
        .receipts
        .iter()
        .filter_map(|one| one.discount.as_ref());
    let before: Vec<&ClaimId> = before
        .flat_map(|one| &one.claims)
        .map(|part| &part.claim)
        .collect();
    let mut found = Vec::new();
    for owed in facts.claims.iter().filter(|owed| owed.is_patients()) {
        let claim = &owed.row.id;
        let until = billed
            .get(claim)
            .map(|first| plus(*first, u64::from(prompt.within)));
        let late = until.is_some_and(|until| until < desk.today());
        if late || before.contains(&claim) || is_federal(owed, desk.config) {
            continue;
        }
        let made = owed.row.created.date_naive();
        found.push(Eligible {
            claim: claim.clone(),
            share: owed.patient + paid_on(reader, number, claim)?,
            owed: owed.patient,
            since: owed.row.service_from.map_or(made, |day| day.min(made)),
        });
    }
    found.retain(|one| one.share.is_positive());
    found.sort_by(|one, other| (one.since, &one.claim).cmp(&(other.since, &other.claim)));
    Ok(found)
}

/// The day on which the first statement that asked for a claim went out.
fn first_billed(
    reader: &dyn Reader,
    facts: &Facts,
) -> Result<BTreeMap<ClaimId, NaiveDate>, EngineError> {
    let mut first = BTreeMap::new();
    for letter in &facts.account.dealings.letters {
        let (LetterKind::Statement { number }, Some(day)) = (&letter.kind, letter.delivered) else {
            continue;
        };
        let Some(statement) = statement(reader, number)? else {
            continue;
        };
        for line in statement
            .lines
            .iter()
            .filter(|line| line.amounts.owed.is_positive())
        {
            first.entry(line.claim.clone()).or_insert(day);
        }
    }
    Ok(first)
}

/// Whether Medicare, Medicaid or another federal programme has a part in a claim:
/// what its patients share is not waived as a matter of course
/// (42 U.S.C. 1320a-7a(a)(5), 1320a-7b(b)).
fn is_federal(owed: &Owed, config: &Config) -> bool {
    let named = config.payer_by_key(&owed.row.payer);
    let by_claim = owed.claim.coverages.iter().flat_map(|coverage| {
        let id = coverage.payer.as_ref().map(|id| id.as_str());
        let ids: Vec<&str> = id.into_iter().collect();
        let known = config.payer(&ids, coverage.payer_name.last.as_str());
        let known = known.map(|payer| payer.profile.line);
        let told = coverage.filing_indicator.as_deref();
        // Title V and other federal programmes.
        let other = told.filter(|code| matches!(*code, "TV" | "OF"));
        let told = told.map(LineOfBusiness::from_filing_indicator);
        [known, told, other.map(|_| LineOfBusiness::Medicaid)]
    });
    let mut lines = by_claim
        .flatten()
        .chain(named.map(|payer| payer.profile.line));
    lines.any(|line| {
        matches!(
            line,
            LineOfBusiness::Medicare
                | LineOfBusiness::MedicareAdvantage
                | LineOfBusiness::Medicaid
                | LineOfBusiness::Tricare
        )
    })
}
