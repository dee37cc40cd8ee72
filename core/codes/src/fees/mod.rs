//! Medicare's physician fee schedule: relative values, localities, prices.

mod gpci;
mod mpfs;

pub use gpci::{Gpci, GpciTable, read_gpci};
pub use mpfs::{FeeScheduleTable, PhysicianFee, read_fee_schedule};
