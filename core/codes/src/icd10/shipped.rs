//! The releases of ICD-10-CM that are compiled in.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Read;
use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;

use super::excludes::Excludes1;
use super::pack::Pack;
#[cfg(test)]
use super::table::Icd10Entry;
use super::table::{Icd10Standing, Icd10Table, Key, Names};
use super::tabular::{Name, Tabular, first_words, read_icd10_tabular};
use crate::import::{Import, ImportError};
use crate::{Validity, Versions};

const PACK: &[u8] = include_bytes!("../../data/icd10cm.pack");
/// The fiscal year of the list that is compiled in; the one before is kept as
/// its difference.
const FISCAL_YEAR: i32 = 2026;

/// Releases of ICD-10-CM: those compiled in, and any that were imported.
#[derive(Debug, Clone)]
pub struct Icd10Releases {
    versions: Versions<Icd10Table>,
    excludes: Arc<Excludes1>,
}

static SHIPPED: LazyLock<Icd10Releases> = LazyLock::new(|| {
    let pack = Pack::read(PACK).expect("the pack that is compiled in is read by a test");
    Icd10Releases::unpack(pack)
});

/// The releases that are compiled in: fiscal years 2025 and 2026, that is
/// dates of service from October 2024 to September 2026. Both years' April
/// updates brought no code. Unpacked at the first call.
#[must_use]
pub fn shipped_icd10() -> &'static Icd10Releases {
    &SHIPPED
}

/// Bytes that the releases take in the program.
pub(crate) const fn shipped_size() -> usize {
    PACK.len()
}

/// What a code is on a date, in the releases that are compiled in. With or
/// without its point.
///
/// ```
/// use scrubjay_codes::{Icd10Standing, icd10_on};
/// let day = |text: &str| text.parse().unwrap();
/// assert_eq!(icd10_on("E11.9", day("2026-03-02")), Icd10Standing::Billable);
/// assert_eq!(icd10_on("E11", day("2026-03-02")), Icd10Standing::Header);
/// // Multiple sclerosis was one code until September 2025.
/// assert_eq!(icd10_on("G35", day("2025-09-30")), Icd10Standing::Billable);
/// assert_eq!(icd10_on("G35", day("2025-10-01")), Icd10Standing::Header);
/// // Nobody can say yet, so nobody may be told that it is wrong.
/// assert_eq!(icd10_on("E11.9", day("2031-01-01")), Icd10Standing::NoRelease);
/// ```
#[must_use]
pub fn icd10_on(code: &str, day: NaiveDate) -> Icd10Standing {
    SHIPPED.standing(code, day)
}

/// A code of the releases that are compiled in. `None` where none has it.
///
/// ```
/// let code = scrubjay_codes::icd10("S72001A").unwrap();
/// assert_eq!(
///     code.description(),
///     "Fracture of unspecified part of neck of right femur, initial encounter for closed fracture",
/// );
/// assert!(scrubjay_codes::icd10("X99Z").is_none());
/// ```
#[must_use]
pub fn icd10(code: &str) -> Option<Icd10Code<'static>> {
    SHIPPED.find(code)
}

impl Icd10Releases {
    fn unpack(pack: Pack) -> Self {
        let Pack {
            mut tabular,
            minus,
            earlier_minus,
            earlier_plus,
        } = pack;
        let without = |keys: &[Key], minus: Vec<Key>| -> Vec<Key> {
            let minus: BTreeSet<Key> = minus.into_iter().collect();
            keys.iter()
                .copied()
                .filter(|key| !minus.contains(key))
                .collect()
        };
        let keys = without(&tabular.codes(), minus);
        // The release before: these without what is new, with what went.
        let mut earlier_keys = without(&keys, earlier_minus);
        earlier_keys.extend(earlier_plus.keys().copied());
        earlier_keys.sort_unstable();
        // Both share the descriptions: a code that went has its own line there.
        for (key, description) in earlier_plus {
            let name = Name {
                description,
                sevenths: None,
            };
            tabular.names.insert(key, name);
        }
        let excludes = Arc::new(std::mem::take(&mut tabular.excludes));
        let names = Arc::new(tabular);
        let table = |keys: Vec<Key>| {
            let names = Names::Tabular(Arc::clone(&names));
            Icd10Table::with_leaves_billable(keys, names)
        };
        let mut versions = Versions::default();
        versions.add(Validity::fiscal_year(FISCAL_YEAR - 1), table(earlier_keys));
        versions.add(Validity::fiscal_year(FISCAL_YEAR), table(keys));
        Self { versions, excludes }
    }

    /// Adds an imported release; where days overlap it counts before the others.
    pub fn add(&mut self, days: Validity, table: impl Into<Arc<Icd10Table>>) {
        self.versions.add(days, table);
    }

    /// Adds an imported tabular list, whose notes count from then on: where an
    /// order file of the same days is added after it, that one says which codes
    /// stand.
    pub fn add_tabular(&mut self, days: Validity, mut list: Tabular) {
        self.excludes = Arc::new(std::mem::take(&mut list.excludes));
        self.add(days, list.table(None));
    }

    /// What a code is on a date.
    #[must_use]
    pub fn standing(&self, code: &str, day: NaiveDate) -> Icd10Standing {
        self.versions
            .on(day)
            .map_or(Icd10Standing::NoRelease, |table| table.standing(code))
    }

    /// The code, where any release has it.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<Icd10Code<'_>> {
        let key = Key::read(code)?;
        let known = self
            .versions
            .iter()
            .any(|(_, table)| table.entry(key).is_some());
        known.then_some(Icd10Code {
            releases: self,
            key,
        })
    }

    /// Whether an Excludes1 note keeps the two apart (fiscal year 2026's notes, or
    /// those of the tabular list added last).
    #[must_use]
    pub fn excludes1(&self, one: &str, other: &str) -> bool {
        self.excludes.forbids(one, other)
    }

    /// The codes that Excludes1 notes name beside a code: those of its own notes
    /// and of the notes above it, each as a code with everything below it or a
    /// range of them.
    #[must_use]
    pub fn excludes1_of(&self, code: &str) -> Vec<String> {
        self.excludes.named_at(code)
    }

    /// The release of a day.
    #[must_use]
    pub fn table_on(&self, day: NaiveDate) -> Option<&Icd10Table> {
        self.versions.on(day)
    }

    /// Every release with its days.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Validity, &Icd10Table)> {
        self.versions.iter()
    }
}

/// A code that some release has.
#[derive(Debug, Clone, Copy)]
pub struct Icd10Code<'a> {
    releases: &'a Icd10Releases,
    key: Key,
}

impl<'a> Icd10Code<'a> {
    /// The code without its point.
    #[must_use]
    pub fn code(&self) -> String {
        self.key.code()
    }

    /// What it means, in the words of the latest release that has it.
    #[must_use]
    pub fn description(&self) -> Cow<'a, str> {
        let found = self
            .releases
            .versions
            .iter()
            .rev()
            .find_map(|(_, table)| table.entry(self.key));
        found.map(|entry| entry.description()).unwrap_or_default()
    }

    /// What it is on a date.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Icd10Standing {
        self.releases.standing(&self.key.code(), day)
    }

    /// Whether it says what happened outside (V00 to Y99) and so may never be
    /// the first diagnosis (ICD-10-CM Official Guidelines, I.C.20).
    #[must_use]
    pub fn is_external_cause(&self) -> bool {
        matches!(self.code().as_bytes(), [b'V'..=b'Y', ..])
    }

    /// Whether it names the manifestation of a disease that must be coded
    /// before it: its title ends in "in diseases classified elsewhere" or the
    /// like (ICD-10-CM Official Guidelines, I.A.13). A germ "as the cause of
    /// diseases classified elsewhere" is none.
    #[must_use]
    pub fn is_manifestation(&self) -> bool {
        let title = self.description();
        title
            .split_once("diseases classified elsewhere")
            .is_some_and(|(before, _)| {
                before.to_lowercase().contains(" in ") && !before.contains("as the cause of")
            })
    }
}

/// Writes the compact form out of NCHS's files: the tabular list and the code
/// list of a fiscal year, and those of the year before. It is for
/// `data/icd10cm.pack`; see `examples/pack_icd10cm.rs`.
///
/// # Errors
/// As [`read_icd10_tabular`].
#[doc(hidden)]
pub fn pack_icd10(
    tabular: impl Read,
    listed: &str,
    earlier_tabular: impl Read,
    earlier_listed: &str,
) -> Result<Import<Vec<u8>>, ImportError> {
    let import = read_icd10_tabular(tabular)?;
    let earlier = read_icd10_tabular(earlier_tabular)?.table;
    let keys: BTreeSet<Key> = first_words(listed).collect();
    let earlier_keys: BTreeSet<Key> = first_words(earlier_listed).collect();
    let mut minus = import.table.codes();
    minus.retain(|key| !keys.contains(key));
    let earlier_plus = earlier_keys.difference(&keys).map(|key| {
        let name = earlier.description(*key).unwrap_or_default();
        (*key, name.into_owned())
    });
    let pack = Pack {
        minus,
        earlier_minus: keys.difference(&earlier_keys).copied().collect(),
        earlier_plus: earlier_plus.collect(),
        tabular: import.table,
    };
    Ok(Import {
        table: pack.write(),
        taken: import.taken,
        skipped: import.skipped,
        faults: import.faults,
        refused: import.refused,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// The counts that CMS publishes with each year's files.
    #[test]
    fn each_year_has_as_many_billable_codes_as_was_published() {
        let billable: Vec<_> = shipped_icd10()
            .iter()
            .map(|(days, table)| (days, table.iter().filter(Icd10Entry::is_billable).count()))
            .collect();
        assert_eq!(
            billable,
            [
                (Validity::fiscal_year(2025), 74_260),
                (Validity::fiscal_year(2026), 74_719)
            ]
        );
    }

    /// CMS names the new and the deleted codes of fiscal year 2026: 487 and 28.
    #[test]
    fn the_changes_of_a_year_are_those_that_were_announced() {
        let releases: Vec<_> = shipped_icd10().iter().map(|(_, table)| table).collect();
        let changes = releases[1].changes_since(releases[0]);
        let may_bill =
            |table: &Icd10Table, code: &String| table.standing(code) == Icd10Standing::Billable;
        let new = changes
            .added
            .iter()
            .filter(|code| may_bill(releases[1], code))
            .count();
        let gone = |code: &&String| may_bill(releases[0], code) && !may_bill(releases[1], code);
        let gone = changes
            .removed
            .iter()
            .chain(&changes.changed)
            .filter(gone)
            .count();
        assert_eq!((new, gone), (487, 28));
    }

    #[test]
    fn every_code_has_a_description_and_a_shape_that_a_claim_can_carry() {
        for (_, table) in shipped_icd10().iter() {
            for entry in table.iter() {
                assert!(!entry.description().trim().is_empty(), "{}", entry.code());
                assert!(
                    entry.code().parse::<scrubjay_model::Icd10>().is_ok(),
                    "{}",
                    entry.code()
                );
            }
        }
    }

    #[test]
    fn a_code_stands_in_the_year_that_brought_it() {
        for (code, before, since) in [
            ("E11.A", Icd10Standing::Absent, Icd10Standing::Billable),
            ("G35", Icd10Standing::Billable, Icd10Standing::Header),
            ("G35.D", Icd10Standing::Absent, Icd10Standing::Billable),
            ("QA0.0101", Icd10Standing::Absent, Icd10Standing::Billable),
            ("T78.1XXA", Icd10Standing::Billable, Icd10Standing::Absent),
            ("I10", Icd10Standing::Billable, Icd10Standing::Billable),
            ("E11", Icd10Standing::Header, Icd10Standing::Header),
            ("A00.5", Icd10Standing::Absent, Icd10Standing::Absent),
        ] {
            assert_eq!(icd10_on(code, day("2025-09-30")), before, "{code}");
            assert_eq!(icd10_on(code, day("2025-10-01")), since, "{code}");
            assert_eq!(
                icd10_on(code, day("2024-09-30")),
                Icd10Standing::NoRelease,
                "{code}"
            );
            assert_eq!(
                icd10_on(code, day("2026-10-01")),
                Icd10Standing::NoRelease,
                "{code}"
            );
        }
    }

    #[test]
    fn a_code_that_went_is_still_described() {
        let code = icd10("T78.1XXA").unwrap();
        assert!(
            code.description().ends_with(", initial encounter"),
            "{}",
            code.description()
        );
        assert_eq!(icd10("G35").unwrap().description(), "Multiple sclerosis");
    }

    #[test]
    fn seventh_characters_that_do_not_apply_make_no_code() {
        assert_eq!(
            icd10_on("S06.1X7A", day("2026-01-01")),
            Icd10Standing::Billable
        );
        assert_eq!(
            icd10_on("S06.1X7D", day("2026-01-01")),
            Icd10Standing::Absent
        );
    }

    #[test]
    fn codes_that_may_not_stand_first_or_together_are_known() {
        assert!(icd10("W01.0XXA").unwrap().is_external_cause());
        assert!(!icd10("Z00.00").unwrap().is_external_cause());
        assert!(icd10("D63.1").is_some_and(|code| !code.is_manifestation()));
        assert!(icd10("F02.80").unwrap().is_manifestation());
        assert!(icd10("H42").unwrap().is_manifestation());
        assert!(!icd10("B95.0").unwrap().is_manifestation());
        let releases = shipped_icd10();
        assert!(
            releases.excludes1("E10.9", "E11.9"),
            "type 1 and type 2 diabetes"
        );
        assert!(releases.excludes1("A04.9", "A05.9"));
        assert!(!releases.excludes1("E11.9", "I10"));
    }

    #[test]
    fn an_imported_release_counts_on_its_days() {
        let mut releases = shipped_icd10().clone();
        let file = b"00001 G35     1 Multiple sclerosis                                           Multiple sclerosis\n";
        let import = super::super::read_icd10_order(&file[..]).unwrap();
        releases.add(Validity::fiscal_year(2027), import.table);
        assert_eq!(
            releases.standing("G35", day("2026-10-01")),
            Icd10Standing::Billable
        );
        assert_eq!(
            releases.standing("I10", day("2026-10-01")),
            Icd10Standing::Absent
        );
        assert_eq!(
            releases.standing("I10", day("2026-09-30")),
            Icd10Standing::Billable
        );
    }
}
