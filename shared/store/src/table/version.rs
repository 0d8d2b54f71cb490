//! The versions of rows: what is newer than this code knows is refused, and what a deployment is not to
//! write yet is not written.

use super::error::StoreError;
use super::item::{Item, number};
use super::key::Key;
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_core::SchemaVersion;

const ATTRIBUTE: &str = "v";

/// Which versions of rows and claims a function reads and writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Versions {
    reads: SchemaVersion,
    writes: SchemaVersion,
}

impl Default for Versions {
    fn default() -> Self {
        Self {
            reads: SchemaVersion::NEWEST,
            writes: SchemaVersion::NEWEST,
        }
    }
}

impl Versions {
    /// The same, but that nothing newer than `version` is written.
    pub(super) fn writing(self, version: SchemaVersion) -> Self {
        Self {
            writes: version,
            ..self
        }
    }

    /// Those of code that knows nothing newer than `version`.
    pub(super) fn up_to(version: SchemaVersion) -> Self {
        Self {
            reads: version,
            writes: version,
        }
    }

    pub(super) fn may_read(self, version: SchemaVersion) -> Result<(), StoreError> {
        if version <= self.reads {
            Ok(())
        } else {
            Err(StoreError::NewerVersion(version))
        }
    }

    pub(super) fn may_write(self, version: SchemaVersion) -> Result<(), StoreError> {
        if version <= self.writes {
            Ok(())
        } else {
            Err(StoreError::NotYetWritten(version))
        }
    }

    /// The items that the table answered, if their versions are known.
    pub(super) fn known(self, items: Vec<Item>) -> Result<Vec<Item>, StoreError> {
        for item in &items {
            self.may_read(version(item)?)?;
        }
        Ok(items)
    }
}

/// Adds the version to a row that is written.
pub(crate) fn versioned(mut item: Item, version: SchemaVersion) -> Item {
    if !version.is_first() {
        let version = number(version.number().into());
        item.insert(ATTRIBUTE.to_owned(), version);
    }
    item
}

fn version(item: &Item) -> Result<SchemaVersion, StoreError> {
    match item.get(ATTRIBUTE) {
        None => Ok(SchemaVersion::FIRST),
        Some(AttributeValue::N(text)) => {
            let number = text.parse().map_err(|source| StoreError::Corrupt {
                row: Key::of(item).to_string(),
                source: Box::<std::num::ParseIntError>::new(source),
            })?;
            Ok(SchemaVersion::of_number(number))
        }
        Some(_) => Err(StoreError::Corrupt {
            row: Key::of(item).to_string(),
            source: "its version is no number".into(),
        }),
    }
}
