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

mod acknowledgment;
mod adjustment;
mod authorization;
mod carry;
mod claim;
mod claim_status;
mod draft;
mod eligibility;
mod envelope;
mod error;
mod exchange;
mod party;
mod remittance;
mod value;

pub use acknowledgment::{
    ClaimAnswer, StatusBatch, StatusCode, read_acknowledgments, read_interchange_acknowledgments,
    write_277ca,
};
pub use authorization::{
    AuthorizationRequest, AuthorizationResponse, Decision, RequestedService, ReviewCategory,
    ReviewKind, match_authorization, read_authorization_requests, read_authorization_responses,
    write_authorization_requests, write_authorization_responses,
};
pub use claim::{
    ClaimBatch, ClaimUnits, Party, ReadClaim, WrittenClaims, faults_as_written, read_claims,
    write_claims,
};
pub use claim_status::{
    ClaimStatusRequest, ClaimStatusResponse, StatusAbout, StatusReceiver, match_claim_status,
    read_claim_status_requests, read_claim_status_responses, write_claim_status_requests,
    write_claim_status_responses,
};
pub use eligibility::{
    EligibilityRequest, EligibilityResponse, match_inquiry, read_eligibility_requests,
    read_eligibility_responses, write_eligibility_requests, write_eligibility_responses,
};
pub use error::{ClaimError, ElementError, ReadError, WriteError};
pub use exchange::{AskedPayer, Dependent, Exchange, Matched, Trace, WrittenExchange};
pub use remittance::{RemittanceBatch, WrittenRemittances, read_remittance, write_remittances};
