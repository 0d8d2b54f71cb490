//! The decision: may this token do this, to this, from here? Pure, and it says why.

use crate::bounds::Bounds;
use crate::catalog::Catalog;
use crate::claims::{Claims, Issuer};
use crate::environment::EnvironmentName;
use crate::id::{AccountId, Principal};
use crate::kind::{Format, Kind, KindName, OriginPolicy};
use crate::origin::{Origin, OriginRules};
use crate::record::{SecretLife, TokenRecord};
use crate::scope::Scope;
use crate::time::{LEEWAY_SECONDS, UnixMillis, UnixSeconds};
use crate::token::{Malformed, OpaqueToken};
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

/// What is known of a presented token once its rows were read.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// Not a token.
    Malformed(Malformed),
    /// No record, a wrong secret, a wrong signature, another issuer: all alike.
    Unknown,
    /// An opaque token's record; its secret matched.
    Opaque(Box<TokenRecord>),
    /// A JWT whose signature was right, and its rows.
    Jwt {
        /// What it says.
        claims: Box<Claims>,
        /// Whether it was revoked by its `jti`.
        revoked: bool,
        /// The row it came from, if there still is one.
        parent: Option<Box<TokenRecord>>,
    },
}

impl Evidence {
    /// What a record, or its absence, says of a presented opaque token.
    #[must_use]
    pub fn of_opaque(
        catalog: &Catalog,
        token: &OpaqueToken,
        record: Option<TokenRecord>,
        now: UnixMillis,
    ) -> Self {
        let of_kind = |record: &TokenRecord| {
            catalog.kind(&record.kind).and_then(Kind::prefix) == Some(&token.prefix)
        };
        let record = record.filter(|record| record.id == token.id && of_kind(record));
        let life = record
            .as_ref()
            .and_then(|record| record.life_of(&token.secret, now));
        match (record, life) {
            (Some(mut record), Some(life)) => {
                // A secret that was rotated away bounds all that is done with it by its own end.
                if let SecretLife::Until(until) = life {
                    let until = until.seconds();
                    let earlier = record.expires_at.is_none_or(|expiry| until < expiry);
                    record.expires_at = if earlier {
                        Some(until)
                    } else {
                        record.expires_at
                    };
                }
                Self::Opaque(Box::new(record))
            }
            _ => Self::Unknown,
        }
    }

    /// What the rows say of a JWT whose signature was right.
    #[must_use]
    pub fn of_jwt(
        catalog: &Catalog,
        issuer: &Issuer,
        claims: Claims,
        revoked: bool,
        parent: Option<TokenRecord>,
    ) -> Self {
        let elsewhere = parent.as_ref().is_some_and(|parent| {
            parent.id != claims.hallpass.parent
                || parent.account != claims.hallpass.account
                || parent.environment != claims.hallpass.environment
        });
        let of_kind = catalog
            .kind(&claims.hallpass.kind)
            .is_some_and(|kind| kind.format == Format::Jwt);
        if claims.iss == *issuer && claims.aud.includes(issuer) && of_kind && !elsewhere {
            Self::Jwt {
                claims: Box::new(claims),
                revoked,
                parent: parent.map(Box::new),
            }
        } else {
            Self::Unknown
        }
    }

    /// Its kind's name.
    #[must_use]
    pub fn kind(&self) -> Option<&KindName> {
        match self {
            Self::Opaque(record) => Some(&record.kind),
            Self::Jwt { claims, .. } => Some(&claims.hallpass.kind),
            Self::Malformed(_) | Self::Unknown => None,
        }
    }

    /// The account and environment it belongs to.
    #[must_use]
    pub fn place(&self) -> Option<(AccountId, &EnvironmentName)> {
        match self {
            Self::Opaque(record) => Some((record.account, &record.environment)),
            Self::Jwt { claims, .. } => {
                Some((claims.hallpass.account, &claims.hallpass.environment))
            }
            Self::Malformed(_) | Self::Unknown => None,
        }
    }

    /// Who it speaks for.
    #[must_use]
    pub fn principal(&self) -> Option<Principal> {
        match self {
            Self::Opaque(record) => Some(record.principal),
            Self::Jwt { claims, .. } => Some(claims.sub),
            Self::Malformed(_) | Self::Unknown => None,
        }
    }

    /// `tok_…` or `jwt_…`.
    #[must_use]
    pub fn id(&self) -> Option<String> {
        match self {
            Self::Opaque(record) => Some(record.id.to_string()),
            Self::Jwt { claims, .. } => Some(claims.jti.to_string()),
            Self::Malformed(_) | Self::Unknown => None,
        }
    }

    /// How far it reaches: its own bounds and, for a JWT, its parent's as they are now.
    #[must_use]
    pub fn bounds(&self) -> Vec<Bounds<'_>> {
        match self {
            Self::Opaque(record) => vec![of_record(record)],
            Self::Jwt { claims, parent, .. } => {
                let own = Bounds {
                    scopes: &claims.scope,
                    origins: &claims.hallpass.origins,
                    ips: &claims.hallpass.ips,
                    expires_at: Some(claims.exp),
                };
                let parents = parent.as_deref().map(of_record);
                once(own).chain(parents).collect()
            }
            Self::Malformed(_) | Self::Unknown => Vec::new(),
        }
    }

    /// Whether it holds `scope`, its parent still does, and their kinds may.
    #[must_use]
    pub fn holds(&self, scope: &Scope, catalog: &Catalog) -> bool {
        let powers = self.powers(catalog);
        !powers.is_empty() && powers.iter().all(|power| power.covers(scope, catalog))
    }

    /// What it can do: its own bounds with its kind and, for a JWT, its parent's. A parent whose
    /// kind left the catalog can do nothing: the list is empty then.
    fn powers<'a>(&'a self, catalog: &'a Catalog) -> Vec<Power<'a>> {
        let parent = match self {
            Self::Jwt { parent, .. } => parent.as_deref().map(|parent| &parent.kind),
            Self::Malformed(_) | Self::Unknown | Self::Opaque(_) => None,
        };
        let kinds: Option<Vec<&Kind>> = self
            .kind()
            .into_iter()
            .chain(parent)
            .map(|kind| catalog.kind(kind))
            .collect();
        let kinds = kinds.unwrap_or_default();
        kinds
            .into_iter()
            .zip(self.bounds())
            .map(|(kind, bounds)| Power { kind, bounds })
            .collect()
    }
}

/// One holder's reach and the kind that limits it.
struct Power<'a> {
    kind: &'a Kind,
    bounds: Bounds<'a>,
}

impl Power<'_> {
    fn covers(&self, scope: &Scope, catalog: &Catalog) -> bool {
        let implied = catalog.implications();
        self.bounds.scopes.covers(scope, implied) && self.kind.scopes.covers(scope, implied)
    }
}

fn of_record(record: &TokenRecord) -> Bounds<'_> {
    Bounds {
        scopes: &record.scopes,
        origins: &record.origins,
        ips: &record.ips,
        expires_at: record.expires_at,
    }
}

/// The `Origin` of a request, or what stands in for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PresentedOrigin {
    /// The request names none.
    Absent,
    /// What it names is no origin a page can have: `null` among others.
    Invalid,
    /// A browser's page.
    Valid(Origin),
}

impl PresentedOrigin {
    /// Reads what a request presented.
    #[must_use]
    pub fn parse(text: Option<&str>) -> Self {
        match text.map(str::parse) {
            None => Self::Absent,
            Some(Ok(origin)) => Self::Valid(origin),
            Some(Err(_reason)) => Self::Invalid,
        }
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
        Evidence::Opaque(record) => life_of_record(record, now),
        Evidence::Jwt {
            claims,
            revoked,
            parent,
        } => {
            // A parent of a kind that left the catalog is no token any more: as good as missing.
            let parent = parent
                .as_deref()
                .filter(|parent| catalog.kind(&parent.kind).is_some());
            life_of_jwt(claims, *revoked, now).or_else(|| life_of_parent(claims, parent, now))
        }
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
        if let Some(detail) = origin_refusal(kind, bounds.origins, &facts.origin) {
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

fn life_of_parent(claims: &Claims, parent: Option<&TokenRecord>, now: UnixMillis) -> Refusal {
    const REVOKED: &str = "what this token was derived from was revoked: derive it from another";
    let Some(parent) = parent else {
        return Some((Code::ParentRevoked, REVOKED));
    };
    if parent.revoked_at.is_some() {
        Some((Code::ParentRevoked, REVOKED))
    } else if parent
        .cut_off
        .is_some_and(|cut_off| claims.hallpass.iat_ms <= cut_off)
    {
        Some((
            Code::ParentRevoked,
            "everything derived from its parent up to a moment after its issue was revoked: derive another",
        ))
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

/// Expiry of opaque tokens and parents is exact: dead from its first millisecond on.
fn is_past(expires_at: Option<UnixSeconds>, now: UnixMillis) -> bool {
    expires_at.is_some_and(|expiry| now >= expiry.millis())
}

fn origin_refusal(kind: &Kind, rules: &OriginRules, presented: &PresentedOrigin) -> Option<String> {
    if rules.is_empty() && kind.origins != OriginPolicy::Required {
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
        let kind = &power.kind.name;
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
