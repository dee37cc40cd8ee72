//! What the practice knows of a payer.

use serde::{Deserialize, Serialize};

use crate::PayerId;

/// The kind of business a payer does with the practice: what rules scope by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineOfBusiness {
    /// Original Medicare, Parts A and B.
    Medicare,
    /// Medicare Advantage.
    MedicareAdvantage,
    /// Medicaid, fee for service or managed.
    Medicaid,
    /// TRICARE and other military programmes.
    Tricare,
    /// Commercial plans.
    Commercial,
    /// Workers' compensation.
    WorkersComp,
    /// No payer but the patient.
    SelfPay,
    /// Anything else, such as auto and liability.
    Other,
}

impl LineOfBusiness {
    /// The name used in packs and configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Medicare => "medicare",
            Self::MedicareAdvantage => "medicare-advantage",
            Self::Medicaid => "medicaid",
            Self::Tricare => "tricare",
            Self::Commercial => "commercial",
            Self::WorkersComp => "workers-comp",
            Self::SelfPay => "self-pay",
            Self::Other => "other",
        }
    }

    /// What a claim filing indicator (SBR09, CLP06) says of it.
    #[must_use]
    pub fn from_filing_indicator(code: &str) -> Self {
        match code {
            "MA" | "MB" => Self::Medicare,
            "16" => Self::MedicareAdvantage,
            "MC" => Self::Medicaid,
            "CH" | "VA" => Self::Tricare,
            "BL" | "CI" | "HM" | "12" | "13" | "14" | "15" | "17" | "DS" | "FI" => Self::Commercial,
            "WC" => Self::WorkersComp,
            "09" => Self::SelfPay,
            _ => Self::Other,
        }
    }
}

/// A payer as the practice's configuration describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayerProfile {
    /// Short name that packs scope by, such as `aetna`.
    pub key: String,
    /// Name for people.
    pub name: String,
    /// Id on the electronic channel (NM109 in loop 2010BB, N104 or REF*2U in an 835).
    pub id: PayerId,
    /// Line of business.
    pub line: LineOfBusiness,
    /// State of the plan, two letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Other ids under which this payer's remittances come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
}
