//! API Gateway's events into a function's router, and its replies out of it.

use crate::caller::address::ClientAddress;
use axum::Router;
use axum::body::to_bytes;
use axum::response::Response;
use hallpass_runtime::{Platform, StartError, flush_on_shutdown};
use lambda_http::request::RequestContext;
use lambda_http::tower::util::{MapRequest, MapResponse};
use lambda_http::{Body, IntoResponse, RequestExt as _};
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

/// Answers API Gateway's events until Lambda stops the process.
///
/// # Errors
/// When the Lambda runtime cannot be reached.
pub async fn serve(platform: &Platform, router: Router) -> Result<(), StartError> {
    flush_on_shutdown(platform).await;
    lambda_http::run(on_lambda(router)).await
}

/// A router that answers API Gateway's events.
pub type OnLambda =
    MapResponse<MapRequest<Router, fn(lambda_http::Request) -> lambda_http::Request>, AsReply>;

type AsReply = fn(Response) -> Reply;

/// A router that takes its requests from API Gateway: the caller's address is the gateway's word.
pub fn on_lambda(router: Router) -> OnLambda {
    MapResponse::new(MapRequest::new(router, with_address), Reply)
}

/// A reply for API Gateway: a UTF-8 body as text, any other (a compressed file) in base64, which the
/// gateway decodes. `lambda_http` would take any body apart by its charset, and link the tables of all
/// the charsets there are: 0.15 MB of each function.
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
