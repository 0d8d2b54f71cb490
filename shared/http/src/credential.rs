//! What a request presents: one token, where it stands, and where the request comes from.

use crate::client::Client;
use crate::cors::CorsGrant;
use crate::error_code::ErrorCode;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::route::{Needs, Route};
use axum::extract::FromRequestParts;
use hallpass_core::{Catalog, Code, Decision, Presentation, Presented, PresentedOrigin};
use http::header::{AUTHORIZATION, ORIGIN, REFERER};
use http::{HeaderMap, HeaderValue, StatusCode, request::Parts};
use secrecy::{ExposeSecret as _, SecretString};
use std::net::IpAddr;
use thiserror::Error;

/// The caller's address: the gateway's `requestContext` source, never a forwarded header.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// The one credential of a request. Nothing is known of it yet.
#[derive(Debug)]
pub struct Credential {
    text: SecretString,
    /// Everywhere it stands: more than once is fine where its kind may stand in each place.
    pub(crate) places: Vec<Presentation>,
    pub(crate) origin: PresentedOrigin,
    pub(crate) address: Option<IpAddr>,
    pub(crate) grant: CorsGrant,
    /// What the request's route asks of its holder.
    pub(crate) needs: Needs,
}

/// A handler that asks for a credential and stands in no table: a fault of ours, refused rather than
/// answered without a check of the scope.
#[derive(Debug, Error)]
#[error("the request's route stands in no table of routes")]
struct NoRoute;

impl Credential {
    /// One that stands in one place, for a route that reads it itself.
    pub(crate) fn new(text: SecretString, place: Presentation, client: Client) -> Self {
        Self {
            text,
            places: vec![place],
            origin: client.origin,
            address: client.address,
            grant: client.grant,
            needs: Needs::OwnCredential,
        }
    }

    /// The one that a request presents, of whose holder nothing more is asked than that it is good.
    pub fn presented(parts: &Parts, platform: &Platform) -> Result<Self, Problem> {
        let elsewhere = elsewhere(parts, &platform.catalog)?;
        let mut found = match in_authorization(&parts.headers) {
            Ok(found) => found,
            // Whatever stands there, it is not the same as what stands elsewhere.
            Err(_) if !elsewhere.is_empty() => return Err(ambiguous()),
            Err(problem) => return Err(problem),
        };
        found.extend(elsewhere);
        let (mut texts, places): (Vec<String>, Vec<Presentation>) = found.into_iter().unzip();
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
                code: Code::Malformed,
                detail: reason.to_string(),
            }));
        }
        Ok(Self {
            text: text.into(),
            places,
            origin: presented_origin(&parts.headers),
            address: parts
                .extensions
                .get::<ClientAddress>()
                .map(|address| address.0),
            grant: parts
                .extensions
                .get::<CorsGrant>()
                .cloned()
                .unwrap_or_default(),
            needs: Needs::Token,
        })
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
        let needs = route.ok_or(NoRoute).map_err(Problem::internal)?.needs;
        let credential = Self::presented(parts, platform)?;
        Ok(Self {
            needs,
            ..credential
        })
    }
}

/// Whether a request presents a token elsewhere than in `Authorization`.
#[derive(Clone, Copy, Debug)]
pub struct Elsewhere(pub bool);

impl FromRequestParts<Platform> for Elsewhere {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        let found = elsewhere(parts, &platform.catalog)?;
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

fn elsewhere(parts: &Parts, catalog: &Catalog) -> Result<Vec<Found>, Problem> {
    let mut found = Vec::new();
    for place in places(catalog) {
        match &place {
            Presentation::Query(name) => {
                let texts = in_query(parts.uri.query(), name);
                found.extend(texts.map(|text| (text, place.clone())));
            }
            Presentation::Header(name) => {
                for value in parts.headers.get_all(name.as_ref()) {
                    found.push((readable(value, name)?.to_owned(), place.clone()));
                }
            }
            Presentation::Bearer | Presentation::Basic => {}
        }
    }
    Ok(found)
}

/// Every place that a kind of the catalog is presented in, each once.
fn places(catalog: &Catalog) -> Vec<Presentation> {
    let mut places: Vec<Presentation> = catalog
        .kinds()
        .flat_map(|kind| kind.presented.iter().cloned())
        .collect();
    places.sort_unstable();
    places.dedup();
    places
}

type Found = (String, Presentation);

fn in_authorization(headers: &HeaderMap) -> Result<Vec<Found>, Problem> {
    let mut found = Vec::new();
    for value in headers.get_all(AUTHORIZATION) {
        let value = readable(value, "authorization")?;
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

/// `Origin`, or, only where there is none, the origin of `Referer`.
pub(crate) fn presented_origin(headers: &HeaderMap) -> PresentedOrigin {
    let mut origins = headers.get_all(ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (Some(origin), None) => match origin.to_str() {
            Ok(text) => PresentedOrigin::parse(Some(text)),
            Err(_not_ascii) => PresentedOrigin::Invalid,
        },
        (Some(_), Some(_)) => PresentedOrigin::Invalid,
        (None, _) => match headers.get(REFERER) {
            None => PresentedOrigin::Absent,
            Some(referer) => match referer
                .to_str()
                .ok()
                .and_then(|text| url::Url::parse(text).ok())
            {
                Some(url) => PresentedOrigin::parse(Some(&url.origin().ascii_serialization())),
                None => PresentedOrigin::Invalid,
            },
        },
    }
}
