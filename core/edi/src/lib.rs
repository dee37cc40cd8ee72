//! Between X12 transactions and the model of the revenue cycle.
//!
//! ```
//! let interchanges = scrubjay_x12::read(include_bytes!("../fixtures/one-claim.837"))?;
//! let set = &interchanges[0].sets[0];
//! let claims = scrubjay_edi::read_claims(set, &mut |control| {
//!     control.parse().expect("the control numbers of this file are short")
//! });
//! let first = claims.into_iter().next().expect("the file holds a claim")?;
//! assert_eq!(first.claim.lines.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing is lost on the way: what the model has no field for is kept with
//! the claim ([`scrubjay_model::Carried`]) and written back in its place.
//!
//! Not here: whether a claim is right, or what a payment means.
#![forbid(unsafe_code)]

mod acknowledgments;
mod carry;
mod claim_in;
mod claim_out;
mod error;
mod remittance;
#[cfg(test)]
mod round_trip;
mod values;

pub use acknowledgments::{read_acknowledgments, read_interchange_acknowledgments};
pub use claim_in::{ReadClaim, read_claims};
pub use claim_out::{ClaimBatch, Party, WrittenClaims, write_claims};
pub use error::ReadError;
pub use remittance::read_remittance;
