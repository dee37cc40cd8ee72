//! What is due, from which date, how long, and where it rolls to.

use serde::{Deserialize, Serialize};

/// What must be done in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeadlineKind {
    /// A first claim, to a primary or later payer (CARC 29).
    TimelyFiling,
    /// A corrected or replacement claim, where the payer counts it apart.
    CorrectedClaim,
    /// An appeal at this level, 1 being the first (CARC 286).
    Appeal {
        /// Level, as the payer counts.
        level: u8,
    },
    /// The payer's decision on an appeal at this level.
    AppealDecision {
        /// Level, as the payer counts.
        level: u8,
    },
    /// A payer's request for records (CARC 164).
    Records,
    /// Services under a prior authorization.
    AuthorizationExpiry,
    /// The payer's decision on a prior authorization (CMS-0057-F).
    AuthorizationDecision,
    /// The next look at a claim that is not answered.
    FollowUp,
    /// The receiver's word that it could read a file (999).
    FileAcknowledgment,
    /// The word that a claim of a file that was read was taken (277CA).
    ClaimAcknowledgment,
    /// A statement to the patient.
    Statement,
    /// No collection action before it (26 CFR 1.501(r)-6(c)(3)), which is a
    /// time to wait out and not to keep.
    FinancialAssistanceNotice,
    /// The patient's application for financial assistance
    /// (26 CFR 1.501(r)-1(b)(3)).
    FinancialAssistance,
    /// A good-faith estimate for the patient (45 CFR 149.610(b)).
    GoodFaithEstimate,
    /// Patient-provider dispute resolution (45 CFR 149.620).
    Dispute,
    /// The payer's payment of a clean claim (state law; Medicare).
    PromptPay,
    /// Return of an identified overpayment (42 CFR 401.305).
    Overpayment60Day,
    /// A payment-plan instalment.
    Instalment,
    /// A work item's service level.
    Work,
}

impl DeadlineKind {
    /// The name used in scripts and reports; the level of an appeal stands apart.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TimelyFiling => "timely_filing",
            Self::CorrectedClaim => "corrected_claim",
            Self::Appeal { .. } => "appeal",
            Self::AppealDecision { .. } => "appeal_decision",
            Self::Records => "records",
            Self::AuthorizationExpiry => "authorization_expiry",
            Self::AuthorizationDecision => "authorization_decision",
            Self::FollowUp => "follow_up",
            Self::FileAcknowledgment => "file_acknowledgment",
            Self::ClaimAcknowledgment => "claim_acknowledgment",
            Self::Statement => "statement",
            Self::FinancialAssistanceNotice => "financial_assistance_notice",
            Self::FinancialAssistance => "financial_assistance",
            Self::GoodFaithEstimate => "good_faith_estimate",
            Self::Dispute => "dispute",
            Self::PromptPay => "prompt_pay",
            Self::Overpayment60Day => "overpayment_60_day",
            Self::Instalment => "instalment",
            Self::Work => "work",
        }
    }
}

/// What the date is that a deadline is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeadlineBasis {
    /// First day of service: professional claims to Medicare.
    ServiceFrom,
    /// Last day of service: institutional claims to Medicare.
    ServiceThrough,
    /// Day of discharge.
    Discharge,
    /// Day of the primary payer's remittance: claims to the secondary.
    PrimaryRemittance,
    /// Day of the payer's decision, or the day it counts as received.
    Decision,
    /// Day that a request, application or bill was received.
    Received,
    /// Day of asking the payer.
    Asked,
    /// Day of sending.
    Sent,
    /// First statement after discharge.
    FirstStatement,
    /// Day that an overpayment was identified.
    Identified,
    /// Day that a thing was opened, such as a work item.
    Opened,
    /// A day from a contract or a letter.
    Agreed,
}

/// How long a deadline is.
///
/// Sixteen bits are 179 years of days: a length beyond that cannot be written,
/// and counting business days stays cheap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// So many days; the basis date is day 0.
    CalendarDays(u16),
    /// So many business days, the first being the one after the basis date.
    BusinessDays(u16),
    /// The same day so many months later, or that month's last day.
    Months(u16),
    /// The same day so many years later. For 29 February in a year without
    /// one it is **28 February**, never 1 March: so Medicare counts its
    /// calendar year (42 CFR 424.44(a); CMS Pub. 100-04, chapter 1, 70.1),
    /// and with other payers the earlier day is the safe one.
    Years(u16),
    /// The last day of the month so many months after the basis date's own.
    MonthEnds(u16),
    /// 31 December so many years after the basis date's own year.
    YearEnds(u16),
    /// So many hours. The basis has no time of day, so whole days are counted
    /// and what is left is dropped: never later than the true hour.
    Hours(u16),
}

/// Where a deadline goes that falls on a day without business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// It stays.
    None,
    /// To the next business day.
    NextBusinessDay,
}
