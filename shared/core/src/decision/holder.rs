//! A holder: one token or share in the line that a presented token comes from.

use crate::catalog::Catalog;
use crate::catalog::kind::Kind;
use crate::issue::bounds::Bounds;
use crate::scope::Scope;

/// The bounds of a presented token or of its parent, and the kind that limits these.
pub(crate) struct Holder<'a> {
    /// The kind; none for a shared model, which is limited by the kind of what it gives.
    pub(crate) kind: Option<&'a Kind>,
    /// The bounds of the token or share itself.
    pub(crate) bounds: Bounds<'a>,
}

impl Holder<'_> {
    /// Whether both the holder's own scopes and its kind's cover `scope`.
    pub(crate) fn covers(&self, scope: &Scope, catalog: &Catalog) -> bool {
        let implications = catalog.implications();
        let by_kind = |kind: &Kind| kind.scopes.covers(scope, implications);
        self.bounds.scopes.covers(scope, implications) && self.kind.is_none_or(by_kind)
    }
}
