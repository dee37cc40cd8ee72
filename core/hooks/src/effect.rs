//! What a handler asks the engine to do.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{
    CollectionStep, DenialCategory, Modifier, Money, Owner, ProcedureCode, Recoverable,
    Responsibility, WriteOffReason,
};
use serde::{Deserialize, Serialize};

/// A request to the engine. The effects of one hook are applied together or
/// not at all; one that cannot be applied holds the subject with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Set a field to a value: format only, never what was done or to whom.
    Repair {
        /// Field name, as in scripts.
        field: String,
        /// New value as text.
        value: String,
        /// Why.
        reason: String,
    },
    /// Hold until a date.
    HoldUntil {
        /// First day on which it may go.
        until: NaiveDate,
        /// Why.
        reason: String,
    },
    /// Open a task.
    OpenTask {
        /// What to do.
        reason: String,
        /// Who does it.
        owner: Owner,
        /// Calendar days until it is due.
        days: u32,
    },
    /// Say what kind of denial this is and what to do.
    ClassifyDenial {
        /// Category.
        category: DenialCategory,
        /// How the money may still come.
        recoverable: Recoverable,
        /// What to do next.
        action: String,
        /// Who works it.
        owner: Owner,
        /// Calendar days until it is due.
        days: u32,
    },
    /// Mark the subject, for reports and later rules.
    Tag {
        /// Tag.
        tag: String,
    },
    /// Ask the payer about the patient's cover, once more or for the first time.
    VerifyCoverage {
        /// Why.
        reason: String,
    },
    /// Say that the payer wants to be asked before the service.
    RequireAuthorization {
        /// The service; `None` means everything that is planned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        procedure: Option<ProcedureCode>,
        /// Why.
        reason: String,
    },
    /// Let another payer come first.
    Route {
        /// That payer's key in the practice's configuration.
        payer: String,
        /// Why.
        reason: String,
    },
    /// Put a modifier on a charge, behind those that it has.
    AddModifier {
        /// Modifier.
        modifier: Modifier,
        /// Why.
        reason: String,
    },
    /// Set the units of a charge.
    SetUnits {
        /// Units, above zero, to a thousandth.
        units: Decimal,
        /// Why.
        reason: String,
    },
    /// Put the next step off.
    Defer {
        /// First day on which it is looked at again.
        until: NaiveDate,
        /// Why.
        reason: String,
    },
    /// Ask the payer where the claim stands.
    FollowUp {
        /// By which way.
        way: FollowUpWay,
        /// Why.
        reason: String,
    },
    /// Move the open balance to another party.
    Transfer {
        /// Who owes it from now on.
        to: Responsibility,
        /// Why.
        reason: String,
    },
    /// Give up an amount.
    WriteOff {
        /// Why, as the ledger has it.
        why: WriteOffReason,
        /// How much; `None` means all that is open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<Money>,
        /// Why, in words.
        reason: String,
    },
    /// Contest the payer's decision.
    Appeal {
        /// Level, as the payer counts: 1 is the first.
        level: u8,
        /// Why.
        reason: String,
        /// Who writes it.
        owner: Owner,
        /// Calendar days until it is to be filed.
        days: u32,
    },
    /// Mend the claim and send it once more.
    CorrectAndResubmit {
        /// What to mend.
        reason: String,
        /// Who mends it.
        owner: Owner,
        /// Calendar days until it is to be sent.
        days: u32,
    },
    /// Send the patient a statement.
    SendStatement {
        /// Why.
        reason: String,
    },
    /// Send the patient nothing for now.
    HoldStatement {
        /// First day on which one may go; `None` until a person lifts it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<NaiveDate>,
        /// Why.
        reason: String,
    },
    /// Offer the patient to pay in parts.
    OfferPlan {
        /// Monthly instalments, at least two.
        instalments: u8,
        /// Why.
        reason: String,
    },
    /// Take a step of collection.
    StageCollection {
        /// The step.
        step: CollectionStep,
        /// Why.
        reason: String,
    },
    /// Propose a rule that would have prevented these denials, as a draft for
    /// an analyst.
    ProposeRule {
        /// What it should ask for.
        reason: String,
    },
}

/// By which way a payer is asked where a claim stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowUpWay {
    /// A claim status request (276).
    StatusRequest,
    /// The payer's portal.
    Portal,
    /// A telephone call.
    Call,
}

impl FollowUpWay {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::StatusRequest, Self::Portal, Self::Call];

    /// The name used in scripts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StatusRequest => "status_request",
            Self::Portal => "portal",
            Self::Call => "call",
        }
    }
}

macro_rules! kinds {
    ($($kind:ident $name:literal),+ $(,)?) => {
        /// The kinds of effect, without their values.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum EffectKind {
            $(
                #[doc = concat!("[`Effect::", stringify!($kind), "`].")]
                $kind
            ),+
        }

        impl EffectKind {
            /// Every kind.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$kind),+];

            /// The name of the function by which a script asks for it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $name),+ }
            }
        }

        impl Effect {
            /// The kind.
            #[must_use]
            pub const fn kind(&self) -> EffectKind {
                match self { $(Self::$kind { .. } => EffectKind::$kind),+ }
            }
        }
    };
}

kinds! {
    Repair "repair",
    HoldUntil "hold_until",
    OpenTask "open_task",
    ClassifyDenial "classify",
    Tag "tag",
    VerifyCoverage "verify_coverage",
    RequireAuthorization "require_authorization",
    Route "route",
    AddModifier "add_modifier",
    SetUnits "set_units",
    Defer "defer",
    FollowUp "ask_payer",
    Transfer "transfer",
    WriteOff "write_off",
    Appeal "appeal",
    CorrectAndResubmit "correct_and_resubmit",
    SendStatement "send_statement",
    HoldStatement "hold_statement",
    OfferPlan "offer_plan",
    StageCollection "stage_collection",
    ProposeRule "propose_rule",
}
