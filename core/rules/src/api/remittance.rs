//! A remitted claim, before it is posted.

use std::sync::{Arc, Mutex};

use rhai::{Dynamic, EvalAltResult, ImmutableString};
use rust_decimal::Decimal;

use super::claim::ClaimRef;
use super::{Api, Kind, frame, list, maybe, maybe_text};
use crate::codes::CodeKind;
use crate::frame::Frame;
use crate::view::ClaimView;

/// An adjustment as scripts see it, of the claim or of a line.
#[derive(Debug)]
pub(crate) struct AdjustmentView {
    pub(crate) group: ImmutableString,
    pub(crate) carc: ImmutableString,
    pub(crate) amount: Decimal,
}

/// A remitted claim as scripts see it.
#[derive(Debug)]
pub(crate) struct RemittanceView {
    pub(crate) status: ImmutableString,
    pub(crate) charge: Decimal,
    pub(crate) paid: Decimal,
    pub(crate) allowed: Option<Decimal>,
    pub(crate) expected: Option<Decimal>,
    pub(crate) patient_responsibility: Option<Decimal>,
    pub(crate) remarks: Vec<ImmutableString>,
    pub(crate) adjustments: Vec<AdjustmentView>,
    pub(crate) payer: Option<ImmutableString>,
    pub(crate) payer_line: Option<&'static str>,
    pub(crate) claim: Option<Arc<ClaimView>>,
}

/// A remitted claim, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct RemittanceRef(pub(crate) Arc<RemittanceView>);

pub(crate) fn register(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    const REMITTANCE: Kind = Kind::Remittance;
    const TEXT: Kind = Kind::Text;
    api.engine
        .register_type_with_name::<RemittanceRef>("remitted claim");
    api.get(
        REMITTANCE,
        "status",
        TEXT,
        "Claim status as sent (CLP02). A denial is not status 4: read the adjustments.",
        |remittance: &mut RemittanceRef| remittance.0.status.clone(),
    )
    .get(
        REMITTANCE,
        "charge",
        Kind::Number,
        "Charge (CLP03).",
        |remittance: &mut RemittanceRef| remittance.0.charge,
    )
    .get(
        REMITTANCE,
        "paid",
        Kind::Number,
        "Paid (CLP04).",
        |remittance: &mut RemittanceRef| remittance.0.paid,
    )
    .get(
        REMITTANCE,
        "allowed",
        Kind::Number,
        "Allowed amount over the lines, where every line states one.",
        |remittance: &mut RemittanceRef| maybe(remittance.0.allowed),
    )
    .get(
        REMITTANCE,
        "patient_responsibility",
        Kind::Number,
        "Patient responsibility as stated (CLP05).",
        |remittance: &mut RemittanceRef| maybe(remittance.0.patient_responsibility),
    )
    .get(
        REMITTANCE,
        "remarks",
        Kind::List(&Kind::Text),
        "Remark codes of the claim and its lines.",
        |remittance: &mut RemittanceRef| list(remittance.0.remarks.iter().cloned()),
    )
    .call(
        REMITTANCE,
        "has_remark",
        &[("remark", TEXT)],
        Kind::Bool,
        "Whether this remark code came with it.",
        |remittance: &mut RemittanceRef, remark: &str| {
            remittance.0.remarks.iter().any(|sent| sent == remark)
        },
    );
    let sets = Arc::clone(shared);
    api.call(
        REMITTANCE,
        "adjusted",
        &[("group", TEXT), ("carcs", TEXT)],
        Kind::Number,
        "Amount adjusted under a group code and these reason codes: `adjusted(\"CO\", \"45\")`, `adjusted(\"PR\", \"*\")`.",
        move |remittance: &mut RemittanceRef, group: &str, carcs: &str| -> Result<Decimal, Box<EvalAltResult>> {
            let all = carcs == "*";
            let set = if all { Arc::default() } else { frame(&sets).set(carcs, CodeKind::Plain)? };
            let taken = remittance.0.adjustments.iter().filter(|taken| taken.group == group);
            Ok(taken.filter(|taken| all || set.contains(&taken.carc)).map(|taken| taken.amount).sum())
        },
    )
    .get(REMITTANCE, "expected", Kind::Number, "What the contract says that the payer allows.", |remittance: &mut RemittanceRef| {
        maybe(remittance.0.expected)
    })
    .get(REMITTANCE, "payer", TEXT, "The payer's key.", |remittance: &mut RemittanceRef| maybe_text(remittance.0.payer.as_ref()))
    .get(REMITTANCE, "payer_line", TEXT, "The payer's line of business.", |remittance: &mut RemittanceRef| {
        maybe(remittance.0.payer_line.map(ImmutableString::from))
    })
    .get(REMITTANCE, "claim", Kind::Claim, "Our claim.", |remittance: &mut RemittanceRef| -> Dynamic {
        maybe(remittance.0.claim.as_ref().map(|claim| ClaimRef(Arc::clone(claim))))
    });
}
