//! What only some claims say: what they are related to, value and condition
//! codes, reports that go with them, how much of a drug.

use std::sync::Arc;

use rhai::{Dynamic, INT, ImmutableString};

use super::claim::{ClaimRef, LineRef};
use super::party::ProviderRef;
use super::{Api, Kind, list, maybe, maybe_text};
use crate::view::LineView;

pub(crate) fn register(api: &mut Api<'_>) {
    of_claims(api);
    of_lines(api);
}

fn of_claims(api: &mut Api<'_>) {
    const CLAIM: Kind = Kind::Claim;
    const TEXTS: Kind = Kind::List(&Kind::Text);
    api.get(
        CLAIM,
        "causes",
        TEXTS,
        "What the claim is related to (CLM11): `auto`, `employment`, `other` (another accident).",
        |claim: &mut ClaimRef| list(claim.0.carried.causes.iter().cloned()),
    )
    .get(
        CLAIM,
        "delay_reason",
        Kind::Text,
        "Why the claim comes late (CLM20), such as `3`: authorization delays.",
        |claim: &mut ClaimRef| maybe_text(claim.0.carried.delay_reason.as_ref()),
    )
    .get(
        CLAIM,
        "casualty_number",
        Kind::Text,
        "Claim number of the property and casualty insurer (REF*Y4), as workers' compensation gives one.",
        |claim: &mut ClaimRef| maybe_text(claim.0.carried.casualty_number.as_ref()),
    )
    .get(
        CLAIM,
        "attachments",
        TEXTS,
        "Types of the reports that go with the claim (PWK01), such as `OZ`.",
        |claim: &mut ClaimRef| list(claim.0.carried.attachments.iter().cloned()),
    )
    .get(
        CLAIM,
        "patient_paid",
        Kind::Number,
        "What the patient has paid (AMT*F5).",
        |claim: &mut ClaimRef| maybe(claim.0.patient_paid),
    )
    .get(
        CLAIM,
        "filing_code",
        Kind::Text,
        "Claim filing indicator of the payer that it goes to (SBR09), such as `HM` for an HMO.",
        |claim: &mut ClaimRef| {
            maybe_text(claim.0.payers.first().and_then(|payer| payer.filing_code.as_ref()))
        },
    )
    .get(
        CLAIM,
        "msp_type",
        Kind::Text,
        "Why Medicare pays after another, on a claim to it (SBR05), such as `12`, the working aged.",
        |claim: &mut ClaimRef| {
            maybe_text(claim.0.payers.first().and_then(|payer| payer.msp_type.as_ref()))
        },
    )
    .get(
        CLAIM,
        "facility_type",
        Kind::Text,
        "Of an institutional claim: the first two digits of the type of bill (CLM05-1).",
        |claim: &mut ClaimRef| maybe_text(claim.0.facility_type.as_ref()),
    )
    .get(
        CLAIM,
        "value_codes",
        TEXTS,
        "Value codes of an institutional claim (HI*BE), in order.",
        |claim: &mut ClaimRef| list(claim.0.value_codes.iter().map(|(code, _)| code.clone())),
    )
    .call(
        CLAIM,
        "value_of",
        &[("value_code", Kind::Text)],
        Kind::Number,
        "The amount of a value code, where it has one.",
        |claim: &mut ClaimRef, wanted: &str| -> Dynamic {
            let mut codes = claim.0.value_codes.iter();
            maybe(codes.find(|(code, _)| code == wanted).map(|(_, amount)| *amount))
        },
    )
    .get(
        CLAIM,
        "conditions",
        TEXTS,
        "Condition codes of an institutional claim (HI*BG), in order.",
        |claim: &mut ClaimRef| list(claim.0.carried.conditions.iter().cloned()),
    )
    .get(
        CLAIM,
        "occurrences",
        TEXTS,
        "Occurrence codes of an institutional claim (HI*BH), in order.",
        |claim: &mut ClaimRef| list(claim.0.carried.occurrences.iter().cloned()),
    )
    .get(
        CLAIM,
        "supervising",
        Kind::Provider,
        "Supervising provider.",
        |claim: &mut ClaimRef| provider(claim.0.carried.supervising.as_ref()),
    );
}

fn of_lines(api: &mut Api<'_>) {
    const LINE: Kind = Kind::Line;
    api.get(
        LINE,
        "unit",
        Kind::Text,
        "Unit of measure: `UN`, `MJ` (minutes), `DA` (days).",
        |line: &mut LineRef| -> ImmutableString { line.line().unit.clone() },
    )
    .get(
        LINE,
        "repeats",
        Kind::Number,
        "The number of the first line above that has the very same service: procedure, modifiers, day, revenue code and drug code.",
        |line: &mut LineRef| -> Dynamic {
            let own = line.line();
            let same = |other: &&LineView| {
                own.procedure.is_some()
                    && own.from.is_some()
                    && other.procedure == own.procedure
                    && other.modifiers == own.modifiers
                    && other.from == own.from
                    && other.revenue_code == own.revenue_code
                    && other.ndc == own.ndc
            };
            maybe(line.claim.lines[..line.at].iter().find(same).map(|other| INT::from(other.number)))
        },
    )
    .get(
        LINE,
        "ndc_units",
        Kind::Number,
        "How much of the drug (CTP04); the line's units, where the claim says nothing else.",
        |line: &mut LineRef| maybe(line.line().drug.0),
    )
    .get(
        LINE,
        "ndc_unit",
        Kind::Text,
        "Unit of the drug (CTP05): `UN`, `ML`, `GR`, `F2` or `ME`.",
        |line: &mut LineRef| maybe_text(line.line().drug.1.as_ref()),
    )
    .get(
        LINE,
        "clia",
        Kind::Text,
        "CLIA number of the laboratory: the line's own, else the claim's.",
        |line: &mut LineRef| {
            maybe_text(
                line.line()
                    .carried
                    .clia
                    .as_ref()
                    .or(line.claim.clia.as_ref()),
            )
        },
    )
    .get(
        LINE,
        "referral",
        Kind::Text,
        "Referral number: the line's own, else the claim's.",
        |line: &mut LineRef| {
            maybe_text(
                line.line()
                    .carried
                    .referral
                    .as_ref()
                    .or(line.claim.referral.as_ref()),
            )
        },
    )
    .get(
        LINE,
        "ordering",
        Kind::Provider,
        "Ordering provider of the line.",
        |line: &mut LineRef| provider(line.line().carried.ordering.as_ref()),
    )
    .get(
        LINE,
        "referring",
        Kind::Provider,
        "Referring provider: the line's own, else the claim's.",
        |line: &mut LineRef| {
            let own = line.line().carried.referring.as_ref();
            provider(own.or(line.claim.referring.as_ref()))
        },
    )
    .get(
        LINE,
        "supervising",
        Kind::Provider,
        "Supervising provider: the line's own, else the claim's.",
        |line: &mut LineRef| {
            let own = line.line().carried.supervising.as_ref();
            provider(own.or(line.claim.carried.supervising.as_ref()))
        },
    );
}

fn provider(sent: Option<&Arc<crate::view::ProviderView>>) -> Dynamic {
    maybe(sent.map(|view| ProviderRef(Arc::clone(view))))
}
