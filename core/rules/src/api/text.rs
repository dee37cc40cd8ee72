//! Text: shapes, classes of codes, missing values.

use std::sync::{Arc, Mutex};

use rhai::{Dynamic, EvalAltResult, ImmutableString};

use super::{Api, Kind, frame};
use crate::codes::CodeKind;
use crate::frame::Frame;

pub(crate) fn register(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    const TEXT: Kind = Kind::Text;
    let sets = Arc::clone(shared);
    api.call(
        TEXT,
        "has_shape",
        &[("shape", TEXT)],
        Kind::Bool,
        "Whether the text is written like the shape: `N` a digit, `A` a capital letter, `X` either, anything else itself. A CLIA number has the shape `NNDNNNNNNN`.",
        |text: &str, shape: &str| has_shape(text, shape),
    )
    .call(
        TEXT,
        "without",
        &[("characters", TEXT)],
        TEXT,
        "The text with every one of these characters taken out: `zip.without(\"- \")`.",
        |text: &str, characters: &str| -> ImmutableString {
            text.chars().filter(|c| !characters.contains(*c)).collect::<String>().into()
        },
    )
    .call(
        TEXT,
        "within",
        &[("codes", TEXT)],
        Kind::Bool,
        "Whether the code is one of these: a code, a range such as `V00-Y99`, a prefix such as `J*`, or `@name` for a table of the pack.",
        move |text: &str, codes: &str| -> Result<bool, Box<EvalAltResult>> {
            let set = frame(&sets).set(codes, CodeKind::Plain)?;
            Ok(set.contains(text))
        },
    )
    .call(
        Kind::Any,
        "is_missing",
        &[("value", Kind::Any)],
        Kind::Bool,
        "Whether the value was not sent, or is blank.",
        |value: Dynamic| is_missing(&value),
    );
    // The same for what is asked most, found at the first look-up.
    api.engine
        .register_fn("is_missing", |(): ()| true)
        .register_fn("is_missing", |text: ImmutableString| text.trim().is_empty());
}

fn is_missing(value: &Dynamic) -> bool {
    if value.is_unit() {
        return true;
    }
    value
        .read_lock::<ImmutableString>()
        .is_some_and(|text| text.trim().is_empty())
}

fn has_shape(text: &str, shape: &str) -> bool {
    let mut characters = text.chars();
    let fits = shape.chars().all(|wanted| {
        characters.next().is_some_and(|c| match wanted {
            'N' => c.is_ascii_digit(),
            'A' => c.is_ascii_uppercase(),
            'X' => c.is_ascii_digit() || c.is_ascii_uppercase(),
            other => c == other,
        })
    });
    fits && characters.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clia_number_has_a_d_in_the_third_place() {
        assert!(has_shape("45D9000417", "NNDNNNNNNN"));
        for wrong in ["4509000417", "45D900041", "45D90004170", "45d9000417", ""] {
            assert!(!has_shape(wrong, "NNDNNNNNNN"), "{wrong}");
        }
    }
}
