//! What the reason table must always hold, and what a biller expects of it.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::table;
use crate::table::tests::assert_sound_layout;

fn on(day: &str) -> NaiveDate {
    day.parse().unwrap()
}

fn class_on(day: &str, group: &str, carc: &str, remarks: &[&str]) -> ReasonClass {
    let remarks: Vec<_> = remarks.iter().map(|code| AsSent::read(code)).collect();
    classify(&AsSent::read(group), &AsSent::read(carc), &remarks, on(day))
}

fn class(group: &str, carc: &str, remarks: &[&str]) -> ReasonClass {
    class_on("2026-03-18", group, carc, remarks)
}

fn denial_of(group: &str, carc: &str, remarks: &[&str]) -> DenialDefaults {
    match class(group, carc, remarks) {
        ReasonClass::Denial(denial) => denial,
        other => panic!("{group}-{carc} {remarks:?} is {other:?}"),
    }
}

fn review(reason: ReviewReason) -> ReasonClass {
    ReasonClass::NotDenial(NotDenialKind::NeedsReview(reason))
}

#[test]
fn every_row_of_both_tables_is_read() {
    assert_sound_layout::<{ carc::COLUMNS }>(carc::FILE);
    assert_sound_layout::<{ rarc::COLUMNS }>(rarc::FILE);
    for cells in table::rows(carc::FILE) {
        assert!(Row::read(cells).is_some(), "{cells:?}");
        assert!(cells[0].parse::<Carc>().is_ok(), "{cells:?}");
    }
    for cells in table::rows(rarc::FILE) {
        let row = rarc::Row::read(cells).unwrap_or_else(|| panic!("{cells:?}"));
        assert!(cells[0].parse::<Rarc>().is_ok(), "{cells:?}");
        for reason in row.reasons() {
            let decided = carc::row(reason).unwrap_or_else(|| panic!("{cells:?}: {reason}"));
            assert!(
                matches!(decided.kind, Kind::Denial(_)),
                "{cells:?}: {reason} refuses nothing"
            );
        }
    }
}

#[test]
fn no_code_stands_in_a_table_twice() {
    let codes: Vec<_> = carcs().map(|info| info.code).collect();
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
    let codes: Vec<_> = rarcs().map(|info| info.code).collect();
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
}

#[test]
fn the_words_are_ours_and_short() {
    let meanings = carcs().map(|i| i.meaning).chain(rarcs().map(|i| i.meaning));
    for meaning in meanings {
        assert!((3..=60).contains(&meaning.len()), "{meaning}");
        // Turns of phrase of the list that may not be passed on.
        for theirs in [
            "Usage",
            "Refer to",
            "Remark Code",
            "claim/service",
            "Payer deems",
            "Start:",
            "incomplete/invalid",
        ] {
            assert!(!meaning.contains(theirs), "{meaning}");
        }
    }
}

#[test]
fn only_a_kind_that_moves_money_under_some_group_names_groups() {
    for cells in table::rows::<{ carc::COLUMNS }>(carc::FILE) {
        let row = Row::read(cells).unwrap();
        let by_nature = matches!(
            row.kind,
            Kind::Denial(_) | Kind::NotDenial(NotDenialKind::NeedsReview(_))
        );
        assert!(by_nature || !row.groups.is_empty(), "{}", row.code);
    }
}

#[test]
fn nothing_contractual_may_stand_under_patient_responsibility() {
    for cells in table::rows::<{ carc::COLUMNS }>(carc::FILE) {
        let row = Row::read(cells).unwrap();
        if matches!(row.kind, Kind::NotDenial(NotDenialKind::Contractual)) {
            assert!(
                !row.groups.contains(&GroupCode::PatientResponsibility),
                "{}",
                row.code
            );
            assert_eq!(
                class("PR", row.code, &[]),
                review(ReviewReason::BalanceBilling)
            );
        }
    }
}

#[test]
fn the_patients_share_is_no_denial() {
    for carc in ["1", "2", "3", "66", "122", "142", "241"] {
        assert_eq!(
            class("PR", carc, &[]),
            ReasonClass::NotDenial(NotDenialKind::PatientShare)
        );
        assert_eq!(
            class("CO", carc, &[]),
            review(ReviewReason::PatientShareNotOnPatient)
        );
    }
}

#[test]
fn what_is_named_as_no_denial_is_none() {
    let named = [
        "1", "2", "3", "23", "44", "45", "59", "66", "90", "94", "100", "101", "102", "103", "104",
        "105", "121", "122", "130", "131", "137", "139", "142", "144", "161", "172", "187", "192",
        "223", "225", "237", "241", "245", "246", "253", "271", "A0", "A5", "B4", "B10", "B22",
    ];
    for carc in named {
        for group in ["CO", "PR", "OA", "PI", "CR", "ZZ", ""] {
            assert!(
                matches!(class(group, carc, &[]), ReasonClass::NotDenial(_)),
                "{group}-{carc}"
            );
        }
    }
}

#[test]
fn a_denial_under_patient_responsibility_is_still_a_denial_and_the_patients_money() {
    for carc in ["204", "96", "26", "27", "119"] {
        assert_eq!(denial_of("PR", carc, &[]).liable, Liable::Patient);
        assert_eq!(denial_of("CO", carc, &[]).liable, Liable::Provider);
        assert_eq!(denial_of("OA", carc, &[]).liable, Liable::Unsettled);
        assert_eq!(denial_of("QQ", carc, &[]).liable, Liable::Unsettled);
    }
}

#[test]
fn the_remark_decides_what_a_claim_lacking_information_lacks() {
    use DenialCategory as C;
    for (remark, category) in [
        ("N382", C::Eligibility),
        ("M76", C::DiagnosisCoding),
        ("M51", C::ProcedureCoding),
        ("N290", C::Information),
        ("MA120", C::Provider),
        ("MA04", C::CoordinationOfBenefits),
        ("M127", C::Documentation),
        ("N522", C::Duplicate),
        ("M144", C::Bundling),
    ] {
        let denial = denial_of("CO", "16", &["ZZ99", remark]);
        assert_eq!((denial.category, denial.remark), (category, Some(remark)));
    }
    let bare = denial_of("CO", "16", &["N999"]);
    assert_eq!((bare.category, bare.remark), (C::Information, None));
}

#[test]
fn a_claim_that_could_not_be_processed_is_sent_anew_and_never_appealed() {
    let denial = denial_of("CO", "16", &["MA130", "N290"]);
    assert_eq!(
        denial.remark,
        Some("N290"),
        "the remark about one thing decides"
    );
    assert_eq!(denial.appeal, AppealRights::None);
    for info in carcs() {
        if let ReasonClass::Denial(denial) = class("CO", info.code, &["MA130"]) {
            assert_eq!(denial.appeal, AppealRights::None);
            assert_ne!(denial.recoverable, Recoverable::Appeal, "{}", info.code);
        }
    }
}

#[test]
fn a_remark_that_is_no_answer_to_a_reason_leaves_it_alone() {
    assert_eq!(denial_of("CO", "29", &["M76"]), denial_of("CO", "29", &[]));
}

#[test]
fn a_retired_code_is_an_answer_of_its_own() {
    assert!(matches!(
        class("CO", "A2", &[]),
        ReasonClass::Retired { .. }
    ));
    assert!(matches!(
        class("CO", "42", &[]),
        ReasonClass::Retired { .. }
    ));
    for cells in table::rows::<{ carc::COLUMNS }>(carc::FILE) {
        let row = Row::read(cells).unwrap();
        assert_eq!(
            cells[1] == "retired",
            row.validity.stops.is_some(),
            "{}",
            row.code
        );
    }
    assert_eq!(
        class_on("2005-01-01", "CO", "42", &[]),
        review(ReviewReason::ReadByPerson)
    );
}

#[test]
fn a_group_that_is_not_known_never_writes_off() {
    for group in ["CR", "ZZ", "co", "", " CO"] {
        assert_eq!(class(group, "45", &[]), review(ReviewReason::GroupUnknown));
        assert_eq!(class(group, "1", &[]), review(ReviewReason::GroupUnknown));
    }
    assert_eq!(class("OA", "45", &[]), review(ReviewReason::NoContract));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn junk_is_never_written_off(
        group in prop_oneof!["[A-Z]{2}", ".{0,4}", "(CO|PR|OA|PI|CR)"],
        carc in prop_oneof!["[0-9]{1,4}", "[A-Z][0-9]{1,3}", ".{0,8}"],
        remarks in prop::collection::vec(prop_oneof!["[A-Z]{1,2}[0-9]{1,3}", ".{0,8}"], 0..4),
        days in 0i64..20_000,
    ) {
        let day = on("1995-01-01") + chrono::TimeDelta::days(days);
        let remarks: Vec<_> = remarks.iter().map(|code| AsSent::read(code)).collect();
        let answer = classify(&AsSent::read(&group), &AsSent::read(&carc), &remarks, day);
        let listed = table::rows::<{ carc::COLUMNS }>(carc::FILE).find(|cells| cells[0] == carc);
        match (answer, listed) {
            (ReasonClass::Unknown, None) => {}
            (_, None) => prop_assert!(false, "{} is not on the list", carc),
            (ReasonClass::NotDenial(NotDenialKind::Contractual), Some(cells)) => {
                prop_assert_eq!(cells[1], "contractual");
                prop_assert!(cells[2].split(' ').any(|listed| listed == group));
            }
            (ReasonClass::NotDenial(NotDenialKind::PatientShare), Some(_)) => prop_assert_eq!(group, "PR"),
            _ => {}
        }
    }
}
