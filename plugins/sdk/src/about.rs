//! What a plugin says of itself, before any of its code runs.

use crate::abi;

macro_rules! bits {
    ($(#[$docs:meta])* $name:ident { $($(#[$value_docs:meta])* $value:ident = $bit:literal,)+ }) => {
        $(#[$docs])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$value_docs])* $value,)+
        }

        impl $name {
            /// Its bit in the interface.
            #[must_use]
            pub const fn bit(self) -> u32 {
                match self {
                    $(Self::$value => 1 << $bit,)+
                }
            }

            /// The value of a bit; `None` for one of a newer interface.
            #[must_use]
            pub const fn of_bit(bit: u32) -> Option<Self> {
                $(if bit == 1 << $bit {
                    return Some(Self::$value);
                })+
                None
            }

            const fn bits(values: &[Self]) -> u32 {
                let mut bits = 0;
                let mut at = 0;
                while at < values.len() {
                    bits |= values[at].bit();
                    at += 1;
                }
                bits
            }
        }
    };
}

bits!(
    /// A point at which a plugin may be asked. Those that this version of the
    /// interface does not offer are not here.
    Hook {
        /// Step 4: a claim as it is made.
        Claim = 4,
        /// Step 5: a claim before it may be sent.
        Scrub = 5,
        /// Step 5: a claim as it is sent.
        Submit = 6,
    }
);
bits!(
    /// What a plugin may ask the engine to do.
    EffectKind {
        /// [`Ask::Repair`](crate::Ask::Repair).
        Repair = 0,
        /// [`Ask::HoldUntil`](crate::Ask::HoldUntil).
        HoldUntil = 1,
        /// [`Ask::OpenTask`](crate::Ask::OpenTask).
        OpenTask = 2,
        /// [`Ask::Tag`](crate::Ask::Tag).
        Tag = 4,
    }
);
bits!(
    /// What a plugin needs to see of people (45 CFR 164.502(b), minimum necessary).
    Need {
        /// Names of patients and subscribers.
        Name = 0,
        /// Their addresses.
        Address = 1,
        /// Their member and account numbers.
        Member = 2,
    }
);
bits!(
    /// Which 837 a claim travels in.
    ClaimKind {
        /// 837P, CMS-1500.
        Professional = 0,
        /// 837I, UB-04.
        Institutional = 1,
        /// 837D.
        Dental = 2,
    }
);
bits!(
    /// The kind of business that a payer does with the practice.
    LineOfBusiness {
        /// Original Medicare, Parts A and B.
        Medicare = 0,
        /// Medicare Advantage.
        MedicareAdvantage = 1,
        /// Medicaid, fee for service or managed.
        Medicaid = 2,
        /// TRICARE and other military programmes.
        Tricare = 3,
        /// Commercial plans.
        Commercial = 4,
        /// Workers' compensation.
        WorkersComp = 5,
        /// No payer but the patient.
        SelfPay = 6,
        /// Anything else, such as auto and liability.
        Other = 7,
    }
);

/// What a plugin says of itself: a constant that the host reads before it runs
/// any code. Without title, vendor and licence, and without hooks where it carries
/// no files, the host refuses it.
#[derive(Debug, Clone, Copy)]
pub struct About {
    id: &'static str,
    version: &'static str,
    title: &'static str,
    vendor: &'static str,
    licence: &'static str,
    support: &'static str,
    hooks: u32,
    effects: u32,
    needs: u32,
    claim_kinds: u32,
    lines_of_business: u32,
    payers: &'static [&'static str],
    flags: u32,
}

impl About {
    /// A plugin of an id (`a-z 0-9 - . _`, at most 64 characters), which stands
    /// in every finding, and a version (at most 32, no spaces).
    #[must_use]
    pub const fn new(id: &'static str, version: &'static str) -> Self {
        Self {
            id,
            version,
            title: "",
            vendor: "",
            licence: "",
            support: "",
            hooks: 0,
            effects: 0,
            needs: 0,
            claim_kinds: 0,
            lines_of_business: 0,
            payers: &[],
            // `Plugin` asks for `Sync`, so every plugin in Rust may be called by
            // several threads at once; and `Claim::lines` asks.
            flags: abi::THREAD_SAFE | abi::LINES_WHEN_ASKED,
        }
    }

    /// What it does, in a few words.
    #[must_use]
    pub const fn title(mut self, title: &'static str) -> Self {
        self.title = title;
        self
    }

    /// Who made it.
    #[must_use]
    pub const fn vendor(mut self, vendor: &'static str) -> Self {
        self.vendor = vendor;
        self
    }

    /// Its licence, an SPDX expression where there is one.
    #[must_use]
    pub const fn licence(mut self, licence: &'static str) -> Self {
        self.licence = licence;
        self
    }

    /// Whom the operator asks: an address or a page.
    #[must_use]
    pub const fn support(mut self, support: &'static str) -> Self {
        self.support = support;
        self
    }

    /// Where it is asked.
    #[must_use]
    pub const fn hooks(mut self, hooks: &[Hook]) -> Self {
        self.hooks = Hook::bits(hooks);
        self
    }

    /// What it may ask for. Anything else that it asks for is a fault.
    #[must_use]
    pub const fn effects(mut self, effects: &[EffectKind]) -> Self {
        self.effects = EffectKind::bits(effects);
        self
    }

    /// What it sees of people. Anything else is absent.
    #[must_use]
    pub const fn needs(mut self, needs: &[Need]) -> Self {
        self.needs = Need::bits(needs);
        self
    }

    /// Claim kinds that it is asked about; without this, all.
    #[must_use]
    pub const fn claim_kinds(mut self, kinds: &[ClaimKind]) -> Self {
        self.claim_kinds = ClaimKind::bits(kinds);
        self
    }

    /// Lines of business that it is asked about; without this, all.
    #[must_use]
    pub const fn lines_of_business(mut self, lines: &[LineOfBusiness]) -> Self {
        self.lines_of_business = LineOfBusiness::bits(lines);
        self
    }

    /// Payers that it is asked about, by the practice's keys; without this, all.
    #[must_use]
    pub const fn payers(mut self, payers: &'static [&'static str]) -> Self {
        self.payers = payers;
        self
    }

    /// With the mark of a plugin that carries files; see
    /// [`export_transport`](crate::export_transport).
    #[must_use]
    pub const fn carries_files(mut self) -> Self {
        self.flags |= abi::CARRIES_FILES;
        self
    }

    /// The payers given.
    #[must_use]
    pub const fn listed_payers(&self) -> &'static [&'static str] {
        self.payers
    }

    pub(crate) const fn needs_bits(&self) -> u32 {
        self.needs
    }

    /// The descriptor, with a list of payers made by [`names`](crate::names).
    #[must_use]
    pub const fn descriptor(&self, payers: &'static [abi::Str]) -> abi::Descriptor {
        assert!(payers.len() <= abi::MAX_PAYERS as usize, "too many payers");
        abi::Descriptor {
            size: abi::size_of::<abi::Descriptor>(),
            flags: self.flags,
            id: abi::Str::of(self.id),
            version: abi::Str::of(self.version),
            title: abi::Str::of(self.title),
            vendor: abi::Str::of(self.vendor),
            licence: abi::Str::of(self.licence),
            hooks: self.hooks,
            effects: self.effects,
            needs: self.needs,
            claim_kinds: self.claim_kinds,
            lines_of_business: self.lines_of_business,
            #[allow(clippy::cast_possible_truncation)] // Asserted above.
            payer_count: payers.len() as u32,
            payers: payers.as_ptr(),
            support: match self.support.len() {
                0 => abi::Str::ABSENT,
                _ => abi::Str::of(self.support),
            },
        }
    }
}
