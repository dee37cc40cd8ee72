//! What several subjects have beside them: coverages, a visit, answers,
//! authorizations.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_hooks::GoodFaithEstimate;
use scrubjay_model::{
    Authorization, AuthorizationKind, AuthorizationRecord, AuthorizationStatus, AuthorizedService,
    Benefit, BenefitKind, BenefitLevel, BenefitNetwork, BenefitPeriod, Coverage, CoverageOrder,
    EligibilityAnswer, EligibilityRecord, EligibilityRejection, Encounter, EncounterRecord,
    EncounterStatus, FollowUpAction, LineOfBusiness, MemberId, Name, OtherPayer, OtherPayerKind,
    PayerProfile, Relationship,
};
use serde::Deserialize;

use super::build::{EXAMPLE_NPI, person_of, profile};
use super::words::{Amount, Word, Words};
use super::{PersonSpec, Stated, stated};

/// The patient's key in every example.
pub(super) const PATIENT: &str = "EXAMPLE";

/// Why a part of an example cannot be.
pub(super) fn wrong(part: &str) -> impl Fn(&dyn std::fmt::Display) -> String {
    let part = part.to_owned();
    move |error| format!("`{part}`: {error}")
}

/// A text that must be a value of its kind.
pub(super) fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    part: &str,
    word: &str,
) -> Result<T, String> {
    word.parse().map_err(|error: T::Err| wrong(part)(&error))
}

/// Codes that must be sound.
pub(super) fn codes<T: std::str::FromStr<Err: std::fmt::Display>>(
    part: &str,
    words: &Words,
) -> Result<Vec<T>, String> {
    words.0.iter().map(|word| parsed(part, &word.0)).collect()
}

/// A payer that an example names beside the one that it goes to.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct OtherPayerSpec {
    name: Option<String>,
    payer: Option<String>,
    line: Option<LineOfBusiness>,
    order: Option<OrderSpec>,
    kind: Option<OtherPayerKind>,
    insurance_type: Option<Word>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

/// A place in the order of payment, as scripts name it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OrderSpec {
    Primary,
    Secondary,
    Tertiary,
    Later,
}

impl From<OrderSpec> for CoverageOrder {
    fn from(order: OrderSpec) -> Self {
        match order {
            OrderSpec::Primary => Self::Primary,
            OrderSpec::Secondary => Self::Secondary,
            OrderSpec::Tertiary => Self::Tertiary,
            OrderSpec::Later => Self::Later,
        }
    }
}

/// A coverage as a test writes it; the case's payer, where it names none.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CoverageSpec {
    payer: Option<String>,
    line: Option<LineOfBusiness>,
    state: Option<String>,
    order: Option<OrderSpec>,
    member: Option<Word>,
    relationship: Option<Relationship>,
    subscriber: Option<PersonSpec>,
    group_number: Option<Word>,
    plan_name: Option<String>,
    filing_indicator: Option<Word>,
    msp_type: Option<Word>,
}

/// Coverages in their order, with the payers that they name.
pub(super) fn coverages(
    specs: &[CoverageSpec],
    payer: &PayerProfile,
) -> Result<(Vec<Coverage>, Vec<PayerProfile>), String> {
    let orders = [
        CoverageOrder::Primary,
        CoverageOrder::Secondary,
        CoverageOrder::Tertiary,
    ];
    let mut payers = vec![payer.clone()];
    let mut found = Vec::new();
    for (at, spec) in specs.iter().enumerate() {
        let own = match &spec.payer {
            None => payer.clone(),
            Some(key) => profile(key, spec.line, spec.state.clone())?,
        };
        let usual = orders.get(at).copied().unwrap_or(CoverageOrder::Later);
        found.push(Coverage {
            order: spec.order.map_or(usual, CoverageOrder::from),
            payer: Some(own.id.clone()),
            payer_name: Name::organization(own.name.clone()),
            member: member(spec.member.as_ref())?,
            relationship: spec.relationship.unwrap_or(match spec.subscriber {
                Some(_) => Relationship::Child,
                None => Relationship::Own,
            }),
            subscriber: match &spec.subscriber {
                Some(subscriber) => Some(person_of(subscriber, "Subscriber")?),
                None => None,
            },
            group_number: spec.group_number.as_ref().map(|word| word.0.clone()),
            plan_name: spec.plan_name.clone(),
            filing_indicator: spec.filing_indicator.as_ref().map(|word| word.0.clone()),
            msp_type: spec.msp_type.as_ref().map(|word| word.0.clone()),
            paid: None,
        });
        if !payers.iter().any(|known| known.key == own.key) {
            payers.push(own);
        }
    }
    Ok((found, payers))
}

fn member(word: Option<&Word>) -> Result<Option<MemberId>, String> {
    word.map(|word| parsed("member", &word.0)).transpose()
}

/// A visit as a test writes it: booked a month before for today.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct VisitSpec {
    status: Option<EncounterStatus>,
    #[serde(deserialize_with = "stated")]
    booked: Stated<NaiveDate>,
    scheduled: Option<NaiveDate>,
    arrived: Option<NaiveDate>,
    closed: Option<NaiveDate>,
    place: Option<Word>,
}

impl VisitSpec {
    /// The visit, seen where `seen` says so and the test says nothing.
    pub(super) fn build(
        &self,
        today: NaiveDate,
        usual: EncounterStatus,
    ) -> Result<EncounterRecord, String> {
        let scheduled = self.scheduled.unwrap_or(today);
        let status = self.status.unwrap_or(usual);
        let came = matches!(status, EncounterStatus::Arrived | EncounterStatus::Closed);
        let closed = status == EncounterStatus::Closed;
        let month_before = scheduled.checked_sub_days(chrono::Days::new(30));
        let record = EncounterRecord {
            id: parsed("visit", "V-1")?,
            patient: parsed("visit", PATIENT)?,
            provider: parsed("visit", EXAMPLE_NPI)?,
            place: parsed(
                "place",
                self.place.as_ref().map_or("11", |place| place.0.as_str()),
            )?,
            status,
            booked: self.booked.unwrap_or(month_before),
            scheduled,
            arrived: self.arrived.or(came.then_some(scheduled)),
            closed: self.closed.or(closed.then_some(scheduled)),
            planned: Vec::new(),
            diagnoses: Vec::new(),
        };
        let visit = Encounter::new(record).map_err(|error| wrong("visit")(&error))?;
        Ok(visit.into_record())
    }
}

/// A payer's answer as a test writes it: active cover, asked today.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AnswerSpec {
    asked: Option<NaiveDate>,
    service: Option<NaiveDate>,
    member: Option<Word>,
    /// The patient as the payer has them.
    person: Option<PersonSpec>,
    plan_from: Option<NaiveDate>,
    plan_to: Option<NaiveDate>,
    cover: CoverSpec,
    benefits: Vec<BenefitSpec>,
    other_payers: Vec<OtherPayerSpec>,
    rejections: Words,
}

/// What an answer says of the plan as a whole.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CoverSpec {
    #[default]
    Active,
    Inactive,
    NonCovered,
    /// Nothing: only what `benefits` says.
    Unstated,
}

/// A benefit: what it says, and about what.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BenefitSpec {
    benefit: BenefitKind,
    #[serde(default)]
    service_types: Words,
    #[serde(default)]
    level: Option<BenefitLevel>,
    #[serde(default)]
    period: Option<BenefitPeriod>,
    #[serde(default)]
    network: Option<BenefitNetwork>,
    #[serde(default)]
    amount: Option<Amount>,
    #[serde(default)]
    share: Option<Amount>,
    #[serde(default)]
    authorization: Option<bool>,
}

impl BenefitSpec {
    fn build(&self) -> Result<Benefit, String> {
        Ok(Benefit {
            kind: self.benefit,
            service_types: codes("service_types", &self.service_types)?,
            level: self.level.unwrap_or(BenefitLevel::Individual),
            period: self.period.unwrap_or(BenefitPeriod::Unstated),
            network: self.network.unwrap_or(BenefitNetwork::Any),
            insurance_type: None,
            plan: None,
            from: None,
            to: None,
            amount: self.amount.map(Amount::money).transpose()?,
            share: self.share.map(|share| share.0),
            authorization: self.authorization,
        })
    }
}

impl AnswerSpec {
    /// The answer, with the payers that it names.
    pub(super) fn build(
        &self,
        today: NaiveDate,
        service: NaiveDate,
        payer: &PayerProfile,
    ) -> Result<(EligibilityRecord, Vec<PayerProfile>), String> {
        let refused = !self.rejections.0.is_empty();
        let said = match self.cover {
            _ if refused => None,
            CoverSpec::Active => Some(BenefitKind::Active),
            CoverSpec::Inactive => Some(BenefitKind::Inactive),
            CoverSpec::NonCovered => Some(BenefitKind::NonCovered),
            CoverSpec::Unstated => None,
        };
        let own = self.benefits.iter().map(BenefitSpec::build);
        let benefits = said.map(Benefit::of).into_iter().map(Ok).chain(own);
        let mut payers = Vec::new();
        let mut other_payers = Vec::new();
        for spec in &self.other_payers {
            let known = match &spec.payer {
                Some(key) => Some(profile(key, spec.line, None)?),
                None => None,
            };
            let name = spec.name.clone();
            let name = name.or_else(|| known.as_ref().map(|payer| payer.name.clone()));
            other_payers.push(OtherPayer {
                name: Name::organization(name.unwrap_or_else(|| "Another Payer".to_owned())),
                payer: known.as_ref().map(|payer| payer.id.clone()),
                order: spec.order.map(CoverageOrder::from),
                kind: spec.kind.unwrap_or_default(),
                insurance_type: spec.insurance_type.as_ref().map(|word| word.0.clone()),
                plan: None,
                member: None,
                from: spec.from,
                to: spec.to,
            });
            payers.extend(known);
        }
        let rejections = self.rejections.0.iter().map(|reason| EligibilityRejection {
            at: "2100C".to_owned(),
            reason: reason.0.clone(),
            action: FollowUpAction::Correct,
        });
        let record = EligibilityRecord {
            patient: parsed("answer", PATIENT)?,
            payer: payer.id.clone(),
            member: member(self.member.as_ref())?,
            person: match &self.person {
                Some(person) => Some(person_of(person, "Example")?),
                None => None,
            },
            asked: self.asked.unwrap_or(today),
            service: self.service.unwrap_or(service),
            plan_from: self.plan_from,
            plan_to: self.plan_to,
            benefits: benefits.collect::<Result<_, _>>()?,
            other_payers,
            rejections: rejections.collect(),
            carried: Vec::new(),
        };
        let answer = EligibilityAnswer::new(record).map_err(|error| wrong("answer")(&error))?;
        Ok((answer.into_record(), payers))
    }
}

/// An authorization as a test writes it: approved for a year around today.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AuthorizationSpec {
    status: Option<AuthorizationStatus>,
    number: Option<Word>,
    asked: Option<NaiveDate>,
    decided: Option<NaiveDate>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    procedures: Words,
    units: Option<Amount>,
    used: Option<Amount>,
}

impl AuthorizationSpec {
    pub(super) fn build(
        &self,
        today: NaiveDate,
        payer: &PayerProfile,
    ) -> Result<Authorization, String> {
        let status = self.status.unwrap_or(AuthorizationStatus::Approved);
        let approved = status == AuthorizationStatus::Approved;
        let half_a_year = chrono::Days::new(182);
        let number = match (&self.number, approved) {
            (Some(number), _) => Some(number.0.as_str()),
            (None, true) => Some("A1"),
            (None, false) => None,
        };
        let usual_from = today.checked_sub_days(half_a_year).filter(|_| approved);
        let usual_to = today.checked_add_days(half_a_year).filter(|_| approved);
        let services = (!self.procedures.0.is_empty()).then(|| {
            Ok::<_, String>(AuthorizedService {
                procedures: codes("procedures", &self.procedures)?,
                approved: self.units.map_or(Decimal::TEN, |units| units.0),
                used: self.used.map_or(Decimal::ZERO, |used| used.0),
            })
        });
        let record = AuthorizationRecord {
            patient: parsed("authorizations", PATIENT)?,
            payer: payer.id.clone(),
            kind: AuthorizationKind::PriorAuthorization,
            status,
            number: number.map(|number| parsed("number", number)).transpose()?,
            asked: self.asked,
            decided: self.decided,
            from: self.from.or(usual_from),
            to: self.to.or(usual_to),
            services: services.transpose()?.into_iter().collect(),
            way: None,
            visits: Vec::new(),
            uses: Vec::new(),
            answer: None,
        };
        Authorization::new(record).map_err(|error| wrong("authorizations")(&error))
    }
}

/// A good-faith estimate as a test writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EstimateSpec {
    given: NaiveDate,
    expected: Amount,
    #[serde(default)]
    billed: Option<Amount>,
}

impl EstimateSpec {
    pub(super) fn build(&self) -> Result<GoodFaithEstimate, String> {
        Ok(GoodFaithEstimate {
            given: self.given,
            expected: self.expected.money()?,
            billed: self
                .billed
                .map(Amount::money)
                .transpose()?
                .unwrap_or_default(),
        })
    }
}
