//! How a payer is asked for authorizations, and how long it takes: what
//! `scrubjay.yaml` says of it.

use scrubjay_model::{AuthorizationWay, Length, Urgency};
use serde::Deserialize;

use crate::Period;

/// Days before its end on which an approval is looked at, where nothing else
/// is said.
pub(crate) const WARN_DAYS: u64 = 14;

/// How a payer is asked for authorizations, in `scrubjay.yaml`:
///
/// ```yaml
/// authorizations: { ask: portal, standard: 10 business days, expedited: 3 days, warn_days: 21 }
/// ```
///
/// ```
/// use scrubjay::config::Payer;
/// # let payer: Payer = serde_yaml::from_str(
/// #     "{ key: a, name: A, id: '1', line: commercial, authorizations: { ask: portal } }",
/// # ).unwrap();
/// assert_eq!(payer.authorizations.ask.as_str(), "portal");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthorizationTerms {
    /// By which way. Electronically (`edi`) is the default; by any other way it
    /// is work for a person.
    pub ask: AuthorizationWay,
    /// Time to decide in the usual case, where no law sets it.
    pub standard: Option<Period>,
    /// Time to decide where the matter is urgent.
    pub expedited: Option<Period>,
    /// Days before its end on which an approval is looked at.
    pub warn_days: u16,
}

impl Default for AuthorizationTerms {
    fn default() -> Self {
        Self {
            ask: AuthorizationWay::Edi,
            standard: None,
            expedited: None,
            warn_days: 14,
        }
    }
}

impl AuthorizationTerms {
    /// The time to decide that the terms give.
    #[must_use]
    pub fn decides_in(&self, urgency: Urgency) -> Option<Length> {
        let period = match urgency {
            Urgency::Standard => self.standard,
            Urgency::Expedited => self.expedited,
        };
        period.map(|period| period.0)
    }
}
