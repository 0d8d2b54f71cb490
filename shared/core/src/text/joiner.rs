//! The joiners U+200C and U+200D, which nobody sees: where languages need them, and nowhere else.

use icu_normalizer::uts46::Uts46MapperBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::JoiningType;

/// Zero width non-joiner.
pub(super) const NON_JOINER: char = '\u{200c}';
/// Zero width joiner.
pub(super) const JOINER: char = '\u{200d}';

/// Whether a joiner may stand between what comes `before` and `after` it (RFC 5892, Appendix A.1 and
/// A.2): behind a virama; a non-joiner also between letters that would be joined, as in Persian.
#[must_use]
pub fn joiner_is_allowed(joiner: char, before: &str, after: &str) -> bool {
    let Some(last) = before.chars().next_back() else {
        return false;
    };
    if Uts46MapperBorrowed::new().is_virama(last) {
        return true;
    }
    let joining = CodePointMapData::<JoiningType>::new();
    let next_to = |mut characters: &mut dyn Iterator<Item = char>| {
        (&mut characters)
            .map(|character| joining.get(character))
            .find(|joining| *joining != JoiningType::Transparent)
    };
    let joins_before = matches!(
        next_to(&mut before.chars().rev()),
        Some(JoiningType::LeftJoining | JoiningType::DualJoining)
    );
    let joins_after = matches!(
        next_to(&mut after.chars()),
        Some(JoiningType::RightJoining | JoiningType::DualJoining)
    );
    joiner == NON_JOINER && joins_before && joins_after
}

#[cfg(test)]
mod tests {
    use super::{JOINER, NON_JOINER, joiner_is_allowed};

    #[test]
    fn joiners_stand_where_languages_need_them() {
        for (joiner, before, after, allowed) in [
            // Persian: می‌خواهم.
            (NON_JOINER, "می", "خواهم", true),
            (NON_JOINER, "مى\u{64e}", "\u{64e}خ", true),
            // Alef joins nothing behind it.
            (NON_JOINER, "ا", "خ", false),
            (JOINER, "می", "خواهم", false),
            // Devanagari: क्‍ष, behind a virama.
            (JOINER, "क\u{94d}", "ष", true),
            (NON_JOINER, "क\u{94d}", "ष", true),
            (JOINER, "क", "ष", false),
            (NON_JOINER, "alice", "", false),
            (NON_JOINER, "al", "ice", false),
            (JOINER, "", "alice", false),
        ] {
            let found = joiner_is_allowed(joiner, before, after);
            assert_eq!(found, allowed, "{joiner:?} {before} {after}");
        }
    }
}
