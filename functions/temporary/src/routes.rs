//! The routes of this function.

use crate::{derive, derive_as_archilogic, user_token};
use axum::routing::on;
use hallpass_core::UserId;
use hallpass_http::Needs::DerivingToken;
use hallpass_http::Route;

/// The table of routes.
pub const ROUTES: &[Route] = &[
    Route::post("/v1/tokens/temporary", DerivingToken, |method| {
        on(method, derive)
    }),
    Route::post(
        "/v2/temporary-access-token/create",
        DerivingToken,
        |method| on(method, derive_as_archilogic),
    ),
    Route::post("/app/v1/users/{user}/tokens", DerivingToken, |method| {
        on(method, user_token::derive)
    }),
];

/// Their description.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(crate::derive, crate::derive_as_archilogic, user_token::derive),
    components(schemas(UserId))
)]
pub struct Api;
