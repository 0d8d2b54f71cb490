//! The positions in a request that a kind of a catalog's file names, and every rule that these can
//! break.

use super::{Checked, fault};
use crate::catalog::kind::Presentation;
use toml::Spanned;

/// The positions in which a kind's tokens are presented.
pub(super) fn presented(
    name: &Spanned<String>,
    texts: &[Spanned<String>],
) -> Checked<Vec<Presentation>> {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    };
    // Headers that say something else already.
    let is_taken = |word: &str| {
        let taken = [
            "authorization",
            "content-length",
            "content-type",
            "cookie",
            "host",
            "idempotency-key",
            "origin",
            "referer",
            "transfer-encoding",
            "x-forwarded-for",
        ];
        taken.iter().any(|name| word.eq_ignore_ascii_case(name))
    };
    let mut positions = Vec::new();
    for text in texts {
        positions.push(match text.get_ref().split_once(':') {
            None if text.get_ref() == "bearer" => Presentation::Bearer,
            None if text.get_ref() == "basic" => Presentation::Basic,
            Some(("query", word)) if is_word(word) => Presentation::Query(word.into()),
            Some(("header", word)) if is_word(word) && !is_taken(word) => {
                Presentation::Header(word.to_ascii_lowercase().into())
            }
            _ => {
                return fault(
                    text,
                    "presented as `bearer`, `basic`, `query:NAME` or `header:NAME`",
                );
            }
        });
    }
    if positions.is_empty() {
        return fault(
            name,
            "`presented` is empty: no request could carry such a token",
        );
    }
    Ok(positions)
}
