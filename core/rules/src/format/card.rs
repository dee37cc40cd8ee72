//! Writes a card's lines in the one order, each value in one form.

use std::ops::Range;

use serde_yaml::{Mapping, Value};

use crate::card::KEYS;
use crate::fields::YamlText;
use crate::flow::flow;
use crate::source::Source;

/// Columns that a value of several lines may take on one, `/// ` included.
const WIDTH: usize = 100;

/// The lines of a card without their `///`; `None` where it is left as it is,
/// since it is no card that can be read.
pub(super) fn lines(source: &Source, first: usize, last: usize) -> Option<Vec<String>> {
    let yaml = YamlText::card(source, first, last);
    let mapping = yaml.parse(source, &mut Vec::new())?;
    let written: Vec<&str> = yaml.text().lines().map(str::trim_end).collect();
    let keys: Vec<(usize, String)> = yaml
        .top_keys()
        .map(|(line, key)| (line, key.to_owned()))
        .collect();
    let mut entries = Vec::new();
    for (at, (line, key)) in keys.iter().enumerate() {
        let rank = KEYS.iter().position(|known| known == key)?;
        let begin = at.checked_sub(1).map_or(0, |before| {
            // What is said above a key belongs to it.
            above(&written, keys[before].0 + 1, *line)
        });
        let end = keys
            .get(at + 1)
            .map_or(written.len(), |(next, _)| above(&written, *line + 1, *next));
        let mut lines = owned(&written, begin..*line);
        lines.extend(entry(&written[*line..end], key, mapping.get(key.as_str())?));
        entries.push((rank, lines));
    }
    entries.sort_by_key(|(rank, _)| *rank);
    let lines: Vec<String> = entries.into_iter().flat_map(|(_, lines)| lines).collect();
    let read = serde_yaml::from_str::<Mapping>(&lines.join("\n")).ok()?;
    same(&read, &mapping).then_some(lines)
}

/// The first of the comment lines right above a line, no earlier than `from`.
fn above(written: &[&str], from: usize, line: usize) -> usize {
    (from..line)
        .rev()
        .take_while(|at| written[*at].is_empty() || written[*at].starts_with('#'))
        .last()
        .unwrap_or(line)
}

fn owned(written: &[&str], lines: Range<usize>) -> Vec<String> {
    let lines = written[lines].iter().filter(|line| !line.is_empty());
    lines.map(|line| (*line).to_owned()).collect()
}

/// A key with its value, in one line where that is short enough. What has a
/// comment in it stands as it is.
fn entry(written: &[&str], key: &str, value: &Value) -> Vec<String> {
    let line = format!("{key}: {}", flow(value));
    let fits = written.len() == 1 || line.chars().count() + "/// ".len() <= WIDTH;
    let read = serde_yaml::from_str::<Mapping>(&line).ok();
    let is_same = read.is_some_and(|read| read.get(key) == Some(value));
    if fits && is_same && !written.iter().any(|line| line.contains('#')) {
        return vec![line];
    }
    written.iter().map(|line| (*line).to_owned()).collect()
}

/// Whether two cards say the same, whatever the order.
fn same(a: &Mapping, b: &Mapping) -> bool {
    a.len() == b.len() && a.iter().all(|(key, value)| b.get(key) == Some(value))
}
