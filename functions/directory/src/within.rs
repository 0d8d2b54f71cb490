//! Where a user, service account or group lives, as a request names it: the caller's own account
//! and environment where it names none.

use hallpass_core::{AccountId, EnvironmentName};
use hallpass_http::Limit;
use serde::Deserialize;
use utoipa::IntoParams;

/// An account and an environment that the caller reaches.
#[derive(Clone, Debug)]
pub(crate) struct Within {
    pub(crate) account: AccountId,
    pub(crate) environment: EnvironmentName,
}

/// The query of a route about one thing.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WithinQuery {
    pub(crate) account: Option<AccountId>,
    pub(crate) environment: Option<EnvironmentName>,
}

/// The query of a list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    pub(crate) account: Option<AccountId>,
    pub(crate) environment: Option<EnvironmentName>,
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    pub(crate) limit: Option<Limit>,
    /// Of another form in each list: each route describes its own.
    #[param(ignore)]
    pub(crate) cursor: Option<String>,
}

/// One page of a list, as it is asked for.
pub(crate) struct Page<C> {
    pub(crate) within: Within,
    pub(crate) limit: u32,
    pub(crate) cursor: Option<C>,
}
