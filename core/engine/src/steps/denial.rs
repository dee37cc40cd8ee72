//! Step 7: what a payer refused is classified and given to someone.

use chrono::NaiveDate;
use scrubjay_hooks::{DenialSubject, Effect, EffectKind, Finding, Hook, Subject};
use scrubjay_model::{
    Adjustment, AsSent, Claim, ClaimId, Denial, DenialOutcome, Money, Owner, Rarc, RemittanceLine,
    ServiceLine, WorkKind,
};
use scrubjay_store::Event;

use crate::EngineError;
use crate::desk::Desk;
use crate::steps::past::first_accepted;
use crate::steps::reason::Refusal;
use crate::steps::refusal::all_can_be_done;

pub(crate) mod standing;

/// What this step can do.
const CARRIED_OUT: [EffectKind; 3] = [
    EffectKind::ClassifyDenial,
    EffectKind::OpenTask,
    EffectKind::Tag,
];

/// An adjustment that refuses money.
#[derive(Debug)]
pub(crate) struct Refused<'a> {
    /// Service line, 1-based in the remittance; `None` at claim level.
    pub(crate) line: Option<u32>,
    pub(crate) adjustment: &'a Adjustment,
    pub(crate) remarks: Vec<AsSent<Rarc>>,
    /// What the table says, where no script says better.
    pub(crate) defaults: Refusal,
}

/// Classifies each refused amount, by script or else by the table, journals
/// it, and opens one work item for the claim.
pub(crate) fn work(
    desk: &mut Desk<'_>,
    id: &ClaimId,
    claim: Option<&Claim>,
    refused: &[Refused<'_>],
    decided: NaiveDate,
) -> Result<(), EngineError> {
    let mut actions: Vec<(String, Owner, u32)> = Vec::new();
    let mut amount = Money::ZERO;
    for refused in refused {
        let (denial, owner, days) = classify(desk, id, claim, refused, decided)?;
        amount += denial.amount;
        let action = format!(
            "{}-{} {}: {}",
            denial.group,
            denial.carc,
            denial.category.as_str(),
            denial.action
        );
        if !actions.iter().any(|(listed, _, _)| *listed == action) {
            actions.push((action, owner, days));
        }
        desk.record(&Event::Denied {
            denial: Box::new(denial),
        })?;
    }
    // The most pressing reason decides who works the claim and by when.
    let Some(pressing) = actions.iter().min_by_key(|(_, _, days)| *days).cloned() else {
        return Ok(());
    };
    let (_, owner, days) = pressing;
    let reason = actions
        .into_iter()
        .map(|(action, _, _)| action)
        .collect::<Vec<_>>()
        .join("; ");
    desk.open_work_for(WorkKind::Denial, Some(id), amount, reason, owner, days)
}

/// A later decision refuses nothing of what was refused before.
pub(crate) fn overturned(desk: &mut Desk<'_>, id: &ClaimId) -> Result<(), EngineError> {
    let amount = standing::standing(&desk.tx.history(id)?).overturned();
    if !amount.is_positive() {
        return Ok(());
    }
    desk.record(&Event::DenialSettled {
        claim: id.clone(),
        outcome: DenialOutcome::Overturned,
        amount,
    })
}

/// The number on the claim of a line of its latest remittance.
fn on_claim(desk: &Desk<'_>, claim: &Claim, place: u32) -> Result<u32, EngineError> {
    let remitted = desk.tx.remitted(&claim.id)?.pop();
    let at = usize::try_from(place).unwrap_or(usize::MAX);
    let line = remitted
        .as_ref()
        .and_then(|row| row.remitted.lines.get(at.checked_sub(1)?));
    Ok(line
        .and_then(|line| line_number(claim, line))
        .unwrap_or(place))
}

/// The claim's line that a remitted line is about: the one with its control
/// number (REF*6R), else the only one with its procedure, charge and day. A payer
/// may return lines in another order, or bundled, and without their numbers.
fn line_number(claim: &Claim, remitted: &RemittanceLine) -> Option<u32> {
    fn only<'l>(mut fitting: impl Iterator<Item = &'l ServiceLine>) -> Option<u32> {
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first.number)
    }
    let control = remitted.control.as_deref().map(str::trim);
    let by_control = control.and_then(|control| {
        let own = |line: &&ServiceLine| line.control.as_deref().map(str::trim) == Some(control);
        only(claim.lines.iter().filter(own))
    });
    by_control.or_else(|| {
        only(claim.lines.iter().filter(|line| {
            line.procedure.is_some()
                && line.procedure == remitted.procedure
                && line.charge == remitted.charge
                && remitted.from.is_none_or(|day| line.from == Some(day))
        }))
    })
}

fn classify(
    desk: &mut Desk<'_>,
    id: &ClaimId,
    claim: Option<&Claim>,
    refused: &Refused<'_>,
    decided: NaiveDate,
) -> Result<(Denial, Owner, u32), EngineError> {
    let defaults = &refused.defaults;
    let line = match (claim, refused.line) {
        (Some(claim), Some(place)) => Some(on_claim(desk, claim, place)?),
        (_, place) => place,
    };
    let mut denial = Denial {
        claim: id.clone(),
        line,
        group: refused.adjustment.group.clone(),
        carc: refused.adjustment.carc.clone(),
        remarks: refused.remarks.clone(),
        amount: refused.adjustment.amount,
        decided,
        category: defaults.category,
        recoverable: defaults.recoverable,
        action: defaults.action.clone(),
        classified_by: "scrubjay-codes".to_owned(),
    };
    let payer = desk.tx.claim(id)?.map(|row| row.payer).unwrap_or_default();
    let profile = desk.config.payer_by_key(&payer).map(|payer| &payer.profile);
    let subject = DenialSubject {
        denial: &denial,
        claim,
        payer: profile,
        accepted: first_accepted(&desk.tx.history(id)?, id),
    };
    let mut outcome = desk
        .handlers
        .judge(Hook::Denial, Subject::Denial(&subject), desk.stamp.at);
    let mut owner = Owner(defaults.owner.clone());
    let mut due = defaults.days;
    let refused = all_can_be_done(Hook::Denial, &outcome, &CARRIED_OUT).err();
    if let Some(finding) = &refused {
        let reason = finding.message.clone();
        desk.open_work(WorkKind::PostingReview, Some(id), denial.amount, reason)?;
        outcome.findings.push(Finding::clone(finding));
    }
    let effects = outcome.effects.iter().filter(|_| refused.is_none());
    for asked in effects {
        match asked {
            (
                rule,
                Effect::ClassifyDenial {
                    category,
                    recoverable,
                    action,
                    owner: by,
                    days,
                },
            ) => {
                denial.category = *category;
                denial.recoverable = *recoverable;
                denial.action.clone_from(action);
                denial.classified_by.clone_from(rule);
                owner = by.clone();
                due = *days;
            }
            other => desk.do_for_claim(id, denial.amount, other, &outcome)?,
        }
    }
    if !(outcome.ran.is_empty() && outcome.findings.is_empty()) {
        desk.record(&Event::Judged {
            claim: id.clone(),
            hook: Hook::Denial,
            outcome,
        })?;
    }
    Ok((denial, owner, due))
}

#[cfg(test)]
mod tests {
    use super::*;
    use scrubjay_store::conformance::sample;

    /// A claim of three lines: two alike, and one that stands alone.
    fn claim() -> Claim {
        let mut claim = sample::claim("K-1", 100);
        let first = claim.lines[0].clone();
        for (number, code) in [(2, "G0439"), (3, "G0463")] {
            claim.lines.push(ServiceLine {
                number,
                control: Some(number.to_string()),
                procedure: Some(AsSent::read(code)),
                ..first.clone()
            });
        }
        claim
    }

    fn remitted(control: Option<&str>, code: &str) -> RemittanceLine {
        let line = &claim().lines[0];
        RemittanceLine {
            qualifier: line.qualifier.clone(),
            procedure: Some(AsSent::read(code)),
            modifiers: Vec::new(),
            charge: line.charge,
            paid: Money::ZERO,
            units: None,
            from: line.from,
            to: None,
            control: control.map(str::to_owned),
            allowed: None,
            adjustments: Vec::new(),
            remarks: Vec::new(),
        }
    }

    #[test]
    fn a_denied_line_is_known_by_its_control_number_in_whatever_order_it_comes() {
        let claim = claim();
        assert_eq!(line_number(&claim, &remitted(Some("2"), "G0439")), Some(2));
        assert_eq!(
            line_number(&claim, &remitted(Some(" 3 "), "G0463")),
            Some(3)
        );
        // Without the number, by what only one line is.
        assert_eq!(line_number(&claim, &remitted(None, "G0463")), Some(3));
        assert_eq!(line_number(&claim, &remitted(Some("X9"), "G0463")), Some(3));
        // Two are alike, and one is of another day.
        assert_eq!(line_number(&claim, &remitted(None, "G0439")), None);
        let mut other_day = remitted(None, "G0463");
        other_day.from = Some(sample::day(9));
        assert_eq!(line_number(&claim, &other_day), None);
    }
}
