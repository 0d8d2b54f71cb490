//! The decision: may this token do this, to this, from here? Pure, and it says why.

pub(crate) mod evidence;
pub(crate) mod rights;

use crate::catalog::Catalog;
use crate::catalog::kind::OriginPolicy;
use crate::decision::evidence::{Evidence, Parent, Power, Standing};
use crate::directory::environment::EnvironmentName;
use crate::directory::principal::PrincipalRecord;
use crate::directory::share::ShareRecord;
use crate::id::AccountId;
use crate::issue::bounds::Bounds;
use crate::origin::OriginRules;
use crate::origin::presented::PresentedOrigin;
use crate::scope::Scope;
use crate::time::{LEEWAY_SECONDS, UnixMillis, UnixSeconds};
use crate::token::claims::Claims;
use crate::token::record::TokenRecord;
use serde::Serialize;
use std::iter::{once, repeat};
use std::net::IpAddr;

/// Why a token is or is not good for a request; stable, in the order they are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Not a token.
    Malformed,
    /// No such token here.
    Unknown,
    /// Ended.
    Revoked,
    /// Paused.
    Disabled,
    /// Past its expiry.
    Expired,
    /// Before its first moment.
    NotYetValid,
    /// What it came from was ended.
    ParentRevoked,
    /// What it came from is past its expiry.
    ParentExpired,
    /// What it came from is paused.
    ParentDisabled,
    /// Belongs to another environment.
    EnvironmentMismatch,
    /// May not be used from this origin.
    OriginDenied,
    /// May not be used from this address.
    IpDenied,
    /// Does not hold the scope.
    InsufficientScope,
    /// Good.
    Active,
}

impl Code {
    /// The code as the API writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unknown => "unknown",
            Self::Revoked => "revoked",
            Self::Disabled => "disabled",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::ParentRevoked => "parent_revoked",
            Self::ParentExpired => "parent_expired",
            Self::ParentDisabled => "parent_disabled",
            Self::EnvironmentMismatch => "environment_mismatch",
            Self::OriginDenied => "origin_denied",
            Self::IpDenied => "ip_denied",
            Self::InsufficientScope => "insufficient_scope",
            Self::Active => "active",
        }
    }
}

/// The answer of validation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The stable reason.
    pub code: Code,
    /// A sentence a person can act on.
    pub detail: String,
}

impl Decision {
    /// Whether the token is good for the request.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.code == Code::Active
    }
}

/// What a token is to be used for.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// Every one of these is needed.
    pub scopes: &'a [Scope],
    /// The account whose tokens the asker may see; every account's if absent.
    pub account: Option<AccountId>,
    /// The environment it is to be used in; any if absent.
    pub environment: Option<&'a EnvironmentName>,
    /// The page it is used from.
    pub origin: PresentedOrigin,
    /// The address it is used from.
    pub ip: Option<IpAddr>,
}

/// Decides. Nothing is read, written or remembered here.
#[must_use]
pub fn decide(
    catalog: &Catalog,
    evidence: &Evidence,
    facts: &Facts<'_>,
    now: UnixMillis,
) -> Decision {
    let refused = |code, detail: &str| Decision {
        code,
        detail: detail.to_owned(),
    };
    if let Evidence::Malformed(reason) = evidence {
        return refused(Code::Malformed, &reason.to_string());
    }
    let unknown = || {
        refused(
            Code::Unknown,
            "there is no such token: check that it was copied whole and belongs to this platform",
        )
    };
    let (Some((account, environment)), Some(_)) = (
        evidence.place(),
        evidence.kind().and_then(|kind| catalog.kind(kind)),
    ) else {
        return unknown();
    };
    if facts.account.is_some_and(|visible| visible != account) {
        return unknown();
    }
    let alive = match evidence {
        Evidence::Opaque {
            record, standing, ..
        } => life_of_record(record, now).or_else(|| life_of_principal(standing, record.created_at)),
        Evidence::Jwt {
            claims,
            revoked,
            parent,
            standing,
        } => life_of_jwt(claims, *revoked, now)
            .or_else(|| life_of_parent(catalog, claims, parent.as_ref(), now))
            .or_else(|| life_of_principal(standing, claims.hallpass.iat_ms)),
        Evidence::Malformed(_) | Evidence::Unknown => return unknown(),
    };
    if let Some((code, detail)) = alive {
        return refused(code, detail);
    }
    if let Some(wanted) = facts.environment.filter(|wanted| *wanted != environment) {
        let detail = format!("the token belongs to another environment than `{wanted}`");
        return refused(Code::EnvironmentMismatch, &detail);
    }
    let powers = evidence.powers(catalog);
    for Power { kind, bounds } in &powers {
        let required = kind.is_some_and(|kind| kind.origins == OriginPolicy::Required);
        if let Some(detail) = origin_refusal(required, bounds.origins, &facts.origin) {
            return refused(Code::OriginDenied, &detail);
        }
    }
    if let Some(detail) = powers
        .iter()
        .find_map(|power| ip_refusal(&power.bounds, facts.ip))
    {
        return refused(Code::IpDenied, &detail);
    }
    let holders = once("the token").chain(repeat("what this token was derived from"));
    for (holder, power) in holders.zip(&powers) {
        let missing = facts
            .scopes
            .iter()
            .find(|scope| !power.covers(scope, catalog));
        if let Some(scope) = missing {
            return refused(
                Code::InsufficientScope,
                &lacking(holder, scope, power, catalog),
            );
        }
    }
    let standing = evidence.standing();
    if let Some(scope) = facts
        .scopes
        .iter()
        .find(|scope| !standing.allows(scope, catalog))
    {
        let detail = format!(
            "the token may do what its user may do, and the user may not `{scope}` now: give it to the user, or use another token"
        );
        return refused(Code::InsufficientScope, &detail);
    }
    refused(Code::Active, "the token is good for this request")
}

type Refusal = Option<(Code, &'static str)>;

fn life_of_record(record: &TokenRecord, now: UnixMillis) -> Refusal {
    if record.revoked_at.is_some() {
        Some((Code::Revoked, "the token was revoked: mint another"))
    } else if !record.enabled {
        Some((
            Code::Disabled,
            "the token is paused: set `enabled` to true to use it again",
        ))
    } else if is_past(record.expires_at, now) {
        Some((Code::Expired, "the token has expired: mint another"))
    } else if record
        .not_before
        .is_some_and(|start| start.millis() > now.plus_seconds(LEEWAY_SECONDS))
    {
        Some((
            Code::NotYetValid,
            "the token is not valid yet: see its `not_before`",
        ))
    } else {
        None
    }
}

fn life_of_jwt(claims: &Claims, revoked: bool, now: UnixMillis) -> Refusal {
    let with_leeway = now.plus_seconds(LEEWAY_SECONDS);
    let starts = claims.nbf.unwrap_or_default().max(claims.iat);
    if revoked {
        Some((Code::Revoked, "the token was revoked: ask for another"))
    } else if now >= claims.exp.plus(LEEWAY_SECONDS).millis() {
        Some((Code::Expired, "the token has expired: ask for another"))
    } else if starts.millis() > with_leeway {
        Some((
            Code::NotYetValid,
            "the token is not valid yet: its time of issue or `nbf` lies ahead",
        ))
    } else {
        None
    }
}

const PARENT_REVOKED: &str = "what this token was derived from was revoked: derive it from another";
const PARENT_CUT_OFF: &str =
    "everything derived from its parent up to a moment after its issue was revoked: derive another";

fn life_of_parent(
    catalog: &Catalog,
    claims: &Claims,
    parent: Option<&Parent>,
    now: UnixMillis,
) -> Refusal {
    match parent {
        // A parent of a kind that left the catalog is no token any more: as good as missing.
        Some(Parent::Token(token)) if catalog.kind(&token.kind).is_some() => {
            life_of_parent_token(claims, token, now)
        }
        Some(Parent::Share(share)) => life_of_share(claims, share),
        Some(Parent::Token(_)) | None => Some((Code::ParentRevoked, PARENT_REVOKED)),
    }
}

fn life_of_parent_token(claims: &Claims, parent: &TokenRecord, now: UnixMillis) -> Refusal {
    if parent.revoked_at.is_some() {
        Some((Code::ParentRevoked, PARENT_REVOKED))
    } else if is_cut_off(parent.cut_off, claims.hallpass.iat_ms) {
        Some((Code::ParentRevoked, PARENT_CUT_OFF))
    } else if is_past(parent.expires_at, now) {
        Some((
            Code::ParentExpired,
            "what this token was derived from has expired",
        ))
    } else if !parent.enabled {
        Some((
            Code::ParentDisabled,
            "what this token was derived from is paused",
        ))
    } else {
        None
    }
}

fn life_of_share(claims: &Claims, share: &ShareRecord) -> Refusal {
    if share.revoked_at.is_some() {
        Some((
            Code::ParentRevoked,
            "the model is no longer shared: ask its owner",
        ))
    } else if is_cut_off(share.cut_off, claims.hallpass.iat_ms) {
        Some((Code::ParentRevoked, PARENT_CUT_OFF))
    } else {
        None
    }
}

/// A user or service account that is gone takes what speaks for it along.
fn life_of_principal(standing: &Standing, issued_at: UnixMillis) -> Refusal {
    let alive = |principal: &PrincipalRecord| {
        if principal.closed_at.is_some() {
            Some((
                Code::ParentRevoked,
                "the user or service account this token speaks for was removed",
            ))
        } else if is_cut_off(principal.cut_off, issued_at) {
            Some((
                Code::ParentRevoked,
                "everything of this user or service account up to a moment after its issue was revoked",
            ))
        } else {
            None
        }
    };
    match standing {
        Standing::Unasked => None,
        Standing::Gone => Some((
            Code::ParentRevoked,
            "there is no such user or service account as this token speaks for",
        )),
        Standing::Present(principal) | Standing::Live(principal, _) => alive(principal),
    }
}

fn is_cut_off(cut_off: Option<UnixMillis>, issued_at: UnixMillis) -> bool {
    cut_off.is_some_and(|cut_off| issued_at <= cut_off)
}

/// Expiry of opaque tokens and parents is exact: dead from its first millisecond on.
fn is_past(expires_at: Option<UnixSeconds>, now: UnixMillis) -> bool {
    expires_at.is_some_and(|expiry| now >= expiry.millis())
}

fn origin_refusal(
    required: bool,
    rules: &OriginRules,
    presented: &PresentedOrigin,
) -> Option<String> {
    if rules.is_empty() && !required {
        return None;
    }
    match presented {
        PresentedOrigin::Valid(origin) if !rules.is_empty() && rules.allow(origin) => None,
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
        Some(ip) if bounds.ips.allow(ip) => None,
        Some(ip) => Some(format!("the token may not be used from the address `{ip}`")),
        None => Some(
            "the token is bound to addresses, and the request names none: pass `ip`".to_owned(),
        ),
    }
}

fn lacking(holder: &str, scope: &Scope, power: &Power<'_>, catalog: &Catalog) -> String {
    const SHOWN: usize = 10;
    let held = power.bounds.scopes;
    if held.covers(scope, catalog.implications()) {
        let kind = power.kind.map_or("such", |kind| kind.name.as_str());
        return format!("{holder} lacks `{scope}`: tokens of kind `{kind}` may no longer hold it");
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
    format!("{holder} lacks `{scope}`; it holds {}", names.join(", "))
}
