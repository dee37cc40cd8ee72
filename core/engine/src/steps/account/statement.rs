//! Statements: one line a service, with what insurance paid and why the rest is owed.

use chrono::NaiveDate;
use scrubjay_model::{
    Account, AsSent, GroupCode, Letter, LetterKind, Money, PATIENT, PatientBilling, ServiceLine,
    Statement, StatementAmounts, StatementLine, StatementNumber,
};
use scrubjay_store::{LedgerRow, RemittedRow, StoreError};
use serde::Serialize;

use super::error::PatientAccountError;
use super::explained::{explanations, gone_back};
use super::facts::{Facts, Owed};
use super::guard::plus;
use super::{change, move_claims};
use crate::desk::Desk;
use crate::{Config, EngineError};

/// A statement that was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issued {
    /// Account.
    pub account: scrubjay_model::AccountNumber,
    /// Number.
    pub statement: StatementNumber,
    /// What it asks for.
    pub owed: Money,
    /// Day by which.
    pub due: NaiveDate,
}

/// Issues a statement of an account, kept as it is and put among the letters.
pub(crate) fn issue(desk: &mut Desk<'_>, facts: &Facts) -> Result<Issued, EngineError> {
    let account = facts.account.number.clone();
    let id = desk.new_record_id("S")?;
    let number: StatementNumber = id.as_str().parse().map_err(|error| {
        let problem = format!("statement {id}: {error}");
        EngineError::from(StoreError::Contradiction { problem })
    })?;
    let today = desk.today();
    let due = plus(today, u64::from(desk.config.patients.due));
    let (mut lines, mut explained) = (Vec::new(), Vec::new());
    for owed in &facts.claims {
        let (ledger, remitted) = {
            let reader = desk.tx.as_ref();
            (reader.ledger(&owed.row.id)?, reader.remitted(&owed.row.id)?)
        };
        let sums = Sums::of(owed, &ledger);
        if sums.is_old_news() {
            continue;
        }
        lines.extend(lines_of(owed, &sums, &remitted, desk.config));
        let placed = facts.account.dealings.placed();
        let placed = placed.map_or(Money::ZERO, |placed| placed.of(&owed.row.id));
        let why = explanations(owed, &sums, (&ledger, placed), &remitted, desk.config);
        explained.extend(why);
    }
    if let Some(line) = lines.first() {
        explained.extend(gone_back(desk.tx.as_ref(), facts, &line.claim)?);
    }
    spread_credit(&mut lines, facts.account.unapplied);
    let statement = Statement::of(number.clone(), account.clone(), today, due, lines)
        .map_err(PatientAccountError::from)?
        .explained(explained);
    let owed = statement.totals.owed;
    desk.keep(statement, None)?;
    let kind = LetterKind::Statement {
        number: number.clone(),
    };
    let letter = Letter::new(kind, today, owed);
    let kept = change(desk, &account, |dealings| dealings.letters.push(letter))?;
    move_claims(desk, &kept, &[PatientBilling::Billed])?;
    Ok(Issued {
        account,
        statement: number,
        owed,
        due,
    })
}

/// What became of a claim's charge, by the ledger.
pub(super) struct Sums {
    pub(super) amounts: StatementAmounts,
}

impl Sums {
    fn of(owed: &Owed, ledger: &[LedgerRow]) -> Self {
        let on = |of: fn(&Account) -> bool| -> Money {
            let rows = ledger.iter().filter(|row| of(&row.account));
            rows.map(|row| row.amount).sum()
        };
        let charge = -on(|account| matches!(account, Account::Revenue | Account::PatientFees));
        let insurance_paid =
            on(|account| matches!(account, Account::Cash { payer } if payer != PATIENT));
        let patient_paid =
            on(|account| matches!(account, Account::UnappliedCash { payer } if payer == PATIENT));
        let (patient, insurance) = (owed.patient, owed.insurance);
        let (asked, pending) = match owed.is_patients() {
            true => (patient, insurance),
            false => (Money::ZERO, insurance + patient),
        };
        // What is left was given up, by contract or by somebody.
        let discount = charge - insurance_paid - patient_paid - pending - asked;
        Self {
            amounts: StatementAmounts {
                charge,
                insurance_paid,
                discount,
                patient_paid,
                pending,
                owed: asked,
            },
        }
    }

    /// Whether nothing is open on the claim: it stood on a statement before.
    fn is_old_news(&self) -> bool {
        self.amounts.owed.is_zero() && self.amounts.pending.is_zero()
    }
}

/// Money that waits on the account counts for the first lines that are owed.
fn spread_credit(lines: &mut [StatementLine], mut credit: Money) {
    for line in lines {
        let part = credit.min(line.amounts.owed);
        if part.is_positive() {
            line.amounts.patient_paid += part;
            line.amounts.owed -= part;
            credit -= part;
        }
    }
}

/// A line for each service, where the last decision's lines explain the claim's
/// sums to the cent; else one line for the claim.
fn lines_of(
    owed: &Owed,
    sums: &Sums,
    remitted: &[RemittedRow],
    config: &Config,
) -> Vec<StatementLine> {
    let service = |line: &ServiceLine| line.from.or(owed.row.service_from);
    let made = owed.row.created.date_naive();
    let claim = &owed.row.id;
    if let Some(parts) = parts_by_line(owed, sums, remitted) {
        let lines = owed.claim.lines.iter().zip(parts);
        return lines
            .map(|(line, amounts)| StatementLine {
                claim: claim.clone(),
                service: service(line).unwrap_or(made),
                words: words(line, config),
                amounts,
            })
            .collect();
    }
    let mut all: Vec<String> = owed
        .claim
        .lines
        .iter()
        .map(|line| words(line, config))
        .collect();
    all.dedup();
    let words = match all.is_empty() {
        true => "Medical services".to_owned(),
        false => all.join(", "),
    };
    vec![StatementLine {
        claim: claim.clone(),
        service: owed.row.service_from.unwrap_or(made),
        words,
        amounts: sums.amounts,
    }]
}

/// The sums of a claim line by line; `None` where they cannot be told so exactly.
fn parts_by_line(
    owed: &Owed,
    sums: &Sums,
    remitted: &[RemittedRow],
) -> Option<Vec<StatementAmounts>> {
    let total = sums.amounts;
    let charges: Money = owed.claim.lines.iter().map(|line| line.charge).sum();
    if charges != total.charge || owed.claim.lines.is_empty() {
        return None;
    }
    let mut parts: Vec<StatementAmounts> = Vec::new();
    let last = remitted.last();
    for (place, line) in owed.claim.lines.iter().enumerate() {
        let decided = match last {
            Some(row) if row.remitted.lines.len() == owed.claim.lines.len() => {
                row.remitted.lines.get(place)
            }
            Some(_) if owed.claim.lines.len() > 1 => return None,
            _ => None,
        };
        let (paid, reduced) = match decided {
            Some(decided) => {
                let reduced = decided
                    .adjustments
                    .iter()
                    .filter(|one| !is_patients(&one.group));
                (decided.paid, reduced.map(|one| one.amount).sum())
            }
            None if owed.claim.lines.len() == 1 => (total.insurance_paid, total.discount),
            None => (Money::ZERO, Money::ZERO),
        };
        parts.push(StatementAmounts {
            charge: line.charge,
            insurance_paid: paid,
            discount: reduced,
            ..StatementAmounts::default()
        });
    }
    fill(&mut parts, total)
}

/// Puts what is paid, given up and pending beyond the decision to the first
/// lines that have room, and the rest is owed.
fn fill(parts: &mut [StatementAmounts], total: StatementAmounts) -> Option<Vec<StatementAmounts>> {
    let sum = |of: fn(&StatementAmounts) -> Money| -> Money { parts.iter().map(of).sum() };
    let more_off = total.discount - sum(|part| part.discount);
    if sum(|part| part.insurance_paid) != total.insurance_paid || more_off.is_negative() {
        return None;
    }
    let mut put = |amount: Money, into: fn(&mut StatementAmounts) -> &mut Money| {
        let mut left = amount;
        for part in parts.iter_mut() {
            let room = left.min(part.left());
            if room.is_positive() {
                *into(part) += room;
                left -= room;
            }
        }
        left.is_zero()
    };
    let all = put(more_off, |part| &mut part.discount)
        && put(total.patient_paid, |part| &mut part.patient_paid)
        && put(total.pending, |part| &mut part.pending);
    if !all {
        return None;
    }
    for part in parts.iter_mut() {
        part.owed = part.left();
    }
    let owed: Money = parts.iter().map(|part| part.owed).sum();
    (owed == total.owed).then(|| parts.to_vec())
}

pub(super) fn is_patients(group: &AsSent<GroupCode>) -> bool {
    group.sound() == Some(&GroupCode::PatientResponsibility)
}

/// What was done, in the practice's words for the code or in plain ones, with
/// the code behind.
fn words(line: &ServiceLine, config: &Config) -> String {
    let code = line.procedure.as_ref().map(AsSent::text);
    let known = code
        .as_ref()
        .and_then(|code| config.patients.words.get(code));
    let words = known.map_or("Medical service", String::as_str);
    match code {
        Some(code) => format!("{words} ({code})"),
        None => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dollars(amount: i64) -> Money {
        Money::from_cents(amount * 100)
    }

    fn decided(charge: i64, paid: i64, reduced: i64) -> StatementAmounts {
        StatementAmounts {
            charge: dollars(charge),
            insurance_paid: dollars(paid),
            discount: dollars(reduced),
            ..StatementAmounts::default()
        }
    }

    fn total(patient_paid: i64, more_off: i64, owed: i64) -> StatementAmounts {
        StatementAmounts {
            patient_paid: dollars(patient_paid),
            owed: dollars(owed),
            ..decided(150, 90, 30 + more_off)
        }
    }

    #[test]
    fn each_line_and_all_together_come_to_what_the_ledger_says() {
        let lines = || vec![decided(100, 60, 20), decided(50, 30, 10)];
        let filled = fill(&mut lines(), total(15, 0, 15)).unwrap();
        let owed: Vec<Money> = filled.iter().map(|part| part.owed).collect();
        assert_eq!(owed, [dollars(5), dollars(10)]);
        // A write-off since the decision goes to the first lines too.
        let filled = fill(&mut lines(), total(0, 25, 5)).unwrap();
        let owed: Vec<Money> = filled.iter().map(|part| part.owed).collect();
        assert_eq!(owed, [dollars(0), dollars(5)]);
        assert!(filled.iter().all(|part| part.left() == part.owed));
    }

    #[test]
    fn lines_that_do_not_come_to_it_are_not_shown_as_if_they_did() {
        let paid_less = || vec![decided(100, 50, 20), decided(50, 30, 10)];
        assert_eq!(fill(&mut paid_less(), total(15, 0, 15)), None);
        let reduced_more = || vec![decided(100, 60, 25), decided(50, 30, 10)];
        assert_eq!(fill(&mut reduced_more(), total(15, 0, 15)), None);
        let lines = || vec![decided(100, 60, 20), decided(50, 30, 10)];
        assert_eq!(fill(&mut lines(), total(40, 0, -10)), None);
    }
}
