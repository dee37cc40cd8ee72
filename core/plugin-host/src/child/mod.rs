//! A plugin in a process of its own.
//!
//! ```text
//!   host                                        child (serve_child)
//!   Child: restarts, backs off                  serve: maps, judges
//!     Link: one process, one call at a time       Door, Said: as in the host
//!       Process: started, ended, never left         cage: limits, descriptors
//!            \______________ wire: frames over one socket ______________/
//! ```
//!
//! The child is a program that the host application names; it runs the same
//! code over a plugin as the host does in its own process. The host believes
//! it no more than it believes a plugin: everything that it says is bounded,
//! and goes through the checks again.

mod cage;
mod link;
mod process;
mod restart;
mod serve;
mod wire;

pub(crate) use process::ChildProgram;
pub(crate) use restart::Child;
pub use serve::{ServeError, serve_child};
