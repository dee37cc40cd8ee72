//! Which step takes which sheet, told by the columns.

use scrubjay_model::{FileHash, Money, WorkKind};
use scrubjay_store::Event;

use super::{RowError, Sheet, SheetError};
use crate::EngineError;
use crate::desk::Desk;
use crate::intake::Ended;
use crate::steps::{charge, posting, registration, visit};

/// What became of the rows of a sheet.
#[derive(Debug, Default)]
pub(crate) struct SheetTaken {
    /// Rows that were used, or held nothing new.
    pub(crate) used: u64,
    /// What they brought, in a few words each: `3 patients registered`.
    pub(crate) brought: Vec<String>,
    /// Rows that could not be used.
    pub(crate) bad: Vec<RowError>,
}

/// What came of the rows, in a few words each: what came of none is not told of.
pub(crate) fn brought(counts: &[(usize, &str)]) -> Vec<String> {
    let told = counts.iter().filter(|(number, _)| *number > 0);
    told.map(|(number, what)| format!("{number} {what}"))
        .collect()
}

/// A kind of sheet.
struct Kind {
    /// What its rows are, as the journal names the file.
    name: &'static str,
    /// Columns that tell it from others; all must be there.
    needed: &'static [&'static str],
    /// Columns that it may have beside.
    known: &'static [&'static str],
    /// Whose work it is where rows cannot be used.
    work: WorkKind,
    take: fn(&mut Desk<'_>, &Sheet) -> Result<SheetTaken, EngineError>,
}

/// The sheets that are taken, the most particular first.
const KINDS: &[Kind] = &[
    Kind {
        name: "charges",
        needed: charge::NEEDED,
        known: charge::COLUMNS,
        work: WorkKind::Charge,
        take: charge::take_sheet,
    },
    Kind {
        name: "visits",
        needed: visit::sheet::NEEDED,
        known: visit::sheet::KNOWN,
        work: WorkKind::Registration,
        take: visit::sheet::take_sheet,
    },
    Kind {
        name: "patients",
        needed: registration::NEEDED,
        known: registration::KNOWN,
        work: WorkKind::Registration,
        take: registration::take_sheet,
    },
    Kind {
        name: "deposits",
        needed: &["trace", "amount", "deposited_on"],
        known: &[],
        work: WorkKind::Deposit,
        take: posting::take_sheet,
    },
];

/// Whether a file is meant as a sheet.
pub(crate) fn is_sheet(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("csv"))
}

/// Takes in a sheet at an open desk. The caller commits where the result is not
/// a refusal.
pub(crate) fn take_in(
    desk: &mut Desk<'_>,
    name: &str,
    file: &FileHash,
    bytes: &[u8],
) -> Result<Ended, EngineError> {
    let read = Sheet::read(bytes).and_then(|sheet| kind_of(&sheet).map(|kind| (sheet, kind)));
    let (sheet, kind) = match read {
        Ok(read) => read,
        Err(error) => {
            return Ok(Ended::Refused {
                reason: error.to_string(),
            });
        }
    };
    let mut taken = (kind.take)(desk, &sheet)?;
    taken.bad.extend(sheet.bad.iter().cloned());
    taken.bad.sort_by_key(|bad| bad.line);
    if let (0, Some(first)) = (taken.used, taken.bad.first()) {
        let first = first.clone();
        return Ok(Ended::Refused {
            reason: SheetError::NoRow { first }.to_string(),
        });
    }
    let mut remarks: Vec<String> = taken.bad.iter().map(ToString::to_string).collect();
    if let Some(first) = taken.bad.first() {
        let number = taken.bad.len();
        let reason = format!(
            "{number} row(s) of the sheet {name} were not taken in, the first at {first}: mend \
             them and put the file back into the inbox"
        );
        desk.open_work(kind.work, None, Money::ZERO, reason)?;
    }
    let unread = sheet.unread(kind.needed, kind.known);
    remarks.extend(unread.iter().map(ToString::to_string));
    desk.record(&Event::FileTaken {
        file: file.clone(),
        name: name.to_owned(),
        transaction: kind.name.to_owned(),
        interchanges: Vec::new(),
        items: taken.used,
    })?;
    if taken.brought.is_empty() {
        taken.brought.push("nothing new".to_owned());
    }
    Ok(Ended::TakenIn {
        transaction: kind.name.to_owned(),
        brought: taken.brought,
        remarks,
    })
}

fn kind_of(sheet: &Sheet) -> Result<&'static Kind, SheetError> {
    let has = |column: &&str| sheet.columns.iter().any(|named| named == column);
    let found = KINDS.iter().find(|kind| kind.needed.iter().all(has));
    found.ok_or_else(|| {
        let known = KINDS
            .iter()
            .map(|kind| format!("{} must have {}", kind.name, kind.needed.join(", ")));
        SheetError::Unknown {
            known: known.collect::<Vec<_>>().join("; "),
        }
    })
}
