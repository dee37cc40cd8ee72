//! A 271: the answer.

use scrubjay_model::{Benefit, Carried, EligibilityRejection, FollowUpAction, OtherPayer};
use scrubjay_x12::{ControlNumbers, Loop, SegmentBuf, TransactionSet};

use super::EligibilityResponse;
use super::benefit::{DEPENDENT, Ids, SUBSCRIBER, draft_benefit, read_benefit, take_plan};
use super::other_payer::{check_other, draft_entities, draft_other, part, read_other};
use super::request::{PROVIDER, dependent_as, one_day};
use crate::draft::{Draft, DraftLoop};
use crate::exchange::{
    Demographics, Exchange, Levels, WrittenExchange, batch_of, check_trace, draft_dependent,
    draft_payer, draft_provider, draft_rejection, draft_rejections, draft_subscriber, draft_traces,
    expect, hl, read_dependent, read_payer, read_provider, read_rejections, read_traces, take,
};
use crate::party::read_person;
use crate::value::d8;
use crate::{ClaimError, ReadError, WriteError};

/// EB01 of a loop that holds nothing but a rejection: it cannot be processed.
const NOT_PROCESSED: &str = "V";

/// Writes answers about cover as one file, a transaction set each: for who
/// plays the payer.
///
/// # Errors
/// Where there is none, or one cannot be written: the error names which, and
/// no control number is drawn.
pub fn write_eligibility_responses(
    batch: &Exchange<'_, EligibilityResponse>,
    numbers: &mut dyn ControlNumbers,
) -> Result<WrittenExchange, WriteError> {
    batch.write("271", numbers, |response| {
        check(response)?;
        let trace = response.traces.first();
        let name = response
            .batch
            .as_deref()
            .or(trace.map(|trace| trace.number.as_str()))
            .unwrap_or_default();
        let bht = batch.bht(["0022", "11", name, ""]);
        levels(response, Entities::AsCarried).restore(bht, &response.carried)
    })
}

fn check(response: &EligibilityResponse) -> Result<(), ClaimError> {
    if response.payer.id.is_none() {
        return Err(ClaimError::NoPayerId { loop_id: "2100A" });
    }
    let ids = ids(response.dependent.is_some());
    let places = ["2000A", "2100A", "2100B", "2100C", ids.named, ids.benefit];
    let mut rejections = response.rejections.iter();
    if rejections.any(|rejection| !places.contains(&rejection.at.as_str())) {
        return Err(ClaimError::RejectedLevel);
    }
    let level = if response.dependent.is_some() {
        "2000D"
    } else {
        "2000C"
    };
    for trace in &response.traces {
        check_trace(trace, level)?;
    }
    response.other_payers.iter().try_for_each(check_other)
}

const fn ids(dependent: bool) -> Ids {
    if dependent { DEPENDENT } else { SUBSCRIBER }
}

/// Which benefits have entities besides other payers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entities {
    /// Any may, of what came.
    Any,
    /// Those of which something is carried.
    AsCarried,
}

fn levels(response: &EligibilityResponse, entities: Entities) -> Levels {
    let refused = |id| draft_rejections(&response.rejections, id);
    let mut source = hl("2000A", "20");
    source.segments.extend(refused("2000A"));
    let mut payer = draft_payer("2100A", &response.payer);
    payer.segments.extend(refused("2100A"));
    source.loops.push(payer);
    let levels = Levels::default().inside(Some(source));
    let above = response
        .rejections
        .iter()
        .all(|rejection| matches!(rejection.at.as_str(), "2000A" | "2100A"));
    let unknown = response.provider == scrubjay_model::Provider::default();
    if !names_patient(response) && unknown && above {
        return levels;
    }
    let mut receiver = hl("2000B", "21");
    let mut provider = draft_provider(PROVIDER, &response.provider);
    provider.segments.extend(refused("2100B"));
    receiver.loops.push(provider);
    let levels = levels.inside(Some(receiver));
    if !names_patient(response) {
        return levels;
    }
    let mut level = hl("2000C", "22");
    let told = Demographics::EachOrUnknown;
    let mut named = draft_subscriber("2100C", &response.subscriber, Some(told));
    named.segments.extend(refused("2100C"));
    let Some(dependent) = &response.dependent else {
        level.segments.extend(draft_traces(&response.traces, "2"));
        say(&mut named, SUBSCRIBER, response, entities);
        level.loops.push(named);
        return levels.inside(Some(level));
    };
    level.loops.push(named);
    let mut below = hl("2000D", "23");
    below.segments.extend(draft_traces(&response.traces, "2"));
    let mut named = draft_dependent(dependent_as(told), dependent);
    named.segments.extend(refused("2100D"));
    say(&mut named, DEPENDENT, response, entities);
    below.loops.push(named);
    levels.inside(Some(level)).inside(Some(below))
}

/// Whether the answer is about a patient, and not about the whole set.
fn names_patient(response: &EligibilityResponse) -> bool {
    let within = |rejection: &EligibilityRejection| {
        !matches!(rejection.at.as_str(), "2000A" | "2100A" | "2100B")
    };
    response.patient().is_some()
        || response.dependent.is_some()
        || !response.traces.is_empty()
        || !response.benefits.is_empty()
        || !response.other_payers.is_empty()
        || response.rejections.iter().any(within)
}

/// Days, benefits, other payers and rejections of the patient.
fn say(named: &mut DraftLoop, ids: Ids, response: &EligibilityResponse, entities: Entities) {
    for (qualifier, day) in [
        ("307", response.service),
        ("346", response.plan_from),
        ("347", response.plan_to),
    ] {
        named.segments.extend(day.map(|day| {
            Draft::new("DTP")
                .owned(1, qualifier)
                .owned(2, "D8")
                .owned(3, d8(day))
                .held_whole()
        }));
    }
    let mut number = 0;
    let mut next = || {
        number += 1;
        number
    };
    for benefit in &response.benefits {
        let index = next();
        let mut drafted = draft_benefit(ids, index, benefit);
        let path = format!("{}/{}[{index}]/{}", ids.named, ids.benefit, ids.entities);
        let carries = |carried: &Carried| carried.at.starts_with(&path);
        if entities == Entities::Any || response.carried.iter().any(carries) {
            drafted.loops.push(draft_entities(ids));
        }
        named.loops.push(drafted);
    }
    for other in &response.other_payers {
        named.loops.push(draft_other(ids, next(), other));
    }
    let refused = response.rejections.iter();
    for rejection in refused.filter(|rejection| rejection.at == ids.benefit) {
        let mut drafted = DraftLoop::listed(ids.benefit, next());
        let eb = Draft::new("EB").assumed(1, NOT_PROCESSED);
        drafted.segments.extend([eb, draft_rejection(rejection)]);
        named.loops.push(drafted);
    }
}

/// The answers of a 271, one a patient; a set that names none and refuses the
/// question is one answer.
///
/// # Errors
/// Where the transaction is no 271, or a benefit's amount or type of service is
/// none: what a patient would pay is never guessed.
pub fn read_eligibility_responses(
    set: &TransactionSet,
) -> Result<Vec<EligibilityResponse>, ReadError> {
    expect(set, "271", "a 271")?;
    let mut responses = Vec::new();
    for source in set.root.children("2000A") {
        let mut alone = true;
        for receiver in source.children("2000B") {
            alone = false;
            let mut nobody = true;
            for subscriber in receiver.children("2000C") {
                nobody = false;
                let own = subscriber.child("2000D").is_none()
                    || subscriber.segment("TRN").is_some()
                    || subscriber
                        .child("2100C")
                        .is_some_and(|named| named.child("2110C").is_some());
                if own {
                    responses.push(read(set, &[source, receiver, subscriber], None)?);
                }
                for dependent in subscriber.children("2000D") {
                    let above = [source, receiver, subscriber];
                    responses.push(read(set, &above, Some(dependent))?);
                }
            }
            if nobody {
                responses.push(read(set, &[source, receiver], None)?);
            }
        }
        if alone {
            responses.push(read(set, &[source], None)?);
        }
    }
    Ok(responses)
}

fn read(
    set: &TransactionSet,
    above: &[&Loop],
    below: Option<&Loop>,
) -> Result<EligibilityResponse, ReadError> {
    let mut came: Vec<Loop> = above.iter().map(|level| (*level).clone()).collect();
    if let (Some(below), Some(subscriber)) = (below, came.last_mut()) {
        // Its own answer is not the dependent's.
        subscriber.segments.retain(|segment| segment.id != "TRN");
        for named in &mut subscriber.loops {
            named.loops.retain(|inner| inner.id != "2110C");
        }
        came.push(below.clone());
    }
    let ids = ids(below.is_some());
    let of_patient = came.len() > 2;
    let child = |came: &[Loop], level: usize, id: &str| came.get(level)?.child(id).cloned();
    let mut said = Said::default();
    let mut rejections = Vec::new();
    for level in &came {
        rejections.extend(read_rejections(level));
        for named in level.loops.iter().filter(|inner| inner.id != "2000D") {
            rejections.extend(read_rejections(named));
        }
    }
    let mut traces = Vec::new();
    if let Some(patient) = came.last_mut().filter(|_| of_patient) {
        traces = read_traces(patient);
        if let Some(named) = patient.loops.iter_mut().find(|inner| inner.id == ids.named) {
            said = Said::read(ids, named)?;
        }
    }
    rejections.extend(said.rejections);
    let trace = traces.first().map(|trace| &trace.number);
    let mut response = EligibilityResponse {
        batch: batch_of(set, trace),
        traces,
        payer: read_payer(child(&came, 0, "2100A").as_ref()),
        provider: read_provider(child(&came, 1, "2100B").as_ref(), PROVIDER),
        subscriber: child(&came, 2, "2100C")
            .as_ref()
            .map(read_person)
            .unwrap_or_default(),
        dependent: below.map(|_| read_dependent(child(&came, 3, "2100D").as_ref())),
        service: said.service,
        plan_from: said.plan.0,
        plan_to: said.plan.1,
        benefits: said.benefits,
        other_payers: said.other_payers,
        rejections,
        carried: Vec::new(),
    };
    let came: Vec<&Loop> = came.iter().collect();
    response.carried = levels(&response, Entities::Any).leftovers(&came);
    Ok(response)
}

/// What is said of a patient.
#[derive(Debug, Default)]
struct Said {
    service: Option<chrono::NaiveDate>,
    plan: (Option<chrono::NaiveDate>, Option<chrono::NaiveDate>),
    benefits: Vec<Benefit>,
    other_payers: Vec<OtherPayer>,
    rejections: Vec<EligibilityRejection>,
}

impl Said {
    /// Reads a patient's loop and leaves in it what the model does not hold
    /// whole: benefits first, then an EB for each other payer, then one for
    /// each rejection.
    fn read(ids: Ids, named: &mut Loop) -> Result<Self, ReadError> {
        let plan = take_plan(named);
        let mut said = Self {
            service: take_service(named),
            plan,
            ..Self::default()
        };
        let all = std::mem::take(&mut named.loops);
        let (came, rest) = all
            .into_iter()
            .partition::<Vec<Loop>, _>(|inner| inner.id == ids.benefit);
        let (mut benefits, mut others, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for mut eb in came {
            let before = refused.len();
            while let Some(aaa) = take(&mut eb, |segment| segment.id == "AAA") {
                said.rejections.push(EligibilityRejection {
                    at: ids.benefit.to_owned(),
                    reason: aaa.element(3).trim().to_owned(),
                    action: FollowUpAction::from_x12(aaa.element(4).trim()),
                });
                let mut own = Loop::new(ids.benefit);
                let opener = SegmentBuf::new("EB").with_elements([NOT_PROCESSED]);
                own.segments.extend([opener, aaa]);
                refused.push(own);
            }
            if refused.len() > before && is_bare(&eb) {
                continue;
            }
            let (benefit, payers) = part(ids, eb);
            if let Some(mut benefit) = benefit {
                said.benefits.push(read_benefit(&mut benefit)?);
                benefits.push(benefit);
            }
            for mut payer in payers {
                said.other_payers.push(read_other(ids, &mut payer));
                others.push(payer);
            }
        }
        named.loops = benefits;
        named.loops.extend(others);
        named.loops.extend(refused);
        named.loops.extend(rest);
        Ok(said)
    }
}

/// Whether an EB loop says only that something could not be processed.
fn is_bare(within: &Loop) -> bool {
    let bare = SegmentBuf::new("EB").with_elements([NOT_PROCESSED]);
    within.loops.is_empty() && within.segments == [bare]
}

/// The day that the answer is about.
fn take_service(named: &mut Loop) -> Option<chrono::NaiveDate> {
    let dtp = take(named, |dtp| {
        dtp.id == "DTP" && matches!(dtp.element(1), "472" | "307" | "291") && one_day(dtp).is_some()
    })?;
    one_day(&dtp)
}
