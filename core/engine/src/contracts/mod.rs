//! What payers' contracts say that a service is paid: terms of `scrubjay.yaml`.
//!
//! ```yaml
//! payers:
//!   - key: summit
//!     # ...
//!     contract:
//!       - { name: vaccines, codes: [Q2039, "G00*"], fee_table: fees/summit.csv }
//!       - { percent_of_medicare: 115, percent_of_charge: 100, lesser_of: true, from: 2026-01-01 }
//! ```
//!
//! The first term that covers a line says what it is worth. Where none does, or
//! where the price depends on what a term does not say (several surgeries on a
//! day, an assistant, a reduced service), nothing is expected: a wrong figure
//! would send people after money that nobody owes.

mod fee_table;
mod price;
mod term;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use scrubjay_model::{Claim, Money, ServiceLine};

use crate::{Config, PracticeCodes};

use fee_table::FeeTable;
pub use fee_table::FeeTableError;
pub use term::{Basis, Term, TermError};

/// What a contract says that a line is worth.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ExpectedLine {
    /// Line number on the claim.
    pub line: u32,
    /// Charge.
    pub charge: Money,
    /// What the payer should allow; `None` where no term says.
    pub expected: Option<Money>,
    /// The term, in its own words.
    pub term: Option<String>,
    /// By how much less it may allow before somebody looks.
    pub tolerance: Money,
}

/// The contracts of a practice with the tables that they name.
#[derive(Debug, Default)]
pub(crate) struct Contracts {
    codes: Arc<PracticeCodes>,
    fee_tables: BTreeMap<PathBuf, FeeTable>,
}

impl Contracts {
    /// Reads the tables that the payers' terms name.
    pub(crate) fn read(config: &Config, codes: &Arc<PracticeCodes>) -> Result<Self, FeeTableError> {
        let mut contracts = Self {
            codes: Arc::clone(codes),
            fee_tables: BTreeMap::new(),
        };
        let terms = config.payers.iter().flat_map(|payer| &payer.contract);
        for basis in terms.flat_map(|term| &term.bases) {
            if let Basis::FeeTable(path) = basis
                && !contracts.fee_tables.contains_key(path)
            {
                let table = FeeTable::read(path)?;
                contracts.fee_tables.insert(path.clone(), table);
            }
        }
        Ok(contracts)
    }

    /// What the contract with the claim's payer says of each line.
    pub(crate) fn expected(&self, terms: &[Term], claim: &Claim) -> Vec<ExpectedLine> {
        let lines = claim.lines.iter();
        lines
            .map(|line| self.expected_of(terms, claim, line))
            .collect()
    }

    fn expected_of(&self, terms: &[Term], claim: &Claim, line: &ServiceLine) -> ExpectedLine {
        let day = line.from.or_else(|| claim.service_from());
        let code = line.procedure.as_ref().map(|code| code.text());
        let term = terms.iter().find(|term| term.covers(code.as_deref(), day));
        let expected = term.and_then(|term| self.price(term, claim, line, day));
        ExpectedLine {
            line: line.number,
            charge: line.charge,
            term: expected.and(term).map(ToString::to_string),
            expected,
            tolerance: term.map_or(Money::ZERO, |term| term.tolerance),
        }
    }
}
