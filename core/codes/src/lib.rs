//! Code sets, fee schedules and edit tables, with importers for the official files.
#![forbid(unsafe_code)]
