//! Between X12 transactions and the revenue-cycle model.
#![forbid(unsafe_code)]
