//! Answers on claims into a 277CA.

use chrono::{DateTime, NaiveDate, Utc};
use scrubjay_model::{Claim, Money};
use scrubjay_x12::{ControlNumbers, Loop, SegmentBuf, SetToWrite, Written, guide_for, write};

use crate::WriteError;
use crate::claim::Party;
use crate::envelope::envelope;
use crate::value::d8;

/// One status of a claim: category, code and the entity that it is about
/// (external code lists 507, 508 and 98), such as `A7:562:85`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusCode {
    /// Category, such as A2.
    pub category: String,
    /// Status code, such as 20.
    pub code: String,
    /// Entity, such as PR.
    pub entity: Option<String>,
}

impl StatusCode {
    fn components(&self) -> [&str; 3] {
        let entity = self.entity.as_deref().unwrap_or_default();
        [&self.category, &self.code, entity]
    }
}

/// What is answered to one claim.
#[derive(Debug, Clone)]
pub struct ClaimAnswer<'a> {
    /// The claim as it was received.
    pub claim: &'a Claim,
    /// The first status, which decides.
    pub status: StatusCode,
    /// At most two more.
    pub further: Vec<StatusCode>,
    /// The number that the payer gives an accepted claim (REF*1K).
    pub payer_control: Option<String>,
}

impl ClaimAnswer<'_> {
    /// A2 is accepted, and A5, split on acceptance; all else is not.
    fn is_accepted(&self) -> bool {
        matches!(self.status.category.as_str(), "A2" | "A5")
    }
}

/// Answers to the claims of one transaction set.
#[derive(Debug, Clone)]
pub struct StatusBatch<'a> {
    /// Answers, of one or several billing providers.
    pub answers: &'a [ClaimAnswer<'a>],
    /// The payer that answers.
    pub source: Party,
    /// The submitter of the claims.
    pub receiver: Party,
    /// What the submitter named the batch (BHT03 of the 837).
    pub batch: String,
    /// When the claims were received.
    pub received: NaiveDate,
    /// ISA15: T or P.
    pub usage: &'static str,
    /// When it is sent.
    pub at: DateTime<Utc>,
}

/// Writes a 277CA.
///
/// # Errors
/// Where there is no answer, or a value cannot be written as X12.
pub fn write_277ca(
    batch: &StatusBatch<'_>,
    numbers: &mut dyn ControlNumbers,
) -> Result<Written, WriteError> {
    if batch.answers.is_empty() {
        return Err(WriteError::Nothing);
    }
    let guide = guide_for("005010X214", "277").expect("the X12 crate has the guide of the 277CA");
    let envelope = envelope(&batch.source, &batch.receiver, batch.usage, batch.at);
    let root = batch.set();
    Ok(write(&envelope, vec![SetToWrite { guide, root }], numbers)?)
}

fn level(id: &'static str, code: &str) -> Loop {
    let mut level = Loop::new(id);
    level
        .segments
        .push(SegmentBuf::new("HL").with_elements(["", "", code]));
    level
}

fn named(id: &'static str, elements: [&str; 9]) -> Loop {
    let mut named = Loop::new(id);
    named
        .segments
        .push(SegmentBuf::new("NM1").with_elements(elements));
    named
}

fn traced(id: &'static str, kind: &str, number: &str) -> Loop {
    let mut traced = Loop::new(id);
    traced
        .segments
        .push(SegmentBuf::new("TRN").with_elements([kind, number]));
    traced
}

impl StatusBatch<'_> {
    fn set(&self) -> Loop {
        let mut root = Loop::new("ST");
        let name = self.at.format("%Y%m%d%H%M%S").to_string();
        let (date, time) = (d8(self.at.date_naive()), self.at.format("%H%M").to_string());
        root.segments
            .push(SegmentBuf::new("BHT").with_elements(["0085", "08", &name, &date, &time, "TH"]));
        let mut source = level("2000A", "20");
        let Party {
            id, name: payer, ..
        } = &self.source;
        source
            .loops
            .push(named("2100A", ["PR", "2", payer, "", "", "", "", "PI", id]));
        let mut trace = traced("2200A", "1", &name);
        for (qualifier, day) in [("050", d8(self.received)), ("009", date)] {
            let dtp = SegmentBuf::new("DTP").with_elements([qualifier, "D8", &day]);
            trace.segments.push(dtp);
        }
        source.loops.push(trace);
        source.loops.push(self.submitter());
        root.loops.push(source);
        root
    }

    fn submitter(&self) -> Loop {
        let mut receiver = level("2000B", "21");
        let Party { id, name, .. } = &self.receiver;
        receiver
            .loops
            .push(named("2100B", ["41", "2", name, "", "", "", "", "46", id]));
        let mut batch = traced("2200B", "2", &self.batch);
        let total = self.answers.iter().map(|answer| answer.claim.charge).sum();
        batch
            .segments
            .push(self.stc(&[["A1", "19", "PR"]], "WQ", total));
        batch
            .segments
            .extend(totals(self.answers.iter(), ["90", "AA"]));
        receiver.loops.push(batch);
        let mut providers: Vec<(&scrubjay_model::Provider, Loop)> = Vec::new();
        for answer in self.answers {
            let billing = &answer.claim.billing;
            let at = match providers.iter().position(|(listed, _)| *listed == billing) {
                Some(at) => at,
                None => {
                    providers.push((billing, self.provider(billing)));
                    providers.len() - 1
                }
            };
            providers[at].1.loops.push(self.claim(answer));
        }
        receiver
            .loops
            .extend(providers.into_iter().map(|(_, level)| level));
        receiver
    }

    fn provider(&self, billing: &scrubjay_model::Provider) -> Loop {
        let mut provider = level("2000C", "19");
        let npi = billing.npi.as_ref().map(scrubjay_model::AsSent::text);
        let first = billing.name.first.as_deref().unwrap_or_default();
        let kind = if first.is_empty() { "2" } else { "1" };
        let (qualifier, id) = match (&npi, &billing.tax_id) {
            (Some(npi), _) => ("XX", npi.as_str()),
            (None, Some(tax_id)) => ("FI", tax_id.as_str()),
            (None, None) => ("", ""),
        };
        let name = &billing.name.last;
        let elements = ["85", kind, name, first, "", "", "", qualifier, id];
        provider.loops.push(named("2100C", elements));
        // A provider that gave no trace number is answered under 0, as the
        // guide asks, with the totals of its claims.
        let mut trace = traced("2200C", "1", "0");
        let own = self
            .answers
            .iter()
            .filter(|answer| answer.claim.billing == *billing);
        trace.segments.extend(totals(own, ["QA", "QC"]));
        provider.loops.push(trace);
        provider
    }

    fn stc<T: AsRef<str>>(&self, statuses: &[[T; 3]], action: &str, charge: Money) -> SegmentBuf {
        let mut stc = SegmentBuf::new("STC");
        let mut statuses = statuses.iter();
        stc.push_components(statuses.next().into_iter().flatten());
        stc.push(d8(self.at.date_naive()));
        stc.push(action);
        stc.push(charge.to_x12());
        stc.set(9, "");
        for status in statuses {
            stc.push_components(status);
        }
        stc
    }

    fn claim(&self, answer: &ClaimAnswer<'_>) -> Loop {
        let claim = answer.claim;
        let mut patient = level("2000D", "PT");
        let name = &claim.patient.name;
        let part = |part: &Option<String>| part.clone().unwrap_or_default();
        let member = claim
            .destination()
            .and_then(|coverage| coverage.member.as_ref());
        let mut nm1 = SegmentBuf::new("NM1").with_elements([
            "QC",
            "1",
            &name.last,
            &part(&name.first),
            &part(&name.middle),
            "",
            &part(&name.suffix),
        ]);
        if let Some(member) = member {
            nm1.push("MI");
            nm1.push(member.as_str());
        }
        let mut named = Loop::new("2100D");
        named.segments.push(nm1);
        patient.loops.push(named);
        let mut answered = traced("2200D", "2", claim.control.as_str());
        let statuses: Vec<[&str; 3]> = std::iter::once(&answer.status)
            .chain(answer.further.iter().take(2))
            .map(StatusCode::components)
            .collect();
        let action = if answer.is_accepted() { "WQ" } else { "U" };
        answered
            .segments
            .push(self.stc(&statuses, action, claim.charge));
        if let Some(control) = &answer.payer_control {
            let reference = SegmentBuf::new("REF").with_elements(["1K", control]);
            answered.segments.push(reference);
        }
        if let Some((from, to)) = claim.service_from().zip(claim.service_to()) {
            let days = if from == to {
                ["472", "D8", &d8(from)].map(str::to_owned)
            } else {
                ["472", "RD8", &format!("{}-{}", d8(from), d8(to))].map(str::to_owned)
            };
            answered
                .segments
                .push(SegmentBuf::new("DTP").with_elements(days));
        }
        patient.loops.push(answered);
        patient
    }
}

/// How many answers accept and how many do not, with their charges.
fn totals<'a>(
    answers: impl Iterator<Item = &'a ClaimAnswer<'a>> + Clone,
    [accepted, rejected]: [&str; 2],
) -> Vec<SegmentBuf> {
    let mut totals = Vec::new();
    for (accepts, quantity, amount) in [(true, accepted, "YU"), (false, rejected, "YY")] {
        let counted = answers
            .clone()
            .filter(|answer| answer.is_accepted() == accepts);
        let number = counted.clone().count();
        if number == 0 {
            continue;
        }
        let total: Money = counted.map(|answer| answer.claim.charge).sum();
        totals.extend([
            SegmentBuf::new("QTY").with_elements([quantity, &number.to_string()]),
            SegmentBuf::new("AMT").with_elements([amount, &total.to_x12()]),
        ]);
    }
    totals
}
