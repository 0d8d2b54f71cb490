//! Reads a request to this function: the caller first, and only then path, query and body, so that
//! a request without a valid token learns nothing about the rest.

use crate::query::{Page, PageQuery, TenantQuery};
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequest, FromRequestParts as _, RawPathParams, Request};
use hallpass_core::{AccountId, EnvironmentName, Tenant};
use hallpass_http::{
    Caller, ErrorCode, IdempotencyKey, JsonBody, Platform, Problem, Query, WalkFor,
};
use hallpass_store::Idempotency;
use http::{Method, Uri};
use serde::de::DeserializeOwned;
use std::str::FromStr;
use thiserror::Error;

/// A request whose caller is admitted. Its path, query and body are parsed when a handler asks for
/// them, after the handler has checked the caller's scopes.
pub(crate) struct DirectoryRequest {
    pub(crate) platform: Platform,
    pub(crate) caller: Caller,
    /// How long removing something may take before it answers 202.
    pub(crate) walk_for: WalkFor,
    path: Vec<(String, String)>,
    uri: Uri,
    key: Result<IdempotencyKey, Problem>,
    body: Result<JsonBody, Problem>,
}

#[derive(Debug, Error)]
#[error("the route's path has no parameter `{0}`")]
struct NotInThePath(&'static str);

impl FromRequest<Platform> for DirectoryRequest {
    type Rejection = Problem;

    async fn from_request(request: Request, platform: &Platform) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, platform).await?;
        let path = match RawPathParams::from_request_parts(&mut parts, platform).await {
            Ok(path) => path
                .iter()
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .collect(),
            // The route has no parameters.
            Err(RawPathParamsRejection::MissingPathParams(_)) => Vec::new(),
            Err(_not_utf8) => return Err(Problem::not_found("path: it is not UTF-8")),
        };
        let key = IdempotencyKey::from_request_parts(&mut parts, platform).await;
        let walk_for = parts.extensions.get().copied().unwrap_or_default();
        let uri = parts.uri.clone();
        let has_body = matches!(parts.method, Method::POST | Method::PUT | Method::PATCH);
        let body = if has_body { body } else { Body::empty() };
        let request = Request::from_parts(parts, body);
        let body = <JsonBody as FromRequest<Platform>>::from_request(request, platform).await;
        Ok(Self {
            platform: platform.clone(),
            caller,
            walk_for,
            path,
            uri,
            key,
            body,
        })
    }
}

impl DirectoryRequest {
    /// A parameter of the path, decoded and not yet parsed.
    ///
    /// # Errors
    /// 500 for a route without this parameter: a fault of ours.
    pub(crate) fn named(&self, name: &'static str) -> Result<&str, Problem> {
        let mut path = self.path.iter();
        path.find(|(parameter, _)| parameter == name)
            .map(|(_, text)| text.as_str())
            .ok_or_else(|| Problem::internal(NotInThePath(name)))
    }

    /// The body, as a request type.
    pub(crate) fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        self.body.as_ref().map_err(Clone::clone)?.parse()
    }

    /// The body of a route that takes an `Idempotency-Key`, whose syntax is checked as well.
    pub(crate) fn keyed_body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let value = self.body()?;
        self.key.as_ref().map_err(Clone::clone)?;
        Ok(value)
    }

    /// The idempotency key of a call of `route` (its method and path), if the request has one.
    pub(crate) fn once(&self, route: &str) -> Result<Option<Idempotency>, Problem> {
        let body = self.body.as_ref().map_err(Clone::clone)?;
        self.once_of(route, body.bytes())
    }

    /// The same, with other bytes than the body's to distinguish one call from another.
    pub(crate) fn once_of(
        &self,
        route: &str,
        distinct: &[u8],
    ) -> Result<Option<Idempotency>, Problem> {
        let key = self.key.as_ref().map_err(Clone::clone)?;
        Ok(key.scoped(&self.caller, route, distinct))
    }

    /// The query, as a request type.
    pub(crate) fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let Query(query) = Query::read(self.uri.query(), &self.platform.catalog)?;
        Ok(query)
    }

    /// The tenant that the query names: the caller's own where it names none.
    pub(crate) fn tenant_of_query(&self) -> Result<Tenant, Problem> {
        let query: TenantQuery = self.query()?;
        self.tenant(query.account, query.environment)
    }

    /// The page of a list that the query asks for.
    pub(crate) fn page<C: FromStr>(&self) -> Result<Page<C>, Problem> {
        let query: PageQuery = self.query()?;
        let cursor = query.cursor.map(|cursor| {
            cursor.parse().map_err(|_not_a_cursor| {
                let detail = "`cursor` is the one of the page before, as it was given";
                Problem::invalid("cursor", ErrorCode::InvalidQuery, detail)
            })
        });
        Ok(Page {
            tenant: self.tenant(query.account, query.environment)?,
            limit: query.limit.unwrap_or_default().into(),
            cursor: cursor.transpose()?,
        })
    }

    /// A tenant that the caller reaches: the caller's own where none is named.
    pub(crate) fn tenant(
        &self,
        account: Option<AccountId>,
        environment: Option<EnvironmentName>,
    ) -> Result<Tenant, Problem> {
        self.caller.tenant(account, environment)
    }
}
