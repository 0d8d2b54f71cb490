//! One Hallpass for one test: its own table, keys, clock and proxies, on shared embedded services.

use crate::client::Call;
use crate::proxy::Proxy;
use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use axum::Router;
use hallpass_bootstrap::{BootstrapReply, BootstrapRequest, bootstrap};
use hallpass_core::{Clock, SchemaVersion, UnixMillis};
use hallpass_embedded::{Services, create_table, dynamodb_client, dynamodb_config, kms_config};
use hallpass_http::finish;
use hallpass_keys::{KeyMaker, KeySettings, KeySort, Signer, SigningMode};
use hallpass_runtime::{Platform, Settings, SystemRandom, timeouts};
use hallpass_store::Store;
use http::Method;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The issuer of every test's platform.
pub const ISSUER: &str = "https://tokens.example";

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock {
    now: AtomicU64,
    running_for: AtomicU64,
}

impl ManualClock {
    /// Moves into the future.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap();
        self.now.fetch_add(by, Ordering::SeqCst);
        self.running_for.fetch_add(by, Ordering::SeqCst);
    }

    /// Is set to an earlier time, as a machine's clock may be; no time passes.
    pub fn set_back(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap();
        self.now.fetch_sub(by, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.now.load(Ordering::SeqCst))
    }

    fn running_for(&self) -> Duration {
        Duration::from_millis(self.running_for.load(Ordering::SeqCst))
    }
}

/// One deployment.
pub struct Hallpass {
    /// Its functions' handlers, as `cargo dev` serves them.
    pub router: Router,
    /// What the handlers share.
    pub platform: Platform,
    /// The signer of its `temporary` function, holding the real key.
    pub signer: Signer,
    /// What makes its signing keys.
    pub keys: KeyMaker,
    /// Its KMS.
    pub kms_client: aws_sdk_kms::Client,
    /// Its DynamoDB, past the proxy.
    pub dynamodb_client: aws_sdk_dynamodb::Client,
    /// Its table.
    pub table: String,
    /// Between it and DynamoDB: counts calls and makes faults.
    pub dynamodb: Proxy,
    /// Between it and KMS.
    pub kms: Proxy,
    /// Its clock, which stands still.
    pub clock: Arc<ManualClock>,
    /// The operator's management token.
    pub root: String,
    /// The operator account's id.
    pub operator: String,
    timeouts: TimeoutConfig,
}

/// DynamoDB and KMS, shared by all tests of one binary.
async fn services() -> &'static Services {
    static SERVICES: OnceLock<Services> = OnceLock::new();
    if SERVICES.get().is_none() {
        // A second one, started by another test at the same moment, ends when it is dropped.
        let _ = SERVICES.set(Services::start(None).await.unwrap());
    }
    SERVICES.get().unwrap()
}

/// As often as a function tries, without its pauses.
fn tries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(3)
        .with_initial_backoff(Duration::from_millis(1))
}

/// How long a call waits where a test is not about waiting: on a busy machine a function's patience
/// would end, and its second try count as a call.
fn patience() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_timeout(Duration::from_mins(2))
        .build()
}

/// The SDK counts retries per process and service: without this, the faults of one test would end
/// the retries of the others.
fn own_partition() -> RetryPartition {
    RetryPartition::custom("a test's own")
        .token_bucket(TokenBucket::unlimited())
        .build()
}

fn through(kms: &Proxy, timeouts: TimeoutConfig) -> aws_sdk_kms::Client {
    let config = kms_config(kms.url())
        .retry_config(tries())
        .retry_partition(own_partition())
        .timeout_config(timeouts);
    aws_sdk_kms::Client::from_conf(config.build())
}

/// A key that private keys can be encrypted under.
pub async fn wrapping_key(kms: &aws_sdk_kms::Client) -> String {
    let made = kms.create_key().send().await.unwrap();
    made.key_metadata.unwrap().key_id
}

impl Hallpass {
    /// Starts a deployment with a catalog that ships.
    pub async fn start(catalog: &str) -> Self {
        Self::start_signing(catalog, KeySort::P256, false).await
    }

    /// The same with a signing key of this sort, wrapped or in KMS.
    pub async fn start_signing(catalog: &str, sort: KeySort, wrapped: bool) -> Self {
        static TABLES: AtomicU64 = AtomicU64::new(0);
        let services = services().await;
        let table = format!("hallpass-{}", TABLES.fetch_add(1, Ordering::SeqCst));
        let dynamodb_client = dynamodb_client(&services.dynamodb_url);
        create_table(&dynamodb_client, &table).await.unwrap();
        let dynamodb = Proxy::start(&services.dynamodb_url).await;
        let kms = Proxy::start(&services.kms_url).await;
        let client = aws_sdk_dynamodb::Client::from_conf(
            dynamodb_config(dynamodb.url())
                .retry_config(tries())
                .retry_partition(own_partition())
                .timeout_config(patience())
                .build(),
        );
        let kms_client = through(&kms, patience());
        let settings = Settings {
            schema_version: SchemaVersion::NEWEST,
            table: table.clone(),
            issuer: ISSUER.parse().unwrap(),
            audience: Some("https://api.example".to_owned()),
            stack: "test".to_owned(),
            catalog: hallpass_catalogs::embedded(catalog).unwrap().unwrap(),
        };
        let clock = Arc::new(ManualClock {
            now: AtomicU64::new(1_800_000_000_000),
            running_for: AtomicU64::new(0),
        });
        let platform = Platform::new(
            &settings,
            client,
            Arc::clone(&clock) as _,
            Arc::new(SystemRandom),
        );
        let (store, issuer) = (platform.store.clone(), platform.issuer.clone());
        let signer = Signer::new(kms_client.clone(), store, issuer.clone());
        let router = finish(hallpass_local::routes(&signer), &platform);
        let mode = match wrapped {
            true => SigningMode::Wrapped(wrapping_key(&kms_client).await),
            false => SigningMode::Direct,
        };
        let settings = KeySettings {
            sort,
            mode,
            ..KeySettings::default()
        };
        let keys = KeyMaker::new(kms_client.clone(), issuer, "test", settings)
            .with_patience(Duration::ZERO);
        let made = bootstrap(&platform, &keys, BootstrapRequest::default());
        let BootstrapReply { account, token, .. } = made.await.unwrap();
        let hallpass = Self {
            router,
            platform,
            signer,
            keys,
            kms_client,
            dynamodb_client,
            table,
            dynamodb,
            kms,
            clock,
            root: token.expose_secret().to_owned(),
            operator: account.to_string(),
            timeouts: patience(),
        };
        hallpass.dynamodb.reset();
        hallpass.kms.reset();
        hallpass
    }

    /// A call to one of its routes, without a credential yet.
    pub fn call(&self, method: Method, path: &str) -> Call {
        Call::new(self.router.clone(), method, path)
    }

    /// `GET path`.
    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    /// `POST path` with a JSON body.
    pub fn post(&self, path: &str, body: Value) -> Call {
        self.call(Method::POST, path).json(body)
    }

    /// `PUT path`, without a body yet.
    pub fn put(&self, path: &str) -> Call {
        self.call(Method::PUT, path)
    }

    /// `PATCH path` with a JSON body.
    pub fn patch(&self, path: &str, body: Value) -> Call {
        self.call(Method::PATCH, path).json(body)
    }

    /// `DELETE path`.
    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    /// From now on calls meet an instance that waits for AWS no longer than a function does.
    pub fn another_impatient_instance(&mut self) {
        self.timeouts = timeouts();
        self.kms_client = through(&self.kms, timeouts());
        self.another_instance();
    }

    /// Functions of another deployment, beside these on the same table and with the same keys: it knows
    /// nothing newer than `reads`, and writes nothing newer than `writes`. Its own proxies make its
    /// faults.
    pub async fn beside(&self, reads: SchemaVersion, writes: SchemaVersion) -> Self {
        let services = services().await;
        let dynamodb = Proxy::start(&services.dynamodb_url).await;
        let kms = Proxy::start(&services.kms_url).await;
        let kms_client = through(&kms, patience());
        let settings = Settings {
            schema_version: writes,
            table: self.table.clone(),
            issuer: self.platform.issuer.clone(),
            audience: self.platform.audience.as_deref().map(str::to_owned),
            stack: "test".to_owned(),
            catalog: hallpass_core::Catalog::clone(&self.platform.catalog),
        };
        let config = dynamodb_config(dynamodb.url())
            .retry_config(tries())
            .retry_partition(own_partition())
            .timeout_config(patience());
        let client = aws_sdk_dynamodb::Client::from_conf(config.build());
        let store = Store::new(client, self.table.as_str()).knowing(reads);
        let platform = Platform::on(
            store.writing(writes),
            &settings,
            Arc::clone(&self.clock) as _,
            Arc::new(SystemRandom),
        );
        let (store, issuer) = (platform.store.clone(), platform.issuer.clone());
        let signer = Signer::new(kms_client.clone(), store, issuer);
        Self {
            router: finish(hallpass_local::routes(&signer), &platform),
            platform,
            signer,
            keys: self.keys.clone(),
            kms_client,
            dynamodb_client: self.dynamodb_client.clone(),
            table: self.table.clone(),
            dynamodb,
            kms,
            clock: Arc::clone(&self.clock),
            root: self.root.clone(),
            operator: self.operator.clone(),
            timeouts: patience(),
        }
    }

    /// From now on calls meet another instance of the functions, which has nothing in memory yet.
    pub fn another_instance(&mut self) {
        self.with_catalog(hallpass_core::Catalog::clone(&self.platform.catalog));
    }

    /// From now on calls meet another instance, of a deployment with this catalog.
    pub fn with_catalog(&mut self, catalog: hallpass_core::Catalog) {
        let settings = Settings {
            schema_version: SchemaVersion::NEWEST,
            table: self.table.clone(),
            issuer: self.platform.issuer.clone(),
            audience: self.platform.audience.as_deref().map(str::to_owned),
            stack: "test".to_owned(),
            catalog,
        };
        let config = dynamodb_config(self.dynamodb.url())
            .retry_config(tries())
            .retry_partition(own_partition());
        self.platform = Platform::new(
            &settings,
            aws_sdk_dynamodb::Client::from_conf(
                config.timeout_config(self.timeouts.clone()).build(),
            ),
            Arc::clone(&self.clock) as _,
            Arc::new(SystemRandom),
        );
        let (store, issuer) = (self.platform.store.clone(), self.platform.issuer.clone());
        self.signer = Signer::new(self.kms_client.clone(), store, issuer);
        self.router = finish(hallpass_local::routes(&self.signer), &self.platform);
    }

    /// From now on the platform's own routes answer, too, as `cargo dev` has them.
    pub fn with_demo(&mut self) {
        self.router = hallpass_local::service(&self.signer, &self.platform);
    }
}
