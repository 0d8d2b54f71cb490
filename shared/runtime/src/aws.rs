//! The AWS clients of a function.
//!
//! Put together by hand from what Lambda gives in the environment: the SDK's own loader would link
//! every way there is to find credentials (SSO, STS, instance metadata), 0.3 MB of each function's
//! zip, none of which a function uses.

use crate::clock::SystemClock;
use crate::connections::Connections;
use crate::settings::SettingsError;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::SharedCredentialsProvider;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use std::sync::Arc;
use std::time::Duration;

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

/// Where AWS is, and as whom it is asked.
#[derive(Debug)]
pub(crate) struct Aws {
    sdk: SdkConfig,
    connections: Connections,
    dynamodb_url: Option<String>,
    kms_url: Option<String>,
}

impl Aws {
    /// Reads region and endpoints (`AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL_KMS`, or
    /// `AWS_ENDPOINT_URL` for both) through `lookup`; credentials are read by the SDK.
    pub(crate) fn from_lookup(
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, SettingsError> {
        let tls = Provider::Rustls(CryptoMode::AwsLc);
        let https = aws_smithy_http_client::Builder::new()
            .tls_provider(tls)
            .build_https();
        let connections = Connections::new(https, Arc::new(SystemClock));
        let region = lookup("AWS_REGION").ok_or(SettingsError::Missing("AWS_REGION"))?;
        let credentials = EnvironmentVariableCredentialsProvider::new();
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .timeout_config(timeouts())
            .retry_config(retries())
            .http_client(connections.clone())
            .build();
        let endpoint = |name| lookup(name).or_else(|| lookup("AWS_ENDPOINT_URL"));
        Ok(Self {
            sdk,
            connections,
            dynamodb_url: endpoint("AWS_ENDPOINT_URL_DYNAMODB"),
            kms_url: endpoint("AWS_ENDPOINT_URL_KMS"),
        })
    }

    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let mut config = aws_sdk_dynamodb::config::Builder::from(&self.sdk);
        config.set_endpoint_url(self.dynamodb_url.clone());
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// Opens a connection to KMS, once one to DynamoDB is there.
    pub(crate) async fn open_kms(&self) {
        let region = self.sdk.region().map_or("", Region::as_ref);
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        let public = || format!("https://kms.{region}.amazonaws.com{suffix}/");
        let url = self.kms_url.clone().unwrap_or_else(public);
        self.connections.open(&url).await;
    }

    pub(crate) fn kms(&self) -> aws_sdk_kms::Client {
        let mut config = aws_sdk_kms::config::Builder::from(&self.sdk);
        config.set_endpoint_url(self.kms_url.clone());
        aws_sdk_kms::Client::from_conf(config.build())
    }
}
