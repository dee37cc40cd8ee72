//! What the plugin says of tables and settings that it cannot use.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod support;

use scrubjay_plugin::Level;
use support::{MUE_FILE, PTP, PTP_FILE, open};
use tempfile::TempDir;

const MUE_HEADER: &str =
    "HCPCS/CPT Code,Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n";

/// What the plugin says where it will not start.
fn refused(files: &[(&str, &str)], texts: &[(&str, &str)]) -> String {
    let folder = TempDir::new().unwrap();
    for (name, text) in texts {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let said = open(folder.path(), files, &[]).unwrap_err().said;
    // Where the test has put its files is no matter.
    said.replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn a_table_that_cannot_be_read_keeps_the_plugin_from_starting_and_names_file_and_line() {
    let missing = refused(&[("ptp", "pairs.txt")], &[]);
    assert!(
        missing.starts_with("`ptp`: pairs.txt cannot be opened: "),
        "{missing}"
    );
    assert_eq!(
        refused(
            &[("mue", "limits.csv")],
            &[(
                "limits.csv",
                &format!("{MUE_HEADER}J9991,many,1 Line Edit,x\nJ9992,,,\n")
            )]
        ),
        "limits.csv, line 2: column `MUE value` should be a whole number; \
         none of its 2 rows could be taken in: is this the right file?"
    );
    assert_eq!(
        refused(
            &[("mue", "limits.csv")],
            &[("limits.csv", "a,b,c\n1,2,3\n")]
        ),
        "limits.csv: no line names the columns code, MUE values, MUE adjudication indicator: \
         is this the right file?"
    );
    assert_eq!(
        refused(
            &[("ptp", "pairs.txt")],
            &[("pairs.txt", "G9001\tG9002\t\t2026\t*\t1\tx\n")]
        ),
        "pairs.txt, line 1: column `effective date` should be a date as yyyymmdd; \
         none of its 1 rows could be taken in: is this the right file?"
    );
}

#[test]
fn a_table_of_another_kind_is_told_by_its_name() {
    assert_eq!(
        refused(&[("ptp", "ccioph-v320r0-f1.txt")], &[]),
        "`ptp` names ccioph-v320r0-f1.txt, which is another table by its name (PtpHospital)"
    );
    assert!(refused(&[("addon", MUE_FILE)], &[]).contains("MuePractitioner"));
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let said = |settings: &[(&str, &str)]| {
        scrubjay_plugin::harness::Harness::<ncci_edits::NcciEdits>::open(settings)
            .unwrap_err()
            .said
    };
    assert!(said(&[]).starts_with("no table is named"));
    assert!(said(&[("pairs", "x")]).starts_with("there is no setting `pairs`"));
    assert!(said(&[("lines", "medicare, mediciad")]).starts_with("`lines` names `mediciad`"));
    assert!(said(&[("earlier", "hold")]).starts_with("`earlier` is `hold`"));
    assert_eq!(
        said(&[("mue", "a.csv,,b.csv")]).split(':').next(),
        Some("`mue`")
    );
    assert_eq!(
        said(&[("ptp", " , ")]),
        "`ptp` names no file between two commas"
    );
}

#[test]
fn a_broken_row_is_told_to_the_operator_and_the_rest_goes_in() {
    let folder = TempDir::new().unwrap();
    let broken = "G9001\tD9999\t\t20260101\t*\t0\tx\nG9001\tG9007\t\t20260101\t*\t7\tx\n";
    std::fs::write(folder.path().join(PTP_FILE), format!("{PTP}{broken}")).unwrap();
    let many: String = (0..30).map(|_| "J9991,many,1 Line Edit,x\n").collect();
    std::fs::write(
        folder.path().join(MUE_FILE),
        format!("{MUE_HEADER}J9992,2,2 Date of Service Edit: Policy,x\n{many}"),
    )
    .unwrap();
    let plugin = open(folder.path(), &[("ptp", PTP_FILE), ("mue", MUE_FILE)], &[]).unwrap();
    let logged = plugin.logged();
    let lines: Vec<&str> = logged
        .iter()
        .filter(|(level, _)| *level == Level::Warn)
        .map(|(_, line)| line.as_str())
        .collect();
    assert_eq!(lines.len(), 2 + 20 + 1, "{lines:?}");
    assert!(
        lines[0].ends_with(
            "ccipra-v320r0-f1.txt, line 5: codes that begin with D are the ADA's (CDT) \
             and are not taken in; the row is left out"
        ),
        "{}",
        lines[0]
    );
    assert!(lines[1].contains("line 6: column `modifier indicator` should be 0, 1 or 9"));
    assert!(lines[22].ends_with("10 more rows are left out, faulty or standing twice"));
    let rows: Vec<_> = logged
        .iter()
        .filter(|(level, _)| *level == Level::Info)
        .collect();
    assert!(rows[0].1.ends_with(": 4 rows") && rows[1].1.ends_with(": 1 rows"));
}
