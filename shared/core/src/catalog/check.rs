//! From a catalog's file to a catalog: every rule that a file can break.

mod access;
mod kind;
mod presentation;

use super::source::{CatalogSource, RouteSource, SharesSource, Table};
use super::{Catalog, CatalogError, Declared, SharePolicy, management_scopes};
use crate::catalog::kind::{Format, KindName, OriginPolicy};
use crate::catalog::route::RouteTable;
use crate::id::PrincipalType;
use crate::scope::coverage::Implications;
use crate::scope::path::Path;
use crate::scope::{Action, Name, Scope};
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;

/// What is wrong, and the position in the file in bytes.
struct Fault {
    at: usize,
    reason: String,
}

type Checked<T> = Result<T, Fault>;

fn fault<T, V>(at: &Spanned<T>, reason: impl Into<String>) -> Checked<V> {
    Err(Fault {
        at: at.span().start,
        reason: reason.into(),
    })
}

impl Catalog {
    /// Reads and checks a catalog; `file` is what errors call it.
    ///
    /// # Errors
    /// Names the file, the line and the reason.
    pub fn parse(file: &str, text: &str) -> Result<Self, CatalogError> {
        catalog(file, text)
    }
}

pub(super) fn catalog(file: &str, text: &str) -> Result<Catalog, CatalogError> {
    let parsed = toml::from_str::<CatalogSource>(text).map_err(|error| Fault {
        at: error.span().map_or(0, |span| span.start),
        reason: error.message().to_owned(),
    });
    parsed
        .and_then(|source| check(&source))
        .map_err(|fault| CatalogError {
            file: file.to_owned(),
            line: text
                .bytes()
                .take(fault.at)
                .filter(|byte| *byte == b'\n')
                .count()
                .saturating_add(1),
            reason: fault.reason,
        })
}

/// The entries as the file has them, so that the first fault in it is the one named.
fn in_order<T>(table: &Table<T>) -> Vec<(&Spanned<String>, &T)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| key.span().start);
    entries
}

fn check(source: &CatalogSource) -> Checked<Catalog> {
    if source.name.get_ref().trim().is_empty() {
        return fault(&source.name, "the catalog's name is empty");
    }
    let (mut scopes, public) = declared_scopes(source)?;
    let resources: BTreeSet<Name> = scopes.keys().map(|scope| scope.resource.clone()).collect();
    let implications = implications(source, &scopes, &public)?;
    let aliases = aliases(source, &scopes)?;
    scopes.extend(management_scopes());
    let mut catalog = Catalog {
        name: source.name.get_ref().clone(),
        scopes,
        resources,
        aliases,
        implications,
        kinds: BTreeMap::new(),
        access: BTreeMap::new(),
        strongest: None,
        home: None,
        shares: None,
        routes: RouteTable::default(),
    };
    catalog.kinds = kind::kinds(source, &catalog, &public)?;
    catalog.access = access::levels(source, &catalog)?;
    catalog.strongest = access::strongest(source, &catalog)?;
    catalog.home = access::home(source, &catalog)?;
    catalog.shares = shares(source, &catalog)?;
    catalog.routes = routes(source, &catalog)?;
    Ok(catalog)
}

fn routes(source: &CatalogSource, catalog: &Catalog) -> Checked<RouteTable> {
    let mut routes = RouteTable::default();
    for (template, scopes) in in_order(&source.routes) {
        let texts: Vec<&str> = match scopes.get_ref() {
            RouteSource::One(scope) => vec![scope.as_str()],
            RouteSource::OneOf(scopes) => scopes.iter().map(String::as_str).collect(),
        };
        let needed = match routes.add(template.get_ref(), &texts) {
            Ok(needed) => needed,
            Err(reason) => return fault(template, reason),
        };
        let unknown = |scope: &&Scope| {
            scope.is_management() || !catalog.scopes.contains_key(&scope.anywhere())
        };
        if let Some(scope) = needed.iter().find(unknown) {
            let reason = format!("`{}` is not a scope declared above", scope.anywhere());
            return fault(scopes, reason);
        }
    }
    Ok(routes)
}

fn shares(source: &CatalogSource, catalog: &Catalog) -> Checked<Option<SharePolicy>> {
    let Some(shares) = &source.shares else {
        return Ok(None);
    };
    let SharesSource {
        kind: name,
        scopes,
        place,
    } = shares.get_ref();
    let kind = match catalog.kinds.get(&KindName::from(name.get_ref().as_str())) {
        Some(kind) if kind.format == Format::Jwt => kind,
        Some(_) => return fault(name, "a visitor is given a JWT, and this kind is opaque"),
        None => return fault(name, format!("there is no kind `{}`", name.get_ref())),
    };
    let scopes = access::without_paths(shares, scopes, &catalog.scopes)?;
    let path: Path = match place.get_ref().parse() {
        Ok(path) => path,
        Err(error) => return fault(place, format!("{error}")),
    };
    if let Some(scope) = kind.uncovered(&scopes, &catalog.implications) {
        return fault(
            name,
            format!("a `{}` token cannot hold `{scope}`", kind.name),
        );
    }
    if !kind.principals.contains(&PrincipalType::Account) {
        return fault(
            name,
            "a visitor's token speaks for the account, and this kind does not",
        );
    }
    if kind.origins == OriginPolicy::Required {
        return fault(
            name,
            "a visitor's token is bound to no origin, and this kind requires one",
        );
    }
    Ok(Some(SharePolicy {
        kind: kind.name.clone(),
        scopes,
        path,
    }))
}

type Scopes = BTreeMap<Scope, Declared>;

fn declared_scopes(source: &CatalogSource) -> Checked<(Scopes, BTreeSet<Scope>)> {
    let mut scopes = BTreeMap::new();
    let mut public = BTreeSet::new();
    for (text, entry) in in_order(&source.scopes) {
        let scope = plain_scope(text)?;
        if scope.resource.is_management() {
            return fault(
                text,
                format!(
                    "`{}` is a resource of Hallpass itself",
                    scope.resource.as_str()
                ),
            );
        }
        if entry.description.trim().is_empty() {
            return fault(text, format!("`{scope}` has no description"));
        }
        if entry.public {
            public.insert(scope.clone());
        }
        scopes.insert(
            scope,
            Declared {
                description: entry.description.clone(),
            },
        );
    }
    Ok((scopes, public))
}

/// A scope as it is declared: a named action, without a path.
fn plain_scope(text: &Spanned<String>) -> Checked<Scope> {
    match text.get_ref().parse::<Scope>() {
        Ok(scope) if scope.path.is_none() && scope.action != Action::Any => Ok(scope),
        Ok(scope) => fault(
            text,
            format!("`{scope}`: name one action, without `*` or a path"),
        ),
        Err(error) => fault(text, error.to_string()),
    }
}

fn declared(text: &Spanned<String>, scopes: &Scopes) -> Checked<Scope> {
    let scope = plain_scope(text)?;
    if scopes.contains_key(&scope) {
        Ok(scope)
    } else {
        fault(text, format!("`{scope}` is not a scope declared above"))
    }
}

fn implications(
    source: &CatalogSource,
    scopes: &Scopes,
    public: &BTreeSet<Scope>,
) -> Checked<Implications> {
    let mut pairs = Vec::new();
    for (text, implied) in in_order(&source.implications) {
        let scope = declared(text, scopes)?;
        for text in implied {
            let included = declared(text, scopes)?;
            // Else a public kind would hold what is private; checked step by step, it holds for
            // whole chains.
            if public.contains(&scope) && !public.contains(&included) {
                return fault(
                    text,
                    format!("`{scope}` is public and cannot imply `{included}`, which is not"),
                );
            }
            match (&scope.action, &included.action) {
                (Action::Named(action), Action::Named(implied))
                    if scope.resource == included.resource =>
                {
                    pairs.push((scope.resource.clone(), action.clone(), implied.clone()));
                }
                _ => {
                    return fault(
                        text,
                        format!("`{scope}` can imply actions of its own resource only"),
                    );
                }
            }
        }
    }
    Ok(Implications::new(pairs))
}

fn aliases(source: &CatalogSource, scopes: &Scopes) -> Checked<BTreeMap<Scope, Scope>> {
    let mut aliases = BTreeMap::new();
    for (text, target) in in_order(&source.aliases) {
        let alias = plain_scope(text)?;
        if scopes.contains_key(&alias) || alias.resource.is_management() {
            return fault(
                text,
                format!("`{alias}` is a scope already and cannot be an alias"),
            );
        }
        aliases.insert(alias, declared(target, scopes)?);
    }
    Ok(aliases)
}
