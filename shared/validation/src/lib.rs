//! Validation: from presented texts to their contexts. An opaque token that speaks for the account, or
//! for a service account without rights of its own, is one round trip to the table; one whose principal
//! has rights of its own needs a second for that principal, and a third if it is a user in groups. A JWT
//! is one round trip, and a second for groups.
//!
//! Every endpoint that accepts a token comes through here; [`hallpass_core::decide`] then decides.
//! This crate stands on `hallpass-core`, `hallpass-store` and `hallpass-keys`, and knows no HTTP.

mod freshness;

use freshness::Freshness;
use hallpass_core::{
    Catalog, Claims, Clock, GroupId, GroupRecord, Issuer, Malformed, Moment, OpaqueToken, Parent,
    ParentId, Presented, Principal, PrincipalRecord, PrincipalRights, RightsNow, Tenant,
    TokenContext, UnixMillis,
};
use hallpass_keys::{VerificationKeys, VerifyError};
use hallpass_store::{RowKey, Rows, Store, StoreError};
use std::collections::HashMap;
use std::sync::Arc;

/// Reads the contexts of presented tokens. Clones share one memory.
#[derive(Clone, Debug)]
pub struct Validator {
    catalog: Arc<Catalog>,
    issuer: Issuer,
    store: Store,
    keys: VerificationKeys,
    fresh: Arc<Freshness>,
    /// For the age of what is in memory.
    clock: Arc<dyn Clock>,
}

type Principals = HashMap<Principal, PrincipalRecord>;
type Groups = HashMap<GroupId, GroupRecord>;

/// A presented text before its rows are read.
enum Pending {
    /// No row is needed.
    Done(TokenContext),
    Opaque(OpaqueToken),
    Jwt(Box<Claims>),
}

impl Validator {
    /// Reads nothing yet.
    #[must_use]
    pub fn new(catalog: Arc<Catalog>, issuer: Issuer, store: Store, clock: Arc<dyn Clock>) -> Self {
        let keys = VerificationKeys::new(store.clone());
        Self {
            catalog,
            issuer,
            store,
            keys,
            fresh: Arc::default(),
            clock,
        }
    }

    /// Has the published keys in memory, so that the first JWT need not wait for them.
    pub async fn read_keys(&self, now: Moment) {
        self.keys.read(now).await;
    }

    /// The context of each text, in order: all of them take the same round trips, at most three, and
    /// none where no text needs one.
    ///
    /// # Errors
    /// When the table is unavailable. This says nothing about the tokens.
    pub async fn examine<const N: usize>(
        &self,
        texts: [&str; N],
        now: UnixMillis,
    ) -> Result<[TokenContext; N], StoreError> {
        // Before anything is read: what is remembered is as old as its reading.
        let began = self.clock.moment();
        let mut pending = Vec::with_capacity(N);
        for text in texts {
            pending.push(self.before_reading(text, began).await?);
        }
        let keys: Vec<RowKey> = pending.iter().flat_map(keys).collect();
        let mut rows = self.store.rows(&keys).await?;
        let mut found = [const { TokenContext::Unknown }; N];
        let mut new = [false; N];
        for ((pending, found), new) in pending.into_iter().zip(&mut found).zip(&mut new) {
            *new = !matches!(pending, Pending::Done(_));
            *found = self.after_reading(pending, &rows, now);
        }
        let unread = || new.iter().zip(&found).filter(|(new, _)| **new);
        let principals = self
            .principals(unread().map(|(_, context)| context), &mut rows)
            .await?;
        let (records, groups) = principals;
        for ((text, new), found) in texts.iter().zip(new).zip(&mut found) {
            if !new {
                continue;
            }
            let context = std::mem::replace(found, TokenContext::Unknown);
            *found = context.with_principals(&records, &groups, &self.catalog);
            self.remember(text, found, began);
        }
        Ok(found)
    }

    async fn before_reading(&self, text: &str, now: Moment) -> Result<Pending, StoreError> {
        if let Some(context) = self.fresh.recall(text, now) {
            return Ok(Pending::Done(context));
        }
        Ok(match Presented::parse(text) {
            Err(reason) => Pending::Done(TokenContext::Malformed(reason)),
            Ok(Presented::Opaque(token))
                if self.catalog.kind_of_prefix(&token.prefix).is_none() =>
            {
                Pending::Done(TokenContext::Unknown)
            }
            Ok(Presented::Opaque(token)) => Pending::Opaque(token),
            Ok(Presented::Jwt(jwt)) => match self.keys.verify(&jwt, now).await {
                Ok(Some(claims)) => Pending::Jwt(Box::new(claims)),
                Ok(None) => Pending::Done(TokenContext::Unknown),
                Err(VerifyError::Malformed(reason)) => malformed(reason),
                Err(VerifyError::Store(error)) => return Err(error),
            },
        })
    }

    /// The context without its principals, by the rows of the first read.
    fn after_reading(&self, pending: Pending, rows: &Rows, now: UnixMillis) -> TokenContext {
        match pending {
            Pending::Done(context) => context,
            Pending::Opaque(token) => {
                let record = rows.token(&token.id).cloned();
                TokenContext::of_opaque(&self.catalog, &token, record, now)
            }
            Pending::Jwt(claims) => {
                let parent = match &claims.hallpass.parent {
                    ParentId::Token(id) => {
                        let token = rows.token(id).cloned();
                        token.map(|token| Parent::Token(Box::new(token)))
                    }
                    ParentId::Share(id) => {
                        let share = rows.share(id).cloned();
                        share.map(|share| Parent::Share(Box::new(share)))
                    }
                };
                let revoked = rows.is_revoked(&claims.jti);
                TokenContext::of_jwt(&self.catalog, &self.issuer, *claims, revoked, parent)
            }
        }
    }

    /// Reads the principals of these contexts that the first read did not name: those of opaque
    /// tokens, whose records name them. Then the groups of all users among them. One round trip each,
    /// and none where there are none.
    async fn principals<'a>(
        &self,
        contexts: impl Iterator<Item = &'a TokenContext>,
        rows: &mut Rows,
    ) -> Result<(Principals, Groups), StoreError> {
        let mut needed = Vec::new();
        for context in contexts {
            // The principals of a JWT are named by its claims, and were read with its parent.
            let is_read = matches!(context, TokenContext::Jwt { .. });
            let Some(tenant) = context.tenant().filter(|_| !is_read) else {
                continue;
            };
            for principal in context.principals() {
                needed.push(RowKey::Principal {
                    tenant: tenant.clone(),
                    principal,
                });
            }
        }
        // BatchGetItem, as for every other row: the roles that validate may make no other call.
        rows.extend(self.store.rows(&needed).await?);
        let records = rows.take_principals();
        let groups = self.store.groups_of_users(records.values()).await?;
        Ok((records, groups))
    }

    fn remember(&self, text: &str, context: &TokenContext, began: Moment) {
        let kind = context.kind().and_then(|kind| self.catalog.kind(kind));
        if let Some(kind) = kind.filter(|kind| kind.freshness > 0) {
            self.fresh.remember(text, context, began, kind.freshness);
        }
    }

    /// The current rights of these principals of a tenant, for issuing a token: see
    /// [`hallpass_core::Prepared::needs`].
    ///
    /// # Errors
    /// When the table is unavailable.
    pub async fn rights_now(
        &self,
        tenant: &Tenant,
        principals: &[Principal],
    ) -> Result<Vec<PrincipalRights>, StoreError> {
        let mut rights = Vec::with_capacity(principals.len());
        for principal in principals {
            let record = self.store.principal(tenant, principal).await?;
            let groups = match &record {
                Some(user) if user.closed_at.is_none() => self.store.groups_of(user).await?,
                _ => HashMap::new(),
            };
            rights.push(PrincipalRights {
                principal: *principal,
                name: record.as_ref().map(|record| record.name.clone()),
                now: RightsNow::of(record.as_ref(), &groups, &self.catalog),
            });
        }
        Ok(rights)
    }
}

fn malformed(reason: Malformed) -> Pending {
    Pending::Done(TokenContext::Malformed(reason))
}

/// The rows a text needs first: an opaque token its record; a JWT its parent, its own revocation, and
/// the user or service account that it speaks for and that it was derived through.
fn keys(pending: &Pending) -> Vec<RowKey> {
    match pending {
        Pending::Done(_) => Vec::new(),
        Pending::Opaque(token) => vec![RowKey::Token(token.id)],
        Pending::Jwt(claims) => {
            let parent = match claims.hallpass.parent {
                ParentId::Token(id) => RowKey::Token(id),
                ParentId::Share(id) => RowKey::Share(id),
            };
            let revoked = RowKey::RevokedJwt {
                tenant: claims.tenant(),
                jti: claims.jti,
            };
            let principals = claims.principals().map(|principal| RowKey::Principal {
                tenant: claims.tenant(),
                principal,
            });
            [parent, revoked].into_iter().chain(principals).collect()
        }
    }
}
