//! One call: what surrounds a subject, and what a plugin says of it.

use std::borrow::Cow;

use crate::abi::{self, Str};
use crate::about::Hook;
use crate::claim::{Earlier, text};
use crate::host::{Host, Level};
use crate::value::Date;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Said and recorded; changes nothing.
    Info = 1,
    /// Holds nothing, but a person should look.
    Warn = 2,
    /// Holds the claim.
    Block = 3,
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum About<'a> {
    Whole,
    Line(u32),
    Field(Cow<'a, str>),
}

/// One thing found. Its message names no person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding<'a> {
    severity: Severity,
    edit: Cow<'a, str>,
    message: Cow<'a, str>,
    about: About<'a>,
    prevents: Vec<Cow<'a, str>>,
    cite: Option<Cow<'a, str>>,
    flags: u32,
}

impl<'a> Finding<'a> {
    /// A finding of one of the plugin's edits (`a-z 0-9 - . _`), about the
    /// whole claim.
    pub fn new(
        severity: Severity,
        edit: impl Into<Cow<'a, str>>,
        message: impl Into<Cow<'a, str>>,
    ) -> Self {
        Self {
            severity,
            edit: edit.into(),
            message: message.into(),
            about: About::Whole,
            prevents: Vec::new(),
            cite: None,
            flags: 0,
        }
    }

    /// One that holds the claim.
    pub fn block(edit: impl Into<Cow<'a, str>>, message: impl Into<Cow<'a, str>>) -> Self {
        Self::new(Severity::Block, edit, message)
    }

    /// One that a person should look at.
    pub fn warn(edit: impl Into<Cow<'a, str>>, message: impl Into<Cow<'a, str>>) -> Self {
        Self::new(Severity::Warn, edit, message)
    }

    /// One that is recorded only.
    pub fn info(edit: impl Into<Cow<'a, str>>, message: impl Into<Cow<'a, str>>) -> Self {
        Self::new(Severity::Info, edit, message)
    }

    /// About a service line, by its number.
    #[must_use]
    pub fn line(mut self, number: u32) -> Self {
        self.about = About::Line(number);
        self
    }

    /// About a field, by its name in scripts, such as `patient.born`.
    #[must_use]
    pub fn field(mut self, field: impl Into<Cow<'a, str>>) -> Self {
        self.about = About::Field(field.into());
        self
    }

    /// The denials that it prevents, by their reason codes (CARC).
    #[must_use]
    pub fn prevents(mut self, codes: &[&'a str]) -> Self {
        self.prevents = codes.iter().map(|code| Cow::Borrowed(*code)).collect();
        self
    }

    /// The source of the rule.
    #[must_use]
    pub fn cite(mut self, source: impl Into<Cow<'a, str>>) -> Self {
        self.cite = Some(source.into());
        self
    }

    /// A person may pass it, with a reason.
    #[must_use]
    pub fn overridable(mut self) -> Self {
        self.flags = abi::FINDING_OVERRIDABLE;
        self
    }
}

/// What a plugin asks the engine to do. All that one call asks for is done, or
/// nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ask<'a> {
    /// Write a field in another form: format only, never another value.
    Repair {
        /// Field name, as in scripts.
        field: &'a str,
        /// The new form.
        value: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// Hold the claim until a day.
    HoldUntil {
        /// First day on which it may go.
        until: Date,
        /// Why.
        reason: &'a str,
    },
    /// Open a task.
    OpenTask {
        /// What to do.
        reason: &'a str,
        /// Who does it: a role or a queue.
        owner: &'a str,
        /// Calendar days until it is due.
        days: u32,
    },
    /// Mark the subject, for reports and later rules.
    Tag {
        /// Tag.
        tag: &'a str,
    },
}

/// One call of a plugin.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    at: *const abi::Call,
    host: Host<'a>,
}

impl<'a> Call<'a> {
    /// # Safety
    /// `at` is a call with every field of version 1.0 that holds for `'a`, on
    /// this thread.
    pub(crate) unsafe fn new(at: *const abi::Call, host: Host<'a>) -> Self {
        Self { at, host }
    }

    /// The hook; `None` for one of a newer interface.
    #[must_use]
    pub fn hook(&self) -> Option<Hook> {
        // SAFETY: the call holds (`new`).
        Hook::of_bit(unsafe { (*self.at).hook })
    }

    /// The day, by the host's clock. The only clock that a judgement may know,
    /// so that it can be repeated.
    #[must_use]
    pub fn today(&self) -> Date {
        const FIRST: Date = Date::new(1, 1, 1).expect("the calendar begins on this day");
        // SAFETY: the call holds (`new`).
        Date::of_number(unsafe { (*self.at).today }).unwrap_or(FIRST)
    }

    /// The instant by the host's clock, in milliseconds since 1970, UTC.
    #[must_use]
    pub fn now_millis(&self) -> i64 {
        // SAFETY: the call holds (`new`).
        unsafe { (*self.at).now }
    }

    /// Whether the call's time is over. Ask in long loops, and give back
    /// [`Refusal::cancelled`](crate::Refusal::cancelled).
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        // SAFETY: the call holds, on this thread (`new`).
        unsafe { ((*self.at).cancelled)(self.at) != 0 }
    }

    /// The subject as one JSON document; dear beside the view.
    #[must_use]
    pub fn document(&self) -> Option<&'a str> {
        let mut json = Str::ABSENT;
        // SAFETY: the call holds, on this thread (`new`).
        let status = unsafe { ((*self.at).document)(self.at, &raw mut json) };
        // SAFETY: what the host gives holds until the call ends.
        (status == abi::OK).then(|| unsafe { text(json) }).flatten()
    }

    /// Earlier claims of the same patient at this practice, oldest first. None
    /// where the host is older than interface 1.1.
    pub fn earlier(&self) -> impl Iterator<Item = Earlier<'a>> + use<'a> {
        // Whether the host's call is long enough to have the function.
        let end = std::mem::offset_of!(abi::Call, earlier) + size_of::<usize>();
        // SAFETY: the call holds (`new`), and every version begins with its size.
        let has = unsafe { (*self.at).size } as usize >= end;
        let at = self.at;
        (0..).take_while(move |_| has).map_while(move |place| {
            let mut earlier = std::ptr::null();
            // SAFETY: the call holds, on this thread (`new`), and has the
            // function; what it gives holds until the call ends.
            unsafe {
                match ((*at).earlier)(at, place, &raw mut earlier) {
                    abi::OK => Earlier::new(earlier),
                    _ => None,
                }
            }
        })
    }

    /// A line for the operator; never patient data.
    pub fn log(&self, level: Level, line: &str) {
        self.host.log(level, line);
    }

    /// Says a finding. What breaks the interface's rules (an edit's name with
    /// spaces, a line that the claim has not, more than 100 findings) makes the
    /// call a fault that holds the claim.
    pub fn say(&self, finding: &Finding<'_>) {
        let prevents: Vec<Str> = finding.prevents.iter().map(|code| Str::of(code)).collect();
        let (about, line, field) = match &finding.about {
            About::Whole => (abi::ABOUT_WHOLE, 0, Str::ABSENT),
            About::Line(number) => (abi::ABOUT_LINE, *number, Str::ABSENT),
            About::Field(field) => (abi::ABOUT_FIELD, 0, Str::of(field)),
        };
        let said = abi::Finding {
            size: abi::size_of::<abi::Finding>(),
            severity: finding.severity as u32,
            edit: Str::of(&finding.edit),
            message: Str::of(&finding.message),
            about,
            line,
            field,
            cite: Str::maybe(finding.cite.as_deref()),
            prevents: prevents.as_ptr(),
            prevents_count: u32::try_from(prevents.len()).unwrap_or(u32::MAX),
            flags: finding.flags,
        };
        // SAFETY: the call holds, on this thread (`new`); the finding and what
        // it leads to hold until the host has copied them.
        unsafe { ((*self.at).finding)(self.at, &raw const said) };
    }

    /// Asks for an effect, for one of the plugin's edits. What the plugin does
    /// not declare, or the hook does not allow, makes the call a fault.
    pub fn ask(&self, edit: &str, ask: Ask<'_>) {
        let mut effect = abi::Effect {
            size: abi::size_of::<abi::Effect>(),
            kind: 0,
            edit: Str::of(edit),
            reason: Str::ABSENT,
            field: Str::ABSENT,
            value: Str::ABSENT,
            tag: Str::ABSENT,
            owner: Str::ABSENT,
            category: Str::ABSENT,
            recoverable: Str::ABSENT,
            until: 0,
            days: 0,
        };
        match ask {
            Ask::Repair {
                field,
                value,
                reason,
            } => {
                effect.kind = crate::EffectKind::Repair.bit();
                effect.field = Str::of(field);
                effect.value = Str::of(value);
                effect.reason = Str::of(reason);
            }
            Ask::HoldUntil { until, reason } => {
                effect.kind = crate::EffectKind::HoldUntil.bit();
                effect.until = until.number();
                effect.reason = Str::of(reason);
            }
            Ask::OpenTask {
                reason,
                owner,
                days,
            } => {
                effect.kind = crate::EffectKind::OpenTask.bit();
                effect.reason = Str::of(reason);
                effect.owner = Str::of(owner);
                effect.days = days;
            }
            Ask::Tag { tag } => {
                effect.kind = crate::EffectKind::Tag.bit();
                effect.tag = Str::of(tag);
            }
        }
        // SAFETY: as in `say`.
        unsafe { ((*self.at).effect)(self.at, &raw const effect) };
    }

    /// Says why the call will end with an error.
    pub(crate) fn error(&self, why: &str) {
        // SAFETY: the call holds, on this thread (`new`).
        unsafe { ((*self.at).error)(self.at, Str::of(why)) };
    }
}
