//! Cold start.

use hallpass_keys::{KeyMaker, KeySettings};
use hallpass_keys_function::{KeysReply, KeysRequest, rotate_keys};
use hallpass_runtime::{Platform, StartError, Wiring, variable};
use lambda_runtime::{Diagnostic, LambdaEvent, run, service_fn};
use serde_json::Value;
use std::error::Error;
use std::io::Write as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    let wiring = Wiring::from_environment(hallpass_catalogs::find)?;
    let (platform, settings) = (&wiring.platform(), wiring.settings());
    let (issuer, stack) = (settings.issuer.clone(), settings.stack.as_str());
    let key_settings = KeySettings::from_lookup(variable)?;
    let keys = &KeyMaker::new(wiring.kms(), issuer, stack, key_settings);
    run(service_fn(async |event: LambdaEvent<Value>| {
        // Boxed: the compiler follows a future only so deep.
        let reply = Box::pin(answer(platform, keys, event.payload)).await?;
        // No other way to CloudWatch needs so little: a log that is gone is no reason to fail.
        let _ = writeln!(
            std::io::stdout(),
            "{}",
            reply.metrics(stack, platform.now())
        );
        Ok::<_, Diagnostic>(reply)
    }))
    .await
}

async fn answer(
    platform: &Platform,
    keys: &KeyMaker,
    event: Value,
) -> Result<KeysReply, Diagnostic> {
    let request = KeysRequest::from_event(event).map_err(|error| diagnostic(&error))?;
    let done = rotate_keys(platform, keys, &request).await;
    done.map_err(|error| diagnostic(&error))
}

/// Logs an error with its causes; whoever invoked the function learns the first of them.
fn diagnostic(error: &(dyn Error + 'static)) -> Diagnostic {
    tracing::error!(error, "the signing keys are not as they should be");
    Diagnostic {
        error_type: "KeysError".to_owned(),
        error_message: error.to_string(),
    }
}
