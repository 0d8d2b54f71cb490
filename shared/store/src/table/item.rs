//! Items: rows as DynamoDB has them, attribute by attribute.

use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;

/// The attributes of one row, its keys among them.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A text attribute.
pub(crate) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// A number attribute.
pub(crate) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A key of a row; empty if the row has none, which the table does not allow.
pub(crate) fn key_text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name)
        .and_then(|value| value.as_s().ok())
        .map_or("", String::as_str)
}
