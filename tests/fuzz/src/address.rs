//! Lines: address blocks, and last an address.

use crate::lines;
use hallpass_core::{IpRule, IpRules};
use std::net::IpAddr;

pub(crate) fn address(data: &[u8]) {
    let lines: Vec<&str> = lines(data).take(8).collect();
    let mut rules = Vec::new();
    for line in &lines {
        let Ok(rule) = line.parse::<IpRule>() else {
            continue;
        };
        let printed = rule.to_string();
        assert_eq!(printed.parse::<IpRule>(), Ok(rule), "{line}");
        let json = serde_json::to_string(&rule).unwrap();
        assert_eq!(serde_json::from_str::<IpRule>(&json).unwrap(), rule);
        holds_its_own(&printed, rule);
        rules.push(rule);
    }
    let address = lines.last().and_then(|line| line.parse::<IpAddr>().ok());
    for one in &rules {
        let outer = IpRules(vec![*one]);
        assert_eq!(outer.uncovered(&outer), None);
        for two in &rules {
            let inner = IpRules(vec![*two]);
            let within = outer.uncovered(&inner).is_none();
            if let Some(address) = address.filter(|_| within) {
                assert!(
                    !inner.covers(address) || outer.covers(address),
                    "{one} {two} {address}"
                );
            }
        }
    }
}

/// A block's first address lies in it, also where it is written as IPv6.
fn holds_its_own(printed: &str, rule: IpRule) {
    let first: IpAddr = printed.split('/').next().unwrap().parse().unwrap();
    let rules = IpRules(vec![rule]);
    assert!(rules.covers(first), "{printed}");
    if let IpAddr::V4(v4) = first {
        assert!(rules.covers(v4.to_ipv6_mapped().into()), "{printed}");
    }
}
