//! What stands between a patient and being billed or pursued, whatever a rule
//! asks for. Rules may stop more than this, and never less.

mod stops;

pub(crate) use stops::stops;

use std::fmt;

use chrono::{Days, NaiveDate};
use scrubjay_hooks::{About, CollectionStep, Finding, Severity};
use scrubjay_model::HoldKind;
use serde::Serialize;

/// A guard of the core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Guard {
    /// In bankruptcy (11 U.S.C. 362(a)(6)).
    Bankruptcy,
    /// Deceased.
    Deceased,
    /// A child, for whom nobody is on file who answers for the bills.
    Minor,
    /// The patient contests the bill (45 CFR 149.620; 12 CFR 1006.38).
    Dispute,
    /// Financial assistance is applied for (26 CFR 1.501(r)-6(c)).
    AssistancePending,
    /// A payer has yet to decide.
    InsurancePending,
    /// Mail comes back.
    BadAddress,
    /// Nothing is owed that can be asked for now.
    NothingOwed,
    /// Less is owed than the practice sends a statement for.
    MinimumAmount,
    /// A rule or person has stopped statements.
    Paused,
    /// A payment plan is kept, or can still be made good.
    PlanInGoodStanding,
    /// A protected patient owes the share of the network and no more
    /// (45 CFR 149.410, 149.420, 149.440).
    BalanceBilling,
    /// A patient with assistance owes no more than is generally billed
    /// (26 CFR 1.501(r)-5).
    GenerallyBilled,
    /// An agency has the account already.
    WithAgency,
    /// No agency is named in the practice's configuration.
    NoAgency,
    /// Nothing was placed that could be taken back.
    NotPlaced,
    /// No itemized statement has reached the patient.
    NoStatement,
    /// The last statement gives more time to pay.
    TimeToPay,
    /// No final notice has reached the patient, or too lately
    /// (26 CFR 1.501(r)-6(c)(4)).
    FinalNotice,
    /// Too soon after the first statement (26 CFR 1.501(r)-6(c)(3)).
    ExtraordinaryWait,
    /// A state's law.
    StateLaw,
    /// The credit bureaus do not take it.
    BureauPolicy,
    /// Too many calls, or too soon after a conversation (12 CFR 1006.14(b)).
    CallLimit,
    /// Not at this time of day where the patient lives (12 CFR 1006.6(b)).
    Hours,
    /// The patient told us to stop (15 U.S.C. 1692c(c)).
    StopContact,
    /// The debt collector's notice, or the time to dispute it
    /// (12 CFR 1006.34, 1006.38).
    ValidationNotice,
}

impl Guard {
    /// Whether it stops everything, letters that were made before among it.
    #[must_use]
    pub const fn is_hold(self) -> bool {
        matches!(
            self,
            Self::Bankruptcy
                | Self::Deceased
                | Self::Minor
                | Self::Dispute
                | Self::AssistancePending
                | Self::InsurancePending
                | Self::BadAddress
        )
    }

    /// Whether it takes an account back from an agency.
    #[must_use]
    pub const fn ends_placement(self) -> bool {
        matches!(
            self,
            Self::Bankruptcy
                | Self::Deceased
                | Self::Minor
                | Self::Dispute
                | Self::AssistancePending
        )
    }

    /// The name used in reports; a finding calls it `guard/NAME`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bankruptcy => "bankruptcy",
            Self::Deceased => "deceased",
            Self::Minor => "minor",
            Self::Dispute => "dispute",
            Self::AssistancePending => "assistance_pending",
            Self::InsurancePending => "insurance_pending",
            Self::BadAddress => "bad_address",
            Self::NothingOwed => "nothing_owed",
            Self::MinimumAmount => "minimum_amount",
            Self::Paused => "paused",
            Self::PlanInGoodStanding => "plan_in_good_standing",
            Self::BalanceBilling => "balance_billing",
            Self::GenerallyBilled => "generally_billed",
            Self::WithAgency => "with_agency",
            Self::NoAgency => "no_agency",
            Self::NotPlaced => "not_placed",
            Self::NoStatement => "no_statement",
            Self::TimeToPay => "time_to_pay",
            Self::FinalNotice => "final_notice",
            Self::ExtraordinaryWait => "extraordinary_wait",
            Self::StateLaw => "state_law",
            Self::BureauPolicy => "bureau_policy",
            Self::CallLimit => "call_limit",
            Self::Hours => "hours",
            Self::StopContact => "stop_contact",
            Self::ValidationNotice => "validation_notice",
        }
    }
}

impl From<HoldKind> for Guard {
    fn from(hold: HoldKind) -> Self {
        match hold {
            HoldKind::Bankruptcy => Self::Bankruptcy,
            HoldKind::Deceased => Self::Deceased,
            HoldKind::Dispute => Self::Dispute,
            HoldKind::FinancialAssistancePending => Self::AssistancePending,
            HoldKind::InsurancePending => Self::InsurancePending,
            HoldKind::BadAddress => Self::BadAddress,
        }
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why something is not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// The guard.
    pub guard: Guard,
    /// What it waits for, without patient data.
    pub why: String,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.guard, self.why)
    }
}

impl Stop {
    /// As a finding on what a rule asked for.
    pub(crate) fn finding(&self, rule: &str, asked: &str) -> Finding {
        Finding {
            rule: format!("guard/{}", self.guard),
            severity: Severity::Block,
            message: format!(
                "`{rule}` asked for `{asked}`, which is refused: {}",
                self.why
            ),
            about: About::Whole,
            prevents: Vec::new(),
            cite: None,
            overridable: false,
            shadow: false,
        }
    }
}

/// What is about to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// A statement is sent.
    Statement,
    /// A step of collection is taken.
    Step(CollectionStep),
}

/// So many days later.
pub(crate) fn plus(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days))
        .unwrap_or(NaiveDate::MAX)
}
