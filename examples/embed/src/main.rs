//! Smallest host.
fn main() {}
