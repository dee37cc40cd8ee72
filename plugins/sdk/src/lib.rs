//! The C header and the Rust SDK for vendors of native plugins.
#![forbid(unsafe_code)]
