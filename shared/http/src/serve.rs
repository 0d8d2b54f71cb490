//! The cold start of a function: settings, clients, and API Gateway's events into the router.

use crate::aws::Aws;
use crate::caller::address::ClientAddress;
use crate::extension::at_the_end;
use crate::platform::Platform;
use crate::settings::{Settings, SettingsError, variable};
use crate::system::{SystemClock, SystemRandom};
use axum::Router;
use axum::body::to_bytes;
use axum::response::Response;
use lambda_http::request::RequestContext;
use lambda_http::tower::util::{MapRequest, MapResponse};
use lambda_http::{Body, IntoResponse, RequestExt as _};
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

/// Why a function did not start, or stopped.
pub type StartError = lambda_http::Error;

/// A function's settings and clients, made once, at its cold start.
#[derive(Debug)]
pub struct Wiring {
    settings: Settings,
    aws: Aws,
}

impl Wiring {
    /// Reads the environment and prepares the clients; calls nothing.
    ///
    /// # Errors
    /// Names what is wrong with the environment.
    pub fn from_environment() -> Result<Self, SettingsError> {
        tracing_subscriber::fmt()
            .json()
            .with_target(false)
            .without_time()
            .init();
        let settings = Settings::from_lookup(variable)?;
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

    /// KMS, for the functions that sign.
    #[must_use]
    pub fn kms(&self) -> aws_sdk_kms::Client {
        self.aws.kms()
    }
}

/// Answers API Gateway's events until Lambda stops the process.
///
/// # Errors
/// When the Lambda runtime cannot be reached.
pub async fn serve(platform: &Platform, router: Router) -> Result<(), StartError> {
    flush_at_the_end(platform).await;
    lambda_http::run(on_lambda(router)).await
}

/// At SIGTERM, which Lambda sends to a function that has an extension, writes down what was
/// gathered and seals acts that are old enough; to be called before the first invocation is asked for.
pub async fn flush_at_the_end(platform: &Platform) {
    let platform = platform.clone();
    let registered = at_the_end(async move || platform.flush().await).await;
    if let Err(error) = registered {
        // Counts are best effort, and no reason not to start.
        let error: &dyn std::error::Error = &*error;
        tracing::warn!(error, "no extension: what is gathered at the end is lost");
    }
}

/// A router that answers API Gateway's events.
pub type OnLambda =
    MapResponse<MapRequest<Router, fn(lambda_http::Request) -> lambda_http::Request>, AsReply>;

type AsReply = fn(Response) -> Reply;

/// A router that takes its requests from API Gateway: the caller's address is the gateway's word.
pub fn on_lambda(router: Router) -> OnLambda {
    MapResponse::new(MapRequest::new(router, with_address), Reply)
}

/// A reply for API Gateway: text, since all that a router here answers is UTF-8. `lambda_http` would take
/// any body apart by its charset, and link the tables of all the charsets there are: 0.15 MB of each function.
#[derive(Debug)]
pub struct Reply(Response);

impl IntoResponse for Reply {
    fn into_response(self) -> Pin<Box<dyn Future<Output = http::Response<Body>> + Send>> {
        let (parts, body) = self.0.into_parts();
        Box::pin(async move {
            // A body in memory, which cannot fail.
            let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
            let body = match String::from_utf8(bytes.into()) {
                Ok(text) => Body::Text(text),
                Err(other) => Body::Binary(other.into_bytes()),
            };
            http::Response::from_parts(parts, body)
        })
    }
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
