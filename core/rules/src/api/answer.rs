//! What a payer answered about a patient's cover (271).

use std::sync::Arc;

use chrono::NaiveDate;
use rhai::{Dynamic, EvalAltResult, INT, ImmutableString};
use rust_decimal::Decimal;
use scrubjay_model::{
    Benefit, BenefitKind, BenefitLevel, BenefitNetwork, BenefitPeriod, BenefitQuery,
    CoverageAnswer, EligibilityRecord, MemberId, Name, OtherPayerKind, PayerProfile, Person,
    ServiceType,
};

use super::coverage::{PayerView, order_word, payer_of};
use super::date::Date;
use super::{Api, Kind, fault, list, maybe, maybe_date, maybe_money, payer, properties};
use crate::seen::Eye;

/// A payer's answer as scripts see it.
#[derive(Debug)]
pub(crate) struct AnswerView {
    record: EligibilityRecord,
    service_type: ServiceType,
    /// The day that it is held against.
    service_date: NaiveDate,
    today: NaiveDate,
    others: Vec<Arc<OtherPayerView>>,
}

/// Another payer that an answer names, as scripts see it.
#[derive(Debug)]
pub(crate) struct OtherPayerView {
    payer: PayerView,
    name: ImmutableString,
    order: Option<&'static str>,
    kind: &'static str,
    insurance_type: Option<ImmutableString>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

/// The type of service that stands for a plan as a whole.
fn whole_plan() -> Option<ServiceType> {
    "30".parse().ok()
}

impl AnswerView {
    /// An answer held against a day of service; `None` where there is none.
    pub(crate) fn of(
        record: Option<&EligibilityRecord>,
        service_type: Option<&ServiceType>,
        service_date: NaiveDate,
        payers: &[PayerProfile],
        eye: &mut Eye<'_>,
    ) -> Option<Arc<Self>> {
        let record = record?.clone();
        let others = record.other_payers.iter().map(|other| {
            let known = payer_of(other.payer.as_ref(), payers);
            Arc::new(OtherPayerView {
                payer: PayerView::of(known, None, eye.texts),
                name: other.name.last.as_str().into(),
                order: other.order.map(order_word),
                kind: match other.kind {
                    OtherPayerKind::Payer => "payer",
                    OtherPayerKind::ManagedCare => "managed_care",
                    OtherPayerKind::Prior => "prior",
                },
                insurance_type: other.insurance_type.as_deref().map(Into::into),
                from: other.from,
                to: other.to,
            })
        });
        Some(Arc::new(Self {
            others: others.collect(),
            service_type: service_type.cloned().or_else(whole_plan)?,
            service_date,
            today: eye.context.today(),
            record,
        }))
    }

    /// The one value that benefits in the network agree upon, for whichever
    /// person and time they are.
    fn agreed<T: Copy + PartialEq>(
        &self,
        kind: BenefitKind,
        service_type: &ServiceType,
        value: impl Fn(&Benefit) -> Option<T>,
    ) -> Option<T> {
        let mut found = Vec::new();
        for (_, level) in LEVELS {
            for (_, period) in PERIODS {
                let query = BenefitQuery {
                    kind,
                    service_type,
                    level,
                    period,
                    network: BenefitNetwork::In,
                };
                let said = self.record.benefits_for(query);
                found.extend(said.into_iter().filter_map(&value));
            }
        }
        let first = *found.first()?;
        found.iter().all(|one| *one == first).then_some(first)
    }
}

/// A payer's answer, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct AnswerRef(pub(crate) Arc<AnswerView>);

/// An answer that there may be, as scripts see it.
pub(crate) fn maybe_answer(answer: Option<&Arc<AnswerView>>) -> Dynamic {
    maybe(answer.map(|answer| AnswerRef(Arc::clone(answer))))
}

/// Another payer, in a script's hand.
#[derive(Debug, Clone)]
struct OtherPayerRef(Arc<OtherPayerView>);

/// Where the payer has the patient otherwise than we do, without saying how: no
/// pack needs a name to know that it differs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Differs {
    pub(crate) member: bool,
    pub(crate) name: bool,
    pub(crate) born: bool,
}

impl Differs {
    pub(crate) fn of(
        answer: Option<&EligibilityRecord>,
        patient: &Person,
        member: Option<&MemberId>,
    ) -> Self {
        let said = answer.and_then(|answer| answer.member.as_ref());
        let person = answer.and_then(|answer| answer.person.as_ref());
        let folded = |name: &Name| {
            let given = name.first.as_deref().unwrap_or_default();
            [name.last.as_str(), given].map(|part| part.trim().to_ascii_uppercase())
        };
        let name = person.map(|person| &person.name);
        let name = name.filter(|name| !name.last.trim().is_empty());
        let born = person.and_then(|person| person.born);
        Self {
            member: said.is_some() && said != member,
            name: name.is_some_and(|name| folded(name) != folded(&patient.name)),
            born: born.is_some() && born != patient.born,
        }
    }
}

/// Registers them, of a view that holds them as `differs`.
macro_rules! differs {
    ($api:ident, $on:expr, $of:ty) => {
        $crate::api::properties! { $api, $on, $of =>
            "member_differs" Kind::Bool, "Whether the payer gave back another member number than the one on file.",
                |it| it.differs.member;
            "name_differs" Kind::Bool, "Whether the payer has the patient under another first or last name.",
                |it| it.differs.name;
            "born_differs" Kind::Bool, "Whether the payer has another date of birth.",
                |it| it.differs.born;
        }
    };
}
pub(crate) use differs;

/// Whether there is cover, as scripts name it.
const fn cover_word(answer: CoverageAnswer) -> &'static str {
    match answer {
        CoverageAnswer::Active => "active",
        CoverageAnswer::Inactive => "inactive",
        CoverageAnswer::NonCovered => "non_covered",
        CoverageAnswer::Unclear => "unclear",
        CoverageAnswer::Rejected => "rejected",
    }
}

/// What benefits say, as scripts and tests name it.
pub(crate) const BENEFITS: [(&str, BenefitKind); 9] = [
    ("active", BenefitKind::Active),
    ("inactive", BenefitKind::Inactive),
    ("coinsurance", BenefitKind::CoInsurance),
    ("copay", BenefitKind::CoPayment),
    ("deductible", BenefitKind::Deductible),
    ("limitation", BenefitKind::Limitation),
    ("out_of_pocket", BenefitKind::OutOfPocket),
    ("non_covered", BenefitKind::NonCovered),
    ("other", BenefitKind::Other),
];

/// Whom an amount is for.
pub(crate) const LEVELS: [(&str, BenefitLevel); 3] = [
    ("individual", BenefitLevel::Individual),
    ("family", BenefitLevel::Family),
    ("any", BenefitLevel::Unstated),
];

/// For which time an amount is.
pub(crate) const PERIODS: [(&str, BenefitPeriod); 6] = [
    ("year", BenefitPeriod::Year),
    ("remaining", BenefitPeriod::Remaining),
    ("visit", BenefitPeriod::Visit),
    ("day", BenefitPeriod::Day),
    ("lifetime", BenefitPeriod::Lifetime),
    ("any", BenefitPeriod::Unstated),
];

/// For which network an amount is.
pub(crate) const NETWORKS: [(&str, BenefitNetwork); 3] = [
    ("in", BenefitNetwork::In),
    ("out", BenefitNetwork::Out),
    ("any", BenefitNetwork::Any),
];

type Asked<T> = Result<T, Box<EvalAltResult>>;

/// The value of a name.
pub(crate) fn named<T: Copy>(what: &str, name: &str, names: &[(&str, T)]) -> Asked<T> {
    let found = names.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let known: Vec<&str> = names.iter().map(|(known, _)| *known).collect();
        fault(format!("`{what}` is one of {}", known.join(", ")))
    })
}

fn words<T>(names: &[(&'static str, T)]) -> Vec<&'static str> {
    names.iter().map(|(name, _)| *name).collect()
}

fn service_type(text: &str) -> Asked<ServiceType> {
    text.parse()
        .map_err(|_| fault("a service type is one or two letters and digits, such as `98`"))
}

pub(crate) fn register(api: &mut Api<'_>) {
    api.engine
        .register_type_with_name::<AnswerRef>("answer about cover")
        .register_type_with_name::<OtherPayerRef>("other payer");
    answer(api);
    benefits(api);
    other_payer(api);
}

fn answer(api: &mut Api<'_>) {
    const ANSWER: Kind = Kind::Answer;
    properties! { api, ANSWER, AnswerRef =>
        "asked" Kind::Date, "Day of asking.", |it| Date(it.record.asked);
        "service" Kind::Date, "Day of service asked about.", |it| Date(it.record.service);
        "plan_from" Kind::Date, "First day of the plan.", |it| maybe_date(it.record.plan_from);
        "plan_to" Kind::Date, "Last day of the plan.", |it| maybe_date(it.record.plan_to);
        "cover" Kind::Text, "Cover for the type of service asked about, on the day of service: `active`, `inactive`, `non_covered`, `unclear` or `rejected`.",
            |it| ImmutableString::from(cover_word(it.record.coverage(&it.service_type, it.service_date)));
        "is_rejected" Kind::Bool, "Whether the payer refused the question.",
            |it| !it.record.rejections.is_empty();
        "rejections" Kind::List(&Kind::Text), "Reasons why it was refused (AAA03), such as `72`.",
            |it| list(it.record.rejections.iter().map(|one| one.reason.clone()));
        "other_payers" Kind::List(&Kind::OtherPayer), "Other payers that it names: another coverage, or the managed-care plan behind a Medicare or Medicaid card.",
            |it| it.others.iter().map(|other| Dynamic::from(OtherPayerRef(Arc::clone(other)))).collect::<rhai::Array>();
    }
    api.call(
        ANSWER,
        "is_stale",
        &[("days", Kind::Number)],
        Kind::Bool,
        "Whether it is too old to rely on for the day of service: by more than so many days, or from another month.",
        |answer: &mut AnswerRef, days: INT| -> Asked<bool> {
            let it = &answer.0;
            let days = u16::try_from(days).map_err(|_| fault("`days` is 0 to 65535"))?;
            Ok(it.record.is_stale(it.service_date, it.today, days))
        },
    )
    .call(
        ANSWER,
        "cover_of",
        &[("service_type", Kind::Text), ("day", Kind::Date)],
        Kind::Text,
        "Cover for a type of service (EB03) on a day, in the words of `cover`.",
        |answer: &mut AnswerRef, of: &str, day: Date| -> Asked<ImmutableString> {
            Ok(cover_word(answer.0.record.coverage(&service_type(of)?, day.0)).into())
        },
    )
    .call(
        ANSWER,
        "wants_authorization",
        &[("service_type", Kind::Text)],
        Kind::Bool,
        "Whether the payer wants an authorization for a type of service; missing where it does not say.",
        |answer: &mut AnswerRef, of: &str| -> Asked<Dynamic> {
            Ok(maybe(answer.0.record.wants_authorization(&service_type(of)?)))
        },
    );
}

fn benefits(api: &mut Api<'_>) {
    const ANSWER: Kind = Kind::Answer;
    const OF: (&str, Kind) = ("service_type", Kind::Text);
    api.call(
        ANSWER,
        "copay",
        &[OF],
        Kind::Number,
        "The patient's share in dollars for a type of service in the network; missing where the payer names none, or several that differ.",
        |answer: &mut AnswerRef, of: &str| -> Asked<Dynamic> {
            let said = answer.0.agreed(BenefitKind::CoPayment, &service_type(of)?, |benefit| benefit.amount);
            Ok(maybe_money(said))
        },
    )
    .call(
        ANSWER,
        "coinsurance",
        &[OF],
        Kind::Number,
        "The patient's share as a fraction, 0.2 for 20 percent, for a type of service in the network; missing as above.",
        |answer: &mut AnswerRef, of: &str| -> Asked<Dynamic> {
            let said: Option<Decimal> = answer.0.agreed(BenefitKind::CoInsurance, &service_type(of)?, |benefit| benefit.share);
            Ok(maybe(said))
        },
    )
    .call(
        ANSWER,
        "remaining",
        &[("benefit", Kind::Text), OF],
        Kind::Number,
        "What is left of the patient's own `deductible` or `out_of_pocket` limit in the network.",
        |answer: &mut AnswerRef, benefit: &str, of: &str| -> Asked<Dynamic> {
            let kind = named("benefit", benefit, &BENEFITS)?;
            Ok(maybe_money(answer.0.record.remaining(kind, &service_type(of)?)))
        },
    )
    .one_of("benefit", ["deductible", "out_of_pocket"])
    .call(
        ANSWER,
        "amount",
        &[("benefit", Kind::Text), OF, ("level", Kind::Text), ("period", Kind::Text), ("network", Kind::Text)],
        Kind::Number,
        "The one amount that the payer names for all of these: `amount(\"deductible\", \"30\", \"family\", \"year\", \"in\")`.",
        |answer: &mut AnswerRef, benefit: &str, of: &str, level: &str, period: &str, network: &str| -> Asked<Dynamic> {
            let service_type = service_type(of)?;
            let query = BenefitQuery {
                kind: named("benefit", benefit, &BENEFITS)?,
                service_type: &service_type,
                level: named("level", level, &LEVELS)?,
                period: named("period", period, &PERIODS)?,
                network: named("network", network, &NETWORKS)?,
            };
            Ok(maybe_money(answer.0.record.amount(query)))
        },
    )
    .one_of("benefit", words(&BENEFITS))
    .one_of("level", words(&LEVELS))
    .one_of("period", words(&PERIODS))
    .one_of("network", words(&NETWORKS));
}

fn other_payer(api: &mut Api<'_>) {
    payer!(api, Kind::OtherPayer, OtherPayerRef);
    properties! { api, Kind::OtherPayer, OtherPayerRef =>
        "name" Kind::Text, "Its name, as the answer has it.", |it| it.name.clone();
        "order" Kind::Text, "Its place in the order of payment, where given.",
            |it| super::maybe_word(it.order);
        "kind" Kind::Text, "What it is to the payer that answered: `payer`, another one; `managed_care`, which manages the care in its place; `prior`, one that covered the patient before.",
            |it| ImmutableString::from(it.kind);
        "insurance_type" Kind::Text, "Type of insurance (EB04), such as `HM` for an HMO.",
            |it| super::maybe_text(it.insurance_type.as_ref());
        "from" Kind::Date, "First day of its cover.", |it| maybe_date(it.from);
        "to" Kind::Date, "Last day of its cover.", |it| maybe_date(it.to);
    }
}
