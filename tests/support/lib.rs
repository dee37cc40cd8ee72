//! What the end-to-end tests share: a copy of the sample clinic, the program,
//! and the shared corpus where it is at hand.
#![forbid(unsafe_code)]

pub mod patients;
pub mod practice;
pub mod remit;
pub mod sample;
pub mod sshd;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

/// The root of the repository.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests stand one folder below the root")
}

/// The folder `../shared` beside the repository, where it is there.
#[must_use]
pub fn shared() -> Option<PathBuf> {
    let shared = repository().parent()?.join("shared");
    if shared.is_dir() {
        Some(shared)
    } else {
        eprintln!("skipped: ../shared is not here");
        None
    }
}

/// The python that can import pyx12, where CI or a developer has named one.
#[must_use]
pub fn oracle_python() -> Option<PathBuf> {
    let python = std::env::var_os("SCRUBJAY_ORACLE_PYTHON").map(PathBuf::from);
    if python.is_none() {
        eprintln!("skipped: SCRUBJAY_ORACLE_PYTHON does not name a python with pyx12");
    }
    python
}

/// A scratch copy of the sample clinic with the rule packs that it names.
#[derive(Debug)]
pub struct ClinicCopy {
    scratch: TempDir,
}

impl ClinicCopy {
    /// Copies the clinic.
    ///
    /// # Panics
    /// Where the scratch folder cannot be written: a test cannot go on then.
    #[must_use]
    pub fn new() -> Self {
        let scratch = TempDir::new().expect("a scratch folder");
        let copy = Self { scratch };
        copy_folder(
            &repository().join("examples/clinic/inbox"),
            &copy.folder().join("inbox"),
        );
        for file in ["scrubjay.yaml", "prices.csv"] {
            std::fs::copy(
                repository().join("examples/clinic").join(file),
                copy.folder().join(file),
            )
            .expect("the clinic's configuration");
        }
        copy_folder(
            &repository().join("payer-rules"),
            &copy.scratch.path().join("payer-rules"),
        );
        copy
    }

    /// Puts the clinic's plugins in, built as its README says: the one in C from
    /// its source and the header with the compiler alone, the one in Rust by cargo.
    ///
    /// # Panics
    /// Where one of them does not build.
    #[must_use]
    pub fn with_plugins(self) -> Self {
        let clinic = repository().join("examples/clinic");
        let plugins = self.folder().join("plugins");
        copy_folder(&clinic.join("plugins"), &plugins);
        let named = ["scrubjay.yaml", "plugins/plugins.yaml"]
            .map(|file| std::fs::read_to_string(clinic.join(file)).expect("a configuration"));
        std::fs::write(self.folder().join("scrubjay.yaml"), named.concat())
            .expect("the clinic's configuration");

        // Alone in a folder: nothing else of the repository is needed.
        let alone = self.scratch.path().join("vendor");
        std::fs::create_dir_all(&alone).expect("a folder can be made");
        for file in [
            "sdk/include/scrubjay_plugin.h",
            "fee-schedule/fee_schedule.c",
        ] {
            let from = repository().join("plugins").join(file);
            let name = from.file_name().expect("the file has a name");
            std::fs::copy(&from, alone.join(name)).expect("a file can be copied");
        }
        let built = Command::new("cc")
            .args([
                "-std=c11",
                "-O2",
                "-shared",
                "-fPIC",
                "-fvisibility=hidden",
                "-o",
            ])
            .arg(plugins.join("libfee_schedule.so"))
            .arg("fee_schedule.c")
            .current_dir(&alone)
            .status()
            .expect("the tests need a C compiler called `cc`");
        assert!(built.success(), "the C plugin does not build");

        let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        let library = built_by_cargo(
            "scrubjay-plugin-ncci-edits",
            &format!("{prefix}ncci_edits{suffix}"),
        );
        std::fs::copy(library, plugins.join("libncci_edits.so")).expect("the library is built");
        self
    }

    /// The clinic's folder.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.scratch.path().join("examples/clinic")
    }

    /// The packs that it uses.
    #[must_use]
    pub fn rules(&self) -> PathBuf {
        self.scratch.path().join("payer-rules")
    }

    /// Runs `scrubjay run` on it.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Output {
        scrubjay(&[&["run", &self.folder().to_string_lossy()], arguments].concat())
    }

    /// Runs `scrubjay run --json` on it and reads the document.
    ///
    /// # Panics
    /// Where the program prints no JSON.
    #[must_use]
    pub fn run_json(&self) -> serde_json::Value {
        let output = self.run(&["--json"]);
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
    }
}

impl Default for ClinicCopy {
    fn default() -> Self {
        Self::new()
    }
}

/// Copies a folder with all that is in it.
///
/// # Panics
/// Where it cannot be read or written.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("the folder can be read") {
        let path = entry.expect("its entries can be read").path();
        let target = to.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a file can be copied");
        }
    }
}

/// Runs the program with arguments.
///
/// # Panics
/// Where it cannot be started.
#[must_use]
pub fn scrubjay(arguments: &[&str]) -> Output {
    Command::new(program())
        .args(arguments)
        .output()
        .expect("the program starts")
}

/// The program, built beside the tests.
///
/// # Panics
/// Where cargo cannot build it.
#[must_use]
pub fn program() -> PathBuf {
    built_by_cargo(
        "scrubjay-cli",
        &format!("scrubjay{}", std::env::consts::EXE_SUFFIX),
    )
}

/// A file of a package of the workspace, built beside the tests.
///
/// # Panics
/// Where cargo cannot build it.
#[must_use]
pub fn built_by_cargo(package: &'static str, file: &str) -> PathBuf {
    // `cargo test --workspace` builds them all; a test run alone may not have.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    static BUILT: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if built.insert(package) {
        let status = Command::new(cargo)
            .args(["build", "--quiet", "--package", package])
            .current_dir(repository())
            .status()
            .expect("cargo starts");
        assert!(status.success(), "{package} does not build");
    }
    let mut path = std::env::current_exe().expect("a test knows where it is");
    path.pop();
    if path.ends_with("deps") {
        path.pop();
    }
    path.join(file)
}
