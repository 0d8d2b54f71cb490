//! The shape of a catalog's file, before anything in it is checked.

use crate::catalog::kind::{Exposure, OriginPolicy};
use crate::id::PrincipalType;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// Keys and values that remember their line.
pub(super) type Table<T> = BTreeMap<Spanned<String>, T>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CatalogSource {
    pub(super) name: Spanned<String>,
    pub(super) scopes: Table<ScopeSource>,
    #[serde(default)]
    pub(super) implications: Table<Vec<Spanned<String>>>,
    #[serde(default)]
    pub(super) aliases: Table<Spanned<String>>,
    pub(super) kinds: Table<KindSource>,
    #[serde(default)]
    pub(super) access: Table<Vec<Spanned<String>>>,
    pub(super) folders: Option<FoldersSource>,
    pub(super) shares: Option<Spanned<SharesSource>>,
    #[serde(default)]
    pub(super) routes: Table<Spanned<RouteSource>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FoldersSource {
    pub(super) home: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SharesSource {
    pub(super) kind: Spanned<String>,
    pub(super) scopes: Vec<Spanned<String>>,
    pub(super) place: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a route needs one scope, or one of a list of them"
)]
pub(super) enum RouteSource {
    One(String),
    OneOf(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScopeSource {
    pub(super) description: String,
    #[serde(default)]
    pub(super) public: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KindSource {
    pub(super) prefix: Option<Spanned<String>>,
    pub(super) format: FormatSource,
    pub(super) exposure: Exposure,
    pub(super) scopes: Vec<Spanned<String>>,
    pub(super) default_scopes: Option<Vec<Spanned<String>>>,
    pub(super) lifetime: Spanned<LifetimeSource>,
    pub(super) origins: OriginPolicy,
    pub(super) presented: Vec<Spanned<String>>,
    pub(super) limit: Option<Spanned<u8>>,
    pub(super) principals: Vec<PrincipalType>,
    #[serde(default)]
    pub(super) live: bool,
    #[serde(default)]
    pub(super) derives: Vec<Spanned<String>>,
    pub(super) freshness: Option<Spanned<u64>>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum FormatSource {
    Opaque,
    Jwt,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a lifetime is `\"never\"` or `{ default, min, max }` in seconds"
)]
pub(super) enum LifetimeSource {
    Word(Never),
    Range(RangeSource),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Never {
    Never,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RangeSource {
    pub(super) default: u64,
    pub(super) min: u64,
    pub(super) max: u64,
}
