//! The C header and the Rust SDK for vendors of native plugins.
//!
//! A plugin is one shared library. In Rust it is a type that implements
//! [`Plugin`], one line that exports it, and `crate-type = ["cdylib", "rlib"]`
//! in its manifest. There is no `unsafe` in it, and nothing of Scrubjay to link
//! against but this crate, which has no dependencies.
//!
//! ```
//! use scrubjay_plugin::{About, Call, Claim, Finding, Hook, Host, Plugin, Refusal};
//!
//! /// Holds claims for services that have not been given yet.
//! struct NoFutureService;
//!
//! impl Plugin for NoFutureService {
//!     const ABOUT: About = About::new("no-future-service", "0.1.0")
//!         .title("Services lie in the past")
//!         .vendor("Acme Edits")
//!         .licence("MIT")
//!         .hooks(&[Hook::Scrub]);
//!
//!     fn open(_host: &Host<'_>) -> Result<Self, Refusal> {
//!         Ok(Self)
//!     }
//!
//!     fn judge_claim(&self, claim: &Claim<'_>, call: &Call<'_>) -> Result<(), Refusal> {
//!         for line in claim.lines() {
//!             if line.from().is_some_and(|from| from > call.today()) {
//!                 call.say(
//!                     &Finding::block("future-date", "the service lies in the future")
//!                         .line(line.number())
//!                         .prevents(&["110"]),
//!                 );
//!             }
//!         }
//!         Ok(())
//!     }
//! }
//!
//! scrubjay_plugin::export_plugin!(NoFutureService);
//!
//! // A test needs no engine:
//! use scrubjay_plugin::harness::{Harness, TestClaim};
//!
//! let claim = TestClaim::professional("C-1").line("J1100", "20.00", "10", "2026-03-02");
//! let harness = Harness::<NoFutureService>::open(&[])?.on("2026-03-01");
//! let said = harness.judge(Hook::Scrub, &claim);
//! assert_eq!(said.findings[0].edit, "future-date");
//! assert!(harness.on("2026-03-02").judge(Hook::Scrub, &claim).findings.is_empty());
//! # Ok::<(), scrubjay_plugin::harness::HarnessError>(())
//! ```
//!
//! A plugin that carries files between a practice and its payers implements
//! [`Transport`] as well, and is exported with [`export_transport`];
//! `plugins/sftp-transport` is one.
//!
//! Whoever writes in C or another language takes `include/scrubjay_plugin.h`;
//! `plugins/fee-schedule` is an example. [`abi`] is that header in Rust.
//!
//! What is not here: loading plugins (`scrubjay-plugin-host`) and billing
//! knowledge. A panic is caught and holds the claim; a crash of unsafe code or
//! of a C library that a plugin calls is not.

pub mod abi;
mod about;
mod call;
mod claim;
mod export;
pub mod harness;
mod host;
pub mod scaffold;
mod transport;
mod value;

pub use about::{About, ClaimKind, EffectKind, Hook, LineOfBusiness, Need};
pub use call::{Ask, Call, Finding, Severity};
pub use claim::{Claim, Diagnosis, Earlier, Line, Order, Person, Provider, Service, Sex};
pub use export::{Constant, Plugin, Refusal, names};
pub use host::{Host, Level};
pub use transport::{Exchange, NotKept, Transport};
pub use value::{Cents, Date, Milli, NotAValue};
