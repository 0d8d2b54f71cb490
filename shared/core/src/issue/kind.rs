//! The kind of a new token: which ones may be minted, derived, or given to visitors of shares.

use super::error::IssueError;
use super::maker::Maker;
use crate::catalog::Catalog;
use crate::catalog::kind::{Kind, KindName};

/// A kind that tokens are issued as by the way that was taken: minted, derived, given to visitors of
/// a shared model, or the deployment's own. Only these functions build one.
#[derive(Clone, Copy, Debug)]
pub struct IssuedKind<'a>(&'a Kind);

impl<'a> IssuedKind<'a> {
    /// An opaque kind of this name, to be minted.
    ///
    /// # Errors
    /// Where the catalog has no such kind, or it is derived.
    pub fn minted(catalog: &'a Catalog, name: &KindName) -> Result<Self, IssueError> {
        let kind = catalog.kind(name).ok_or_else(|| {
            let known = catalog.kinds().filter(|kind| kind.prefix().is_some());
            let known: Vec<String> = known.map(|kind| format!("`{}`", kind.name)).collect();
            IssueError::UnknownKind {
                given: name.clone(),
                known: known.join(", "),
            }
        })?;
        if kind.prefix().is_none() {
            return Err(IssueError::KindIsDerived(kind.name.clone()));
        }
        Ok(Self(kind))
    }

    /// The kind of JWT of this name that the maker's kind derives; the first that it does if absent.
    ///
    /// # Errors
    /// Where it derives nothing, or not this one.
    pub fn derived(
        catalog: &'a Catalog,
        maker: &Maker<'_>,
        name: Option<&KindName>,
    ) -> Result<Self, IssueError> {
        let by = maker.kind().ok_or(IssueError::NoMaker)?;
        let derives = catalog.kind(by).map_or(&[][..], |kind| &kind.derives);
        let first = derives.first().filter(|_| maker.parent().is_some());
        let first = first.ok_or_else(|| IssueError::DerivesNothing(by.clone()))?;
        let name = name.unwrap_or(first);
        let kind = derives.contains(name).then(|| catalog.kind(name)).flatten();
        kind.map(Self).ok_or_else(|| {
            let known: Vec<String> = derives.iter().map(|kind| format!("`{kind}`")).collect();
            IssueError::KindNotDerived {
                by: by.clone(),
                given: name.clone(),
                known: known.join(", "),
            }
        })
    }

    /// The kind of JWT that visitors of shared models are given; `None` where the platform shares no
    /// models.
    #[must_use]
    pub fn of_shares(catalog: &'a Catalog) -> Option<Self> {
        let policy = catalog.shares()?;
        catalog.kind(&policy.kind).map(Self)
    }

    /// The built-in kind of the operator's own token.
    #[must_use]
    pub fn management(catalog: &'a Catalog) -> Option<Self> {
        catalog.management().map(Self)
    }

    /// The kind's rules.
    #[must_use]
    pub fn rules(self) -> &'a Kind {
        self.0
    }
}
