//! What plugins log, kept until the host asks for it.

use std::sync::{Mutex, PoisonError};

use scrubjay_plugin_host::{LogLevel, PluginLog};

/// Lines that are kept at most; of those beyond, only the number.
const MOST: usize = 1_000;

/// A line that a plugin has logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginLine {
    /// The plugin.
    pub plugin: String,
    /// How much it matters.
    pub level: LogLevel,
    /// The line.
    pub text: String,
}

/// Keeps lines in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct KeptLines(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    lines: Vec<PluginLine>,
    beyond: usize,
}

impl KeptLines {
    /// Takes out what is kept.
    pub(crate) fn take(&self) -> Vec<PluginLine> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { mut lines, beyond } = std::mem::take(&mut *kept);
        if beyond > 0 {
            lines.push(PluginLine {
                plugin: "host".to_owned(),
                level: LogLevel::Warn,
                text: format!("{beyond} more lines of plugins were not kept"),
            });
        }
        lines
    }
}

impl PluginLog for KeptLines {
    fn line(&self, plugin: &str, level: LogLevel, text: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.lines.len() < MOST {
            kept.lines.push(PluginLine {
                plugin: plugin.to_owned(),
                level,
                text: text.to_owned(),
            });
        } else {
            kept.beyond += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_given_once_and_their_number_is_bounded() {
        let log = KeptLines::default();
        for number in 0..MOST + 2 {
            log.line("edits", LogLevel::Info, &number.to_string());
        }
        let lines = log.take();
        assert_eq!((lines.len(), lines[0].text.as_str()), (MOST + 1, "0"));
        assert_eq!(lines[MOST].text, "2 more lines of plugins were not kept");
        assert!(log.take().is_empty());
    }
}
