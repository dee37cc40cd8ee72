//! An embeddable revenue-cycle engine: the ten steps, hooks, effects, deadlines, analytics.
#![forbid(unsafe_code)]
