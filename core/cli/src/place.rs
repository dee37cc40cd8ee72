//! Where the database is: what every command about it takes.

use std::path::{Path, PathBuf};

use anyhow::Context;
use scrubjay::config::FILE_NAME;
use scrubjay::store::{Access, SqliteOptions, SqliteStore};
use scrubjay::{DATABASE_NAME, Engine};

use crate::child;
use crate::plugin::said::print_warnings;

/// Where the database is.
#[derive(Debug, clap::Args)]
pub(crate) struct Place {
    /// Folder of the practice.
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    dir: PathBuf,
    /// Database, instead of `scrubjay.db` in the folder.
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
}

impl Place {
    /// A practice's folder and its database.
    pub(crate) fn of(folder: &Path, database: &Path) -> Self {
        Self {
            dir: folder.to_owned(),
            db: Some(database.to_owned()),
        }
    }

    /// The practice's folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.dir
    }

    /// Opens the database to write, and makes it where the folder is a practice's.
    pub(crate) fn open_or_make(&self) -> anyhow::Result<SqliteStore> {
        if self.dir.join(FILE_NAME).is_file() {
            let path = self.database();
            return SqliteStore::open(&path).with_context(|| path.display().to_string());
        }
        self.open(Access::Write)
    }

    /// The database's path.
    pub(crate) fn database(&self) -> PathBuf {
        self.db
            .clone()
            .unwrap_or_else(|| self.dir.join(DATABASE_NAME))
    }

    /// Opens the engine of a practice that has a database.
    pub(crate) fn engine(&self) -> anyhow::Result<Engine> {
        drop(self.open(Access::Read)?);
        let engine = child::engine(&self.dir, &self.database())?;
        print_warnings(&engine);
        Ok(engine)
    }

    /// Opens the engine of a practice, whose database is made where there is none.
    pub(crate) fn engine_or_make(&self) -> anyhow::Result<Engine> {
        drop(self.open_or_make()?);
        self.engine()
    }

    /// Opens a database that is there.
    pub(crate) fn open(&self, access: Access) -> anyhow::Result<SqliteStore> {
        let path = self.database();
        anyhow::ensure!(
            path.is_file(),
            "{} is not there; name the practice's folder with --dir or the database with --db",
            path.display()
        );
        let mut options = SqliteOptions::default();
        options.access = access;
        SqliteStore::open_with(&path, options).with_context(|| path.display().to_string())
    }
}
