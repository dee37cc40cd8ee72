//! Earlier claims of the same patient at this practice.

use std::sync::{Arc, Mutex};

use rhai::{Dynamic, EvalAltResult, ImmutableString};
use scrubjay_hooks::EarlierClaim;

use super::claim::{ClaimRef, LineRef};
use super::coverage::order_word;
use super::{Api, Kind, frame, list, maybe_date, maybe_text};
use crate::codes::CodeKind;
use crate::facts::Text;
use crate::frame::Frame;

/// An earlier claim, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct EarlierRef(pub(crate) Arc<EarlierClaim>);

/// A service on an earlier claim, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct ServiceRef {
    earlier: Arc<EarlierClaim>,
    at: usize,
}

impl ServiceRef {
    /// INVARIANT: `at` is an index into the services of `earlier`, which never change.
    fn service(&self) -> &scrubjay_hooks::EarlierService {
        &self.earlier.services[self.at]
    }
}

/// Names by which a script asks for history; the view holds it only for rules
/// that use one of them.
pub(crate) const ASKING: [&str; 3] = ["history", "duplicate_of", "last_service"];

pub(crate) fn register(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    const EARLIER: Kind = Kind::Earlier;
    const SERVICE: Kind = Kind::EarlierService;
    api.engine
        .register_type_with_name::<EarlierRef>("earlier claim")
        .register_type_with_name::<ServiceRef>("earlier service");
    api.get(
        Kind::Claim,
        "history",
        Kind::List(&Kind::Earlier),
        "Earlier claims of the patient at this practice, oldest first.",
        |claim: &mut ClaimRef| -> rhai::Array {
            claim.0.history.iter().map(|earlier| Dynamic::from(EarlierRef(Arc::clone(earlier)))).collect()
        },
    )
    .call(
        Kind::Claim,
        "duplicate_of",
        &[],
        Kind::Text,
        "The id of the first earlier claim, not withdrawn, that has one of these services: same date, procedure, modifiers, units and billing NPI, to a payer of the same place (`order`).",
        |claim: &mut ClaimRef| -> Dynamic {
            maybe_text(claim.0.lines.iter().find_map(|line| line.duplicate_of.as_ref()))
        },
    )
    .call(
        Kind::Line,
        "duplicate_of",
        &[],
        Kind::Text,
        "The id of the first earlier claim, not withdrawn, that has this very service.",
        |line: &mut LineRef| -> Dynamic { maybe_text(line.line().duplicate_of.as_ref()) },
    );
    let sets = Arc::clone(shared);
    api.call(
        Kind::Claim,
        "last_service",
        &[("codes", Kind::Text)],
        Kind::Date,
        "When one of these procedures was last given on an earlier claim that is not withdrawn.",
        move |claim: &mut ClaimRef, codes: &str| -> Result<Dynamic, Box<EvalAltResult>> {
            let set = frame(&sets).set(codes, CodeKind::Procedure)?;
            let services = claim
                .0
                .history
                .iter()
                .filter(|earlier| !earlier.withdrawn)
                .flat_map(|earlier| &earlier.services);
            let dates = services
                .filter(|service| {
                    service
                        .procedure
                        .as_ref()
                        .is_some_and(|code| set.contains(code.as_text()))
                })
                .filter_map(|service| service.from);
            Ok(maybe_date(dates.max()))
        },
    );
    api.get(
        EARLIER,
        "id",
        Kind::Text,
        "Our number of the claim.",
        |earlier: &mut EarlierRef| ImmutableString::from(earlier.0.id.as_str()),
    )
    .get(
        EARLIER,
        "withdrawn",
        Kind::Bool,
        "Whether it is void or was replaced.",
        |earlier: &mut EarlierRef| earlier.0.withdrawn,
    )
    .get(
        EARLIER,
        "billing_npi",
        Kind::Text,
        "Billing NPI as sent.",
        |earlier: &mut EarlierRef| ImmutableString::from(earlier.0.billing_npi.as_str()),
    )
    .get(
        EARLIER,
        "order",
        Kind::Text,
        "Whether its payer is `primary`, `secondary`, `tertiary` or `later`.",
        |earlier: &mut EarlierRef| ImmutableString::from(order_word(earlier.0.order)),
    )
    .get(
        EARLIER,
        "denied",
        Kind::List(&Kind::Text),
        "Reason codes by which it was denied.",
        |earlier: &mut EarlierRef| list(earlier.0.denied.iter().map(ImmutableString::from)),
    )
    .get(
        EARLIER,
        "services",
        Kind::List(&Kind::EarlierService),
        "Its services.",
        |earlier: &mut EarlierRef| -> rhai::Array {
            (0..earlier.0.services.len())
                .map(|at| {
                    Dynamic::from(ServiceRef {
                        earlier: Arc::clone(&earlier.0),
                        at,
                    })
                })
                .collect()
        },
    )
    .get(
        SERVICE,
        "from",
        Kind::Date,
        "First day of service.",
        |service: &mut ServiceRef| maybe_date(service.service().from),
    )
    .get(
        SERVICE,
        "procedure",
        Kind::Text,
        "Procedure code.",
        |service: &mut ServiceRef| {
            super::maybe(
                service
                    .service()
                    .procedure
                    .as_ref()
                    .map(|code| ImmutableString::from(code.as_text())),
            )
        },
    )
    .get(
        SERVICE,
        "modifiers",
        Kind::List(&Kind::Text),
        "Modifiers.",
        |service: &mut ServiceRef| {
            list(
                service
                    .service()
                    .modifiers
                    .iter()
                    .map(|modifier| ImmutableString::from(modifier.as_text())),
            )
        },
    )
    .get(
        SERVICE,
        "units",
        Kind::Number,
        "Units.",
        |service: &mut ServiceRef| service.service().units.normalize(),
    );
}
