//! Batches of X12 over HTTPS, as the CAQH CORE connectivity rule has it (phase II
//! rule 270, envelope standard 1: HTTP with MIME multipart), as a
//! [`Transport`].
//!
//! A file is submitted as a batch under a payload id that is made of its name and
//! bytes: sent again, it is the same batch, and the other side can tell. What
//! waits is asked for by the payload types that the other side's companion guide
//! names, until it says that there is no more.
//!
//! ```
//! use scrubjay_https::{Credentials, HttpsTransport, Settings};
//! # struct Now;
//! # impl scrubjay_model::Clock for Now {
//! #     fn now(&self) -> chrono::DateTime<chrono::Utc> { chrono::DateTime::UNIX_EPOCH }
//! # }
//! let mut settings = Settings::new("https://edi.example.com/core", "SENDER", "RECEIVER");
//! settings.credentials = Credentials::Password {
//!     user: "practice".to_owned(),
//!     password: "from the environment".to_owned(),
//! };
//! let transport = HttpsTransport::new("house", settings, Box::new(Now))?;
//! # let _ = transport;
//! # Ok::<(), scrubjay_https::SettingsError>(())
//! ```
//!
//! What it is not: the SOAP envelope of the same rule, and no real-time calls.
#![forbid(unsafe_code)]

mod envelope;
mod multipart;
mod settings;
mod transport;

pub use settings::{Credentials, Settings, SettingsError};
pub use transport::HttpsTransport;

#[cfg(doc)]
use scrubjay_hooks::Transport;
