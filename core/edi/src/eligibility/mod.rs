//! 270 and 271: is the patient covered, and for what (005010X279A1).

mod benefit;
mod matching;
mod other_payer;
mod request;
mod response;

use chrono::NaiveDate;
use scrubjay_model::{
    Benefit, Carried, Coverage, EligibilityRecord, EligibilityRejection, InquiryRecord, OtherPayer,
    Person, Provider, Relationship, ServiceType,
};

use crate::exchange::{AskedPayer, Dependent, Trace};

pub use matching::match_inquiry;
pub use request::{read_eligibility_requests, write_eligibility_requests};
pub use response::{read_eligibility_responses, write_eligibility_responses};

/// A question about one patient's cover (270).
///
/// ```
/// use scrubjay_edi::{
///     AskedPayer, EligibilityRequest, Exchange, Party, Trace, read_eligibility_requests,
///     write_eligibility_requests,
/// };
/// use scrubjay_model::{AsSent, Name, Person, Provider};
/// use scrubjay_x12::ControlNumbers;
///
/// struct Numbers(u32);
/// impl ControlNumbers for Numbers {
///     fn next_interchange(&mut self) -> u32 { self.0 += 1; self.0 }
///     fn next_group(&mut self) -> u32 { self.next_interchange() }
///     fn next_set(&mut self) -> u32 { self.next_interchange() }
/// }
///
/// let request = EligibilityRequest {
///     trace: Some(Trace { number: "E-1".parse()?, originator: "9PRACTICE1".into() }),
///     batch: None,
///     payer: AskedPayer { id: Some("SUMMIT".parse()?), name: Name::organization("SUMMIT HEALTH") },
///     provider: Provider {
///         name: Name::organization("SAMPLE CLINIC"),
///         npi: Some(AsSent::read("1234567893")),
///         ..Provider::default()
///     },
///     subscriber: Person {
///         name: Name::person("SAMPLE", "PATIENT"),
///         member: Some("M1001".parse()?),
///         ..Person::default()
///     },
///     dependent: None,
///     service: "2026-03-02".parse().ok(),
///     service_types: vec!["98".parse()?],
///     carried: Vec::new(),
/// };
/// let end = |id: &str| Party { qualifier: "ZZ".into(), id: id.into(), name: id.into() };
/// let asked = Exchange {
///     items: std::slice::from_ref(&request),
///     sender: end("PRACTICE"),
///     receiver: end("CLEARING"),
///     usage: "T",
///     at: "2026-02-26T08:15:00Z".parse()?,
/// };
/// let file = write_eligibility_requests(&asked, &mut Numbers(0))?;
/// let sets = scrubjay_x12::read(&file.bytes)?.remove(0).sets;
/// assert_eq!(read_eligibility_requests(&sets[0])?, [request]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EligibilityRequest {
    /// Its name, which the answer gives back.
    pub trace: Option<Trace>,
    /// Name of the set (BHT03), where it is not the trace number.
    pub batch: Option<String>,
    /// The payer asked.
    pub payer: AskedPayer,
    /// Who asks.
    pub provider: Provider,
    /// The subscriber, with member number.
    pub subscriber: Person,
    /// The patient, where it is not the subscriber.
    pub dependent: Option<Dependent>,
    /// Day of service (DTP*291).
    pub service: Option<NaiveDate>,
    /// Types of service (EQ01); none means the plan as a whole, which is asked
    /// and read as type 30 alone.
    pub service_types: Vec<ServiceType>,
    /// What a question that came says beyond that.
    pub carried: Vec<Carried>,
}

impl EligibilityRequest {
    /// The question of an inquiry about a patient with a coverage.
    ///
    /// `originator` is who gives the trace number: see [`Trace`].
    #[must_use]
    pub fn of(
        inquiry: &InquiryRecord,
        patient: &Person,
        coverage: &Coverage,
        provider: &Provider,
        originator: &str,
    ) -> Self {
        let member = inquiry.member.as_ref().or(coverage.member.as_ref());
        let parties = Parties::of(patient, coverage, member);
        let whole_plan = matches!(&inquiry.service_types[..], [only] if only.is_whole_plan());
        Self {
            trace: Some(Trace {
                number: inquiry.id.clone(),
                originator: originator.to_owned(),
            }),
            batch: None,
            payer: AskedPayer {
                id: Some(inquiry.payer.clone()),
                name: coverage.payer_name.clone(),
            },
            provider: provider.clone(),
            subscriber: parties.subscriber,
            dependent: parties.dependent,
            service: Some(inquiry.service),
            service_types: if whole_plan {
                Vec::new()
            } else {
                inquiry.service_types.clone()
            },
            carried: Vec::new(),
        }
    }
}

/// Subscriber and dependent of a coverage, as questions name them.
pub(crate) struct Parties {
    pub(crate) subscriber: Person,
    pub(crate) dependent: Option<Dependent>,
}

impl Parties {
    pub(crate) fn of(
        patient: &Person,
        coverage: &Coverage,
        member: Option<&scrubjay_model::MemberId>,
    ) -> Self {
        let own = coverage.relationship == Relationship::Own;
        let subscriber = if own {
            patient.clone()
        } else {
            coverage.subscriber.clone().unwrap_or_default()
        };
        let subscriber = Person {
            member: member.cloned().or(subscriber.member),
            died: None,
            ..subscriber
        };
        let dependent = (!own).then(|| Dependent {
            person: Person {
                member: None,
                died: None,
                ..patient.clone()
            },
            relationship: coverage.relationship,
        });
        Self {
            subscriber,
            dependent,
        }
    }
}

/// A payer's answer about one patient (271), which [`match_inquiry`] puts to
/// its question.
///
/// An answer that refuses a whole set names no patient: then the rejections
/// are about the levels above, and the trace is that of the set, if any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EligibilityResponse {
    /// Names of the question, ours among them.
    pub traces: Vec<Trace>,
    /// Name of the question's set (BHT03), where it is not the first trace.
    pub batch: Option<String>,
    /// The payer that answers.
    pub payer: AskedPayer,
    /// Who asked.
    pub provider: Provider,
    /// The subscriber as the payer has them.
    pub subscriber: Person,
    /// The patient as the payer has them, where it is not the subscriber.
    pub dependent: Option<Dependent>,
    /// Day that it is about, where it says so (DTP*472, 307 or 291).
    pub service: Option<NaiveDate>,
    /// First day of the plan (DTP*346, 356).
    pub plan_from: Option<NaiveDate>,
    /// Last day of the plan (DTP*347, 357).
    pub plan_to: Option<NaiveDate>,
    /// Benefits, in order.
    pub benefits: Vec<Benefit>,
    /// Other payers.
    pub other_payers: Vec<OtherPayer>,
    /// Why it was refused, outermost level first.
    pub rejections: Vec<EligibilityRejection>,
    /// What it says beyond that.
    pub carried: Vec<Carried>,
}

impl EligibilityResponse {
    /// The answer to a question, for who plays the payer.
    #[must_use]
    pub fn to(request: &EligibilityRequest, record: &EligibilityRecord) -> Self {
        let mut subscriber = request.subscriber.clone();
        subscriber.member.clone_from(&record.member);
        let mut dependent = request.dependent.clone();
        if let Some(person) = &record.person {
            match &mut dependent {
                Some(dependent) => dependent.person = person.clone(),
                None => {
                    subscriber = Person {
                        member: record.member.clone(),
                        ..person.clone()
                    };
                }
            }
        }
        Self {
            traces: request.trace.iter().cloned().collect(),
            batch: request.batch.clone(),
            payer: request.payer.clone(),
            provider: request.provider.clone(),
            subscriber,
            dependent,
            service: Some(record.service),
            plan_from: record.plan_from,
            plan_to: record.plan_to,
            benefits: record.benefits.clone(),
            other_payers: record.other_payers.clone(),
            rejections: record.rejections.clone(),
            carried: record.carried.clone(),
        }
    }

    /// The patient as the payer has them; `None` where no patient is named.
    #[must_use]
    pub fn patient(&self) -> Option<&Person> {
        let patient = match &self.dependent {
            Some(dependent) => &dependent.person,
            None => &self.subscriber,
        };
        (*patient != Person::default()).then_some(patient)
    }

    /// What an inquiry keeps of it. Whether it holds together is checked when
    /// it becomes an [`EligibilityAnswer`](scrubjay_model::EligibilityAnswer).
    #[must_use]
    pub fn into_record(self, inquiry: &InquiryRecord) -> EligibilityRecord {
        EligibilityRecord {
            patient: inquiry.patient.clone(),
            payer: inquiry.payer.clone(),
            member: self.subscriber.member.clone(),
            person: self.patient().cloned(),
            asked: inquiry.asked,
            service: inquiry.service,
            plan_from: self.plan_from,
            plan_to: self.plan_to,
            benefits: self.benefits,
            other_payers: self.other_payers,
            rejections: self.rejections,
            carried: self.carried,
        }
    }
}
