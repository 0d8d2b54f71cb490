//! What is asked of a token.

use hallpass_core::{Catalog, EnvironmentName, MAX_SCOPES, Scope, WrittenScope, present};
use hallpass_http::Problem;
use serde::{Deserialize, Deserializer, de};
use std::fmt;
use std::net::IpAddr;
use utoipa::ToSchema;

/// The body of `POST /v1/tokens/validate`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ValidateRequest {
    pub(crate) token: String,
    /// One scope, or a list of which all are required.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Wanted>, nullable = false)]
    scope: Option<Wanted>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub(crate) environment: Option<EnvironmentName>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub(crate) origin: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, nullable = false)]
    pub(crate) ip: Option<IpAddr>,
}

/// One scope, or a list of which all are required.
pub(crate) struct Wanted(Vec<WrittenScope>);

impl ValidateRequest {
    /// The scopes asked for, as the catalog knows them.
    pub(crate) fn scopes(&self, catalog: &Catalog) -> Result<Vec<Scope>, Problem> {
        let Some(Wanted(scopes)) = &self.scope else {
            return Ok(Vec::new());
        };
        if scopes.is_empty() {
            let detail =
                "an empty list asks for nothing: name at least one scope, or leave `scope` out";
            return Err(Problem::invalid("scope", "empty_scopes", detail));
        }
        if scopes.len() > MAX_SCOPES {
            let detail = format!("at most {MAX_SCOPES} scopes can be asked for at once");
            return Err(Problem::invalid("scope", "too_many", detail));
        }
        scopes
            .iter()
            .map(|scope| catalog.resolve(scope))
            .collect::<Result<_, _>>()
            .map_err(|error| Problem::invalid("scope", "unknown_scope", error.to_string()))
    }
}

impl<'de> Deserialize<'de> for Wanted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WantedVisitor)
    }
}

struct WantedVisitor;

impl<'de> de::Visitor<'de> for WantedVisitor {
    type Value = Wanted;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scope such as `\"resource:action\"`, or a list of them")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Wanted, E> {
        Ok(Wanted(vec![text.parse().map_err(E::custom)?]))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Wanted, A::Error> {
        let scope = WrittenScope::deserialize(de::value::MapAccessDeserializer::new(map))?;
        Ok(Wanted(vec![scope]))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Wanted, A::Error> {
        let mut scopes = Vec::new();
        while let Some(scope) = list.next_element()? {
            scopes.push(scope);
        }
        Ok(Wanted(scopes))
    }
}
