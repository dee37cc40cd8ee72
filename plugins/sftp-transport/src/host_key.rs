//! The server proves who it is: by a key that the practice has pinned.

use std::sync::{Arc, Mutex, PoisonError};

use russh::keys::ssh_key::Fingerprint;
use russh::keys::{Algorithm, HashAlg, PublicKey, PublicKeyOrCertificate};
use scrubjay_plugin::Refusal;

/// The keys that a server may have, of which one is enough.
#[derive(Debug, Clone)]
pub(crate) struct Pinned(Vec<Pin>);

#[derive(Debug, Clone)]
enum Pin {
    Key(PublicKey),
    Fingerprint(Fingerprint),
}

impl Pinned {
    /// Public keys as `ssh-keygen` writes them, or fingerprints, parted by commas.
    pub(crate) fn read(text: &str) -> Result<Self, Refusal> {
        let pins = text.split(',').map(|text| {
            let text = text.trim();
            let pin = if text.starts_with("SHA256:") {
                text.parse().ok().map(Pin::Fingerprint)
            } else {
                PublicKey::from_openssh(text).ok().map(Pin::Key)
            };
            pin.ok_or_else(|| {
                Refusal::new(format!(
                    "`host_key` is a public key such as `ssh-ed25519 AAAA...` or a fingerprint \
                     such as `SHA256:...`, several of them with commas between, and not `{text}`"
                ))
            })
        });
        Ok(Self(pins.collect::<Result<_, _>>()?))
    }

    fn holds(&self, key: &PublicKey) -> bool {
        self.0.iter().any(|pin| match pin {
            Pin::Key(pinned) => pinned.key_data() == key.key_data(),
            Pin::Fingerprint(pinned) => *pinned == key.fingerprint(HashAlg::Sha256),
        })
    }

    /// The kinds of key to ask the server for, so that it shows one that is pinned;
    /// `None` for any, where only a fingerprint is known.
    pub(crate) fn algorithms(&self) -> Option<Vec<Algorithm>> {
        let mut algorithms = Vec::new();
        for pin in &self.0 {
            match pin {
                Pin::Fingerprint(_) => return None,
                Pin::Key(key) if key.algorithm().is_rsa() => {
                    // The key is the same, however it signs. Not by SHA-1.
                    for hash in [HashAlg::Sha512, HashAlg::Sha256] {
                        algorithms.push(Algorithm::Rsa { hash: Some(hash) });
                    }
                }
                Pin::Key(key) => algorithms.push(key.algorithm()),
            }
        }
        Some(algorithms)
    }

    /// The fingerprints, for people.
    pub(crate) fn told(&self) -> String {
        let pins = self.0.iter().map(|pin| match pin {
            Pin::Key(key) => key.fingerprint(HashAlg::Sha256).to_string(),
            Pin::Fingerprint(fingerprint) => fingerprint.to_string(),
        });
        pins.collect::<Vec<_>>().join(" or ")
    }
}

/// Looks at the key that a server shows, before anything is said to it.
pub(crate) struct Doorman {
    pub(crate) pinned: Pinned,
    /// The fingerprint of a key that was turned down.
    pub(crate) refused: Arc<Mutex<Option<String>>>,
}

impl russh::client::Handler for Doorman {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        shown: &PublicKeyOrCertificate,
    ) -> Result<bool, russh::Error> {
        let seen = match shown {
            PublicKeyOrCertificate::PublicKey { key, .. } if self.pinned.holds(key) => {
                return Ok(true);
            }
            PublicKeyOrCertificate::PublicKey { key, .. } => {
                key.fingerprint(HashAlg::Sha256).to_string()
            }
            // Never asked for.
            PublicKeyOrCertificate::Certificate(_) => "a certificate".to_owned(),
        };
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 \
        AAAAC3NzaC1lZDI1NTE5AAAAIDeTaGZKXdPpECkjTHLfpW2Cph8LICBAVUBZUDwkUsg8";

    #[test]
    fn a_pin_is_a_key_or_its_fingerprint_and_nothing_else() {
        let key = PublicKey::from_openssh(KEY).unwrap();
        let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
        for text in [
            KEY,
            fingerprint.as_str(),
            &format!("{fingerprint}, {KEY} clinic"),
        ] {
            assert!(Pinned::read(text).unwrap().holds(&key), "{text}");
        }
        let other = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert!(!Pinned::read(other).unwrap().holds(&key));
        for wrong in ["", "any", "SHA256:short", "ssh-ed25519 AAAA", "*"] {
            assert!(Pinned::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_server_with_several_keys_is_asked_for_the_one_that_is_pinned() {
        let pinned = Pinned::read(KEY).unwrap();
        assert_eq!(pinned.algorithms(), Some(vec![Algorithm::Ed25519]));
        let with = format!("{KEY},{}", pinned.told());
        assert_eq!(Pinned::read(&with).unwrap().algorithms(), None);
    }
}
