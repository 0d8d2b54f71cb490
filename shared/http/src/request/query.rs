//! Query parameters, as request types read them.

use crate::caller::credential::is_credentials;
use crate::reply::error_code::ErrorCode;
use crate::reply::problem::Problem;
use crate::request::value::Value;
use axum::extract::FromRequestParts;
use hallpass_core::Catalog;
use hallpass_runtime::Platform;
use http::request::Parts;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

/// How many things a page of a list holds: 1 to 100, and 100 if nothing is said.
#[derive(Clone, Copy, Debug)]
pub struct Limit(u8);

impl Limit {
    const MOST: u8 = 100;
}

impl Default for Limit {
    fn default() -> Self {
        Self(Self::MOST)
    }
}

impl From<Limit> for u8 {
    fn from(limit: Limit) -> Self {
        limit.0
    }
}

impl From<Limit> for u32 {
    fn from(limit: Limit) -> Self {
        limit.0.into()
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let limit = text.parse().ok();
        let limit = limit.filter(|limit| (1..=Self::MOST).contains(limit));
        limit.map(Self).ok_or_else(|| {
            let most = Self::MOST;
            D::Error::custom(format_args!("`{text}` is no whole number from 1 to {most}"))
        })
    }
}

/// The parameters of the request's query, as a request type.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> Query<T> {
    /// Reads what stands after a URL's `?`. The parameter of a credential, which the catalog's kinds
    /// name, is none of the request type's.
    ///
    /// # Errors
    /// 422 that names the parameter which is unknown, there twice or not what it should be.
    pub fn read(query: Option<&str>, catalog: &Catalog) -> Result<Self, Problem> {
        let parameters = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .filter(|(name, _)| !is_credentials(catalog, name))
            .map(|(name, text)| (name.into_owned(), Value::Parameter(text.into_owned())));
        let code = ErrorCode::InvalidQuery;
        T::deserialize(Value::Object(parameters.collect()))
            .map(Self)
            .map_err(|misfit| misfit.into_problem(code, code))
    }
}

impl<T: DeserializeOwned> FromRequestParts<Platform> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        Self::read(parts.uri.query(), &platform.catalog)
    }
}
