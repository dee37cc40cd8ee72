//! Step 8: what is open with payers, how old it is, and what is worth doing
//! about it first.

pub(crate) mod aging;
pub(crate) mod looks;
pub(crate) mod policy;
pub(crate) mod worklist;
