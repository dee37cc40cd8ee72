//! The Rust plugin in the tree, loaded from its library and at work. Pairs and
//! limits are invented, whatever CMS says of these codes.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod support;

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::sync::{Arc, Mutex};

use scrubjay_hooks::{
    About, ClaimSubject, EarlierClaim, EarlierService, Handler, Hook, Outcome, Severity, Subject,
};
use scrubjay_model::AsSent;
use scrubjay_plugin_host::{
    LogLevel, Plugin, PluginError, PluginHost, PluginLog, PluginSpec, Threading, Trust,
};
use support::{claim, context, day, folder, judge, load, payer, told};
use tempfile::TempDir;

const PTP: &str = "J3301\tJ1100\t\t20260101\t*\t1\tInvented\n\
                   G0008\tJ3420\t\t20260101\t*\t0\tInvented\n";
const MUE: &str = "HCPCS/CPT Code,Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n\
     J0696,1,2 Date of Service Edit: Policy,Invented\n\
     A4550,1,3 Date of Service Edit: Clinical,Invented\n";

fn spec(folder: &TempDir) -> PluginSpec {
    std::fs::write(folder.path().join("pairs.txt"), PTP).unwrap();
    std::fs::write(folder.path().join("limits.csv"), MUE).unwrap();
    // Cargo builds the library beside the tests.
    let test = std::env::current_exe().unwrap();
    PluginSpec::new(test.with_file_name(format!("{DLL_PREFIX}ncci_edits{DLL_SUFFIX}")))
        .folder(folder.path())
        .setting("ptp", "pairs.txt")
        .setting("mue", "limits.csv")
        .setting("lines", "commercial")
}

#[test]
fn pairs_and_limits_are_found_on_their_lines_and_hold_the_claim() {
    let folder = folder();
    let plugin = load(&spec(&folder));
    assert_eq!(plugin.info().threading, Threading::AnyThread);
    assert!(plugin.info().needs.is_empty() && plugin.info().effects.is_empty());
    // J1100 beside J3301 has modifier 25, which parts the two.
    let outcome = judge(&plugin, Hook::Scrub, &claim());
    assert_eq!(
        told(&outcome),
        [
            (
                "plugin:ncci-edits/ptp",
                "line 6: J3420 is not paid beside G0008 of line 4 on the same day; no modifier \
                 parts the two: bill the one that is paid (Invented)"
            ),
            (
                "plugin:ncci-edits/mue-day",
                "line 3: 2 units of J0696 on 2026-03-02, and at most 1 are paid a day; \
                 no modifier and no record raises it (Invented)"
            ),
        ]
    );
    assert!(outcome.holds());
    assert!(matches!(outcome.findings[0].about, About::Line { line: 6 }));
    let prevented: Vec<String> = outcome.findings[0]
        .prevents
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(prevented, ["97", "231", "236"]);
}

#[test]
fn earlier_claims_come_in_by_the_host() {
    let folder = folder();
    let plugin = load(&spec(&folder));
    let mut claim = claim();
    claim.lines.retain(|line| line.number == 5);
    let earlier = EarlierClaim {
        id: "C-0900".parse().unwrap(),
        billing_npi: "2081400378".to_owned(),
        order: scrubjay_model::CoverageOrder::Primary,
        withdrawn: false,
        services: vec![EarlierService {
            from: Some(day("2026-03-02")),
            procedure: Some(AsSent::read("A4550")),
            modifiers: Vec::new(),
            units: 1.into(),
        }],
        denied: Vec::new(),
    };
    let judged = |history: &[EarlierClaim]| -> Outcome { judge_after(&plugin, &claim, history) };
    assert!(judged(&[]).findings.is_empty());
    let outcome = judged(std::slice::from_ref(&earlier));
    assert_eq!(outcome.findings[0].severity, Severity::Warn);
    assert!(
        outcome.findings[0]
            .message
            .starts_with("line 5, claim C-0900: 2 units of A4550"),
        "{}",
        outcome.findings[0].message
    );
    assert!(
        judged(&[EarlierClaim {
            withdrawn: true,
            ..earlier
        }])
        .findings
        .is_empty()
    );
}

fn judge_after(
    plugin: &Plugin,
    claim: &scrubjay_model::Claim,
    history: &[EarlierClaim],
) -> Outcome {
    let payer = payer();
    let subject = ClaimSubject {
        payer: Some(&payer),
        history,
        ..ClaimSubject::of(claim, day("2026-03-05"))
    };
    let mut outcome = Outcome::default();
    plugin.worker().judge(
        Hook::Scrub,
        Subject::Claim(&subject),
        context(),
        &mut outcome,
    );
    outcome
}

#[test]
fn a_broken_row_reaches_the_hosts_log_and_a_broken_table_the_operator() {
    #[derive(Default)]
    struct Kept(Mutex<Vec<String>>);
    impl PluginLog for Kept {
        fn line(&self, plugin: &str, level: LogLevel, text: &str) {
            self.0
                .lock()
                .unwrap()
                .push(format!("{plugin} {level:?} {text}"));
        }
    }
    let folder = folder();
    let spec = spec(&folder);
    std::fs::write(
        folder.path().join("pairs.txt"),
        format!("{PTP}J3301\tJ9\t\t20260101\t*\t1\tx\n"),
    )
    .unwrap();
    let log = Arc::new(Kept::default());
    let host = PluginHost::with(Trust::Named, Arc::clone(&log) as Arc<dyn PluginLog>).unwrap();
    host.load(&spec).unwrap();
    let expected = "ncci-edits Warn pairs.txt, line 3: column `column 2` should be \
                    a procedure code of five letters and digits; the row is left out";
    assert_eq!(log.0.lock().unwrap()[0], expected);

    std::fs::write(
        folder.path().join("pairs.txt"),
        "J3301\tJ9\t\t20260101\t*\t1\tx\n",
    )
    .unwrap();
    let error = PluginHost::new().unwrap().load(&spec).unwrap_err();
    assert!(matches!(error, PluginError::Create { .. }));
    assert!(error.to_string().contains("pairs.txt"), "{error}");
}
