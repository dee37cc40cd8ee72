//! How soon a service must be charged for, in `scrubjay.yaml`.

use serde::Deserialize;

/// How soon a service must be charged for.
///
/// ```yaml
/// charges: { missing_after_days: 3, late_after_days: 3 }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Charging {
    /// Days after the service by which a visit that took place has a charge:
    /// without one it is missing from the next day on.
    pub missing_after_days: u32,
    /// Days from the service to the entry of a charge that is not yet late.
    /// HFMA's measure of late charges (MAP key CL-2) takes three.
    pub late_after_days: u32,
}

impl Default for Charging {
    fn default() -> Self {
        Self {
            missing_after_days: 3,
            late_after_days: 3,
        }
    }
}
