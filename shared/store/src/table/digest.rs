//! SHA-256 over several parts, and rows as bytes that are the same however they are read.

use super::item::Item;
use aws_sdk_dynamodb::types::AttributeValue;
use sha2::{Digest as _, Sha256};

/// In hex: each part with its length before it, so that no two lists of parts read alike.
pub(crate) fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    base16ct::lower::encode_string(&hash.finalize())
}

/// A row as bytes: every attribute in the order of the names, each text with its length before it.
///
/// A form of our own, which the seals that are written hold on to: the SDK's `AttributeValue` has no
/// `Serialize`, and JSON would not tell a number from the same digits as text.
pub(crate) fn canonical(row: &Item) -> Vec<u8> {
    let mut bytes = Vec::new();
    map(row, &mut bytes);
    bytes
}

fn map(entries: &Item, into: &mut Vec<u8>) {
    let mut names: Vec<&String> = entries.keys().collect();
    names.sort_unstable();
    begin(b'M', names.len(), into);
    for name in names {
        put(b'K', name.as_bytes(), into);
        if let Some(entry) = entries.get(name) {
            value(entry, into);
        }
    }
}

fn value(entry: &AttributeValue, into: &mut Vec<u8>) {
    match entry {
        AttributeValue::S(text) => put(b'S', text.as_bytes(), into),
        AttributeValue::N(digits) => put(b'N', digits.as_bytes(), into),
        AttributeValue::Bool(is) => put(b'T', &[u8::from(*is)], into),
        AttributeValue::L(entries) => {
            begin(b'L', entries.len(), into);
            for entry in entries {
                value(entry, into);
            }
        }
        AttributeValue::M(entries) => map(entries, into),
        // Nothing else is ever written in a row that is sealed: whatever it is, it is not that.
        other => put(b'?', format!("{other:?}").as_bytes(), into),
    }
}

fn put(tag: u8, bytes: &[u8], into: &mut Vec<u8>) {
    begin(tag, bytes.len(), into);
    into.extend_from_slice(bytes);
}

fn begin(tag: u8, length: usize, into: &mut Vec<u8>) {
    into.push(tag);
    into.extend_from_slice(&length.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::{canonical, digest};
    use crate::table::item::{Item, number, text};
    use aws_sdk_dynamodb::types::AttributeValue;
    use std::collections::HashMap;

    #[test]
    fn the_digest_is_sha_256_of_the_parts_with_their_lengths() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(digest(&[]), empty);
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
        assert_ne!(digest(&[b"a"]), digest(&[b"a", b""]));
    }

    #[test]
    fn rows_that_differ_in_anything_have_other_bytes() {
        let map = |name: &str| AttributeValue::M(HashMap::from([(name.to_owned(), text("y"))]));
        let rows: Vec<Item> = [
            vec![("a", text("1")), ("b", text("2"))],
            vec![("a", text("2")), ("b", text("1"))],
            vec![("a", number(1)), ("b", text("2"))],
            vec![("a", text("1"))],
            vec![("a", text("1")), ("b", AttributeValue::Bool(true))],
            vec![("a", text("1")), ("b", AttributeValue::Bool(false))],
            vec![("a", text("1")), ("b", AttributeValue::Null(true))],
            vec![("a", text("1")), ("b", map("x"))],
            vec![("a", text("1")), ("b", map("y"))],
            vec![("a", text("1")), ("b", AttributeValue::L(vec![map("y")]))],
            vec![("ab", text("1"))],
        ]
        .map(|row| {
            row.into_iter()
                .map(|(name, it)| (name.to_owned(), it))
                .collect()
        })
        .into();
        for (at, row) in rows.iter().enumerate() {
            for (other_at, other) in rows.iter().enumerate() {
                assert_eq!(canonical(row) == canonical(other), at == other_at);
            }
        }
    }
}
