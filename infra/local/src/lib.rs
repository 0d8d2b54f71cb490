//! Every function's routes in one router: what `cargo dev` serves and what the tests call.

mod demo;

use axum::Router;
use hallpass_http::{Platform, finish_whole};
use hallpass_keys::Signer;

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
    finish_whole(routes(signer).fallback(demo::answer), platform)
}
