//! The plugin against claims, without an engine. Codes, pairs and limits are
//! invented, whatever CMS says of codes with those names.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod support;

use scrubjay_plugin::harness::{TestClaim, TestEarlier};
use scrubjay_plugin::{ClaimKind, LineOfBusiness, Severity};
use support::{NPI, OTHER_NPI, Practice, claim, told};

#[test]
fn a_pair_is_refused_on_the_line_that_would_not_be_paid() {
    let practice = Practice::new();
    let pair =
        claim()
            .line("G9002", "40.00", "1", "2026-03-02")
            .line("G9001", "90.00", "1", "2026-03-02");
    let said = practice.judge(&pair);
    assert_eq!(
        told(&said),
        [(
            "ptp",
            Some(1),
            "line 1: G9002 is not paid beside G9001 of line 2 on the same day; no modifier parts \
             the two: bill the one that is paid (Invented rationale)"
        )]
    );
    let found = &said.findings[0];
    assert_eq!(found.severity, Severity::Block);
    assert!(!found.overridable);
    assert_eq!(found.prevents, ["97", "231", "236"]);
    assert!(found.cite.as_deref().unwrap().contains("NCCI"));
    // With a modifier it is no better.
    let parted = claim()
        .line("G9002", "40.00", "1", "2026-03-02")
        .modifier("XS")
        .line("G9001", "90.00", "1", "2026-03-02");
    assert_eq!(practice.judge(&parted).findings.len(), 1);
}

#[test]
fn a_modifier_on_either_code_parts_a_pair_that_allows_it() {
    let practice = Practice::new();
    let with = |first: Option<&str>, second: Option<&str>| {
        let mut claim = claim().line("G9001", "90.00", "1", "2026-03-02");
        if let Some(modifier) = first {
            claim = claim.modifier(modifier);
        }
        claim = claim.line("G9003", "40.00", "1", "2026-03-02");
        if let Some(modifier) = second {
            claim = claim.modifier(modifier);
        }
        practice.judge(&claim).findings
    };
    let found = with(None, None);
    assert_eq!((found.len(), found[0].line), (1, Some(2)));
    assert!(found[0].overridable && found[0].message.contains("XS or 59"));
    assert!(with(Some("59"), None).is_empty());
    assert!(with(None, Some("LT")).is_empty());
    // A modifier that says nothing of a separate service parts nothing.
    assert_eq!(with(Some("JZ"), Some("GZ")).len(), 1);
}

#[test]
fn an_edit_holds_from_its_first_day_to_its_last_and_not_with_indicator_9() {
    let practice = Practice::new();
    let on = |other: &str, day: &str| {
        let claim = claim()
            .line("G9001", "90.00", "1", day)
            .line(other, "40.00", "1", day);
        practice
            .judge(&claim)
            .findings
            .iter()
            .filter(|found| found.edit == "ptp")
            .count()
    };
    // G9004: 2026-01-01 to 2026-03-31.
    for (day, findings) in [
        ("2025-12-31", 0),
        ("2026-01-01", 1),
        ("2026-03-31", 1),
        ("2026-04-01", 0),
    ] {
        assert_eq!(on("G9004", day), findings, "{day}");
    }
    assert_eq!(on("G9005", "2026-03-02"), 0);
}

#[test]
fn a_pair_needs_the_same_day_and_the_same_provider() {
    let practice = Practice::new();
    let days =
        claim()
            .line("G9001", "90.00", "1", "2026-03-02")
            .line("G9002", "40.00", "1", "2026-03-03");
    assert!(practice.judge(&days).findings.is_empty());
    let mut spans = days.clone();
    spans.lines[0].to = Some("2026-03-04".parse().unwrap());
    assert_eq!(practice.judge(&spans).findings.len(), 1);
    let mut providers =
        claim()
            .line("G9001", "90.00", "1", "2026-03-02")
            .line("G9002", "40.00", "1", "2026-03-02");
    providers.lines[1].rendering = Some(support::provider(OTHER_NPI));
    assert!(practice.judge(&providers).findings.is_empty());
    // Named on the line or as the claim's billing provider: it is the same one.
    providers.lines[1].rendering = Some(support::provider(NPI));
    assert_eq!(practice.judge(&providers).findings.len(), 1);
}

#[test]
fn a_pair_split_over_two_claims_is_shown_unless_the_earlier_one_does_not_stand() {
    let earlier = TestEarlier::new("C-0", NPI).service("G9001", "1", "2026-03-02");
    let now = claim().line("G9002", "40.00", "1", "2026-03-02");
    let judged = |setting: &str, earlier: TestEarlier| {
        Practice::with(&[("earlier", setting)])
            .judge(&now.clone().earlier(earlier))
            .findings
    };
    let found = judged("warn", earlier.clone());
    assert_eq!((found.len(), found[0].severity), (1, Severity::Warn));
    assert!(
        found[0].message.contains("G9001 of claim C-0"),
        "{}",
        found[0].message
    );
    assert_eq!(
        judged("block", earlier.clone())[0].severity,
        Severity::Block
    );
    assert!(judged("off", earlier.clone()).is_empty());
    assert!(judged("warn", earlier.clone().withdrawn()).is_empty());
    let elsewhere = TestEarlier {
        billing_npi: OTHER_NPI.to_owned(),
        ..earlier
    };
    assert!(judged("warn", elsewhere).is_empty());
    // The other way round: what was billed before would not be paid.
    let before = TestEarlier::new("C-0", NPI).service("G9002", "1", "2026-03-02");
    let later = claim()
        .line("G9001", "90.00", "1", "2026-03-02")
        .earlier(before.clone());
    let said = Practice::new().judge(&later);
    assert_eq!(said.findings[0].line, Some(1));
    assert!(
        said.findings[0]
            .message
            .starts_with("claim C-0: G9002 is not paid beside G9001 of line 1")
    );
    // A modifier on the earlier claim parts as well.
    let parted = TestEarlier::new("C-0", NPI)
        .service("G9003", "1", "2026-03-02")
        .modifier("XU");
    let later = claim()
        .line("G9001", "90.00", "1", "2026-03-02")
        .earlier(parted);
    assert!(Practice::new().judge(&later).findings.is_empty());
}

#[test]
fn a_line_limit_counts_each_line_alone() {
    let practice = Practice::new();
    let split =
        claim()
            .line("J9991", "50.00", "4", "2026-03-02")
            .line("J9991", "50.00", "4", "2026-03-02");
    assert!(practice.judge(&split).findings.is_empty());
    let said = practice.judge(&claim().line("J9991", "50.00", "4.5", "2026-03-02"));
    assert_eq!(
        told(&said),
        [(
            "mue-line",
            Some(1),
            "line 1: 4.5 units of J9991, and at most 4 are paid on a line; more may stand on a line \
             of their own with a modifier, where the record shows why (Invented: line)"
        )]
    );
    assert_eq!(said.findings[0].prevents, ["151"]);
    assert_eq!(said.findings[0].severity, Severity::Block);
    // Over ten days, 40 units are 4 a day.
    let mut days = claim().line("J9991", "50.00", "40", "2026-03-02");
    assert_eq!(practice.judge(&days).findings.len(), 1);
    days.lines[0].to = Some("2026-03-11".parse().unwrap());
    assert!(practice.judge(&days).findings.is_empty());
    // Minutes are no units.
    let mut minutes = claim().line("J9991", "50.00", "90", "2026-03-02");
    minutes.lines[0].unit = "MJ".to_owned();
    assert!(practice.judge(&minutes).findings.is_empty());
}

#[test]
fn a_day_limit_sums_the_lines_of_the_day_and_policy_is_absolute() {
    let practice = Practice::new();
    let day = |code: &str, second: &str| {
        claim()
            .line(code, "50.00", "1", "2026-03-02")
            .line(code, "50.00", "2", second)
            .modifier("59")
    };
    let policy = practice.judge(&day("J9992", "2026-03-02"));
    assert_eq!(
        told(&policy),
        [(
            "mue-day",
            Some(1),
            "line 1, line 2: 3 units of J9992 on 2026-03-02, and at most 2 are paid a day; \
             no modifier and no record raises it (Invented: policy)"
        )]
    );
    assert_eq!(policy.findings[0].severity, Severity::Block);
    assert!(!policy.findings[0].overridable);
    assert!(
        practice
            .judge(&day("J9992", "2026-03-03"))
            .findings
            .is_empty()
    );
    let clinical = practice.judge(&day("J9993", "2026-03-02"));
    assert_eq!(clinical.findings[0].severity, Severity::Warn);
    assert!(clinical.findings[0].message.contains("paid on appeal"));
}

#[test]
fn units_of_earlier_claims_of_the_day_count_too() {
    let before = TestEarlier::new("C-0", NPI)
        .service("J9992", "2", "2026-03-02")
        .service("J9991", "4", "2026-03-02");
    let now = claim()
        .line("J9992", "50.00", "1", "2026-03-02")
        .line("J9991", "50.00", "4", "2026-03-02")
        .earlier(before);
    // J9991's limit is a line's: what stands elsewhere is no matter.
    let said = Practice::new().judge(&now);
    assert_eq!(said.findings.len(), 1, "{:?}", said.findings);
    assert_eq!(said.findings[0].severity, Severity::Warn);
    assert!(
        said.findings[0]
            .message
            .starts_with("line 1, claim C-0: 3 units of J9992")
    );
    assert!(
        Practice::with(&[("earlier", "off")])
            .judge(&now)
            .findings
            .is_empty()
    );
}

#[test]
fn each_quarter_has_its_limits_and_a_day_without_a_table_is_said() {
    let practice = Practice::new();
    let on = |day: &str| {
        practice
            .judge(&claim().line("J9991", "50.00", "5", day))
            .findings
    };
    assert_eq!(on("2026-03-31")[0].edit, "mue-line");
    // Six from the second quarter.
    assert!(on("2026-04-01").is_empty());
    let later = on("2026-07-01");
    assert_eq!(
        (later[0].edit.as_str(), later[0].severity),
        ("no-mue-table", Severity::Info)
    );
    assert!(later[0].message.contains("2026-07-01"));
}

#[test]
fn an_add_on_code_needs_its_primary() {
    let practice = Practice::new();
    let judged = |lines: &[&str]| {
        let claim = lines.iter().fold(claim(), |claim, code| {
            claim.line(code, "20.00", "1", "2026-03-02")
        });
        practice.judge(&claim).findings
    };
    let alone = judged(&["G9101"]);
    assert_eq!(
        (alone[0].edit.as_str(), alone[0].severity),
        ("add-on", Severity::Block)
    );
    assert_eq!(alone[0].prevents, ["107", "234"]);
    assert!(
        alone[0].message.contains("(G9111, G9112)"),
        "{}",
        alone[0].message
    );
    assert!(judged(&["G9101", "G9112"]).is_empty());
    assert_eq!(judged(&["G9101", "G9119"]).len(), 1);
    // Type 3: the contractor may take another. Type 2: any other service may do.
    assert_eq!(judged(&["G9103", "G9119"])[0].severity, Severity::Warn);
    assert!(judged(&["G9102", "G9119"]).is_empty());
    assert_eq!(judged(&["G9102"])[0].severity, Severity::Warn);
    assert_eq!(judged(&["G9102", "G9103"]).len(), 2);
    // On an earlier claim of the day it stands beside as well, whatever `earlier` says.
    let before = TestEarlier::new("C-0", NPI).service("G9111", "1", "2026-03-02");
    let later = claim()
        .line("G9101", "20.00", "1", "2026-03-02")
        .earlier(before);
    assert!(
        Practice::with(&[("earlier", "off")])
            .judge(&later)
            .findings
            .is_empty()
    );
}

#[test]
fn hospitals_have_their_own_tables_and_inpatient_stays_none() {
    let practice = Practice::new();
    let mut pair =
        claim()
            .line("G9001", "90.00", "1", "2026-03-02")
            .line("G9002", "40.00", "1", "2026-03-02");
    pair.kind = ClaimKind::Institutional;
    pair.facility_type = Some("13".to_owned());
    // G9002 is a pair for practitioners only, G9006 one for hospitals only.
    assert!(practice.judge(&pair).findings.is_empty());
    pair.lines[1].procedure = Some("G9006".to_owned());
    assert_eq!(practice.judge(&pair).findings.len(), 1);
    pair.lines[1].rendering = Some(support::provider(OTHER_NPI));
    assert_eq!(
        practice.judge(&pair).findings.len(),
        1,
        "the hospital is the provider"
    );
    pair.facility_type = Some("11".to_owned());
    assert!(practice.judge(&pair).findings.is_empty());
}

#[test]
fn claims_of_other_lines_of_business_and_voids_are_left_alone() {
    let pair = |line| {
        TestClaim {
            billing: support::provider(NPI),
            ..TestClaim::professional("C-1")
        }
        .payer("payer", line)
        .line("G9001", "90.00", "1", "2026-03-02")
        .line("G9002", "40.00", "1", "2026-03-02")
    };
    let found = |settings: &[(&str, &str)], line| {
        Practice::with(settings).judge(&pair(line)).findings.len()
    };
    assert_eq!(found(&[], LineOfBusiness::MedicareAdvantage), 1);
    assert_eq!(found(&[], LineOfBusiness::Commercial), 0);
    assert_eq!(
        found(
            &[("lines", "commercial, tricare")],
            LineOfBusiness::Commercial
        ),
        1
    );
    assert_eq!(
        found(
            &[("lines", "commercial, tricare")],
            LineOfBusiness::Medicare
        ),
        0
    );
    assert_eq!(found(&[("lines", "all")], LineOfBusiness::Other), 1);
    let void = TestClaim {
        frequency: "8".to_owned(),
        ..pair(LineOfBusiness::Medicare)
    };
    assert!(Practice::new().judge(&void).findings.is_empty());
}

#[test]
fn a_claim_with_more_faults_than_one_call_may_say_says_the_weightiest() {
    // 140 lines over their limit: 130 that a person may pass, ten that nobody may.
    let many = (0..140).fold(claim(), |claim, number| {
        let (code, units) = if number >= 130 {
            ("J9992", "9")
        } else {
            ("J9991", "9")
        };
        let day = format!("2026-03-{:02}", number % 30 + 1);
        claim.line(code, "5.00", units, &day)
    });
    let said = Practice::new().judge(&many);
    assert_eq!(said.findings.len(), 100);
    assert!(
        said.findings[..10]
            .iter()
            .all(|found| found.edit == "mue-day")
    );
    let last = said.findings.last().unwrap();
    assert_eq!(
        (last.edit.as_str(), last.severity),
        ("more", Severity::Block)
    );
    assert!(last.message.starts_with("41 more"), "{}", last.message);
}
