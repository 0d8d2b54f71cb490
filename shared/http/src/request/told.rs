//! What serde says of a wrong request, as people are told it.

/// The field that is unknown, missing or there twice: serde says which in its sentence only.
pub(crate) fn named(sentence: &str) -> Option<&str> {
    ["unknown field `", "missing field `", "duplicate field `"]
        .iter()
        .find_map(|start| sentence.strip_prefix(start))
        .and_then(|rest| rest.split('`').next())
}

/// Serde names numbers as Rust does.
pub(crate) fn plain(sentence: &str) -> String {
    let number = ["expected u64", "expected u32", "expected u8"];
    let said = number.iter().find_map(|rust| sentence.strip_suffix(rust));
    said.map_or_else(
        || sentence.to_owned(),
        |said| format!("{said}expected a whole number, 0 or more, without quotes"),
    )
}
