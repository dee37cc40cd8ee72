//! Rhai rule packs: compile, index, evaluate, trace, test, hot reload.
#![forbid(unsafe_code)]
