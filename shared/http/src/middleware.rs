//! What stands around every route, whatever its handler does.

pub(crate) mod cors;
pub(crate) mod router;
