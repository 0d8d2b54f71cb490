//! Serde's messages about a wrong request, as a client reads them.

/// The field that is unknown, missing or there twice: serde says which in its sentence only.
pub(crate) fn named_field(sentence: &str) -> Option<&str> {
    ["unknown field `", "missing field `", "duplicate field `"]
        .iter()
        .find_map(|start| sentence.strip_prefix(start))
        .and_then(|rest| rest.split('`').next())
}

/// The same sentence, where it names a number by Rust's type of it, in words that anybody knows.
pub(crate) fn in_plain_words(sentence: &str) -> String {
    let number = ["expected u64", "expected u32", "expected u8"];
    let start = number.iter().find_map(|rust| sentence.strip_suffix(rust));
    start.map_or_else(
        || sentence.to_owned(),
        |start| format!("{start}expected a whole number, 0 or more, without quotes"),
    )
}
