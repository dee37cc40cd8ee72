//! One version of a plugin made ready, wherever it runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use scrubjay_hooks::Hook;

#[cfg(unix)]
use crate::child::Child;
use crate::fault::Fault;
use crate::info::PluginInfo;
use crate::mapped::Mapped;
use crate::spec::Budget;
use crate::view::Sight;

/// Where a plugin's code runs.
pub(crate) enum Body {
    /// In this process.
    Mapped(Mapped),
    /// In a process of its own.
    #[cfg(unix)]
    Child(Child),
}

/// A plugin made ready.
pub(crate) struct Instance {
    pub(crate) body: Body,
    info: PluginInfo,
    pub(crate) budget: Budget,
    pub(crate) sight: Sight,
    /// Rule ids and version as they stand in traces.
    pub(crate) rule: Arc<str>,
    pub(crate) version: Arc<str>,
    /// Faults in a row.
    faults: AtomicU32,
}

impl Instance {
    pub(crate) fn new(body: Body, info: PluginInfo, budget: Budget) -> Self {
        Self {
            body,
            budget,
            sight: Sight::of(&info),
            rule: format!("plugin:{}", info.id).into(),
            version: format!("{}@{}", info.id, info.version).into(),
            faults: AtomicU32::new(0),
            info,
        }
    }

    pub(crate) fn info(&self) -> &PluginInfo {
        &self.info
    }

    /// How many faults in a row set it aside, once there have been as many.
    pub(crate) fn set_aside(&self) -> Option<u32> {
        let limit = self.budget.faults.get();
        (self.faults.load(Ordering::Relaxed) >= limit).then_some(limit)
    }

    /// Counts how a call ended. A fault that the plugin is not to blame for
    /// says nothing about it, neither way.
    pub(crate) fn ended(&self, fault: Option<&Fault>) {
        match fault {
            Some(fault) if fault.counts() => {
                self.faults.fetch_add(1, Ordering::Relaxed);
            }
            None if self.faults.load(Ordering::Relaxed) != 0 => {
                self.faults.store(0, Ordering::Relaxed);
            }
            _ => {}
        }
    }

    /// Whether a hook is among those that the plugin declared.
    pub(crate) fn declares(&self, hook: Hook) -> bool {
        self.info.hooks.contains(&hook)
    }
}
