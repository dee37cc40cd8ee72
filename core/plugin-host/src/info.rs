//! What a plugin says of itself, copied out of its library and checked.

use std::path::Path;

use scrubjay_hooks::{EffectKind, Hook};
use scrubjay_model::{ClaimKind, LineOfBusiness};
use scrubjay_plugin::abi;
use serde::{Deserialize, Serialize};

use crate::PluginError;
use crate::spec::Sha256;
use crate::text::{self, TextError};

/// Fields of people that a plugin sees only where it declares the need
/// (45 CFR 164.502(b), minimum necessary).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Names of patients and subscribers.
    Name,
    /// Their addresses.
    Address,
    /// Their member and account numbers.
    Member,
}

impl Need {
    /// The name used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Address => "address",
            Self::Member => "member",
        }
    }
}

/// Whether `judge` may run on several threads at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Threading {
    /// It may.
    AnyThread,
    /// The host lets one thread in at a time.
    OneAtATime,
}

/// When a plugin is shown the lines of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinesSeen {
    /// With the claim.
    AtOnce,
    /// When it asks for them: a claim whose lines it does not look at costs less.
    WhenAsked,
}

/// What a plugin says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginInfo {
    /// Id, as in `plugin:ID/EDIT`.
    pub id: String,
    /// Version.
    pub version: String,
    /// What it does, in a few words.
    pub title: String,
    /// Who made it.
    pub vendor: String,
    /// Its licence.
    pub licence: String,
    /// Whom the operator asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support: Option<String>,
    /// Major and minor version of the interface that it was made for.
    pub abi: (u32, u32),
    /// SHA-256 of the file.
    pub sha256: Sha256,
    /// Hooks at which it is asked.
    pub hooks: Vec<Hook>,
    /// Hooks that it would handle, and that this host does not offer to plugins.
    pub not_offered: Vec<Hook>,
    /// Effects that it may ask for.
    pub effects: Vec<EffectKind>,
    /// What it sees of people.
    pub needs: Vec<Need>,
    /// Claim kinds that it is asked about; all of them where empty.
    pub claim_kinds: Vec<ClaimKind>,
    /// Lines of business that it is asked about; all of them where empty.
    pub lines_of_business: Vec<LineOfBusiness>,
    /// Payers that it is asked about, by the practice's keys; all where empty.
    pub payers: Vec<String>,
    /// Whether it may run on several threads at once.
    pub threading: Threading,
    /// When it is shown the lines of a claim.
    pub lines: LinesSeen,
    /// Whether it carries files for channels.
    pub carries_files: bool,
}

/// Each value's bit in the interface is its place here.
const EFFECTS: [EffectKind; 5] = [
    EffectKind::Repair,
    EffectKind::HoldUntil,
    EffectKind::OpenTask,
    EffectKind::ClassifyDenial,
    EffectKind::Tag,
];
const NEEDS: [Need; 3] = [Need::Name, Need::Address, Need::Member];
const KINDS: [ClaimKind; 3] = [
    ClaimKind::Professional,
    ClaimKind::Institutional,
    ClaimKind::Dental,
];
const LINES: [LineOfBusiness; 8] = [
    LineOfBusiness::Medicare,
    LineOfBusiness::MedicareAdvantage,
    LineOfBusiness::Medicaid,
    LineOfBusiness::Tricare,
    LineOfBusiness::Commercial,
    LineOfBusiness::WorkersComp,
    LineOfBusiness::SelfPay,
    LineOfBusiness::Other,
];

/// The values whose bits are set; bits that we do not know are a newer
/// interface's and mean nothing here.
fn values<T: Copy>(all: &[T], bits: u32) -> Vec<T> {
    let set = |at: usize| bits & (1 << at) != 0;
    (0..all.len())
        .filter(|at| set(*at))
        .map(|at| all[at])
        .collect()
}

fn bit<T: PartialEq>(all: &[T], value: &T) -> u32 {
    all.iter()
        .position(|known| known == value)
        .map_or(0, |at| 1 << at)
}

fn bits<T: PartialEq>(all: &[T], values: &[T]) -> u32 {
    values.iter().fold(0, |bits, value| bits | bit(all, value))
}

/// The bit of an effect.
pub(crate) fn effect_bit(effect: EffectKind) -> u32 {
    bit(&EFFECTS, &effect)
}

/// The bit of a hook.
pub(crate) fn hook_bit(hook: Hook) -> u32 {
    bit(&Hook::ALL, &hook)
}

/// The bit of a claim kind.
pub(crate) fn kind_bit(kind: ClaimKind) -> u32 {
    bit(&KINDS, &kind)
}

/// The bit of a line of business.
pub(crate) fn line_bit(line: LineOfBusiness) -> u32 {
    bit(&LINES, &line)
}

/// The effect of a bit.
pub(crate) fn effect_of(bits: u32) -> Option<EffectKind> {
    match values(&EFFECTS, bits)[..] {
        [effect] if bits.count_ones() == 1 => Some(effect),
        _ => None,
    }
}

/// Whether the host asks plugins at a hook.
pub(crate) fn is_offered(hook: Hook) -> bool {
    matches!(hook, Hook::Claim | Hook::Scrub | Hook::Submit)
}

impl PluginInfo {
    /// Copies a descriptor.
    ///
    /// # Safety
    /// Every text and list of the descriptor is readable at its length.
    pub(crate) unsafe fn read(
        path: &Path,
        descriptor: &abi::Descriptor,
        minor: u32,
        sha256: Sha256,
    ) -> Result<Self, PluginError> {
        let wrong = |field: &'static str, problem: String| PluginError::Descriptor {
            path: path.to_owned(),
            field,
            problem,
        };
        let told = |field| move |problem: TextError| wrong(field, problem.to_string());
        // SAFETY: the caller vouches for the texts, here and below.
        let id = unsafe { text::name(descriptor.id) }.map_err(told("id"))?;
        let line = |field, text, limit| {
            // SAFETY: the caller's.
            unsafe { text::needed(text, limit) }
                .map(str::to_owned)
                .map_err(told(field))
        };
        let version = line("version", descriptor.version, abi::MAX_VERSION)?;
        if version.contains(char::is_whitespace) {
            return Err(wrong("version", "has spaces".to_owned()));
        }
        // SAFETY: the caller's. Absent in a plugin older than 1.1.
        let support = unsafe { text::text(descriptor.support, abi::MAX_MESSAGE) };
        let support = support.map_err(told("support"))?.map(str::to_owned);
        let all = values(&Hook::ALL, descriptor.hooks);
        let (hooks, not_offered) = all.into_iter().partition(|hook| is_offered(*hook));
        let threading = match descriptor.flags & abi::THREAD_SAFE {
            0 => Threading::OneAtATime,
            _ => Threading::AnyThread,
        };
        let lines = match descriptor.flags & abi::LINES_WHEN_ASKED {
            0 => LinesSeen::AtOnce,
            _ => LinesSeen::WhenAsked,
        };
        Ok(Self {
            id: id.to_owned(),
            version,
            title: line("title", descriptor.title, abi::MAX_MESSAGE)?,
            vendor: line("vendor", descriptor.vendor, abi::MAX_MESSAGE)?,
            licence: line("licence", descriptor.licence, abi::MAX_MESSAGE)?,
            support,
            abi: (abi::ABI_MAJOR, minor),
            sha256,
            hooks,
            not_offered,
            effects: values(&EFFECTS, descriptor.effects),
            needs: values(&NEEDS, descriptor.needs),
            claim_kinds: values(&KINDS, descriptor.claim_kinds),
            lines_of_business: values(&LINES, descriptor.lines_of_business),
            // SAFETY: the caller's.
            payers: unsafe { payers(descriptor) }.map_err(|problem| wrong("payers", problem))?,
            threading,
            lines,
            carries_files: descriptor.flags & abi::CARRIES_FILES != 0,
        })
    }

    /// What another process says of a plugin, held against the same rules as
    /// what a library says of itself here.
    pub(crate) fn told(&self, path: &Path, sha256: Sha256) -> Result<Self, PluginError> {
        let payers: Vec<abi::Str> = self.payers.iter().map(|key| abi::Str::of(key)).collect();
        let hooks = bits(&Hook::ALL, &self.hooks) | bits(&Hook::ALL, &self.not_offered);
        let descriptor = abi::Descriptor {
            size: abi::size_of::<abi::Descriptor>(),
            flags: self.flags(),
            id: abi::Str::of(&self.id),
            version: abi::Str::of(&self.version),
            title: abi::Str::of(&self.title),
            vendor: abi::Str::of(&self.vendor),
            licence: abi::Str::of(&self.licence),
            hooks,
            effects: bits(&EFFECTS, &self.effects),
            needs: bits(&NEEDS, &self.needs),
            claim_kinds: bits(&KINDS, &self.claim_kinds),
            lines_of_business: bits(&LINES, &self.lines_of_business),
            // More than a number can say are more than a plugin may name.
            payer_count: u32::try_from(payers.len()).unwrap_or(u32::MAX),
            payers: payers.as_ptr(),
            support: abi::Str::maybe(self.support.as_deref()),
        };
        // SAFETY: every text is one of `self`, and the list is the one above;
        // both are there until `read` has copied them.
        unsafe { Self::read(path, &descriptor, self.abi.1, sha256) }
    }

    /// The flags of its descriptor.
    fn flags(&self) -> u32 {
        let threading = match self.threading {
            Threading::AnyThread => abi::THREAD_SAFE,
            Threading::OneAtATime => 0,
        };
        let lines = match self.lines {
            LinesSeen::AtOnce => 0,
            LinesSeen::WhenAsked => abi::LINES_WHEN_ASKED,
        };
        let carries = if self.carries_files {
            abi::CARRIES_FILES
        } else {
            0
        };
        threading | lines | carries
    }

    /// The rule of one of its edits, as findings name it.
    #[must_use]
    pub fn rule(&self, edit: &str) -> String {
        format!("plugin:{}/{edit}", self.id)
    }
}

/// # Safety
/// `payers` has `payer_count` members, and their texts are readable.
unsafe fn payers(descriptor: &abi::Descriptor) -> Result<Vec<String>, String> {
    let count = descriptor.payer_count;
    if count > abi::MAX_PAYERS {
        return Err(format!(
            "has {count} entries, and {} are allowed",
            abi::MAX_PAYERS
        ));
    }
    if count == 0 {
        return Ok(Vec::new());
    }
    if descriptor.payers.is_null() || !descriptor.payers.is_aligned() {
        return Err("has a count and no entries".to_owned());
    }
    // SAFETY: not null, aligned, bounded, and the caller vouches for the rest.
    let payers = unsafe { std::slice::from_raw_parts(descriptor.payers, count as usize) };
    payers
        .iter()
        .enumerate()
        .map(|(at, payer)| {
            // SAFETY: the caller's.
            unsafe { text::needed(*payer, abi::MAX_NAME) }
                .map(str::to_owned)
                .map_err(|problem| format!("{problem} at place {at}"))
        })
        .collect()
}
