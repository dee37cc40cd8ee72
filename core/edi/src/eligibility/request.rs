//! A 270: the question.

use scrubjay_model::{Carried, Person, ServiceType};
use scrubjay_x12::{ControlNumbers, Loop, TransactionSet};

use super::EligibilityRequest;
use crate::draft::{Draft, DraftLoop};
use crate::exchange::{
    Demographics, DependentAs, Exchange, Levels, ProviderAs, WrittenExchange, batch_of,
    check_parties, check_trace, draft_dependent, draft_payer, draft_provider, draft_subscriber,
    draft_traces, expect, hl, read_dependent, read_payer, read_provider, read_traces,
};
use crate::party::read_person;
use crate::value::{d8, day};
use crate::{ReadError, WriteError};

pub(super) const PROVIDER: ProviderAs = ProviderAs {
    id: "2100B",
    tax: "FI",
    tax_reference: Some("TJ"),
};

pub(super) const fn dependent_as(told: Demographics) -> DependentAs {
    DependentAs {
        id: "2100D",
        entity: "03",
        other: Some(("34", told)),
    }
}

/// The plan as a whole.
const WHOLE_PLAN: &str = "30";

/// Writes questions about cover as one file, a transaction set each.
///
/// # Errors
/// Where there is none, or one cannot be written: the error names which, and
/// no control number is drawn.
pub fn write_eligibility_requests(
    batch: &Exchange<'_, EligibilityRequest>,
    numbers: &mut dyn ControlNumbers,
) -> Result<WrittenExchange, WriteError> {
    batch.write("270", numbers, |request| {
        check_parties((&request.payer, "2100A"), (&request.provider, "2100B"))?;
        let trace_at = if request.dependent.is_some() {
            "2000D"
        } else {
            "2000C"
        };
        if let Some(trace) = &request.trace {
            check_trace(trace, trace_at)?;
        }
        let trace = request.trace.as_ref();
        let name = request
            .batch
            .as_deref()
            .or(trace.map(|trace| trace.number.as_str()))
            .unwrap_or_default();
        let bht = batch.bht(["0022", "13", name, ""]);
        levels(request).restore(bht, &request.carried)
    })
}

fn levels(request: &EligibilityRequest) -> Levels {
    let mut source = hl("2000A", "20");
    source.loops.push(draft_payer("2100A", &request.payer));
    let mut receiver = hl("2000B", "21");
    receiver
        .loops
        .push(draft_provider(PROVIDER, &request.provider));
    let mut subscriber = hl("2000C", "22");
    let mut named = draft_subscriber("2100C", &request.subscriber, Some(Demographics::Each));
    let dependent = request.dependent.as_ref().map(|dependent| {
        let mut level = hl("2000D", "23");
        let mut named = draft_dependent(dependent_as(Demographics::Each), dependent);
        ask(&mut named, "2110D", request);
        level.segments.extend(draft_traces(&request.trace, "1"));
        level.loops.push(named);
        level
    });
    if dependent.is_none() {
        ask(&mut named, "2110C", request);
        subscriber
            .segments
            .extend(draft_traces(&request.trace, "1"));
    }
    subscriber.loops.push(named);
    Levels::default()
        .inside(Some(source))
        .inside(Some(receiver))
        .inside(Some(subscriber))
        .inside(dependent)
}

/// DTP and EQ of the patient.
fn ask(patient: &mut DraftLoop, id: &'static str, request: &EligibilityRequest) {
    patient.segments.extend(request.service.map(|service| {
        Draft::qualified("DTP", "291")
            .owned(2, "D8")
            .owned(3, d8(service))
            .held_whole()
    }));
    let mut types: Vec<String> = request.service_types.iter().map(text_of).collect();
    // A procedure may be asked about in place of a type.
    let other = |carried: &Carried| carried.at.ends_with(".EQ");
    if types.is_empty() && !request.carried.iter().any(other) {
        types.push(WHOLE_PLAN.to_owned());
    }
    let mut inquiry = DraftLoop::listed(id, 1);
    inquiry.segments.push(Draft::new("EQ").repeated(1, types));
    patient.loops.push(inquiry);
}

fn text_of(service_type: &ServiceType) -> String {
    service_type.as_str().to_owned()
}

/// The questions of a 270.
///
/// # Errors
/// Where the transaction is no 270.
pub fn read_eligibility_requests(
    set: &TransactionSet,
) -> Result<Vec<EligibilityRequest>, ReadError> {
    expect(set, "270", "a 270")?;
    let mut requests = Vec::new();
    for source in set.root.children("2000A") {
        for receiver in source.children("2000B") {
            for subscriber in receiver.children("2000C") {
                let above = [source, receiver, subscriber];
                let mut asks = subscriber.child("2000D").is_none();
                asks |= subscriber
                    .child("2100C")
                    .is_some_and(|named| named.child("2110C").is_some());
                if asks {
                    requests.push(read(set, above, None));
                }
                for dependent in subscriber.children("2000D") {
                    requests.push(read(set, above, Some(dependent)));
                }
            }
        }
    }
    Ok(requests)
}

fn read(
    set: &TransactionSet,
    [source, receiver, above]: [&Loop; 3],
    below: Option<&Loop>,
) -> EligibilityRequest {
    let mut subscriber = above.clone();
    let mut level = below.unwrap_or(above).clone();
    let (id, asks) = match below {
        Some(_) => ("2100D", "2110D"),
        None => ("2100C", "2110C"),
    };
    let trace = read_traces(&level).into_iter().next();
    let mut service = None;
    let mut types = Vec::new();
    if let Some(named) = level.loops.iter_mut().find(|inner| inner.id == id) {
        service = take_service(named);
        types = gather_types(named, asks);
    }
    let whole_plan = matches!(&types[..], [only] if only.is_whole_plan());
    if whole_plan {
        types.clear();
    }
    match below {
        // Its own question is not the dependent's.
        Some(_) => {
            for named in &mut subscriber.loops {
                named.loops.retain(|inner| inner.id != "2110C");
            }
            subscriber.segments.retain(|segment| segment.id != "TRN");
        }
        None => subscriber = level.clone(),
    }
    let mut request = EligibilityRequest {
        batch: batch_of(set, trace.as_ref().map(|trace| &trace.number)),
        trace,
        payer: read_payer(source.child("2100A")),
        provider: read_provider(receiver.child("2100B"), PROVIDER),
        subscriber: subscriber
            .child("2100C")
            .map(read_person)
            .unwrap_or_default(),
        dependent: below.map(|_| read_dependent(level.child("2100D"))),
        service,
        service_types: types,
        carried: Vec::new(),
    };
    request.subscriber = untold(request.subscriber);
    if let Some(dependent) = &mut request.dependent {
        dependent.person = untold(dependent.person.clone());
    }
    request.carried = levels(&request).leftovers(&[source, receiver, &subscriber, &level]);
    request
}

/// A sex that is unknown is one that is not told.
fn untold(person: Person) -> Person {
    let sex = person.sex.filter(|sex| *sex != scrubjay_model::Sex::U);
    Person { sex, ..person }
}

/// The day of service, which may be a span of one day.
fn take_service(named: &mut Loop) -> Option<chrono::NaiveDate> {
    let at = named
        .segments
        .iter()
        .position(|dtp| dtp.id == "DTP" && dtp.element(1) == "291" && one_day(dtp).is_some())?;
    one_day(&named.segments.remove(at))
}

pub(super) fn one_day(dtp: &scrubjay_x12::SegmentBuf) -> Option<chrono::NaiveDate> {
    match (dtp.element(2), dtp.element(3).split_once('-')) {
        ("D8", None) => day(dtp.element(3)),
        ("RD8", Some((from, to))) if from == to => day(from),
        _ => None,
    }
}

/// Every type of service asked about, in one question: the first EQ lists
/// them, and the others go where that says all they do.
fn gather_types(named: &mut Loop, asks: &str) -> Vec<ServiceType> {
    let mut types = Vec::new();
    for inquiry in named.loops.iter_mut().filter(|inner| inner.id == asks) {
        let Some(eq) = inquiry.segments.first_mut() else {
            continue;
        };
        let listed: Option<Vec<ServiceType>> = eq
            .repeats(1)
            .map(|code| code.component(1).trim().parse().ok())
            .collect();
        // One that is no type of service stays where it came.
        let Some(listed) = listed.filter(|listed| !listed.is_empty()) else {
            continue;
        };
        types.extend(listed);
        eq.set(1, "");
    }
    let mut first = true;
    named.loops.retain(|inner| {
        let said = |segment: &scrubjay_x12::SegmentBuf| {
            segment.id != "EQ" || (1..=segment.len()).any(|at| !segment.element(at).is_empty())
        };
        inner.id != asks
            || std::mem::take(&mut first)
            || !inner.loops.is_empty()
            || inner.segments.iter().any(said)
    });
    types
}
