//! Cold start.

use hallpass_maintain::{MaintainReply, WORK_FOR, maintain};
use hallpass_runtime::{Platform, StartError, Wiring};
use lambda_runtime::{Diagnostic, LambdaEvent, run, service_fn};
use serde_json::Value;
use std::io::Write as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    let wiring = Wiring::from_environment(hallpass_catalogs::find)?;
    let (platform, stack) = (&wiring.platform(), wiring.settings().stack.as_str());
    // The event says nothing: what is to be done stands in the table.
    run(service_fn(async |_event: LambdaEvent<Value>| {
        // Boxed: the compiler follows a future only so deep.
        let reply = Box::pin(answer(platform)).await?;
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

async fn answer(platform: &Platform) -> Result<MaintainReply, Diagnostic> {
    maintain(platform, WORK_FOR).await.map_err(|error| {
        let failed: &dyn std::error::Error = &error;
        tracing::error!(error = failed, "what is left is not seen to");
        Diagnostic {
            error_type: "MaintainError".to_owned(),
            error_message: error.to_string(),
        }
    })
}
