//! The files of a pack in memory: what is published, signed, and loaded again.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Level, LoadError};
use crate::limits::MAX_FILE;
use crate::pack::{MANIFEST, PackFiles, hash, manifest, name_in};
use crate::ruleset::pack_folders;
use crate::signature::{PublicKey, SIGNATURE};
use crate::source::Source;

/// A file of a pack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackFile {
    /// Name within the pack, with `/` between folders, such as `tests/first.yaml`.
    pub name: String,
    /// Content.
    pub text: String,
}

/// Every file of a pack, unread: the manifest, rules, tables, tests, and the
/// signature where there is one.
///
/// It has the same [`hash`](PackContent::hash) as the folder that it came from.
///
/// ```
/// use scrubjay_rules::{LoadOptions, PackContent, RuleSet};
///
/// # let base = concat!(env!("CARGO_MANIFEST_DIR"), "/../../payer-rules/base");
/// let content = PackContent::read(base)?;
/// let rules = RuleSet::of_packs(vec![content.clone()], LoadOptions::default())?;
/// assert_eq!(rules.packs()[0].hash, content.hash());
/// # Ok::<(), scrubjay_rules::LoadError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackContent {
    /// Sorted by name.
    files: Vec<PackFile>,
}

impl PackContent {
    pub(crate) fn sorted(mut files: Vec<PackFile>) -> Self {
        files.sort();
        Self { files }
    }

    /// Reads a pack's folder.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub fn read(folder: impl AsRef<Path>) -> Result<Self, LoadError> {
        let mut faults = Vec::new();
        let files = PackFiles::read(folder.as_ref(), &mut faults);
        refuse(faults)?;
        Ok(files.content())
    }

    /// A pack of these files.
    ///
    /// # Errors
    /// Where one is no file of a pack, stands twice, or is too large, or the
    /// manifest is missing.
    pub fn of(files: impl IntoIterator<Item = PackFile>) -> Result<Self, LoadError> {
        let mut files: Vec<PackFile> = files.into_iter().collect();
        files.sort();
        let mut faults = Vec::new();
        for (at, file) in files.iter().enumerate() {
            let mut refuse = |message: &str| {
                faults.push(Diagnostic::of_file(Path::new(&file.name), message));
            };
            if Part::of(&file.name).is_none() {
                refuse("a pack has no such file");
            }
            if at > 0 && files[at - 1].name == file.name {
                refuse("the file stands twice in the pack");
            }
            if file.text.len() as u64 > MAX_FILE {
                refuse(&format!("the file is larger than {} MiB", MAX_FILE >> 20));
            }
        }
        if !files.iter().any(|file| file.name == MANIFEST) {
            let message = format!("the pack has no {MANIFEST}");
            faults.push(Diagnostic::of_file(Path::new(MANIFEST), message));
        }
        refuse(faults)?;
        Ok(Self { files })
    }

    /// The pack of that id in some folders of packs, as `scrubjay.yaml` names them.
    ///
    /// # Errors
    /// Where a folder or a file of the pack cannot be read.
    pub fn find(folders: &[PathBuf], id: &str) -> Result<Option<Self>, LoadError> {
        let mut faults = Vec::new();
        for folder in pack_folders(folders, &mut faults) {
            // The other packs are not asked for: what is wrong with them is
            // told when they are loaded.
            let files = PackFiles::read(&folder, &mut Vec::new());
            if files.id() == id {
                return Self::read(&folder).map(Some);
            }
        }
        refuse(faults)?;
        Ok(None)
    }

    /// The files, sorted by name.
    #[must_use]
    pub fn files(&self) -> &[PackFile] {
        &self.files
    }

    /// SHA-256 of what is compiled: manifest, rules and tables, in lower-case
    /// hexadecimal. Tests and signature do not count.
    #[must_use]
    pub fn hash(&self) -> String {
        PackFiles::of(self).hash
    }

    /// What the pack is called; empty where its manifest does not say.
    #[must_use]
    pub fn id(&self) -> String {
        PackFiles::of(self).id()
    }

    /// The pack with this signature in place of the one that it has.
    #[must_use]
    pub fn signed(mut self, signature: String) -> Self {
        self.files.retain(|file| file.name != SIGNATURE);
        self.files.push(PackFile {
            name: SIGNATURE.to_owned(),
            text: signature,
        });
        self.files.sort();
        self
    }
}

impl PackFiles {
    /// Those of a pack in memory, as if they stood in a folder that is named by
    /// what is in it.
    pub(crate) fn of(content: &PackContent) -> Self {
        let mut files = Self {
            folder: PathBuf::new(),
            sources: Vec::new(),
            tables: Vec::new(),
            tests: Vec::new(),
            signature: None,
            hash: String::new(),
        };
        for file in content.files() {
            let source = Source::new(&file.name, file.text.as_str());
            match Part::of(&file.name) {
                Some(Part::Manifest) => files.sources.insert(0, source),
                Some(Part::Rules) => files.sources.push(source),
                Some(Part::Table) => files.tables.push(source),
                Some(Part::Tests) => files.tests.push(source),
                Some(Part::Signature) => files.signature = Some(source),
                None => {}
            }
        }
        files.hash = hash(&files.folder, files.sources.iter().chain(&files.tables));
        files.folder = PathBuf::from("published").join(&files.hash[..12]);
        let lists = [&mut files.sources, &mut files.tables, &mut files.tests];
        let listed = lists.into_iter().flatten();
        for source in listed.chain(&mut files.signature) {
            *source = Source::new(files.folder.join(source.path()), source.text());
        }
        files
    }

    /// The same in memory, without their folder.
    pub(crate) fn content(&self) -> PackContent {
        let files = self.sources.iter().chain(&self.tables).chain(&self.tests);
        let files = files.chain(&self.signature).map(|source| PackFile {
            name: name_in(&self.folder, source),
            text: source.text().to_owned(),
        });
        PackContent::sorted(files.collect())
    }

    /// Tells where no key of the host's has signed the pack.
    pub(crate) fn check_signature(&self, keys: &[PublicKey], faults: &mut Vec<Diagnostic>) {
        if keys.is_empty() {
            return;
        }
        if let Err(error) = self.content().verify(keys) {
            faults.push(
                Diagnostic::of_file(&self.folder.join(SIGNATURE), error.to_string())
                    .help("read the pack, and sign it with `scrubjay rules sign PACK --key FILE` and a key of `rule_keys`"),
            );
        }
    }

    /// What the pack is called; empty where its manifest does not say.
    pub(crate) fn id(&self) -> String {
        let manifest = self
            .sources
            .first()
            .map(|source| manifest(source, &mut Vec::new()));
        manifest.unwrap_or_default().id
    }
}

/// What a file is to its pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Manifest,
    Rules,
    Table,
    Tests,
    Signature,
}

impl Part {
    /// By its name within the pack; `None` where a pack has no such file.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let plain = |file: &str| {
            let odd = |c: char| matches!(c, '/' | '\\') || c.is_control();
            !file.is_empty() && !file.contains(odd) && !file.starts_with('.')
        };
        match name.split_once('/') {
            None if name == MANIFEST => Some(Self::Manifest),
            None if name == SIGNATURE => Some(Self::Signature),
            None if plain(name) && name.ends_with(".rhai") => Some(Self::Rules),
            Some(("tables", file)) if plain(file) && file.ends_with(".csv") => Some(Self::Table),
            Some(("tests", file)) if plain(file) && file.ends_with(".yaml") => Some(Self::Tests),
            _ => None,
        }
    }
}

fn refuse(faults: Vec<Diagnostic>) -> Result<(), LoadError> {
    if faults.iter().any(|fault| fault.severity == Level::Error) {
        return Err(LoadError::new(faults));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> PackFile {
        PackFile {
            name: name.to_owned(),
            text: String::new(),
        }
    }

    #[test]
    fn only_files_of_a_pack_come_in_and_each_once() {
        for name in [
            "../pack.yaml",
            "tables/../../x.csv",
            "notes.txt",
            "tests/.x.yaml",
            "a/b.rhai",
            "a\nb.rhai",
        ] {
            let refused = PackContent::of([file(name)]).unwrap_err().to_string();
            assert!(refused.contains("a pack has no such file"), "{refused}");
        }
        let twice = PackContent::of([file(MANIFEST), file("a.rhai"), file("a.rhai")]);
        assert!(twice.unwrap_err().to_string().contains("stands twice"));
        let sound = [
            "tests/a.yaml",
            "tables/a.csv",
            "a.rhai",
            "pack.sig",
            MANIFEST,
        ];
        let content = PackContent::of(sound.map(file)).unwrap();
        assert_eq!(content.files()[0].name, "a.rhai");
    }
}
