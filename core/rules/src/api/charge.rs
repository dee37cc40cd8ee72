//! A charge, as it is entered.

use std::sync::{Arc, Mutex};

use rhai::{Dynamic, EvalAltResult, ImmutableString};
use scrubjay_hooks::ChargeSubject;
use scrubjay_model::{Charge, ChargeRecord, EncounterRecord, Npi};

use super::coverage::PayerView;
use super::date::Date;
use super::party::{NpiRef, PersonRef};
use super::visit::VisitRef;
use super::{Api, Kind, frame, list, maybe, payer, properties};
use crate::codes::CodeKind;
use crate::frame::Frame;
use crate::seen::Eye;
use crate::view::{PersonView, person};

/// A charge as scripts see it. The other charges of its visit have the same
/// surroundings.
#[derive(Debug)]
pub(crate) struct ChargeView {
    payer: Arc<PayerView>,
    it: ChargeRecord,
    visit: Arc<EncounterRecord>,
    patient: Option<Arc<PersonView>>,
    others: Vec<ChargeRef>,
}

/// A charge, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct ChargeRef(pub(crate) Arc<ChargeView>);

impl ChargeView {
    pub(crate) fn of(subject: &ChargeSubject<'_>, eye: &mut Eye<'_>) -> Self {
        let payer = Arc::new(PayerView::of(subject.payer, eye.facts.line, eye.texts));
        let visit = Arc::new(subject.visit.clone());
        let age_on = Some(subject.charge.service);
        let patient = subject
            .patient
            .map(|patient| Arc::new(person(patient, age_on, eye.texts)));
        let view = |it: &ChargeRecord, others| Self {
            payer: Arc::clone(&payer),
            it: it.clone(),
            visit: Arc::clone(&visit),
            patient: patient.clone(),
            others,
        };
        let other = |charge: &Charge| ChargeRef(Arc::new(view(charge, Vec::new())));
        view(subject.charge, subject.others.iter().map(other).collect())
    }
}

type Asked<T> = Result<T, Box<EvalAltResult>>;

pub(crate) fn register(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    const CHARGE: Kind = Kind::Charge;
    const TEXT: Kind = Kind::Text;
    const CODES: &[(&str, Kind)] = &[("codes", Kind::Text)];
    api.engine.register_type_with_name::<ChargeRef>("charge");
    payer!(api, CHARGE, ChargeRef);
    properties! { api, CHARGE, ChargeRef =>
        "procedure" TEXT, "Procedure code.", |it| ImmutableString::from(it.it.procedure.as_str());
        "modifiers" Kind::List(&Kind::Text), "Modifiers in order.",
            |it| list(it.it.modifiers.iter().map(|code| code.as_str().to_owned()));
        "units" Kind::Number, "Units.", |it| it.it.units;
        "amount" Kind::Number, "Charge for all units together.", |it| it.it.amount.to_decimal();
        "diagnoses" Kind::List(&Kind::Text), "Diagnosis codes without points, the first one first.",
            |it| list(it.it.diagnoses.iter().map(|code| code.as_str().to_owned()));
        "place" TEXT, "Place of service, two digits.", |it| ImmutableString::from(it.it.place.as_str());
        "provider" Kind::Npi, "Who gave the service.", |it| npi(&it.it.provider);
        "service" Kind::Date, "Date of service.", |it| Date(it.it.service);
        "entered" Kind::Date, "Day on which it was entered.", |it| Date(it.it.entered);
        "lag_days" Kind::Number, "Calendar days from service to entry.", |it| it.it.lag_days();
        "visit" Kind::Visit, "The visit that it belongs to.", |it| VisitRef(Arc::clone(&it.visit));
        "patient" Kind::Person, "The patient, where registered.",
            |it| maybe(it.patient.as_ref().map(|patient| PersonRef(Arc::clone(patient))));
        "others" Kind::List(&Kind::Charge), "The other charges of the visit.",
            |it| it.others.iter().cloned().map(Dynamic::from).collect::<rhai::Array>();
    }
    api.call(
        CHARGE,
        "has_modifier",
        &[("modifier", TEXT)],
        Kind::Bool,
        "Whether it has this modifier.",
        |charge: &mut ChargeRef, modifier: &str| {
            let modifiers = &charge.0.it.modifiers;
            modifiers.iter().any(|code| code.as_str() == modifier)
        },
    );
    let sets = Arc::clone(shared);
    api.call(
        CHARGE,
        "has_dx",
        CODES,
        Kind::Bool,
        "Whether any diagnosis is one of these or below it.",
        move |charge: &mut ChargeRef, codes: &str| -> Asked<bool> {
            let set = frame(&sets).set(codes, CodeKind::Diagnosis)?;
            let mut diagnoses = charge.0.it.diagnoses.iter();
            Ok(diagnoses.any(|code| set.contains(code.as_str())))
        },
    );
    let sets = Arc::clone(shared);
    api.call(
        CHARGE,
        "any_other",
        CODES,
        Kind::Bool,
        "Whether another charge of the visit is for one of these procedures.",
        move |charge: &mut ChargeRef, codes: &str| -> Asked<bool> {
            let set = frame(&sets).set(codes, CodeKind::Procedure)?;
            let mut others = charge.0.others.iter();
            Ok(others.any(|other| set.contains(other.0.it.procedure.as_str())))
        },
    );
}

/// A number that is sound, since a charge holds no other.
fn npi(npi: &Npi) -> NpiRef {
    NpiRef {
        text: npi.as_str().into(),
        valid: true,
    }
}
