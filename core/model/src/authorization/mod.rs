//! Prior authorization: asked, granted, used up.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

mod error;
mod review;
mod uses;

pub use error::{AuthorizationError, AuthorizationGap};
pub use review::{ReviewAnswer, ReviewOutcome};
pub use uses::AuthorizationUse;

use crate::checked::checked;
use crate::{
    AuthorizationNumber, Deadline, EncounterId, Modifier, PatientKey, PayerId, PlaceOfService,
    ProcedureCode, Urgency,
};

/// Where an authorization stands. Whether an approved one has run out is a
/// question of the date: [`AuthorizationRecord::is_expired`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorizationStatus {
    /// The payer wants one; nobody has asked yet.
    Required,
    /// Asked, no answer, or pended (278 HCR01 A4).
    Asked,
    /// Granted in full or changed (HCR01 A1, A6).
    Approved,
    /// Refused (HCR01 A3).
    Denied,
    /// Withdrawn by the payer or by us.
    Cancelled,
}

impl AuthorizationStatus {
    /// The name used in scripts and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Asked => "asked",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Whose leave it is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum AuthorizationKind {
    /// The payer's, for services (REF*G1 on a claim).
    #[default]
    PriorAuthorization,
    /// The primary care provider's or the plan's, to see a specialist (REF*9F
    /// on a claim).
    Referral,
}

impl AuthorizationKind {
    /// The name used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PriorAuthorization => "prior_authorization",
            Self::Referral => "referral",
        }
    }

    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// By which way a payer was asked, or answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorizationWay {
    /// Electronically (278).
    Edi,
    /// The payer's portal.
    Portal,
    /// By telephone.
    Phone,
    /// By fax.
    Fax,
    /// By letter.
    Mail,
}

impl AuthorizationWay {
    /// Every way.
    pub const ALL: [Self; 5] = [Self::Edi, Self::Portal, Self::Phone, Self::Fax, Self::Mail];

    /// The name used in configuration, commands and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Edi => "edi",
            Self::Portal => "portal",
            Self::Phone => "phone",
            Self::Fax => "fax",
            Self::Mail => "mail",
        }
    }
}

/// A service that a visit is booked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedService {
    /// Procedure.
    pub procedure: ProcedureCode,
    /// Modifiers, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifiers: Vec<Modifier>,
    /// Units, above zero.
    pub units: Decimal,
    /// Place of service, where it is not the visit's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceOfService>,
}

/// Services that one count of units was granted for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizedService {
    /// Procedures that share the count, at least one.
    pub procedures: Vec<ProcedureCode>,
    /// Units granted, above zero.
    pub approved: Decimal,
    /// Units used up, from zero to those granted.
    #[serde(default)]
    pub used: Decimal,
}

impl AuthorizedService {
    /// Units left, never below zero.
    #[must_use]
    pub fn left(&self) -> Decimal {
        self.approved
            .checked_sub(self.used)
            .unwrap_or_default()
            .max(Decimal::ZERO)
    }
}

/// What an [`Authorization`] says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRecord {
    /// The patient, by the host's key.
    pub patient: PatientKey,
    /// Payer.
    pub payer: PayerId,
    /// Whose leave it is.
    #[serde(default, skip_serializing_if = "AuthorizationKind::is_default")]
    pub kind: AuthorizationKind,
    /// Where it stands.
    pub status: AuthorizationStatus,
    /// The payer's number (HCR02, REF*G1 on a claim); an approved one has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<AuthorizationNumber>,
    /// Day it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<NaiveDate>,
    /// Day the payer decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<NaiveDate>,
    /// First day of service that it is for; an approved one has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Last day of service that it is for; an approved one has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    /// Services, asked for or granted. A referral without any is for whatever
    /// the specialist does, and counts nothing.
    pub services: Vec<AuthorizedService>,
    /// By which way it was asked for or told of; `None` while nobody has asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<AuthorizationWay>,
    /// Visits that are booked under it, beside the one that it was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub visits: Vec<EncounterId>,
    /// What claims use of it while a payer has them, in the order of sending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<AuthorizationUse>,
    /// The payer's latest answer, where one has come electronically.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<ReviewAnswer>,
}

impl AuthorizationRecord {
    fn check(&self) -> Result<(), AuthorizationError> {
        if self.status == AuthorizationStatus::Approved {
            let parts = [
                ("number", self.number.is_some()),
                ("from", self.from.is_some()),
                ("to", self.to.is_some()),
                (
                    "services",
                    !self.services.is_empty() || self.is_for_anything(),
                ),
            ];
            if let Some((field, _)) = parts.into_iter().find(|(_, given)| !given) {
                return Err(AuthorizationError::Missing { field });
            }
        }
        for (earlier, first, later, second) in [
            ("from", self.from, "to", self.to),
            ("asked", self.asked, "decided", self.decided),
        ] {
            if first
                .zip(second)
                .is_some_and(|(first, second)| second < first)
            {
                return Err(AuthorizationError::Order { earlier, later });
            }
        }
        let mut seen: Vec<&ProcedureCode> = Vec::new();
        for (service, granted) in (1..).zip(&self.services) {
            if granted.procedures.is_empty() {
                return Err(AuthorizationError::NoProcedure { service });
            }
            for procedure in &granted.procedures {
                if seen.contains(&procedure) {
                    return Err(AuthorizationError::Repeated { service });
                }
                seen.push(procedure);
            }
            let AuthorizedService { approved, used, .. } = *granted;
            // INVARIANT: 0 <= used <= approved, so what is left is never below zero.
            if approved <= Decimal::ZERO || used < Decimal::ZERO || used > approved {
                return Err(AuthorizationError::Units {
                    service,
                    approved,
                    used,
                });
            }
        }
        self.check_uses()
    }

    /// Whether it names no services because it is for all that is done.
    fn is_for_anything(&self) -> bool {
        self.kind == AuthorizationKind::Referral && self.services.is_empty()
    }

    fn service(&self, procedure: &ProcedureCode) -> Option<&AuthorizedService> {
        self.services
            .iter()
            .find(|service| service.procedures.contains(procedure))
    }

    /// Units left for a procedure; `None` where it is not authorized.
    #[must_use]
    pub fn left(&self, procedure: &ProcedureCode) -> Option<Decimal> {
        self.service(procedure).map(AuthorizedService::left)
    }

    /// Whether its last day has passed.
    #[must_use]
    pub fn is_expired(&self, today: NaiveDate) -> bool {
        self.to.is_some_and(|to| today > to)
    }

    /// Whether it covers so many units of a procedure on a day.
    ///
    /// # Errors
    /// Every [`AuthorizationGap`] there is, never an empty list.
    pub fn covers(
        &self,
        procedure: &ProcedureCode,
        date: NaiveDate,
        units: Decimal,
    ) -> Result<(), Vec<AuthorizationGap>> {
        let mut gaps = Vec::new();
        if self.status != AuthorizationStatus::Approved {
            gaps.push(AuthorizationGap::NotApproved(self.status));
        }
        if let Some(from) = self.from.filter(|from| date < *from) {
            gaps.push(AuthorizationGap::TooEarly((from - date).num_days()));
        }
        if let Some(to) = self.to.filter(|to| date > *to) {
            gaps.push(AuthorizationGap::TooLate((date - to).num_days()));
        }
        if units <= Decimal::ZERO {
            gaps.push(AuthorizationGap::NoUnits);
        }
        match self.left(procedure) {
            None if self.is_for_anything() => {}
            None => gaps.push(AuthorizationGap::OtherProcedure),
            Some(left) if units > left => gaps.push(AuthorizationGap::UnitsShort {
                needed: units,
                left,
            }),
            Some(_) => {}
        }
        if gaps.is_empty() { Ok(()) } else { Err(gaps) }
    }
}

checked! {
    /// An authorization whose counts hold: used units never exceed those
    /// granted, and no procedure is counted twice.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use rust_decimal::Decimal;
    /// use scrubjay_model::{
    ///     Authorization, AuthorizationGap, AuthorizationKind, AuthorizationRecord,
    ///     AuthorizationStatus, AuthorizedService,
    /// };
    ///
    /// let march = NaiveDate::from_ymd_opt(2026, 3, 1).ok_or("no such day")?;
    /// let mut authorization = Authorization::new(AuthorizationRecord {
    ///     patient: "P-7".parse()?,
    ///     payer: "60054".parse()?,
    ///     kind: AuthorizationKind::PriorAuthorization,
    ///     status: AuthorizationStatus::Approved,
    ///     number: Some("A123456".parse()?),
    ///     asked: None,
    ///     decided: None,
    ///     from: Some(march),
    ///     to: NaiveDate::from_ymd_opt(2026, 5, 31),
    ///     services: vec![AuthorizedService {
    ///         procedures: vec!["G0151".parse()?],
    ///         approved: Decimal::from(12),
    ///         used: Decimal::ZERO,
    ///     }],
    ///     way: None,
    ///     visits: Vec::new(),
    ///     uses: Vec::new(),
    ///     answer: None,
    /// })?;
    /// let visit = "G0151".parse()?;
    /// authorization.use_units(&visit, march, Decimal::from(10))?;
    /// let gaps = authorization.covers(&visit, march, Decimal::from(3));
    /// assert_eq!(
    ///     gaps,
    ///     Err(vec![AuthorizationGap::UnitsShort {
    ///         needed: Decimal::from(3),
    ///         left: Decimal::from(2),
    ///     }])
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Authorization(AuthorizationRecord) or AuthorizationError, in "AuthorizationRecord"
}

impl Authorization {
    /// What is still due: the payer's decision while there is none, and the
    /// last day of an approved authorization.
    #[must_use]
    pub fn deadlines(&self, urgency: Urgency) -> Vec<Deadline> {
        let decision = self
            .asked
            .filter(|_| self.decided.is_none())
            .map(|asked| Deadline::authorization_decision(asked, urgency));
        let expiry = self
            .to
            .filter(|_| self.status == AuthorizationStatus::Approved)
            .map(Deadline::authorization_expiry);
        decision.into_iter().chain(expiry).collect()
    }

    /// Uses up units for a service given. All of them or none.
    ///
    /// # Errors
    /// [`AuthorizationError::NotCovered`] with the first gap.
    pub fn use_units(
        &mut self,
        procedure: &ProcedureCode,
        date: NaiveDate,
        units: Decimal,
    ) -> Result<(), AuthorizationError> {
        if let Err(gaps) = self.0.covers(procedure, date, units) {
            let first = gaps.first().copied();
            return Err(AuthorizationError::NotCovered(
                first.unwrap_or(AuthorizationGap::OtherProcedure),
            ));
        }
        for service in &mut self.0.services {
            if service.procedures.contains(procedure) {
                service.used += units;
            }
        }
        Ok(())
    }

    /// Gives units back, of a service that was voided.
    ///
    /// # Errors
    /// [`AuthorizationError`] where the procedure is not authorized, or fewer
    /// units were used.
    pub fn give_back(
        &mut self,
        procedure: &ProcedureCode,
        units: Decimal,
    ) -> Result<(), AuthorizationError> {
        let mut services = self.0.services.iter_mut();
        let service = services
            .find(|service| service.procedures.contains(procedure))
            .ok_or(AuthorizationError::NotCovered(
                AuthorizationGap::OtherProcedure,
            ))?;
        let used = service.used;
        if units <= Decimal::ZERO || units > used {
            return Err(AuthorizationError::NotUsed { units, used });
        }
        service.used -= units;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
