//! Steps 4 and 5: a claim is made, judged, and held or made ready.

use std::collections::BTreeSet;

use scrubjay_edi::ReadClaim;
use scrubjay_hooks::{ClaimSubject, EarlierClaim, Hook, Outcome, Subject};
use scrubjay_model::{
    Account, Authorization, Claim, ClaimId, Coverage, EligibilityRecord, Frequency, Money,
    PatientBilling, PayerProfile, PostingSet, Responsibility, ResponsibleParty, Work, WorkKind,
};
use scrubjay_store::{ClaimFilter, ClaimRow, Event, MoneyKind, Move, Reader, Sequence};
use scrubjay_x12::TransactionSet;

use crate::desk::Desk;
use crate::steps::authorization::on_file::seen_by_claim;
use crate::steps::build::{later, wake};
use crate::steps::eligibility::latest_for_claim;
use crate::steps::history::history;
use crate::steps::hold::standing;
use crate::steps::release::passed_rules;
use crate::steps::weigh::{Effects, weigh};
use crate::steps::{chain, person};
use crate::{Config, EngineError};

/// What became of the claims of a transaction set.
#[derive(Debug, Default)]
pub(crate) struct Created {
    pub(crate) claims: Vec<ClaimId>,
    pub(crate) held: usize,
    /// Claims that could not be read: where and why.
    pub(crate) unread: Vec<String>,
}

/// Makes a claim of each claim in an 837, and judges it.
pub(crate) fn create_claims(
    desk: &mut Desk<'_>,
    set: &TransactionSet,
) -> Result<Created, EngineError> {
    let mut given = BTreeSet::new();
    let mut failed = None;
    let read = scrubjay_edi::read_claims(set, &mut |control| {
        claim_id(desk.tx.as_ref(), &mut given, control).unwrap_or_else(|error| {
            failed.get_or_insert(error);
            fallback_id(given.len())
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let mut created = Created::default();
    for claim in read {
        match claim {
            Ok(ReadClaim { claim, .. }) => {
                let id = claim.id.clone();
                if create_claim(desk, claim)? == Decision::Held {
                    created.held += 1;
                }
                created.claims.push(id);
            }
            Err(error) => {
                let reason = format!("a claim could not be read: {error}");
                desk.open_work(WorkKind::Task, None, Money::ZERO, reason)?;
                created.unread.push(error.to_string());
            }
        }
    }
    Ok(created)
}

/// Our id for a claim: the control number that it came with, where payers will
/// return it whole and no other claim has it; else that with a number behind it.
pub(crate) fn claim_id(
    reader: &dyn Reader,
    given: &mut BTreeSet<ClaimId>,
    control: &str,
) -> Result<ClaimId, EngineError> {
    let base: String = control.trim().chars().filter(|c| !c.is_control()).collect();
    for attempt in 1u32.. {
        let text = if attempt == 1 {
            base.clone()
        } else {
            let suffix = format!(".{attempt}");
            let room = ClaimId::MAX_LEN - suffix.len();
            format!("{}{suffix}", base.chars().take(room).collect::<String>())
        };
        let Ok(id) = text.parse::<ClaimId>() else {
            continue;
        };
        if !given.contains(&id) && reader.claim(&id)?.is_none() {
            given.insert(id.clone());
            return Ok(id);
        }
    }
    Ok(fallback_id(given.len()))
}

/// An id for a claim that will not be kept: the store has failed, or the claim is
/// only looked at.
pub(crate) fn fallback_id(number: usize) -> ClaimId {
    let digits = format!("X{}", number % 1_000_000_000);
    digits
        .parse()
        .expect("a letter and at most nine digits are a claim id")
}

/// How a claim came off the road.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Held,
    Ready,
    /// Goes to the patient; there is no payer to send it to.
    PatientPays,
}

/// Makes a claim that came in, posts its charge, and judges it.
pub(crate) fn create_claim(desk: &mut Desk<'_>, claim: Claim) -> Result<Decision, EngineError> {
    let payer = payer_key(desk.config, &claim);
    let (replaces, barred) = match original_of(desk.tx.as_ref(), &claim, &payer)? {
        Original::Ours(row) => (Some(*row), None),
        Original::None => (None, None),
        Original::Barred(why) => (None, Some(why.to_owned())),
    };
    if let Some(held_by) = barred {
        let charge = charge_on_arrival(&claim, None, desk.config.is_self_pay(&payer));
        return make_held(
            desk,
            claim,
            None,
            (MoneyKind::Charge, charge),
            vec![held_by],
        );
    }
    if replaces.is_none()
        && let Some(earlier) = chain::to_earlier_payer(desk.tx.as_ref(), &claim)?
    {
        return create_behind(desk, claim, &earlier);
    }
    let charge = charge_on_arrival(&claim, replaces.as_ref(), desk.config.is_self_pay(&payer));
    let (id, original) = (claim.id.clone(), replaces.map(|row| row.id));
    let decision = make_claim(desk, claim, original.clone(), (MoneyKind::Charge, charge))?;
    let (Some(original), Decision::Held) = (original, decision) else {
        return Ok(decision);
    };
    // The payer may have told its number of the original already.
    wake(desk, &original)?;
    let work = desk.tx.claim(&id)?.map(|row| row.status.work);
    Ok(match work {
        Some(Work::Ready) => Decision::Ready,
        _ => decision,
    })
}

/// Makes a claim to a later payer that came in beside the one to the payer before
/// it, on which the charge stands: what the patient would owe there goes to it.
fn create_behind(
    desk: &mut Desk<'_>,
    claim: Claim,
    earlier: &ClaimRow,
) -> Result<Decision, EngineError> {
    let share = later::arrives_behind(desk, earlier, &claim)?;
    let moves = !share.is_empty();
    let decision = make_claim(desk, claim, None, (MoneyKind::Transfer, share))?;
    if moves {
        later::leave(desk, &earlier.id)?;
    }
    Ok(decision)
}

/// Makes a claim, posts what is owed on it from now on, and judges it.
pub(crate) fn make_claim(
    desk: &mut Desk<'_>,
    claim: Claim,
    replaces: Option<ClaimId>,
    owed: (MoneyKind, PostingSet),
) -> Result<Decision, EngineError> {
    make_held(desk, claim, replaces, owed, Vec::new())
}

/// As [`make_claim`], held by what is said beside the rules.
fn make_held(
    desk: &mut Desk<'_>,
    claim: Claim,
    replaces: Option<ClaimId>,
    (money, owed): (MoneyKind, PostingSet),
    held_by: Vec<String>,
) -> Result<Decision, EngineError> {
    let payer = payer_key(desk.config, &claim);
    let id = claim.id.clone();
    desk.record(&Event::ClaimCreated {
        claim: Box::new(claim.clone()),
        payer: payer.clone(),
        replaces,
    })?;
    desk.move_money(money, Some(&id), owed)?;
    scrub(desk, claim, &payer, &BTreeSet::new(), held_by)
}

/// Judges a claim from the start once more: it was mended, is to be sent again,
/// or time has passed. What a person has passed on it as it stands stays passed,
/// and what a person holds stays held.
pub(crate) fn scrub_again(desk: &mut Desk<'_>, row: &ClaimRow) -> Result<Decision, EngineError> {
    let claim = desk.tx.claim_document(&row.id)?;
    let claim = claim.ok_or_else(|| EngineError::NoClaim {
        claim: row.id.clone(),
    })?;
    let passed = passed_rules(desk.tx.as_ref(), &row.id)?;
    let by_hand = standing(&desk.tx.history(&row.id)?, desk.today());
    let held_by = by_hand.map(|_| "a person's hold".to_owned());
    scrub(desk, claim, &row.payer, &passed, Vec::from_iter(held_by))
}

/// The key of the payer that a claim goes to.
pub(crate) fn payer_key(config: &Config, claim: &Claim) -> String {
    claim.destination().map_or_else(
        || "unknown".to_owned(),
        |coverage| coverage_key(config, coverage),
    )
}

/// The key of a coverage's payer.
pub(crate) fn coverage_key(config: &Config, coverage: &Coverage) -> String {
    let ids: Vec<&str> = coverage.payer.iter().map(|id| id.as_str()).collect();
    config.payer(&ids, &coverage.payer_name.last).map_or_else(
        || Config::derived_key(coverage.payer.as_ref(), &coverage.payer_name.last),
        |payer| payer.profile.key.clone(),
    )
}

/// Why a replacement or void is held that names a claim of somebody else.
const NAMES_ANOTHER: &str =
    "the number that it gives is of a claim of another patient or to another payer";

/// Why one is held that comes behind another of the same claim.
const NAMES_REPLACED: &str = "another replacement or void of the claim that it names is here";

/// What a replacement or void names.
enum Original {
    /// A claim that it can take the place of.
    Ours(Box<ClaimRow>),
    /// Only claims whose place it cannot take, and why.
    Barred(&'static str),
    /// Nothing that is here.
    None,
}

/// The claim that a replacement or void speaks of: by the payer's control
/// number, else by the control number that both came with.
fn original_of(reader: &dyn Reader, claim: &Claim, payer: &str) -> Result<Original, EngineError> {
    if !matches!(claim.frequency, Frequency::Replacement | Frequency::Void) {
        return Ok(Original::None);
    }
    let mut found = Vec::new();
    if let Some(control) = &claim.payer_control {
        let mut filter = ClaimFilter::default();
        filter.payer_control = Some(control.as_str().to_owned());
        found = reader.claims(&filter)?;
    }
    if found.is_empty() {
        let mut filter = ClaimFilter::default();
        filter.control = Some(claim.control.as_str().to_owned());
        found = reader.claims(&filter)?;
    }
    let mut named = Original::None;
    for row in found.into_iter().filter(|row| row.id != claim.id) {
        let document = reader.claim_document(&row.id)?;
        let same = document.is_some_and(|other| person::other_patient(&other, claim).is_empty());
        named = match (named, same && row.payer == payer, &row.replaced_by) {
            (_, true, None) => Original::Ours(Box::new(row)),
            (Original::None | Original::Barred(_), true, Some(_)) => {
                Original::Barred(NAMES_REPLACED)
            }
            (Original::None, false, _) => Original::Barred(NAMES_ANOTHER),
            (named, ..) => named,
        };
    }
    Ok(named)
}

/// What is owed from the day the claim is made. A replacement or void of a
/// claim of ours moves money only when it is sent: until then the original stands.
fn charge_on_arrival(claim: &Claim, replaces: Option<&ClaimRow>, self_pay: bool) -> PostingSet {
    if replaces.is_some() || claim.frequency == Frequency::Void {
        return PostingSet::empty();
    }
    let party = if self_pay {
        ResponsibleParty::Patient
    } else {
        ResponsibleParty::Insurance
    };
    let receivable = Account::Receivable {
        claim: claim.id.clone(),
        party,
    };
    PostingSet::transfer(Account::Revenue, receivable, claim.charge)
}

/// The road from a claim to a decision: hook `claim` with its repairs, then
/// hook `scrub`, then held or ready. `held_by` is what holds it beside rules.
fn scrub(
    desk: &mut Desk<'_>,
    mut claim: Claim,
    payer: &str,
    passed: &BTreeSet<String>,
    mut held_by: Vec<String>,
) -> Result<Decision, EngineError> {
    let beside = Beside::of(desk, &claim, payer)?;
    for hook in [Hook::Claim, Hook::Scrub] {
        held_by.extend(judge(desk, hook, &mut claim, &beside, passed)?);
    }
    if !held_by.is_empty() {
        return hold(desk, &claim, held_by);
    }
    make_ready(desk, &claim.id, payer)
}

/// Holds a claim for a person, with the rules that hold it.
fn hold(
    desk: &mut Desk<'_>,
    claim: &Claim,
    mut held_by: Vec<String>,
) -> Result<Decision, EngineError> {
    desk.move_claim(&claim.id, Move::Work(Work::Held))?;
    held_by.sort();
    held_by.dedup();
    desk.open_work(
        WorkKind::ScrubHold,
        Some(&claim.id),
        claim.charge,
        held_by.join(", "),
    )?;
    Ok(Decision::Held)
}

/// Makes a claim ready to be sent, or gives it to the patient where nobody else pays.
pub(crate) fn make_ready(
    desk: &mut Desk<'_>,
    id: &ClaimId,
    payer: &str,
) -> Result<Decision, EngineError> {
    desk.move_claim(id, Move::Work(Work::Ready))?;
    if desk.config.is_self_pay(payer) {
        desk.move_claim(id, Move::Responsibility(Responsibility::Patient))?;
        desk.move_claim(id, Move::Patient(PatientBilling::Ready))?;
        desk.move_claim(id, Move::Work(Work::Closed))?;
        return Ok(Decision::PatientPays);
    }
    Ok(Decision::Ready)
}

/// The last look at a ready claim before it leaves: hook `submit`. A finding
/// that a person has passed does not hold it again; another one does.
pub(crate) fn judge_before_sending(
    desk: &mut Desk<'_>,
    mut claim: Claim,
    payer: &str,
) -> Result<Decision, EngineError> {
    let beside = Beside::of(desk, &claim, payer)?;
    let passed = passed_rules(desk.tx.as_ref(), &claim.id)?;
    let held_by = judge(desk, Hook::Submit, &mut claim, &beside, &passed)?;
    if held_by.is_empty() {
        return Ok(Decision::Ready);
    }
    hold(desk, &claim, held_by)
}

/// What rules see beside the claim itself, as it was on file when it came.
struct Beside {
    payer: Option<PayerProfile>,
    history: Vec<EarlierClaim>,
    authorizations: Vec<Authorization>,
    /// What its payer has answered about the patient's cover.
    eligibility: Option<EligibilityRecord>,
}

impl Beside {
    fn of(desk: &Desk<'_>, claim: &Claim, payer: &str) -> Result<Self, EngineError> {
        let reader = desk.tx.as_ref();
        let payer = desk.config.payer_by_key(payer);
        Ok(Self {
            payer: payer.map(|payer| payer.profile.clone()),
            history: history(reader, claim)?,
            authorizations: seen_by_claim(reader, desk.config, claim)?,
            eligibility: latest_for_claim(reader, desk.config, claim, Sequence::MAX)?,
        })
    }
}

/// Judges a claim at one hook, applies the effects, journals it all, and
/// returns the rules that hold the claim, less those that a person has passed.
fn judge(
    desk: &mut Desk<'_>,
    hook: Hook,
    claim: &mut Claim,
    beside: &Beside,
    passed: &BTreeSet<String>,
) -> Result<Vec<String>, EngineError> {
    let before = chain::before(desk.tx.as_ref(), claim, Sequence::MAX)?;
    let subject = ClaimSubject {
        payer: beside.payer.as_ref(),
        history: &beside.history,
        authorizations: &beside.authorizations,
        eligibility: beside.eligibility.as_ref(),
        original: before.original,
        forwarded: before.forwarded,
        ..ClaimSubject::of(claim, desk.today())
    };
    let mut outcome = desk.judge(hook, Subject::Claim(&subject));
    if hook == Hook::Submit && outcome == Outcome::default() {
        // Nobody had anything to say to it: every claim comes by here twice.
        return Ok(Vec::new());
    }
    let weighed = weigh(hook, claim, &mut outcome, passed, desk.today());
    desk.record(&Event::Judged {
        claim: claim.id.clone(),
        hook,
        outcome: outcome.clone(),
    })?;
    if let Effects::Accepted { revised } = weighed.effects {
        if let Some(revised) = revised {
            *claim = revised.claim;
            desk.record(&Event::ClaimRevised {
                claim: Box::new(claim.clone()),
                changes: revised.changes,
                by_hand: false,
            })?;
        }
        // A hold and a repair are weighed already; the plan refused everything else.
        for asked in &outcome.effects {
            desk.do_for_claim(&claim.id, claim.charge, asked, &outcome)?;
        }
    }
    Ok(weighed.held_by)
}
