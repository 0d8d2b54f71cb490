//! When a token was last used.

use crate::table::{Expression, Key, Store, StoreError, keys, number};
use hallpass_core::{ParentId, SecretMark, TokenId, UnixMillis};
use serde::Deserialize;
use std::collections::HashMap;

/// For how long it is kept, in seconds.
const KEPT_SECONDS: u64 = super::uses::USAGE_KEPT_DAYS * 24 * 60 * 60;

/// When a token was last used; best effort, and as late as use is folded.
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

/// What was last used at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum LastUsed {
    /// A token or share.
    Parent(ParentId),
    /// A token's secret that was rotated away.
    OldSecret(TokenId, SecretMark),
}

impl LastUsed {
    fn key(self) -> Key {
        match self {
            Self::Parent(of) => keys::last_use(&of),
            Self::OldSecret(token, mark) => keys::last_use_of_old_secret(&token, mark),
        }
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

    /// Notes a last use, unless a later one is noted.
    pub(super) async fn note_last_use(
        &self,
        of: LastUsed,
        at: UnixMillis,
    ) -> Result<(), StoreError> {
        let change = Expression::new("SET #last_used_at = :at, #ttl = :ttl")
            .with(":at", number(at.0))
            .with(":ttl", number(at.seconds().plus(KEPT_SECONDS).0));
        let forwards =
            Expression::new("attribute_not_exists(#last_used_at) OR #last_used_at < :at");
        let noted = self
            .update_one("write down use", &of.key(), &change, &forwards)
            .await;
        noted.map(|_| ())
    }
}
