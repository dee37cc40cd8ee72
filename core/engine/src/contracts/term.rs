//! One term of a contract.

use std::fmt;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::Money;
use serde::Deserialize;

/// What a price goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// So many percent of Medicare's price in the practice's locality.
    PercentOfMedicare(Decimal),
    /// So many percent of the charge.
    PercentOfCharge(Decimal),
    /// A table of fees, a CSV file with the columns `code`, `modifier` and `fee`.
    FeeTable(PathBuf),
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PercentOfMedicare(percent) => write!(f, "{percent} % of Medicare"),
            Self::PercentOfCharge(percent) => write!(f, "{percent} % of the charge"),
            Self::FeeTable(path) => {
                let name = path.file_name().unwrap_or(path.as_os_str());
                write!(f, "fee table {}", name.to_string_lossy())
            }
        }
    }
}

/// A term: what it covers, when, and what it pays.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WrittenTerm")]
pub struct Term {
    /// What people call it.
    pub name: Option<String>,
    /// First day of service.
    pub from: Option<NaiveDate>,
    /// Last day of service.
    pub to: Option<NaiveDate>,
    /// Codes that it covers, or their beginnings with `*`; none means all.
    pub codes: Vec<String>,
    /// What it pays: the least of these.
    pub bases: Vec<Basis>,
    /// By how much less may be allowed for a line before somebody looks.
    pub tolerance: Money,
}

/// A term that says too little or too much.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TermError {
    /// It says no price.
    #[error(
        "a term of a contract says what it pays by `percent_of_medicare`, `percent_of_charge` or `fee_table`"
    )]
    NoPrice,
    /// It says several, and not which.
    #[error("a term of a contract pays by one thing; with several, say `lesser_of: true`")]
    SeveralPrices,
    /// A percentage or a tolerance is below nothing.
    #[error("`{field}` of a term of a contract is below nothing")]
    Negative {
        /// Field.
        field: &'static str,
    },
    /// Its last day is before its first.
    #[error("a term of a contract ends on {to}, before it begins on {from}")]
    Backwards {
        /// First day.
        from: NaiveDate,
        /// Last day.
        to: NaiveDate,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTerm {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    from: Option<NaiveDate>,
    #[serde(default)]
    to: Option<NaiveDate>,
    #[serde(default)]
    codes: Vec<String>,
    #[serde(default)]
    percent_of_medicare: Option<Decimal>,
    #[serde(default)]
    percent_of_charge: Option<Decimal>,
    #[serde(default)]
    fee_table: Option<PathBuf>,
    #[serde(default)]
    lesser_of: bool,
    #[serde(default = "a_cent")]
    tolerance: Decimal,
}

/// Payers round each line by themselves.
fn a_cent() -> Decimal {
    Decimal::new(1, 2)
}

impl TryFrom<WrittenTerm> for Term {
    type Error = TermError;

    fn try_from(written: WrittenTerm) -> Result<Self, TermError> {
        let negative = |field| TermError::Negative { field };
        for (percent, field) in [
            (written.percent_of_medicare, "percent_of_medicare"),
            (written.percent_of_charge, "percent_of_charge"),
        ] {
            if percent.is_some_and(|percent| percent.is_sign_negative()) {
                return Err(negative(field));
            }
        }
        let bases: Vec<Basis> = [
            written.percent_of_medicare.map(Basis::PercentOfMedicare),
            written.percent_of_charge.map(Basis::PercentOfCharge),
            written.fee_table.map(Basis::FeeTable),
        ]
        .into_iter()
        .flatten()
        .collect();
        match bases.len() {
            0 => return Err(TermError::NoPrice),
            1 => {}
            _ if !written.lesser_of => return Err(TermError::SeveralPrices),
            _ => {}
        }
        if let (Some(from), Some(to)) = (written.from, written.to)
            && to < from
        {
            return Err(TermError::Backwards { from, to });
        }
        let tolerance = Money::try_from(written.tolerance)
            .ok()
            .filter(|tolerance| !tolerance.is_negative())
            .ok_or_else(|| negative("tolerance"))?;
        Ok(Self {
            name: written.name,
            from: written.from,
            to: written.to,
            codes: written.codes,
            bases,
            tolerance,
        })
    }
}

impl Term {
    /// Makes the paths of its tables absolute to a folder.
    pub(crate) fn settle(&mut self, folder: &Path) {
        for basis in &mut self.bases {
            if let Basis::FeeTable(path) = basis {
                *path = folder.join(&path);
            }
        }
    }

    /// Whether it covers a code on a day. A term with days covers no line
    /// without one, and a term with codes none without a code.
    pub(super) fn covers(&self, code: Option<&str>, day: Option<NaiveDate>) -> bool {
        let begins = self
            .from
            .is_none_or(|from| day.is_some_and(|day| from <= day));
        let ends = self.to.is_none_or(|to| day.is_some_and(|day| day <= to));
        let listed = |code: &str| {
            self.codes
                .iter()
                .any(|listed| match listed.strip_suffix('*') {
                    Some(beginning) => code.starts_with(beginning),
                    None => listed == code,
                })
        };
        begins && ends && (self.codes.is_empty() || code.is_some_and(listed))
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "{name}: ")?;
        }
        if self.bases.len() > 1 {
            f.write_str("the lesser of ")?;
        }
        for (place, basis) in self.bases.iter().enumerate() {
            if place > 0 {
                f.write_str(" and ")?;
            }
            write!(f, "{basis}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(text: &str) -> Result<Term, String> {
        serde_yaml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_term_covers_its_codes_on_its_days() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let term = term(
            "{ name: shots, codes: [Q2039, 'G00*'], percent_of_charge: 80, from: 2026-01-01, to: 2026-12-31 }",
        )
        .unwrap();
        for (code, on) in [("Q2039", "2026-01-01"), ("G0008", "2026-12-31")] {
            assert!(term.covers(Some(code), day(on)), "{code} {on}");
        }
        for (code, on) in [
            (Some("G0439"), day("2026-06-01")),
            (Some("Q2039"), day("2025-12-31")),
            (Some("Q2039"), day("2027-01-01")),
            (Some("Q2039"), None),
            (None, day("2026-06-01")),
        ] {
            assert!(!term.covers(code, on), "{code:?} {on:?}");
        }
        assert_eq!(term.to_string(), "shots: 80 % of the charge");
        assert_eq!(term.tolerance, Money::from_cents(1));
    }

    #[test]
    fn a_term_says_one_price_or_that_the_least_counts() {
        for (text, wrong) in [
            ("{ name: x }", "says what it pays"),
            (
                "{ percent_of_charge: 80, percent_of_medicare: 110 }",
                "lesser_of: true",
            ),
            ("{ percent_of_charge: -1 }", "below nothing"),
            ("{ percent_of_charge: 1, tolerance: -1 }", "below nothing"),
            (
                "{ percent_of_charge: 1, from: 2026-02-01, to: 2026-01-01 }",
                "before it begins",
            ),
            ("{ percent_of_charges: 1 }", "percent_of_charges"),
        ] {
            let error = term(text).unwrap_err();
            assert!(error.contains(wrong), "{text}: {error}");
        }
        let least = term("{ percent_of_charge: 100, fee_table: fees/a.csv, lesser_of: true }");
        let said = "the lesser of 100 % of the charge and fee table a.csv";
        assert_eq!(least.unwrap().to_string(), said);
    }
}
