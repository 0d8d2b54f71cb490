//! Validation: from presented texts to evidence, in one read of the table.
//!
//! Every endpoint that accepts a token comes through here; [`hallpass_core::decide`] then decides.

mod freshness;

use freshness::Freshness;
use hallpass_core::{
    Catalog, Claims, Evidence, Issuer, Malformed, OpaqueToken, Parent, ParentId, Presented,
    Principal, PrincipalRecord, PrincipalRights, Rights, RightsNow, Tenant, UnixMillis,
};
use hallpass_keys::{VerificationKeys, VerifyError};
use hallpass_store::{RowKey, Rows, Store, StoreError};
use std::collections::HashMap;
use std::sync::Arc;

/// Reads what is to be known of presented tokens. Cloning shares its memory.
#[derive(Clone, Debug)]
pub struct Validator {
    catalog: Arc<Catalog>,
    issuer: Issuer,
    store: Store,
    keys: VerificationKeys,
    fresh: Arc<Freshness>,
}

/// A text, as far as it can be judged before the rows are read.
enum Pending {
    Known(Evidence),
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

    /// What is known of each text, in order, in one read for all of them: none where no text needs
    /// one.
    ///
    /// # Errors
    /// When the table is not to be had: this says nothing about any of them.
    pub async fn examine<const N: usize>(
        &self,
        texts: [&str; N],
        now: UnixMillis,
    ) -> Result<[Evidence; N], StoreError> {
        let mut pending = Vec::with_capacity(N);
        for text in texts {
            pending.push(self.before_reading(text, now).await?);
        }
        let keys: Vec<RowKey> = pending.iter().flat_map(keys).collect();
        let rows = self.store.rows(&keys).await?;
        let mut found = [const { Evidence::Unknown }; N];
        for ((text, pending), found) in texts.iter().zip(pending).zip(&mut found) {
            *found = self.after_reading(text, pending, &rows, now).await?;
        }
        Ok(found)
    }

    async fn before_reading(&self, text: &str, now: UnixMillis) -> Result<Pending, StoreError> {
        if let Some(evidence) = self.fresh.recall(text, now) {
            return Ok(Pending::Known(evidence));
        }
        Ok(match Presented::parse(text) {
            Err(reason) => Pending::Known(Evidence::Malformed(reason)),
            Ok(Presented::Opaque(token))
                if self.catalog.kind_of_prefix(&token.prefix).is_none() =>
            {
                Pending::Known(Evidence::Unknown)
            }
            Ok(Presented::Opaque(token)) => Pending::Opaque(token),
            Ok(Presented::Jwt(jwt)) => match self.keys.verify(&jwt, now).await {
                Ok(Some(claims)) => Pending::Jwt(Box::new(claims)),
                Ok(None) => Pending::Known(Evidence::Unknown),
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
    ) -> Result<Evidence, StoreError> {
        let evidence = match pending {
            Pending::Known(evidence) => return Ok(evidence),
            Pending::Opaque(token) => {
                let record = rows.token(&token.id).cloned();
                let evidence = Evidence::of_opaque(&self.catalog, &token, record, now);
                self.with_live_rights(evidence).await?
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
                Evidence::of_jwt(catalog, issuer, *claims, revoked, parent, principal)
            }
        };
        let kind = evidence.kind().and_then(|kind| self.catalog.kind(kind));
        if let Some(kind) = kind.filter(|kind| kind.freshness > 0) {
            self.fresh
                .remember(text, &evidence, now.plus_seconds(kind.freshness));
        }
        Ok(evidence)
    }

    /// A token of a kind with live rights has what its user has now: that is read after its record,
    /// which names the user. No other kind costs a second read.
    async fn with_live_rights(&self, evidence: Evidence) -> Result<Evidence, StoreError> {
        let is_live = evidence
            .kind()
            .and_then(|kind| self.catalog.kind(kind))
            .is_some_and(|kind| kind.live);
        let (Some((account, environment)), Some(principal), true) =
            (evidence.place(), evidence.principal(), is_live)
        else {
            return Ok(evidence);
        };
        // As every other row of a validation, by the one call that a role that validates may make.
        let row = RowKey::Principal {
            account,
            environment: environment.clone(),
            principal,
        };
        let rows = self.store.rows(&[row]).await?;
        let user = rows.principal(&principal);
        let rights = match user {
            Some(user) => self.rights(user).await?,
            None => Rights::default(),
        };
        Ok(evidence.with_user(user.cloned(), rights))
    }

    /// What each of these principals of a tenant may do now: what an issue has to know
    /// ([`hallpass_core::Prepared::needs`]).
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn rights_now(
        &self,
        tenant: &Tenant,
        principals: &[Principal],
    ) -> Result<Vec<PrincipalRights>, StoreError> {
        let mut rights = Vec::with_capacity(principals.len());
        for principal in principals {
            let (account, environment) = (&tenant.account, &tenant.environment);
            let record = self.store.principal(account, environment, principal);
            let record = record.await?;
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

    /// What a user may do now, by themselves and by their groups.
    ///
    /// # Errors
    /// When the table is not to be had.
    pub async fn rights(&self, user: &PrincipalRecord) -> Result<Rights, StoreError> {
        let groups = self.store.groups_of(user).await?;
        Ok(Rights::of(user, &groups, &self.catalog))
    }
}

fn malformed(reason: Malformed) -> Pending {
    Pending::Known(Evidence::Malformed(reason))
}

/// The rows a text needs: an opaque token its record; a JWT its parent, its own revocation and the
/// user or service account it speaks for.
fn keys(pending: &Pending) -> Vec<RowKey> {
    match pending {
        Pending::Known(_) => Vec::new(),
        Pending::Opaque(token) => vec![RowKey::Token(token.id)],
        Pending::Jwt(claims) => {
            let (account, environment) = (claims.hallpass.account, &claims.hallpass.environment);
            let parent = match claims.hallpass.parent {
                ParentId::Token(id) => RowKey::Token(id),
                ParentId::Share(id) => RowKey::Share(id),
            };
            let revoked = RowKey::RevokedJwt {
                account,
                environment: environment.clone(),
                jti: claims.jti,
            };
            let principal = match claims.sub {
                Principal::Account(_) => None,
                principal @ (Principal::User(_) | Principal::ServiceAccount(_)) => {
                    Some(RowKey::Principal {
                        account,
                        environment: environment.clone(),
                        principal,
                    })
                }
            };
            [parent, revoked].into_iter().chain(principal).collect()
        }
    }
}
