//! Loads native plugins over the C ABI and calls them as hook handlers.
#![forbid(unsafe_code)]
