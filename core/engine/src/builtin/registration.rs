//! The engine's own edits of a registration: what holds for any payer.

use std::sync::Arc;

use scrubjay_hooks::{Finding, Outcome, Ran, RegistrationSubject, Severity};
use scrubjay_model::{Address, Coverage, Person, PostalFault, Relationship};

use super::{Found, carcs, field};
use crate::Config;

/// One edit of a registration.
pub(super) struct Edit {
    id: &'static str,
    severity: Severity,
    find: fn(&Config, &RegistrationSubject<'_>) -> Vec<Found>,
}

/// Every edit, in the order in which they run.
pub(super) static EDITS: [Edit; 5] = [
    Edit {
        id: "engine/subscriber",
        severity: Severity::Block,
        find: subscribers,
    },
    Edit {
        id: "engine/unknown-payer",
        severity: Severity::Warn,
        find: unknown_payers,
    },
    Edit {
        id: "engine/payer-name",
        severity: Severity::Block,
        find: unnamed_payers,
    },
    Edit {
        id: "engine/address",
        severity: Severity::Block,
        find: addresses,
    },
    Edit {
        id: "engine/billing-address",
        severity: Severity::Warn,
        find: billing_address,
    },
];

/// Runs them all.
pub(super) fn judge(
    config: &Config,
    subject: &RegistrationSubject<'_>,
    version: &Arc<str>,
    outcome: &mut Outcome,
) {
    for edit in &EDITS {
        let found = (edit.find)(config, subject);
        outcome.ran.push(Ran {
            rule: edit.id.into(),
            version: version.clone(),
            findings: u32::try_from(found.len()).unwrap_or(u32::MAX),
        });
        let findings = found.into_iter().map(|found| Finding {
            rule: edit.id.to_owned(),
            severity: edit.severity,
            message: found.message,
            about: found.about,
            prevents: found.prevents,
            cite: found.cite.map(str::to_owned),
            overridable: found.overridable,
            shadow: false,
        });
        outcome.findings.extend(findings);
    }
}

/// A dependent's coverage names its subscriber, and the patient's own names
/// nobody else (005010X222A1, loop 2000B, SBR02, and loop 2000C).
fn subscribers(_: &Config, subject: &RegistrationSubject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (number, coverage) in (1..).zip(subject.coverages) {
        let Some(problem) = of_subscriber(subject.patient, coverage) else {
            continue;
        };
        let message = format!("Coverage {number} {problem}");
        found.push(Found {
            prevents: carcs(&["31"]),
            ..Found::fault(message, field("coverage.subscriber"))
        });
    }
    found
}

fn of_subscriber(patient: &Person, coverage: &Coverage) -> Option<&'static str> {
    let named = |person: &&Person| !person.name.last.trim().is_empty();
    let subscriber = coverage.subscriber.as_ref().filter(named);
    match (coverage.relationship, subscriber) {
        (Relationship::Own, None) => None,
        (Relationship::Own, Some(subscriber)) => (!is_same(patient, subscriber)).then_some(
            "is the patient's own and names another subscriber: say how the patient stands to them, or leave the subscriber out",
        ),
        (_, None) => Some("is through another person and does not name them: enter the subscriber"),
        (_, Some(subscriber)) => is_same(patient, subscriber).then_some(
            "is through another person and names the patient as subscriber: enter the subscriber, or say that the cover is the patient's own",
        ),
    }
}

/// Whether two are one person, as far as both are described.
fn is_same(one: &Person, other: &Person) -> bool {
    let same = |a: &str, b: &str| a.trim().eq_ignore_ascii_case(b.trim());
    let first = one.name.first.as_deref().zip(other.name.first.as_deref());
    same(&one.name.last, &other.name.last)
        && first.is_none_or(|(a, b)| same(a, b))
        && one.born.zip(other.born).is_none_or(|(a, b)| a == b)
}

/// A coverage goes to a payer that the practice knows, where it sends to nobody
/// else.
fn unknown_payers(config: &Config, subject: &RegistrationSubject<'_>) -> Vec<Found> {
    if config.payers.is_empty() || config.default_channel.is_some() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (number, coverage) in (1..).zip(subject.coverages) {
        let ids: Vec<&str> = coverage.payer.iter().map(|id| id.as_str()).collect();
        if config.payer(&ids, &coverage.payer_name.last).is_none() {
            let message = format!(
                "No payer of the practice has the id or name of coverage {number}, so no claim would leave: mend it, or add the payer to {}",
                crate::config::FILE_NAME
            );
            found.push(Found::fault(message, field("coverage.payer")));
        }
    }
    found
}

/// A coverage's payer has a name, which every claim to it bears (005010X222A1,
/// loop 2010BB, NM103).
fn unnamed_payers(_: &Config, subject: &RegistrationSubject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (number, coverage) in (1..).zip(subject.coverages) {
        if coverage.payer_name.last.trim().is_empty() {
            let message = format!(
                "Coverage {number} has its payer's id and no name, and {} has no payer of that id: enter the name, or add the payer",
                crate::config::FILE_NAME
            );
            found.push(Found::fault(message, field("coverage.payer_name")));
        }
    }
    found
}

/// The post would know the states and ZIP codes of the patient and of those who
/// have the cover (N402, N403). A person may pass what is abroad.
fn addresses(_: &Config, subject: &RegistrationSubject<'_>) -> Vec<Found> {
    let patient = ("The patient's address", "patient.address", subject.patient);
    let subscribers = subject.coverages.iter().filter_map(|coverage| {
        let subscriber = coverage.subscriber.as_ref()?;
        Some(("The subscriber's address", "subscriber.address", subscriber))
    });
    let mut found = Vec::new();
    for (whose, at, person) in std::iter::once(patient).chain(subscribers) {
        let faults = person.address.as_ref().map(Address::postal_faults);
        for fault in faults.unwrap_or_default() {
            let part = match fault {
                PostalFault::State => "state",
                _ => "zip",
            };
            found.push(Found {
                overridable: true,
                ..Found::fault(
                    format!("{whose}: {fault}; compare it with the card"),
                    field(&format!("{at}.{part}")),
                )
            });
        }
    }
    found
}

/// The practice's own address is one that claims can bear.
fn billing_address(config: &Config, _: &RegistrationSubject<'_>) -> Vec<Found> {
    let practice = config.practice.as_ref();
    let address = practice.and_then(|practice| practice.address.as_ref());
    let faults = address.map(Address::billing_faults).unwrap_or_default();
    let told = faults.into_iter().map(|fault| {
        let message = format!(
            "The practice's address in {}: {fault}, and every claim bears it",
            crate::config::FILE_NAME
        );
        Found::fault(message, field("billing.address"))
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use scrubjay_model::{CoverageOrder, Name};

    use super::*;

    fn coverage(relationship: Relationship, subscriber: Option<Person>) -> Coverage {
        Coverage {
            order: CoverageOrder::Primary,
            payer: "SRA77".parse().ok(),
            payer_name: Name::organization("Summit"),
            member: None,
            subscriber,
            relationship,
            group_number: None,
            plan_name: None,
            filing_indicator: None,
            msp_type: None,
            paid: None,
        }
    }

    fn person(first: &str) -> Person {
        Person {
            name: Name::person("WREN", first),
            ..Person::default()
        }
    }

    #[test]
    fn a_dependent_names_a_subscriber_and_nobody_else_does() {
        use Relationship::{Child, Own};
        let patient = person("ADA");
        let other = || Some(person("BEA"));
        for (relationship, subscriber, sound) in [
            (Own, None, true),
            (Own, Some(person("ada")), true),
            (Own, other(), false),
            (Child, other(), true),
            (Child, None, false),
            (Child, Some(person("ADA")), false),
            (Child, Some(Person::default()), false),
        ] {
            let coverages = [coverage(relationship, subscriber)];
            let subject = RegistrationSubject::of(&patient, &coverages);
            let found = subscribers(&Config::default(), &subject);
            assert_eq!(found.is_empty(), sound, "{:?}", coverages[0]);
        }
    }

    #[test]
    fn a_father_and_son_of_one_name_are_two_where_their_births_are_known() {
        let born = |year| Person {
            born: chrono::NaiveDate::from_ymd_opt(year, 5, 1),
            ..person("ADA")
        };
        let coverages = [coverage(Relationship::Child, Some(born(1980)))];
        let son = born(2011);
        let subject = RegistrationSubject::of(&son, &coverages);
        assert!(subscribers(&Config::default(), &subject).is_empty());
    }
}
