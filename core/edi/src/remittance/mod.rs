//! 835 into a remittance, and a remittance into an 835 (005010X221A1).

mod read;
mod write;

pub use read::read_remittance;
pub use write::{RemittanceBatch, WrittenRemittances, write_remittances};

/// MOA elements that hold remark codes.
const MOA_REMARKS: [usize; 5] = [3, 4, 5, 6, 7];
/// MIA elements that hold remark codes.
const MIA_REMARKS: [usize; 5] = [5, 20, 21, 22, 23];
