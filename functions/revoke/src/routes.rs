//! The routes of this function.

use crate::{by_id, resume, revoke};
use axum::routing::on;
use hallpass_core::ManagementScope::TokensRevoke;
use hallpass_http::Needs::{Scope, ScopeOrRight};
use hallpass_http::Route;

/// The table of routes. A secret token may end itself, and what has begun to close may be seen
/// through by whoever may change the directory.
pub const ROUTES: &[Route] = &[
    Route::delete("/v1/tokens/{id}", ScopeOrRight(TokensRevoke), |method| {
        on(method, by_id)
    }),
    Route::post("/v1/revocations", ScopeOrRight(TokensRevoke), |method| {
        on(method, revoke)
    })
    .walking(),
    Route::get(
        "/v1/revocations/{account}",
        ScopeOrRight(TokensRevoke),
        |method| on(method, resume::account),
    )
    .walking(),
    Route::get(
        "/v1/revocations/{account}/{app}/{env}",
        ScopeOrRight(TokensRevoke),
        |method| on(method, resume::environment),
    )
    .walking(),
    Route::get(
        "/v1/revocations/made-by/{id}",
        Scope(TokensRevoke),
        |method| on(method, resume::made_by),
    )
    .walking(),
    Route::get(
        "/v1/revocations/principals/{principal}",
        ScopeOrRight(TokensRevoke),
        |method| on(method, resume::principal),
    )
    .walking(),
];

/// Their description.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(
    crate::by_id,
    crate::revoke,
    resume::account,
    resume::environment,
    resume::made_by,
    resume::principal
))]
pub struct Api;
