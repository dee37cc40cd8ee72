//! What a plugin says during a call: checked, copied, or the reason why not.

use chrono::NaiveDate;
use scrubjay_hooks::{About, ClaimSubject, Effect, EffectKind, Finding, Hook, Severity};
use scrubjay_model::{Carc, DenialCategory, Owner, Recoverable};
use scrubjay_plugin::abi;

use crate::fault::Fault;
use crate::info::{self, PluginInfo};
use crate::text::{self, Sized32, TextError};

/// What a plugin has said so far.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) findings: Vec<Finding>,
    /// Each with the rule that asked for it.
    pub(crate) effects: Vec<(String, Effect)>,
    /// The first fault; the others mostly follow from it.
    pub(crate) fault: Option<Fault>,
    reason: Option<String>,
}

/// Reads one text of a struct that a plugin handed in.
struct Texts(&'static str);

impl Texts {
    fn told<T>(&self, field: &'static str, read: Result<T, TextError>) -> Result<T, Fault> {
        read.map_err(|problem| Fault::Text {
            what: self.0,
            field,
            problem,
        })
    }

    /// # Safety
    /// As for [`text::text`].
    unsafe fn needed(&self, field: &'static str, text: abi::Str) -> Result<String, Fault> {
        // SAFETY: the caller's.
        let read = unsafe { text::needed(text, abi::MAX_MESSAGE) };
        self.told(field, read).map(str::to_owned)
    }

    /// # Safety
    /// As for [`text::text`].
    unsafe fn short(&self, field: &'static str, text: abi::Str) -> Result<String, Fault> {
        // SAFETY: the caller's.
        let read = unsafe { text::needed(text, abi::MAX_NAME) };
        self.told(field, read).map(str::to_owned)
    }

    fn value<T>(&self, field: &'static str, value: Option<T>) -> Result<T, Fault> {
        value.ok_or(Fault::Value {
            what: self.0,
            field,
        })
    }
}

impl Said {
    /// Nothing but a fault.
    pub(crate) fn refused(fault: Fault) -> Self {
        Self {
            fault: Some(fault),
            ..Self::default()
        }
    }

    /// Whether nothing was said, nothing asked, and nothing went wrong.
    pub(crate) fn is_quiet(&self) -> bool {
        self.findings.is_empty() && self.effects.is_empty() && self.fault.is_none()
    }

    /// Keeps a fault, unless there was one before.
    pub(crate) fn fault(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
    }

    /// Why the plugin will end with an error, in its own words.
    pub(super) fn reason(&mut self, reason: String) {
        self.reason = Some(reason);
    }

    /// Takes the status that the call ended with.
    pub(super) fn end(&mut self, status: abi::Status) {
        let said = self.reason.take();
        match status {
            abi::OK => {}
            // A call that stopped because its time was over took too long,
            // which the clock has said already; any other reason is its own.
            abi::ERROR | abi::CANCELLED => self.fault(Fault::Error { said }),
            abi::PANIC => self.fault(Fault::Panic { said }),
            _ => self.fault(Fault::Status { status }),
        }
    }

    /// What the plugin is told, and a fault kept.
    pub(super) fn answer(&mut self, taken: Result<(), Fault>) -> abi::Status {
        match taken {
            Ok(()) => abi::OK,
            Err(fault) => {
                let status = match fault {
                    Fault::Flood { .. } => abi::FULL,
                    _ => abi::REFUSED,
                };
                self.fault(fault);
                status
            }
        }
    }

    fn room(taken: usize) -> Result<(), Fault> {
        match taken {
            taken if taken < abi::MAX_SAID => Ok(()),
            _ => Err(Fault::Flood {
                limit: abi::MAX_SAID,
            }),
        }
    }

    /// Takes a finding.
    ///
    /// # Safety
    /// `at` is null, or a finding of the size that it says, whose texts and
    /// lists are readable until this returns.
    pub(super) unsafe fn finding(
        &mut self,
        info: &PluginInfo,
        subject: &ClaimSubject<'_>,
        at: *const abi::Finding,
    ) -> Result<(), Fault> {
        Self::room(self.findings.len())?;
        if at.is_null() {
            return Err(Fault::Null { what: "finding" });
        }
        let expected = abi::Finding::expected(info.abi.1);
        // SAFETY: not null, and as long as it says (caller).
        let given = unsafe { text::read(at, expected) }?;
        let texts = Texts("a finding");
        let severity = match given.severity {
            1 => Some(Severity::Info),
            2 => Some(Severity::Warn),
            3 => Some(Severity::Block),
            _ => None,
        };
        let about = match given.about {
            abi::ABOUT_WHOLE => About::Whole,
            abi::ABOUT_LINE => {
                let known = |line: &&scrubjay_model::ServiceLine| line.number == given.line;
                let line = subject
                    .claim
                    .lines
                    .iter()
                    .find(known)
                    .map(|line| line.number);
                About::Line {
                    line: texts.value("line", line)?,
                }
            }
            abi::ABOUT_FIELD => About::Field {
                // SAFETY: the caller's, here and below.
                field: unsafe { texts.short("field", given.field) }?,
            },
            _ => texts.value("about", None)?,
        };
        // SAFETY: the caller's.
        let edit = texts.told("edit", unsafe { text::name(given.edit) })?;
        // SAFETY: the caller's.
        let cite = texts.told("cite", unsafe { text::text(given.cite, abi::MAX_MESSAGE) })?;
        let finding = Finding {
            rule: info.rule(edit),
            severity: texts.value("severity", severity)?,
            // SAFETY: the caller's.
            message: unsafe { texts.needed("message", given.message) }?,
            about,
            // SAFETY: the caller's.
            prevents: unsafe { prevents(&given) }?,
            cite: cite.map(str::to_owned),
            overridable: given.flags & abi::FINDING_OVERRIDABLE != 0,
            shadow: false,
        };
        self.findings.push(finding);
        Ok(())
    }

    /// Takes a request for an effect.
    ///
    /// # Safety
    /// `at` is null, or an effect of the size that it says, whose texts are
    /// readable until this returns.
    pub(super) unsafe fn effect(
        &mut self,
        info: &PluginInfo,
        hook: Hook,
        at: *const abi::Effect,
    ) -> Result<(), Fault> {
        Self::room(self.effects.len())?;
        if at.is_null() {
            return Err(Fault::Null { what: "effect" });
        }
        let expected = abi::Effect::expected(info.abi.1);
        // SAFETY: not null, and as long as it says (caller).
        let given = unsafe { text::read(at, expected) }?;
        let texts = Texts("an effect");
        let kind = texts.value("kind", info::effect_of(given.kind))?;
        if !info.effects.contains(&kind) {
            return Err(Fault::NotDeclared { effect: kind });
        }
        if !hook.allows(kind) {
            return Err(Fault::NotAllowed { effect: kind });
        }
        // SAFETY: the caller's.
        let edit = texts.told("edit", unsafe { text::name(given.edit) })?;
        // SAFETY: the caller's.
        let effect = unsafe { read_effect(&texts, kind, &given) }?;
        self.effects.push((info.rule(edit), effect));
        Ok(())
    }
}

/// # Safety
/// The effect's texts are readable.
unsafe fn read_effect(
    texts: &Texts,
    kind: EffectKind,
    given: &abi::Effect,
) -> Result<Effect, Fault> {
    // SAFETY: the caller's, here and below.
    let reason = || unsafe { texts.needed("reason", given.reason) };
    // SAFETY: the caller's.
    let owner = || unsafe { texts.short("owner", given.owner) }.map(Owner);
    Ok(match kind {
        EffectKind::Repair => Effect::Repair {
            // SAFETY: the caller's.
            field: unsafe { texts.short("field", given.field) }?,
            // SAFETY: the caller's.
            value: unsafe { texts.needed("value", given.value) }?,
            reason: reason()?,
        },
        EffectKind::HoldUntil => Effect::HoldUntil {
            until: texts.value("until", date(given.until))?,
            reason: reason()?,
        },
        EffectKind::OpenTask => Effect::OpenTask {
            reason: reason()?,
            owner: owner()?,
            days: given.days,
        },
        EffectKind::ClassifyDenial => {
            // SAFETY: the caller's.
            let category = unsafe { texts.short("category", given.category) }?;
            // SAFETY: the caller's.
            let recoverable = unsafe { texts.short("recoverable", given.recoverable) }?;
            Effect::ClassifyDenial {
                category: texts.value("category", DenialCategory::from_name(&category))?,
                recoverable: texts.value("recoverable", Recoverable::from_name(&recoverable))?,
                action: reason()?,
                owner: owner()?,
                days: given.days,
            }
        }
        EffectKind::Tag => Effect::Tag {
            // SAFETY: the caller's.
            tag: unsafe { texts.short("tag", given.tag) }?,
        },
        // The interface has no bit for the others, so that none comes here.
        effect => return Err(Fault::NotAllowed { effect }),
    })
}

/// # Safety
/// `prevents` has `prevents_count` members, and their texts are readable.
unsafe fn prevents(given: &abi::Finding) -> Result<Vec<Carc>, Fault> {
    let texts = Texts("a finding");
    let count = given.prevents_count;
    if count == 0 {
        return Ok(Vec::new());
    }
    let list = given.prevents;
    if count > abi::MAX_PREVENTS || list.is_null() || !list.is_aligned() {
        return texts.value("prevents", None);
    }
    // SAFETY: not null, aligned, bounded, and the caller vouches for the rest.
    let list = unsafe { std::slice::from_raw_parts(list, count as usize) };
    list.iter()
        .map(|code| {
            // SAFETY: the caller's.
            let code = unsafe { texts.short("prevents", *code) }?;
            texts.value("prevents", code.parse().ok())
        })
        .collect()
}

/// A day as the interface writes it.
fn date(number: i32) -> Option<NaiveDate> {
    let number = u32::try_from(number).ok()?;
    let year = i32::try_from(number / 10_000).ok()?;
    NaiveDate::from_ymd_opt(year, number / 100 % 100, number % 100)
}
