//! Step 9: what patients owe, how they are asked for it, and what keeps them from
//! being asked.
//!
//! An account has no money of its own: what it says is read from the ledger each
//! time, and written down so that lists can be drawn.

pub(crate) mod agency;
pub(crate) mod agency_file;
pub(crate) mod assistance;
pub(crate) mod by_hand;
pub(crate) mod collection;
pub(crate) mod delivery;
pub(crate) mod error;
mod explained;
pub(crate) mod facts;
pub(crate) mod guard;
mod hours;
pub(crate) mod law;
pub(crate) mod letter;
pub(crate) mod look;
pub(crate) mod money;
pub(crate) mod plan;
pub(crate) mod policy;
pub(crate) mod prompt;
pub(crate) mod returned;
pub(crate) mod review;
pub(crate) mod statement;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use scrubjay_model::{
    Account, AccountClaim, AccountNumber, AccountRecord, Axis, Claim, Dealings, Money, PATIENT,
    PatientAccount, PatientBilling, PatientKey, Record, RecordKey, RecordKind, Responsibility,
    ResponsibleParty, Work,
};
use scrubjay_store::{ClaimFilter, ClaimRow, Move, Reader, RecordFilter, StoreError, person_key};

use self::error::PatientAccountError;
use self::guard::plus;
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::person;

/// An account as the ledger has it now.
pub(crate) fn account(
    reader: &dyn Reader,
    number: &AccountNumber,
) -> Result<PatientAccount, EngineError> {
    match reader.record(&number.into())? {
        Some(Record::Account(account)) => as_the_ledger_says(reader, *account),
        _ => Err(PatientAccountError::Unknown {
            account: number.clone(),
        }
        .into()),
    }
}

/// The account with its figures as the ledger says.
pub(crate) fn as_the_ledger_says(
    reader: &dyn Reader,
    account: PatientAccount,
) -> Result<PatientAccount, EngineError> {
    let mut record = account.into_record();
    for owed in &mut record.claims {
        owed.balance = reader.balance(&owed.claim, ResponsibleParty::Patient)?;
    }
    record.unapplied = unapplied(reader, &record.number)?;
    Ok(PatientAccount::new(record).map_err(PatientAccountError::from)?)
}

/// Money of the account's that no claim has taken up.
pub(crate) fn unapplied(reader: &dyn Reader, number: &AccountNumber) -> Result<Money, EngineError> {
    let rows = reader.record_ledger(&number.into())?;
    let held = rows.iter().filter(|row| match &row.account {
        Account::UnappliedCash { payer } => payer == PATIENT,
        _ => false,
    });
    Ok(-held.map(|row| row.amount).sum::<Money>())
}

/// Keeps an account as the ledger has it, after its dealings have changed. What
/// is settled by it is settled on its claims too.
pub(crate) fn keep(
    desk: &mut Desk<'_>,
    account: AccountRecord,
    due: Option<NaiveDate>,
) -> Result<PatientAccount, EngineError> {
    let account = PatientAccount::new(account).map_err(PatientAccountError::from)?;
    let account = as_the_ledger_says(desk.tx.as_ref(), account)?;
    // What is owed again, as when a check bounces, is looked at again.
    let owes = account.balance().is_positive().then(|| desk.today());
    desk.keep(account.clone(), due.or(owes))?;
    settle_claims(desk, &account)?;
    Ok(account)
}

/// The day on which an account is looked at next, as it stands.
pub(crate) fn due(
    reader: &dyn Reader,
    number: &AccountNumber,
) -> Result<Option<NaiveDate>, EngineError> {
    Ok(reader.record_row(&number.into())?.and_then(|row| row.due))
}

/// Changes what has passed on an account, and keeps it.
pub(crate) fn change(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    how: impl FnOnce(&mut Dealings),
) -> Result<PatientAccount, EngineError> {
    let mut record = account(desk.tx.as_ref(), number)?.into_record();
    let due = due(desk.tx.as_ref(), number)?;
    how(&mut record.dealings);
    keep(desk, record, due)
}

/// Moves claims that are paid to the end to where nobody owes anything.
fn settle_claims(desk: &mut Desk<'_>, account: &PatientAccount) -> Result<(), EngineError> {
    let placed = account.dealings.placed();
    for owed in account.claims.iter().filter(|owed| owed.balance.is_zero()) {
        let with_agency = placed
            .is_some_and(|placement| placement.claims.iter().any(|one| one.claim == owed.claim));
        let Some(row) = desk.tx.claim(&owed.claim)? else {
            continue;
        };
        let patients = row.status.responsibility == Responsibility::Patient;
        let insurance = desk.tx.balance(&row.id, ResponsibleParty::Insurance)?;
        if with_agency || !patients || !insurance.is_zero() {
            continue;
        }
        desk.move_claim(&row.id, Move::Patient(PatientBilling::Settled))?;
        desk.move_claim(&row.id, Move::Responsibility(Responsibility::None))?;
        desk.move_claim(&row.id, Move::Work(Work::Closed))?;
    }
    Ok(())
}

/// Moves an account's claims that the patient owes on the patient's axis, where
/// the axis lets them; the others stay where they are.
pub(crate) fn move_claims(
    desk: &mut Desk<'_>,
    account: &PatientAccount,
    steps: &[PatientBilling],
) -> Result<(), EngineError> {
    for owed in account
        .claims
        .iter()
        .filter(|owed| owed.balance.is_positive())
    {
        let Some(row) = desk.tx.claim(&owed.claim)? else {
            continue;
        };
        if row.status.responsibility != Responsibility::Patient {
            continue;
        }
        let mut at = row.status.patient;
        for to in steps {
            if at != *to && at.moved(*to).is_ok() {
                desk.move_claim(&owed.claim, Move::Patient(*to))?;
                at = *to;
            }
        }
    }
    Ok(())
}

/// Brings the accounts up to the ledger: claims that have become the patient's
/// come to the patient's account, which is made where there is none, and money
/// that waits is put to what is owed.
pub(crate) fn bring_up(desk: &mut Desk<'_>) -> Result<Vec<AccountNumber>, EngineError> {
    let mut touched = Vec::new();
    for work in [Work::Adjudicated, Work::Closed] {
        let mut filter = ClaimFilter::default();
        filter.work = Some(work);
        for row in desk.tx.claims(&filter)? {
            let status = row.status;
            let new = status.responsibility == Responsibility::Patient
                && status.patient == PatientBilling::Ready;
            let back = !matches!(
                status.patient,
                PatientBilling::NotBilled | PatientBilling::Ready
            ) && !matches!(
                status.responsibility,
                Responsibility::Patient | Responsibility::None
            );
            if new || back {
                touched.extend(put_on_account(desk, &row)?);
            }
            if back {
                let owed = desk.tx.balance(&row.id, ResponsibleParty::Patient)?;
                let not_billed = PatientBilling::NotBilled;
                if owed.is_zero() && status.patient.moved(not_billed).is_ok() {
                    desk.move_claim(&row.id, Move::Patient(not_billed))?;
                }
            }
        }
    }
    touched.sort();
    touched.dedup();
    for number in &touched {
        money::spread_unapplied(desk, number)?;
    }
    Ok(touched)
}

/// Puts a claim on its patient's account; the account's number where that
/// changed anything.
fn put_on_account(
    desk: &mut Desk<'_>,
    row: &ClaimRow,
) -> Result<Option<AccountNumber>, EngineError> {
    let Some(claim) = desk.tx.claim_document(&row.id)? else {
        return Ok(None);
    };
    let balance = desk.tx.balance(&row.id, ResponsibleParty::Patient)?;
    let (patient, found) = account_of_claim(desk.tx.as_ref(), &claim)?;
    let today = desk.today();
    let mut record = match found {
        Some(account) => account.into_record(),
        None if balance.is_zero() => return Ok(None),
        None => AccountRecord {
            number: new_number(desk)?,
            patient,
            claims: Vec::new(),
            unapplied: Money::ZERO,
            holds: Vec::new(),
            dealings: Dealings::default(),
        },
    };
    let number = record.number.clone();
    let is_there = record
        .claims
        .iter()
        .find(|owed| owed.claim == row.id)
        .map(|owed| owed.balance);
    if is_there == Some(balance) || (is_there.is_none() && balance.is_zero()) {
        return Ok(None);
    }
    if is_there.is_none() {
        let claim = row.id.clone();
        record.claims.push(AccountClaim { claim, balance });
    }
    let is_new = is_there.is_none();
    // A new debt is billed at the next look, which is not later than today.
    let due = due(desk.tx.as_ref(), &number)?.map_or(today, |due| due.min(today));
    let kept = keep(desk, record, Some(due))?;
    if is_new {
        assistance::self_pay(desk, &number, &row.id, &row.payer)?;
        keep(desk, kept.into_record(), Some(due))?;
    }
    Ok(Some(number))
}

/// The account that a claim is on, whatever became of the spelling of a name.
fn account_of_claim(
    reader: &dyn Reader,
    claim: &Claim,
) -> Result<(PatientKey, Option<PatientAccount>), EngineError> {
    let mut first = None;
    for person in person::keys_of(reader, claim)? {
        let (patient, account) = account_of(reader, &person)?;
        if account.is_some() {
            return Ok((patient, account));
        }
        first.get_or_insert(patient);
    }
    match first {
        Some(patient) => Ok((patient, None)),
        None => account_of(reader, &person_key(&claim.patient)),
    }
}

/// The key of a patient by their person key, and their account where they have
/// one: that of the register, or one made of the person key where nobody of that
/// name is registered.
fn account_of(
    reader: &dyn Reader,
    person: &str,
) -> Result<(PatientKey, Option<PatientAccount>), EngineError> {
    let unnamed = |error: scrubjay_model::ValueError| StoreError::Contradiction {
        problem: format!("the key of a person: {error}"),
    };
    let registered = RecordFilter {
        kind: Some(RecordKind::Patient),
        parent: Some(person.parse().map_err(unnamed)?),
        ..RecordFilter::default()
    };
    let mut keys: Vec<PatientKey> = Vec::new();
    for row in reader.records(&registered)? {
        keys.extend(row.patient);
    }
    keys.push(person.parse().map_err(unnamed)?);
    for key in &keys {
        let filter = RecordFilter {
            kind: Some(RecordKind::Account),
            patient: Some(key.clone()),
            ..RecordFilter::default()
        };
        for row in reader.records(&filter)? {
            if let Some(Record::Account(account)) = reader.record(&row.key)? {
                return Ok((key.clone(), Some(*account)));
            }
        }
    }
    Ok((keys.swap_remove(0), None))
}

fn new_number(desk: &Desk<'_>) -> Result<AccountNumber, EngineError> {
    let id = desk.new_record_id("A")?;
    let number = id.as_str().parse();
    Ok(number.map_err(|error| StoreError::Contradiction {
        problem: format!("account {id}: {error}"),
    })?)
}

/// Accounts that somebody must look at by a day, in order.
pub(crate) fn due_accounts(
    reader: &dyn Reader,
    day: NaiveDate,
) -> Result<Vec<AccountNumber>, EngineError> {
    let filter = RecordFilter {
        kind: Some(RecordKind::Account),
        due_by: Some(day),
        ..RecordFilter::default()
    };
    let rows = reader.records(&filter)?;
    Ok(rows.iter().filter_map(|row| number_of(&row.key)).collect())
}

/// The number of an account by its key.
pub(crate) fn number_of(key: &RecordKey) -> Option<AccountNumber> {
    key.id.as_str().parse().ok()
}

/// The day of the next look.
pub(crate) fn next_look(desk: &Desk<'_>) -> NaiveDate {
    plus(desk.today(), u64::from(desk.config.patients.look))
}
