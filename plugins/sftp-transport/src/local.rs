//! Secrets on this machine.

use std::path::{Path, PathBuf};

use crate::error::SftpError;
use crate::settings::{Proof, Settings};

/// A secret in a file of its own: its first line.
pub(crate) fn secret(path: &Path) -> Result<String, SftpError> {
    let text = std::fs::read_to_string(path).map_err(|problem| SftpError::Secret {
        path: path.to_owned(),
        problem,
    })?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// A warning where others on this machine may read a secret.
#[cfg(unix)]
pub(crate) fn exposed(settings: &Settings) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    let files: Vec<&PathBuf> = match &settings.proof {
        Proof::Key(key, None) => vec![key],
        Proof::Key(_, Some(passphrase)) => vec![passphrase],
        Proof::Password(password) => vec![password],
    };
    let open = files.into_iter().find(|file| {
        let about = std::fs::metadata(file);
        about.is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
    })?;
    Some(format!(
        "{} may be read by others on this machine: `chmod 600` it",
        open.display()
    ))
}

/// A warning where others on this machine may read a secret: not told here.
#[cfg(not(unix))]
pub(crate) fn exposed(_settings: &Settings) -> Option<String> {
    None
}
