//! Earlier claims of the patient, as plugins see them: made when first asked for.

use scrubjay_hooks::EarlierClaim;
use scrubjay_plugin::abi::{self, Str};

use crate::view::{Sent, day, milli};

/// Earlier claims, and what they point to.
pub(super) struct History {
    claims: Vec<abi::Earlier>,
    // INVARIANT: each claim's lists are not touched again once it points there.
    _services: Vec<Vec<abi::Service>>,
    _texts: Vec<Vec<Str>>,
}

impl History {
    /// `None` where a number is out of range.
    pub(super) fn of(history: &[EarlierClaim]) -> Option<Self> {
        let mut made = Self {
            claims: Vec::with_capacity(history.len()),
            _services: Vec::new(),
            _texts: Vec::new(),
        };
        for earlier in history {
            made.add(earlier)?;
        }
        Some(made)
    }

    fn add(&mut self, earlier: &EarlierClaim) -> Option<()> {
        let mut services = Vec::with_capacity(earlier.services.len());
        for service in &earlier.services {
            let modifiers: Vec<Str> = service.modifiers.iter().map(Sent::sent).collect();
            services.push(abi::Service {
                size: abi::size_of::<abi::Service>(),
                from: service.from.map_or(0, day),
                units: milli(service.units).ok()?,
                procedure: service.procedure.sent(),
                modifiers: modifiers.as_ptr(),
                modifier_count: u32::try_from(modifiers.len()).ok()?,
                reserved: 0,
            });
            self._texts.push(modifiers);
        }
        let denied: Vec<Str> = earlier.denied.iter().map(|code| Str::of(code)).collect();
        self.claims.push(abi::Earlier {
            size: abi::size_of::<abi::Earlier>(),
            flags: if earlier.withdrawn {
                abi::EARLIER_WITHDRAWN
            } else {
                0
            },
            id: Str::of(earlier.id.as_str()),
            billing_npi: Str::of(&earlier.billing_npi),
            services: services.as_ptr(),
            service_count: u32::try_from(services.len()).ok()?,
            service_size: abi::size_of::<abi::Service>(),
            denied: denied.as_ptr(),
            denied_count: u32::try_from(denied.len()).ok()?,
            reserved: 0,
        });
        self._services.push(services);
        self._texts.push(denied);
        Some(())
    }

    /// The earlier claim at a place, oldest first.
    pub(super) fn get(&self, at: u32) -> Option<&abi::Earlier> {
        self.claims.get(at as usize)
    }
}
