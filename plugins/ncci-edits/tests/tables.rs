//! What the plugin says of tables and settings that it cannot use.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod support;

use scrubjay_codes::{CodeFolder, FileKind, OfficialFile, Present, read_official};
use scrubjay_plugin::{Hook, Level};
use support::{MUE_FILE, PTP, PTP_FILE, claim, open};
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

/// Imports files of one version each into a folder, under CMS's names.
fn import(folder: &std::path::Path, files: &[(FileKind, &str, &str)]) {
    for (kind, name, text) in files {
        let file = OfficialFile {
            name: (*name).to_owned(),
            content: text.as_bytes(),
        };
        let read = read_official(*kind, None, vec![file]).unwrap();
        let today = "2026-04-02".parse().unwrap();
        let folder = CodeFolder::at(folder);
        folder.add(&read, today, Present::Keep).unwrap();
    }
}

#[test]
fn imported_tables_are_found_in_their_folder_and_the_day_picks_the_quarter() {
    let folder = TempDir::new().unwrap();
    let limits = |units: u32| format!("{MUE_HEADER}J9991,{units},1 Line Edit,x\n");
    let later_pairs = "G9001\tG9002\t\t20200101\t20260331\t0\tx\n";
    let add_ons = "1\tG9101\t\tG9111\t\t2013091\t\t\n";
    import(
        &folder.path().join("codes"),
        &[
            (FileKind::PtpPractitioner, PTP_FILE, PTP),
            (
                FileKind::PtpPractitioner,
                "ccipra-v321r0-f1.txt",
                later_pairs,
            ),
            (FileKind::MuePractitioner, MUE_FILE, &limits(4)),
            (
                FileKind::MuePractitioner,
                "MCR_MUE_PractitionerServices_Eff_04-01-2026.csv",
                &limits(6),
            ),
            (FileKind::AddOns, "AOC_V2026Q1-MCR.txt", add_ons),
        ],
    );
    let plugin = open(folder.path(), &[("codes", "codes")], &[]).unwrap();
    let edits = |codes: &[&str], units, day| {
        let claim = codes
            .iter()
            .fold(claim(), |claim, code| claim.line(code, "50.00", units, day));
        let found = plugin.judge(Hook::Scrub, &claim).findings;
        found
            .into_iter()
            .map(|finding| finding.edit)
            .collect::<Vec<_>>()
    };
    assert_eq!(edits(&["G9001", "G9002"], "1", "2026-03-31"), ["ptp"]);
    assert!(edits(&["G9001", "G9002"], "1", "2026-04-01").is_empty());
    assert_eq!(edits(&["J9991"], "5", "2026-03-31"), ["mue-line"]);
    assert!(edits(&["J9991"], "5", "2026-04-01").is_empty());
    assert_eq!(edits(&["J9991"], "5", "2026-07-01"), ["no-mue-table"]);
    assert_eq!(edits(&["G9101"], "1", "2026-03-31"), ["add-on"]);

    // A file that is named counts before the imported one.
    std::fs::write(folder.path().join("limits.csv"), limits(3)).unwrap();
    let files = [("codes", "codes"), ("mue", "limits.csv")];
    let plugin = open(folder.path(), &files, &[]).unwrap();
    let claim = claim().line("J9991", "50.00", "4", "2026-04-01");
    assert_eq!(
        plugin.judge(Hook::Scrub, &claim).findings[0].edit,
        "mue-line"
    );
}

#[test]
fn a_folder_without_tables_or_with_a_damaged_one_is_refused() {
    assert!(refused(&[("codes", "codes")], &[]).contains("holds no pairs, limits or add-on codes"));
    let damaged = refused(&[("codes", ".")], &[("x.codes", "junk")]);
    assert!(damaged.contains("x.codes is damaged"), "{damaged}");
}
