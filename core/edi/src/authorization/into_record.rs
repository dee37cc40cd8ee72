//! What an authorization becomes by an answer, and the answer that makes one
//! of it.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{
    AuthorizationNumber, AuthorizationRecord, AuthorizationStatus, AuthorizedService, Carried,
    ProcedureCode, ReviewAnswer, ReviewOutcome,
};

use super::{AuthorizationRequest, AuthorizationResponse, Decision};

impl AuthorizationResponse {
    /// The answer to a request that leaves it with this record, for who plays
    /// the payer.
    #[must_use]
    pub fn to(request: &AuthorizationRequest, record: &AuthorizationRecord) -> Self {
        let answer = record.answer.clone().unwrap_or_default();
        let granted = record.status == AuthorizationStatus::Approved;
        let mut came = AuthorizationRequest {
            trace: None,
            carried: answer.carried,
            ..request.clone()
        };
        let shared = came.units.is_some();
        let mut services = Vec::new();
        for service in &mut came.services {
            let code = service.procedure.as_ref().and_then(|code| code.sound());
            let of = record
                .services
                .iter()
                .find(|of| code.is_some_and(|code| of.procedures.contains(code)));
            if shared {
                came.units = of.map(|of| of.approved).or(came.units);
            } else if let Some(of) = of {
                service.units = Some(of.approved);
            }
            let outcome = match of {
                None => Some(ReviewOutcome::NotCertified),
                Some(_) => granted.then_some(ReviewOutcome::Certified),
            };
            services.push(Decision {
                outcome: outcome.filter(|_| granted),
                ..Decision::default()
            });
        }
        let mut reasons = answer.reasons.into_iter();
        let decision = Decision {
            outcome: answer.outcome,
            number: record.number.clone(),
            reason: reasons.next(),
            reference: answer.reference,
            from: record.from.filter(|_| granted),
            to: record.to.filter(|_| granted),
            issued: record.decided,
        };
        for (service, reason) in services.iter_mut().zip(reasons) {
            service.reason = Some(reason);
        }
        Self {
            traces: request.trace.iter().cloned().collect(),
            request: came,
            decision,
            services,
            rejections: answer.rejections,
        }
    }

    /// What was decided of a service: its own outcome, or that of the whole.
    fn outcome_of(&self, service: usize) -> Option<ReviewOutcome> {
        let own = self.services.get(service).and_then(|of| of.outcome);
        own.or(self.decision.outcome)
    }

    /// What was decided of the whole: as the payer says or, where it speaks of
    /// services only, what they come to.
    #[must_use]
    pub fn outcome(&self) -> Option<ReviewOutcome> {
        if self.decision.outcome.is_some() {
            return self.decision.outcome;
        }
        let mut said = self.services.iter().filter_map(|of| of.outcome).peekable();
        let first = *said.peek()?;
        let all: Vec<ReviewOutcome> = said.collect();
        if all.iter().all(|outcome| *outcome == first) && all.len() == self.services.len() {
            return Some(first);
        }
        let any = |wanted: fn(&ReviewOutcome) -> bool| all.iter().any(wanted);
        if any(|outcome| outcome.grants()) {
            return Some(ReviewOutcome::Partial);
        }
        // While one is open, the whole is.
        [ReviewOutcome::Pended, ReviewOutcome::ContactPayer]
            .into_iter()
            .find(|open| all.contains(open))
            .or(Some(first))
    }

    /// What an authorization that was asked for becomes by this answer, which
    /// came on a day. Whether it holds together is checked when it becomes an
    /// [`Authorization`](scrubjay_model::Authorization): an approval without
    /// number, or fewer units than were used, is for a person.
    ///
    /// A request that was refused unread is wanted as before, and not asked: it
    /// has no clock until it is sent again.
    #[must_use]
    pub fn into_record(self, asked: &AuthorizationRecord, came: NaiveDate) -> AuthorizationRecord {
        let outcome = self.outcome();
        let mut record = asked.clone();
        let number = self.number();
        record.status = outcome.map_or(asked.status, ReviewOutcome::status);
        if outcome.is_none() && !self.rejections.is_empty() {
            record.status = AuthorizationStatus::Required;
            record.asked = None;
        }
        record.decided = match record.status {
            AuthorizationStatus::Required | AuthorizationStatus::Asked => None,
            _ => self.decision.issued.or(Some(came)),
        };
        if outcome.is_some_and(ReviewOutcome::grants) {
            record.services = self.granted(asked);
            let (from, to) = self.days();
            record.from = from.or(asked.from).or(self.request.days.map(|days| days.0));
            record.to = to.or(asked.to).or(self.request.days.map(|days| days.1));
        }
        let mut carried = self.request.carried.clone();
        carried.extend(self.other_numbers(number.as_ref()));
        record.number = number.or(record.number);
        let own = self.services.iter().filter_map(|of| of.reason.clone());
        let mut reasons: Vec<String> = Vec::new();
        for reason in self.decision.reason.iter().cloned().chain(own) {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        record.answer = Some(ReviewAnswer {
            outcome,
            reasons,
            reference: self.decision.reference,
            rejections: self.rejections,
            carried,
        });
        record
    }

    /// The payer's number: of the whole, else of the first service that has one.
    fn number(&self) -> Option<AuthorizationNumber> {
        let own = self.services.iter().find_map(|of| of.number.clone());
        self.decision.number.clone().or(own)
    }

    /// Services' own numbers, other than the one that stands for all.
    fn other_numbers(&self, number: Option<&AuthorizationNumber>) -> Vec<Carried> {
        (1..)
            .zip(&self.services)
            .filter_map(|(service, of)| {
                let own = of.number.as_ref().filter(|own| Some(*own) != number)?;
                Some(Carried {
                    at: format!("2000F[{service}].HCR"),
                    segments: vec![format!("HCR**{own}")],
                })
            })
            .collect()
    }

    /// The days that it is for: those of the whole, else those on which each
    /// service that was granted is.
    fn days(&self) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let granted = self.services.iter().enumerate().filter(|(service, _)| {
            let outcome = self.outcome_of(*service);
            outcome.is_some_and(ReviewOutcome::grants)
        });
        let granted: Vec<&Decision> = granted.map(|(_, of)| of).collect();
        let latest = granted.iter().filter_map(|of| of.from).max();
        let earliest = granted.iter().filter_map(|of| of.to).min();
        (self.decision.from.or(latest), self.decision.to.or(earliest))
    }

    /// The services granted, with their units: those of the answer, else those
    /// asked for. Units used so far stay.
    fn granted(&self, asked: &AuthorizationRecord) -> Vec<AuthorizedService> {
        if self.request.services.is_empty() {
            let mut services = asked.services.clone();
            if let ([only], Some(units)) = (&mut services[..], self.request.units) {
                only.approved = units;
            }
            return services;
        }
        let mut services: Vec<AuthorizedService> = Vec::new();
        for (at, came) in self.request.services.iter().enumerate() {
            let outcome = self.outcome_of(at);
            let code = came.procedure.as_ref().and_then(|code| code.sound());
            let (true, Some(code)) = (outcome.is_some_and(ReviewOutcome::grants), code) else {
                continue;
            };
            self.grant(asked, code, came.units, &mut services);
        }
        services
    }

    fn grant(
        &self,
        asked: &AuthorizationRecord,
        code: &ProcedureCode,
        units: Option<Decimal>,
        services: &mut Vec<AuthorizedService>,
    ) {
        let of = asked
            .services
            .iter()
            .find(|service| service.procedures.contains(code));
        // Codes that shared a count when asked for go on sharing it.
        let shared = of.filter(|of| of.procedures.len() > 1 && units.is_none());
        let sharing = shared.and_then(|of| {
            services.iter_mut().find(|service| {
                service
                    .procedures
                    .iter()
                    .any(|own| of.procedures.contains(own))
            })
        });
        if let Some(sharing) = sharing {
            if !sharing.procedures.contains(code) {
                sharing.procedures.push(code.clone());
            }
            return;
        }
        services.push(AuthorizedService {
            procedures: vec![code.clone()],
            approved: units
                .or(self.request.units)
                .or(of.map(|of| of.approved))
                .unwrap_or_default(),
            used: of.map(|of| of.used).unwrap_or_default(),
        });
    }
}
