//! The charges of a visit judged together: what rules derive of what was
//! entered, and what holds a charge.
//!
//! A rule about one charge may look at the others, so that each change judges
//! all of them that are not billed yet, and always from what was entered: the
//! order in which charges come, or are taken back, changes nothing.

use rust_decimal::Decimal;
use scrubjay_hooks::{
    About, ChargeSubject, Effect, EffectKind, Finding, Hook, Outcome, Severity, Subject,
};
use scrubjay_model::{
    Billing, Charge, ChargeId, ChargeRecord, Encounter, EncounterId, Modifier, Money, Person,
    RecordKey, WorkKind,
};
use scrubjay_store::{Cause, Event, Stamp};
use serde::Serialize;

use super::{VisitPayer, as_entered, charges_of, list_price, payer_of};
use crate::desk::Desk;
use crate::steps::judged::{JudgedRecord, judge_planned};
use crate::steps::refusal::{EFFECT_REFUSED, refused};
use crate::{Config, EngineError};

/// How often the charges of a visit are judged until rules leave them as they
/// are. The first time derives and the second confirms; rules that build on one
/// another need more.
const ROUNDS: usize = 4;

/// What this step carries out itself.
const CAN: [EffectKind; 2] = [EffectKind::AddModifier, EffectKind::SetUnits];

/// What a rule made of a charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Derived {
    /// Rule.
    pub rule: String,
    /// What it changed.
    #[serde(flatten)]
    pub change: Derivation,
    /// Why, as the rule says.
    pub reason: String,
    /// The charge's amount from then on.
    pub amount: Money,
}

/// A change that a rule makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "derived", rename_all = "snake_case")]
pub enum Derivation {
    /// A modifier was put behind the others.
    Modifier {
        /// Modifier.
        modifier: Modifier,
    },
    /// The units were set.
    Units {
        /// What was entered, or set before.
        before: Decimal,
        /// What they are now.
        after: Decimal,
    },
}

/// What became of a charge of the visit.
pub(super) struct Settled {
    pub(super) charge: ChargeId,
    pub(super) derived: Vec<Derived>,
    pub(super) findings: Vec<Finding>,
}

/// A charge while its visit is judged.
struct Open {
    /// As it is kept.
    kept: Charge,
    /// From what was entered, with what rules have derived so far.
    now: Charge,
    /// Whether its amount is the charge master's, and goes with units and modifiers.
    from_master: bool,
    /// What rules made of it.
    steps: Vec<Step>,
    judged: JudgedRecord,
}

/// One change by a rule.
struct Step {
    derived: Derived,
    /// The rule's version.
    version: String,
    /// The charge behind it.
    charge: Charge,
}

/// Judges the charges of a visit that are not billed, keeps what rules derive,
/// and gives those that are held to a person.
pub(super) fn settle(
    desk: &mut Desk<'_>,
    visit: &EncounterId,
) -> Result<Vec<Settled>, EngineError> {
    let Some(visit) = desk.encounter(visit)? else {
        return Ok(Vec::new());
    };
    let patient = desk.patient(&visit.patient)?;
    let config = desk.config;
    let payer = payer_of(config, patient.as_ref(), visit.service_date());
    let (mut open, mut billed) = (Vec::new(), Vec::new());
    for charge in charges_of(desk, &visit.id)? {
        match charge.billing {
            Billing::Unbilled => open.push(begin(desk, charge, &payer)?),
            _ => billed.push(charge),
        }
    }
    let around = Around {
        visit: &visit,
        patient: patient.as_ref().map(|patient| &patient.person),
        payer: &payer,
    };
    let mut changing = vec![true; open.len()];
    for _ in 0..ROUNDS {
        changing = judge_each(desk, around, &mut open, &billed)?;
        if !changing.contains(&true) {
            break;
        }
    }
    let mut settled = Vec::new();
    for (mut one, still_changes) in open.into_iter().zip(changing) {
        if still_changes {
            refuse(desk, &mut one, endless())?;
        }
        keep(desk, &one)?;
        hold_or_free(desk, &one)?;
        let derived = one.steps.into_iter().map(|step| step.derived);
        settled.push(Settled {
            charge: one.now.id.clone(),
            derived: derived.collect(),
            findings: one.judged.findings,
        });
    }
    Ok(settled)
}

/// What the charges of a visit have in common.
#[derive(Clone, Copy)]
struct Around<'a> {
    visit: &'a Encounter,
    patient: Option<&'a Person>,
    payer: &'a VisitPayer<'a>,
}

/// Judges each charge once, beside the others as they were before. Whether rules
/// changed it, of each.
fn judge_each(
    desk: &mut Desk<'_>,
    around: Around<'_>,
    open: &mut [Open],
    billed: &[Charge],
) -> Result<Vec<bool>, EngineError> {
    let Around {
        visit,
        patient,
        payer,
    } = around;
    let config = desk.config;
    let now = open.iter().map(|one| one.now.clone());
    let seen: Vec<Charge> = now.chain(billed.iter().cloned()).collect();
    let mut changed = Vec::new();
    for (at, one) in open.iter_mut().enumerate() {
        let others = [&seen[..at], &seen[at + 1..]].concat();
        let subject = ChargeSubject {
            charge: &seen[at],
            visit,
            others: &others,
            patient,
            payer: payer.profile(),
        };
        let key = RecordKey::from(&seen[at].id);
        let plan = |outcome: &Outcome| derived(config, one, payer.key(), outcome);
        let subject = Subject::Charge(&subject);
        let (judged, steps) = judge_planned(desk, Hook::Charge, &key, subject, &CAN, plan)?;
        one.judged = judged;
        changed.push(!steps.is_empty());
        if let Some(last) = steps.last() {
            one.now = last.charge.clone();
        }
        one.steps.extend(steps);
    }
    Ok(changed)
}

/// A charge as it was entered, to be judged.
fn begin(desk: &Desk<'_>, kept: Charge, payer: &VisitPayer<'_>) -> Result<Open, EngineError> {
    let entered = as_entered(desk.tx.as_ref(), &kept)?;
    let list = list_price(desk.config, &entered, payer.key());
    Ok(Open {
        from_master: list == Some(entered.amount),
        now: Charge::new(entered).map_err(super::ChargeEntryError::from)?,
        kept,
        steps: Vec::new(),
        judged: JudgedRecord::default(),
    })
}

/// Holds the charge with a finding that it cannot be what rules ask for.
fn refuse(desk: &mut Desk<'_>, one: &mut Open, finding: Finding) -> Result<(), EngineError> {
    desk.record(&Event::RecordJudged {
        record: (&one.now.id).into(),
        hook: Hook::Charge,
        outcome: Outcome {
            findings: vec![finding.clone()],
            ..Outcome::default()
        },
    })?;
    one.judged.held_by.push(finding.rule.clone());
    one.judged.findings.push(finding);
    Ok(())
}

/// The finding that rules do not come to an end.
fn endless() -> Finding {
    Finding {
        rule: EFFECT_REFUSED.to_owned(),
        severity: Severity::Block,
        message: format!(
            "rules were asked {ROUNDS} times and go on changing the charge: mend those that              undo or repeat each other's work"
        ),
        about: About::Whole,
        prevents: Vec::new(),
        cite: None,
        overridable: false,
        shadow: false,
    }
}

/// What the effects of a judgement make of a charge, one by one; the finding
/// where one of them cannot be carried out.
fn derived(
    config: &Config,
    one: &Open,
    payer: Option<&str>,
    outcome: &Outcome,
) -> Result<Vec<Step>, Box<Finding>> {
    let mut all: Vec<Step> = Vec::new();
    let mut units_by: Option<(&str, Decimal)> = None;
    for (rule, effect) in &outcome.effects {
        let last = all.last().map_or(&one.now, |step| &step.charge);
        let mut record: ChargeRecord = last.clone().into_record();
        let refuse = |why: &str| Box::new(refused(rule, effect, why));
        let (change, reason) = match effect {
            Effect::AddModifier { modifier, reason } => {
                if record.modifiers.contains(modifier) {
                    continue;
                }
                record.modifiers.push(modifier.clone());
                let modifier = modifier.clone();
                (Derivation::Modifier { modifier }, reason)
            }
            Effect::SetUnits { units, reason } => {
                if let Some((other, set)) = units_by.filter(|(_, set)| set != units) {
                    return Err(refuse(&format!("`{other}` asked for {set} units")));
                }
                units_by = Some((rule, *units));
                if record.units == *units {
                    continue;
                }
                let before = record.units;
                record.units = *units;
                let after = *units;
                (Derivation::Units { before, after }, reason)
            }
            _ => continue,
        };
        if one.from_master {
            let list = list_price(config, &record, payer);
            record.amount = list.ok_or_else(|| refuse("no price follows from it"))?;
        }
        let amount = record.amount;
        let charge = Charge::new(record).map_err(|error| refuse(&error.to_string()))?;
        let derived = Derived {
            rule: rule.clone(),
            change,
            reason: reason.clone(),
            amount,
        };
        let ran = outcome.ran.iter().find(|ran| *ran.rule == **rule);
        all.push(Step {
            derived,
            version: ran.map_or_else(String::new, |ran| ran.version.to_string()),
            charge,
        });
    }
    Ok(all)
}

/// Keeps the charge where rules make something else of it than is kept: each
/// step with the rule as its cause.
fn keep(desk: &mut Desk<'_>, one: &Open) -> Result<(), EngineError> {
    if one.now == one.kept {
        return Ok(());
    }
    if one.steps.is_empty() {
        // What rules had derived does not follow any more.
        return desk.keep(one.now.clone(), None);
    }
    for step in &one.steps {
        let stamp = Stamp {
            cause: Cause::Rule {
                rule: step.derived.rule.clone(),
                version: step.version.clone(),
            },
            ..desk.stamp.clone()
        };
        let record = step.charge.clone().into();
        desk.tx
            .append(&stamp, &Event::RecordKept { record, due: None })?;
    }
    Ok(())
}

/// Gives a charge that is held to a person, once, and takes it back from them
/// where nothing holds it any more.
fn hold_or_free(desk: &mut Desk<'_>, one: &Open) -> Result<(), EngineError> {
    let key = RecordKey::from(&one.now.id);
    let mut held_by = one.judged.held_by.clone();
    held_by.sort();
    held_by.dedup();
    if held_by.is_empty() {
        return desk.close_record_work(&key, WorkKind::Charge, "nothing holds it any more");
    }
    let reason = held_by.join(", ");
    let open = desk.tx.record_work(&key)?;
    let mut open = open.iter().filter(|item| item.kind == WorkKind::Charge);
    if open.any(|item| item.reason == reason && item.amount == one.now.amount) {
        return Ok(());
    }
    desk.close_record_work(&key, WorkKind::Charge, "another took its place")?;
    desk.open_record_work(WorkKind::Charge, &key, one.now.amount, reason)
}
