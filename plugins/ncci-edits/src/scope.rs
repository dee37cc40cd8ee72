//! Which claims the tables are meant for, by the plugin's settings.

use scrubjay_plugin::{Claim, ClaimKind, Host, LineOfBusiness, Severity};

/// Every setting; another is a slip of the pen and refused.
const SETTINGS: [&str; 8] = [
    "addon",
    "codes",
    "earlier",
    "lines",
    "mue",
    "mue_hospital",
    "ptp",
    "ptp_hospital",
];

/// Lines of business by the names that configurations use.
const LINES: [(&str, LineOfBusiness); 8] = [
    ("medicare", LineOfBusiness::Medicare),
    ("medicare-advantage", LineOfBusiness::MedicareAdvantage),
    ("medicaid", LineOfBusiness::Medicaid),
    ("tricare", LineOfBusiness::Tricare),
    ("commercial", LineOfBusiness::Commercial),
    ("workers-comp", LineOfBusiness::WorkersComp),
    ("self-pay", LineOfBusiness::SelfPay),
    ("other", LineOfBusiness::Other),
];

/// First two characters of the type of bill of inpatient stays, which NCCI's
/// hospital edits are not about (they are part of the outpatient code editor).
const INPATIENT: [&str; 4] = ["11", "18", "21", "41"];

/// What the edits weigh where an earlier claim is part of the matter. The
/// interface tells who billed that claim and not who gave its services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Earlier {
    /// Earlier claims are not looked at, but for an add-on code's primary.
    Off,
    /// A person looks.
    Warn,
    /// The claim is held.
    Block,
}

impl Earlier {
    /// The weight of a finding about an earlier claim.
    pub(crate) const fn severity(self) -> Severity {
        match self {
            Self::Block => Severity::Block,
            Self::Off | Self::Warn => Severity::Warn,
        }
    }
}

/// Which claims are judged, and how far back.
#[derive(Debug)]
pub(crate) struct Scope {
    lines: Vec<LineOfBusiness>,
    pub(crate) earlier: Earlier,
}

/// A setting that cannot be meant.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScopeError {
    #[error("there is no setting `{found}`; there are {}", SETTINGS.join(", "))]
    Unknown { found: String },
    #[error(
        "`lines` names `{found}`; there are all, {}",
        LINES.map(|(name, _)| name).join(", ")
    )]
    Line { found: String },
    #[error("`earlier` is `{found}`; it may be off, warn or block")]
    Earlier { found: String },
}

impl Scope {
    pub(crate) fn read(host: &Host<'_>) -> Result<Self, ScopeError> {
        for (key, _) in host.settings() {
            if !SETTINGS.contains(&key) {
                let found = key.to_owned();
                return Err(ScopeError::Unknown { found });
            }
        }
        Ok(Self {
            lines: match host.setting("lines") {
                // The files of Medicare are Medicare's: Medicaid has its own.
                None => vec![LineOfBusiness::Medicare, LineOfBusiness::MedicareAdvantage],
                Some("all") => LINES.map(|(_, line)| line).to_vec(),
                Some(names) => lines(names)?,
            },
            earlier: match host.setting("earlier") {
                None | Some("warn") => Earlier::Warn,
                Some("off") => Earlier::Off,
                Some("block") => Earlier::Block,
                Some(found) => {
                    let found = found.to_owned();
                    return Err(ScopeError::Earlier { found });
                }
            },
        })
    }

    /// Whether a claim is judged. One that voids another bills nothing.
    pub(crate) fn takes(&self, claim: &Claim<'_>) -> bool {
        let line = claim.line_of_business();
        let inpatient = claim.kind() == Some(ClaimKind::Institutional)
            && claim.facility_type().is_some_and(|kind| {
                INPATIENT
                    .iter()
                    .any(|inpatient| kind.starts_with(inpatient))
            });
        line.is_some_and(|line| self.lines.contains(&line))
            && claim.frequency() != Some("8")
            && !inpatient
    }
}

fn lines(names: &str) -> Result<Vec<LineOfBusiness>, ScopeError> {
    names
        .split(',')
        .map(|name| {
            let name = name.trim();
            let known = LINES.iter().find(|(known, _)| *known == name);
            known
                .map(|(_, line)| *line)
                .ok_or_else(|| ScopeError::Line {
                    found: name.to_owned(),
                })
        })
        .collect()
}
