//! Folds events into projections.

use scrubjay_model::Claim;
use sha2::{Digest, Sha256};

pub(crate) fn patient_key(claim: &Claim) -> String {
    let mut hasher = Sha256::new();
    let patient = &claim.patient;
    let first = patient.name.first.as_deref().unwrap_or_default();
    let born = patient.born.map(|day| day.to_string()).unwrap_or_default();
    for part in [patient.name.last.as_str(), first, born.as_str()] {
        hasher.update(part.trim().to_ascii_uppercase().as_bytes());
        hasher.update([0]);
    }
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
