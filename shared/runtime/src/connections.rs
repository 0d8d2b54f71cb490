//! Connections to AWS: opened while the function starts, and not waited for when they died.
//!
//! Lambda freezes a function between two calls. A connection that somebody on the way forgot meanwhile takes
//! a request and never answers: the SDK would wait for a whole attempt. So after a pause the first tries at
//! each service are short ones: the request is given up, its connection with it, and the SDK tries again.
//! All that is asked may be asked twice, but for the creation of a KMS key: that is waited for.

use aws_sdk_dynamodb::config::{HttpClient, RuntimeComponents, SharedHttpClient};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::byte_stream::ByteStream;
use hallpass_core::{Clock, Moment};
use http::Uri;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    /// By host and port: while one service answers, the connections to another may have died.
    services: Mutex<HashMap<String, Pause>>,
}

/// The time since a service answered last.
#[derive(Debug)]
struct Pause {
    answered_at: Moment,
    /// The short tries since.
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
        let services = Mutex::default();
        Self {
            inner,
            pauses: Arc::new(Pauses { clock, services }),
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
        let service = service(&request);
        let is_short = !creates_key(&request) && self.pauses.next_is_short(&service);
        let (call, pauses) = (self.inner.call(request), Arc::clone(&self.pauses));
        HttpConnectorFuture::new(async move {
            let answered = if is_short {
                let waited = tokio::time::timeout(SHORT, call).await;
                waited.unwrap_or_else(|late| Err(ConnectorError::timeout(late.into())))
            } else {
                call.await
            };
            if answered.is_ok() {
                pauses.answered(service);
            }
            answered
        })
    }
}

/// The host and port that a request goes to.
fn service(request: &HttpRequest) -> String {
    let uri = request.uri().parse::<Uri>();
    let authority = uri.ok().and_then(|uri| uri.into_parts().authority);
    authority.map_or_else(String::new, |authority| authority.to_string())
}

/// Whether it makes a KMS key: done twice, there are two, which cost until somebody ends them.
fn creates_key(request: &HttpRequest) -> bool {
    let operation = request.headers().get("x-amz-target");
    operation.is_some_and(|operation| operation.ends_with(".CreateKey"))
}

impl Pauses {
    /// Whether the next try at a service is one of the first after a pause.
    fn next_is_short(&self, service: &str) -> bool {
        let now = self.clock.moment();
        let mut services = self.services();
        let Some(pause) = services.get_mut(service) else {
            return false;
        };
        if pause.answered_at.is_younger(PAUSE_SECONDS, now) || pause.tries >= SHORT_TRIES {
            return false;
        }
        pause.tries = pause.tries.saturating_add(1);
        true
    }

    fn answered(&self, service: String) {
        let pause = Pause {
            answered_at: self.clock.moment(),
            tries: 0,
        };
        self.services().insert(service, pause);
    }

    fn services(&self) -> MutexGuard<'_, HashMap<String, Pause>> {
        self.services.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
