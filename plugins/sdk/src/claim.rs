//! A claim as a plugin sees it: borrowed from the host for one call.

use std::marker::PhantomData;

use crate::abi;
use crate::about::{ClaimKind, LineOfBusiness};
use crate::value::{Cents, Date, Milli};

/// Borrows a text of the host.
///
/// # Safety
/// The text is null or readable, and holds for `'a`.
pub(crate) unsafe fn text<'a>(text: abi::Str) -> Option<&'a str> {
    if text.ptr.is_null() {
        return None;
    }
    // SAFETY: not null, and the caller vouches for the rest.
    let bytes = unsafe { std::slice::from_raw_parts(text.ptr, text.len) };
    // The host promises UTF-8; what is not is as good as absent.
    std::str::from_utf8(bytes).ok()
}

/// A borrowed struct of the host, which may be longer or, at its end, shorter
/// than ours: so it is never taken as a whole, only field by field.
macro_rules! view {
    ($(#[$docs:meta])* $name:ident of $abi:ident) => {
        $(#[$docs])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name<'a> {
            at: *const abi::$abi,
            borrowed: PhantomData<&'a ()>,
        }

        impl $name<'_> {
            /// # Safety
            /// `at` is null, or such a struct with every field of version 1.0,
            /// and it and all that it leads to hold for the lifetime asked for.
            pub(crate) unsafe fn new(at: *const abi::$abi) -> Option<Self> {
                (!at.is_null()).then_some(Self {
                    at,
                    borrowed: PhantomData,
                })
            }
        }
    };
}

/// Reads a field of a view.
macro_rules! field {
    ($view:expr, $field:ident) => {{
        // SAFETY: `new` was told that the struct has every field of version
        // 1.0, which this one is, and that it still holds.
        unsafe { (&raw const (*$view.at).$field).read() }
    }};
}

macro_rules! texts {
    ($($(#[$docs:meta])* $field:ident)+) => {$(
        $(#[$docs])*
        #[must_use]
        pub fn $field(&self) -> Option<&'a str> {
            let borrowed = field!(self, $field);
            // SAFETY: `new` was told that what the struct leads to holds for `'a`.
            unsafe { text(borrowed) }
        }
    )+};
}

macro_rules! dates {
    ($($(#[$docs:meta])* $field:ident)+) => {$(
        $(#[$docs])*
        #[must_use]
        pub fn $field(&self) -> Option<Date> {
            Date::of_number(field!(self, $field))
        }
    )+};
}

/// A claim.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    at: *const abi::Claim,
    /// The call that it came with, which gives its lines.
    call: *const abi::Call,
    borrowed: PhantomData<&'a ()>,
}

impl Claim<'_> {
    /// The claim of a call; `None` at hooks whose subject is no claim.
    ///
    /// # Safety
    /// `call` is a call with every field of version 1.0; it, its claim and all
    /// that they lead to hold for the lifetime asked for, on this thread.
    pub(crate) unsafe fn of(call: *const abi::Call) -> Option<Self> {
        // SAFETY: the call holds, and this is a field of 1.0 (caller).
        let at = unsafe { (*call).claim };
        (!at.is_null()).then_some(Self {
            at,
            call,
            borrowed: PhantomData,
        })
    }
}

view!(
    /// A service line.
    Line of Line
);
view!(
    /// A diagnosis with its qualifier.
    Diagnosis of Diagnosis
);
view!(
    /// A patient or subscriber. Names, addresses and numbers are absent unless
    /// the plugin declares the need.
    Person of Person
);
view!(
    /// A provider in one of its roles.
    Provider of Provider
);

view!(
    /// An earlier claim of the same patient.
    Earlier of Earlier
);
view!(
    /// A service on an earlier claim.
    Service of Service
);

/// Sex as DMG03 carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// Female.
    F,
    /// Male.
    M,
    /// Unknown, or not told.
    U,
}

/// A payer's place in the order of payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Order {
    /// Primary.
    Primary,
    /// Secondary.
    Secondary,
    /// Tertiary.
    Tertiary,
    /// Later, or unknown.
    Later,
}

/// The members of an array whose members have a size of the host's.
fn members<T>(first: *const T, count: u32, size: u32) -> impl Iterator<Item = *const T> {
    let first = first.cast::<u8>();
    (0..count as usize).map(move |at| first.wrapping_add(at * size as usize).cast())
}

/// A text's struct is the one that never grows.
const TEXT_SIZE: u32 = abi::size_of::<abi::Str>();

macro_rules! providers {
    ($($(#[$docs:meta])* $field:ident)+) => {$(
        $(#[$docs])*
        #[must_use]
        pub fn $field(&self) -> Option<Provider<'a>> {
            let provider = field!(self, $field);
            // SAFETY: `new` was told that what the claim leads to holds for `'a`.
            unsafe { Provider::new(provider) }
        }
    )+};
}

impl<'a> Claim<'a> {
    /// Which 837 it travels in; `None` for a kind of a newer interface.
    #[must_use]
    pub fn kind(&self) -> Option<ClaimKind> {
        ClaimKind::of_bit(field!(self, kind))
    }

    /// The payer's line of business, where it is known.
    #[must_use]
    pub fn line_of_business(&self) -> Option<LineOfBusiness> {
        LineOfBusiness::of_bit(field!(self, line_of_business))
    }

    /// The payer's place in the order of payment.
    #[must_use]
    pub fn order(&self) -> Order {
        match field!(self, order) {
            1 => Order::Primary,
            2 => Order::Secondary,
            3 => Order::Tertiary,
            _ => Order::Later,
        }
    }

    /// Total charge (CLM02), as sent: it may disagree with the lines.
    #[must_use]
    pub fn charge(&self) -> Cents {
        Cents(field!(self, charge))
    }

    /// What the patient has paid (AMT*F5).
    #[must_use]
    pub fn patient_paid(&self) -> Option<Cents> {
        Some(field!(self, patient_paid))
            .filter(|cents| *cents != abi::NO_AMOUNT)
            .map(Cents)
    }

    dates! {
        /// First day of service over the lines and the statement.
        service_from
        /// Last day of service.
        service_to
        /// When the claim came in; what filing limits are measured at.
        received
        /// Date of accident (DTP*439).
        accident
    }

    texts! {
        /// Our id, sent as CLM01.
        id
        /// CLM05-3: 1 original, 7 replaces, 8 voids.
        frequency
        /// The payer's number of the claim that this one replaces or voids.
        payer_control
        /// The practice's key of the payer; absent where it does not know it.
        payer
        /// The payer's id on its channel, as the claim says.
        payer_id
        /// State of the plan.
        payer_state
        /// Claim filing indicator (SBR09).
        filing_indicator
        /// Place of service (CLM05-1), professional and dental.
        place
        /// Facility type (CLM05-1), institutional.
        facility_type
        /// Prior authorization number (REF*G1).
        authorization
        /// Referral number (REF*9F).
        referral
        /// CLIA number (REF*X4).
        clia
    }

    /// The patient.
    #[must_use]
    pub fn patient(&self) -> Option<Person<'a>> {
        let patient = field!(self, patient);
        // SAFETY: `new` was told that what the claim leads to holds for `'a`.
        unsafe { Person::new(patient) }
    }

    /// The subscriber: the patient, where they are the same.
    #[must_use]
    pub fn subscriber(&self) -> Option<Person<'a>> {
        let subscriber = field!(self, subscriber);
        // SAFETY: as for `patient`.
        unsafe { Person::new(subscriber) }
    }

    /// Whether patient and subscriber are the same.
    #[must_use]
    pub fn patient_is_subscriber(&self) -> bool {
        field!(self, patient) == field!(self, subscriber)
    }

    providers! {
        /// Billing provider.
        billing
        /// Rendering provider, where not the billing provider.
        rendering
        /// Referring provider.
        referring
        /// Where the service was given, where not at the billing provider's.
        facility
        /// Attending provider, institutional.
        attending
    }

    /// Diagnoses, principal first.
    pub fn diagnoses(&self) -> impl Iterator<Item = Diagnosis<'a>> + use<'a> {
        let (count, size) = (field!(self, diagnosis_count), field!(self, diagnosis_size));
        members(field!(self, diagnoses), count, size)
            // SAFETY: `new` was told that what the claim leads to holds for `'a`.
            .filter_map(|at| unsafe { Diagnosis::new(at) })
    }

    /// Service lines. None where the host cannot show them, such as a line with
    /// an amount out of range; it then holds the claim, whatever is said of it.
    pub fn lines(&self) -> impl Iterator<Item = Line<'a>> + use<'a> {
        let (count, size) = (field!(self, line_count), field!(self, line_size));
        let first = self.first_line();
        let count = if first.is_null() { 0 } else { count };
        members(first, count, size)
            // SAFETY: `new` was told that what the claim leads to holds for `'a`.
            .filter_map(|at| unsafe { Line::new(at) })
    }
}

impl Claim<'_> {
    /// The first line: the host makes lines when they are first asked for, or
    /// has made them with the claim where it is older than 1.2.
    fn first_line(&self) -> *const abi::Line {
        let end = std::mem::offset_of!(abi::Call, lines) + size_of::<usize>();
        // SAFETY: the call holds (`of`), and every version begins with its size.
        if (unsafe { (*self.call).size } as usize) < end {
            return field!(self, lines);
        }
        let mut first = std::ptr::null();
        // SAFETY: the call holds, on this thread (`of`), and has the function.
        let status = unsafe { ((*self.call).lines)(self.call, &raw mut first) };
        if status == abi::OK {
            first
        } else {
            std::ptr::null()
        }
    }
}

impl<'a> Line<'a> {
    /// Line number, from 1 (LX01).
    #[must_use]
    pub fn number(&self) -> u32 {
        field!(self, number)
    }

    /// Charge for all units together.
    #[must_use]
    pub fn charge(&self) -> Cents {
        Cents(field!(self, charge))
    }

    /// Units.
    #[must_use]
    pub fn units(&self) -> Milli {
        Milli(field!(self, units))
    }

    dates! {
        /// First day of service.
        from
        /// Last day of service; the first where only one is named.
        to
    }

    texts! {
        /// Qualifier of the procedure code: HC, ER, AD.
        qualifier
        /// Procedure code, as sent; absent on a line with a revenue code only.
        procedure
        /// Revenue code, institutional.
        revenue_code
        /// Unit of measure: UN, MJ, DA.
        unit
        /// Place of service: the line's, or the claim's.
        place
        /// Prior authorization of this line.
        authorization
        /// National drug code.
        ndc
    }

    /// Modifiers, as sent.
    pub fn modifiers(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let (first, count) = (field!(self, modifiers), field!(self, modifier_count));
        // SAFETY: `new` was told that what the line leads to holds for `'a`.
        members(first, count, TEXT_SIZE).filter_map(|at| unsafe { text(at.read()) })
    }

    /// Whether it has a modifier.
    #[must_use]
    pub fn has_modifier(&self, modifier: &str) -> bool {
        self.modifiers().any(|sent| sent == modifier)
    }

    /// Pointers to diagnoses, from 1 (SV107).
    #[must_use]
    pub fn pointers(&self) -> &'a [u8] {
        let (first, count) = (field!(self, pointers), field!(self, pointer_count));
        if count == 0 || first.is_null() {
            return &[];
        }
        // SAFETY: `new` was told that what the line leads to holds for `'a`.
        unsafe { std::slice::from_raw_parts(first, count as usize) }
    }

    providers! {
        /// Rendering provider, where it differs from the claim's.
        rendering
    }
}

impl<'a> Diagnosis<'a> {
    texts! {
        /// Qualifier: ABK (principal), ABF.
        qualifier
        /// Code, as sent: no point.
        code
        /// Present on admission, institutional.
        present_on_admission
    }
}

impl<'a> Person<'a> {
    dates! {
        /// Date of birth.
        born
        /// Date of death.
        died
    }

    /// Sex, where it is told.
    #[must_use]
    pub fn sex(&self) -> Option<Sex> {
        match u8::try_from(field!(self, sex)) {
            Ok(b'F') => Some(Sex::F),
            Ok(b'M') => Some(Sex::M),
            Ok(b'U') => Some(Sex::U),
            _ => None,
        }
    }

    /// Whether the claim has a name, seen or not.
    #[must_use]
    pub fn has_name(&self) -> bool {
        field!(self, flags) & abi::PERSON_HAS_NAME != 0
    }

    /// Whether the claim has an address, seen or not.
    #[must_use]
    pub fn has_address(&self) -> bool {
        field!(self, flags) & abi::PERSON_HAS_ADDRESS != 0
    }

    /// Whether the claim has a member number, seen or not.
    #[must_use]
    pub fn has_member(&self) -> bool {
        field!(self, flags) & abi::PERSON_HAS_MEMBER != 0
    }

    texts! {
        /// Last name; [`Need::Name`](crate::Need::Name).
        last_name
        /// First name; [`Need::Name`](crate::Need::Name).
        first_name
        /// Member number; [`Need::Member`](crate::Need::Member).
        member
        /// First line of the address; [`Need::Address`](crate::Need::Address).
        line1
        /// Second line; [`Need::Address`](crate::Need::Address).
        line2
        /// City; [`Need::Address`](crate::Need::Address).
        city
        /// State; [`Need::Address`](crate::Need::Address).
        state
        /// ZIP code; [`Need::Address`](crate::Need::Address).
        zip
    }
}

impl<'a> Earlier<'a> {
    texts! {
        /// Our id of that claim.
        id
        /// NPI of its billing provider, as sent.
        billing_npi
    }

    /// Whether it is void, or was replaced by a later one.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        field!(self, flags) & abi::EARLIER_WITHDRAWN != 0
    }

    /// Its services.
    pub fn services(&self) -> impl Iterator<Item = Service<'a>> + use<'a> {
        let (count, size) = (field!(self, service_count), field!(self, service_size));
        members(field!(self, services), count, size)
            // SAFETY: `new` was told that what the claim leads to holds for `'a`.
            .filter_map(|at| unsafe { Service::new(at) })
    }

    /// Reason codes that it was denied by.
    pub fn denied(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let (first, count) = (field!(self, denied), field!(self, denied_count));
        // SAFETY: as above.
        members(first, count, TEXT_SIZE).filter_map(|at| unsafe { text(at.read()) })
    }
}

impl<'a> Service<'a> {
    dates! {
        /// First day of service.
        from
    }

    texts! {
        /// Procedure, as sent.
        procedure
    }

    /// Units.
    #[must_use]
    pub fn units(&self) -> Milli {
        Milli(field!(self, units))
    }

    /// Modifiers, as sent.
    pub fn modifiers(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let (first, count) = (field!(self, modifiers), field!(self, modifier_count));
        // SAFETY: `new` was told that what the service leads to holds for `'a`.
        members(first, count, TEXT_SIZE).filter_map(|at| unsafe { text(at.read()) })
    }
}

impl<'a> Provider<'a> {
    /// Whether the NPI has ten digits and its check digit holds.
    #[must_use]
    pub fn npi_is_sound(&self) -> bool {
        field!(self, flags) & abi::PROVIDER_NPI_SOUND != 0
    }

    texts! {
        /// NPI, as sent, sound or not.
        npi
        /// Tax id, digits.
        tax_id
        /// Taxonomy code (PRV03).
        taxonomy
        /// Last name, or the whole name of an organization.
        last_name
        /// First name.
        first_name
        /// State.
        state
        /// ZIP code.
        zip
    }
}
