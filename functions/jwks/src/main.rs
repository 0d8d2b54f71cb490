//! Cold start.

use hallpass_http::{StartError, Wiring, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    let platform = Wiring::from_environment()?.platform();
    serve(&platform, hallpass_jwks::router(&platform)).await
}
