//! Cold start.

use hallpass_bootstrap::{BootstrapError, BootstrapRequest, bootstrap};
use hallpass_keys::{KeyMaker, KeySettings};
use hallpass_runtime::{StartError, Wiring, variable};
use lambda_runtime::{Diagnostic, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    let wiring = Wiring::from_environment(hallpass_catalogs::find)?;
    let (platform, settings) = (&wiring.platform(), wiring.settings());
    let key_settings = KeySettings::from_lookup(variable)?;
    let issuer = settings.issuer.clone();
    let keys = &KeyMaker::new(wiring.kms(), issuer, settings.stack.as_str(), key_settings);
    run(service_fn(async |event: LambdaEvent<BootstrapRequest>| {
        // Boxed: the compiler follows a future only so deep.
        let made = Box::pin(bootstrap(platform, keys, event.payload)).await;
        made.map_err(|error| diagnostic(&error))
    }))
    .await
}

/// Logs an error with its causes; whoever invoked the function learns the first of them.
fn diagnostic(error: &BootstrapError) -> Diagnostic {
    let cause: &dyn std::error::Error = error;
    tracing::error!(error = cause, "bootstrap failed");
    Diagnostic {
        error_type: "BootstrapError".to_owned(),
        error_message: error.to_string(),
    }
}
