//! A folder, whether it has a row or is there without one.

use hallpass_core::{FolderRecord, FolderRef, Path, Principal, Tenant, UnixSeconds};
use hallpass_http::{Platform, Problem};
use serde::Serialize;
use utoipa::ToSchema;

/// A folder as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Folder {
    pub(crate) id: FolderRef,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) parent: Option<FolderRef>,
    /// Its place, as scopes name it.
    pub(crate) path: Path,
    /// When it was made; the folders that are there without a row were not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) created_at: Option<UnixSeconds>,
}

impl From<FolderRecord> for Folder {
    fn from(record: FolderRecord) -> Self {
        Self {
            id: FolderRef::Made(record.id),
            name: record.name.into(),
            parent: record.parent,
            path: record.path,
            created_at: Some(record.created_at.seconds()),
        }
    }
}

/// Finds a folder.
pub(crate) async fn locate(
    platform: &Platform,
    tenant: &Tenant,
    folder: &FolderRef,
) -> Result<Folder, Problem> {
    let unknown = || Problem::not_found("folder");
    let name = match folder {
        FolderRef::Made(id) => {
            let record = platform.store.folder(tenant, id).await?;
            return record.map(Folder::from).ok_or_else(unknown);
        }
        FolderRef::Public => "Public".to_owned(),
        FolderRef::Home(user) => {
            platform.catalog.home().ok_or_else(unknown)?;
            let user = Principal::User(*user);
            let user = platform.store.open_principal(tenant, &user).await?;
            user.ok_or_else(unknown)?.name.to_string()
        }
    };
    Ok(Folder {
        id: *folder,
        name,
        parent: None,
        path: folder.path_at_top().map_err(Problem::internal)?,
        created_at: None,
    })
}
