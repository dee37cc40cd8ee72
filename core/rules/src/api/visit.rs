//! A visit, booked or kept.

use std::sync::Arc;

use rhai::{Dynamic, ImmutableString};
use scrubjay_model::{Axis, EncounterRecord};

use super::date::{Date, business_days};
use super::{Api, Kind, maybe, maybe_date, properties};

/// A visit, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct VisitRef(pub(crate) Arc<EncounterRecord>);

/// A visit that there may be, as scripts see it.
pub(crate) fn maybe_visit(visit: Option<&Arc<EncounterRecord>>) -> Dynamic {
    maybe(visit.map(|visit| VisitRef(Arc::clone(visit))))
}

pub(crate) fn register(api: &mut Api<'_>) {
    const VISIT: Kind = Kind::Visit;
    const DATE: Kind = Kind::Date;
    api.engine.register_type_with_name::<VisitRef>("visit");
    properties! { api, VISIT, VisitRef =>
        "status" Kind::Text, "`scheduled`, `arrived`, `closed`, `cancelled` or `no_show`.",
            |it| ImmutableString::from(it.status.as_str());
        "place" Kind::Text, "Place of service, two digits.",
            |it| ImmutableString::from(it.place.as_str());
        "booked" DATE, "Day on which it was booked.", |it| maybe_date(it.booked);
        "scheduled" DATE, "Day for which it is booked.", |it| Date(it.scheduled);
        "arrived" DATE, "Day on which the patient came.", |it| maybe_date(it.arrived);
        "closed" DATE, "Day on which it was closed.", |it| maybe_date(it.closed);
        "service_date" DATE, "The day the patient came, until then the day booked.",
            |it| Date(it.service_date());
        "business_days_ahead" Kind::Number, "Business days from the day of booking to the day booked for, federal holidays left out: what the time for a good-faith estimate depends on.",
            |it| maybe(it.booked.map(|booked| business_days(booked, it.scheduled)));
    }
}
