//! A claim as plugins see it: flat, borrowed, built anew for each call in
//! memory that is kept.

mod blank;
mod head;
mod lines;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use scrubjay_hooks::ClaimSubject;
use scrubjay_model::{
    AsSent, Icd10, Modifier, Money, Npi, PlaceOfService, ProcedureCode, Provider,
};
use scrubjay_plugin::abi::{self, Str};

use crate::fault::Fault;
use crate::info::{LinesSeen, Need, PluginInfo};
use head::Head;
pub(crate) use lines::Lines;

/// Room for one claim. What stands in it is only looked at during a call. Each
/// list is as long as the longest claim needed, and is written over in place,
/// which is cheaper than to make its members elsewhere and to move them in.
#[derive(Default)]
pub(crate) struct View {
    head: Head,
    lines: Lines,
}

// SAFETY: the pointers in it are only followed by a plugin during a call, on the
// thread of the call, and whoever calls has them from `fill`, which writes all
// of them anew and borrows the view and the subject for as long as it takes.
unsafe impl Send for View {}

/// A view of a subject: while it is there, neither can be touched.
pub(crate) struct Filled<'a> {
    pub(crate) subject: &'a ClaimSubject<'a>,
    head: &'a mut Head,
    lines: &'a mut Lines,
    /// The first line, once there are lines in the view.
    first: Option<*const abi::Line>,
}

impl View {
    /// Fills the view with a claim.
    pub(crate) fn fill<'a>(
        &'a mut self,
        subject: &'a ClaimSubject<'a>,
        sight: Sight,
    ) -> Result<Filled<'a>, Fault> {
        let first = match sight.lines {
            LinesSeen::AtOnce => Some(self.lines.fill(subject.claim)?),
            LinesSeen::WhenAsked => None,
        };
        self.head.fill(subject, sight, first)?;
        Ok(Filled {
            subject,
            head: &mut self.head,
            lines: &mut self.lines,
            first,
        })
    }
}

impl<'a> Filled<'a> {
    /// The claim, which holds for `'a`.
    pub(crate) fn claim(&self) -> *const abi::Claim {
        self.head.claim()
    }

    /// What makes the lines, and the first one where they are made already.
    pub(crate) fn into_lines(self) -> (&'a mut Lines, Option<*const abi::Line>) {
        (self.lines, self.first)
    }

    /// What the claim has of patient and subscriber, seen or not.
    pub(crate) fn has(&self) -> [u32; 2] {
        self.head.has()
    }

    /// Says what the claim has, where what may not be seen was left out of it
    /// before it came here.
    pub(crate) fn tell(&mut self, has: [u32; 2]) {
        self.head.tell(has);
    }
}

/// What a plugin may see of people, and when it sees the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sight {
    name: Option<()>,
    address: Option<()>,
    member: Option<()>,
    lines: LinesSeen,
}

impl Sight {
    pub(crate) fn of(info: &PluginInfo) -> Self {
        let need = |need| info.needs.contains(&need).then_some(());
        Self {
            name: need(Need::Name),
            address: need(Need::Address),
            member: need(Need::Member),
            lines: info.lines,
        }
    }
}

/// Days as the interface writes them. Most days of a claim are the same one.
#[derive(Default)]
struct Dates {
    last: Option<(NaiveDate, i32)>,
}

impl Dates {
    fn number(&mut self, date: Option<NaiveDate>) -> i32 {
        let Some(date) = date else {
            return 0;
        };
        match self.last {
            Some((last, number)) if last == date => number,
            _ => {
                let number = day(date);
                self.last = Some((date, number));
                number
            }
        }
    }
}

/// A day as YYYYMMDD; 0 for one outside of the years 1 to 9999.
pub(crate) fn day(date: NaiveDate) -> i32 {
    match date.year() {
        year @ 1..=9999 => {
            let in_year = date.month() * 100 + date.day();
            // At most 1231.
            year * 10_000 + in_year.cast_signed()
        }
        _ => 0,
    }
}

fn cents(amount: Money) -> Result<i64, Fault> {
    amount.cents().ok_or(Fault::OutOfRange)
}

/// Units as thousandths.
pub(crate) fn milli(units: Decimal) -> Result<i64, Fault> {
    let units = if units.scale() > 3 {
        units.normalize()
    } else {
        units
    };
    let factor = match units.scale() {
        0 => 1_000,
        1 => 100,
        2 => 10,
        3 => 1,
        _ => return Err(Fault::OutOfRange),
    };
    i64::try_from(units.mantissa())
        .ok()
        .and_then(|units| units.checked_mul(factor))
        .ok_or(Fault::OutOfRange)
}

/// The text of a code as it was sent, without copying it.
pub(crate) trait Sent {
    fn sent(&self) -> Str;
}

macro_rules! sent {
    ($($code:ty),+) => {$(
        impl Sent for AsSent<$code> {
            fn sent(&self) -> Str {
                match self {
                    Self::Sound(code) => Str::of(code.as_str()),
                    Self::Odd(text) => Str::of(text),
                }
            }
        }
    )+};
}

sent!(Icd10, Modifier, PlaceOfService, ProcedureCode, Npi);

impl<T: Sent> Sent for Option<T> {
    fn sent(&self) -> Str {
        self.as_ref().map_or(Str::ABSENT, Sent::sent)
    }
}

/// A value that was sent blank is absent.
fn filled(text: Option<&String>) -> Str {
    match text {
        Some(text) if !text.trim().is_empty() => Str::of(text),
        _ => Str::ABSENT,
    }
}

fn any(text: Option<&String>) -> Str {
    text.map_or(Str::ABSENT, |text| Str::of(text))
}

/// Writes a provider over a slot.
fn provider(slot: &mut abi::Provider, provider: &Provider) {
    let address = provider.address.as_ref();
    slot.flags = match provider.npi.as_ref().and_then(AsSent::sound) {
        Some(_) => abi::PROVIDER_NPI_SOUND,
        None => 0,
    };
    slot.npi = provider.npi.sent();
    slot.tax_id = any(provider.tax_id.as_ref());
    slot.taxonomy = any(provider.taxonomy.as_ref());
    slot.last_name = Str::of(&provider.name.last);
    slot.first_name = any(provider.name.first.as_ref());
    slot.state = any(address.map(|address| &address.state));
    slot.zip = any(address.map(|address| &address.zip));
}

/// Makes a list at least that long.
fn lengthen<T: Clone>(list: &mut Vec<T>, length: usize, blank: T) {
    if list.len() < length {
        list.resize(length, blank);
    }
}

fn count(length: usize) -> Result<u32, Fault> {
    u32::try_from(length).map_err(|_| Fault::OutOfRange)
}
