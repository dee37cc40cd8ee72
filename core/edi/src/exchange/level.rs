//! The parties of a question: payer, provider, subscriber, dependent.

use scrubjay_model::{AsSent, Name, Person, Provider, Relationship, Sex};
use scrubjay_x12::Loop;

use super::{AskedPayer, Dependent};
use crate::ClaimError;
use crate::claim::{relationship, relationship_code};
use crate::draft::{Draft, DraftLoop};
use crate::party::{draft_address, draft_taxonomy, read_address, read_name, read_person};
use crate::value::{as_sent, d8, text};

/// NM1 of whichever entity code came.
fn draft_name(entity: &'static str, kind: &'static str, name: &Name) -> Draft {
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    Draft::new("NM1")
        .assumed(1, entity)
        .assumed(2, kind)
        .owned(3, name.last.as_str())
        .owned(4, part(&name.first))
        .owned(5, part(&name.middle))
        .owned(7, part(&name.suffix))
}

fn kind_of(name: &Name) -> &'static str {
    if name.first.is_some() { "1" } else { "2" }
}

pub(crate) fn read_payer(within: Option<&Loop>) -> AskedPayer {
    let nm1 = within.and_then(|within| within.segment("NM1"));
    AskedPayer {
        id: nm1.and_then(|nm1| nm1.element(9).trim().parse().ok()),
        name: nm1.map(read_name).unwrap_or_default(),
    }
}

pub(crate) fn draft_payer(id: &'static str, payer: &AskedPayer) -> DraftLoop {
    let mut drafted = DraftLoop::new(id);
    let nm1 = draft_name("PR", kind_of(&payer.name), &payer.name);
    drafted.segments.push(match &payer.id {
        Some(id) => nm1.assumed(8, "PI").owned(9, id.as_str()),
        None => nm1,
    });
    drafted
}

/// How a transaction names a provider.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProviderAs {
    /// Loop.
    pub(crate) id: &'static str,
    /// NM108 for a tax number where there is no NPI.
    pub(crate) tax: &'static str,
    /// REF01 for a tax number besides the NPI, where the loop has REF, N3, N4
    /// and PRV.
    pub(crate) tax_reference: Option<&'static str>,
}

pub(crate) fn read_provider(within: Option<&Loop>, how: ProviderAs) -> Provider {
    let Some(within) = within else {
        return Provider::default();
    };
    let nm1 = within.segment("NM1");
    let id = |qualifier: &str| {
        nm1.filter(|nm1| nm1.element(8) == qualifier)
            .map(|nm1| nm1.element(9))
    };
    let npi = id("XX").and_then(as_sent);
    let reference = how
        .tax_reference
        .filter(|_| npi.is_some())
        .and_then(|qualifier| within.qualified("REF", qualifier))
        .map(|reference| reference.element(2));
    let more = how.tax_reference.is_some();
    Provider {
        name: nm1.map(read_name).unwrap_or_default(),
        tax_id: id(how.tax).or(reference).and_then(text),
        npi,
        taxonomy: more.then(|| crate::party::read_taxonomy(within)).flatten(),
        address: more.then(|| read_address(within)).flatten(),
    }
}

pub(crate) fn draft_provider(how: ProviderAs, provider: &Provider) -> DraftLoop {
    let mut drafted = DraftLoop::new(how.id);
    let nm1 = draft_name("1P", kind_of(&provider.name), &provider.name);
    let npi = provider.npi.as_ref().map(AsSent::text);
    let (nm1, tax_left) = match (npi, &provider.tax_id) {
        (Some(npi), tax) => (nm1.owned(8, "XX").owned(9, npi), tax.as_ref()),
        (None, Some(tax)) => (nm1.owned(8, how.tax).owned(9, tax.as_str()), None),
        (None, None) => (nm1, None),
    };
    drafted.segments.push(nm1);
    if let Some(qualifier) = how.tax_reference {
        drafted
            .segments
            .extend(tax_left.map(|tax| Draft::qualified("REF", qualifier).owned(2, tax.as_str())));
        drafted
            .segments
            .extend(draft_address(provider.address.as_ref()));
        drafted.segments.extend(draft_taxonomy("BI", provider));
    }
    drafted
}

/// Which demographics a transaction takes (DMG).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demographics {
    /// Date of birth and sex, each where known; an unknown sex is not told.
    Each,
    /// The same, and an unknown sex (U).
    EachOrUnknown,
    /// With a date of birth only, and an unknown sex (U).
    WithBirth,
}

pub(crate) fn draft_demographics(person: &Person, told: Demographics) -> Option<Draft> {
    let sex = match (person.sex, told) {
        (Some(Sex::F), _) => Some("F"),
        (Some(Sex::M), _) => Some("M"),
        (Some(Sex::U), Demographics::Each) | (None, _) => None,
        (Some(Sex::U), _) => Some("U"),
    };
    let dmg = Draft::new("DMG");
    match (person.born, sex) {
        (None, None) => None,
        (None, _) if told == Demographics::WithBirth => None,
        (born, sex) => {
            let dmg = match born {
                Some(born) => dmg.assumed(1, "D8").owned(2, d8(born)),
                None => dmg,
            };
            Some(dmg.owned_if(3, sex))
        }
    }
}

/// The subscriber's name, address and demographics.
pub(crate) fn draft_subscriber(
    id: &'static str,
    subscriber: &Person,
    told: Option<Demographics>,
) -> DraftLoop {
    let mut drafted = DraftLoop::new(id);
    let nm1 = draft_name("IL", "1", &subscriber.name);
    drafted.segments.push(match &subscriber.member {
        Some(member) => nm1.assumed(8, "MI").owned(9, member.as_str()),
        None => nm1,
    });
    if let Some(told) = told {
        drafted
            .segments
            .extend(draft_address(subscriber.address.as_ref()));
        drafted
            .segments
            .extend(draft_demographics(subscriber, told));
    }
    drafted
}

/// How a transaction names a dependent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DependentAs {
    /// Loop.
    pub(crate) id: &'static str,
    /// NM101.
    pub(crate) entity: &'static str,
    /// INS02 for a relationship that the model does not know closely, where the
    /// loop has address, demographics and INS.
    pub(crate) other: Option<(&'static str, Demographics)>,
}

pub(crate) fn read_dependent(within: Option<&Loop>) -> Dependent {
    let ins = within.and_then(|within| within.segment("INS"));
    Dependent {
        person: within.map(read_person).unwrap_or_default(),
        relationship: match relationship(ins.map_or("", |ins| ins.element(2))) {
            // One who stands below a subscriber is a dependent, whatever INS says.
            Relationship::Own => Relationship::Other,
            stated => stated,
        },
    }
}

pub(crate) fn draft_dependent(how: DependentAs, dependent: &Dependent) -> DraftLoop {
    let mut drafted = DraftLoop::new(how.id);
    let person = &dependent.person;
    let nm1 = draft_name(how.entity, "1", &person.name);
    drafted.segments.push(match &person.member {
        Some(member) => nm1.assumed(8, "MI").owned(9, member.as_str()),
        None => nm1,
    });
    if let Some((other, told)) = how.other {
        drafted
            .segments
            .extend(draft_address(person.address.as_ref()));
        drafted.segments.extend(draft_demographics(person, told));
        let ins = Draft::new("INS").assumed(1, "N");
        drafted
            .segments
            .push(match relationship_code(dependent.relationship) {
                Some(code) => ins.owned(2, code),
                None => ins.assumed(2, other).where_nothing_came(),
            });
    }
    drafted
}

/// What payer and provider must be to be asked and to ask.
pub(crate) fn check_parties(
    (payer, payer_loop): (&AskedPayer, &'static str),
    (provider, provider_loop): (&Provider, &'static str),
) -> Result<(), ClaimError> {
    if payer.id.is_none() {
        return Err(ClaimError::NoPayerId {
            loop_id: payer_loop,
        });
    }
    if provider.npi.is_none() && provider.tax_id.is_none() {
        return Err(ClaimError::NoProviderId {
            loop_id: provider_loop,
        });
    }
    Ok(())
}
