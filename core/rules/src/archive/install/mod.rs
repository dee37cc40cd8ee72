//! An archive becomes a pack of a practice: checked and tested first, swapped in
//! whole, with what the practice changed still in it.
//!
//! An installed pack keeps the archive that it came from, as the hidden file
//! `.shipped.pack` in its folder. That is how it is known, later, what the
//! practice has changed. Beside the packs, the hidden folder `.packs` has what is
//! being made ready, and each pack as it was before it was last replaced.

mod error;
mod swap;
mod there;

use std::path::{Path, PathBuf};

use crate::archive::merge::merge;
use crate::archive::{LocalChange, PackArchive, PackVersion};
use crate::content::{PackContent, PackFile, Part};
use crate::diff::{PackDiff, diff_contents};
use crate::ruleset::{LoadOptions, RuleSet, pack_folders};
use crate::signature::{PublicKey, SecretKey};

pub use error::InstallError;
use there::{There, shipped};

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
    files: Vec<PackFile>,
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
