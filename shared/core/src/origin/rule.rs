//! Origin rules: from which origins a browser may use a token.

use super::suffix::anybody_can_be_below;
use super::{Origin, OriginError, Scheme};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};
use url::Host;

/// A rule that covers one origin, or every origin below a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginRule {
    origin: Origin,
    /// `https://*.host`: one or more labels below the host, never the host itself.
    below: bool,
}

impl OriginRule {
    /// Whether a page of `origin` may use the token.
    #[must_use]
    pub fn covers(&self, origin: &Origin) -> bool {
        self.origin.scheme == origin.scheme
            && self.origin.port == origin.port
            && if self.below {
                self.is_above(&origin.host)
            } else {
                self.origin.host == origin.host
            }
    }

    /// Whether this rule covers every origin that `inner` covers.
    #[must_use]
    pub fn covers_rule(&self, inner: &Self) -> bool {
        let same_base = self.origin == inner.origin;
        match (self.below, inner.below) {
            (false, true) => false,
            (true, true) if same_base => true,
            // `*.a.com` covers `*.b.a.com`, since the base `b.a.com` itself lies below.
            _ => self.covers(&inner.origin),
        }
    }

    fn is_above(&self, host: &Host) -> bool {
        match (&self.origin.host, host) {
            (Host::Domain(base), Host::Domain(name)) => name
                .strip_suffix(base.as_str())
                .and_then(|labels| labels.strip_suffix('.'))
                .is_some_and(|labels| !labels.is_empty()),
            _ => false,
        }
    }

    /// Parses a rule of the table or of one of our JWTs. It was checked against the list of public
    /// suffixes when it was created; so validation need not carry that list.
    fn from_stored(text: &str) -> Result<Self, OriginError> {
        let (scheme, authority) = text.split_once("://").unwrap_or(("https", text));
        let (below, base) = match authority.strip_prefix("*.") {
            Some(base) => (true, base),
            None => (false, authority),
        };
        if matches!(text, "*" | "null") || authority == "*" || base.contains('*') {
            return Err(OriginError::Syntax(text.to_owned()));
        }
        let origin: Origin = format!("{scheme}://{base}")
            .parse()
            .map_err(|error| match error {
                OriginError::Host(host) => OriginError::Host(host),
                _ => OriginError::Syntax(text.to_owned()),
            })?;
        match &origin.host {
            _ if origin.scheme == Scheme::Http
                && (below || origin.host != Host::Domain("localhost".to_owned())) =>
            {
                Err(OriginError::Scheme(text.to_owned()))
            }
            Host::Ipv4(_) | Host::Ipv6(_) if below => {
                Err(OriginError::AddressWildcard(text.to_owned()))
            }
            _ => Ok(Self { origin, below }),
        }
    }
}

impl FromStr for OriginRule {
    type Err = OriginError;

    /// `https://host[:port]`, `https://*.host[:port]`, `http://localhost[:port]`; `host` and
    /// `*.host` stand for https. A public suffix, below which anybody can register a name, is refused
    /// after `*.`.
    fn from_str(text: &str) -> Result<Self, OriginError> {
        let rule = Self::from_stored(text)?;
        match &rule.origin.host {
            Host::Domain(base) if rule.below && anybody_can_be_below(base) => {
                Err(OriginError::PublicSuffix(text.to_owned()))
            }
            _ => Ok(rule),
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
        let text = self.origin.to_string();
        match text.split_once("://") {
            Some((scheme, rest)) if self.below => write!(f, "{scheme}://*.{rest}"),
            _ => f.write_str(&text),
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
mod tests {
    use super::{OriginRule, OriginRules};
    use crate::origin::Origin;
    use proptest::prelude::*;

    fn allows(rule: &str, origin: &str) -> bool {
        origin
            .parse::<Origin>()
            .is_ok_and(|origin| rule.parse::<OriginRule>().unwrap().covers(&origin))
    }

    #[test]
    fn s36_s37_s38_s39_s40_s41_rules_and_presented_origins() {
        for (rule, origin, expected) in [
            ("https://a.com", "https://a.com", true),
            ("a.com", "https://a.com", true),
            ("https://a.com", "https://a.com:443", true),
            ("https://a.com", "HTTPS://A.CoM", true),
            ("https://a.com:8443", "https://a.com:8443", true),
            ("https://a.com", "https://a.com:444", false),
            ("https://a.com:8443", "https://a.com", false),
            ("https://a.com", "http://a.com", false),
            ("https://a.com", "https://evil-a.com", false),
            ("https://a.com", "https://a.com.evil.net", false),
            ("https://a.com", "https://axcom", false),
            ("https://a.com", "https://b.a.com", false),
            ("https://a.com", "null", false),
            ("https://a.com", "", false),
            ("https://a.com", "https://a.com/", false),
            ("https://a.com", "https://a.com/path", false),
            ("https://a.com", "https://user@a.com", false),
            ("https://a.com", "https://a.com@evil.net", false),
            ("https://a.com", "https://a.com\\@evil.net", false),
            ("https://a.com", "https://a.com.", false),
            ("https://a.com", "https://a.com?x", false),
            ("https://a.com", "https://a.com#x", false),
            ("https://a.com", "https:a.com", false),
            ("https://a.com", "https:///a.com", false),
            ("https://a.com", "https://a\t.com", false),
            ("https://a.com", " https://a.com", false),
            ("https://a.com", "https://%61.com", false),
            ("https://a.com", "https://a.com:", false),
            ("https://a.com", "https://a.com:0443", false),
            ("https://a.com", "https://a.com:+443", false),
            ("https://a.com", "https://a.com:99999", false),
            ("https://a.com", "https://a.com https://b.com", false),
            ("https://a.com", "ftp://a.com", false),
            ("https://*.a.com", "https://b.a.com", true),
            ("*.a.com", "https://c.b.a.com", true),
            ("https://*.a.com", "https://a.com", false),
            ("https://*.a.com", "https://.a.com", false),
            ("https://*.a.com", "https://xa.com", false),
            ("https://*.a.com", "https://*.a.com", false),
            ("https://*.a.com", "http://b.a.com", false),
            ("https://*.a.com:8443", "https://b.a.com:8443", true),
            ("https://*.a.com:8443", "https://b.a.com", false),
            ("http://localhost", "http://localhost", true),
            ("http://localhost:3000", "http://localhost:3000", true),
            ("http://localhost:3000", "http://localhost:3001", false),
            (
                "https://bücher.example",
                "https://xn--bcher-kva.example",
                true,
            ),
            ("https://BÜCHER.example", "https://bücher.example", true),
            // The Cyrillic а is another letter.
            ("https://a.com", "https://\u{430}.com", false),
            (
                "https://[2001:db8::1]:8443",
                "https://[2001:db8::1]:8443",
                true,
            ),
            ("https://192.0.2.1", "https://192.0.2.1", true),
            ("https://a_b.a.com", "https://a_b.a.com", true),
            ("https://*.a.com", "https://a＊.a.com", false),
            ("https://*.a.com", "https://b,c.a.com", false),
            (
                "https://*.bücher.example",
                "https://a.xn--bcher-kva.example",
                true,
            ),
            (
                "https://[2001:db8::1]",
                "https://[2001:db8:0:0::1]:443",
                true,
            ),
            ("https://[2001:db8::1]", "https://[2001:db8::2]", false),
        ] {
            assert_eq!(
                allows(rule, origin),
                expected,
                "rule `{rule}` and origin `{origin}`"
            );
        }
    }

    #[test]
    fn s40_refused_at_creation() {
        for rule in [
            "*",
            "https://*",
            "https://*.com",
            "*.com",
            "https://*.co.uk",
            // Others lie below them, and are everybody's.
            "https://*.amazonaws.com",
            "https://*.us-east-1.amazonaws.com",
            "https://*.windows.net",
            "*.github.io",
            "https://*.192.0.2.1",
            "https://*.[2001:db8::1]",
            "http://a.com",
            "http://*.localhost",
            "*.localhost",
            "https://a.*.com",
            "https://*a.com",
            "https://**.a.com",
            "https://*.*.a.com",
            "null",
            "",
            "https://",
            "https://a.com/",
            "https://a.com/x",
            "https://u:p@a.com",
            "https://a.com.",
            "https://a b.com",
            "ftp://a.com",
            "https://a.com:0",
            "javascript:alert(1)",
            "https://a..com",
            "https://a.com\n",
            "//a.com",
            "https://xn--a.com",
            // Public suffixes beyond ASCII, in both spellings.
            "https://*.公司.cn",
            "https://*.xn--55qx5d.cn",
            "https://*.UK",
            // IDNA maps the full-width star and dot to `*` and `.`.
            "https://＊.com",
            "https://x＊.a.com",
            "https://＊.＊.a.com",
            "https://a.com。",
            "https://*。com",
            "https://a.com,https://b.com",
            "https://a.com,b.com",
            "https://a.com;b.com",
            "https://a$.com",
            "https://[::1",
            "https://::1",
            "https://[::1]x",
            "https://[::1]:",
            "https://[fe80::1%25eth0]",
            "https://*.0x7f.1",
            "https://1.2.3.4.5",
            "https://1.2.3.256",
            "wss://a.com",
        ] {
            assert!(
                rule.parse::<OriginRule>().is_err(),
                "`{rule}` must be refused at creation"
            );
        }
    }

    #[test]
    fn a_name_that_idna_makes_too_long_is_refused() {
        // In its own letters it would fit, and what is kept is the ASCII form.
        let long = format!("{}example", "\u{fc}.".repeat(32));
        assert!(long.len() < 253 && long.replace('\u{fc}', "xn--tda").len() > 253);
        for text in [long.clone(), format!("*.{long}"), format!("https://{long}")] {
            assert!(text.parse::<OriginRule>().is_err(), "{text}");
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_child_stays_within_its_parents_origins() {
        for (outer, inner, within) in [
            ("https://a.com", "https://a.com", true),
            ("https://a.com", "https://b.com", false),
            ("https://*.a.com", "https://b.a.com", true),
            ("https://*.a.com", "https://*.a.com", true),
            ("https://*.a.com", "https://*.b.a.com", true),
            ("https://*.a.com", "https://a.com", false),
            ("https://b.a.com", "https://*.b.a.com", false),
            ("https://*.b.a.com", "https://*.a.com", false),
            ("https://a.com", "https://a.com:8443", false),
        ] {
            let outer = OriginRules(vec![outer.parse().unwrap()]);
            let rules = OriginRules(vec![inner.parse().unwrap()]);
            assert_eq!(
                outer.uncovered(&rules).is_none(),
                within,
                "{inner} within {outer:?}"
            );
        }
        let bound = OriginRules(vec!["a.com".parse().unwrap()]);
        assert_eq!(bound.uncovered(&OriginRules::default()), Some(None));
        assert_eq!(OriginRules::default().uncovered(&bound), None);
    }

    proptest! {
        #[test]
        fn a_rule_reads_back_as_it_prints(
            below: bool, host in "[a-z]{1,8}(\\.[a-z]{2,8}){1,2}", port in prop::option::of(1_u16..)
        ) {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            let text = format!("https://{}{host}{port}", if below { "*." } else { "" });
            if let Ok(rule) = text.parse::<OriginRule>() {
                prop_assert_eq!(rule.to_string().parse::<OriginRule>().unwrap(), rule);
            }
        }

        #[test]
        fn whatever_is_accepted_reads_back_as_it_prints(
            text in "(\\*\\.)?[aé1*,＊．。\\[\\]:_-]{1,5}(\\.com)?(:[0-9]{1,5})?"
        ) {
            if let Ok(rule) = text.parse::<OriginRule>() {
                prop_assert_eq!(rule.to_string().parse::<OriginRule>(), Ok(rule));
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = text.parse::<OriginRule>();
            let _ = text.parse::<Origin>();
        }
    }
}
