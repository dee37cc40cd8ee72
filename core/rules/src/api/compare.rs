//! Comparisons that tell when two things cannot be compared.
//!
//! Left alone, Rhai answers `false` where a date is compared with text, and a
//! mistyped rule never fires. Here that stops the rule, with line and column.

use rhai::{Dynamic, EvalAltResult, INT, ImmutableString};
use rust_decimal::Decimal;

use super::date::Date;
use super::party::NpiRef;
use super::{Api, Kind, fault};

type Answer = Result<bool, Box<EvalAltResult>>;

macro_rules! pairs {
    ($api:ident, $a:ty, $b:ty, |$x:ident, $y:ident| $left:expr, $right:expr) => {
        $api.engine
            .register_fn("==", |$x: $a, $y: $b| $left == $right)
            .register_fn("!=", |$x: $a, $y: $b| $left != $right)
            .register_fn("<", |$x: $a, $y: $b| $left < $right)
            .register_fn("<=", |$x: $a, $y: $b| $left <= $right)
            .register_fn(">", |$x: $a, $y: $b| $left > $right)
            .register_fn(">=", |$x: $a, $y: $b| $left >= $right)
    };
}

pub(crate) fn register(api: &mut Api<'_>) {
    // The pairs that rules use all the time are found at the first look-up;
    // everything else goes through the general answer below.
    pairs!(api, INT, INT, |x, y| x, y);
    pairs!(api, Decimal, Decimal, |x, y| x, y);
    pairs!(api, Decimal, INT, |x, y| x, Decimal::from(y));
    pairs!(api, INT, Decimal, |x, y| Decimal::from(x), y);
    pairs!(
        api,
        ImmutableString,
        ImmutableString,
        |x, y| x.as_str(),
        y.as_str()
    );
    pairs!(api, Date, Date, |x, y| x, y);
    api.engine
        .register_fn("!", |x: bool| !x)
        .register_fn("==", |x: bool, y: bool| x == y)
        .register_fn("!=", |x: bool, y: bool| x != y)
        .register_fn("==", |x: Dynamic, y: Dynamic| equal(&x, &y))
        .register_fn("!=", |x: Dynamic, y: Dynamic| {
            equal(&x, &y).map(|same| !same)
        })
        .register_fn("<", |x: Dynamic, y: Dynamic| order(&x, &y))
        .register_fn("<=", |x: Dynamic, y: Dynamic| order(&x, &y))
        .register_fn(">", |x: Dynamic, y: Dynamic| order(&x, &y))
        .register_fn(">=", |x: Dynamic, y: Dynamic| order(&x, &y));
}

/// Whether two values of any kind are equal. A missing value equals only
/// another missing one; anything else of different kinds is a fault.
fn equal(x: &Dynamic, y: &Dynamic) -> Answer {
    if x.is_unit() || y.is_unit() {
        return Ok(x.is_unit() && y.is_unit());
    }
    if let (Some(x), Some(y)) = (text_of(x), text_of(y)) {
        return Ok(x == y);
    }
    Err(unlike(x, y))
}

/// Two values whose pair has no order of its own.
fn order(x: &Dynamic, y: &Dynamic) -> Answer {
    if x.is_unit() || y.is_unit() {
        return Err(fault(NO_ORDER));
    }
    Err(unlike(x, y))
}

/// Text, a character, or a provider number by its digits.
fn text_of(value: &Dynamic) -> Option<String> {
    if let Ok(c) = value.as_char() {
        return Some(c.to_string());
    }
    if let Some(npi) = value.read_lock::<NpiRef>() {
        return Some(npi.text.to_string());
    }
    value.clone().into_string().ok()
}

fn unlike(x: &Dynamic, y: &Dynamic) -> Box<EvalAltResult> {
    fault(cannot(kind_of(x), kind_of(y)))
}

fn cannot(a: Kind, b: Kind) -> String {
    let hint = match (a, b) {
        (Kind::Date, Kind::Text) | (Kind::Text, Kind::Date) => {
            ": write a date as `date(\"2026-01-31\")`"
        }
        (Kind::Text, Kind::Number) | (Kind::Number, Kind::Text) => {
            ": codes are text and stand in quotes"
        }
        (Kind::List(_), Kind::List(_)) => ": use `contains`, `some` or `len`",
        _ => "",
    };
    format!(
        "{} cannot be compared with {}{hint}",
        a.with_article(),
        b.with_article()
    )
}

/// What is wrong with comparing values of two kinds, where that can be told
/// before anything runs.
pub(crate) fn unlike_text(a: Kind, b: Kind, ordered: bool) -> Option<String> {
    let comparable = match (a, b) {
        (Kind::Any, _) | (_, Kind::Any) => true,
        (Kind::Missing, _) | (_, Kind::Missing) => !ordered,
        (Kind::Number, Kind::Number) | (Kind::Text, Kind::Text) | (Kind::Date, Kind::Date) => true,
        (Kind::Bool, Kind::Bool)
        | (Kind::Npi, Kind::Text | Kind::Npi)
        | (Kind::Text, Kind::Npi) => !ordered,
        _ => false,
    };
    (!comparable).then(|| match (a, b) {
        (Kind::Missing, _) | (_, Kind::Missing) => NO_ORDER.to_owned(),
        _ => cannot(a, b),
    })
}

const NO_ORDER: &str = "a missing value has no order: ask `is_missing()` first";

/// The kind of a value, as messages name it.
pub(crate) fn kind_of(value: &Dynamic) -> Kind {
    if value.is_unit() {
        Kind::Missing
    } else if value.is_string() || value.is_char() {
        Kind::Text
    } else if value.is_int() || value.is_decimal() {
        Kind::Number
    } else if value.is_bool() {
        Kind::Bool
    } else if value.is_array() {
        Kind::List(&Kind::Any)
    } else if value.is::<Date>() {
        Kind::Date
    } else if value.is::<NpiRef>() {
        Kind::Npi
    } else if value.is::<super::claim::ClaimRef>() {
        Kind::Claim
    } else if value.is::<super::claim::LineRef>() {
        Kind::Line
    } else if value.is::<super::claim_payers::ClaimPayerRef>() {
        Kind::ClaimPayer
    } else if value.is::<super::claim_payers::DecisionRef>() {
        Kind::Decision
    } else if value.is::<super::codes::ClassRef>() {
        Kind::Class
    } else if value.is::<super::codes::Icd10Ref>() {
        Kind::Icd10
    } else if value.is::<super::codes::HcpcsRef>() {
        Kind::Hcpcs
    } else if value.is::<super::edits::PairRef>() {
        Kind::CodePair
    } else if value.is::<super::edits::LimitRef>() {
        Kind::UnitLimit
    } else if value.is::<super::edits::AddOnRef>() {
        Kind::AddOn
    } else if value.is::<super::fee_row::FeeRowRef>() {
        Kind::FeeRow
    } else {
        Kind::Any
    }
}
