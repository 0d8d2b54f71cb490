//! Validation: from presented texts to their contexts, in one read of the table. A token with its
//! user's current rights needs a second read, and a third if the user is in groups.
//!
//! Every endpoint that accepts a token comes through here; [`hallpass_core::decide`] then decides.
//! This crate stands on `hallpass-core`, `hallpass-store` and `hallpass-keys`, and knows no HTTP.

mod freshness;

use freshness::Freshness;
use hallpass_core::{
    Catalog, Claims, Issuer, Malformed, OpaqueToken, Parent, ParentId, Presented, Principal,
    PrincipalRecord, PrincipalRights, Rights, RightsNow, Tenant, TokenContext, UnixMillis,
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
}

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
    pub fn new(catalog: Arc<Catalog>, issuer: Issuer, store: Store) -> Self {
        let keys = VerificationKeys::new(store.clone());
        Self {
            catalog,
            issuer,
            store,
            keys,
            fresh: Arc::default(),
        }
    }

    /// The context of each text, in order, with one read for all of them, or none where no text needs
    /// one.
    ///
    /// # Errors
    /// When the table is unavailable. This says nothing about the tokens.
    pub async fn examine<const N: usize>(
        &self,
        texts: [&str; N],
        now: UnixMillis,
    ) -> Result<[TokenContext; N], StoreError> {
        let mut pending = Vec::with_capacity(N);
        for text in texts {
            pending.push(self.before_reading(text, now).await?);
        }
        let keys: Vec<RowKey> = pending.iter().flat_map(keys).collect();
        let rows = self.store.rows(&keys).await?;
        let mut found = [const { TokenContext::Unknown }; N];
        for ((text, pending), found) in texts.iter().zip(pending).zip(&mut found) {
            *found = self.after_reading(text, pending, &rows, now).await?;
        }
        Ok(found)
    }

    async fn before_reading(&self, text: &str, now: UnixMillis) -> Result<Pending, StoreError> {
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

    async fn after_reading(
        &self,
        text: &str,
        pending: Pending,
        rows: &Rows,
        now: UnixMillis,
    ) -> Result<TokenContext, StoreError> {
        let context = match pending {
            Pending::Done(context) => return Ok(context),
            Pending::Opaque(token) => {
                let record = rows.token(&token.id).cloned();
                let context = TokenContext::of_opaque(&self.catalog, &token, record, now);
                self.with_live_rights(context).await?
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
                let principal = rows.principal(&claims.sub).cloned();
                let (catalog, issuer) = (&self.catalog, &self.issuer);
                TokenContext::of_jwt(catalog, issuer, *claims, revoked, parent, principal)
            }
        };
        let kind = context.kind().and_then(|kind| self.catalog.kind(kind));
        if let Some(kind) = kind.filter(|kind| kind.freshness > 0) {
            self.fresh
                .remember(text, &context, now.plus_seconds(kind.freshness));
        }
        Ok(context)
    }

    /// Adds the user's current rights to a token of a kind with live rights. They are read after the
    /// token's record, which names the user. No other kind needs a second read.
    async fn with_live_rights(&self, context: TokenContext) -> Result<TokenContext, StoreError> {
        let is_live = context
            .kind()
            .and_then(|kind| self.catalog.kind(kind))
            .is_some_and(|kind| kind.live);
        let (Some(tenant), Some(principal), true) =
            (context.tenant(), context.principal(), is_live)
        else {
            return Ok(context);
        };
        // BatchGetItem, as for every other row: the roles that validate may make no other call.
        let row = RowKey::Principal { tenant, principal };
        let rows = self.store.rows(&[row]).await?;
        let user = rows.principal(&principal);
        let rights = match user {
            Some(user) => self.rights(user).await?,
            None => Rights::default(),
        };
        Ok(context.with_user(user.cloned(), rights))
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
                now: RightsNow::of(record.as_ref(), &groups, &self.catalog),
            });
        }
        Ok(rights)
    }

    /// The current rights of a user, with those of its groups.
    ///
    /// # Errors
    /// When the table is unavailable.
    pub async fn rights(&self, user: &PrincipalRecord) -> Result<Rights, StoreError> {
        let groups = self.store.groups_of(user).await?;
        Ok(Rights::of(user, &groups, &self.catalog))
    }
}

fn malformed(reason: Malformed) -> Pending {
    Pending::Done(TokenContext::Malformed(reason))
}

/// The rows a text needs: an opaque token its record; a JWT its parent, its own revocation and the
/// user or service account it speaks for.
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
            let principal = match claims.sub {
                Principal::Account(_) => None,
                principal @ (Principal::User(_) | Principal::ServiceAccount(_)) => {
                    Some(RowKey::Principal {
                        tenant: claims.tenant(),
                        principal,
                    })
                }
            };
            [parent, revoked].into_iter().chain(principal).collect()
        }
    }
}
