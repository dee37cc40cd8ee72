//! One claim of a file that is read claim by claim.

use std::sync::Arc;

use scrubjay_model::{ClaimId, Provider};
use scrubjay_x12::{Loop, Unit};

use super::{Level, ReadClaim, billing_level_of, dependent_levels, kind_of, own_level, read_claim};
use crate::ReadError;

/// Reads the claims of an 837 one by one, as a [`scrubjay_x12::Reader`] gives them.
///
/// ```
/// use scrubjay_edi::ClaimUnits;
/// use scrubjay_x12::{Event, Reader};
///
/// let file = include_bytes!("../../fixtures/one-claim.837");
/// let mut units = ClaimUnits::default();
/// let mut lines = 0;
/// for event in Reader::new(file.as_slice()) {
///     let Event::Unit(unit) = event? else { continue };
///     let read = units.read(&unit, &mut |control| control.parse().expect("a short number"));
///     lines += read.expect("a claim")?.claim.lines.len();
/// }
/// assert_eq!(lines, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct ClaimUnits {
    /// The billing provider of the last claim: mostly that of the next, too.
    billing: Option<(Arc<Loop>, Level<Provider>)>,
}

impl ClaimUnits {
    /// Reads a claim; `None` where the unit is none. `name` gives it our id, from
    /// the CLM01 that it came with.
    ///
    /// Claims may come in any order and from several files.
    ///
    /// # Errors
    /// Where the claim cannot be read: as for [`crate::read_claims`].
    pub fn read(
        &mut self,
        unit: &Unit,
        name: &mut dyn FnMut(&str) -> ClaimId,
    ) -> Option<Result<ReadClaim, ReadError>> {
        let kind = kind_of(unit.guide).filter(|_| unit.within.id == "2300")?;
        let around = |id: &str| unit.around.iter().rev().find(|inner| inner.id == id);
        let (billing, subscriber) = (around("2000A")?, around("2000B")?);
        let known = self.billing.take();
        let known = known.filter(|(level, _)| Arc::ptr_eq(level, billing));
        let (_, billing) = self.billing.insert(
            known.unwrap_or_else(|| (Arc::clone(billing), billing_level_of(kind, billing))),
        );
        let claim = &unit.within;
        Some(match around("2000C") {
            None => {
                let own = own_level(kind, subscriber);
                let (coverage, patient) = &own.says;
                let carried = [&billing.carried[..], &own.carried].concat();
                read_claim(kind, claim, &billing.says, coverage, patient, carried, name)
            }
            Some(dependent) => {
                let (subscriber, patient) = dependent_levels(kind, subscriber, dependent);
                let carried =
                    [&billing.carried[..], &subscriber.carried, &patient.carried].concat();
                read_claim(
                    kind,
                    claim,
                    &billing.says,
                    &subscriber.says,
                    &patient.says,
                    carried,
                    name,
                )
            }
        })
    }
}
