//! `Claim`: the services of a visit as another system would bill them. Only its
//! lines are taken: who pays, and how it is billed, is decided here.

use scrubjay_model::{ChargeId, Icd10, Money, Npi};
use serde::Deserialize;
use serde_json::Value;

use super::directory::Directory;
use super::part::{
    Concept, Dollars, Identifier, Misread, MisreadProblem, Number, Part, Period, Place, Quantity,
    Reference, Unread, code, day, diagnosis, list, maybe, need, parse, service,
};
use super::{Act, InError, Reading, Rest};
use crate::ChargeEntry;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claim {
    id: Option<Part<String>>,
    identifier: Option<Part<Vec<Identifier>>>,
    status: Option<Part<String>>,
    #[serde(rename = "use")]
    purpose: Option<Part<String>>,
    patient: Option<Part<Reference>>,
    created: Option<Part<String>>,
    care_team: Option<Part<Vec<CareTeam>>>,
    diagnosis: Option<Part<Vec<Diagnosis>>>,
    item: Option<Part<Vec<Part<Item>>>>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Debug, Deserialize)]
struct CareTeam {
    sequence: u32,
    provider: Option<Part<Reference>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Diagnosis {
    sequence: u32,
    diagnosis_codeable_concept: Option<Part<Concept>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    sequence: u32,
    care_team_sequence: Option<Part<Vec<u32>>>,
    diagnosis_sequence: Option<Part<Vec<u32>>>,
    product_or_service: Option<Part<Concept>>,
    modifier: Option<Part<Vec<Concept>>>,
    serviced_date: Option<Part<String>>,
    serviced_period: Option<Part<Period>>,
    location_codeable_concept: Option<Part<Concept>>,
    quantity: Option<Part<Quantity>>,
    unit_price: Option<Part<Dollars>>,
    factor: Option<Part<Number>>,
    net: Option<Part<Dollars>>,
    encounter: Option<Part<Vec<Reference>>>,
    #[serde(flatten)]
    rest: Rest,
}

/// What becomes of the lines of a claim.
#[derive(Clone, Copy)]
enum Asked {
    Enter,
    TakeBack,
}

/// What a line stands in: its claim's place, and the other resources.
#[derive(Clone, Copy)]
struct Around<'a> {
    whole: &'a Place,
    directory: &'a Directory,
}

/// Reads one.
pub(super) fn read(reading: &mut Reading, place: Place, resource: &Value, directory: &Directory) {
    let claim = Claim::deserialize(resource).map_err(|_| place.wrong(MisreadProblem::Shape));
    if let Err(misread) = claim.and_then(|claim| claim.lines(reading, &place, directory)) {
        reading.misread.push(misread);
    }
}

impl Claim {
    fn lines(
        &self,
        reading: &mut Reading,
        whole: &Place,
        directory: &Directory,
    ) -> Result<(), Misread> {
        reading.unread.rest("Claim", &self.rest, whole)?;
        let asked = self.asked(whole)?;
        let items = need(&self.item, whole, "item")?;
        for (at, item) in items.iter().enumerate() {
            let place = whole.item("item", at);
            let act = match item {
                Part::Read(item) => {
                    let around = Around { whole, directory };
                    self.line(item, asked, &place, around, &mut reading.unread)
                }
                Part::Unlike(_) => Err(place.wrong(MisreadProblem::Shape)),
            };
            reading.came_to(place, act);
        }
        Ok(())
    }

    fn asked(&self, place: &Place) -> Result<Asked, Misread> {
        let purpose = maybe(&self.purpose, place, "use")?;
        if purpose.is_some_and(|purpose| purpose != "claim") {
            let what = "only the use `claim` is taken in: nothing is charged for otherwise";
            return Err(place.field("use").value(&what));
        }
        let status = need(&self.status, place, "status")?;
        match status.as_str() {
            "active" => Ok(Asked::Enter),
            "cancelled" | "entered-in-error" => Ok(Asked::TakeBack),
            "draft" => Err(place.field("status").wrong(MisreadProblem::Status("draft"))),
            _ => Err(place.field("status").value(&"it is no status of a Claim")),
        }
    }

    /// A line's id: the claim's, and the line's number behind it.
    fn charge(&self, item: &Item, whole: &Place) -> Result<ChargeId, Misread> {
        let identifiers = list(&self.identifier, whole, "identifier")?;
        let claim = match identifiers.first().and_then(|first| first.value.as_ref()) {
            Some(value) => value,
            None => need(&self.id, whole, "id")?,
        };
        parse(&format!("{claim}-{}", item.sequence), &whole.field("id"))
    }

    fn line(
        &self,
        item: &Item,
        asked: Asked,
        place: &Place,
        around: Around<'_>,
        unread: &mut Unread,
    ) -> Result<Act, Misread> {
        let Around { whole, directory } = around;
        let id = self.charge(item, whole)?;
        if matches!(asked, Asked::TakeBack) {
            let visits = list(&item.encounter, place, "encounter")?;
            let patient = maybe(&self.patient, whole, "patient")?;
            return Ok(Act::TakeBack(InError {
                charge: id,
                visit: visits
                    .first()
                    .map(|visit| directory.id(visit, &place.item("encounter", 0)))
                    .transpose()?,
                patient: patient
                    .map(|patient| directory.id(patient, &whole.field("patient")))
                    .transpose()?,
            }));
        }
        unread.rest("Claim.item", &item.rest, place)?;
        let visits = list(&item.encounter, place, "encounter")?;
        let missing = || place.field("encounter").wrong(MisreadProblem::Missing);
        let visit = directory.id(
            visits.first().ok_or_else(missing)?,
            &place.item("encounter", 0),
        )?;
        let concept = need(&item.product_or_service, place, "productOrService")?;
        let (procedure, mut modifiers) = service(concept, &place.field("productOrService"))?;
        for (at, modifier) in list(&item.modifier, place, "modifier")?.iter().enumerate() {
            let (code, place) = code(modifier, &place.item("modifier", at))?;
            modifiers.push(parse(code, &place)?);
        }
        let mut entry = ChargeEntry::of(id, visit, procedure);
        entry.modifiers = modifiers;
        let patient = need(&self.patient, whole, "patient")?;
        entry.patient = Some(directory.id(patient, &whole.field("patient"))?);
        if let Some(quantity) = maybe(&item.quantity, place, "quantity")? {
            entry.units = quantity.units(&place.field("quantity"))?;
        }
        entry.amount = item.amount(&entry, place)?;
        entry.service = item.service(place)?;
        if let Some(created) = maybe(&self.created, whole, "created")? {
            entry.entered = Some(day(created, &whole.field("created"))?);
        }
        if let Some(concept) = maybe(
            &item.location_codeable_concept,
            place,
            "locationCodeableConcept",
        )? {
            let (code, place) = code(concept, &place.field("locationCodeableConcept"))?;
            entry.place = Some(parse(code, &place)?);
        }
        if let Some(sequence) = list(&item.care_team_sequence, place, "careTeamSequence")?.first() {
            entry.provider = Some(self.provider(*sequence, place, around)?);
        }
        for sequence in list(&item.diagnosis_sequence, place, "diagnosisSequence")? {
            entry
                .diagnoses
                .push(self.diagnosis(*sequence, place, whole)?);
        }
        Ok(Act::Enter(Box::new(entry)))
    }

    fn provider(&self, sequence: u32, line: &Place, around: Around<'_>) -> Result<Npi, Misread> {
        let Around { whole, directory } = around;
        let team = list(&self.care_team, whole, "careTeam")?;
        let Some(at) = team.iter().position(|member| member.sequence == sequence) else {
            return Err(line
                .field("careTeamSequence")
                .wrong(MisreadProblem::Reference));
        };
        let place = whole.item("careTeam", at);
        let provider = need(&team[at].provider, &place, "provider")?;
        directory.npi(provider, &place.field("provider"))
    }

    fn diagnosis(&self, sequence: u32, line: &Place, whole: &Place) -> Result<Icd10, Misread> {
        let listed = list(&self.diagnosis, whole, "diagnosis")?;
        let Some(at) = listed.iter().position(|one| one.sequence == sequence) else {
            return Err(line
                .field("diagnosisSequence")
                .wrong(MisreadProblem::Reference));
        };
        let place = whole.item("diagnosis", at);
        let name = "diagnosisCodeableConcept";
        let concept = need(&listed[at].diagnosis_codeable_concept, &place, name)?;
        diagnosis(concept, &place.field(name))
    }
}

impl Item {
    /// The line's total, or what its price makes of its units.
    fn amount(&self, entry: &ChargeEntry, place: &Place) -> Result<Option<Money>, Misread> {
        if let Some(net) = maybe(&self.net, place, "net")? {
            return Ok(Some(net.amount(&place.field("net"))?));
        }
        let Some(price) = maybe(&self.unit_price, place, "unitPrice")? else {
            return Ok(None);
        };
        let place_of_price = place.field("unitPrice");
        let price = price.amount(&place_of_price)?.to_decimal();
        let factor = maybe(&self.factor, place, "factor")?
            .map(|factor| factor.decimal(&place.field("factor")))
            .transpose()?
            .unwrap_or(rust_decimal::Decimal::ONE);
        let exact = price
            .checked_mul(entry.units)
            .and_then(|cost| cost.checked_mul(factor));
        let too_much = || place_of_price.value(&"it makes more than an amount may be");
        let amount = Money::try_from(exact.ok_or_else(too_much)?);
        Ok(Some(amount.map_err(|error| place_of_price.value(&error))?))
    }

    fn service(&self, place: &Place) -> Result<Option<chrono::NaiveDate>, Misread> {
        if let Some(on) = maybe(&self.serviced_date, place, "servicedDate")? {
            return Ok(Some(day(on, &place.field("servicedDate"))?));
        }
        let period = maybe(&self.serviced_period, place, "servicedPeriod")?;
        let start = period.and_then(|period| period.start.as_deref());
        let place = place.field("servicedPeriod").field("start");
        start.map(|start| day(start, &place)).transpose()
    }
}
