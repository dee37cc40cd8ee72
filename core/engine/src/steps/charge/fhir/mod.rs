//! Charges as FHIR R4 has them: a `ChargeItem`, a `Claim`, or a `Bundle` of them.
//!
//! What is not understood is told by its place, never by what stands there, and
//! the rest goes on.

mod charge_item;
mod claim;
mod directory;
mod part;

use scrubjay_model::{ChargeId, EncounterId, FileHash, Money, PatientKey, WorkKind};
use scrubjay_store::Event;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{Batch, ChargeEntry, ChargeEntryError, enter_all, take_back};
use crate::EngineError;
use crate::desk::Desk;
use crate::intake::Ended;
use directory::Directory;
pub use part::{Misread, MisreadProblem};
use part::{Part, Place, Unread};

/// What the journal calls such a file.
const NAME: &str = "FHIR charges";

/// Whether a file is meant as FHIR.
pub(crate) fn is_fhir(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("json"))
}

/// What a resource asks for.
#[derive(Debug)]
enum Act {
    /// To enter a charge.
    Enter(Box<ChargeEntry>),
    /// To take one back that was entered in error.
    TakeBack(InError),
}

/// A charge that was entered in error, and whose it is, as far as that is said.
#[derive(Debug)]
struct InError {
    charge: ChargeId,
    visit: Option<EncounterId>,
    patient: Option<PatientKey>,
}

/// What was read of a file.
#[derive(Debug, Default)]
struct Reading {
    acts: Vec<(Place, Act)>,
    misread: Vec<Misread>,
    unread: Unread,
}

#[derive(Deserialize)]
struct Bundle {
    #[serde(default)]
    entry: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "fullUrl")]
    full_url: Option<Part<String>>,
    resource: Option<Value>,
    request: Option<Part<Request>>,
}

#[derive(Deserialize)]
struct Request {
    method: String,
}

#[derive(Deserialize)]
struct Typed {
    #[serde(rename = "resourceType")]
    resource_type: String,
}

/// Takes in a file at an open desk. The caller commits where the result is not
/// a refusal.
pub(crate) fn take_in(
    desk: &mut Desk<'_>,
    name: &str,
    file: &FileHash,
    bytes: &[u8],
) -> Result<Ended, EngineError> {
    let reading = match read(bytes) {
        Ok(reading) => reading,
        Err(reason) => return Ok(Ended::Refused { reason }),
    };
    let Reading {
        acts,
        mut misread,
        unread,
    } = reading;
    let (mut entries, mut backs) = (Vec::new(), Vec::new());
    for (place, act) in acts {
        match act {
            Act::Enter(entry) => entries.push((place, *entry)),
            Act::TakeBack(charge) => backs.push((place, charge)),
        }
    }
    let batch = enter_all(desk, entries)?;
    let mut brought = batch.brought();
    let mut used = batch.used() as u64;
    let Batch { refused, .. } = batch;
    misread.extend(
        refused
            .into_iter()
            .map(|(place, why)| place.wrong(why.into())),
    );
    let mut taken_back = 0;
    for (place, charge) in backs {
        match take_back_in_error(desk, &charge) {
            Ok(done) => {
                taken_back += usize::from(done);
                used += 1;
            }
            Err(EngineError::Charge(why)) => misread.push(place.wrong(why.into())),
            Err(error) => return Err(error),
        }
    }
    if taken_back > 0 {
        brought.push(format!("{taken_back} charges taken back"));
    }
    misread.sort_by(|one, other| one.place.cmp(&other.place));
    if let (0, Some(first)) = (used, misread.first()) {
        let reason = format!("nothing of it can be used; the first: {first}");
        return Ok(Ended::Refused { reason });
    }
    let mut remarks: Vec<String> = misread.iter().map(ToString::to_string).collect();
    remarks.extend(unread.remarks());
    if let Some(first) = misread.first() {
        let number = misread.len();
        let reason = format!(
            "{number} part(s) of {name} were not taken in, the first at {first}: mend them and \
             put the file back into the inbox"
        );
        desk.open_work(WorkKind::Charge, None, Money::ZERO, reason)?;
    }
    if brought.is_empty() {
        brought.push("nothing new".to_owned());
    }
    desk.record(&Event::FileTaken {
        file: file.clone(),
        name: name.to_owned(),
        transaction: NAME.to_owned(),
        interchanges: Vec::new(),
        items: used,
    })?;
    Ok(Ended::TakenIn {
        transaction: NAME.to_owned(),
        brought,
        remarks,
    })
}

/// Whether a charge that is said to be in error was on file, and is no longer.
fn take_back_in_error(desk: &mut Desk<'_>, said: &InError) -> Result<bool, EngineError> {
    let held = desk.charge(&said.charge)?;
    let whose = match &held {
        Some(held) => desk
            .encounter(&held.encounter)?
            .map(|visit| visit.patient.clone()),
        None => None,
    };
    let is_its = held.as_ref().is_none_or(|held| {
        said.visit
            .as_ref()
            .is_none_or(|visit| *visit == held.encounter)
            && said
                .patient
                .as_ref()
                .is_none_or(|patient| whose.as_ref() == Some(patient))
    });
    if !is_its {
        let charge = said.charge.clone();
        return Err(ChargeEntryError::NotThatCharge { charge }.into());
    }
    let Some(held) = held.filter(|held| held.billing != scrubjay_model::Billing::Void) else {
        return Ok(false);
    };
    take_back(desk, &held.id, "its file says that it was entered in error")?;
    Ok(true)
}

/// Reads a file; the reason where it is no FHIR at all.
fn read(bytes: &[u8]) -> Result<Reading, String> {
    let document: Value = serde_json::from_slice(bytes).map_err(|error| {
        // What stands there is not repeated.
        let (line, column) = (error.line(), error.column());
        format!("line {line}, column {column}: it is no JSON; ask the sender for the file again")
    })?;
    let mut reading = Reading::default();
    match kind(&document).as_deref() {
        Some("Bundle") => {
            let bundle = Bundle::deserialize(&document)
                .map_err(|_| "entry: it is no list of a Bundle's entries".to_owned())?;
            reading.bundle(bundle);
        }
        Some(_) => {
            reading.resource(Place::root(), &document, &Directory::default());
        }
        None => {
            return Err(
                "resourceType: it is missing; FHIR R4 is read, as a Bundle, ChargeItem or Claim"
                    .to_owned(),
            );
        }
    }
    Ok(reading)
}

fn kind(resource: &Value) -> Option<String> {
    Some(Typed::deserialize(resource).ok()?.resource_type)
}

impl Reading {
    fn bundle(&mut self, bundle: Bundle) {
        let mut directory = Directory::default();
        for entry in &bundle.entry {
            let url = entry.full_url.as_ref().and_then(Part::known);
            if let Some(resource) = &entry.resource {
                directory.add(url.map(String::as_str), resource);
            }
        }
        for (at, entry) in bundle.entry.into_iter().enumerate() {
            let place = Place::root().item("entry", at);
            if let Some(Part::Read(request)) = &entry.request
                && request.method == "DELETE"
            {
                let place = place.field("request").field("method");
                self.misread.push(place.wrong(MisreadProblem::Delete));
                continue;
            }
            match entry.resource {
                Some(resource) => self.resource(place.field("resource"), &resource, &directory),
                None => self
                    .misread
                    .push(place.field("resource").wrong(MisreadProblem::Missing)),
            }
        }
    }

    fn resource(&mut self, place: Place, resource: &Value, directory: &Directory) {
        match kind(resource).as_deref() {
            Some("ChargeItem") => charge_item::read(self, place, resource, directory),
            Some("Claim") => claim::read(self, place, resource, directory),
            // Who they speak of; read where a charge refers to them.
            Some(
                known @ ("Patient" | "Encounter" | "Practitioner" | "PractitionerRole"
                | "Organization" | "Location" | "Coverage" | "Account"),
            ) => {
                self.unread
                    .note(&format!("{known} beside what charges need of it"), &place);
            }
            Some(_) => self.misread.push(place.wrong(MisreadProblem::Kind)),
            None => self
                .misread
                .push(place.field("resourceType").wrong(MisreadProblem::Missing)),
        }
    }

    /// Notes what came of one charge.
    fn came_to(&mut self, place: Place, act: Result<Act, Misread>) {
        match act {
            Ok(act) => self.acts.push((place, act)),
            Err(misread) => self.misread.push(misread),
        }
    }
}

/// Fields that nothing reads.
type Rest = std::collections::BTreeMap<String, IgnoredAny>;

#[cfg(test)]
mod tests;
