//! The one door for issuing: every token comes to be here, whatever the route.
//!
//! Two pure steps, since whose rights are needed is known only after kind and principal:
//! [`prepare`] holds the request against the kind's rules and the bounds of its [`Maker`], and says
//! in [`Prepared::needs`] whose rights have to be read; [`Prepared::issue`] takes those rights and
//! answers an [`Issuance`]. Nothing but an issuance becomes a [`NewToken`], which the store writes,
//! or a [`NewClaims`], which the signer signs.
//!
//! The law: what is issued lies within the scopes, environment, origins, addresses and expiry of
//! its maker and of what that came from, and within what its principal may do now. An explicit
//! wish is never clamped, an absent one is the kind's default or the maker's own. A token that is
//! rotated or changed is asked the same law, as it is and as it will be: [`covered`].

pub(crate) mod bounds;
mod change;
mod error;
mod issuance;
mod kind;
pub(crate) mod lifetime;
mod maker;
mod prepare;
mod request;
mod rights;
mod rules;

pub use change::{ChangeError, ChangeRequest, CoveredToken, Edit, covered};
pub use error::{IssueError, IssueField};
pub use issuance::{FormError, Issuance, NewClaims, NewToken, TokenDetails};
pub use kind::IssuedKind;
pub use maker::Maker;
pub use prepare::{Prepared, prepare};
pub use request::{IssueRequest, ScopeRequest};
pub use rights::{PrincipalRights, RightsNow};
pub use rules::MAX_SCOPES;
