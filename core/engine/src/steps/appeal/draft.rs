//! An appeal is drafted, with its letter and what supports it.

use scrubjay_model::{
    Appeal, AppealOutcome, AppealRecord, BusinessCalendar, ClaimId, Deadline, Denial,
    DenialCategory, Evidence, EvidenceKind, Money,
};
use scrubjay_store::{ClaimRow, Move};

use super::error::AppealCallError;
use super::letter::{self, About};
use super::level::{Level, level_of, time_to_file};
use super::{DraftedAppeal, evidence, keep, latest, proof, signed, state, template};
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::account::letter::Written;
use crate::steps::denial::standing::{Standing, standing};

/// What is to be contested, and at which level.
struct Contest<'h> {
    level: Level,
    amount: Money,
    cause: Option<DenialCategory>,
    deadline: Option<Deadline>,
    denials: Vec<&'h Denial>,
    evidence: Vec<Evidence>,
}

/// What comes next for a claim. `asked` is the level that is wanted, where one is.
fn contest<'h>(
    desk: &Desk<'_>,
    row: &ClaimRow,
    refused: &Standing<'h>,
    asked: Option<u8>,
) -> Result<Contest<'h>, EngineError> {
    let claim = row.id.clone();
    let open = refused.open();
    if !open.is_positive() {
        return Err(AppealCallError::NotDenied { claim }.into());
    }
    let mut denials: Vec<&Denial> = refused.denials.clone();
    denials.retain(|denial| may_be_contested(denial));
    let Some(decided) = denials.iter().map(|denial| denial.decided).max() else {
        return Err(AppealCallError::NoRight { claim }.into());
    };
    let contestable: Money = denials.iter().map(|denial| denial.amount).sum();
    let before = latest(desk.tx.as_ref(), &row.id)?;
    let lost = before.as_ref().and_then(|(_, appeal)| {
        let decision = appeal.decision?;
        let turned = decision.outcome == AppealOutcome::Overturned;
        (!turned).then_some((appeal, decision))
    });
    let next = lost.map_or(1, |(appeal, _)| appeal.level.saturating_add(1));
    let level = asked.unwrap_or(next);
    if level < next {
        let asked = level;
        return Err(AppealCallError::LevelOrder { claim, asked, next }.into());
    }
    let basis = lost.map_or(decided, |(_, decision)| decision.on);
    let payer = &row.payer;
    let Some(level) = level_of(desk.config, payer, level, basis) else {
        let payer = payer.clone();
        return Err(AppealCallError::NoLevel {
            claim,
            level,
            payer,
        }
        .into());
    };
    let amount = open.min(contestable);
    let amount = lost.map_or(amount, |(appeal, _)| amount.min(appeal.open_amount()));
    if let Some(least) = level.least.filter(|least| amount < *least) {
        let level = level.level;
        return Err(AppealCallError::TooLittle {
            claim,
            level,
            amount,
            least,
        }
        .into());
    }
    let largest = denials.iter().max_by_key(|denial| denial.amount);
    Ok(Contest {
        cause: largest.map(|denial| denial.category),
        deadline: time_to_file(desk.config, payer, &level, basis),
        evidence: lost.map_or_else(Vec::new, |(appeal, _)| documents(&appeal.evidence)),
        level,
        amount,
        denials,
    })
}

/// Documents that go along to the next level: all but the letter, which is another.
fn documents(before: &[Evidence]) -> Vec<Evidence> {
    let own = |document: &&Evidence| document.kind != EvidenceKind::Letter;
    before.iter().filter(own).cloned().collect()
}

/// Whether there is an appeal against it at all: MA130 says that there is none.
pub(crate) fn may_be_contested(denial: &Denial) -> bool {
    !denial.remarks.iter().any(|remark| {
        scrubjay_codes::rarc(&remark.text())
            .is_some_and(|known| known.appeal == scrubjay_codes::AppealRights::None)
    })
}

/// Drafts the appeal of a claim with its letter. The desk's stamp says who.
/// `reason` says in words why the decision is wrong.
pub(crate) fn draft(
    desk: &mut Desk<'_>,
    claim: &ClaimId,
    level: Option<u8>,
    reason: &str,
) -> Result<DraftedAppeal, EngineError> {
    signed(desk)?;
    let (Some(row), Some(document)) = (desk.tx.claim(claim)?, desk.tx.claim_document(claim)?)
    else {
        let claim = claim.clone();
        return Err(AppealCallError::UnknownClaim { claim }.into());
    };
    let begun = latest(desk.tx.as_ref(), claim)?.filter(|(_, appeal)| appeal.decision.is_none());
    if let Some((id, appeal)) = &begun {
        let has_letter = |one: &Evidence| one.kind == EvidenceKind::Letter;
        if appeal.filed.is_some() || appeal.evidence.iter().any(has_letter) {
            return Err(AppealCallError::AlreadyOpen {
                claim: claim.clone(),
                appeal: id.clone(),
                state: state(id, appeal),
            }
            .into());
        }
    }
    let history = desk.tx.history(claim)?;
    let refused = standing(&history);
    let asked = level.or(begun.as_ref().map(|(_, appeal)| appeal.level));
    let contest = contest(desk, &row, &refused, asked)?;
    let id = match begun {
        // What a rule began gets its letter.
        Some((id, _)) => id,
        None => desk.new_record_id("A")?,
    };
    let reader = desk.tx.as_ref();
    let proof = proof::proof_of_filing(reader, desk.config, claim)?;
    let mut record = AppealRecord {
        claim: claim.clone(),
        level: contest.level.level,
        amount: contest.amount,
        cause: contest.cause,
        deadline: contest.deadline.clone(),
        drafted: desk.today(),
        filed: None,
        filing: None,
        withdrawn: None,
        decision: None,
        evidence: contest.evidence,
    };
    let kinds: Vec<EvidenceKind> = record.evidence.iter().map(|one| one.kind).collect();
    if !kinds.contains(&EvidenceKind::Remittance)
        && let Some(last) = reader.remitted(claim)?.pop()
    {
        record.evidence.push(Evidence {
            kind: EvidenceKind::Remittance,
            reference: last.trace.to_string(),
        });
    }
    let late = record.cause == Some(DenialCategory::TimelyFiling);
    let shown = late && !proof.lines().is_empty() && !kinds.contains(&EvidenceKind::ProofOfFiling);
    if shown {
        record.evidence.push(Evidence {
            kind: EvidenceKind::ProofOfFiling,
            reference: format!("{id}-proof.txt"),
        });
    }
    let payer = desk.config.payer_by_key(&row.payer);
    let letter = letter::write(
        desk.config,
        &About {
            claim: &document,
            payer_control: row.payer_control.as_deref(),
            payer_name: payer.map_or(row.payer.as_str(), |payer| payer.profile.name.as_str()),
            appeal: &record,
            level: &contest.level,
            denials: &contest.denials,
            proof: &proof,
            reason,
        },
    )?;
    let proven = shown.then(|| letter_of_proof(claim, &proof));
    let put = letter::put(desk.config, &id, &letter, proven.as_ref())?;
    record.evidence.extend(
        put.into_iter()
            .filter(|one| one.kind == EvidenceKind::Letter),
    );
    let case = keep(desk, &id, record, None)?;
    desk.move_claim(claim, Move::Appeal(Appeal::Drafted))?;
    let due = case.deadline.as_ref();
    Ok(DraftedAppeal {
        appeal: id,
        claim: claim.clone(),
        level: case.level,
        name: contest.level.name,
        amount: case.amount,
        due: due.map(|deadline| deadline.due(&BusinessCalendar::default())),
        source: contest.level.source,
        wanted: evidence::wanted(&case),
        evidence: case.evidence.clone(),
    })
}

fn letter_of_proof(claim: &ClaimId, proof: &proof::ProofOfFiling) -> Written {
    let title = format!("Proof of timely filing, claim {claim}");
    let text = format!("# {title}\n\n{}\n", proof.lines().join("\n"));
    let html = template::page(&title, &text);
    Written { text, html }
}

/// Why a rule cannot have a denial contested at a level, where it cannot.
pub(crate) fn cannot_begin(
    desk: &Desk<'_>,
    row: &ClaimRow,
    denial: &Denial,
    level: u8,
) -> Result<Option<String>, EngineError> {
    if !may_be_contested(denial) {
        return Ok(Some("there is no appeal against it (MA130)".to_owned()));
    }
    let before = latest(desk.tx.as_ref(), &row.id)?;
    if let Some((id, case)) = &before
        && case.filed.is_some()
        && case.decision.is_none()
    {
        return Ok(Some(format!("appeal {id} is at the payer")));
    }
    let lost = before.filter(|(_, case)| {
        let turned = |decision: scrubjay_model::AppealDecision| {
            decision.outcome == AppealOutcome::Overturned
        };
        case.decision.is_some_and(|decision| !turned(decision))
    });
    let next = lost.map_or(1, |(_, case)| case.level.saturating_add(1));
    if level < next {
        return Ok(Some(format!("the next level is {next}")));
    }
    let Some(told) = level_of(desk.config, &row.payer, level, denial.decided) else {
        return Ok(Some(format!("the payer has no level {level}")));
    };
    let deadline = time_to_file(desk.config, &row.payer, &told, denial.decided);
    let due = deadline.map(|deadline| deadline.due(&BusinessCalendar::default()));
    if let Some(due) = due.filter(|due| *due < desk.today()) {
        return Ok(Some(format!("its time ended on {due}")));
    }
    Ok(None)
}

/// Begins an appeal that a rule asks for: a person writes the letter. What else is
/// refused of the claim by the same decision is contested with it.
pub(crate) fn begin(
    desk: &mut Desk<'_>,
    claim: &ClaimId,
    denial: &Denial,
    level: u8,
) -> Result<(), EngineError> {
    let Some(row) = desk.tx.claim(claim)? else {
        return Ok(());
    };
    let open = latest(desk.tx.as_ref(), claim)?.filter(|(_, case)| case.decision.is_none());
    if let Some((id, case)) = open {
        // A decision that says again what one before it said adds nothing.
        let refused = standing(&desk.tx.history(claim)?).open();
        let mut record = case.into_record();
        record.amount = (record.amount + denial.amount).min(refused.max(denial.amount));
        return keep(desk, &id, record, None).map(drop);
    }
    let told = level_of(desk.config, &row.payer, level, denial.decided);
    let deadline =
        told.and_then(|told| time_to_file(desk.config, &row.payer, &told, denial.decided));
    let id = desk.new_record_id("A")?;
    let record = AppealRecord {
        claim: claim.clone(),
        level,
        amount: denial.amount,
        cause: Some(denial.category),
        deadline,
        drafted: desk.today(),
        filed: None,
        filing: None,
        withdrawn: None,
        decision: None,
        evidence: Vec::new(),
    };
    keep(desk, &id, record, None)?;
    desk.move_claim(claim, Move::Appeal(Appeal::Drafted))
        .map(drop)
}
