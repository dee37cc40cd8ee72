//! Typed rows to columns and back.

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::Row;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use scrubjay_model::{Account, Axis, Carc, ClaimId, ClaimStatus, Money, ResponsibleParty};

use crate::journal::{instant_text, read_instant};
use crate::tables::{ClaimEntry, ClaimNumber, FindingEntry, Heading};
use crate::{CallRow, ClaimRow, Counter, FileRow, GroupRow, StoreError};

/// A value on its way into a column.
pub(super) type Cell<'a> = ToSqlOutput<'a>;

pub(super) const fn text(text: &str) -> Cell<'_> {
    Cell::Borrowed(ValueRef::Text(text.as_bytes()))
}

pub(super) fn optional_text(value: Option<&str>) -> Cell<'_> {
    value.map_or(Cell::Owned(Value::Null), text)
}

pub(super) const fn owned_text(text: String) -> Cell<'static> {
    Cell::Owned(Value::Text(text))
}

pub(super) const fn blob(bytes: &[u8]) -> Cell<'_> {
    Cell::Borrowed(ValueRef::Blob(bytes))
}

/// Sequences and numbers count rows of one database, which are fewer than an i64 holds.
pub(super) fn integer(number: u64) -> Cell<'static> {
    Cell::Owned(Value::Integer(signed(number)))
}

pub(super) fn optional_integer(number: Option<u64>) -> Cell<'static> {
    number.map_or(Cell::Owned(Value::Null), integer)
}

pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn flag(flag: bool) -> Cell<'static> {
    Cell::Owned(Value::Integer(flag.into()))
}

pub(super) fn date(day: Option<NaiveDate>) -> Cell<'static> {
    day.map_or(Cell::Owned(Value::Null), |day| owned_text(day.to_string()))
}

/// The fold has checked that every amount fits.
pub(super) fn cents(amount: Money) -> Result<Cell<'static>, StoreError> {
    let cents = amount
        .cents()
        .ok_or_else(|| StoreError::contradiction("an amount is too large for the database"))?;
    Ok(Cell::Owned(Value::Integer(cents)))
}

/// The columns of `claims`, in order.
pub(super) const CLAIM_COLUMNS: &str = "n, id, control, payer, work, adjudication, responsibility, \
     appeal, patient_billing, charge, service_from, service_to, created, submitted, submissions, \
     first_decided, first_denied, last_paid, paid, allowed, denied, held, touched, rejected, \
     replaces, replaced_by, payer_control, tags, patient, document, owed_by_insurance, \
     owed_by_patient, patient_since";

pub(super) fn claim_cells(
    number: ClaimNumber,
    entry: &ClaimEntry,
) -> Result<[Cell<'_>; 33], StoreError> {
    let row = &entry.row;
    let tags = if row.tags.is_empty() {
        Cell::Owned(Value::Null)
    } else {
        let list = serde_json::to_string(&row.tags);
        owned_text(list.map_err(|_| StoreError::contradiction("tags cannot be written"))?)
    };
    Ok([
        integer(number),
        text(row.id.as_str()),
        text(&row.control),
        text(&row.payer),
        text(row.status.work.as_str()),
        text(row.status.adjudication.as_str()),
        text(row.status.responsibility.as_str()),
        text(row.status.appeal.as_str()),
        text(row.status.patient.as_str()),
        cents(row.charge)?,
        date(row.service_from),
        date(row.service_to),
        owned_text(instant_text(row.created)),
        row.submitted
            .map_or(Cell::Owned(Value::Null), |at| owned_text(instant_text(at))),
        integer(row.submissions.into()),
        date(row.first_decided),
        row.first_denied.map_or(Cell::Owned(Value::Null), flag),
        date(row.last_paid),
        cents(row.paid)?,
        cents(row.allowed)?,
        cents(row.denied)?,
        flag(row.held),
        flag(row.touched),
        flag(row.rejected),
        optional_text(row.replaces.as_ref().map(ClaimId::as_str)),
        optional_text(row.replaced_by.as_ref().map(ClaimId::as_str)),
        optional_text(row.payer_control.as_deref()),
        tags,
        blob(&entry.patient),
        integer(entry.document),
        cents(entry.owed_by_insurance)?,
        cents(entry.owed_by_patient)?,
        date(entry.patient_since),
    ])
}

/// Reason codes with blanks between them.
pub(super) fn carcs(codes: &[Carc]) -> Cell<'static> {
    if codes.is_empty() {
        return Cell::Owned(Value::Null);
    }
    let codes: Vec<&str> = codes.iter().map(Carc::as_str).collect();
    owned_text(codes.join(" "))
}

/// Reads the columns of one row in order.
pub(super) struct Columns<'r> {
    row: &'r Row<'r>,
    table: &'static str,
    next: usize,
}

impl<'r> Columns<'r> {
    pub(super) const fn new(row: &'r Row<'r>, table: &'static str) -> Self {
        Self {
            row,
            table,
            next: 0,
        }
    }

    pub(super) const fn unreadable(&self) -> StoreError {
        StoreError::Projection { table: self.table }
    }

    fn value(&mut self) -> Result<ValueRef<'r>, StoreError> {
        let value = self.row.get_ref(self.next)?;
        self.next += 1;
        Ok(value)
    }

    pub(super) fn text(&mut self) -> Result<&'r str, StoreError> {
        self.optional_text()?.ok_or_else(|| self.unreadable())
    }

    pub(super) fn optional_text(&mut self) -> Result<Option<&'r str>, StoreError> {
        let value = self.value()?;
        value.as_str_or_null().map_err(|_| self.unreadable())
    }

    pub(super) fn parse<T>(
        &mut self,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        let text = self.text()?;
        parse(text).ok_or_else(|| self.unreadable())
    }

    pub(super) fn optional<T>(
        &mut self,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        match self.optional_text()? {
            Some(text) => parse(text).map(Some).ok_or_else(|| self.unreadable()),
            None => Ok(None),
        }
    }

    fn state<A: Axis>(&mut self) -> Result<A, StoreError> {
        self.parse(|text| {
            A::STATES
                .iter()
                .find(|state| state.as_str() == text)
                .copied()
        })
    }

    pub(super) fn bytes(&mut self) -> Result<[u8; 32], StoreError> {
        let value = self.value()?;
        let bytes = value.as_blob().map_err(|_| self.unreadable())?;
        bytes.try_into().map_err(|_| self.unreadable())
    }

    pub(super) fn optional_signed(&mut self) -> Result<Option<i64>, StoreError> {
        let value = self.value()?;
        value.as_i64_or_null().map_err(|_| self.unreadable())
    }

    pub(super) fn integer(&mut self) -> Result<u64, StoreError> {
        self.optional_integer()?.ok_or_else(|| self.unreadable())
    }

    pub(super) fn optional_integer(&mut self) -> Result<Option<u64>, StoreError> {
        match self.optional_signed()? {
            Some(number) => u64::try_from(number)
                .map(Some)
                .map_err(|_| self.unreadable()),
            None => Ok(None),
        }
    }

    pub(super) fn small(&mut self) -> Result<u32, StoreError> {
        let number = self.integer()?;
        u32::try_from(number).map_err(|_| self.unreadable())
    }

    pub(super) fn cents(&mut self) -> Result<Money, StoreError> {
        let cents = self.optional_signed()?.ok_or_else(|| self.unreadable())?;
        Ok(Money::from_cents(cents))
    }

    pub(super) fn flag(&mut self) -> Result<bool, StoreError> {
        match self.integer()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.unreadable()),
        }
    }

    pub(super) fn instant(&mut self) -> Result<DateTime<Utc>, StoreError> {
        self.parse(read_instant)
    }

    pub(super) fn date(&mut self) -> Result<Option<NaiveDate>, StoreError> {
        self.optional(|text| text.parse().ok())
    }

    pub(super) fn claim(&mut self) -> Result<(ClaimNumber, ClaimEntry), StoreError> {
        let number = self.integer()?;
        // Fields are read in the order of the columns.
        let id = self.parse(|text| text.parse().ok())?;
        let control = self.text()?.to_owned();
        let payer = self.text()?.to_owned();
        let status = ClaimStatus {
            work: self.state()?,
            adjudication: self.state()?,
            responsibility: self.state()?,
            appeal: self.state()?,
            patient: self.state()?,
        };
        let row = ClaimRow {
            id,
            control,
            payer,
            status,
            charge: self.cents()?,
            service_from: self.date()?,
            service_to: self.date()?,
            created: self.instant()?,
            submitted: self.optional(read_instant)?,
            submissions: self.small()?,
            first_decided: self.date()?,
            first_denied: self.optional_signed()?.map(|flag| flag != 0),
            last_paid: self.date()?,
            paid: self.cents()?,
            allowed: self.cents()?,
            denied: self.cents()?,
            held: self.flag()?,
            touched: self.flag()?,
            rejected: self.flag()?,
            replaces: self.optional(|text| text.parse().ok())?,
            replaced_by: self.optional(|text| text.parse().ok())?,
            payer_control: self.optional_text()?.map(str::to_owned),
            tags: self
                .optional(|text| serde_json::from_str(text).ok())?
                .unwrap_or_default(),
        };
        let entry = ClaimEntry {
            row,
            patient: self.bytes()?,
            document: self.integer()?,
            owed_by_insurance: self.cents()?,
            owed_by_patient: self.cents()?,
            patient_since: self.date()?,
        };
        Ok((number, entry))
    }

    /// The columns of `findings` or `record_findings` behind their key.
    pub(super) fn finding(&mut self) -> Result<FindingEntry, StoreError> {
        Ok(FindingEntry {
            about: self.integer()?,
            hook: self.parse(|text| text.parse().ok())?,
            rule: self.text()?.to_owned(),
            severity: self.parse(|text| text.parse().ok())?,
            shadow: self.flag()?,
            prevents: self.carcs()?,
        })
    }

    /// The columns of `files` behind its number.
    pub(super) fn file(&mut self) -> Result<FileRow, StoreError> {
        Ok(FileRow {
            file: self.parse(|text| text.parse().ok())?,
            name: self.text()?.to_owned(),
            at: self.instant()?,
            transaction: self.optional_text()?.map(str::to_owned),
            items: self.integer()?,
            refused: self.optional_text()?.map(str::to_owned),
        })
    }

    /// The columns of `calls` behind the key.
    pub(super) fn call(&mut self) -> Result<CallRow, StoreError> {
        Ok(CallRow {
            call: self.text()?.to_owned(),
            content: self.text()?.to_owned(),
            sequence: self.integer()?,
        })
    }

    /// Reason codes with blanks between them; none where there is nothing.
    pub(super) fn carcs(&mut self) -> Result<Vec<Carc>, StoreError> {
        let codes = self.optional_text()?.unwrap_or_default().split(' ');
        codes
            .filter(|code| !code.is_empty())
            .map(|code| code.parse().map_err(|_| self.unreadable()))
            .collect()
    }

    pub(super) fn heading(&mut self) -> Result<Heading, StoreError> {
        self.parse(read_heading)
    }
}

pub(super) fn file_cells(order: u64, row: &FileRow) -> [Cell<'_>; 7] {
    [
        integer(order),
        text(row.file.as_str()),
        text(&row.name),
        owned_text(instant_text(row.at)),
        optional_text(row.transaction.as_deref()),
        integer(row.items),
        optional_text(row.refused.as_deref()),
    ]
}

const INSURANCE: &str = "receivables of insurance";
const PATIENT: &str = "receivables of patients";

/// How a heading is named in `accounts`.
/// `control, interchange, written, delivered` of `sent_groups`.
pub(super) fn group_cells(group: u32, row: GroupRow) -> [Cell<'static>; 4] {
    [
        integer(group.into()),
        integer(row.interchange.into()),
        integer(row.written),
        optional_integer(row.delivered),
    ]
}

pub(super) fn heading_key(heading: &Heading) -> Result<String, StoreError> {
    match heading {
        Heading::Receivables(ResponsibleParty::Insurance) => Ok(INSURANCE.to_owned()),
        Heading::Receivables(ResponsibleParty::Patient) => Ok(PATIENT.to_owned()),
        Heading::Account(account) => serde_json::to_string(account)
            .map_err(|_| StoreError::contradiction("an account cannot be written")),
    }
}

fn read_heading(key: &str) -> Option<Heading> {
    match key {
        INSURANCE => Some(Heading::Receivables(ResponsibleParty::Insurance)),
        PATIENT => Some(Heading::Receivables(ResponsibleParty::Patient)),
        _ => serde_json::from_str::<Account>(key)
            .ok()
            .map(Heading::Account),
    }
}

pub(super) const fn counter_name(counter: Counter) -> &'static str {
    match counter {
        Counter::Interchange => "interchange",
        Counter::Group => "group",
        Counter::Claim => "claim",
        Counter::Work => "work",
        Counter::Purged => "purged",
        Counter::Record => "record",
    }
}
