//! Signatures: who answers for a plugin's file.
//!
//! Beside `libedits.so` stands `libedits.so.sig`, in the form of a rule pack's
//! `pack.sig`: the public key, and an ed25519 signature over the file's SHA-256.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::PluginError;
use crate::spec::Sha256;

/// What is signed begins so, so that the signature is good for nothing else.
const DOMAIN: &str = "scrubjay plugin 1\n";

/// A key that signatures of plugins are checked with: 64 hexadecimal digits, as
/// for rule packs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PluginKey([u8; 32]);

/// Text that is no public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a public key is 64 hexadecimal digits, as `scrubjay rules keygen` prints it")]
pub struct NotAKey;

impl FromStr for PluginKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let bytes = read_hex(text.trim()).ok_or(NotAKey)?;
        // Not every 32 bytes are a point on the curve.
        VerifyingKey::from_bytes(&bytes).map_err(|_| NotAKey)?;
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for PluginKey {
    type Error = NotAKey;

    fn try_from(text: String) -> Result<Self, NotAKey> {
        text.parse()
    }
}

impl From<PluginKey> for String {
    fn from(key: PluginKey) -> Self {
        key.to_string()
    }
}

impl fmt::Display for PluginKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Why a signature does not vouch for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PluginSignatureError {
    /// The file of the signature does not hold a key and a signature.
    #[error("its signature cannot be read")]
    Unreadable,
    /// It is signed with a key that is not trusted here.
    #[error("it is signed with {key}, which is none of the keys that are trusted here")]
    Stranger {
        /// That key.
        key: PluginKey,
    },
    /// The file is not the one that was signed.
    #[error("it is not what {key} has signed: the file was changed since")]
    Changed {
        /// The key that signed.
        key: PluginKey,
    },
}

/// The file of a plugin's signature: the library's name with `.sig` behind it.
#[must_use]
pub fn signature_path(library: &Path) -> PathBuf {
    let mut path = OsString::from(library);
    path.push(".sig");
    path.into()
}

/// What is signed of a file with this hash.
#[must_use]
pub fn signed_text(sha256: Sha256) -> String {
    format!("{DOMAIN}{sha256}\n")
}

/// The text of a signature's file.
#[must_use]
pub fn signature_text(key: PluginKey, signature: &[u8; 64]) -> String {
    let digits: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("key: {key}\nsignature: {digits}\n")
}

/// Whether one of the keys has signed a file of this hash.
pub(crate) fn vouch(path: &Path, sha256: Sha256, keys: &[PluginKey]) -> Result<(), PluginError> {
    let signature = match std::fs::read_to_string(signature_path(path)) {
        Ok(signature) if !keys.is_empty() => signature,
        _ => {
            return Err(PluginError::NotPinned {
                path: path.to_owned(),
                found: sha256,
            });
        }
    };
    verify(&signature, sha256, keys).map_err(|problem| PluginError::Signature {
        path: path.to_owned(),
        problem,
    })
}

/// Whether the text of a signature's file vouches for a hash, by one of the keys.
fn verify(text: &str, sha256: Sha256, keys: &[PluginKey]) -> Result<(), PluginSignatureError> {
    let mut lines = text.lines();
    let mut value = |key: &str| lines.next()?.strip_prefix(key)?.strip_prefix(": ");
    let key: Option<PluginKey> = value("key").and_then(|text| text.parse().ok());
    let signature = value("signature").and_then(read_hex::<64>);
    let (Some(key), Some(signature)) = (key, signature) else {
        return Err(PluginSignatureError::Unreadable);
    };
    if !keys.contains(&key) {
        return Err(PluginSignatureError::Stranger { key });
    }
    let verifying =
        VerifyingKey::from_bytes(&key.0).map_err(|_| PluginSignatureError::Unreadable)?;
    verifying
        .verify_strict(
            signed_text(sha256).as_bytes(),
            &Signature::from_bytes(&signature),
        )
        .map_err(|_| PluginSignatureError::Changed { key })
}

fn read_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    let mut bytes = [0; N];
    if digits.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer, SigningKey};

    use super::*;

    fn signed(secret: &SigningKey, hash: Sha256) -> (PluginKey, String) {
        let key = PluginKey(secret.verifying_key().to_bytes());
        let signature = secret.sign(signed_text(hash).as_bytes()).to_bytes();
        (key, signature_text(key, &signature))
    }

    #[test]
    fn a_signature_holds_for_this_file_and_this_key_only() {
        let hash = Sha256::of(b"a library");
        let (key, text) = signed(&SigningKey::from_bytes(&[7; 32]), hash);
        let (other, _) = signed(&SigningKey::from_bytes(&[8; 32]), hash);
        assert_eq!(key.to_string().parse(), Ok(key));
        assert_eq!(verify(&text, hash, &[other, key]), Ok(()));
        assert_eq!(
            verify(&text, hash, &[other]),
            Err(PluginSignatureError::Stranger { key })
        );
        assert_eq!(
            verify(&text, Sha256::of(b"another"), &[key]),
            Err(PluginSignatureError::Changed { key })
        );
        // Another's key in front of the signature does not make it theirs.
        let claimed = text.replace(&key.to_string(), &other.to_string());
        assert_eq!(
            verify(&claimed, hash, &[other]),
            Err(PluginSignatureError::Changed { key: other })
        );
        for broken in ["", "key: 12\nsignature: 12\n", &text[..text.len() - 2]] {
            let refused = verify(broken, hash, &[key]);
            assert_eq!(refused, Err(PluginSignatureError::Unreadable));
        }
    }
}
