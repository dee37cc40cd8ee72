//! Step 6: a remittance is posted to the ledger, claim by claim.
//!
//! Every amount that a payer names goes to one of three places: cash, an
//! account that the reason code calls for, or nowhere yet (a denial stays on
//! the receivable until it is worked). A reversal carries the mirrored
//! amounts, so posting it by the same rules undoes the payment exactly.
//!
//! | file | what it does |
//! |---|---|
//! | `matching.rs`, `likeness.rs` | finds our claim, or those that are like it |
//! | `waiting.rs` | sets aside what matches none, until a person says which it is |
//! | `claim.rs`, `sorted.rs`, `status.rs` | one remitted claim: money, denials, status |
//! | `later_payer.rs` | a later payer's decision on the same claim |
//! | `repeated.rs` | what is perhaps paid twice |
//! | `asked.rs` | what rules say of it |
//! | `provider_level.rs` | what the payer pays or takes beside the claims (PLB) |
//! | `expected.rs` | what the contract says against what the payer allows |
//! | `enter.rs`, `entry_sheet.rs`, `balanced.rs` | what people enter from paper |
//! | `deposit.rs` | what the bank has against what payers say |
//! | `quarantine.rs` | what is not posted as it stands, and how that ends |
//! | `undo.rs`, `standing_on.rs`, `repost.rs` | takes a posting back, and posts it again |
//! | `read.rs`, `record.rs` | what came and what became of it |

mod asked;
mod balanced;
mod claim;
mod deposit;
mod enter;
mod entry_sheet;
mod error;
mod expected;
mod later_payer;
mod likeness;
mod matching;
mod provider_level;
mod quarantine;
mod read;
mod record;
mod repeated;
mod repost;
mod sorted;
mod standing_on;
mod status;
mod undo;
mod waiting;

use chrono::NaiveDate;
use scrubjay_model::{Money, Remittance};
use scrubjay_store::Event;

use crate::desk::Desk;
use crate::{Config, EngineError};

pub use balanced::Imbalance;
pub(crate) use claim::Source;
pub use deposit::{Association, Deposit, associations};
pub(crate) use deposit::{fire_missing, take_sheet};
pub use enter::Entered;
pub(crate) use enter::enter;
pub(crate) use entry_sheet::read_entries;
pub use error::RemittanceError;
pub use expected::ExpectedPayment;
pub(crate) use expected::{expected_of, expected_payment};
pub use likeness::{Candidate, Likeness};
pub(crate) use matching::Found;
pub use quarantine::SetAside;
pub(crate) use quarantine::{quarantine, set_aside};
pub use read::{
    PostedClaim, PostedRemittance, RemittanceState, RemittanceSummary, find_remittance, remittance,
    remittances,
};
pub use repost::Reposted;
pub(crate) use repost::post_again;
pub(crate) use status::place;
pub use undo::Undone;
pub(crate) use undo::{gone, undo};
pub(crate) use waiting::bind;
pub use waiting::{Bound, WaitingClaim};

/// Tag of a claim whose payment was ever taken back by a reversal.
pub(crate) const REVERSED: &str = "reversed";

/// What became of a remittance.
#[derive(Debug, Default)]
pub(crate) struct Posted {
    pub(crate) claims: usize,
    pub(crate) unmatched: usize,
    /// Perhaps paid twice, and held.
    pub(crate) held: usize,
    pub(crate) paid: Money,
}

/// A payment on its way to the ledger.
#[derive(Debug, Clone, Copy)]
struct Payment<'a> {
    remittance: &'a Remittance,
    /// Payer key.
    payer: &'a str,
    /// Date of its decisions.
    decided: NaiveDate,
}

impl<'a> Payment<'a> {
    fn new(desk: &Desk<'_>, remittance: &'a Remittance, payer: &'a str) -> Self {
        Self {
            remittance,
            payer,
            decided: remittance.effective.unwrap_or_else(|| desk.today()),
        }
    }
}

/// The key of the payer that a remittance comes from.
pub(crate) fn payer_key(config: &Config, remittance: &Remittance) -> String {
    let ids: Vec<&str> = remittance.payer_ids.iter().map(String::as_str).collect();
    config.payer(&ids, &remittance.payer_name).map_or_else(
        || {
            let id = remittance.payer_ids.first().and_then(|id| id.parse().ok());
            Config::derived_key(id.as_ref(), &remittance.payer_name)
        },
        |payer| payer.profile.key.clone(),
    )
}

/// A remittance without its claims, as the journal keeps its head.
pub(crate) fn head(remittance: &Remittance) -> Remittance {
    Remittance {
        claims: Vec::new(),
        ..remittance.clone()
    }
}

/// How many claims a remittance has, as the journal counts them.
pub(crate) fn count(remittance: &Remittance) -> u32 {
    u32::try_from(remittance.claims.len()).unwrap_or(u32::MAX)
}

/// Posts a remittance that balances; with what a person entered it from, where
/// one did.
pub(crate) fn post(
    desk: &mut Desk<'_>,
    remittance: &Remittance,
    source: Option<&str>,
) -> Result<Posted, EngineError> {
    let payer = payer_key(desk.config, remittance);
    let first = desk.last_sequence()? + 1;
    desk.record(&Event::RemittanceTaken {
        remittance: Box::new(head(remittance)),
        payer: payer.clone(),
        claims: count(remittance),
        source: source.map(str::to_owned),
    })?;
    let payment = Payment::new(desk, remittance, &payer);
    let mut posted = Posted {
        paid: remittance.paid,
        ..Posted::default()
    };
    let mut known = matching::Known::of(desk.config, &payer);
    for remitted in &remittance.claims {
        posted.claims += 1;
        match known.find(desk.tx.as_ref(), remitted)? {
            Found::Sure(row, matched) => {
                if repeated::take_off(desk, &payment, remitted, &row)? {
                    continue;
                }
                match repeated::repeats(desk.tx.as_ref(), &payment, remitted, &row)? {
                    Some(earlier) => {
                        posted.held += 1;
                        repeated::hold(desk, &payment, remitted, &row, &earlier)?;
                    }
                    None => {
                        claim::post(desk, &payment, remitted, &row, matched, Source::Payment)?;
                    }
                }
            }
            Found::Unsure(like) => {
                posted.unmatched += 1;
                waiting::set_aside(desk, &payment, remitted, &like)?;
            }
        }
    }
    provider_level::post(desk, &payment)?;
    quarantine::settle(desk, &payment)?;
    close(desk, remittance, first)?;
    Ok(posted)
}

/// Journals that the rows from `first` on are one posting of a remittance.
fn close(desk: &mut Desk<'_>, remittance: &Remittance, first: u64) -> Result<(), EngineError> {
    desk.record(&Event::RemittancePosted {
        originator: remittance.originator.clone(),
        trace: remittance.trace.clone(),
        first,
    })
}
