//! The levels of a 278 as the model would write them, question and answer
//! alike: reviewer, requester, subscriber, dependent, and the event.

use scrubjay_model::{Person, Provider, Urgency};

use super::decision::{draft_days, draft_decision};
use super::service::{Forms, MODIFIERS, draft_service};
use super::{AuthorizationRequest, AuthorizationResponse, ReviewCategory, ReviewKind};
use crate::ClaimError;
use crate::draft::{Draft, DraftLoop, Slot, assumed, owned};
use crate::exchange::{
    Demographics, DependentAs, Levels, ProviderAs, Trace, check_parties, draft_dependent,
    draft_payer, draft_provider, draft_rejections, draft_subscriber, draft_traces, hl,
};
use crate::value::plain;

pub(super) const REQUESTER: ProviderAs = ProviderAs {
    id: "2010B",
    tax: "24",
    tax_reference: Some("EI"),
};

pub(super) const PERFORMING: ProviderAs = ProviderAs {
    id: "2010EA",
    ..REQUESTER
};

const DEPENDENT: DependentAs = DependentAs {
    id: "2010D",
    entity: "QC",
    other: Some(("G8", Demographics::WithBirth)),
};

/// Diagnoses in one HI.
pub(super) const DIAGNOSES: usize = 12;

/// What a request needs to be written.
pub(super) fn check(request: &AuthorizationRequest) -> Result<(), ClaimError> {
    check_parties((&request.payer, "2010A"), (&request.requester, "2010B"))?;
    let lacks = |what, loop_id| Err(ClaimError::Lacks { what, loop_id });
    if request.subscriber.member.is_none() {
        return lacks("member number of its subscriber", "2010C");
    }
    if request.category.is_none() {
        return lacks("category of the review (UM01)", "2000E");
    }
    let too_many = |what, limit, loop_id, length: usize| {
        if length > limit {
            return Err(ClaimError::TooMany {
                what,
                limit,
                loop_id,
            });
        }
        Ok(())
    };
    too_many("diagnoses", DIAGNOSES, "2000E", request.diagnoses.len())?;
    for service in &request.services {
        too_many("modifiers", MODIFIERS, "2000F", service.modifiers.len())?;
    }
    Ok(())
}

/// The name of a set (BHT03), which this transaction must have.
pub(super) fn name_of<'a>(
    batch: Option<&'a str>,
    trace: Option<&'a Trace>,
) -> Result<&'a str, ClaimError> {
    batch
        .or(trace.map(|trace| trace.number.as_str()))
        .ok_or(ClaimError::Lacks {
            what: "trace number",
            loop_id: "2000E",
        })
}

/// The levels of a request, or of the answer to one.
pub(super) fn levels(
    request: &AuthorizationRequest,
    answer: Option<&AuthorizationResponse>,
    forms: Forms<'_>,
) -> Levels {
    let refused =
        |id: &str| answer.map_or_else(Vec::new, |answer| draft_rejections(&answer.rejections, id));
    let level = |id, code, named: DraftLoop| {
        let mut level = hl(id, code);
        level.segments.extend(refused(id));
        let mut named = named;
        named.segments.extend(refused(named.id));
        level.loops.push(named);
        level
    };
    let told = Some(Demographics::WithBirth);
    let subscriber = draft_subscriber("2010C", &request.subscriber, told);
    let dependent = request.dependent.as_ref();
    let levels = Levels::default().inside(Some(level(
        "2000A",
        "20",
        draft_payer("2010A", &request.payer),
    )));
    let above = |id: &str| matches!(id, "2000A" | "2010A" | "2010B");
    let nobody = request.subscriber == Person::default()
        && request.services.is_empty()
        && request.category.is_none()
        && answer.is_none_or(|answer| answer.rejections.iter().all(|of| above(&of.at)));
    let asked = draft_provider(REQUESTER, &request.requester);
    let unknown = request.requester == Provider::default() && refused("2010B").is_empty();
    if nobody && unknown {
        return levels;
    }
    let levels = levels.inside(Some(level("2000B", "21", asked)));
    if nobody {
        return levels;
    }
    levels
        .inside(Some(level("2000C", "22", subscriber)))
        .inside(dependent.map(|of| level("2000D", "23", draft_dependent(DEPENDENT, of))))
        .inside(Some(draft_event(request, answer, forms)))
}

fn draft_event(
    request: &AuthorizationRequest,
    answer: Option<&AuthorizationResponse>,
    forms: Forms<'_>,
) -> DraftLoop {
    let mut event = hl("2000E", "EV");
    event.segments.extend(match answer {
        Some(answer) => draft_traces(&answer.traces, "2"),
        None => draft_traces(&request.trace, "1"),
    });
    if let Some(answer) = answer {
        event
            .segments
            .extend(draft_rejections(&answer.rejections, "2000E"));
        event.segments.extend(draft_decision(&answer.decision));
    }
    event.segments.push(draft_review(request));
    if let Some(previous) = &request.previous {
        let reference = Draft::qualified("REF", "BB").owned(2, previous.as_str());
        event.segments.push(reference);
    }
    event
        .segments
        .extend(request.days.map(|days| draft_days("AAH", days)));
    event.segments.extend(draft_diagnoses(request));
    event.segments.extend(
        request
            .units
            .map(|units| Draft::new("HSD").assumed(1, "VS").owned(2, plain(units))),
    );
    if let Some(performing) = &request.performing {
        let mut named = draft_provider(PERFORMING, performing);
        if let Some(nm1) = named.segments.first_mut() {
            *nm1 = nm1.clone().told_apart_by(1, ["SJ"; 2]).owned(1, "SJ");
        }
        if let Some(answer) = answer {
            named
                .segments
                .extend(draft_rejections(&answer.rejections, "2010EA"));
        }
        event.loops.push(named);
    }
    for (number, service) in (1..).zip(&request.services) {
        let mut level = DraftLoop::listed("2000F", number);
        level.segments.push(Draft::new("HL").owned(3, "SS"));
        if let Some(answer) = answer {
            let at = format!("2000F[{number}]");
            level
                .segments
                .extend(draft_rejections(&answer.rejections, &at));
            let decision = answer.services.get(number - 1);
            level
                .segments
                .extend(decision.map(draft_decision).unwrap_or_default());
        }
        if forms.has_sv1(number, service) {
            level.segments.push(draft_service(service));
        }
        event.loops.push(level);
    }
    event
}

fn draft_review(request: &AuthorizationRequest) -> Draft {
    let mut um = Draft::new("UM")
        .owned_if(1, request.category.map(ReviewCategory::as_x12))
        .owned_if(2, request.kind.map(ReviewKind::as_x12))
        .owned_if(3, request.service_type.as_ref().map(|of| of.as_str()));
    if let Some(place) = &request.place {
        um = um.composite(4, vec![owned(place.text()), owned("B")]);
    }
    um.slot(
        6,
        match request.urgency {
            Urgency::Expedited => assumed("U"),
            Urgency::Standard => Slot::Free,
        },
    )
}

fn draft_diagnoses(request: &AuthorizationRequest) -> Option<Draft> {
    if request.diagnoses.is_empty() {
        return None;
    }
    let mut hi = Draft::new("HI");
    for (at, code) in (0..).zip(&request.diagnoses) {
        let qualifier = if at == 0 { "ABK" } else { "ABF" };
        hi = hi.push_composite(vec![assumed(qualifier), owned(code.text())]);
    }
    Some(hi)
}
