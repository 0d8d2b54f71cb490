//! Queries: the tenant that a request names, and the page of a list.

use hallpass_core::{AccountId, EnvironmentName, Tenant};
use hallpass_http::Limit;
use serde::Deserialize;
use utoipa::IntoParams;

/// The query of a route about one thing.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TenantQuery {
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
    pub(crate) tenant: Tenant,
    pub(crate) limit: u32,
    pub(crate) cursor: Option<C>,
}
