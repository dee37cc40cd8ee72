//! Why something was not done to a patient's account.

use std::path::PathBuf;

use scrubjay_model::{
    AccountError, AccountNumber, ClaimId, Money, PlanError, StatementError, StatementNumber,
};

use super::guard::Stop;

/// Why something was not done to a patient's account; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatientAccountError {
    /// There is no such account.
    #[error("there is no account {account}; `scrubjay account list` shows them")]
    Unknown {
        /// Account.
        account: AccountNumber,
    },
    /// There is no such statement.
    #[error("there is no statement {statement}; `scrubjay account show` lists them")]
    UnknownStatement {
        /// Statement.
        statement: StatementNumber,
    },
    /// Nobody is named.
    #[error("this names who does it and why; give both")]
    Unsigned,
    /// A claim that is not on the account.
    #[error("claim {claim} is not on account {account}")]
    NotOnAccount {
        /// Account.
        account: AccountNumber,
        /// Claim.
        claim: ClaimId,
    },
    /// An amount that must be above zero and is not.
    #[error("the amount is {amount}; give one above zero")]
    Amount {
        /// Amount.
        amount: Money,
    },
    /// More than is there.
    #[error("{what} is {there}, and {asked} was asked for")]
    TooMuch {
        /// What.
        what: &'static str,
        /// What is there.
        there: Money,
        /// What was asked for.
        asked: Money,
    },
    /// The parts told do not sum to the payment.
    #[error("the parts add up to {parts}, which is more than the payment of {amount}")]
    Parts {
        /// Sum of the parts.
        parts: Money,
        /// Payment.
        amount: Money,
    },
    /// No payment of that number, or the bank took it back before.
    #[error("account {account} has no payment {receipt} that the bank could take back")]
    NoReceipt {
        /// Account.
        account: AccountNumber,
        /// Payment, 1-based.
        receipt: usize,
    },
    /// A guard stands in the way.
    #[error("it is not done: {}", said(stops))]
    Stopped {
        /// Everything that stands in the way.
        stops: Vec<Stop>,
    },
    /// Rules stand in the way.
    #[error("it is not done: {} have something against it", rules.join(", "))]
    HeldBy {
        /// The rules.
        rules: Vec<String>,
    },
    /// No plan counts.
    #[error("account {account} has no payment plan; offer one with `scrubjay plan offer`")]
    NoPlan {
        /// Account.
        account: AccountNumber,
    },
    /// A plan that the practice does not agree to.
    #[error(
        "a plan has at most {most} instalments, each of at least {least}; \
         this one has {instalments} over {balance}"
    )]
    PlanPolicy {
        /// Instalments asked for.
        instalments: u8,
        /// Balance that it settles.
        balance: Money,
        /// The most instalments.
        most: u8,
        /// The least that one may be.
        least: Money,
    },
    /// No application stands open.
    #[error("account {account} has no application for assistance to decide on")]
    NoApplication {
        /// Account.
        account: AccountNumber,
    },
    /// More than all of it.
    #[error("{percent} percent is more than all of it")]
    Percent {
        /// Percent.
        percent: u8,
    },
    /// The amount generally billed is not told where the law wants it.
    #[error(
        "a charitable hospital names the most that may be asked: give the amount generally billed"
    )]
    NoAmountGenerallyBilled,
    /// An agency that the configuration does not name.
    #[error("`{agency}` is no agency of scrubjay.yaml; name it under `patients: agencies:`")]
    UnknownAgency {
        /// Its key.
        agency: String,
    },
    /// There is nothing to give up.
    #[error(
        "account {account} owes us nothing that could be given up; \
         what an agency has is recalled first"
    )]
    NothingOwed {
        /// Account.
        account: AccountNumber,
    },
    /// A file of that name is there.
    #[error(
        "{} is there already, and what an agency was sent is not written over: give another name",
        path.display()
    )]
    FileIsThere {
        /// Its path.
        path: PathBuf,
    },
    /// Statements are not stopped.
    #[error("the statements of account {account} are not stopped: there is nothing to lift")]
    NotPaused {
        /// Account.
        account: AccountNumber,
    },
    /// The account cannot stand so.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The plan does not work out.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The statement must not go out.
    #[error(transparent)]
    Statement(#[from] StatementError),
}

fn said(stops: &[Stop]) -> String {
    let stops: Vec<String> = stops.iter().map(Stop::to_string).collect();
    stops.join("; ")
}
