//! Items: rows as the wire has them, and as this crate's types.

use crate::error::StoreError;
use crate::keys::Key;
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_core::UnixSeconds;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::HashMap;

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub(crate) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A row under `key`. The table may delete it some time after `ttl`; never if absent.
pub(crate) fn write(
    key: &Key,
    row: &impl Serialize,
    ttl: Option<UnixSeconds>,
) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(row).map_err(|source| corrupt(key, source))?;
    item.extend(key.item());
    if let Some(ttl) = ttl {
        item.insert("ttl".to_owned(), number(ttl.0));
    }
    Ok(item)
}

/// One value of a row, to be set by an update.
pub(crate) fn value(key: &Key, value: &impl Serialize) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(value).map_err(|source| corrupt(key, source))
}

pub(crate) fn read<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    let key = Key::of(&item);
    serde_dynamo::from_item(item).map_err(|source| corrupt(&key, source))
}

/// A key of a row; empty if the row has none, which the table does not allow.
pub(crate) fn key_text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name)
        .and_then(|value| value.as_s().ok())
        .map_or("", String::as_str)
}

fn corrupt(key: &Key, source: serde_dynamo::Error) -> StoreError {
    StoreError::Corrupt {
        row: key.to_string(),
        source: source.into(),
    }
}
