//! Where a page of use ended: what the table answered last, and the last total of it that was shown.

use super::UsageView;
use hallpass_core::Day;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Where a page of use ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UsageCursor {
    /// After which row of the table, with its day.
    row: Option<(Day, String)>,
    /// After which total of what the table answers from there.
    total: Option<Total>,
}

/// What a total is of, in the order of totals: its day, token, principal, route and outcome, as far as
/// it is by these.
type Total = [String; 5];

/// A text that is not a cursor of this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the cursor is not one that this list gave")]
pub(super) struct UsageCursorError;

impl UsageCursor {
    /// After a row of the table.
    fn at(row: String) -> Self {
        let day = day_of(&row);
        Self {
            row: day.map(|day| (day, row)),
            total: None,
        }
    }

    /// The row of the table to go on after.
    pub(super) fn after(&self) -> Option<String> {
        self.row.as_ref().map(|(_, row)| row.clone())
    }

    /// The days that it names.
    pub(super) fn days(&self) -> impl Iterator<Item = Day> {
        let row = self.row.as_ref().map(|(day, _)| *day);
        let total = self.total.iter().filter_map(|[day, ..]| day.parse().ok());
        row.into_iter().chain(total)
    }
}

/// As many totals as are asked for, after those that were shown, and where to go on.
pub(super) fn page(
    totals: Vec<UsageView>,
    limit: usize,
    cursor: Option<UsageCursor>,
    next: Option<String>,
) -> (Vec<UsageView>, Option<UsageCursor>) {
    let (row, shown) = cursor.map_or((None, None), |cursor| (cursor.row, cursor.total));
    let is_new = |view: &UsageView| shown.as_ref().is_none_or(|shown| total(view) > *shown);
    let mut left = totals.into_iter().filter(is_new).peekable();
    let page: Vec<UsageView> = left.by_ref().take(limit).collect();
    let cursor = match left.peek() {
        Some(_) => page.last().map(|last| UsageCursor {
            row,
            total: Some(total(last)),
        }),
        None => next.map(UsageCursor::at),
    };
    (page, cursor)
}

/// What a total is of. Totals are in the order of these.
pub(super) fn total(view: &UsageView) -> Total {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        view.day.map(|day| day.to_string()).unwrap_or_default(),
        view.token
            .map(|token| token.to_string())
            .unwrap_or_default(),
        view.principal
            .map(|principal| principal.to_string())
            .unwrap_or_default(),
        text(&view.route),
        text(&view.outcome),
    ]
}

/// Rows of the table begin with their day.
fn day_of(row: &str) -> Option<Day> {
    row.split('#').next()?.parse().ok()
}

/// A row of the table, `:`, and a total, whose texts are written in hexadecimal digits: routes have
/// characters that a query would have to escape.
impl fmt::Display for UsageCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((_, row)) = &self.row {
            f.write_str(&row.replace('#', "~"))?;
        }
        f.write_str(":")?;
        let Some(total) = &self.total else {
            return Ok(());
        };
        for (number, text) in total.iter().enumerate() {
            if number > 0 {
                f.write_str(".")?;
            }
            for byte in text.bytes() {
                write!(f, "{byte:02x}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for UsageCursor {
    type Err = UsageCursorError;

    fn from_str(text: &str) -> Result<Self, UsageCursorError> {
        let (row, total) = text.split_once(':').ok_or(UsageCursorError)?;
        let row = match row {
            "" => None,
            row => {
                let row = row.replace('~', "#");
                Some((day_of(&row).ok_or(UsageCursorError)?, row))
            }
        };
        let total = match total {
            "" => None,
            total => {
                let texts: Result<Vec<String>, _> = total.split('.').map(from_hex).collect();
                Some(Total::try_from(texts?).map_err(|_more_or_fewer| UsageCursorError)?)
            }
        };
        if row.is_none() && total.is_none() {
            return Err(UsageCursorError);
        }
        Ok(Self { row, total })
    }
}

fn from_hex(digits: &str) -> Result<String, UsageCursorError> {
    let mut bytes = Vec::new();
    for pair in digits.as_bytes().chunks(2) {
        let byte = std::str::from_utf8(pair)
            .ok()
            .filter(|pair| pair.len() == 2)
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(byte.ok_or(UsageCursorError)?);
    }
    String::from_utf8(bytes).map_err(|_not_a_text| UsageCursorError)
}
