//! The payers that a claim names, and what those before decided.

use std::sync::Arc;

use rhai::{Dynamic, ImmutableString};
use rust_decimal::Decimal;
use scrubjay_model::LineOfBusiness;

use super::claim::{ClaimRef, LineRef};
use super::{Api, Kind, maybe, maybe_date, maybe_text};
use crate::view::{ClaimPayerView, DecisionView};

/// A payer of a claim, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct ClaimPayerRef(Arc<ClaimPayerView>);

/// What an earlier payer decided, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct DecisionRef(Arc<DecisionView>);

pub(crate) fn register(api: &mut Api<'_>) {
    api.engine
        .register_type_with_name::<ClaimPayerRef>("payer of a claim")
        .register_type_with_name::<DecisionRef>("decision");
    api.get(
        Kind::Claim,
        "payers",
        Kind::List(&Kind::ClaimPayer),
        "The payers that the claim names: first the one that it goes to, then the others.",
        |claim: &mut ClaimRef| -> rhai::Array {
            let payers = claim.0.payers.iter();
            payers
                .map(|payer| Dynamic::from(ClaimPayerRef(Arc::clone(payer))))
                .collect()
        },
    )
    .get(
        Kind::Claim,
        "answered",
        Kind::Date,
        "When an earlier payer decided last, over the claim and its lines.",
        |claim: &mut ClaimRef| -> Dynamic {
            let whole = claim
                .0
                .payers
                .iter()
                .filter_map(|payer| payer.decision.as_ref());
            let lines = claim.0.lines.iter().flat_map(|line| &line.prior);
            maybe_date(
                whole
                    .chain(lines)
                    .filter_map(|decision| decision.decided)
                    .max(),
            )
        },
    )
    .get(
        Kind::Line,
        "prior",
        Kind::List(&Kind::Decision),
        "What each earlier payer decided on this line (loop 2430).",
        |line: &mut LineRef| -> rhai::Array {
            let prior = line.line().prior.iter();
            prior
                .map(|decision| Dynamic::from(DecisionRef(Arc::clone(decision))))
                .collect()
        },
    );
    payers(api);
    decisions(api);
}

fn payers(api: &mut Api<'_>) {
    const PAYER: Kind = Kind::ClaimPayer;
    api.get(
        PAYER,
        "order",
        Kind::Text,
        "Whether it is `primary`, `secondary`, `tertiary` or `later` (SBR01).",
        |payer: &mut ClaimPayerRef| ImmutableString::from(payer.0.order),
    )
    .get(
        PAYER,
        "filing_code",
        Kind::Text,
        "Claim filing indicator (SBR09), such as `HM` for an HMO.",
        |payer: &mut ClaimPayerRef| maybe_text(payer.0.filing_code.as_ref()),
    )
    .get(
        PAYER,
        "line",
        Kind::Text,
        "Line of business by its filing indicator, as of a claim.",
        |payer: &mut ClaimPayerRef| -> Dynamic {
            let line = payer.0.filing_code.as_deref().map(LineOfBusiness::from_filing_indicator);
            maybe(line.map(|line| ImmutableString::from(line.as_str())))
        },
    )
    .get(
        PAYER,
        "id",
        Kind::Text,
        "Payer's id on its channel, which a line's decision names.",
        |payer: &mut ClaimPayerRef| maybe_text(payer.0.id.as_ref()),
    )
    .get(
        PAYER,
        "msp_type",
        Kind::Text,
        "Why Medicare pays after another (SBR05), such as `12`, the working aged.",
        |payer: &mut ClaimPayerRef| maybe_text(payer.0.msp_type.as_ref()),
    )
    .get(
        PAYER,
        "decision",
        Kind::Decision,
        "What it decided on the whole claim (loop 2320); missing of the payer that the claim goes to.",
        |payer: &mut ClaimPayerRef| maybe(payer.0.decision.clone().map(DecisionRef)),
    );
}

fn decisions(api: &mut Api<'_>) {
    const DECISION: Kind = Kind::Decision;
    api.get(
        DECISION,
        "paid",
        Kind::Number,
        "What it paid (AMT*D, or SVD02 on a line).",
        |decision: &mut DecisionRef| decision.0.paid,
    )
    .get(
        DECISION,
        "adjusted",
        Kind::Number,
        "Sum of its adjustments (CAS), whatever the group and reason.",
        |decision: &mut DecisionRef| -> Decimal {
            decision
                .0
                .adjustments
                .iter()
                .map(|(_, _, amount)| *amount)
                .sum()
        },
    )
    .call(
        DECISION,
        "adjusted_as",
        &[("group", Kind::Text), ("carc", Kind::Text)],
        Kind::Number,
        "Amount adjusted under a group code and a reason code: `adjusted_as(\"PR\", \"1\")`.",
        |decision: &mut DecisionRef, group: &str, carc: &str| -> Decimal {
            let taken = decision.0.adjustments.iter();
            taken
                .filter(|(of, reason, _)| of == group && reason == carc)
                .map(|(_, _, amount)| *amount)
                .sum()
        },
    )
    .get(
        DECISION,
        "decided",
        Kind::Date,
        "When it decided (DTP*573).",
        |decision: &mut DecisionRef| maybe_date(decision.0.decided),
    )
    .get(
        DECISION,
        "patient_owes",
        Kind::Number,
        "What the patient still owes (AMT*EAF).",
        |decision: &mut DecisionRef| maybe(decision.0.patient_owes),
    )
    .get(
        DECISION,
        "payer",
        Kind::Text,
        "Id of the payer that a line's decision names (SVD01).",
        |decision: &mut DecisionRef| maybe_text(decision.0.payer.as_ref()),
    );
}
