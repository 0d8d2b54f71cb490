//! Addresses: where a server token may be used from, as CIDR blocks (RFC 4632, RFC 4291).

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, net::IpAddr, str::FromStr};
use thiserror::Error;

/// A text that is not a valid address or block.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IpRuleError {
    /// Neither an address nor a block.
    #[error(
        "`{0}` is not an address or CIDR block: write `203.0.113.7`, `203.0.113.0/24` or `2001:db8::/32`"
    )]
    Syntax(String),
    /// Bits beyond the prefix length are set.
    #[error("`{given}` has bits beyond its prefix length: write `{meant}`")]
    HostBits {
        /// What was written.
        given: String,
        /// The block it lies in.
        meant: IpNet,
    },
}

/// One block of addresses a token may be used from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpRule(IpNet);

impl FromStr for IpRule {
    type Err = IpRuleError;

    fn from_str(text: &str) -> Result<Self, IpRuleError> {
        let net = text
            .parse::<IpNet>()
            .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
            .map_err(|_error| IpRuleError::Syntax(text.to_owned()))?;
        // A caller's mapped address counts as the IPv4 it is: a mapped block would hold nobody.
        if matches!(net, IpNet::V6(v6) if v6.prefix_len() >= 96 && v6.addr().to_ipv4_mapped().is_some())
        {
            return Err(IpRuleError::Syntax(text.to_owned()));
        }
        if net.trunc() == net {
            Ok(Self(net))
        } else {
            Err(IpRuleError::HostBits {
                given: text.to_owned(),
                meant: net.trunc(),
            })
        }
    }
}

impl fmt::Display for IpRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for IpRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for IpRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// The address rules of one token. An empty list covers every address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IpRules(pub Vec<IpRule>);

impl IpRules {
    /// Whether the token is bound to no address.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of the blocks covers `address`, or there are no blocks. An IPv4 address mapped into
    /// IPv6 counts as the IPv4 address it is.
    #[must_use]
    pub fn covers(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.is_empty() || self.0.iter().any(|rule| rule.0.contains(&address))
    }

    /// The first block of `inner` that these do not cover; `Some(None)` if `inner` has no blocks and
    /// these have some.
    #[must_use]
    pub fn uncovered<'a>(&self, inner: &'a Self) -> Option<Option<&'a IpRule>> {
        if self.is_empty() {
            None
        } else if inner.is_empty() {
            Some(None)
        } else {
            inner
                .0
                .iter()
                .find(|rule| !self.0.iter().any(|outer| outer.0.contains(&rule.0)))
                .map(Some)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{IpRule, IpRules};

    fn rules(texts: &[&str]) -> IpRules {
        IpRules(texts.iter().map(|text| text.parse().unwrap()).collect())
    }

    #[test]
    fn blocks_hold_addresses() {
        for (block, address, held) in [
            ("203.0.113.0/24", "203.0.113.7", true),
            ("203.0.113.0/24", "203.0.114.7", false),
            ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7", "203.0.113.8", false),
            ("203.0.113.0/24", "::ffff:203.0.113.7", true),
            ("2001:db8::/32", "2001:db8:1::7", true),
            ("2001:db8::/32", "2001:db9::7", false),
            ("0.0.0.0/0", "2001:db8::7", false),
        ] {
            assert_eq!(
                rules(&[block]).covers(address.parse().unwrap()),
                held,
                "{block} {address}"
            );
        }
    }

    #[test]
    fn what_is_no_block_is_refused() {
        for text in [
            "",
            "x",
            "203.0.113.7/24",
            "203.0.113.0/33",
            "203.0.113",
            "2001:db8::/129",
            // Addresses are compared as the IPv4 they are, so such a block would hold none.
            "::ffff:203.0.113.7",
            "::ffff:203.0.113.0/120",
            "*",
        ] {
            assert!(text.parse::<IpRule>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_child_stays_within_its_parents_addresses() {
        let parent = rules(&["203.0.113.0/24", "2001:db8::/32"]);
        assert_eq!(
            parent.uncovered(&rules(&["203.0.113.128/25", "2001:db8:1::/48"])),
            None
        );
        assert!(parent.uncovered(&rules(&["203.0.112.0/23"])).is_some());
        assert_eq!(parent.uncovered(&IpRules::default()), Some(None));
    }
}
