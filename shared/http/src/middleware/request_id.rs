//! The id of a request, by which a reply is found in the log.

use axum::extract::Request;
use hallpass_core::JwtId;
use hallpass_runtime::Platform;

/// The gateway's id for the request, or one of our own.
pub(crate) fn request_id(platform: &Platform, request: &Request) -> String {
    use lambda_http::request::RequestContext as Context;
    match request.extensions().get::<Context>() {
        Some(Context::ApiGatewayV2(context)) => context.request_id.clone(),
        Some(Context::ApiGatewayV1(context)) => context.request_id.clone(),
        _ => None,
    }
    .or_else(|| Some(JwtId::generate(platform.random.as_ref()).ok()?.digits()))
    .unwrap_or_default()
}
