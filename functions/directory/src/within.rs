//! Where a user, service account or group lives, as a request names it: the caller's own account
//! and environment where it names none.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use hallpass_core::{AccountId, EnvironmentName};
use hallpass_http::{Caller, Problem};
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
    account: Option<AccountId>,
    environment: Option<EnvironmentName>,
}

/// The query of a list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    account: Option<AccountId>,
    environment: Option<EnvironmentName>,
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u8>,
    cursor: Option<String>,
}

/// One page of a list, as it is asked for.
pub(crate) struct Page<C> {
    pub(crate) within: Within,
    pub(crate) limit: u32,
    pub(crate) cursor: Option<C>,
}

pub(crate) type Asked<T> = Result<Query<T>, QueryRejection>;

impl Within {
    pub(crate) fn new(
        caller: &Caller,
        account: Option<AccountId>,
        environment: Option<EnvironmentName>,
    ) -> Result<Self, Problem> {
        let (account, environment) = caller.place(account, environment)?;
        Ok(Self {
            account,
            environment,
        })
    }

    pub(crate) fn of_query(caller: &Caller, query: Asked<WithinQuery>) -> Result<Self, Problem> {
        let query = Problem::of_query(query, "`account` and `environment`")?;
        Self::new(caller, query.account, query.environment)
    }
}

impl<C: std::str::FromStr> Page<C> {
    pub(crate) fn of_query(caller: &Caller, query: Asked<PageQuery>) -> Result<Self, Problem> {
        let known = "`account`, `environment`, `limit` and `cursor`";
        let query = Problem::of_query(query, known)?;
        let cursor = query.cursor.map(|cursor| {
            cursor.parse().map_err(|_not_a_cursor| {
                let detail = "`cursor` is the one of the page before, as it was given";
                Problem::invalid("cursor", "invalid_query", detail)
            })
        });
        Ok(Self {
            within: Within::new(caller, query.account, query.environment)?,
            limit: Problem::of_limit(query.limit)?,
            cursor: cursor.transpose()?,
        })
    }
}
