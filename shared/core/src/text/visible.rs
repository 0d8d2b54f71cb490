//! What can be seen of a text that names something. Two names would look alike with what cannot, or one
//! like something else (Unicode TR 36, §3.1).

use super::joiner::{JOINER, NON_JOINER, joiner_is_allowed};
use icu_properties::CodePointSetData;
use icu_properties::props::{DefaultIgnorableCodePoint, ExtendedPictographic};

/// Variation selector 16: the emoji before it is shown as a picture.
const AS_PICTURE: char = '\u{fe0f}';

/// Whether all of a text can be seen: no control, nothing that is ignored where it is not known
/// (`Default_Ignorable_Code_Point`, which has the fillers and what turns the direction of the text), no
/// cell that is blank. Joiners and variation selectors stand where a language or an emoji needs them.
pub(crate) fn is_visible(text: &str) -> bool {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let is_blank = |character: char| character.is_whitespace() || character == '\u{2800}';
    let all = text.char_indices().all(|(at, character)| {
        let (before, after) = text.split_at_checked(at).unwrap_or_default();
        let after = after.strip_prefix(character).unwrap_or_default();
        match character {
            JOINER if joins_emoji(before, after) => true,
            JOINER | NON_JOINER => joiner_is_allowed(character, before, after),
            AS_PICTURE => shows_picture(before, after),
            // The blank cell of Braille, ends of lines, and what annotations begin and end with.
            '\u{2800}' | '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' => false,
            _ => !character.is_control() && !ignorable.contains(character),
        }
    });
    all && !text.chars().all(is_blank)
}

fn is_emoji(character: char) -> bool {
    !character.is_ascii() && CodePointSetData::new::<ExtendedPictographic>().contains(character)
}

/// Whether a joiner makes one emoji of two (UAX #29, GB11), the first maybe with a colour of skin.
fn joins_emoji(before: &str, after: &str) -> bool {
    let is_added = |character: char| matches!(character, AS_PICTURE | '\u{1f3fb}'..='\u{1f3ff}');
    let first = before.trim_end_matches(is_added).chars().next_back();
    first.is_some_and(is_emoji) && after.chars().next().is_some_and(is_emoji)
}

/// Whether the variation selector stands behind an emoji, or in a keycap.
fn shows_picture(before: &str, after: &str) -> bool {
    let last = before.chars().next_back();
    let is_key = |character: char| character.is_ascii_digit() || matches!(character, '#' | '*');
    last.is_some_and(is_emoji) || (last.is_some_and(is_key) && after.starts_with('\u{20e3}'))
}

#[cfg(test)]
mod tests {
    use super::is_visible;

    #[test]
    fn s70_what_cannot_be_seen_is_in_no_name() {
        for text in [
            "alice",
            "a person",
            "Renée O'Connor",
            "می\u{200c}خواهم",
            "क\u{94d}\u{200d}ष",
            "\u{1f469}\u{200d}\u{1f4bb}",
            "\u{1f468}\u{1f3fd}\u{200d}\u{1f680} pilots",
            "\u{1f3f3}\u{fe0f}\u{200d}\u{1f308}",
            "\u{2764}\u{fe0f}",
            "#\u{fe0f}\u{20e3}",
            "日本語",
            "a\u{a0}b",
        ] {
            assert!(is_visible(text), "{text:?}");
        }
        for text in [
            "",
            " ",
            "\u{3000}",
            "\u{3164}",
            "\u{ffa0}",
            "\u{115f}",
            "\u{2800}",
            "a\u{2800}b",
            "alice\u{fe0f}",
            "alice\u{200d}",
            "al\u{200c}ice",
            "alice\u{ad}",
            "\u{202e}ecila",
            "a\u{2066}b",
            "a\u{200b}b",
            "a\u{e0061}",
            "a\u{e0100}",
            "a\u{34f}b",
            "a\nb",
            "a\u{2028}b",
            "\u{fff9}a\u{fffb}",
            "\u{feff}a",
            "1\u{fe0f}",
            "\u{200d}\u{1f4bb}",
        ] {
            assert!(!is_visible(text), "{text:?}");
        }
    }
}
