//! Starts a plugin: a folder that builds, with a test that passes.
//!
//! It is what `scrubjay plugin new` does.
//!
//! ```
//! use scrubjay_plugin::scaffold::{Language, NewPlugin};
//!
//! let plugin = NewPlugin::new("late-charges", Language::C)?;
//! let files: Vec<String> = plugin.files().into_iter().map(|file| file.path).collect();
//! assert_eq!(files[..2], ["late_charges.c", "test.c"]);
//! # Ok::<(), scrubjay_plugin::scaffold::ScaffoldError>(())
//! ```

mod error;

use std::path::{Path, PathBuf};

pub use error::ScaffoldError;

/// The C header of this version of the interface.
pub const HEADER: &str = include_str!("../../include/scrubjay_plugin.h");

/// Names that a crate, or a type made of its name, cannot have.
const TAKEN: [&str; 6] = [
    "scrubjay-plugin",
    "core",
    "std",
    "alloc",
    "test",
    "proc-macro",
];
/// Words of Rust, which no crate can be called.
const WORDS: [&str; 38] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "pub", "ref", "return", "static", "struct",
    "try", "type", "use", "while",
];

/// What a plugin is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Rust, over this SDK.
    Rust,
    /// C, over the header alone.
    C,
}

/// Where a plugin in Rust takes the SDK from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Sdk {
    /// A registry, in this SDK's version.
    Registry,
    /// A folder.
    Folder(PathBuf),
}

/// One file of a new plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Where it stands, relative to the plugin's folder.
    pub path: String,
    /// What stands in it.
    pub text: String,
}

/// A plugin that is to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPlugin {
    name: String,
    language: Language,
    sdk: Sdk,
}

impl NewPlugin {
    /// A plugin of a name, which becomes its id, its folder and its crate.
    ///
    /// # Errors
    /// Where a plugin and a crate cannot both have that name.
    pub fn new(name: &str, language: Language) -> Result<Self, ScaffoldError> {
        let letter = name.starts_with(|c: char| c.is_ascii_lowercase());
        let ends = name.ends_with('-') || name.contains("--");
        let shaped = name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !letter || ends || !shaped || name.len() > crate::abi::MAX_NAME {
            return Err(ScaffoldError::Name {
                name: name.to_owned(),
            });
        }
        if TAKEN.contains(&name) || WORDS.contains(&name) {
            return Err(ScaffoldError::Taken {
                name: name.to_owned(),
            });
        }
        Ok(Self {
            name: name.to_owned(),
            language,
            sdk: Sdk::Registry,
        })
    }

    /// Takes the SDK from a folder, such as `plugins/sdk` of a checkout, instead
    /// of a registry.
    ///
    /// # Errors
    /// Where the folder does not hold the SDK, or the plugin is in C and needs none.
    pub fn sdk(mut self, folder: &Path) -> Result<Self, ScaffoldError> {
        if self.language == Language::C {
            return Err(ScaffoldError::SdkOfC);
        }
        let not_there = |source| ScaffoldError::NoSdk {
            folder: folder.to_owned(),
            source,
        };
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml"))
            .map_err(|source| not_there(Some(source)))?;
        let names_it = |line: &str| line.replace(' ', "") == "name=\"scrubjay-plugin\"";
        if !manifest.lines().any(names_it) {
            return Err(not_there(None));
        }
        let folder = std::path::absolute(folder).map_err(|source| not_there(Some(source)))?;
        self.sdk = Sdk::Folder(folder);
        Ok(self)
    }

    /// The plugin's files.
    #[must_use]
    pub fn files(&self) -> Vec<NewFile> {
        let snake = self.name.replace('-', "_");
        let files: Vec<(String, &str)> = match self.language {
            Language::Rust => vec![
                (
                    "Cargo.toml".to_owned(),
                    include_str!("../../templates/rust/Cargo.toml.in"),
                ),
                (
                    "src/lib.rs".to_owned(),
                    include_str!("../../templates/rust/lib.rs.in"),
                ),
                (
                    "README.md".to_owned(),
                    include_str!("../../templates/rust/README.md.in"),
                ),
                (
                    ".gitignore".to_owned(),
                    include_str!("../../templates/rust/gitignore.in"),
                ),
            ],
            Language::C => vec![
                (
                    format!("{snake}.c"),
                    include_str!("../../templates/c/plugin.c.in"),
                ),
                (
                    "test.c".to_owned(),
                    include_str!("../../templates/c/test.c.in"),
                ),
                (
                    "Makefile".to_owned(),
                    include_str!("../../templates/c/Makefile.in"),
                ),
                ("include/scrubjay_plugin.h".to_owned(), HEADER),
                (
                    "README.md".to_owned(),
                    include_str!("../../templates/c/README.md.in"),
                ),
                (
                    ".gitignore".to_owned(),
                    include_str!("../../templates/c/gitignore.in"),
                ),
            ],
        };
        let (sdk, sdk_told) = self.sdk_words();
        files
            .into_iter()
            .map(|(path, template)| NewFile {
                path,
                text: template
                    .replace("{{name}}", &self.name)
                    .replace("{{snake}}", &snake)
                    .replace("{{type}}", &type_name(&self.name))
                    .replace("{{sdk_told}}", &sdk_told)
                    .replace("{{sdk}}", &sdk),
            })
            .collect()
    }

    /// How the manifest and the README name the SDK.
    fn sdk_words(&self) -> (String, String) {
        match &self.sdk {
            Sdk::Registry => {
                let version = env!("CARGO_PKG_VERSION");
                (
                    format!("\"{version}\""),
                    format!("a registry, in version {version}"),
                )
            }
            Sdk::Folder(folder) => {
                let path = folder.to_string_lossy();
                let quoted = path.replace('\\', "\\\\").replace('"', "\\\"");
                (
                    format!("{{ path = \"{quoted}\" }}"),
                    "the folder that it was started with".to_owned(),
                )
            }
        }
    }

    /// Writes the files into a folder of the plugin's name within `within`, and
    /// gives back that folder. Nothing that is there is touched.
    ///
    /// # Errors
    /// Where there is such a folder already, or it cannot be written.
    pub fn write(&self, within: &Path) -> Result<PathBuf, ScaffoldError> {
        let folder = within.join(&self.name);
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| ScaffoldError::Write { path, source }
        };
        std::fs::create_dir_all(within).map_err(failed(within))?;
        std::fs::create_dir(&folder).map_err(|source| match source.kind() {
            std::io::ErrorKind::AlreadyExists => ScaffoldError::Exists {
                folder: folder.clone(),
            },
            _ => failed(&folder)(source),
        })?;
        for file in self.files() {
            let path = folder.join(&file.path);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(failed(parent))?;
            }
            std::fs::write(&path, file.text).map_err(failed(&path))?;
        }
        Ok(folder)
    }
}

/// The name as Rust writes types: `late-charges` is `LateCharges`.
fn type_name(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    words.collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_template_is_left_unfilled() {
        for language in [Language::Rust, Language::C] {
            for file in NewPlugin::new("late-charges-2", language).unwrap().files() {
                assert!(!file.text.contains("{{"), "{}", file.path);
                assert!(!file.path.contains("{{"));
            }
        }
        let files = NewPlugin::new("late-charges-2", Language::Rust)
            .unwrap()
            .files();
        assert!(files[1].text.contains("pub struct LateCharges2 {"));
        assert!(files[0].text.contains("scrubjay-plugin = \"0."));
    }

    #[test]
    fn a_name_is_one_that_a_plugin_and_a_crate_can_have() {
        for name in [
            "",
            "Late",
            "2late",
            "late_charges",
            "a--b",
            "a-",
            "é",
            &"a".repeat(65),
        ] {
            let refused = NewPlugin::new(name, Language::Rust).unwrap_err();
            assert!(matches!(refused, ScaffoldError::Name { .. }), "{name}");
        }
        for name in ["fn", "scrubjay-plugin", "test"] {
            let refused = NewPlugin::new(name, Language::Rust).unwrap_err();
            assert!(matches!(refused, ScaffoldError::Taken { .. }), "{name}");
        }
    }

    #[test]
    fn a_folder_that_is_there_is_left_as_it_is() {
        let within = tempfile::tempdir().unwrap();
        let plugin = NewPlugin::new("late", Language::C).unwrap();
        let folder = plugin.write(within.path()).unwrap();
        std::fs::write(folder.join("late.c"), "mine").unwrap();
        let refused = plugin.write(within.path()).unwrap_err();
        assert!(
            refused.to_string().contains("is there already"),
            "{refused}"
        );
        assert_eq!(
            std::fs::read_to_string(folder.join("late.c")).unwrap(),
            "mine"
        );
    }

    #[test]
    fn the_folder_of_the_sdk_is_looked_at() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let plugin = |language| NewPlugin::new("late", language).unwrap();
        let with = plugin(Language::Rust).sdk(here).unwrap();
        assert!(
            with.files()[0]
                .text
                .contains("scrubjay-plugin = { path = \"")
        );
        for wrong in [here.join("src"), here.join("../faulty")] {
            let refused = plugin(Language::Rust).sdk(&wrong).unwrap_err();
            assert!(matches!(refused, ScaffoldError::NoSdk { .. }), "{refused}");
        }
        assert!(matches!(
            plugin(Language::C).sdk(here),
            Err(ScaffoldError::SdkOfC)
        ));
    }
}
