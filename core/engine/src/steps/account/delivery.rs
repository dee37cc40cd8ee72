//! Letters are handed to whoever carries them, each until it was taken over.

use std::io::Write;
use std::path::{Path, PathBuf};

use scrubjay_hooks::{FileName, Notice, Notifier, NotifyError};
use scrubjay_model::{AccountNumber, Letter, LetterKind, Record, RecordKind, Statement};
use scrubjay_store::{Reader, RecordFilter};
use serde::Serialize;

use super::facts::Facts;
use super::letter::{self, Written};
use super::review::waits_on;
use super::{as_the_ledger_says, change};
use crate::desk::Desk;
use crate::{Config, EngineError};

/// A letter that was handed on or withdrawn, or why neither.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LetterSent {
    /// Account.
    pub account: AccountNumber,
    /// Its name without an ending.
    pub name: String,
    /// `statement`, `reminder`, `final_notice` or `plan_offer`.
    pub kind: &'static str,
    /// Why it is due still.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Why it was withdrawn instead: it no longer said what is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
}

/// A letter that waits.
pub(crate) struct Due {
    pub(crate) account: AccountNumber,
    pub(crate) place: usize,
    pub(crate) kind: &'static str,
    pub(crate) name: FileName,
    pub(crate) written: Written,
}

/// The letters that wait, oldest account first. Those of an account that is on hold
/// since wait on.
pub(crate) fn due(
    reader: &dyn Reader,
    config: &Config,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<Due>, EngineError> {
    let filter = RecordFilter {
        kind: Some(RecordKind::Account),
        ..RecordFilter::default()
    };
    let mut found = Vec::new();
    for row in reader.records(&filter)? {
        let Some(Record::Account(kept)) = reader.record(&row.key)? else {
            continue;
        };
        if !kept.dealings.letters.iter().any(Letter::waits) {
            continue;
        }
        let facts = Facts::of(reader, as_the_ledger_says(reader, *kept)?, now)?;
        if waits_on(&facts, &config.patients) {
            continue;
        }
        let number = facts.account.number.clone();
        for (place, one) in facts.account.dealings.letters.iter().enumerate() {
            let name = letter::name(number.as_str(), place, one);
            let Some(name) = name.filter(|_| one.waits()) else {
                continue;
            };
            let statement = match &one.kind {
                LetterKind::Statement { number } => statement(reader, number)?,
                _ => None,
            };
            let written = letter::write(config, &facts, one, statement.as_ref());
            found.push(Due {
                account: number.clone(),
                place,
                kind: one.kind.as_str(),
                name,
                written,
            });
        }
    }
    Ok(found)
}

/// A statement as it was issued.
pub(crate) fn statement(
    reader: &dyn Reader,
    number: &scrubjay_model::StatementNumber,
) -> Result<Option<Statement>, EngineError> {
    match reader.record(&number.into())? {
        Some(Record::Statement(statement)) => Ok(Some(*statement)),
        _ => Ok(None),
    }
}

/// Hands a letter on.
pub(crate) fn hand_on(due: &Due, notifier: &dyn Notifier) -> Result<(), NotifyError> {
    notifier.notify(&Notice {
        name: &due.name,
        text: &due.written.text,
        html: &due.written.html,
    })
}

/// Notes that a letter was taken over.
pub(crate) fn delivered(desk: &mut Desk<'_>, due: &Due) -> Result<(), EngineError> {
    let (today, place) = (desk.today(), due.place);
    change(desk, &due.account, |dealings| {
        if let Some(letter) = dealings.letters.get_mut(place) {
            letter.delivered.get_or_insert(today);
        }
    })
    .map(drop)
}

/// Puts letters into a folder, from where somebody prints and sends them.
#[derive(Debug, Clone)]
pub struct LetterFolder {
    folder: PathBuf,
}

impl LetterFolder {
    /// Letters go into this folder, which is made where there is none.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    fn put(&self, name: &str, text: &str) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let path = self.folder.join(name);
        // Whole or not at all, whatever happens in between.
        let temporary = self.folder.join(format!(".{name}.part"));
        let mut file = std::fs::File::create(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&temporary, &path)?;
        sync(&self.folder)
    }
}

fn sync(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

impl Notifier for LetterFolder {
    fn notify(&self, notice: &Notice<'_>) -> Result<(), NotifyError> {
        let name = notice.name;
        let page = self.put(&format!("{name}.html"), notice.html);
        page.and_then(|()| self.put(&format!("{name}.txt"), notice.text))
            .map_err(|error| NotifyError {
                name: name.to_string(),
                said: format!("{}: {error}", self.folder.display()),
            })
    }
}
