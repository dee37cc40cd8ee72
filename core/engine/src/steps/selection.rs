//! Which ready claims are to leave, and what would leave if they were sent.

use std::collections::BTreeMap;

use scrubjay_model::{Claim, ClaimId, ClaimKind, Money, Work, WorkKind};
use scrubjay_store::{ClaimFilter, ClaimRow, Reader};
use serde::Serialize;

use crate::desk::Desk;
use crate::steps::claim::{Decision, judge_before_sending};
use crate::steps::release::{Hold, holds_on};
use crate::{BatchPer, Batches, Config, EngineError};

/// Which of the ready claims are to leave: all of them, or those that fit what
/// is given.
///
/// ```
/// use scrubjay::Selection;
/// let mut summit = Selection::default();
/// summit.payer = Some("summit".to_owned());
/// assert!(summit.claims.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Selection {
    /// Only these claims; all where there are none. Each must be ready.
    pub claims: Vec<ClaimId>,
    /// Only those to this payer, by its key.
    pub payer: Option<String>,
    /// Only those that leave by this channel.
    pub channel: Option<String>,
}

/// Why nothing was sent; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// There is no such claim.
    #[error("there is no claim {claim}; `scrubjay claims list` shows them")]
    UnknownClaim {
        /// Claim.
        claim: ClaimId,
    },
    /// A claim that was named is not ready.
    #[error("claim {claim} is {work} and not ready to be sent{}", why(.holds))]
    NotReady {
        /// Claim.
        claim: ClaimId,
        /// Where it stands.
        work: Work,
        /// What holds it, where something does that nobody may pass.
        holds: Vec<Hold>,
    },
    /// A claim that was named has no channel, or another than was asked for.
    #[error(
        "claim {claim} does not leave by the payer or channel asked for; it goes to payer `{payer}`"
    )]
    Elsewhere {
        /// Claim.
        claim: ClaimId,
        /// Its payer's key.
        payer: String,
    },
    /// No claim goes to such a payer, and none is configured.
    #[error("there is no payer `{payer}`; `scrubjay claims list` shows their keys")]
    UnknownPayer {
        /// What was asked for.
        payer: String,
    },
    /// No such channel is configured.
    #[error("there is no channel `{channel}`; scrubjay.yaml names: {}", .known.join(", "))]
    UnknownChannel {
        /// What was asked for.
        channel: String,
        /// Those that there are.
        known: Vec<String>,
    },
}

fn why(holds: &[Hold]) -> String {
    if holds.is_empty() {
        return "; `scrubjay claims show` tells why".to_owned();
    }
    let listed: String = holds.iter().map(|hold| format!("\n  {hold}")).collect();
    format!("; mend first:{listed}")
}

impl Selection {
    fn takes(&self, config: &Config, row: &ClaimRow) -> bool {
        let payer = self.payer.as_ref().is_none_or(|payer| *payer == row.payer);
        let channel = self
            .channel
            .as_deref()
            .is_none_or(|channel| config.channel_of(&row.payer) == Some(channel));
        payer && channel && (self.claims.is_empty() || self.claims.contains(&row.id))
    }

    /// All that it says, one text for each part.
    pub(crate) fn parts(&self) -> Vec<String> {
        let limit = |limit: &Option<String>| format!("{limit:?}");
        let mut parts = vec![limit(&self.payer), limit(&self.channel)];
        parts.extend(self.claims.iter().map(ToString::to_string));
        parts
    }

    /// Whether what was asked for is there to be sent.
    fn check(&self, desk: &Desk<'_>) -> Result<(), EngineError> {
        let config = desk.config;
        if let Some(channel) = &self.channel
            && !config.channels.contains_key(channel)
        {
            return Err(SubmitError::UnknownChannel {
                channel: channel.clone(),
                known: config.channels.keys().cloned().collect(),
            }
            .into());
        }
        if let Some(payer) = &self.payer
            && config.payer_by_key(payer).is_none()
        {
            let mut filter = ClaimFilter::default();
            filter.payer = Some(payer.clone());
            if desk.tx.claims(&filter)?.is_empty() {
                let payer = payer.clone();
                return Err(SubmitError::UnknownPayer { payer }.into());
            }
        }
        for claim in &self.claims {
            let Some(row) = desk.tx.claim(claim)? else {
                let claim = claim.clone();
                return Err(SubmitError::UnknownClaim { claim }.into());
            };
            let claim = claim.clone();
            let work = row.status.work;
            if work != Work::Ready {
                let holds = holds_on(desk, &claim, work)?;
                return Err(SubmitError::NotReady { claim, work, holds }.into());
            }
            if !self.takes(config, &row) || config.channel_of(&row.payer).is_none() {
                let payer = row.payer;
                return Err(SubmitError::Elsewhere { claim, payer }.into());
            }
        }
        Ok(())
    }
}

/// Claims that leave in one file.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) channel: String,
    pub(crate) claims: Vec<Claim>,
}

/// Judges the chosen claims once more at the hook `submit`, and puts those that
/// nothing holds into batches: one for each channel and kind of claim, and for
/// each payer where the channel wants that, none larger than it takes.
///
/// Returns the claims that were held in place of leaving, too.
pub(crate) fn gather(
    desk: &mut Desk<'_>,
    selection: &Selection,
) -> Result<(Vec<Batch>, Vec<ClaimId>), EngineError> {
    selection.check(desk)?;
    let mut filter = ClaimFilter::default();
    filter.work = Some(Work::Ready);
    let mut chosen: BTreeMap<(String, Option<String>, ClaimKind), Vec<Claim>> = BTreeMap::new();
    let mut held = Vec::new();
    for row in desk.tx.claims(&filter)? {
        if !selection.takes(desk.config, &row) {
            continue;
        }
        let Some(channel) = desk.config.channel_of(&row.payer) else {
            continue;
        };
        let Some(claim) = desk.tx.claim_document(&row.id)? else {
            continue;
        };
        if judge_before_sending(desk, claim.clone(), &row.payer)? == Decision::Held {
            held.push(row.id);
            continue;
        }
        let batches = batches_of(desk.config, channel);
        let payer = (batches.per == BatchPer::Payer).then(|| row.payer.clone());
        let key = (channel.to_owned(), payer, claim.kind);
        chosen.entry(key).or_default().push(claim);
    }
    let mut batches = Vec::new();
    for ((channel, _, _), mut claims) in chosen {
        let most = batches_of(desk.config, &channel).claims.get() as usize;
        while !claims.is_empty() {
            let rest = claims.split_off(claims.len().min(most));
            let channel = channel.clone();
            batches.push(Batch { channel, claims });
            claims = rest;
        }
    }
    Ok((batches, held))
}

fn batches_of(config: &Config, channel: &str) -> Batches {
    config
        .channels
        .get(channel)
        .map_or_else(Batches::default, |channel| channel.batches)
}

/// What would leave, if it were sent now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// Files that would be written, by channel.
    pub files: Vec<PlannedFile>,
    /// Claims that would be held in place of leaving.
    pub held: Vec<HeldBack>,
}

/// A file that would be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedFile {
    /// Channel.
    pub channel: String,
    /// Claims in it.
    pub claims: Vec<ClaimId>,
    /// What they come to.
    pub charge: Money,
}

/// A claim that would be held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldBack {
    /// Claim.
    pub claim: ClaimId,
    /// The rules that would hold it.
    pub by: String,
}

/// What would leave. The desk's transaction must be dropped, not committed.
pub(crate) fn preview(desk: &mut Desk<'_>, selection: &Selection) -> Result<Preview, EngineError> {
    let (batches, held) = gather(desk, selection)?;
    let files = batches
        .into_iter()
        .map(|batch| PlannedFile {
            channel: batch.channel,
            charge: batch.claims.iter().map(|claim| claim.charge).sum(),
            claims: batch.claims.into_iter().map(|claim| claim.id).collect(),
        })
        .collect();
    let held = held
        .into_iter()
        .map(|claim| {
            let by = reason_of_hold(desk.tx.as_ref(), &claim)?;
            Ok(HeldBack { claim, by })
        })
        .collect::<Result<_, EngineError>>()?;
    Ok(Preview { files, held })
}

/// Claims that are held here, and do not leave before somebody has looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Waiting {
    /// How many.
    pub claims: usize,
    /// What they come to.
    pub charge: Money,
}

/// The held ones of the claims that are meant.
pub(crate) fn waiting(
    reader: &dyn Reader,
    config: &Config,
    selection: &Selection,
) -> Result<Waiting, EngineError> {
    let mut filter = ClaimFilter::default();
    filter.work = Some(Work::Held);
    let mut waiting = Waiting::default();
    for row in reader.claims(&filter)? {
        if selection.takes(config, &row) {
            waiting.claims += 1;
            waiting.charge += row.charge;
        }
    }
    Ok(waiting)
}

fn reason_of_hold(reader: &dyn Reader, claim: &ClaimId) -> Result<String, EngineError> {
    let open = reader.open_work(Some(claim))?;
    let hold = open
        .into_iter()
        .rev()
        .find(|item| item.kind == WorkKind::ScrubHold);
    Ok(hold.map(|item| item.reason).unwrap_or_default())
}
