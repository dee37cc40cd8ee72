//! A denial: what a payer refused, and why.

use std::sync::Arc;

use rhai::{Dynamic, INT, ImmutableString};
use rust_decimal::Decimal;

use super::claim::ClaimRef;
use super::date::Date;
use super::{Api, Kind, list, maybe, maybe_date, maybe_text};
use crate::view::ClaimView;

/// A denial as scripts see it.
#[derive(Debug)]
pub(crate) struct DenialView {
    pub(crate) group: ImmutableString,
    pub(crate) carc: ImmutableString,
    pub(crate) remarks: Vec<ImmutableString>,
    pub(crate) amount: Decimal,
    pub(crate) decided: chrono::NaiveDate,
    pub(crate) accepted: Option<chrono::NaiveDate>,
    pub(crate) line: Option<u32>,
    pub(crate) category: &'static str,
    pub(crate) recoverable: &'static str,
    pub(crate) payer: Option<ImmutableString>,
    pub(crate) payer_line: Option<&'static str>,
    pub(crate) claim: Option<Arc<ClaimView>>,
}

/// A denial, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct DenialRef(pub(crate) Arc<DenialView>);

pub(crate) fn register(api: &mut Api<'_>) {
    const DENIAL: Kind = Kind::Denial;
    const TEXT: Kind = Kind::Text;
    api.engine.register_type_with_name::<DenialRef>("denial");
    api.get(
        DENIAL,
        "group",
        TEXT,
        "Group code: `CO`, `PR`, `OA`, `PI`.",
        |denial: &mut DenialRef| denial.0.group.clone(),
    )
    .get(
        DENIAL,
        "carc",
        TEXT,
        "Claim adjustment reason code, as text: `\"197\"`.",
        |denial: &mut DenialRef| denial.0.carc.clone(),
    )
    .get(
        DENIAL,
        "remarks",
        Kind::List(&Kind::Text),
        "Remark codes.",
        |denial: &mut DenialRef| list(denial.0.remarks.iter().cloned()),
    )
    .call(
        DENIAL,
        "has_remark",
        &[("remark", TEXT)],
        Kind::Bool,
        "Whether this remark code came with it.",
        |denial: &mut DenialRef, remark: &str| denial.0.remarks.iter().any(|sent| sent == remark),
    )
    .get(
        DENIAL,
        "amount",
        Kind::Number,
        "Refused amount.",
        |denial: &mut DenialRef| denial.0.amount,
    )
    .get(
        DENIAL,
        "decided",
        Kind::Date,
        "Date of the decision.",
        |denial: &mut DenialRef| Date(denial.0.decided),
    )
    .get(
        DENIAL,
        "first_accepted",
        Kind::Date,
        "Day on which a 999 or 277CA first accepted the claim: the proof that it was filed in time.",
        |denial: &mut DenialRef| maybe_date(denial.0.accepted),
    )
    .get(
        DENIAL,
        "line",
        Kind::Number,
        "Service line in the remittance, from 1; missing at claim level.",
        |denial: &mut DenialRef| maybe(denial.0.line.map(INT::from)),
    )
    .get(
        DENIAL,
        "category",
        TEXT,
        "Category by the fallback table.",
        |denial: &mut DenialRef| ImmutableString::from(denial.0.category),
    )
    .get(
        DENIAL,
        "recoverable",
        TEXT,
        "`auto`, `manual`, `appeal` or `never`, by the fallback table.",
        |denial: &mut DenialRef| ImmutableString::from(denial.0.recoverable),
    )
    .get(
        DENIAL,
        "payer",
        TEXT,
        "The payer's key.",
        |denial: &mut DenialRef| maybe_text(denial.0.payer.as_ref()),
    )
    .get(
        DENIAL,
        "payer_line",
        TEXT,
        "The payer's line of business.",
        |denial: &mut DenialRef| maybe(denial.0.payer_line.map(ImmutableString::from)),
    )
    .get(
        DENIAL,
        "claim",
        Kind::Claim,
        "Our claim.",
        |denial: &mut DenialRef| -> Dynamic {
            maybe(
                denial
                    .0
                    .claim
                    .as_ref()
                    .map(|claim| ClaimRef(Arc::clone(claim))),
            )
        },
    );
}
