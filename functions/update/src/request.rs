//! What is to be changed.

use crate::error::UpdateError;
use hallpass_core::{
    IpRule, Kind, Metadata, TermsError, TokenName, TokenRecord, WrittenOriginRule, changed_ips,
    changed_origins, present,
};
use hallpass_store::Changeable;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

/// The body of `PATCH /v1/tokens/{id}`. What is left out stays; `null` takes the origins or
/// addresses away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateRequest {
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    name: Option<TokenName>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<WrittenOriginRule>>)]
    origins: Edit<Vec<WrittenOriginRule>>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<IpRule>>)]
    ips: Edit<Vec<IpRule>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    enabled: Option<bool>,
}

/// What becomes of a field that can be taken away.
#[derive(Debug, Default)]
enum Edit<T> {
    /// It is left out.
    #[default]
    Keep,
    /// It is `null`.
    Remove,
    /// It is this.
    Set(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Edit<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Remove, Self::Set))
    }
}

impl UpdateRequest {
    /// It changes something.
    pub(crate) fn check(&self) -> Result<(), UpdateError> {
        let Self {
            name,
            origins,
            ips,
            metadata,
            enabled,
        } = self;
        let nothing = name.is_none()
            && matches!(origins, Edit::Keep)
            && matches!(ips, Edit::Keep)
            && metadata.is_none()
            && enabled.is_none();
        if nothing {
            return Err(UpdateError::Nothing);
        }
        Ok(())
    }

    /// What a token becomes by it.
    pub(crate) fn applied_to(
        &self,
        record: &TokenRecord,
        kind: &Kind,
    ) -> Result<Changeable, TermsError> {
        let mut to = Changeable::of(record);
        if let Some(name) = &self.name {
            to.name = name.clone();
        }
        match &self.origins {
            Edit::Keep => {}
            Edit::Remove => to.origins = changed_origins(kind, None)?,
            Edit::Set(origins) => to.origins = changed_origins(kind, Some(origins.clone()))?,
        }
        match &self.ips {
            Edit::Keep => {}
            Edit::Remove => to.ips = changed_ips(None)?,
            Edit::Set(ips) => to.ips = changed_ips(Some(ips.clone()))?,
        }
        if let Some(metadata) = &self.metadata {
            to.metadata = metadata.clone();
        }
        if let Some(enabled) = self.enabled {
            to.enabled = enabled;
        }
        Ok(to)
    }
}
