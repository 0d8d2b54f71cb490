//! The key under which API Gateway caches an answer. A cached answer is given to every request with
//! the same key, so it must not depend on anything else (s56).

use crate::sources::{AuthorizerSources, Source};
use hallpass_http::{Caller, ClientAddress, Credential};
use http::header::ORIGIN;
use http::request::Parts;
use thiserror::Error;

/// The values of the identity sources of the authorizer that asks, in its order, and what the gateway
/// itself says of the request.
pub(crate) struct CacheKey {
    values: Vec<String>,
    /// Payload 1.0 has none.
    route: Option<String>,
    method: String,
    /// As the gateway names it: a named stage is its beginning.
    path: String,
}

/// Why an answer that the gateway may cache must not be given.
#[derive(Debug, Error)]
pub(crate) enum UnsafeCache {
    #[error(
        "no authorizer with {0} identity sources is listed in `AuthorizerSources`, so it is not known by what its answers are cached: list it there"
    )]
    Undeclared(usize),
    #[error(
        "`AuthorizerSources` has `{0}` at a position where this authorizer has another identity source: list them in the authorizer's own order"
    )]
    OtherOrder(Source),
    #[error(
        "the authorizer caches its answers, and they depend on `{0}`: add it to the identity sources, or set the cache time to 0"
    )]
    Without(Source),
    #[error(
        "the authorizer caches its answers, and the position of the credential is not among the identity sources: add it, or set the cache time to 0"
    )]
    WithoutCredential,
}

impl CacheKey {
    /// `None` where nothing can be cached: only an authorizer with identity sources caches.
    pub(crate) fn of(
        values: Vec<String>,
        route: Option<String>,
        method: &str,
        path: Option<&str>,
    ) -> Option<Self> {
        (!values.is_empty()).then(|| Self {
            values,
            route,
            method: method.to_owned(),
            path: path.unwrap_or_default().to_owned(),
        })
    }

    /// Checks that the answer to this request opens nothing else, if it is cached. Whether it may also
    /// name the request's origin: not where requests from other origins are given it, too.
    pub(crate) fn may_name_origin(
        &self,
        declared: &AuthorizerSources,
        credential: &Credential,
        caller: &Caller,
        parts: &Parts,
    ) -> Result<bool, UnsafeCache> {
        let length = self.values.len();
        let sources = declared
            .of_length(length)
            .ok_or(UnsafeCache::Undeclared(length))?;
        let is_another = |(source, value): &(&Source, &String)| !self.fits(source, value, parts);
        if let Some((source, _)) = sources.iter().zip(&self.values).find(is_another) {
            return Err(UnsafeCache::OtherOrder(source.clone()));
        }
        // The second cannot come from a client to our loss: it only makes the check stricter.
        let caches = sources.contains(&Source::RouteKey)
            || self.values.iter().any(|it| Some(it) == self.route.as_ref());
        if !caches {
            return Ok(true);
        }
        let holds_credential = |(source, value): (&Source, &String)| {
            let at = |position| source.holds_credential_at(position);
            credential.positions().iter().any(at) && value.contains(credential.text())
        };
        if !sources.iter().zip(&self.values).any(holds_credential) {
            return Err(UnsafeCache::WithoutCredential);
        }
        let bounds = caller.context().bounds();
        let of_origins = bounds.iter().any(|bounds| !bounds.origins.is_empty());
        let of_addresses = bounds.iter().any(|bounds| !bounds.ips.is_empty());
        let origin = Source::Header(ORIGIN.as_str().to_owned());
        let by_origin = sources.contains(&origin);
        let missing = [
            (Source::RouteKey, true),
            (Source::Method, true),
            (Source::Path, true),
            (origin, of_origins),
            (Source::Address, of_addresses),
        ]
        .into_iter()
        .find(|(source, needed)| *needed && !sources.contains(source));
        match missing {
            Some((source, _)) => Err(UnsafeCache::Without(source)),
            None => Ok(by_origin),
        }
    }

    /// Whether this can be the value of `source` in this request. What cannot be told fits.
    fn fits(&self, source: &Source, value: &str, parts: &Parts) -> bool {
        match source {
            Source::RouteKey => self.route.as_ref().is_none_or(|route| route == value),
            Source::Method => self.method == value,
            Source::Path => self.path == value,
            Source::Address => {
                let address = parts.extensions.get::<ClientAddress>();
                address.is_some_and(|address| value.parse() == Ok(address.0))
            }
            Source::Header(name) => {
                let mut given = parts.headers.get_all(name).iter();
                match (given.next(), given.next()) {
                    (Some(one), None) => one.as_bytes().trim_ascii() == value.trim().as_bytes(),
                    (None, _) => false,
                    // How the gateway joins several is not documented.
                    (Some(_), Some(_)) => true,
                }
            }
            Source::Query(_) | Source::Other(_) => true,
        }
    }
}
