//! Step 7: what a payer refused is classified and given to someone.

use chrono::NaiveDate;
use scrubjay_hooks::{DenialSubject, Effect, Hook, Outcome, Subject};
use scrubjay_model::{
    Adjustment, AsSent, Claim, ClaimId, Denial, DenialOutcome, Money, Owner, Rarc, RemittanceLine,
    ResponsibleParty, ServiceLine, WorkKind,
};
use scrubjay_store::Event;

use crate::EngineError;
use crate::desk::Desk;
use crate::steps::past::first_accepted;
use crate::steps::reason::Refusal;

use self::effects::About;
pub(crate) use self::effects::{Wanted, carry_out};
pub(crate) use self::settle::paid_on_correction;

mod effects;
pub(crate) mod error;
pub(crate) mod list;
pub(crate) mod settle;
pub(crate) mod standing;
pub(crate) mod worth;

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

/// A refused amount, classified.
struct Classified {
    denial: Denial,
    owner: Owner,
    days: u32,
    /// What rules have said of it, where its effects can be carried out.
    outcome: Option<Outcome>,
}

/// Classifies each refused amount, by script or else by the table, journals
/// it, and opens one work item for the claim. What rules want done beyond that is
/// returned: it is carried out once the claim stands where the decision leaves it.
pub(crate) fn work(
    desk: &mut Desk<'_>,
    id: &ClaimId,
    claim: Option<&Claim>,
    refused: &[Refused<'_>],
    decided: NaiveDate,
) -> Result<Vec<Wanted>, EngineError> {
    let mut actions = Actions::default();
    let mut wanted = Vec::new();
    let mut free = desk.tx.balance(id, ResponsibleParty::Insurance)?;
    for (place, refused) in refused.iter().enumerate() {
        let classified = classify(desk, id, (claim, free), refused, decided)?;
        free -= classified.settled();
        actions.take(&classified);
        let Classified {
            denial, outcome, ..
        } = classified;
        if let Some(outcome) = &outcome {
            wanted.extend(effects::wanted(place, &denial, outcome));
        }
        desk.record(&Event::Denied {
            denial: Box::new(denial),
        })?;
    }
    actions.open(desk, id)?;
    Ok(wanted)
}

/// What is to be done about a claim, by whom, and in how many days.
#[derive(Default)]
struct Actions {
    listed: Vec<(String, Owner, u32)>,
    amount: Money,
}

impl Actions {
    fn take(&mut self, classified: &Classified) {
        let Classified {
            denial,
            owner,
            days,
            outcome,
        } = classified;
        let settled = classified.settled();
        if settled >= denial.amount && settled.is_positive() {
            return;
        }
        self.amount += denial.amount - settled;
        let effects = outcome.as_ref().map_or(&[][..], |outcome| &outcome.effects);
        let what = format!(
            "{}-{} {}",
            denial.group,
            denial.carc,
            denial.category.as_str()
        );
        let mut asked = false;
        for (rule, effect) in effects {
            let (begin, reason, owner, days) = match effect {
                Effect::Appeal {
                    level,
                    reason,
                    owner,
                    days,
                } => (format!("appeal level {level}"), reason, owner, days),
                Effect::CorrectAndResubmit {
                    reason,
                    owner,
                    days,
                } => ("correct and send again".to_owned(), reason, owner, days),
                _ => continue,
            };
            asked = true;
            self.list(format!("{what}: {begin}: {reason} ({rule})"), owner, *days);
        }
        if !asked {
            self.list(format!("{what}: {}", denial.action), owner, *days);
        }
    }

    fn list(&mut self, action: String, owner: &Owner, days: u32) {
        if !self.listed.iter().any(|(listed, _, _)| *listed == action) {
            self.listed.push((action, owner.clone(), days));
        }
    }

    /// Opens one item: the most pressing reason decides who works the claim and by
    /// when.
    fn open(self, desk: &mut Desk<'_>, id: &ClaimId) -> Result<(), EngineError> {
        let pressing = self.listed.iter().min_by_key(|(_, _, days)| *days).cloned();
        let Some((_, owner, days)) = pressing else {
            return Ok(());
        };
        let reasons = self.listed.into_iter().map(|(action, _, _)| action);
        let reason = reasons.collect::<Vec<_>>().join("; ");
        desk.open_work_for(WorkKind::Denial, Some(id), self.amount, reason, owner, days)
    }
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
    (claim, free): (Option<&Claim>, Money),
    refused: &Refused<'_>,
    decided: NaiveDate,
) -> Result<Classified, EngineError> {
    let defaults = &refused.defaults;
    let line = match (claim, refused.line) {
        (Some(claim), Some(place)) => Some(on_claim(desk, claim, place)?),
        (_, place) => place,
    };
    let denial = Denial {
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
    let Some(row) = desk.tx.claim(id)? else {
        return Err(EngineError::NoClaim { claim: id.clone() });
    };
    let payer = desk.config.payer_by_key(&row.payer);
    let subject = DenialSubject {
        denial: &denial,
        claim,
        payer: payer.map(|payer| &payer.profile),
        accepted: first_accepted(&desk.tx.history(id)?, id),
    };
    let mut outcome = desk
        .handlers
        .judge(Hook::Denial, Subject::Denial(&subject), desk.stamp.at);
    let mut classified = Classified {
        owner: Owner(defaults.owner.clone()),
        days: defaults.days,
        outcome: None,
        denial: denial.clone(),
    };
    let about = About {
        row: &row,
        claim,
        denial: &denial,
        free,
    };
    match effects::can_be_done(desk, &about, &outcome)? {
        Err(finding) => {
            let reason = finding.message.clone();
            desk.open_work(WorkKind::PostingReview, Some(id), denial.amount, reason)?;
            outcome.findings.push(*finding);
        }
        Ok(()) => {
            for asked in &outcome.effects {
                match asked {
                    (rule, effect @ Effect::ClassifyDenial { .. }) => {
                        classified.by_rule(rule, effect);
                    }
                    other => desk.do_for_claim(id, denial.amount, other, &outcome)?,
                }
            }
            classified.outcome = Some(outcome.clone());
        }
    }
    if !(outcome.ran.is_empty() && outcome.findings.is_empty()) {
        desk.record(&Event::Judged {
            claim: id.clone(),
            hook: Hook::Denial,
            outcome,
        })?;
    }
    Ok(classified)
}

impl Classified {
    /// How much of it rules settle at once.
    fn settled(&self) -> Money {
        let effects = self
            .outcome
            .as_ref()
            .map_or(&[][..], |outcome| &outcome.effects);
        effects::settled(&self.denial, effects)
    }

    /// As a rule says it.
    fn by_rule(&mut self, rule: &str, effect: &Effect) {
        if let Effect::ClassifyDenial {
            category,
            recoverable,
            action,
            owner,
            days,
        } = effect
        {
            self.denial.category = *category;
            self.denial.recoverable = *recoverable;
            self.denial.action.clone_from(action);
            rule.clone_into(&mut self.denial.classified_by);
            self.owner = owner.clone();
            self.days = *days;
        }
    }
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
