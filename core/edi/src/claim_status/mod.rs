//! 276 and 277: where does this claim stand (005010X212).

mod party;
mod request;
mod response;
mod status;

use chrono::NaiveDate;
use scrubjay_model::{
    Carried, Claim, ClaimId, ClaimStatusRecord, LineStatus, Money, Name, PatientControlNumber,
    PayerClaimControlNumber, PayerStatus, Person, Provider, RecordId,
};

use crate::ClaimError;
use crate::eligibility::Parties;
use crate::exchange::{AskedPayer, Matched};

pub use request::{read_claim_status_requests, write_claim_status_requests};
pub use response::{read_claim_status_responses, write_claim_status_responses};

/// Who the answer goes to (NM1*41).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatusReceiver {
    /// Its id on the channel.
    pub id: String,
    /// Its name.
    pub name: Name,
}

/// A question about one claim (276).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimStatusRequest {
    /// Its name (TRN02), at most fifty characters, which the answer gives back.
    pub trace: RecordId,
    /// Name of the set (BHT03), where it is not the trace number.
    pub batch: Option<String>,
    /// The payer asked.
    pub payer: AskedPayer,
    /// Who asks for the provider.
    pub receiver: StatusReceiver,
    /// The provider that billed.
    pub provider: Provider,
    /// The subscriber, with member number.
    pub subscriber: Person,
    /// The patient, where it is not the subscriber.
    pub dependent: Option<Person>,
    /// The control number that the claim went out with (REF*EJ).
    pub control: Option<PatientControlNumber>,
    /// The payer's number of the claim, where known (REF*1K).
    pub payer_control: Option<PayerClaimControlNumber>,
    /// Charge of the claim (AMT*T3).
    pub charge: Option<Money>,
    /// First and last day of service (DTP*472).
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// What one that came says beyond that, such as about single lines.
    pub carried: Vec<Carried>,
}

impl ClaimStatusRequest {
    /// The question about a claim that was sent.
    ///
    /// # Errors
    /// Where the claim goes to no payer.
    pub fn of(
        trace: &RecordId,
        claim: &Claim,
        payer_control: Option<&PayerClaimControlNumber>,
        receiver: &StatusReceiver,
    ) -> Result<Self, ClaimError> {
        let coverage = claim.destination().ok_or(ClaimError::NoCoverage)?;
        let parties = Parties::of(&claim.patient, coverage, coverage.member.as_ref());
        let told = |person: Person| Person {
            address: None,
            ..person
        };
        Ok(Self {
            trace: trace.clone(),
            batch: None,
            payer: AskedPayer {
                id: coverage.payer.clone(),
                name: coverage.payer_name.clone(),
            },
            receiver: receiver.clone(),
            provider: Provider {
                taxonomy: None,
                address: None,
                tax_id: claim
                    .billing
                    .tax_id
                    .clone()
                    .filter(|_| claim.billing.npi.is_none()),
                ..claim.billing.clone()
            },
            subscriber: told(parties.subscriber),
            dependent: parties.dependent.map(|dependent| told(dependent.person)),
            // A claim goes out under our id.
            control: claim.id.as_str().parse().ok(),
            payer_control: payer_control.cloned(),
            charge: Some(claim.charge),
            days: claim.service_from().zip(claim.service_to()),
            carried: Vec::new(),
        })
    }
}

/// What an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusAbout {
    /// The whole question (loop 2200B): it could not be taken.
    Question,
    /// A provider (loop 2200C): it is not known, say.
    Provider,
    /// A claim (loop 2200D or 2200E).
    Claim,
}

/// A payer's answer about one claim (277), which [`match_claim_status`] puts
/// to its question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimStatusResponse {
    /// What it is about; the levels below it are empty.
    pub about: StatusAbout,
    /// Name of the question.
    pub trace: RecordId,
    /// Name of the set (BHT03), where it is not the trace number.
    pub batch: Option<String>,
    /// The payer that answers.
    pub payer: AskedPayer,
    /// Who asked.
    pub receiver: StatusReceiver,
    /// The provider that billed.
    pub provider: Provider,
    /// The subscriber.
    pub subscriber: Person,
    /// The patient, where it is not the subscriber.
    pub dependent: Option<Person>,
    /// What is said, in order.
    pub statuses: Vec<PayerStatus>,
    /// Our control number, as it comes back (REF*EJ).
    pub control: Option<PatientControlNumber>,
    /// The payer's number of the claim (REF*1K).
    pub payer_control: Option<PayerClaimControlNumber>,
    /// First and last day of service, as the payer has them (DTP*472).
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// Service lines.
    pub lines: Vec<LineStatus>,
    /// What it says beyond that.
    pub carried: Vec<Carried>,
}

impl ClaimStatusResponse {
    /// The answer to a question, for who plays the payer.
    #[must_use]
    pub fn to(request: &ClaimStatusRequest, record: &ClaimStatusRecord) -> Self {
        let named = |person: &Person| Person {
            name: person.name.clone(),
            member: person.member.clone(),
            ..Person::default()
        };
        Self {
            about: StatusAbout::Claim,
            trace: request.trace.clone(),
            batch: None,
            payer: request.payer.clone(),
            receiver: request.receiver.clone(),
            provider: request.provider.clone(),
            subscriber: named(&request.subscriber),
            dependent: request.dependent.as_ref().map(named),
            statuses: record.statuses.clone(),
            control: record.control.clone(),
            payer_control: record.payer_control.clone(),
            days: record.from.zip(record.to),
            lines: record.lines.clone(),
            carried: record.carried.clone(),
        }
    }

    /// What is kept of it with a claim that was asked about on a day and
    /// answered on another. Whether it holds together is checked when it
    /// becomes a [`ClaimStatusAnswer`](scrubjay_model::ClaimStatusAnswer).
    #[must_use]
    pub fn into_record(
        self,
        claim: &ClaimId,
        asked: NaiveDate,
        answered: NaiveDate,
    ) -> ClaimStatusRecord {
        ClaimStatusRecord {
            claim: claim.clone(),
            asked,
            answered,
            control: self.control,
            payer_control: self.payer_control,
            from: self.days.map(|days| days.0),
            to: self.days.map(|days| days.1),
            statuses: self.statuses,
            lines: self.lines,
            carried: self.carried,
        }
    }
}

/// Finds the question of an answer: by its name, else by our control number or
/// the payer's; of an answer about a provider, which needs give back no name,
/// by the provider.
#[must_use]
pub fn match_claim_status<'a>(
    response: &ClaimStatusResponse,
    asked: &'a [ClaimStatusRequest],
) -> Matched<'a, ClaimStatusRequest> {
    let whole = response.about == StatusAbout::Question;
    let by_name = |request: &ClaimStatusRequest| {
        let set = request.batch.as_deref().filter(|_| whole);
        response.trace == request.trace || set == Some(response.trace.as_str())
    };
    let by_content = |request: &ClaimStatusRequest| {
        if response.about == StatusAbout::Provider {
            let id = |of: &Provider| (of.npi.clone(), of.tax_id.clone());
            return id(&response.provider) == id(&request.provider);
        }
        let ours = response.control.is_some() && response.control == request.control;
        let theirs =
            response.payer_control.is_some() && response.payer_control == request.payer_control;
        ours || theirs
    };
    Matched::among(asked, by_name, by_content)
}
