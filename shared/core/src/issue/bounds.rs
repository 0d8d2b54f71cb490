//! Bounds: how far a token reaches. A token covers every token that it makes or changes.

use crate::id::Principal;
use crate::origin::address::IpRules;
use crate::origin::rule::OriginRules;
use crate::scope::coverage::Implications;
use crate::scope::set::{ScopeSet, UncoveredScope};
use crate::time::UnixSeconds;
use thiserror::Error;

/// How far a token reaches, besides its account and environment.
#[derive(Clone, Copy, Debug)]
pub struct Bounds<'a> {
    /// What it may do.
    pub scopes: &'a ScopeSet,
    /// Where a browser may use it from.
    pub origins: &'a OriginRules,
    /// Which addresses may use it.
    pub ips: &'a IpRules,
    /// When it expires; never if absent.
    pub expires_at: Option<UnixSeconds>,
}

/// In what a token reaches beyond the one that makes, rotates or changes it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BoundsError {
    /// A scope the maker does not hold.
    #[error("the calling token does not hold `{}`, so it cannot give it", .0.scope)]
    Scope(UncoveredScope),
    /// An origin the maker may not be used from; `None` where there is no rule at all.
    #[error("{}", outside("origins", .0.as_deref()))]
    Origin(Option<String>),
    /// An address the maker may not be used from; `None` where there is no rule at all.
    #[error("{}", outside("addresses", .0.as_deref()))]
    Address(Option<String>),
    /// Speaks for another principal than the maker, whose own has rights of its own.
    #[error(
        "the calling token speaks for `{0}`, whose rights bound all that it makes: what it makes speaks for the same one"
    )]
    Principal(Principal),
    /// Lives longer than the maker.
    #[error("the calling token expires earlier than this one would")]
    Expiry,
}

fn outside(what: &str, rule: Option<&str>) -> String {
    match rule {
        Some(rule) => format!("`{rule}` lies outside the {what} the calling token is bound to"),
        None => format!("the calling token is bound to {what}, and this one would not be"),
    }
}

impl Bounds<'_> {
    /// Whether these bounds cover all of `inner`: scopes, origins, addresses and expiry.
    ///
    /// # Errors
    /// Names the first thing that they do not cover.
    pub fn covers(
        &self,
        inner: &Bounds<'_>,
        implications: &Implications,
    ) -> Result<(), BoundsError> {
        self.scopes
            .covers_all(inner.scopes, implications)
            .map_err(BoundsError::Scope)?;
        if let Some(rule) = self.origins.uncovered(inner.origins) {
            return Err(BoundsError::Origin(rule.map(ToString::to_string)));
        }
        if let Some(rule) = self.ips.uncovered(inner.ips) {
            return Err(BoundsError::Address(rule.map(ToString::to_string)));
        }
        match (self.expires_at, inner.expires_at) {
            (Some(_), None) => Err(BoundsError::Expiry),
            (Some(outer), Some(inner)) if inner > outer => Err(BoundsError::Expiry),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, BoundsError};
    use crate::{Implications, IpRules, OriginRules, ScopeSet, UnixSeconds};

    fn bounds<'a>(
        scopes: &'a ScopeSet,
        rules: (&'a OriginRules, &'a IpRules),
        expires_at: Option<u64>,
    ) -> Bounds<'a> {
        let expires_at = expires_at.map(UnixSeconds);
        Bounds {
            scopes,
            origins: rules.0,
            ips: rules.1,
            expires_at,
        }
    }

    #[test]
    fn s51_every_bound_holds() {
        let set = |text: &str| ScopeSet::new(vec![text.parse().unwrap()]).unwrap();
        let (read, write) = (set("floor:read"), set("floor:write"));
        let everywhere = (OriginRules::default(), IpRules::default());
        let somewhere = (
            OriginRules(vec!["a.com".parse().unwrap()]),
            IpRules(vec!["203.0.113.0/24".parse().unwrap()]),
        );
        let elsewhere = (
            OriginRules(vec!["b.com".parse().unwrap()]),
            IpRules(vec!["198.51.100.0/24".parse().unwrap()]),
        );
        let free = (&everywhere.0, &everywhere.1);
        let outer = bounds(&read, (&somewhere.0, &somewhere.1), Some(100));
        let covers = |inner: &Bounds<'_>| outer.covers(inner, &Implications::default());
        assert_eq!(covers(&outer), Ok(()));
        assert_eq!(
            covers(&bounds(&read, (&somewhere.0, &somewhere.1), Some(99))),
            Ok(())
        );
        for (inner, expected) in [
            (
                bounds(&read, (&somewhere.0, &somewhere.1), Some(101)),
                BoundsError::Expiry,
            ),
            (
                bounds(&read, (&somewhere.0, &somewhere.1), None),
                BoundsError::Expiry,
            ),
            (
                bounds(&read, (free.0, &somewhere.1), Some(100)),
                BoundsError::Origin(None),
            ),
            (
                bounds(&read, (&somewhere.0, free.1), Some(100)),
                BoundsError::Address(None),
            ),
            (
                bounds(&read, (&elsewhere.0, &somewhere.1), Some(100)),
                BoundsError::Origin(Some("https://b.com".to_owned())),
            ),
            (
                bounds(&read, (&somewhere.0, &elsewhere.1), Some(100)),
                BoundsError::Address(Some("198.51.100.0/24".to_owned())),
            ),
        ] {
            assert_eq!(covers(&inner), Err(expected));
        }
        let wider = bounds(&write, (&somewhere.0, &somewhere.1), Some(100));
        assert!(matches!(covers(&wider), Err(BoundsError::Scope(_))));
        let unbound = bounds(&read, free, None);
        assert_eq!(unbound.covers(&outer, &Implications::default()), Ok(()));
    }
}
