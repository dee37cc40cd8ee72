//! Reads the tables that are compiled in: comma-separated, one header line.
//!
//! A cell is a slice of the file itself, so a table costs no allocation a
//! cell. No cell holds a comma, a quote or a line break; the tests hold the
//! files to that, and a row that breaks it is left out rather than misread.

use chrono::{Months, NaiveDate};

/// The cells of each row, without the header; rows of another width are left out.
pub(crate) fn rows<const WIDTH: usize>(
    file: &'static str,
) -> impl Iterator<Item = [&'static str; WIDTH]> {
    file.lines().skip(1).filter_map(cells)
}

fn cells<const WIDTH: usize>(line: &'static str) -> Option<[&'static str; WIDTH]> {
    let mut row = [""; WIDTH];
    let mut filled = 0;
    for cell in line.split(',') {
        *row.get_mut(filled)? = cell;
        filled += 1;
    }
    (filled == WIDTH).then_some(row)
}

/// An ISO date, or none where the cell is empty. The outer `None` is a cell
/// that is neither.
pub(crate) fn date(cell: &str) -> Option<Option<NaiveDate>> {
    if cell.is_empty() {
        return Some(None);
    }
    cell.parse().ok().map(Some)
}

/// From when and until when a code may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Validity {
    /// First day, where one is known.
    pub starts: Option<NaiveDate>,
    /// The day from which it may no longer be used, where one is known.
    pub stops: Option<NaiveDate>,
}

impl Validity {
    /// Reads the two columns `starts` and `stops`.
    pub(crate) fn read(starts: &str, stops: &str) -> Option<Self> {
        Some(Self {
            starts: date(starts)?,
            stops: date(stops)?,
        })
    }

    /// A calendar year, as fee schedules go.
    #[must_use]
    pub fn year(year: i32) -> Self {
        Self {
            starts: NaiveDate::from_ymd_opt(year, 1, 1),
            stops: NaiveDate::from_ymd_opt(year.saturating_add(1), 1, 1),
        }
    }

    /// A federal fiscal year, as ICD-10-CM goes: 2026 is October 2025 to September 2026.
    #[must_use]
    pub fn fiscal_year(year: i32) -> Self {
        Self {
            starts: NaiveDate::from_ymd_opt(year.saturating_sub(1), 10, 1),
            stops: NaiveDate::from_ymd_opt(year, 10, 1),
        }
    }

    /// A calendar quarter, as HCPCS and the correct coding edits go. `None`
    /// where the quarter is not 1 to 4.
    #[must_use]
    pub fn quarter(year: i32, quarter: u32) -> Option<Self> {
        let first_month = |quarter: u32| NaiveDate::from_ymd_opt(year, quarter * 3 - 2, 1);
        let starts = (1..=4).contains(&quarter).then(|| first_month(quarter))??;
        let stops = starts.checked_add_months(Months::new(3))?;
        Some(Self {
            starts: Some(starts),
            stops: Some(stops),
        })
    }

    /// Whether the code may be used on `day`.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.starts.is_none_or(|starts| starts <= day) && self.stops.is_none_or(|stops| day < stops)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Every line of a table must have exactly the header's cells, and be in
    /// an order that a reader can find a code in.
    pub(crate) fn assert_sound_layout<const WIDTH: usize>(file: &'static str) {
        assert!(!file.contains('"'), "cells are written without quotes");
        assert!(!file.contains('\r'), "lines end in a plain line feed");
        for (at, line) in file.lines().enumerate() {
            assert!(cells::<WIDTH>(line).is_some(), "line {}: {line}", at + 1);
        }
        assert_eq!(rows::<WIDTH>(file).count(), file.lines().count() - 1);
    }

    #[test]
    fn a_code_holds_from_its_first_day_until_the_day_before_it_stops() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let validity = Validity::read("2024-07-01", "2026-03-01").unwrap();
        assert!(!validity.holds_on(day("2024-06-30")));
        assert!(validity.holds_on(day("2024-07-01")));
        assert!(validity.holds_on(day("2026-02-28")));
        assert!(!validity.holds_on(day("2026-03-01")));
        assert!(Validity::default().holds_on(day("1900-01-01")));
    }
}
