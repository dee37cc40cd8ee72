//! TA1, 999 and 277CA: what was said of what we sent.

mod claim_status;
mod claim_status_out;
mod syntax;

use scrubjay_model::Acknowledgment;
use scrubjay_x12::{Guide, TransactionSet};

use crate::ReadError;

pub use claim_status_out::{ClaimAnswer, StatusBatch, StatusCode, write_277ca};
pub use syntax::read_interchange_acknowledgments;

/// The answers of a 999 (005010X231A1) or 277CA (005010X214), in order.
///
/// # Errors
/// Where the transaction is neither, or does not say what it answers.
pub fn read_acknowledgments(set: &TransactionSet) -> Result<Vec<Acknowledgment>, ReadError> {
    match set.guide.map(Guide::transaction) {
        Some("999") => syntax::read_999(set),
        Some("277CA") => claim_status::read_277ca(set),
        _ => Err(ReadError::WrongTransaction {
            at: set.position(),
            expected: "a 999 or 277CA",
        }),
    }
}
