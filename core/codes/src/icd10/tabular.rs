//! Reads the ICD-10-CM tabular list, the XML that NCHS publishes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Arc;

use roxmltree::{Document, Node};

use super::excludes::{Excludes1, Span, codes_named};
use super::pack::Pack;
use super::table::{Icd10Table, Key, Names};
use crate::import::{Import, ImportError, RowFaultKind, Tally, text};

/// Seventh characters with what each adds to the description.
pub(super) type Sevenths = BTreeMap<u8, String>;

/// A tabular list: every code that it spells out, the seventh characters that
/// make the others, and the Excludes1 notes.
#[derive(Debug, Clone, Default)]
pub struct Tabular {
    pub(super) names: BTreeMap<Key, Name>,
    pub(super) sevenths: Vec<Sevenths>,
    pub(super) excludes: Excludes1,
}

/// One code that the list spells out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) description: String,
    /// Which set of seventh characters the code takes.
    pub(super) sevenths: Option<usize>,
}

impl Tabular {
    /// What a code means: as spelt out, or put together with its seventh character.
    pub(super) fn description(&self, key: Key) -> Option<Cow<'_, str>> {
        if let Some(name) = self.names.get(&key) {
            return Some(Cow::Borrowed(&name.description));
        }
        let code = key.code();
        let seventh = *code.as_bytes().get(6)?;
        let stem = code[..6].trim_end_matches('X');
        let name = self.names.get(&Key::read(&code[..stem.len().max(3)])?)?;
        let added = self.sevenths.get(name.sevenths?)?.get(&seventh)?;
        Some(Cow::Owned(format!("{}, {added}", name.description)))
    }

    /// Every code of the list, those made by a seventh character too. The list
    /// says in words where a seventh character does not apply (S06 with a sixth
    /// character 7 or 8), so that it makes some codes too many; the order file
    /// is exact.
    pub(super) fn codes(&self) -> Vec<Key> {
        let mut codes = Vec::with_capacity(self.names.len() * 2);
        let mut names = self.names.iter().peekable();
        while let Some((key, name)) = names.next() {
            codes.push(*key);
            let has_longer = names
                .peek()
                .is_some_and(|(next, _)| key.is_prefix_of(**next));
            if let Some(set) = name.sevenths.filter(|_| key.len() < 7 && !has_longer) {
                let sevenths = self.sevenths.get(set).into_iter().flat_map(BTreeMap::keys);
                codes.extend(sevenths.map(|seventh| key.with_seventh(*seventh)));
            }
        }
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// The list as a table; where `listed` is given, only the codes that it
    /// names too.
    #[must_use]
    pub fn table(self, listed: Option<&str>) -> Icd10Table {
        let mut codes = self.codes();
        if let Some(listed) = listed {
            let listed: BTreeSet<Key> = first_words(listed).collect();
            codes.retain(|code| listed.contains(code));
        }
        Icd10Table::with_leaves_billable(codes, Names::Tabular(Arc::new(self)))
    }

    /// The list in the compact form that ships too.
    pub(crate) fn to_compact(&self) -> Vec<u8> {
        let tabular = self.clone();
        Pack {
            tabular,
            ..Pack::default()
        }
        .write()
    }

    /// Reads the compact form; `None` where it is damaged.
    pub(crate) fn from_compact(bytes: &[u8]) -> Option<Self> {
        Some(Pack::read(bytes)?.tabular)
    }

    /// Codes that must not stand together.
    #[must_use]
    pub fn excludes1(&self) -> &Excludes1 {
        &self.excludes
    }
}

/// The codes that begin the lines of a code list, such as NCHS's `icd10cm-codes`.
pub(super) fn first_words(list: &str) -> impl Iterator<Item = Key> + '_ {
    list.lines()
        .filter_map(|line| Key::read(line.split_whitespace().next()?))
}

/// Reads the tabular XML (`icd10cm-tabular-*.xml`): chapters, sections, codes
/// with descriptions, seventh characters, Excludes1 notes.
///
/// # Errors
/// The file cannot be read, is not well-formed XML, or has no code in it.
/// Entities and a document type are refused. A code whose name or description
/// is unusable is left out and listed among the faults.
pub fn read_icd10_tabular(mut file: impl Read) -> Result<Import<Tabular>, ImportError> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)
        .map_err(|source| ImportError::Read { line: 0, source })?;
    let content = text(&bytes);
    let content = content.trim_start_matches('\u{feff}');
    let document = Document::parse(content).map_err(|source| {
        let line = source.pos().row;
        ImportError::Xml { line, source }
    })?;
    let mut tally = Tally::default();
    let mut tabular = Tabular::default();
    let mut sets: BTreeMap<Sevenths, usize> = BTreeMap::new();
    let mut notes = Vec::new();
    for node in document.descendants().filter(Node::is_element) {
        match node.tag_name().name() {
            "diag" => {
                let line = || u64::from(document.text_pos_at(node.range().start).row);
                let Some(key) = child_text(node, "name").as_deref().and_then(Key::read) else {
                    let why = RowFaultKind::Column {
                        column: "name",
                        expected: "an ICD-10-CM code",
                    };
                    tally.refuse(line(), why);
                    continue;
                };
                let Some(description) = child_text(node, "desc").filter(|text| !text.is_empty())
                else {
                    tally.refuse(line(), RowFaultKind::Short("desc"));
                    continue;
                };
                // The nearest definition above the code counts.
                let own = node.ancestors().find_map(sevenths_of).map(|found| {
                    let next = sets.len();
                    *sets.entry(found).or_insert(next)
                });
                let name = Name {
                    description,
                    sevenths: own,
                };
                if tabular.names.insert(key, name).is_some() {
                    tally.refuse(line(), RowFaultKind::Repeated);
                    continue;
                }
                tally.taken += 1;
                note_excludes(
                    node,
                    Some(Span {
                        first: key,
                        last: key,
                    }),
                    &mut notes,
                );
            }
            "section" => note_excludes(node, node.attribute("id").and_then(Span::read), &mut notes),
            "chapter" => {
                let range = child_text(node, "desc").and_then(|desc| codes_named(&desc).last());
                note_excludes(node, range, &mut notes);
            }
            _ => {}
        }
    }
    let mut by_number: Vec<_> = sets.into_iter().collect();
    by_number.sort_by_key(|(_, number)| *number);
    tabular.sevenths = by_number.into_iter().map(|(set, _)| set).collect();
    tabular.excludes = Excludes1::new(notes);
    tally.finish(tabular)
}

/// The text of a child element, its runs of blanks made one.
fn child_text(node: Node<'_, '_>, name: &str) -> Option<String> {
    let child = node.children().find(|child| child.has_tag_name(name))?;
    Some(words(child.text().unwrap_or_default()))
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn sevenths_of(node: Node<'_, '_>) -> Option<Sevenths> {
    let definition = node
        .children()
        .find(|child| child.has_tag_name("sevenChrDef"))?;
    let extensions = definition
        .children()
        .filter(|child| child.has_tag_name("extension"));
    let set = extensions.filter_map(|extension| {
        let [character] = extension.attribute("char")?.as_bytes() else {
            return None;
        };
        character
            .is_ascii_alphanumeric()
            .then(|| (*character, words(extension.text().unwrap_or_default())))
    });
    Some(set.collect())
}

fn note_excludes(node: Node<'_, '_>, under: Option<Span>, notes: &mut Vec<(Span, Vec<Span>)>) {
    let Some(under) = under else { return };
    let lists = node
        .children()
        .filter(|child| child.has_tag_name("excludes1"));
    let texts = lists
        .flat_map(|list| list.children())
        .filter(|child| child.has_tag_name("note"));
    let mut named: Vec<Span> = texts
        .flat_map(|note| codes_named(note.text().unwrap_or_default()))
        .collect();
    named.sort();
    named.dedup();
    if !named.is_empty() {
        notes.push((under, named));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::icd10::Icd10Standing;

    const LIST: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular><version>2026</version>
<chapter><name>19</name><desc>Injuries (S00-T88)</desc>
 <excludes1><note>birth trauma (P10-P15)</note></excludes1>
 <section id="S00-S09"><desc>Head</desc>
  <diag><name>S01</name><desc>Open  wound
     of head</desc>
   <sevenChrDef><extension char="A">initial encounter</extension><extension char="D">subsequent encounter</extension></sevenChrDef>
   <diag><name>S01.0</name><desc>Open wound of scalp</desc>
    <diag><name>S01.00</name><desc>Unspecified open wound of scalp</desc></diag>
    <diag><name>S01.011</name><desc>Laceration, &amp; Ménière</desc></diag>
   </diag>
   <diag><name>S0</name><desc>no code</desc></diag>
   <diag><name>S01.9</name></diag>
  </diag>
 </section>
</chapter></ICD10CM.tabular>"#;

    #[test]
    fn seventh_characters_are_filled_up_with_x_and_described() {
        let import = read_icd10_tabular(LIST.as_bytes()).unwrap();
        assert_eq!((import.taken, import.refused), (4, 2));
        assert_eq!(import.faults[0].line, 13);
        let table = import.table.table(None);
        let codes: Vec<_> = table.iter().map(|entry| entry.code()).collect();
        assert_eq!(
            codes,
            [
                "S01", "S010", "S0100", "S0100XA", "S0100XD", "S01011", "S01011A", "S01011D"
            ]
        );
        let found = table.find("S01.00XD").unwrap();
        assert!(found.is_billable());
        assert_eq!(
            found.description(),
            "Unspecified open wound of scalp, subsequent encounter"
        );
        assert_eq!(
            table.find("S01").unwrap().description(),
            "Open wound of head"
        );
        assert_eq!(table.standing("S0100"), Icd10Standing::Header);
        assert_eq!(table.standing("S0100XS"), Icd10Standing::Absent);
    }

    #[test]
    fn a_chapters_note_holds_for_every_code_in_it() {
        let import = read_icd10_tabular(LIST.as_bytes()).unwrap();
        assert!(import.table.excludes1().forbids("S0100XA", "P123"));
        assert!(!import.table.excludes1().forbids("S0100XA", "P16"));
    }

    #[test]
    fn the_code_list_takes_out_what_the_tabular_list_made_too_many() {
        let tabular = read_icd10_tabular(LIST.as_bytes()).unwrap().table;
        let table = tabular.table(Some("S01 head\r\nS01.00 scalp\nS0100XA\n"));
        let codes: Vec<_> = table.iter().map(|entry| entry.code()).collect();
        assert_eq!(codes, ["S01", "S0100", "S0100XA"]);
    }

    #[test]
    fn a_file_that_is_no_tabular_list_is_refused_with_its_line() {
        let cut = &LIST[..600];
        assert!(matches!(
            read_icd10_tabular(cut.as_bytes()),
            Err(ImportError::Xml { .. })
        ));
        assert!(matches!(
            read_icd10_tabular(&b"<html/>"[..]),
            Err(ImportError::NothingTaken { .. })
        ));
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bb\">]><a>&b;</a>";
        assert!(matches!(
            read_icd10_tabular(bomb.as_bytes()),
            Err(ImportError::Xml { .. })
        ));
    }
}
