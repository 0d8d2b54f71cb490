//! A share as the API shows it: whether it has a password, and nothing more of that.

use hallpass_core::{
    AccountId, EnvironmentName, ModelId, ScopeSet, ShareId, ShareRecord, UnixMillis, UnixSeconds,
};
use hallpass_store::Page;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = Share)]
pub(crate) struct ShareView {
    id: ShareId,
    model: ModelId,
    account: AccountId,
    environment: EnvironmentName,
    scopes: ScopeSet,
    has_password: bool,
    created_at: UnixSeconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    revoked_at: Option<UnixSeconds>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SharePage)]
pub(crate) struct PageView {
    shares: Vec<ShareView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cursor: Option<ShareId>,
}

impl From<ShareRecord> for ShareView {
    fn from(share: ShareRecord) -> Self {
        Self {
            id: share.id,
            model: share.model,
            account: share.account,
            environment: share.environment,
            scopes: share.scopes,
            has_password: share.password.is_some(),
            created_at: share.created_at.seconds(),
            revoked_at: share.revoked_at.map(UnixMillis::seconds),
        }
    }
}

impl From<Page<ShareRecord, ShareId>> for PageView {
    fn from(page: Page<ShareRecord, ShareId>) -> Self {
        Self {
            shares: page.items.into_iter().map(ShareView::from).collect(),
            cursor: page.next,
        }
    }
}
