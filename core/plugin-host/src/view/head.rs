//! A claim without its lines: what every plugin is handed.

use chrono::NaiveDate;
use scrubjay_hooks::ClaimSubject;
use scrubjay_model::{Claim, CoverageOrder, LineOfBusiness, MemberId, Person, Provider, Sex};
use scrubjay_plugin::abi::{self, Str};

use super::{Dates, Sent, Sight, any, blank, cents, count, filled, lengthen};
use crate::fault::Fault;
use crate::info;

/// Providers that a claim may name outside of its lines.
const ROLES: usize = 5;

/// Room for a claim and what it points to, but for its lines.
pub(super) struct Head {
    claim: abi::Claim,
    /// Patient and subscriber.
    persons: [abi::Person; 2],
    providers: [abi::Provider; ROLES],
    diagnoses: Vec<abi::Diagnosis>,
    dates: Dates,
    received: Dates,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            claim: blank::CLAIM,
            persons: [blank::PERSON; 2],
            providers: [blank::PROVIDER; ROLES],
            diagnoses: Vec::new(),
            dates: Dates::default(),
            received: Dates::default(),
        }
    }
}

impl Head {
    /// Fills it with a claim, whose first line is there already or comes later.
    pub(super) fn fill(
        &mut self,
        subject: &ClaimSubject<'_>,
        sight: Sight,
        first: Option<*const abi::Line>,
    ) -> Result<(), Fault> {
        let claim = subject.claim;
        let details = claim.institutional.as_ref();
        let coverage = claim.destination();
        self.diagnoses(claim);
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
        let attending = details.and_then(|details| details.attending.as_ref());
        let billing = self.provider(0, Some(&claim.billing));
        let rendering = self.provider(1, claim.rendering.as_ref());
        let referring = self.provider(2, claim.referring.as_ref());
        let facility = self.provider(3, claim.facility.as_ref());
        let attending = self.provider(4, attending);
        let (from, to) = service(claim);

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
        view.place = claim.place.sent();
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
        view.lines = first.unwrap_or(std::ptr::null());
        view.diagnosis_count = count(claim.diagnoses.len())?;
        view.line_count = count(claim.lines.len())?;
        Ok(())
    }

    pub(super) fn claim(&self) -> *const abi::Claim {
        &raw const self.claim
    }

    pub(super) fn has(&self) -> [u32; 2] {
        [self.persons[0].flags, self.persons[1].flags]
    }

    pub(super) fn tell(&mut self, has: [u32; 2]) {
        for (person, flags) in self.persons.iter_mut().zip(has) {
            person.flags = flags;
        }
    }

    fn diagnoses(&mut self, claim: &Claim) {
        lengthen(&mut self.diagnoses, claim.diagnoses.len(), blank::DIAGNOSIS);
        for (slot, diagnosis) in self.diagnoses.iter_mut().zip(&claim.diagnoses) {
            slot.qualifier = Str::of(&diagnosis.qualifier);
            slot.code = diagnosis.code.sent();
            slot.present_on_admission = any(diagnosis.present_on_admission.as_ref());
        }
    }

    fn provider(&mut self, role: usize, provider: Option<&Provider>) -> *const abi::Provider {
        let Some(provider) = provider else {
            return std::ptr::null();
        };
        super::provider(&mut self.providers[role], provider);
        self.providers.as_ptr().wrapping_add(role)
    }

    fn person(
        &mut self,
        at: usize,
        person: &Person,
        number: Option<&MemberId>,
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

/// The days of service over the lines and the statement.
fn service(claim: &Claim) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let details = claim.institutional.as_ref();
    let mut from = details.and_then(|details| details.from);
    let mut to = details.and_then(|details| details.to);
    for line in &claim.lines {
        from = earlier(from, line.from);
        to = later(to, line.to.or(line.from));
    }
    (from, to)
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
