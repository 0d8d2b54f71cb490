//! Every function's routes in one router: what `cargo dev` serves and what the tests call.

mod demo;

use axum::Router;
use hallpass_http::{Platform, Route, finish_with_fallback};
use hallpass_keys::Signer;

/// Every function that has routes, by its name, and its table of them.
pub const TABLES: [(&str, &[Route]); 12] = [
    ("mint", hallpass_mint::ROUTES),
    ("temporary", hallpass_temporary::ROUTES),
    ("revoke", hallpass_revoke::ROUTES),
    ("validate", hallpass_validate::ROUTES),
    ("rotate", hallpass_rotate::ROUTES),
    ("list", hallpass_list::ROUTES),
    ("update", hallpass_update::ROUTES),
    ("directory", hallpass_directory::ROUTES),
    ("activity", hallpass_activity::ROUTES),
    ("jwks", hallpass_jwks::ROUTES),
    ("docs", hallpass_docs::ROUTES),
    ("exchange", hallpass_exchange::ROUTES),
];

/// The routes of all functions.
pub fn routes(signer: &Signer) -> Router<Platform> {
    hallpass_mint::routes()
        .merge(hallpass_temporary::routes(signer))
        .merge(hallpass_revoke::routes())
        .merge(hallpass_validate::routes())
        .merge(hallpass_rotate::routes())
        .merge(hallpass_list::routes())
        .merge(hallpass_update::routes())
        .merge(hallpass_directory::routes())
        .merge(hallpass_activity::routes())
        .merge(hallpass_jwks::routes())
        .merge(hallpass_docs::routes())
        .merge(hallpass_exchange::routes(signer))
}

/// The whole service, and the platform's own API behind it as a demo.
pub fn service(signer: &Signer, platform: &Platform) -> Router {
    finish_with_fallback(routes(signer).fallback(demo::answer), platform)
}
