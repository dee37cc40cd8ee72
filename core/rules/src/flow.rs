//! Writes YAML values on one line, with quotes only where they are needed.

use serde_yaml::Value;

/// Characters that YAML takes for an end of line, or for none at all.
const BREAKS: [char; 6] = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}', '\u{feff}'];

/// A value as it stands behind a key: `[29, B7]`, `{ payers: [acme] }`, text.
/// Reading it gives the value again.
pub(crate) fn flow(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(&format!("k: {text}"), "k", text) => text.clone(),
        other => inner(other),
    }
}

/// A value within brackets.
fn inner(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if is_plain(&format!("{{ k: {text} }}"), "k", text) => text.clone(),
        Value::String(text) => quoted(text),
        Value::Sequence(values) => {
            let parts: Vec<String> = values.iter().map(inner).collect();
            format!("[{}]", parts.join(", "))
        }
        Value::Mapping(mapping) if mapping.is_empty() => "{}".to_owned(),
        Value::Mapping(mapping) => {
            let parts: Vec<String> = mapping
                .iter()
                .map(|(key, value)| format!("{}: {}", inner(key), inner(value)))
                .collect();
            format!("{{ {} }}", parts.join(", "))
        }
        Value::Tagged(tagged) => format!("{} {}", tagged.tag, inner(&tagged.value)),
    }
}

/// Whether a text without quotes is read as that text, there where it stands.
fn is_plain(yaml: &str, key: &str, text: &str) -> bool {
    !text.contains(BREAKS)
        && serde_yaml::from_str::<Value>(yaml)
            .is_ok_and(|read| read.get(key).and_then(Value::as_str) == Some(text))
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() || BREAKS.contains(&c) => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotes_stand_where_they_are_needed_and_nowhere_else() {
        for (yaml, expected) in [
            ("a: [ 29,B7 ]", "[29, B7]"),
            ("a: \"a text, with a comma\"", "a text, with a comma"),
            (
                "a: [\"a text, with a comma\"]",
                "[\"a text, with a comma\"]",
            ),
            ("a: '@drugs'", "\"@drugs\""),
            (
                "a: {procedures: \"J*\", places: '11'}",
                "{ procedures: J*, places: \"11\" }",
            ),
            ("a: 'a: b'", "\"a: b\""),
            ("a: \"true\"", "\"true\""),
            ("a: V00-Y99", "V00-Y99"),
            ("a: 2010-01-01..", "2010-01-01.."),
            ("a: \"  \"", "\"  \""),
            ("a:", "null"),
        ] {
            let value: Value = serde_yaml::from_str(yaml).unwrap();
            assert_eq!(flow(&value["a"]), expected, "{yaml}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_the_same(texts in proptest::collection::vec("\\PC{0,12}|[ -~\n\t]{0,8}", 0..3)) {
            let list = Value::Sequence(texts.iter().map(|text| Value::String(text.clone())).collect());
            for value in list.as_sequence().unwrap().iter().chain([&list]) {
                let read: Value = serde_yaml::from_str(&format!("k: {}", flow(value))).unwrap();
                prop_assert_eq!(&read["k"], value);
            }
        }
    }
}
