//! A day in UTC, by which use is counted.

use crate::time::{UnixMillis, UnixSeconds};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use time::{Date, Duration, OffsetDateTime};

const FIRST: Date = OffsetDateTime::UNIX_EPOCH.date();
/// The last day whose year has four digits: 9999-12-31.
const LAST: Date = Date::MAX;

/// A day in UTC, written `2026-11-22`, so that days sort as their texts do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// A text that is not a valid day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a day is written `YYYY-MM-DD`, such as `2026-11-22`, and not before 1970-01-01")]
pub struct DayError;

impl Day {
    /// The day this moment lies in; the last day there is for any moment after it.
    #[must_use]
    pub fn of(moment: UnixMillis) -> Self {
        let seconds = i64::try_from(moment.seconds().0).unwrap_or(i64::MAX);
        Self(OffsetDateTime::from_unix_timestamp(seconds).map_or(LAST, OffsetDateTime::date))
    }

    /// As many days earlier; the first day there is where that would be before it.
    #[must_use]
    pub fn earlier_by(self, days: u64) -> Self {
        let days = i64::try_from(days).unwrap_or(i64::MAX);
        let days = Duration::seconds(days.saturating_mul(24 * 60 * 60));
        Self(self.0.checked_sub(days).map_or(FIRST, |day| day.max(FIRST)))
    }

    /// Its first second.
    #[must_use]
    pub fn begins(self) -> UnixSeconds {
        let seconds = self.0.midnight().assume_utc().unix_timestamp();
        UnixSeconds(u64::try_from(seconds).unwrap_or_default())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        // Three numbers need no description of a format.
        let mut numbers = text.splitn(3, '-').map(str::parse::<u16>);
        let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) =
            (numbers.next(), numbers.next(), numbers.next())
        else {
            return Err(DayError);
        };
        let day = date(year, month, day)
            .filter(|day| *day >= FIRST)
            .map(Self)
            .ok_or(DayError)?;
        // Numbers can be written in other ways, such as `+1` or `1` for `01`. A day has one text.
        if day.to_string() == text {
            Ok(day)
        } else {
            Err(DayError)
        }
    }
}

fn date(year: u16, month: u16, day: u16) -> Option<Date> {
    let month = u8::try_from(month).ok()?.try_into().ok()?;
    Date::from_calendar_date(year.into(), month, u8::try_from(day).ok()?).ok()
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
    use super::Day;
    use crate::time::{UnixMillis, UnixSeconds};

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

    /// The day as many days after 1970-01-01.
    fn number(days: u64) -> Day {
        Day::of(UnixMillis(days.saturating_mul(86_400_000)))
    }

    #[test]
    fn every_day_reads_back_and_follows_the_one_before() {
        let last = number(2_932_896);
        assert_eq!(last.to_string(), "9999-12-31");
        let mut before = String::new();
        for days in (0..=2_932_896).step_by(11).chain(10_000..12_000) {
            let day = number(days);
            let text = day.to_string();
            assert_eq!(text.parse(), Ok(day));
            assert_eq!(day.begins(), UnixSeconds(days * 86_400));
            if days != 10_000 {
                assert!(before < text, "{before} {text}");
            }
            before = text;
        }
    }

    #[test]
    fn earlier_days_end_at_the_first() {
        for (days, earlier_by, expected) in [
            (20_000, 0, 20_000),
            (20_000, 30, 19_970),
            (20_000, 20_000, 0),
            (20_000, 20_001, 0),
            (0, 1, 0),
            (20_000, u64::MAX, 0),
        ] {
            assert_eq!(number(days).earlier_by(earlier_by), number(expected));
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
