//! List: the tokens of an environment, in the order of their ids, one Query a page.

use super::entry::ListedToken;
use crate::table::{Expression, Key, Slice, Store, StoreError, keys, row, text};
use hallpass_core::{KindName, Tenant, TokenId};
use sha2::{Digest as _, Sha256};
use std::fmt;
use thiserror::Error;

/// Whose tokens are listed.
#[derive(Clone, Copy, Debug)]
pub struct TokenList<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// Those of this kind only.
    pub kind: Option<&'a KindName>,
}

/// Some tokens.
#[derive(Clone, Debug)]
pub struct TokenPage {
    /// The tokens; those that expired or were revoked are among them for 30 days.
    pub tokens: Vec<ListedToken>,
    /// The cursor of the next page; absent after the last one, which may be empty.
    pub next: Option<TokenCursor>,
}

/// Where a page ended: the id of a token, and a mark of the environment it was listed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenCursor {
    after: TokenId,
    mark: u32,
}

/// Not a cursor of this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "not a cursor of this list: take it from the page before, with the same account and environment"
)]
pub struct TokenCursorError;

impl TokenList<'_> {
    /// Reads a cursor that a page of this list gave.
    ///
    /// # Errors
    /// For what is none, or one of another account's or environment's list.
    pub fn cursor(&self, text: &str) -> Result<TokenCursor, TokenCursorError> {
        let (after, mark) = text.split_once('.').ok_or(TokenCursorError)?;
        let after = after.parse().map_err(|_not_an_id| TokenCursorError)?;
        let cursor = self.cursor_after(after);
        if format!("{:08x}", cursor.mark) == mark {
            Ok(cursor)
        } else {
            Err(TokenCursorError)
        }
    }

    fn cursor_after(&self, after: TokenId) -> TokenCursor {
        let key = keys::token_entry(self.tenant, &after);
        let digest: [u8; 32] = Sha256::digest(key.to_string()).into();
        let mark = digest
            .first_chunk()
            .map_or(0, |bytes| u32::from_be_bytes(*bytes));
        TokenCursor { after, mark }
    }
}

impl fmt::Display for TokenCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:08x}", self.after, self.mark)
    }
}

impl Store {
    /// Reads up to `limit` tokens, 1 to 100, after the cursor. Where a kind is asked for, the others
    /// count as read: a page may hold fewer, or none, and still not be the last.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn tokens(
        &self,
        list: TokenList<'_>,
        limit: u32,
        cursor: Option<TokenCursor>,
    ) -> Result<TokenPage, StoreError> {
        let pk = keys::token_entries_partition(list.tenant);
        let slice = Slice {
            limit: i32::try_from(limit.clamp(1, 100)).ok(),
            after: cursor.map(|it| keys::token_entry(list.tenant, &it.after)),
        };
        let of_kind = match list.kind {
            Some(kind) => Expression::new("#kind = :kind").with(":kind", text(kind.as_str())),
            None => Expression::none(),
        };
        let (rows, after) = self
            .query_where("list tokens", &pk, keys::TOKENS, slice, &of_kind)
            .await?;
        let mut tokens = Vec::with_capacity(rows.len());
        for row in rows {
            tokens.push(row::read::<ListedToken>(row)?);
        }
        let next = after.map(|last| listed_id(&last)).transpose()?;
        Ok(TokenPage {
            tokens,
            next: next.map(|last| list.cursor_after(last)),
        })
    }
}

/// The token of an entry, by its key.
fn listed_id(key: &Key) -> Result<TokenId, StoreError> {
    let id = key.sk.strip_prefix(keys::TOKENS).unwrap_or_default();
    id.parse()
        .map_err(|source: hallpass_core::IdError| StoreError::Corrupt {
            row: key.to_string(),
            source: Box::new(source),
        })
}
