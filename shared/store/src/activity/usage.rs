//! Use: counts and last uses of tokens, a row a day.
//!
//! Not written by a transaction: these rows say what was, nothing depends on them, and a lost or
//! doubled count is the price of writing them beside the requests.

use crate::table::{Expression, Key, Range, Store, StoreError, keys, number, row, text};
use hallpass_core::{
    AccountId, Day, EnvironmentName, ParentId, Principal, SecretMark, TokenId, UnixMillis,
};
use serde::Deserialize;
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// For how long a row of use is kept after its day, in days.
pub const USAGE_KEPT_DAYS: u64 = 400;

const KEPT: u64 = USAGE_KEPT_DAYS * 24 * 60 * 60;
const OPERATION: &str = "write down use";

/// Who used what on which day. A JWT's use is its parent's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Use {
    /// The account the token belongs to.
    pub account: AccountId,
    /// The environment it lives in.
    pub environment: EnvironmentName,
    /// The day.
    pub day: Day,
    /// The token, or what a JWT came from.
    pub token: ParentId,
    /// Who it spoke for.
    pub principal: Principal,
}

/// How often, and when last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// How often.
    pub count: u64,
    /// When last.
    pub last_used_at: UnixMillis,
}

/// A row that use is written down in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UseRow {
    /// The use of a day, in one of the lists it can be read from.
    Listed(Use, UseList),
    /// When something was last used.
    Last(ParentId),
    /// When a token's secret that was rotated away was last used.
    OldSecret(TokenId, SecretMark),
}

/// The lists that the use of an environment can be read from, each a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UseList {
    /// All of it.
    OfEnvironment,
    /// That of one token.
    OfToken,
    /// That of one principal.
    OfPrincipal,
}

/// Which use is asked for.
#[derive(Clone, Debug)]
pub struct UsageQuery {
    /// The account.
    pub account: AccountId,
    /// The environment.
    pub environment: EnvironmentName,
    /// Everything, or what one token or principal did.
    pub of: UsageOf,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
    /// How many rows; as many as one answer of the table holds, 1 MB, if absent.
    pub limit: Option<u8>,
    /// Where the page before ended, between `from` and `to`.
    pub after: Option<UsageCursor>,
}

/// Whose use is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageOf {
    /// The whole environment's.
    Everything,
    /// What one token, and what came from it, did.
    Token(ParentId),
    /// What one principal did.
    Principal(Principal),
}

/// What one token did for one principal on one day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct UsageRow {
    /// The day.
    pub day: Day,
    /// The token, or what a JWT came from.
    pub token: ParentId,
    /// Who it spoke for.
    pub principal: Principal,
    /// How often.
    pub count: u64,
    /// When last.
    pub last_used_at: UnixMillis,
}

/// Some rows, in the order of their days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsagePage {
    /// The rows.
    pub rows: Vec<UsageRow>,
    /// Where to go on; absent after the last page, which may be empty.
    pub next: Option<UsageCursor>,
}

/// Where a page of use ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageCursor {
    /// The last row's day.
    pub day: Day,
    token: ParentId,
    principal: Principal,
}

/// A text that is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the cursor is not one that this list gave")]
pub struct UsageCursorError;

/// When a token was last used; best effort, up to a minute late.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastUse {
    /// When it, or what came from it, was last used.
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

    /// Adds to a row of use. The last use only ever moves forwards, whoever writes last.
    ///
    /// # Errors
    /// When the table does not answer; it may be counted nevertheless.
    pub async fn add_use(&self, row: &UseRow, tally: Tally) -> Result<(), StoreError> {
        let key = row.key();
        let kept_until = tally.last_used_at.seconds().plus(KEPT);
        let dated = |change: &'static str| {
            Expression::new(change)
                .with(":at", number(tally.last_used_at.0))
                .with(":ttl", number(kept_until.0))
        };
        let forwards =
            Expression::new("attribute_not_exists(#last_used_at) OR #last_used_at < :at");
        let UseRow::Listed(of, _) = row else {
            let change = dated("SET #last_used_at = :at, #ttl = :ttl");
            // Where the condition is lost, it was used since.
            return self
                .update_one(OPERATION, &key, &change, &forwards)
                .await
                .map(|_| ());
        };
        let counted = |change| {
            dated(change)
                .with(":day", text(&of.day.to_string()))
                .with(":token", text(&of.token.to_string()))
                .with(":principal", text(&of.principal.to_string()))
                .with(":count", number(tally.count))
        };
        let later = counted(
            "SET #last_used_at = :at, #ttl = :ttl, #day = :day, #token = :token, \
             #principal = :principal ADD #count :count",
        );
        if self.update_one(OPERATION, &key, &later, &forwards).await? {
            return Ok(());
        }
        let count_alone = counted(
            "SET #last_used_at = if_not_exists(#last_used_at, :at), \
             #ttl = if_not_exists(#ttl, :ttl), #day = :day, #token = :token, \
             #principal = :principal ADD #count :count",
        );
        self.update_one(OPERATION, &key, &count_alone, &Expression::none())
            .await
            .map(|_| ())
    }

    /// One page of an environment's use: one Query.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn usage(&self, query: &UsageQuery) -> Result<UsagePage, StoreError> {
        let (account, environment) = (&query.account, &query.environment);
        let range = Range {
            pk: match &query.of {
                UsageOf::Everything => keys::usage_partition(account, environment),
                UsageOf::Token(token) => keys::usage_partition_of(account, environment, token),
                UsageOf::Principal(principal) => {
                    keys::usage_partition_of(account, environment, principal)
                }
            },
            from: format!("{}#", query.from),
            // Past every id.
            to: format!("{}#~", query.to),
            newest_first: false,
            limit: query.limit.map(i32::from),
            after: query.after.as_ref().map(UsageCursor::sort_key),
        };
        let (items, after) = self.range("read use", range).await?;
        let mut rows: Vec<UsageRow> = Vec::with_capacity(items.len());
        for item in items {
            rows.push(row::read(item)?);
        }
        let next = after.and(rows.last().map(|row| UsageCursor {
            day: row.day,
            token: row.token,
            principal: row.principal,
        }));
        Ok(UsagePage { rows, next })
    }
}

impl UseRow {
    fn key(&self) -> Key {
        match self {
            Self::Listed(of, list) => {
                let (account, environment) = (&of.account, &of.environment);
                let pk = match list {
                    UseList::OfEnvironment => keys::usage_partition(account, environment),
                    UseList::OfToken => keys::usage_partition_of(account, environment, &of.token),
                    UseList::OfPrincipal => {
                        keys::usage_partition_of(account, environment, &of.principal)
                    }
                };
                let place = UsageCursor {
                    day: of.day,
                    token: of.token,
                    principal: of.principal,
                };
                Key {
                    pk,
                    sk: place.sort_key(),
                }
            }
            Self::Last(of) => keys::last_use(of),
            Self::OldSecret(token, mark) => keys::last_use_of_old_secret(token, *mark),
        }
    }
}

impl UsageCursor {
    fn sort_key(&self) -> String {
        format!("{}#{}#{}", self.day, self.token, self.principal)
    }
}

impl fmt::Display for UsageCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.day, self.token, self.principal)
    }
}

impl FromStr for UsageCursor {
    type Err = UsageCursorError;

    fn from_str(text: &str) -> Result<Self, UsageCursorError> {
        let mut parts = text.splitn(3, '.');
        let mut part = || parts.next().unwrap_or_default();
        Ok(Self {
            day: part().parse().map_err(|_not_a_day| UsageCursorError)?,
            token: part().parse().map_err(|_not_an_id| UsageCursorError)?,
            principal: part().parse().map_err(|_not_an_id| UsageCursorError)?,
        })
    }
}
