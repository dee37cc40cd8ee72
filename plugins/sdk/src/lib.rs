//! The C header and the Rust SDK for vendors of native plugins.

pub mod abi;
