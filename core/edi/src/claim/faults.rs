//! What a receiver would find wrong with a claim, found before it is sent.

use chrono::{DateTime, Utc};
use scrubjay_model::Claim;
use scrubjay_x12::{ControlNumbers, Fault, read, validate};

use super::{ClaimBatch, Party, write_claims};
use crate::WriteError;

/// Control numbers of a file that nobody is sent.
struct Ones;

impl ControlNumbers for Ones {
    fn next_interchange(&mut self) -> u32 {
        1
    }
    fn next_group(&mut self) -> u32 {
        1
    }
    fn next_set(&mut self) -> u32 {
        1
    }
}

/// The faults that the guide finds in the 837 that a claim would be written as:
/// syntax, requirements, balances, and conditions between segments (types 1 to 4
/// of the WEDI SNIP testing types). Those of the envelope, the submitter and the
/// receiver are not the claim's, and are left out.
///
/// # Errors
/// Where the claim cannot be written at all.
pub fn faults_as_written(claim: &Claim, at: DateTime<Utc>) -> Result<Vec<Fault>, WriteError> {
    let party = |id: &str| Party {
        qualifier: "ZZ".to_owned(),
        id: id.to_owned(),
        name: id.to_owned(),
    };
    let batch = ClaimBatch {
        claims: &[claim],
        submitter: party("SENDER"),
        contact_name: "CONTACT".to_owned(),
        contact_phone: "2015550100".to_owned(),
        receiver: party("RECEIVER"),
        usage: "T",
        at,
    };
    let written = write_claims(&batch, &mut Ones)?;
    let interchanges = read(&written.bytes).unwrap_or_default();
    let sets = interchanges
        .iter()
        .flat_map(|interchange| &interchange.sets);
    let faults = sets.flat_map(validate);
    Ok(faults
        .filter(|fault| !matches!(fault.loop_id, Some("ST" | "1000A" | "1000B")))
        .collect())
}
