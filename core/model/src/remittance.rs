//! What a payer paid and why (835, 005010X221A1).

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    AsSent, Carc, ClaimId, GroupCode, Modifier, Money, Npi, PayerClaimControlNumber, Person,
    ProcedureCode, Rarc, TraceNumber,
};

/// One reason and amount out of a CAS segment. A positive amount reduces payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustment {
    /// Group code, as sent.
    pub group: AsSent<GroupCode>,
    /// Reason code, as sent.
    pub carc: AsSent<Carc>,
    /// Amount taken from the charge.
    pub amount: Money,
    /// Units taken from those billed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<Decimal>,
}

/// CLP02. **A denial is not status 4**: that one only says that the patient is
/// not known (X12 RFI 1423). Denials are read from the adjustments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum ClaimPaymentStatus {
    /// 1, 2, 3: processed as primary, secondary, tertiary (the number, 1-based).
    Processed(u8),
    /// 4: denied, since the patient is not known to the payer.
    PatientUnknown,
    /// 19, 20, 21: processed as primary, secondary, tertiary, and forwarded.
    Forwarded(u8),
    /// 22: reversal of an earlier payment.
    Reversal,
    /// 23: not this payer's claim; forwarded.
    NotOurs,
    /// 25: predetermination only, no payment.
    Predetermination,
    /// A code that 5010 does not have.
    Other(String),
}

impl From<String> for ClaimPaymentStatus {
    fn from(code: String) -> Self {
        match code.as_str() {
            "1" => Self::Processed(1),
            "2" => Self::Processed(2),
            "3" => Self::Processed(3),
            "4" => Self::PatientUnknown,
            "19" => Self::Forwarded(1),
            "20" => Self::Forwarded(2),
            "21" => Self::Forwarded(3),
            "22" => Self::Reversal,
            "23" => Self::NotOurs,
            "25" => Self::Predetermination,
            _ => Self::Other(code),
        }
    }
}

impl From<ClaimPaymentStatus> for String {
    fn from(status: ClaimPaymentStatus) -> Self {
        match status {
            ClaimPaymentStatus::Processed(order) => order.to_string(),
            ClaimPaymentStatus::PatientUnknown => "4".to_owned(),
            ClaimPaymentStatus::Forwarded(order) => (18 + order).to_string(),
            ClaimPaymentStatus::Reversal => "22".to_owned(),
            ClaimPaymentStatus::NotOurs => "23".to_owned(),
            ClaimPaymentStatus::Predetermination => "25".to_owned(),
            ClaimPaymentStatus::Other(code) => code,
        }
    }
}

/// A paid or unpaid service line (SVC, loop 2110).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemittanceLine {
    /// Qualifier of the procedure code.
    pub qualifier: String,
    /// Procedure code paid on, as sent; `None` where the line has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure: Option<AsSent<ProcedureCode>>,
    /// Modifiers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifiers: Vec<AsSent<Modifier>>,
    /// Charge (SVC02).
    pub charge: Money,
    /// Paid (SVC03).
    pub paid: Money,
    /// Units paid (SVC05).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<Decimal>,
    /// First day of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Last day of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    /// Our line item control number (REF*6R).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
    /// Allowed amount (AMT*B6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Money>,
    /// Adjustments, every triplet of every CAS.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<Adjustment>,
    /// Remark codes (LQ*HE).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<AsSent<Rarc>>,
}

/// One claim in a remittance (CLP, loop 2100).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemittanceClaim {
    /// Ordinal in its transaction set, 1-based.
    pub ordinal: u32,
    /// The control number that the payer returns (CLP01); may be damaged.
    pub control: String,
    /// Status (CLP02).
    pub status: ClaimPaymentStatus,
    /// Charge (CLP03).
    pub charge: Money,
    /// Paid (CLP04).
    pub paid: Money,
    /// Patient responsibility as stated (CLP05).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient_responsibility: Option<Money>,
    /// Filing indicator (CLP06).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filing_indicator: Option<String>,
    /// The payer's control number (CLP07).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_control: Option<PayerClaimControlNumber>,
    /// Claim frequency (CLP09).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<String>,
    /// The patient as the payer names them (NM1*QC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<Person>,
    /// Payer that the claim was forwarded to (NM1*TT), by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded_to: Option<String>,
    /// First and last day of service (DTM*232, DTM*233).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Last day of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    /// When the payer received the claim (DTM*050).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<NaiveDate>,
    /// Adjustments at claim level.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<Adjustment>,
    /// Remark codes at claim level (MIA, MOA).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<AsSent<Rarc>>,
    /// Service lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<RemittanceLine>,
}

impl RemittanceClaim {
    /// Every adjustment, of the claim and of its lines.
    pub fn all_adjustments(&self) -> impl Iterator<Item = &Adjustment> {
        self.adjustments
            .iter()
            .chain(self.lines.iter().flat_map(|line| &line.adjustments))
    }
}

/// A provider-level adjustment (one pair of a PLB). Positive reduces payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderAdjustment {
    /// Provider that it concerns (PLB01).
    pub provider: String,
    /// Fiscal period end (PLB02).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<NaiveDate>,
    /// Reason, such as WO, FB, L6, 72, CS (PLB03-1).
    pub reason: String,
    /// What it refers to: a claim, a trace number (PLB03-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Amount.
    pub amount: Money,
}

/// One payment and its explanation (one 835 transaction set).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remittance {
    /// Amount of the check or EFT (BPR02); negative where BPR03 is a debit.
    pub paid: Money,
    /// Payment method (BPR04): ACH, CHK, NON, ...
    pub method: String,
    /// Effective date of the payment (BPR16).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<NaiveDate>,
    /// Trace number (TRN02).
    pub trace: TraceNumber,
    /// Originating company (TRN03): who made the trace number.
    pub originator: String,
    /// Payer's name (N1*PR).
    pub payer_name: String,
    /// Payer's ids: N104, REF*2U and others, most specific first.
    pub payer_ids: Vec<String>,
    /// Payee's name (N1*PE).
    pub payee_name: String,
    /// Payee's NPI, as sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee_npi: Option<AsSent<Npi>>,
    /// Payee's federal tax number, as sent: N104 with qualifier FI, or REF*TJ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee_tax_id: Option<String>,
    /// Claims in order.
    pub claims: Vec<RemittanceClaim>,
    /// Provider-level adjustments in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provider_adjustments: Vec<ProviderAdjustment>,
}

impl Remittance {
    /// The claim ids named in CLP01 that are well formed, in order.
    pub fn claim_ids(&self) -> impl Iterator<Item = ClaimId> + '_ {
        self.claims
            .iter()
            .filter_map(|claim| claim.control.parse().ok())
    }
}
