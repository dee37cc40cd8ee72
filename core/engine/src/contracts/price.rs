//! What a term pays for a line.

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};
use scrubjay_hooks::CodeBooks;
use scrubjay_model::{Claim, Money, ServiceLine};

use super::{Basis, Contracts, Term};

/// Modifiers that name a part of a service, for which tables have a price.
const PARTS: [&str; 2] = ["26", "TC"];

/// Modifiers that change a price by what no term says here: both sides, several
/// procedures, a reduced or broken-off service, parts of surgical care,
/// assistants and teams.
const UNCLEAR: [&str; 18] = [
    "22", "50", "51", "52", "53", "54", "55", "56", "62", "66", "73", "74", "78", "80", "81", "82",
    "AS", "QX",
];

impl Contracts {
    /// The least that its bases come to; `None` where one of them says nothing.
    pub(super) fn price(
        &self,
        term: &Term,
        claim: &Claim,
        line: &ServiceLine,
        day: Option<NaiveDate>,
    ) -> Option<Money> {
        let prices: Option<Vec<Money>> = term
            .bases
            .iter()
            .map(|basis| self.price_by(basis, claim, line, day))
            .collect();
        prices?.into_iter().min()
    }

    fn price_by(
        &self,
        basis: &Basis,
        claim: &Claim,
        line: &ServiceLine,
        day: Option<NaiveDate>,
    ) -> Option<Money> {
        match basis {
            Basis::PercentOfCharge(percent) => part(line.charge, *percent),
            Basis::PercentOfMedicare(percent) => {
                let (code, modifier) = priced_as(line)?;
                let place = line.place.as_ref().or(claim.place.as_ref())?.text();
                let day = day?;
                if self.is_reduced(claim, line, day) {
                    return None;
                }
                let price = self.codes.fee_on(&code, modifier, &place, day)?;
                part(times(price, line.units)?, *percent)
            }
            Basis::FeeTable(path) => {
                let (code, modifier) = priced_as(line)?;
                let table = self.fee_tables.get(path)?;
                times(table.fee(&code, modifier)?, line.units)
            }
        }
    }

    /// Whether Medicare may pay less for the line since the patient had another
    /// procedure that day: indicators 1 to 7 of the fee schedule on two lines.
    fn is_reduced(&self, claim: &Claim, line: &ServiceLine, day: NaiveDate) -> bool {
        let reducible = |line: &ServiceLine| {
            priced_as(line).is_some_and(|(code, modifier)| {
                let policy = self.codes.payment_policy_on(&code, modifier, day);
                policy
                    .and_then(|policy| policy.multiple)
                    .is_some_and(|multiple| matches!(multiple, '1'..='7'))
            })
        };
        let others = claim
            .lines
            .iter()
            .filter(|other| other.number != line.number && other.from == line.from);
        reducible(line) && others.into_iter().any(reducible)
    }
}

/// The code and the part of it that tables price; `None` where a modifier
/// changes the price by what no table says.
fn priced_as(line: &ServiceLine) -> Option<(String, Option<&'static str>)> {
    let code = line.procedure.as_ref()?.text();
    let mut part = None;
    for modifier in &line.modifiers {
        let modifier = modifier.text();
        if UNCLEAR.contains(&modifier.as_str()) {
            return None;
        }
        if let Some(named) = PARTS.into_iter().find(|part| *part == modifier) {
            part = Some(named);
        }
    }
    Some((code, part))
}

fn times(price: Money, units: Decimal) -> Option<Money> {
    to_cents(price.to_decimal().checked_mul(units)?)
}

fn part(of: Money, percent: Decimal) -> Option<Money> {
    let hundredth = of.to_decimal().checked_mul(percent)?;
    to_cents(hundredth.checked_div(Decimal::ONE_HUNDRED)?)
}

fn to_cents(amount: Decimal) -> Option<Money> {
    let cents = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    Money::try_from(cents).ok()
}
