//! What questions and answers are made of, as proptest makes them: values as
//! the transactions can carry them.

use chrono::{Days, NaiveDate};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use scrubjay_edi::{AskedPayer, Dependent, Exchange, Trace, WrittenExchange};
use scrubjay_model::{
    Address, AsSent, Carried, EligibilityRejection, FollowUpAction, MemberId, Money, Name, Person,
    Provider, Relationship, Sex,
};
use scrubjay_x12::TransactionSet;

use super::made::day;
use super::{at, party, sets_of};

pub(crate) fn exchange<T>(items: &[T]) -> Exchange<'_, T> {
    Exchange {
        items,
        sender: party("PRACTICE"),
        receiver: party("PAYER"),
        usage: "T",
        at: at(),
    }
}

/// The sets of a file that was written, each of them without a fault.
pub(crate) fn valid_sets(file: &WrittenExchange) -> Vec<TransactionSet> {
    let report = scrubjay_x12::check(&file.bytes, &[]).unwrap();
    let sets = report.sets.iter();
    let faults: Vec<&str> = sets
        .flat_map(|set| &set.findings)
        .map(|finding| finding.text.as_str())
        .collect();
    let text = String::from_utf8_lossy(&file.bytes);
    assert!(report.is_valid(), "{faults:#?}\n{text}");
    let sets = sets_of(&file.bytes);
    assert_eq!(sets.len(), file.sets.len());
    sets
}

pub(crate) fn trace(number: &str) -> Trace {
    Trace {
        number: number.parse().unwrap(),
        originator: "9PRACTICE1".to_owned(),
    }
}

pub(crate) fn payer() -> AskedPayer {
    AskedPayer {
        id: Some("PAY01".parse().unwrap()),
        name: Name::organization("SAMPLE PAYER"),
    }
}

/// Texts as X12 carries them: no blank at either end, no delimiter.
pub(crate) fn word(longest: usize) -> BoxedStrategy<String> {
    let middle = longest.saturating_sub(2);
    proptest::string::string_regex(&format!("[A-Z0-9]([A-Z0-9 .'#-]{{0,{middle}}}[A-Z0-9])?"))
        .unwrap()
        .boxed()
}

pub(crate) fn days() -> BoxedStrategy<NaiveDate> {
    (0..4_000_u64)
        .prop_map(|after| day("2020-01-01") + Days::new(after))
        .boxed()
}

/// A first and a last day in order, each there or not.
pub(crate) fn span() -> BoxedStrategy<(Option<NaiveDate>, Option<NaiveDate>)> {
    (option::of(days()), option::of(0..400_u64), days())
        .prop_map(|(from, length, to)| match (from, length) {
            (Some(from), Some(length)) => (Some(from), Some(from + Days::new(length))),
            (None, Some(_)) => (None, Some(to)),
            (from, None) => (from, None),
        })
        .boxed()
}

pub(crate) fn money() -> BoxedStrategy<Money> {
    (0..10_000_000_i64).prop_map(Money::from_cents).boxed()
}

pub(crate) fn member() -> BoxedStrategy<MemberId> {
    "[A-Z0-9]{2,20}"
        .prop_map(|text| text.parse().unwrap())
        .boxed()
}

pub(crate) fn person_name() -> BoxedStrategy<Name> {
    (
        word(20),
        option::of(word(12)),
        option::of(word(5)),
        option::of(select(vec!["JR", "III"])),
    )
        .prop_map(|(last, first, middle, suffix)| Name {
            last,
            first,
            middle,
            suffix: suffix.map(str::to_owned),
        })
        .boxed()
}

pub(crate) fn address() -> BoxedStrategy<Address> {
    (
        word(30),
        option::of(word(10)),
        word(15),
        select(vec!["TX", "NY"]),
    )
        .prop_map(|(line1, line2, city, state)| Address {
            line1,
            line2,
            // A city has two characters at least.
            city: format!("{city}X"),
            state: state.to_owned(),
            zip: "787010001".to_owned(),
            country: None,
        })
        .boxed()
}

/// A person with date of birth.
pub(crate) fn person() -> BoxedStrategy<Person> {
    (
        person_name(),
        option::of(address()),
        days(),
        option::of(select(vec![Sex::F, Sex::M])),
    )
        .prop_map(|(name, address, born, sex)| Person {
            name,
            member: None,
            address,
            born: Some(born),
            died: None,
            sex,
        })
        .boxed()
}

pub(crate) fn subscriber() -> BoxedStrategy<Person> {
    (person(), member())
        .prop_map(|(person, member)| Person {
            member: Some(member),
            ..person
        })
        .boxed()
}

pub(crate) fn dependent() -> BoxedStrategy<Dependent> {
    let relationships = vec![
        Relationship::Spouse,
        Relationship::Child,
        Relationship::Other,
    ];
    (person(), select(relationships))
        .prop_map(|(person, relationship)| Dependent {
            person,
            relationship,
        })
        .boxed()
}

/// A provider with what every question can say of one.
pub(crate) fn provider() -> BoxedStrategy<Provider> {
    (
        word(30),
        select(vec!["1234567893", "1245319599"]),
        any::<bool>(),
    )
        .prop_map(|(name, id, has_npi)| Provider {
            name: Name::organization(name),
            npi: has_npi.then(|| AsSent::read(id)),
            tax_id: (!has_npi).then(|| "741234567".to_owned()),
            ..Provider::default()
        })
        .boxed()
}

/// Rejections of these levels, in their order.
pub(crate) fn rejections(
    levels: &'static [&'static str],
) -> BoxedStrategy<Vec<EligibilityRejection>> {
    let actions = vec![
        FollowUpAction::Correct,
        FollowUpAction::Resend,
        FollowUpAction::Wait(30),
        FollowUpAction::Wait(10),
        FollowUpAction::Stop,
    ];
    let one = (
        0..levels.len(),
        select(vec!["42", "72", "75"]),
        select(actions),
    );
    prop::collection::vec(one, 0..4)
        .prop_map(move |mut listed| {
            listed.sort_by_key(|(level, ..)| *level);
            listed
                .into_iter()
                .map(|(level, reason, action)| EligibilityRejection {
                    at: levels[level].to_owned(),
                    reason: reason.to_owned(),
                    action,
                })
                .collect()
        })
        .boxed()
}

/// Changes bytes behind the ISA, so that the file is still one.
fn mutated(file: &[u8], changes: &[(usize, u8)]) -> Vec<u8> {
    let mut bytes = file.to_vec();
    let isa = 106;
    for (place, byte) in changes {
        let at = isa + place % (bytes.len() - isa);
        bytes[at] = *byte;
    }
    bytes
}

/// The sets that can still be read in files with changed bytes.
pub(crate) fn damaged_sets(
    files: [WrittenExchange; 2],
    changes: &[(usize, u8)],
) -> Vec<TransactionSet> {
    files
        .iter()
        .filter_map(|file| scrubjay_x12::read(&mutated(&file.bytes, changes)).ok())
        .flatten()
        .flat_map(|interchange| interchange.sets)
        .collect()
}

/// What is carried in one order: a file that was not in the guide's is.
pub(crate) fn sorted(mut carried: Vec<Carried>) -> Vec<Carried> {
    for one in &mut carried {
        one.segments.sort();
    }
    carried.sort_by(|one, other| (&one.at, &one.segments).cmp(&(&other.at, &other.segments)));
    carried
}
