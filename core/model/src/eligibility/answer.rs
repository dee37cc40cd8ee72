//! Reading an answer: is there cover, what does the patient pay, how old is it.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::{
    Benefit, BenefitKind, BenefitLevel, BenefitNetwork, BenefitPeriod, CoverageAnswer,
    EligibilityError, EligibilityRecord, OtherPayerKind,
};
use crate::{Money, ServiceType};

/// Which amount is looked for in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BenefitQuery<'a> {
    /// What it says.
    pub kind: BenefitKind,
    /// Type of service.
    pub service_type: &'a ServiceType,
    /// Whom it is for.
    pub level: BenefitLevel,
    /// For which time.
    pub period: BenefitPeriod,
    /// For which network.
    pub network: BenefitNetwork,
}

impl EligibilityRecord {
    pub(super) fn check(&self) -> Result<(), EligibilityError> {
        let silent = self.benefits.is_empty() && self.other_payers.is_empty();
        if silent && self.rejections.is_empty() {
            return Err(EligibilityError::Empty);
        }
        let dates = self.plan_from.zip(self.plan_to);
        if dates.is_some_and(|(from, to)| to < from) {
            return Err(EligibilityError::PlanDates);
        }
        let ends_early = |from: Option<NaiveDate>, to: Option<NaiveDate>| {
            from.zip(to).is_some_and(|(from, to)| to < from)
        };
        for (number, other) in (1..).zip(&self.other_payers) {
            if ends_early(other.from, other.to) {
                let what = "other payer";
                return Err(EligibilityError::Days { what, number });
            }
            if other.kind != OtherPayerKind::Payer && other.order.is_some() {
                return Err(EligibilityError::NotInOrder { number });
            }
        }
        for (benefit, said) in (1..).zip(&self.benefits) {
            if ends_early(said.from, said.to) {
                return Err(EligibilityError::Days {
                    what: "benefit",
                    number: benefit,
                });
            }
            if said.amount.is_some_and(Money::is_negative) {
                return Err(EligibilityError::Amount { benefit });
            }
            let whole = Decimal::ZERO..=Decimal::ONE;
            if said.share.is_some_and(|share| !whole.contains(&share)) {
                return Err(EligibilityError::Share { benefit });
            }
        }
        Ok(())
    }

    /// Benefits of one kind about a type of service: those that name it or,
    /// where none does, those about the plan as a whole (type 30, or no type).
    fn about<'a>(
        &'a self,
        of: impl Fn(BenefitKind) -> bool,
        service_type: &ServiceType,
    ) -> Vec<&'a Benefit> {
        let named: Vec<&Benefit> = self
            .benefits
            .iter()
            .filter(|benefit| of(benefit.kind))
            .collect();
        let exact: Vec<&Benefit> = named
            .iter()
            .copied()
            .filter(|benefit| benefit.service_types.contains(service_type))
            .collect();
        if !exact.is_empty() {
            return exact;
        }
        let of_plan = |benefit: &&Benefit| {
            let types = &benefit.service_types;
            types.is_empty() || types.iter().any(ServiceType::is_whole_plan)
        };
        named.into_iter().filter(of_plan).collect()
    }

    /// Whether there is cover for a type of service on a day.
    ///
    /// What the answer says of that very type goes before what it says of the
    /// plan as a whole; a day outside the plan's own dates has no cover, nor
    /// one outside the days of the benefit that says that cover is active.
    #[must_use]
    pub fn coverage(&self, service_type: &ServiceType, on: NaiveDate) -> CoverageAnswer {
        if self.benefits.is_empty() && !self.rejections.is_empty() {
            return CoverageAnswer::Rejected;
        }
        let before = self.plan_from.is_some_and(|from| on < from);
        let after = self.plan_to.is_some_and(|to| on > to);
        if before || after {
            return CoverageAnswer::Inactive;
        }
        let decides = |kind| {
            matches!(
                kind,
                BenefitKind::Active | BenefitKind::Inactive | BenefitKind::NonCovered
            )
        };
        let mut said = self.about(decides, service_type);
        let spoke = !said.is_empty();
        said.retain(|benefit| benefit.is_on(on));
        if spoke && said.is_empty() {
            return CoverageAnswer::Inactive;
        }
        let says = |kind| said.iter().any(|benefit| benefit.kind == kind);
        match (
            says(BenefitKind::Active),
            says(BenefitKind::Inactive),
            says(BenefitKind::NonCovered),
        ) {
            (true, false, false) => CoverageAnswer::Active,
            (false, true, false) => CoverageAnswer::Inactive,
            (false, false, true) => CoverageAnswer::NonCovered,
            _ => CoverageAnswer::Unclear,
        }
    }

    /// The benefits that answer a query, in the payer's order: there may be
    /// none, or several that differ in ways told in messages only.
    ///
    /// A benefit for any network answers for each; one without a stated level
    /// or time answers only a query without one.
    #[must_use]
    pub fn benefits_for(&self, query: BenefitQuery<'_>) -> Vec<&Benefit> {
        let mut found = self.about(|kind| kind == query.kind, query.service_type);
        found.retain(|benefit| {
            benefit.level == query.level
                && benefit.period == query.period
                && (benefit.network == query.network || benefit.network == BenefitNetwork::Any)
        });
        found
    }

    /// The one amount that answers a query, or `None` where the payer names
    /// none or several that differ.
    #[must_use]
    pub fn amount(&self, query: BenefitQuery<'_>) -> Option<Money> {
        let found = self.benefits_for(query);
        let mut amounts = found.iter().filter_map(|benefit| benefit.amount);
        let first = amounts.next()?;
        amounts.all(|amount| amount == first).then_some(first)
    }

    /// What is left of a deductible or out-of-pocket limit for this person in
    /// the network.
    #[must_use]
    pub fn remaining(&self, kind: BenefitKind, service_type: &ServiceType) -> Option<Money> {
        self.amount(BenefitQuery {
            kind,
            service_type,
            level: BenefitLevel::Individual,
            period: BenefitPeriod::Remaining,
            network: BenefitNetwork::In,
        })
    }

    /// Whether the payer wants an authorization for a type of service: `None`
    /// where it does not say, or says both.
    #[must_use]
    pub fn wants_authorization(&self, service_type: &ServiceType) -> Option<bool> {
        let said = self.about(|_| true, service_type);
        let mut answers = said.iter().filter_map(|benefit| benefit.authorization);
        let first = answers.next()?;
        answers.all(|answer| answer == first).then_some(first)
    }

    /// Whether it is too old to rely on for a service on that day.
    ///
    /// It ages until the service, or until today where that is still to come:
    /// by more than `max_age_days`, or into another month, since cover most
    /// often ends with one. An answer got on or after the day of service does
    /// not age; a payer that ends cover backwards is another matter.
    #[must_use]
    pub fn is_stale(&self, service: NaiveDate, today: NaiveDate, max_age_days: u16) -> bool {
        let until = today.min(service);
        let month = |day: NaiveDate| (day.year(), day.month());
        (until - self.asked).num_days() > i64::from(max_age_days)
            || month(self.asked) < month(until)
    }
}
