use std::path::PathBuf;

use scrubjay_model::ClaimKind;

use super::*;
use crate::{OfficialFile, ReadFilesError, read_official};

const FEES: &str = "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG,BASE,FACTOR\r\n\
    G9001,,\"Words, of others\",A,,1.30,1.21,,0.53,,0.10,2.61,1.93,0,010,0.10,0.80,0.10,2,1,1,0,0,G9000,33.4009\r\n\
    G9001,26,Words,A,,0.74,0.270,NA,0.27,,0.04,1.05,1.05,1,XXX,,,,0,0,0,0,0,,33.4009\r\n";
const MUE: &str = "HCPCS/CPT Code,Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n\
    J9999,12,3 Date of Service Edit: Clinical,\"Invented,\n over\ttwo lines\"\n\
    A0021,250,1 Line Edit,Invented\n";
const MEDICAID: &str =
    "J99990001206.A4500    202000120260901\nJ99990001006.A4500    2026091       1\n";
const ADD_ONS: &str = "1\tG9991\t\tG9001\t\t2013091\t\t\n2\tG9992\t\tCCCCC\t\t2013091\t\t\n3\tG9991\t\tG9002\t2026090\t2013091\t\t\n";
const GPCI: &str = "MAC,State,Locality Number,Locality Name,PW GPCI,PE GPCI,MP GPCI\n09992,XA,0,INVENTIA,1.000,0.875,0.566\n";
const OLD_GPCI: &str = "Medicare Administrative Contractor (MAC),Locality Number,Locality Name,2019 PW GPCI,2019 PE GPCI,2019 MP GPCI\n10112,00,INVENTIA,0.981,0.875,0.566\n";
const PAIRS: &str =
    "G9001\tG9002\t\t20200101\t20251231\t0\tInvented\nG9001\tG9003\t*\t19960101\t*\t9\tAnother\n";
const ORDER: &str = "00001 H81     0 Disorders of vestibular function                             Disorders of vestibular function\n\
    00002 H8101   1 Meniere's disease, right ear                                 Ménière's disease, right ear\n";
const TABULAR: &str = "<ICD10CM.tabular><chapter><desc>Invented (A00-B99)</desc><section id=\"A00-A09\">\
    <diag><name>A00</name><desc>Invented fever</desc><excludes1><note>another (B01.-)</note></excludes1>\
    <sevenChrDef><extension char=\"A\">first</extension></sevenChrDef></diag></section></chapter></ICD10CM.tabular>";

fn hcpcs() -> String {
    let record = |code: &str, sequence: u32, kind: char, long: &str, added: &str, ended: &str| {
        let head = format!("{code:>5}{sequence:05}{kind}{long:<80}{:<28}", "Inv");
        format!("{head:<268}{added:<16}{ended:<8}")
    };
    [
        record("A0021", 100, '3', "Invented, per mile,", "19850101", ""),
        record("A0021", 200, '4', "and more", "", ""),
        record("J9999", 100, '3', "Invented drug", "20240101", "20260331"),
        record("RT", 100, '7', "Right side", "", ""),
    ]
    .join("\r\n")
}

/// Every kind, with a name that tells of its days, and rows in its layout.
fn files() -> Vec<(FileKind, &'static str, String)> {
    [
        (FileKind::Icd10Tabular, "icd10cm-tabular-2027.xml", TABULAR),
        (FileKind::Icd10Order, "icd10cm_order_2027.txt", ORDER),
        (FileKind::PtpPractitioner, "ccipra-v320r0-f1.TXT", PAIRS),
        (FileKind::PtpHospital, "ccioph-v320r0-f1.txt", PAIRS),
        (
            FileKind::MuePractitioner,
            "MCR_MUE_PractitionerServices_Eff_01-01-2026.csv",
            MUE,
        ),
        (
            FileKind::MueHospital,
            "MCR_MUE_OutpatientHospitalServices_Eff_01-01-2026.csv",
            MUE,
        ),
        (
            FileKind::MueSupplier,
            "MCR_MUE_DMESupplierServices_Eff_01-01-2026.csv",
            MUE,
        ),
        (
            FileKind::MueMedicaidPractitioner,
            "MCD-MUE-PRA-v2026q2-F1-F.txt",
            MEDICAID,
        ),
        (
            FileKind::MueMedicaidHospital,
            "MCD-MUE-OPH-v2026q2-F1-F.txt",
            MEDICAID,
        ),
        (
            FileKind::MueMedicaidSupplier,
            "MCD-MUE-DME-v2026q2-F1-F.txt",
            MEDICAID,
        ),
        (FileKind::AddOns, "AOC_V2026Q1-MCR.txt", ADD_ONS),
        (FileKind::FeeSchedule, "PPRRVU2026_Jan_nonQPP.csv", FEES),
        (
            FileKind::FeeScheduleQualifying,
            "PPRRVU2026_Jan_QPP.csv",
            FEES,
        ),
        (FileKind::Gpci, "GPCI2026.csv", GPCI),
        (FileKind::Gpci, "GPCI2019.csv", OLD_GPCI),
    ]
    .map(|(kind, name, text)| (kind, name, text.to_owned()))
    .into_iter()
    .chain([(FileKind::Hcpcs, "HCPC2026_JAN_ANWEB_01092026.txt", hcpcs())])
    .collect()
}

fn official<'a>(name: &str, text: &'a str) -> OfficialFile<&'a [u8]> {
    OfficialFile {
        name: name.to_owned(),
        content: text.as_bytes(),
    }
}

fn read_in(kind: FileKind, name: &str, text: &str) -> ReadFiles {
    read_official(kind, None, vec![official(name, text)]).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A folder that is gone when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let name = format!("scrubjay-codes-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    fn folder(&self) -> CodeFolder {
        CodeFolder::at(&self.0)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn every_table_comes_back_as_it_was_imported() {
    let scratch = Scratch::new("back");
    let folder = scratch.folder();
    assert_eq!(folder.versions().unwrap(), []);
    for (kind, name, text) in files() {
        let read = read_in(kind, name, &text);
        let (version, added) = folder.add(&read, day("2026-01-05"), Present::Keep).unwrap();
        assert_eq!(added, Added::New, "{name}");
        let (again, table) = CodeFolder::table(&version.path).unwrap();
        assert_eq!(again, version);
        assert_eq!(again.sources, [name]);
        assert_eq!((again.kind, again.days), (kind, read.days));
        assert_eq!(again.rows, read.rows);
        assert_eq!(again.size, fs::metadata(&version.path).unwrap().len());
        let changes = table.changes_since(&read.table).unwrap();
        assert!(changes.is_empty(), "{name}: {changes:?}");
        assert_eq!(body::write(&table), body::write(&read.table), "{name}");
        // The words of others are not in it.
        let bytes = fs::read(&version.path).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("Words"), "{name}");
        // The same again changes nothing.
        let (_, added) = folder.add(&read, day("2026-02-01"), Present::Keep).unwrap();
        assert_eq!(added, Added::Same, "{name}");
    }
    assert_eq!(FileKind::ALL.len() + 1, folder.versions().unwrap().len());
}

#[test]
fn a_damaged_file_is_refused_wherever_it_is_damaged() {
    let scratch = Scratch::new("damaged");
    let folder = scratch.folder();
    for (kind, name, text) in files() {
        let read = read_in(kind, name, &text);
        let (version, _) = folder.add(&read, day("2026-01-05"), Present::Keep).unwrap();
        let whole = fs::read(&version.path).unwrap();
        let steps = (0..whole.len()).step_by(1 + whole.len() / 150);
        for at in steps {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x01;
            fs::write(&version.path, &damaged).unwrap();
            assert!(CodeFolder::table(&version.path).is_err(), "{name}: {at}");
            fs::write(&version.path, &whole[..at]).unwrap();
            let error = CodeFolder::table(&version.path).unwrap_err().to_string();
            assert!(error.contains("delete it and import"), "{name}: {error}");
        }
        fs::write(&version.path, [&whole[..], b"more"].concat()).unwrap();
        let error = folder.tables().unwrap_err().to_string();
        assert!(error.contains(name), "the source is told: {error}");
        fs::write(&version.path, &whole).unwrap();
        assert!(CodeFolder::table(&version.path).is_ok());
    }
}

#[test]
fn another_table_for_the_same_days_takes_the_place_only_when_told() {
    let scratch = Scratch::new("present");
    let folder = scratch.folder();
    let name = "ccipra-v320r0-f1.txt";
    let first = read_in(FileKind::PtpPractitioner, name, PAIRS);
    folder
        .add(&first, day("2026-01-05"), Present::Keep)
        .unwrap();
    let more = "G9004\tG9001\t\t20260101\t*\t1\tInvented\n";
    let second = read_in(FileKind::PtpPractitioner, "ccipra-v320r1-f1.txt", more);
    let refused = folder.add(&second, day("2026-01-20"), Present::Keep);
    let error = refused.unwrap_err().to_string();
    assert!(
        error.contains("holds the same days already") && error.contains(name),
        "{error}"
    );
    let (version, added) = folder
        .add(&second, day("2026-01-20"), Present::Replace)
        .unwrap();
    assert_eq!((added, version.rows), (Added::Replaced, 1));
    assert_eq!(folder.versions().unwrap(), [version]);
}

#[test]
fn two_quarters_stand_side_by_side_and_the_day_picks() {
    let scratch = Scratch::new("quarters");
    let folder = scratch.folder();
    let first =
        "G9001\tG9002\t\t20200101\t*\t0\tInvented\nG9001\tG9003\t\t20260101\t*\t1\tInvented\n";
    // The pair is deleted with the first quarter's end, the other is gone.
    let second = "G9001\tG9002\t\t20200101\t20260331\t0\tInvented\n";
    for (name, text) in [
        ("ccipra-v321r0-f1.txt", second),
        ("ccipra-v320r0-f1.txt", first),
    ] {
        let read = read_in(FileKind::PtpPractitioner, name, text);
        folder.add(&read, day("2026-04-02"), Present::Keep).unwrap();
    }
    for (name, units) in [("01", 2), ("04", 3)] {
        let text = format!(
            "HCPCS/CPT Code,MUE Values,MUE Adjudication Indicator\nJ9999,{units},1 Line Edit\n"
        );
        let name = format!("MCR_MUE_PractitionerServices_Eff_{name}-01-2026.csv");
        let read = read_in(FileKind::MuePractitioner, &name, &text);
        folder.add(&read, day("2026-04-02"), Present::Keep).unwrap();
    }
    let tables = folder.tables().unwrap();
    let names: Vec<String> = tables.versions().iter().map(CodeVersion::name).collect();
    assert_eq!(
        names,
        [
            "ncci@2026-01-01",
            "ncci@2026-04-01",
            "mue@2026-01-01",
            "mue@2026-04-01"
        ]
    );
    let edit = |one, two, on: &str| {
        let pairs = tables.pairs_on(ClaimKind::Professional, day(on))?;
        Some(pairs.find(one, two, day(on)).is_some())
    };
    assert_eq!(edit("G9001", "G9002", "2026-03-31"), Some(true));
    assert_eq!(edit("G9001", "G9002", "2026-04-01"), Some(false));
    assert_eq!(edit("G9001", "G9003", "2026-03-31"), Some(true));
    assert_eq!(edit("G9001", "G9003", "2026-04-01"), Some(false));
    // The rows carry days, so that the first quarter tells of earlier ones; of
    // days after the last quarter nobody can say.
    assert_eq!(edit("G9001", "G9002", "2025-12-31"), Some(true));
    assert_eq!(edit("G9001", "G9003", "2025-12-31"), Some(false));
    assert_eq!(edit("G9001", "G9002", "2026-07-01"), None);
    assert!(
        tables
            .pairs_on(ClaimKind::Institutional, day("2026-03-31"))
            .is_none()
    );
    let units = |on: &str| {
        let limits = tables.limits_on(ClaimKind::Professional, day(on))?;
        limits.get("J9999", day(on)).map(|mue| mue.units)
    };
    assert_eq!(units("2026-03-31"), Some(2));
    assert_eq!(units("2026-04-01"), Some(3));
    assert_eq!(units("2025-12-31"), None);
}

#[test]
fn an_imported_release_of_icd10_counts_beside_those_that_ship() {
    let scratch = Scratch::new("icd10");
    let folder = scratch.folder();
    let list = "<x><diag><name>H81</name><desc>Invented</desc><excludes1><note>x (B01.-)</note></excludes1></diag></x>";
    for (kind, name, text) in [
        (FileKind::Icd10Order, "icd10cm_order_2027.txt", ORDER),
        (FileKind::Icd10Tabular, "icd10cm-tabular-2027.xml", list),
    ] {
        let read = read_in(kind, name, text);
        folder.add(&read, day("2026-10-02"), Present::Keep).unwrap();
    }
    let tables = folder.tables().unwrap();
    let standing = |code, on: &str| tables.icd10().standing(code, day(on));
    use crate::Icd10Standing::{Absent, Billable, Header};
    // The order file says that H81 is a heading; the list alone would not.
    assert_eq!(standing("H81", "2026-10-01"), Header);
    assert_eq!(standing("H8101", "2026-10-01"), Billable);
    assert_eq!(standing("I10", "2026-10-01"), Absent);
    assert_eq!(standing("I10", "2026-09-30"), Billable);
    assert!(tables.icd10().excludes1("H81.01", "B01.1"));
    let shipped = CodeTables::default();
    assert!(!shipped.icd10().excludes1("H81.01", "B01.1"));
}

#[test]
fn files_that_cannot_be_one_version_are_refused_whole() {
    let read = |kind, days, files: &[(&str, &str)]| {
        let files = files
            .iter()
            .map(|(name, text)| official(name, text))
            .collect();
        read_official(kind, days, files).unwrap_err()
    };
    let pairs = FileKind::PtpPractitioner;
    let days = Validity::quarter(2026, 1);
    for (error, says) in [
        (read(pairs, None, &[]), "no file is named"),
        (
            read(pairs, None, &[("ccioph-v320r0-f1.txt", PAIRS)]),
            "NCCI pairs for outpatient hospitals by its name, and not NCCI pairs for practitioners: import it as `ncci-hospital`",
        ),
        (
            read(pairs, None, &[("pairs.txt", PAIRS)]),
            "pairs.txt: the name does not tell for which days it stands",
        ),
        (
            read(
                pairs,
                None,
                &[
                    ("ccipra-v320r0-f1.txt", PAIRS),
                    ("ccipra-v321r0-f2.txt", PAIRS),
                ],
            ),
            "ccipra-v321r0-f2.txt stands for other days than ccipra-v320r0-f1.txt",
        ),
        (
            read(FileKind::Gpci, days, &[("a.csv", GPCI), ("b.csv", GPCI)]),
            "comes in one file: import b.csv by itself",
        ),
    ] {
        assert!(error.to_string().contains(says), "{error}");
    }
    // One of four that gives nothing would leave the quarter without its edits.
    let error = read(
        pairs,
        None,
        &[
            ("ccipra-v320r0-f1.txt", PAIRS),
            ("ccipra-v320r0-f2.txt", GPCI),
        ],
    );
    assert!(matches!(
        error,
        ReadFilesError::Import { ref file, source: crate::ImportError::NothingTaken { .. } }
            if file == "ccipra-v320r0-f2.txt"
    ));
    for kind in FileKind::ALL {
        for text in [
            "",
            "PK\u{3}\u{4}zipped",
            "<html>no such page</html>\n",
            "\u{feff}",
        ] {
            let error = read(kind, days, &[("x", text)]);
            assert!(
                matches!(error, ReadFilesError::Import { .. }),
                "{kind}: {text}"
            );
            let archive = matches!(
                error,
                ReadFilesError::Import {
                    source: crate::ImportError::Archive,
                    ..
                }
            );
            assert_eq!(archive, text.starts_with("PK"), "{kind}: {text}");
        }
    }
}

#[test]
fn every_kind_refuses_the_rows_of_the_others() {
    for (kind, name, _) in files() {
        for (other, other_name, text) in files() {
            let alike = body_shape(kind) == body_shape(other);
            let days = Some(Validity::year(2026));
            let read = read_official(kind, days, vec![official("x", &text)]);
            assert_eq!(read.is_ok(), alike, "{name} of the rows of {other_name}");
        }
    }
}

/// Kinds that have one layout: only their names tell them apart.
fn body_shape(kind: FileKind) -> FileKind {
    match kind {
        FileKind::PtpHospital => FileKind::PtpPractitioner,
        FileKind::MueHospital | FileKind::MueSupplier => FileKind::MuePractitioner,
        FileKind::MueMedicaidHospital | FileKind::MueMedicaidSupplier => {
            FileKind::MueMedicaidPractitioner
        }
        FileKind::FeeScheduleQualifying => FileKind::FeeSchedule,
        kind => kind,
    }
}

#[test]
fn pairs_of_a_quarter_come_in_several_files_and_repeat_once() {
    let more = "G9004\tG9001\t\tsoon\t*\t1\tInvented\nG9001\tG9002\t\t20200101\t20251231\t0\tInvented\nG9005\tG9001\t\t20260101\t*\t1\tInvented\n";
    let files = vec![
        official("ccipra-v320r0-f1.txt", PAIRS),
        official("ccipra-v320r0-f2.txt", more),
    ];
    let read = read_official(FileKind::PtpPractitioner, None, files).unwrap();
    assert_eq!((read.rows, read.repeated), (3, 1));
    assert_eq!(read.files[0].faults, []);
    assert_eq!((read.files[1].taken, read.files[1].refused), (2, 1));
    assert_eq!(read.files[1].faults[0].line, 1);
}
