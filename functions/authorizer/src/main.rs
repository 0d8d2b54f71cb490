//! Cold start.

use hallpass_authorizer::{AuthorizeError, Event, authorize};
use hallpass_http::{StartError, Wiring, flush_at_the_end};
use lambda_runtime::{Diagnostic, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    let wiring = Wiring::from_environment()?;
    let platform = &wiring.platform();
    flush_at_the_end(platform).await;
    run(service_fn(async |event: LambdaEvent<Event>| {
        platform.begin_invocation();
        let answer = authorize(platform, event.payload).await;
        answer.map_err(|error| told(&error))
    }))
    .await
}

/// Logs what is not the client's doing; API Gateway learns the one word that it knows, or nothing
/// of it.
fn told(error: &AuthorizeError) -> Diagnostic {
    if !matches!(error, AuthorizeError::Unauthorized) {
        let cause: &dyn std::error::Error = error;
        tracing::error!(error = cause, "no answer");
    }
    Diagnostic {
        error_type: "AuthorizeError".to_owned(),
        error_message: error.to_string(),
    }
}
