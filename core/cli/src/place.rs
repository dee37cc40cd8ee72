//! Where the database is: what every command about it takes.

use std::path::PathBuf;

use anyhow::Context;
use scrubjay::store::{Access, SqliteOptions, SqliteStore};
use scrubjay::{DATABASE_NAME, Engine};

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
    /// The database's path.
    pub(crate) fn database(&self) -> PathBuf {
        self.db
            .clone()
            .unwrap_or_else(|| self.dir.join(DATABASE_NAME))
    }

    /// Opens the engine of a practice that has a database.
    pub(crate) fn engine(&self) -> anyhow::Result<Engine> {
        drop(self.open(Access::Read)?);
        Ok(Engine::open_with_database(&self.dir, self.database())?)
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
