//! What every function's handlers share.

use crate::settings::Settings;
use hallpass_core::{Catalog, Clock, Issuer, Random, UnixMillis};
use hallpass_store::Store;
use hallpass_validation::Validator;
use std::sync::Arc;

/// One deployment, as its handlers see it. Cloning shares everything.
#[derive(Clone, Debug)]
pub struct Platform {
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
    clock: Arc<dyn Clock>,
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
        Self {
            catalog,
            issuer: settings.issuer.clone(),
            audience: settings.audience.as_deref().map(Arc::from),
            store,
            validator,
            random,
            clock,
        }
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> UnixMillis {
        self.clock.now()
    }
}
