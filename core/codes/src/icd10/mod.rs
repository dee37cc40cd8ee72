//! ICD-10-CM: which codes stand on a date, which may be billed, what they
//! mean, and which must not stand together.

mod excludes;
mod order;
mod pack;
mod shipped;
mod table;
mod tabular;

pub(crate) use shipped::shipped_size;

pub use excludes::Excludes1;
pub use order::read_icd10_order;
#[doc(hidden)]
pub use shipped::pack_icd10;
pub use shipped::{Icd10Code, Icd10Releases, icd10, icd10_on, shipped_icd10};
pub use table::{Icd10Entry, Icd10Standing, Icd10Table};
pub use tabular::{Tabular, read_icd10_tabular};
