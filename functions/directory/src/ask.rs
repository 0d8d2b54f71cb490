//! What a request asks of this function: by whom, of what, and in which words. Read in one place
//! for all routes: nothing is told of the rest before the caller is known.

use crate::within::{Page, PageQuery, Within, WithinQuery};
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequest, FromRequestParts as _, Query, RawPathParams, Request};
use hallpass_core::{AccountId, EnvironmentName, Tenant};
use hallpass_http::{Caller, ErrorCode, IdempotencyKey, JsonBody, Platform, Problem, WalkFor};
use hallpass_store::Idempotency;
use http::{Method, Uri};
use serde::de::DeserializeOwned;
use std::str::FromStr;
use thiserror::Error;

/// A request of a caller who is known. What it says is looked at when it is asked for: whether the
/// caller may ask at all comes first.
pub(crate) struct Ask {
    pub(crate) platform: Platform,
    pub(crate) caller: Caller,
    /// How long removing something may take before it answers 202: the usual time, where the
    /// routes were not made for another.
    pub(crate) walk_for: WalkFor,
    path: Vec<(String, String)>,
    uri: Uri,
    key: Result<IdempotencyKey, Problem>,
    body: Result<JsonBody, Problem>,
}

#[derive(Debug, Error)]
#[error("the route's path has no parameter `{0}`")]
struct NotInThePath(&'static str);

impl FromRequest<Platform> for Ask {
    type Rejection = Problem;

    async fn from_request(request: Request, platform: &Platform) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, platform).await?;
        let path = match RawPathParams::from_request_parts(&mut parts, platform).await {
            Ok(path) => path
                .iter()
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .collect(),
            // A route without any.
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

impl Ask {
    /// A parameter of the path, decoded and still to be parsed. A route without it is a fault of
    /// ours.
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

    /// The same of a route that takes an `Idempotency-Key`, which has to be one.
    pub(crate) fn keyed_body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let value = self.body()?;
        self.key.as_ref().map_err(Clone::clone)?;
        Ok(value)
    }

    /// What makes a repeated call of `route`, its method and path, known as such.
    pub(crate) fn once(&self, route: &str) -> Result<Option<Idempotency>, Problem> {
        let body = self.body.as_ref().map_err(Clone::clone)?;
        self.once_of(route, body.bytes())
    }

    /// The same, where other bytes than the body's tell one call from another.
    pub(crate) fn once_of(&self, route: &str, told: &[u8]) -> Result<Option<Idempotency>, Problem> {
        let key = self.key.as_ref().map_err(Clone::clone)?;
        Ok(key.scoped(&self.caller, route, told))
    }

    /// The query, as a request type.
    pub(crate) fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        Problem::of_query(Query::try_from_uri(&self.uri))
    }

    /// The place that the query names.
    pub(crate) fn within(&self) -> Result<Within, Problem> {
        let query: WithinQuery = self.query()?;
        self.place(query.account, query.environment)
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
            within: self.place(query.account, query.environment)?,
            limit: query.limit.unwrap_or_default().into(),
            cursor: cursor.transpose()?,
        })
    }

    /// A place that the caller reaches: their own where none is named.
    pub(crate) fn place(
        &self,
        account: Option<AccountId>,
        environment: Option<EnvironmentName>,
    ) -> Result<Within, Problem> {
        let Tenant {
            account,
            environment,
        } = self.caller.tenant(account, environment)?;
        Ok(Within {
            account,
            environment,
        })
    }
}
