//! What only a database in a file can do wrong.

mod limits;
mod packs;
mod past;
mod properties;
mod purge;
mod purge_records;
mod tampering;
mod writers;

use std::path::PathBuf;

use tempfile::TempDir;

use super::{SqliteOptions, SqliteStore};
use crate::conformance::{everything, keep};
use crate::{Event, Store};

/// A database in a folder of its own.
fn on_disk() -> (TempDir, PathBuf, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scrubjay.db");
    let store = SqliteStore::open(&path).unwrap();
    (folder, path, store)
}

fn holding(events: &[Event]) -> SqliteStore {
    let mut store = SqliteStore::open_in_memory().unwrap();
    keep(&mut store, events).unwrap();
    store
}

fn all(store: &dyn Store) -> String {
    everything(store.read().unwrap().as_ref()).unwrap()
}

fn quick(options: impl FnOnce(&mut SqliteOptions)) -> SqliteOptions {
    let mut quick = SqliteOptions {
        busy_timeout: std::time::Duration::from_millis(50),
        ..SqliteOptions::default()
    };
    options(&mut quick);
    quick
}
