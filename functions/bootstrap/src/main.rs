//! Cold start.

use hallpass_bootstrap::{BootstrapRequest, bootstrap};
use hallpass_http::{StartError, Wiring};
use lambda_runtime::{LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    let wiring = Wiring::from_environment().await?;
    let (platform, kms) = (&wiring.platform(), &wiring.kms());
    let stack = wiring.settings().stack.as_str();
    run(service_fn(async |event: LambdaEvent<BootstrapRequest>| {
        bootstrap(platform, kms, stack, event.payload)
            .await
            .inspect_err(|error| {
                tracing::error!(error = error as &dyn std::error::Error, "bootstrap failed");
            })
    }))
    .await
}
