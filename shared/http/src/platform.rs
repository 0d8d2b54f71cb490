//! What every function's handlers share.

use crate::activity::Activity;
use crate::settings::Settings;
use hallpass_core::{Catalog, Clock, Evidence, Issuer, Random, UnixMillis};
use hallpass_store::Store;
use hallpass_validation::Validator;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// One deployment, as its handlers see it. Cloning shares it: every request has a clone.
#[derive(Clone, Debug)]
pub struct Platform(Arc<Deployment>);

/// What a deployment is made of.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The platform's policy.
    pub catalog: Arc<Catalog>,
    /// The issuer URL.
    pub issuer: Issuer,
    /// Who besides us may rely on a JWT, where offline checks suffice.
    pub audience: Option<Arc<str>>,
    /// The table.
    pub store: Store,
    /// Validation.
    pub validator: Validator,
    /// Where random bytes come from.
    pub random: Arc<dyn Random>,
    /// Where the present comes from.
    pub clock: Arc<dyn Clock>,
    activity: Arc<Activity>,
    flushes_beside: bool,
}

impl Platform {
    /// Puts a deployment together; nothing is read yet.
    #[must_use]
    pub fn new(
        settings: &Settings,
        dynamodb: aws_sdk_dynamodb::Client,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        let catalog = Arc::new(settings.catalog.clone());
        let store = Store::new(dynamodb, settings.table.as_str());
        let validator =
            Validator::new(Arc::clone(&catalog), settings.issuer.clone(), store.clone());
        Self(Arc::new(Deployment {
            catalog,
            issuer: settings.issuer.clone(),
            audience: settings.audience.as_deref().map(Arc::from),
            store,
            validator,
            random,
            clock,
            activity: Arc::default(),
            flushes_beside: false,
        }))
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> UnixMillis {
        self.clock.now()
    }

    /// The same platform, which writes down beside the requests what it gathered of them: as on
    /// Lambda, where nothing runs between them.
    #[must_use]
    pub fn flushing_beside(mut self) -> Self {
        self.flushes_beside = true;
        self
    }

    /// Counts one use of a token that was found good.
    pub fn note_use(&self, evidence: &Evidence, now: UnixMillis) {
        self.activity.note(evidence, now);
    }

    /// What is done at the start of an invocation, to run beside it: once a minute, what was
    /// gathered is written down. Waits for nothing.
    pub fn begin_invocation(&self) {
        if self.flushes_beside && self.activity.is_due(self.now()) {
            let platform = self.clone();
            tokio::spawn(async move { platform.write_down_and_seal().await });
        }
    }

    /// Writes down all use that was gathered, and seals the audit logs of where this instance
    /// acted; best effort, and kept for the next time where the table is not to be had.
    pub async fn flush(&self) {
        let platform = self.clone();
        // A task of its own: whoever waits may go away, and what was taken from memory must not.
        let flushed = tokio::spawn(async move { platform.write_down_and_seal().await });
        if let Err(panicked) = flushed.await {
            tracing::error!(error = %panicked, "use is not written down");
        }
    }

    /// The same of use alone.
    pub async fn flush_use(&self) {
        let (activity, store) = (Arc::clone(&self.activity), self.store.clone());
        let flushed = tokio::spawn(async move { activity.write_down(&store).await });
        if let Err(panicked) = flushed.await {
            tracing::error!(error = %panicked, "use is not written down");
        }
    }

    async fn write_down_and_seal(&self) {
        self.activity.write_down(&self.store).await;
        self.activity.seal(&self.store, self.now()).await;
    }
}

impl Deref for Platform {
    type Target = Deployment;

    fn deref(&self) -> &Deployment {
        &self.0
    }
}

/// What is changed is changed for this clone alone.
impl DerefMut for Platform {
    fn deref_mut(&mut self) -> &mut Deployment {
        Arc::make_mut(&mut self.0)
    }
}
