//! The plain form of small tables: one line a row, tabs between cells.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::Validity;

/// Puts rows together.
#[derive(Debug, Default)]
pub(super) struct RowsOut(String);

/// Puts the cells of one row together.
pub(super) struct RowOut<'a> {
    text: &'a mut String,
    is_first: bool,
}

impl RowsOut {
    /// A row; what `fill` puts in stands in it.
    pub(super) fn row(&mut self, fill: impl FnOnce(&mut RowOut<'_>)) {
        fill(&mut RowOut {
            text: &mut self.0,
            is_first: true,
        });
        self.0.push('\n');
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

impl RowOut<'_> {
    /// A cell of text. What would end it becomes a blank.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        if !self.is_first {
            self.text.push('\t');
        }
        self.is_first = false;
        let plain = |c: char| {
            if matches!(c, '\t' | '\n' | '\r') {
                ' '
            } else {
                c
            }
        };
        self.text.extend(text.chars().map(plain));
        self
    }

    pub(super) fn day(&mut self, day: Option<NaiveDate>) -> &mut Self {
        self.text(&day.map_or_else(String::new, |day| day.to_string()))
    }

    pub(super) fn days(&mut self, days: Validity) -> &mut Self {
        self.day(days.starts).day(days.stops)
    }

    pub(super) fn number(&mut self, number: Decimal) -> &mut Self {
        self.text(&number.to_string())
    }

    pub(super) fn maybe(&mut self, number: Option<Decimal>) -> &mut Self {
        self.text(&number.map_or_else(String::new, |number| number.to_string()))
    }
}

/// The cells of one row, taken from left to right. Each answer is `None` where
/// the row ends before or the cell is not what it should be.
pub(super) struct RowIn<'a>(std::str::Split<'a, char>);

impl<'a> RowIn<'a> {
    pub(super) fn text(&mut self) -> Option<&'a str> {
        self.0.next()
    }

    pub(super) fn string(&mut self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    pub(super) fn day(&mut self) -> Option<Option<NaiveDate>> {
        crate::table::date(self.text()?)
    }

    pub(super) fn days(&mut self) -> Option<Validity> {
        Some(Validity {
            starts: self.day()?,
            stops: self.day()?,
        })
    }

    pub(super) fn number(&mut self) -> Option<Decimal> {
        self.text()?.parse().ok()
    }

    pub(super) fn maybe(&mut self) -> Option<Option<Decimal>> {
        match self.text()? {
            "" => Some(None),
            text => text.parse().ok().map(Some),
        }
    }
}

/// Reads every row of a body; `None` where one is broken.
pub(super) fn read_rows(
    body: &[u8],
    mut take: impl FnMut(&mut RowIn<'_>) -> Option<()>,
) -> Option<()> {
    let body = std::str::from_utf8(body).ok()?;
    for line in body.lines() {
        let mut row = RowIn(line.split('\t'));
        take(&mut row)?;
        // A cell too many is not ours.
        if row.text().is_some() {
            return None;
        }
    }
    Some(())
}
