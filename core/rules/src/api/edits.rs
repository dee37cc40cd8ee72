//! Medicare's tables that the practice imported: pair edits, unit limits,
//! add-on codes, fees.

use std::sync::{Arc, Mutex};

use chrono::NaiveDate;
use rhai::{Dynamic, EvalAltResult, INT, ImmutableString};
use scrubjay_hooks::{AddOnKind, AddOnStanding, CodeBooks, CodeTable, PairStanding, UnitLimit};
use scrubjay_model::ClaimKind;

use super::compare::kind_of;
use super::date::Date;
use super::{Api, Kind, fault, frame, list, maybe};
use crate::diagnostic::did_you_mean;
use crate::frame::Frame;

/// Two procedure codes, in a script's hand. A line may have none.
#[derive(Debug, Clone)]
pub(crate) struct PairRef {
    column_1: Option<ImmutableString>,
    column_2: Option<ImmutableString>,
    claim: ClaimKind,
    books: Arc<dyn CodeBooks>,
}

/// The unit limit of a procedure code, in a script's hand; it may have none.
#[derive(Debug, Clone)]
pub(crate) struct LimitRef(Option<UnitLimit>);

/// A procedure code that may be an add-on code, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct AddOnRef {
    code: Option<ImmutableString>,
    books: Arc<dyn CodeBooks>,
}

pub(super) type Asked<T> = Result<T, Box<EvalAltResult>>;

const CODE: (&str, Kind) = ("code", Kind::Text);
const DAY: &[(&str, Kind)] = &[("day", Kind::Date)];

pub(crate) fn register(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    api.engine
        .register_type_with_name::<PairRef>("code pair")
        .register_type_with_name::<LimitRef>("unit limit")
        .register_type_with_name::<AddOnRef>("add-on code");
    at_hand(api, shared);
    pairs(api, shared);
    limits(api, shared);
    add_ons(api, shared);
    fees(api, shared);
}

pub(super) fn books(shared: &Mutex<Frame>) -> Arc<dyn CodeBooks> {
    Arc::clone(frame(shared).tables.books())
}

/// A text that may be missing: a line that is billed by its revenue code alone
/// has no procedure code, and a rule on its table has nothing to say of it.
pub(super) fn text(value: Dynamic, of: &str, parameter: &str) -> Asked<Option<ImmutableString>> {
    if value.is_unit() {
        return Ok(None);
    }
    let kind = kind_of(&value).with_article();
    value
        .into_immutable_string()
        .map(Some)
        .map_err(|_| fault(format!("`{of}` wants text for `{parameter}`, not {kind}")))
}

/// What stands where a table's name is meant, for people.
pub(crate) fn table_names(meant: &str) -> String {
    let names = CodeTable::ALL.map(CodeTable::as_str);
    did_you_mean(meant, names).unwrap_or_else(|| format!("the tables are {}", names.join(", ")))
}

fn at_hand(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    let shared = Arc::clone(shared);
    api.call(
        Kind::Any,
        "has_table",
        &[("name", Kind::Text)],
        Kind::Bool,
        "Whether the practice imported Medicare's table `ncci`, `mue`, `add_on`, `mpfs` or `fees` (which is `mpfs` with the prices of the practice's locality): tells a code that a table does not have from a table that is not there.",
        move |name: &str| -> Asked<bool> {
            let table = CodeTable::from_name(name)
                .ok_or_else(|| fault(format!("there is no such table to ask for: {}", table_names(name))))?;
            Ok(books(&shared).has_table(table))
        },
    );
}

fn pairs(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    const PAIR: Kind = Kind::CodePair;
    let shared = Arc::clone(shared);
    api.call(
        Kind::Any,
        "ncci",
        &[("column_1", Kind::Text), ("column_2", Kind::Text)],
        PAIR,
        "What NCCI says of two procedure codes: whether column 2 is paid beside column 1, by the edits for hospitals on an institutional claim, else by those for practitioners. The other way round is another question. Compare the answers: `ncci(\"G9001\", \"G9002\").bundled_on(day) == true`.",
        move |column_1: Dynamic, column_2: Dynamic| -> Asked<PairRef> {
            let claim = frame(&shared).kind;
            Ok(PairRef {
                column_1: text(column_1, "ncci", "column_1")?,
                column_2: text(column_2, "ncci", "column_2")?,
                claim,
                books: books(&shared),
            })
        },
    )
    .call(
        PAIR,
        "bundled_on",
        DAY,
        Kind::Bool,
        "Whether an edit in force on that day does not pay column 2 beside column 1; missing, not false, where no NCCI table is imported, of a CDT code, and where a code is missing.",
        |pair: PairRef, day: Date| -> Dynamic {
            maybe(match standing(&pair, day.0) {
                PairStanding::Bundled { .. } => Some(true),
                PairStanding::Free => Some(false),
                PairStanding::Unknown => None,
            })
        },
    )
    .call(
        PAIR,
        "modifier_allowed_on",
        DAY,
        Kind::Bool,
        "Whether a modifier that NCCI accepts may part the two on that day (indicator 1, not 0); missing where no edit is in force, and where no NCCI table is imported.",
        |pair: PairRef, day: Date| -> Dynamic {
            maybe(match standing(&pair, day.0) {
                PairStanding::Bundled { modifier_allowed } => Some(modifier_allowed),
                PairStanding::Free | PairStanding::Unknown => None,
            })
        },
    );
}

fn standing(pair: &PairRef, day: NaiveDate) -> PairStanding {
    match (&pair.column_1, &pair.column_2) {
        (Some(column_1), Some(column_2)) => pair.books.pair_on(pair.claim, column_1, column_2, day),
        _ => PairStanding::Unknown,
    }
}

fn limits(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    const LIMIT: Kind = Kind::UnitLimit;
    let (of_service, of_day) = (Arc::clone(shared), Arc::clone(shared));
    api.call(
        Kind::Any,
        "mue",
        &[CODE],
        LIMIT,
        "The medically unlikely edit of a procedure code, in the quarter of the claim's first service (today's, where there is none): `let most = mue(line.procedure).units; if !most.is_missing() && line.units > most { ... }`.",
        move |code: Dynamic| -> Asked<LimitRef> {
            let day = frame(&of_service).service;
            limit(&of_service, code, day)
        },
    )
    .call(
        Kind::Any,
        "mue",
        &[CODE, DAY[0]],
        LIMIT,
        "As above, in the quarter of that day.",
        move |code: Dynamic, day: Date| -> Asked<LimitRef> { limit(&of_day, code, day.0) },
    )
    .get(
        LIMIT,
        "units",
        Kind::Number,
        "Most units; missing where no limit is published (which does not say that there is none), and where no MUE table is imported.",
        |limit: &mut LimitRef| -> Dynamic { maybe(limit.0.map(|limit| INT::from(limit.units))) },
    )
    .get(
        LIMIT,
        "kind",
        Kind::Text,
        "What units are counted over: each `line`, or all lines of the day, by `policy` (absolute) or `clinical` (more may be paid on appeal). Missing as `units` is.",
        |limit: &mut LimitRef| -> Dynamic {
            maybe(limit.0.map(|limit| ImmutableString::from(limit.kind.as_str())))
        },
    );
}

fn limit(shared: &Mutex<Frame>, code: Dynamic, day: NaiveDate) -> Asked<LimitRef> {
    let code = text(code, "mue", "code")?;
    let claim = frame(shared).kind;
    Ok(LimitRef(code.and_then(|code| {
        books(shared).unit_limit_on(claim, &code, day)
    })))
}

fn add_ons(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    const ADD_ON: Kind = Kind::AddOn;
    let shared = Arc::clone(shared);
    api.call(
        Kind::Any,
        "add_on",
        &[CODE],
        ADD_ON,
        "What Medicare's table of add-on codes says of a procedure code: `add_on(line.procedure).needs_primary_on(day) == true`.",
        move |code: Dynamic| -> Asked<AddOnRef> {
            Ok(AddOnRef {
                code: text(code, "add_on", "code")?,
                books: books(&shared),
            })
        },
    )
    .call(
        ADD_ON,
        "needs_primary_on",
        DAY,
        Kind::Bool,
        "Whether the code is an add-on code on that day, which is paid only beside a primary code; missing, not false, where no table of them is imported, of a CDT code, and where the code is missing.",
        |asked: AddOnRef, day: Date| -> Dynamic {
            maybe(match add_on(&asked, day.0) {
                AddOnStanding::AddOn { .. } => Some(true),
                AddOnStanding::NotAddOn => Some(false),
                AddOnStanding::Unknown => None,
            })
        },
    )
    .call(
        ADD_ON,
        "primaries_on",
        DAY,
        Kind::List(&Kind::Text),
        "The primary codes listed for it on that day, of which one must stand beside it where the kind is `listed`; missing where it is no add-on code, and where no table of them is imported.",
        |asked: AddOnRef, day: Date| -> Dynamic {
            maybe(bond(&asked, day.0).map(|(_, primaries)| list(primaries)))
        },
    )
    .call(
        ADD_ON,
        "kind_on",
        DAY,
        Kind::Text,
        "How it is bound on that day: `listed` (to the codes listed), `contractor` (who names them), `listed_and_contractor` (the contractor may accept others). Missing as `primaries_on` is.",
        |asked: AddOnRef, day: Date| -> Dynamic {
            maybe(bond(&asked, day.0).map(|(kind, _)| ImmutableString::from(kind.as_str())))
        },
    );
}

fn add_on(asked: &AddOnRef, day: NaiveDate) -> AddOnStanding {
    match &asked.code {
        Some(code) => asked.books.add_on_on(code, day),
        None => AddOnStanding::Unknown,
    }
}

fn bond(asked: &AddOnRef, day: NaiveDate) -> Option<(AddOnKind, Vec<String>)> {
    match add_on(asked, day) {
        AddOnStanding::AddOn { kind, primaries } => Some((kind, primaries)),
        AddOnStanding::NotAddOn | AddOnStanding::Unknown => None,
    }
}

fn fees(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    const PLACE: (&str, Kind) = ("place", Kind::Text);
    let alone = Arc::clone(shared);
    let modified = Arc::clone(shared);
    api.call(
        Kind::Any,
        "fee",
        &[CODE, PLACE],
        Kind::Number,
        "What Medicare's physician fee schedule of the claim's first service (today's, where there is none) pays for a code in the practice's locality at a place of service of two digits: `fee(\"G0439\", \"11\")`. Before anything is taken off. Missing where it has no price there, and where no fees are imported.",
        move |code: Dynamic, place: Dynamic| -> Asked<Dynamic> {
            price(&alone, code, None, place)
        },
    )
    .call(
        Kind::Any,
        "fee",
        &[CODE, PLACE, ("modifier", Kind::Text)],
        Kind::Number,
        "As above, of the row with the modifier, of which there are `26`, `TC` and `53`.",
        move |code: Dynamic, place: Dynamic, modifier: &str| -> Asked<Dynamic> {
            price(&modified, code, Some(modifier), place)
        },
    );
}

fn price(
    shared: &Mutex<Frame>,
    code: Dynamic,
    modifier: Option<&str>,
    place: Dynamic,
) -> Asked<Dynamic> {
    let code = text(code, "fee", "code")?;
    let place = text(place, "fee", "place")?;
    let day = frame(shared).service;
    let fee = match (code, place) {
        (Some(code), Some(place)) => books(shared).fee_on(&code, modifier, &place, day),
        _ => None,
    };
    Ok(maybe(fee.map(|fee| fee.to_decimal())))
}
