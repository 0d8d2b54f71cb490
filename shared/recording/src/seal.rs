//! The seals of the audit log.

use hallpass_core::UnixMillis;
use hallpass_store::{Store, StoreError};

/// Seals what this instance knows to be unsealed, where it is old enough at `now`.
pub(crate) async fn seal(store: &Store, now: UnixMillis) {
    for (tenant, at) in store.unsealed() {
        match store.seal(&tenant, now).await {
            Ok(Some(sealed_before)) if at < sealed_before => {
                store.note_sealed(&tenant, at);
            }
            // The latest act is too young, or there are many: the next time.
            Ok(_) => {}
            Err(error @ StoreError::Corrupt { .. }) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(account = %tenant.account, environment = %tenant.environment, error, "the last seal is invalid: verify the audit log");
            }
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "the audit log is sealed later");
                return;
            }
        }
    }
}
