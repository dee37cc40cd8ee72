//! Step 8: what is open with payers, how old it is, and what is worth doing
//! about it first; and payers asked where their claims stand.

pub(crate) mod aging;
pub(crate) mod answer;
pub(crate) mod ask;
pub(crate) mod look;
pub(crate) mod looks;
pub(crate) mod policy;
pub(crate) mod worklist;
