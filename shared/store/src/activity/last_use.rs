//! When a token was last used.

use crate::table::{Store, StoreError, keys};
use hallpass_core::{ParentId, SecretMark, TokenId, UnixMillis};
use serde::Deserialize;
use std::collections::HashMap;

/// When a token was last used; best effort, up to a minute late.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastUse {
    /// When it, or a JWT whose parent it is, was last used.
    pub last_used_at: Option<UnixMillis>,
    old_secrets: HashMap<String, UnixMillis>,
}

impl LastUse {
    /// When the secret with this mark, which was rotated away, was last used since.
    #[must_use]
    pub fn of_old_secret(&self, mark: SecretMark) -> Option<UnixMillis> {
        self.old_secrets.get(&mark.to_string()).copied()
    }
}

impl Store {
    /// When a token was last used, and its old secrets since they were rotated away: one Query.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn last_use(&self, token: &TokenId) -> Result<LastUse, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            sk: String,
            last_used_at: UnixMillis,
        }
        let pk = keys::last_use_partition(&ParentId::Token(*token));
        let rows: Vec<Row> = self.query_all("read the last use", &pk, "").await?;
        let mut found = LastUse::default();
        for Row { sk, last_used_at } in rows {
            match sk.strip_prefix(keys::OLD_SECRETS) {
                Some(mark) => {
                    found.old_secrets.insert(mark.to_owned(), last_used_at);
                }
                None => found.last_used_at = Some(last_used_at),
            }
        }
        Ok(found)
    }
}
