//! The patient's share of each service by a payer's answer, step by step and
//! to the cent.
//!
//! Plans differ in ways that an answer does not tell. What is taken here: a
//! copayment stands in for deductible and coinsurance unless the answer names
//! a coinsurance above zero for the same type of service; types of service that
//! name the same amounts share one deductible and one limit; of an
//! individual's and a family's amount the smaller one is left to pay; a service
//! of no named type is of the first of which the answer tells something.

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};
use scrubjay_model::{
    Benefit, BenefitKind, BenefitLevel, BenefitNetwork, BenefitPeriod, BenefitQuery,
    CoverageAnswer, EligibilityRecord, EstimateLine, EstimateStep, EstimateStepKind, Money,
    ServiceType,
};

use super::EstimateService;

/// What the services come to, and what the answer leaves open.
#[derive(Debug, Default)]
pub(super) struct Reckoned {
    pub(super) lines: Vec<EstimateLine>,
    pub(super) remarks: Vec<String>,
}

/// The type of service that stands for a plan as a whole.
pub(super) fn whole_plan() -> ServiceType {
    "30".parse().expect("30 is a service type")
}

/// What a payer told, and for when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) answer: &'a EligibilityRecord,
    /// The types of service that it was asked about.
    pub(super) asked_types: &'a [ServiceType],
    pub(super) day: NaiveDate,
    pub(super) network: BenefitNetwork,
}

/// The patient's share of services that are given together.
pub(super) fn shares(told: Told<'_>, services: &[EstimateService]) -> Reckoned {
    let Told {
        answer,
        asked_types,
        day,
        network,
    } = told;
    let office_visit = "98".parse().expect("98 is a service type");
    let mut types: Vec<ServiceType> = asked_types.to_vec();
    types.retain(|of| !of.is_whole_plan());
    types.push(office_visit);
    let mut reckoning = Reckoning {
        answer,
        types,
        day,
        network,
        copays: Vec::new(),
        deductibles: Vec::new(),
        limits: Vec::new(),
        remarks: Vec::new(),
    };
    let lines = services.iter().map(|service| reckoning.line(service));
    let lines = lines.collect();
    Reckoned {
        lines,
        remarks: reckoning.remarks,
    }
}

/// An amount that is used up service by service; known by what it began with.
#[derive(Debug)]
struct Pool {
    began: Money,
    left: Money,
}

struct Reckoning<'a> {
    answer: &'a EligibilityRecord,
    /// Under which services of no named type are looked for, first to last.
    types: Vec<ServiceType>,
    day: NaiveDate,
    network: BenefitNetwork,
    /// Copayments of the visit that are begun, by type of service.
    copays: Vec<(ServiceType, Money)>,
    deductibles: Vec<Pool>,
    limits: Vec<Pool>,
    remarks: Vec<String>,
}

impl Reckoning<'_> {
    fn line(&mut self, service: &EstimateService) -> EstimateLine {
        let of = match &service.service_type {
            Some(named) => named.clone(),
            None => self.type_told_of(),
        };
        let mut steps = Vec::new();
        // Nobody is billed more than the charge, whatever would be allowed.
        let allowed = service.allowed.unwrap_or(service.charge);
        let mut expected = allowed.min(service.charge);
        match self.answer.coverage(&of, self.day) {
            CoverageAnswer::NonCovered => {
                // No contract limits what the plan has no part in.
                expected = service.charge;
                steps.push(step(EstimateStepKind::NotCovered, expected, None, expected));
            }
            cover => {
                if cover == CoverageAnswer::Unclear {
                    self.remark(format!(
                        "the answer does not say whether type {of} is covered: it is taken to be"
                    ));
                }
                if service.allowed.is_none() {
                    self.remark(
                        "what the payer allows is not known: shares are reckoned on charges"
                            .to_owned(),
                    );
                }
                self.covered(expected, &of, &mut steps);
            }
        }
        let share = steps.iter().map(|step| step.share).sum();
        EstimateLine {
            words: service.words.clone(),
            procedure: service.procedure.clone(),
            units: service.units,
            expected,
            share,
            steps,
        }
    }

    /// The first type of service of which the answer tells what it costs.
    fn type_told_of(&mut self) -> ServiceType {
        use BenefitKind::{CoInsurance, CoPayment, Deductible, NonCovered, OutOfPocket};
        let tells = |of: &&ServiceType| {
            self.answer.benefits.iter().any(|benefit| {
                let kinds = [CoPayment, CoInsurance, Deductible, OutOfPocket, NonCovered];
                let network = benefit.network;
                kinds.contains(&benefit.kind)
                    && benefit.service_types.contains(of)
                    && (network == self.network || network == BenefitNetwork::Any)
                    && benefit.is_on(self.day)
            })
        };
        let of = self.types.iter().find(tells).cloned();
        let of = of.unwrap_or_else(whole_plan);
        self.remark(format!(
            "no type of service was named: what the answer tells of type {of} is taken"
        ));
        of
    }

    fn covered(&mut self, expected: Money, of: &ServiceType, steps: &mut Vec<EstimateStep>) {
        let mut rest = expected;
        let copay = self.copay(of);
        if let Some(left) = copay {
            let share = left.min(rest);
            steps.push(step(EstimateStepKind::CoPayment, rest, Some(left), share));
            self.copays
                .iter_mut()
                .filter(|(begun, _)| begun == of)
                .for_each(|(_, left)| *left -= share);
            rest -= share;
        }
        let rate = self.rate(of);
        if copay.is_none() || rate.is_some_and(|rate| rate > Decimal::ZERO) {
            self.after_copay(rest, of, rate, copay.is_some(), steps);
        }
        self.limit(of, steps);
    }

    fn after_copay(
        &mut self,
        mut rest: Money,
        of: &ServiceType,
        rate: Option<Decimal>,
        has_copay: bool,
        steps: &mut Vec<EstimateStep>,
    ) {
        let deductible = self.left(BenefitKind::Deductible, of);
        if let Some(began) = deductible {
            let pool = pool(&mut self.deductibles, began);
            let share = pool.left.min(rest);
            steps.push(step(
                EstimateStepKind::Deductible,
                rest,
                Some(pool.left),
                share,
            ));
            pool.left -= share;
            rest -= share;
        }
        match rate {
            Some(rate) => steps.push(EstimateStep {
                kind: EstimateStepKind::CoInsurance,
                of: rest,
                rate: Some(rate),
                left: None,
                share: part(rest, rate),
            }),
            None if rest.is_positive() && !has_copay => self.remark(format!(
                "the answer names no coinsurance for type {of}: the plan is taken to pay the rest"
            )),
            None => {}
        }
    }

    /// Takes off what is beyond the most that the patient pays.
    fn limit(&mut self, of: &ServiceType, steps: &mut Vec<EstimateStep>) {
        let Some(began) = self.left(BenefitKind::OutOfPocket, of) else {
            return;
        };
        let share: Money = steps.iter().map(|step| step.share).sum();
        let pool = pool(&mut self.limits, began);
        let (left, owed) = (pool.left, share.min(pool.left));
        pool.left -= owed;
        if owed < share {
            steps.push(step(
                EstimateStepKind::OutOfPocket,
                share,
                Some(left),
                owed - share,
            ));
        }
    }

    /// What is left of a visit's copayment.
    fn copay(&mut self, of: &ServiceType) -> Option<Money> {
        if let Some((_, left)) = self.copays.iter().find(|(begun, _)| begun == of) {
            return Some(*left);
        }
        use BenefitPeriod::{Day, Unstated, Visit};
        let amount = self.first(BenefitKind::CoPayment, of, &[Visit, Unstated, Day], PERSON)?;
        self.copays.push((of.clone(), amount));
        Some(amount)
    }

    /// What is left of a deductible or limit: the smaller one of the person's
    /// and the family's.
    fn left(&mut self, kind: BenefitKind, of: &ServiceType) -> Option<Money> {
        let remaining = &[BenefitPeriod::Remaining];
        let person = self.first(kind, of, remaining, PERSON);
        let family = self.first(kind, of, remaining, FAMILY);
        if let Some(left) = smaller(person, family) {
            return Some(left);
        }
        let year = &[BenefitPeriod::Year, BenefitPeriod::Unstated];
        let person = self.first(kind, of, year, PERSON);
        let family = self.first(kind, of, year, FAMILY);
        let whole = smaller(person, family)?;
        let what = match kind {
            BenefitKind::Deductible => "the deductible",
            _ => "the most that the patient pays",
        };
        self.remark(format!(
            "the answer does not say what is left of {what}: all of {whole} is taken to be"
        ));
        Some(whole)
    }

    /// The patient's percentage.
    fn rate(&mut self, of: &ServiceType) -> Option<Decimal> {
        use BenefitPeriod::{Day, Lifetime, Remaining, Unstated, Visit, Year};
        let periods = [Unstated, Visit, Day, Year, Remaining, Lifetime];
        self.benefit(BenefitKind::CoInsurance, of, &periods, PERSON, |benefit| {
            benefit.share
        })
    }

    fn first(
        &mut self,
        kind: BenefitKind,
        of: &ServiceType,
        periods: &[BenefitPeriod],
        levels: &[BenefitLevel],
    ) -> Option<Money> {
        self.benefit(kind, of, periods, levels, |benefit| benefit.amount)
    }

    /// What the answer says of a kind of benefit, of the first period and level
    /// for which it does; the highest where it says several, as a patient is
    /// rather told too much than too little.
    fn benefit<T: Copy + Ord>(
        &mut self,
        kind: BenefitKind,
        of: &ServiceType,
        periods: &[BenefitPeriod],
        levels: &[BenefitLevel],
        said: impl Fn(&Benefit) -> Option<T>,
    ) -> Option<T> {
        for (period, level) in periods
            .iter()
            .flat_map(|period| levels.iter().map(move |level| (*period, *level)))
        {
            let query = BenefitQuery {
                kind,
                service_type: of,
                level,
                period,
                network: self.network,
            };
            let found = self.answer.benefits_for(query);
            let on_the_day = found.into_iter().filter(|benefit| benefit.is_on(self.day));
            let values: Vec<T> = on_the_day.filter_map(&said).collect();
            let Some(highest) = values.iter().max().copied() else {
                continue;
            };
            if values.iter().any(|value| *value != highest) {
                self.remark(format!(
                    "the answer names several amounts of one kind for type {of}: the highest is taken"
                ));
            }
            return Some(highest);
        }
        None
    }

    fn remark(&mut self, remark: String) {
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}

const PERSON: &[BenefitLevel] = &[BenefitLevel::Individual, BenefitLevel::Unstated];
const FAMILY: &[BenefitLevel] = &[BenefitLevel::Family];

fn smaller(one: Option<Money>, other: Option<Money>) -> Option<Money> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn pool(pools: &mut Vec<Pool>, began: Money) -> &mut Pool {
    let at = pools.iter().position(|pool| pool.began == began);
    let at = at.unwrap_or_else(|| {
        pools.push(Pool { began, left: began });
        pools.len() - 1
    });
    &mut pools[at]
}

const fn step(
    kind: EstimateStepKind,
    of: Money,
    left: Option<Money>,
    share: Money,
) -> EstimateStep {
    EstimateStep {
        kind,
        of,
        rate: None,
        left,
        share,
    }
}

/// A part of an amount, to the cent, half a cent up.
fn part(of: Money, rate: Decimal) -> Money {
    let exact = of.to_decimal() * rate;
    let cents = exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    // A rate is at most one, so the part is an amount as its whole is.
    Money::try_from(cents).unwrap_or(of)
}
