use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The facts of a code among the sets that ship, a line each.
fn facts(set: LookupSet, code: &str, with: Option<&str>, on: &str) -> Vec<String> {
    let found = look_up(&CodeTables::default(), set, code, with, day(on)).unwrap();
    assert!(!found.source.is_empty());
    let lines = found.facts.iter();
    lines
        .map(|fact| format!("{}: {}", fact.name, fact.value))
        .collect()
}

#[test]
fn every_set_has_a_word_of_its_own() {
    let words: std::collections::BTreeSet<_> = LookupSet::all().map(LookupSet::as_str).collect();
    assert_eq!(words.len(), LookupSet::all().count());
    for set in LookupSet::all() {
        assert_eq!(LookupSet::from_name(set.as_str()), Some(set));
    }
    assert_eq!(LookupSet::from_name("icd10-order"), None);
}

#[test]
fn a_diagnosis_tells_of_its_days_its_releases_and_what_it_excludes() {
    let facts = |code, with, on| facts(LookupSet::Icd10, code, with, on);
    let diabetes = facts("e11.9", Some("E10.9"), "2026-03-01");
    for line in [
        "on the day: may be billed on 2026-03-01",
        "release: 2024-10-01 to 2025-09-30: may be billed",
        "release: 2025-10-01 to 2026-09-30: may be billed",
        "together: an Excludes1 note keeps it apart from E10.9",
    ] {
        assert!(
            diabetes.iter().any(|fact| fact == line),
            "{line}: {diabetes:#?}"
        );
    }
    assert!(diabetes.iter().any(|fact| fact.starts_with("Excludes1: ")));
    let heading = facts("E11", None, "2026-03-01");
    assert!(
        heading
            .iter()
            .any(|fact| fact.starts_with("longer codes: E11.00, E11.01")),
        "{heading:#?}"
    );
    let later = facts("E11.9", None, "2031-01-01");
    assert!(
        later[1].contains("no release at hand covers 2031-01-01"),
        "{later:#?}"
    );
    let cause = facts("W01.0XXA", None, "2026-03-01");
    assert!(cause.iter().any(|fact| fact.contains("an external cause")));
}

#[test]
fn a_reason_tells_what_is_done_about_it_and_whether_it_is_in_use() {
    let late = facts(LookupSet::Carc, "29", None, "2026-03-01");
    assert_eq!(late[0], "meaning: Filed too late");
    assert!(
        late.iter()
            .any(|fact| fact.starts_with("what it is: denied: ")),
        "{late:#?}"
    );
    // What a price reduction is depends on the group that it stands under.
    let price = facts(LookupSet::Carc, "45", None, "2026-03-01");
    assert!(
        price.contains(&"with CO: written off under the contract".to_owned()),
        "{price:#?}"
    );
    assert!(
        price
            .iter()
            .any(|fact| fact.starts_with("with PR: ") && fact.contains("balance billing"))
    );
    let home = facts(LookupSet::PlaceOfService, "10", None, "2021-12-31");
    assert!(
        home.contains(&"on the day: not in use on 2021-12-31".to_owned()),
        "{home:#?}"
    );
    assert_eq!(
        facts(LookupSet::Group, "pr", None, "2026-03-01"),
        ["meaning: The patient owes it"]
    );
    let gone = facts(LookupSet::ClaimStatus, "X0", None, "2026-03-01");
    assert!(gone.contains(&"on the day: not in use on 2026-03-01".to_owned()));
    for (set, code) in [
        (LookupSet::Rarc, "MA130"),
        (LookupSet::ClaimStatus, "A3"),
        (LookupSet::FilingIndicator, "MB"),
    ] {
        assert!(facts(set, code, None, "2026-03-01")[0].starts_with("meaning: "));
    }
}

#[test]
fn what_is_not_there_says_what_that_means() {
    let tables = CodeTables::default();
    let on = day("2026-03-01");
    let pairs = LookupSet::Imported(FileKind::PtpPractitioner);
    for (set, code, with, says) in [
        (
            LookupSet::Carc,
            "ZZ9",
            None,
            "carc has no `ZZ9`; a newer one may be on",
        ),
        (
            LookupSet::Rarc,
            "N9999",
            None,
            "rarc has no `N9999`; it holds the remarks",
        ),
        (
            LookupSet::Icd10,
            "X99Z",
            None,
            "icd10 has no `X99Z` in any release at hand",
        ),
        (
            LookupSet::Group,
            "CO",
            Some("PR"),
            "`group` is about one code",
        ),
        (
            pairs,
            "G9001",
            Some("G9002"),
            "no version of `ncci` for 2026-03-01 is at hand; import one",
        ),
        (pairs, "D0120", Some("G9002"), "the ADA's (CDT)"),
        (pairs, "G9001", Some("d0120"), "the ADA's (CDT)"),
    ] {
        let error = look_up(&tables, set, code, with, on).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn the_sets_that_ship_tell_their_versions_sizes_and_sources() {
    let sets = shipped_sets();
    let named: Vec<_> = sets.iter().map(|set| set.set).collect();
    assert_eq!(named, LookupSet::SHIPPED);
    for set in &sets {
        assert!(!set.source.is_empty() && !set.title.is_empty());
        assert!(set.versions.iter().all(|(_, rows)| *rows > 0), "{set:?}");
    }
    assert_eq!(sets[0].versions.len(), 2);
}
