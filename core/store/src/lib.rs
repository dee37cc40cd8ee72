//! Journal, ledger and projections behind one trait; SQLite by default.
#![forbid(unsafe_code)]
