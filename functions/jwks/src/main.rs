//! Cold start.

use hallpass_http::serve;
use hallpass_runtime::{StartError, Wiring};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    let platform = Wiring::from_environment(hallpass_catalogs::find)?
        .warm_platform()
        .await;
    serve(&platform, hallpass_jwks::router(&platform)).await
}
