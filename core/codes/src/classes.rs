//! Classes of procedure codes: the names by which rules speak of codes that do
//! not ship, with their public members.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::sync::LazyLock;

use crate::import::{Import, ImportError, Line, Lines, RowFaultKind, Tally, text};
use crate::table;

const SHIPPED: &str = include_str!("../data/code_classes.csv");

static SHIPPED_READ: LazyLock<CodeClasses> = LazyLock::new(|| {
    let mut classes = CodeClasses::default();
    for [class, codes, _] in table::rows(SHIPPED) {
        classes.add(class, codes);
    }
    classes
});

/// Classes of codes by name, each with codes (`J0696`), ranges (`G0412-G0415`)
/// and prefixes (`J*`).
///
/// Those that ship have members of HCPCS Level II only. What a practice may use
/// of CPT it adds in a file of its own; see [`read_code_classes`].
///
/// ```
/// use scrubjay_codes::{CodeClasses, read_code_classes};
/// let mut classes = CodeClasses::shipped().clone();
/// let own = read_code_classes(&b"class,codes\nem_office,S0620-S0621\n"[..])?;
/// classes.extend(&own.table);
/// assert!(classes.get("em_office").unwrap().contains(&"S0620-S0621".to_owned()));
/// assert_eq!(classes.get("em_offise"), None);
/// # Ok::<(), scrubjay_codes::ImportError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodeClasses(BTreeMap<String, Vec<String>>);

impl CodeClasses {
    /// The classes that ship. Some have no public member, and are names only.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED_READ
    }

    /// The members of a class; `None` where there is no such class.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[String]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// The names in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Adds the members of other classes to those of the same name, and the
    /// classes that are not there yet.
    pub fn extend(&mut self, other: &Self) {
        for (name, members) in &other.0 {
            for member in members {
                self.add(name, member);
            }
        }
    }

    /// Adds a member; false where it stands there already. An empty one makes
    /// the class known and no more.
    fn add(&mut self, class: &str, member: &str) -> bool {
        let members = self.0.entry(class.to_owned()).or_default();
        if member.is_empty() || members.iter().any(|known| known == member) {
            return false;
        }
        members.push(member.to_owned());
        true
    }
}

/// Reads a practice's own members: comma-separated, the first line
/// `class,codes`, then a class and a code, range or prefix a line. Further
/// columns are for people.
///
/// # Errors
/// The file cannot be read, its first line names other columns, or no row goes in.
pub fn read_code_classes(file: impl BufRead) -> Result<Import<CodeClasses>, ImportError> {
    const COLUMNS: &str = "class,codes";
    let mut lines = Lines::new(file);
    let mut tally = Tally::default();
    let mut classes = CodeClasses::default();
    let mut begun = false;
    while let Some(line) = lines.next()? {
        let (number, line) = match line {
            Line::Text(number, line) => (number, text(line)),
            Line::TooLong(number) => {
                tally.refuse(number, RowFaultKind::TooLong);
                continue;
            }
        };
        if line.trim().is_empty() || line.starts_with('#') {
            tally.skipped += 1;
            continue;
        }
        let mut cells = line.split(',').map(str::trim);
        let class = cells.next().unwrap_or_default();
        let member = cells.next().unwrap_or_default();
        if !begun {
            if class != "class" || member != "codes" {
                return Err(ImportError::NoHeader { expected: COLUMNS });
            }
            begun = true;
            tally.skipped += 1;
            continue;
        }
        match check(class, member) {
            Err(why) => tally.refuse(number, why),
            Ok(()) if classes.add(class, member) => tally.taken += 1,
            Ok(()) => tally.refuse(number, RowFaultKind::Repeated),
        }
    }
    if !begun {
        return Err(ImportError::NoHeader { expected: COLUMNS });
    }
    tally.finish(classes)
}

fn check(class: &str, member: &str) -> Result<(), RowFaultKind> {
    let named = !class.is_empty()
        && class
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !named {
        return Err(RowFaultKind::Column {
            column: "class",
            expected: "small letters, digits and underscores",
        });
    }
    if !is_member(member) {
        return Err(RowFaultKind::Column {
            column: "codes",
            expected: "a code of five characters, a range such as G0412-G0415, or a prefix such as J*",
        });
    }
    Ok(())
}

/// A code, a range whose ends are in order, or a prefix.
fn is_member(member: &str) -> bool {
    let plain = |code: &str| {
        code.bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    let whole = |code: &str| code.len() == 5 && plain(code);
    if let Some(prefix) = member.strip_suffix('*') {
        return (1..5).contains(&prefix.len()) && plain(prefix);
    }
    match member.split_once('-') {
        Some((first, last)) => whole(first) && whole(last) && first <= last,
        None => whole(member),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::tests::assert_sound_layout;

    #[test]
    fn the_classes_that_ship_have_public_members_only() {
        assert_sound_layout::<3>(SHIPPED);
        let mut known: Vec<(&str, &str)> = Vec::new();
        for [class, member, _] in table::rows(SHIPPED) {
            assert!(
                member.is_empty() || check(class, member).is_ok(),
                "{class}: {member}"
            );
            // Letters begin HCPCS Level II; D is the ADA's, digits are the AMA's.
            assert!(
                !member.starts_with(|c: char| c.is_ascii_digit() || c == 'D'),
                "{member}"
            );
            assert!(
                !known.contains(&(class, member)),
                "{class}: {member} stands twice"
            );
            known.push((class, member));
        }
        assert!(known.is_sorted(), "by class, then by code");
    }

    #[test]
    fn a_practice_adds_members_and_classes_and_a_broken_row_is_told() {
        let file = "\u{feff}class,codes,what\r\n# ours\r\nem_office,S0620,eyes\r\nEm,G0001,\r\nown,G1-G2,\r\nown,Q5*,\r\nem_office,S0620,again\r\n";
        let import = read_code_classes(file.as_bytes()).unwrap();
        assert_eq!((import.taken, import.refused), (2, 3));
        assert_eq!(import.faults[0].line, 4);
        assert!(
            import.faults[0].to_string().contains("class"),
            "{}",
            import.faults[0]
        );
        assert_eq!(import.faults[1].line, 5);
        let mut classes = CodeClasses::shipped().clone();
        let before = classes.get("em_office").map(<[_]>::len).unwrap();
        classes.extend(&import.table);
        classes.extend(&import.table);
        assert_eq!(classes.get("em_office").unwrap().len(), before + 1);
        assert_eq!(classes.get("own").unwrap(), ["Q5*"]);
    }

    #[test]
    fn another_file_is_refused() {
        for text in ["", "code,class\nG0001,em\n", "class,codes\n"] {
            assert!(read_code_classes(text.as_bytes()).is_err(), "{text}");
        }
    }
}
