//! Claims, coverages, remittances, money, dates, status axes and deadlines: pure data, no I/O.
#![forbid(unsafe_code)]
