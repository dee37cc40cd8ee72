//! Claims for tests of plugins.

use crate::abi::{self, Str};
use crate::about::{ClaimKind, LineOfBusiness, Need};
use crate::value::{Cents, Date, Milli};

use super::earlier::{EarlierView, TestEarlier};

/// The day that the host's clock counts from.
pub(super) const EPOCH: Date = Date::new(1970, 1, 1).expect("a year begins on this day");

/// A claim for tests. Made by [`TestClaim::professional`] and changed as the
/// test needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestClaim {
    /// Our id.
    pub id: String,
    /// Which 837.
    pub kind: ClaimKind,
    /// CLM05-3.
    pub frequency: String,
    /// The practice's key of the payer.
    pub payer: Option<String>,
    /// Its line of business.
    pub line_of_business: Option<LineOfBusiness>,
    /// Its state.
    pub payer_state: Option<String>,
    /// SBR09.
    pub filing_indicator: Option<String>,
    /// Total charge; the sum of the lines unless said otherwise.
    pub charge: Option<Cents>,
    /// When it came in; the last day of service unless said otherwise.
    pub received: Option<Date>,
    /// Date of accident.
    pub accident: Option<Date>,
    /// Place of service.
    pub place: Option<String>,
    /// Facility type, institutional.
    pub facility_type: Option<String>,
    /// Prior authorization.
    pub authorization: Option<String>,
    /// Referral.
    pub referral: Option<String>,
    /// CLIA number.
    pub clia: Option<String>,
    /// Patient.
    pub patient: TestPerson,
    /// Subscriber, where not the patient.
    pub subscriber: Option<TestPerson>,
    /// Billing provider.
    pub billing: TestProvider,
    /// Rendering provider, where not the billing provider.
    pub rendering: Option<TestProvider>,
    /// Diagnoses, principal first.
    pub diagnoses: Vec<String>,
    /// Service lines.
    pub lines: Vec<TestLine>,
    /// Earlier claims of the same patient, oldest first.
    pub earlier: Vec<TestEarlier>,
}

/// A service line for tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestLine {
    /// Procedure.
    pub procedure: Option<String>,
    /// Modifiers.
    pub modifiers: Vec<String>,
    /// Revenue code.
    pub revenue_code: Option<String>,
    /// Charge.
    pub charge: Cents,
    /// Units.
    pub units: Milli,
    /// First day of service.
    pub from: Option<Date>,
    /// Last day of service, where it is another one.
    pub to: Option<Date>,
    /// Unit of measure; `UN` unless said otherwise.
    pub unit: String,
    /// Rendering provider, where not the claim's.
    pub rendering: Option<TestProvider>,
    /// Pointers to diagnoses.
    pub pointers: Vec<u8>,
    /// Prior authorization of the line.
    pub authorization: Option<String>,
    /// National drug code.
    pub ndc: Option<String>,
}

/// A person for tests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TestPerson {
    /// Last name.
    pub last_name: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Member number.
    pub member: Option<String>,
    /// First line, city, state and ZIP code.
    pub address: Option<[String; 4]>,
    /// Date of birth.
    pub born: Option<Date>,
    /// `F`, `M` or `U`.
    pub sex: Option<char>,
}

/// A provider for tests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TestProvider {
    /// NPI. The harness does not check its digit: say whether it is sound.
    pub npi: Option<String>,
    /// Whether the NPI counts as sound.
    pub npi_is_sound: bool,
    /// Taxonomy code.
    pub taxonomy: Option<String>,
    /// Tax id.
    pub tax_id: Option<String>,
    /// Name.
    pub last_name: Option<String>,
}

impl TestClaim {
    /// A professional claim without lines.
    #[must_use]
    pub fn professional(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            kind: ClaimKind::Professional,
            frequency: "1".to_owned(),
            payer: None,
            line_of_business: None,
            payer_state: None,
            filing_indicator: None,
            charge: None,
            received: None,
            accident: None,
            place: Some("11".to_owned()),
            facility_type: None,
            authorization: None,
            referral: None,
            clia: None,
            patient: TestPerson::default(),
            subscriber: None,
            billing: TestProvider::default(),
            rendering: None,
            diagnoses: Vec::new(),
            lines: Vec::new(),
            earlier: Vec::new(),
        }
    }

    /// Of a payer, by the practice's key.
    #[must_use]
    pub fn payer(mut self, key: &str, line: LineOfBusiness) -> Self {
        self.payer = Some(key.to_owned());
        self.line_of_business = Some(line);
        self
    }

    /// With a diagnosis.
    #[must_use]
    pub fn diagnosis(mut self, code: &str) -> Self {
        self.diagnoses.push(code.to_owned());
        self
    }

    /// With a line: procedure, charge in dollars, units, day.
    ///
    /// # Panics
    /// Where charge, units or day are not written as such.
    #[must_use]
    #[allow(clippy::expect_used)] // A test's own mistake ends the test.
    pub fn line(mut self, procedure: &str, charge: &str, units: &str, day: &str) -> Self {
        self.lines.push(TestLine {
            procedure: Some(procedure.to_owned()),
            modifiers: Vec::new(),
            revenue_code: None,
            charge: charge
                .parse()
                .expect("the test names a charge such as 112.50"),
            units: units.parse().expect("the test names units such as 1.5"),
            from: Some(
                day.parse()
                    .expect("the test names a day such as 2026-03-02"),
            ),
            to: None,
            unit: "UN".to_owned(),
            rendering: None,
            pointers: vec![1],
            authorization: None,
            ndc: None,
        });
        self
    }

    /// With a modifier on the last line.
    #[must_use]
    pub fn modifier(mut self, modifier: &str) -> Self {
        if let Some(line) = self.lines.last_mut() {
            line.modifiers.push(modifier.to_owned());
        }
        self
    }

    /// With an earlier claim of the same patient, later than those before.
    #[must_use]
    pub fn earlier(mut self, earlier: TestEarlier) -> Self {
        self.earlier.push(earlier);
        self
    }

    /// The claim as the interface hands it in.
    pub(super) fn view(&self, needs: u32) -> ClaimView<'_> {
        ClaimView::new(self, needs)
    }
}

/// A claim's structs, each where the others point to.
pub(super) struct ClaimView<'a> {
    claim: abi::Claim,
    earlier: EarlierView,
    _parts: Parts,
    of: std::marker::PhantomData<&'a TestClaim>,
}

/// What a claim points to.
struct Parts {
    _people: Vec<abi::Person>,
    _providers: Vec<abi::Provider>,
    _diagnoses: Vec<abi::Diagnosis>,
    _lines: Vec<abi::Line>,
    _modifiers: Vec<Vec<Str>>,
}

fn maybe(text: Option<&String>) -> Str {
    Str::maybe(text.map(String::as_str))
}

fn number(date: Option<Date>) -> i32 {
    date.map_or(0, Date::number)
}

pub(super) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl<'a> ClaimView<'a> {
    pub(super) fn claim(&self) -> *const abi::Claim {
        &raw const self.claim
    }

    pub(super) fn earlier(&self) -> &[abi::Earlier] {
        self.earlier.claims()
    }

    fn new(of: &'a TestClaim, needs: u32) -> Self {
        let people: Vec<_> = std::iter::once(&of.patient)
            .chain(&of.subscriber)
            .map(|one| person(one, needs))
            .collect();
        let providers: Vec<_> = std::iter::once(&of.billing)
            .chain(&of.rendering)
            .chain(of.lines.iter().filter_map(|line| line.rendering.as_ref()))
            .map(provider)
            .collect();
        let mut own_rendering = providers
            .iter()
            .skip(1 + usize::from(of.rendering.is_some()));
        let diagnoses: Vec<_> = of.diagnoses.iter().enumerate().map(diagnosis).collect();
        let modifiers: Vec<Vec<Str>> = of
            .lines
            .iter()
            .map(|line| line.modifiers.iter().map(|code| Str::of(code)).collect())
            .collect();
        let lines: Vec<_> = (1..)
            .zip(of.lines.iter().zip(&modifiers))
            .map(|(number, (one, modifiers))| {
                let mut made = line(of, number, one, modifiers);
                if one.rendering.is_some() {
                    made.rendering = own_rendering.next().map_or(std::ptr::null(), |own| own);
                }
                made
            })
            .collect();
        let sum = of
            .lines
            .iter()
            .map(|line| line.charge.0)
            .fold(0, i64::saturating_add);
        let days = || of.lines.iter().filter_map(|line| line.from);
        let last = days().max();
        let claim = abi::Claim {
            size: abi::size_of::<abi::Claim>(),
            kind: of.kind.bit(),
            line_of_business: of.line_of_business.map_or(0, LineOfBusiness::bit),
            order: 1,
            charge: of.charge.map_or(sum, |charge| charge.0),
            patient_paid: abi::NO_AMOUNT,
            service_from: number(days().min()),
            service_to: number(last),
            received: number(of.received.or(last)),
            accident: number(of.accident),
            id: Str::of(&of.id),
            frequency: Str::of(&of.frequency),
            payer_control: Str::ABSENT,
            payer: maybe(of.payer.as_ref()),
            payer_id: Str::ABSENT,
            payer_state: maybe(of.payer_state.as_ref()),
            filing_indicator: maybe(of.filing_indicator.as_ref()),
            place: maybe(of.place.as_ref()),
            facility_type: maybe(of.facility_type.as_ref()),
            authorization: maybe(of.authorization.as_ref()),
            referral: maybe(of.referral.as_ref()),
            clia: maybe(of.clia.as_ref()),
            patient: people.as_ptr(),
            subscriber: people.as_ptr().wrapping_add(people.len() - 1),
            billing: providers.as_ptr(),
            rendering: match of.rendering {
                Some(_) => providers.as_ptr().wrapping_add(1),
                None => std::ptr::null(),
            },
            referring: std::ptr::null(),
            facility: std::ptr::null(),
            attending: std::ptr::null(),
            diagnoses: diagnoses.as_ptr(),
            lines: lines.as_ptr(),
            diagnosis_count: count(diagnoses.len()),
            diagnosis_size: abi::size_of::<abi::Diagnosis>(),
            line_count: count(lines.len()),
            line_size: abi::size_of::<abi::Line>(),
        };
        // The lists' own memory stays where it is when they move in here.
        Self {
            claim,
            earlier: EarlierView::new(&of.earlier),
            _parts: Parts {
                _people: people,
                _providers: providers,
                _diagnoses: diagnoses,
                _lines: lines,
                _modifiers: modifiers,
            },
            of: std::marker::PhantomData,
        }
    }
}

fn person(person: &TestPerson, needs: u32) -> abi::Person {
    let sees = |need: Need| needs & need.bit() != 0;
    let name = |name: &Option<String>| maybe(name.as_ref().filter(|_| sees(Need::Name)));
    let address = person.address.as_ref().filter(|_| sees(Need::Address));
    let part = |at: usize| maybe(address.map(|parts| &parts[at]));
    let flag = |is: bool, flag: u32| if is { flag } else { 0 };
    abi::Person {
        size: abi::size_of::<abi::Person>(),
        flags: flag(person.last_name.is_some(), abi::PERSON_HAS_NAME)
            | flag(person.address.is_some(), abi::PERSON_HAS_ADDRESS)
            | flag(person.member.is_some(), abi::PERSON_HAS_MEMBER),
        born: number(person.born),
        died: 0,
        sex: person.sex.map_or(0, u32::from),
        reserved: 0,
        last_name: name(&person.last_name),
        first_name: name(&person.first_name),
        member: maybe(person.member.as_ref().filter(|_| sees(Need::Member))),
        line1: part(0),
        line2: Str::ABSENT,
        city: part(1),
        state: part(2),
        zip: part(3),
    }
}

fn provider(provider: &TestProvider) -> abi::Provider {
    abi::Provider {
        size: abi::size_of::<abi::Provider>(),
        flags: if provider.npi_is_sound {
            abi::PROVIDER_NPI_SOUND
        } else {
            0
        },
        npi: maybe(provider.npi.as_ref()),
        tax_id: maybe(provider.tax_id.as_ref()),
        taxonomy: maybe(provider.taxonomy.as_ref()),
        last_name: maybe(provider.last_name.as_ref()),
        first_name: Str::ABSENT,
        state: Str::ABSENT,
        zip: Str::ABSENT,
    }
}

fn diagnosis((at, code): (usize, &String)) -> abi::Diagnosis {
    abi::Diagnosis {
        size: abi::size_of::<abi::Diagnosis>(),
        reserved: 0,
        qualifier: Str::of(if at == 0 { "ABK" } else { "ABF" }),
        code: Str::of(code),
        present_on_admission: Str::ABSENT,
    }
}

fn line(of: &TestClaim, at: u32, line: &TestLine, modifiers: &[Str]) -> abi::Line {
    abi::Line {
        size: abi::size_of::<abi::Line>(),
        number: at,
        charge: line.charge.0,
        units: line.units.0,
        from: number(line.from),
        to: number(line.to.or(line.from)),
        qualifier: Str::of("HC"),
        procedure: maybe(line.procedure.as_ref()),
        revenue_code: maybe(line.revenue_code.as_ref()),
        unit: Str::of(&line.unit),
        place: maybe(of.place.as_ref()),
        authorization: maybe(line.authorization.as_ref()),
        ndc: maybe(line.ndc.as_ref()),
        modifiers: modifiers.as_ptr(),
        pointers: line.pointers.as_ptr(),
        modifier_count: count(modifiers.len()),
        pointer_count: count(line.pointers.len()),
        rendering: std::ptr::null(),
    }
}
