//! How letters reach patients, whatever carries them.

use crate::FileName;

/// Hands letters on: to a folder, a print shop, a patient portal.
///
/// Whoever calls does so again after a failure, and after a crash that left it
/// unsure whether the last call got through. The same letter has the same name
/// and bytes then, and must reach the patient once.
pub trait Notifier: Send + Sync {
    /// Takes a letter over. When this returns well the letter will reach the
    /// patient without anybody asking again: the law's times are counted from here.
    ///
    /// # Errors
    /// Why not; the letter stays due.
    fn notify(&self, notice: &Notice<'_>) -> Result<(), NotifyError>;
}

/// A letter to a patient, as text and as a page. It holds patient data.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    /// Its name without an ending, the same for the same letter.
    pub name: &'a FileName,
    /// The letter as plain text.
    pub text: &'a str,
    /// The same as an HTML page.
    pub html: &'a str,
}

/// Why a letter was not taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the letter `{name}` was not taken over: {said}")]
pub struct NotifyError {
    /// Name of the letter.
    pub name: String,
    /// What happened, and what to do, without patient data.
    pub said: String,
}
