//! Cold start.

use hallpass_http::serve;
use hallpass_runtime::{StartError, Wiring};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    let wiring = Wiring::from_environment(hallpass_catalogs::find)?;
    let platform = wiring.warm_platform().await;
    serve(&platform, hallpass_activity::router(&platform)).await
}
