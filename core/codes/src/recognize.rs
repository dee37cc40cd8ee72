//! What an official file is, and for which days, by its name.

use chrono::{Datelike, NaiveDate};

use crate::{FileKind, Validity};

/// What an official file is and for which days it stands, by the name that
/// CMS or NCHS gave it; capitals do not matter. `None` where the name is
/// another: then whoever imports must say.
///
/// ```
/// use scrubjay_codes::{FileKind, Validity, recognize_file};
/// let (kind, days) = recognize_file("ccipra-v322r0-f1.TXT").unwrap();
/// assert_eq!((kind, Some(days)), (FileKind::PtpPractitioner, Validity::quarter(2026, 3)));
/// ```
#[must_use]
pub fn recognize_file(name: &str) -> Option<(FileKind, Validity)> {
    let name = name.to_ascii_lowercase();
    let (stem, extension) = name.rsplit_once('.')?;
    let numbers: Vec<&str> = stem
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .collect();
    let number = |at: usize| {
        numbers
            .get(at)
            .and_then(|digits| digits.parse::<i32>().ok())
    };
    let four_digits = || {
        numbers
            .iter()
            .find(|digits| digits.len() == 4)
            .and_then(|digits| digits.parse().ok())
    };
    let found = match extension {
        "txt" if stem.starts_with("icd10cm") && stem.contains("order") => {
            (FileKind::Icd10Order, Validity::fiscal_year(four_digits()?))
        }
        "xml" if stem.contains("tabular") => (
            FileKind::Icd10Tabular,
            Validity::fiscal_year(four_digits()?),
        ),
        "txt" if stem.starts_with("hcpc") && stem.contains("anweb") => (
            FileKind::Hcpcs,
            Validity::quarter(number(0)?, quarter_of(stem)?)?,
        ),
        "txt" if stem.starts_with("cci") => {
            let kind = match stem.get(..6)? {
                "ccipra" => FileKind::PtpPractitioner,
                "ccioph" => FileKind::PtpHospital,
                _ => return None,
            };
            // Version 320 is the first quarter of 2026: years since 1994, and quarters from 0.
            let version = number(0).filter(|version| (100..1000).contains(version))?;
            (
                kind,
                Validity::quarter(1994 + version / 10, u32::try_from(version % 10).ok()? + 1)?,
            )
        }
        "csv" if stem.starts_with("mcr_mue") => {
            let kind = match stem {
                stem if stem.contains("practitioner") => FileKind::MuePractitioner,
                stem if stem.contains("hospital") => FileKind::MueHospital,
                stem if stem.contains("dme") => FileKind::MueSupplier,
                _ => return None,
            };
            let month = u32::try_from(number(0)?).ok()?;
            (
                kind,
                Validity::quarter(number(2)?, month.checked_sub(1)? / 3 + 1)?,
            )
        }
        "txt" if stem.starts_with("mcd-mue-") || stem.starts_with("mcd_mue_") => {
            let kind = match stem.get(8..11)? {
                "pra" => FileKind::MueMedicaidPractitioner,
                "oph" => FileKind::MueMedicaidHospital,
                "dme" => FileKind::MueMedicaidSupplier,
                _ => return None,
            };
            (
                kind,
                Validity::quarter(number(0)?, u32::try_from(number(1)?).ok()?)?,
            )
        }
        "txt" if stem.starts_with("aoc_v") => (
            FileKind::AddOns,
            Validity::quarter(number(0)?, u32::try_from(number(1)?).ok()?)?,
        ),
        "csv" if stem.starts_with("pprrvu") => {
            let year = number(0).map(|year| if year < 100 { year + 2000 } else { year })?;
            let kind = match stem {
                stem if stem.contains("nonqpp") => FileKind::FeeSchedule,
                stem if stem.contains("qpp") => FileKind::FeeScheduleQualifying,
                _ => FileKind::FeeSchedule,
            };
            // Until the year's end: the next quarter's file comes after and counts before it.
            let starts = NaiveDate::from_ymd_opt(year, quarter_of(stem)? * 3 - 2, 1);
            (
                kind,
                Validity {
                    starts,
                    ..Validity::year(year)
                },
            )
        }
        "csv" if stem.starts_with("gpci") => (FileKind::Gpci, Validity::year(four_digits()?)),
        _ => return None,
    };
    // A year that no such file has is no year.
    let year = found.1.starts?.year();
    (1990..2200).contains(&year).then_some(found)
}

/// The quarter that a month's name in the file's name begins.
fn quarter_of(stem: &str) -> Option<u32> {
    let months = [("jan", 1), ("apr", 2), ("jul", 3), ("oct", 4)];
    months
        .into_iter()
        .find(|(month, _)| stem.contains(month))
        .map(|(_, quarter)| quarter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_names_tell_what_the_file_is_and_for_which_days() {
        let quarter = |year, quarter| Validity::quarter(year, quarter).unwrap();
        let day = |text: &str| text.parse().ok();
        let since = |starts: &str, stops: &str| Validity {
            starts: day(starts),
            stops: day(stops),
        };
        for (name, kind, days) in [
            (
                "icd10cm_order_2027.txt",
                FileKind::Icd10Order,
                Validity::fiscal_year(2027),
            ),
            (
                "icd10cm-order-Jan-2021.txt",
                FileKind::Icd10Order,
                Validity::fiscal_year(2021),
            ),
            (
                "icd10cm-tabular-April-1-2026.xml",
                FileKind::Icd10Tabular,
                Validity::fiscal_year(2026),
            ),
            (
                "HCPC2026_JUL_ANWEB_06122026.txt",
                FileKind::Hcpcs,
                quarter(2026, 3),
            ),
            (
                "ccipra-v320r0-f1.txt",
                FileKind::PtpPractitioner,
                quarter(2026, 1),
            ),
            (
                "CCIOPH-V323R1-F4.TXT",
                FileKind::PtpHospital,
                quarter(2026, 4),
            ),
            (
                "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv",
                FileKind::MuePractitioner,
                quarter(2026, 4),
            ),
            (
                "MCR_MUE_OutpatientHospitalServices_Eff_01-01-2026.CSV",
                FileKind::MueHospital,
                quarter(2026, 1),
            ),
            (
                "MCR_MUE_DMESupplierServices_Eff_04-01-2026.csv",
                FileKind::MueSupplier,
                quarter(2026, 2),
            ),
            (
                "MCD-MUE-PRA-v2026q2-F1-F.txt",
                FileKind::MueMedicaidPractitioner,
                quarter(2026, 2),
            ),
            (
                "MCD_MUE_DME_V2026Q4.TXT",
                FileKind::MueMedicaidSupplier,
                quarter(2026, 4),
            ),
            ("AOC_V2026Q1-MCR.txt", FileKind::AddOns, quarter(2026, 1)),
            (
                "PPRRVU2026_Jan_nonQPP.csv",
                FileKind::FeeSchedule,
                Validity::year(2026),
            ),
            (
                "PPRRVU2026_Oct_QPP.csv",
                FileKind::FeeScheduleQualifying,
                since("2026-10-01", "2027-01-01"),
            ),
            (
                "PPRRVU25_JUL.csv",
                FileKind::FeeSchedule,
                since("2025-07-01", "2026-01-01"),
            ),
            ("GPCI2026.csv", FileKind::Gpci, Validity::year(2026)),
        ] {
            assert_eq!(recognize_file(name), Some((kind, days)), "{name}");
        }
    }

    #[test]
    fn other_names_tell_nothing() {
        for name in [
            "",
            "x",
            ".txt",
            "ccipra.txt",
            "ccipra-v32r0.txt",
            "ccipra-v324r0-f1.txt",
            "icd10cm_order.txt",
            "MCR_MUE_Practitioner_Eff_13-01-2026.csv",
            "MCR_MUE_PractitionerServices_Eff_00-01-2026.csv",
            "PPRRVU2026.csv",
            "GPCI26.csv",
            "HCPC2026_MAY_ANWEB.txt",
            "notes.csv",
            "mcd-mue-xyz-v2026q1.txt",
            "mcd-mue-pra.txt",
            "ccié.txt",
            "aoc_v99999999999q1.txt",
            "pprrvu2147483647_jan.csv",
            "GPCI9999.csv",
        ] {
            let found = recognize_file(name);
            assert!(found.is_none(), "{name}: {found:?}");
        }
    }
}
