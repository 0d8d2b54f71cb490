//! Issuing: every token is created here, whatever the route.
//!
//! Two pure steps, since whose rights are needed is known only after kind and principal:
//! [`prepare`] checks the request against the kind's rules and the bounds of its [`Maker`], and says
//! in [`Prepared::needs`] whose rights have to be read; [`Prepared::issue`] takes those rights and
//! returns an [`Issuance`]. Nothing but an issuance becomes a [`NewToken`], which the store writes,
//! or a [`NewClaims`], which the signer signs.
//!
//! The law: maker and parent cover what is issued (scopes, environment, origins, addresses, expiry),
//! and so do the current rights of its principal. An explicit value is never clamped; an absent one
//! is the kind's default or the maker's own. The same law holds for a token that is rotated or
//! changed, as it is and as it will be: [`covered`].

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
