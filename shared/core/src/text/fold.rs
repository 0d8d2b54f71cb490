//! Normal forms: NFC, in which texts are stored, and `toNFKC_Casefold`, in which names are compared.
//!
//! Both are read from tables that every function carries anyway, to compare the hosts of origins
//! (UTS #46): only the one of NFC is more. Crates with tables of their own were larger.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_normalizer::uts46::Uts46MapperBorrowed;
use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;

/// A text in Normalization Form C (UAX #15).
#[must_use]
pub fn nfc(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc()
        .normalize(text)
        .into_owned()
}

/// What a text has in common with all that differ from it in case, width and composition alone, and in
/// what cannot be seen: `toNFKC_Casefold` (The Unicode Standard, §3.13.5, D147).
#[must_use]
pub fn folded(text: &str) -> String {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let seen = text
        .chars()
        .filter(|&character| !ignorable.contains(character));
    let mut folded = String::with_capacity(text.len());
    for character in seen {
        fold(character, &mut folded);
    }
    nfc(&folded)
}

/// Appends `NFKC_Casefold` of one character. UTS #46 maps alike (§6 there), but for two letters that it
/// lets stand in domains, for what has a full stop in it, and for what no domain has, which stays.
fn fold(character: char, folded: &mut String) {
    let text = match character {
        'ß' | 'ẞ' => "ss",
        'ς' => "σ",
        '。' | '｡' | '︒' => "。",
        '․' | '﹒' => ".",
        '‥' | '︰' => "..",
        '…' | '︙' => "...",
        '🄀' => "0.",
        '㏂' => "a.m.",
        '㏇' => "co.",
        '㏘' => "p.m.",
        // `1.` to `20.`
        '\u{2488}'..='\u{249b}' => {
            let number = u32::from(character).saturating_sub(0x2487);
            folded.push_str(&number.to_string());
            "."
        }
        _ => {
            let tables = Uts46MapperBorrowed::new();
            let mapped: String = tables.map_normalize(std::iter::once(character)).collect();
            return if mapped.contains('\u{fffd}') {
                folded.push(character);
            } else {
                folded.push_str(&mapped);
            };
        }
    };
    folded.push_str(text);
}

#[cfg(test)]
mod tests {
    use super::{folded, nfc};
    use icu_casemap::CaseMapperBorrowed;
    use icu_normalizer::ComposingNormalizerBorrowed;
    use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
    use icu_properties::{CodePointMapData, CodePointSetData};

    /// `NFKC_Casefold` by its definition (UCD, DerivedNormalizationProps): case folding, NFKC and leaving
    /// out what is ignorable, until nothing changes.
    fn by_definition(text: &str) -> String {
        let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
        let (nfkc, cases) = (
            ComposingNormalizerBorrowed::new_nfkc(),
            CaseMapperBorrowed::new(),
        );
        let mut text = text.to_owned();
        loop {
            let folded = cases.fold_string(&nfkc.normalize(&text)).into_owned();
            let seen = folded.chars().filter(|&it| !ignorable.contains(it));
            let next = nfkc.normalize(&seen.collect::<String>()).into_owned();
            if next == text {
                return next;
            }
            text = next;
        }
    }

    #[test]
    fn every_character_is_folded_as_unicode_defines_it() {
        let categories = CodePointMapData::<GeneralCategory>::new();
        let is_assigned = |character: &char| {
            !matches!(
                categories.get(*character),
                GeneralCategory::Unassigned | GeneralCategory::PrivateUse
            )
        };
        let mut wrong = Vec::new();
        for character in ('\0'..=char::MAX).filter(is_assigned) {
            let text = character.to_string();
            if folded(&text) != by_definition(&text) {
                wrong.push((character, folded(&text), by_definition(&text)));
            }
        }
        assert!(wrong.is_empty(), "{} of them: {wrong:?}", wrong.len());
    }

    #[test]
    fn names_that_people_take_for_the_same_are_the_same() {
        for (one, two) in [
            ("alice", "Alice"),
            ("alice", "alice\u{fe0f}"),
            ("alice", "ａｌｉｃｅ"),
            ("josé", "jose\u{301}"),
            ("straße", "STRASSE"),
            ("Σίσυφος", "σίσυφοσ"),
            ("\u{1f468}\u{200d}\u{1f469}", "\u{1f468}\u{1f469}"),
            ("a\u{a0}b", "A b"),
        ] {
            assert_eq!(folded(one), folded(two), "{one} {two}");
        }
        for (one, two) in [("alice", "alíce"), ("1", "l"), ("a b", "ab"), ("а", "a")] {
            assert_ne!(folded(one), folded(two), "{one} {two}");
        }
    }

    #[test]
    fn composed_and_decomposed_are_one_text() {
        assert_eq!(nfc("jose\u{301}"), "josé");
        assert_eq!(nfc("josé"), "josé");
        assert_eq!(nfc("\u{fb01}"), "\u{fb01}", "what only looks alike stays");
    }
}
