//! Whom `scrubjay.yaml` speaks of: the practice, its channels and its payers.

use std::collections::BTreeMap;

use scrubjay_hooks::PlanFunding;
use scrubjay_model::{Address, Npi, PayerProfile};
use scrubjay_plugin_host::Setting;
use serde::Deserialize;

use crate::{Answers, AuthorizationTerms, Batches, BillingPolicy, HttpsWay, Term, Terms};

/// One end of an electronic channel, as ISA and GS name it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TradingPartner {
    /// ISA05 or ISA07.
    #[serde(default = "mutually_defined")]
    pub qualifier: String,
    /// ISA06 or ISA08, at most 15 characters.
    pub id: String,
    /// Name in loop 1000A or 1000B.
    #[serde(default)]
    pub name: Option<String>,
}

fn mutually_defined() -> String {
    "ZZ".to_owned()
}

/// Whom a payer or clearinghouse calls.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Name.
    pub name: String,
    /// Ten digits.
    pub phone: String,
}

/// The practice that bills.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// Name.
    pub name: String,
    /// NPI.
    pub npi: Npi,
    /// Tax id, digits.
    pub tax_id: String,
    /// Contact for questions about what we send.
    pub contact: Contact,
    /// Who sends.
    pub submitter: TradingPartner,
    /// Where it is, with a ZIP code of nine digits: claims that are built here
    /// need it.
    #[serde(default)]
    pub address: Option<Address>,
    /// Taxonomy code (PRV03).
    #[serde(default)]
    pub taxonomy: Option<String>,
}

/// Whether what goes out is a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Usage {
    /// Test data.
    #[serde(rename = "T")]
    Test,
    /// Production data.
    #[serde(rename = "P")]
    Production,
}

impl Usage {
    /// ISA15.
    #[must_use]
    pub const fn as_x12(self) -> &'static str {
        match self {
            Self::Test => "T",
            Self::Production => "P",
        }
    }
}

/// A way out: a clearinghouse or a payer's own front end.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Who receives.
    pub receiver: TradingPartner,
    /// Test or production.
    #[serde(default = "production")]
    pub usage: Usage,
    /// What carries its files.
    #[serde(default)]
    pub transport: Way,
    /// How soon it answers.
    #[serde(default)]
    pub answers: Answers,
    /// How claims are put together for it.
    #[serde(default)]
    pub batches: Batches,
}

/// What carries a channel's files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(from = "WrittenWay")]
pub enum Way {
    /// Nothing of ours: files for it are left in the outbox, and those from it are
    /// put into the inbox, by somebody else.
    #[default]
    Folder,
    /// A plugin that carries files.
    Plugin {
        /// Its id.
        plugin: String,
        /// What it is told of this channel.
        settings: BTreeMap<String, Setting>,
    },
    /// HTTPS, as in CAQH CORE connectivity.
    Https(Box<HttpsWay>),
}

/// How a configuration says it.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a transport is `folder`, or has `plugin:` with the id of one and its `settings:`, or `https:` with its `url`, `sender` and `receiver`"
)]
enum WrittenWay {
    Word(WayWord),
    Plugin(PluginWay),
    Https { https: Box<HttpsWay> },
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WayWord {
    Folder,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PluginWay {
    plugin: String,
    #[serde(default)]
    settings: BTreeMap<String, Setting>,
}

impl From<WrittenWay> for Way {
    fn from(written: WrittenWay) -> Self {
        match written {
            WrittenWay::Word(WayWord::Folder) => Self::Folder,
            WrittenWay::Plugin(PluginWay { plugin, settings }) => Self::Plugin { plugin, settings },
            WrittenWay::Https { https } => Self::Https(https),
        }
    }
}

const fn production() -> Usage {
    Usage::Production
}

/// A payer and the channel that its claims leave by.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Payer {
    /// What the practice knows of it.
    #[serde(flatten)]
    pub profile: PayerProfile,
    /// Channel; none for a payer that is never sent claims, such as self-pay.
    #[serde(default)]
    pub channel: Option<String>,
    /// How long it gives for what, where its contract says so.
    #[serde(default)]
    pub terms: Terms,
    /// How it is asked for authorizations, and how long it takes.
    #[serde(default)]
    pub authorizations: AuthorizationTerms,
    /// How it wants services put together on claims.
    #[serde(default)]
    pub billing: BillingPolicy,
    /// What it pays for what, where its contract says so: the first that covers a
    /// service counts.
    #[serde(default)]
    pub contract: Vec<Term>,
    /// Who bears the risk of its plans, where that is one and the same: state
    /// prompt-pay law does not reach a plan that an employer bears itself.
    #[serde(default)]
    pub funding: Option<PlanFunding>,
}
