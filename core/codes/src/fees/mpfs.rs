//! The physician fee schedule's relative values, without the AMA's words.

use std::collections::BTreeMap;
use std::io::Read;

use rust_decimal::{Decimal, RoundingStrategy};
use scrubjay_model::Money;

use super::Gpci;
use crate::import::{Import, ImportError, RowFaultKind, Tally, text};
use crate::procedure::Procedure;
use crate::rows::{Row, Rows};
use crate::{Changes, PlaceRate};

/// What the schedule says of a code with a modifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhysicianFee {
    /// Status: `A` is paid, `B` is bundled, `R` has restricted coverage, and so on.
    pub status: char,
    /// Relative value of the physician's work.
    pub work: Decimal,
    /// Relative value of the practice expense outside a facility; `None` where
    /// the service is not done there (NA).
    pub non_facility_expense: Option<Decimal>,
    /// Relative value of the practice expense in a facility; `None` as above.
    pub facility_expense: Option<Decimal>,
    /// Relative value of malpractice.
    pub malpractice: Decimal,
    /// Professional and technical component indicator.
    pub components: String,
    /// Global days: `000`, `010`, `090`, `MMM`, `XXX`, `YYY` or `ZZZ`, or nothing.
    pub global_days: String,
    /// Share of the payment for the care before surgery, of 1.
    pub preoperative: Option<Decimal>,
    /// Share for the surgery itself.
    pub intraoperative: Option<Decimal>,
    /// Share for the care after it.
    pub postoperative: Option<Decimal>,
    /// Several procedures (modifier 51).
    pub multiple: String,
    /// Both sides (modifier 50).
    pub bilateral: String,
    /// Assistant at surgery (80, 81, 82, AS).
    pub assistant: String,
    /// Two surgeons (62).
    pub co_surgeons: String,
    /// Team (66).
    pub team: String,
    /// Base code of an endoscopy, where it has one.
    pub endoscopic_base: Option<String>,
    /// Dollars a relative value.
    pub conversion_factor: Decimal,
}

impl PhysicianFee {
    /// The price in a locality, to the cent: the three values, each with its
    /// index, times the conversion factor (42 CFR 414.20). `None` where the
    /// service has no value in that kind of place. Reductions for several
    /// procedures, modifiers and sequestration come after it.
    #[must_use]
    pub fn price(&self, rate: PlaceRate, gpci: &Gpci) -> Option<Money> {
        let expense = match rate {
            PlaceRate::Facility => self.facility_expense?,
            PlaceRate::NonFacility => self.non_facility_expense?,
        };
        let work = self.work.checked_mul(gpci.work)?;
        let expense = expense.checked_mul(gpci.practice_expense)?;
        let malpractice = self.malpractice.checked_mul(gpci.malpractice)?;
        let units = work.checked_add(expense)?.checked_add(malpractice)?;
        let dollars = units.checked_mul(self.conversion_factor)?;
        let cents = dollars.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        Money::try_from(cents).ok()
    }
}

/// The relative values of one quarter.
#[derive(Debug, Clone, Default)]
pub struct FeeScheduleTable(pub(crate) BTreeMap<(Procedure, [u8; 2]), PhysicianFee>);

impl FeeScheduleTable {
    /// What the schedule says of a code, alone or with `26`, `TC` or `53`.
    #[must_use]
    pub fn get(&self, code: &str, modifier: Option<&str>) -> Option<&PhysicianFee> {
        let modifier = match modifier {
            None => *b"  ",
            Some(modifier) => modifier.as_bytes().try_into().ok()?,
        };
        self.0.get(&(Procedure::read(code.as_bytes())?, modifier))
    }

    /// Every row in order: code, modifier or two blanks, what the schedule says.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (String, String, &PhysicianFee)> {
        self.0
            .iter()
            .map(|((code, modifier), fee)| (code.code(), text(modifier), fee))
    }

    /// What changed since an older file; a row is shown as `G9001` or `G9001 26`.
    #[must_use]
    pub fn changes_since(&self, old: &Self) -> Changes {
        Changes::between(old.0.iter(), self.0.iter(), |(code, modifier)| {
            format!("{} {}", code.code(), text(modifier))
                .trim_end()
                .to_owned()
        })
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Where each column stands, by the last row of the column names.
struct Columns {
    work: usize,
    components: usize,
    days: usize,
    /// The first of three: before, at and after surgery.
    shares: usize,
    multiple: usize,
    base: usize,
    factor: usize,
}

impl Columns {
    /// The names stand over each other in several rows; the last one begins
    /// with `HCPCS`, and its words repeat, so that their order tells.
    fn find(names: &[String]) -> Option<Self> {
        if names.first().map(String::as_str) != Some("HCPCS")
            || names.get(1).map(String::as_str) != Some("MOD")
        {
            return None;
        }
        let after = |from: usize, name: &str| (from..names.len()).find(|at| names[*at] == name);
        let work =
            after(3, "RVU").filter(|at| names.get(at + 5).is_some_and(|name| name == "RVU"))?;
        let components = after(work + 6, "IND")?;
        let days = after(components, "DAYS")?;
        let shares = after(days, "OP").filter(|at| {
            names
                .get(at + 1..at + 3)
                .is_some_and(|next| next == ["OP", "OP"])
        })?;
        let multiple = after(shares, "PROC")?;
        let base = after(multiple, "BASE")?;
        Some(Self {
            work,
            components,
            days,
            shares,
            multiple,
            base,
            factor: after(base, "FACTOR")?,
        })
    }
}

/// Reads `PPRRVUyyyy_Mon_nonQPP.csv` (or the QPP file: the two differ in the
/// conversion factor). The description is the AMA's and is not read.
///
/// # Errors
/// The file cannot be read, names no such columns, or no row goes in.
pub fn read_fee_schedule(file: impl Read) -> Result<Import<FeeScheduleTable>, ImportError> {
    let mut rows = Rows::new(file);
    let expected = "HCPCS, MOD, ..., RVU, PE RVU, ..., DAYS, ..., FACTOR";
    let (columns, skipped) = rows.find_header(expected, Columns::find)?;
    let mut tally = Tally {
        skipped,
        ..Tally::default()
    };
    let mut table = FeeScheduleTable::default();
    while let Some(row) = rows.next()? {
        if row.is_blank() {
            tally.skipped += 1;
            continue;
        }
        match read_row(&row, &columns) {
            Ok((key, _)) if table.0.contains_key(&key) => {
                tally.refuse(row.line, RowFaultKind::Repeated)
            }
            Ok((key, fee)) => {
                table.0.insert(key, fee);
                tally.taken += 1;
            }
            Err(why) => tally.refuse(row.line, why),
        }
    }
    tally.finish(table)
}

fn read_row(
    row: &Row<'_>,
    columns: &Columns,
) -> Result<((Procedure, [u8; 2]), PhysicianFee), RowFaultKind> {
    let procedure = Procedure::read_column(row.cell(0), "HCPCS")?;
    let modifier = match row.cell(1) {
        b"" => *b"  ",
        cell => <[u8; 2]>::try_from(cell).map_err(|_| RowFaultKind::Column {
            column: "MOD",
            expected: "a modifier or nothing",
        })?,
    };
    let value = |at: usize, column: &'static str| {
        let value = row.cell_text(at).parse::<Decimal>();
        value.map_err(|_| RowFaultKind::Column {
            column,
            expected: "a number",
        })
    };
    let share = |at: usize, column: &'static str| match row.cell(columns.shares + at) {
        b"" => Ok(None),
        _ => value(columns.shares + at, column).map(Some),
    };
    let expense = |at: usize, column: &'static str| match row.cell(at + 1) {
        b"NA" => Ok(None),
        _ => value(at, column).map(Some),
    };
    let [status] = row.cell(3) else {
        return Err(RowFaultKind::Column {
            column: "STATUS CODE",
            expected: "one letter",
        });
    };
    let fee = PhysicianFee {
        status: char::from(*status),
        work: value(columns.work, "WORK RVU")?,
        non_facility_expense: expense(columns.work + 1, "NON-FAC PE RVU")?,
        facility_expense: expense(columns.work + 3, "FACILITY PE RVU")?,
        malpractice: value(columns.work + 5, "MP RVU")?,
        components: row.cell_text(columns.components),
        global_days: global_days(row.cell(columns.days))?,
        preoperative: share(0, "PRE OP")?,
        intraoperative: share(1, "INTRA OP")?,
        postoperative: share(2, "POST OP")?,
        multiple: row.cell_text(columns.multiple),
        bilateral: row.cell_text(columns.multiple + 1),
        assistant: row.cell_text(columns.multiple + 2),
        co_surgeons: row.cell_text(columns.multiple + 3),
        team: row.cell_text(columns.multiple + 4),
        endoscopic_base: Some(row.cell_text(columns.base)).filter(|base| !base.is_empty()),
        conversion_factor: value(columns.factor, "CONV FACTOR")?,
    };
    Ok(((procedure, modifier), fee))
}

/// The days as the schedule writes them; zeros that a spreadsheet took away
/// come back.
fn global_days(cell: &[u8]) -> Result<String, RowFaultKind> {
    const KNOWN: [&str; 7] = ["000", "010", "090", "MMM", "XXX", "YYY", "ZZZ"];
    let written = text(cell);
    if written.is_empty() {
        return Ok(written);
    }
    let whole = format!("{written:0>3}");
    if KNOWN.contains(&whole.as_str()) {
        return Ok(whole);
    }
    Err(RowFaultKind::Column {
        column: "GLOB DAYS",
        expected: "000, 010, 090, MMM, XXX, YYY or ZZZ",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TITLES: &str = ",,2026 Invented Relative Value File,,,\r\n,,\"Codes, invented\",,,\r\n\
        ,,,STATUS,MEDICARE,WORK,NON-FAC,NA,FACILITY,NA,MP,NON-FACILITY,FACILITY,PCTC,GLOB,PRE,INTRA,POST,MULT,BILAT,ASST,CO-,TEAM,ENDO,CONV\r\n";
    const NAMES: &str = "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG,BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT\r\n";
    const ROWS: &str = "G9001,,\"Invented, words of others\",A,,1.30,1.21,,0.53,,0.10,2.61,1.93,0,010,0.10,0.80,0.10,2,1,1,0,0,G9000,33.4009,09,0,99,0.00,0.00,0.00\r\n\
        G9001,26,Invented,A,,0.74,0.27,,0.27,,0.04,1.05,1.05,1,XXX,0,0,0,0,0,0,0,0,,33.4009,09,0,99,0,0,0\r\n\
        G9002,,Invented,A,,1.00,0.00,NA,0.50,,0.10,0,1.6,0,090,0,0,0,2,1,2,1,0,,33.4009,09,0,99,0,0,0\r\n\
        D0120,,Invented,N,,0,0,,0,,0,0,0,0,XXX,0,0,0,0,0,0,0,0,,33.4009,09,0,99,0,0,0\r\n\
        G9003,,Invented,A,,none,0,,0,,0,0,0,0,XXX,0,0,0,0,0,0,0,0,,33.4009,09,0,99,0,0,0\r\n";

    fn locality() -> Gpci {
        let number = |text: &str| text.parse().unwrap();
        Gpci {
            state: None,
            name: "INVENTIA".to_owned(),
            work: number("1.000"),
            practice_expense: number("0.875"),
            malpractice: number("0.566"),
        }
    }

    #[test]
    fn relative_values_are_read_and_descriptions_are_not() {
        let import = read_fee_schedule(format!("{TITLES}{NAMES}{ROWS}").as_bytes()).unwrap();
        assert_eq!((import.taken, import.skipped, import.refused), (3, 4, 2));
        assert_eq!(
            import
                .faults
                .iter()
                .map(|fault| fault.line)
                .collect::<Vec<_>>(),
            [8, 9]
        );
        let fee = import.table.get("G9001", None).unwrap();
        assert_eq!(
            (
                fee.global_days.as_str(),
                fee.multiple.as_str(),
                fee.assistant.as_str()
            ),
            ("010", "2", "1")
        );
        let shares = [fee.preoperative, fee.intraoperative, fee.postoperative];
        assert_eq!(
            shares.map(|share| share.unwrap().to_string()),
            ["0.10", "0.80", "0.10"]
        );
        assert_eq!(fee.endoscopic_base.as_deref(), Some("G9000"));
        assert!(!format!("{:?}", import.table).contains("words of others"));
        assert_eq!(
            import
                .table
                .get("G9001", Some("26"))
                .unwrap()
                .work
                .to_string(),
            "0.74"
        );
    }

    #[test]
    fn global_days_are_one_of_those_of_the_schedule() {
        for (cell, read) in [("0", "000"), ("10", "010"), ("ZZZ", "ZZZ"), ("", "")] {
            assert_eq!(global_days(cell.as_bytes()).unwrap(), read);
        }
        for cell in ["045", "Z", "0090", "010 days"] {
            assert!(global_days(cell.as_bytes()).is_err(), "{cell}");
        }
    }

    #[test]
    fn a_column_that_came_later_moves_none_of_the_others() {
        let names = NAMES.replace("SURG,SURG,SURG,SURG,BASE", "SURG,SURG,SURG,SURG,IND,BASE");
        let rows = ROWS
            .replace(",G9000,33.4009", ",0,G9000,33.4009")
            .replace(",,33.4009", ",0,,33.4009");
        let table = read_fee_schedule(format!("{names}{rows}").as_bytes())
            .unwrap()
            .table;
        let fee = table.get("G9001", None).unwrap();
        assert_eq!(fee.endoscopic_base.as_deref(), Some("G9000"));
        assert_eq!(fee.conversion_factor.to_string(), "33.4009");
    }

    /// By hand: 1.30 x 1.000 + 1.21 x 0.875 + 0.10 x 0.566 = 2.41535, times
    /// 33.4009 is 80.67486..; in a facility 1.82035 x 33.4009 = 60.80132..
    #[test]
    fn a_price_is_the_three_values_with_their_indices_to_the_cent() {
        let table = read_fee_schedule(format!("{NAMES}{ROWS}").as_bytes())
            .unwrap()
            .table;
        let fee = table.get("G9001", None).unwrap();
        assert_eq!(
            fee.price(PlaceRate::NonFacility, &locality())
                .unwrap()
                .to_string(),
            "80.67"
        );
        assert_eq!(
            fee.price(PlaceRate::Facility, &locality())
                .unwrap()
                .to_string(),
            "60.80"
        );
        assert_eq!(
            table
                .get("G9002", None)
                .unwrap()
                .price(PlaceRate::NonFacility, &locality()),
            None
        );
    }
}
