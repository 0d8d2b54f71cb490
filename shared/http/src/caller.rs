//! The caller: whose token the request presents, and what it may do.

use crate::credential::Credential;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::route::Needs;
use axum::extract::FromRequestParts;
use hallpass_core::{
    AccountId, Bounds, BoundsError, Catalog, EnvironmentName, Evidence, Facts, Kind, KindName,
    ManagementScope, Presentation, Principal, Scope, UnixMillis, UnixSeconds, Widening, decide,
};
use hallpass_store::Audit;
use http::{HeaderValue, StatusCode, header::WWW_AUTHENTICATE, request::Parts};
use std::net::IpAddr;
use std::sync::Arc;

/// A token that is good for its request's origin and address. What it may do is asked next.
#[derive(Clone, Debug)]
pub struct Caller {
    catalog: Arc<Catalog>,
    evidence: Evidence,
    account: AccountId,
    environment: EnvironmentName,
    principal: Principal,
    kind: Kind,
    id: String,
    address: Option<IpAddr>,
}

impl FromRequestParts<Platform> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        let credential = Credential::from_request_parts(parts, platform).await?;
        let now = platform.now();
        let [evidence] = platform.validator.examine([credential.text()], now).await?;
        Self::admit(platform, &credential, evidence, now)
    }
}

impl Caller {
    /// Admits the one who presented `credential` to the route that it was presented at, or says why
    /// not.
    ///
    /// # Errors
    /// 401 for a token that is not good, 403 for one that may not be used from here, or lacks the
    /// scope that the route's table asks for.
    pub fn admit(
        platform: &Platform,
        credential: &Credential,
        evidence: Evidence,
        now: UnixMillis,
    ) -> Result<Self, Problem> {
        let facts = Facts {
            scopes: &[],
            account: None,
            environment: None,
            origin: credential.origin.clone(),
            ip: credential.address,
        };
        let decision = decide(&platform.catalog, &evidence, &facts, now);
        let kind = evidence
            .kind()
            .and_then(|kind| platform.catalog.kind(kind))
            .cloned();
        let (Some(kind), Some((account, environment)), Some(principal), Some(id), true) = (
            kind,
            evidence.place(),
            evidence.principal(),
            evidence.id(),
            decision.is_active(),
        ) else {
            return Err(Problem::refused(&decision));
        };
        let misplaced = |place: &&Presentation| !kind.presented.contains(place);
        if let Some(place) = credential.places.iter().find(misplaced) {
            let places: Vec<String> = kind.presented.iter().map(ToString::to_string).collect();
            let detail = format!(
                "a token of kind `{}` is presented as {}, not as {}",
                kind.name,
                places.join(" or "),
                place
            );
            return Err(
                Problem::new(StatusCode::UNAUTHORIZED, "wrong_presentation", detail).header(
                    WWW_AUTHENTICATE,
                    "Bearer realm=\"hallpass\", error=\"invalid_request\"",
                ),
            );
        }
        if matches!(credential.origin, hallpass_core::PresentedOrigin::Valid(_)) {
            credential.grant.give();
        }
        platform.note_use(&evidence, now);
        let environment = environment.clone();
        let caller = Self {
            catalog: Arc::clone(&platform.catalog),
            address: credential.address,
            evidence,
            account,
            environment,
            principal,
            kind,
            id,
        };
        caller.meet(credential.needs)?;
        Ok(caller)
    }

    /// Asks for what the route's table says, as far as that does not depend on the request.
    fn meet(&self, needs: Needs) -> Result<(), Problem> {
        match needs {
            Needs::Scope(scope) => self.require(scope),
            Needs::Operator(scope) => {
                self.require(scope)?;
                self.require(ManagementScope::PlatformOperate)
            }
            Needs::Nothing
            | Needs::OwnCredential
            | Needs::Token
            | Needs::DerivingToken
            | Needs::ScopeOrRight(_) => Ok(()),
        }
    }

    /// What is known of the token.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The account it belongs to.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The environment it lives in.
    #[must_use]
    pub fn environment(&self) -> &EnvironmentName {
        &self.environment
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

    /// When it, or what it came from, expires first.
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixSeconds> {
        self.evidence
            .bounds()
            .iter()
            .filter_map(|bounds| bounds.expires_at)
            .min()
    }

    /// Whether it holds a scope of Hallpass's own.
    #[must_use]
    pub fn holds(&self, scope: ManagementScope) -> bool {
        self.holds_scope(&scope.into())
    }

    /// Whether it holds a scope, of the platform's or of Hallpass's own.
    #[must_use]
    pub fn holds_scope(&self, scope: &Scope) -> bool {
        self.evidence.holds(scope, &self.catalog)
    }

    /// Whether it acts for the platform itself, in every account.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        self.holds(ManagementScope::PlatformOperate)
    }

    /// Asks for a management scope.
    ///
    /// # Errors
    /// 403 that names the scope.
    pub fn require(&self, scope: ManagementScope) -> Result<(), Problem> {
        if self.holds(scope) {
            return Ok(());
        }
        let detail = format!("the calling token lacks `{scope}`: use one that holds it");
        let challenge =
            format!("Bearer realm=\"hallpass\", error=\"insufficient_scope\", scope=\"{scope}\"");
        let problem = Problem::new(StatusCode::FORBIDDEN, "insufficient_scope", detail);
        Err(match HeaderValue::from_str(&challenge) {
            Ok(challenge) => problem.header_value(WWW_AUTHENTICATE, challenge),
            Err(_not_ascii) => problem,
        })
    }

    /// Whether the caller may act on something in this account and environment.
    #[must_use]
    pub fn reaches(&self, account: AccountId, environment: &EnvironmentName) -> bool {
        self.is_operator() || (account == self.account && *environment == self.environment)
    }

    /// The account and environment a request is about: the caller's own where it names none.
    ///
    /// # Errors
    /// 404 for what is not the caller's, as for what is not there.
    pub fn place(
        &self,
        account: Option<AccountId>,
        environment: Option<EnvironmentName>,
    ) -> Result<(AccountId, EnvironmentName), Problem> {
        let account = account.unwrap_or(self.account);
        let environment = environment.unwrap_or_else(|| {
            if account == self.account {
                self.environment.clone()
            } else {
                EnvironmentName::default()
            }
        });
        if self.is_operator() || account == self.account && environment == self.environment {
            Ok((account, environment))
        } else if account == self.account {
            Err(Problem::not_found("environment").field("environment"))
        } else {
            Err(Problem::not_found("account").field("account"))
        }
    }

    /// Whether something lies within everything that bounds this token, and within what its user
    /// may do now, where it has live rights.
    ///
    /// # Errors
    /// Names what reaches beyond.
    pub fn contain(&self, inner: &Bounds<'_>) -> Result<(), BoundsError> {
        self.bound(inner)?;
        let mut scopes = inner.scopes.iter();
        match scopes.find(|scope| !self.evidence.holds(scope, &self.catalog)) {
            Some(scope) => Err(BoundsError::Scope(Widening {
                scope: scope.clone(),
            })),
            None => Ok(()),
        }
    }

    /// The same of a token of this kind that speaks for `principal`. One with live rights of the
    /// caller's own user does no more than that user may, whatever its scopes: those need only lie
    /// within the caller's.
    ///
    /// # Errors
    /// Names what reaches beyond.
    pub fn contain_token(
        &self,
        inner: &Bounds<'_>,
        kind: &KindName,
        principal: Principal,
    ) -> Result<(), BoundsError> {
        let is_live = self.catalog.kind(kind).is_some_and(|kind| kind.live);
        if is_live && principal == self.principal {
            self.bound(inner)
        } else {
            self.contain(inner)
        }
    }

    /// Whether something lies within everything that bounds this token.
    fn bound(&self, inner: &Bounds<'_>) -> Result<(), BoundsError> {
        let bounds = self.evidence.bounds();
        bounds
            .iter()
            .try_for_each(|outer| outer.contain(inner, self.catalog.implications()))
    }

    /// The audit row of an act of this caller's.
    #[must_use]
    pub fn audit(&self, action: &'static str, subject: impl ToString, at: UnixMillis) -> Audit {
        let parent = match &self.evidence {
            Evidence::Jwt { claims, .. } => Some(claims.hallpass.parent),
            Evidence::Opaque { .. } | Evidence::Malformed(_) | Evidence::Unknown => None,
        };
        let mut audit = Audit::new(action, self.id.clone(), subject, at);
        audit.parent = parent;
        audit.kind = Some(self.kind.name.clone());
        audit.principal = Some(self.principal);
        audit.address = self.address;
        audit
    }
}

impl From<BoundsError> for Problem {
    fn from(error: BoundsError) -> Self {
        let detail = error.to_string();
        match error {
            BoundsError::Scope(_) => Self::invalid("scopes", "scope_not_held", detail),
            BoundsError::Origin(_) => Self::invalid("origins", "outside_bounds", detail),
            BoundsError::Address(_) => Self::invalid("ips", "outside_bounds", detail),
            BoundsError::Expiry => Self::invalid("expires_in", "parent_expires_first", detail),
        }
    }
}
