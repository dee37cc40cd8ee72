//! What stands in a folder of packs, where one is to be installed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::{InstallError, file_error};
use super::{InstallOptions, LocalChanges};
use crate::archive::{PackArchive, PackVersion, manifest_of};
use crate::content::PackContent;
use crate::diagnostic::LoadError;
use crate::pack::MANIFEST;
use crate::ruleset::pack_folders;

/// The archive that a pack came from, in its folder.
pub(super) const SHIPPED: &str = ".shipped.pack";

/// What stands in the folder of packs.
pub(super) struct There {
    pub(super) into: PathBuf,
    /// The pack's folder, there or to be made.
    pub(super) folder: PathBuf,
    /// The pack, where it is there.
    pub(super) content: Option<PackContent>,
    /// The archive that it came from.
    pub(super) shipped: Option<PackArchive>,
    /// Folders of the other packs.
    pub(super) others: Vec<PathBuf>,
}

impl There {
    pub(super) fn find(archive: &PackArchive, into: &Path) -> Result<Self, InstallError> {
        if into.join(MANIFEST).exists() {
            let what = "a pack itself, and no folder of packs";
            return Err(in_the_way(into, what));
        }
        fs::create_dir_all(into).map_err(file_error(into))?;
        // Whatever else is wrong with the folder is told when it is loaded.
        let (own, others): (Vec<PathBuf>, Vec<PathBuf>) =
            pack_folders(&[into.to_owned()], &mut Vec::new())
                .into_iter()
                .partition(|folder| {
                    PackContent::read(folder).is_ok_and(|pack| pack.id() == archive.id)
                });
        let folder = match &own[..] {
            [] => into.join(&archive.id),
            [folder] => folder.clone(),
            [_, second, ..] => return Err(in_the_way(second, "a second pack of that name")),
        };
        let is_there = !own.is_empty();
        let about = fs::symlink_metadata(&folder);
        if about.as_ref().is_ok_and(|about| about.is_symlink()) {
            return Err(in_the_way(&folder, "a link"));
        }
        if about.is_ok() && !is_there {
            return Err(in_the_way(&folder, "not this pack"));
        }
        let content = is_there.then(|| PackContent::read(&folder)).transpose()?;
        let shipped = shipped(&folder)?;
        Ok(Self {
            into: into.to_owned(),
            folder,
            content,
            shipped,
            others,
        })
    }

    pub(super) fn others(&self) -> Result<Vec<PackContent>, LoadError> {
        self.others.iter().map(PackContent::read).collect()
    }

    /// Whether the pack that is there is this one already, without anybody knowing.
    pub(super) fn is_unknown_copy_of(&self, archive: &PackArchive) -> bool {
        self.shipped.is_none() && self.content.as_ref() == Some(&archive.content)
    }

    /// What the pack that is there was when it was shipped.
    pub(super) fn base(
        &self,
        archive: &PackArchive,
        options: &InstallOptions<'_>,
    ) -> Result<Option<PackContent>, InstallError> {
        let Some(local) = &self.content else {
            return Ok(None);
        };
        if let Some(shipped) = self.shipped.as_ref().or(options.base) {
            if shipped.id != archive.id {
                let id = shipped.id.clone();
                return Err(InstallError::OtherBase { id });
            }
            return Ok(Some(shipped.content.clone()));
        }
        // Nothing was changed in what still has the signature that it came with.
        let as_signed = match archive.content.signer()? {
            Some(key) => local.verify(&[key]).is_ok(),
            None => false,
        };
        if as_signed || self.is_unknown_copy_of(archive) {
            return Ok(Some(local.clone()));
        }
        match options.local {
            LocalChanges::Discarded => Ok(None),
            LocalChanges::Kept => Err(InstallError::NoBase {
                folder: self.folder.clone(),
            }),
        }
    }

    /// The version that is there, as it was shipped; as its folder says where
    /// nobody knows. None where it has no order.
    pub(super) fn version(&self, base: Option<&PackContent>) -> Option<PackVersion> {
        let content = base.or(self.content.as_ref())?;
        manifest_of(content).ok()?.version.parse().ok()
    }
}

fn in_the_way(path: &Path, what: &'static str) -> InstallError {
    let path = path.to_owned();
    InstallError::InTheWay { path, what }
}

/// The archive that a pack's folder was installed from, where it was from one.
pub(super) fn shipped(folder: &Path) -> Result<Option<PackArchive>, InstallError> {
    let path = folder.join(SHIPPED);
    match fs::read(&path) {
        Ok(bytes) => match PackArchive::read(&bytes) {
            Ok(archive) => Ok(Some(archive)),
            Err(source) => Err(InstallError::Shipped { path, source }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(file_error(&path)(error)),
    }
}
