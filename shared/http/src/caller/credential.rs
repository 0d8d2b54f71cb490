//! The one token that a request presents, and the positions in which it stands.

use crate::caller::client::Client;
use crate::reply::error_code::ErrorCode;
use crate::reply::problem::Problem;
use crate::route::{Needs, Route};
use axum::extract::FromRequestParts;
use hallpass_core::{Catalog, Decision, DecisionCode, Presentation, Presented};
use hallpass_runtime::Platform;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, StatusCode, request::Parts};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

/// The one credential of a request. Nothing is known of it yet.
#[derive(Debug)]
pub struct Credential {
    text: SecretString,
    /// Every position in which it stands: more than one is fine where its kind may stand in each.
    positions: Vec<Presentation>,
    pub(crate) client: Client,
    /// What the request's route asks of its holder.
    pub(crate) needs: Needs,
    /// The request's route, where it is one of Hallpass's own.
    route: Option<&'static Route>,
}

/// What is counted as the route of a request that has none.
pub(crate) const UNKNOWN_ROUTE: &str = "unknown";

/// A handler that asks for a credential and stands in no table: a fault of ours, refused rather than
/// answered without a check of the scope.
#[derive(Debug, Error)]
#[error("the request's route stands in no table of routes")]
struct NoRoute;

impl Credential {
    /// One that stands in one position, for a route that reads it itself.
    pub(crate) fn new(text: SecretString, position: Presentation, parts: &Parts) -> Self {
        Self {
            text,
            positions: vec![position],
            client: Client::of(parts),
            needs: Needs::OwnCredential,
            route: parts.extensions.get::<&'static Route>().copied(),
        }
    }

    /// The one that a request presents, of whose holder nothing more is asked than that it is good.
    ///
    /// # Errors
    /// 401 where none is presented, 400 where two that are not the same are.
    pub fn presented(parts: &Parts, platform: &Platform) -> Result<Self, Problem> {
        let others = outside_authorization(parts, &platform.catalog)?;
        let mut found = match in_authorization(&parts.headers) {
            Ok(found) => found,
            // Whatever stands there is not the token that stands in the query or another header.
            Err(_) if !others.is_empty() => return Err(ambiguous()),
            Err(problem) => return Err(problem),
        };
        found.extend(others);
        let (mut texts, positions): (Vec<String>, Vec<Presentation>) = found.into_iter().unzip();
        let Some(text) = texts.pop() else {
            return Err(Problem::anonymous(
                "present a token as `Authorization: Bearer …`, or as its kind says",
            ));
        };
        if texts.iter().any(|other| *other != text) {
            return Err(ambiguous());
        }
        // Junk costs nothing, whatever else the request asks to be looked at.
        if let Err(reason) = Presented::parse(&text) {
            return Err(Problem::refused(&Decision {
                code: DecisionCode::Malformed,
                detail: reason.to_string(),
            }));
        }
        Ok(Self {
            text: text.into(),
            positions,
            client: Client::of(parts),
            needs: Needs::Token,
            route: None,
        })
    }

    /// Every position of the request in which it stands.
    #[must_use]
    pub fn positions(&self) -> &[Presentation] {
        &self.positions
    }

    /// The route that it is presented at, as use is counted: such as `POST /v1/tokens`.
    #[must_use]
    pub fn route(&self) -> String {
        let route = self.route;
        route.map_or_else(|| UNKNOWN_ROUTE.to_owned(), Route::name)
    }

    /// The token's text, to be examined.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.expose_secret()
    }
}

impl FromRequestParts<Platform> for Credential {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        let route = parts.extensions.get::<&'static Route>();
        let route = *route.ok_or(NoRoute).map_err(Problem::internal)?;
        let credential = Self::presented(parts, platform)?;
        Ok(Self {
            needs: route.needs,
            route: Some(route),
            ..credential
        })
    }
}

/// Whether a request presents a token anywhere but in `Authorization`: in its query, or in a header of
/// a kind's own.
#[derive(Clone, Copy, Debug)]
pub struct TokenOutsideAuthorization(pub bool);

impl FromRequestParts<Platform> for TokenOutsideAuthorization {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        let found = outside_authorization(parts, &platform.catalog)?;
        Ok(Self(!found.is_empty()))
    }
}

/// s34: two credentials are one too many.
pub(crate) fn ambiguous() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        ErrorCode::AmbiguousCredentials,
        "the request presents more than one credential: present one",
    )
}

fn outside_authorization(parts: &Parts, catalog: &Catalog) -> Result<Vec<Found>, Problem> {
    let mut found = Vec::new();
    for position in positions(catalog) {
        match &position {
            Presentation::Query(name) => {
                let texts = in_query(parts.uri.query(), name).filter(|text| !is_blank(text));
                found.extend(texts.map(|text| (text, position.clone())));
            }
            Presentation::Header(name) => {
                for value in parts.headers.get_all(name.as_ref()) {
                    let text = readable(value, name)?;
                    if !is_blank(text) {
                        found.push((text.to_owned(), position.clone()));
                    }
                }
            }
            Presentation::Bearer | Presentation::Basic => {}
        }
    }
    Ok(found)
}

/// Whether nothing is presented: a variable that was not set is an empty value, which counts as no
/// value, wherever a credential can stand.
pub(crate) fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// Whether a parameter of a query is a credential's.
pub(crate) fn is_credentials(catalog: &Catalog, parameter: &str) -> bool {
    let of_kinds = catalog.kinds().flat_map(|kind| &kind.presented);
    of_kinds
        .filter_map(|position| match position {
            Presentation::Query(name) => Some(name),
            Presentation::Bearer | Presentation::Basic | Presentation::Header(_) => None,
        })
        .any(|name| **name == *parameter)
}

/// Every position that a kind of the catalog is presented in, each once.
fn positions(catalog: &Catalog) -> Vec<Presentation> {
    let mut positions: Vec<Presentation> = catalog
        .kinds()
        .flat_map(|kind| kind.presented.iter().cloned())
        .collect();
    positions.sort_unstable();
    positions.dedup();
    positions
}

type Found = (String, Presentation);

/// Not by the `headers` crate, which reads the first of two headers and takes blanks and commas in a token.
fn in_authorization(headers: &HeaderMap) -> Result<Vec<Found>, Problem> {
    let mut found = Vec::new();
    for value in headers.get_all(AUTHORIZATION) {
        let value = readable(value, "authorization")?;
        if is_blank(value) {
            continue;
        }
        let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
        let token = rest.trim_start_matches(' ');
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Problem::anonymous(
                "this route takes `Authorization: Bearer …`, no other scheme",
            ));
        }
        if token.is_empty() || token.contains([' ', ',']) {
            return Err(malformed(
                "the Authorization header is not `Bearer` and one token",
            ));
        }
        found.push((token.to_owned(), Presentation::Bearer));
    }
    Ok(found)
}

fn in_query<'a>(query: Option<&'a str>, name: &'a str) -> impl Iterator<Item = String> + 'a {
    url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .filter(move |(key, _)| key == name)
        .map(|(_, text)| text.into_owned())
}

pub(crate) fn readable<'a>(value: &'a HeaderValue, name: &str) -> Result<&'a str, Problem> {
    value.to_str().map_err(|_error| {
        malformed(format!(
            "the header `{name}` has characters that are not ASCII"
        ))
    })
}

pub(crate) fn malformed(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, ErrorCode::MalformedHeader, detail)
}
