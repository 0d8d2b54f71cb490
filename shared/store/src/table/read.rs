//! Reads: all strongly consistent, none a scan.

use super::error::StoreError;
use super::expression::{Expression, names, values};
use super::item::{Item, key_text, text};
use super::keys::Key;
use super::store::Store;
use super::{item, keys};
use aws_sdk_dynamodb::types::KeysAndAttributes;
use hallpass_core::{
    AccountId, EnvironmentName, GroupId, GroupRecord, JwtId, Principal, PrincipalRecord, ShareId,
    ShareRecord, TokenId, TokenRecord,
};
use serde::{Deserialize, de::DeserializeOwned};
use std::collections::{HashMap, HashSet};
use thiserror::Error;

/// The table takes no more keys at once.
const MOST_OF_A_BATCH: usize = 100;

/// A row that a validation needs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RowKey {
    /// A token's record.
    Token(TokenId),
    /// The row that says a JWT is revoked.
    RevokedJwt {
        /// The account the JWT belongs to.
        account: AccountId,
        /// The environment it lives in.
        environment: EnvironmentName,
        /// Its id.
        jti: JwtId,
    },
    /// A shared model's record.
    Share(ShareId),
    /// A user's or service account's record.
    Principal {
        /// The account it belongs to.
        account: AccountId,
        /// The environment it lives in.
        environment: EnvironmentName,
        /// Its id.
        principal: Principal,
    },
}

/// The rows of one batch that exist.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    tokens: HashMap<TokenId, TokenRecord>,
    revoked: HashSet<JwtId>,
    shares: HashMap<ShareId, ShareRecord>,
    principals: HashMap<Principal, PrincipalRecord>,
}

/// The table answered in part, twice.
#[derive(Debug, Error)]
#[error("{0} of the rows asked for were not read")]
struct LeftUnread(usize);

/// How many rows an answer may hold, and after which to begin.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slice {
    pub(crate) limit: Option<i32>,
    pub(crate) after: Option<Key>,
}

impl Rows {
    /// The record of a token, if it exists.
    #[must_use]
    pub fn token(&self, id: &TokenId) -> Option<&TokenRecord> {
        self.tokens.get(id)
    }

    /// The record of a share, if it exists.
    #[must_use]
    pub fn share(&self, id: &ShareId) -> Option<&ShareRecord> {
        self.shares.get(id)
    }

    /// The record of a user or service account, if it exists.
    #[must_use]
    pub fn principal(&self, id: &Principal) -> Option<&PrincipalRecord> {
        self.principals.get(id)
    }

    /// Whether this JWT itself was revoked.
    #[must_use]
    pub fn is_revoked(&self, jti: &JwtId) -> bool {
        self.revoked.contains(jti)
    }
}

impl Store {
    /// Reads up to 100 rows in one round trip; the same key may be asked for twice.
    ///
    /// # Errors
    /// An outage also when the table answers only in part, twice: a row not read is never taken
    /// for one that does not exist.
    pub async fn rows(&self, rows: &[RowKey]) -> Result<Rows, StoreError> {
        #[derive(Deserialize)]
        struct RevokedJwt {
            jti: JwtId,
        }
        let keys: Vec<Key> = rows.iter().map(RowKey::key).collect();
        let mut found = Rows::default();
        for row in self.batch("read rows", &keys).await? {
            let pk = key_text(&row, "pk");
            if pk.starts_with(keys::TOKENS) {
                let record: TokenRecord = item::read(row)?;
                found.tokens.insert(record.id, record);
            } else if pk.starts_with(keys::PRINCIPALS) {
                let record: PrincipalRecord = item::read(row)?;
                found.principals.insert(record.id, record);
            } else if pk.starts_with(keys::SHARES) {
                let record: ShareRecord = item::read(row)?;
                found.shares.insert(record.id, record);
            } else {
                found.revoked.insert(item::read::<RevokedJwt>(row)?.jti);
            }
        }
        Ok(found)
    }

    /// Reads a token's record.
    ///
    /// # Errors
    /// When the table does not answer, or the row is unreadable.
    pub async fn token(&self, id: &TokenId) -> Result<Option<TokenRecord>, StoreError> {
        self.find("read a token", &keys::token(id)).await
    }

    /// Reads a user or service account.
    ///
    /// # Errors
    /// When the table does not answer, or the row is unreadable.
    pub async fn principal(
        &self,
        account: &AccountId,
        environment: &EnvironmentName,
        principal: &Principal,
    ) -> Result<Option<PrincipalRecord>, StoreError> {
        let key = keys::principal(account, environment, principal);
        self.find("read a principal", &key).await
    }

    /// Reads the groups a user is in, themselves and by nesting: all that the user's row knows of
    /// in one round trip, and further ones where a group was put within another since.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn groups_of(
        &self,
        user: &PrincipalRecord,
    ) -> Result<HashMap<GroupId, GroupRecord>, StoreError> {
        let known = user.groups.iter().chain(&user.member_of).copied().collect();
        self.groups_around(&user.account, &user.environment, known)
            .await
    }

    /// Reads these groups and those they stand within, at whatever distance: one round trip where
    /// `next` knows them all.
    pub(crate) async fn groups_around(
        &self,
        account: &AccountId,
        environment: &EnvironmentName,
        mut next: HashSet<GroupId>,
    ) -> Result<HashMap<GroupId, GroupRecord>, StoreError> {
        let mut found = HashMap::new();
        let mut asked: HashSet<GroupId> = HashSet::new();
        while !next.is_empty() {
            let ids: Vec<GroupId> = next.into_iter().collect();
            let groups = self.groups(account, environment, &ids).await?;
            asked.extend(ids);
            next = groups
                .iter()
                .flat_map(|group| group.within.iter().copied())
                .filter(|id| !asked.contains(id))
                .collect();
            found.extend(groups.into_iter().map(|group| (group.id, group)));
        }
        Ok(found)
    }

    /// Reads these groups, in this order; those that do not exist are left out.
    pub(crate) async fn groups(
        &self,
        account: &AccountId,
        environment: &EnvironmentName,
        ids: &[GroupId],
    ) -> Result<Vec<GroupRecord>, StoreError> {
        let key = |id| keys::group(account, environment, id);
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(MOST_OF_A_BATCH) {
            let keys: Vec<Key> = some.iter().map(key).collect();
            for row in self.batch("read groups", &keys).await? {
                found.push(item::read(row)?);
            }
        }
        Ok(found)
    }

    pub(crate) async fn find<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        key: &Key,
    ) -> Result<Option<T>, StoreError> {
        self.item(operation, key).await?.map(item::read).transpose()
    }

    async fn item(&self, operation: &'static str, key: &Key) -> Result<Option<Item>, StoreError> {
        let read = self
            .client
            .get_item()
            .table_name(&*self.table)
            .set_key(Some(key.item()))
            .consistent_read(true);
        let answer = read.send().await;
        let answer = answer.map_err(|error| StoreError::outage(operation)(error.into()))?;
        Ok(answer.item)
    }

    /// The rows there are of these, in this order, each once: one `BatchGetItem`, and one more for
    /// what it left unprocessed.
    pub(crate) async fn batch(
        &self,
        operation: &'static str,
        keys: &[Key],
    ) -> Result<Vec<Item>, StoreError> {
        let outage = StoreError::outage(operation);
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        // The table refuses a batch that names a row twice, and answers in any order.
        let each_once: HashSet<&Key> = keys.iter().collect();
        let mut found = HashMap::with_capacity(each_once.len());
        let asked = KeysAndAttributes::builder()
            .set_keys(Some(each_once.into_iter().map(Key::item).collect()))
            .consistent_read(true)
            .build()
            .map_err(|error| outage(error.into()))?;
        let mut left = HashMap::from([(self.table.to_string(), asked)]);
        for _ in 0..2 {
            let ask = self.client.batch_get_item().set_request_items(Some(left));
            let answer = ask.send().await.map_err(|error| outage(error.into()))?;
            for (_table, rows) in answer.responses.into_iter().flatten() {
                found.extend(rows.into_iter().map(|row| (Key::of(&row), row)));
            }
            left = answer.unprocessed_keys.unwrap_or_default();
            if left.is_empty() {
                return Ok(keys.iter().filter_map(|key| found.remove(key)).collect());
            }
        }
        let unread = left.values().map(|keys| keys.keys().len()).sum();
        Err(outage(Box::new(LeftUnread(unread))))
    }

    /// One page of the rows of a partition whose sort key begins with `prefix`, in order, and
    /// where to go on if there may be more.
    pub(crate) async fn query(
        &self,
        operation: &'static str,
        pk: &str,
        prefix: &str,
        slice: Slice,
    ) -> Result<(Vec<Item>, Option<Key>), StoreError> {
        let all = Expression::none();
        self.query_where(operation, pk, prefix, slice, &all).await
    }

    /// The same, of those rows for which `filter` holds. The table counts the others, too: a page
    /// may be empty and still not be the last.
    pub(crate) async fn query_where(
        &self,
        operation: &'static str,
        pk: &str,
        prefix: &str,
        slice: Slice,
        filter: &Expression,
    ) -> Result<(Vec<Item>, Option<Key>), StoreError> {
        let which = if prefix.is_empty() {
            Expression::new("#pk = :pk")
        } else {
            Expression::new("#pk = :pk AND begins_with(#sk, :prefix)").with(":prefix", text(prefix))
        }
        .with(":pk", text(pk));
        let ask = self
            .client
            .query()
            .table_name(&*self.table)
            .consistent_read(true)
            .set_key_condition_expression(which.text())
            .set_filter_expression(filter.text())
            .set_expression_attribute_names(names(&[&which, filter]))
            .set_expression_attribute_values(values(&[&which, filter]))
            .set_limit(slice.limit)
            .set_exclusive_start_key(slice.after.as_ref().map(Key::item));
        let answer = ask.send().await;
        let answer = answer.map_err(|error| StoreError::outage(operation)(error.into()))?;
        let after = answer.last_evaluated_key.as_ref().map(Key::of);
        Ok((answer.items.unwrap_or_default(), after))
    }

    /// All rows of a partition whose sort key begins with `prefix`, page after page.
    pub(crate) async fn query_all<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        pk: &str,
        prefix: &str,
    ) -> Result<Vec<T>, StoreError> {
        let mut slice = Slice::default();
        let mut found = Vec::new();
        loop {
            let (rows, after) = self.query(operation, pk, prefix, slice).await?;
            for row in rows {
                found.push(item::read(row)?);
            }
            if after.is_none() {
                return Ok(found);
            }
            slice = Slice { limit: None, after };
        }
    }
}

impl RowKey {
    fn key(&self) -> Key {
        match self {
            Self::Token(id) => keys::token(id),
            Self::RevokedJwt {
                account,
                environment,
                jti,
            } => keys::revoked_jwt(account, environment, jti),
            Self::Share(id) => keys::share(id),
            Self::Principal {
                account,
                environment,
                principal,
            } => keys::principal(account, environment, principal),
        }
    }
}
