//! Columns of a sheet that no step reads, told with the one that was meant.

use std::fmt;

use scrubjay_rules::nearest_name;
use serde::Serialize;

use super::Sheet;

/// A column that a sheet names and nobody reads: what stands in it is lost.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct UnreadColumn {
    /// Its name.
    pub column: String,
    /// The known column that may be meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
}

impl fmt::Display for UnreadColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the column `{}` is not read", self.column)?;
        match &self.nearest {
            Some(nearest) => write!(f, ": did you mean `{nearest}`?"),
            None => Ok(()),
        }
    }
}

impl Sheet {
    /// Its columns that are not among those known, in their order. A column
    /// without a name has nothing that could be meant.
    pub(crate) fn unread(&self, needed: &[&str], known: &[&str]) -> Vec<UnreadColumn> {
        let names = || needed.iter().chain(known).copied();
        let unread = self.columns.iter().filter(|column| {
            let is_known = names().any(|name| name == column.as_str());
            !is_known && !column.is_empty()
        });
        // One that is there already was not meant.
        let left = || names().filter(|name| !self.has(name));
        let told = unread.map(|column| UnreadColumn {
            column: column.clone(),
            nearest: nearest_name(column, left()).map(str::to_owned),
        });
        told.collect()
    }
}
