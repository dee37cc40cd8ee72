//! A channel over HTTPS (CAQH CORE connectivity), as `scrubjay.yaml` names it.
//! What carries it is built with the cargo feature `https`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A text that is not shown, such as a password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Whom a channel talks to over HTTPS.
///
/// ```yaml
/// channels:
///   house:
///     receiver: { id: HOUSE }
///     transport:
///       https: { url: https://edi.example.com/core, sender: PRACTICE, receiver: HOUSE,
///                user: practice, password_env: HOUSE_PASSWORD }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpsWay {
    /// Address.
    pub url: String,
    /// SenderID.
    pub sender: String,
    /// ReceiverID.
    pub receiver: String,
    /// UserName, where it is known by name and password.
    #[serde(default)]
    pub user: Option<String>,
    /// The password, where it stands in the configuration itself.
    #[serde(default)]
    pub password: Option<Secret>,
    /// The environment variable that holds the password.
    #[serde(default)]
    pub password_env: Option<String>,
    /// Client certificate in PEM, where it is known by that.
    #[serde(default)]
    pub certificate: Option<PathBuf>,
    /// Its private key in PEM.
    #[serde(default)]
    pub key: Option<PathBuf>,
    /// Certificates that are trusted, in PEM; the usual public ones without it.
    #[serde(default)]
    pub roots: Option<PathBuf>,
    /// PayloadType of what is sent, by the ending of the file's name, beside
    /// those of claims.
    #[serde(default)]
    pub payloads: BTreeMap<String, String>,
    /// PayloadTypes of the requests for what waits, as the other side's
    /// companion guide names them.
    #[serde(default)]
    pub results: Vec<String>,
    /// How long one exchange may take.
    #[serde(default)]
    pub timeout_seconds: Option<u32>,
}

/// Why a channel over HTTPS cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpsWayError {
    /// The program was built without it.
    #[error(
        "this program was built without HTTPS: build it with the cargo feature `https`, or hand in a transport of your own"
    )]
    NotBuilt,
    /// No password is at hand.
    #[error("the environment variable `{variable}` does not hold the password: set it")]
    NoPassword {
        /// Variable.
        variable: String,
    },
    /// Half of what says who we are.
    #[error(
        "give `user` with `password` or `password_env`, or `certificate` with `key`, or none of them"
    )]
    Credentials,
    /// The settings cannot be meant.
    #[cfg(feature = "https")]
    #[error(transparent)]
    Settings(#[from] scrubjay_https::SettingsError),
}

impl HttpsWay {
    /// Makes its paths absolute to the practice's folder.
    pub(crate) fn settle(&mut self, folder: &Path) {
        let paths = [&mut self.certificate, &mut self.key, &mut self.roots];
        for path in paths.into_iter().flatten() {
            *path = folder.join(&path);
        }
    }

    #[cfg(not(feature = "https"))]
    pub(crate) fn open(
        &self,
        _channel: &str,
    ) -> Result<Box<dyn scrubjay_hooks::Transport>, HttpsWayError> {
        Err(HttpsWayError::NotBuilt)
    }

    #[cfg(feature = "https")]
    pub(crate) fn open(
        &self,
        channel: &str,
    ) -> Result<Box<dyn scrubjay_hooks::Transport>, HttpsWayError> {
        let mut settings = scrubjay_https::Settings::new(&self.url, &self.sender, &self.receiver);
        settings.credentials = self.credentials()?;
        settings.roots.clone_from(&self.roots);
        settings.payloads.extend(self.payloads.clone());
        settings.results.clone_from(&self.results);
        if let Some(seconds) = self.timeout_seconds {
            settings.timeout = std::time::Duration::from_secs(seconds.into());
        }
        // The envelope is stamped with the time of the exchange, also where the
        // engine lives in the time of its files.
        let clock = Box::new(crate::SystemClock);
        let transport = scrubjay_https::HttpsTransport::new(channel, settings, clock)?;
        Ok(Box::new(transport))
    }

    #[cfg(feature = "https")]
    fn credentials(&self) -> Result<scrubjay_https::Credentials, HttpsWayError> {
        use scrubjay_https::Credentials;
        let password = match (&self.password, &self.password_env) {
            (Some(Secret(password)), None) => Some(password.clone()),
            (None, Some(variable)) => {
                let held = std::env::var(variable).ok();
                Some(held.ok_or_else(|| HttpsWayError::NoPassword {
                    variable: variable.clone(),
                })?)
            }
            (None, None) => None,
            (Some(_), Some(_)) => return Err(HttpsWayError::Credentials),
        };
        match (&self.user, password, &self.certificate, &self.key) {
            (None, None, None, None) => Ok(Credentials::None),
            (Some(user), Some(password), None, None) => Ok(Credentials::Password {
                user: user.clone(),
                password,
            }),
            (None, None, Some(certificate), Some(key)) => Ok(Credentials::Certificate {
                certificate: certificate.clone(),
                key: key.clone(),
            }),
            _ => Err(HttpsWayError::Credentials),
        }
    }
}
