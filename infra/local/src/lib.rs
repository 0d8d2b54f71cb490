//! Every function's routes in one router: what `cargo dev` serves and what the tests call.

use axum::Router;
use hallpass_http::Platform;
use hallpass_keys::Signer;

/// The routes of all functions.
pub fn routes(signer: &Signer) -> Router<Platform> {
    hallpass_mint::routes()
        .merge(hallpass_temporary::routes(signer))
        .merge(hallpass_revoke::routes())
        .merge(hallpass_validate::routes())
        .merge(hallpass_rotate::routes())
        .merge(hallpass_directory::routes())
}
