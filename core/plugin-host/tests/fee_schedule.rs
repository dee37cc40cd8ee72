//! The C plugin in the tree, built with `cc` alone and at work.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod support;

use scrubjay_hooks::{Handler, Hook, Severity};
use scrubjay_plugin_host::{PluginError, PluginHost, PluginSpec, Threading};
use support::{cc, claim, fee_schedule, folder, include, judge, load, told};
use tempfile::TempDir;

fn build(folder: &TempDir) -> PluginSpec {
    let library = folder.path().join("libfee_schedule.so");
    let flags = ["-Wpedantic", "-Wconversion", "-Wshadow"];
    PluginSpec::new(cc(&fee_schedule(), &include(), &library, &flags)).folder(folder.path())
}

fn with_table(folder: &TempDir, table: &str) -> PluginSpec {
    let spec = build(folder).setting("table", "fees.csv");
    std::fs::write(folder.path().join("fees.csv"), table).unwrap();
    spec
}

#[test]
fn a_claim_is_priced_by_the_schedule_and_a_low_charge_is_shown() {
    let folder = folder();
    // J1100: 10 x 0.85 = 8.50, charged 20.00. J3301: 4 x 12.00 = 48.00, charged
    // 45.00, so 45.00 is paid. G0008: 31.25 of 35.00. Together 84.75.
    let table = "procedure,modifier,amount,from,to\n\
                 J1100,JZ,0.85,2026-01-01,\n\
                 J1100,,9.99,2026-01-01,\n\
                 J3301,,11.00,2025-01-01,\n\
                 J3301,,12.00,2026-01-01,2026-12-31\n\
                 \"G0008\",\"\",31.25,,\r\n\
                 J3420,,50.00,2027-01-01,\n";
    let plugin = load(&with_table(&folder, table));
    assert!(plugin.handles(Hook::Scrub) && !plugin.handles(Hook::Claim));
    assert_eq!(plugin.info().threading, Threading::AnyThread);

    let outcome = judge(&plugin, Hook::Scrub, &claim());
    assert_eq!(
        told(&outcome),
        [
            (
                "plugin:fee-schedule/below-schedule",
                "line 2 is charged below the fee schedule: 48.00 dollars are expected, \
                 and payers pay the lesser of charge and fee"
            ),
            (
                "plugin:fee-schedule/expected-payment",
                "expected payment 84.75 dollars for 3 of 6 lines"
            ),
        ]
    );
    assert_eq!(outcome.findings[0].severity, Severity::Warn);
    assert_eq!(outcome.findings[1].severity, Severity::Info);
    assert!(!outcome.holds());
    let versions: Vec<_> = outcome.ran.iter().map(|ran| &*ran.version).collect();
    assert_eq!(versions, ["fee-schedule@0.1.0"; 3]);
}

#[test]
fn a_claim_that_the_schedule_does_not_know_is_left_alone() {
    let folder = folder();
    let plugin = load(&with_table(&folder, "procedure,amount\nJ9999,1\n"));
    let outcome = judge(&plugin, Hook::Scrub, &claim());
    assert!(outcome.findings.is_empty());
    assert_eq!(outcome.ran.len(), 1);
}

#[test]
fn units_of_a_fraction_are_priced_to_the_nearest_cent() {
    let folder = folder();
    let plugin = load(&with_table(&folder, "procedure,amount\nJ1100,0.85\n"));
    let mut claim = claim();
    claim.lines.truncate(1);
    claim.lines[0].units = rust_decimal::Decimal::new(15, 1); // 1.275 dollars
    let outcome = judge(&plugin, Hook::Scrub, &claim);
    let expected = "expected payment 1.28 dollars for 1 of 1 lines";
    assert_eq!(told(&outcome)[0].1, expected);
}

#[test]
fn a_table_with_a_fault_is_refused_with_its_line() {
    let folder = folder();
    for (table, reason) in [
        ("", "fees.csv: the table has no rows"),
        (
            "code,fee\nJ1100,1\n",
            "fees.csv, line 1: the first line must name the columns `procedure` and `amount`",
        ),
        (
            "procedure,amount\nJ1100,1\n\nJ3301,1.234\n",
            "fees.csv, line 4: `amount` is no amount in dollars, such as 112.50",
        ),
        (
            "procedure,amount\nJ11,1\n",
            "fees.csv, line 2: `procedure` is no code of five capital letters and digits",
        ),
        (
            "procedure,amount,from\nJ1100,1,03/02/2026\n",
            "fees.csv, line 2: `from` and `to` are days such as 2026-01-31",
        ),
    ] {
        let host = PluginHost::new().unwrap();
        let error = host.load(&with_table(&folder, table)).unwrap_err();
        let PluginError::Create { said, .. } = error else {
            panic!("{error}");
        };
        assert_eq!(said.as_deref(), Some(reason), "{table}");
    }
    let host = PluginHost::new().unwrap();
    let error = host.load(&build(&folder)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "plugin `fee-schedule` would not start (status 1): \
         the setting `table` names no CSV file"
    );
}

#[test]
fn a_plugin_can_be_inspected_without_its_settings() {
    let folder = folder();
    let info = PluginHost::new().unwrap().inspect(&build(&folder)).unwrap();
    assert_eq!(
        (info.id.as_str(), info.version.as_str(), info.abi),
        ("fee-schedule", "0.1.0", (1, 2))
    );
    assert_eq!(info.licence, "MIT OR Apache-2.0");
    assert!(info.needs.is_empty() && info.effects.is_empty() && info.payers.is_empty());
}
