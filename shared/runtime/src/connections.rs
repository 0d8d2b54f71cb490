//! Connections to AWS: opened while the function starts, and not waited for when they died.
//!
//! Lambda freezes a function between two calls. A connection that somebody on the way forgot meanwhile takes
//! a request and never answers: the SDK would wait for a whole attempt. So after a pause the first tries are
//! short ones. A client's request over a dead connection is given up, the connection with it, and the SDK
//! tries again.

use aws_sdk_dynamodb::config::{HttpClient, RuntimeComponents, SharedHttpClient};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::byte_stream::ByteStream;
use hallpass_core::{Clock, Moment};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// After how long without an answer a connection may have been forgotten.
const PAUSE_SECONDS: u64 = 5;

/// How long the tries after a pause wait: AWS answers in some 10 ms, and a try costs little.
const SHORT: Duration = Duration::from_millis(300);

/// How many of the tries after a pause are short: the last of three is not, in case AWS is slow itself.
const SHORT_TRIES: u8 = 2;

/// The SDK's client, which does not wait for connections that died during a pause. Clones share the
/// connections.
#[derive(Clone, Debug)]
pub struct Connections {
    inner: SharedHttpClient,
    pauses: Arc<Pauses>,
    /// Made by the SDK at its first call, with its settings.
    connector: Arc<Mutex<Option<SharedHttpConnector>>>,
}

#[derive(Debug)]
struct Pauses {
    clock: Arc<dyn Clock>,
    state: Mutex<Pause>,
}

#[derive(Debug, Default)]
struct Pause {
    answered_at: Option<Moment>,
    tries: u8,
}

#[derive(Debug)]
struct Connector {
    inner: SharedHttpConnector,
    pauses: Arc<Pauses>,
}

impl Connections {
    /// Those of `inner`, whose pauses `clock` measures.
    #[must_use]
    pub fn new(inner: SharedHttpClient, clock: Arc<dyn Clock>) -> Self {
        let state = Mutex::default();
        Self {
            inner,
            pauses: Arc::new(Pauses { clock, state }),
            connector: Arc::default(),
        }
    }

    /// Opens a connection to the service at `url`, for its first call to find. Asks it nothing that needs a
    /// right: whatever it answers, the connection is there.
    ///
    /// Before the SDK's first call it does nothing, since the connections are those of its settings.
    pub async fn open(&self, url: &str) {
        let connector = self.connector.lock();
        let connector = connector.unwrap_or_else(PoisonError::into_inner).clone();
        let (Some(connector), Ok(request)) = (connector, HttpRequest::get(url)) else {
            return;
        };
        if let Ok(response) = connector.call(request).await {
            // A connection whose answer was read to its end is used again.
            let _read = ByteStream::new(response.into_body()).collect().await;
        }
    }
}

impl HttpClient for Connections {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        let connector = SharedHttpConnector::new(Connector {
            inner,
            pauses: Arc::clone(&self.pauses),
        });
        let mut last = self
            .connector
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *last = Some(connector.clone());
        connector
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (call, pauses) = (self.inner.call(request), Arc::clone(&self.pauses));
        let is_short = pauses.next_is_short();
        HttpConnectorFuture::new(async move {
            let answered = if is_short {
                let waited = tokio::time::timeout(SHORT, call).await;
                waited.unwrap_or_else(|late| Err(ConnectorError::timeout(late.into())))
            } else {
                call.await
            };
            if answered.is_ok() {
                pauses.answered();
            }
            answered
        })
    }
}

impl Pauses {
    /// Whether the next try is one of the first after a pause.
    fn next_is_short(&self) -> bool {
        let now = self.clock.moment();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let paused = |answered: Moment| !answered.is_younger(PAUSE_SECONDS, now);
        if !state.answered_at.is_some_and(paused) || state.tries >= SHORT_TRIES {
            return false;
        }
        state.tries = state.tries.saturating_add(1);
        true
    }

    fn answered(&self) {
        let now = self.clock.moment();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = Pause {
            answered_at: Some(now),
            tries: 0,
        };
    }
}
