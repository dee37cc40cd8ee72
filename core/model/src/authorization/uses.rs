//! What claims use up of an authorization, each claim counted once.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Authorization, AuthorizationError, AuthorizationRecord};
use crate::{ClaimId, ProcedureCode};

/// What one claim uses of one procedure, from its sending until it is
/// rejected, replaced or voided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationUse {
    /// Claim.
    pub claim: ClaimId,
    /// Procedure.
    pub procedure: ProcedureCode,
    /// Units on the claim, above zero.
    pub units: Decimal,
    /// As many of them as were left, which count as used.
    pub counted: Decimal,
}

impl AuthorizationRecord {
    pub(super) fn check_uses(&self) -> Result<(), AuthorizationError> {
        let mut free: Vec<Decimal> = self.services.iter().map(|of| of.used).collect();
        for (number, of) in (1..).zip(&self.uses) {
            let wrong = AuthorizationError::Use { number };
            let mut services = self.services.iter();
            let at = services
                .position(|service| service.procedures.contains(&of.procedure))
                .ok_or(wrong)?;
            // INVARIANT: what claims use of a service is part of what is used of it.
            let counts = of.units > Decimal::ZERO
                && of.counted >= Decimal::ZERO
                && of.counted <= of.units
                && of.counted <= free[at];
            if !counts {
                return Err(wrong);
            }
            free[at] -= of.counted;
        }
        Ok(())
    }
}

impl Authorization {
    /// Counts what a claim uses, in place of all that it used before: a claim
    /// that is sent twice is counted once, and one without services gives back
    /// what it had. Procedures that are not authorized are passed over.
    ///
    /// Returns the units of this claim for which none were left. They are
    /// remembered, and count as soon as others give theirs back.
    ///
    /// ```
    /// # use chrono::NaiveDate;
    /// # use rust_decimal::Decimal;
    /// # use scrubjay_model::{Authorization, ProcedureCode};
    /// # fn sent(mut authorization: Authorization) -> Result<(), Box<dyn std::error::Error>> {
    /// let visits: ProcedureCode = "G0151".parse()?;
    /// let over = authorization.count(&"K-17".parse()?, &[(visits, Decimal::from(4))]);
    /// if over > Decimal::ZERO {
    ///     println!("{over} units are not authorized");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn count(&mut self, claim: &ClaimId, services: &[(ProcedureCode, Decimal)]) -> Decimal {
        let record = &mut self.0;
        let elsewhere = used_elsewhere(record);
        record.uses.retain(|of| of.claim != *claim);
        let own = record.uses.len();
        for (procedure, units) in services {
            if *units <= Decimal::ZERO || record.service(procedure).is_none() {
                continue;
            }
            let mut uses = record.uses[own..].iter_mut();
            match uses.find(|of| of.procedure == *procedure) {
                Some(of) => of.units = of.units.saturating_add(*units),
                None => record.uses.push(AuthorizationUse {
                    claim: claim.clone(),
                    procedure: procedure.clone(),
                    units: *units,
                    counted: Decimal::ZERO,
                }),
            }
        }
        for (service, elsewhere) in record.services.iter_mut().zip(elsewhere) {
            service.used = elsewhere;
            for of in &mut record.uses {
                if service.procedures.contains(&of.procedure) {
                    of.counted = of.units.min(service.left());
                    service.used += of.counted;
                }
            }
        }
        let short = |of: &AuthorizationUse| of.units - of.counted;
        record.uses[own..].iter().map(short).sum()
    }
}

/// What is used of each service by other than the claims that are known.
fn used_elsewhere(record: &AuthorizationRecord) -> Vec<Decimal> {
    let by_claims = |service: &super::AuthorizedService| -> Decimal {
        let uses = record.uses.iter();
        uses.filter(|of| service.procedures.contains(&of.procedure))
            .map(|of| of.counted)
            .sum()
    };
    let services = record.services.iter();
    services
        .map(|service| service.used - by_claims(service))
        .collect()
}
