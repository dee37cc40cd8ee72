//! Step 6: a remittance is posted to the ledger, claim by claim.
//!
//! Every amount that a payer names goes to one of three places: cash, an
//! account that the reason code calls for, or nowhere yet (a denial stays on
//! the receivable until it is worked). A reversal carries the mirrored
//! amounts, so posting it by the same rules undoes the payment exactly.

use scrubjay_hooks::{Effect, EffectKind, Hook, RemittanceSubject, Subject};
use scrubjay_model::{
    Account, Adjudication, Claim, ClaimId, ClaimPaymentStatus, Money, PatientBilling, PostingSet,
    Remittance, RemittanceClaim, Responsibility, ResponsibleParty, Work, WorkKind,
};
use scrubjay_store::{ClaimFilter, ClaimRow, Event, MoneyKind, Move, Reader};

use crate::desk::{Desk, Moved};
use crate::steps::denial::{self, Refused};
use crate::steps::reason::{Place, place};
use crate::steps::refusal::all_can_be_done;
use crate::{Config, EngineError};

/// Tag of a claim whose payment was ever taken back by a reversal.
pub(crate) const REVERSED: &str = "reversed";

/// What became of a remittance.
#[derive(Debug, Default)]
pub(crate) struct Posted {
    pub(crate) claims: usize,
    pub(crate) unmatched: usize,
    pub(crate) paid: Money,
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

/// Posts a remittance that balances.
pub(crate) fn post(desk: &mut Desk<'_>, remittance: &Remittance) -> Result<Posted, EngineError> {
    let payer = payer_key(desk.config, remittance);
    let head = Remittance {
        claims: Vec::new(),
        ..remittance.clone()
    };
    desk.record(&Event::RemittanceTaken {
        remittance: Box::new(head),
        payer: payer.clone(),
        claims: u32::try_from(remittance.claims.len()).unwrap_or(u32::MAX),
    })?;
    let mut posted = Posted {
        paid: remittance.paid,
        ..Posted::default()
    };
    for remitted in &remittance.claims {
        posted.claims += 1;
        match find_claim(desk.tx.as_ref(), remitted)? {
            Some(row) => post_claim(desk, remittance, remitted, &row, &payer)?,
            None => {
                posted.unmatched += 1;
                set_aside(desk, remittance, remitted, &payer)?;
            }
        }
    }
    for adjustment in &remittance.provider_adjustments {
        // PLB amounts reduce the payment when positive (domain 2.6).
        let other_side = provider_level_account(&adjustment.reason, &payer);
        let postings = PostingSet::transfer(
            Account::Cash {
                payer: payer.clone(),
            },
            other_side,
            adjustment.amount,
        );
        desk.move_money(MoneyKind::ProviderLevel, None, postings)?;
    }
    Ok(posted)
}

/// Where a provider-level adjustment goes (PLB03-1).
fn provider_level_account(reason: &str, payer: &str) -> Account {
    match reason {
        "L6" => Account::Interest,
        "72" => Account::RefundsPayable,
        "50" | "51" => Account::OtherAdjustment,
        _ => Account::PayerTakebacks {
            payer: payer.to_owned(),
        },
    }
}

/// Our claim, where it is sure: the control number must lead to a claim whose
/// charge or whose patient agrees, since payers return damaged numbers.
fn find_claim(
    reader: &dyn Reader,
    remitted: &RemittanceClaim,
) -> Result<Option<ClaimRow>, EngineError> {
    let mut candidates = Vec::new();
    if let Ok(id) = remitted.control.trim().parse::<ClaimId>() {
        candidates.extend(reader.claim(&id)?);
    }
    if let Some(control) = &remitted.payer_control {
        let mut filter = ClaimFilter::default();
        filter.payer_control = Some(control.as_str().to_owned());
        candidates.extend(reader.claims(&filter)?);
    }
    for row in candidates {
        if row.charge == remitted.charge.abs() || same_patient(reader, &row.id, remitted)? {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

fn same_patient(
    reader: &dyn Reader,
    id: &ClaimId,
    remitted: &RemittanceClaim,
) -> Result<bool, EngineError> {
    let Some(theirs) = &remitted.patient else {
        return Ok(false);
    };
    let Some(claim) = reader.claim_document(id)? else {
        return Ok(false);
    };
    let ours = &claim.patient;
    let same_member = theirs.member.is_some()
        && (theirs.member == ours.member
            || claim
                .coverages
                .iter()
                .any(|coverage| coverage.member == theirs.member));
    let same_name = !theirs.name.last.is_empty()
        && theirs.name.last.eq_ignore_ascii_case(&ours.name.last)
        && match (&theirs.name.first, &ours.name.first) {
            (Some(theirs), Some(ours)) => theirs.eq_ignore_ascii_case(ours),
            _ => false,
        };
    Ok(same_member || same_name)
}

/// Money for a claim that we do not know waits as unapplied cash, with work to match it.
fn set_aside(
    desk: &mut Desk<'_>,
    remittance: &Remittance,
    remitted: &RemittanceClaim,
    payer: &str,
) -> Result<(), EngineError> {
    desk.record(&remitted_event(
        desk,
        remittance,
        remitted,
        payer,
        None,
        &Sorted::default(),
    ))?;
    let unapplied = Account::UnappliedCash {
        payer: payer.to_owned(),
    };
    let cash = Account::Cash {
        payer: payer.to_owned(),
    };
    desk.move_money(
        MoneyKind::ClaimRemitted,
        None,
        PostingSet::transfer(unapplied, cash, remitted.paid),
    )?;
    let reason = format!(
        "claim {} of the remittance from {payer} matches no claim of ours",
        remitted.ordinal
    );
    desk.open_work(WorkKind::UnmatchedRemittance, None, remitted.paid, reason)
}

fn remitted_event(
    desk: &Desk<'_>,
    remittance: &Remittance,
    remitted: &RemittanceClaim,
    payer: &str,
    claim: Option<&ClaimId>,
    sorted: &Sorted,
) -> Event {
    Event::ClaimRemitted {
        trace: remittance.trace.clone(),
        payer: payer.to_owned(),
        claim: claim.cloned(),
        remitted: Box::new(remitted.clone()),
        decided: remittance.effective.unwrap_or_else(|| desk.today()),
        allowed: remitted.charge - sorted.contractual,
        denied: sorted
            .refused
            .iter()
            .map(|refused| refused.adjustment.amount)
            .sum(),
    }
}

/// A remitted claim's adjustments, each sent to its place.
#[derive(Debug, Default)]
struct Sorted<'a> {
    contractual: Money,
    patient: Money,
    other: Money,
    refused: Vec<Refused<'a>>,
    /// Amounts that a person must look at before they post.
    review: Vec<String>,
}

impl<'a> Sorted<'a> {
    fn of(remitted: &'a RemittanceClaim, decided: chrono::NaiveDate) -> Self {
        let mut sorted = Self::default();
        let at_claim = remitted
            .adjustments
            .iter()
            .map(|adjustment| (None, adjustment, remitted.remarks.as_slice()));
        let at_lines = remitted
            .lines
            .iter()
            .zip(1u32..)
            .flat_map(|(line, number)| {
                line.adjustments.iter().map(move |adjustment| {
                    (Some((number, line)), adjustment, line.remarks.as_slice())
                })
            });
        for (line, adjustment, remarks) in at_claim.chain(at_lines) {
            // A line's reason may be explained by the claim's remark codes too.
            let mut all_remarks = remarks.to_vec();
            if line.is_some() {
                all_remarks.extend(remitted.remarks.iter().cloned());
            }
            match place(adjustment, &all_remarks, decided) {
                Place::Contractual => sorted.contractual += adjustment.amount,
                Place::Patient => sorted.patient += adjustment.amount,
                Place::OtherAdjustment => sorted.other += adjustment.amount,
                Place::AlreadyPosted => {}
                Place::Review(why) => {
                    sorted
                        .review
                        .push(format!("{}-{}: {why}", adjustment.group, adjustment.carc));
                }
                Place::Refused(defaults) => sorted.refused.push(Refused {
                    line: line.map(|(number, _)| number),
                    adjustment,
                    remarks: all_remarks,
                    defaults,
                }),
            }
        }
        sorted
    }
}

fn post_claim(
    desk: &mut Desk<'_>,
    remittance: &Remittance,
    remitted: &RemittanceClaim,
    row: &ClaimRow,
    payer: &str,
) -> Result<(), EngineError> {
    let decided = remittance.effective.unwrap_or_else(|| desk.today());
    let sorted = Sorted::of(remitted, decided);
    let claim = desk.tx.claim_document(&row.id)?;
    ask_rules(desk, remittance, remitted, claim.as_ref(), row)?;
    desk.record(&remitted_event(
        desk,
        remittance,
        remitted,
        payer,
        Some(&row.id),
        &sorted,
    ))?;
    if let Some(payer_control) = &remitted.payer_control {
        desk.learn_payer_control(&row.id, payer_control)?;
    }
    let is_reversal = remitted.status == ClaimPaymentStatus::Reversal;
    let kind = if is_reversal {
        MoneyKind::RemittanceReversed
    } else {
        MoneyKind::ClaimRemitted
    };
    desk.move_money(
        kind,
        Some(&row.id),
        postings(&row.id, remitted, &sorted, payer),
    )?;
    for why in &sorted.review {
        desk.open_work(
            WorkKind::PostingReview,
            Some(&row.id),
            Money::ZERO,
            why.clone(),
        )?;
    }
    if is_reversal {
        desk.close_work(&row.id, WorkKind::Denial, "the decision was reversed")?;
        // Its first adjudication did not settle it, whatever the correction says.
        desk.record(&Event::Tagged {
            claim: row.id.clone(),
            tag: REVERSED.to_owned(),
        })?;
    } else {
        // A later decision that refuses nothing settles what an earlier one refused.
        if sorted.refused.is_empty() {
            desk.close_work(
                &row.id,
                WorkKind::Denial,
                "a later decision refuses nothing",
            )?;
        }
        denial::work(desk, &row.id, claim.as_ref(), &sorted.refused, decided)?;
    }
    set_status(desk, row, claim.as_ref(), remitted, &sorted)
}

fn postings(
    claim: &ClaimId,
    remitted: &RemittanceClaim,
    sorted: &Sorted<'_>,
    payer: &str,
) -> PostingSet {
    let owed_by = |party| Account::Receivable {
        claim: claim.clone(),
        party,
    };
    let insurance = || owed_by(ResponsibleParty::Insurance);
    let mut set = PostingSet::empty();
    set.add_transfer(
        insurance(),
        Account::Cash {
            payer: payer.to_owned(),
        },
        remitted.paid,
    );
    set.add_transfer(
        insurance(),
        Account::ContractualAdjustment,
        sorted.contractual,
    );
    set.add_transfer(insurance(), Account::OtherAdjustment, sorted.other);
    set.add_transfer(
        insurance(),
        owed_by(ResponsibleParty::Patient),
        sorted.patient,
    );
    set
}

/// Asks the handlers of the hook `remittance` and carries out what they ask for.
fn ask_rules(
    desk: &mut Desk<'_>,
    remittance: &Remittance,
    remitted: &RemittanceClaim,
    claim: Option<&Claim>,
    row: &ClaimRow,
) -> Result<(), EngineError> {
    let profile = desk
        .config
        .payer_by_key(&row.payer)
        .map(|payer| &payer.profile);
    let subject = RemittanceSubject {
        remittance,
        remitted,
        claim,
        expected: None,
        payer: profile,
    };
    let mut outcome = desk.handlers.judge(
        Hook::Remittance,
        Subject::Remittance(&subject),
        desk.stamp.at,
    );
    if outcome.findings.is_empty() && outcome.effects.is_empty() && outcome.ran.is_empty() {
        return Ok(());
    }
    let can = [EffectKind::OpenTask, EffectKind::Tag];
    let refused = all_can_be_done(Hook::Remittance, &outcome, &can).err();
    outcome.findings.extend(refused.as_deref().cloned());
    for finding in outcome.findings.iter().filter(|finding| finding.holds()) {
        // Money that came has come: a block here cannot undo it, only ask for a look.
        let reason = format!("{} ({})", finding.message, finding.rule);
        desk.open_work(
            WorkKind::PostingReview,
            Some(&row.id),
            remitted.paid,
            reason,
        )?;
    }
    let effects = outcome.effects.iter().filter(|_| refused.is_none());
    for (rule, effect) in effects {
        match effect {
            Effect::OpenTask {
                reason,
                owner,
                days,
            } => {
                let reason = format!("{reason} ({rule})");
                desk.open_work_for(
                    WorkKind::Task,
                    Some(&row.id),
                    remitted.paid,
                    reason,
                    owner.clone(),
                    *days,
                )?;
            }
            Effect::Tag { tag } => {
                desk.record_by_rule(
                    rule,
                    &outcome,
                    &Event::Tagged {
                        claim: row.id.clone(),
                        tag: tag.clone(),
                    },
                )?;
            }
            // Refused above.
            _ => {}
        }
    }
    desk.record(&Event::Judged {
        claim: row.id.clone(),
        hook: Hook::Remittance,
        outcome,
    })
}

/// Moves the claim to where the decision leaves it.
fn set_status(
    desk: &mut Desk<'_>,
    row: &ClaimRow,
    claim: Option<&Claim>,
    remitted: &RemittanceClaim,
    sorted: &Sorted<'_>,
) -> Result<(), EngineError> {
    let id = &row.id;
    if desk.move_claim(id, Move::Work(Work::Adjudicated))? == Moved::Refused {
        let reason = format!(
            "the payer decided on a claim that is `{}` here",
            row.status.work
        );
        desk.open_work(WorkKind::PostingReview, Some(id), remitted.paid, reason)?;
    }
    desk.close_work(id, WorkKind::Rejection, "the payer decided on it")?;
    desk.move_claim(id, Move::Adjudication(adjudication(remitted, sorted)))?;

    let insurance = desk.tx.balance(id, ResponsibleParty::Insurance)?;
    let patient = desk.tx.balance(id, ResponsibleParty::Patient)?;
    let next_payer = claim.and_then(|claim| next_responsibility(claim, remitted));
    let refused = !sorted.refused.is_empty();
    let reversed = remitted.status == ClaimPaymentStatus::Reversal;
    let responsibility = match next_payer {
        _ if reversed => order(claim),
        Some(next) if !refused && patient.is_positive() => next,
        _ if !insurance.is_zero() || refused => order(claim),
        _ if patient.is_positive() => Responsibility::Patient,
        _ => Responsibility::None,
    };
    desk.move_claim(id, Move::Responsibility(responsibility))?;
    if responsibility == Responsibility::Patient {
        desk.move_claim(id, Move::Patient(PatientBilling::Ready))?;
    } else if patient.is_zero() && row.status.patient == PatientBilling::Ready {
        desk.move_claim(id, Move::Patient(PatientBilling::NotBilled))?;
    }
    if responsibility == Responsibility::None && !reversed {
        desk.move_claim(id, Move::Work(Work::Closed))?;
    }
    Ok(())
}

fn adjudication(remitted: &RemittanceClaim, sorted: &Sorted<'_>) -> Adjudication {
    let refused = !sorted.refused.is_empty();
    match remitted.status {
        ClaimPaymentStatus::Reversal => Adjudication::Reversed,
        ClaimPaymentStatus::NotOurs => Adjudication::Forwarded,
        ClaimPaymentStatus::PatientUnknown => Adjudication::Denied,
        _ if refused && remitted.paid.is_positive() => Adjudication::PartiallyPaid,
        _ if refused => Adjudication::Denied,
        _ if remitted.paid.is_zero() && sorted.patient.is_positive() => {
            Adjudication::PatientResponsibility
        }
        _ => Adjudication::Paid,
    }
}

/// The payer that this claim went to, as a place in the order.
fn order(claim: Option<&Claim>) -> Responsibility {
    use scrubjay_model::CoverageOrder::{Later, Primary, Secondary, Tertiary};
    match claim.map_or(Primary, Claim::order) {
        Primary | Later => Responsibility::Primary,
        Secondary => Responsibility::Secondary,
        Tertiary => Responsibility::Tertiary,
    }
}

/// The next payer in order: one that the claim lists, or one that the payer
/// says it forwarded the claim to.
fn next_responsibility(claim: &Claim, remitted: &RemittanceClaim) -> Option<Responsibility> {
    let now = claim.order();
    let next = match order(Some(claim)) {
        Responsibility::Primary => Responsibility::Secondary,
        _ => Responsibility::Tertiary,
    };
    let listed = claim.coverages.iter().any(|coverage| coverage.order > now);
    let forwarded = matches!(remitted.status, ClaimPaymentStatus::Forwarded(_));
    (listed || forwarded).then_some(next)
}
