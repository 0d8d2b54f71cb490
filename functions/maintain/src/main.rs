//! Cold start.

use hallpass_maintain::{MaintainRequest, WORK_FOR, maintain};
use hallpass_runtime::{StartError, Wiring};
use lambda_runtime::{Diagnostic, LambdaEvent, run, service_fn};
use serde_json::Value;
use std::error::Error;
use std::io::Write as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    let wiring = Wiring::from_environment(hallpass_catalogs::find)?;
    let (platform, stack) = (&wiring.platform(), wiring.settings().stack.as_str());
    run(service_fn(async |event: LambdaEvent<Value>| {
        MaintainRequest::from_event(event.payload).map_err(|error| diagnostic(&error))?;
        // Boxed: the compiler follows a future only so deep.
        let done = Box::pin(maintain(platform, WORK_FOR)).await;
        let reply = done.map_err(|error| diagnostic(&error))?;
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

/// Logs an error with its causes; whoever invoked the function learns the first of them.
fn diagnostic(error: &(dyn Error + 'static)) -> Diagnostic {
    tracing::error!(error, "not everything that was begun is seen to");
    Diagnostic {
        error_type: "MaintainError".to_owned(),
        error_message: error.to_string(),
    }
}
