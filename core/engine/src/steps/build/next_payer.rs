//! The claim to the next payer, once the one before it has decided: what the
//! patient would owe moves from the one claim to the other, and no charge is
//! booked twice.

use scrubjay_hooks::Finding;
use scrubjay_model::{
    Adjudicated, BusinessCalendar, Claim, ClaimId, ClaimPaymentStatus, Coverage, Deadline,
    DeadlineBasis, DeadlineKind, Money, Responsibility, ResponsibleParty, Roll, SecondaryError,
    Work, WorkKind, secondary_claim,
};
use scrubjay_store::{ClaimFilter, ClaimRow, Event, MoneyKind, RemittedRow};
use serde::Serialize;

use super::later::{self, is_unsettled};
use super::moved::{close_where_paid, share_to};
use super::{findings, next_id};
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::chain::to_later_payer;
use crate::steps::claim::{coverage_key, make_claim};
use crate::steps::posting::place;

/// What became of claims that the next payer is to be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct NextPayers {
    /// Claims that were made.
    pub claims: Vec<NextClaim>,
    /// Claims for which none was made, with the reason.
    pub left_out: Vec<NoNextClaim>,
}

/// A claim to the next payer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextClaim {
    /// Claim.
    pub claim: ClaimId,
    /// The claim that the payer before has decided.
    pub after: ClaimId,
    /// Key of the next payer.
    pub payer: String,
    /// What is asked of it: what the patient would owe else.
    pub owed: Money,
    /// Where it stands as a piece of work, now that rules have judged it.
    pub work: Work,
    /// What they found.
    pub findings: Vec<Finding>,
}

/// A claim that the next payer is not asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoNextClaim {
    /// The claim that the payer before has decided.
    pub claim: ClaimId,
    /// Why, and what to do.
    pub why: String,
    /// Whether it goes on by itself.
    pub waits: bool,
}

/// How work of this step on a claim begins.
const NO_CLAIM: &str = "no claim to the next payer: ";

/// Makes the claim to the next payer of each claim that is with one and has
/// none yet. Each is made once, whatever is called how often.
pub(crate) fn build(desk: &mut Desk<'_>) -> Result<NextPayers, EngineError> {
    let mut filter = ClaimFilter::default();
    filter.work = Some(Work::Adjudicated);
    let mut rows = desk.tx.claims(&filter)?;
    rows.retain(is_with_next_payer);
    build_of(desk, rows)
}

/// As [`build`], of claims that are with a next payer.
pub(crate) fn build_of(
    desk: &mut Desk<'_>,
    rows: Vec<ClaimRow>,
) -> Result<NextPayers, EngineError> {
    let mut next = NextPayers::default();
    for row in rows {
        let Some(claim) = desk.tx.claim_document(&row.id)? else {
            continue;
        };
        // One whose own payer owes an answer still is not with the next one.
        if row.status.responsibility == place(claim.order()) {
            later::look_again(desk, &row)?;
            continue;
        }
        match decided(desk, &row, &claim)? {
            Step::Made(of) => next.claims.push(make(desk, &row, *of)?),
            Step::Behind(there, of) => {
                if later::take_up(desk, &row, &there, &of)? == later::TakenUp::Withdrawn {
                    let id = next_id(desk.tx.as_ref())?;
                    next.claims.push(make(desk, &row, Claim { id, ..*of })?);
                }
            }
            Step::Waits(why) => next.left_out.push(NoNextClaim {
                claim: row.id,
                why,
                waits: true,
            }),
            Step::Cannot(error) => {
                let why = error.to_string();
                tell(desk, &row, &why)?;
                next.left_out.push(NoNextClaim {
                    claim: row.id,
                    why,
                    waits: false,
                });
            }
            Step::Nothing => {}
        }
    }
    Ok(next)
}

/// Whether the payer before has decided on a claim and the next one is to be asked.
pub(crate) fn is_with_next_payer(row: &ClaimRow) -> bool {
    row.status.work == Work::Adjudicated
        && matches!(
            row.status.responsibility,
            Responsibility::Secondary | Responsibility::Tertiary
        )
}

/// What is to be done for the next payer.
enum Step {
    /// The claim is ready to be made.
    Made(Box<Claim>),
    /// The next payer's claim is there already, and this is what it should say.
    Behind(Box<ClaimRow>, Box<Claim>),
    /// It is too early.
    Waits(String),
    /// A person must see to it.
    Cannot(SecondaryError),
    /// The next payer is not known, or was asked already and nothing is left here.
    Nothing,
}

/// The next payer's claim, as far as it can be made today.
fn decided(desk: &Desk<'_>, row: &ClaimRow, claim: &Claim) -> Result<Step, EngineError> {
    let there = to_later_payer(desk.tx.as_ref(), claim)?;
    let of_later = there.as_ref().and_then(|(_, later)| later.destination());
    let Some(next) = of_later.or_else(|| next_coverage(claim)) else {
        return Ok(Step::Nothing);
    };
    let left = desk.tx.balance(&row.id, ResponsibleParty::Patient)?;
    if let Some((later, _)) = &there
        && left.is_zero()
        && !is_unsettled(desk.tx.as_ref(), &later.id)?
    {
        return Ok(Step::Nothing);
    }
    if is_unsettled(desk.tx.as_ref(), &row.id)? {
        let why = "the decision of the payer before this one is open".to_owned();
        return Ok(Step::Waits(why));
    }
    let said = desk.tx.remitted(&row.id)?;
    let Some(last) = said.iter().rev().find(|said| said.payer == row.payer) else {
        return Ok(Step::Nothing);
    };
    let mut remitted = last.remitted.clone();
    if let ClaimPaymentStatus::Forwarded(order) = remitted.status {
        let answered = said.iter().any(|said| said.payer != row.payer);
        if answered {
            // The payer to whom it was sent on has spoken.
            return Ok(Step::Nothing);
        }
        let until = crossover_ends(desk, row, last);
        if desk.today() <= until {
            return Ok(Step::Waits(format!(
                "the payer sent it on itself on {}: the next payer's answer is waited for until {until}",
                last.decided
            )));
        }
        // Nobody has heard of it there: it is asked for as of any other.
        remitted.status = ClaimPaymentStatus::Processed(order);
    }
    let adjudicated = Adjudicated {
        claim,
        remitted: &remitted,
        decided: last.decided,
    };
    let id = match &there {
        Some((later, _)) => later.id.clone(),
        None => next_id(desk.tx.as_ref())?,
    };
    let made = match secondary_claim(adjudicated, next, id) {
        Ok(made) => Box::new(made),
        Err(error) => return Ok(Step::Cannot(error)),
    };
    Ok(match there {
        Some((later, _)) => Step::Behind(Box::new(later), made),
        None => Step::Made(made),
    })
}

/// The claim to a later payer as the decision on the one before it has it now,
/// under a new id; the reason where it cannot be made.
pub(super) fn made_anew(
    desk: &Desk<'_>,
    earlier: &ClaimRow,
    later: &Claim,
    id: ClaimId,
) -> Result<Result<Claim, SecondaryError>, EngineError> {
    let said = desk.tx.remitted(&earlier.id)?;
    let last = said.iter().rev().find(|said| said.payer == earlier.payer);
    let document = desk.tx.claim_document(&earlier.id)?;
    let (Some(last), Some(claim), Some(next)) = (last, &document, later.destination()) else {
        return Ok(Err(SecondaryError::NotProcessed));
    };
    let mut remitted = last.remitted.clone();
    if let ClaimPaymentStatus::Forwarded(order) = remitted.status {
        remitted.status = ClaimPaymentStatus::Processed(order);
    }
    let adjudicated = Adjudicated {
        claim,
        remitted: &remitted,
        decided: last.decided,
    };
    Ok(secondary_claim(adjudicated, next, id))
}

/// The coverage that pays after the one that the claim went to.
fn next_coverage(claim: &Claim) -> Option<&Coverage> {
    let now = claim.order();
    let behind = claim.coverages.iter().skip(1);
    let open = behind.filter(|other| other.order > now && other.paid.is_none());
    open.min_by_key(|other| other.order)
}

/// The last day on which a crossover is waited for.
fn crossover_ends(desk: &Desk<'_>, row: &ClaimRow, said: &RemittedRow) -> chrono::NaiveDate {
    let wait = Deadline {
        kind: DeadlineKind::FollowUp,
        basis: said.decided,
        basis_of: DeadlineBasis::Decision,
        length: desk.config.billing_of(&row.payer).crossover.0,
        roll: Roll::None,
        proof: None,
    };
    wait.due(&BusinessCalendar::default())
}

/// Makes the claim. What the patient would owe goes to the next payer.
fn make(desk: &mut Desk<'_>, row: &ClaimRow, claim: Claim) -> Result<NextClaim, EngineError> {
    let id = claim.id.clone();
    let payer = claim
        .destination()
        .map(|next| coverage_key(desk.config, next));
    let owed = desk.tx.balance(&row.id, ResponsibleParty::Patient)?;
    let moved = share_to(&row.id, &id, owed);
    make_claim(desk, claim, None, (MoneyKind::Transfer, moved))?;
    for item in desk.tx.open_work(Some(&row.id))? {
        if item.reason.starts_with(NO_CLAIM) {
            let (item, outcome) = (item.id, format!("claim {id} was made"));
            desk.record(&Event::WorkClosed { item, outcome })?;
        }
    }
    close_where_paid(desk, &row.id)?;
    Ok(NextClaim {
        after: row.id.clone(),
        payer: payer.unwrap_or_default(),
        owed,
        work: desk
            .tx
            .claim(&id)?
            .map_or(Work::Draft, |made| made.status.work),
        findings: findings(desk.tx.as_ref(), &id)?,
        claim: id,
    })
}

/// Gives the claim to someone, once for each reason.
fn tell(desk: &mut Desk<'_>, row: &ClaimRow, why: &str) -> Result<(), EngineError> {
    let reason = format!("{NO_CLAIM}{why}");
    let told = desk
        .tx
        .history(&row.id)?
        .iter()
        .any(|past| matches!(&past.event, Event::WorkOpened { item } if item.reason == reason));
    if told {
        return Ok(());
    }
    let owed = desk.tx.balance(&row.id, ResponsibleParty::Patient)?;
    desk.open_work(WorkKind::Task, Some(&row.id), owed, reason)
}
