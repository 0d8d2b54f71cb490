//! Two lines: an origin rule, and an origin as a browser presents it (s36 to s41). The URL crate, which reads addresses as browsers do, is asked for a second opinion.

use crate::lines;
use hallpass_core::{Origin, OriginRule, PresentedOrigin};
use url::{Host, Url};

pub(crate) fn origin(data: &[u8]) {
    let mut lines = lines(data);
    let rule = lines.next().and_then(rule);
    let inner = lines.clone().next().and_then(self::rule);
    let presented = lines.next().and_then(presented);
    if let (Some(rule), Some(origin)) = (&rule, &presented) {
        allowed(rule, origin);
    }
    let origin = lines.next().and_then(|line| line.parse::<Origin>().ok());
    if let (Some(outer), Some(inner), Some(origin)) = (&rule, &inner, &origin) {
        let both = outer.covers_rule(inner) && inner.covers(origin);
        assert!(!both || outer.covers(origin), "{outer} {inner} {origin}");
    }
}

/// A rule reads back as it prints, from a request and from the table.
fn rule(text: &str) -> Option<OriginRule> {
    let rule: OriginRule = text.parse().ok()?;
    let printed = rule.to_string();
    assert_eq!(printed.parse::<OriginRule>(), Ok(rule.clone()), "{text}");
    let json = serde_json::to_string(&rule).unwrap();
    assert_eq!(serde_json::from_str::<OriginRule>(&json).unwrap(), rule);
    assert!(rule.covers_rule(&rule), "{rule}");
    let (scheme, authority) = printed.split_once("://").unwrap();
    let base = authority.strip_prefix("*.");
    let host = base.unwrap_or(authority);
    let one_host = host.strip_suffix(":*").unwrap_or(host);
    assert!(!one_host.contains('*'), "{printed}");
    let is_web = matches!(scheme, "http" | "https");
    assert!(is_web || (base.is_none() && host == one_host), "{printed}");
    let url = Url::parse(&format!("{scheme}://{one_host}")).unwrap();
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name.split('.').next_back() == Some("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let is_http_here = scheme == "http" && is_local;
    assert!(
        is_http_here || (scheme != "http" && host == one_host),
        "{printed}"
    );
    if base.is_some() {
        // Never the host itself.
        let base: Origin = format!("{scheme}://{one_host}").parse().unwrap();
        assert!(!rule.covers(&base), "{rule} {base}");
    }
    Some(rule)
}

/// What is taken for an origin is the origin of that URL, and nothing stands beside it.
fn presented(text: &str) -> Option<Origin> {
    let read = PresentedOrigin::parse(Some(text));
    let Ok(origin) = text.parse::<Origin>() else {
        assert_eq!(read, PresentedOrigin::Invalid);
        return None;
    };
    assert_eq!(read, PresentedOrigin::Valid(origin.clone()));
    let printed = origin.to_string();
    assert_eq!(printed.parse::<Origin>(), Ok(origin.clone()), "{text}");
    let url = Url::parse(text).unwrap();
    if !matches!(url.scheme(), "http" | "https") {
        assert_eq!(printed, text, "an app's is kept as it is");
        let nothing = url.path().is_empty() && url.query().is_none() && url.fragment().is_none();
        assert!(
            nothing && url.username().is_empty() && url.port().is_none(),
            "{text}"
        );
        return Some(origin);
    }
    assert_eq!(url.origin().ascii_serialization(), printed, "{text}");
    // Behind the last colon that is not one of an address between brackets.
    let port = text.rsplit_once(':').map_or("", |(_, port)| port);
    let port = if port.ends_with(']') { "" } else { port };
    assert!(!port.starts_with(['0', '+']), "{text}: one way to write it");
    let nothing = url.username().is_empty() && url.password().is_none() && url.path() == "/";
    assert!(
        nothing && url.query().is_none() && url.fragment().is_none(),
        "{text}"
    );
    Some(origin)
}

/// What a rule allows, said once more on URLs.
fn allowed(rule: &OriginRule, origin: &Origin) {
    let (rule_text, origin_text) = (rule.to_string(), origin.to_string());
    let url = Url::parse(&origin_text).unwrap();
    let any_port = rule_text.strip_suffix(":*");
    let base = any_port.unwrap_or(&rule_text);
    let below = base.split_once("://*.");
    let base = below.map_or_else(
        || base.to_owned(),
        |(scheme, base)| format!("{scheme}://{base}"),
    );
    let base = Url::parse(&base).unwrap();
    let is_web = matches!(url.scheme(), "http" | "https");
    let same_port = base.port_or_known_default() == url.port_or_known_default();
    let same_host = match (below, base.host(), url.host()) {
        (None, base, of) => base == of,
        (Some(_), Some(Host::Domain(base)), Some(Host::Domain(name))) => {
            name.ends_with(&format!(".{base}"))
        }
        (Some(_), ..) => false,
    };
    let covered = if is_web {
        base.scheme() == url.scheme() && same_host && (same_port || any_port.is_some())
    } else {
        rule_text == origin_text
    };
    assert_eq!(rule.covers(origin), covered, "{rule} {origin}");
}
