//! What is to be changed.

use crate::error::UpdateError;
use hallpass_core::{ChangeRequest, Edit, IpRule, Metadata, TokenName, WrittenOriginRule, present};
use hallpass_store::Changeable;
use serde::Deserialize;
use utoipa::ToSchema;

/// The body of `PATCH /v1/tokens/{id}`. What is left out stays; `null` takes the origins or
/// addresses away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub(crate) struct UpdateRequest {
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    name: Option<TokenName>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<WrittenOriginRule>>, min_items = 1, max_items = 100)]
    origins: Edit<Vec<WrittenOriginRule>>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<IpRule>>, min_items = 1, max_items = 100)]
    ips: Edit<Vec<IpRule>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    enabled: Option<bool>,
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
            && origins.is_keep()
            && ips.is_keep()
            && metadata.is_none()
            && enabled.is_none();
        if nothing {
            return Err(UpdateError::Nothing);
        }
        Ok(())
    }

    /// What it changes of how far the token reaches.
    pub(crate) fn bounds_change(&self) -> ChangeRequest {
        ChangeRequest {
            origins: self.origins.clone(),
            ips: self.ips.clone(),
        }
    }

    /// Changes the rest, which no rule asks for.
    pub(crate) fn apply_details(&self, to: &mut Changeable) {
        if let Some(name) = &self.name {
            to.name = name.clone();
        }
        if let Some(metadata) = &self.metadata {
            to.metadata = metadata.clone();
        }
        if let Some(enabled) = self.enabled {
            to.enabled = enabled;
        }
    }
}
