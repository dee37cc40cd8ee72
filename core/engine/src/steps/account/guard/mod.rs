//! What stands between a patient and being billed or pursued, whatever a rule
//! asks for. Rules may stop more than this, and never less.

mod stops;

pub(crate) use stops::stops;

use std::fmt;

use chrono::{Days, NaiveDate};
use scrubjay_hooks::{About, CollectionStep, Finding, Severity};
use scrubjay_model::HoldKind;
use serde::Serialize;

/// Makes the guards with their list and their names, so that none is left out.
macro_rules! guards {
    ($($(#[$docs:meta])+ $guard:ident = $name:literal,)+) => {
        /// A guard of the core.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Guard {
            $($(#[$docs])+ $guard,)+
        }

        impl Guard {
            /// Every guard.
            pub const ALL: &'static [Self] = &[$(Self::$guard,)+];

            /// The name used in reports; a finding calls it `guard/NAME`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$guard => $name,)+
                }
            }
        }
    };
}

guards! {
    /// In bankruptcy (11 U.S.C. 362(a)(6)).
    Bankruptcy = "bankruptcy",
    /// Deceased.
    Deceased = "deceased",
    /// A child, for whom nobody is on file who answers for the bills.
    Minor = "minor",
    /// The patient contests the bill (45 CFR 149.620; 12 CFR 1006.38).
    Dispute = "dispute",
    /// Financial assistance is applied for (26 CFR 1.501(r)-6(c)).
    AssistancePending = "assistance_pending",
    /// A payer has yet to decide.
    InsurancePending = "insurance_pending",
    /// Mail comes back.
    BadAddress = "bad_address",
    /// Nothing is owed that can be asked for now.
    NothingOwed = "nothing_owed",
    /// Less is owed than the practice sends a statement for.
    MinimumAmount = "minimum_amount",
    /// A rule or person has stopped statements.
    Paused = "paused",
    /// A payment plan is kept, or can still be made good.
    PlanInGoodStanding = "plan_in_good_standing",
    /// A protected patient owes the share of the network and no more
    /// (45 CFR 149.410, 149.420, 149.440).
    BalanceBilling = "balance_billing",
    /// A patient with assistance owes no more than is generally billed
    /// (26 CFR 1.501(r)-5).
    GenerallyBilled = "generally_billed",
    /// An agency has the account already.
    WithAgency = "with_agency",
    /// No agency is named in the practice's configuration.
    NoAgency = "no_agency",
    /// Nothing was placed that could be taken back.
    NotPlaced = "not_placed",
    /// No itemized statement has reached the patient.
    NoStatement = "no_statement",
    /// The last statement gives more time to pay.
    TimeToPay = "time_to_pay",
    /// No final notice has reached the patient, or too lately
    /// (26 CFR 1.501(r)-6(c)(4)).
    FinalNotice = "final_notice",
    /// Too soon after the first statement (26 CFR 1.501(r)-6(c)(3)).
    ExtraordinaryWait = "extraordinary_wait",
    /// A state's law.
    StateLaw = "state_law",
    /// The credit bureaus do not take it.
    BureauPolicy = "bureau_policy",
    /// Too many calls, or too soon after a conversation (12 CFR 1006.14(b)).
    CallLimit = "call_limit",
    /// Not at this time of day where the patient lives (12 CFR 1006.6(b)).
    Hours = "hours",
    /// The patient told us to stop (15 U.S.C. 1692c(c)).
    StopContact = "stop_contact",
    /// The debt collector's notice, or the time to dispute it
    /// (12 CFR 1006.34, 1006.38).
    ValidationNotice = "validation_notice",
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
