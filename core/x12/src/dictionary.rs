//! The dictionary of segments, composites and data elements, from its table.

use std::collections::HashMap;
use std::sync::OnceLock;

/// What a data element may hold (X12.6, 3.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A whole number.
    Number,
    /// A decimal number.
    Decimal,
    /// A code.
    Code,
    /// Text.
    Text,
    /// A date of six or eight digits.
    Date,
    /// A time of four to eight digits.
    Time,
}

/// One data element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element {
    /// Its number in the dictionary, such as `1028`.
    pub(crate) number: &'static str,
    pub(crate) kind: Kind,
    pub(crate) min: u32,
    pub(crate) max: u32,
}

/// A syntax note over elements of a segment or composite (X12.6, 3.6).
#[derive(Debug, Clone)]
pub(crate) struct Note {
    /// As written, such as `P0304`.
    pub(crate) text: &'static str,
    /// P, R, E, C or L.
    pub(crate) rule: u8,
    /// The element named first, and all of them, as bits.
    pub(crate) first: u64,
    pub(crate) all: u64,
}

/// What stands at one place of a segment.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) what: What,
    /// How often it may repeat.
    pub(crate) repeat: u32,
}

/// An element or a composite of elements.
#[derive(Debug, Clone)]
pub(crate) enum What {
    Element(Element),
    Composite(Vec<Element>, Vec<Note>),
}

/// One segment.
#[derive(Debug, Clone)]
pub(crate) struct SegmentDef {
    pub(crate) fields: Vec<Field>,
    pub(crate) notes: Vec<Note>,
}

/// The whole dictionary.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    pub(crate) segments: HashMap<&'static str, SegmentDef>,
    /// Usages that several guides share, by name.
    pub(crate) shared: HashMap<&'static str, &'static str>,
    /// Named code lists.
    pub(crate) lists: HashMap<&'static str, Vec<&'static str>>,
}

/// Why a table cannot be used; tables are ours, and a test reads them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{line}`: {problem}")]
pub(crate) struct TableError {
    pub(crate) line: &'static str,
    pub(crate) problem: &'static str,
}

impl Dictionary {
    /// The one dictionary.
    pub(crate) fn shared() -> &'static Self {
        static DICTIONARY: OnceLock<Dictionary> = OnceLock::new();
        DICTIONARY.get_or_init(|| {
            Self::parse(include_str!("../guides/dictionary.txt"))
                .expect("the dictionary is part of the program, and a test reads it")
        })
    }

    pub(crate) fn parse(text: &'static str) -> Result<Self, TableError> {
        let mut read = Self::default();
        let mut elements: HashMap<&str, Element> = HashMap::new();
        let lines = || {
            text.lines()
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
        };
        // Elements first: composites and segments may name them before they come.
        for line in lines().filter(|line| line.starts_with("e ")) {
            let element = element(line)?;
            if elements.insert(element.number, element).is_some() {
                return Err(TableError {
                    line,
                    problem: "element listed twice",
                });
            }
        }
        let find = |line, number: &str| {
            elements.get(number).copied().ok_or(TableError {
                line,
                problem: "no such element",
            })
        };
        let mut composites: HashMap<&str, (Vec<Element>, Vec<Note>)> = HashMap::new();
        for line in lines().filter(|line| line.starts_with("c ")) {
            let (name, members, written) = parts(line);
            let members = members
                .map(|number| find(line, number))
                .collect::<Result<_, _>>()?;
            composites.insert(name, (members, notes(line, written)?));
        }
        for line in lines() {
            let (name, members, written) = parts(line);
            match line.as_bytes() {
                [b's', b' ', ..] => {
                    let mut fields = Vec::new();
                    for member in members {
                        let (member, repeat) = match member.split_once('x') {
                            Some((member, times)) => (member, number(line, times)?),
                            None => (member, 1),
                        };
                        let what = match composites.get(member) {
                            Some((elements, notes)) => {
                                What::Composite(elements.clone(), notes.clone())
                            }
                            None => What::Element(find(line, member)?),
                        };
                        fields.push(Field { what, repeat });
                    }
                    let notes = notes(line, written)?;
                    read.segments.insert(name, SegmentDef { fields, notes });
                }
                [b'd', b' ', ..] => {
                    let usage = line.get(2 + name.len()..).unwrap_or_default().trim();
                    read.shared.insert(name, usage);
                }
                [b'l', b' ', ..] => {
                    read.lists.insert(name, members.collect());
                }
                [b'e' | b'c', b' ', ..] => {}
                _ => {
                    return Err(TableError {
                        line,
                        problem: "a line of no known kind",
                    });
                }
            }
        }
        Ok(read)
    }
}

fn number(line: &'static str, text: &str) -> Result<u32, TableError> {
    text.parse().map_err(|_| TableError {
        line,
        problem: "a number was expected",
    })
}

/// The name, the members and the syntax notes of a line.
fn parts(
    line: &'static str,
) -> (
    &'static str,
    impl Iterator<Item = &'static str>,
    &'static str,
) {
    let (left, notes) = line.split_once('|').unwrap_or((line, ""));
    let mut words = left.split_whitespace().skip(1);
    (words.next().unwrap_or_default(), words, notes)
}

fn element(line: &'static str) -> Result<Element, TableError> {
    let mut words = line.split_whitespace().skip(1);
    let mut word = || words.next().unwrap_or_default();
    let name = word();
    let kind = match word() {
        "N0" => Kind::Number,
        "R" => Kind::Decimal,
        "ID" => Kind::Code,
        "AN" => Kind::Text,
        "DT" => Kind::Date,
        "TM" => Kind::Time,
        _ => {
            return Err(TableError {
                line,
                problem: "no such type",
            });
        }
    };
    Ok(Element {
        number: name,
        kind,
        min: number(line, word())?,
        max: number(line, word())?,
    })
}

fn notes(line: &'static str, text: &'static str) -> Result<Vec<Note>, TableError> {
    let mut notes = Vec::new();
    for word in text.split_whitespace() {
        let (rule, digits) = word.split_at(1);
        let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
        let (mut first, mut all) = (0_u64, 0_u64);
        for pair in pairs {
            let pair = std::str::from_utf8(pair).unwrap_or_default();
            let bit = 1_u64.checked_shl(number(line, pair)?).unwrap_or_default();
            first = if first == 0 { bit } else { first };
            all |= bit;
        }
        if !rest.is_empty() || all.count_ones() < 2 || !"PRECL".contains(rule) {
            return Err(TableError {
                line,
                problem: "a syntax note is a letter and pairs of digits",
            });
        }
        let rule = rule.as_bytes()[0];
        notes.push(Note {
            text: word,
            rule,
            first,
            all,
        });
    }
    Ok(notes)
}
