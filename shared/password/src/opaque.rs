//! `OpaqueString` (RFC 8265, §4.2): one form of a password, however a keyboard writes it.
//!
//! The tables are those of `icu_properties`, which every function carries to compare hosts.
//! `precis-profiles` 0.2 was tried: its tables are of Unicode 6.3, so it refuses what was added since
//! 2013, most emoji among it.

use hallpass_core::{joiner_is_allowed, nfc};
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, HangulSyllableType};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The text in this form; `None` where it has none.
///
/// Other spaces are mapped to U+0020, and the whole to NFC. Each character must belong to the
/// `FreeformClass` (RFC 8264, §4.3), in the order of its §8.
pub(crate) fn opaque_string(text: &str) -> Option<String> {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let is_space = |character| categories.get(character) == GeneralCategory::SpaceSeparator;
    let spaced = text.chars();
    let spaced = spaced.map(|character| if is_space(character) { ' ' } else { character });
    let opaque = nfc(&spaced.collect::<String>());
    let is_freeform = opaque.char_indices().all(|(at, character)| {
        let (before, after) = opaque.split_at_checked(at).unwrap_or_default();
        let after = after.strip_prefix(character).unwrap_or_default();
        is_allowed(character, before, after)
    });
    (is_freeform && !opaque.is_empty()).then_some(opaque)
}

/// Whether a character may stand between what comes `before` and `after` it.
fn is_allowed(character: char, before: &str, after: &str) -> bool {
    match character {
        // Exceptions (RFC 5892, §2.6). Those that are valid have categories that are, too.
        '\u{640}' | '\u{7fa}' | '\u{302e}' | '\u{302f}' | '\u{3031}'..='\u{3035}' | '\u{303b}' => {
            false
        }
        // Contextual rules (RFC 5892, Appendix A).
        '\u{200c}' | '\u{200d}' => joiner_is_allowed(character, before, after),
        '\u{b7}' => before.ends_with('l') && after.starts_with('l'),
        '\u{375}' => after.starts_with(is_greek),
        '\u{5f3}' | '\u{5f4}' => before.ends_with(is_hebrew),
        '\u{30fb}' => before.contains(is_japanese) || after.contains(is_japanese),
        '\u{660}'..='\u{669}' => {
            let extended = |digit: char| matches!(digit, '\u{6f0}'..='\u{6f9}');
            !before.contains(extended) && !after.contains(extended)
        }
        '\u{6f0}'..='\u{6f9}' => {
            let arabic = |digit: char| matches!(digit, '\u{660}'..='\u{669}');
            !before.contains(arabic) && !after.contains(arabic)
        }
        _ => is_freeform(character),
    }
}

/// The properties of characters that need no context: RFC 8264, §8. What has a compatibility mapping
/// (`HasCompat`) has one of the categories as well.
fn is_freeform(character: char) -> bool {
    let is_ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character);
    let is_old_jamo = matches!(
        CodePointMapData::<HangulSyllableType>::new().get(character),
        HangulSyllableType::LeadingJamo
            | HangulSyllableType::VowelJamo
            | HangulSyllableType::TrailingJamo
    );
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    let is_other = matches!(
        category,
        GeneralCategory::Unassigned
            | GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
    );
    !is_ignorable && !is_old_jamo && !is_other
}

// The scripts of three rules, by their blocks: a table of all scripts would be for them alone.

fn is_greek(character: char) -> bool {
    matches!(character, '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}')
}

fn is_hebrew(character: char) -> bool {
    matches!(character, '\u{591}'..='\u{5f4}' | '\u{fb1d}'..='\u{fb4f}')
}

/// Hiragana, Katakana or Han, but for the middle dot itself.
fn is_japanese(character: char) -> bool {
    matches!(character,
        '\u{3005}' | '\u{3007}' | '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309f}'
        | '\u{30a1}'..='\u{30fa}' | '\u{30fd}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff6f}' | '\u{ff71}'..='\u{ff9d}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::opaque_string;

    #[test]
    fn s70_a_password_has_one_form() {
        for (written, form) in [
            (
                "correct horse battery staple",
                "correct horse battery staple",
            ),
            // RFC 8265, §4.3, examples 12 to 15.
            (
                "Correct Horse Battery Staple",
                "Correct Horse Battery Staple",
            ),
            ("\u{3c0}\u{df}\u{e5}", "\u{3c0}\u{df}\u{e5}"),
            ("Jack of \u{2666}s", "Jack of \u{2666}s"),
            ("foo\u{1680}bar", "foo bar"),
            ("jose\u{301}", "josé"),
            ("a\u{a0}b\u{3000}c", "a b c"),
            (" x ", " x "),
            ("\u{ff41}", "\u{ff41}"),
            ("\u{1f923}", "\u{1f923}"),
            ("l\u{b7}l", "l\u{b7}l"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("א\u{5f3}", "א\u{5f3}"),
            ("ア\u{30fb}", "ア\u{30fb}"),
            ("\u{661}\u{662}", "\u{661}\u{662}"),
        ] {
            assert_eq!(opaque_string(written).as_deref(), Some(form), "{written:?}");
        }
        for written in [
            "",
            // RFC 8265, §4.3, example 16.
            "my cat is a \u{9}by",
            "a\u{0}b",
            "a\u{200b}b",
            "a\u{fe0f}",
            "a\u{200d}b",
            "a\u{b7}b",
            "\u{375}a",
            "a\u{5f3}",
            "\u{30fb}a",
            "\u{661}\u{6f2}",
            "\u{640}",
            "\u{1100}",
            "\u{e000}",
            "\u{378}",
            "\u{2028}",
        ] {
            assert_eq!(opaque_string(written), None, "{written:?}");
        }
    }
}
