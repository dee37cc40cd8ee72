//! The steps of the revenue cycle, one module each, all working at the desk.

pub(crate) mod account;
pub(crate) mod acknowledgment;
pub(crate) mod answer;
pub(crate) mod authorization;
pub(crate) mod awaited;
pub(crate) mod build;
pub(crate) mod chain;
pub(crate) mod charge;
pub(crate) mod claim;
pub(crate) mod correction;
pub(crate) mod deadline;
pub(crate) mod denial;
pub(crate) mod eligibility;
pub(crate) mod estimate;
pub(crate) mod exchange;
pub(crate) mod history;
pub(crate) mod hold;
#[allow(dead_code, reason = "the steps before the claim come to it")]
pub(crate) mod judged;
pub(crate) mod pass;
pub(crate) mod past;
pub(crate) mod posting;
#[allow(dead_code, reason = "the steps before the claim come to it")]
pub(crate) mod questions;
pub(crate) mod reason;
pub(crate) mod refusal;
pub(crate) mod registration;
pub(crate) mod release;
pub(crate) mod repair;
pub(crate) mod selection;
pub(crate) mod sendings;
pub(crate) mod submission;
pub(crate) mod visit;
pub(crate) mod weigh;
