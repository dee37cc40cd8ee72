//! All packs under some folders: loaded, tested, swapped while claims run.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use scrubjay_hooks::{CodeBooks, Handler, Hook, NoCodeBooks, Worker};

use crate::api::Entry;
use crate::change::{ReloadReport, compare};
use crate::check::Checker;
use crate::content::PackContent;
use crate::diagnostic::{Diagnostic, Level, LoadError};
use crate::generation::Generation;
use crate::info::{PackInfo, pack_info};
use crate::limit::Running;
use crate::pack::{MANIFEST, Pack, PackFiles};
use crate::pack_test;
use crate::signature::PublicKey;
use crate::trial;
use crate::worker::RuleWorker;

/// What packs are loaded with.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// Who may answer for a pack: each must be signed with one of these. None
    /// need be where there is no key.
    pub keys: Vec<PublicKey>,
    /// Code sets that rules may look into.
    pub books: Arc<dyn CodeBooks>,
}

impl Default for LoadOptions {
    /// No signatures, no code sets.
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            books: Arc::new(NoCodeBooks),
        }
    }
}

/// Rule packs, compiled, ready to judge.
///
/// It is shared by every thread; each thread takes a [`Worker`] from it.
#[derive(Debug)]
pub struct RuleSet {
    folders: Vec<PathBuf>,
    /// Packs that were handed in, beside those in folders.
    held: Mutex<Vec<PackContent>>,
    options: LoadOptions,
    pub(crate) live: Arc<ArcSwap<Generation>>,
    /// One reload at a time.
    reloading: Mutex<()>,
}

impl RuleSet {
    /// Loads every pack in some folders, and runs the packs' tests.
    ///
    /// A folder is a pack where it has a `pack.yaml`; else each folder in it
    /// that has one is.
    ///
    /// # Errors
    /// Where anything in a pack is wrong or one of its tests fails: every
    /// fault, with its place.
    pub fn load(folders: &[PathBuf]) -> Result<Self, LoadError> {
        Self::load_with(folders, LoadOptions::default())
    }

    /// As [`load`](Self::load), with signatures asked for, or code sets that
    /// rules may look into.
    ///
    /// # Errors
    /// As there, and where a pack is not signed as it must be.
    pub fn load_with(folders: &[PathBuf], options: LoadOptions) -> Result<Self, LoadError> {
        Self::new(folders.to_vec(), Vec::new(), options)
    }

    /// As [`load_with`](Self::load_with), of packs in memory.
    ///
    /// # Errors
    /// As there.
    pub fn of_packs(packs: Vec<PackContent>, options: LoadOptions) -> Result<Self, LoadError> {
        Self::new(Vec::new(), packs, options)
    }

    fn new(
        folders: Vec<PathBuf>,
        held: Vec<PackContent>,
        options: LoadOptions,
    ) -> Result<Self, LoadError> {
        let generation = read(&folders, &held, &options, None, build)?;
        Ok(Self {
            folders,
            held: Mutex::new(held),
            options,
            live: Arc::new(ArcSwap::from_pointee(generation)),
            reloading: Mutex::new(()),
        })
    }

    /// As [`load_with`](Self::load_with), without running the packs' tests: for
    /// tools that help to mend packs, such as [`Inspector`](crate::Inspector).
    ///
    /// # Errors
    /// Where anything else in a pack is wrong: every fault, with its place.
    pub fn load_untested(folders: &[PathBuf], options: LoadOptions) -> Result<Self, LoadError> {
        let generation = read(folders, &[], &options, None, try_out)?;
        Ok(Self {
            folders: folders.to_vec(),
            held: Mutex::default(),
            options,
            live: Arc::new(ArcSwap::from_pointee(generation)),
            reloading: Mutex::new(()),
        })
    }

    /// Takes these packs in place of those that were handed in before, and
    /// swaps them in as [`reload`](Self::reload) does.
    ///
    /// # Errors
    /// Where anything is wrong; what ran before goes on running.
    pub fn replace(&self, packs: Vec<PackContent>) -> Result<ReloadReport, LoadError> {
        let held = &mut *self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let report = self.swap(&packs)?;
        *held = packs;
        Ok(report)
    }

    /// A rule set that has read nothing yet and judges nothing. A [`reload`],
    /// or a [`RuleWatcher`], brings it to what the folders hold, once that is
    /// sound: for whoever wants to see packs being mended.
    ///
    /// [`reload`]: Self::reload
    /// [`RuleWatcher`]: crate::RuleWatcher
    #[must_use]
    pub fn unread(folders: &[PathBuf], options: LoadOptions) -> Self {
        Self {
            folders: folders.to_vec(),
            held: Mutex::default(),
            options,
            live: Arc::default(),
            reloading: Mutex::new(()),
        }
    }

    /// Reads the folders again and, where everything is right, swaps in what
    /// they hold in one step. Claims under way finish on the version that they
    /// started with.
    ///
    /// # Errors
    /// Where anything is wrong; what ran before goes on running.
    pub fn reload(&self) -> Result<ReloadReport, LoadError> {
        self.swap(&self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn swap(&self, held: &[PackContent]) -> Result<ReloadReport, LoadError> {
        let _one_at_a_time = self
            .reloading
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let before = self.live.load_full();
        let after = read(&self.folders, held, &self.options, Some(&before), build)?;
        let report = compare(&before, &after);
        // Tests that were edited change no hash, and what they have shown and
        // where faults stand is the newer pack's all the same.
        if !report.packs.is_empty() || before.warnings != after.warnings {
            self.live.store(Arc::new(after));
        }
        Ok(report)
    }

    /// What its packs are loaded with.
    #[must_use]
    pub fn options(&self) -> &LoadOptions {
        &self.options
    }

    /// The folders that the packs are in, as they were given.
    #[must_use]
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// The packs that run, in the order of their ids.
    #[must_use]
    pub fn packs(&self) -> Vec<PackInfo> {
        let mut packs: Vec<PackInfo> = self
            .live
            .load()
            .packs
            .iter()
            .map(|pack| pack_info(pack))
            .collect();
        packs.sort_by(|a, b| a.id.cmp(&b.id));
        packs
    }

    /// What judges claims now.
    pub(crate) fn generation(&self) -> Arc<Generation> {
        self.live.load_full()
    }

    /// What is worth mending in the packs that run.
    #[must_use]
    pub fn warnings(&self) -> Vec<Diagnostic> {
        self.live.load().warnings.clone()
    }
}

/// Everything that scripts can read and call, for catalogues and editors.
#[must_use]
pub fn vocabulary() -> Vec<Entry> {
    Checker::new(Arc::new(NoCodeBooks)).entries().to_vec()
}

impl Handler for RuleSet {
    fn name(&self) -> &str {
        "rules"
    }

    fn handles(&self, _: Hook) -> bool {
        // A pack may bring the first rule of a hook while claims run.
        true
    }

    fn worker(&self) -> Box<dyn Worker> {
        Box::new(RuleWorker::new(&self.live))
    }
}

/// Reads packs; those that are byte for byte the same as before are taken over
/// as they are, so that a save costs the pack that was saved.
fn read(
    folders: &[PathBuf],
    held: &[PackContent],
    options: &LoadOptions,
    before: Option<&Generation>,
    build: fn(PackFiles, &Checker, &mut Vec<Diagnostic>) -> Arc<Pack>,
) -> Result<Generation, LoadError> {
    let mut faults = Vec::new();
    let mut checker = None;
    let mut packs = Vec::new();
    let in_folders = pack_folders(folders, &mut faults);
    let in_folders = in_folders.iter().map(|folder| {
        let mut found = Vec::new();
        (PackFiles::read(folder, &mut found), found)
    });
    let in_memory = held.iter().map(|pack| (PackFiles::of(pack), Vec::new()));
    for (files, mut found) in in_folders.chain(in_memory) {
        files.check_signature(&options.keys, &mut found);
        let known = before
            .and_then(|before| before.packs.iter().find(|pack| files.are_those_of(pack)))
            .filter(|_| found.is_empty());
        let pack = match known {
            Some(known) => Arc::clone(known),
            None => build(
                files,
                checker.get_or_insert_with(|| Checker::new(Arc::clone(&options.books))),
                &mut found,
            ),
        };
        found.extend(pack.warnings.get().into_iter().flatten().cloned());
        faults.append(&mut found);
        packs.push(pack);
    }
    let mut generation = Generation::new(packs, Running::Live, &mut faults);
    let found = LoadError::new(faults);
    if found.diagnostics().iter().any(is_error) {
        return Err(found);
    }
    generation.warnings = found.into_diagnostics();
    Ok(generation)
}

/// Checks a pack and tries its rules.
fn try_out(files: PackFiles, checker: &Checker, faults: &mut Vec<Diagnostic>) -> Arc<Pack> {
    let pack = Arc::new(Pack::build(files, checker, faults));
    if !faults.iter().any(is_error) {
        trial::run(&pack, faults);
    }
    pack
}

/// Checks a pack, tries its rules and runs its tests.
fn build(files: PackFiles, checker: &Checker, faults: &mut Vec<Diagnostic>) -> Arc<Pack> {
    let pack = Arc::new(Pack::build(files, checker, faults));
    // Tests tell nothing of a pack that does not compile.
    if !faults.iter().any(is_error) {
        trial::run(&pack, faults);
        pack_test::run(&pack, faults);
    }
    if !faults.iter().any(is_error) {
        // Nobody else has set them: the pack was made here.
        let _ = pack.warnings.set(std::mem::take(faults));
    }
    pack
}

pub(crate) fn is_error(fault: &Diagnostic) -> bool {
    fault.severity == Level::Error
}

/// The packs in some folders, each once, in the order of their paths.
pub(crate) fn pack_folders(folders: &[PathBuf], faults: &mut Vec<Diagnostic>) -> Vec<PathBuf> {
    let is_pack = |folder: &Path| folder.join(MANIFEST).is_file();
    let mut found = Vec::new();
    for folder in folders {
        if is_pack(folder) {
            found.push(folder.clone());
            continue;
        }
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                faults.push(Diagnostic::of_file(
                    folder,
                    format!("the folder of packs cannot be read: {error}"),
                ));
                continue;
            }
        };
        let (below, other): (Vec<PathBuf>, Vec<PathBuf>) = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .partition(|path| is_pack(path));
        // Its rules would be passed over without a word, and a manifest that
        // goes away for a moment while it is saved would take a pack with it.
        let unnamed = other.iter().filter(|path| holds_rules(path));
        faults.extend(unnamed.map(|path| {
            Diagnostic::of_file(path, format!("the folder has rules and no {MANIFEST}"))
                .help("a pack is a folder with a pack.yaml in it")
        }));
        if below.is_empty() {
            let message = format!("neither the folder nor one in it has a {MANIFEST}");
            faults.push(
                Diagnostic::of_file(folder, message)
                    .help("a pack is a folder with a pack.yaml in it"),
            );
        }
        found.extend(below);
    }
    found.sort();
    found.dedup();
    found
}

/// Whether a folder that is not hidden has a script in it. Editors and language
/// servers keep theirs in hidden ones.
fn holds_rules(folder: &Path) -> bool {
    let hidden = folder
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'));
    if hidden {
        return false;
    }
    let is_script = |path: &Path| path.extension().is_some_and(|ending| ending == "rhai");
    fs::read_dir(folder).is_ok_and(|entries| {
        entries
            .filter_map(Result::ok)
            .any(|entry| is_script(&entry.path()))
    })
}
