//! The levels of a 278 as they came.

use scrubjay_model::{AsSent, EligibilityRejection, FollowUpAction, Icd10, Urgency};
use scrubjay_x12::{Loop, SegmentBuf, TransactionSet};

use super::decision::{read_decision, take_days};
use super::event::{DIAGNOSES, PERFORMING, REQUESTER};
use super::service::{Form, read_service};
use super::{AuthorizationRequest, Decision, ReviewCategory, ReviewKind};
use crate::exchange::{
    Trace, batch_of, read_dependent, read_payer, read_provider, read_rejections, read_traces, take,
};
use crate::party::read_person;
use crate::value::{as_sent, quantity, reference};

/// The ICD-10 diagnoses that an HI begins with; others are carried in their
/// places behind them.
fn read_diagnoses(event: &Loop) -> Vec<AsSent<Icd10>> {
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
    pub(super) traces: Vec<Trace>,
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
