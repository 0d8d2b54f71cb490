//! The scopes that a request asks for: one, or a list.

use hallpass_core::{MAX_SCOPES, WrittenScope};
use serde::{Deserialize, Deserializer, de};
use std::fmt;
use utoipa::openapi::schema::{ArrayBuilder, OneOfBuilder};
use utoipa::openapi::{RefOr, Schema};

/// One scope, or a list of which all are required.
pub(crate) struct Wanted(pub(crate) Vec<WrittenScope>);

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

impl utoipa::PartialSchema for Wanted {
    fn schema() -> RefOr<Schema> {
        let scopes = ArrayBuilder::new()
            .items(<WrittenScope as utoipa::PartialSchema>::schema())
            .min_items(Some(1))
            .max_items(Some(MAX_SCOPES));
        let either = OneOfBuilder::new()
            .item(<WrittenScope as utoipa::PartialSchema>::schema())
            .item(scopes);
        RefOr::T(either.into())
    }
}

impl utoipa::ToSchema for Wanted {}
