//! A plugin that carries files, as the way of one channel.
//!
//! ```text
//!   PluginTransport: one channel's way, by the version of the plugin that runs
//!     Wicket: an errand in this process, over the C interface
//!     Child:  an errand in the plugin's own, where a Wicket does the same
//! ```

mod wicket;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use scrubjay_hooks::{FileName, Keep, Transport, TransportError};
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::instance::{Body, Instance};
use crate::spec::Setting;
use crate::text;

pub(crate) use wicket::{Carrier, Wicket};

/// What a plugin is to do for a channel.
pub(crate) enum Errand<'a> {
    /// Look at the channel's settings.
    Check,
    /// Carry a file out.
    Deliver(&'a FileName, &'a [u8]),
    /// Hand in the files that wait.
    Fetch(Keep<'a>),
}

/// A channel as plugins are told of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ChannelSettings {
    pub(crate) channel: String,
    /// In the order of the keys.
    pub(crate) settings: Vec<(String, String)>,
}

/// Why an errand did not end well.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Broke {
    /// In the plugin's words: the other side, a setting, a file.
    #[error("{0}")]
    Said(String),
    #[error("it failed and did not say why")]
    Silent,
    #[error("its time of {0} ms was over: try again later, or allow more with `transfer_ms`")]
    Time(u32),
    #[error("a file that it fetched could not be kept here")]
    NotKept,
    /// What is not the world's doing but the plugin's.
    #[error("{0}")]
    Fault(BrokeFault),
}

/// What a plugin did wrong on an errand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BrokeFault {
    #[error("carries no files")]
    NoCarrier,
    #[error("panicked{}", .0.as_ref().map_or_else(String::new, |said| format!(": {said}")))]
    Panic(Option<String>),
    #[error("gave back the unknown status {0}")]
    Status(i32),
    #[error("called the host on another thread than its errand ran on")]
    Thread,
    #[error("called the host after its errand had ended")]
    Late,
    #[error("handed in a file whose name {0}")]
    Name(String),
    #[error("handed in a file of more than {0} bytes")]
    Long(usize),
    #[error("handed in a file that has a length and no bytes")]
    NoBytes,
    #[error("handed in a file when it was to do something else")]
    Unasked,
    /// Its process, in the words of a call's fault.
    #[error("{0}")]
    Process(String),
}

impl From<BrokeFault> for Broke {
    fn from(fault: BrokeFault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Fault> for Broke {
    fn from(fault: Fault) -> Self {
        // In a call's words they would speak of claims.
        let said = match fault {
            Fault::Lost(ending) => format!("was lost on the way: its process {ending}"),
            Fault::Hung { limit_ms } => format!(
                "took longer than the {limit_ms} ms that an errand may take, and its process \
                 was ended"
            ),
            Fault::NoAnswer => {
                "was lost on the way: its process said what is no answer, and was ended".to_owned()
            }
            Fault::NotStarted { said } => {
                format!("could not be asked: its process could not be started again: {said}")
            }
            Fault::Resting => "was not asked: its process ended, and a new one is not started at \
                 once: try again later"
                .to_owned(),
            fault => fault.to_string(),
        };
        Self::Fault(BrokeFault::Process(said))
    }
}

/// The way of one channel, carried by a plugin. It goes on with the version of
/// the plugin that runs when an errand begins.
pub struct PluginTransport {
    live: Arc<ArcSwap<Instance>>,
    channel: ChannelSettings,
    wicket: Mutex<Wicket>,
}

impl std::fmt::Debug for PluginTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the settings, which may lead to secrets.
        f.debug_struct("PluginTransport")
            .field("plugin", &self.live.load().info().id)
            .field("channel", &self.channel.channel)
            .finish_non_exhaustive()
    }
}

impl PluginTransport {
    /// A channel's way, once the plugin has looked at its settings.
    pub(crate) fn open(
        live: Arc<ArcSwap<Instance>>,
        channel: &str,
        settings: &BTreeMap<String, Setting>,
    ) -> Result<Self, TransportError> {
        let settings = settings.iter();
        let way = Self {
            live,
            channel: ChannelSettings {
                channel: channel.to_owned(),
                settings: settings
                    .map(|(key, value)| (key.clone(), value.0.clone()))
                    .collect(),
            },
            wicket: Mutex::new(Wicket::new()),
        };
        way.run(Errand::Check)?;
        Ok(way)
    }

    fn run(&self, errand: Errand<'_>) -> Result<(), TransportError> {
        let instance = self.live.load_full();
        let info = instance.info();
        let ended = match &instance.body {
            _ if !info.carries_files => Err(BrokeFault::NoCarrier.into()),
            Body::Mapped(mapped) => {
                // A panic while it was held left no state of ours behind.
                let mut wicket = self.wicket.lock().unwrap_or_else(PoisonError::into_inner);
                wicket.run(mapped, &self.channel, instance.budget.transfer_ms, errand)
            }
            #[cfg(unix)]
            Body::Child(child) => child.carry(info, &self.channel, errand),
        };
        ended.map_err(|broke| {
            let by = format!("plugin `{}` {}", info.id, info.version);
            match broke {
                Broke::Fault(fault) => TransportError::Fault {
                    by,
                    fault: text::plain(&fault.to_string()),
                },
                broke => TransportError::Failed {
                    by,
                    said: text::plain(&broke.to_string()),
                },
            }
        })
    }
}

impl Transport for PluginTransport {
    fn deliver(&self, name: &FileName, bytes: &[u8]) -> Result<(), TransportError> {
        self.run(Errand::Deliver(name, bytes))
    }

    fn fetch(&self, keep: Keep<'_>) -> Result<(), TransportError> {
        self.run(Errand::Fetch(keep))
    }
}
