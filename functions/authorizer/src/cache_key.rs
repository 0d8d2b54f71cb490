//! The key under which API Gateway caches an answer. A cached answer is given to every request with
//! the same key, so it must not depend on anything else (s56).

use hallpass_http::{Caller, ClientAddress};
use http::header::ORIGIN;
use http::request::Parts;

/// The values of the identity sources of an authorizer whose answers are cached.
///
/// No event says whether answers are cached. `$context.routeKey` among the sources does: it is there
/// for the cache alone, and a cache without it is wrong from the start, as AWS's documentation and
/// ours say.
pub(crate) struct CacheKey {
    values: Vec<String>,
    method: String,
    path: String,
}

impl CacheKey {
    /// `None` where nothing is cached.
    pub(crate) fn of(
        values: Vec<String>,
        route: &str,
        method: &str,
        path: Option<&str>,
    ) -> Option<Self> {
        values.iter().any(|value| value == route).then(|| Self {
            values,
            method: method.to_owned(),
            path: path.unwrap_or_default().to_owned(),
        })
    }

    /// The source without which the answer would open more than this request. `credential` is the
    /// token's text.
    pub(crate) fn missing(
        &self,
        credential: &str,
        caller: &Caller,
        parts: &Parts,
    ) -> Option<&'static str> {
        let bounds = caller.context().bounds();
        let origin = parts.headers.get(ORIGIN).and_then(|it| it.to_str().ok());
        let address = parts.extensions.get::<ClientAddress>();
        let address = address.map(|address| address.0.to_string());
        if !self.values.iter().any(|value| value.contains(credential)) {
            Some("the credential")
        } else if !self.holds(Some(&self.method)) {
            Some("$context.httpMethod")
        } else if !self.holds(Some(&self.path)) {
            Some("$context.path")
        } else if bounds.iter().any(|it| !it.origins.is_empty()) && !self.holds(origin) {
            Some("$request.header.Origin")
        } else if bounds.iter().any(|it| !it.ips.is_empty()) && !self.holds(address.as_deref()) {
            Some("$context.identity.sourceIp")
        } else {
            None
        }
    }

    fn holds(&self, fact: Option<&str>) -> bool {
        fact.is_some_and(|fact| self.values.iter().any(|value| value == fact))
    }
}
