//! The program `scrubjay`.
#![forbid(unsafe_code)]
fn main() {}
