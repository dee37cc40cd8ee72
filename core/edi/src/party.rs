//! People, organizations and providers: NM1, N3, N4, DMG, PRV.

use scrubjay_model::{Address, Name, Person, Provider, Sex};
use scrubjay_x12::{Loop, SegmentBuf};

use crate::draft::{Draft, DraftLoop};
use crate::value::{as_sent, d8, day, text};

pub(crate) fn read_name(nm1: &SegmentBuf) -> Name {
    Name {
        last: nm1.element(3).trim().to_owned(),
        first: text(nm1.element(4)),
        middle: text(nm1.element(5)),
        suffix: text(nm1.element(7)),
    }
}

/// What NM102 says where nothing came: a provider or payer with a first name
/// is a person, and a patient or subscriber always is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entity {
    Person,
    ByName,
}

/// NM1 with its name. The id is added by [`with_id`].
pub(crate) fn draft_name(qualifier: &'static str, entity: Entity, name: &Name) -> Draft {
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    let person = entity == Entity::Person || name.first.is_some();
    Draft::qualified("NM1", qualifier)
        .assumed(2, if person { "1" } else { "2" })
        .owned(3, name.last.as_str())
        .owned(4, part(&name.first))
        .owned(5, part(&name.middle))
        .owned(7, part(&name.suffix))
}

/// NM108 and NM109. Without an id both are free.
pub(crate) fn with_id(nm1: Draft, qualifier: &'static str, id: Option<&str>) -> Draft {
    match id {
        Some(id) => nm1.assumed(8, qualifier).owned(9, id),
        None => nm1,
    }
}

pub(crate) fn read_address(within: &Loop) -> Option<Address> {
    let (n3, n4) = (within.segment("N3"), within.segment("N4"));
    if n3.is_none() && n4.is_none() {
        return None;
    }
    let part = |segment: Option<&SegmentBuf>, element| {
        segment.and_then(|segment| text(segment.element(element)))
    };
    Some(Address {
        line1: part(n3, 1).unwrap_or_default(),
        line2: part(n3, 2),
        city: part(n4, 1).unwrap_or_default(),
        state: part(n4, 2).unwrap_or_default(),
        zip: part(n4, 3).unwrap_or_default(),
        country: part(n4, 4),
    })
}

pub(crate) fn draft_address(address: Option<&Address>) -> Vec<Draft> {
    let Some(address) = address else {
        return Vec::new();
    };
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    let mut drafts = Vec::new();
    if !address.line1.is_empty() || address.line2.is_some() {
        drafts.push(
            Draft::new("N3")
                .owned(1, address.line1.as_str())
                .owned(2, part(&address.line2)),
        );
    }
    let place = [&address.city, &address.state, &address.zip];
    if place.iter().any(|part| !part.is_empty()) || address.country.is_some() {
        drafts.push(
            Draft::new("N4")
                .owned(1, address.city.as_str())
                .owned(2, address.state.as_str())
                .owned(3, address.zip.as_str())
                .owned(4, part(&address.country)),
        );
    }
    drafts
}

/// A patient or subscriber. `member` is theirs only as a subscriber.
pub(crate) fn read_person(within: &Loop) -> Person {
    let nm1 = within.segment("NM1");
    let dmg = within.segment("DMG");
    Person {
        name: nm1.map(read_name).unwrap_or_default(),
        member: nm1.and_then(|nm1| nm1.element(9).trim().parse().ok()),
        address: read_address(within),
        born: dmg.and_then(|dmg| day(dmg.element(2))),
        died: None,
        sex: dmg.and_then(|dmg| match dmg.element(3) {
            "F" => Some(Sex::F),
            "M" => Some(Sex::M),
            "U" => Some(Sex::U),
            _ => None,
        }),
    }
}

pub(crate) fn draft_person(
    id: &'static str,
    qualifier: &'static str,
    person: &Person,
    member: Option<&str>,
) -> DraftLoop {
    let mut drafted = DraftLoop::new(id);
    let nm1 = draft_name(qualifier, Entity::Person, &person.name);
    drafted.segments.push(with_id(nm1, "MI", member));
    drafted
        .segments
        .extend(draft_address(person.address.as_ref()));
    if person.born.is_some() || person.sex.is_some() {
        let dmg = match person.born {
            Some(born) => Draft::new("DMG").assumed(1, "D8").owned(2, d8(born)),
            None => Draft::new("DMG"),
        };
        drafted.segments.push(match person.sex {
            Some(sex) => dmg.owned(3, sex_code(sex)),
            None => dmg.assumed(3, "U"),
        });
    }
    drafted
}

const fn sex_code(sex: Sex) -> &'static str {
    match sex {
        Sex::F => "F",
        Sex::M => "M",
        Sex::U => "U",
    }
}

/// A provider by name and NPI. An id of another kind is no NPI and stays free.
pub(crate) fn read_provider(within: &Loop) -> Provider {
    let nm1 = within.segment("NM1");
    Provider {
        name: nm1.map(read_name).unwrap_or_default(),
        npi: nm1
            .filter(|nm1| nm1.element(8) == "XX")
            .and_then(|nm1| as_sent(nm1.element(9))),
        tax_id: None,
        taxonomy: read_taxonomy(within),
        address: read_address(within),
    }
}

pub(crate) fn read_taxonomy(within: &Loop) -> Option<String> {
    within
        .segment("PRV")
        .filter(|prv| prv.element(2) == "PXC")
        .and_then(|prv| text(prv.element(3)))
}

pub(crate) fn draft_taxonomy(role: &'static str, provider: &Provider) -> Option<Draft> {
    let taxonomy = provider.taxonomy.as_deref()?;
    Some(
        Draft::new("PRV")
            .told_apart_by(2, ["PXC"; 2])
            .assumed(1, role)
            .owned(2, "PXC")
            .owned(3, taxonomy),
    )
}

/// What a provider loop holds beyond name and NPI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProviderPart {
    /// PRV with this role.
    Taxonomy(&'static str),
    /// N3 and N4.
    Address,
    /// Nothing more.
    Name,
}

pub(crate) fn draft_provider(
    id: &'static str,
    qualifier: &'static str,
    part: ProviderPart,
    provider: &Provider,
) -> DraftLoop {
    let mut drafted = DraftLoop::new(id);
    let npi = provider.npi.as_ref().map(scrubjay_model::AsSent::text);
    let nm1 = draft_name(qualifier, Entity::ByName, &provider.name);
    drafted.segments.push(match npi {
        Some(npi) => nm1.owned(8, "XX").owned(9, npi),
        None => nm1,
    });
    match part {
        ProviderPart::Taxonomy(role) => drafted.segments.extend(draft_taxonomy(role, provider)),
        ProviderPart::Address => drafted
            .segments
            .extend(draft_address(provider.address.as_ref())),
        ProviderPart::Name => {}
    }
    drafted
}
