//! The actor: the calling token of an act, and what has to hold of its rows when the act is written, and
//! not only when they were read. Otherwise a mint that was in progress when its calling token was revoked,
//! or its user demoted, would come after that, and what it made would outlive it.
//!
//! Every act that a token asks for is logged (`activity/audit.rs`), and the log brings the actor with it:
//! no write of a caller is without these conditions.

use super::error::StoreError;
use super::expression::Expression;
use super::item::number;
use super::key::Key;
use super::keys;
use super::store::Store;
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_core::{
    Catalog, GrantingRows, Parent, Principal, PrincipalRecord, PrincipalState, Scope, Tenant,
    TokenContext, UnixMillis,
};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// The calling token of an act, as it was read, and the scopes that the act needs.
#[derive(Clone)]
pub struct Actor {
    catalog: Arc<Catalog>,
    context: Arc<TokenContext>,
    needed: Vec<Scope>,
    at: UnixMillis,
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Actor").field(&self.context.id()).finish()
    }
}

impl Actor {
    /// The calling token of an act at this moment, which needs no scope yet.
    #[must_use]
    pub fn new(catalog: Arc<Catalog>, context: Arc<TokenContext>, at: UnixMillis) -> Self {
        Self {
            catalog,
            context,
            needed: Vec::new(),
            at,
        }
    }

    /// The act needs these scopes as well: its principals may do them when it is written.
    #[must_use]
    pub fn needing(mut self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        // The rights of no principal count: nothing has to be looked up.
        if self.bounding().next().is_some() {
            self.needed.extend(scopes);
        }
        self
    }

    /// When the calling token was issued: what was issued up to a cut-off is dead.
    fn issued_at(&self) -> UnixMillis {
        match &*self.context {
            TokenContext::Opaque { record, .. } => record.created_at,
            TokenContext::Jwt { claims, .. } => claims.hallpass.iat_ms,
            TokenContext::Malformed(_) | TokenContext::Unknown => self.at,
        }
    }

    /// The rows of the principals whose rights count, as they were read with the token.
    fn bounding(&self) -> impl Iterator<Item = &PrincipalRecord> {
        self.context
            .principal_states()
            .filter_map(|state| match state {
                PrincipalState::Live(record, _) => Some(&**record),
                PrincipalState::NotNeeded
                | PrincipalState::Missing
                | PrincipalState::Present(_) => None,
            })
    }

    /// The rows by which its principals may do what the act needs, as they were read with the token;
    /// `None` where their own rows do not give it, and those of groups have to be read.
    pub(super) fn granting_rows(&self) -> Option<Vec<GrantingRows>> {
        let no_groups = HashMap::new();
        self.bounding()
            .map(|record| GrantingRows::of(record, &no_groups, &self.needed, &self.catalog).ok())
            .collect()
    }

    /// What has to hold when the act is written: the token, or what it was derived from, is valid; its
    /// principals are; and the rows that give these the right are as they were read.
    pub(super) fn conditions(&self, granting: &[GrantingRows]) -> Vec<(Key, Expression)> {
        let mut conditions = self.of_token();
        let Some(tenant) = self.context.tenant() else {
            return conditions;
        };
        for principal in self.context.principal_states().zip(self.principals()) {
            let (state, Some(principal)) = principal else {
                continue;
            };
            let rows = granting.iter().find(|rows| rows.principal == principal);
            let bound = matches!(state, PrincipalState::Live(..));
            let mut valid = self.principal_valid();
            if let Some(rows) = rows.filter(|_| bound) {
                valid = valid.and(version(rows.version));
            }
            conditions.push((keys::principal(&tenant, &principal), valid));
        }
        for (group, read) in granting.iter().flat_map(|rows| &rows.groups) {
            let open = Expression::new("attribute_not_exists(#closed_at)").and(version(*read));
            conditions.push((keys::group(&tenant, group), open));
        }
        conditions
    }

    /// The principals of the context's states, in their order; none for the account itself.
    fn principals(&self) -> impl Iterator<Item = Option<Principal>> {
        let own = self.context.principal();
        let own = own.filter(|own| !matches!(own, Principal::Account(_)));
        let via = match &*self.context {
            TokenContext::Jwt { claims, .. } => claims.hallpass.via.map(Principal::ServiceAccount),
            TokenContext::Opaque { .. } | TokenContext::Malformed(_) | TokenContext::Unknown => {
                None
            }
        };
        [own, via].into_iter()
    }

    fn of_token(&self) -> Vec<(Key, Expression)> {
        match &*self.context {
            TokenContext::Opaque { record, .. } => {
                vec![(keys::token(&record.id), self.token_valid())]
            }
            TokenContext::Jwt { claims, parent, .. } => {
                let not_cut_off = cut_off_before(claims.hallpass.iat_ms);
                let parent = parent.as_ref().map(|parent| match parent {
                    Parent::Token(parent) => {
                        let valid = self.token_valid().and(not_cut_off);
                        (keys::token(&parent.id), valid)
                    }
                    Parent::Share(share) => {
                        let present = Expression::new(
                            "attribute_exists(#pk) AND attribute_not_exists(#revoked_at)",
                        );
                        (keys::share(&share.id), present.and(not_cut_off))
                    }
                });
                let revoked = keys::revoked_jwt(&claims.tenant(), &claims.jti);
                let not_revoked = (revoked, Expression::new("attribute_not_exists(#pk)"));
                parent.into_iter().chain([not_revoked]).collect()
            }
            // Neither of these is ever a caller.
            TokenContext::Malformed(_) | TokenContext::Unknown => Vec::new(),
        }
    }

    fn token_valid(&self) -> Expression {
        Expression::new(
            "attribute_exists(#pk) AND attribute_not_exists(#revoked_at) AND #enabled = :alive \
             AND (attribute_not_exists(#expires_at) OR #expires_at > :seconds_now)",
        )
        .with(":alive", AttributeValue::Bool(true))
        .with(":seconds_now", number(self.at.seconds().0))
    }

    fn principal_valid(&self) -> Expression {
        Expression::new("attribute_exists(#pk) AND attribute_not_exists(#closed_at)")
            .and(cut_off_before(self.issued_at()))
    }
}

fn cut_off_before(issued_at: UnixMillis) -> Expression {
    Expression::new("attribute_not_exists(#cut_off) OR #cut_off < :issued_at")
        .with(":issued_at", number(issued_at.0))
}

fn version(read: u64) -> Expression {
    Expression::new("#version = :actors_version").with(":actors_version", number(read))
}

impl Store {
    /// The rows by which the actor's principals may do what the act needs, as they are now.
    pub(super) async fn granting_rows(
        &self,
        actor: &Actor,
    ) -> Result<Vec<GrantingRows>, StoreError> {
        let mut granting = Vec::new();
        for read in actor.bounding() {
            let tenant: Tenant = read.tenant();
            let record = self.principal(&tenant, &read.id).await?;
            let issued_at = actor.issued_at();
            let valid = record.filter(|record| {
                record.closed_at.is_none() && record.cut_off.is_none_or(|it| it < issued_at)
            });
            let record = valid.ok_or(StoreError::CallerChanged)?;
            let groups = self.groups_of(&record).await?;
            let rows = GrantingRows::of(&record, &groups, &actor.needed, &actor.catalog);
            granting.push(rows.map_err(StoreError::RightTaken)?);
        }
        Ok(granting)
    }
}
