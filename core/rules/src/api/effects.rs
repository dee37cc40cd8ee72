//! What a script says and asks for. None of these may be worked out ahead of
//! time: they are registered as volatile like everything of ours.

use std::sync::{Arc, Mutex};

use rhai::{EvalAltResult, INT};
use scrubjay_hooks::{About, Effect, EffectKind, Hook, Severity};
use scrubjay_model::{DenialCategory, Owner, Recoverable};

use super::claim::LineRef;
use super::date::Date;
use super::{Api, Asks, Kind, fault, frame};
use crate::frame::Frame;

/// Fields that a rule may repair at a hook: the form only, which the engine
/// checks again.
pub(crate) const fn repairable(hook: Hook) -> &'static [&'static str] {
    match hook {
        Hook::Registration => &["patient.address.zip", "subscriber.address.zip", "phone"],
        _ => &[
            "patient.address.zip",
            "subscriber.address.zip",
            "billing.address.zip",
            "authorization",
            "referral",
            "clia",
        ],
    }
}

/// Days that a task may be due in at most.
const LONGEST_TASK: INT = 3_650;

type Done = Result<(), Box<EvalAltResult>>;

pub(crate) fn register(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    for (name, severity, doc, field_doc, line_doc) in FINDINGS {
        let asks = Asks::Finding(severity);
        let said = Arc::clone(shared);
        api.call(
            Kind::Any,
            name,
            &[("message", Kind::Text)],
            Kind::Missing,
            doc,
            move |message: &str| -> Done { frame(&said).say(severity, About::Whole, message) },
        )
        .asks(asks);
        let said = Arc::clone(shared);
        api.call(
            Kind::Any,
            name,
            &[("field", Kind::Text), ("message", Kind::Text)],
            Kind::Missing,
            field_doc,
            move |field: &str, message: &str| -> Done {
                frame(&said).say(
                    severity,
                    About::Field {
                        field: field.to_owned(),
                    },
                    message,
                )
            },
        )
        .asks(asks);
        let said = Arc::clone(shared);
        api.call(
            Kind::Line,
            name,
            &[("message", Kind::Text)],
            Kind::Missing,
            line_doc,
            move |line: &mut LineRef, message: &str| -> Done {
                frame(&said).say(
                    severity,
                    About::Line {
                        line: line.line().number,
                    },
                    message,
                )
            },
        )
        .asks(asks);
    }
    effects(api, shared);
}

/// Name, weight, and what it says of the claim, a field, a line.
type Row = (
    &'static str,
    Severity,
    &'static str,
    &'static str,
    &'static str,
);

const FINDINGS: [Row; 3] = [
    (
        "block",
        Severity::Block,
        "A finding that holds the claim, or the step that the hook stands for.",
        "A finding about a field that holds the claim.",
        "A finding about this line that holds the claim.",
    ),
    (
        "warn",
        Severity::Warn,
        "A finding that a person should look at; the claim goes on.",
        "A finding about a field that a person should look at.",
        "A finding about this line that a person should look at.",
    ),
    (
        "info",
        Severity::Info,
        "A finding that is recorded and changes nothing.",
        "A finding about a field that is recorded and changes nothing.",
        "A finding about this line that is recorded and changes nothing.",
    ),
];

fn effects(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    const REASON: (&str, Kind) = ("reason", Kind::Text);
    let asked = Arc::clone(shared);
    api.call(
        Kind::Any,
        "repair",
        &[("field", Kind::Text), ("value", Kind::Text), REASON],
        Kind::Missing,
        "Writes a field in the form that its receiver takes. Only the form may change, and only of `patient.address.zip`, `subscriber.address.zip`, `billing.address.zip`, `authorization`, `referral` and `clia`; of a registration, of the patient's and the subscriber's ZIP code and of `phone`.",
        move |field: &str, value: &str, reason: &str| -> Done {
            let mut frame = frame(&asked);
            if !repairable(frame.hook).contains(&field) {
                return Err(fault("no rule may repair that field"));
            }
            frame.ask(Effect::Repair { field: field.to_owned(), value: value.to_owned(), reason: reason.to_owned() })
        },
    )
    .asks(Asks::Effect(EffectKind::Repair));
    let asked = Arc::clone(shared);
    api.call(
        Kind::Any,
        "hold_until",
        &[("date", Kind::Date), REASON],
        Kind::Missing,
        "Holds the claim; it may go from that day on.",
        move |until: Date, reason: &str| -> Done {
            frame(&asked).ask(Effect::HoldUntil {
                until: until.0,
                reason: reason.to_owned(),
            })
        },
    )
    .asks(Asks::Effect(EffectKind::HoldUntil));
    let asked = Arc::clone(shared);
    api.call(
        Kind::Any,
        "open_task",
        &[REASON, ("owner", Kind::Text), ("days", Kind::Number)],
        Kind::Missing,
        "Opens a task for an owner, due in so many calendar days.",
        move |reason: &str, owner: &str, days: INT| -> Done {
            let days = task_days(days)?;
            frame(&asked).ask(Effect::OpenTask {
                reason: reason.to_owned(),
                owner: Owner(owner.to_owned()),
                days,
            })
        },
    )
    .asks(Asks::Effect(EffectKind::OpenTask));
    let asked = Arc::clone(shared);
    api.call(
        Kind::Any,
        "tag",
        &[("tag", Kind::Text)],
        Kind::Missing,
        "Marks the subject, for reports and later rules.",
        move |tag: &str| -> Done {
            frame(&asked).ask(Effect::Tag {
                tag: tag.to_owned(),
            })
        },
    )
    .asks(Asks::Effect(EffectKind::Tag));
    let asked = Arc::clone(shared);
    api.call(
        Kind::Any,
        "classify",
        &[
            ("category", Kind::Text),
            ("recoverable", Kind::Text),
            ("action", Kind::Text),
            ("owner", Kind::Text),
            ("days", Kind::Number),
        ],
        Kind::Missing,
        "Says what kind of denial it is, how the money may still come (`auto`, `manual`, `appeal`, `never`), what to do, who does it, and in how many calendar days.",
        move |category: &str, recoverable: &str, action: &str, owner: &str, days: INT| -> Done {
            let category = DenialCategory::from_name(category).ok_or_else(|| fault("there is no such denial category"))?;
            let recoverable = Recoverable::from_name(recoverable)
                .ok_or_else(|| fault("`recoverable` is `auto`, `manual`, `appeal` or `never`"))?;
            let days = task_days(days)?;
            frame(&asked).ask(Effect::ClassifyDenial {
                category,
                recoverable,
                action: action.to_owned(),
                owner: Owner(owner.to_owned()),
                days,
            })
        },
    )
    .asks(Asks::Effect(EffectKind::ClassifyDenial));
}

pub(crate) fn task_days(days: INT) -> Result<u32, Box<EvalAltResult>> {
    u32::try_from(days)
        .ok()
        .filter(|_| days <= LONGEST_TASK)
        .ok_or_else(|| fault(format!("a task is due in 0 to {LONGEST_TASK} days")))
}
