//! Audit: one row in the same transaction as every act.

use super::audit_action::AuditAction;
use super::audit_id::AuditId;
use crate::table::{Act, Actor, Expression, Item, StoreError, Transaction, keys, row};
use hallpass_core::{
    AccountId, EnvironmentName, KindName, ParentId, Principal, Scope, Tenant, TokenId, UnixMillis,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::Arc;

/// Who did what, from where and when. Never holds a secret.
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    /// What was done.
    pub action: AuditAction,
    /// The id of the calling token, or `iam`.
    pub by: String,
    /// The calling token's parent, where it is a JWT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<ParentId>,
    /// The calling token's kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<KindName>,
    /// Who the calling token speaks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<Principal>,
    /// Where the call came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// When.
    pub at: UnixMillis,
    /// What it was done to, such as a token's id.
    pub subject: String,
    /// What it became.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub changes: BTreeMap<&'static str, String>,
    /// Random, to tell acts apart that are alike in all else.
    #[serde(skip)]
    nonce: u64,
    /// What has to hold of the calling token when the act is written.
    #[serde(skip)]
    actor: Option<Arc<Actor>>,
}

impl Audit {
    /// An act without a calling token, of a caller that IAM allows.
    #[must_use]
    pub fn by_iam(action: AuditAction, subject: impl ToString, at: UnixMillis) -> Self {
        Self::new(action, "iam".to_owned(), subject, at)
    }

    /// An act under the token with the id `by`.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "subjects are small ids that are copied"
    )]
    pub fn new(action: AuditAction, by: String, subject: impl ToString, at: UnixMillis) -> Self {
        Self {
            action,
            by,
            parent: None,
            kind: None,
            principal: None,
            address: None,
            at,
            subject: subject.to_string(),
            changes: BTreeMap::new(),
            // Its keys are random: no two are alike, in whichever process.
            nonce: RandomState::new().hash_one(at),
            actor: None,
        }
    }

    /// The same act, which happens only while the calling token and its principals may do it.
    #[must_use]
    pub fn under(mut self, actor: Actor) -> Self {
        self.actor = Some(Arc::new(actor));
        self
    }

    /// The same act, which needs these scopes as well: see [`Actor::needing`].
    #[must_use]
    pub fn needing(mut self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        self.actor = self
            .actor
            .map(|actor| Arc::new(Actor::clone(&actor).needing(scopes)));
        self
    }

    /// The same act, saying what something became. Never a secret.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "values are small and mostly copied"
    )]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.changes.insert(name, value.to_string());
        self
    }

    /// The calling token, or the one that it was derived from.
    pub(crate) fn calling_token(&self) -> Option<TokenId> {
        match self.parent {
            Some(ParentId::Token(id)) => Some(id),
            Some(ParentId::Share(_)) => None,
            None => self.by.parse().ok(),
        }
    }

    fn row(&self, tenant: &Tenant) -> Result<Item, StoreError> {
        #[derive(Serialize)]
        struct Row<'a> {
            #[serde(flatten)]
            audit: &'a Audit,
            account: &'a AccountId,
            environment: &'a EnvironmentName,
        }
        let id = AuditId {
            at: self.at,
            digest: self.digest(),
        };
        let row = Row {
            audit: self,
            account: &tenant.account,
            environment: &tenant.environment,
        };
        row::write(&keys::audit(tenant, &id.sort_key()), &row, None)
    }

    /// Tells this act from others of the same millisecond; also spreads its retries.
    pub(crate) fn digest(&self) -> u64 {
        let mut hash = Sha256::new();
        for part in [self.action.as_str(), &self.by, &self.subject] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hash.update(self.nonce.to_be_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        digest
            .first_chunk()
            .map_or(0, |bytes| u64::from_be_bytes(*bytes))
    }
}

impl<P> Transaction<P> {
    /// Adds the act to the log of an environment. The log itself has no condition, so that it never
    /// stands in the way of the act; with it come those of the calling token.
    pub(crate) fn log(self, part: P, audit: &Audit, tenant: &Tenant) -> Result<Self, StoreError> {
        let row = audit.row(tenant)?;
        let act = Act {
            tenant: tenant.clone(),
            at: audit.at,
            action: audit.action.as_str(),
            by: audit.by.clone(),
            subject: audit.subject.clone(),
        };
        Ok(self
            .put(part, row, Expression::none())
            .logging(act, audit.actor.clone()))
    }
}
