//! The claim and its service lines.

use std::sync::{Arc, Mutex};

use rhai::{Dynamic, EvalAltResult, INT};
use rust_decimal::Decimal;

use super::party::{PersonRef, ProviderRef};
use super::{Api, Kind, frame, list, maybe, maybe_date, maybe_text};
use crate::codes::CodeKind;
use crate::frame::Frame;
use crate::view::{ClaimView, LineView};

/// A claim, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct ClaimRef(pub(crate) Arc<ClaimView>);

/// A service line, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct LineRef {
    pub(crate) claim: Arc<ClaimView>,
    pub(crate) at: usize,
}

impl LineRef {
    /// INVARIANT: `at` is an index into the lines of `claim`; lines are never removed from a view.
    pub(crate) fn line(&self) -> &LineView {
        &self.claim.lines[self.at]
    }
}

impl ClaimRef {
    fn lines(&self) -> impl Iterator<Item = LineRef> + '_ {
        (0..self.0.lines.len()).map(|at| LineRef {
            claim: Arc::clone(&self.0),
            at,
        })
    }
}

pub(crate) fn register(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    api.engine
        .register_type_with_name::<ClaimRef>("claim")
        .register_type_with_name::<LineRef>("line");
    claim_fields(api);
    claim_people(api);
    claim_questions(api, shared);
    line_fields(api);
}

fn claim_fields(api: &mut Api<'_>) {
    const CLAIM: Kind = Kind::Claim;
    const TEXT: Kind = Kind::Text;
    api.get(CLAIM, "id", TEXT, "Our number of the claim.", |claim: &mut ClaimRef| claim.0.id.clone())
        .get(CLAIM, "kind", TEXT, "`professional`, `institutional` or `dental`.", |claim: &mut ClaimRef| {
            rhai::ImmutableString::from(claim.0.kind)
        })
        .get(
            CLAIM,
            "frequency",
            TEXT,
            "`original`, `replacement` (7), `void` (8), or another frequency code as sent.",
            |claim: &mut ClaimRef| claim.0.frequency.clone(),
        )
        .get(CLAIM, "charge", Kind::Number, "Total charge as sent (CLM02).", |claim: &mut ClaimRef| claim.0.charge)
        .get(CLAIM, "line_total", Kind::Number, "Sum of the lines' charges.", |claim: &mut ClaimRef| claim.0.line_total)
        .get(CLAIM, "service_from", Kind::Date, "First date of service.", |claim: &mut ClaimRef| {
            maybe_date(claim.0.service_from)
        })
        .get(CLAIM, "service_to", Kind::Date, "Last date of service.", |claim: &mut ClaimRef| {
            maybe_date(claim.0.service_to)
        })
        .get(
            CLAIM,
            "received",
            Kind::Date,
            "The day on which the claim came in: what filing limits are measured at.",
            |claim: &mut ClaimRef| super::date::Date(claim.0.received),
        )
        .get(CLAIM, "place", TEXT, "Place of service, two digits.", |claim: &mut ClaimRef| {
            maybe_text(claim.0.place.as_ref())
        })
        .get(CLAIM, "payer", TEXT, "The payer's key in the practice's configuration.", |claim: &mut ClaimRef| {
            maybe_text(claim.0.payer.as_ref())
        })
        .get(
            CLAIM,
            "payer_line",
            TEXT,
            "Line of business: `medicare`, `medicare-advantage`, `medicaid`, `tricare`, `commercial`, `workers-comp`, `self-pay`, `other`.",
            |claim: &mut ClaimRef| maybe(claim.0.payer_line.map(rhai::ImmutableString::from)),
        )
        .get(CLAIM, "payer_state", TEXT, "State of the payer's plan, two letters.", |claim: &mut ClaimRef| {
            maybe_text(claim.0.payer_state.as_ref())
        })
        .get(
            CLAIM,
            "order",
            TEXT,
            "Whether the payer is `primary`, `secondary`, `tertiary` or `later`.",
            |claim: &mut ClaimRef| rhai::ImmutableString::from(claim.0.order),
        )
        .get(CLAIM, "authorization", TEXT, "Prior authorization number (REF*G1).", |claim: &mut ClaimRef| {
            maybe_text(claim.0.authorization.as_ref())
        })
        .get(CLAIM, "referral", TEXT, "Referral number (REF*9F).", |claim: &mut ClaimRef| {
            maybe_text(claim.0.referral.as_ref())
        })
        .get(CLAIM, "clia", TEXT, "CLIA number of the laboratory (REF*X4).", |claim: &mut ClaimRef| {
            maybe_text(claim.0.clia.as_ref())
        })
        .get(CLAIM, "accident", Kind::Date, "Date of accident.", |claim: &mut ClaimRef| maybe_date(claim.0.accident))
        .get(
            CLAIM,
            "has_payer_control",
            Kind::Bool,
            "Whether it names the payer's control number of the claim that it replaces or voids.",
            |claim: &mut ClaimRef| claim.0.has_payer_control,
        );
}

fn claim_people(api: &mut Api<'_>) {
    const CLAIM: Kind = Kind::Claim;
    let provider = |sent: Option<&Arc<_>>| maybe(sent.map(|view| ProviderRef(Arc::clone(view))));
    api.get(
        CLAIM,
        "patient",
        Kind::Person,
        "The patient.",
        |claim: &mut ClaimRef| PersonRef(Arc::clone(&claim.0.patient)),
    )
    .get(
        CLAIM,
        "subscriber",
        Kind::Person,
        "The subscriber: the patient, where the patient is the subscriber.",
        |claim: &mut ClaimRef| PersonRef(Arc::clone(&claim.0.subscriber)),
    )
    .get(
        CLAIM,
        "patient_is_subscriber",
        Kind::Bool,
        "Whether the claim names no subscriber but the patient.",
        |claim: &mut ClaimRef| claim.0.patient_is_subscriber,
    )
    .get(
        CLAIM,
        "relationship",
        Kind::Text,
        "How the patient stands to the subscriber: `own`, `spouse`, `child` or `other`.",
        |claim: &mut ClaimRef| rhai::ImmutableString::from(claim.0.relationship),
    )
    .get(
        CLAIM,
        "billing",
        Kind::Provider,
        "Billing provider.",
        |claim: &mut ClaimRef| ProviderRef(Arc::clone(&claim.0.billing)),
    )
    .get(
        CLAIM,
        "rendering",
        Kind::Provider,
        "Rendering provider of the claim.",
        move |claim: &mut ClaimRef| provider(claim.0.rendering.as_ref()),
    )
    .get(
        CLAIM,
        "referring",
        Kind::Provider,
        "Referring provider.",
        move |claim: &mut ClaimRef| provider(claim.0.referring.as_ref()),
    )
    .get(
        CLAIM,
        "facility",
        Kind::Provider,
        "Service facility.",
        move |claim: &mut ClaimRef| provider(claim.0.facility.as_ref()),
    )
    .get(
        CLAIM,
        "attending",
        Kind::Provider,
        "Attending provider.",
        move |claim: &mut ClaimRef| provider(claim.0.attending.as_ref()),
    )
    .get(
        CLAIM,
        "providers",
        Kind::List(&Kind::Provider),
        "Every provider that the claim and its lines name, billing first.",
        |claim: &mut ClaimRef| -> rhai::Array {
            let view = &claim.0;
            let named = [
                &view.rendering,
                &view.referring,
                &view.facility,
                &view.attending,
                &view.carried.supervising,
            ];
            let of_lines = view.lines.iter().flat_map(|line| {
                let carried = &line.carried;
                [
                    &line.rendering,
                    &carried.ordering,
                    &carried.referring,
                    &carried.supervising,
                ]
            });
            std::iter::once(&view.billing)
                .chain(named.into_iter().flatten())
                .chain(of_lines.flatten())
                .map(|sent| Dynamic::from(ProviderRef(Arc::clone(sent))))
                .collect()
        },
    );
}

fn claim_questions(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    const CLAIM: Kind = Kind::Claim;
    const CODES: &[(&str, Kind)] = &[("codes", Kind::Text)];
    api.get(
        CLAIM,
        "lines",
        Kind::List(&Kind::Line),
        "The service lines.",
        |claim: &mut ClaimRef| -> rhai::Array { claim.lines().map(Dynamic::from).collect() },
    )
    .get(
        CLAIM,
        "diagnoses",
        Kind::List(&Kind::Text),
        "Diagnosis codes without points, principal first.",
        |claim: &mut ClaimRef| list(claim.0.diagnoses.iter().cloned()),
    )
    .get(
        CLAIM,
        "first_diagnosis",
        Kind::Text,
        "The principal or first diagnosis.",
        |claim: &mut ClaimRef| maybe_text(claim.0.diagnoses.first()),
    );
    let sets = Arc::clone(shared);
    api.call(
        CLAIM,
        "has_dx",
        CODES,
        Kind::Bool,
        "Whether any diagnosis is one of these or below it: `has_dx(\"E11\")`, `has_dx(\"V00-Y99\")`, `has_dx(\"@table\")`.",
        move |claim: &mut ClaimRef, codes: &str| -> Result<bool, Box<EvalAltResult>> {
            let set = frame(&sets).set(codes, CodeKind::Diagnosis)?;
            Ok(claim.0.diagnoses.iter().any(|code| set.contains(code)))
        },
    );
    let sets = Arc::clone(shared);
    api.call(
        CLAIM,
        "any_procedure",
        CODES,
        Kind::Bool,
        "Whether any line's procedure is one of these: a code, a range, a prefix with `*`, or `@table`.",
        move |claim: &mut ClaimRef, codes: &str| -> Result<bool, Box<EvalAltResult>> {
            let set = frame(&sets).set(codes, CodeKind::Procedure)?;
            Ok(claim.0.lines.iter().filter_map(|line| line.procedure.as_ref()).any(|code| set.contains(code)))
        },
    );
    let sets = Arc::clone(shared);
    api.call(
        CLAIM,
        "units_of",
        CODES,
        Kind::Number,
        "Units of these procedures over all lines.",
        move |claim: &mut ClaimRef, codes: &str| -> Result<Decimal, Box<EvalAltResult>> {
            let set = frame(&sets).set(codes, CodeKind::Procedure)?;
            let counted = claim.0.lines.iter().filter(|line| {
                line.procedure
                    .as_ref()
                    .is_some_and(|code| set.contains(code))
            });
            Ok(counted.map(|line| line.units).sum())
        },
    );
    let sets = Arc::clone(shared);
    api.call(
        CLAIM,
        "charge_of",
        CODES,
        Kind::Number,
        "Charges of these procedures over all lines.",
        move |claim: &mut ClaimRef, codes: &str| -> Result<Decimal, Box<EvalAltResult>> {
            let set = frame(&sets).set(codes, CodeKind::Procedure)?;
            let counted = claim.0.lines.iter().filter(|line| {
                line.procedure
                    .as_ref()
                    .is_some_and(|code| set.contains(code))
            });
            Ok(counted.map(|line| line.charge).sum())
        },
    );
}

fn line_fields(api: &mut Api<'_>) {
    const LINE: Kind = Kind::Line;
    const TEXT: Kind = Kind::Text;
    api.get(
        LINE,
        "number",
        Kind::Number,
        "Line number, from 1.",
        |line: &mut LineRef| INT::from(line.line().number),
    )
    .get(
        LINE,
        "procedure",
        TEXT,
        "Procedure code.",
        |line: &mut LineRef| maybe_text(line.line().procedure.as_ref()),
    )
    .get(
        LINE,
        "modifiers",
        Kind::List(&Kind::Text),
        "Modifiers in order.",
        |line: &mut LineRef| list(line.line().modifiers.iter().cloned()),
    )
    .call(
        LINE,
        "has_modifier",
        &[("modifier", TEXT)],
        Kind::Bool,
        "Whether it has this modifier.",
        |line: &mut LineRef, modifier: &str| {
            line.line().modifiers.iter().any(|sent| sent == modifier)
        },
    )
    .get(
        LINE,
        "revenue_code",
        TEXT,
        "Revenue code.",
        |line: &mut LineRef| maybe_text(line.line().revenue_code.as_ref()),
    )
    .get(
        LINE,
        "charge",
        Kind::Number,
        "Charge.",
        |line: &mut LineRef| line.line().charge,
    )
    .get(
        LINE,
        "units",
        Kind::Number,
        "Units.",
        |line: &mut LineRef| line.line().units,
    )
    .get(
        LINE,
        "place",
        TEXT,
        "Place of service: the line's own, else the claim's.",
        |line: &mut LineRef| maybe_text(line.line().place.as_ref()),
    )
    .get(
        LINE,
        "pointers",
        Kind::List(&Kind::Number),
        "Which diagnoses it points to, from 1.",
        |line: &mut LineRef| {
            list(
                line.line()
                    .pointers
                    .iter()
                    .map(|pointer| INT::from(*pointer)),
            )
        },
    )
    .get(
        LINE,
        "from",
        Kind::Date,
        "First day of service.",
        |line: &mut LineRef| maybe_date(line.line().from),
    )
    .get(
        LINE,
        "to",
        Kind::Date,
        "Last day of service.",
        |line: &mut LineRef| maybe_date(line.line().to),
    )
    .get(
        LINE,
        "authorization",
        TEXT,
        "Prior authorization number of this line.",
        |line: &mut LineRef| maybe_text(line.line().authorization.as_ref()),
    )
    .get(
        LINE,
        "ndc",
        TEXT,
        "National drug code.",
        |line: &mut LineRef| maybe_text(line.line().ndc.as_ref()),
    )
    .get(
        LINE,
        "rendering",
        Kind::Provider,
        "Rendering provider: the line's own, else the claim's.",
        |line: &mut LineRef| {
            let sent = line
                .line()
                .rendering
                .as_ref()
                .or(line.claim.rendering.as_ref());
            maybe(sent.map(|view| ProviderRef(Arc::clone(view))))
        },
    )
    .get(
        LINE,
        "claim",
        Kind::Claim,
        "The claim that it is on.",
        |line: &mut LineRef| ClaimRef(Arc::clone(&line.claim)),
    );
}
