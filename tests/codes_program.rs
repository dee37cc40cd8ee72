//! `scrubjay codes`: official files become tables beside each other, and rules
//! find them by the date of service. The rows are invented, in the official layouts.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::path::Path;
use std::sync::Arc;

use scrubjay::{CodeFileError, Config, PracticeCodes};
use scrubjay_tests::practice::{Practice, Printed};
use scrubjay_tests::sample::SampleClaim;

const PAIRS_Q1: &str = "An invented notice\r\n\r\n\
    G0439\tJ0696\t\t20260101\t*\t0\tInvented\r\n\
    G0463\tJ0696\t\t20250101\t*\t1\tInvented\r\n\
    G0463\tD0120\t\t20250101\t*\t1\tInvented\r\n\
    G0463\tG0101\t\tsoon\t*\t1\tInvented\r\n";
const PAIRS_Q2: &str = "G0439\tJ0696\t\t20260101\t20260331\t0\tInvented\n\
    G0463\tJ0696\t\t20250101\t*\t0\tInvented\n\
    G0463\tG0439\t\t20260401\t*\t1\tInvented\n";
const LIMITS: &str = "\"HCPCS/\r\nCPT Code\",MUE Values,MUE Adjudication Indicator,MUE Rationale\r\nJ0696,UNITS,1 Line Edit,CMS\x27s policy\r\n";
const FEES: &str = "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG,BASE,FACTOR\r\n\
    G0412,,Secret words,A,,1.30,1.21,,0.53,,0.10,2.61,1.93,0,090,0.10,0.69,0.21,2,1,2,1,0,,33.4009\r\n";
const GPCI: &str = "MAC,State,Locality Number,Locality Name,PW GPCI,PE GPCI,MP GPCI\r\n99912,XA,0,INVENTIA,1.000,0.875,0.566\r\n";
const ORDER: &str = "00001 E11     0 Type 2 diabetes mellitus                                     Type 2 diabetes mellitus\r\n\
    00002 E119    1 Type 2 diabetes without complications                        Type 2 diabetes mellitus without complications\r\n";

const Q1: &str = "ccipra-v320r0-f1.TXT";
const Q2: &str = "ccipra-v321r0-f1.txt";

/// A practice with official files in a folder of downloads.
fn practice(also: &str) -> Practice {
    let practice = Practice::new(also);
    for (name, text) in [
        (Q1, PAIRS_Q1),
        (Q2, PAIRS_Q2),
        ("PPRRVU2026_Jan_nonQPP.csv", FEES),
        ("GPCI2026.csv", GPCI),
        ("icd10cm_order_2027.txt", ORDER),
    ] {
        practice.write(&format!("downloads/{name}"), text);
    }
    for (month, units) in [("01", "2"), ("04", "3")] {
        let name = format!("downloads/MCR_MUE_PractitionerServices_Eff_{month}-01-2026.csv");
        practice.write(&name, &LIMITS.replace("UNITS", units));
    }
    practice
}

fn import(practice: &Practice, kind: &str, names: &[&str], options: &[&str]) -> Printed {
    let paths: Vec<String> = names
        .iter()
        .map(|name| practice.path("downloads").join(name).display().to_string())
        .collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    practice.scrubjay(&[&["codes", "import", kind], &paths[..], options].concat())
}

fn import_all(practice: &Practice) {
    for (kind, name) in [
        ("ncci", Q1),
        ("ncci", Q2),
        ("mue", "MCR_MUE_PractitionerServices_Eff_01-01-2026.csv"),
        ("mue", "MCR_MUE_PractitionerServices_Eff_04-01-2026.csv"),
        ("mpfs", "PPRRVU2026_Jan_nonQPP.csv"),
        ("gpci", "GPCI2026.csv"),
        ("icd10-order", "icd10cm_order_2027.txt"),
    ] {
        import(practice, kind, &[name], &[]).good();
    }
}

#[test]
fn an_import_tells_what_went_in_and_what_did_not() {
    let practice = practice("");
    let said = import(&practice, "ncci", &[Q1], &[]).good();
    for part in [
        "ccipra-v320r0-f1.TXT: 2 rows in, 2 passed over as notices or blank, 2 left out",
        "line 5: codes that begin with D are the ADA's (CDT) and are not taken in",
        "line 6: column `effective date` should be a date as yyyymmdd",
        "imported ncci@2026-01-01: NCCI pairs for practitioners, 2026-01-01 to 2026-03-31, 2 rows",
        "codes/ncci_2026-01-01_2026-03-31.codes",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let again = import(&practice, "ncci", &[Q1], &[]).good();
    assert!(
        again.contains("was there already: ncci@2026-01-01"),
        "{again}"
    );

    // Another table for the same days is a correction only where somebody says so.
    practice.write("downloads/ccipra-v320r1-f1.txt", PAIRS_Q2);
    let kept = import(&practice, "ncci", &["ccipra-v320r1-f1.txt"], &[]);
    assert_eq!(kept.code, 2);
    assert!(
        kept.err.contains("--replace") && kept.err.contains(Q1),
        "{}",
        kept.err
    );
    let replaced = import(&practice, "ncci", &["ccipra-v320r1-f1.txt"], &["--replace"]).good();
    assert!(
        replaced.contains("in the place of the one before"),
        "{replaced}"
    );

    let json = import(&practice, "ncci", &[Q2], &["--json"]).good();
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["version"], "ncci@2026-04-01");
    assert_eq!(document["files"][0]["taken"], 3);

    let fees = import(&practice, "mpfs", &["PPRRVU2026_Jan_nonQPP.csv"], &[]).good();
    assert!(
        fees.contains("descriptions are the AMA's (CPT) and were not read"),
        "{fees}"
    );
    let table = std::fs::read(practice.path("codes/mpfs_2026-01-01_2026-12-31.codes")).unwrap();
    assert!(!String::from_utf8_lossy(&table).contains("Secret"));
}

#[test]
fn what_is_no_such_file_is_refused_whole() {
    let practice = practice("");
    practice.write("downloads/ccipra-v322r0-f1.zip", "PK\u{3}\u{4}rest");
    practice.write(
        "downloads/MCR_MUE_PractitionerServices_Eff_07-01-2026.csv",
        "",
    );
    practice.write("downloads/pairs.txt", PAIRS_Q2);
    for (kind, name, options, says) in [
        (
            "ncci",
            "ccipra-v322r0-f1.zip",
            &["--from", "2026-07-01"][..],
            "unpack it",
        ),
        (
            "mue",
            "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv",
            &[],
            "is this the right file?",
        ),
        ("ncci-hospital", Q1, &[], "import it as `ncci`"),
        ("mue", Q1, &[], "import it as `ncci`"),
        (
            "mue",
            "pairs.txt",
            &["--from", "2026-07-01"],
            "is this the right file?",
        ),
        ("ncci", "pairs.txt", &[], "say its first day"),
        ("ncci", "none.txt", &[], "cannot be opened"),
        ("cpt", Q1, &[], "it is one of icd10-tabular, icd10-order"),
    ] {
        let refused = import(&practice, kind, &[name], options);
        assert_eq!(refused.code, 2, "{kind} {name}: {}", refused.out);
        assert!(refused.err.contains(says), "{kind} {name}: {}", refused.err);
    }
    assert!(!practice.path("codes").exists(), "nothing was written");
    let named = import(
        &practice,
        "ncci",
        &["pairs.txt"],
        &["--from", "2026-07-01", "--to", "2026-09-30"],
    )
    .good();
    assert!(
        named.contains("2026-07-01 to 2026-09-30, 3 rows"),
        "{named}"
    );
}

#[test]
fn the_desk_lists_looks_up_and_compares() {
    let practice = practice("");
    import_all(&practice);
    let list = practice.scrubjay(&["codes", "list"]).good();
    for part in [
        "icd10",
        "2025-10-01 to 2026-09-30",
        "claim adjustment reason codes",
        "ncci@2026-01-01",
        "ncci@2026-04-01",
        Q2,
        "mpfs@2026-01-01",
    ] {
        assert!(list.contains(part), "{part}: {list}");
    }
    for (asked, says) in [
        (
            &["icd10", "E11.9", "--on", "2026-03-01"][..],
            "may be billed on 2026-03-01",
        ),
        (
            &["icd10", "E11.9", "--on", "2026-10-01"],
            "icd10cm_order_2027.txt",
        ),
        (&["carc", "197"], "authorization"),
        (
            &["ncci", "J0696", "--with", "G0439", "--on", "2026-03-31"],
            "J0696 is not paid beside G0439",
        ),
        (
            &["ncci", "J0696", "--with", "G0439", "--on", "2026-04-01"],
            "none between J0696 and G0439",
        ),
        (&["mue", "J0696", "--on", "2026-03-31"], "limit         2"),
        (&["mue", "J0696", "--on", "2026-04-01"], "limit         3"),
        (&["mpfs", "G0412", "--on", "2026-04-01"], "090"),
        (&["gpci", "99912 00", "--on", "2026-04-01"], "INVENTIA"),
    ] {
        let said = practice
            .scrubjay(&[&["codes", "lookup"], asked].concat())
            .good();
        assert!(said.contains(says), "{asked:?}: {said}");
    }
    for (asked, says) in [
        (
            &["ncci", "J0696", "--with", "G0439", "--on", "2027-01-01"][..],
            "no version of `ncci` for 2027-01-01",
        ),
        (&["mue", "D0120", "--on", "2026-03-31"], "the ADA's (CDT)"),
        (
            &["ncci", "J0696", "--on", "2026-03-31"],
            "name the other one with --with",
        ),
        (&["carc", "ZZ9"], "carc has no `ZZ9`"),
    ] {
        let refused = practice.scrubjay(&[&["codes", "lookup"], asked].concat());
        assert_eq!(refused.code, 1, "{asked:?}: {}", refused.out);
        assert!(refused.err.contains(says), "{asked:?}: {}", refused.err);
    }
    let expected = "+ G0463 G0439 2026-04-01\n~ G0439 J0696 2026-01-01\n~ G0463 J0696 2025-01-01\n1 added, 0 removed, 2 changed\n";
    let diff = practice.scrubjay(&["codes", "diff", "ncci@2026-01-01", "ncci@2026-04-01"]);
    assert_eq!(diff.good(), expected);
    // An official file does as well as an imported table.
    let official = practice.path("downloads").join(Q2).display().to_string();
    let diff = practice.scrubjay(&["codes", "diff", "ncci@2026-01-01", &official]);
    assert_eq!(diff.good(), expected);
    let unlike = practice.scrubjay(&["codes", "diff", "ncci", "mue"]);
    assert!(
        unlike.err.contains("name two versions of one table"),
        "{}",
        unlike.err
    );
    let absent = practice.scrubjay(&["codes", "diff", "ncci@1999-01-01", "mue"]);
    assert!(
        absent.err.contains("neither a file nor a table"),
        "{}",
        absent.err
    );
}

/// A rule over every table, with cases on both sides of a quarter's end.
const RULE: &str = "/// id: t/rule\n/// title: A rule of a test\n/// hook: scrub\n/// severity: block
fn rule(claim) {
    let day = claim.service_from;
    for line in claim.lines {
        let most = mue(line.procedure).units;
        if !most.is_missing() && line.units > most { block(`more than ${most}`); }
        if ncci(\"G0439\", line.procedure).bundled_on(day) == true { block(`bundled`); }
        if mpfs(line.procedure, day).global_days == \"090\" {
            info(`global, both sides ${mpfs(line.procedure, day).bilateral}, pays ${fee(line.procedure, \"11\")}`);
        }
    }
    if icd10(\"E11.9\").billable_on(day) == true { info(`diabetes`); }
}\n";

/// What the rule says on both sides of a quarter's end. By hand: 1.30 + 1.21 x
/// 0.875 + 0.10 x 0.566 = 2.41535, times 33.4009 is 80.67.
const CASES: [(SampleClaim<'static>, &[&str]); 4] = [
    (
        claim("20260331", &[("J0696", "20.00", 3)]),
        &["more than 2", "bundled", "diabetes"],
    ),
    (claim("20260401", &[("J0696", "20.00", 3)]), &["diabetes"]),
    // A fee of the year, and a diagnosis of the next fiscal year.
    (
        claim("20261001", &[("G0412", "900.00", 1)]),
        &["global, both sides 1, pays 80.67", "diabetes"],
    ),
    // A day that no table covers.
    (
        claim("20271001", &[("J0696", "20.00", 9), ("G0412", "900.00", 1)]),
        &[],
    ),
];

const fn claim(
    day: &'static str,
    lines: &'static [(&'static str, &'static str, u32)],
) -> SampleClaim<'static> {
    SampleClaim {
        place: "11",
        day,
        lines,
    }
}

fn codes(folder: &Path) -> Result<Arc<PracticeCodes>, CodeFileError> {
    let config = Config::of_folder(folder).unwrap();
    PracticeCodes::read(&config.codes).map(Arc::new)
}

#[test]
fn rules_find_the_tables_by_the_date_of_service() {
    let practice = practice("");
    practice.pack("t", RULE);
    let claims = CASES.map(|(claim, _)| claim);
    practice.configure("rules: [packs]\n");
    // Shipped is ICD-10-CM until September 2026.
    let shipped = [vec!["diabetes"], vec!["diabetes"], vec![], vec![]];
    assert_eq!(practice.said_of("t/rule", &claims), shipped);
    import_all(&practice);
    practice.configure("rules: [packs]\ncodes: { locality: 99912 00 }\n");
    let expected = CASES.map(|(_, says)| says);
    assert_eq!(practice.said_of("t/rule", &claims), expected);
}

#[test]
fn another_folder_is_named_in_the_configuration_and_a_file_named_there_counts_first() {
    let practice = practice("codes: { folder: tables }\n");
    let absent = codes(practice.folder()).unwrap_err().to_string();
    assert!(
        absent.contains("`codes: folder`") && absent.contains("codes import"),
        "{absent}"
    );
    import_all(&practice);
    assert!(
        practice
            .path("tables/gpci_2026-01-01_2026-12-31.codes")
            .is_file()
    );
    let elsewhere = practice.path("elsewhere").display().to_string();
    import(&practice, "ncci", &[Q1], &["--into", &elsewhere]).good();
    assert!(
        practice
            .path("elsewhere/ncci_2026-01-01_2026-03-31.codes")
            .is_file()
    );

    use scrubjay::hooks::CodeBooks;
    use scrubjay::model::ClaimKind;
    let on = "2026-03-31".parse().unwrap();
    let limit = |also: &str| {
        practice.configure(also);
        let codes = codes(practice.folder()).unwrap();
        codes
            .unit_limit_on(ClaimKind::Professional, "J0696", on)
            .unwrap()
            .units
    };
    assert_eq!(limit("codes: { folder: tables }\n"), 2);
    let named = "downloads/MCR_MUE_PractitionerServices_Eff_04-01-2026.csv";
    assert_eq!(
        limit(&format!("codes: {{ folder: tables, mue: {named} }}\n")),
        3
    );
}

#[test]
fn a_damaged_table_or_a_locality_that_is_nowhere_stops_the_opening() {
    let practice = practice("codes: { locality: 99912 07 }\n");
    let error = codes(practice.folder()).unwrap_err().to_string();
    assert!(
        error.contains("import one (`scrubjay codes import gpci"),
        "{error}"
    );
    import_all(&practice);
    let error = codes(practice.folder()).unwrap_err().to_string();
    assert!(error.contains("the locality `99912 07`"), "{error}");
    practice.configure("");
    codes(practice.folder()).unwrap();

    let path = practice.path("codes/ncci_2026-04-01_2026-06-30.codes");
    let mut bytes = std::fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let ran = practice.run();
    assert_eq!(ran.code, 2);
    for part in [
        "is damaged",
        "delete it and import the official file again",
        Q2,
    ] {
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
    import(&practice, "ncci", &[Q2], &["--replace"]).good();
    codes(practice.folder()).unwrap();
}
