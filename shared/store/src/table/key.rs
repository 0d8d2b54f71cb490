//! A row's key.

use super::item::{Item, key_text, text};
use std::fmt;

/// Both keys of one row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    /// The key with these two parts.
    pub(crate) fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self {
            pk: pk.into(),
            sk: sk.into(),
        }
    }

    /// The keys of a row that was read.
    pub(crate) fn of(item: &Item) -> Self {
        Self::new(key_text(item, "pk"), key_text(item, "sk"))
    }

    /// The key as attributes.
    pub(crate) fn item(&self) -> Item {
        Item::from([
            ("pk".to_owned(), text(&self.pk)),
            ("sk".to_owned(), text(&self.sk)),
        ])
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.pk, self.sk)
    }
}
