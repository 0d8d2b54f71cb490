//! What a client is answered: problems (RFC 9457), tokens as the API shows them, how far a closing
//! has come.

pub(crate) mod closing;
pub(crate) mod error_code;
pub(crate) mod issuing;
pub(crate) mod problem;
pub(crate) mod token_view;
