//! What rules can ask of Medicare's tables that a practice imported, and what
//! they are told where there are none, or where they ask wrongly.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod support;

use std::sync::Arc;

use chrono::NaiveDate;
use scrubjay_hooks::{
    AddOnKind, AddOnStanding, CodeBooks, CodeTable, DiagnosisStanding, GlobalPeriod, NoCodeBooks,
    PairStanding, PaymentPolicy, UnitLimit, UnitLimitKind,
};
use scrubjay_model::{ClaimKind, Money};
use scrubjay_rules::{LoadOptions, RULE_FAULT, RuleSet};
use support::{claim, load, pack, scrub_commercial};

/// Tables with one entry each, that begin with the year 2026; no fees.
#[derive(Debug)]
struct SmallTables;

impl CodeBooks for SmallTables {
    fn icd10_on(&self, _: &str, _: NaiveDate) -> DiagnosisStanding {
        DiagnosisStanding::Unknown
    }

    fn icd10_exists(&self, _: &str) -> Option<bool> {
        None
    }

    fn has_table(&self, table: CodeTable) -> bool {
        table != CodeTable::Fees && table != CodeTable::Mpfs
    }

    fn pair_on(
        &self,
        claim: ClaimKind,
        column_1: &str,
        column_2: &str,
        day: NaiveDate,
    ) -> PairStanding {
        if claim == ClaimKind::Institutional {
            return PairStanding::Unknown;
        }
        match (column_1, column_2) {
            ("G0439", "J0696") if day >= support::day("2026-01-01") => PairStanding::Bundled {
                modifier_allowed: false,
            },
            _ => PairStanding::Free,
        }
    }

    fn unit_limit_on(&self, _: ClaimKind, code: &str, day: NaiveDate) -> Option<UnitLimit> {
        (code == "J0696").then_some(UnitLimit {
            units: if day < support::day("2026-01-01") {
                8
            } else {
                16
            },
            kind: UnitLimitKind::Clinical,
        })
    }

    fn add_on_on(&self, code: &str, _: NaiveDate) -> AddOnStanding {
        match code {
            "G2211" => AddOnStanding::AddOn {
                kind: AddOnKind::Listed,
                primaries: vec!["G0439".to_owned()],
            },
            _ => AddOnStanding::NotAddOn,
        }
    }
}

/// Fees alone.
#[derive(Debug)]
struct SmallFees;

impl CodeBooks for SmallFees {
    fn icd10_on(&self, _: &str, _: NaiveDate) -> DiagnosisStanding {
        DiagnosisStanding::Unknown
    }

    fn icd10_exists(&self, _: &str) -> Option<bool> {
        None
    }

    fn has_table(&self, table: CodeTable) -> bool {
        table == CodeTable::Fees || table == CodeTable::Mpfs
    }

    fn payment_policy_on(
        &self,
        code: &str,
        modifier: Option<&str>,
        day: NaiveDate,
    ) -> Option<PaymentPolicy> {
        let surgery = PaymentPolicy {
            status: 'A',
            global: Some(GlobalPeriod::NinetyDays),
            preoperative: Some("0.10".parse().unwrap()),
            intraoperative: Some("0.69".parse().unwrap()),
            postoperative: Some("0.21".parse().unwrap()),
            components: Some('0'),
            multiple: Some('2'),
            bilateral: Some('1'),
            assistant: Some('2'),
            co_surgeons: Some('1'),
            team: None,
            endoscopic_base: Some("G0105".to_owned()),
        };
        if day < support::day("2026-01-01") {
            return None;
        }
        match (code, modifier) {
            ("G0412", None) => Some(surgery),
            ("G0412", Some("26")) => Some(PaymentPolicy {
                global: Some(GlobalPeriod::OfPrimary),
                ..surgery
            }),
            _ => None,
        }
    }

    fn fee_on(
        &self,
        code: &str,
        modifier: Option<&str>,
        place: &str,
        day: NaiveDate,
    ) -> Option<Money> {
        if day < support::day("2026-01-01") {
            return None;
        }
        match (code, modifier, place) {
            ("G0439", None, "11") => Some(Money::from_cents(12_345)),
            ("G0439", Some("26"), "11") => Some(Money::from_cents(2_300)),
            _ => None,
        }
    }
}

fn rule(expression: &str) -> String {
    format!(
        "/// id: t/asks\n/// title: t\n/// hook: scrub\n/// severity: info\nfn asks(claim) {{\n    let value = {expression};\n    info(`${{value}}`);\n}}\n"
    )
}

/// What a rule says of an expression: the rule, and the value.
fn said(expression: &str, books: Arc<dyn CodeBooks>) -> (String, String) {
    let folder = pack(&[("r.rhai", &rule(expression))]);
    let options = LoadOptions {
        books,
        ..LoadOptions::default()
    };
    let rules = RuleSet::load_with(&[folder.path().to_owned()], options)
        .unwrap_or_else(|error| panic!("{expression}: {error}"));
    let outcome = scrub_commercial(&rules, &claim(&["G0439", "J0696"]));
    let finding = &outcome.findings[0];
    (finding.rule.clone(), finding.message.clone())
}

#[test]
fn a_rule_asks_the_tables() {
    for (asked, answer) in [
        (
            "ncci(\"G0439\", \"J0696\").bundled_on(claim.service_from)",
            "true",
        ),
        (
            "ncci(\"G0439\", \"J0696\").modifier_allowed_on(claim.service_from)",
            "false",
        ),
        (
            "ncci(\"J0696\", \"G0439\").bundled_on(claim.service_from)",
            "false",
        ),
        (
            "ncci(\"G0439\", \"J0696\").bundled_on(date(\"2025-12-31\"))",
            "false",
        ),
        (
            "ncci(\"J0696\", \"G0439\").modifier_allowed_on(today()).is_missing()",
            "true",
        ),
        ("mue(\"J0696\").units", "16"),
        ("mue(\"J0696\").kind", "clinical"),
        ("mue(\"J0696\", date(\"2025-12-31\")).units", "8"),
        ("mue(\"G0439\").units.is_missing()", "true"),
        ("mue(\"G0439\").kind.is_missing()", "true"),
        ("add_on(\"G2211\").needs_primary_on(today())", "true"),
        ("add_on(\"G2211\").kind_on(today())", "listed"),
        (
            "add_on(\"G2211\").primaries_on(today()).contains(\"G0439\")",
            "true",
        ),
        ("add_on(\"G0439\").needs_primary_on(today())", "false"),
        (
            "add_on(\"G0439\").primaries_on(today()).is_missing()",
            "true",
        ),
        ("has_table(\"ncci\") && has_table(\"mue\")", "true"),
        ("has_table(\"add_on\")", "true"),
        ("has_table(\"fees\")", "false"),
        // The examples of the reference.
        (
            "{ let day = claim.service_from; ncci(\"G9001\", \"G9002\").bundled_on(day) == true }",
            "false",
        ),
        (
            "{ let seen = 0; for line in claim.lines { let most = mue(line.procedure).units; if !most.is_missing() && line.units > most { seen += 1; } } seen }",
            "0",
        ),
        (
            "{ let day = claim.service_from; claim.lines.any(|line| add_on(line.procedure).needs_primary_on(day) == true) }",
            "false",
        ),
    ] {
        let found = said(asked, Arc::new(SmallTables));
        assert_eq!(found, ("t/asks".to_owned(), answer.to_owned()), "{asked}");
    }
}

#[test]
fn a_claim_of_a_hospital_is_judged_by_the_edits_for_hospitals() {
    let asked = "ncci(\"G0439\", \"J0696\").bundled_on(claim.service_from)";
    let folder = pack(&[("r.rhai", &rule(asked))]);
    let options = LoadOptions {
        books: Arc::new(SmallTables),
        ..LoadOptions::default()
    };
    let rules = RuleSet::load_with(&[folder.path().to_owned()], options).unwrap();
    let mut claim = claim(&["G0439", "J0696"]);
    claim.kind = ClaimKind::Institutional;
    assert_eq!(scrub_commercial(&rules, &claim).findings[0].message, "");
}

#[test]
fn a_fee_is_an_amount_that_charges_compare_with() {
    for (asked, answer) in [
        ("fee(\"G0439\", \"11\")", "123.45"),
        ("fee(\"G0439\", \"11\", \"26\")", "23.00"),
        ("claim.charge > fee(\"G0439\", \"11\")", "true"),
        ("fee(\"G0439\", \"21\").is_missing()", "true"),
        ("has_table(\"fees\")", "true"),
    ] {
        assert_eq!(said(asked, Arc::new(SmallFees)).1, answer, "{asked}");
    }
}

#[test]
fn the_fee_schedule_tells_of_surgery_on_a_day() {
    let row = |property: &str| format!("mpfs(\"G0412\", claim.service_from).{property}");
    for (property, answer) in [
        ("global_days", "090"),
        ("days_before", "1"),
        ("days_after", "90"),
        ("preoperative", "0.10"),
        ("intraoperative", "0.69"),
        ("postoperative", "0.21"),
        ("status", "A"),
        ("bilateral", "1"),
        ("multiple", "2"),
        ("assistant", "2"),
        ("co_surgeons", "1"),
        ("team.is_missing()", "true"),
        ("components", "0"),
        ("endoscopic_base", "G0105"),
    ] {
        assert_eq!(
            said(&row(property), Arc::new(SmallFees)).1,
            answer,
            "{property}"
        );
    }
    for asked in [
        "mpfs(\"G0412\", today(), \"26\").global_days == \"ZZZ\"",
        "mpfs(\"G0412\", today(), \"26\").days_after.is_missing()",
        "mpfs(\"G0412\", today(), claim.authorization).days_after == 90",
        "mpfs(\"G0412\", date(\"2025-12-31\")).global_days.is_missing()",
        "mpfs(\"G0439\", today()).status.is_missing()",
        "mpfs(claim.authorization, today()).status.is_missing()",
        "has_table(\"mpfs\")",
        // The example of the reference.
        "{ let code = \"G0412\"; let day = claim.service_from; let visit = day.plus_days(90); let after = mpfs(code, day).days_after; !after.is_missing() && visit <= day.plus_days(after) }",
    ] {
        assert_eq!(said(asked, Arc::new(SmallFees)).1, "true", "{asked}");
    }
    let without = "mpfs(\"G0412\", today()).global_days.is_missing() && !has_table(\"mpfs\")";
    assert_eq!(said(without, Arc::new(NoCodeBooks)).1, "true");
}

#[test]
fn without_a_table_nothing_is_known_which_is_not_that_there_is_no_edit() {
    for asked in [
        "ncci(\"G0439\", \"J0696\").bundled_on(today()).is_missing()",
        "ncci(\"G0439\", \"J0696\").modifier_allowed_on(today()).is_missing()",
        "mue(\"J0696\").units.is_missing()",
        "add_on(\"G0439\").needs_primary_on(today()).is_missing()",
        "fee(\"G0439\", \"11\").is_missing()",
        "!has_table(\"ncci\") && !has_table(\"mue\") && !has_table(\"add_on\") && !has_table(\"fees\")",
    ] {
        assert_eq!(said(asked, Arc::new(NoCodeBooks)).1, "true", "{asked}");
    }
    // A line without a procedure code is not a fault; nothing is known of it.
    for asked in [
        "ncci(claim.authorization, \"J0696\").bundled_on(today()).is_missing()",
        "mue(claim.authorization).units.is_missing()",
        "add_on(claim.authorization).needs_primary_on(today()).is_missing()",
    ] {
        assert_eq!(said(asked, Arc::new(SmallTables)).1, "true", "{asked}");
    }
    let nowhere = "fee(\"G0439\", claim.authorization).is_missing()";
    assert_eq!(said(nowhere, Arc::new(SmallFees)).1, "true");
    let free = "ncci(\"G0439\", \"J0696\").bundled_on(today()) == false";
    assert_eq!(said(free, Arc::new(NoCodeBooks)).1, "false");
}

#[test]
fn what_is_asked_wrongly_is_refused_with_its_place() {
    for (asked, message) in [
        (
            "if ncci(\"G0439\", \"J0696\").bundled_on(today()) { 1 } else { 2 }",
            "this may be missing",
        ),
        (
            "!add_on(\"G2211\").needs_primary_on(today())",
            "this may be missing",
        ),
        ("ncci(\"G0439\")", "`ncci` takes (column_1, column_2)"),
        (
            "ncci(\"G0439\", 5)",
            "`ncci` wants text for `column_2`, not a number",
        ),
        (
            "ncci(\"G0439\", \"J0696\").bundled_on(\"2026-01-01\")",
            "wants a date for `day`, not text",
        ),
        (
            "ncci(\"G0439\", \"J0696\").bundled()",
            "a pair of codes has no `bundled(...)`",
        ),
        ("mue(5).units", "`mue` wants text for `code`, not a number"),
        ("mue(\"J0696\").unit", "did you mean `units`?"),
        ("mue(\"J0696\") == 5", "a unit limit cannot be compared"),
        (
            "add_on(\"G2211\").primaries",
            "an add-on code has no `.primaries`",
        ),
        ("fee(\"G0439\", 11)", "`fee` wants text for `place`"),
        ("mpfs(\"G0412\")", "`mpfs` takes (code, day)"),
        (
            "mpfs(\"G0412\", \"26\")",
            "`mpfs` wants a date for `day`, not text",
        ),
        (
            "mpfs(\"G0412\", today()).global_day",
            "did you mean `global_days`?",
        ),
        (
            "mpfs(\"G0412\", today()) == \"090\"",
            "a row of the fee schedule cannot be compared",
        ),
        ("has_table(\"nci\")", "did you mean `ncci`?"),
        (
            "claim.lines[0].units > mue(\"J0696\").units",
            "a missing value has no order",
        ),
        (
            "has_table(\"carriers\")",
            "the tables are ncci, mue, add_on, mpfs, fees",
        ),
    ] {
        let folder = pack(&[("r.rhai", &rule(asked))]);
        let said = match load(folder.path()) {
            Ok(_) => format!("`{asked}` is taken"),
            Err(error) => error.to_string(),
        };
        assert!(
            said.contains(message) && said.contains("r.rhai:6:"),
            "{asked}: {said}"
        );
    }
    // What only a run shows stops the rule, and the claim is held.
    let found = said(
        "mue(if claim.id == \"T1\" { 5 } else { \"J0696\" }).units",
        Arc::new(SmallTables),
    );
    assert_eq!(found.0, RULE_FAULT, "{}", found.1);
    let found = said(
        "has_table(if claim.id == \"T1\" { \"carriers\" } else { \"ncci\" })",
        Arc::new(SmallTables),
    );
    assert_eq!(found.0, RULE_FAULT, "{}", found.1);
}
