//! Paths: where in the platform's tree a scope holds.

use crate::scope::syntax_error::ScopeSyntaxError;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{cmp::Ordering, fmt, str::FromStr};

const MAX_PATH_SEGMENTS: usize = 16;
const MAX_SEGMENT_CHARACTERS: usize = 64;

/// A path in the platform's tree, such as `folder/42/model/7`. What holds at a path also holds
/// below it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path(Box<str>);

impl Path {
    /// The path as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `other` is this path or lies below it, by whole segments.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.covers_text(other.as_str())
    }

    /// The deepest path that this one and `other` both are or lie below; `None` where they differ from
    /// their first segment on.
    pub(crate) fn common(&self, other: &str) -> Option<&str> {
        let own = self.as_str();
        let alike = alike(own.as_bytes(), other.as_bytes());
        let ends_at = |text: &str| matches!(text.as_bytes().get(alike), None | Some(b'/'));
        if ends_at(own) && ends_at(other) {
            return own.get(..alike).filter(|common| !common.is_empty());
        }
        own.get(..alike)?.rsplit_once('/').map(|(above, _)| above)
    }

    /// The path above this one; `None` for a path of one segment.
    pub(crate) fn above(&self) -> Option<&str> {
        self.0.rsplit_once('/').map(|(above, _)| above)
    }

    /// Whether `other` is this path or lies below it, by whole segments.
    pub(crate) fn covers_text(&self, other: &str) -> bool {
        other
            .strip_prefix(self.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// How this path and another stand to each other in order.
    pub(crate) fn order(&self, other: &str) -> Ordering {
        #[cfg(test)]
        steps::count();
        let (own, other) = (self.0.as_bytes(), other.as_bytes());
        let first_unlike = alike(own, other);
        // The end of a path stands before a slash, and a slash before all that a segment holds.
        let rank = |path: &[u8]| path.get(first_unlike).map(|byte| (*byte != b'/', *byte));
        rank(own).cmp(&rank(other))
    }

    /// Whether `text` can stand as one segment of a path.
    #[must_use]
    pub fn is_segment(text: &str) -> bool {
        !text.is_empty()
            && text.len() <= MAX_SEGMENT_CHARACTERS
            && !matches!(text, "." | "..")
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '~' | '-'))
    }
}

/// How many bytes two texts have in common at their beginnings.
///
/// Eight at a time: a set's search makes up to a dozen of these, and byte by byte one took 20 ns.
fn alike(one: &[u8], two: &[u8]) -> usize {
    const WORD: usize = size_of::<u64>();
    let words = one
        .as_chunks::<WORD>()
        .0
        .iter()
        .zip(two.as_chunks::<WORD>().0);
    let mut alike = 0_usize;
    for (one, two) in words {
        let unlike = u64::from_le_bytes(*one) ^ u64::from_le_bytes(*two);
        if unlike != 0 {
            let bits = usize::try_from(unlike.trailing_zeros()).unwrap_or(0);
            return alike.saturating_add(bits / 8);
        }
        alike = alike.saturating_add(WORD);
    }
    let rest = |text| <[u8]>::get(text, alike..).unwrap_or_default().iter();
    let rest = rest(one).zip(rest(two)).take_while(|(one, two)| one == two);
    alike.saturating_add(rest.count())
}

/// By segments, so that what lies below a path stands directly after it.
impl Ord for Path {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order(other.as_str())
    }
}

impl PartialOrd for Path {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for Path {
    type Err = ScopeSyntaxError;

    fn from_str(text: &str) -> Result<Self, ScopeSyntaxError> {
        if text.split('/').count() <= MAX_PATH_SEGMENTS && text.split('/').all(Self::is_segment) {
            Ok(Self(text.into()))
        } else {
            Err(ScopeSyntaxError::Path(text.to_owned()))
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// How often paths were compared in this thread: tests hold the cost of a set's operations to it.
#[cfg(test)]
pub(crate) mod steps {
    use std::cell::Cell;

    thread_local! {
        static STEPS: Cell<u64> = const { Cell::new(0) };
    }

    pub(super) fn count() {
        STEPS.set(STEPS.get().saturating_add(1));
    }

    /// How many comparisons `act` makes.
    pub(crate) fn of(act: impl FnOnce()) -> u64 {
        STEPS.set(0);
        act();
        STEPS.get()
    }
}

#[cfg(test)]
mod tests {
    use super::{Path, alike};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn paths_stand_in_the_order_of_their_segments(
            one in "[ab.-]{0,9}(/[a.]{0,9}){0,4}", two in "[ab.-]{0,9}(/[a.]{0,9}){0,4}"
        ) {
            let (one, two) = (Path(one.into()), Path(two.into()));
            prop_assert_eq!(one.order(two.as_str()), one.as_str().split('/').cmp(two.as_str().split('/')));
        }

        #[test]
        fn what_two_texts_begin_with(begin in "[a-b]{0,20}", one in "[a-b]{0,20}", two in "[a-b]{0,20}") {
            let (one, two) = (begin.clone() + &one, begin + &two);
            let by_definition = one.bytes().zip(two.bytes()).take_while(|(one, two)| one == two).count();
            prop_assert_eq!(alike(one.as_bytes(), two.as_bytes()), by_definition);
        }
    }

    #[test]
    fn what_lies_below_a_path_stands_directly_after_it() {
        let mut paths: Vec<Path> = ["a-b", "a/c", "a.b", "a", "a/b/c", "a0", "a/b", "a/b-c"]
            .map(|text| text.parse().unwrap())
            .into();
        paths.sort_unstable();
        let sorted: Vec<&str> = paths.iter().map(Path::as_str).collect();
        assert_eq!(
            sorted,
            ["a", "a/b", "a/b/c", "a/b-c", "a/c", "a-b", "a.b", "a0"]
        );
    }

    #[test]
    fn the_deepest_path_above_two() {
        let path: Path = "a/bc/d".parse().unwrap();
        for (other, common) in [
            ("a/bc/d", Some("a/bc/d")),
            ("a/bc/d/e", Some("a/bc/d")),
            ("a/bc", Some("a/bc")),
            ("a/b", Some("a")),
            ("a/bcd/d", Some("a")),
            ("a/bc/e", Some("a/bc")),
            ("ab", None),
            ("b", None),
        ] {
            assert_eq!(path.common(other), common, "{other}");
        }
    }

    #[test]
    fn paths_are_compared_by_whole_segments() {
        let path = |text: &str| text.parse::<Path>().unwrap();
        assert!(path("folder/4").covers(&path("folder/4")));
        assert!(path("folder/4").covers(&path("folder/4/model/7")));
        assert!(!path("folder/4").covers(&path("folder/42")));
        assert!(!path("folder/4/model").covers(&path("folder/4")));
    }
}
