//! What is asked of a token.

use crate::wanted::Wanted;
use hallpass_core::{Catalog, EnvironmentName, MAX_SCOPES, Scope, present};
use hallpass_http::{ErrorCode, Problem};
use serde::Deserialize;
use std::net::IpAddr;
use utoipa::ToSchema;

/// How many scopes are answered one by one.
const MAX_EACH: usize = 100;

/// The body of `POST /v1/tokens/validate`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ValidateRequest {
    pub(crate) token: String,
    /// One scope, or a list of which all are required.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Wanted>, nullable = false)]
    scope: Option<Wanted>,
    /// Whether every scope is answered by itself as well, of up to 100.
    #[serde(default)]
    pub(crate) each: bool,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub(crate) environment: Option<EnvironmentName>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub(crate) origin: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, format = "ip", nullable = false)]
    pub(crate) ip: Option<IpAddr>,
}

impl ValidateRequest {
    /// The scopes asked for, as the catalog knows them.
    pub(crate) fn scopes(&self, catalog: &Catalog) -> Result<Vec<Scope>, Problem> {
        let Some(Wanted(scopes)) = &self.scope else {
            if self.each {
                let detail =
                    "there is no scope to answer: name some in `scope`, or leave `each` out";
                return Err(Problem::invalid("each", ErrorCode::EmptyScopes, detail));
            }
            return Ok(Vec::new());
        };
        if scopes.is_empty() {
            let detail =
                "an empty list asks for nothing: name at least one scope, or leave `scope` out";
            return Err(Problem::invalid("scope", ErrorCode::EmptyScopes, detail));
        }
        let most = if self.each { MAX_EACH } else { MAX_SCOPES };
        if scopes.len() > most {
            let detail = format!("at most {most} scopes can be asked for at once");
            return Err(Problem::invalid("scope", ErrorCode::TooMany, detail));
        }
        scopes
            .iter()
            .map(|scope| catalog.resolve(scope))
            .collect::<Result<_, _>>()
            .map_err(|error| Problem::invalid("scope", ErrorCode::UnknownScope, error.to_string()))
    }
}
