//! Reads and writes X12 5010. Knows segments and loops, nothing of billing. Useful on its own.
#![forbid(unsafe_code)]
