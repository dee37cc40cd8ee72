//! What a practice says of a channel.

use std::path::PathBuf;

use scrubjay_plugin::{Exchange, Refusal};

use crate::host_key::Pinned;

/// Every setting that there is.
const KNOWN: [&str; 10] = [
    "host",
    "port",
    "user",
    "host_key",
    "key",
    "passphrase_file",
    "password_file",
    "out",
    "in",
    "after_fetch",
];

/// How we prove who we are.
#[derive(Debug)]
pub(crate) enum Proof {
    /// A private key, with the file of its passphrase where it has one.
    Key(PathBuf, Option<PathBuf>),
    /// The file of a password.
    Password(PathBuf),
}

/// What becomes of a file at the server once the host has it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum AfterFetch {
    Keep,
    Delete,
    /// To that folder.
    Move(String),
}

/// A channel's settings, checked.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) host_key: Pinned,
    pub(crate) proof: Proof,
    /// The folder there that takes claims.
    pub(crate) out: Option<String>,
    /// The folder there in which files wait for us.
    pub(crate) waiting: Option<String>,
    pub(crate) after_fetch: AfterFetch,
}

impl Settings {
    pub(crate) fn read(exchange: &Exchange<'_>) -> Result<Self, Refusal> {
        if let Some((unknown, _)) = exchange.settings().find(|(key, _)| !KNOWN.contains(key)) {
            let known = KNOWN.join("`, `");
            return Err(Refusal::new(format!(
                "there is no setting `{unknown}`; there are `{known}`"
            )));
        }
        let host = exchange.needed("host")?.to_owned();
        let port = match exchange.setting("port") {
            None => 22,
            Some(text) => text.parse().map_err(|_| {
                Refusal::new(format!("`port` is a number such as 22, not `{text}`"))
            })?,
        };
        let host_key = exchange.setting("host_key").ok_or_else(|| {
            Refusal::new(format!(
                "the setting `host_key` is missing, and without it anybody could be {host}: ask the \
                 people who run the server for its public key or its fingerprint, and write \
                 `host_key: \"ssh-ed25519 AAAA...\"` or `host_key: \"SHA256:...\"`"
            ))
        })?;
        let settings = Self {
            port,
            user: exchange.needed("user")?.to_owned(),
            host_key: Pinned::read(host_key)?,
            proof: proof(exchange)?,
            out: folder(exchange, "out"),
            waiting: folder(exchange, "in"),
            after_fetch: after_fetch(exchange.setting("after_fetch"))?,
            host,
        };
        if settings.out.is_none() && settings.waiting.is_none() {
            return Err(Refusal::new(
                "neither `out` nor `in` is there: `out` is the folder at the server that takes \
                 claims, `in` the one in which acknowledgments wait",
            ));
        }
        Ok(settings)
    }

    /// The server as messages name it.
    pub(crate) fn server(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

fn proof(exchange: &Exchange<'_>) -> Result<Proof, Refusal> {
    let (key, passphrase) = (exchange.path("key"), exchange.path("passphrase_file"));
    let proof = match (key, exchange.path("password_file")) {
        (Some(key), None) => Proof::Key(key, passphrase),
        (None, Some(password)) => Proof::Password(password),
        _ => {
            return Err(Refusal::new(
                "one of `key`, the file of a private key, and `password_file` must be there, and \
                 not both",
            ));
        }
    };
    // Missed now, and not when the first file is due.
    let files = match &proof {
        Proof::Key(key, passphrase) => [Some(key), passphrase.as_ref()],
        Proof::Password(password) => [Some(password), None],
    };
    for file in files.into_iter().flatten() {
        if let Err(problem) = std::fs::File::open(file) {
            let file = file.display();
            return Err(Refusal::new(format!("{file} cannot be read: {problem}")));
        }
    }
    Ok(proof)
}

/// A folder there, without the slash that it may end with.
fn folder(exchange: &Exchange<'_>, key: &str) -> Option<String> {
    let folder = exchange.setting(key)?.trim();
    let plain = folder.trim_end_matches('/');
    match (folder.is_empty(), plain.is_empty()) {
        (true, _) => None,
        (false, true) => Some("/".to_owned()),
        (false, false) => Some(plain.to_owned()),
    }
}

fn after_fetch(setting: Option<&str>) -> Result<AfterFetch, Refusal> {
    match setting {
        None | Some("keep") => Ok(AfterFetch::Keep),
        Some("delete") => Ok(AfterFetch::Delete),
        Some(text) => match text.strip_prefix("move:").map(str::trim) {
            Some(folder) if !folder.is_empty() => {
                Ok(AfterFetch::Move(folder.trim_end_matches('/').to_owned()))
            }
            _ => Err(Refusal::new(format!(
                "`after_fetch` is `keep`, `delete` or `move:FOLDER`, not `{text}`"
            ))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_of_a_fetched_file_is_said_in_one_of_three_ways() {
        let read = |text| after_fetch(Some(text)).ok();
        assert_eq!(after_fetch(None).ok(), Some(AfterFetch::Keep));
        assert_eq!(read("keep"), Some(AfterFetch::Keep));
        assert_eq!(read("delete"), Some(AfterFetch::Delete));
        let moved = AfterFetch::Move("/done".to_owned());
        assert_eq!(read("move: /done/"), Some(moved));
        assert_eq!(read("move:"), None);
        assert_eq!(read("remove"), None);
    }
}
