//! Medicare's physician fee schedule as rules on surgery read it: global days,
//! both sides, assistants, surgeons. What it pays is `fee`.

use std::sync::{Arc, Mutex};

use rhai::{Dynamic, INT, ImmutableString};
use scrubjay_hooks::{GlobalPeriod, PaymentPolicy};

use super::date::Date;
use super::edits::{Asked, books, text};
use super::{Api, Kind, maybe};
use crate::frame::Frame;

/// What the schedule says of a procedure code, in a script's hand; it may say nothing.
#[derive(Debug, Clone)]
pub(crate) struct FeeRowRef(Option<Arc<PaymentPolicy>>);

const ROW: Kind = Kind::FeeRow;
const CODE: (&str, Kind) = ("code", Kind::Text);
const DAY: (&str, Kind) = ("day", Kind::Date);

pub(crate) fn register(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    api.engine
        .register_type_with_name::<FeeRowRef>("fee schedule row");
    row(api, shared);
    global_days(api);
    shares(api);
    indicators(api);
}

fn row(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    let alone = Arc::clone(shared);
    let modified = Arc::clone(shared);
    api.call(
        Kind::Any,
        "mpfs",
        &[CODE, DAY],
        ROW,
        "What Medicare's physician fee schedule of that day says of how a procedure code is paid: `mpfs(line.procedure, line.from).global_days == \"090\"`. Everything in it is missing where the schedule does not have the code, and where none for that day is imported: `has_table(\"mpfs\")` tells the two apart.",
        move |code: Dynamic, day: Date| -> Asked<FeeRowRef> {
            look_up(&alone, code, day, None)
        },
    )
    .call(
        Kind::Any,
        "mpfs",
        &[CODE, DAY, ("modifier", Kind::Text)],
        ROW,
        "As above, of the row with the modifier, of which there are `26`, `TC` and `53`.",
        move |code: Dynamic, day: Date, modifier: Dynamic| -> Asked<FeeRowRef> {
            let modifier = text(modifier, "mpfs", "modifier")?;
            look_up(&modified, code, day, modifier.as_deref())
        },
    );
}

fn look_up(
    shared: &Mutex<Frame>,
    code: Dynamic,
    day: Date,
    modifier: Option<&str>,
) -> Asked<FeeRowRef> {
    let code = text(code, "mpfs", "code")?;
    let policy = code.and_then(|code| books(shared).payment_policy_on(&code, modifier, day.0));
    Ok(FeeRowRef(policy.map(Arc::new)))
}

fn global_days(api: &mut Api<'_>) {
    api.get(
        ROW,
        "global_days",
        Kind::Text,
        "The days that its payment includes: `000` (the day), `010`, `090`, `MMM` (maternity), `XXX` (does not apply), `YYY` (the contractor decides), `ZZZ` (those of the primary service).",
        |row: &mut FeeRowRef| -> Dynamic {
            maybe(global(row).map(|period| ImmutableString::from(period.as_str())))
        },
    )
    .get(
        ROW,
        "days_before",
        Kind::Number,
        "How many days before the service belong to it: 1 where `global_days` is `090`, 0 where it is `000` or `010`, else missing.",
        |row: &mut FeeRowRef| -> Dynamic { maybe(around(row).map(|(before, _)| INT::from(before))) },
    )
    .get(
        ROW,
        "days_after",
        Kind::Number,
        "How many days after the service belong to it: 90, 10 or 0, else missing: `let after = mpfs(code, day).days_after; if !after.is_missing() && visit <= day.plus_days(after) { ... }`.",
        |row: &mut FeeRowRef| -> Dynamic { maybe(around(row).map(|(_, after)| INT::from(after))) },
    );
}

fn global(row: &FeeRowRef) -> Option<GlobalPeriod> {
    row.0.as_ref()?.global
}

fn around(row: &FeeRowRef) -> Option<(u32, u32)> {
    global(row)?.around()
}

fn shares(api: &mut Api<'_>) {
    api.get(
        ROW,
        "preoperative",
        Kind::Number,
        "Share of the payment for the care before surgery, of 1, such as 0.10 (modifier 56).",
        |row: &mut FeeRowRef| -> Dynamic {
            maybe(row.0.as_ref().and_then(|policy| policy.preoperative))
        },
    )
    .get(
        ROW,
        "intraoperative",
        Kind::Number,
        "Share of the payment for the surgery itself, of 1 (modifier 54).",
        |row: &mut FeeRowRef| -> Dynamic {
            maybe(row.0.as_ref().and_then(|policy| policy.intraoperative))
        },
    )
    .get(
        ROW,
        "postoperative",
        Kind::Number,
        "Share of the payment for the care after surgery, of 1 (modifier 55).",
        |row: &mut FeeRowRef| -> Dynamic {
            maybe(row.0.as_ref().and_then(|policy| policy.postoperative))
        },
    );
}

fn indicators(api: &mut Api<'_>) {
    api.get(
        ROW,
        "status",
        Kind::Text,
        "Whether Medicare pays it: `A` yes, `B` only within other services, `C` as the contractor sets it, `I` under another code, `N` never, `R` with restrictions, `T` alone, and more.",
        |row: &mut FeeRowRef| -> Dynamic { one(row, |policy| Some(policy.status)) },
    )
    .get(
        ROW,
        "bilateral",
        Kind::Text,
        "Both sides (modifier 50): `0` no, `1` one and a half times the price, `2` already priced for both, `3` each side in full, `9` does not apply.",
        |row: &mut FeeRowRef| -> Dynamic { one(row, |policy| policy.bilateral) },
    )
    .get(
        ROW,
        "multiple",
        Kind::Text,
        "Several procedures in a session (modifier 51): `0` no reduction, `2` the usual one, `3` endoscopies of a family, `4` to `7` other families, `9` does not apply.",
        |row: &mut FeeRowRef| -> Dynamic { one(row, |policy| policy.multiple) },
    )
    .get(
        ROW,
        "assistant",
        Kind::Text,
        "An assistant at surgery (modifiers 80, 81, 82, AS): `0` paid only where records show the need, `1` never, `2` paid, `9` does not apply.",
        |row: &mut FeeRowRef| -> Dynamic { one(row, |policy| policy.assistant) },
    )
    .get(
        ROW,
        "co_surgeons",
        Kind::Text,
        "Two surgeons (modifier 62): `0` never, `1` paid where records show the need, `2` paid where their specialties differ, `9` does not apply.",
        |row: &mut FeeRowRef| -> Dynamic { one(row, |policy| policy.co_surgeons) },
    )
    .get(
        ROW,
        "team",
        Kind::Text,
        "A team of surgeons (modifier 66): `0` never, `1` paid where records show the need, `2` paid, `9` does not apply.",
        |row: &mut FeeRowRef| -> Dynamic { one(row, |policy| policy.team) },
    )
    .get(
        ROW,
        "components",
        Kind::Text,
        "Professional and technical component (modifiers 26 and TC): `0` a physician's service without them, `1` may be parted, `2` professional alone, `3` technical alone, `4` both together, and more.",
        |row: &mut FeeRowRef| -> Dynamic { one(row, |policy| policy.components) },
    )
    .get(
        ROW,
        "endoscopic_base",
        Kind::Text,
        "The base code of an endoscopy's family, where it has one.",
        |row: &mut FeeRowRef| -> Dynamic {
            let base = row.0.as_ref().and_then(|policy| policy.endoscopic_base.as_deref());
            maybe(base.map(ImmutableString::from))
        },
    );
}

/// An indicator as text.
fn one(row: &FeeRowRef, read: impl Fn(&PaymentPolicy) -> Option<char>) -> Dynamic {
    let indicator = row.0.as_deref().and_then(read);
    maybe(indicator.map(|letter| ImmutableString::from(letter.to_string())))
}
