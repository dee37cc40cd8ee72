//! Whom a channel talks to, and how it says who it is.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How the client says who it is.
#[derive(Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Credentials {
    /// Not at all: the network does, such as on a private line.
    #[default]
    None,
    /// By name and password in the envelope (fields UserName and Password).
    Password {
        /// UserName.
        user: String,
        /// Password.
        password: String,
    },
    /// By a client certificate.
    Certificate {
        /// Certificate and those that signed it, in PEM.
        certificate: PathBuf,
        /// Its private key, in PEM.
        key: PathBuf,
    },
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Password { user, .. } => f
                .debug_struct("Password")
                .field("user", user)
                .finish_non_exhaustive(),
            Self::Certificate { certificate, .. } => f
                .debug_struct("Certificate")
                .field("certificate", certificate)
                .finish_non_exhaustive(),
        }
    }
}

/// Whom a channel talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Address, which begins with `https://`; plain `http://` is taken for this
    /// machine itself only.
    pub url: String,
    /// SenderID.
    pub sender: String,
    /// ReceiverID.
    pub receiver: String,
    /// How the client says who it is.
    pub credentials: Credentials,
    /// Certificates that are trusted, in PEM; the usual public ones without it.
    pub roots: Option<PathBuf>,
    /// PayloadType of what is submitted, by the ending of the file's name, such
    /// as `837p`.
    pub payloads: BTreeMap<String, String>,
    /// PayloadTypes of the requests for what waits, as the other side names
    /// them; none where nothing is fetched.
    pub results: Vec<String>,
    /// How long one exchange may take.
    pub timeout: Duration,
}

/// Settings that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// What is sent could be read on its way.
    #[error(
        "`{url}` does not begin with https://: claims go encrypted, or to this machine itself only"
    )]
    NotHttps {
        /// The address.
        url: String,
    },
    /// A value that no field of the envelope can carry.
    #[error("`{field}` is empty, or has a line break or control character")]
    Field {
        /// Which.
        field: &'static str,
    },
    /// A file of certificates or keys cannot be used.
    #[error("{path} cannot be used as {what}: {problem}", path = .path.display())]
    Certificate {
        /// Path.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
        /// What is wrong.
        problem: String,
    },
}

impl Settings {
    /// Settings without credentials that fetch nothing, with the usual
    /// PayloadTypes of claims and a minute and a half for an exchange.
    #[must_use]
    pub fn new(
        url: impl Into<String>,
        sender: impl Into<String>,
        receiver: impl Into<String>,
    ) -> Self {
        let claims = [
            ("837p", "X12_837_Request_005010X222A1"),
            ("837i", "X12_837_Request_005010X223A2"),
            ("837d", "X12_837_Request_005010X224A2"),
        ];
        Self {
            url: url.into(),
            sender: sender.into(),
            receiver: receiver.into(),
            credentials: Credentials::None,
            roots: None,
            payloads: claims
                .map(|(ending, payload)| (ending.to_owned(), payload.to_owned()))
                .into(),
            results: Vec::new(),
            timeout: Duration::from_secs(90),
        }
    }

    /// Whether they can be meant.
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        if !self.url.starts_with("https://") && !self.is_this_machine() {
            return Err(SettingsError::NotHttps {
                url: self.url.clone(),
            });
        }
        let (user, password) = match &self.credentials {
            Credentials::Password { user, password } => (user.as_str(), password.as_str()),
            _ => ("-", "-"),
        };
        let mut fields = vec![
            ("sender", self.sender.as_str()),
            ("receiver", &self.receiver),
            ("user", user),
            ("password", password),
        ];
        fields.extend(self.payloads.values().map(|one| ("payloads", one.as_str())));
        fields.extend(self.results.iter().map(|one| ("results", one.as_str())));
        let unfit = |text: &str| text.is_empty() || text.chars().any(char::is_control);
        match fields.into_iter().find(|(_, text)| unfit(text)) {
            Some((field, _)) => Err(SettingsError::Field { field }),
            None => Ok(()),
        }
    }

    fn is_this_machine(&self) -> bool {
        let Some(rest) = self.url.strip_prefix("http://") else {
            return false;
        };
        let host = rest.split('/').next().unwrap_or_default();
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| {
            // Behind the name a port may stand and nothing else: what stands
            // before `@` is a user's name.
            host.strip_prefix(name).is_some_and(|port| {
                port.is_empty()
                    || port
                        .strip_prefix(':')
                        .is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_go_encrypted_or_stay_on_this_machine() {
        let to = |url: &str| Settings::new(url, "S", "R").check().is_ok();
        assert!(to("https://edi.example.com/core"));
        assert!(to("http://127.0.0.1:8080/core"));
        for wrong in [
            "http://edi.example.com/",
            "ftp://127.0.0.1/",
            "http://localhost.example.com/",
            "http://127.0.0.1:80@example.com/",
        ] {
            assert!(!to(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_never_printed_and_a_line_break_is_refused() {
        let mut settings = Settings::new("https://a/", "S", "R");
        settings.credentials = Credentials::Password {
            user: "u".to_owned(),
            password: "hush".to_owned(),
        };
        assert!(!format!("{settings:?}").contains("hush"));
        settings.sender = "S\r\nX".to_owned();
        assert_eq!(
            settings.check(),
            Err(SettingsError::Field { field: "sender" })
        );
    }
}
