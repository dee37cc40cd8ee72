//! The file for an agency: what it is to collect, and what has changed since.

use std::io::Write;
use std::path::Path;

use chrono::NaiveDate;
use scrubjay_model::{
    AccountNumber, Address, AgencyAction, AgencyNews, PatientAccount, Record, RecordKind,
};
use scrubjay_store::{Reader, RecordFilter};
use serde::Serialize;

use super::agency::take_back;
use super::change;
use super::error::PatientAccountError;
use super::facts::Facts;
use super::letter::postal_code;
use crate::EngineError;
use crate::desk::Desk;

/// A file for an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgencyFile {
    /// Agency.
    pub agency: String,
    /// Accounts placed in it.
    pub placed: Vec<AccountNumber>,
    /// Accounts of which less or more is to be collected: a payment to us, one
    /// that did not hold, another decision of a payer's.
    pub changed: Vec<AccountNumber>,
    /// Accounts of which something is taken back in it.
    pub recalled: Vec<AccountNumber>,
    /// The file: one row for each thing to know of a claim. It holds patient data.
    #[serde(skip)]
    pub csv: String,
}

impl AgencyFile {
    /// Keeps the file under a name that is not taken: a file that an agency was
    /// sent is not written over.
    ///
    /// # Errors
    /// [`PatientAccountError::FileIsThere`] where the name is taken, and where it
    /// cannot be written; there is no part of it then.
    pub fn save(&self, path: &Path) -> Result<(), EngineError> {
        let failed = |source: std::io::Error| EngineError::File {
            path: path.to_owned(),
            source,
        };
        let mut file = match std::fs::File::create_new(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                let path = path.to_owned();
                return Err(PatientAccountError::FileIsThere { path }.into());
            }
            Err(error) => return Err(failed(error)),
        };
        let written = file.write_all(self.csv.as_bytes());
        written.and_then(|()| file.sync_all()).map_err(|error| {
            // What is there in part is ours, and nobody was told of it.
            let _ = std::fs::remove_file(path);
            failed(error)
        })
    }

    fn note(&mut self, action: AgencyAction, number: &AccountNumber) {
        let among = match action {
            AgencyAction::Place => &mut self.placed,
            AgencyAction::Recall => &mut self.recalled,
            AgencyAction::Payment | AgencyAction::PaymentReturned | AgencyAction::Adjustment => {
                &mut self.changed
            }
        };
        if among.last() != Some(number) {
            among.push(number.clone());
        }
    }
}

const COLUMNS: [&str; 17] = [
    "action",
    "account",
    "claim",
    "amount",
    "left",
    "on",
    "owed_since",
    "first_statement",
    "last_statement",
    "itemized",
    "last",
    "first",
    "born",
    "street",
    "city",
    "state",
    "zip",
];

/// Writes what an agency must be told, and notes that it was. `again` writes
/// once more what it was told on a day, and notes nothing.
pub(crate) fn export(
    desk: &mut Desk<'_>,
    agency: &str,
    again: Option<NaiveDate>,
) -> Result<AgencyFile, EngineError> {
    if !desk.config.patients.agencies.contains_key(agency) {
        let agency = agency.to_owned();
        return Err(PatientAccountError::UnknownAgency { agency }.into());
    }
    let mut file = AgencyFile {
        agency: agency.to_owned(),
        placed: Vec::new(),
        changed: Vec::new(),
        recalled: Vec::new(),
        csv: row(&COLUMNS.map(str::to_owned)),
    };
    let today = desk.today();
    if again.is_none() {
        look_at_placed(desk)?;
    }
    let is_for_it = |one: &AgencyNews| one.agency == agency && one.told == again;
    for kept in to_tell(desk.tx.as_ref(), is_for_it)? {
        let number = kept.number.clone();
        let facts = Facts::of(desk.tx.as_ref(), kept, desk.stamp.at)?;
        let told = facts.account.dealings.agency_news.iter();
        for news in told.filter(|one| is_for_it(one)) {
            file.csv += &row(&cells(&facts, news));
            file.note(news.action, &number);
        }
        if again.is_none() {
            change(desk, &number, |dealings| {
                for news in &mut dealings.agency_news {
                    if is_for_it(news) {
                        news.told = Some(today);
                    }
                }
                if let Some(placement) = &mut dealings.placement
                    && placement.agency == agency
                {
                    placement.exported.get_or_insert(today);
                }
            })?;
        }
    }
    Ok(file)
}

/// What nobody may pursue any more is taken back before an agency is told.
fn look_at_placed(desk: &mut Desk<'_>) -> Result<(), EngineError> {
    let placed = RecordFilter {
        kind: Some(RecordKind::Account),
        state: Some("placed".to_owned()),
        ..RecordFilter::default()
    };
    for row in desk.tx.records(&placed)? {
        if let Some(Record::Account(kept)) = desk.tx.record(&row.key)? {
            let kept = super::as_the_ledger_says(desk.tx.as_ref(), *kept)?;
            let facts = Facts::of(desk.tx.as_ref(), kept, desk.stamp.at)?;
            take_back(desk, &facts)?;
        }
    }
    Ok(())
}

/// Accounts with news for an agency.
fn to_tell(
    reader: &dyn Reader,
    is_for_it: impl Fn(&AgencyNews) -> bool,
) -> Result<Vec<PatientAccount>, EngineError> {
    let filter = RecordFilter {
        kind: Some(RecordKind::Account),
        ..RecordFilter::default()
    };
    let mut found = Vec::new();
    for row in reader.records(&filter)? {
        let Some(Record::Account(kept)) = reader.record(&row.key)? else {
            continue;
        };
        if kept.dealings.agency_news.iter().any(&is_for_it) {
            found.push(super::as_the_ledger_says(reader, *kept)?);
        }
    }
    Ok(found)
}

fn cells(facts: &Facts, news: &AgencyNews) -> [String; 17] {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let person = facts.billed.as_ref();
    let name = person.map(|person| &person.name);
    let address = person.and_then(|person| person.address.as_ref());
    let of = |part: Option<&String>| part.cloned().unwrap_or_default();
    let first = facts.statements.first().map(|sent| sent.issued);
    [
        news.action.as_str().to_owned(),
        facts.account.number.to_string(),
        news.claim.to_string(),
        news.amount.to_string(),
        news.left.to_string(),
        day(Some(news.on)),
        day(facts.owed_since()),
        day(first),
        day(facts.statements.last().map(|sent| sent.issued)),
        day(first),
        of(name.map(|name| &name.last)),
        of(name.and_then(|name| name.first.as_ref())),
        day(person.and_then(|person| person.born)),
        address.map(street).unwrap_or_default(),
        of(address.map(|address| &address.city)),
        of(address.map(|address| &address.state)),
        address
            .map(|address| postal_code(&address.zip))
            .unwrap_or_default(),
    ]
}

/// Both lines of the street.
fn street(address: &Address) -> String {
    let lines = std::iter::once(&address.line1).chain(&address.line2);
    lines.map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// A row as RFC 4180 has it. A cell that a spreadsheet would run is quoted with
/// an apostrophe in front, as text.
fn row(cells: &[String; 17]) -> String {
    let cells = cells.iter().map(|cell| {
        let runs = cell.starts_with(['=', '+', '@', '-', '\t', '\r']);
        let cell = if runs {
            format!("'{cell}")
        } else {
            cell.clone()
        };
        match cell.contains([',', '"', '\n', '\r']) {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell,
        }
    });
    let mut line = cells.collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}
