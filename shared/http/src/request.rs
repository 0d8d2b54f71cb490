//! What handlers read of a request, each with its own refusals: its JSON body, its query, the
//! parameters of its path, and the idempotency key.

pub(crate) mod body;
pub(crate) mod idempotency;
pub(crate) mod path;
pub(crate) mod query;

mod misfit;
mod value;
