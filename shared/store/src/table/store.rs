//! The handle of the table.

use super::error::StoreError;
use super::unsealed::Unsealed;
use super::version::Versions;
use hallpass_core::{SchemaVersion, Tenant, UnixMillis};
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

    /// The same table, in which nothing newer than `version` is written: while functions are still
    /// running that do not read more.
    #[must_use]
    pub fn writing(mut self, version: SchemaVersion) -> Self {
        self.versions = self.versions.writing(version);
        self
    }

    /// The same table, as a function of before sees it, that knows nothing newer than `version`.
    #[must_use]
    pub fn knowing(self, version: SchemaVersion) -> Self {
        Self {
            versions: Versions::up_to(version),
            ..self
        }
    }

    /// Whether this code knows a version of a row or of claims.
    ///
    /// # Errors
    /// Where it is newer: what it says cannot be told in part.
    pub fn may_read(&self, version: SchemaVersion) -> Result<(), StoreError> {
        self.versions.may_read(version)
    }

    /// Whether a version of a row or of claims may be written yet.
    ///
    /// # Errors
    /// Where functions may still be running that do not know it.
    pub fn may_write(&self, version: SchemaVersion) -> Result<(), StoreError> {
        self.versions.may_write(version)
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
