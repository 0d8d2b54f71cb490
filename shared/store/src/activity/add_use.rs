//! Counting use: a row a day, in each list that it can be read from.
//!
//! Not written by a transaction: these rows say what was, nothing depends on them, and a lost or
//! doubled count is the price of writing them beside the requests.

use super::usage::UsageCursor;
use crate::table::{Expression, Key, Store, StoreError, keys, number, text};
use hallpass_core::{Day, ParentId, Principal, SecretMark, Tenant, TokenId, UnixMillis};

/// For how long a row of use is kept after its day, in days.
pub const USAGE_KEPT_DAYS: u64 = 400;

const KEPT: u64 = USAGE_KEPT_DAYS * 24 * 60 * 60;
const OPERATION: &str = "write down use";

/// Who used what on which day. The use of a JWT counts as its parent's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Use {
    /// Where the token lives.
    pub tenant: Tenant,
    /// The day.
    pub day: Day,
    /// The token, or a JWT's parent.
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

impl Store {
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
}

impl UseRow {
    fn key(&self) -> Key {
        match self {
            Self::Listed(of, list) => {
                let tenant = &of.tenant;
                let pk = match list {
                    UseList::OfEnvironment => keys::usage_partition(tenant),
                    UseList::OfToken => keys::usage_partition_of(tenant, &of.token),
                    UseList::OfPrincipal => keys::usage_partition_of(tenant, &of.principal),
                };
                let position = UsageCursor {
                    day: of.day,
                    token: of.token,
                    principal: of.principal,
                };
                Key {
                    pk,
                    sk: position.sort_key(),
                }
            }
            Self::Last(of) => keys::last_use(of),
            Self::OldSecret(token, mark) => keys::last_use_of_old_secret(token, *mark),
        }
    }
}
