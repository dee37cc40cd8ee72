//! The words of collection: steps, contacts, and bills that no patient owes.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::Money;

/// A case in which the patient owes no more than in the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SurpriseKind {
    /// An emergency, out of the network (45 CFR 149.410).
    Emergency,
    /// A provider out of the network at a facility in it (45 CFR 149.420).
    InNetworkFacility,
    /// An air ambulance out of the network (45 CFR 149.440).
    AirAmbulance,
}

impl SurpriseKind {
    /// The name used in scripts and packs' tests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::InNetworkFacility => "in_network_facility",
            Self::AirAmbulance => "air_ambulance",
        }
    }
}

/// Protection from a bill out of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurpriseBill {
    /// The case.
    pub kind: SurpriseKind,
    /// What the patient would owe in the network, as the payer says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_network_share: Option<Money>,
    /// Day on which the patient gave up the protection after due notice
    /// (45 CFR 149.420(c)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived: Option<NaiveDate>,
}

/// How the patient was spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    /// A telephone call, answered or not (12 CFR 1006.14(b)).
    Call,
    /// A conversation by telephone, after which a week must pass.
    Conversation,
    /// A letter.
    Letter,
    /// An e-mail or a text message.
    Message,
}

impl ContactKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Call, Self::Conversation, Self::Letter, Self::Message];

    /// The name used in scripts and packs' tests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Conversation => "conversation",
            Self::Letter => "letter",
            Self::Message => "message",
        }
    }
}

/// A time at which the patient was spoken to about this debt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Day, where the patient lives.
    pub on: NaiveDate,
    /// How.
    pub kind: ContactKind,
}

/// A step of collection, the mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectionStep {
    /// A reminder of a statement.
    Reminder,
    /// A telephone call.
    Call,
    /// The last notice before an agency.
    FinalNotice,
    /// Placement with an agency.
    Agency,
    /// A report to a credit bureau.
    CreditReport,
    /// A suit.
    Suit,
    /// Taking the account back from an agency.
    Recall,
}

impl CollectionStep {
    /// Every step.
    pub const ALL: [Self; 7] = [
        Self::Reminder,
        Self::Call,
        Self::FinalNotice,
        Self::Agency,
        Self::CreditReport,
        Self::Suit,
        Self::Recall,
    ];

    /// The name used in scripts and packs' tests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reminder => "reminder",
            Self::Call => "call",
            Self::FinalNotice => "final_notice",
            Self::Agency => "agency",
            Self::CreditReport => "credit_report",
            Self::Suit => "suit",
            Self::Recall => "recall",
        }
    }

    /// Whether it is one of the extraordinary collection actions that wait for
    /// the 120 days of 26 CFR 1.501(r)-6. Placement with an agency is none by
    /// itself; what the agency then does may be.
    #[must_use]
    pub const fn is_extraordinary(self) -> bool {
        matches!(self, Self::CreditReport | Self::Suit)
    }
}
