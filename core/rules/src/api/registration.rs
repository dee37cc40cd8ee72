//! A patient's registration: who they are, and who pays first.

use std::sync::{Arc, Mutex};

use chrono::NaiveDate;
use rhai::{Dynamic, EvalAltResult, INT, ImmutableString};
use scrubjay_hooks::{Part2, RegistrationSubject};
use scrubjay_model::{AccidentKind, EncounterRecord, GroupPlan, MspAnswers, PayerProfile};

use super::answer::{AnswerView, Differs, differs, maybe_answer};
use super::coverage::{CoverageRef, CoverageView, PayerView, coverages};
use super::date::Date;
use super::party::PersonRef;
use super::visit::maybe_visit;
use super::{Api, Kind, Need, frame, maybe, maybe_date, maybe_text, maybe_word, payer, properties};
use crate::frame::Frame;
use crate::seen::Eye;
use crate::view::{PersonView, person};

/// The answers that decide whether Medicare is secondary. What was not asked is
/// missing.
macro_rules! msp {
    ($api:ident, $on:expr, $of:ty) => {
        $crate::api::properties! { $api, $on, $of =>
            "msp_asked" Kind::Date, "Day on which the patient was asked about payers before Medicare.",
                |it| maybe_date(it.msp.and_then(|msp| msp.asked));
            "group_plan" Kind::Text, "By whose work a group health plan covers the patient: `own`, `spouse`, `family`, `former` where the work has ended, `none`. Missing where it is not known.",
                |it| maybe_word(it.msp.and_then(|msp| msp.group_plan).map(GroupPlan::as_str));
            "employees" Kind::Number, "Employees of that employer; missing where it is not known.",
                |it| maybe(it.msp.and_then(|msp| msp.employees).map(INT::from));
            "disabled" Kind::Bool, "Whether the patient has Medicare because of a disability; missing where it is not known.",
                |it| maybe(it.msp.and_then(|msp| msp.disabled));
            "esrd_from" Kind::Date, "First day of the month in which the patient could have Medicare because of kidney failure.",
                |it| maybe_date(it.msp.and_then(|msp| msp.esrd_from));
            "accident" Kind::Text, "What the illness or injury comes from: `none`, `work`, `auto`, `liability`, `other`. Missing where it is not known.",
                |it| maybe_word(it.msp.and_then(|msp| msp.accident).map(AccidentKind::as_str));
            "accident_on" Kind::Date, "Day of the accident.",
                |it| maybe_date(it.msp.and_then(|msp| msp.accident_on));
            "black_lung" Kind::Bool, "Whether the Federal Black Lung Program pays; missing where it is not known.",
                |it| maybe(it.msp.and_then(|msp| msp.black_lung));
            "veterans" Kind::Bool, "Whether Veterans Affairs has agreed to pay; missing where it is not known.",
                |it| maybe(it.msp.and_then(|msp| msp.veterans));
        }
    };
}
pub(crate) use msp;

/// A registration as scripts see it.
#[derive(Debug)]
pub(crate) struct RegistrationView {
    payer: PayerView,
    patient: Arc<PersonView>,
    phone: Option<ImmutableString>,
    coverages: Vec<Arc<CoverageView>>,
    msp: Option<MspAnswers>,
    eligibility: Option<Arc<AnswerView>>,
    visit: Option<Arc<EncounterRecord>>,
    service_date: NaiveDate,
    look_alikes: u32,
    part2: Option<Part2>,
    differs: Differs,
}

/// A registration, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct RegistrationRef(pub(crate) Arc<RegistrationView>);

impl RegistrationView {
    pub(crate) fn of(subject: &RegistrationSubject<'_>, eye: &mut Eye<'_>) -> Self {
        let today = eye.context.today();
        let service_date = subject.visit.map_or(today, EncounterRecord::service_date);
        let patient = Arc::new(person(subject.patient, Some(service_date), eye.texts));
        // The payer may be known though the list of all of them is not given.
        let payers: Vec<PayerProfile> = subject
            .payer
            .into_iter()
            .chain(subject.payers)
            .cloned()
            .collect();
        let first = subject.coverages.first();
        Self {
            payer: PayerView::of(subject.payer, eye.facts.line, eye.texts),
            phone: subject
                .phone
                .filter(|phone| !phone.trim().is_empty())
                .map(Into::into),
            coverages: subject
                .coverages
                .iter()
                .map(|coverage| CoverageView::of(coverage, &patient, &payers, eye.texts))
                .collect(),
            msp: subject.msp.copied(),
            eligibility: AnswerView::of(subject.eligibility, None, service_date, &payers, eye),
            visit: subject.visit.cloned().map(Arc::new),
            service_date,
            look_alikes: subject.look_alikes,
            part2: subject.part2,
            differs: Differs::of(
                subject.eligibility,
                subject.patient,
                first.and_then(|coverage| coverage.member.as_ref()),
            ),
            patient,
        }
    }
}

pub(crate) fn register(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    const REGISTRATION: Kind = Kind::Registration;
    api.engine
        .register_type_with_name::<RegistrationRef>("registration");
    payer!(api, REGISTRATION, RegistrationRef);
    differs!(api, REGISTRATION, RegistrationRef);
    properties! { api, REGISTRATION, RegistrationRef =>
        "patient" Kind::Person, "The patient.", |it| PersonRef(Arc::clone(&it.patient));
        "has_phone" Kind::Bool, "Whether a telephone number is on file.", |it| it.phone.is_some();
        "phone_digits" Kind::Number, "How many digits the telephone number has; 0 where there is none.",
            |it| digits(it.phone.as_deref());
        "coverages" Kind::List(&Kind::Coverage), "Coverages, in the order of payment on file.",
            |it| coverages(&it.coverages);
        "coverage" Kind::Coverage, "The first of them; missing for a patient without any.",
            |it| maybe(it.coverages.first().map(|coverage| CoverageRef(Arc::clone(coverage))));
        "eligibility" Kind::Answer, "The first payer's latest answer about the patient's cover.",
            |it| maybe_answer(it.eligibility.as_ref());
        "visit" Kind::Visit, "The visit that it is checked for.", |it| maybe_visit(it.visit.as_ref());
        "service_date" Kind::Date, "The day of the visit, else today.", |it| Date(it.service_date);
        "look_alikes" Kind::Number, "Other patients on file with the same name and date of birth.",
            |it| INT::from(it.look_alikes);
        "part2" Kind::Text, "`consented` or `no_consent`, where the record is one of substance use disorder treatment (42 CFR part 2); else missing.",
            |it| maybe_word(it.part2.map(Part2::as_str));
    }
    msp!(api, REGISTRATION, RegistrationRef);
    let declared = Arc::clone(shared);
    api.get(
        REGISTRATION,
        "phone",
        Kind::Text,
        "Telephone number, as entered.",
        move |registration: &mut RegistrationRef| -> Result<Dynamic, Box<EvalAltResult>> {
            frame(&declared).must_need(Need::Address)?;
            Ok(maybe_text(registration.0.phone.as_ref()))
        },
    )
    .needs(Need::Address);
}

fn digits(phone: Option<&str>) -> INT {
    let digits = phone
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit);
    INT::try_from(digits.count()).unwrap_or(INT::MAX)
}
