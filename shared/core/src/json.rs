//! Stricter reading of JSON than serde's own: objects from objects only, and no `null` for a field
//! that may be left out.

pub(crate) mod object;
pub(crate) mod present;
