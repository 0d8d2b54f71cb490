//! What every function's handlers share.

use crate::settings::Settings;
use hallpass_core::{Catalog, Clock, Issuer, Random, TokenContext, UnixMillis};
use hallpass_recording::Recorder;
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
    recorder: Recorder,
    flushes_during_requests: bool,
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
        let store = Store::new(dynamodb, settings.table.as_str()).writing(settings.schema_version);
        Self::on(store, settings, clock, random)
    }

    /// The same on a store that is there already.
    #[must_use]
    pub fn on(
        store: Store,
        settings: &Settings,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        let catalog = Arc::new(settings.catalog.clone());
        let validator = Validator::new(
            Arc::clone(&catalog),
            settings.issuer.clone(),
            store.clone(),
            Arc::clone(&clock),
        );
        Self(Arc::new(Deployment {
            catalog,
            issuer: settings.issuer.clone(),
            audience: settings.audience.as_deref().map(Arc::from),
            store,
            validator,
            random,
            clock,
            recorder: Recorder::default(),
            flushes_during_requests: false,
        }))
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> UnixMillis {
        self.clock.now()
    }

    /// The same platform, which flushes what it has gathered while requests are under way: as on
    /// Lambda, where nothing runs between them.
    #[must_use]
    pub fn flushing_during_requests(mut self) -> Self {
        self.flushes_during_requests = true;
        self
    }

    /// Counts one use of a token: at which route, and how it was answered (`active`, or the code of a
    /// refusal).
    pub fn count_use(&self, context: &TokenContext, route: &str, outcome: &str, now: UnixMillis) {
        self.recorder.count_use(context, route, outcome, now);
    }

    /// Is called when an invocation begins: once a minute, starts a flush that runs beside it. Waits
    /// for nothing.
    pub fn begin_invocation(&self) {
        if self.flushes_during_requests && self.recorder.is_due(self.clock.moment()) {
            let platform = self.clone();
            tokio::spawn(async move {
                let random = Arc::clone(&platform.random);
                let now = platform.now();
                platform
                    .recorder
                    .flush_beside(&platform.store, random, now)
                    .await;
            });
        }
    }

    /// Writes all use that was gathered, and seals the audit logs of the environments in which this
    /// instance acted. Best effort: what is not written while the table is unavailable is kept for
    /// the next time.
    pub async fn flush(&self) {
        let random = Arc::clone(&self.random);
        self.recorder.flush(&self.store, random, self.now()).await;
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
