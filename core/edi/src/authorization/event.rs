//! The levels of a 278, question and answer alike: reviewer, requester,
//! subscriber, dependent, and the event with its services.

use scrubjay_model::{AsSent, EligibilityRejection, FollowUpAction, Person, Urgency};
use scrubjay_x12::{Loop, SegmentBuf, TransactionSet};

use super::decision::{draft_days, draft_decision, read_decision, take_days};
use super::service::{Form, Forms, MODIFIERS, draft_service, read_service};
use super::{AuthorizationRequest, AuthorizationResponse, Decision, ReviewCategory, ReviewKind};
use crate::ClaimError;
use crate::draft::{Draft, DraftLoop, Slot, assumed, owned};
use crate::exchange::{
    Demographics, DependentAs, Levels, ProviderAs, batch_of, check_parties, draft_dependent,
    draft_payer, draft_provider, draft_rejections, draft_subscriber, draft_traces, hl,
    read_dependent, read_payer, read_provider, read_rejections, read_traces, take,
};
use crate::party::read_person;
use crate::value::{as_sent, plain, quantity, reference};

const REQUESTER: ProviderAs = ProviderAs {
    id: "2010B",
    tax: "24",
    tax_reference: Some("EI"),
};

const PERFORMING: ProviderAs = ProviderAs {
    id: "2010EA",
    ..REQUESTER
};

const DEPENDENT: DependentAs = DependentAs {
    id: "2010D",
    entity: "QC",
    other: Some(("G8", Demographics::WithBirth)),
};

/// Diagnoses in one HI.
const DIAGNOSES: usize = 12;

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
    trace: Option<&'a crate::exchange::Trace>,
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
    let unknown =
        request.requester == scrubjay_model::Provider::default() && refused("2010B").is_empty();
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

/// The ICD-10 diagnoses that an HI begins with; others are carried in their
/// places behind them.
fn read_diagnoses(event: &Loop) -> Vec<AsSent<scrubjay_model::Icd10>> {
    let Some(hi) = event.segment("HI") else {
        return Vec::new();
    };
    (1..=hi.len().min(DIAGNOSES))
        .map_while(|at| {
            matches!(hi.component(at, 1), "ABK" | "ABF")
                .then(|| as_sent(hi.component(at, 2)))
                .flatten()
        })
        .collect()
}

/// One event as it came: the request in it and, of an answer, what was decided.
#[derive(Debug)]
pub(super) struct Came {
    pub(super) request: AuthorizationRequest,
    pub(super) traces: Vec<crate::exchange::Trace>,
    pub(super) decision: Decision,
    pub(super) services: Vec<Decision>,
    pub(super) rejections: Vec<EligibilityRejection>,
    /// The levels without what the model took whole.
    pub(super) levels: Vec<Loop>,
    pub(super) forms: Vec<Form>,
}

/// Whether a set is read as question or as answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum As {
    Question,
    Answer,
}

/// The events of a set. One that refuses the whole set names no event.
pub(super) fn read_events(set: &TransactionSet, reads: As) -> Vec<Came> {
    let mut events = Vec::new();
    for reviewer in set.root.children("2000A") {
        let before = events.len();
        let mut alone = vec![reviewer];
        for requester in reviewer.children("2000B") {
            alone = vec![reviewer, requester];
            for subscriber in requester.children("2000C") {
                alone = vec![reviewer, requester, subscriber];
                let above = alone.clone();
                let own = subscriber.children("2000E");
                events.extend(own.map(|event| read(set, &above, Some(event), reads)));
                for dependent in subscriber.children("2000D") {
                    let above = [&above[..], &[dependent]].concat();
                    alone.clone_from(&above);
                    let own = dependent.children("2000E");
                    events.extend(own.map(|event| read(set, &above, Some(event), reads)));
                }
            }
        }
        if events.len() == before {
            events.push(read(set, &alone, None, reads));
        }
    }
    events
}

fn read(set: &TransactionSet, above: &[&Loop], event: Option<&Loop>, reads: As) -> Came {
    let mut levels: Vec<Loop> = above
        .iter()
        .chain(&event)
        .map(|level| (*level).clone())
        .collect();
    let mut rejections = Vec::new();
    if reads == As::Answer {
        rejections = read_all_rejections(&mut levels);
    }
    let named = |level: &str, id: &str| {
        levels
            .iter()
            .find(|came| came.id == level)
            .and_then(|came| came.child(id))
            .cloned()
    };
    let (payer, requester) = (named("2000A", "2010A"), named("2000B", "2010B"));
    let (subscriber, dependent) = (named("2000C", "2010C"), named("2000D", "2010D"));
    let below = levels.iter().any(|level| level.id == "2000D");
    let mut request = AuthorizationRequest {
        trace: None,
        batch: None,
        payer: read_payer(payer.as_ref()),
        requester: read_provider(requester.as_ref(), REQUESTER),
        subscriber: subscriber.as_ref().map(read_person).unwrap_or_default(),
        dependent: below.then(|| read_dependent(dependent.as_ref())),
        category: None,
        kind: None,
        service_type: None,
        place: None,
        urgency: Urgency::Standard,
        previous: None,
        days: None,
        diagnoses: Vec::new(),
        units: None,
        performing: None,
        services: Vec::new(),
        carried: Vec::new(),
    };
    let (mut traces, mut decision) = (Vec::new(), Decision::default());
    let (mut services, mut forms) = (Vec::new(), Vec::new());
    if let Some(event) = levels.iter_mut().find(|level| level.id == "2000E") {
        traces = read_traces(event);
        read_event(event, &mut request);
        if reads == As::Answer {
            decision = read_decision(event);
        }
        for service in event.loops.iter_mut().filter(|inner| inner.id == "2000F") {
            request.services.push(read_service(service));
            forms.push(Form::of(service));
            if reads == As::Answer {
                services.push(read_decision(service));
            }
        }
    }
    request.batch = batch_of(set, traces.first().map(|trace| &trace.number));
    if reads == As::Question {
        request.trace = traces.first().cloned();
        traces.clear();
    }
    Came {
        request,
        traces,
        decision,
        services,
        rejections,
        levels,
        forms,
    }
}

fn read_event(event: &mut Loop, request: &mut AuthorizationRequest) {
    request.days = take_days(event);
    request.diagnoses = read_diagnoses(event);
    request.previous = reference(event, "BB").and_then(|number| number.parse().ok());
    request.units = event
        .segment("HSD")
        .and_then(|hsd| quantity(hsd.element(2)));
    let performing = event.loops.iter().find(|inner| {
        let nm1 = inner.segment("NM1");
        inner.id == "2010EA" && nm1.is_some_and(|nm1| nm1.element(1) == "SJ")
    });
    request.performing = performing.map(|named| read_provider(Some(named), PERFORMING));
    if let Some(um) = event.segment("UM") {
        request.category = ReviewCategory::from_x12(um.element(1));
        request.kind = ReviewKind::from_x12(um.element(2));
        request.service_type = um.element(3).trim().parse().ok();
        request.place = (um.component(4, 2) == "B")
            .then(|| as_sent(um.component(4, 1)))
            .flatten();
        request.urgency = match um.element(6) {
            "U" | "03" => Urgency::Expedited,
            _ => Urgency::Standard,
        };
    }
}

/// Every rejection of the levels, outermost first. Those of other providers of
/// the event are taken out of loops that are carried whole.
fn read_all_rejections(levels: &mut [Loop]) -> Vec<EligibilityRejection> {
    let mut rejections = Vec::new();
    for level in levels {
        rejections.extend(read_rejections(level));
        let mut number = 0;
        for inner in &mut level.loops {
            match inner.id {
                "2010EA" | "2010EB" => {
                    let performing = inner
                        .segment("NM1")
                        .is_some_and(|nm1| nm1.element(1) == "SJ");
                    rejections.extend(read_rejections(inner));
                    if !performing {
                        while take(inner, is_rejection).is_some() {}
                    }
                }
                "2000F" => {
                    number += 1;
                    let at = format!("2000F[{number}]");
                    let aaas = inner.segments_with("AAA");
                    rejections.extend(aaas.map(|aaa| EligibilityRejection {
                        at: at.clone(),
                        reason: aaa.element(3).trim().to_owned(),
                        action: FollowUpAction::from_x12(aaa.element(4).trim()),
                    }));
                }
                id if id.starts_with("2010") => rejections.extend(read_rejections(inner)),
                _ => {}
            }
        }
    }
    rejections
}

fn is_rejection(segment: &SegmentBuf) -> bool {
    segment.id == "AAA"
}
