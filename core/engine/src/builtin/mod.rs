//! The engine's own checks, on the same road as every pack and plugin.

use std::sync::Arc;

use scrubjay_hooks::{
    About, Context, Finding, Handler, Hook, Outcome, Ran, Severity, Subject, Worker,
};

use crate::Config;

/// Checks that need the configuration and no payer's policy.
pub(crate) struct BuiltIn {
    config: Arc<Config>,
}

impl BuiltIn {
    pub(crate) const fn new(config: Arc<Config>) -> Self {
        Self { config }
    }
}

const NO_CHANNEL: &str = "engine/no-channel";

impl Handler for BuiltIn {
    fn name(&self) -> &str {
        "engine"
    }

    fn handles(&self, hook: Hook) -> bool {
        hook == Hook::Scrub
    }

    fn worker(&self) -> Box<dyn Worker> {
        Box::new(Self {
            config: Arc::clone(&self.config),
        })
    }
}

impl Worker for BuiltIn {
    fn judge(
        &mut self,
        _hook: Hook,
        subject: Subject<'_>,
        _context: Context,
        outcome: &mut Outcome,
    ) {
        let Subject::Claim(subject) = subject else {
            return;
        };
        let key = crate::steps::claim::payer_key(&self.config, subject.claim);
        let can_leave = self.config.is_self_pay(&key) || self.config.channel_of(&key).is_some();
        outcome.ran.push(Ran {
            rule: NO_CHANNEL.into(),
            version: concat!("engine@", env!("CARGO_PKG_VERSION")).into(),
            findings: u32::from(!can_leave),
        });
        if !can_leave {
            outcome.findings.push(Finding {
                rule: NO_CHANNEL.to_owned(),
                severity: Severity::Block,
                message: format!(
                    "no channel leads to payer `{key}`: add the payer with its id and channel to {}",
                    crate::config::FILE_NAME
                ),
                about: About::Field { field: "payer".to_owned() },
                prevents: Vec::new(),
                cite: None,
                overridable: false,
                shadow: false,
            });
        }
    }
}
