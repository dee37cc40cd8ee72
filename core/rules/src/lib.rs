//! Rhai rule packs: compile, index, evaluate, trace, test, hot reload.
//!
//! A pack is a folder: `pack.yaml` says whom it speaks for, `*.rhai` files
//! hold rules, `tables/*.csv` what changes without logic, `tests/*.yaml`
//! example claims with the findings expected. `payer-rules/README.md` is the
//! book for those who write them.
//!
//! ```
//! use std::path::PathBuf;
//! use scrubjay_hooks::{Handler, Hook};
//! use scrubjay_rules::RuleSet;
//!
//! # let base = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../payer-rules/base"));
//! let rules = RuleSet::load(&[base])?; // compiled, and its tests have passed
//! assert!(rules.packs()[0].rules.iter().any(|rule| rule.id == "base/charge-sum"));
//!
//! let worker = rules.worker(); // one for each thread; `worker.judge(...)`
//! # drop(worker);
//! # assert!(rules.handles(Hook::Scrub));
//! # Ok::<(), scrubjay_rules::LoadError>(())
//! ```
//!
//! What is not here: deciding what becomes of a claim (`scrubjay`), code lists
//! and fee schedules (`scrubjay-codes`), and the program.
#![forbid(unsafe_code)]

mod api;
mod archive;
mod card;
mod carried;
mod catalogue;
mod change;
mod check;
mod codes;
mod content;
mod definitions;
mod diagnostic;
mod diff;
mod example;
mod expectation;
mod facts;
mod fields;
mod flow;
mod format;
mod frame;
mod generation;
mod index;
mod info;
mod inside;
mod intern;
mod lex;
mod limit;
mod limits;
mod pack;
mod pack_test;
mod packed;
mod reach;
mod rule;
mod ruleset;
mod sample;
mod scan;
mod script;
mod seen;
mod shadowed;
mod signature;
mod source;
mod starter;
mod table;
mod tables;
mod trial;
mod view;
mod watch;
mod worker;

pub use api::{Asks, Entry, Form, Kind, Need};
pub use archive::{
    ArchiveError, Downgrade, InstallError, InstallOptions, Installed, LocalChange, LocalChanges,
    Overridden, PackArchive, PackVersion, VersionError, install, overridden,
};
pub use card::{RuleScope, Status};
pub use catalogue::{rules_page, vocabulary_page};
pub use change::{PackChange, ReloadReport, RuleChange};
pub use content::{PackContent, PackFile};
pub use definitions::{definition_files, write_definitions};
pub use diagnostic::{Diagnostic, Level, LoadError, nearest_name};
pub use diff::{
    CaseDiff, Difference, PackDiff, RowDiff, RuleDiff, TableDiff, TestDiff, ValueDiff, diff,
    diff_contents,
};
pub use format::{Formatted, Formatting, format_files, format_text};
pub use info::{PackInfo, RuleInfo};
pub use inside::{
    Branches, Call, CaseFailure, CaseReport, ConditionCoverage, ConditionSeen, Inside, Inspector,
    Met, NotSeen, PackTests, Place, RanTrace, RuleCoverage, RuleShown, RuleTrace, Shown, Step,
    ValueRead, effect_in_words,
};
pub use reach::Reach;
pub use ruleset::{LoadOptions, RuleSet, vocabulary};
pub use signature::{KeyError, PublicKey, SecretKey, SignatureError};
pub use starter::{NewRule, NewRuleError, StartedRule};
pub use watch::{Change, RuleWatcher, WatchError};
pub use worker::RULE_FAULT;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub use worker::steps::{Part, Steps};
