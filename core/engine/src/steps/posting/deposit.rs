//! Bank deposits against remittances, by trace number (CORE 370): the money and
//! its explanation come by two ways, and each may come without the other.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use scrubjay_model::{Money, TraceNumber, WorkItemId, WorkKind};
use scrubjay_store::{Event, Reader, Sequence};
use serde::Serialize;

use super::record::rows_of;
use super::{RemittanceState, RemittanceSummary, remittances};
use crate::EngineError;
use crate::desk::Desk;
use crate::sheet::{Row, RowError, Sheet, SheetTaken};

/// A deposit on the practice's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deposit {
    /// Journal row that took it in.
    pub row: Sequence,
    /// Trace number that the bank passes on, or the number of the check.
    pub trace: TraceNumber,
    /// Amount.
    pub amount: Money,
    /// Day of it.
    pub deposited: NaiveDate,
}

/// A trace number under which money and remittances came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Association {
    /// Trace number.
    pub trace: TraceNumber,
    /// What the bank has.
    pub deposits: Vec<Deposit>,
    /// What payers say that they paid; those that were undone, set aside or told twice
    /// left out.
    pub remittances: Vec<RemittanceSummary>,
}

impl Association {
    /// What the bank has, less what payers say.
    #[must_use]
    pub fn difference(&self) -> Money {
        let deposited: Money = self.deposits.iter().map(|one| one.amount).sum();
        let paid: Money = self.remittances.iter().map(|one| one.paid).sum();
        deposited - paid
    }

    /// In one word: `agrees`, `differs`, `no remittance` or `no deposit`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match (self.deposits.is_empty(), self.remittances.is_empty()) {
            (true, _) => "no deposit",
            (false, true) => "no remittance",
            _ if self.difference().is_zero() => "agrees",
            _ => "differs",
        }
    }

    /// The row that stands for what came first, and its day.
    fn since(&self) -> Option<(Sequence, NaiveDate)> {
        let deposits = self.deposits.iter().map(|one| (one.row, one.deposited));
        let remittances = self.remittances.iter().map(|one| {
            (
                one.row,
                one.effective.unwrap_or_else(|| one.at.date_naive()),
            )
        });
        deposits.chain(remittances).min()
    }
}

/// Every trace number under which money moved, in the order of the numbers.
/// Payments of nothing need no deposit and are left out.
///
/// # Errors
/// Where the store cannot be read.
pub fn associations(reader: &dyn Reader) -> Result<Vec<Association>, EngineError> {
    let mut by_trace: BTreeMap<TraceNumber, Association> = BTreeMap::new();
    fn of(
        by_trace: &mut BTreeMap<TraceNumber, Association>,
        trace: TraceNumber,
    ) -> &mut Association {
        by_trace
            .entry(trace.clone())
            .or_insert_with(|| Association {
                trace,
                deposits: Vec::new(),
                remittances: Vec::new(),
            })
    }
    let came = remittances(reader)?;
    for (at, one) in came.iter().enumerate() {
        let counts = match one.state {
            RemittanceState::Posted => true,
            // The same payment told twice is one payment.
            RemittanceState::Quarantined { .. } => {
                !came.iter().enumerate().any(|(place, other)| {
                    let is_same = other.trace == one.trace
                        && other.payer == one.payer
                        && other.paid == one.paid;
                    let posted = other.state == RemittanceState::Posted;
                    let waits = matches!(other.state, RemittanceState::Quarantined { .. });
                    is_same && (posted || waits && place > at)
                })
            }
            _ => false,
        };
        if one.paid.is_positive() && counts {
            let one = one.clone();
            of(&mut by_trace, one.trace.clone()).remittances.push(one);
        }
    }
    for deposit in taken(reader)? {
        of(&mut by_trace, deposit.trace.clone())
            .deposits
            .push(deposit);
    }
    Ok(by_trace.into_values().collect())
}

fn taken(reader: &dyn Reader) -> Result<Vec<Deposit>, EngineError> {
    let rows = reader.remittances()?.into_iter();
    Ok(rows
        .filter_map(|row| match row.event {
            Event::DepositTaken {
                trace,
                amount,
                deposited,
            } => Some(Deposit {
                row: row.sequence,
                trace,
                amount,
                deposited,
            }),
            _ => None,
        })
        .collect())
}

/// Takes a sheet of deposits in: `trace`, `amount`, `deposited_on`. A row that is
/// there already brings nothing.
pub(crate) fn take_sheet(desk: &mut Desk<'_>, sheet: &Sheet) -> Result<SheetTaken, EngineError> {
    let mut known = taken(desk.tx.as_ref())?;
    let mut came = SheetTaken::default();
    let (mut fresh, mut total) = (0, Money::ZERO);
    for row in &sheet.rows {
        let (trace, amount, deposited) = match read(row) {
            Ok(read) => read,
            Err(bad) => {
                came.bad.push(bad);
                continue;
            }
        };
        came.used += 1;
        let is_known = known
            .iter()
            .any(|one| one.trace == trace && one.amount == amount && one.deposited == deposited);
        if is_known {
            continue;
        }
        desk.record(&Event::DepositTaken {
            trace: trace.clone(),
            amount,
            deposited,
        })?;
        known.push(Deposit {
            row: desk.last_sequence()?,
            trace,
            amount,
            deposited,
        });
        fresh += 1;
        total += amount;
    }
    if fresh > 0 {
        came.brought.push(format!("{fresh} deposits of {total}"));
    }
    give_differences(desk)?;
    settle(desk)?;
    Ok(came)
}

fn read(row: &Row) -> Result<(TraceNumber, Money, NaiveDate), RowError> {
    let amount: Money = row.need_parsed("amount")?;
    if !amount.is_positive() {
        return Err(row.wrong("amount", &"a deposit is more than nothing"));
    }
    Ok((
        row.need_parsed("trace")?,
        amount,
        row.need_parsed("deposited_on")?,
    ))
}

/// Gives what a bank and a payer do not agree on to a person, once.
fn give_differences(desk: &mut Desk<'_>) -> Result<(), EngineError> {
    let asked = asked(desk.tx.as_ref())?;
    for one in associations(desk.tx.as_ref())? {
        let Some((row, _)) = one.since().filter(|_| one.as_str() == "differs") else {
            continue;
        };
        if is_asked(desk.tx.as_ref(), &asked, row, &one.trace)? {
            continue;
        }
        let by = one.difference();
        let reason = format!(
            "the deposit of trace number {} differs by {by} from what the payer says that it paid",
            one.trace
        );
        ask(desk, row, by.abs(), reason)?;
    }
    Ok(())
}

/// Gives what has come without its other half for too long to a person, once.
/// Nothing is missed before a practice has brought its first deposit. Returns
/// how many items were opened.
pub(crate) fn fire_missing(desk: &mut Desk<'_>) -> Result<usize, EngineError> {
    if taken(desk.tx.as_ref())?.is_empty() {
        return Ok(0);
    }
    settle(desk)?;
    let today = desk.today();
    let days = TimeDelta::days(i64::from(desk.config.deposits_within_days));
    let asked = asked(desk.tx.as_ref())?;
    let mut opened = 0;
    for one in associations(desk.tx.as_ref())? {
        let Some((row, since)) = one.since() else {
            continue;
        };
        let is_late = since
            .checked_add_signed(days)
            .is_some_and(|last| last < today);
        if !is_late || is_asked(desk.tx.as_ref(), &asked, row, &one.trace)? {
            continue;
        }
        let amount = one.difference().abs();
        let trace = &one.trace;
        let reason = match one.as_str() {
            "no deposit" => format!(
                "remittance {trace} says that {amount} was paid on {since}, and no deposit has come"
            ),
            "no remittance" => format!(
                "{amount} was deposited on {since} with trace number {trace}, and no remittance has come"
            ),
            _ => continue,
        };
        ask(desk, row, amount, reason)?;
        opened += 1;
    }
    Ok(opened)
}

fn ask(
    desk: &mut Desk<'_>,
    about: Sequence,
    amount: Money,
    reason: String,
) -> Result<(), EngineError> {
    desk.record(&Event::DepositAsked { about })?;
    desk.open_work(WorkKind::Deposit, None, amount, reason)
}

/// What a person was asked about, by the row that it is about: the row of the
/// asking, behind which its work item stands.
fn asked(reader: &dyn Reader) -> Result<BTreeMap<Sequence, Sequence>, EngineError> {
    let rows = reader.remittances()?.into_iter();
    Ok(rows
        .filter_map(|row| match row.event {
            Event::DepositAsked { about } => Some((about, row.sequence)),
            _ => None,
        })
        .collect())
}

/// Whether a person was asked about a row. What had come to agree is asked about
/// again where its remittance was undone since.
fn is_asked(
    reader: &dyn Reader,
    asked: &BTreeMap<Sequence, Sequence>,
    row: Sequence,
    trace: &TraceNumber,
) -> Result<bool, EngineError> {
    let Some(at) = asked.get(&row) else {
        return Ok(false);
    };
    let undone = reader.remittances()?.into_iter().any(|later| {
        later.sequence > *at
            && matches!(&later.event, Event::RemittanceUndone { trace: of, .. } if of == trace)
    });
    if !undone {
        return Ok(true);
    }
    let behind = rows_of(reader, at + 1, at + 1)?.pop();
    let Some(Event::WorkOpened { item }) = behind.map(|row| row.event) else {
        return Ok(false);
    };
    let open = reader.open_work(None)?;
    Ok(open.iter().any(|one| one.id == item.id))
}

/// Closes what has been settled by what came since.
fn settle(desk: &mut Desk<'_>) -> Result<(), EngineError> {
    let asked = asked(desk.tx.as_ref())?;
    if asked.is_empty() {
        return Ok(());
    }
    let open: Vec<WorkItemId> = desk
        .tx
        .open_work(None)?
        .into_iter()
        .filter(|item| item.kind == WorkKind::Deposit)
        .map(|item| item.id)
        .collect();
    for one in associations(desk.tx.as_ref())? {
        if one.as_str() != "agrees" {
            continue;
        }
        let rows = one
            .deposits
            .iter()
            .map(|one| one.row)
            .chain(one.remittances.iter().map(|one| one.row));
        for at in rows.filter_map(|row| asked.get(&row)) {
            let behind = rows_of(desk.tx.as_ref(), at + 1, at + 1)?.pop();
            let Some(Event::WorkOpened { item }) = behind.map(|row| row.event) else {
                continue;
            };
            if open.contains(&item.id) {
                desk.record(&Event::WorkClosed {
                    item: item.id,
                    outcome: "deposit and remittance agree".to_owned(),
                })?;
            }
        }
    }
    Ok(())
}
