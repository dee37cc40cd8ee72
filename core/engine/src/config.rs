//! `scrubjay.yaml`: the practice, its payers and channels, and where things are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scrubjay_model::{LineOfBusiness, PayerId};
use scrubjay_plugin_host::{
    PluginError, PluginHost, PluginKey, PluginLog, PluginSpec, Setting, Trust,
};
use scrubjay_rules::PublicKey;
use serde::Deserialize;

use crate::{
    BillingPolicy, ChargeMaster, ChargeMasterFileError, Charging, CodeFiles, DenialPolicy,
    EngineError, FollowUpPolicy, PatientPolicy, RosterEntry,
};

mod partner;

pub use partner::{Channel, Contact, Payer, Practice, TradingPartner, Usage, Way};

/// The name of the configuration in a folder.
pub const FILE_NAME: &str = "scrubjay.yaml";

/// Whose clock files are taken in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockSource {
    /// The machine's clock.
    #[default]
    System,
    /// Each file's own ISA date and time (of a sheet the last day on which
    /// something happened that it tells of), never going backwards: for replays
    /// and examples, whose figures must not change with the day.
    Interchange,
}

/// Which rule packs judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RulesFrom {
    /// Those in the folders of `rules`, as they stand there.
    #[default]
    Folders,
    /// The live published version of each, from the practice's database.
    /// The folders of `rules` are then only where packs are published from.
    Published,
}

/// Everything that `scrubjay.yaml` says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The practice; none in a folder without configuration.
    #[serde(default)]
    pub practice: Option<Practice>,
    /// Whose clock.
    #[serde(default)]
    pub clock: ClockSource,
    /// Folder that files come in by.
    #[serde(default = "inbox")]
    pub inbox: PathBuf,
    /// Folder that files leave by.
    #[serde(default = "outbox")]
    pub outbox: PathBuf,
    /// Folders of rule packs.
    #[serde(default)]
    pub rules: Vec<PathBuf>,
    /// Which rule packs judge.
    #[serde(default)]
    pub rules_from: RulesFrom,
    /// Public keys, of which one must have signed each pack; without any, packs
    /// need no signature.
    #[serde(default)]
    pub rule_keys: Vec<PublicKey>,
    /// Medicare's tables that rules may look into; none ships.
    #[serde(default)]
    pub codes: CodeFiles,
    /// Native plugins, asked behind the rule packs in this order.
    #[serde(default)]
    pub plugins: Vec<PluginSpec>,
    /// Public keys, of which one must have signed each plugin that is not
    /// pinned by its SHA-256; without any, plugins need neither.
    #[serde(default)]
    pub plugin_keys: Vec<PluginKey>,
    /// Channels by name.
    #[serde(default)]
    pub channels: BTreeMap<String, Channel>,
    /// Payers.
    #[serde(default)]
    pub payers: Vec<Payer>,
    /// Who gives services at the practice.
    #[serde(default)]
    pub providers: Vec<RosterEntry>,
    /// Channel for payers that are not listed; without it their claims are held.
    #[serde(default)]
    pub default_channel: Option<String>,
    /// Days after which a claim that no payer has answered counts as not
    /// resolved, and is followed up.
    #[serde(default = "mature_after")]
    pub mature_after_days: u32,
    /// The practice's own prices, as a CSV file: see [`ChargeMaster`].
    #[serde(default)]
    pub charge_master: Option<PathBuf>,
    /// The prices themselves: those of `charge_master` once an engine was made
    /// of this, or a host's own where there is no such file.
    #[serde(skip)]
    pub prices: ChargeMaster,
    /// How soon services must be charged for.
    #[serde(default)]
    pub charges: Charging,
    /// How patients are billed.
    #[serde(default)]
    pub patients: PatientPolicy,
    /// How denials are worked.
    #[serde(default)]
    pub denials: DenialPolicy,
    /// How open claims are followed up.
    #[serde(default)]
    pub follow_up: FollowUpPolicy,
    /// Days that a remittance waits for its deposit, and a deposit for its
    /// remittance, before somebody looks.
    #[serde(default = "deposits_within")]
    pub deposits_within_days: u32,
}

fn inbox() -> PathBuf {
    "inbox".into()
}

fn outbox() -> PathBuf {
    "outbox".into()
}

const fn mature_after() -> u32 {
    30
}

const fn deposits_within() -> u32 {
    7
}

impl Default for Config {
    fn default() -> Self {
        Self {
            practice: None,
            clock: ClockSource::default(),
            inbox: inbox(),
            outbox: outbox(),
            rules: Vec::new(),
            rules_from: RulesFrom::default(),
            rule_keys: Vec::new(),
            codes: CodeFiles::default(),
            plugins: Vec::new(),
            plugin_keys: Vec::new(),
            channels: BTreeMap::new(),
            payers: Vec::new(),
            providers: Vec::new(),
            default_channel: None,
            mature_after_days: mature_after(),
            charge_master: None,
            prices: ChargeMaster::default(),
            charges: Charging::default(),
            patients: PatientPolicy::default(),
            denials: DenialPolicy::default(),
            follow_up: FollowUpPolicy::default(),
            deposits_within_days: deposits_within(),
        }
    }
}

impl Config {
    /// Reads a folder's `scrubjay.yaml` and makes its paths absolute to the folder.
    ///
    /// A folder without one is taken as it is: files are read from `inbox/`
    /// where there is one, else from the folder itself; claims are held, since
    /// no payer is known, unless the caller names a default channel; rules are
    /// those of a `payer-rules` folder beside or above.
    ///
    /// # Errors
    /// Where the file cannot be read or says something that cannot be meant.
    pub fn of_folder(folder: &Path) -> Result<Self, EngineError> {
        let path = folder.join(FILE_NAME);
        let mut config = match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&path, &text)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Self::unconfigured(folder)
            }
            Err(error) => return Err(EngineError::file(path)(error)),
        };
        config.inbox = folder.join(&config.inbox);
        config.outbox = folder.join(&config.outbox);
        config.patients.letters = folder.join(&config.patients.letters);
        config.denials.letters = folder.join(&config.denials.letters);
        config.denials.templates = folder.join(&config.denials.templates);
        for rules in &mut config.rules {
            *rules = folder.join(&rules);
        }
        config.codes.settle(folder);
        config.charge_master = config.charge_master.map(|path| folder.join(path));
        let terms = config
            .payers
            .iter_mut()
            .flat_map(|payer| &mut payer.contract);
        for term in terms {
            term.settle(folder);
        }
        for channel in config.channels.values_mut() {
            if let Way::Https(https) = &mut channel.transport {
                https.settle(folder);
            }
        }
        for plugin in &mut config.plugins {
            plugin.path = folder.join(&plugin.path);
            plugin.folder = folder.to_owned();
        }
        Ok(config)
    }

    /// Reads the prices of the charge master, where one is named. The engine
    /// does so when it opens; this is for programs that look at prices without one.
    ///
    /// # Errors
    /// Where it cannot be read or used, or names a payer that is not there.
    pub fn read_prices(&mut self) -> Result<(), ChargeMasterFileError> {
        let Some(path) = &self.charge_master else {
            return Ok(());
        };
        let prices = ChargeMaster::read(path)?;
        let keys = self.payers.iter().map(|payer| payer.profile.key.as_str());
        prices
            .check_payers(keys)
            .map_err(|problem| ChargeMasterFileError::Content {
                path: path.clone(),
                problem,
            })?;
        self.prices = prices;
        Ok(())
    }

    /// A host for plugins that trusts whom this configuration trusts. The engine
    /// makes its own; this is for programs that look at plugins without one.
    ///
    /// # Errors
    /// As for [`PluginHost::new`].
    pub fn plugin_host(&self, log: Arc<dyn PluginLog>) -> Result<PluginHost, PluginError> {
        if self.plugin_keys.is_empty() {
            PluginHost::with(Trust::Named, log)
        } else {
            PluginHost::trusting(self.plugin_keys.clone(), log)
        }
    }

    fn parse(path: &Path, text: &str) -> Result<Self, EngineError> {
        let refuse = |problem: String| EngineError::Config {
            path: path.to_owned(),
            problem,
        };
        let config: Self = serde_yaml::from_str(text).map_err(|error| refuse(error.to_string()))?;
        for (at, payer) in config.payers.iter().enumerate() {
            let key = &payer.profile.key;
            if config.payers[..at]
                .iter()
                .any(|other| other.profile.key == *key)
            {
                return Err(refuse(format!(
                    "payers: `{key}` stands twice; give each payer its own key"
                )));
            }
        }
        let faults = [
            config.patients.fault(),
            config.denials.fault(),
            config.follow_up.fault(),
        ];
        if let Some(fault) = faults.into_iter().flatten().next() {
            return Err(refuse(fault.to_owned()));
        }
        for payer in &config.payers {
            if let Some(problem) = payer.billing.problem() {
                let key = &payer.profile.key;
                return Err(refuse(format!("payers: billing of `{key}`: {problem}")));
            }
        }
        for (at, provider) in config.providers.iter().enumerate() {
            let npi = provider.npi;
            if config.providers[..at].iter().any(|other| other.npi == npi) {
                return Err(refuse(format!(
                    "providers: {npi} stands twice; keep one of them"
                )));
            }
        }
        if let Some(lacking) = config.codes.lacks() {
            return Err(refuse(format!(
                "codes: a price needs `fees`, `gpci` and `locality`, and `{lacking}` is not there; add it or take the others out"
            )));
        }
        let named = config
            .payers
            .iter()
            .filter_map(|payer| payer.channel.as_ref());
        for channel in named.chain(&config.default_channel) {
            if !config.channels.contains_key(channel) {
                return Err(refuse(format!(
                    "channels: there is no `{channel}`, which a payer names; add it or mend the name"
                )));
            }
        }
        Ok(config)
    }

    fn unconfigured(folder: &Path) -> Self {
        let has_inbox = folder.join(inbox()).is_dir();
        Self {
            inbox: if has_inbox {
                inbox()
            } else {
                PathBuf::from(".")
            },
            rules: rules_above(folder),
            ..Self::default()
        }
    }

    /// The payer of a claim or remittance: by id, by another of its ids, or by name.
    #[must_use]
    pub fn payer(&self, ids: &[&str], name: &str) -> Option<&Payer> {
        let by_id = self.payers.iter().find(|payer| {
            let profile = &payer.profile;
            ids.iter()
                .any(|id| profile.id.as_str() == *id || profile.also.iter().any(|also| also == id))
        });
        by_id.or_else(|| {
            self.payers
                .iter()
                .find(|payer| payer.profile.name.eq_ignore_ascii_case(name))
        })
    }

    /// How claims to the payer of that key are put together.
    #[must_use]
    pub fn billing_of(&self, key: &str) -> BillingPolicy {
        self.payer_by_key(key)
            .map(|payer| payer.billing.clone())
            .unwrap_or_default()
    }

    /// The payer of that key.
    #[must_use]
    pub fn payer_by_key(&self, key: &str) -> Option<&Payer> {
        self.payers.iter().find(|payer| payer.profile.key == key)
    }

    /// The key of a payer that is not configured: its name in lower case with
    /// dashes, or its id where it has no name.
    #[must_use]
    pub fn derived_key(id: Option<&PayerId>, name: &str) -> String {
        let words = |text: &str| {
            text.split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_ascii_lowercase)
                .collect::<Vec<_>>()
                .join("-")
        };
        let from_name = words(name);
        let key = if from_name.is_empty() {
            id.map(|id| words(id.as_str())).unwrap_or_default()
        } else {
            from_name
        };
        if key.is_empty() {
            "unknown".to_owned()
        } else {
            key
        }
    }

    /// Whether the patient alone pays.
    #[must_use]
    pub fn is_self_pay(&self, key: &str) -> bool {
        self.payer_by_key(key)
            .is_some_and(|payer| payer.profile.line == LineOfBusiness::SelfPay)
    }

    /// The channels that a plugin carries, with what it is told of each.
    pub fn carried_by<'c>(
        &'c self,
        plugin: &'c str,
    ) -> impl Iterator<Item = (&'c str, &'c BTreeMap<String, Setting>)> {
        self.channels
            .iter()
            .filter_map(move |(name, channel)| match &channel.transport {
                Way::Plugin {
                    plugin: named,
                    settings,
                } if named == plugin => Some((name.as_str(), settings)),
                _ => None,
            })
    }

    /// The channel by which a payer's claims leave.
    #[must_use]
    pub fn channel_of(&self, key: &str) -> Option<&str> {
        match self.payer_by_key(key) {
            Some(payer) => payer.channel.as_deref(),
            None => self.default_channel.as_deref(),
        }
    }
}

/// The nearest `payer-rules` beside or above a folder, or above the working folder.
fn rules_above(folder: &Path) -> Vec<PathBuf> {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let working = std::env::current_dir().unwrap_or_default();
    absolute
        .ancestors()
        .chain(working.ancestors())
        .map(|above| above.join("payer-rules"))
        .find(|rules| rules.is_dir())
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests;
