//! What a practice changed in a pack, put into the next version of it.
//!
//! Three states meet: the version that the practice had as it was shipped, what
//! the practice has made of it, and the version that comes. What the practice
//! changed stays as the practice has it; all else is as it comes. The pieces are
//! those that an analyst knows: a rule with its card, a row of a table, a test
//! case, a key of `pack.yaml`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::table::merge_tables;
use crate::content::{PackContent, PackFile, Part};
use crate::scan;
use crate::source::Source;

/// Something that the practice changed, and that stands in the new version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct LocalChange {
    /// File within the pack.
    pub file: String,
    /// What was changed in it: a rule's function, a row, a test case, a key.
    /// None where the file as a whole was added or taken away.
    pub what: Option<String>,
    /// Whether the version that comes has changed the same, too: a person should
    /// compare.
    pub also_changed: bool,
}

/// A pack with the practice's changes in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Merged {
    pub(super) files: Vec<PackFile>,
    pub(super) changes: Vec<LocalChange>,
}

/// Puts what changed from `base` to `local` into `new`.
pub(super) fn merge(base: &PackContent, local: &PackContent, new: &PackContent) -> Merged {
    let by_name = |content: &'_ PackContent| -> BTreeMap<String, String> {
        let files = content.files().iter();
        let files = files.filter(|file| Part::of(&file.name) != Some(Part::Signature));
        files
            .map(|file| (file.name.clone(), file.text.clone()))
            .collect()
    };
    let (base, local, new) = (by_name(base), by_name(local), by_name(new));
    let names: BTreeSet<&String> = base.keys().chain(local.keys()).chain(new.keys()).collect();
    let mut merged = Merged {
        files: Vec::new(),
        changes: Vec::new(),
    };
    for name in names {
        let states = (base.get(name), local.get(name), new.get(name));
        if let Some(text) = merged.file(name, states) {
            let name = name.clone();
            merged.files.push(PackFile { name, text });
        }
    }
    merged
}

type States<'a> = (Option<&'a String>, Option<&'a String>, Option<&'a String>);

impl Merged {
    /// The text of a file in the new version; none where it has no such file.
    fn file(&mut self, name: &str, states: States<'_>) -> Option<String> {
        let change = |also_changed| LocalChange {
            file: name.to_owned(),
            what: None,
            also_changed,
        };
        match states {
            (None, None, new) => new.cloned(),
            // Taken away by the practice: it stays away.
            (Some(base), None, new) => {
                if let Some(new) = new {
                    self.changes.push(change(new != base));
                }
                None
            }
            // Added by the practice alone, or changed by it and given up by others.
            (base, Some(local), None) => {
                if base == Some(local) {
                    return None;
                }
                self.changes.push(change(base.is_some()));
                Some(local.clone())
            }
            (base, Some(local), Some(new)) => {
                if local == new || base == Some(local) {
                    return Some(new.clone());
                }
                let base = base.map_or("", String::as_str);
                Some(self.texts(name, base, local, new))
            }
        }
    }

    fn texts(&mut self, name: &str, base: &str, local: &str, new: &str) -> String {
        let mut kept = |what: &str, also_changed| {
            self.changes.push(LocalChange {
                file: name.to_owned(),
                what: Some(what.to_owned()),
                also_changed,
            });
        };
        match Part::of(name) {
            Some(Part::Table) => merge_tables(base, local, new, &mut kept),
            part => {
                let cut = |text| blocks(part, text);
                merge_blocks(&cut(base), &cut(local), &cut(new), &mut kept)
            }
        }
    }
}

/// A piece of a file that is changed as one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Block {
    /// What it is called; pieces of one name are numbered.
    name: String,
    text: String,
}

impl Block {
    /// What it says: spaces at line ends, empty lines and the kind of line break
    /// do not count.
    fn says(&self) -> impl Iterator<Item = &str> {
        let lines = self.text.lines().map(str::trim_end);
        lines.filter(|line| !line.is_empty())
    }
}

/// The name of what stands before the first piece that has one.
const HEAD: &str = "what stands above";
/// The name of what stands behind the last.
const TAIL: &str = "what stands below";

/// Cuts a file into its pieces; put together again they are the file.
fn blocks(part: Option<Part>, text: &str) -> Vec<Block> {
    let starts = match part {
        Some(Part::Rules) => functions(text),
        Some(Part::Tests) => lines_that(text, |line| {
            let rest = line.trim_start().strip_prefix('-')?.trim_start();
            rest.strip_prefix("case:")
        }),
        _ => lines_that(text, |line| {
            let (key, _) = line.split_once(':')?;
            let is_key = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_');
            is_key.then_some(key)
        }),
    };
    let mut blocks = Vec::new();
    let mut names = BTreeMap::new();
    let first = starts.first().map_or(text.len(), |(at, _)| *at);
    let named = std::iter::once((0, HEAD.to_owned())).chain(starts.iter().cloned());
    let ends = std::iter::once(first)
        .chain(starts.iter().skip(1).map(|(at, _)| *at))
        .chain([text.len()]);
    for ((start, name), end) in named.zip(ends) {
        let count: &mut u32 = names.entry(name.clone()).or_default();
        *count += 1;
        let name = match *count {
            1 => name,
            count => format!("{name} ({count})"),
        };
        let text = text[start..end].to_owned();
        if !text.is_empty() {
            blocks.push(Block { name, text });
        }
    }
    blocks
}

/// Lines that begin a piece, with its name.
fn lines_that<'a>(
    text: &'a str,
    begins: impl Fn(&'a str) -> Option<&'a str>,
) -> Vec<(usize, String)> {
    let mut at = 0;
    let mut starts = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(name) = begins(line) {
            starts.push((at, name.trim().trim_matches(['"', '\'']).to_owned()));
        }
        at += line.len();
    }
    starts
}

/// Functions, each from behind the one before it or from its own card; and what
/// stands behind the last.
fn functions(text: &str) -> Vec<(usize, String)> {
    let source = Source::new("", text);
    let found = scan::functions(&source, &mut Vec::new());
    let line_start = |line: usize| {
        let before = text.split_inclusive('\n').take(line - 1);
        before.map(str::len).sum::<usize>()
    };
    // The line break behind a function is its own.
    let behind = |at: usize| text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
    let mut starts = Vec::new();
    let mut end = None;
    for function in found {
        let own = function
            .doc
            .map_or(function.span.start, |(first, _)| line_start(first));
        starts.push((end.unwrap_or(own), function.name));
        end = Some(behind(function.span.end));
    }
    if let Some(end) = end.filter(|end| *end < text.len()) {
        starts.push((end, TAIL.to_owned()));
    }
    starts
}

/// The pieces of the new version, with the practice's in the place of those that
/// it changed.
fn merge_blocks(
    base: &[Block],
    local: &[Block],
    new: &[Block],
    kept: &mut dyn FnMut(&str, bool),
) -> String {
    fn find<'b>(state: &'b [Block], name: &str) -> Option<&'b Block> {
        state.iter().find(|block| block.name == name)
    }
    let same = |one: Option<&Block>, other: Option<&Block>| match (one, other) {
        (Some(one), Some(other)) => one.says().eq(other.says()),
        (None, None) => true,
        _ => false,
    };
    let mut result: Vec<&Block> = Vec::new();
    for block in new {
        let (was, is) = (find(base, &block.name), find(local, &block.name));
        if same(was, is) || same(is, Some(block)) {
            result.push(block);
            continue;
        }
        kept(&block.name, !same(was, Some(block)));
        result.extend(is);
    }
    for (at, block) in local.iter().enumerate() {
        if find(new, &block.name).is_some() {
            continue;
        }
        let was = find(base, &block.name);
        if same(was, Some(block)) {
            continue;
        }
        kept(&block.name, was.is_some());
        // Behind what it stood behind.
        let above = local[..at]
            .iter()
            .rev()
            .find_map(|above| result.iter().position(|placed| placed.name == above.name));
        result.insert(above.map_or(0, |above| above + 1), block);
    }
    let mut text = String::new();
    for block in result {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&block.text);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn merged(part: Part, base: &str, local: &str, new: &str) -> (String, Vec<(String, bool)>) {
        let mut changes = Vec::new();
        let cut = |text| blocks(Some(part), text);
        let text = merge_blocks(&cut(base), &cut(local), &cut(new), &mut |what, also| {
            changes.push((what.to_owned(), also));
        });
        (text, changes)
    }

    const BASE: &str = "// About.\n\n/// id: p/a\nfn a(claim) {\n    warn(\"1\");\n}\n\n\
                        /// id: p/b\nfn b(claim) {\n    warn(\"2\");\n}\n// The end.\n";

    #[test]
    fn a_rule_that_was_changed_stays_and_the_other_comes() {
        let local = BASE.replace("warn(\"1\")", "block(\"1\")");
        let new = BASE
            .replace("warn(\"2\")", "info(\"2\")")
            .replace("About.", "About it.");
        let (text, changes) = merged(Part::Rules, BASE, &local, &new);
        assert_eq!(text, new.replace("warn(\"1\")", "block(\"1\")"));
        assert_eq!(changes, [("a".to_owned(), false)]);
    }

    #[test]
    fn a_rule_that_both_changed_is_the_practices_and_is_told() {
        let local = BASE.replace("warn(\"1\")", "block(\"1\")");
        let new = BASE.replace("warn(\"1\")", "info(\"1\")");
        let (text, changes) = merged(Part::Rules, BASE, &local, &new);
        assert_eq!(
            (text, changes),
            (local.clone(), vec![("a".to_owned(), true)])
        );
        // Where both did the same, there is nothing to tell.
        let (text, changes) = merged(Part::Rules, BASE, &local, &local);
        assert_eq!((text, changes), (local, vec![]));
    }

    #[test]
    fn a_rule_that_was_added_stays_in_its_place_and_one_taken_away_stays_away() {
        let own = "\n/// id: p/own\nfn own(claim) {\n}\n";
        let at = BASE.find("\n/// id: p/b").unwrap();
        let local = format!("{}{own}{}", &BASE[..at], &BASE[at..]);
        let new = BASE.replace("warn(\"2\")", "info(\"2\")");
        let (text, changes) = merged(Part::Rules, BASE, &local, &new);
        assert_eq!(text, local.replace("warn(\"2\")", "info(\"2\")"));
        assert_eq!(changes, [("own".to_owned(), false)]);

        let without = BASE.replace(&BASE[at..BASE.find("// The end").unwrap()], "");
        let (text, changes) = merged(Part::Rules, BASE, &without, &new);
        assert!(!text.contains("fn b"), "{text}");
        assert_eq!(changes, [("b".to_owned(), true)]);
    }

    #[test]
    fn keys_of_a_manifest_and_cases_of_a_test_are_merged_each_by_itself() {
        let base = "id: p\nversion: 1.0.0\nscope: { payers: [a] }\n";
        let local = base.replace("[a]", "[a, b]");
        let new = base.replace("1.0.0", "1.1.0");
        let (text, changes) = merged(Part::Manifest, base, &local, &new);
        assert_eq!(text, "id: p\nversion: 1.1.0\nscope: { payers: [a, b] }\n");
        assert_eq!(changes, [("scope".to_owned(), false)]);

        let base = "today: 2026-01-01\ncases:\n  - case: one\n    expect: []\n  - case: two\n    expect: []\n";
        let local = base.replacen("expect: []", "expect: [p/a]", 1);
        let new = format!("{base}  - case: three\n    expect: [p/b]\n");
        let (text, changes) = merged(Part::Tests, base, &local, &new);
        assert_eq!(text, new.replacen("expect: []", "expect: [p/a]", 1));
        assert_eq!(changes, [("one".to_owned(), false)]);
    }

    fn text() -> impl Strategy<Value = String> {
        let line = prop_oneof![
            Just("fn a(x) { }\n"),
            Just("/// id: b\nfn b(x) {\n  \"}\";\n}\n"),
            Just("/// id: b\nfn b(x) {\n  2;\n}\n"),
            Just("// note\n"),
            Just("\n"),
            Just("key: 1\n"),
            Just("key: 2\n"),
            Just("  - case: c\n"),
            Just("é: {\r\n"),
        ];
        proptest::collection::vec(line, 0..8).prop_map(|lines| lines.concat())
    }

    fn part() -> impl Strategy<Value = Part> {
        prop_oneof![Just(Part::Rules), Just(Part::Tests), Just(Part::Manifest)]
    }

    proptest! {
        #[test]
        fn the_pieces_of_a_file_are_the_file(part in part(), text in text()) {
            let pieces = blocks(Some(part), &text);
            prop_assert_eq!(pieces.iter().map(|one| one.text.as_str()).collect::<String>(), text);
        }

        #[test]
        fn without_a_change_of_ones_own_the_new_version_comes_as_it_is(
            part in part(), base in text(), new in text()
        ) {
            let (text, changes) = merged(part, &base, &base, &new);
            prop_assert_eq!(text, new);
            prop_assert_eq!(changes, vec![]);
        }

        #[test]
        fn with_no_new_version_everything_stays(part in part(), base in text(), local in text()) {
            let (text, _) = merged(part, &base, &local, &base);
            // A piece that moves may leave the comment above it to its neighbour.
            fn says(text: &str) -> Vec<&str> {
                let mut lines: Vec<&str> = text.lines().map(str::trim_end).collect();
                lines.retain(|line| !line.is_empty());
                lines.sort_unstable();
                lines
            }
            prop_assert_eq!(says(&text), says(&local));
        }
    }
}
