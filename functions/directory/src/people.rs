//! Users and service accounts: who tokens speak for, besides the account itself.

pub(crate) mod close;
pub(crate) mod given;
pub(crate) mod service_account;
pub(crate) mod user;
