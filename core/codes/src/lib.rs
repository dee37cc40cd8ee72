//! Code sets, fee schedules and edit tables, with importers for the official files.
//!
//! The first question that most callers have: is this adjustment a denial, and
//! what is done about it?
//!
//! ```
//! use scrubjay_codes::{ReasonClass, classify};
//! use scrubjay_model::AsSent;
//! let paid_on = "2026-03-18".parse().unwrap();
//! let class = classify(&AsSent::read("CO"), &AsSent::read("197"), &[], paid_on);
//! let ReasonClass::Denial(denial) = class else { panic!("no authorization is a denial") };
//! assert_eq!(denial.category.as_str(), "authorization");
//! assert_eq!(denial.owner, "authorization");
//! ```
//!
//! What else it holds and reads:
//! - ICD-10-CM of two fiscal years ([`icd10_on`], [`icd10`]), places of service
//!   ([`place_of_service`]), claim status categories, claim filing indicators,
//!   and whose a procedure code is ([`ProcedureKind`]);
//! - importers for the files that CMS and NCHS publish, told apart by
//!   [`recognize_file`]: each takes in what is sound and names the line of what
//!   is not ([`Import`]);
//! - [`CodeFolder`], where what was imported is kept, each version in a file that
//!   opens in milliseconds;
//! - [`Versions`], since several versions live side by side and the date of
//!   service picks. A date that no version covers gets no verdict.
//!
//! What it does not do: hold CPT or CDT codes, or any list's words where they
//! may not be passed on. Adjustment reasons and remarks are in our own words;
//! see `data/README.md` for where each table comes from. It opens no files but
//! those of a [`CodeFolder`]: an importer's caller hands in a reader. An NPI's check digit is `Npi` of `scrubjay-model`.
#![forbid(unsafe_code)]

mod changes;
mod classes;
mod edits;
mod fees;
mod folder;
mod hcpcs;
mod icd10;
mod import;
mod imported;
mod kind;
mod lists;
mod lookup;
mod procedure;
mod reason;
mod recognize;
mod rows;
mod table;
mod versions;

pub use changes::Changes;
pub use classes::{CodeClasses, read_code_classes};
pub use edits::{
    AddOn, AddOnTable, AddOnType, ModifierIndicator, Mue, MueAdjudication, MueTable, PtpEdit,
    PtpReader, PtpTable, read_add_ons, read_medicaid_mue, read_mue,
};
pub use fees::{FeeScheduleTable, Gpci, GpciTable, PhysicianFee, read_fee_schedule, read_gpci};
pub use folder::{Added, CodeFolder, CodeFolderError, CodeTables, CodeVersion, Present};
pub use hcpcs::{HcpcsEntry, HcpcsTable, read_hcpcs};
#[doc(hidden)]
pub use icd10::pack_icd10;
pub use icd10::{
    Excludes1, Icd10Code, Icd10Entry, Icd10Releases, Icd10Standing, Icd10Table, Tabular, icd10,
    icd10_on, read_icd10_order, read_icd10_tabular, shipped_icd10,
};
pub use import::{Import, ImportError, RowFault, RowFaultKind, refuse_archive};
pub use imported::{
    FileRows, ImportedTable, OfficialFile, ReadFiles, ReadFilesError, read_official,
};
pub use kind::FileKind;

pub use lists::{
    FilingIndicator, Place, PlaceRate, ProcedureKind, StatusCategory, StatusStage,
    claim_filing_indicator, claim_status_category, group_meaning, place_of_service,
    places_of_service,
};
pub use lookup::{Fact, Found, LookupError, LookupSet, ShippedSet, look_up, shipped_sets};
pub use reason::{
    AppealRights, CarcInfo, DenialDefaults, Liable, NotDenialKind, RarcInfo, ReasonClass,
    ReviewReason, carc, carcs, classify, rarc, rarcs,
};
pub use recognize::recognize_file;
pub use table::Validity;
pub use versions::Versions;
