//! Issuing, as every route does it: prepare, read the rights, issue. A refusal becomes a problem about
//! the request's fields, with the same status, code and challenge for all routes.

use crate::reply::error_code::ErrorCode;
use crate::reply::problem::Problem;
use hallpass_core::{
    BoundsError, ChangeError, FormError, Issuance, IssueError, IssueField, IssueRequest,
    IssuedKind, Label, LifetimeError, Maker, ManagementScope, NewClaims, Principal, Tenant,
    UnixMillis, prepare,
};
use hallpass_keys::SignError;
use hallpass_runtime::Platform;
use http::StatusCode;

/// What a route calls the fields of its request. `None` where it has no such field.
#[derive(Clone, Copy, Debug)]
pub struct RequestFields {
    /// The scopes, or the level of access.
    pub scopes: Option<&'static str>,
    /// The lifetime.
    pub lifetime: Option<&'static str>,
    /// Whom the token speaks for.
    pub principal: Option<&'static str>,
}

impl Default for RequestFields {
    /// Those of `POST /v1/tokens`.
    fn default() -> Self {
        Self {
            scopes: Some("scopes"),
            lifetime: Some("expires_in"),
            principal: Some("principal"),
        }
    }
}

impl RequestFields {
    fn name(&self, field: IssueField) -> Option<&'static str> {
        match field {
            IssueField::Kind => Some("kind"),
            IssueField::Scopes => self.scopes,
            IssueField::Origins => Some("origins"),
            IssueField::Ips => Some("ips"),
            IssueField::Lifetime => self.lifetime,
            IssueField::NotBefore => Some("not_before"),
            IssueField::Principal => self.principal,
            IssueField::Account => Some("account"),
            IssueField::Environment => Some("environment"),
            IssueField::Folders => Some("folders"),
        }
    }
}

/// Issues what `request` asks for; `refused` makes the problem of a refusal.
///
/// # Errors
/// What `refused` makes of the refusal; 503.
pub async fn issue(
    platform: &Platform,
    kind: IssuedKind<'_>,
    request: IssueRequest,
    maker: Maker<'_>,
    now: UnixMillis,
    refused: fn(IssueError) -> Problem,
) -> Result<Issuance, Problem> {
    let prepared = prepare(&platform.catalog, kind, request, maker, now).map_err(refused)?;
    let (tenant, needed) = (prepared.tenant(), prepared.needs());
    let rights = platform.validator.rights_now(tenant, needed).await?;
    let issuance = prepared.issue(&rights).map_err(refused)?;
    let Some((tenant, principal)) = issuance.unlabelled() else {
        return Ok(issuance);
    };
    let label = label(platform, tenant, principal).await?;
    Ok(issuance.with_label(label))
}

/// What logs will call the principal of a token; none if there is no such principal or account, which the
/// write of the token finds out.
async fn label(
    platform: &Platform,
    tenant: &Tenant,
    principal: Principal,
) -> Result<Option<Label>, Problem> {
    Ok(match principal {
        Principal::User(_) => {
            let user = platform.store.principal(tenant, &principal).await?;
            user.map(|user| Label::from(&user.name))
        }
        Principal::Account(_) | Principal::ServiceAccount(_) => {
            let account = platform.store.account(&tenant.account).await?;
            account.map(|account| Label::of_account(&account.name, &tenant.environment))
        }
    })
}

/// The claims of a JWT that was issued.
///
/// # Errors
/// 503 without random bytes, and for claims of a version that the deployment does not write yet.
pub fn into_claims(platform: &Platform, issuance: Issuance) -> Result<NewClaims, Problem> {
    platform.store.may_write(issuance.schema_version())?;
    let (audience, random) = (platform.audience.as_deref(), platform.random.as_ref());
    let claims = issuance.into_claims(&platform.issuer, audience, random);
    claims.map_err(Problem::of_form)
}

impl Problem {
    /// Why nothing was issued, to a client whose request has these fields.
    #[must_use]
    pub fn of_issue(error: IssueError, fields: &RequestFields) -> Self {
        use IssueError as E;
        let field = error.field().and_then(|field| fields.name(field));
        let detail = error.to_string();
        let refused = |code| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail.clone());
        let problem = match error {
            E::UnknownAccount => Self::not_found("account"),
            E::UnknownEnvironment => Self::not_found("environment"),
            E::UnknownKind { .. } | E::KindNotDerived { .. } => refused(ErrorCode::UnknownKind),
            E::KindIsDerived(_) => refused(ErrorCode::KindIsDerived),
            E::DerivesNothing(_) => {
                Self::new(StatusCode::FORBIDDEN, ErrorCode::DerivesNothing, detail)
            }
            E::PrincipalNotForKind { .. } => refused(ErrorCode::PrincipalNotForKind),
            E::UnknownPrincipal => refused(ErrorCode::UnknownPrincipal),
            E::Impersonation => {
                Self::insufficient_scope(ManagementScope::TokensImpersonate, detail)
            }
            E::MissingScopes(_) => refused(ErrorCode::MissingScopes),
            E::EmptyScopes(_) => refused(ErrorCode::EmptyScopes),
            E::UnknownScope(_) => refused(ErrorCode::UnknownScope),
            E::UnknownLevel { .. } => refused(ErrorCode::UnknownLevel),
            E::ScopeNotForKind { .. } => refused(ErrorCode::ScopeNotForKind),
            E::OriginsRequired(_) => refused(ErrorCode::OriginsRequired),
            E::OriginsNotForKind(_) => refused(ErrorCode::OriginsNotForKind),
            E::EmptyRules(_) | E::NoFolders => refused(ErrorCode::EmptyList),
            E::TooMany { .. } => refused(ErrorCode::TooMany),
            E::Lifetime(LifetimeError::OutOfRange { .. }) => match field {
                Some(field) => Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    ErrorCode::LifetimeOutOfRange,
                    format!("`{field}` {detail}"),
                ),
                None => refused(ErrorCode::LifetimeOutOfRange),
            },
            E::Lifetime(LifetimeError::ParentExpiresFirst { .. })
            | E::Bounds(BoundsError::Expiry) => refused(ErrorCode::ParentExpiresFirst),
            E::StartsTooLate => refused(ErrorCode::StartsTooLate),
            E::Bounds(BoundsError::Scope(_)) | E::NothingHeld => refused(ErrorCode::ScopeNotHeld),
            E::Bounds(
                BoundsError::Origin(_) | BoundsError::Address(_) | BoundsError::Principal(_),
            ) => refused(ErrorCode::OutsideBounds),
            E::OperatorOnly => refused(ErrorCode::OperatorOnly),
            E::NotThePrincipals(_) => refused(ErrorCode::NotTheUsers),
            E::NothingReachable(_) | E::Unreachable(_) => refused(ErrorCode::NothingReachable),
            error @ (E::RightsNotRead(_) | E::NoMaker | E::OtherFormat(_)) => Self::internal(error),
        };
        match field {
            Some(field) => problem.field(field),
            None => problem,
        }
    }

    /// The same, where the refused form of an issuance has no field of its own.
    #[must_use]
    pub fn of_form(error: FormError) -> Self {
        match error {
            FormError::Random(error) => error.into(),
            FormError::Form(error) => Self::of_issue(error, &RequestFields::default()),
        }
    }

    /// Why a token was not rotated or changed.
    #[must_use]
    pub fn of_change(error: ChangeError) -> Self {
        let detail = error.to_string();
        match error {
            ChangeError::Revoked => Self::new(StatusCode::CONFLICT, ErrorCode::Revoked, detail),
            ChangeError::Expired => Self::new(StatusCode::CONFLICT, ErrorCode::Expired, detail),
            ChangeError::KindGone => Self::new(StatusCode::CONFLICT, ErrorCode::KindGone, detail),
            ChangeError::Impersonation => {
                Self::insufficient_scope(ManagementScope::TokensImpersonate, detail)
            }
            ChangeError::NotCovered(_) => {
                Self::new(StatusCode::FORBIDDEN, ErrorCode::OutsideBounds, detail)
            }
            ChangeError::Becomes(error) => Self::of_issue(error, &RequestFields::default()),
        }
    }

    /// Why nothing was signed: of a token that is too long, the field that makes it so is named.
    #[must_use]
    pub fn of_sign(error: SignError) -> Self {
        match error {
            SignError::TooLarge(error) => {
                Self::invalid(error.field(), ErrorCode::TokenTooLarge, error.to_string())
            }
            SignError::Store(error) => error.into(),
            error @ (SignError::NoKey
            | SignError::NotYet
            | SignError::Kms(_)
            | SignError::Form(_)
            | SignError::Decrypt(_)) => Self::unavailable(error),
            error @ (SignError::PrivateKey(_) | SignError::Unsigned) => Self::internal(error),
        }
    }
}
