//! `ChargeItem`: one service of a visit.

use scrubjay_model::{ChargeId, Icd10};
use serde::Deserialize;
use serde_json::Value;

use super::directory::Directory;
use super::part::{
    Concept, Dollars, Identifier, Misread, MisreadProblem, Number, Part, Period, Place, Quantity,
    Reference, Unread, day, diagnosis, list, maybe, need, parse, service,
};
use super::{Act, InError, Reading, Rest};
use crate::ChargeEntry;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChargeItem {
    id: Option<Part<String>>,
    identifier: Option<Part<Vec<Identifier>>>,
    status: Option<Part<String>>,
    code: Option<Part<Concept>>,
    subject: Option<Part<Reference>>,
    context: Option<Part<Reference>>,
    occurrence_date_time: Option<Part<String>>,
    occurrence_period: Option<Part<Period>>,
    performer: Option<Part<Vec<Performer>>>,
    quantity: Option<Part<Quantity>>,
    factor_override: Option<Part<Number>>,
    price_override: Option<Part<Dollars>>,
    entered_date: Option<Part<String>>,
    reason: Option<Part<Vec<Concept>>>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Debug, Deserialize)]
struct Performer {
    actor: Option<Part<Reference>>,
    #[serde(flatten)]
    rest: Rest,
}

/// The statuses of a charge that is not to be billed.
const NOT_BILLED: [&str; 5] = ["planned", "not-billable", "aborted", "billed", "unknown"];

/// Reads one.
pub(super) fn read(reading: &mut Reading, place: Place, resource: &Value, directory: &Directory) {
    let act = match ChargeItem::deserialize(resource) {
        Ok(item) => item.act(&place, directory, &mut reading.unread),
        Err(_) => Err(place.wrong(MisreadProblem::Shape)),
    };
    reading.came_to(place, act);
}

impl ChargeItem {
    fn act(
        &self,
        place: &Place,
        directory: &Directory,
        unread: &mut Unread,
    ) -> Result<Act, Misread> {
        unread.rest("ChargeItem", &self.rest, place)?;
        let status = need(&self.status, place, "status")?;
        match status.as_str() {
            "billable" => {
                let entry = self.entry(place, directory, unread)?;
                Ok(Act::Enter(Box::new(entry)))
            }
            "entered-in-error" => {
                let context = maybe(&self.context, place, "context")?;
                let subject = maybe(&self.subject, place, "subject")?;
                Ok(Act::TakeBack(InError {
                    charge: self.charge(place)?,
                    visit: context
                        .map(|context| directory.id(context, &place.field("context")))
                        .transpose()?,
                    patient: subject
                        .map(|subject| directory.id(subject, &place.field("subject")))
                        .transpose()?,
                }))
            }
            other => {
                let known = NOT_BILLED.into_iter().find(|known| *known == other);
                let place = place.field("status");
                Err(known.map_or_else(
                    || place.value(&"it is no status of a ChargeItem"),
                    |known| place.wrong(MisreadProblem::Status(known)),
                ))
            }
        }
    }

    /// The charge's id: its first identifier, else the resource's own.
    fn charge(&self, place: &Place) -> Result<ChargeId, Misread> {
        let identifiers = list(&self.identifier, place, "identifier")?;
        match identifiers.first().map(|first| &first.value) {
            Some(Some(value)) => parse(value, &place.item("identifier", 0).field("value")),
            _ => parse(need(&self.id, place, "id")?, &place.field("id")),
        }
    }

    fn entry(
        &self,
        place: &Place,
        directory: &Directory,
        unread: &mut Unread,
    ) -> Result<ChargeEntry, Misread> {
        let context = need(&self.context, place, "context")?;
        let visit = directory.id(context, &place.field("context"))?;
        let subject = need(&self.subject, place, "subject")?;
        let concept = need(&self.code, place, "code")?;
        let (procedure, modifiers) = service(concept, &place.field("code"))?;
        let mut entry = ChargeEntry::of(self.charge(place)?, visit, procedure);
        entry.patient = Some(directory.id(subject, &place.field("subject"))?);
        entry.modifiers = modifiers;
        if let Some(quantity) = maybe(&self.quantity, place, "quantity")? {
            entry.units = quantity.units(&place.field("quantity"))?;
        }
        if let Some(factor) = maybe(&self.factor_override, place, "factorOverride")? {
            let place = place.field("factorOverride");
            if factor.decimal(&place)? != rust_decimal::Decimal::ONE {
                return Err(place.wrong(MisreadProblem::Changes));
            }
        }
        if let Some(price) = maybe(&self.price_override, place, "priceOverride")? {
            entry.amount = Some(price.amount(&place.field("priceOverride"))?);
        }
        entry.service = match maybe(&self.occurrence_date_time, place, "occurrenceDateTime")? {
            Some(at) => Some(day(at, &place.field("occurrenceDateTime"))?),
            None => maybe(&self.occurrence_period, place, "occurrencePeriod")?
                .and_then(|period| period.start.as_deref())
                .map(|start| day(start, &place.field("occurrencePeriod").field("start")))
                .transpose()?,
        };
        if let Some(entered) = maybe(&self.entered_date, place, "enteredDate")? {
            entry.entered = Some(day(entered, &place.field("enteredDate"))?);
        }
        for (at, performer) in list(&self.performer, place, "performer")?
            .iter()
            .enumerate()
        {
            let place = place.item("performer", at);
            unread.rest("ChargeItem.performer", &performer.rest, &place)?;
            let actor = need(&performer.actor, &place, "actor")?;
            if at > 0 {
                unread.note("ChargeItem.performer after the first", &place);
            } else {
                entry.provider = Some(directory.npi(actor, &place.field("actor"))?);
            }
        }
        entry.diagnoses = self.diagnoses(place)?;
        Ok(entry)
    }

    fn diagnoses(&self, place: &Place) -> Result<Vec<Icd10>, Misread> {
        let reasons = list(&self.reason, place, "reason")?.iter().enumerate();
        reasons
            .map(|(at, reason)| diagnosis(reason, &place.item("reason", at)))
            .collect()
    }
}
