//! Cold start.

use hallpass_bootstrap::{BootstrapError, BootstrapRequest, bootstrap};
use hallpass_http::{StartError, Wiring};
use lambda_runtime::{Diagnostic, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    let wiring = Wiring::from_environment()?;
    let (platform, kms) = (&wiring.platform(), &wiring.kms());
    let stack = wiring.settings().stack.as_str();
    run(service_fn(async |event: LambdaEvent<BootstrapRequest>| {
        let made = bootstrap(platform, kms, stack, event.payload).await;
        made.map_err(|error| told(&error))
    }))
    .await
}

/// Logs an error with its causes; whoever invoked the function learns the first of them.
fn told(error: &BootstrapError) -> Diagnostic {
    let cause: &dyn std::error::Error = error;
    tracing::error!(error = cause, "bootstrap failed");
    Diagnostic {
        error_type: "BootstrapError".to_owned(),
        error_message: error.to_string(),
    }
}
