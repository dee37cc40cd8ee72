//! Whom a subject goes to, and the coverages that are on file.

use std::sync::{Arc, Mutex};

use rhai::{Dynamic, EvalAltResult, ImmutableString};
use rust_decimal::Decimal;
use scrubjay_model::{
    Coverage, CoverageOrder, LineOfBusiness, Money, PayerId, PayerProfile, Relationship,
};

use super::party::PersonRef;
use super::{Api, Kind, Need, frame, maybe, maybe_text, payer, properties};
use crate::frame::Frame;
use crate::intern::Interner;
use crate::view::{PersonView, person};

/// A payer as scripts see it.
#[derive(Debug, Default)]
pub(crate) struct PayerView {
    pub(crate) key: Option<ImmutableString>,
    pub(crate) line: Option<&'static str>,
    pub(crate) state: Option<ImmutableString>,
}

impl PayerView {
    /// A payer that the practice knows; of another one the line of business at
    /// most.
    pub(crate) fn of(
        payer: Option<&PayerProfile>,
        line: Option<LineOfBusiness>,
        texts: &mut Interner,
    ) -> Self {
        let line = payer.map(|payer| payer.line).or(line);
        Self {
            key: texts.maybe(payer.map(|payer| payer.key.as_str())),
            line: line.map(LineOfBusiness::as_str),
            state: texts.maybe(payer.and_then(|payer| payer.state.as_deref())),
        }
    }
}

/// The payer of an id, where the practice knows it.
pub(crate) fn payer_of<'p>(
    id: Option<&PayerId>,
    payers: &'p [PayerProfile],
) -> Option<&'p PayerProfile> {
    let id = id?;
    let also = |payer: &&PayerProfile| {
        payer.id == *id || payer.also.iter().any(|other| other == id.as_str())
    };
    payers.iter().find(also)
}

/// What a coverage says of its payer's business (SBR09).
pub(crate) fn line_of(coverage: &Coverage) -> Option<LineOfBusiness> {
    let indicator = coverage.filing_indicator.as_deref()?;
    Some(LineOfBusiness::from_filing_indicator(indicator))
}

/// A place in the order of payment, as scripts name it.
pub(crate) const fn order_word(order: CoverageOrder) -> &'static str {
    match order {
        CoverageOrder::Primary => "primary",
        CoverageOrder::Secondary => "secondary",
        CoverageOrder::Tertiary => "tertiary",
        CoverageOrder::Later => "later",
    }
}

/// How a patient stands to a subscriber, as scripts name it.
pub(crate) const fn relationship_word(relationship: Relationship) -> &'static str {
    match relationship {
        Relationship::Own => "own",
        Relationship::Spouse => "spouse",
        Relationship::Child => "child",
        Relationship::Other => "other",
    }
}

/// A coverage as scripts see it.
#[derive(Debug)]
pub(crate) struct CoverageView {
    pub(crate) payer: PayerView,
    order: &'static str,
    relationship: &'static str,
    member: Option<ImmutableString>,
    subscriber: Arc<PersonView>,
    patient_is_subscriber: bool,
    group_number: Option<ImmutableString>,
    plan_name: Option<ImmutableString>,
    filing_indicator: Option<ImmutableString>,
    msp_type: Option<ImmutableString>,
    paid: Option<Decimal>,
}

/// A value that was sent empty is missing.
fn sent(text: Option<&str>) -> Option<ImmutableString> {
    text.filter(|text| !text.trim().is_empty()).map(Into::into)
}

impl CoverageView {
    pub(crate) fn of(
        coverage: &Coverage,
        patient: &Arc<PersonView>,
        payers: &[PayerProfile],
        texts: &mut Interner,
    ) -> Arc<Self> {
        let payer = payer_of(coverage.payer.as_ref(), payers);
        let subscriber = coverage.subscriber.as_ref();
        Arc::new(Self {
            payer: PayerView::of(payer, line_of(coverage), texts),
            order: order_word(coverage.order),
            relationship: relationship_word(coverage.relationship),
            member: sent(coverage.member.as_ref().map(|member| member.as_str())),
            patient_is_subscriber: subscriber.is_none(),
            subscriber: subscriber.map_or_else(
                || Arc::clone(patient),
                |subscriber| Arc::new(person(subscriber, patient.age_on, texts)),
            ),
            group_number: sent(coverage.group_number.as_deref()),
            plan_name: sent(coverage.plan_name.as_deref()),
            filing_indicator: sent(coverage.filing_indicator.as_deref()),
            msp_type: sent(coverage.msp_type.as_deref()),
            paid: coverage
                .paid
                .as_ref()
                .map(|paid| Money::to_decimal(paid.paid)),
        })
    }
}

/// A coverage, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct CoverageRef(pub(crate) Arc<CoverageView>);

/// Coverages as a list for scripts.
pub(crate) fn coverages(views: &[Arc<CoverageView>]) -> rhai::Array {
    let list = views.iter().map(|view| CoverageRef(Arc::clone(view)));
    list.map(Dynamic::from).collect()
}

pub(crate) fn register(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    const COVERAGE: Kind = Kind::Coverage;
    const TEXT: Kind = Kind::Text;
    const BOOL: Kind = Kind::Bool;
    api.engine
        .register_type_with_name::<CoverageRef>("coverage");
    payer!(api, COVERAGE, CoverageRef);
    properties! { api, COVERAGE, CoverageRef =>
        "order" TEXT, "Its place in the order of payment: `primary`, `secondary`, `tertiary` or `later`.",
            |it| ImmutableString::from(it.order);
        "relationship" TEXT, "How the patient stands to the subscriber: `own`, `spouse`, `child` or `other`.",
            |it| ImmutableString::from(it.relationship);
        "subscriber" Kind::Person, "The subscriber: the patient, where the patient is the subscriber.",
            |it| PersonRef(Arc::clone(&it.subscriber));
        "patient_is_subscriber" BOOL, "Whether the patient is the subscriber.",
            |it| it.patient_is_subscriber;
        "has_member" BOOL, "Whether a member number is on file.", |it| it.member.is_some();
        "has_group_number" BOOL, "Whether a group or policy number is on file.",
            |it| it.group_number.is_some();
        "plan_name" TEXT, "Name of the plan.", |it| maybe_text(it.plan_name.as_ref());
        "filing_indicator" TEXT, "Claim filing indicator (SBR09), such as `MB` or `CI`.",
            |it| maybe_text(it.filing_indicator.as_ref());
        "msp_type" TEXT, "Reason why Medicare is secondary (SBR05), such as `12`.",
            |it| maybe_text(it.msp_type.as_ref());
        "paid" Kind::Number, "What this payer has paid on the claim already.",
            |it| maybe(it.paid);
    }
    type Read = Result<Dynamic, Box<EvalAltResult>>;
    let declared = Arc::clone(shared);
    api.get(
        COVERAGE,
        "member",
        TEXT,
        "Member number with the payer.",
        move |coverage: &mut CoverageRef| -> Read {
            frame(&declared).must_need(Need::Member)?;
            Ok(maybe_text(coverage.0.member.as_ref()))
        },
    )
    .needs(Need::Member);
    let declared = Arc::clone(shared);
    api.get(
        COVERAGE,
        "group_number",
        TEXT,
        "Group or policy number.",
        move |coverage: &mut CoverageRef| -> Read {
            frame(&declared).must_need(Need::Member)?;
            Ok(maybe_text(coverage.0.group_number.as_ref()))
        },
    )
    .needs(Need::Member);
}
