//! Services that are planned, and the authorizations on file.

use std::sync::{Arc, Mutex};

use chrono::NaiveDate;
use rhai::{Dynamic, EvalAltResult, ImmutableString};
use rust_decimal::Decimal;
use scrubjay_hooks::AuthorizationSubject;
use scrubjay_model::{
    Authorization, AuthorizationGap, BusinessCalendar, Deadline, EncounterRecord, PlannedService,
    ProcedureCode, Urgency,
};

use super::answer::{AnswerView, maybe_answer};
use super::coverage::{CoverageRef, CoverageView, PayerView};
use super::date::Date;
use super::party::PersonRef;
use super::steps::decimal;
use super::visit::maybe_visit;
use super::{Api, Kind, fault, frame, list, maybe, maybe_date, maybe_word, payer, properties};
use crate::codes::CodeKind;
use crate::frame::Frame;
use crate::seen::Eye;
use crate::view::{PersonView, person};

/// An authorization on file as scripts see it.
#[derive(Debug)]
pub(crate) struct AuthorizationView {
    it: Authorization,
    today: NaiveDate,
}

/// A service that is planned as scripts see it.
#[derive(Debug)]
pub(crate) struct PlannedServiceView {
    it: PlannedService,
    place: Option<ImmutableString>,
    /// Whether an authorization on file covers it on its day.
    authorized: bool,
}

/// What is planned as scripts see it.
#[derive(Debug)]
pub(crate) struct PlannedView {
    payer: PayerView,
    patient: Arc<PersonView>,
    visit: Option<Arc<EncounterRecord>>,
    service_date: NaiveDate,
    services: Vec<Arc<PlannedServiceView>>,
    diagnoses: Vec<ImmutableString>,
    coverage: Option<Arc<CoverageView>>,
    authorizations: Vec<Arc<AuthorizationView>>,
    eligibility: Option<Arc<AnswerView>>,
    urgency: &'static str,
}

/// An authorization, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct AuthorizationRef(pub(crate) Arc<AuthorizationView>);

/// A planned service, in a script's hand.
#[derive(Debug, Clone)]
struct PlannedServiceRef(Arc<PlannedServiceView>);

/// What is planned, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct PlannedRef(pub(crate) Arc<PlannedView>);

/// Authorizations on file as scripts see them.
pub(crate) fn on_file(on_file: &[Authorization], today: NaiveDate) -> Vec<Arc<AuthorizationView>> {
    let view = |it: &Authorization| {
        let it = it.clone();
        Arc::new(AuthorizationView { it, today })
    };
    on_file.iter().map(view).collect()
}

/// Authorizations as a list for scripts.
pub(crate) fn authorizations(views: &[Arc<AuthorizationView>]) -> rhai::Array {
    let list = views.iter().map(|view| AuthorizationRef(Arc::clone(view)));
    list.map(Dynamic::from).collect()
}

impl PlannedView {
    pub(crate) fn of(subject: &AuthorizationSubject<'_>, eye: &mut Eye<'_>) -> Self {
        let today = eye.context.today();
        let service_date = subject.visit.map_or(today, EncounterRecord::service_date);
        let patient = Arc::new(person(subject.patient, Some(service_date), eye.texts));
        let payers: Vec<_> = subject.payer.into_iter().cloned().collect();
        let of_visit = subject.visit.map(|visit| &visit.place);
        let services = subject.services.iter().map(|it| {
            let covers =
                |one: &Authorization| one.covers(&it.procedure, service_date, it.units).is_ok();
            let place = it.place.as_ref().or(of_visit).map(|place| place.as_str());
            Arc::new(PlannedServiceView {
                place: eye.texts.maybe(place),
                authorized: subject.authorizations.iter().any(covers),
                it: it.clone(),
            })
        });
        Self {
            services: services.collect(),
            payer: PayerView::of(subject.payer, eye.facts.line, eye.texts),
            coverage: subject
                .coverage
                .map(|coverage| CoverageView::of(coverage, &patient, &payers, eye.texts)),
            visit: subject.visit.cloned().map(Arc::new),
            service_date,
            diagnoses: subject
                .diagnoses
                .iter()
                .map(|code| eye.texts.text(code.as_str()))
                .collect(),
            authorizations: on_file(subject.authorizations, today),
            eligibility: AnswerView::of(subject.eligibility, None, service_date, &payers, eye),
            urgency: urgency_word(subject.urgency),
            patient,
        }
    }
}

/// How soon a payer must decide, as scripts and tests name it.
pub(crate) const URGENCIES: [(&str, Urgency); 2] = [
    ("standard", Urgency::Standard),
    ("expedited", Urgency::Expedited),
];

const fn urgency_word(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Standard => "standard",
        Urgency::Expedited => "expedited",
    }
}

const fn gap_word(gap: &AuthorizationGap) -> &'static str {
    match gap {
        AuthorizationGap::NotApproved(_) => "not_approved",
        AuthorizationGap::TooEarly(_) => "too_early",
        AuthorizationGap::TooLate(_) => "too_late",
        AuthorizationGap::OtherProcedure => "other_procedure",
        AuthorizationGap::UnitsShort { .. } => "units_short",
        AuthorizationGap::NoUnits => "no_units",
        _ => "other",
    }
}

type Asked<T> = Result<T, Box<EvalAltResult>>;

pub(crate) fn register(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    api.engine
        .register_type_with_name::<PlannedRef>("authorization check")
        .register_type_with_name::<PlannedServiceRef>("planned service")
        .register_type_with_name::<AuthorizationRef>("authorization");
    planned(api, shared);
    service(api);
    authorization(api);
}

fn planned(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    const PLANNED: Kind = Kind::Planned;
    const CODES: &[(&str, Kind)] = &[("codes", Kind::Text)];
    payer!(api, PLANNED, PlannedRef);
    properties! { api, PLANNED, PlannedRef =>
        "patient" Kind::Person, "The patient.", |it| PersonRef(Arc::clone(&it.patient));
        "visit" Kind::Visit, "The visit; missing where nothing is booked yet.",
            |it| maybe_visit(it.visit.as_ref());
        "service_date" Kind::Date, "The day of the visit, else today.", |it| Date(it.service_date);
        "services" Kind::List(&Kind::PlannedService), "Services planned.",
            |it| it.services.iter().map(|one| Dynamic::from(PlannedServiceRef(Arc::clone(one)))).collect::<rhai::Array>();
        "diagnoses" Kind::List(&Kind::Text), "What they are for, as codes without points.",
            |it| list(it.diagnoses.iter().cloned());
        "coverage" Kind::Coverage, "The coverage that they go to.",
            |it| maybe(it.coverage.as_ref().map(|coverage| CoverageRef(Arc::clone(coverage))));
        "on_file" Kind::List(&Kind::Authorization), "The patient's authorizations with the payer.",
            |it| authorizations(&it.authorizations);
        "eligibility" Kind::Answer, "The payer's latest answer about the patient's cover.",
            |it| maybe_answer(it.eligibility.as_ref());
        "urgency" Kind::Text, "`standard`, or `expedited` where the payer must decide at once.",
            |it| ImmutableString::from(it.urgency);
    }
    let sets = Arc::clone(shared);
    api.call(
        PLANNED,
        "has_dx",
        CODES,
        Kind::Bool,
        "Whether any diagnosis is one of these or below it.",
        move |planned: &mut PlannedRef, codes: &str| -> Asked<bool> {
            let set = frame(&sets).set(codes, CodeKind::Diagnosis)?;
            Ok(planned.0.diagnoses.iter().any(|code| set.contains(code)))
        },
    );
    let sets = Arc::clone(shared);
    api.call(
        PLANNED,
        "units_of",
        CODES,
        Kind::Number,
        "Units planned of these procedures.",
        move |planned: &mut PlannedRef, codes: &str| -> Asked<Decimal> {
            let set = frame(&sets).set(codes, CodeKind::Procedure)?;
            let counted = planned.0.services.iter().map(|service| &service.it);
            let counted = counted.filter(|service| set.contains(service.procedure.as_str()));
            Ok(counted.map(|service| service.units).sum())
        },
    );
}

fn service(api: &mut Api<'_>) {
    const SERVICE: Kind = Kind::PlannedService;
    properties! { api, SERVICE, PlannedServiceRef =>
        "procedure" Kind::Text, "Procedure code.", |it| ImmutableString::from(it.it.procedure.as_str());
        "modifiers" Kind::List(&Kind::Text), "Modifiers in order.",
            |it| list(it.it.modifiers.iter().map(|code| code.as_str().to_owned()));
        "units" Kind::Number, "Units.", |it| it.it.units;
        "place" Kind::Text, "Place of service: its own, else the visit's.",
            |it| super::maybe_text(it.place.as_ref());
        "is_authorized" Kind::Bool, "Whether an authorization on file covers it, with its units, on its day.",
            |it| it.authorized;
    }
    api.call(
        SERVICE,
        "has_modifier",
        &[("modifier", Kind::Text)],
        Kind::Bool,
        "Whether it has this modifier.",
        |service: &mut PlannedServiceRef, modifier: &str| {
            let modifiers = &service.0.it.modifiers;
            modifiers.iter().any(|code| code.as_str() == modifier)
        },
    );
}

fn authorization(api: &mut Api<'_>) {
    const ON_FILE: Kind = Kind::Authorization;
    const DATE: Kind = Kind::Date;
    const PROCEDURE: (&str, Kind) = ("procedure", Kind::Text);
    properties! { api, ON_FILE, AuthorizationRef =>
        "status" Kind::Text, "`required`, `asked`, `approved`, `denied` or `cancelled`.",
            |it| ImmutableString::from(it.it.status.as_str());
        "number" Kind::Text, "The payer's number.",
            |it| maybe_word(it.it.number.as_ref().map(|number| number.as_str()));
        "asked" DATE, "Day on which it was asked for.", |it| maybe_date(it.it.asked);
        "decided" DATE, "Day on which the payer decided.", |it| maybe_date(it.it.decided);
        "from" DATE, "First day of service that it is for.", |it| maybe_date(it.it.from);
        "to" DATE, "Last day of service that it is for.", |it| maybe_date(it.it.to);
        "is_expired" Kind::Bool, "Whether its last day has passed.", |it| it.it.is_expired(it.today);
        "procedures" Kind::List(&Kind::Text), "Procedures that it is for.",
            |it| list(it.it.services.iter().flat_map(|one| &one.procedures).map(|code| code.as_str().to_owned()));
    }
    api.call(
        ON_FILE,
        "left",
        &[PROCEDURE],
        Kind::Number,
        "Units left for a procedure; missing where it is for others.",
        |on_file: &mut AuthorizationRef, code: &str| -> Asked<Dynamic> {
            Ok(maybe(on_file.0.it.left(&procedure(code)?)))
        },
    )
    .call(
        ON_FILE,
        "gaps",
        &[PROCEDURE, ("day", DATE), ("units", Kind::Number)],
        Kind::List(&Kind::Text),
        "Why it does not cover so many units of a procedure on a day: `not_approved`, `too_early`, `too_late`, `other_procedure`, `units_short`. Empty where it does.",
        |on_file: &mut AuthorizationRef, code: &str, day: Date, units: Dynamic| -> Asked<rhai::Array> {
            let covered = on_file.0.it.covers(&procedure(code)?, day.0, decimal("units", &units)?);
            Ok(list(covered.err().iter().flatten().map(gap_word)))
        },
    )
    .call(
        ON_FILE,
        "covers",
        &[PROCEDURE, ("day", DATE), ("units", Kind::Number)],
        Kind::Bool,
        "Whether it covers so many units of a procedure on a day.",
        |on_file: &mut AuthorizationRef, code: &str, day: Date, units: Dynamic| -> Asked<bool> {
            Ok(on_file.0.it.covers(&procedure(code)?, day.0, decimal("units", &units)?).is_ok())
        },
    )
    .call(
        ON_FILE,
        "decision_due",
        &[("urgency", Kind::Text)],
        DATE,
        "Last day for the payer to decide: 72 hours after it was asked where it is `expedited`, seven days where it is `standard` (CMS-0057-F). Missing where nobody has asked, or it is decided.",
        |on_file: &mut AuthorizationRef, urgency: &str| -> Asked<Dynamic> {
            let urgency = super::answer::named("urgency", urgency, &URGENCIES)?;
            let it = &on_file.0.it;
            let asked = it.asked.filter(|_| it.decided.is_none());
            let due = asked.map(|asked| Deadline::authorization_decision(asked, urgency));
            Ok(maybe_date(due.map(|due| due.due(&BusinessCalendar::default()))))
        },
    )
    .one_of("urgency", URGENCIES.map(|(name, _)| name));
}

fn procedure(code: &str) -> Asked<ProcedureCode> {
    code.parse()
        .map_err(|_| fault("a procedure code is five letters and digits"))
}
