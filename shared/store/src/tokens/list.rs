//! List: the tokens of an environment, the newest first: one Query of a list's entries, and one batch of
//! what they name.

use super::entry::ListedToken;
use super::listing::Listed;
use crate::table::{BATCH_LIMIT, Expression, Key, Slice, Store, StoreError, keys, row, text};
use hallpass_core::{IdError, KindName, Principal, Tenant, TokenId, UnixMillis};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::fmt;
use thiserror::Error;

/// How often a page is filled up where tokens of the list are gone: a hundred are passed at a time.
const FILLED_UP: usize = 10;

/// Whose tokens are listed.
#[derive(Clone, Copy, Debug)]
pub struct TokenList<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// Those of this kind only.
    pub kind: Option<&'a KindName>,
    /// Those that speak for this one only.
    pub principal: Option<&'a Principal>,
}

/// Some tokens.
#[derive(Clone, Debug)]
pub struct TokenPage {
    /// The tokens; those that expired or were revoked are among them for 30 days.
    pub tokens: Vec<ListedToken>,
    /// The cursor of the next page; absent after the last one.
    pub next: Option<TokenCursor>,
}

/// Where a page ended, and a mark of the list it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenCursor {
    after: After,
    mark: u32,
}

/// The last token of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    /// In a list.
    Listed(Listed),
    /// In the walk through the tokens of an environment that are not listed yet.
    Walked(TokenId),
}

/// Not a cursor of this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "not a cursor of this list: take it from the page before, with the same account, environment, kind \
     and principal, or leave it out for the first page"
)]
pub struct TokenCursorError;

/// Whether the tokens of an environment are listed.
#[derive(Debug, Deserialize)]
struct Environment {
    #[serde(default)]
    tokens_listed: bool,
}

impl TokenList<'_> {
    /// Reads a cursor that a page of this list gave.
    ///
    /// # Errors
    /// For what is none, or one of another list.
    pub fn cursor(&self, text: &str) -> Result<TokenCursor, TokenCursorError> {
        let (after, _mark) = text.rsplit_once('.').ok_or(TokenCursorError)?;
        let cursor = self.cursor_after(after.parse()?);
        // Written in one way only.
        if cursor.to_string() == text {
            Ok(cursor)
        } else {
            Err(TokenCursorError)
        }
    }

    fn cursor_after(&self, after: After) -> TokenCursor {
        let text = format!("{} {after}", self.partition());
        let digest: [u8; 32] = Sha256::digest(text).into();
        let mark = digest
            .first_chunk()
            .map_or(0, |bytes| u32::from_be_bytes(*bytes));
        TokenCursor { after, mark }
    }

    fn partition(&self) -> String {
        keys::token_list(self.tenant, self.kind, self.principal)
    }
}

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listed(last) => write!(f, "{}.{}", last.created_at.0, last.id),
            Self::Walked(last) => write!(f, "{last}"),
        }
    }
}

impl std::str::FromStr for After {
    type Err = TokenCursorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let id = |text: &str| text.parse().map_err(|_not_an_id| TokenCursorError);
        let Some((created_at, last)) = text.split_once('.') else {
            return id(text).map(Self::Walked);
        };
        let created_at = created_at.parse().map_err(|_no_number| TokenCursorError)?;
        Ok(Self::Listed(Listed {
            id: id(last)?,
            created_at: UnixMillis(created_at),
        }))
    }
}

impl fmt::Display for TokenCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:08x}", self.after, self.mark)
    }
}

impl Store {
    /// Reads `limit` tokens, 1 to 100, after the cursor, the newest first; `None` where there is no such
    /// environment, which is looked at for the first page. Only the last page holds fewer, or one from
    /// among tokens that the table is deleting.
    ///
    /// While the tokens of versions before are not listed yet (`listing_older`), all are walked in the
    /// order of their ids: a page may then hold fewer, or none, and still not be the last.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn tokens(
        &self,
        list: TokenList<'_>,
        limit: u32,
        cursor: Option<TokenCursor>,
    ) -> Result<Option<TokenPage>, StoreError> {
        match cursor.map(|cursor| cursor.after) {
            Some(After::Listed(previous)) => self
                .listed_tokens(list, limit, Some(previous))
                .await
                .map(Some),
            Some(After::Walked(previous)) => self
                .walked_tokens(list, limit, Some(previous))
                .await
                .map(Some),
            None => {
                let key = keys::environment(list.tenant);
                let environment = self.find("read an environment", &key);
                let page = self.listed_tokens(list, limit, None);
                let (environment, page) = tokio::try_join!(environment, page)?;
                match environment {
                    None => Ok(None),
                    Some(Environment {
                        tokens_listed: true,
                    }) => Ok(Some(page)),
                    Some(_) => self.walked_tokens(list, limit, None).await.map(Some),
                }
            }
        }
    }

    async fn listed_tokens(
        &self,
        list: TokenList<'_>,
        limit: u32,
        mut previous: Option<Listed>,
    ) -> Result<TokenPage, StoreError> {
        let limit = usize::try_from(limit.clamp(1, 100)).unwrap_or(1);
        let partition = list.partition();
        let mut tokens: Vec<ListedToken> = Vec::with_capacity(limit);
        // The table deletes the rows of a token in any order: where some are gone, more are read.
        for read in [limit].into_iter().chain([BATCH_LIMIT; FILLED_UP]) {
            let slice = Slice {
                // One more tells whether there is a next page.
                limit: i32::try_from(read.saturating_add(1)).ok(),
                after: previous.map(|it| keys::token_list_entry(&partition, it.created_at, &it.id)),
            };
            let (mut rows, after) = self.query("list tokens", &partition, "", slice).await?;
            let is_last = rows.len() <= read && after.is_none();
            rows.truncate(read);
            let mut entries = Vec::with_capacity(rows.len());
            for row in rows {
                let listed: Listed = row::read(row)?;
                previous = Some(listed);
                entries.push(keys::token_entry(list.tenant, &listed.id));
            }
            tokens.extend(self.read("read listed tokens", &entries).await?);
            let is_too_much = tokens.len() > limit;
            tokens.truncate(limit);
            if is_last && !is_too_much {
                return Ok(TokenPage { tokens, next: None });
            }
            if tokens.len() == limit {
                previous = tokens.last().map(Listed::from);
                break;
            }
        }
        let next = previous.map(|previous| list.cursor_after(After::Listed(previous)));
        Ok(TokenPage { tokens, next })
    }

    async fn walked_tokens(
        &self,
        list: TokenList<'_>,
        limit: u32,
        previous: Option<TokenId>,
    ) -> Result<TokenPage, StoreError> {
        let pk = keys::token_entries_partition(list.tenant);
        let slice = Slice::of(
            limit,
            previous.map(|it| keys::token_entry(list.tenant, &it)),
        );
        let (rows, after) = self
            .query_where("walk tokens", &pk, keys::TOKENS, slice, &list.filter())
            .await?;
        let tokens: Result<Vec<ListedToken>, _> = rows.into_iter().map(row::read).collect();
        let next = after.map(|previous| walked_id(&previous)).transpose()?;
        Ok(TokenPage {
            tokens: tokens?,
            next: next.map(|previous| list.cursor_after(After::Walked(previous))),
        })
    }
}

impl TokenList<'_> {
    /// What holds of the entries of the tokens that are listed.
    fn filter(&self) -> Expression {
        let kind = self.kind.map(|kind| text(kind.as_str()));
        let principal = self.principal.map(|it| text(&it.to_string()));
        let of_kind = |kind| Expression::new("#kind = :kind").with(":kind", kind);
        let of_principal = |it| Expression::new("#principal = :principal").with(":principal", it);
        match (kind.map(of_kind), principal.map(of_principal)) {
            (Some(kind), Some(principal)) => kind.and(principal),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => Expression::none(),
        }
    }
}

/// The token of an entry, by its key.
fn walked_id(key: &Key) -> Result<TokenId, StoreError> {
    let id = key.sk.strip_prefix(keys::TOKENS).unwrap_or_default();
    id.parse().map_err(|source: IdError| StoreError::Corrupt {
        row: key.to_string(),
        source: Box::new(source),
    })
}
