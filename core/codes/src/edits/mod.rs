//! Medicare's coding edits: pairs, unit limits, add-on codes (CMS NCCI).

mod addon;
mod filter;
mod mue;
mod mue_medicaid;
mod ptp;
mod ptp_read;
mod ptp_row;

pub(crate) use addon::Bond;
pub use addon::{AddOn, AddOnTable, AddOnType, read_add_ons};
pub use mue::{Mue, MueAdjudication, MueTable, read_mue};
pub use mue_medicaid::read_medicaid_mue;
pub use ptp::{ModifierIndicator, PtpEdit, PtpTable};
pub use ptp_read::PtpReader;
