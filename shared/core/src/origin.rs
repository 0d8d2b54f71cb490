//! Origins: where a browser says that a request comes from. Compared without regular expressions.

pub(crate) mod address;
pub(crate) mod presented;
pub(crate) mod rule;

mod app;
mod suffix;

use app::AppOrigin;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::{fmt, str::FromStr};
use thiserror::Error;
use url::Host;

/// Why a text is not a valid origin or origin rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OriginError {
    /// `null`, `*` or anything else that is not `scheme://host[:port]`.
    #[error(
        "`{0}` is not an origin: write `https://host`, `https://host:port` or `https://*.host`, or an app's or extension's own, such as `capacitor://localhost`"
    )]
    Syntax(String),
    /// A host that is neither a domain name nor an address.
    #[error("`{0}` is not a host name")]
    Host(String),
    /// http for a host that is not this machine.
    #[error(
        "`{0}` is refused: http is for `localhost`, `*.localhost`, `127.0.0.1` and `[::1]` only, and every other host needs https"
    )]
    Scheme(String),
    /// Every port of a host that is not this machine.
    #[error(
        "`{0}` is refused: `:*` is for http and `localhost`, `*.localhost`, `127.0.0.1` or `[::1]` only; name the port"
    )]
    AnyPort(String),
    /// A wildcard over a public suffix, or over names below which one lies.
    #[error(
        "`{0}` is refused: strangers have names below it, too; list your own hosts, or `*.` before a domain of yours"
    )]
    PublicSuffix(String),
    /// A wildcard before an IP address.
    #[error("`{0}` is refused: an IP address has no subdomains")]
    AddressWildcard(String),
}

/// A serialized origin (RFC 6454 §6.2) as a browser presents it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(Serialized);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Serialized {
    Web(WebOrigin),
    App(AppOrigin),
}

/// The origin of a web page, in lower case and IDNA form.
#[derive(Clone, Debug, PartialEq, Eq)]
struct WebOrigin {
    scheme: Scheme,
    host: Host,
    port: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        match AppOrigin::parse(text) {
            Some(app) => Ok(Self(Serialized::App(app))),
            None => Ok(Self(Serialized::Web(text.parse()?))),
        }
    }
}

impl FromStr for WebOrigin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let syntax = || OriginError::Syntax(text.to_owned());
        let (scheme, authority) = text.split_once("://").ok_or_else(syntax)?;
        let scheme = if scheme.eq_ignore_ascii_case("https") {
            Scheme::Https
        } else if scheme.eq_ignore_ascii_case("http") {
            Scheme::Http
        } else {
            return Err(syntax());
        };
        let (host, port) = split_port(authority).ok_or_else(syntax)?;
        let host = parse_host(host)?;
        Ok(Self {
            scheme,
            host,
            port: port.unwrap_or(scheme.default_port()),
        })
    }
}

/// Splits `host[:port]`; `None` if the port is not one, written in the one canonical way.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let colon = match authority.rfind(']') {
        Some(bracket) => authority
            .get(bracket..)?
            .find(':')
            .map(|at| bracket.saturating_add(at)),
        None => authority.find(':'),
    };
    let Some(colon) = colon else {
        return Some((authority, None));
    };
    let (host, port) = authority.split_at_checked(colon)?;
    let digits = port.strip_prefix(':')?;
    let number: u16 = digits.parse().ok().filter(|number: &u16| *number != 0)?;
    (number.to_string() == digits).then_some((host, Some(number)))
}

fn parse_host(text: &str) -> Result<Host, OriginError> {
    let refused = || OriginError::Host(text.to_owned());
    // The URL parser would decode `%61` and drop tabs: an origin has neither.
    if text.is_empty()
        || text.len() > MAX_HOST_BYTES
        || text.ends_with('.')
        || text
            .chars()
            .any(|c| c.is_ascii_control() || c.is_whitespace() || "%*@/\\?#".contains(c))
    {
        return Err(refused());
    }
    match Host::parse(text) {
        // IDNA maps look-alikes to ASCII (`＊` to `*`, `。` to `.`), and the URL parser lets most of
        // ASCII stand in a host: what comes out is held to the letters and length of a domain name.
        Ok(Host::Domain(name)) if name.len() > MAX_HOST_BYTES || !name.split('.').all(is_label) => {
            Err(refused())
        }
        Ok(host) => Ok(host),
        Err(_reason) => Err(refused()),
    }
}

/// Whether a host is this machine itself: `localhost` and what is below it (RFC 6761 §6.3), and the two
/// addresses of RFC 8252 §7.3.
fn is_loopback(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => *address == Ipv4Addr::LOCALHOST,
        Host::Ipv6(address) => *address == Ipv6Addr::LOCALHOST,
    }
}

/// The longest name there can be (RFC 1035 §2.3.4).
const MAX_HOST_BYTES: usize = 253;

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Serialized::Web(web) => web.fmt(f),
            Serialized::App(app) => app.fmt(f),
        }
    }
}

impl fmt::Display for WebOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host)?;
        if self.port == self.scheme.default_port() {
            Ok(())
        } else {
            write!(f, ":{}", self.port)
        }
    }
}
