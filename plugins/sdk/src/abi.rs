//! The structs of `include/scrubjay_plugin.h` in Rust, field for field.
//!
//! The header is the contract and says what each field means and how long it
//! holds; this mirror is for the host and for the SDK. A test compiles the
//! header and holds sizes and offsets against it.

use std::ffi::c_void;

/// Major version of the interface. A host takes plugins of its own only.
pub const ABI_MAJOR: u32 = 1;
/// Minor version of the interface: raised when a struct grows at its end.
pub const ABI_MINOR: u32 = 2;
/// What stands in every entry.
pub const MAGIC: u32 = 0x4c50_4a53;
/// The exported symbol.
pub const ENTRY_SYMBOL: &str = "scrubjay_plugin_entry";

/// What a function says about itself.
pub type Status = i32;
/// Done.
pub const OK: Status = 0;
/// It could not be done; `error` was told why.
pub const ERROR: Status = 1;
/// A panic or an exception was caught.
pub const PANIC: Status = 2;
/// There is no such value.
pub const ABSENT: Status = 3;
/// The host does not take it.
pub const REFUSED: Status = 4;
/// The host takes no more of them from this call.
pub const FULL: Status = 5;
/// The call that it belongs to has ended.
pub const ENDED: Status = 6;
/// Stopped because `cancelled` said so.
pub const CANCELLED: Status = 7;

/// `SCRUBJAY_PLUGIN_THREAD_SAFE`.
pub const THREAD_SAFE: u32 = 1;
/// `SCRUBJAY_PLUGIN_LINES_WHEN_ASKED`.
pub const LINES_WHEN_ASKED: u32 = 1 << 1;
/// `SCRUBJAY_PLUGIN_CARRIES_FILES`.
pub const CARRIES_FILES: u32 = 1 << 2;
/// `SCRUBJAY_TRANSPORT`.
pub const TRANSPORT: &str = "scrubjay.transport/1";
/// `SCRUBJAY_PERSON_HAS_NAME`.
pub const PERSON_HAS_NAME: u32 = 1;
/// `SCRUBJAY_PERSON_HAS_ADDRESS`.
pub const PERSON_HAS_ADDRESS: u32 = 1 << 1;
/// `SCRUBJAY_PERSON_HAS_MEMBER`.
pub const PERSON_HAS_MEMBER: u32 = 1 << 2;
/// `SCRUBJAY_PROVIDER_NPI_SOUND`.
pub const PROVIDER_NPI_SOUND: u32 = 1;
/// `SCRUBJAY_EARLIER_WITHDRAWN`.
pub const EARLIER_WITHDRAWN: u32 = 1;
/// `SCRUBJAY_FINDING_OVERRIDABLE`.
pub const FINDING_OVERRIDABLE: u32 = 1;
/// `SCRUBJAY_ABOUT_WHOLE`.
pub const ABOUT_WHOLE: u32 = 0;
/// `SCRUBJAY_ABOUT_LINE`.
pub const ABOUT_LINE: u32 = 1;
/// `SCRUBJAY_ABOUT_FIELD`.
pub const ABOUT_FIELD: u32 = 2;
/// Stands where there is no amount.
pub const NO_AMOUNT: i64 = i64::MIN;

/// Most findings, and most effects, of one call.
pub const MAX_SAID: usize = 100;
/// Most bytes of a message, a reason or a citation.
pub const MAX_MESSAGE: usize = 2_000;
/// Most bytes of any other text that a plugin hands out.
pub const MAX_NAME: usize = 64;
/// Most bytes of a version.
pub const MAX_VERSION: usize = 32;
/// Most reason codes that one finding prevents.
pub const MAX_PREVENTS: u32 = 16;
/// `SCRUBJAY_MAX_FILE`: most bytes of a file that is carried.
pub const MAX_FILE: usize = 64 << 20;
/// Most payers in a descriptor.
pub const MAX_PAYERS: u32 = 1_000;

/// `scrubjay_str`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Str {
    /// Bytes; null where there is no value.
    pub ptr: *const u8,
    /// How many.
    pub len: usize,
}

impl Str {
    /// No value.
    pub const ABSENT: Self = Self {
        ptr: std::ptr::null(),
        len: 0,
    };

    /// Borrows a text. The lifetime is the caller's to see to.
    #[must_use]
    pub const fn of(text: &str) -> Self {
        Self {
            ptr: text.as_ptr(),
            len: text.len(),
        }
    }

    /// Borrows a text where there is one.
    #[must_use]
    pub const fn maybe(text: Option<&str>) -> Self {
        match text {
            Some(text) => Self::of(text),
            None => Self::ABSENT,
        }
    }
}

/// `scrubjay_bytes`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Bytes {
    /// Bytes; may be null where there are none.
    pub ptr: *const u8,
    /// How many.
    pub len: usize,
}

impl Bytes {
    /// Borrows bytes. The lifetime is the caller's to see to.
    #[must_use]
    pub const fn of(bytes: &[u8]) -> Self {
        Self {
            ptr: bytes.as_ptr(),
            len: bytes.len(),
        }
    }
}

/// `scrubjay_person_t`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // Said in the header.
pub struct Person {
    pub size: u32,
    pub flags: u32,
    pub born: i32,
    pub died: i32,
    pub sex: u32,
    pub reserved: u32,
    pub last_name: Str,
    pub first_name: Str,
    pub member: Str,
    pub line1: Str,
    pub line2: Str,
    pub city: Str,
    pub state: Str,
    pub zip: Str,
}

/// `scrubjay_provider_t`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // Said in the header.
pub struct Provider {
    pub size: u32,
    pub flags: u32,
    pub npi: Str,
    pub tax_id: Str,
    pub taxonomy: Str,
    pub last_name: Str,
    pub first_name: Str,
    pub state: Str,
    pub zip: Str,
}

/// `scrubjay_diagnosis_t`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // Said in the header.
pub struct Diagnosis {
    pub size: u32,
    pub reserved: u32,
    pub qualifier: Str,
    pub code: Str,
    pub present_on_admission: Str,
}

/// `scrubjay_line_t`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // Said in the header.
pub struct Line {
    pub size: u32,
    pub number: u32,
    pub charge: i64,
    pub units: i64,
    pub from: i32,
    pub to: i32,
    pub qualifier: Str,
    pub procedure: Str,
    pub revenue_code: Str,
    pub unit: Str,
    pub place: Str,
    pub authorization: Str,
    pub ndc: Str,
    pub modifiers: *const Str,
    pub pointers: *const u8,
    pub modifier_count: u32,
    pub pointer_count: u32,
    pub rendering: *const Provider,
}

/// `scrubjay_claim_t`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // Said in the header.
pub struct Claim {
    pub size: u32,
    pub kind: u32,
    pub line_of_business: u32,
    pub order: u32,
    pub charge: i64,
    pub patient_paid: i64,
    pub service_from: i32,
    pub service_to: i32,
    pub received: i32,
    pub accident: i32,
    pub id: Str,
    pub frequency: Str,
    pub payer_control: Str,
    pub payer: Str,
    pub payer_id: Str,
    pub payer_state: Str,
    pub filing_indicator: Str,
    pub place: Str,
    pub facility_type: Str,
    pub authorization: Str,
    pub referral: Str,
    pub clia: Str,
    pub patient: *const Person,
    pub subscriber: *const Person,
    pub billing: *const Provider,
    pub rendering: *const Provider,
    pub referring: *const Provider,
    pub facility: *const Provider,
    pub attending: *const Provider,
    pub diagnoses: *const Diagnosis,
    pub lines: *const Line,
    pub diagnosis_count: u32,
    pub diagnosis_size: u32,
    pub line_count: u32,
    pub line_size: u32,
}

/// `scrubjay_service_t`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // Said in the header.
pub struct Service {
    pub size: u32,
    pub from: i32,
    pub units: i64,
    pub procedure: Str,
    pub modifiers: *const Str,
    pub modifier_count: u32,
    pub reserved: u32,
}

/// `scrubjay_earlier_t`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // Said in the header.
pub struct Earlier {
    pub size: u32,
    pub flags: u32,
    pub id: Str,
    pub billing_npi: Str,
    pub services: *const Service,
    pub service_count: u32,
    pub service_size: u32,
    pub denied: *const Str,
    pub denied_count: u32,
    pub reserved: u32,
}

/// `scrubjay_finding_t`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // Said in the header.
pub struct Finding {
    pub size: u32,
    pub severity: u32,
    pub edit: Str,
    pub message: Str,
    pub about: u32,
    pub line: u32,
    pub field: Str,
    pub cite: Str,
    pub prevents: *const Str,
    pub prevents_count: u32,
    pub flags: u32,
}

/// `scrubjay_effect_t`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // Said in the header.
pub struct Effect {
    pub size: u32,
    pub kind: u32,
    pub edit: Str,
    pub reason: Str,
    pub field: Str,
    pub value: Str,
    pub tag: Str,
    pub owner: Str,
    pub category: Str,
    pub recoverable: Str,
    pub until: i32,
    pub days: u32,
}

/// `scrubjay_call_t`.
#[repr(C)]
#[derive(Debug)]
#[allow(missing_docs)] // Said in the header.
pub struct Call {
    pub size: u32,
    pub hook: u32,
    pub ctx: *mut c_void,
    pub now: i64,
    pub today: i32,
    pub reserved: u32,
    pub claim: *const Claim,
    pub finding: unsafe extern "C" fn(*const Call, *const Finding) -> Status,
    pub effect: unsafe extern "C" fn(*const Call, *const Effect) -> Status,
    pub cancelled: unsafe extern "C" fn(*const Call) -> u32,
    pub error: unsafe extern "C" fn(*const Call, Str),
    pub document: unsafe extern "C" fn(*const Call, *mut Str) -> Status,
    /// Since 1.1.
    pub earlier: unsafe extern "C" fn(*const Call, u32, *mut *const Earlier) -> Status,
    /// Since 1.2.
    pub lines: unsafe extern "C" fn(*const Call, *mut *const Line) -> Status,
}

/// `scrubjay_host_t`.
#[repr(C)]
#[derive(Debug)]
#[allow(missing_docs)] // Said in the header.
pub struct Host {
    pub size: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub reserved: u32,
    pub ctx: *mut c_void,
    pub name: Str,
    pub version: Str,
    pub folder: Str,
    pub setting: unsafe extern "C" fn(*const Host, Str, *mut Str) -> Status,
    pub setting_at: unsafe extern "C" fn(*const Host, u32, *mut Str, *mut Str) -> Status,
    pub log: unsafe extern "C" fn(*const Host, u32, Str),
    pub error: unsafe extern "C" fn(*const Host, Str),
    pub get_extension: unsafe extern "C" fn(*const Host, Str) -> *const c_void,
}

/// `scrubjay_plugin_t`. The functions may be missing in what a plugin hands in.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // Said in the header.
pub struct Plugin {
    pub size: u32,
    pub reserved: u32,
    pub state: *mut c_void,
    pub judge: Option<unsafe extern "C" fn(*const Plugin, *const Call) -> Status>,
    pub destroy: Option<unsafe extern "C" fn(*const Plugin)>,
}

/// `scrubjay_descriptor_t`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // Said in the header.
pub struct Descriptor {
    pub size: u32,
    pub flags: u32,
    pub id: Str,
    pub version: Str,
    pub title: Str,
    pub vendor: Str,
    pub licence: Str,
    pub hooks: u32,
    pub effects: u32,
    pub needs: u32,
    pub claim_kinds: u32,
    pub lines_of_business: u32,
    pub payer_count: u32,
    pub payers: *const Str,
    /// Since 1.1.
    pub support: Str,
}

/// The type of [`Entry::create`].
pub type Create = unsafe extern "C" fn(*const Host, *mut *const Plugin) -> Status;
/// The type of [`Entry::get_extension`].
pub type GetExtension = unsafe extern "C" fn(Str) -> *const c_void;

/// `scrubjay_entry_t`. The functions may be missing in what a plugin exports.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // Said in the header.
pub struct Entry {
    pub size: u32,
    pub magic: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub descriptor: *const Descriptor,
    pub create: Option<Create>,
    pub get_extension: Option<GetExtension>,
}

// SAFETY: an entry is a constant, and so is everything that it points to (the
// header's [constant]); nothing is ever written through these pointers.
unsafe impl Sync for Entry {}

/// `scrubjay_exchange_t`.
#[repr(C)]
#[derive(Debug)]
#[allow(missing_docs)] // Said in the header.
pub struct Exchange {
    pub size: u32,
    pub reserved: u32,
    pub ctx: *mut c_void,
    pub channel: Str,
    pub setting: unsafe extern "C" fn(*const Exchange, Str, *mut Str) -> Status,
    pub setting_at: unsafe extern "C" fn(*const Exchange, u32, *mut Str, *mut Str) -> Status,
    pub keep: unsafe extern "C" fn(*const Exchange, Str, Bytes) -> Status,
    pub cancelled: unsafe extern "C" fn(*const Exchange) -> u32,
    pub error: unsafe extern "C" fn(*const Exchange, Str),
}

/// The type of [`Transport::check`] and [`Transport::fetch`].
pub type Errand = unsafe extern "C" fn(*const Plugin, *const Exchange) -> Status;
/// The type of [`Transport::deliver`].
pub type Deliver = unsafe extern "C" fn(*const Plugin, *const Exchange, Str, Bytes) -> Status;

/// `scrubjay_transport_t`. The functions may be missing in what a plugin exports.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)] // Said in the header.
pub struct Transport {
    pub size: u32,
    pub reserved: u32,
    pub check: Option<Errand>,
    pub deliver: Option<Deliver>,
    pub fetch: Option<Errand>,
}

/// The size of a struct as every struct here carries it.
#[must_use]
pub const fn size_of<T>() -> u32 {
    let size = std::mem::size_of::<T>();
    assert!(size <= u32::MAX as usize);
    #[allow(clippy::cast_possible_truncation)] // Asserted above.
    {
        size as u32
    }
}
