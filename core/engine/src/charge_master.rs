//! The charge master: what the practice charges for a service, on which days.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};
use scrubjay_model::{Modifier, Money, ProcedureCode};
use serde::Serialize;

use crate::sheet::{Row, RowError, Sheet, SheetError};

/// The columns of a charge master.
const COLUMNS: [&str; 7] = ["code", "modifier", "payer", "price", "from", "to", "note"];

/// A price of the charge master.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Price {
    /// Procedure.
    pub procedure: ProcedureCode,
    /// Only with this modifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modifier: Option<Modifier>,
    /// Only for this payer, by its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer: Option<String>,
    /// Dollars a unit.
    pub price: Money,
    /// First day of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Last day of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    /// Line of the file, from 1.
    pub line: u64,
}

/// The practice's own prices, as a CSV file has them.
///
/// | column | what |
/// |---|---|
/// | `code` | procedure code |
/// | `modifier` | empty for every modifier |
/// | `payer` | a payer's key in `scrubjay.yaml`; empty for every payer |
/// | `price` | dollars a unit |
/// | `from`, `to` | first and last day of service; empty where it has none |
/// | `note` | for people |
///
/// The most particular row holds: one with the charge's modifier and payer,
/// then with the modifier, then with the payer, then the plain one. Of several
/// modifiers the first that has a row counts.
///
/// ```
/// use scrubjay::ChargeMaster;
///
/// let master = ChargeMaster::parse(b"code,payer,price,from,to\n\
///     G0439,,195.00,2025-01-01,2025-12-31\n\
///     G0439,,205.00,2026-01-01,\n\
///     G0439,summit,210.00,2026-01-01,\n")?;
/// let code = "G0439".parse()?;
/// let on = |day: &str, payer| Ok::<_, Box<dyn std::error::Error>>(master.price(&code, &[], payer, day.parse()?));
/// assert_eq!(on("2025-12-31", None)?, Some("195.00".parse()?));
/// assert_eq!(on("2026-03-02", Some("other"))?, Some("205.00".parse()?));
/// assert_eq!(on("2026-03-02", Some("summit"))?, Some("210.00".parse()?));
/// assert_eq!(on("2024-12-31", None)?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChargeMaster {
    prices: Arc<BTreeMap<ProcedureCode, Vec<Price>>>,
}

/// A charge master that cannot be used. Nothing of it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChargeMasterError {
    /// It is no sheet.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// A row cannot be read.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A column that it does not have, or lacks.
    #[error(
        "the columns are code, modifier, payer, price, from, to and note, of which code and price must be there: mend `{column}`"
    )]
    Column {
        /// The column that is not known, or is missing.
        column: String,
    },
    /// A price below zero.
    #[error("line {line}: the price is below zero")]
    Negative {
        /// Line.
        line: u64,
    },
    /// A row that ends before it begins.
    #[error("line {line}: `to` is before `from`")]
    Days {
        /// Line.
        line: u64,
    },
    /// Two prices for the same on the same day.
    #[error(
        "lines {first} and {second} both price {code} for the same modifier and payer on the same days: end the one before the other begins"
    )]
    Overlap {
        /// Procedure.
        code: ProcedureCode,
        /// The one line.
        first: u64,
        /// The other.
        second: u64,
    },
    /// A payer that the practice does not have.
    #[error(
        "line {line}: there is no payer `{payer}` in scrubjay.yaml; mend the key or add the payer"
    )]
    UnknownPayer {
        /// Line.
        line: u64,
        /// The key given.
        payer: String,
    },
}

/// Why the charge master that `scrubjay.yaml` names was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChargeMasterFileError {
    /// The file cannot be read.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// What stands in it cannot be used.
    #[error("{path}: {problem}", path = path.display())]
    Content {
        /// Path.
        path: PathBuf,
        /// What is wrong.
        problem: ChargeMasterError,
    },
}

impl ChargeMaster {
    /// Reads a charge master from a file.
    ///
    /// # Errors
    /// Where the file cannot be read, or [`ChargeMaster::parse`] refuses it.
    pub fn read(path: &Path) -> Result<Self, ChargeMasterFileError> {
        let bytes = std::fs::read(path).map_err(|source| ChargeMasterFileError::File {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&bytes).map_err(|problem| ChargeMasterFileError::Content {
            path: path.to_owned(),
            problem,
        })
    }

    /// Reads a charge master.
    ///
    /// # Errors
    /// Where a row cannot be used: a price that is left out would be found
    /// missing only when somebody charges for it.
    pub fn parse(bytes: &[u8]) -> Result<Self, ChargeMasterError> {
        let sheet = Sheet::read(bytes)?;
        let unknown = sheet
            .columns
            .iter()
            .find(|name| !COLUMNS.contains(&name.as_str()));
        let lacking = ["code", "price"]
            .into_iter()
            .find(|needed| !sheet.columns.iter().any(|name| name == needed));
        if let Some(column) = unknown.cloned().or(lacking.map(str::to_owned)) {
            return Err(ChargeMasterError::Column { column });
        }
        if let Some(bad) = sheet.bad.into_iter().next() {
            return Err(bad.into());
        }
        let mut prices: BTreeMap<ProcedureCode, Vec<Price>> = BTreeMap::new();
        for row in &sheet.rows {
            let price = Price::of(row)?;
            let of_code = prices.entry(price.procedure.clone()).or_default();
            if let Some(other) = of_code.iter().find(|other| other.overlaps(&price)) {
                return Err(ChargeMasterError::Overlap {
                    code: price.procedure,
                    first: other.line,
                    second: price.line,
                });
            }
            of_code.push(price);
        }
        Ok(Self {
            prices: Arc::new(prices),
        })
    }

    /// Whether it has no price at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.prices.is_empty()
    }

    /// Every price, by procedure and then by line.
    pub fn prices(&self) -> impl Iterator<Item = &Price> {
        self.prices.values().flatten()
    }

    /// The price of one unit of a service on a day.
    #[must_use]
    pub fn price(
        &self,
        procedure: &ProcedureCode,
        modifiers: &[Modifier],
        payer: Option<&str>,
        on: NaiveDate,
    ) -> Option<Money> {
        self.find(procedure, modifiers, payer, on)
            .map(|found| found.price)
    }

    /// As [`price`](Self::price), with the row that it stands on.
    #[must_use]
    pub fn find(
        &self,
        procedure: &ProcedureCode,
        modifiers: &[Modifier],
        payer: Option<&str>,
        on: NaiveDate,
    ) -> Option<&Price> {
        let of_code = self.prices.get(procedure)?;
        let row = |modifier: Option<&Modifier>, payer: Option<&str>| {
            of_code.iter().find(|price| {
                price.modifier.as_ref() == modifier
                    && price.payer.as_deref() == payer
                    && price.is_on(on)
            })
        };
        modifiers
            .iter()
            .map(Some)
            .chain([None])
            .find_map(|modifier| {
                let of_payer = payer.and_then(|payer| row(modifier, Some(payer)));
                of_payer.or_else(|| row(modifier, None))
            })
    }

    /// The first row for a payer that is not among those keys.
    pub(crate) fn check_payers<'k>(
        &self,
        keys: impl Iterator<Item = &'k str> + Clone,
    ) -> Result<(), ChargeMasterError> {
        let unknown = |price: &&Price| {
            let named = price.payer.as_deref();
            named.is_some_and(|payer| keys.clone().all(|key| key != payer))
        };
        match self.prices().filter(unknown).min_by_key(|price| price.line) {
            Some(price) => Err(ChargeMasterError::UnknownPayer {
                line: price.line,
                payer: price.payer.clone().unwrap_or_default(),
            }),
            None => Ok(()),
        }
    }
}

impl Price {
    fn of(row: &Row) -> Result<Self, ChargeMasterError> {
        let line = row.line;
        let price = Self {
            procedure: row.need_parsed("code")?,
            modifier: row.parse("modifier")?,
            payer: row.text("payer").map(str::to_owned),
            price: row.need_parsed("price")?,
            from: row.parse("from")?,
            to: row.parse("to")?,
            line,
        };
        if price.price.is_negative() {
            return Err(ChargeMasterError::Negative { line });
        }
        if price.from.zip(price.to).is_some_and(|(from, to)| to < from) {
            return Err(ChargeMasterError::Days { line });
        }
        Ok(price)
    }

    /// What so many units of it cost: half a cent and more is rounded up to a
    /// cent. `None` where that is more than an amount may be.
    #[must_use]
    pub fn times(&self, units: Decimal) -> Option<Money> {
        let exact = self.price.to_decimal().checked_mul(units)?;
        let cents = exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        Money::try_from(cents).ok()
    }

    fn is_on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    fn overlaps(&self, other: &Self) -> bool {
        let begins_by_end_of = |one: &Self, other: &Self| {
            let days = one.from.zip(other.to);
            days.is_none_or(|(from, to)| from <= to)
        };
        self.modifier == other.modifier
            && self.payer == other.payer
            && begins_by_end_of(self, other)
            && begins_by_end_of(other, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rows: &str) -> Result<ChargeMaster, String> {
        let text = format!("code,modifier,payer,price,from,to\n{rows}");
        ChargeMaster::parse(text.as_bytes()).map_err(|error| error.to_string())
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn price(master: &ChargeMaster, modifiers: &[&str], payer: Option<&str>) -> Option<String> {
        let modifiers: Vec<Modifier> = modifiers.iter().map(|code| code.parse().unwrap()).collect();
        let code = "G0439".parse().unwrap();
        let found = master.price(&code, &modifiers, payer, day("2026-03-02"));
        found.map(|price| price.to_string())
    }

    #[test]
    fn the_most_particular_row_holds_whatever_the_order_of_the_rows() {
        let rows = [
            "G0439,,,100,,",
            "G0439,,summit,90,,",
            "G0439,26,,40,,",
            "G0439,26,summit,35,,",
            "G0439,50,,150,,",
        ];
        let backwards: Vec<&str> = rows.iter().rev().copied().collect();
        for rows in [rows.to_vec(), backwards] {
            let master = read(&rows.join("\n")).unwrap();
            let asked = |modifiers: &[&str], payer| price(&master, modifiers, payer).unwrap();
            assert_eq!(asked(&[], None), "100.00");
            assert_eq!(asked(&["25"], Some("other")), "100.00");
            assert_eq!(asked(&["25"], Some("summit")), "90.00");
            assert_eq!(asked(&["26"], Some("other")), "40.00");
            assert_eq!(asked(&["26"], Some("summit")), "35.00");
            // A modifier says what was done, a payer only who pays.
            assert_eq!(asked(&["50"], Some("summit")), "150.00");
            assert_eq!(asked(&["26", "50"], None), "40.00");
            assert_eq!(asked(&["50", "26"], None), "150.00");
        }
    }

    #[test]
    fn a_price_holds_from_its_first_day_to_its_last() {
        let master = read("G0439,,,100,2026-01-01,2026-03-01\nG0439,,,110,2026-03-02,").unwrap();
        let code = "G0439".parse().unwrap();
        let on = |text: &str| {
            let found = master.price(&code, &[], None, day(text));
            found.map(|price| price.to_string())
        };
        assert_eq!(on("2025-12-31"), None);
        assert_eq!(on("2026-01-01").as_deref(), Some("100.00"));
        assert_eq!(on("2026-03-01").as_deref(), Some("100.00"));
        assert_eq!(on("2026-03-02").as_deref(), Some("110.00"));
        assert_eq!(on("2036-03-02").as_deref(), Some("110.00"));
        assert_eq!(price(&master, &[], None).as_deref(), Some("110.00"));
    }

    #[test]
    fn rows_of_the_same_key_may_not_hold_on_the_same_day_and_both_lines_are_named() {
        for second in ["2026-03-01,", ",2026-01-01", ",", "2026-02-01,2026-02-01"] {
            let error = read(&format!(
                "G0439,26,summit,1,2026-01-01,2026-03-01\nG0439,26,,1,,\nG0439,26,summit,2,{second}"
            ))
            .unwrap_err();
            assert!(
                error.starts_with("lines 2 and 4 both price G0439"),
                "{error}"
            );
        }
        assert!(read("G0439,,,1,,2026-03-01\nG0439,,,2,2026-03-02,").is_ok());
    }

    #[test]
    fn a_row_that_cannot_be_used_is_refused_with_its_line_and_column() {
        for (rows, told) in [
            ("G043,,,1,,", "line 2: `code`: "),
            ("G0439,,,,,", "line 2: `price` is empty"),
            ("G0439,,,1.005,,", "line 2: `price`: "),
            ("G0439,,,-1,,", "line 2: the price is below zero"),
            ("G0439,,,1,2026-02-30,", "line 2: `from`: "),
            (
                "G0439,,,1,2026-02-02,2026-02-01",
                "line 2: `to` is before `from`",
            ),
            ("G0439,,,1,", "line 2: it has 5 cells"),
        ] {
            let error = read(rows).unwrap_err();
            assert!(error.starts_with(told), "{error}");
        }
        for (head, column) in [("code,price,form", "`form`"), ("code,note", "`price`")] {
            let error = ChargeMaster::parse(format!("{head}\n").as_bytes()).unwrap_err();
            assert!(error.to_string().contains(column), "{error}");
        }
        let master = read("G0439,,summit,1,,\nG0439,,sumit,1,,").unwrap();
        let error = master.check_payers(["summit"].into_iter()).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("line 3: there is no payer `sumit`")
        );
    }

    #[test]
    fn units_are_charged_exactly_and_half_a_cent_goes_up() {
        let master = read("G0439,,,10.01,,").unwrap();
        let row = master.prices().next().unwrap();
        let cost = |units: &str| {
            row.times(units.parse().unwrap())
                .map(|cost| cost.to_string())
        };
        assert_eq!(cost("3").as_deref(), Some("30.03"));
        assert_eq!(cost("1.5").as_deref(), Some("15.02"));
        assert_eq!(cost("0.25").as_deref(), Some("2.50"));
        assert_eq!(cost("99999999999999"), None);
    }
}
