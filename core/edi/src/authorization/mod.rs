//! 278: may this service be done (005010X217).

mod came;
mod decision;
mod event;
mod into_record;
mod request;
mod response;
mod service;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{
    AsSent, AuthorizationNumber, AuthorizationRecord, Carried, Coverage, EligibilityRejection,
    Icd10, Modifier, Person, PlaceOfService, ProcedureCode, Provider, RecordId, ReviewOutcome,
    ServiceType, Urgency,
};

use crate::ClaimError;
use crate::eligibility::Parties;
use crate::exchange::{AskedPayer, Dependent, Matched, Trace};

pub use request::{read_authorization_requests, write_authorization_requests};
pub use response::{read_authorization_responses, write_authorization_responses};

macro_rules! codes {
    ($(#[$docs:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$docs])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$of])* $variant,)+
        }

        impl $name {
            const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code.
            #[must_use]
            pub const fn as_x12(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// Reads a code; `None` for one that 5010 does not have.
            #[must_use]
            pub fn from_x12(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|of| of.as_x12() == code)
            }
        }
    };
}

codes! {
    /// What is to be reviewed (UM01).
    ReviewCategory {
        /// An admission.
        Admission = "AR",
        /// Services.
        Services = "HS",
        /// An individual.
        Individual = "IN",
        /// Care by a specialist: a referral.
        Specialty = "SC",
    }
}

codes! {
    /// Which request it is (UM02).
    ReviewKind {
        /// The first.
        Initial = "I",
        /// For more of what was granted.
        Renewal = "R",
        /// Instead of an earlier one.
        Revised = "S",
        /// For a longer time.
        Extension = "4",
        /// To take an earlier one back.
        Cancel = "3",
        /// An appeal that cannot wait.
        UrgentAppeal = "1",
        /// An appeal.
        Appeal = "2",
        /// To look at it again.
        Reconsideration = "N",
    }
}

/// A service asked for (loop 2000F).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestedService {
    /// Procedure, as sent; `None` for a drug or another code.
    pub procedure: Option<AsSent<ProcedureCode>>,
    /// Modifiers, at most four.
    pub modifiers: Vec<AsSent<Modifier>>,
    /// Units; `None` where services share those of the request.
    pub units: Option<Decimal>,
}

/// A request for one patient's services (278, the question).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// Its name, which the answer gives back. An answer has its own list.
    pub trace: Option<Trace>,
    /// Name of the set (BHT03), where it is not the trace number.
    pub batch: Option<String>,
    /// The payer, or who reviews in its place.
    pub payer: AskedPayer,
    /// Who asks.
    pub requester: Provider,
    /// The subscriber, with member number.
    pub subscriber: Person,
    /// The patient, where it is not the subscriber.
    pub dependent: Option<Dependent>,
    /// What is to be reviewed (UM01).
    pub category: Option<ReviewCategory>,
    /// Which request it is (UM02).
    pub kind: Option<ReviewKind>,
    /// Type of service (UM03).
    pub service_type: Option<ServiceType>,
    /// Place of service (UM04).
    pub place: Option<AsSent<PlaceOfService>>,
    /// How soon the payer must decide (UM06).
    pub urgency: Urgency,
    /// The number of an earlier authorization (REF*BB).
    pub previous: Option<AuthorizationNumber>,
    /// First and last day of the services (DTP*AAH).
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// Diagnoses, the principal one first (HI).
    pub diagnoses: Vec<AsSent<Icd10>>,
    /// Units that services without their own share (HSD, visits).
    pub units: Option<Decimal>,
    /// Who does it, where it is not who asks (NM1*SJ).
    pub performing: Option<Provider>,
    /// Services.
    pub services: Vec<RequestedService>,
    /// What one that came says beyond that.
    pub carried: Vec<Carried>,
}

impl AuthorizationRequest {
    /// The request for an authorization that is wanted for a patient with a
    /// coverage. `id` is its record's, sent as the trace number; `originator`
    /// is who gives that: see [`Trace`].
    ///
    /// Place, type of service, modifiers and diagnoses are for the caller to
    /// add, from the visit.
    ///
    /// # Errors
    /// Where several procedures share units beside other services: 278 has no
    /// way to say so.
    pub fn of(
        (id, originator): (&RecordId, &str),
        record: &AuthorizationRecord,
        patient: &Person,
        coverage: &Coverage,
        requester: &Provider,
        urgency: Urgency,
    ) -> Result<Self, ClaimError> {
        let parties = Parties::of(patient, coverage, coverage.member.as_ref());
        let shared = record.services.iter().any(|of| of.procedures.len() > 1);
        if shared && record.services.len() > 1 {
            return Err(ClaimError::SharedUnits);
        }
        let services = record.services.iter().flat_map(|service| {
            let units = (!shared).then_some(service.approved);
            service.procedures.iter().map(move |code| RequestedService {
                procedure: Some(AsSent::Sound(code.clone())),
                modifiers: Vec::new(),
                units,
            })
        });
        Ok(Self {
            trace: Some(Trace {
                number: id.clone(),
                originator: originator.to_owned(),
            }),
            batch: None,
            payer: AskedPayer {
                id: Some(record.payer.clone()),
                name: coverage.payer_name.clone(),
            },
            requester: requester.clone(),
            subscriber: parties.subscriber,
            dependent: parties.dependent,
            category: Some(ReviewCategory::Services),
            kind: Some(match record.number {
                Some(_) => ReviewKind::Renewal,
                None => ReviewKind::Initial,
            }),
            service_type: None,
            place: None,
            urgency,
            previous: record.number.clone(),
            days: record.from.map(|from| (from, record.to.unwrap_or(from))),
            diagnoses: Vec::new(),
            units: record
                .services
                .first()
                .filter(|_| shared)
                .map(|service| service.approved),
            performing: None,
            services: services.collect(),
            carried: Vec::new(),
        })
    }
}

/// What was decided of a request, or of one of its services (HCR).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decision {
    /// Outcome (HCR01).
    pub outcome: Option<ReviewOutcome>,
    /// The payer's number (HCR02).
    pub number: Option<AuthorizationNumber>,
    /// Why (HCR03, code list 886).
    pub reason: Option<String>,
    /// The payer's number of a review that goes on (REF*NT).
    pub reference: Option<String>,
    /// First day for which it is granted (DTP*007).
    pub from: Option<NaiveDate>,
    /// Last day (DTP*007, DTP*036).
    pub to: Option<NaiveDate>,
    /// Day of the decision (DTP*102).
    pub issued: Option<NaiveDate>,
}

/// An answer to one request (278, the answer), which [`match_authorization`]
/// puts to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationResponse {
    /// Names of the request, ours among them.
    pub traces: Vec<Trace>,
    /// The request as the payer gives it back, with units as granted; its own
    /// `trace` is empty.
    pub request: AuthorizationRequest,
    /// What was decided of the whole.
    pub decision: Decision,
    /// What was decided of each service, in order.
    pub services: Vec<Decision>,
    /// Why it was refused unread, outermost level first; one about a service
    /// says which, as `2000F[2]`.
    pub rejections: Vec<EligibilityRejection>,
}

/// Finds the request of an answer: by a trace number, else by payer, member
/// number and, where the answer names them, days.
#[must_use]
pub fn match_authorization<'a>(
    response: &AuthorizationResponse,
    asked: &'a [AuthorizationRequest],
) -> Matched<'a, AuthorizationRequest> {
    let came = &response.request;
    let traces = response.traces.iter().map(|trace| trace.number.as_str());
    let named: Vec<&str> = traces.chain(came.batch.as_deref()).collect();
    let by_name = |request: &AuthorizationRequest| {
        let trace = request.trace.as_ref();
        trace.is_some_and(|trace| named.contains(&trace.number.as_str()))
    };
    let by_content = |request: &AuthorizationRequest| {
        came.payer.id == request.payer.id
            && came.subscriber.member.is_some()
            && came.subscriber.member == request.subscriber.member
            && (came.days.is_none() || came.days == request.days)
    };
    Matched::among(asked, by_name, by_content)
}
