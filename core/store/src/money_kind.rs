//! What kind of money event it is.

use scrubjay_model::PatientMoney;
use serde::{Deserialize, Serialize};

/// A money event's kind: what a ledger report groups by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoneyKind {
    /// The claim's charges become receivable.
    Charge,
    /// A replaced or voided claim's remaining receivable is taken back.
    ChargeReversed,
    /// A payer's payment, adjustments and patient share on one claim.
    ClaimRemitted,
    /// A reversal of such (CLP02 22).
    RemittanceReversed,
    /// What a posted remittance moved, moved back since the posting was undone.
    PostingUndone,
    /// A patient's share goes back to insurance, since a later payer decides on it.
    LaterPayer,
    /// A provider-level adjustment.
    ProviderLevel,
    /// A patient's payment.
    PatientPayment,
    /// An amount given up.
    WriteOff,
    /// Money given back.
    Refund,
    /// A balance moved from one party to another.
    Transfer,
    /// What purged money events came to, by account.
    CarriedForward,
    /// A patient's payment that the bank took back.
    PaymentReturned,
    /// A late fee or interest charged to a patient.
    Fee,
    /// A balance placed with a collection agency.
    Placement,
    /// A balance taken back from one.
    Recall,
}

impl MoneyKind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::Charge,
        Self::ChargeReversed,
        Self::ClaimRemitted,
        Self::RemittanceReversed,
        Self::PostingUndone,
        Self::LaterPayer,
        Self::ProviderLevel,
        Self::PatientPayment,
        Self::WriteOff,
        Self::Refund,
        Self::Transfer,
        Self::CarriedForward,
        Self::PaymentReturned,
        Self::Fee,
        Self::Placement,
        Self::Recall,
    ];

    /// The name used in the database and in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::ChargeReversed => "charge_reversed",
            Self::ClaimRemitted => "claim_remitted",
            Self::RemittanceReversed => "remittance_reversed",
            Self::PostingUndone => "posting_undone",
            Self::LaterPayer => "later_payer",
            Self::ProviderLevel => "provider_level",
            Self::PatientPayment => "patient_payment",
            Self::WriteOff => "write_off",
            Self::Refund => "refund",
            Self::Transfer => "transfer",
            Self::CarriedForward => "carried_forward",
            Self::PaymentReturned => "payment_returned",
            Self::Fee => "fee",
            Self::Placement => "placement",
            Self::Recall => "recall",
        }
    }
}

impl From<&PatientMoney> for MoneyKind {
    fn from(money: &PatientMoney) -> Self {
        match money {
            PatientMoney::Received { .. } | PatientMoney::Collected { .. } => Self::PatientPayment,
            PatientMoney::Returned { .. } => Self::PaymentReturned,
            PatientMoney::RefundOwed { .. } | PatientMoney::Refunded { .. } => Self::Refund,
            PatientMoney::GivenUp { .. } | PatientMoney::Uncollected { .. } => Self::WriteOff,
            PatientMoney::Fee { .. } => Self::Fee,
            PatientMoney::Placed { .. } => Self::Placement,
            PatientMoney::Recalled { .. } => Self::Recall,
            _ => Self::Transfer,
        }
    }
}
