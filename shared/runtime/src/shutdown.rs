//! What a function does when Lambda ends it.
//!
//! It has an extension inside it, which subscribes to nothing: Lambda sends SIGTERM only to a function
//! that has one (Lambda's Extensions API, 2020-01-01). `lambda_runtime` has the same, and with it
//! all that reads telemetry, which was 0.05 MB of each zip.

use crate::platform::Platform;
use http::{Method, StatusCode};
use lambda_runtime_api_client::body::Body;
use lambda_runtime_api_client::{BoxError, PooledClient, build_request};
use std::future::Future;
use tokio::signal::unix::{SignalKind, signal};

const REGISTER: &str = "/2020-01-01/extension/register";
const NEXT: &str = "/2020-01-01/extension/event/next";

/// The name of the extension, another than that of any beside it.
const NAME: &str = "hallpass-end";

const IDENTIFIER: &str = "lambda-extension-identifier";

/// At SIGTERM, writes what `platform` has gathered and seals acts that are old enough. To be called
/// before the first invocation is asked for.
pub async fn flush_on_shutdown(platform: &Platform) {
    let platform = platform.clone();
    let registered = on_shutdown(async move || platform.flush().await).await;
    if let Err(error) = registered {
        // Counts are best effort, and no reason not to start.
        let error: &dyn std::error::Error = &*error;
        tracing::warn!(error, "no extension: what is gathered at the end is lost");
    }
}

/// Registers the extension, and runs `hook` when Lambda ends the process.
///
/// # Errors
/// Where the API is not there or refuses.
async fn on_shutdown<F>(hook: impl FnOnce() -> F + Send + 'static) -> Result<(), BoxError>
where
    F: Future<Output = ()> + Send,
{
    let client = PooledClient::builder().build();
    let mut terminated = signal(SignalKind::terminate())?;
    let register = build_request()
        .method(Method::POST)
        .uri(REGISTER)
        .header("lambda-extension-name", NAME)
        .header("content-type", "application/json")
        .body(Body::from(r#"{"events":[]}"#))?;
    let registered = client.call(register).await?;
    let identifier = registered.headers().get(IDENTIFIER);
    let (StatusCode::OK, Some(identifier)) = (registered.status(), identifier) else {
        return Err(format!("the extension is refused: {}", registered.status()).into());
    };
    // Says that the start is over. Nothing is answered, since nothing is subscribed to.
    let next = build_request()
        .method(Method::GET)
        .uri(NEXT)
        .header(IDENTIFIER, identifier)
        .body(Body::empty())?;
    tokio::spawn(client.call(next));
    tokio::spawn(async move {
        terminated.recv().await;
        hook().await;
        #[expect(
            clippy::exit,
            reason = "the runtime would ask for the next invocation until it is killed"
        )]
        std::process::exit(0);
    });
    Ok(())
}
