//! A pack's folder is made ready beside the others, and swapped in whole.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::error::{InstallError, file_error};
use super::there::{SHIPPED, There};
use crate::archive::PackArchive;
use crate::content::{PackContent, Part};

/// Where packs are made ready, and kept as they were.
const BESIDE: &str = ".packs";

impl There {
    /// Writes the pack beside the others and swaps it in. Returns where the
    /// folder is as it was before.
    pub(super) fn swap(
        &self,
        archive: &PackArchive,
        content: &PackContent,
    ) -> Result<Option<PathBuf>, InstallError> {
        let beside = self.into.join(BESIDE);
        fs::create_dir_all(&beside).map_err(file_error(&beside))?;
        let ready = beside.join(format!("{}.new", archive.id));
        let before = beside.join(format!("{}.before", archive.id));
        remove(&ready)?;
        write_pack(&ready, archive, content)?;
        if self.content.is_none() {
            fs::rename(&ready, &self.folder).map_err(file_error(&self.folder))?;
            return Ok(None);
        }
        keep_others(&self.folder, &ready)?;
        exchange(&ready, &self.folder)?;
        // From here on the new version is live, and the old one is at `ready`.
        remove(&before)?;
        fs::rename(&ready, &before).map_err(file_error(&before))?;
        Ok(Some(before))
    }
}

/// Writes a pack's files and the archive that it came from into a new folder.
fn write_pack(
    folder: &Path,
    archive: &PackArchive,
    content: &PackContent,
) -> Result<(), InstallError> {
    let write = |name: &str, bytes: &[u8]| -> Result<(), InstallError> {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(file_error(parent))?;
        }
        let made = fs::File::create_new(&path).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        made.map_err(file_error(&path))
    };
    // INVARIANT: names are those of a pack's files, which `PackContent` has seen
    // to, so that each is below the folder.
    for file in content.files() {
        write(&file.name, file.text.as_bytes())?;
    }
    write(SHIPPED, &archive.to_bytes())
}

/// Copies what a pack's folder has beside the pack.
fn keep_others(from: &Path, to: &Path) -> Result<(), InstallError> {
    copy_others(from, to, "")
}

fn copy_others(from: &Path, to: &Path, below: &str) -> Result<(), InstallError> {
    let folder = from.join(below);
    for entry in fs::read_dir(&folder).map_err(file_error(&folder))? {
        let entry = entry.map_err(file_error(&folder))?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let name = if below.is_empty() {
            name
        } else {
            format!("{below}/{name}")
        };
        let kind = entry.file_type().map_err(file_error(&path))?;
        let target = to.join(&name);
        if kind.is_dir() {
            fs::create_dir_all(&target).map_err(file_error(&target))?;
            copy_others(from, to, &name)?;
        } else if kind.is_file() && Part::of(&name).is_none() && name != SHIPPED {
            fs::copy(&path, &target).map_err(file_error(&path))?;
        }
        // A link stays in the folder as it was, which is kept.
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<(), InstallError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file_error(folder)(error)),
        _ => Ok(()),
    }
}

/// Puts each folder in the other's place; in one step where the system can, so
/// that at no moment the pack is missing.
fn exchange(ready: &Path, folder: &Path) -> Result<(), InstallError> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, ready, CWD, folder, RenameFlags::EXCHANGE).is_ok() {
            return Ok(());
        }
    }
    let aside = ready.with_extension("aside");
    remove(&aside)?;
    fs::rename(folder, &aside).map_err(file_error(folder))?;
    if let Err(error) = fs::rename(ready, folder) {
        // What was there goes back.
        fs::rename(&aside, folder).map_err(file_error(folder))?;
        return Err(file_error(folder)(error));
    }
    fs::rename(&aside, ready).map_err(file_error(ready))
}
