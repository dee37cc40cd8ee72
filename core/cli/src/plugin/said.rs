//! What plugins log, on the standard error.

use std::sync::Arc;

use scrubjay::plugins::{LogLevel, PluginHost, PluginLog};
use scrubjay::{Config, Engine, PluginLine};

use crate::child;

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

/// Prints what the plugins of an engine have warned of since it was last asked.
pub(crate) fn print_warnings(engine: &Engine) {
    print_lines(engine.take_plugin_lines());
}

/// Prints what plugins have warned of.
pub(crate) fn print_lines(lines: Vec<PluginLine>) {
    for line in lines {
        if line.level >= LogLevel::Warn {
            StandardError.line(&line.plugin, line.level, &line.text);
        }
    }
}

/// The host of a practice's plugins, which are heard.
pub(super) fn loud_host(config: &Config) -> anyhow::Result<PluginHost> {
    child::named(config.plugin_host(Arc::new(StandardError))?)
}
