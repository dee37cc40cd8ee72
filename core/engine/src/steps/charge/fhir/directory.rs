//! Whom the references of a file mean: by the identifier beside the reference,
//! else by the resource that it names, else by the id in the reference itself.

use std::collections::BTreeMap;

use scrubjay_model::Npi;
use serde::Deserialize;
use serde_json::Value;

use super::part::{Identifier, Misread, MisreadProblem, Part, Place, Reference, parse};

/// The system of NPIs.
const NPI: &str = "http://hl7.org/fhir/sid/us-npi";

/// The resources of a bundle by what refers to them.
#[derive(Debug, Default)]
pub(super) struct Directory(BTreeMap<String, Vec<Identifier>>);

#[derive(Deserialize)]
struct Named {
    #[serde(rename = "resourceType")]
    resource_type: String,
    id: Option<String>,
    identifier: Option<Part<Vec<Identifier>>>,
}

impl Directory {
    /// Notes a resource under its own name and its address in the bundle.
    pub(super) fn add(&mut self, url: Option<&str>, resource: &Value) {
        let Ok(named) = Named::deserialize(resource) else {
            return;
        };
        let Some(Part::Read(identifiers)) = named.identifier else {
            return;
        };
        let name = named.id.map(|id| format!("{}/{id}", named.resource_type));
        let again = || {
            let copied = identifiers.iter().map(|known| Identifier {
                system: known.system.clone(),
                value: known.value.clone(),
            });
            copied.collect()
        };
        if let Some(url) = url {
            self.0.insert(url.to_owned(), again());
        }
        if let Some(name) = name {
            self.0.insert(name, identifiers);
        }
    }

    /// The identifiers that stand for what a reference means.
    fn known<'a>(&'a self, reference: &'a Reference) -> &'a [Identifier] {
        if let Some(Part::Read(identifier)) = &reference.identifier {
            return std::slice::from_ref(identifier);
        }
        let named = reference.reference.as_deref().unwrap_or_default();
        let relative = relative(named);
        let found = self.0.get(named).or_else(|| self.0.get(relative));
        found.map_or(&[], Vec::as_slice)
    }

    /// The id of a visit or patient.
    pub(super) fn id<T>(&self, reference: &Reference, place: &Place) -> Result<T, Misread>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        let known = self.known(reference);
        let value = known.iter().find_map(|known| known.value.as_deref());
        let named = reference.reference.as_deref();
        let own = named.and_then(|named| {
            let (kind, id) = relative(named).split_once('/')?;
            (!kind.is_empty()).then_some(id)
        });
        match value.or(own) {
            Some(id) => parse(id, place),
            None => Err(place.wrong(MisreadProblem::Reference)),
        }
    }

    /// The NPI of who gave a service.
    pub(super) fn npi(&self, reference: &Reference, place: &Place) -> Result<Npi, Misread> {
        let mut known = self.known(reference).iter();
        let npi = known.find(|known| known.system.as_deref() == Some(NPI));
        match npi.and_then(|known| known.value.as_deref()) {
            Some(npi) => parse(npi, place),
            None => Err(place.wrong(MisreadProblem::Reference)),
        }
    }
}

/// The last two parts of an address: `Encounter/V-100`.
fn relative(reference: &str) -> &str {
    let mut slashes = reference.rmatch_indices('/');
    slashes.next();
    slashes
        .next()
        .map_or(reference, |(at, _)| &reference[at + 1..])
}
