//! AWS clients for an embedded service: no TLS, credentials that are not secret, us-east-1.
//!
//! Cheap to make, since they load no certificates: each test makes its own. One client must not be
//! shared between async runtimes: its connections belong to the one that opened them.

use aws_sdk_dynamodb::config::{
    BehaviorVersion, Credentials, IdentityCache, Region, SharedHttpClient,
};

const REGION: Region = Region::from_static("us-east-1");

/// A `DynamoDB` client for the service at `url`.
#[must_use]
pub fn dynamodb_client(url: &str) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::from_conf(dynamodb_config(url).build())
}

/// A KMS client for the service at `url`.
#[must_use]
pub fn kms_client(url: &str) -> aws_sdk_kms::Client {
    aws_sdk_kms::Client::from_conf(kms_config(url).build())
}

/// What [`dynamodb_client`] is made of, for other retries or timeouts.
#[must_use]
pub fn dynamodb_config(url: &str) -> aws_sdk_dynamodb::config::Builder {
    aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(REGION)
        .endpoint_url(url)
        .credentials_provider(credentials())
        .identity_cache(IdentityCache::no_cache())
        .http_client(plain_http())
}

/// What [`kms_client`] is made of, for other retries or timeouts.
#[must_use]
pub fn kms_config(url: &str) -> aws_sdk_kms::config::Builder {
    aws_sdk_kms::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(REGION)
        .endpoint_url(url)
        .credentials_provider(credentials())
        .identity_cache(IdentityCache::no_cache())
        .http_client(plain_http())
}

fn credentials() -> Credentials {
    Credentials::new("local", "local", None, None, "embedded AWS")
}

/// The SDK's connections without TLS, which the embedded services do not speak.
#[must_use]
pub fn plain_http() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}
