//! Cold start.

use hallpass_http::serve;
use hallpass_keys::Signer;
use hallpass_runtime::{StartError, Wiring};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    let wiring = Wiring::from_environment(hallpass_catalogs::find)?;
    let platform = wiring.platform();
    let (store, issuer) = (platform.store.clone(), platform.issuer.clone());
    let signer = Signer::new(wiring.kms(), store, issuer);
    serve(&platform, hallpass_temporary::router(&platform, &signer)).await
}
