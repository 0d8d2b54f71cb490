//! Cold start.

use hallpass_authorizer::{AuthorizeError, AuthorizerSources, Event, authorize};
use hallpass_runtime::{StartError, Wiring, flush_on_shutdown, variable};
use lambda_runtime::{Diagnostic, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    let wiring = Wiring::from_environment(hallpass_catalogs::find)?;
    let sources = match variable("HALLPASS_AUTHORIZER_SOURCES") {
        Some(text) => text
            .parse()
            .map_err(|error| format!("HALLPASS_AUTHORIZER_SOURCES: {error}"))?,
        None => AuthorizerSources::default(),
    };
    let (platform, sources) = (&wiring.warm_platform().await, &sources);
    flush_on_shutdown(platform).await;
    run(service_fn(async |event: LambdaEvent<Event>| {
        platform.begin_invocation();
        let answer = authorize(platform, sources, event.payload).await;
        answer.map_err(|error| diagnostic(&error))
    }))
    .await
}

/// What API Gateway learns: the one word that it knows, or nothing of it. It is logged where it happened.
fn diagnostic(error: &AuthorizeError) -> Diagnostic {
    Diagnostic {
        error_type: "AuthorizeError".to_owned(),
        error_message: error.to_string(),
    }
}
