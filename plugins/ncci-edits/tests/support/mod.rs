//! Invented tables in the official layouts, and a plugin that has read them.
#![allow(dead_code, clippy::unwrap_used)] // Each test uses a part of it.

use std::path::Path;

use ncci_edits::NcciEdits;
use scrubjay_plugin::harness::{Harness, HarnessError, Said, TestClaim, TestProvider};
use scrubjay_plugin::{Hook, LineOfBusiness};
use tempfile::TempDir;

/// Provider numbers with sound check digits, of a range that is never issued.
pub(crate) const NPI: &str = "2081400378";
pub(crate) const OTHER_NPI: &str = "2173504418";

pub(crate) const PTP_FILE: &str = "ccipra-v320r0-f1.txt";
pub(crate) const MUE_FILE: &str = "MCR_MUE_PractitionerServices_Eff_01-01-2026.csv";

const NOTICES: &str = "An invented notice\r\n\r\n\
    Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n";

/// Column 1, column 2, before 1996, effective, deleted, modifier indicator, why.
pub(crate) const PTP: &str = "G9001\tG9002\t\t20200101\t*\t0\tInvented rationale\r\n\
    G9001\tG9003\t*\t19950101\t*\t1\tInvented rationale\r\n\
    G9001\tG9004\t\t20260101\t20260331\t0\tInvented rationale\r\n\
    G9001\tG9005\t\t20260101\t20260101\t9\tInvented rationale\r\n";

const PTP_HOSPITAL: &str = "G9001\tG9006\t\t20200101\t*\t0\tInvented rationale\r\n";

const MUE_HEADER: &str = "\"HCPCS/\r\nCPT Code\",Practitioner Services MUE Values,\
    MUE Adjudication Indicator,MUE Rationale\r\n";

pub(crate) const MUE: &str = "J9991,4,1 Line Edit,Invented: line\r\n\
    J9992,2,2 Date of Service Edit: Policy,Invented: policy\r\n\
    J9993,2,3 Date of Service Edit: Clinical,Invented: clinical\r\n";

const MUE_Q2: &str = "J9991,6,1 Line Edit,Invented: line\r\n";

const ADD_ONS: &str = "Invented\r\n\
    1\tG9101\t\tG9111\t\t2013091\t\t\r\n\
    1\tG9101\t\tG9112\t\t2013091\t\t\r\n\
    2\tG9102\t\tCCCCC\t\t2013091\t\tContractor Defined Primary Codes\r\n\
    3\tG9103\t\tG9113\t\t2013091\t\t\r\n";

/// The plugin with its tables. The folder may go: they are read.
pub(crate) struct Practice {
    pub(crate) harness: Harness<NcciEdits>,
}

impl Practice {
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    pub(crate) fn with(settings: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        write_all(folder.path());
        let mue = format!("{MUE_FILE}, MCR_MUE_PractitionerServices_Eff_04-01-2026.csv");
        let files = [
            ("ptp", PTP_FILE),
            ("mue", &mue),
            ("addon", "AOC_V2026Q1-MCR.txt"),
            ("ptp_hospital", "ccioph-v320r0-f1.txt"),
        ];
        Self {
            harness: open(folder.path(), &files, settings).unwrap(),
        }
    }

    pub(crate) fn judge(&self, claim: &TestClaim) -> Said {
        self.harness.judge(Hook::Scrub, claim)
    }
}

/// Opens the plugin with files of a folder.
pub(crate) fn open(
    folder: &Path,
    files: &[(&str, &str)],
    settings: &[(&str, &str)],
) -> Result<Harness<NcciEdits>, HarnessError> {
    let within: Vec<(&str, String)> = files
        .iter()
        .map(|(key, names)| {
            let paths = names.split(',').map(|name| folder.join(name.trim()));
            let paths: Vec<String> = paths.map(|path| path.display().to_string()).collect();
            (*key, paths.join(","))
        })
        .collect();
    let mut all: Vec<(&str, &str)> = within
        .iter()
        .map(|(key, path)| (*key, path.as_str()))
        .collect();
    all.extend(settings);
    Harness::open(&all)
}

fn write_all(folder: &Path) {
    for (name, text) in [
        (PTP_FILE, format!("{NOTICES}{PTP}")),
        ("ccioph-v320r0-f1.txt", format!("{NOTICES}{PTP_HOSPITAL}")),
        (
            MUE_FILE,
            format!("\"Invented, by test\",,,\r\n{MUE_HEADER}{MUE}"),
        ),
        (
            "MCR_MUE_PractitionerServices_Eff_04-01-2026.csv",
            format!("{MUE_HEADER}{MUE_Q2}"),
        ),
        ("AOC_V2026Q1-MCR.txt", ADD_ONS.to_owned()),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

pub(crate) fn provider(npi: &str) -> TestProvider {
    TestProvider {
        npi: Some(npi.to_owned()),
        npi_is_sound: true,
        ..TestProvider::default()
    }
}

/// A claim to Medicare.
pub(crate) fn claim() -> TestClaim {
    TestClaim {
        billing: provider(NPI),
        ..TestClaim::professional("C-1").payer("medicare", LineOfBusiness::Medicare)
    }
}

/// Edit, line and message of each finding.
pub(crate) fn told(said: &Said) -> Vec<(&str, Option<u32>, &str)> {
    assert_eq!(said.ended, scrubjay_plugin::harness::Ended::Well);
    said.findings
        .iter()
        .map(|found| (found.edit.as_str(), found.line, found.message.as_str()))
        .collect()
}
