//! The lines of a claim: made when a plugin is handed the claim, or when it asks.

use scrubjay_model::{Claim, Provider, ServiceLine};
use scrubjay_plugin::abi::{self, Str};

use super::{Dates, Sent, any, blank, cents, count, filled, lengthen, milli};
use crate::fault::Fault;

/// Room for lines and what they point to.
#[derive(Default)]
pub(crate) struct Lines {
    lines: Vec<abi::Line>,
    modifiers: Vec<Str>,
    /// Rendering providers of lines that name one.
    providers: Vec<abi::Provider>,
    /// Providers of this claim so far.
    named: usize,
    dates: Dates,
}

impl Lines {
    /// Fills it with the lines of a claim, and gives the first one. It holds as
    /// long as this and the claim are not touched.
    pub(crate) fn fill(&mut self, claim: &Claim) -> Result<*const abi::Line, Fault> {
        self.clear(claim);
        let place = claim.place.sent();
        for (at, line) in claim.lines.iter().enumerate() {
            self.line(at, place, line)?;
        }
        Ok(self.lines.as_ptr())
    }

    /// Makes room for everything that comes, so that nothing moves while
    /// pointers to it are taken.
    fn clear(&mut self, claim: &Claim) {
        let mut modifiers = 0;
        let mut providers = 0;
        for line in &claim.lines {
            modifiers += line.modifiers.len();
            providers += usize::from(line.rendering.is_some());
        }
        self.named = 0;
        lengthen(&mut self.providers, providers, blank::PROVIDER);
        lengthen(&mut self.lines, claim.lines.len(), blank::LINE);
        self.modifiers.clear();
        self.modifiers.reserve(modifiers);
    }

    fn line(&mut self, at: usize, place: Str, line: &ServiceLine) -> Result<(), Fault> {
        // `clear` has made the room, so that what was pointed to stays.
        let modifiers = self.modifiers.as_ptr().wrapping_add(self.modifiers.len());
        for modifier in &line.modifiers {
            self.modifiers.push(modifier.sent());
        }
        let rendering = self.provider(line.rendering.as_ref());
        let slot = &mut self.lines[at];
        slot.number = line.number;
        slot.charge = cents(line.charge)?;
        slot.units = milli(line.units)?;
        slot.from = self.dates.number(line.from);
        slot.to = self.dates.number(line.to.or(line.from));
        slot.qualifier = Str::of(&line.qualifier);
        slot.procedure = line.procedure.sent();
        slot.revenue_code = any(line.revenue_code.as_ref());
        slot.unit = Str::of(&line.unit);
        slot.place = line.place.as_ref().map_or(place, Sent::sent);
        slot.authorization = filled(line.authorization.as_ref());
        slot.ndc = filled(line.ndc.as_ref());
        slot.modifiers = modifiers;
        slot.pointers = line.pointers.as_ptr();
        slot.modifier_count = count(line.modifiers.len())?;
        slot.pointer_count = count(line.pointers.len())?;
        slot.rendering = rendering;
        Ok(())
    }

    fn provider(&mut self, provider: Option<&Provider>) -> *const abi::Provider {
        let Some(provider) = provider else {
            return std::ptr::null();
        };
        super::provider(&mut self.providers[self.named], provider);
        self.named += 1;
        self.providers.as_ptr().wrapping_add(self.named - 1)
    }
}
