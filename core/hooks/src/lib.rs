//! The contract between the engine and whatever judges a claim: hooks, subjects, findings, effects, the Handler trait.
#![forbid(unsafe_code)]
