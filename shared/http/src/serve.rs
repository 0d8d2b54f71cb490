//! The cold start of a function: settings, clients, and API Gateway's events into the router.

use crate::credential::ClientAddress;
use crate::platform::Platform;
use crate::settings::{Settings, SettingsError};
use crate::system::{SystemClock, SystemRandom};
use aws_config::environment::{
    EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider,
};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use axum::Router;
use lambda_http::request::RequestContext;
use lambda_http::{RequestExt as _, tower::ServiceBuilder};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// Why a function did not start, or stopped.
pub type StartError = lambda_http::Error;

/// How long a call to AWS may take, so that an answer comes within 5 s also when AWS is slow.
#[must_use]
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_millis(1_500))
        .operation_timeout(Duration::from_secs(4))
        .build()
}

/// How often a call to AWS is tried.
#[must_use]
pub fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(3)
        .with_initial_backoff(Duration::from_millis(50))
        .with_max_backoff(Duration::from_millis(400))
}

/// A function's settings and clients, made once, at its cold start.
#[derive(Debug)]
pub struct Wiring {
    settings: Settings,
    sdk: SdkConfig,
}

impl Wiring {
    /// Reads the environment and prepares the clients; calls nothing.
    ///
    /// # Errors
    /// Names what is wrong with the environment.
    pub async fn from_environment() -> Result<Self, SettingsError> {
        tracing_subscriber::fmt()
            .json()
            .with_target(false)
            .without_time()
            .init();
        let settings = Settings::from_environment()?;
        let sdk = aws_config::defaults(BehaviorVersion::latest())
            // Lambda hands region and credentials over in the environment. Nothing else is asked:
            // without them a call fails at once rather than look for an instance's metadata.
            .credentials_provider(EnvironmentVariableCredentialsProvider::new())
            .region(EnvironmentVariableRegionProvider::new())
            .timeout_config(timeouts())
            .retry_config(retries())
            .load()
            .await;
        Ok(Self { settings, sdk })
    }

    /// What the deployment sets.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The platform on the machine's clock and randomness.
    #[must_use]
    pub fn platform(&self) -> Platform {
        let dynamodb = aws_sdk_dynamodb::Client::new(&self.sdk);
        Platform::new(
            &self.settings,
            dynamodb,
            Arc::new(SystemClock),
            Arc::new(SystemRandom),
        )
    }

    /// KMS, for the functions that sign.
    #[must_use]
    pub fn kms(&self) -> aws_sdk_kms::Client {
        aws_sdk_kms::Client::new(&self.sdk)
    }
}

/// Answers API Gateway's events until Lambda stops the process.
///
/// # Errors
/// When the Lambda runtime cannot be reached.
pub async fn serve(router: Router) -> Result<(), StartError> {
    let service = ServiceBuilder::new()
        .map_request(with_address)
        .service(router);
    lambda_http::run(service).await
}

/// The gateway's word on who calls, never a forwarded header.
fn with_address(mut request: lambda_http::Request) -> lambda_http::Request {
    let source = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone(),
        Some(RequestContext::ApiGatewayV1(context)) => context.identity.source_ip.clone(),
        _ => None,
    };
    if let Some(address) = source.and_then(|source| source.parse::<IpAddr>().ok()) {
        request.extensions_mut().insert(ClientAddress(address));
    }
    request
}
