//! Earlier claims of a patient, for tests of plugins.

use crate::abi::{self, Str};
use crate::value::{Date, Milli};

use super::claim::count;

/// An earlier claim for tests.
///
/// ```
/// use scrubjay_plugin::harness::{TestClaim, TestEarlier};
///
/// let earlier = TestEarlier::new("C-1", "1234567893")
///     .service("G0438", "1", "2026-03-02")
///     .modifier("25");
/// let claim = TestClaim::professional("C-2").earlier(earlier);
/// assert_eq!(claim.earlier[0].services[0].modifiers, ["25"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TestEarlier {
    /// Our id.
    pub id: String,
    /// NPI of its billing provider.
    pub billing_npi: String,
    /// Whether it is void, or was replaced.
    pub withdrawn: bool,
    /// Its services.
    pub services: Vec<TestService>,
    /// Reason codes that it was denied by.
    pub denied: Vec<String>,
}

/// A service on an earlier claim, for tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestService {
    /// Procedure.
    pub procedure: String,
    /// Modifiers.
    pub modifiers: Vec<String>,
    /// Units.
    pub units: Milli,
    /// First day of service.
    pub from: Option<Date>,
}

impl TestEarlier {
    /// An earlier claim without services.
    #[must_use]
    pub fn new(id: &str, billing_npi: &str) -> Self {
        Self {
            id: id.to_owned(),
            billing_npi: billing_npi.to_owned(),
            ..Self::default()
        }
    }

    /// With a service: procedure, units, day.
    ///
    /// # Panics
    /// Where units or day are not written as such.
    #[must_use]
    #[allow(clippy::expect_used)] // A test's own mistake ends the test.
    pub fn service(mut self, procedure: &str, units: &str, day: &str) -> Self {
        self.services.push(TestService {
            procedure: procedure.to_owned(),
            modifiers: Vec::new(),
            units: units.parse().expect("the test names units such as 1.5"),
            from: Some(
                day.parse()
                    .expect("the test names a day such as 2026-03-02"),
            ),
        });
        self
    }

    /// With a modifier on the last service.
    #[must_use]
    pub fn modifier(mut self, modifier: &str) -> Self {
        if let Some(service) = self.services.last_mut() {
            service.modifiers.push(modifier.to_owned());
        }
        self
    }

    /// Void, or replaced by a later one.
    #[must_use]
    pub fn withdrawn(mut self) -> Self {
        self.withdrawn = true;
        self
    }
}

/// Earlier claims as the interface hands them in.
pub(super) struct EarlierView {
    claims: Vec<abi::Earlier>,
    // INVARIANT: the lists are not touched again once a claim points there.
    _services: Vec<Vec<abi::Service>>,
    _texts: Vec<Vec<Str>>,
}

impl EarlierView {
    /// Borrows the texts of `earlier`, which the caller keeps as long.
    pub(super) fn new(earlier: &[TestEarlier]) -> Self {
        let mut view = Self {
            claims: Vec::new(),
            _services: Vec::new(),
            _texts: Vec::new(),
        };
        for one in earlier {
            view.add(one);
        }
        view
    }

    pub(super) fn claims(&self) -> &[abi::Earlier] {
        &self.claims
    }

    fn add(&mut self, one: &TestEarlier) {
        let services: Vec<abi::Service> = one
            .services
            .iter()
            .map(|service| {
                let (modifiers, modifier_count) = self.texts(&service.modifiers);
                abi::Service {
                    size: abi::size_of::<abi::Service>(),
                    from: service.from.map_or(0, Date::number),
                    units: service.units.0,
                    procedure: Str::of(&service.procedure),
                    modifiers,
                    modifier_count,
                    reserved: 0,
                }
            })
            .collect();
        let (denied, denied_count) = self.texts(&one.denied);
        self.claims.push(abi::Earlier {
            size: abi::size_of::<abi::Earlier>(),
            flags: if one.withdrawn {
                abi::EARLIER_WITHDRAWN
            } else {
                0
            },
            id: Str::of(&one.id),
            billing_npi: Str::of(&one.billing_npi),
            services: services.as_ptr(),
            service_count: count(services.len()),
            service_size: abi::size_of::<abi::Service>(),
            denied,
            denied_count,
            reserved: 0,
        });
        self._services.push(services);
    }

    fn texts(&mut self, texts: &[String]) -> (*const Str, u32) {
        let texts: Vec<Str> = texts.iter().map(|text| Str::of(text)).collect();
        // A list's own memory stays where it is when the list moves.
        let made = (texts.as_ptr(), count(texts.len()));
        self._texts.push(texts);
        made
    }
}
