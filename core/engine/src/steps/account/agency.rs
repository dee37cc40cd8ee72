//! Collection agencies: placed with, told by a file, paid by, taken back from.

use chrono::NaiveDate;
use scrubjay_hooks::CollectionStep;
use scrubjay_model::{
    AccountClaim, AccountNumber, Money, PatientAccount, PatientBilling, PatientMoney, Placement,
    Record, RecordKey, RecordKind, WorkKind,
};
use scrubjay_store::{Reader, RecordFilter};
use serde::Serialize;

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
        dealings.placement = Some(Placement {
            agency,
            on,
            claims,
            exported: None,
            recalled: None,
        });
    })?;
    Ok(())
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
        // Of what it never heard, an agency needs not be told either.
        dealings.placement = placement.exported.map(|_| Placement {
            exported: None,
            recalled: Some(today),
            ..placement.clone()
        });
    })?;
    move_claims(desk, &kept, &[PatientBilling::Billed])
}

/// Takes an account back that nobody may pursue any more, such as one in
/// bankruptcy, and gives it to somebody.
pub(crate) fn take_back(desk: &mut Desk<'_>, facts: &Facts) -> Result<(), EngineError> {
    if facts.account.dealings.placed().is_none() {
        return Ok(());
    }
    let act = Act::Step(CollectionStep::Agency);
    let stops = stops(facts, act, &desk.config.patients);
    let Some(stop) = stops.iter().find(|stop| stop.guard.ends_placement()) else {
        return Ok(());
    };
    let number = &facts.account.number;
    let amount = facts.asked();
    recall(desk, number)?;
    let key: RecordKey = number.into();
    let reason = format!("taken back from the agency: {}", stop.why);
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

/// A file for an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgencyFile {
    /// Agency.
    pub agency: String,
    /// Accounts placed in it.
    pub placed: Vec<AccountNumber>,
    /// Accounts taken back in it.
    pub recalled: Vec<AccountNumber>,
    /// The file: one row a claim. It holds patient data.
    #[serde(skip)]
    pub csv: String,
}

const COLUMNS: [&str; 15] = [
    "action",
    "account",
    "claim",
    "amount",
    "owed_since",
    "first_statement",
    "last_statement",
    "itemized",
    "last",
    "first",
    "born",
    "street",
    "city",
    "state",
    "zip",
];

/// Writes what an agency must be told, and notes that it was. `again` writes
/// once more what it was told on a day, and notes nothing.
pub(crate) fn export(
    desk: &mut Desk<'_>,
    agency: &str,
    again: Option<NaiveDate>,
) -> Result<AgencyFile, EngineError> {
    if !desk.config.patients.agencies.contains_key(agency) {
        let agency = agency.to_owned();
        return Err(PatientAccountError::UnknownAgency { agency }.into());
    }
    let mut file = AgencyFile {
        agency: agency.to_owned(),
        placed: Vec::new(),
        recalled: Vec::new(),
        csv: row(&COLUMNS.map(str::to_owned)),
    };
    let today = desk.today();
    if again.is_none() {
        for row in desk.tx.records(&placed_accounts())? {
            if let Some(Record::Account(kept)) = desk.tx.record(&row.key)? {
                let kept = super::as_the_ledger_says(desk.tx.as_ref(), *kept)?;
                let facts = Facts::of(desk.tx.as_ref(), kept, desk.stamp.at)?;
                take_back(desk, &facts)?;
            }
        }
    }
    for kept in to_tell(desk.tx.as_ref(), agency, again)? {
        let number = kept.number.clone();
        let facts = Facts::of(desk.tx.as_ref(), kept, desk.stamp.at)?;
        let Some(placement) = &facts.account.dealings.placement else {
            continue;
        };
        for owed in &placement.claims {
            file.csv += &row(&cells(&facts, placement, owed));
        }
        match placement.recalled {
            None => file.placed.push(number.clone()),
            Some(_) => file.recalled.push(number.clone()),
        }
        if again.is_none() {
            change(desk, &number, |dealings| {
                if let Some(placement) = &mut dealings.placement {
                    placement.exported = Some(today);
                }
            })?;
        }
    }
    Ok(file)
}

fn placed_accounts() -> RecordFilter {
    RecordFilter {
        kind: Some(RecordKind::Account),
        state: Some("placed".to_owned()),
        ..RecordFilter::default()
    }
}

/// Accounts of which an agency is to be told, or was told on a day.
fn to_tell(
    reader: &dyn Reader,
    agency: &str,
    again: Option<NaiveDate>,
) -> Result<Vec<PatientAccount>, EngineError> {
    let filter = RecordFilter {
        kind: Some(RecordKind::Account),
        ..RecordFilter::default()
    };
    let mut found = Vec::new();
    for row in reader.records(&filter)? {
        let Some(Record::Account(kept)) = reader.record(&row.key)? else {
            continue;
        };
        let placement = kept.dealings.placement.as_ref();
        if placement.is_some_and(|one| one.agency == agency && one.exported == again) {
            found.push(super::as_the_ledger_says(reader, *kept)?);
        }
    }
    Ok(found)
}

fn cells(facts: &Facts, placement: &Placement, owed: &AccountClaim) -> [String; 15] {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let person = facts.billed.as_ref();
    let name = person.map(|person| &person.name);
    let address = person.and_then(|person| person.address.as_ref());
    let of = |part: Option<&String>| part.cloned().unwrap_or_default();
    let first = facts.statements.first().map(|sent| sent.issued);
    [
        match placement.recalled {
            None => "place".to_owned(),
            Some(_) => "recall".to_owned(),
        },
        facts.account.number.to_string(),
        owed.claim.to_string(),
        owed.balance.to_string(),
        day(facts.owed_since()),
        day(first),
        day(facts.statements.last().map(|sent| sent.issued)),
        day(first),
        of(name.map(|name| &name.last)),
        of(name.and_then(|name| name.first.as_ref())),
        day(person.and_then(|person| person.born)),
        of(address.map(|address| &address.line1)),
        of(address.map(|address| &address.city)),
        of(address.map(|address| &address.state)),
        of(address.map(|address| &address.zip)),
    ]
}

/// A row as RFC 4180 has it. A cell that a spreadsheet would run is quoted with
/// an apostrophe in front, as text.
fn row(cells: &[String; 15]) -> String {
    let cells = cells.iter().map(|cell| {
        let runs = cell.starts_with(['=', '+', '@', '-', '\t', '\r']);
        let cell = if runs {
            format!("'{cell}")
        } else {
            cell.clone()
        };
        match cell.contains([',', '"', '\n', '\r']) {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell,
        }
    });
    let mut line = cells.collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}
