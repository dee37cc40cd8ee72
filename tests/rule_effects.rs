//! The record of a rule, worked out by hand for a handful of claims.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::{EffectCount, EffectFilter, Engine, RuleEffect};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::sample::{claims, denied, remittance};

/// Rules that speak of some claims by their charge: claim `S0000N` is of
/// 100 dollars and N + 1 cents.
const RULES: &str = "\
/// id: local/held
/// title: Holds claims 0, 3 and 6
/// hook: scrub
/// overridable: true
/// prevents: [50]
fn held(claim) {
    let cents = claim.charge;
    if cents == 100.01 || cents == 100.04 || cents == 100.07 { block(\"held\"); }
}

/// id: local/warned
/// title: Warns of every claim
/// hook: scrub
/// severity: warn
/// prevents: [29]
fn warned(claim) { warn(\"warned\"); }

/// id: local/noted
/// title: Notes every claim
/// hook: scrub
/// severity: info
/// prevents: [50]
fn noted(claim) { info(\"noted\"); }

/// id: local/shadow
/// title: Would hold claims 1 and 4
/// hook: scrub
/// status: shadow
/// prevents: [50]
fn shadow(claim) {
    if claim.charge == 100.02 || claim.charge == 100.05 { block(\"would hold\"); }
}

/// id: local/late
/// title: Speaks when the payer has spoken
/// hook: denial
/// prevents: [50]
fn late(denial) { info(\"late\"); }
";

fn count(claims: usize, cents: i64) -> EffectCount {
    EffectCount {
        claims,
        amount: scrubjay::model::Money::from_cents(cents),
    }
}

fn columns(effect: &RuleEffect) -> [EffectCount; 6] {
    [
        effect.fired,
        effect.held,
        effect.overridden,
        effect.right,
        effect.wrong,
        effect.undecided,
    ]
}

/// Nine claims: the first three are denied with CO-50, the next three are paid
/// 60 dollars each, the last three are not answered. Of those that are held,
/// 0 and 3 are passed, 6 is not.
fn practice() -> Practice {
    let practice = Practice::new("rules: [packs]\n");
    practice.pack("local", RULES);
    let mut engine = Engine::open(practice.folder()).unwrap();
    engine.take_in("claims.837", claims(9).as_bytes()).unwrap();
    for claim in ["S00000", "S00003"] {
        engine
            .release(&claim.parse().unwrap(), "Ana", "on file")
            .unwrap();
    }
    engine.submit().unwrap();
    for (name, file) in [("denied.835", denied(0)), ("paid.835", remittance(1))] {
        let taken = engine.take_in(name, file.as_bytes()).unwrap();
        assert!(!taken.is_refused(), "{taken}");
    }
    practice
}

#[test]
fn each_column_is_what_was_worked_out_by_hand() {
    let practice = practice();
    let engine = Engine::open(practice.folder()).unwrap();
    let effects = engine.rule_effects(&EffectFilter::default()).unwrap();
    let named: Vec<&str> = effects
        .live
        .iter()
        .map(|effect| effect.rule.as_str())
        .collect();
    // `local/late` speaks after the payer: it prevents nothing.
    assert_eq!(named, ["local/noted", "local/warned", "local/held"]);
    let none = count(0, 0);
    assert_eq!(
        columns(&effects.live[2]),
        [
            count(3, 30_012),
            count(3, 30_012),
            count(2, 20_005),
            count(1, 10_001), // claim 0 was denied whole
            count(1, 6_000),  // claim 3 was paid
            none,             // claim 6 was never sent
        ]
    );
    // It warned of what was denied, and of another reason than that: right never.
    assert_eq!(
        columns(&effects.live[1]),
        [
            count(9, 90_045),
            none,
            count(2, 20_005),
            none,
            count(3, 18_000),
            count(5, 50_023), // all but the paid ones and claim 6
        ]
    );
    // What is only noted is not put to the test.
    assert_eq!(
        columns(&effects.live[0]),
        [count(9, 90_045), none, none, none, none, none]
    );
    assert_eq!(effects.shadow.len(), 1);
    assert_eq!(
        columns(&effects.shadow[0]),
        [
            count(2, 20_007),
            none,
            none,
            count(1, 10_002),
            count(1, 6_000),
            none
        ]
    );
}

#[test]
fn the_program_prints_the_record_by_rule_and_by_day() {
    let practice = practice();
    let told = practice.scrubjay(&["rules", "effect"]).good();
    let row = |rule: &str| -> Vec<String> {
        let line = told.lines().find(|line| line.contains(rule)).unwrap();
        line.split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(
        row("local/held"),
        [
            "local/held",
            "3",
            "300.12",
            "3",
            "300.12",
            "2",
            "200.05",
            "1",
            "100.01",
            "1",
            "60.00",
            "0",
            "0.00"
        ]
    );
    let (live, shadow) = told.split_once("Shadow rules").unwrap();
    assert!(
        !live.contains("local/shadow") && shadow.contains("local/shadow"),
        "{told}"
    );

    let json = |arguments: &[&str]| -> serde_json::Value {
        let all = [&["rules", "effect", "--json"], arguments].concat();
        serde_json::from_str(&practice.scrubjay(&all).good()).unwrap()
    };
    let one = json(&["--rule", "local/held"]);
    assert_eq!(one["live"].as_array().unwrap().len(), 1);
    assert_eq!(one["live"][0]["right"]["claims"], 1);
    // Every claim was made on 2 March.
    let day = json(&["--from", "2026-03-02", "--to", "2026-03-02"]);
    assert_eq!(day["live"].as_array().unwrap().len(), 3);
    for outside in [["--from", "2026-03-03"], ["--to", "2026-03-01"]] {
        assert_eq!(json(&outside)["live"].as_array().unwrap().len(), 0);
    }

    practice.write(
        "packs/local/more.rhai",
        "/// id: local/silent\n/// title: Never speaks\n/// hook: scrub\nfn silent(claim) {}\n",
    );
    let listed = practice.scrubjay(&["rules", "list"]).good();
    let ends = |rule: &str| {
        let line = listed.lines().find(|line| line.contains(rule)).unwrap();
        line.split_whitespace().last().unwrap().to_owned()
    };
    assert!(
        listed.lines().next().unwrap().ends_with("last fired"),
        "{listed}"
    );
    assert_eq!(ends("local/held"), "2026-03-02");
    assert_eq!(ends("local/silent"), "never");
}
