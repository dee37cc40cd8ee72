//! The engine's own edits, on the same road as every pack and plugin and before
//! them: what holds for any payer, and needs no policy.

use std::sync::Arc;

use scrubjay_hooks::{
    About, ClaimSubject, CodeBooks, Context, Finding, Handler, Hook, Outcome, Ran, Severity,
    Subject, Worker,
};
use scrubjay_model::{Carc, Frequency};

use crate::{Config, PracticeCodes};

pub(crate) mod charge;
mod codes;
mod duplicate;
mod registration;
mod written;

/// Edits that need the configuration, the code sets and what they judge alone.
#[derive(Clone)]
pub(crate) struct BuiltIn {
    config: Arc<Config>,
    codes: Arc<PracticeCodes>,
    /// The edits that run, with their names as every trace shares them.
    edits: Vec<(&'static Edit, Arc<str>)>,
    version: Arc<str>,
}

const NO_CHANNEL: &str = "engine/no-channel";
const X12: &str = "engine/x12";
const BALANCE: &str = "engine/balance";

/// One edit: its id, which never changes, and what it finds.
struct Edit {
    id: &'static str,
    find: fn(&Desk<'_>) -> Vec<Found>,
}

/// Every edit, in the order in which they run.
static EDITS: [Edit; 5] = [
    Edit {
        id: NO_CHANNEL,
        find: no_channel,
    },
    Edit {
        id: X12,
        find: written::faults,
    },
    Edit {
        id: BALANCE,
        find: written::balances,
    },
    Edit {
        id: "engine/diagnosis-on-date",
        find: codes::diagnoses,
    },
    Edit {
        id: "engine/duplicate-claim",
        find: duplicate::duplicate,
    },
];

/// What an edit looks at.
struct Desk<'a> {
    config: &'a Config,
    codes: &'a dyn CodeBooks,
    subject: &'a ClaimSubject<'a>,
    /// The payer's key.
    payer: String,
    /// What a receiver would find in the claim, where it would be sent to one.
    written: written::Written,
}

/// What an edit has found.
struct Found {
    message: String,
    about: About,
    prevents: Vec<Carc>,
    cite: Option<&'static str>,
    /// Whether a person may pass it: where a list may be behind, or a person
    /// knows more.
    overridable: bool,
}

impl Found {
    /// Something to be mended.
    fn fault(message: String, about: About) -> Self {
        Self {
            message,
            about,
            prevents: Vec::new(),
            cite: None,
            overridable: false,
        }
    }
}

fn field(name: &str) -> About {
    About::Field {
        field: name.to_owned(),
    }
}

/// Reason codes that an edit prevents. Those given are in the model's form.
fn carcs(codes: &[&str]) -> Vec<Carc> {
    codes.iter().filter_map(|code| code.parse().ok()).collect()
}

impl BuiltIn {
    pub(crate) fn new(config: Arc<Config>, codes: Arc<PracticeCodes>) -> Self {
        Self::of(config, codes, |_| true)
    }

    /// Those for claims that are judged as they came and not kept. They are
    /// checked in the file in which they came, not as they would be written anew;
    /// and where there are no channels at all, none is sent from here.
    pub(crate) fn in_bulk(config: Arc<Config>, codes: Arc<PracticeCodes>) -> Self {
        let has_channels = !config.channels.is_empty();
        Self::of(config, codes, |edit| match edit.id {
            NO_CHANNEL => has_channels,
            X12 | BALANCE => false,
            _ => true,
        })
    }

    fn of(config: Arc<Config>, codes: Arc<PracticeCodes>, runs: impl Fn(&Edit) -> bool) -> Self {
        let edits = EDITS.iter().filter(|edit| runs(edit));
        Self {
            config,
            codes,
            edits: edits.map(|edit| (edit, edit.id.into())).collect(),
            version: concat!("engine@", env!("CARGO_PKG_VERSION")).into(),
        }
    }
}

impl Handler for BuiltIn {
    fn name(&self) -> &str {
        "engine"
    }

    fn handles(&self, hook: Hook) -> bool {
        matches!(hook, Hook::Registration | Hook::Charge | Hook::Scrub)
    }

    fn worker(&self) -> Box<dyn Worker> {
        Box::new(self.clone())
    }
}

impl Worker for BuiltIn {
    fn judge(
        &mut self,
        _hook: Hook,
        subject: Subject<'_>,
        context: Context,
        outcome: &mut Outcome,
    ) {
        let subject = match subject {
            Subject::Claim(subject) => subject,
            Subject::Registration(subject) => {
                return registration::judge(&self.config, subject, &self.version, outcome);
            }
            Subject::Charge(subject) => {
                return charge::judge(&self.config, subject, &self.version, outcome);
            }
            _ => return,
        };
        let payer = crate::steps::claim::payer_key(&self.config, subject.claim);
        let is_written = self.edits.iter().any(|(edit, _)| edit.id == X12);
        let is_sent = is_written
            && self.config.channel_of(&payer).is_some()
            && !self.config.is_self_pay(&payer);
        let desk = Desk {
            written: written::Written::of(subject.claim, is_sent, context),
            config: &self.config,
            codes: self.codes.as_ref(),
            subject,
            payer,
        };
        // A void bills nothing: it must reach its payer and be readable there.
        let is_void = subject.claim.frequency == Frequency::Void;
        let edits = self
            .edits
            .iter()
            .filter(|(edit, _)| !is_void || [NO_CHANNEL, X12, BALANCE].contains(&edit.id));
        for (edit, name) in edits {
            let found = (edit.find)(&desk);
            outcome.ran.push(Ran {
                rule: name.clone(),
                version: self.version.clone(),
                findings: u32::try_from(found.len()).unwrap_or(u32::MAX),
            });
            outcome
                .findings
                .extend(found.into_iter().map(|found| Finding {
                    rule: edit.id.to_owned(),
                    severity: Severity::Block,
                    message: found.message,
                    about: found.about,
                    prevents: found.prevents,
                    cite: found.cite.map(str::to_owned),
                    overridable: found.overridable,
                    shadow: false,
                }));
        }
    }
}

/// A claim that is to be sent has a way to its payer.
fn no_channel(desk: &Desk<'_>) -> Vec<Found> {
    let key = &desk.payer;
    if desk.config.is_self_pay(key) || desk.config.channel_of(key).is_some() {
        return Vec::new();
    }
    let message = format!(
        "no channel leads to payer `{key}`: add the payer with its id and channel to {}",
        crate::config::FILE_NAME
    );
    vec![Found::fault(message, field("payer"))]
}
