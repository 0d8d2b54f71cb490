//! A day in UTC, by which use is counted.

use crate::time::{UnixMillis, UnixSeconds};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

const SECONDS: u64 = 24 * 60 * 60;
/// The last day whose year has four digits: 9999-12-31.
const LAST: u64 = 2_932_896;

/// A day in UTC, written `2026-11-22`, so that days sort as their texts do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(u64);

/// A text that is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a day is written `YYYY-MM-DD`, such as `2026-11-22`, and not before 1970-01-01")]
pub struct DayError;

impl Day {
    /// The day this moment lies in.
    #[must_use]
    pub fn of(moment: UnixMillis) -> Self {
        let seconds = moment.seconds().0;
        Self(seconds.checked_div(SECONDS).unwrap_or_default().min(LAST))
    }

    /// As many days earlier; the first day there is where that would be before it.
    #[must_use]
    pub fn earlier_by(self, days: u64) -> Self {
        Self(self.0.saturating_sub(days))
    }

    /// Its first second.
    #[must_use]
    pub fn begins(self) -> UnixSeconds {
        UnixSeconds(self.0.saturating_mul(SECONDS))
    }
}

/// What divides by constants other than zero cannot fail.
fn quotient(number: u64, by: u64) -> u64 {
    number.checked_div(by).unwrap_or_default()
}

impl fmt::Display for Day {
    /// The Gregorian calendar by its eras of 400 years, which begin on 1 March of year 0.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.0.saturating_add(719_468);
        let era = quotient(days, 146_097);
        let day_of_era = days.saturating_sub(era.saturating_mul(146_097));
        let year_of_era = quotient(
            day_of_era
                .saturating_sub(quotient(day_of_era, 1_460))
                .saturating_add(quotient(day_of_era, 36_524))
                .saturating_sub(quotient(day_of_era, 146_096)),
            365,
        );
        let before_year = year_of_era
            .saturating_mul(365)
            .saturating_add(quotient(year_of_era, 4))
            .saturating_sub(quotient(year_of_era, 100));
        let day_of_year = day_of_era.saturating_sub(before_year);
        let march_month = quotient(day_of_year.saturating_mul(5).saturating_add(2), 153);
        let before_month = quotient(march_month.saturating_mul(153).saturating_add(2), 5);
        let day = day_of_year.saturating_sub(before_month).saturating_add(1);
        let (month, next_year) = if march_month < 10 {
            (march_month.saturating_add(3), 0)
        } else {
            (march_month.saturating_sub(9), 1)
        };
        let year = year_of_era
            .saturating_add(era.saturating_mul(400))
            .saturating_add(next_year);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        let mut parts = text.split('-').map(|part| {
            let digits = part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u64>().ok().filter(|_| digits)
        });
        let (Some(Some(year)), Some(Some(month)), Some(Some(day)), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(DayError);
        };
        if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) {
            return Err(DayError);
        }
        // Years that begin in March end with the day that leap years have more.
        let (march_year, march_month) = if month > 2 {
            (year, month.saturating_sub(3))
        } else {
            (year.saturating_sub(1), month.saturating_add(9))
        };
        let of_years = march_year
            .saturating_mul(365)
            .saturating_add(quotient(march_year, 4))
            .saturating_add(quotient(march_year, 400))
            .saturating_sub(quotient(march_year, 100));
        let of_months = quotient(march_month.saturating_mul(153).saturating_add(2), 5);
        let days = of_years
            .saturating_add(of_months)
            .saturating_add(day)
            .checked_sub(719_469)
            .ok_or(DayError)?;
        // What is not a day, such as 31 April, reads back as another.
        let parsed = Self(days);
        if parsed.to_string() == text {
            Ok(parsed)
        } else {
            Err(DayError)
        }
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{Day, LAST};
    use crate::time::UnixMillis;

    #[test]
    fn days_are_written_as_the_calendar_has_them() {
        for (seconds, text) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (86_400, "1970-01-02"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_709_164_800, "2024-02-29"),
            (1_798_761_599, "2026-12-31"),
            (1_798_761_600, "2027-01-01"),
            (4_107_542_400, "2100-03-01"),
            (253_402_300_799, "9999-12-31"),
            (u64::MAX / 1_000, "9999-12-31"),
        ] {
            assert_eq!(Day::of(UnixMillis(seconds * 1_000)).to_string(), text);
        }
    }

    #[test]
    fn every_day_reads_back_and_follows_the_one_before() {
        let mut before = String::new();
        for day in (0..=LAST).step_by(11).chain(10_000..12_000) {
            let text = Day(day).to_string();
            assert_eq!(text.parse(), Ok(Day(day)));
            if day != 10_000 {
                assert!(before < text, "{before} {text}");
            }
            before = text;
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "2026",
            "2026-02-30",
            "2025-02-29",
            "2100-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-1-1",
            "2026-01-00",
            "2026-01-32",
            "+026-01-01",
            "2026-01-01-",
            "2026-01-01T00",
            "1969-12-31",
            "10000-01-01",
            "２026-01-01",
        ] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }
}
