//! The decision: may this token do this, to this, from here? Pure, and it says why.

pub(crate) mod code;
pub(crate) mod context;
pub(crate) mod granting_rows;
pub(crate) mod principal_state;
pub(crate) mod rights;

mod holder;
mod parent_state;
mod token_state;

use crate::catalog::Catalog;
use crate::catalog::kind::OriginPolicy;
use crate::decision::code::{DecisionCode, Refusal};
use crate::decision::context::TokenContext;
use crate::decision::holder::Holder;
use crate::directory::environment::EnvironmentName;
use crate::id::AccountId;
use crate::issue::bounds::Bounds;
use crate::origin::presented::PresentedOrigin;
use crate::origin::rule::OriginRules;
use crate::scope::Scope;
use crate::time::UnixMillis;
use std::iter::{once, repeat};
use std::net::IpAddr;

/// The answer of validation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The stable reason.
    pub code: DecisionCode,
    /// A sentence a person can act on.
    pub detail: String,
}

impl Decision {
    /// Whether the token is valid for the request.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.code == DecisionCode::Active
    }
}

/// What a request wants to use a token for.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest<'a> {
    /// The scopes that it needs, all of them.
    pub scopes: &'a [Scope],
    /// The account whose tokens the caller may see; every account's if absent.
    pub account: Option<AccountId>,
    /// The environment that it is used in; any if absent.
    pub environment: Option<&'a EnvironmentName>,
    /// The page it is used from.
    pub origin: PresentedOrigin,
    /// The address it is used from.
    pub ip: Option<IpAddr>,
}

/// Decides whether a token is valid for a request. Pure: it reads and writes nothing.
#[must_use]
pub fn decide(
    catalog: &Catalog,
    context: &TokenContext,
    request: &AuthorizationRequest<'_>,
    now: UnixMillis,
) -> Decision {
    let refused = |code, detail: &str| Decision {
        code,
        detail: detail.to_owned(),
    };
    if let TokenContext::Malformed(reason) = context {
        return refused(DecisionCode::Malformed, &reason.to_string());
    }
    let unknown = || {
        refused(
            DecisionCode::Unknown,
            "there is no such token: check that it was copied whole and belongs to this platform",
        )
    };
    let (Some(tenant), Some(_)) = (
        context.tenant(),
        context.kind().and_then(|kind| catalog.kind(kind)),
    ) else {
        return unknown();
    };
    if request
        .account
        .is_some_and(|visible| visible != tenant.account)
    {
        return unknown();
    }
    if let Some((code, detail)) = state_refusal(catalog, context, now) {
        return refused(code, detail);
    }
    if let Some(wanted) = request
        .environment
        .filter(|wanted| **wanted != tenant.environment)
    {
        let detail = format!("the token belongs to another environment than `{wanted}`");
        return refused(DecisionCode::EnvironmentMismatch, &detail);
    }
    let holders = context.holders(catalog);
    if let Some(detail) = origin_refusal(&holders, &request.origin) {
        return refused(DecisionCode::OriginDenied, &detail);
    }
    if let Some(detail) = holders
        .iter()
        .find_map(|holder| ip_refusal(&holder.bounds, request.ip))
    {
        return refused(DecisionCode::IpDenied, &detail);
    }
    match scope_refusal(catalog, context, &holders, request.scopes) {
        Some(detail) => refused(DecisionCode::InsufficientScope, &detail),
        None => refused(DecisionCode::Active, "the token is good for this request"),
    }
}

/// Whether a token that is known may be used from this origin, whatever else is to be said of it:
/// its own origins and, for a JWT, its parent's include the origin, or it is bound to none.
#[must_use]
pub fn allows_origin(catalog: &Catalog, context: &TokenContext, origin: &PresentedOrigin) -> bool {
    let holders = context.holders(catalog);
    !holders.is_empty() && origin_refusal(&holders, origin).is_none()
}

/// The token's own state, then its parent's, then its principals'.
fn state_refusal(catalog: &Catalog, context: &TokenContext, now: UnixMillis) -> Refusal {
    match context {
        TokenContext::Opaque {
            record, principal, ..
        } => token_state::opaque_refusal(record, now)
            .or_else(|| principal.refusal(record.created_at)),
        TokenContext::Jwt {
            claims,
            revoked,
            parent,
            principal,
            via,
        } => token_state::jwt_refusal(claims, *revoked, now)
            .or_else(|| parent_state::refusal(catalog, claims, parent.as_ref(), now))
            .or_else(|| principal.refusal(claims.hallpass.iat_ms))
            .or_else(|| via.refusal(claims.hallpass.iat_ms)),
        TokenContext::Malformed(_) | TokenContext::Unknown => None,
    }
}

fn scope_refusal(
    catalog: &Catalog,
    context: &TokenContext,
    holders: &[Holder<'_>],
    scopes: &[Scope],
) -> Option<String> {
    let names = once("the token").chain(repeat("what this token was derived from"));
    let lacking = names.zip(holders).find_map(|(name, holder)| {
        let uncovered = scopes.iter().find(|scope| !holder.covers(scope, catalog));
        uncovered.map(|scope| lacking(name, scope, holder, catalog))
    });
    lacking.or_else(|| {
        context.principal_states().find_map(|principal| {
            let uncovered = scopes.iter().find(|scope| !principal.covers(scope, catalog))?;
            let who = principal.described();
            Some(format!(
                "the token may do what its {who} may do, and the {who} may not `{uncovered}` now: give it to the {who}, or use another token"
            ))
        })
    })
}

fn origin_refusal(holders: &[Holder<'_>], presented: &PresentedOrigin) -> Option<String> {
    holders.iter().find_map(|Holder { kind, bounds }| {
        let required = kind.is_some_and(|kind| kind.origins == OriginPolicy::Required);
        refusal_by_rules(required, bounds.origins, presented)
    })
}

fn refusal_by_rules(
    required: bool,
    rules: &OriginRules,
    presented: &PresentedOrigin,
) -> Option<String> {
    if rules.is_empty() && !required {
        return None;
    }
    match presented {
        PresentedOrigin::Valid(origin) if !rules.is_empty() && rules.covers(origin) => None,
        PresentedOrigin::Valid(origin) => Some(format!(
            "the token may not be used from `{origin}`: add this origin to the token, or use one made for it"
        )),
        PresentedOrigin::Invalid => Some(
            "the token is bound to origins, and the request's Origin is `null` or not one".to_owned(),
        ),
        PresentedOrigin::Absent => Some(
            "the token is bound to origins, and the request names none: send it from a web page, or pass its Origin".to_owned(),
        ),
    }
}

fn ip_refusal(bounds: &Bounds<'_>, ip: Option<IpAddr>) -> Option<String> {
    match ip {
        _ if bounds.ips.is_empty() => None,
        Some(ip) if bounds.ips.covers(ip) => None,
        Some(ip) => Some(format!("the token may not be used from the address `{ip}`")),
        None => Some(
            "the token is bound to addresses, and the request names none: pass `ip`".to_owned(),
        ),
    }
}

fn lacking(name: &str, scope: &Scope, holder: &Holder<'_>, catalog: &Catalog) -> String {
    const SHOWN: usize = 10;
    let held = holder.bounds.scopes;
    if held.covers(scope, catalog.implications()) {
        let kind = holder.kind.map_or("such", |kind| kind.name.as_str());
        return format!("{name} lacks `{scope}`: tokens of kind `{kind}` may no longer hold it");
    }
    let mut names: Vec<String> = held
        .iter()
        .take(SHOWN)
        .map(|scope| format!("`{scope}`"))
        .collect();
    let more = held.iter().skip(SHOWN).count();
    if more > 0 {
        names.push(format!("{more} more"));
    }
    format!("{name} lacks `{scope}`; it holds {}", names.join(", "))
}
