//! The cold start of a function: its settings, its clients and the platform that they make.

use crate::aws::Aws;
use crate::clock::SystemClock;
use crate::log::log_lines;
use crate::platform::Platform;
use crate::random::SystemRandom;
use crate::settings::{Settings, SettingsError, variable};
use hallpass_core::Catalog;
use hallpass_keys::Signer;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Why a function did not start, or stopped.
pub type StartError = Box<dyn Error + Send + Sync>;

/// How long a start waits for what the first call would have to wait for otherwise.
const WARM_WITHIN: Duration = Duration::from_millis(700);

/// A function's settings and clients, made once, at its cold start.
#[derive(Debug)]
pub struct Wiring {
    settings: Settings,
    aws: Aws,
}

impl Wiring {
    /// Reads the environment and prepares the clients; calls nothing. The catalog is the one that
    /// `find_catalog` finds under the name that the environment says.
    ///
    /// # Errors
    /// Names what is wrong with the environment.
    pub fn from_environment<E: Into<Box<dyn Error + Send + Sync>>>(
        find_catalog: impl FnOnce(&str) -> Result<Catalog, E>,
    ) -> Result<Self, SettingsError> {
        log_lines(std::io::stdout, LevelFilter::INFO).init();
        let settings = Settings::from_lookup(variable, find_catalog)?;
        Ok(Self {
            settings,
            aws: Aws::from_lookup(variable)?,
        })
    }

    /// What the deployment sets.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The platform on the machine's clock and randomness.
    #[must_use]
    pub fn platform(&self) -> Platform {
        Platform::new(
            &self.settings,
            self.aws.dynamodb(),
            Arc::new(SystemClock),
            Arc::new(SystemRandom),
        )
        .flushing_during_requests()
    }

    /// The same, with a connection to the table and the published keys in memory before the first call:
    /// while a function starts it has a whole CPU, and a fraction of one after that. What cannot be had
    /// within [`WARM_WITHIN`] is left to the first call.
    pub async fn warm_platform(&self) -> Platform {
        let platform = self.platform();
        let keys = platform.validator.read_keys(platform.clock.moment());
        if tokio::time::timeout(WARM_WITHIN, keys).await.is_err() {
            tracing::warn!("the table is slow: the first call reads the published keys");
        }
        platform
    }

    /// A signer that has its key, where it is one in memory, and a connection to KMS before the first call.
    pub async fn warm_signer(&self, platform: &Platform) -> Signer {
        let (store, issuer) = (platform.store.clone(), platform.issuer.clone());
        let signer = Signer::new(self.kms(), store, issuer);
        let warm = async {
            tokio::join!(
                signer.read_key(platform.clock.moment()),
                self.aws.open_kms()
            )
        };
        if tokio::time::timeout(WARM_WITHIN, warm).await.is_err() {
            tracing::warn!("the table or KMS is slow: the first call reads the signing key");
        }
        signer
    }

    /// KMS, for the functions that sign.
    #[must_use]
    pub fn kms(&self) -> aws_sdk_kms::Client {
        self.aws.kms()
    }
}
