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

/// Room for one claim. What stands in it is only looked at during a call. Each
/// list is as long as the longest claim needed, and is written over in place,
/// which is cheaper than to make its members elsewhere and to move them in.
pub(crate) struct View {
    claim: abi::Claim,
    /// Patient and subscriber.
    persons: [abi::Person; 2],
    providers: Vec<abi::Provider>,
    /// Providers of this claim so far.
    named: usize,
    diagnoses: Vec<abi::Diagnosis>,
    lines: Vec<abi::Line>,
    modifiers: Vec<Str>,
    dates: Dates,
    received: Dates,
}

// SAFETY: the pointers in it are only followed by a plugin during a call, and
// the view is filled anew, on the thread of the call, before each one.
unsafe impl Send for View {}

/// Structs about to be written over.
mod blank {
    use super::abi::{self, Str};

    pub(super) const PERSON: abi::Person = abi::Person {
        size: abi::size_of::<abi::Person>(),
        flags: 0,
        born: 0,
        died: 0,
        sex: 0,
        reserved: 0,
        last_name: Str::ABSENT,
        first_name: Str::ABSENT,
        member: Str::ABSENT,
        line1: Str::ABSENT,
        line2: Str::ABSENT,
        city: Str::ABSENT,
        state: Str::ABSENT,
        zip: Str::ABSENT,
    };

    pub(super) const PROVIDER: abi::Provider = abi::Provider {
        size: abi::size_of::<abi::Provider>(),
        flags: 0,
        npi: Str::ABSENT,
        tax_id: Str::ABSENT,
        taxonomy: Str::ABSENT,
        last_name: Str::ABSENT,
        first_name: Str::ABSENT,
        state: Str::ABSENT,
        zip: Str::ABSENT,
    };

    pub(super) const DIAGNOSIS: abi::Diagnosis = abi::Diagnosis {
        size: abi::size_of::<abi::Diagnosis>(),
        reserved: 0,
        qualifier: Str::ABSENT,
        code: Str::ABSENT,
        present_on_admission: Str::ABSENT,
    };

    pub(super) const LINE: abi::Line = abi::Line {
        size: abi::size_of::<abi::Line>(),
        number: 0,
        charge: 0,
        units: 0,
        from: 0,
        to: 0,
        qualifier: Str::ABSENT,
        procedure: Str::ABSENT,
        revenue_code: Str::ABSENT,
        unit: Str::ABSENT,
        place: Str::ABSENT,
        authorization: Str::ABSENT,
        ndc: Str::ABSENT,
        modifiers: std::ptr::null(),
        pointers: std::ptr::null(),
        modifier_count: 0,
        pointer_count: 0,
        rendering: std::ptr::null(),
    };

    pub(super) const CLAIM: abi::Claim = abi::Claim {
        size: abi::size_of::<abi::Claim>(),
        kind: 0,
        line_of_business: 0,
        order: 0,
        charge: 0,
        patient_paid: abi::NO_AMOUNT,
        service_from: 0,
        service_to: 0,
        received: 0,
        accident: 0,
        id: Str::ABSENT,
        frequency: Str::ABSENT,
        payer_control: Str::ABSENT,
        payer: Str::ABSENT,
        payer_id: Str::ABSENT,
        payer_state: Str::ABSENT,
        filing_indicator: Str::ABSENT,
        place: Str::ABSENT,
        facility_type: Str::ABSENT,
        authorization: Str::ABSENT,
        referral: Str::ABSENT,
        clia: Str::ABSENT,
        patient: std::ptr::null(),
        subscriber: std::ptr::null(),
        billing: std::ptr::null(),
        rendering: std::ptr::null(),
        referring: std::ptr::null(),
        facility: std::ptr::null(),
        attending: std::ptr::null(),
        diagnoses: std::ptr::null(),
        lines: std::ptr::null(),
        diagnosis_count: 0,
        diagnosis_size: abi::size_of::<abi::Diagnosis>(),
        line_count: 0,
        line_size: abi::size_of::<abi::Line>(),
    };
}

impl Default for View {
    fn default() -> Self {
        Self {
            claim: blank::CLAIM,
            persons: [blank::PERSON; 2],
            providers: Vec::new(),
            named: 0,
            diagnoses: Vec::new(),
            lines: Vec::new(),
            modifiers: Vec::new(),
            dates: Dates::default(),
            received: Dates::default(),
        }
    }
}

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
        let place = claim.place.sent();
        let details = claim.institutional.as_ref();
        let coverage = claim.destination();
        let mut from = details.and_then(|details| details.from);
        let mut to = details.and_then(|details| details.to);
        for (at, line) in claim.lines.iter().enumerate() {
            from = earlier(from, line.from);
            to = later(to, line.to.or(line.from));
            self.line(at, place, line)?;
        }
        for (slot, diagnosis) in self.diagnoses.iter_mut().zip(&claim.diagnoses) {
            slot.qualifier = Str::of(&diagnosis.qualifier);
            slot.code = diagnosis.code.sent();
            slot.present_on_admission = any(diagnosis.present_on_admission.as_ref());
        }
        let number = coverage.and_then(|coverage| coverage.member.as_ref());
        let other = coverage.and_then(|coverage| coverage.subscriber.as_ref());
        let own = other.is_none().then_some(number).flatten();
        let patient = self.person(0, &claim.patient, own, sight);
        let subscriber = match other {
            Some(other) => self.person(1, other, number, sight),
            None => patient,
        };
        let filing = coverage.and_then(|coverage| coverage.filing_indicator.as_ref());
        let business = subject
            .payer
            .map(|payer| payer.line)
            .or_else(|| filing.map(|code| LineOfBusiness::from_filing_indicator(code)));
        let billing = self.provider(Some(&claim.billing));
        let rendering = self.provider(claim.rendering.as_ref());
        let referring = self.provider(claim.referring.as_ref());
        let facility = self.provider(claim.facility.as_ref());
        let attending = self.provider(details.and_then(|details| details.attending.as_ref()));

        let view = &mut self.claim;
        view.kind = info::kind_bit(claim.kind);
        view.line_of_business = business.map_or(0, info::line_bit);
        view.order = match claim.order() {
            CoverageOrder::Primary => 1,
            CoverageOrder::Secondary => 2,
            CoverageOrder::Tertiary => 3,
            CoverageOrder::Later => 4,
        };
        view.charge = cents(claim.charge)?;
        view.patient_paid = claim.patient_paid.map_or(Ok(abi::NO_AMOUNT), cents)?;
        view.service_from = self.dates.number(from);
        view.service_to = self.dates.number(to);
        view.received = self.received.number(Some(subject.received));
        view.accident = self.dates.number(claim.accident);
        view.id = Str::of(claim.id.as_str());
        view.frequency = Str::of(claim.frequency.as_str());
        view.payer_control = Str::maybe(claim.payer_control.as_ref().map(|id| id.as_str()));
        view.payer = Str::maybe(subject.payer.map(|payer| payer.key.as_str()));
        view.payer_id = coverage
            .and_then(|coverage| coverage.payer.as_ref())
            .map_or(Str::ABSENT, |id| Str::of(id.as_str()));
        view.payer_state = any(subject.payer.and_then(|payer| payer.state.as_ref()));
        view.filing_indicator = any(filing);
        view.place = place;
        view.facility_type = any(details.map(|details| &details.facility_type));
        view.authorization = filled(claim.authorization.as_ref());
        view.referral = filled(claim.referral.as_ref());
        view.clia = filled(claim.clia.as_ref());
        view.patient = patient;
        view.subscriber = subscriber;
        view.billing = billing;
        view.rendering = rendering;
        view.referring = referring;
        view.facility = facility;
        view.attending = attending;
        view.diagnoses = self.diagnoses.as_ptr();
        view.lines = self.lines.as_ptr();
        view.diagnosis_count = count(claim.diagnoses.len())?;
        view.line_count = count(claim.lines.len())?;
        Ok(&raw const self.claim)
    }

    /// What the claim has of patient and subscriber, seen or not.
    pub(crate) fn has(&self) -> [u32; 2] {
        self.persons.map(|person| person.flags)
    }

    /// Says what the claim has, where what may not be seen was left out of it
    /// before it came here.
    pub(crate) fn tell(&mut self, has: [u32; 2]) {
        for (person, flags) in self.persons.iter_mut().zip(has) {
            person.flags = flags;
        }
    }

    /// Makes room for everything that comes, so that nothing moves while
    /// pointers to it are taken.
    fn clear(&mut self, claim: &Claim) {
        let mut modifiers = 0;
        let mut providers = 5;
        for line in &claim.lines {
            modifiers += line.modifiers.len();
            providers += usize::from(line.rendering.is_some());
        }
        self.named = 0;
        lengthen(&mut self.providers, providers, blank::PROVIDER);
        lengthen(&mut self.diagnoses, claim.diagnoses.len(), blank::DIAGNOSIS);
        lengthen(&mut self.lines, claim.lines.len(), blank::LINE);
        self.modifiers.clear();
        self.modifiers.reserve(modifiers);
    }

    fn line(&mut self, at: usize, place: Str, line: &ServiceLine) -> Result<(), Fault> {
        // `clear` has made the room, so that what was pointed to stays.
        let modifiers = self.modifiers.as_ptr().wrapping_add(self.modifiers.len());
        for modifier in &line.modifiers {
            self.modifiers.push(modifier.sent());
        }
        let rendering = self.provider(line.rendering.as_ref());
        let slot = &mut self.lines[at];
        slot.number = line.number;
        slot.charge = cents(line.charge)?;
        slot.units = milli(line.units)?;
        slot.from = self.dates.number(line.from);
        slot.to = self.dates.number(line.to.or(line.from));
        slot.qualifier = Str::of(&line.qualifier);
        slot.procedure = line.procedure.sent();
        slot.revenue_code = any(line.revenue_code.as_ref());
        slot.unit = Str::of(&line.unit);
        slot.place = line.place.as_ref().map_or(place, Sent::sent);
        slot.authorization = filled(line.authorization.as_ref());
        slot.ndc = filled(line.ndc.as_ref());
        slot.modifiers = modifiers;
        slot.pointers = line.pointers.as_ptr();
        slot.modifier_count = count(line.modifiers.len())?;
        slot.pointer_count = count(line.pointers.len())?;
        slot.rendering = rendering;
        Ok(())
    }

    fn provider(&mut self, provider: Option<&Provider>) -> *const abi::Provider {
        let Some(provider) = provider else {
            return std::ptr::null();
        };
        let address = provider.address.as_ref();
        let slot = &mut self.providers[self.named];
        self.named += 1;
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
        self.providers.as_ptr().wrapping_add(self.named - 1)
    }

    fn person(
        &mut self,
        at: usize,
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
        let first = person.name.first.as_ref().filter(|_| sight.name.is_some());
        let address = person.address.as_ref().filter(|_| sight.address.is_some());
        let number = number.filter(|_| sight.member.is_some());
        let slot = &mut self.persons[at];
        slot.flags = flags;
        slot.born = self.dates.number(person.born);
        slot.died = self.dates.number(person.died);
        slot.sex = match person.sex {
            Some(Sex::F) => u32::from(b'F'),
            Some(Sex::M) => u32::from(b'M'),
            Some(Sex::U) => u32::from(b'U'),
            None => 0,
        };
        slot.last_name = sight.name.map_or(Str::ABSENT, |()| name);
        slot.first_name = any(first);
        slot.member = Str::maybe(number.map(|number| number.as_str()));
        slot.line1 = any(address.map(|address| &address.line1));
        slot.line2 = any(address.and_then(|address| address.line2.as_ref()));
        slot.city = any(address.map(|address| &address.city));
        slot.state = any(address.map(|address| &address.state));
        slot.zip = any(address.map(|address| &address.zip));
        self.persons.as_ptr().wrapping_add(at)
    }
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
