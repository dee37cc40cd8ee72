//! The compact form of the tabular list: front-coded lines, deflated.
//!
//! After inflation it is text, one block after the other:
//!
//! ```text
//! scrubjay icd10cm 1
//! sevenths A=initial encounter|D=subsequent encounter      one line a set
//! code 3A0.!Cholera                                         one line a code
//! minus S061X7D          made by the list but not in the release
//! earlier-minus G35A     not yet in the release before
//! earlier-plus G35 Multiple sclerosis                       only in the release before
//! excludes A15-A19 P370 R761
//! ```
//!
//! In a `code` line the first character says how many characters are those of
//! the line before (from `0`), then come the other characters of the code, a
//! blank, the set of seventh characters (`.` or a letter), how many bytes of
//! the description are those before (from `!`), and the rest of it.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::excludes::{Excludes1, Span};
use super::table::Key;
use super::tabular::{Name, Sevenths, Tabular};

const MAGIC: &str = "scrubjay icd10cm 1";
/// Most bytes of a description that one line takes from the line before.
const MAX_SHARED: usize = 90;
/// Bound on the text, so that a damaged pack cannot ask for any memory.
const MAX_TEXT: usize = 32 * 1024 * 1024;

/// A tabular list, what it made too many, and how the release before differs.
#[derive(Debug, Default)]
pub(super) struct Pack {
    pub(super) tabular: Tabular,
    pub(super) minus: Vec<Key>,
    pub(super) earlier_minus: Vec<Key>,
    pub(super) earlier_plus: BTreeMap<Key, String>,
}

impl Pack {
    pub(super) fn write(&self) -> Vec<u8> {
        let mut text = format!("{MAGIC}\n");
        for set in &self.tabular.sevenths {
            let set: Vec<_> = set
                .iter()
                .map(|(c, added)| format!("{}={added}", char::from(*c)))
                .collect();
            let _ = writeln!(text, "sevenths {}", set.join("|"));
        }
        let (mut last_code, mut last_name) = (String::new(), "");
        for (key, name) in &self.tabular.names {
            let code = key.code();
            let same = shared(&last_code, &code);
            let set = name
                .sevenths
                .map_or('.', |set| char::from(b'a' + set as u8));
            let from_last = shared(last_name, &name.description).min(MAX_SHARED);
            let from_last = (0..=from_last)
                .rev()
                .find(|at| name.description.is_char_boundary(*at))
                .unwrap_or(0);
            let _ = writeln!(
                text,
                "code {}{} {set}{}{}",
                char::from(b'0' + same as u8),
                &code[same..],
                char::from(b'!' + from_last as u8),
                &name.description[from_last..],
            );
            (last_code, last_name) = (code, &name.description);
        }
        for (word, keys) in [
            ("minus", &self.minus),
            ("earlier-minus", &self.earlier_minus),
        ] {
            for key in keys {
                let _ = writeln!(text, "{word} {}", key.code());
            }
        }
        for (key, name) in &self.earlier_plus {
            let _ = writeln!(text, "earlier-plus {} {name}", key.code());
        }
        for (under, named) in self.tabular.excludes.notes() {
            let named: Vec<_> = named.iter().map(Span::to_string).collect();
            let _ = writeln!(text, "excludes {under} {}", named.join(" "));
        }
        miniz_oxide::deflate::compress_to_vec(text.as_bytes(), 9)
    }

    /// `None` where the pack is damaged.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let text = miniz_oxide::inflate::decompress_to_vec_with_limit(bytes, MAX_TEXT).ok()?;
        let text = std::str::from_utf8(&text).ok()?;
        let mut lines = text.lines();
        lines.next().filter(|line| *line == MAGIC)?;
        let mut pack = Self::default();
        let mut notes = Vec::new();
        let (mut last_code, mut last_name) = (String::new(), String::new());
        for line in lines {
            let (word, rest) = line.split_once(' ')?;
            match word {
                "sevenths" => pack.tabular.sevenths.push(read_sevenths(rest)?),
                "code" => {
                    let (code, rest) = rest.split_once(' ')?;
                    let same = usize::from(code.bytes().next()?.checked_sub(b'0')?);
                    go_on(&mut last_code, same, code.get(1..)?)?;
                    let mut heads = rest.bytes();
                    let set = match heads.next()? {
                        b'.' => None,
                        letter => Some(usize::from(letter.checked_sub(b'a')?)),
                    };
                    let same = usize::from(heads.next()?.checked_sub(b'!')?);
                    go_on(&mut last_name, same, rest.get(2..)?)?;
                    let name = Name {
                        description: last_name.clone(),
                        sevenths: set,
                    };
                    pack.tabular.names.insert(Key::read(&last_code)?, name);
                }
                "minus" => pack.minus.push(Key::read(rest)?),
                "earlier-minus" => pack.earlier_minus.push(Key::read(rest)?),
                "earlier-plus" => {
                    let (code, name) = rest.split_once(' ')?;
                    pack.earlier_plus.insert(Key::read(code)?, name.to_owned());
                }
                "excludes" => {
                    let mut spans = rest.split(' ').map(Span::read);
                    notes.push((spans.next()??, spans.collect::<Option<Vec<_>>>()?));
                }
                _ => return None,
            }
        }
        pack.tabular.excludes = Excludes1::new(notes);
        Some(pack)
    }
}

/// Keeps the first bytes of the line before and puts the rest of this one behind.
fn go_on(last: &mut String, same: usize, rest: &str) -> Option<()> {
    last.get(..same)?;
    last.truncate(same);
    last.push_str(rest);
    Some(())
}

fn read_sevenths(line: &str) -> Option<Sevenths> {
    line.split('|')
        .map(|one| {
            let (character, added) = one.split_once('=')?;
            let [character] = character.as_bytes() else {
                return None;
            };
            Some((*character, added.to_owned()))
        })
        .collect()
}

fn shared(one: &str, other: &str) -> usize {
    one.bytes()
        .zip(other.bytes())
        .take_while(|(a, b)| a == b)
        .count()
}
