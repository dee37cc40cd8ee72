//! End-to-end tests on the public surface only.
#![forbid(unsafe_code)]
