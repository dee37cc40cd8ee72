//! Why an errand did not succeed, in words for whoever must see to it. No password
//! and no key is ever in them.

use std::io;
use std::path::PathBuf;

use russh_sftp::client::error::Error as Answer;
use russh_sftp::protocol::StatusCode;
use scrubjay_plugin::Refusal;

use crate::settings::Settings;

/// What went wrong at a server.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SftpError {
    #[error("the system gives no room to work in: {0}")]
    Runtime(io::Error),
    #[error("its name leads nowhere: mend `host`, or ask whoever runs the network")]
    NoAddress,
    #[error(
        "it cannot be reached: {0}; see whether it is up and whether a firewall lets us through"
    )]
    Unreachable(io::Error),
    #[error(
        "its host key is {seen}, and `host_key` pins {pinned}: nothing was sent. Ask the people who \
         run the server whether they changed it, by another way than this network, and mend \
         `host_key` only then"
    )]
    HostKey { seen: String, pinned: String },
    #[error("the key in {} cannot be used: {problem}", path.display())]
    Key { path: PathBuf, problem: String },
    #[error("{} cannot be read: {problem}", path.display())]
    Secret { path: PathBuf, problem: io::Error },
    #[error(
        "it does not let `{user}` in by {how}: ask the people who run it whether they have our \
         public key, or mend `user` and what stands with it"
    )]
    NotLetIn { user: String, how: &'static str },
    #[error("the connection broke: {0}; it is tried again with the next run")]
    Broken(#[from] russh::Error),
    #[error("{doing} {path}: {}", told(answer))]
    Answer {
        doing: &'static str,
        path: String,
        answer: Answer,
    },
    #[error(
        "another file is there as {path}: see which of both is right, and take the other one away"
    )]
    OtherFile { path: String },
    #[error("only {found} of {size} bytes came to {path}; it is tried again with the next run")]
    Short {
        path: String,
        found: u64,
        size: usize,
    },
    #[error("the file {path} has {size} bytes, which is more than is carried: fetch it by hand")]
    TooLong { path: String, size: u64 },
    #[error("the setting `out` is missing: it is the folder there that takes claims")]
    NoOut,
    #[error(transparent)]
    NotKept(#[from] scrubjay_plugin::NotKept),
}

/// What a server answered, and what to do.
fn told(answer: &Answer) -> String {
    let advice = match answer {
        Answer::Status(status) => match status.status_code {
            StatusCode::NoSuchFile => "there is no such place: mend the folder in the settings",
            StatusCode::PermissionDenied => {
                "we may not: ask the people who run the server for the permission"
            }
            _ => return format!("it answers `{answer}`"),
        },
        Answer::Timeout => "it does not answer; it is tried again with the next run",
        _ => return format!("it answers `{answer}`"),
    };
    advice.to_owned()
}

impl SftpError {
    /// At which server.
    pub(crate) fn at(self, settings: &Settings) -> Refusal {
        Refusal::new(format!("{}: {self}", settings.server()))
    }

    /// While doing something to a path.
    pub(crate) fn while_doing(doing: &'static str, path: &str) -> impl FnOnce(Answer) -> Self {
        let path = path.to_owned();
        move |answer| Self::Answer {
            doing,
            path,
            answer,
        }
    }
}

/// Whether a server says that something is not there.
pub(crate) fn is_absent(answer: &Answer) -> bool {
    matches!(answer, Answer::Status(status) if status.status_code == StatusCode::NoSuchFile)
}

/// Whether a server says that we may not.
pub(crate) fn is_denied(answer: &Answer) -> bool {
    matches!(answer, Answer::Status(status) if status.status_code == StatusCode::PermissionDenied)
}
