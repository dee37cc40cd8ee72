//! An invented practice in a scratch folder, with rule packs of a test's own.

use std::path::{Path, PathBuf};
use std::process::Output;

use scrubjay::{Config, Engine, EngineBuilder};
use tempfile::TempDir;

use crate::sample::{self, CONFIGURATION, SampleClaim, claims_of};
use crate::scrubjay;

/// A practice that sends the sample payer's claims.
#[derive(Debug)]
pub struct Practice {
    scratch: TempDir,
}

/// What a command printed, and how it ended.
#[derive(Debug)]
pub struct Printed {
    /// On standard output.
    pub out: String,
    /// On standard error.
    pub err: String,
    /// Exit code.
    pub code: i32,
}

impl From<Output> for Printed {
    fn from(output: Output) -> Self {
        Self {
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code().unwrap_or(-1),
        }
    }
}

impl Printed {
    /// What was printed, of a command that must succeed.
    ///
    /// # Panics
    /// Where it did not.
    pub fn good(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }
}

impl Practice {
    /// A practice whose `scrubjay.yaml` says this beside the sample's.
    ///
    /// # Panics
    /// Where the scratch folder cannot be written: a test cannot go on then.
    #[must_use]
    pub fn new(also: &str) -> Self {
        let practice = Self {
            scratch: TempDir::new().expect("a scratch folder"),
        };
        practice.write("inbox/.keep", "");
        practice.configure(also);
        practice
    }

    /// A practice whose sample claims have left, and its engine.
    ///
    /// # Panics
    /// Where they did not leave.
    #[must_use]
    pub fn with_sent(claims: usize) -> (Self, Engine) {
        Self::new("").send(claims)
    }

    /// This practice, its sample claims having left, and its engine.
    ///
    /// # Panics
    /// Where they did not leave.
    #[must_use]
    pub fn send(self, claims: usize) -> (Self, Engine) {
        let practice = self;
        let config = Config::of_folder(practice.folder()).expect("the sample's configuration");
        let mut engine = EngineBuilder::new(config).open().expect("an engine");
        let taken = engine.take_in("claims.837", sample::claims(claims).as_bytes());
        taken.expect("the sample's claims");
        engine.submit().expect("the sample's outbox");
        (practice, engine)
    }

    /// Writes `scrubjay.yaml` anew.
    pub fn configure(&self, also: &str) {
        self.write("scrubjay.yaml", &format!("{CONFIGURATION}{also}"));
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.scratch.path()
    }

    /// A path in its folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Writes a file into its folder.
    ///
    /// # Panics
    /// Where it cannot be written.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        let folder = path.parent().expect("a file stands in a folder");
        std::fs::create_dir_all(folder).expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
    }

    /// Writes a pack of one file of rules to `packs/NAME`.
    pub fn pack(&self, name: &str, rules: &str) {
        self.write(
            &format!("packs/{name}/pack.yaml"),
            &format!("id: {name}\ntitle: A pack of a test\nversion: 1.0.0\n"),
        );
        self.write(&format!("packs/{name}/rules.rhai"), rules);
    }

    /// Runs a command of the program with `--dir`.
    #[must_use]
    pub fn scrubjay(&self, arguments: &[&str]) -> Printed {
        let folder = self.folder().to_string_lossy().into_owned();
        scrubjay(&[arguments, &["--dir", &folder]].concat()).into()
    }

    /// Runs `scrubjay run` on the folder.
    #[must_use]
    pub fn run(&self) -> Printed {
        scrubjay(&["run", &self.folder().to_string_lossy()]).into()
    }

    /// What one rule says of each of these claims, as `scrubjay scrub` judges them.
    ///
    /// # Panics
    /// Where the program fails, or a claim cannot be read.
    #[must_use]
    pub fn said_of(&self, rule: &str, claims: &[SampleClaim<'_>]) -> Vec<Vec<String>> {
        self.write("asked/claims.837", &claims_of(claims));
        let file = self.path("asked/claims.837").display().to_string();
        let out = self.scrubjay(&["scrub", &file, "--json"]).good();
        let lines = out.lines().map(|line| {
            let found: serde_json::Value = serde_json::from_str(line).expect("a document a line");
            let findings = found["findings"]
                .as_array()
                .expect("a claim that was judged");
            let own = findings.iter().filter(|finding| finding["rule"] == rule);
            own.map(|finding| finding["message"].as_str().unwrap_or_default().to_owned())
                .collect()
        });
        lines.collect()
    }

    /// The names of the files in the outbox.
    ///
    /// # Panics
    /// Where it cannot be listed.
    #[must_use]
    pub fn sent(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path("outbox")) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .map(|entry| {
                let entry = entry.expect("the outbox can be listed");
                entry.file_name().to_string_lossy().into_owned()
            })
            .collect();
        names.sort();
        names
    }
}
