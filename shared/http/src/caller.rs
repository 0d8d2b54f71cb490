//! The caller: whose token the request presents, and what it may do.

pub(crate) mod address;
pub(crate) mod admission;
pub(crate) mod basic;
pub(crate) mod client;
pub(crate) mod credential;

mod origin;

use crate::caller::credential::Credential;
use crate::middleware::log::note_caller;
use crate::reply::error_code::ErrorCode;
use crate::reply::issuing::RequestFields;
use crate::reply::problem::Problem;
use crate::route::Needs;
use axum::extract::FromRequestParts;
use hallpass_core::{
    AccountId, AuthorizationRequest, Catalog, ChangeError, DecisionCode, EnvironmentName, Kind,
    Maker, ManagementScope, Presentation, Principal, Scope, Tenant, TokenContext, TokenId,
    TokenRecord, UnixMillis, UnixSeconds, allows_origin, covered, decide,
};
use hallpass_runtime::Platform;
use hallpass_store::{Actor, Audit, AuditAction, Store};
use http::{StatusCode, header::WWW_AUTHENTICATE, request::Parts};
use std::net::IpAddr;
use std::sync::Arc;

/// The holder of a token that is valid for its request's origin and address. Its scopes are checked
/// next.
#[derive(Clone, Debug)]
pub struct Caller {
    catalog: Arc<Catalog>,
    context: Arc<TokenContext>,
    tenant: Tenant,
    principal: Principal,
    kind: Kind,
    id: String,
    address: Option<IpAddr>,
    needs: Needs,
}

impl FromRequestParts<Platform> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        let credential = Credential::from_request_parts(parts, platform).await?;
        let now = platform.now();
        let [context] = platform.validator.examine([credential.text()], now).await?;
        Self::admit(platform, &credential, context, now)
    }
}

impl Caller {
    /// Admits the one who presented `credential` to the route that it was presented at, or says why
    /// not. Either is a use of the token.
    ///
    /// # Errors
    /// 401 for a token that is not good, 403 for one that may not be used from here, or lacks the
    /// scope that the route's table asks for.
    pub fn admit(
        platform: &Platform,
        credential: &Credential,
        context: TokenContext,
        now: UnixMillis,
    ) -> Result<Self, Problem> {
        let context = Arc::new(context);
        let admitted = Self::found_good(platform, credential, Arc::clone(&context), now)
            .and_then(|caller| caller.check_needs().map(|()| caller));
        count_use(platform, &context, &credential.route(), &admitted, now);
        admitted
    }

    /// The one who presented `credential`, if it is good for the request's origin and address. It is
    /// not counted yet.
    pub(crate) fn found_good(
        platform: &Platform,
        credential: &Credential,
        context: Arc<TokenContext>,
        now: UnixMillis,
    ) -> Result<Self, Problem> {
        let id = context.id();
        if let Some(id) = &id {
            note_caller(id);
        }
        let authorization = AuthorizationRequest {
            scopes: &[],
            account: None,
            environment: None,
            origin: credential.client.origin.clone(),
            ip: credential.client.address,
        };
        // Before anything is refused: the page that a known token is bound to may read why.
        if allows_origin(&platform.catalog, &context, &authorization.origin) {
            credential.client.allow_cors();
        }
        let decision = decide(&platform.catalog, &context, &authorization, now);
        let kind = context
            .kind()
            .and_then(|kind| platform.catalog.kind(kind))
            .cloned();
        let (Some(kind), Some(tenant), Some(principal), Some(id), true) = (
            kind,
            context.tenant(),
            context.principal(),
            id,
            decision.is_active(),
        ) else {
            return Err(Problem::refused(&decision));
        };
        let is_wrong = |position: &&Presentation| !kind.presented.contains(position);
        if let Some(wrong) = credential.positions().iter().find(is_wrong) {
            let positions: Vec<String> = kind.presented.iter().map(ToString::to_string).collect();
            let detail = format!(
                "a token of kind `{}` is presented as {}, not as {}",
                kind.name,
                positions.join(" or "),
                wrong
            );
            return Err(Problem::new(
                StatusCode::UNAUTHORIZED,
                ErrorCode::WrongPresentation,
                detail,
            )
            .header(
                WWW_AUTHENTICATE,
                "Bearer realm=\"hallpass\", error=\"invalid_request\"",
            ));
        }
        Ok(Self {
            catalog: Arc::clone(&platform.catalog),
            address: credential.client.address,
            needs: credential.needs,
            context,
            tenant,
            principal,
            kind,
            id,
        })
    }

    /// Checks what the table of routes requires, except what depends on the request.
    fn check_needs(&self) -> Result<(), Problem> {
        self.needed().try_for_each(|scope| self.require(scope))
    }

    /// The scopes that the table of routes requires for every request to the route.
    fn needed(&self) -> impl Iterator<Item = ManagementScope> {
        let [first, second] = match self.needs {
            Needs::Scope(scope) => [Some(scope), None],
            Needs::Operator(scope) => [Some(scope), Some(ManagementScope::PlatformOperate)],
            Needs::Nothing
            | Needs::OwnCredential
            | Needs::Token
            | Needs::DerivingToken
            | Needs::ScopeOrRight(_) => [None, None],
        };
        first.into_iter().chain(second)
    }

    /// The context of its token: what was read of it.
    #[must_use]
    pub fn context(&self) -> &TokenContext {
        &self.context
    }

    /// Where it lives.
    #[must_use]
    pub fn own_tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// The account it belongs to.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.tenant.account
    }

    /// The environment it lives in.
    #[must_use]
    pub fn environment(&self) -> &EnvironmentName {
        &self.tenant.environment
    }

    /// Who it speaks for.
    #[must_use]
    pub fn principal(&self) -> Principal {
        self.principal
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// `tok_…` or `jwt_…`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The caller as the maker of what it issues, rotates or changes.
    #[must_use]
    pub fn maker(&self) -> Maker<'_> {
        Maker::Token(&self.context)
    }

    /// The earlier expiry of its token and of that token's parent; never if absent.
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixSeconds> {
        self.maker().expires_at()
    }

    /// Whether it holds a scope of Hallpass's own.
    #[must_use]
    pub fn holds(&self, scope: ManagementScope) -> bool {
        self.holds_scope(&scope.into())
    }

    /// Whether it holds a scope, of the platform's or of Hallpass's own.
    #[must_use]
    pub fn holds_scope(&self, scope: &Scope) -> bool {
        self.context.holds(scope, &self.catalog)
    }

    /// Whether it acts for the platform itself, in every account.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        self.holds(ManagementScope::PlatformOperate)
    }

    /// Requires a management scope.
    ///
    /// # Errors
    /// 403 that names the scope.
    pub fn require(&self, scope: ManagementScope) -> Result<(), Problem> {
        if self.holds(scope) {
            return Ok(());
        }
        let detail = format!("the calling token lacks `{scope}`: use one that holds it");
        Err(Problem::insufficient_scope(scope, detail))
    }

    /// Whether the caller may act on something of this account and environment.
    #[must_use]
    pub fn reaches(&self, tenant: &Tenant) -> bool {
        self.maker().reaches(&self.catalog, tenant)
    }

    /// The account and environment a request is about: the caller's own where it names none.
    ///
    /// # Errors
    /// 404, both for a tenant of somebody else and for one that does not exist.
    pub fn tenant(
        &self,
        account: Option<AccountId>,
        environment: Option<EnvironmentName>,
    ) -> Result<Tenant, Problem> {
        let tenant = self.maker().tenant(&self.catalog, account, environment);
        tenant.map_err(|error| Problem::of_issue(error, &RequestFields::default()))
    }

    /// The token of this id, if it exists and the caller reaches it.
    ///
    /// # Errors
    /// 404, both for a token of another tenant and for one that does not exist; 503.
    pub async fn find_token(&self, store: &Store, id: &str) -> Result<TokenRecord, Problem> {
        let unknown = || Problem::not_found("token");
        let id: TokenId = id.parse().map_err(|_not_an_id| unknown())?;
        let record = store.token(&id).await?;
        record
            .filter(|record| self.reaches(&record.tenant()))
            .ok_or_else(unknown)
    }

    /// Whether the caller covers everything that a token can do.
    ///
    /// # Errors
    /// Says what it does not cover.
    pub fn covers(&self, record: &TokenRecord) -> Result<(), ChangeError> {
        covered(&self.catalog, self.maker(), record)
    }

    /// The audit row of an act of this caller's on a token. What the token may do is needed to make,
    /// rotate or change it; of a `live` kind it may be given more than the caller's user has yet.
    #[must_use]
    pub fn audit_of_token(
        &self,
        action: AuditAction,
        record: &TokenRecord,
        at: UnixMillis,
    ) -> Audit {
        let audit = self.audit(action, record.id, at);
        let live = self
            .catalog
            .kind(&record.kind)
            .is_some_and(|kind| kind.live);
        if live {
            audit
        } else {
            audit.needing(record.scopes.iter().cloned())
        }
    }

    /// The audit row of an act of this caller's. It is written only while the caller's token is valid and
    /// its principals may do what the route needs; what else the act needs, [`Audit::needing`] says.
    #[must_use]
    pub fn audit(&self, action: AuditAction, subject: impl ToString, at: UnixMillis) -> Audit {
        let parent = match &*self.context {
            TokenContext::Jwt { claims, .. } => Some(claims.hallpass.parent),
            TokenContext::Opaque { .. } | TokenContext::Malformed(_) | TokenContext::Unknown => {
                None
            }
        };
        let mut audit = Audit::new(action, self.id.clone(), subject, at);
        audit.parent = parent;
        audit.kind = Some(self.kind.name.clone());
        audit.principal = Some(self.principal);
        audit.address = self.address;
        let actor = Actor::new(Arc::clone(&self.catalog), Arc::clone(&self.context), at);
        audit.under(actor.needing(self.needed().map(Scope::from)))
    }
}

/// Counts a use of the token whose context this is, with the outcome that a request had.
pub(crate) fn count_use<T>(
    platform: &Platform,
    context: &TokenContext,
    route: &str,
    answer: &Result<T, Problem>,
    now: UnixMillis,
) {
    let outcome = match answer {
        Ok(_) => DecisionCode::Active.as_str(),
        Err(problem) => problem.code().as_str(),
    };
    platform.count_use(context, route, outcome, now);
}
