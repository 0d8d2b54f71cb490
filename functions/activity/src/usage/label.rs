//! What people call those who use tokens.

use hallpass_core::{Principal, Tenant};
use hallpass_http::{Platform, Problem};
use hallpass_store::RowKey;
use std::collections::{HashMap, HashSet};

/// The table takes no more keys at once.
const MOST_OF_A_BATCH: usize = 100;

/// The names of some principals of one environment.
#[derive(Debug, Default)]
pub(super) struct Labels(HashMap<Principal, String>);

impl Labels {
    /// Reads them, each once.
    pub(super) async fn read(
        platform: &Platform,
        tenant: &Tenant,
        principals: HashSet<Principal>,
    ) -> Result<Self, Problem> {
        let mut labels = HashMap::new();
        let (accounts, others): (Vec<Principal>, Vec<Principal>) = principals
            .into_iter()
            .partition(|principal| matches!(principal, Principal::Account(_)));
        for principal in accounts {
            // 3dverse: "The username in session monitoring will appear as
            // {org_name}_{app_name}_{env_name}".
            if let Some(row) = platform.store.account(&tenant.account).await? {
                let environment = tenant.environment.as_str().replace('/', "_");
                labels.insert(principal, format!("{}_{environment}", row.name.as_str()));
            }
        }
        for batch in others.chunks(MOST_OF_A_BATCH) {
            let keys: Vec<RowKey> = batch
                .iter()
                .map(|principal| RowKey::Principal {
                    tenant: tenant.clone(),
                    principal: *principal,
                })
                .collect();
            let rows = platform.store.rows(&keys).await?;
            for principal in batch {
                if let Some(record) = rows.principal(principal) {
                    labels.insert(*principal, record.name.to_string());
                }
            }
        }
        Ok(Self(labels))
    }

    /// Its name; none where its row is gone.
    pub(super) fn of(&self, principal: Principal) -> Option<String> {
        self.0.get(&principal).cloned()
    }
}
