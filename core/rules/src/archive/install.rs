//! An archive becomes a pack of a practice: checked and tested first, swapped in
//! whole, with what the practice changed still in it.
//!
//! An installed pack keeps the archive that it came from, as the hidden file
//! `.shipped.pack` in its folder. That is how it is known, later, what the
//! practice has changed. Beside the packs, the hidden folder `.packs` has what is
//! being made ready, and each pack as it was before it was last replaced.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::archive::merge::merge;
use crate::archive::{ArchiveError, LocalChange, PackArchive, PackVersion, manifest_of};
use crate::content::{PackContent, Part};
use crate::diagnostic::LoadError;
use crate::diff::{PackDiff, diff_contents};
use crate::pack::MANIFEST;
use crate::ruleset::{LoadOptions, RuleSet, pack_folders};
use crate::signature::{PublicKey, SecretKey, SignatureError};

/// The archive that a pack came from, in its folder.
const SHIPPED: &str = ".shipped.pack";
/// Where packs are made ready, and kept as they were.
const BESIDE: &str = ".packs";

/// What becomes of an older version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Downgrade {
    /// It is refused, and so is the same version again.
    #[default]
    Refused,
    /// It takes the newer one's place.
    Allowed,
}

/// What becomes of what the practice changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LocalChanges {
    /// It stays as the practice has it.
    #[default]
    Kept,
    /// The pack becomes what is shipped. The folder as it was is kept beside it.
    Discarded,
}

/// How an archive is installed.
#[derive(Debug, Default)]
pub struct InstallOptions<'a> {
    /// What the pack is checked with. Where there are keys, one of them must have
    /// signed it.
    pub load: LoadOptions,
    /// Whether an older version may take a newer one's place.
    pub downgrade: Downgrade,
    /// What becomes of what the practice changed.
    pub local: LocalChanges,
    /// The archive that the pack in the folder came from, where it was not
    /// installed from one.
    pub base: Option<&'a PackArchive>,
    /// Signs a pack that has the practice's changes in it, which nobody else has.
    pub sign: Option<&'a SecretKey>,
}

/// What installing did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Installed {
    /// Pack.
    pub id: String,
    /// The version before; none where the pack is new here.
    pub from: Option<PackVersion>,
    /// The version now.
    pub to: PackVersion,
    /// Its folder.
    pub folder: PathBuf,
    /// Who signed the archive.
    pub signer: Option<PublicKey>,
    /// What of the practice's own stands in it.
    pub kept: Vec<LocalChange>,
    /// Where it differs from what is shipped, from there to here.
    pub differs: Option<PackDiff>,
    /// The folder as it was before.
    pub before: Option<PathBuf>,
}

/// Why nothing was installed. The folder is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// The signature is not what it must be.
    #[error("{0}")]
    Signature(#[from] SignatureError),
    /// Not the practice's key.
    #[error(
        "the practice has changed the pack, so {key} must sign it anew: use one of the keys that are trusted here"
    )]
    WrongKey {
        /// The key that was given.
        key: PublicKey,
    },
    /// Nobody would have signed what is installed.
    #[error(
        "the practice has changed the pack, so nobody has signed it as it would be, and only signed packs may run here: sign it with --sign KEYFILE, or take it as it is shipped with --discard-local"
    )]
    Unsigned,
    /// It is not newer than what is there.
    #[error(
        "{id} {there} is here, and {comes} is not newer; --allow-downgrade takes it all the same"
    )]
    NotNewer {
        /// Pack.
        id: String,
        /// The version that is here.
        there: PackVersion,
        /// The version that comes.
        comes: PackVersion,
    },
    /// Nobody knows what the practice has changed.
    #[error(
        "{folder} was not installed from an archive, so nobody knows what was changed in it: name the archive of its version with --base FILE, or take the pack as it is shipped with --discard-local", folder = folder.display()
    )]
    NoBase {
        /// The pack's folder.
        folder: PathBuf,
    },
    /// The base is of another pack.
    #[error("the archive that was named as the base is of the pack `{id}`")]
    OtherBase {
        /// Its id.
        id: String,
    },
    /// The archive that the pack came from cannot be read any more.
    #[error("{path}: {source}", path = path.display())]
    Shipped {
        /// Path.
        path: PathBuf,
        /// What is wrong.
        source: ArchiveError,
    },
    /// Something else stands where the pack would.
    #[error("{path} is there and is {what}: move it away, or install elsewhere", path = path.display())]
    InTheWay {
        /// Path.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// The pack does not load, or fails its tests, as it is shipped.
    #[error("the pack is not sound as it is shipped: {0}")]
    Unsound(LoadError),
    /// It is sound as it is shipped, and not with the practice's changes.
    #[error(
        "the pack is sound as it is shipped, and not with what was changed here: {0}\nchange it here so that it fits, or take the pack as it is shipped with --discard-local"
    )]
    UnsoundWithChanges(LoadError),
    /// It does not stand beside the other packs.
    #[error("the pack does not go with the others in the folder: {0}")]
    Unfit(LoadError),
    /// A pack of the folder cannot be read.
    #[error(transparent)]
    Folder(#[from] LoadError),
    /// A file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> InstallError {
    let path = path.to_owned();
    move |source| InstallError::File { path, source }
}

/// Installs a pack into a folder of packs, in place of the version that is there.
///
/// Everything is checked before anything is changed: the signature, the version,
/// that the pack compiles and passes its tests, by itself and beside the others.
/// Then it is swapped in with one step. Files in its folder that are none of a
/// pack are kept.
///
/// # Errors
/// Why it was not installed; then the folder is as it was.
pub fn install(
    archive: &PackArchive,
    into: &Path,
    options: &InstallOptions<'_>,
) -> Result<Installed, InstallError> {
    let signer = archive.content.signer()?;
    let keys = &options.load.keys;
    if !keys.is_empty() {
        archive.content.verify(keys)?;
    }
    let there = There::find(archive, into)?;
    let base = there.base(archive, options)?;
    if let (Some(from), Downgrade::Refused) = (there.version(base.as_ref()), options.downgrade)
        && archive.version <= from
        && !there.is_unknown_copy_of(archive)
    {
        return Err(InstallError::NotNewer {
            id: archive.id.clone(),
            there: from,
            comes: archive.version.clone(),
        });
    }
    let (content, kept) = match (&there.content, &base, options.local) {
        (Some(local), Some(base), LocalChanges::Kept) => {
            let merged = merge(base, local, &archive.content);
            (own(archive, merged.files, options)?, merged.changes)
        }
        _ => (archive.content.clone(), Vec::new()),
    };
    check(archive, &content, &there, options)?;
    let differs = diff_contents(&archive.content, &content)?;
    let before = there.swap(archive, &content)?;
    Ok(Installed {
        id: archive.id.clone(),
        from: there.version(base.as_ref()),
        to: archive.version.clone(),
        folder: there.folder,
        signer,
        kept,
        differs,
        before,
    })
}

/// The pack as it will be: with the signature that it came with where it is what
/// was shipped, else with the practice's own, where there must be one.
fn own(
    archive: &PackArchive,
    files: Vec<crate::PackFile>,
    options: &InstallOptions<'_>,
) -> Result<PackContent, InstallError> {
    let unsigned = PackContent::of(files)?;
    let shipped = archive.content.files().iter();
    let shipped = shipped.filter(|file| Part::of(&file.name) != Some(Part::Signature));
    if unsigned.files().iter().eq(shipped) {
        return Ok(archive.content.clone());
    }
    let keys = &options.load.keys;
    match options.sign {
        Some(key) if !keys.is_empty() && !keys.contains(&key.public()) => {
            let key = key.public();
            Err(InstallError::WrongKey { key })
        }
        Some(key) => {
            let signature = unsigned.signature(key);
            Ok(unsigned.signed(signature))
        }
        None if keys.is_empty() => Ok(unsigned),
        None => Err(InstallError::Unsigned),
    }
}

/// Compiles the pack and runs its tests, alone and beside the others.
fn check(
    archive: &PackArchive,
    content: &PackContent,
    there: &There,
    options: &InstallOptions<'_>,
) -> Result<(), InstallError> {
    let load = |packs: Vec<PackContent>| {
        // Who signed the others is for whoever runs them to ask.
        let mut load = options.load.clone();
        load.keys.clear();
        RuleSet::of_packs(packs, load)
    };
    load(vec![archive.content.clone()]).map_err(InstallError::Unsound)?;
    if *content != archive.content {
        load(vec![content.clone()]).map_err(InstallError::UnsoundWithChanges)?;
    }
    let mut others = there.others()?;
    // Others that do not load by themselves are not this pack's fault.
    if load(others.clone()).is_ok() {
        others.push(content.clone());
        load(others).map_err(InstallError::Unfit)?;
    }
    Ok(())
}

/// What stands in the folder of packs.
struct There {
    into: PathBuf,
    /// The pack's folder, there or to be made.
    folder: PathBuf,
    /// The pack, where it is there.
    content: Option<PackContent>,
    /// The archive that it came from.
    shipped: Option<PackArchive>,
    /// Folders of the other packs.
    others: Vec<PathBuf>,
}

impl There {
    fn find(archive: &PackArchive, into: &Path) -> Result<Self, InstallError> {
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

    fn others(&self) -> Result<Vec<PackContent>, LoadError> {
        self.others.iter().map(PackContent::read).collect()
    }

    /// Whether the pack that is there is this one already, without anybody knowing.
    fn is_unknown_copy_of(&self, archive: &PackArchive) -> bool {
        self.shipped.is_none() && self.content.as_ref() == Some(&archive.content)
    }

    /// What the pack that is there was when it was shipped.
    fn base(
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
    fn version(&self, base: Option<&PackContent>) -> Option<PackVersion> {
        let content = base.or(self.content.as_ref())?;
        manifest_of(content).ok()?.version.parse().ok()
    }

    /// Writes the pack beside the others and swaps it in. Returns where the
    /// folder is as it was before.
    fn swap(
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

fn in_the_way(path: &Path, what: &'static str) -> InstallError {
    let path = path.to_owned();
    InstallError::InTheWay { path, what }
}

/// The archive that a pack's folder was installed from, where it was from one.
fn shipped(folder: &Path) -> Result<Option<PackArchive>, InstallError> {
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

/// A pack that was installed, and what the practice has changed in it since.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overridden {
    /// Pack.
    pub id: String,
    /// Version that was shipped.
    pub version: PackVersion,
    /// Where the pack differs from it, from there to here.
    pub differs: PackDiff,
}

/// Packs in some folders that are not what they were when they were installed.
/// Packs that were not installed from an archive are passed over.
///
/// # Errors
/// Where a pack does not compile, or the archive that it came from cannot be read.
pub fn overridden(folders: &[PathBuf]) -> Result<Vec<Overridden>, InstallError> {
    let mut found = Vec::new();
    for folder in pack_folders(folders, &mut Vec::new()) {
        let Some(shipped) = shipped(&folder)? else {
            continue;
        };
        let local = PackContent::read(&folder)?;
        if let Some(differs) = diff_contents(&shipped.content, &local)? {
            found.push(Overridden {
                id: shipped.id,
                version: shipped.version,
                differs,
            });
        }
    }
    Ok(found)
}
