//! What is wrong with an authorization, and why one does not cover a service.

use rust_decimal::Decimal;

use super::AuthorizationStatus;

/// An authorization whose parts disagree, or that a count would break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorizationError {
    /// An approved authorization without what makes it one.
    #[error("the authorization is approved and has no `{field}`")]
    Missing {
        /// Field.
        field: &'static str,
    },
    /// Two days in the wrong order.
    #[error("the authorization's `{later}` is before its `{earlier}`")]
    Order {
        /// The field that should come first.
        earlier: &'static str,
        /// The field that should come after.
        later: &'static str,
    },
    /// A service without procedures.
    #[error("service {service} of the authorization names no procedure")]
    NoProcedure {
        /// Service, 1-based.
        service: usize,
    },
    /// A procedure in two counts: nobody could say which one to use up.
    #[error("service {service} of the authorization names a procedure that was named before")]
    Repeated {
        /// Service, 1-based.
        service: usize,
    },
    /// Units granted not above zero, or units used not between none and all.
    #[error("service {service} of the authorization has {used} of {approved} units used")]
    Units {
        /// Service, 1-based.
        service: usize,
        /// Units granted.
        approved: Decimal,
        /// Units used.
        used: Decimal,
    },
    /// A claim's use that cannot be counted: of a procedure that is not there,
    /// of no units, or of more than are used up.
    #[error(
        "use {number} of the authorization is of a procedure or of units that it does not have"
    )]
    Use {
        /// Use, 1-based.
        number: usize,
    },
    /// Not covered, so nothing was counted.
    #[error("nothing is used up: {0}")]
    NotCovered(AuthorizationGap),
    /// More given back than was used.
    #[error("{units} units cannot be given back: {used} were used")]
    NotUsed {
        /// Units to give back.
        units: Decimal,
        /// Units used so far.
        used: Decimal,
    },
}

/// Why an authorization does not cover a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorizationGap {
    /// It is not approved.
    #[error("the authorization is not approved")]
    NotApproved(AuthorizationStatus),
    /// The service is before its first day.
    #[error("the service is {0} days before the authorization's first day")]
    TooEarly(i64),
    /// The service is after its last day.
    #[error("the service is {0} days after the authorization's last day")]
    TooLate(i64),
    /// It is for other procedures.
    #[error("the authorization is for other procedures")]
    OtherProcedure,
    /// Not enough units are left.
    #[error("{needed} units are needed and {left} are left")]
    UnitsShort {
        /// Units asked for.
        needed: Decimal,
        /// Units left.
        left: Decimal,
    },
    /// Units asked for are not above zero.
    #[error("units must be above zero")]
    NoUnits,
}

impl AuthorizationGap {
    /// The denial that a claim would meet (CARC): 39 refused when asked, 197
    /// none given, 198 units exceeded, 15 not for this service.
    #[must_use]
    pub const fn carc(&self) -> &'static str {
        match self {
            Self::NotApproved(AuthorizationStatus::Denied) => "39",
            Self::NotApproved(_) => "197",
            Self::UnitsShort { .. } => "198",
            Self::TooEarly(_) | Self::TooLate(_) | Self::OtherProcedure | Self::NoUnits => "15",
        }
    }
}
