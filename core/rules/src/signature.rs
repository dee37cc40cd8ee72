//! Signatures: who answers for a pack, and that no file of it was changed since.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::content::PackContent;

/// The file of a pack that holds its signature.
pub(crate) const SIGNATURE: &str = "pack.sig";

/// What is signed begins so, so that the signature is good for nothing else.
const DOMAIN: &str = "scrubjay pack 1\n";

/// What a file with a secret key begins with.
const KEY_HEAD: &str = "scrubjay secret key 1";

/// A key that signatures are checked with: 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey([u8; 32]);

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bytes = read_hex::<32>(text.trim()).ok_or(KeyError::NotAKey)?;
        // Not every 32 bytes are a point on the curve.
        VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::NotAKey)?;
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for PublicKey {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// It is no key.
    #[error(
        "this is no ed25519 key; a public key is 64 hexadecimal digits, as `scrubjay rules keygen` prints it"
    )]
    NotAKey,
    /// The file of a secret key could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others than its owner may read the file of a secret key.
    #[error("{}: others may read this key; make it your own with `chmod 600`, or make a new one", path.display())]
    Readable {
        /// Path.
        path: PathBuf,
    },
    /// The system gave no random numbers.
    #[error("the system gives no random numbers; no key was made")]
    NoRandomness,
}

/// A key that packs are signed with. It is never printed.
pub struct SecretKey(SigningKey);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.public())
    }
}

impl SecretKey {
    /// A new key, from the system's random numbers.
    ///
    /// # Errors
    /// Where the system gives none.
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| KeyError::NoRandomness)?;
        Ok(Self::from_bytes(&bytes))
    }

    /// The key of these 32 secret bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(bytes))
    }

    /// The key that its signatures are checked with.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// An ed25519 signature of a text, for what is no pack. Begin the text with
    /// words that say what is signed, so that the signature is good for nothing else.
    #[must_use]
    pub fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.0.sign(text).to_bytes()
    }

    /// Reads a key's file.
    ///
    /// # Errors
    /// Where it cannot be read, holds no key, or others may read it.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let file = |source| KeyError::File {
            path: path.to_owned(),
            source,
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            if fs::metadata(path).map_err(file)?.mode() & 0o077 != 0 {
                return Err(KeyError::Readable {
                    path: path.to_owned(),
                });
            }
        }
        let text = fs::read_to_string(path).map_err(file)?;
        let key = text.lines().collect::<Vec<_>>();
        match key[..] {
            [KEY_HEAD, digits] => read_hex(digits).map(|bytes| Self::from_bytes(&bytes)),
            _ => None,
        }
        .ok_or(KeyError::NotAKey)
    }

    /// Writes the key to a file that is not there yet, for its owner alone.
    ///
    /// # Errors
    /// Where the file is there, or cannot be written.
    pub fn write_new(&self, path: &Path) -> Result<(), KeyError> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let text = format!("{KEY_HEAD}\n{}\n", hex(self.0.as_bytes()));
        options
            .open(path)
            .and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            })
            .map_err(|source| KeyError::File {
                path: path.to_owned(),
                source,
            })
    }
}

impl PackContent {
    /// The text of `pack.sig` for these files: the public key and an ed25519
    /// signature over the name and the SHA-256 of every file but itself.
    #[must_use]
    pub fn signature(&self, key: &SecretKey) -> String {
        let signature = key.0.sign(self.manifest().as_bytes());
        format!(
            "key: {}\nsignature: {}\n",
            key.public(),
            hex(&signature.to_bytes())
        )
    }

    /// Signs the files, and writes `pack.sig` into the pack's folder.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write_signature(&self, folder: &Path, key: &SecretKey) -> Result<(), KeyError> {
        let path = folder.join(SIGNATURE);
        fs::write(&path, self.signature(key)).map_err(|source| KeyError::File { path, source })
    }

    /// Who has signed these very files; none where nobody has. Whoever it is need
    /// not be trusted.
    ///
    /// # Errors
    /// Where there is a signature and it does not hold.
    pub fn signer(&self) -> Result<Option<PublicKey>, SignatureError> {
        match self.claimed() {
            Err(SignatureError::Missing) => Ok(None),
            Err(error) => Err(error),
            Ok((key, _)) => self.verify(&[key]).map(|()| Some(key)),
        }
    }

    /// The key and the signature that `pack.sig` holds.
    fn claimed(&self) -> Result<(PublicKey, [u8; 64]), SignatureError> {
        let file = self.files().iter().find(|file| file.name == SIGNATURE);
        let text = &file.ok_or(SignatureError::Missing)?.text;
        let mut lines = text.lines();
        let mut value = |key: &str| lines.next()?.strip_prefix(key)?.strip_prefix(": ");
        let key: Option<PublicKey> = value("key").and_then(|text| text.parse().ok());
        let signature = value("signature").and_then(read_hex::<64>);
        key.zip(signature).ok_or(SignatureError::Unreadable)
    }

    /// Whether one of these keys has signed these very files.
    ///
    /// # Errors
    /// Why not.
    pub fn verify(&self, keys: &[PublicKey]) -> Result<(), SignatureError> {
        let (key, signature) = self.claimed()?;
        if !keys.contains(&key) {
            return Err(SignatureError::Stranger { key });
        }
        let signature = Signature::from_bytes(&signature);
        let verifying = VerifyingKey::from_bytes(&key.0).map_err(|_| SignatureError::Unreadable)?;
        verifying
            .verify_strict(self.manifest().as_bytes(), &signature)
            .map_err(|_| SignatureError::Changed { key })
    }

    /// What is signed.
    fn manifest(&self) -> String {
        let mut manifest = DOMAIN.to_owned();
        for file in self.files().iter().filter(|file| file.name != SIGNATURE) {
            let digest = hex(&Sha256::digest(file.text.as_bytes()));
            // The length keeps a name with a line break from being two files.
            manifest.push_str(&format!("{digest} {} {}\n", file.name.len(), file.name));
        }
        manifest
    }
}

/// Why a pack is not signed as its host requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// There is no `pack.sig`.
    #[error("the pack is not signed, and only signed packs may run here")]
    Missing,
    /// `pack.sig` does not hold a key and a signature.
    #[error("the signature cannot be read")]
    Unreadable,
    /// It is signed with a key that is not trusted here.
    #[error("the pack is signed with {key}, which is none of the keys that are trusted here")]
    Stranger {
        /// That key.
        key: PublicKey,
    },
    /// A file is not the one that was signed.
    #[error("the pack is not what {key} has signed: a file was changed, added or taken away since")]
    Changed {
        /// The key that signed.
        key: PublicKey,
    },
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PackFile;

    fn content(rules: &str) -> PackContent {
        let file = |name: &str, text: &str| PackFile {
            name: name.to_owned(),
            text: text.to_owned(),
        };
        PackContent::of([file("pack.yaml", "id: a\n"), file("a.rhai", rules)]).unwrap()
    }

    #[test]
    fn a_signature_holds_for_these_files_and_this_key_only() {
        let key = SecretKey::from_bytes(&[7; 32]);
        let other = SecretKey::from_bytes(&[8; 32]);
        let sound = content("1");
        let signature = sound.signature(&key);
        let signed = sound.clone().signed(signature.clone());
        assert_eq!(signed.verify(&[other.public(), key.public()]), Ok(()));
        assert_eq!(signed.hash(), sound.hash());
        assert_eq!(sound.verify(&[key.public()]), Err(SignatureError::Missing));
        assert_eq!(
            signed.verify(&[other.public()]),
            Err(SignatureError::Stranger { key: key.public() })
        );
        let changed = content("2").signed(signature.clone());
        assert_eq!(
            changed.verify(&[key.public()]),
            Err(SignatureError::Changed { key: key.public() })
        );
        // Another's key in front of the signature does not make it theirs.
        let claimed = signature.replace(&key.public().to_string(), &other.public().to_string());
        assert_eq!(
            sound.clone().signed(claimed).verify(&[other.public()]),
            Err(SignatureError::Changed {
                key: other.public()
            })
        );
        for broken in [
            "",
            "key: 12\nsignature: 12\n",
            &signature[..signature.len() - 2],
        ] {
            let broken = sound.clone().signed(broken.to_owned());
            assert_eq!(
                broken.verify(&[key.public()]),
                Err(SignatureError::Unreadable)
            );
        }
    }

    #[test]
    fn a_secret_key_comes_back_from_its_file_and_shows_in_no_print() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        let key = SecretKey::generate().unwrap();
        key.write_new(&path).unwrap();
        assert_eq!(SecretKey::read(&path).unwrap().public(), key.public());
        assert!(key.write_new(&path).is_err());
        assert!(!format!("{key:?}").contains(&hex(key.0.as_bytes())));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            assert!(matches!(
                SecretKey::read(&path),
                Err(KeyError::Readable { .. })
            ));
        }
    }
}
