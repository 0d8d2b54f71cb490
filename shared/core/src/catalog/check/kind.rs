//! The kinds of a catalog's file, and every rule that they can break.

use super::{Checked, fault, in_order, presentation};
use crate::catalog::kind::{
    Exposure, Format, Kind, KindName, MANAGEMENT_KIND, OriginPolicy, Presentation,
};
use crate::catalog::source::{CatalogSource, FormatSource, KindSource, LifetimeSource};
use crate::catalog::{Catalog, management_scopes};
use crate::id::PrincipalType;
use crate::issue::lifetime::Lifetime;
use crate::scope::management::ManagementScope;
use crate::scope::set::ScopeSet;
use crate::scope::{Action, Name, Scope};
use crate::token::prefix::Prefix;
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;

const MANAGEMENT_PREFIX: &str = "hpm";
const LONGEST_FRESHNESS: u64 = 60;
const PUBLIC_FRESHNESS: u64 = 5;

const DAY: u64 = 24 * 60 * 60;

/// The longest `max` of a JWT, in seconds. The key that signed one is published until it has expired.
const LONGEST_JWT: u64 = 31 * DAY;

/// The longest `max` of an opaque kind, in seconds: ten years.
const LONGEST_OPAQUE: u64 = 10 * 365 * DAY;

pub(super) fn kinds(
    source: &CatalogSource,
    catalog: &Catalog,
    public: &BTreeSet<Scope>,
) -> Checked<BTreeMap<KindName, Kind>> {
    let mut kinds = BTreeMap::from([management(source, &catalog.resources)?]);
    for (name, entry) in in_order(&source.kinds) {
        let kind = kind(name, entry, catalog, public)?;
        if let (Some(text), Some(prefix)) = (&entry.prefix, kind.prefix()) {
            let clash = kinds.values().filter_map(Kind::prefix).find(|other| {
                other.as_str().starts_with(prefix.as_str())
                    || prefix.as_str().starts_with(other.as_str())
            });
            if let Some(other) = clash {
                let reason = format!(
                    "`{}` and `{}`: one is a prefix of the other",
                    prefix.as_str(),
                    other.as_str()
                );
                return fault(text, reason);
            }
        }
        if kinds.insert(kind.name.clone(), kind).is_some() {
            return fault(name, format!("`{}` is built in", name.get_ref()));
        }
    }
    for (_, entry) in in_order(&source.kinds) {
        for text in &entry.derives {
            match kinds.get(&KindName::from(text.get_ref().as_str())) {
                Some(kind) if kind.format == Format::Jwt => {}
                Some(_) => {
                    return fault(
                        text,
                        format!("`{}` is opaque: only JWTs are derived", text.get_ref()),
                    );
                }
                None => return fault(text, format!("there is no kind `{}`", text.get_ref())),
            }
        }
    }
    Ok(kinds)
}

fn kind(
    name: &Spanned<String>,
    entry: &KindSource,
    catalog: &Catalog,
    public: &BTreeSet<Scope>,
) -> Checked<Kind> {
    if name.get_ref().parse::<Name>().is_err() {
        return fault(
            name,
            format!(
                "`{}` is not a kind's name: a letter, then letters and digits",
                name.get_ref()
            ),
        );
    }
    let format = match (entry.format, &entry.prefix) {
        (FormatSource::Opaque, Some(text)) => match text.get_ref().parse::<Prefix>() {
            Ok(prefix) => Format::Opaque(prefix),
            Err(reason) => return fault(text, reason),
        },
        (FormatSource::Opaque, None) => return fault(name, "an opaque kind needs a `prefix`"),
        (FormatSource::Jwt, Some(text)) => return fault(text, "a JWT has no `prefix`"),
        (FormatSource::Jwt, None) => Format::Jwt,
    };
    if format == Format::Jwt {
        makes_nothing(&entry.scopes)?;
    }
    let is_public = entry.exposure == Exposure::Public;
    let scopes = kind_scopes(name, &entry.scopes, catalog, is_public.then_some(public))?;
    let default_scopes = match &entry.default_scopes {
        None => None,
        Some(texts) => {
            let defaults = kind_scopes(name, texts, catalog, is_public.then_some(public))?;
            if let Err(wider) = scopes.covers_all(&defaults, &catalog.implications) {
                return fault(
                    name,
                    format!(
                        "the default scope `{}` is not one this kind may hold",
                        wider.scope
                    ),
                );
            }
            Some(defaults)
        }
    };
    let kind = Kind {
        name: KindName::from(name.get_ref().as_str()),
        lifetime: lifetime(&entry.lifetime, &format)?,
        format,
        exposure: entry.exposure,
        scopes,
        default_scopes,
        origins: entry.origins,
        presented: presentation::presented(name, &entry.presented)?,
        limit: entry.limit.as_ref().map(|limit| *limit.get_ref()),
        principals: entry.principals.clone(),
        live: entry.live,
        derives: entry
            .derives
            .iter()
            .map(|text| KindName::from(text.get_ref().as_str()))
            .collect(),
        freshness: match &entry.freshness {
            Some(seconds) if *seconds.get_ref() > LONGEST_FRESHNESS => {
                return fault(
                    seconds,
                    format!("`freshness` is the revocation delay: at most {LONGEST_FRESHNESS} s"),
                );
            }
            Some(seconds) => *seconds.get_ref(),
            None if is_public => PUBLIC_FRESHNESS,
            None => 0,
        },
    };
    consistent(name, entry, kind)
}

/// A JWT has no record of its own: what it made would outlive it and its parent. So no JWT kind holds
/// what makes tokens, or changes whose rights they have.
fn makes_nothing(scopes: &[Spanned<String>]) -> Checked<()> {
    const MAKING: [ManagementScope; 3] = [
        ManagementScope::TokensMint,
        ManagementScope::TokensImpersonate,
        ManagementScope::DirectoryWrite,
    ];
    for text in scopes {
        let scope = text.get_ref().parse::<Scope>().ok();
        let of_ours = scope.and_then(|scope| ManagementScope::of(&scope));
        if let Some(scope) = of_ours.filter(|scope| MAKING.contains(scope)) {
            return fault(
                text,
                format!("a JWT cannot hold `{scope}`: what it made would outlive it"),
            );
        }
    }
    Ok(())
}

/// Rules between a kind's fields.
fn consistent(name: &Spanned<String>, entry: &KindSource, kind: Kind) -> Checked<Kind> {
    if let Some(limit) = &entry.limit {
        if kind.format == Format::Jwt {
            return fault(
                limit,
                "a JWT has no record to be counted: leave out `limit`",
            );
        }
        if !(1..=100).contains(limit.get_ref()) {
            return fault(limit, "`limit` is between 1 and 100");
        }
    }
    if kind.principals.is_empty() {
        return fault(
            name,
            "`principals` is empty: nobody could hold such a token",
        );
    }
    if kind.live {
        // More than a principal has yet is for users alone: a service account has what it was given.
        if kind.principals != [PrincipalType::User] {
            return fault(
                name,
                "`live` rights are a user's: `principals = [\"user\"]`",
            );
        }
        if kind.is_public() {
            return fault(name, "a kind with `live` rights is secret");
        }
    }
    match entry.derives.first() {
        Some(text) if kind.is_public() => fault(text, "a public kind derives nothing"),
        Some(text) if kind.format == Format::Jwt => fault(text, "a JWT derives nothing"),
        _ => Ok(kind),
    }
}

fn kind_scopes(
    name: &Spanned<String>,
    texts: &[Spanned<String>],
    catalog: &Catalog,
    only: Option<&BTreeSet<Scope>>,
) -> Checked<ScopeSet> {
    let mut scopes = Vec::new();
    for text in texts {
        if text.get_ref() == "*" {
            if only.is_some() {
                return fault(text, "a public kind names each of its scopes");
            }
            scopes.extend(catalog.resources.iter().map(all_of));
            continue;
        }
        let scope = match text.get_ref().parse() {
            Ok(written) => match catalog.resolve(&written) {
                Ok(scope) => scope,
                Err(error) => return fault(text, error.to_string()),
            },
            Err(error) => return fault(text, error.to_string()),
        };
        match only {
            Some(public) if !public.contains(&scope.anywhere()) => {
                return fault(
                    text,
                    format!("`{scope}` is not `public = true`, and this kind's exposure is public"),
                );
            }
            _ => scopes.push(scope),
        }
    }
    ScopeSet::new(scopes).or_else(|error| fault(name, error.to_string()))
}

fn all_of(resource: &Name) -> Scope {
    Scope {
        resource: resource.clone(),
        action: Action::Any,
        path: None,
    }
}

fn lifetime(source: &Spanned<LifetimeSource>, format: &Format) -> Checked<Lifetime> {
    match source.get_ref() {
        LifetimeSource::Word(_) if *format == Format::Jwt => {
            fault(source, "a JWT always expires: give `{ default, min, max }`")
        }
        LifetimeSource::Word(_) => Ok(Lifetime::Never),
        LifetimeSource::Range(range) => {
            if !(0 < range.min && range.min <= range.default && range.default <= range.max) {
                return fault(source, "a lifetime needs 0 < min <= default <= max");
            }
            match format {
                Format::Jwt if range.max > LONGEST_JWT => fault(
                    source,
                    format!("a JWT lives at most 31 days: `max` is at most {LONGEST_JWT}"),
                ),
                Format::Opaque(_) if range.max > LONGEST_OPAQUE => fault(
                    source,
                    format!(
                        "a token with a `max` lives at most ten years: `max` is at most {LONGEST_OPAQUE}"
                    ),
                ),
                Format::Jwt | Format::Opaque(_) => Ok(Lifetime::Between {
                    default: range.default,
                    min: range.min,
                    max: range.max,
                }),
            }
        }
    }
}

/// The kind that every catalog has: it may hold every scope there is.
fn management(source: &CatalogSource, resources: &BTreeSet<Name>) -> Checked<(KindName, Kind)> {
    let name = KindName::from(MANAGEMENT_KIND);
    let prefix = MANAGEMENT_PREFIX
        .parse()
        .or_else(|reason: &str| fault(&source.name, reason))?;
    let own = management_scopes().map(|(scope, _)| scope);
    let scopes = ScopeSet::new(own.chain(resources.iter().map(all_of)).collect())
        .or_else(|error| fault(&source.name, error.to_string()))?;
    let kind = Kind {
        name: name.clone(),
        format: Format::Opaque(prefix),
        exposure: Exposure::Secret,
        scopes,
        default_scopes: None,
        lifetime: Lifetime::Never,
        origins: OriginPolicy::Optional,
        presented: vec![Presentation::Bearer],
        limit: None,
        principals: vec![
            PrincipalType::Account,
            PrincipalType::User,
            PrincipalType::ServiceAccount,
        ],
        live: false,
        derives: Vec::new(),
        freshness: 0,
    };
    Ok((name, kind))
}
