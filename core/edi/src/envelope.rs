//! The envelope of what this crate writes.

use chrono::{DateTime, Utc};
use scrubjay_x12::Envelope;

use crate::claim::Party;

pub(crate) fn envelope(
    sender: &Party,
    receiver: &Party,
    usage: &'static str,
    at: DateTime<Utc>,
) -> Envelope {
    let end = |party: &Party| (party.qualifier.clone(), party.id.clone());
    Envelope {
        sender: end(sender),
        receiver: end(receiver),
        usage,
        date: at.format("%Y%m%d").to_string(),
        time: at.format("%H%M").to_string(),
    }
}
