//! Ends everything of an account, an environment, a user or a service account, or what a token made.

use crate::error::RevokeError;
use axum::response::Response;
use hallpass_core::{
    AccountId, EnvironmentName, ManagementScope, Principal, Scope, Tenant, UnixMillis, UnixSeconds,
};
use hallpass_http::{Caller, Platform, Problem, WalkFor, walk, walk_on};
use hallpass_store::AuditAction;
use hallpass_store::Closing as StoreClosing;

/// How far ahead a `before` may lie and mean now.
const MEANS_NOW_SECONDS: u64 = 5;

/// One closing, as its caller may ask for it.
#[derive(Debug)]
pub(crate) struct Closing {
    what: StoreClosing,
    before: Option<UnixMillis>,
    now: UnixMillis,
}

impl Closing {
    /// An account is closed by the operator; an environment by whoever may revoke in it and change
    /// the directory.
    pub(crate) fn of_tenant(
        caller: &Caller,
        account: Option<AccountId>,
        environment: Option<EnvironmentName>,
        before: Option<UnixSeconds>,
        now: UnixMillis,
    ) -> Result<Self, Problem> {
        caller.require(ManagementScope::TokensRevoke)?;
        let what = of_account(caller, account, environment)?;
        Self::new(caller, what, before, now)
    }

    /// What a token made, up to now. The token stays, and where it should not go on making more it is
    /// to be revoked first. What the operator's token made for others is the operator's to end.
    pub(crate) async fn of_made(
        platform: &Platform,
        caller: &Caller,
        id: &str,
        now: UnixMillis,
    ) -> Result<Self, Problem> {
        caller.require(ManagementScope::TokensRevoke)?;
        let record = caller.find_token(&platform.store, id).await?;
        let operates = Scope::from(ManagementScope::PlatformOperate);
        if record.scopes.iter().any(|scope| *scope == operates) {
            caller.require(ManagementScope::PlatformOperate)?;
        }
        let what = StoreClosing::MadeBy {
            tenant: record.tenant(),
            token: record.id,
        };
        Ok(Self {
            what,
            before: Some(now),
            now,
        })
    }

    /// One that has begun.
    pub(crate) fn begun(what: StoreClosing, now: UnixMillis) -> Self {
        Self {
            what,
            before: None,
            now,
        }
    }

    /// A user or service account is closed by whoever may revoke in its environment and change the
    /// directory.
    pub(crate) fn of_principal(
        caller: &Caller,
        principal: Principal,
        account: Option<AccountId>,
        environment: Option<EnvironmentName>,
        before: Option<UnixSeconds>,
        now: UnixMillis,
    ) -> Result<Self, Problem> {
        caller.require(ManagementScope::TokensRevoke)?;
        let what = of_principal(caller, principal, account, environment)?;
        Self::new(caller, what, before, now)
    }

    fn new(
        caller: &Caller,
        what: StoreClosing,
        before: Option<UnixSeconds>,
        now: UnixMillis,
    ) -> Result<Self, Problem> {
        let before = before.map(|before| moment(before, now)).transpose()?;
        if before.is_none() {
            // Closing is permanent: nothing more is ever minted there.
            caller.require(ManagementScope::DirectoryWrite)?;
        }
        Ok(Self { what, before, now })
    }

    /// Refuses to close the operator account, which nobody could open again.
    pub(crate) async fn check(&self, platform: &Platform) -> Result<(), Problem> {
        let account = match &self.what {
            StoreClosing::Account(account) | StoreClosing::Environment(Tenant { account, .. }) => {
                account
            }
            StoreClosing::Principal { .. } | StoreClosing::MadeBy { .. } => return Ok(()),
        };
        if self.before.is_some() {
            return Ok(());
        }
        match platform.store.account(account).await? {
            None => Err(RevokeError::NoTenant.into()),
            Some(account) if account.operator => Err(RevokeError::Operator.into()),
            Some(_) => Ok(()),
        }
    }

    /// Whether it was closed.
    pub(crate) async fn has_begun(&self, platform: &Platform) -> Result<bool, Problem> {
        let store = &platform.store;
        let closed_at = match &self.what {
            StoreClosing::Account(account) => {
                let row = store.account(account).await?;
                row.and_then(|row| row.closed_at)
            }
            StoreClosing::Environment(tenant) => {
                let row = store.environment(tenant).await?;
                row.and_then(|row| row.closed_at)
            }
            StoreClosing::Principal { tenant, principal } => {
                let row = store.principal(tenant, principal).await?;
                row.and_then(|row| row.closed_at)
            }
            StoreClosing::MadeBy { .. } => return Ok(store.has_begun(&self.what).await?),
        };
        Ok(closed_at.is_some())
    }

    /// The error if there is nothing of this name to close.
    pub(crate) fn missing(&self) -> RevokeError {
        match &self.what {
            StoreClosing::Account(_) | StoreClosing::Environment(_) => RevokeError::NoTenant,
            StoreClosing::Principal { .. } => RevokeError::NoPrincipal,
            StoreClosing::MadeBy { .. } => RevokeError::NoToken,
        }
    }

    /// Walks on with the ending of what a token made, where it has begun.
    pub(crate) async fn resume_made(
        &self,
        platform: &Platform,
        walk_for: WalkFor,
    ) -> Result<Response, Problem> {
        if !self.has_begun(platform).await? {
            return Err(self.missing().into());
        }
        walk_on(platform, &self.what, self.now, walk_for).await
    }

    /// Walks on: 204 once everything is ended, 202 and where to ask again before.
    pub(crate) async fn go_on(
        &self,
        platform: &Platform,
        caller: &Caller,
        walk_for: WalkFor,
    ) -> Result<Response, Problem> {
        let closes = self.before.is_none();
        let needed = [ManagementScope::TokensRevoke]
            .into_iter()
            .chain(closes.then_some(ManagementScope::DirectoryWrite));
        let audit = caller
            .audit(AuditAction::Close, self, self.now)
            .needing(needed.map(Scope::from));
        walk(
            platform,
            &self.what,
            self.before,
            &audit,
            self.now,
            walk_for,
        )
        .await?
        .ok_or_else(|| self.missing().into())
    }
}

/// Up to when everything is ended. A moment is given in whole seconds: what was made in this second
/// lies before the next one only, so a moment a little ahead means now.
fn moment(before: UnixSeconds, now: UnixMillis) -> Result<UnixMillis, RevokeError> {
    if before.millis() > now.plus_seconds(MEANS_NOW_SECONDS) {
        return Err(RevokeError::BeforeLiesAhead);
    }
    Ok(before.millis().min(now))
}

/// An environment that the caller reaches, or a whole account, which only the operator reaches.
pub(crate) fn of_account(
    caller: &Caller,
    account: Option<AccountId>,
    environment: Option<EnvironmentName>,
) -> Result<StoreClosing, RevokeError> {
    let account = account.unwrap_or(caller.account());
    let Some(environment) = environment else {
        return if caller.is_operator() {
            Ok(StoreClosing::Account(account))
        } else {
            Err(RevokeError::NoTenant)
        };
    };
    let tenant = Tenant {
        account,
        environment,
    };
    if caller.reaches(&tenant) {
        Ok(StoreClosing::Environment(tenant))
    } else {
        Err(RevokeError::NoTenant)
    }
}

/// A user or service account of a tenant that the caller reaches.
pub(crate) fn of_principal(
    caller: &Caller,
    principal: Principal,
    account: Option<AccountId>,
    environment: Option<EnvironmentName>,
) -> Result<StoreClosing, RevokeError> {
    let tenant = caller
        .tenant(account, environment)
        .map_err(|_not_there| RevokeError::NoPrincipal)?;
    Ok(StoreClosing::Principal { tenant, principal })
}

impl std::fmt::Display for Closing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.what {
            StoreClosing::Account(account) => write!(f, "{account}"),
            StoreClosing::Environment(tenant) => write!(f, "{tenant}"),
            StoreClosing::Principal { principal, .. } => write!(f, "{principal}"),
            StoreClosing::MadeBy { token, .. } => write!(f, "{token}"),
        }
    }
}
