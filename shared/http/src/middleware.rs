//! What happens to every request and its reply, whatever the handler does: CORS, the request id, the
//! log, caught panics.

pub(crate) mod cors;
pub(crate) mod finish;
pub(crate) mod log;

mod request_id;
