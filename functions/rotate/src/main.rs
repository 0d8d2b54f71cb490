//! Cold start.

use hallpass_http::{StartError, Wiring, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    let wiring = Wiring::from_environment()?;
    let platform = wiring.platform();
    serve(&platform, hallpass_rotate::router(&platform)).await
}
