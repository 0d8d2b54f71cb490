//! Validation: from presented texts to evidence, in one read of the table.
//!
//! Every endpoint that accepts a token comes through here; [`hallpass_core::decide`] then decides.

mod freshness;

use freshness::Freshness;
use hallpass_core::{
    Catalog, Claims, Evidence, Issuer, Malformed, OpaqueToken, Presented, UnixMillis,
};
use hallpass_keys::{VerificationKeys, VerifyError};
use hallpass_store::{RowKey, Rows, Store, StoreError};
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
        let mut pending = pending.into_iter();
        Ok(texts.map(|text| match pending.next() {
            Some(pending) => self.after_reading(text, pending, &rows, now),
            None => Evidence::Unknown,
        }))
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

    fn after_reading(
        &self,
        text: &str,
        pending: Pending,
        rows: &Rows,
        now: UnixMillis,
    ) -> Evidence {
        let evidence = match pending {
            Pending::Known(evidence) => return evidence,
            Pending::Opaque(token) => {
                let record = rows.token(&token.id).cloned();
                Evidence::of_opaque(&self.catalog, &token, record, now)
            }
            Pending::Jwt(claims) => {
                let parent = rows.token(&claims.hallpass.parent).cloned();
                let revoked = rows.is_revoked(&claims.jti);
                Evidence::of_jwt(&self.catalog, &self.issuer, *claims, revoked, parent)
            }
        };
        let kind = evidence.kind().and_then(|kind| self.catalog.kind(kind));
        if let Some(kind) = kind.filter(|kind| kind.freshness > 0) {
            self.fresh
                .remember(text, &evidence, now.plus_seconds(kind.freshness), now);
        }
        evidence
    }
}

fn malformed(reason: Malformed) -> Pending {
    Pending::Known(Evidence::Malformed(reason))
}

/// The rows a text needs: an opaque token its record, a JWT its parent and its own revocation.
fn keys(pending: &Pending) -> Vec<RowKey> {
    match pending {
        Pending::Known(_) => Vec::new(),
        Pending::Opaque(token) => vec![RowKey::Token(token.id)],
        Pending::Jwt(claims) => vec![
            RowKey::Token(claims.hallpass.parent),
            RowKey::RevokedJwt {
                account: claims.hallpass.account,
                environment: claims.hallpass.environment.clone(),
                jti: claims.jti,
            },
        ],
    }
}
