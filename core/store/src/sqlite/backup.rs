//! A copy of the database while it is in use.

use std::fs::File;
use std::path::Path;

use super::{SqliteStore, make_private};
use crate::StoreError;

impl SqliteStore {
    /// Copies the database, as it was committed last, to a new file; writers
    /// need not wait. The copy is compact, durable, and opens as any database:
    /// to restore is to put it in the place of the one that was lost.
    ///
    /// # Errors
    /// [`StoreError::File`] where `to` exists or cannot be written. No file
    /// named `to` is there then that was not before.
    pub fn backup_to(&self, to: impl AsRef<Path>) -> Result<(), StoreError> {
        let to = to.as_ref();
        let failed = |source| StoreError::File {
            path: to.to_owned(),
            source,
        };
        if to.exists() {
            return Err(failed(std::io::ErrorKind::AlreadyExists.into()));
        }
        let mut name = to.as_os_str().to_owned();
        name.push(".part");
        let part = Path::new(&name);
        match std::fs::remove_file(part) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(error));
            }
            // What an interrupted backup left is of no use.
            _ => {}
        }
        make_private(part);
        let copied = self.with_connection(|connection| {
            let text = part.to_string_lossy();
            connection.execute("VACUUM INTO ?1", [text.as_ref()])?;
            Ok(())
        });
        let finished = copied.and_then(|()| {
            File::open(part)
                .and_then(|file| file.sync_all())
                .and_then(|()| std::fs::rename(part, to))
                .and_then(|()| sync_folder(to))
                .map_err(failed)
        });
        if finished.is_err() {
            // The error that matters is the first.
            let _ = std::fs::remove_file(part);
        }
        finished
    }
}

/// A name is durable once its folder is.
fn sync_folder(file: &Path) -> std::io::Result<()> {
    match file.parent() {
        Some(folder) if folder.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
