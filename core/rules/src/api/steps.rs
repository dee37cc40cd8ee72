//! What rules ask for at the hooks before and after the claim itself.

use std::sync::{Arc, Mutex};

use rhai::{Dynamic, EvalAltResult, INT};
use rust_decimal::Decimal;
use scrubjay_hooks::{CollectionStep, Effect, EffectKind, FollowUpWay};
use scrubjay_model::{Axis, Money, Owner, Responsibility, WriteOffReason};

use super::answer::named;
use super::date::Date;
use super::effects::task_days;
use super::{Api, Asks, Kind, fault, frame};
use crate::frame::Frame;

type Done = Result<(), Box<EvalAltResult>>;
type Asked<T> = Result<T, Box<EvalAltResult>>;

const TEXT: Kind = Kind::Text;
const REASON: (&str, Kind) = ("reason", Kind::Text);
const OWNER: (&str, Kind) = ("owner", Kind::Text);
const DAYS: (&str, Kind) = ("days", Kind::Number);

/// The most monthly instalments that a rule may offer: five years.
const MOST_INSTALMENTS: INT = 60;

pub(crate) fn register(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    before_the_visit(api, shared);
    charges(api, shared);
    open_claims(api, shared);
    denials(api, shared);
    patients(api, shared);
    figures(api, shared);
}

/// Registers a function that asks for an effect.
macro_rules! effect {
    ($api:ident, $shared:ident, $kind:ident, $parameters:expr, $doc:literal, |$($name:ident: $type:ty),*| $effect:expr) => {{
        let asked = Arc::clone($shared);
        let name = EffectKind::$kind.as_str();
        $api.call(Kind::Any, name, $parameters, Kind::Missing, $doc, move |$($name: $type),*| -> Done {
            let effect = $effect;
            frame(&asked).ask(effect)
        })
        .asks(Asks::Effect(EffectKind::$kind))
    }};
}

fn before_the_visit(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    effect!(
        api,
        shared,
        VerifyCoverage,
        &[REASON],
        "Asks the payer about the patient's cover, once more or for the first time.",
        |reason: &str| Effect::VerifyCoverage {
            reason: reason.to_owned()
        }
    );
    effect!(
        api,
        shared,
        RequireAuthorization,
        &[REASON],
        "Says that the payer wants to be asked before everything that is planned.",
        |reason: &str| Effect::RequireAuthorization {
            procedure: None,
            reason: reason.to_owned()
        }
    );
    effect!(
        api,
        shared,
        RequireAuthorization,
        &[("procedure", TEXT), REASON],
        "Says that the payer wants to be asked before this procedure.",
        |procedure: &str, reason: &str| Effect::RequireAuthorization {
            procedure: Some(
                procedure
                    .parse()
                    .map_err(|_| fault("a procedure code is five letters and digits"))?
            ),
            reason: reason.to_owned(),
        }
    );
    effect!(
        api,
        shared,
        Route,
        &[("payer", TEXT), REASON],
        "Lets another payer come first, by its key in the practice's configuration.",
        |payer: &str, reason: &str| Effect::Route {
            payer: payer.to_owned(),
            reason: reason.to_owned()
        }
    );
    effect!(
        api,
        shared,
        Defer,
        &[("date", Kind::Date), REASON],
        "Puts the next step off; it is looked at again from that day on.",
        |until: Date, reason: &str| Effect::Defer {
            until: until.0,
            reason: reason.to_owned()
        }
    );
}

fn charges(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    effect!(
        api,
        shared,
        AddModifier,
        &[("modifier", TEXT), REASON],
        "Puts a modifier on the charge, behind those that it has.",
        |modifier: &str, reason: &str| Effect::AddModifier {
            modifier: modifier
                .parse()
                .map_err(|_| fault("a modifier is two letters or digits"))?,
            reason: reason.to_owned(),
        }
    );
    effect!(
        api,
        shared,
        SetUnits,
        &[("units", Kind::Number), REASON],
        "Sets the units of the charge, above zero, to a thousandth.",
        |units: Dynamic, reason: &str| Effect::SetUnits {
            units: units_of(&units)?,
            reason: reason.to_owned()
        }
    );
}

fn open_claims(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    effect!(
        api,
        shared,
        FollowUp,
        &[("way", TEXT), REASON],
        "Asks the payer where the claim stands: by `status_request` (276), `portal` or `call`.",
        |way: &str, reason: &str| Effect::FollowUp {
            way: named("way", way, &FollowUpWay::ALL.map(|way| (way.as_str(), way)))?,
            reason: reason.to_owned(),
        }
    )
    .one_of("way", FollowUpWay::ALL.map(FollowUpWay::as_str));
    effect!(
        api,
        shared,
        Transfer,
        &[("to", TEXT), REASON],
        "Moves the open balance to another party: `primary`, `secondary`, `tertiary` or `patient`.",
        |to: &str, reason: &str| Effect::Transfer {
            to: named("to", to, &PARTIES.map(|party| (party.as_str(), party)))?,
            reason: reason.to_owned(),
        }
    )
    .one_of("to", PARTIES.map(Axis::as_str));
    let reasons = WriteOffReason::ALL.map(WriteOffReason::as_str);
    effect!(
        api, shared, WriteOff, &[("why", TEXT), REASON],
        "Gives up all that is open, as `timely_filing`, `no_authorization`, `bundled`, `denied`, `small_balance`, `bad_debt` or `charity`.",
        |why: &str, reason: &str| Effect::WriteOff { why: write_off(why)?, amount: None, reason: reason.to_owned() }
    )
    .one_of("why", reasons);
    effect!(
        api,
        shared,
        WriteOff,
        &[("why", TEXT), ("amount", Kind::Number), REASON],
        "Gives up an amount, in dollars and cents.",
        |why: &str, amount: Dynamic, reason: &str| Effect::WriteOff {
            why: write_off(why)?,
            amount: Some(money(&amount)?),
            reason: reason.to_owned(),
        }
    )
    .one_of("why", reasons);
}

fn denials(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    effect!(
        api,
        shared,
        Appeal,
        &[("level", Kind::Number), REASON, OWNER, DAYS],
        "Contests the payer's decision at a level, 1 being the first: who writes it, and in how many calendar days it is to be filed.",
        |level: INT, reason: &str, owner: &str, days: INT| Effect::Appeal {
            level: u8::try_from(level)
                .ok()
                .filter(|level| (1..=9).contains(level))
                .ok_or_else(|| fault("an appeal's `level` is 1 to 9"))?,
            reason: reason.to_owned(),
            owner: Owner(owner.to_owned()),
            days: task_days(days)?,
        }
    );
    effect!(
        api,
        shared,
        CorrectAndResubmit,
        &[REASON, OWNER, DAYS],
        "Has the claim mended and sent once more: what to mend, who does it, and in how many calendar days.",
        |reason: &str, owner: &str, days: INT| Effect::CorrectAndResubmit {
            reason: reason.to_owned(),
            owner: Owner(owner.to_owned()),
            days: task_days(days)?,
        }
    );
}

fn patients(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    effect!(
        api,
        shared,
        SendStatement,
        &[REASON],
        "Sends the patient a statement.",
        |reason: &str| Effect::SendStatement {
            reason: reason.to_owned()
        }
    );
    effect!(
        api,
        shared,
        HoldStatement,
        &[REASON],
        "Sends the patient nothing until a person lifts the hold.",
        |reason: &str| Effect::HoldStatement {
            until: None,
            reason: reason.to_owned()
        }
    );
    effect!(
        api,
        shared,
        HoldStatement,
        &[("date", Kind::Date), REASON],
        "Sends the patient nothing before that day.",
        |until: Date, reason: &str| Effect::HoldStatement {
            until: Some(until.0),
            reason: reason.to_owned()
        }
    );
    effect!(
        api,
        shared,
        OfferPlan,
        &[("instalments", Kind::Number), REASON],
        "Offers the patient to pay in so many monthly instalments, 2 to 60.",
        |instalments: INT, reason: &str| Effect::OfferPlan {
            instalments: u8::try_from(instalments)
                .ok()
                .filter(|_| (2..=MOST_INSTALMENTS).contains(&instalments))
                .ok_or_else(|| fault(format!("a plan has 2 to {MOST_INSTALMENTS} instalments")))?,
            reason: reason.to_owned(),
        }
    );
    effect!(
        api, shared, StageCollection, &[("step", TEXT), REASON],
        "Takes a step of collection: `reminder`, `call`, `final_notice`, `agency`, `credit_report`, `suit` or `recall`. What the law forbids is refused whatever a rule asks for.",
        |step: &str, reason: &str| Effect::StageCollection {
            step: named("step", step, &CollectionStep::ALL.map(|step| (step.as_str(), step)))?,
            reason: reason.to_owned(),
        }
    )
    .one_of("step", CollectionStep::ALL.map(CollectionStep::as_str));
}

fn figures(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    effect!(
        api,
        shared,
        ProposeRule,
        &[REASON],
        "Proposes a rule that would have prevented these denials, as a draft for an analyst: what it should ask for.",
        |reason: &str| Effect::ProposeRule {
            reason: reason.to_owned()
        }
    );
}

/// Who may owe a balance that is moved.
const PARTIES: [Responsibility; 4] = [
    Responsibility::Primary,
    Responsibility::Secondary,
    Responsibility::Tertiary,
    Responsibility::Patient,
];

fn write_off(name: &str) -> Asked<WriteOffReason> {
    named(
        "why",
        name,
        &WriteOffReason::ALL.map(|why| (why.as_str(), why)),
    )
}

/// A number of a script, whole or not.
pub(crate) fn decimal(what: &str, number: &Dynamic) -> Asked<Decimal> {
    let whole = number.as_int().map(Decimal::from);
    whole
        .or_else(|_| number.as_decimal())
        .map_err(|_| fault(format!("`{what}` is a number")))
}

fn units_of(number: &Dynamic) -> Asked<Decimal> {
    let units = decimal("units", number)?;
    if units <= Decimal::ZERO || units.normalize().scale() > 3 {
        return Err(fault("`units` is above zero, to a thousandth at most"));
    }
    Ok(units)
}

/// An amount to give up: above zero, and of whole cents.
fn money(number: &Dynamic) -> Asked<Money> {
    let amount: Result<Money, _> = decimal("amount", number)?.try_into();
    amount
        .ok()
        .filter(|amount| amount.is_positive())
        .ok_or_else(|| fault("`amount` is above zero, in dollars and whole cents"))
}
