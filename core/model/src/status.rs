//! Where a claim stands, on five axes that move independently.
//!
//! Each axis is a small state machine; its transitions stand in one table.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A status axis: its states and the moves between them.
pub trait Axis: Copy + Eq + fmt::Debug + 'static {
    /// The axis' name.
    const NAME: &'static str;
    /// Every state, in order.
    const STATES: &'static [Self];
    /// Every move that is allowed: from, to.
    const MOVES: &'static [(Self, Self)];

    /// The state's name.
    fn as_str(self) -> &'static str;

    /// Moves to `to`, where the table allows it. Staying is always allowed.
    ///
    /// # Errors
    /// [`RefusedTransition`] names the axis and both states.
    fn moved(self, to: Self) -> Result<Self, RefusedTransition> {
        if self == to || Self::MOVES.contains(&(self, to)) {
            Ok(to)
        } else {
            Err(RefusedTransition {
                axis: Self::NAME,
                from: self.as_str(),
                to: to.as_str(),
            })
        }
    }
}

/// A move that the axis' table does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a claim's `{axis}` cannot go from `{from}` to `{to}`")]
pub struct RefusedTransition {
    /// Axis.
    pub axis: &'static str,
    /// State it is in.
    pub from: &'static str,
    /// State that was asked for.
    pub to: &'static str,
}

macro_rules! axis {
    ($(#[$docs:meta])* $name:ident as $label:literal { $($(#[$state_docs:meta])* $state:ident = $text:literal -> [$($to:ident),*]),+ $(,)? }) => {
        $(#[$docs])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$state_docs])* #[serde(rename = $text)] $state),+
        }

        impl Axis for $name {
            const NAME: &'static str = $label;
            const STATES: &'static [Self] = &[$(Self::$state),+];
            const MOVES: &'static [(Self, Self)] = &[$($((Self::$state, Self::$to),)*)+];

            fn as_str(self) -> &'static str {
                match self { $(Self::$state => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

axis! {
    /// The claim as a piece of work.
    Work as "work" {
        /// Being made.
        Draft = "draft" -> [Held, Ready, Void],
        /// Held by a finding or a person.
        Held = "held" -> [Ready, Draft, Void, Closed],
        /// Clean, waiting to be sent.
        Ready = "ready" -> [Submitted, Held, Draft, Closed, Void],
        /// Sent, not yet answered.
        Submitted = "submitted" -> [Accepted, Rejected, Adjudicated, Void],
        /// Refused by a clearinghouse or payer before adjudication.
        Rejected = "rejected" -> [Draft, Held, Ready, Accepted, Adjudicated, Void, Closed],
        /// Taken into adjudication.
        Accepted = "accepted" -> [Rejected, Adjudicated, Void],
        /// Answered by a remittance.
        Adjudicated = "adjudicated" -> [Closed, Submitted, Held, Void],
        /// Nothing left to do.
        Closed = "closed" -> [Adjudicated, Void],
        /// Withdrawn.
        Void = "void" -> [],
    }
}

axis! {
    /// What the payer decided.
    Adjudication as "adjudication" {
        /// Nothing yet.
        None = "none" -> [Pended, Paid, PartiallyPaid, PatientResponsibility, Denied, Forwarded],
        /// Waiting at the payer.
        Pended = "pended" -> [Paid, PartiallyPaid, PatientResponsibility, Denied, Forwarded],
        /// Paid, nothing denied.
        Paid = "paid" -> [Reversed, PartiallyPaid, PatientResponsibility, Denied, Forwarded],
        /// Paid in part, some of it denied.
        PartiallyPaid = "partially_paid" -> [Reversed, Paid, PatientResponsibility, Denied, Forwarded],
        /// Nothing paid, rightly: all of it is the patient's.
        PatientResponsibility = "patient_responsibility" -> [Reversed, Paid, PartiallyPaid, Denied, Forwarded],
        /// Nothing paid, and some of it denied.
        Denied = "denied" -> [Reversed, Paid, PartiallyPaid, PatientResponsibility, Forwarded],
        /// Taken back; a correction should follow.
        Reversed = "reversed" -> [Paid, PartiallyPaid, PatientResponsibility, Denied, Forwarded],
        /// Sent on to the next payer by this one.
        Forwarded = "forwarded" -> [Reversed, Paid, PartiallyPaid, PatientResponsibility, Denied],
    }
}

axis! {
    /// Who owes the balance now.
    Responsibility as "responsibility" {
        /// The primary payer.
        Primary = "primary" -> [Secondary, Tertiary, Patient, None],
        /// The secondary payer.
        Secondary = "secondary" -> [Primary, Tertiary, Patient, None],
        /// The tertiary payer.
        Tertiary = "tertiary" -> [Primary, Secondary, Patient, None],
        /// The patient.
        Patient = "patient" -> [Primary, Secondary, Tertiary, None],
        /// Nobody.
        None = "none" -> [Primary, Secondary, Tertiary, Patient],
    }
}

axis! {
    /// The contest of a denial. Levels are counted on the appeal itself.
    Appeal as "appeal" {
        /// No appeal.
        None = "none" -> [Drafted],
        /// Written, not sent.
        Drafted = "drafted" -> [Filed, Expired, None],
        /// Sent to the payer.
        Filed = "filed" -> [Upheld, Overturned, PartiallyOverturned],
        /// The payer kept its decision.
        Upheld = "upheld" -> [Drafted, Expired],
        /// The payer changed its decision.
        Overturned = "overturned" -> [Drafted],
        /// The payer changed part of its decision.
        PartiallyOverturned = "partially_overturned" -> [Drafted, Expired],
        /// The time to appeal has run out; a payer may take it late, for good cause.
        Expired = "expired" -> [Drafted, Filed],
    }
}

axis! {
    /// Billing the patient.
    PatientBilling as "patient" {
        /// Nothing sent.
        NotBilled = "not_billed" -> [Ready, Settled],
        /// A balance is due and may be billed.
        Ready = "ready" -> [Billed, NotBilled, Settled],
        /// A statement was sent.
        Billed = "billed" -> [Plan, Reminded, PreCollection, NotBilled, Settled],
        /// On a payment plan.
        Plan = "plan" -> [Billed, Reminded, PreCollection, Settled],
        /// Reminded.
        Reminded = "reminded" -> [Plan, PreCollection, Billed, NotBilled, Settled],
        /// Last notice before an agency.
        PreCollection = "pre_collection" -> [Plan, Collection, Billed, Settled],
        /// With an agency.
        Collection = "collection" -> [Plan, Billed, Settled],
        /// Nothing left.
        Settled = "settled" -> [Ready, NotBilled],
    }
}

/// A claim's place on every axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ClaimStatus {
    /// As a piece of work.
    pub work: Work,
    /// What the payer decided.
    pub adjudication: Adjudication,
    /// Who owes the balance.
    pub responsibility: Responsibility,
    /// The contest of a denial.
    pub appeal: Appeal,
    /// Billing the patient.
    pub patient: PatientBilling,
}

impl ClaimStatus {
    /// Where a new claim to that party starts.
    #[must_use]
    pub const fn new(responsibility: Responsibility) -> Self {
        Self {
            work: Work::Draft,
            adjudication: Adjudication::None,
            responsibility,
            appeal: Appeal::None,
            patient: PatientBilling::NotBilled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk<A: Axis>() {
        for &from in A::STATES {
            for &to in A::STATES {
                let listed = from == to || A::MOVES.contains(&(from, to));
                assert_eq!(
                    from.moved(to).is_ok(),
                    listed,
                    "{}: {from:?} to {to:?}",
                    A::NAME
                );
            }
        }
        for (at, pair) in A::MOVES.iter().enumerate() {
            assert!(
                !A::MOVES[..at].contains(pair),
                "{}: {pair:?} stands twice",
                A::NAME
            );
            assert_ne!(pair.0, pair.1, "{}: {pair:?} goes nowhere", A::NAME);
        }
        for &state in &A::STATES[1..] {
            assert!(
                A::MOVES.iter().any(|(_, to)| *to == state),
                "{}: {state:?} is never reached",
                A::NAME
            );
        }
    }

    #[test]
    fn every_pair_of_states_is_allowed_or_refused_by_its_table() {
        walk::<Work>();
        walk::<Adjudication>();
        walk::<Responsibility>();
        walk::<Appeal>();
        walk::<PatientBilling>();
    }

    #[test]
    fn a_void_claim_goes_nowhere() {
        assert!(
            Work::STATES
                .iter()
                .all(|&to| to == Work::Void || Work::Void.moved(to).is_err())
        );
    }
}
