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
//! What it does not do: hold CPT or CDT codes, or any list's words where they
//! may not be passed on. Adjustment reasons and remarks are in our own words;
//! see `data/README.md` for where each table comes from.
#![forbid(unsafe_code)]

mod icd10;
mod import;
mod lists;
mod reason;
mod table;
mod versions;

#[doc(hidden)]
pub use icd10::pack_icd10;
pub use icd10::{
    Excludes1, Icd10Code, Icd10Entry, Icd10Releases, Icd10Standing, Icd10Table, Tabular, icd10,
    icd10_on, read_icd10_order, read_icd10_tabular, shipped_icd10,
};
pub use import::{Import, ImportError, RowFault, RowFaultKind};

pub use lists::{
    FilingIndicator, Place, PlaceRate, ProcedureKind, StatusCategory, StatusStage,
    claim_filing_indicator, claim_status_category, place_of_service, places_of_service,
};
pub use reason::{
    AppealRights, CarcInfo, DenialDefaults, Liable, NotDenialKind, RarcInfo, ReasonClass,
    ReviewReason, carc, carcs, classify, rarc, rarcs,
};
pub use table::Validity;
pub use versions::Versions;
