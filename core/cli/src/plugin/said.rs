//! What plugins log, on the standard error.

use std::sync::Arc;

use scrubjay::plugins::{LogLevel, PluginError, PluginHost, PluginLog, Trust};

/// Prints each line as it comes.
struct StandardError;

impl PluginLog for StandardError {
    fn line(&self, plugin: &str, level: LogLevel, text: &str) {
        let level = match level {
            LogLevel::Debug => return,
            LogLevel::Info => "says",
            LogLevel::Warn => "warns",
            LogLevel::Error => "has an error",
        };
        eprintln!("scrubjay: plugin {plugin} {level}: {text}");
    }
}

/// A host whose plugins are heard.
pub(super) fn loud_host() -> Result<PluginHost, PluginError> {
    PluginHost::with(Trust::Named, Arc::new(StandardError))
}
