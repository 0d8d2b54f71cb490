//! The law of a token that is rotated or changed: its maker covers it as it is and as it will be.

use super::error::IssueError;
use super::maker::Maker;
use super::rules;
use crate::catalog::Catalog;
use crate::catalog::kind::Kind;
use crate::issue::bounds::{Bounds, BoundsError};
use crate::origin::address::{IpRule, IpRules};
use crate::origin::rule::{OriginRules, WrittenOriginRule};
use crate::time::UnixMillis;
use crate::token::record::TokenRecord;
use serde::{Deserialize, Deserializer};
use thiserror::Error;

/// Why a token is not rotated or changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ChangeError {
    /// It is revoked.
    #[error("the token was revoked: mint another")]
    Revoked,
    /// It has expired.
    #[error("the token has expired: mint another")]
    Expired,
    /// The catalog no longer has its kind.
    #[error("the token's kind is no longer in the catalog: mint one of another kind")]
    KindGone,
    /// It speaks for another principal.
    #[error(
        "the token speaks for another principal, and the calling token lacks `tokens:impersonate`"
    )]
    Impersonation,
    /// It reaches beyond the maker.
    #[error(transparent)]
    NotCovered(BoundsError),
    /// It would become what its kind or the maker's bounds refuse.
    #[error(transparent)]
    Becomes(#[from] IssueError),
}

/// A change of a field that can be removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Edit<T> {
    /// It is left out and stays as it is.
    #[default]
    Keep,
    /// It is `null` and is removed.
    Remove,
    /// It becomes this.
    Set(T),
}

impl<T> Edit<T> {
    /// Whether the field stays as it is.
    #[must_use]
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Edit<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Remove, Self::Set))
    }
}

/// The bounds of a token that a request changes.
#[derive(Clone, Debug, Default)]
pub struct ChangeRequest {
    /// Where a browser may use it from.
    pub origins: Edit<Vec<WrittenOriginRule>>,
    /// Which addresses may use it.
    pub ips: Edit<Vec<IpRule>>,
}

/// A valid token whose kind is known and which the maker covers. Only [`CoveredToken::of`] creates
/// one.
#[derive(Clone, Copy, Debug)]
pub struct CoveredToken<'a> {
    catalog: &'a Catalog,
    maker: Maker<'a>,
    record: &'a TokenRecord,
    kind: &'a Kind,
}

/// Whether the maker covers everything that a token can do.
///
/// # Errors
/// [`ChangeError::Impersonation`] or [`ChangeError::NotCovered`].
pub fn covered(
    catalog: &Catalog,
    maker: Maker<'_>,
    record: &TokenRecord,
) -> Result<(), ChangeError> {
    match maker.check_principal(catalog, record.principal) {
        Ok(()) => {}
        Err(IssueError::Bounds(refused)) => return Err(ChangeError::NotCovered(refused)),
        Err(_impersonation) => return Err(ChangeError::Impersonation),
    }
    covers(catalog, maker, record, &record.bounds()).map_err(ChangeError::NotCovered)
}

impl<'a> CoveredToken<'a> {
    /// The token, if it is alive, its kind is known, and the maker covers it as it is.
    ///
    /// # Errors
    /// The first that does not hold.
    pub fn of(
        catalog: &'a Catalog,
        maker: Maker<'a>,
        record: &'a TokenRecord,
        now: UnixMillis,
    ) -> Result<Self, ChangeError> {
        if record.revoked_at.is_some() {
            return Err(ChangeError::Revoked);
        }
        let expiry = record.expires_at;
        if expiry.is_some_and(|expiry| now >= expiry.millis()) {
            return Err(ChangeError::Expired);
        }
        covered(catalog, maker, record)?;
        let kind = catalog.kind(&record.kind).ok_or(ChangeError::KindGone)?;
        Ok(Self {
            catalog,
            maker,
            record,
            kind,
        })
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> &'a Kind {
        self.kind
    }

    /// Its origins and addresses after a change, where the kind may have these and the maker covers
    /// the token as it will be.
    ///
    /// # Errors
    /// What the kind or the maker's bounds refuse.
    pub fn changed(&self, request: ChangeRequest) -> Result<(OriginRules, IpRules), IssueError> {
        let none = OriginRules::default;
        let origins = match request.origins {
            Edit::Keep => self.record.origins.clone(),
            Edit::Remove => rules::origins(self.kind, None, none())?,
            Edit::Set(origins) => rules::origins(self.kind, Some(origins), none())?,
        };
        let ips = match request.ips {
            Edit::Keep => self.record.ips.clone(),
            Edit::Remove => IpRules::default(),
            Edit::Set(ips) => rules::ips(Some(ips), IpRules::default())?,
        };
        let after = Bounds {
            origins: &origins,
            ips: &ips,
            ..self.record.bounds()
        };
        covers(self.catalog, self.maker, self.record, &after)?;
        Ok((origins, ips))
    }
}

/// Whether the maker covers these bounds. For a token of a `live` kind and the maker's own principal,
/// the principal's current rights are not checked here: they are, whenever the token is used.
fn covers(
    catalog: &Catalog,
    maker: Maker<'_>,
    record: &TokenRecord,
    bounds: &Bounds<'_>,
) -> Result<(), BoundsError> {
    let is_live = catalog.kind(&record.kind).is_some_and(|kind| kind.live);
    let own = maker.principal() == Some(record.principal);
    maker.covers(catalog, bounds, is_live && own)
}
