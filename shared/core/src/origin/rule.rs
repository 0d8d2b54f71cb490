//! Origin rules: from which origins a browser may use a token.

use super::app::AppOrigin;
use super::suffix::anybody_can_be_below;
use super::{
    Origin, OriginError, Scheme, Serialized, WebOrigin, is_loopback, parse_host, split_port,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};
use url::Host;

/// A rule that covers one origin, or every origin below a host, or every port of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginRule(Rule);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    Web(WebRule),
    App(AppOrigin),
}

/// A rule about web pages.
#[derive(Clone, Debug, PartialEq, Eq)]
struct WebRule {
    scheme: Scheme,
    host: Host,
    /// Every port if absent.
    port: Option<u16>,
    /// `https://*.host`: one or more labels below the host, never the host itself.
    below: bool,
}

impl OriginRule {
    /// Whether a page of `origin` may use the token.
    #[must_use]
    pub fn covers(&self, origin: &Origin) -> bool {
        match (&self.0, &origin.0) {
            (Rule::Web(rule), Serialized::Web(origin)) => rule.covers(origin),
            (Rule::App(rule), Serialized::App(origin)) => rule == origin,
            (Rule::Web(_), Serialized::App(_)) | (Rule::App(_), Serialized::Web(_)) => false,
        }
    }

    /// Whether this rule covers every origin that `inner` covers.
    #[must_use]
    pub fn covers_rule(&self, inner: &Self) -> bool {
        match (&self.0, &inner.0) {
            (Rule::Web(rule), Rule::Web(inner)) => rule.covers_rule(inner),
            (Rule::App(rule), Rule::App(inner)) => rule == inner,
            (Rule::Web(_), Rule::App(_)) | (Rule::App(_), Rule::Web(_)) => false,
        }
    }

    /// Parses a rule of the table or of one of our JWTs. It was checked against the list of public
    /// suffixes when it was created; so validation need not carry that list.
    fn from_stored(text: &str) -> Result<Self, OriginError> {
        match AppOrigin::parse(text) {
            Some(app) => Ok(Self(Rule::App(app))),
            None => WebRule::parse(text).map(|web| Self(Rule::Web(web))),
        }
    }
}

impl WebRule {
    fn covers(&self, origin: &WebOrigin) -> bool {
        self.scheme == origin.scheme
            && self.port.is_none_or(|port| port == origin.port)
            && if self.below {
                self.is_above(&origin.host)
            } else {
                self.host == origin.host
            }
    }

    fn covers_rule(&self, inner: &Self) -> bool {
        self.scheme == inner.scheme
            && (self.port.is_none() || self.port == inner.port)
            && match (self.below, inner.below) {
                (false, true) => false,
                (false, false) => self.host == inner.host,
                (true, false) => self.is_above(&inner.host),
                // `*.a.com` covers `*.b.a.com`, since the base `b.a.com` itself lies below.
                (true, true) => self.host == inner.host || self.is_above(&inner.host),
            }
    }

    fn is_above(&self, host: &Host) -> bool {
        match (&self.host, host) {
            (Host::Domain(base), Host::Domain(name)) => name
                .strip_suffix(base.as_str())
                .and_then(|labels| labels.strip_suffix('.'))
                .is_some_and(|labels| !labels.is_empty()),
            _ => false,
        }
    }

    fn parse(text: &str) -> Result<Self, OriginError> {
        let (scheme, authority) = match text.split_once("://") {
            Some((scheme, authority)) => (Some(scheme), authority),
            None => (None, text),
        };
        let (below, base) = match authority.strip_prefix("*.") {
            Some(base) => (true, base),
            None => (false, authority),
        };
        let (any_port, base) = match base.strip_suffix(":*") {
            Some(base) => (true, base),
            None => (false, base),
        };
        if matches!(text, "*" | "null") || base == "*" || base.contains('*') {
            return Err(OriginError::Syntax(text.to_owned()));
        }
        // Pages of this machine are served over http, if nothing else is said.
        let of_host = || {
            if names_loopback(base) {
                "http"
            } else {
                "https"
            }
        };
        let origin = format!("{}://{base}", scheme.unwrap_or_else(of_host));
        let origin: WebOrigin = origin.parse().map_err(|error| match error {
            OriginError::Host(host) => OriginError::Host(host),
            _ => OriginError::Syntax(text.to_owned()),
        })?;
        let is_local = origin.scheme == Scheme::Http && is_loopback(&origin.host);
        match &origin.host {
            _ if any_port && !is_local => Err(OriginError::AnyPort(text.to_owned())),
            Host::Ipv4(_) | Host::Ipv6(_) if below => {
                Err(OriginError::AddressWildcard(text.to_owned()))
            }
            _ if origin.scheme == Scheme::Http && !is_local => {
                Err(OriginError::Scheme(text.to_owned()))
            }
            _ => Ok(Self {
                scheme: origin.scheme,
                host: origin.host,
                port: (!any_port).then_some(origin.port),
                below,
            }),
        }
    }
}

/// Whether `host[:port]` is of this machine.
fn names_loopback(authority: &str) -> bool {
    let host = split_port(authority).map(|(host, _)| parse_host(host));
    matches!(host, Some(Ok(host)) if is_loopback(&host))
}

impl FromStr for OriginRule {
    type Err = OriginError;

    /// `https://host[:port]` or `https://*.host[:port]`, where `host` and `*.host` stand for https; a
    /// public suffix, below which anybody can register a name, is refused after `*.`. Of this machine
    /// (RFC 8252 §7.3): `http://localhost`, `http://*.localhost`, `http://127.0.0.1` or `http://[::1]`, each
    /// for itself, with `:port`, `:*` or none, and with or without `http://`. Of app shells and
    /// extensions: their exact text.
    fn from_str(text: &str) -> Result<Self, OriginError> {
        let rule = Self::from_stored(text)?;
        match &rule.0 {
            Rule::Web(WebRule {
                scheme: Scheme::Https,
                host: Host::Domain(base),
                below: true,
                ..
            }) if anybody_can_be_below(base) => Err(OriginError::PublicSuffix(text.to_owned())),
            Rule::Web(_) | Rule::App(_) => Ok(rule),
        }
    }
}

/// A rule as a request writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenOriginRule(pub OriginRule);

impl<'de> Deserialize<'de> for WrittenOriginRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(D::Error::custom)
    }
}

impl fmt::Display for OriginRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Rule::Web(web) => web.fmt(f),
            Rule::App(app) => app.fmt(f),
        }
    }
}

impl fmt::Display for WebRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let below = if self.below { "*." } else { "" };
        write!(f, "{}://{below}{}", self.scheme.as_str(), self.host)?;
        match self.port {
            None => f.write_str(":*"),
            Some(port) if port == self.scheme.default_port() => Ok(()),
            Some(port) => write!(f, ":{port}"),
        }
    }
}

impl Serialize for OriginRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OriginRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_stored(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// The origin rules of one token. An empty list covers every origin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OriginRules(pub Vec<OriginRule>);

impl OriginRules {
    /// Whether the token is bound to no origin.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of the rules covers `origin`, or there are no rules.
    #[must_use]
    pub fn covers(&self, origin: &Origin) -> bool {
        self.is_empty() || self.0.iter().any(|rule| rule.covers(origin))
    }

    /// The first rule of `inner` that these do not cover; `Some(None)` if `inner` has no rules and
    /// these have some.
    #[must_use]
    pub fn uncovered<'a>(&self, inner: &'a Self) -> Option<Option<&'a OriginRule>> {
        if self.is_empty() {
            None
        } else if inner.is_empty() {
            Some(None)
        } else {
            inner
                .0
                .iter()
                .find(|rule| !self.0.iter().any(|outer| outer.covers_rule(rule)))
                .map(Some)
        }
    }
}

#[cfg(test)]
mod tests;
