//! The handle of the table.

use super::unsealed::Unsealed;
use super::version::Versions;
use hallpass_core::{Tenant, UnixMillis};
use std::sync::Arc;
use std::time::Duration;

/// The table, and the client that talks to it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) client: aws_sdk_dynamodb::Client,
    pub(super) table: Arc<str>,
    pub(super) patience: Duration,
    pub(super) unsealed: Arc<Unsealed>,
    pub(super) versions: Versions,
}

/// How long one operation may lose to other writers before it is an outage.
const PATIENCE: Duration = Duration::from_secs(3);

impl Store {
    /// The table of this name, which must exist.
    pub fn new(client: aws_sdk_dynamodb::Client, table: impl Into<Arc<str>>) -> Self {
        Self {
            client,
            table: table.into(),
            patience: PATIENCE,
            unsealed: Arc::default(),
            versions: Versions::default(),
        }
    }

    /// The same table, with another time than three seconds in which one operation may lose to
    /// other writers of the same rows before it is an outage.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The environments in which this instance acted, each with the time of its latest act there
    /// that is not known to be sealed.
    #[must_use]
    pub fn unsealed(&self) -> Vec<(Tenant, UnixMillis)> {
        self.unsealed.all()
    }

    /// Forgets an environment, unless there was an act in it since `at`.
    pub fn note_sealed(&self, tenant: &Tenant, at: UnixMillis) {
        self.unsealed.remove(tenant, at);
    }
}
