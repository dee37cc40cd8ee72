//! People and providers. What identifies a person is for packs that declare it.

use std::sync::{Arc, Mutex};

use rhai::{Dynamic, EvalAltResult, ImmutableString};

use super::date::age;
use super::{Api, Kind, Need, frame, maybe, maybe_date, maybe_text};
use crate::frame::Frame;
use crate::view::{AddressView, PersonView, ProviderView};

/// A person, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct PersonRef(pub(crate) Arc<PersonView>);

/// A provider, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct ProviderRef(pub(crate) Arc<ProviderView>);

/// An address, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct AddressRef(pub(crate) Arc<AddressView>);

/// A provider number as sent.
#[derive(Debug, Clone)]
pub(crate) struct NpiRef {
    pub(crate) text: ImmutableString,
    pub(crate) valid: bool,
}

type Read = Result<Dynamic, Box<EvalAltResult>>;

pub(crate) fn register(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    api.engine
        .register_type_with_name::<PersonRef>("person")
        .register_type_with_name::<ProviderRef>("provider")
        .register_type_with_name::<AddressRef>("address")
        .register_type_with_name::<NpiRef>("npi")
        .register_fn("to_string", |npi: NpiRef| npi.text);
    person(api, shared);
    provider(api);
    address(api);
}

fn person(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    const PERSON: Kind = Kind::Person;
    api.get(
        PERSON,
        "has_name",
        Kind::Bool,
        "Whether a last name was sent.",
        |person: &mut PersonRef| person.0.has_name,
    )
    .get(
        PERSON,
        "has_address",
        Kind::Bool,
        "Whether an address with a ZIP code was sent.",
        |person: &mut PersonRef| {
            person
                .0
                .address
                .as_ref()
                .is_some_and(|address| !address.zip.trim().is_empty())
        },
    )
    .get(
        PERSON,
        "has_member",
        Kind::Bool,
        "Whether a member number was sent.",
        |person: &mut PersonRef| person.0.member.is_some(),
    )
    .get(
        PERSON,
        "born",
        Kind::Date,
        "Date of birth.",
        |person: &mut PersonRef| maybe_date(person.0.born),
    )
    .get(
        PERSON,
        "died",
        Kind::Date,
        "Date of death.",
        |person: &mut PersonRef| maybe_date(person.0.died),
    )
    .get(
        PERSON,
        "age",
        Kind::Number,
        "Age in whole years on the first date of service.",
        |person: &mut PersonRef| age(person.0.born, person.0.age_on),
    )
    .get(
        PERSON,
        "sex",
        Kind::Text,
        "`F`, `M` or `U`.",
        |person: &mut PersonRef| maybe_text(person.0.sex.as_ref()),
    );
    let declared = Arc::clone(shared);
    api.get(
        PERSON,
        "last_name",
        Kind::Text,
        "Last name.",
        move |person: &mut PersonRef| -> Read {
            frame(&declared).must_need(Need::Name)?;
            Ok(maybe_text(person.0.last_name.as_ref()))
        },
    )
    .needs(Need::Name);
    let declared = Arc::clone(shared);
    api.get(
        PERSON,
        "first_name",
        Kind::Text,
        "First name.",
        move |person: &mut PersonRef| -> Read {
            frame(&declared).must_need(Need::Name)?;
            Ok(maybe_text(person.0.first_name.as_ref()))
        },
    )
    .needs(Need::Name);
    let declared = Arc::clone(shared);
    api.get(
        PERSON,
        "member",
        Kind::Text,
        "Member number with the payer.",
        move |person: &mut PersonRef| -> Read {
            frame(&declared).must_need(Need::Member)?;
            Ok(maybe_text(person.0.member.as_ref()))
        },
    )
    .needs(Need::Member);
    let declared = Arc::clone(shared);
    api.get(
        PERSON,
        "address",
        Kind::Address,
        "Postal address.",
        move |person: &mut PersonRef| -> Read {
            frame(&declared).must_need(Need::Address)?;
            Ok(maybe(
                person
                    .0
                    .address
                    .as_ref()
                    .map(|address| AddressRef(Arc::clone(address))),
            ))
        },
    )
    .needs(Need::Address);
}

fn provider(api: &mut Api<'_>) {
    const PROVIDER: Kind = Kind::Provider;
    api.get(
        PROVIDER,
        "role",
        Kind::Text,
        "`billing`, `rendering`, `referring`, `facility`, `attending`, `ordering` or `supervising`.",
        |provider: &mut ProviderRef| ImmutableString::from(provider.0.role),
    )
    .get(
        PROVIDER,
        "is_person",
        Kind::Bool,
        "Whether it is a person and no organization.",
        |provider: &mut ProviderRef| provider.0.is_person,
    )
    .get(
        PROVIDER,
        "npi",
        Kind::Npi,
        "NPI as sent.",
        |provider: &mut ProviderRef| {
            maybe(provider.0.npi.as_ref().map(|(text, valid)| NpiRef {
                text: text.clone(),
                valid: *valid,
            }))
        },
    )
    .get(
        PROVIDER,
        "taxonomy",
        Kind::Text,
        "Taxonomy code.",
        |provider: &mut ProviderRef| maybe_text(provider.0.taxonomy.as_ref()),
    )
    .get(
        PROVIDER,
        "address",
        Kind::Address,
        "Postal address.",
        |provider: &mut ProviderRef| {
            maybe(
                provider
                    .0
                    .address
                    .as_ref()
                    .map(|address| AddressRef(Arc::clone(address))),
            )
        },
    )
    .get(
        Kind::Npi,
        "is_valid",
        Kind::Bool,
        "Whether it is ten digits with the right check digit (45 CFR 162.406).",
        |npi: &mut NpiRef| npi.valid,
    )
    .get(
        Kind::Npi,
        "text",
        Kind::Text,
        "The digits as sent.",
        |npi: &mut NpiRef| npi.text.clone(),
    );
}

fn address(api: &mut Api<'_>) {
    const ADDRESS: Kind = Kind::Address;
    api.get(
        ADDRESS,
        "line1",
        Kind::Text,
        "First line.",
        |address: &mut AddressRef| address.0.line1.clone(),
    )
    .get(
        ADDRESS,
        "city",
        Kind::Text,
        "City.",
        |address: &mut AddressRef| address.0.city.clone(),
    )
    .get(
        ADDRESS,
        "state",
        Kind::Text,
        "State, two letters.",
        |address: &mut AddressRef| address.0.state.clone(),
    )
    .get(
        ADDRESS,
        "zip",
        Kind::Text,
        "ZIP code as sent.",
        |address: &mut AddressRef| address.0.zip.clone(),
    );
}
