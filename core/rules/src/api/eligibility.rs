//! A patient's cover, when a visit is booked, before it and on its day.

use std::sync::Arc;

use chrono::NaiveDate;
use rhai::INT;
use scrubjay_hooks::{EligibilitySubject, GoodFaithEstimate};
use scrubjay_model::{AccidentKind, EncounterRecord, GroupPlan, MspAnswers, PayerProfile};

use super::answer::{AnswerView, Differs, differs, maybe_answer};
use super::coverage::{CoverageRef, CoverageView, PayerView, coverages};
use super::date::Date;
use super::party::PersonRef;
use super::registration::msp;
use super::visit::maybe_visit;
use super::{Api, Kind, maybe, maybe_date, maybe_money, maybe_word, payer, properties};
use crate::seen::Eye;
use crate::view::{PersonView, person};

/// A patient's cover as scripts see it.
#[derive(Debug)]
pub(crate) struct EligibilityView {
    payer: PayerView,
    patient: Arc<PersonView>,
    coverage: Option<Arc<CoverageView>>,
    coverages: Vec<Arc<CoverageView>>,
    answer: Option<Arc<AnswerView>>,
    visit: Option<Arc<EncounterRecord>>,
    service_date: NaiveDate,
    estimate: Option<GoodFaithEstimate>,
    msp: Option<MspAnswers>,
    differs: Differs,
}

/// A patient's cover, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct EligibilityRef(pub(crate) Arc<EligibilityView>);

impl EligibilityView {
    pub(crate) fn of(subject: &EligibilitySubject<'_>, eye: &mut Eye<'_>) -> Self {
        let today = eye.context.today();
        let service_date = subject
            .visit
            .map(EncounterRecord::service_date)
            .or(subject.answer.map(|answer| answer.service))
            .unwrap_or(today);
        let patient = Arc::new(person(subject.patient, Some(service_date), eye.texts));
        // The payer asked may be known though the list of all of them is not given.
        let payers: Vec<PayerProfile> = subject
            .payer
            .into_iter()
            .chain(subject.payers)
            .cloned()
            .collect();
        let mut view = |coverage| CoverageView::of(coverage, &patient, &payers, eye.texts);
        Self {
            coverage: subject.coverage.map(&mut view),
            coverages: subject.coverages.iter().map(&mut view).collect(),
            payer: PayerView::of(subject.payer, eye.facts.line, eye.texts),
            answer: AnswerView::of(
                subject.answer,
                subject.service_type,
                service_date,
                &payers,
                eye,
            ),
            visit: subject.visit.cloned().map(Arc::new),
            service_date,
            estimate: subject.estimate,
            msp: subject.msp.copied(),
            differs: Differs::of(
                subject.answer,
                subject.patient,
                subject
                    .coverage
                    .and_then(|coverage| coverage.member.as_ref()),
            ),
            patient,
        }
    }
}

pub(crate) fn register(api: &mut Api<'_>) {
    const CHECK: Kind = Kind::Eligibility;
    api.engine
        .register_type_with_name::<EligibilityRef>("check of cover");
    payer!(api, CHECK, EligibilityRef);
    differs!(api, CHECK, EligibilityRef);
    msp!(api, CHECK, EligibilityRef);
    properties! { api, CHECK, EligibilityRef =>
        "patient" Kind::Person, "The patient.", |it| PersonRef(Arc::clone(&it.patient));
        "coverage" Kind::Coverage, "The coverage that was asked about; missing for a patient without any.",
            |it| maybe(it.coverage.as_ref().map(|coverage| CoverageRef(Arc::clone(coverage))));
        "coverages" Kind::List(&Kind::Coverage), "Every coverage on file, in the order of payment.",
            |it| coverages(&it.coverages);
        "answer" Kind::Answer, "The payer's latest answer; missing where none came.",
            |it| maybe_answer(it.answer.as_ref());
        "visit" Kind::Visit, "The visit that it is for.", |it| maybe_visit(it.visit.as_ref());
        "service_date" Kind::Date, "The day of the visit, else the day asked about, else today.",
            |it| Date(it.service_date);
        "estimate_given" Kind::Date, "Day on which the patient was given a good-faith estimate.",
            |it| maybe_date(it.estimate.map(|estimate| estimate.given));
        "estimate_expected" Kind::Number, "Charges that the good-faith estimate expects.",
            |it| maybe_money(it.estimate.map(|estimate| estimate.expected));
    }
}
