//! A claim as plugins see it: flat, borrowed, built anew for each call in
//! memory that is kept.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use scrubjay_hooks::ClaimSubject;
use scrubjay_model::{
    AsSent, Claim, CoverageOrder, Icd10, LineOfBusiness, Modifier, Money, Npi, Person,
    PlaceOfService, ProcedureCode, Provider, ServiceLine, Sex,
};
use scrubjay_plugin::abi::{self, Str};

use crate::fault::Fault;
use crate::info::{self, Need};

/// Room for one claim. What stands in it is only looked at during a call.
#[derive(Default)]
pub(crate) struct View {
    claim: Option<abi::Claim>,
    persons: Vec<abi::Person>,
    providers: Vec<abi::Provider>,
    diagnoses: Vec<abi::Diagnosis>,
    lines: Vec<abi::Line>,
    modifiers: Vec<Str>,
    dates: Dates,
}

// SAFETY: the pointers in it are only followed by a plugin during a call, and
// the view is filled anew, on the thread of the call, before each one.
unsafe impl Send for View {}

/// What a plugin may see of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sight {
    name: Option<()>,
    address: Option<()>,
    member: Option<()>,
}

impl Sight {
    pub(crate) fn of(needs: &[Need]) -> Self {
        let need = |need| needs.contains(&need).then_some(());
        Self {
            name: need(Need::Name),
            address: need(Need::Address),
            member: need(Need::Member),
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
fn milli(units: Decimal) -> Result<i64, Fault> {
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
    // A mantissa has 96 bits, so this cannot overflow.
    i64::try_from(units.mantissa() * factor).map_err(|_| Fault::OutOfRange)
}

/// The text of a code as it was sent, without copying it.
trait Sent {
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

impl View {
    /// Fills the view with a claim. The pointer holds until the view or the
    /// subject is next touched.
    pub(crate) fn fill(
        &mut self,
        subject: &ClaimSubject<'_>,
        sight: Sight,
    ) -> Result<*const abi::Claim, Fault> {
        let claim = subject.claim;
        self.clear(claim);
        let details = claim.institutional.as_ref();
        let coverage = claim.destination();
        let mut from = details.and_then(|details| details.from);
        let mut to = details.and_then(|details| details.to);
        for line in &claim.lines {
            from = earlier(from, line.from);
            to = later(to, line.to.or(line.from));
            self.line(claim, line)?;
        }
        for diagnosis in &claim.diagnoses {
            self.diagnoses.push(abi::Diagnosis {
                size: abi::size_of::<abi::Diagnosis>(),
                reserved: 0,
                qualifier: Str::of(&diagnosis.qualifier),
                code: diagnosis.code.sent(),
                present_on_admission: any(diagnosis.present_on_admission.as_ref()),
            });
        }
        let number = coverage.and_then(|coverage| coverage.member.as_ref());
        let other = coverage.and_then(|coverage| coverage.subscriber.as_ref());
        let own = other.is_none().then_some(number).flatten();
        let patient = self.person(&claim.patient, own, sight);
        let subscriber = match other {
            Some(other) => self.person(other, number, sight),
            None => patient,
        };
        let filing = coverage.and_then(|coverage| coverage.filing_indicator.as_ref());
        let line_of_business = subject
            .payer
            .map(|payer| payer.line)
            .or_else(|| filing.map(|code| LineOfBusiness::from_filing_indicator(code)));
        let filled_claim = abi::Claim {
            size: abi::size_of::<abi::Claim>(),
            kind: info::kind_bit(claim.kind),
            line_of_business: line_of_business.map_or(0, info::line_bit),
            order: match claim.order() {
                CoverageOrder::Primary => 1,
                CoverageOrder::Secondary => 2,
                CoverageOrder::Tertiary => 3,
                CoverageOrder::Later => 4,
            },
            charge: cents(claim.charge)?,
            patient_paid: claim.patient_paid.map_or(Ok(abi::NO_AMOUNT), cents)?,
            service_from: self.dates.number(from),
            service_to: self.dates.number(to),
            received: self.dates.number(Some(subject.received)),
            accident: self.dates.number(claim.accident),
            id: Str::of(claim.id.as_str()),
            frequency: Str::of(claim.frequency.as_str()),
            payer_control: Str::maybe(claim.payer_control.as_ref().map(|id| id.as_str())),
            payer: Str::maybe(subject.payer.map(|payer| payer.key.as_str())),
            payer_id: Str::maybe(
                coverage
                    .and_then(|coverage| coverage.payer.as_ref())
                    .map(|id| id.as_str()),
            ),
            payer_state: any(subject.payer.and_then(|payer| payer.state.as_ref())),
            filing_indicator: any(filing),
            place: claim.place.sent(),
            facility_type: any(details.map(|details| &details.facility_type)),
            authorization: filled(claim.authorization.as_ref()),
            referral: filled(claim.referral.as_ref()),
            clia: filled(claim.clia.as_ref()),
            patient,
            subscriber,
            billing: self.provider(Some(&claim.billing)),
            rendering: self.provider(claim.rendering.as_ref()),
            referring: self.provider(claim.referring.as_ref()),
            facility: self.provider(claim.facility.as_ref()),
            attending: self.provider(details.and_then(|details| details.attending.as_ref())),
            diagnoses: self.diagnoses.as_ptr(),
            lines: self.lines.as_ptr(),
            diagnosis_count: count(self.diagnoses.len())?,
            diagnosis_size: abi::size_of::<abi::Diagnosis>(),
            line_count: count(self.lines.len())?,
            line_size: abi::size_of::<abi::Line>(),
        };
        Ok(std::ptr::from_ref(self.claim.insert(filled_claim)))
    }

    /// Empties the view and makes room for everything that comes, so that
    /// nothing moves while pointers to it are taken.
    fn clear(&mut self, claim: &Claim) {
        let modifiers = claim.lines.iter().map(|line| line.modifiers.len()).sum();
        let rendering = claim.lines.iter().filter(|line| line.rendering.is_some());
        let providers = 5 + rendering.count();
        self.persons.clear();
        self.persons.reserve(2);
        self.providers.clear();
        self.providers.reserve(providers);
        self.diagnoses.clear();
        self.diagnoses.reserve(claim.diagnoses.len());
        self.lines.clear();
        self.lines.reserve(claim.lines.len());
        self.modifiers.clear();
        self.modifiers.reserve(modifiers);
    }

    fn line(&mut self, claim: &Claim, line: &ServiceLine) -> Result<(), Fault> {
        let modifiers = next(&self.modifiers);
        self.modifiers.extend(line.modifiers.iter().map(Sent::sent));
        let filled_line = abi::Line {
            size: abi::size_of::<abi::Line>(),
            number: line.number,
            charge: cents(line.charge)?,
            units: milli(line.units)?,
            from: self.dates.number(line.from),
            to: self.dates.number(line.to.or(line.from)),
            qualifier: Str::of(&line.qualifier),
            procedure: line.procedure.sent(),
            revenue_code: any(line.revenue_code.as_ref()),
            unit: Str::of(&line.unit),
            place: line
                .place
                .as_ref()
                .or(claim.place.as_ref())
                .map_or(Str::ABSENT, Sent::sent),
            authorization: filled(line.authorization.as_ref()),
            ndc: filled(line.ndc.as_ref()),
            modifiers,
            pointers: line.pointers.as_ptr(),
            modifier_count: count(line.modifiers.len())?,
            pointer_count: count(line.pointers.len())?,
            rendering: self.provider(line.rendering.as_ref()),
        };
        self.lines.push(filled_line);
        Ok(())
    }

    fn provider(&mut self, provider: Option<&Provider>) -> *const abi::Provider {
        let Some(provider) = provider else {
            return std::ptr::null();
        };
        let sound = provider.npi.as_ref().and_then(AsSent::sound).is_some();
        let address = provider.address.as_ref();
        push(
            &mut self.providers,
            abi::Provider {
                size: abi::size_of::<abi::Provider>(),
                flags: if sound { abi::PROVIDER_NPI_SOUND } else { 0 },
                npi: provider.npi.sent(),
                tax_id: any(provider.tax_id.as_ref()),
                taxonomy: any(provider.taxonomy.as_ref()),
                last_name: Str::of(&provider.name.last),
                first_name: any(provider.name.first.as_ref()),
                state: any(address.map(|address| &address.state)),
                zip: any(address.map(|address| &address.zip)),
            },
        )
    }

    fn person(
        &mut self,
        person: &Person,
        number: Option<&scrubjay_model::MemberId>,
        sight: Sight,
    ) -> *const abi::Person {
        let name = filled(Some(&person.name.last));
        let number = person.member.as_ref().or(number);
        let mut flags = 0;
        if !name.ptr.is_null() {
            flags |= abi::PERSON_HAS_NAME;
        }
        if person.address.is_some() {
            flags |= abi::PERSON_HAS_ADDRESS;
        }
        if number.is_some() {
            flags |= abi::PERSON_HAS_MEMBER;
        }
        let named = sight.name.map(|()| &person.name);
        let address = person.address.as_ref().filter(|_| sight.address.is_some());
        let number = number.filter(|_| sight.member.is_some());
        let born = self.dates.number(person.born);
        let died = self.dates.number(person.died);
        push(
            &mut self.persons,
            abi::Person {
                size: abi::size_of::<abi::Person>(),
                flags,
                born,
                died,
                sex: match person.sex {
                    Some(Sex::F) => u32::from(b'F'),
                    Some(Sex::M) => u32::from(b'M'),
                    Some(Sex::U) => u32::from(b'U'),
                    None => 0,
                },
                reserved: 0,
                last_name: filled(named.map(|name| &name.last)),
                first_name: any(named.and_then(|name| name.first.as_ref())),
                member: Str::maybe(number.map(|number| number.as_str())),
                line1: any(address.map(|address| &address.line1)),
                line2: any(address.and_then(|address| address.line2.as_ref())),
                city: any(address.map(|address| &address.city)),
                state: any(address.map(|address| &address.state)),
                zip: any(address.map(|address| &address.zip)),
            },
        )
    }
}

/// Where the next member will stand; `clear` has made the room.
fn next<T>(list: &Vec<T>) -> *const T {
    debug_assert!(list.len() <= list.capacity());
    list.as_ptr().wrapping_add(list.len())
}

/// Adds a member and says where it stands.
fn push<T>(list: &mut Vec<T>, member: T) -> *const T {
    debug_assert!(list.len() < list.capacity(), "`clear` made the room");
    let at = next(list);
    list.push(member);
    at
}

fn count(length: usize) -> Result<u32, Fault> {
    u32::try_from(length).map_err(|_| Fault::OutOfRange)
}

fn earlier(a: Option<NaiveDate>, b: Option<NaiveDate>) -> Option<NaiveDate> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn later(a: Option<NaiveDate>, b: Option<NaiveDate>) -> Option<NaiveDate> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    }
}
