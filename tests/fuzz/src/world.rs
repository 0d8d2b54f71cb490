//! One deployment with something of everything in it, for inputs to be about: `$SECRET` in one
//! stands for a server's token, and so on.
//!
//! Its table is as it was at the start. What is read of it comes from the embedded DynamoDB once
//! and from memory from then on; what is written is acknowledged and forgotten. So an input meets
//! the same world whatever came before, and thousands are tried in a second.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use axum::Router;
use axum::body::Body;
use hallpass_core::{Random, RandomUnavailable, SchemaVersion};
use hallpass_http::{ClientAddress, finish};
use hallpass_runtime::{Platform, Settings};
use hallpass_tests::{Hallpass, ISSUER, text};
use http::{Method, Request, Response};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

pub(crate) static WORLD: LazyLock<World> = LazyLock::new(World::new);

pub(crate) struct World {
    pub(crate) runtime: Runtime,
    pub(crate) platform: Platform,
    router: Router,
    /// `$NAME` and what it stands for.
    names: Vec<(&'static str, String)>,
    /// What may open a door.
    pub(crate) tokens: Vec<String>,
    /// Whose table, keys and clock these are.
    _hallpass: Hallpass,
}

impl World {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let hallpass = runtime.block_on(Hallpass::start("default"));
        let names = runtime.block_on(everything(&hallpass));
        let opening = ["$ROOT", "$SECRET", "$APIKEY", "$PUBLIC", "$JWT"];
        let tokens = names.iter().filter(|(name, _)| opening.contains(name));
        let platform = remembering(&hallpass);
        Self {
            runtime,
            router: finish(hallpass_local::routes(&hallpass.signer), &platform),
            platform,
            tokens: tokens.map(|(_, token)| token.clone()).collect(),
            names,
            _hallpass: hallpass,
        }
    }

    /// The input with names put in.
    pub(crate) fn told(&self, data: &[u8]) -> Vec<u8> {
        let mut told = data.to_vec();
        for (name, value) in &self.names {
            let mut from = 0;
            while let Some(at) = find(&told, name.as_bytes(), from) {
                told.splice(at..at + name.len(), value.bytes());
                from = at + value.len();
            }
        }
        told
    }

    /// The reply to a request, whole.
    pub(crate) fn ask(&self, mut request: Request<Body>) -> Response<Vec<u8>> {
        let address = ClientAddress(Ipv4Addr::new(192, 0, 2, 7).into());
        request.extensions_mut().insert(address);
        let router = self.router.clone();
        self.runtime.block_on(async {
            let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
            let body = body.collect().await.unwrap().to_bytes().to_vec();
            Response::from_parts(parts, body)
        })
    }
}

/// One of everything that a path, a body or a header can name.
async fn everything(hallpass: &Hallpass) -> Vec<(&'static str, String)> {
    let mint = async |body: Value| hallpass.mint(body).await;
    let make = async |path: &str, body: Value| {
        let made = hallpass.post(path, body).bearer(&hallpass.root).await;
        assert_eq!(made.status, 201, "{path}: {}", made.body);
        text(&made.body, "id")
    };
    let secret = mint(json!({"kind": "secret", "name": "a server"})).await;
    let key = mint(json!({"kind": "apikey", "name": "a key", "scopes": ["asset:*"]})).await;
    let page = json!({"kind": "publishable", "name": "a page", "origins": ["a.example"]});
    let page = mint(page).await;
    let target = mint(json!({"kind": "secret", "name": "a target"})).await;
    let secret = text(&secret, "token");
    let derived = json!({"scopes": ["asset:read"], "origins": ["https://a.example"]});
    vec![
        ("$ROOT", hallpass.root.clone()),
        ("$APIKEY", text(&key, "token")),
        ("$PUBLIC", text(&page, "token")),
        ("$JWT", hallpass.derive(&secret, derived).await),
        ("$SECRET", secret),
        ("$ID", text(&target, "id")),
        (
            "$ACCOUNT",
            make("/v1/accounts", json!({"name": "customer"})).await,
        ),
        ("$USER", make("/v1/users", json!({"username": "ada"})).await),
        (
            "$SERVICE",
            make("/v1/service-accounts", json!({"name": "builder"})).await,
        ),
        (
            "$GROUP",
            make("/v1/groups", json!({"name": "a group"})).await,
        ),
        (
            "$FOLDER",
            make("/v1/folders", json!({"name": "a folder"})).await,
        ),
        (
            "$SHARE",
            make("/v1/shares", json!({"model": "chair"})).await,
        ),
    ]
}

/// Another instance of the deployment, with the table as it is now.
fn remembering(hallpass: &Hallpass) -> Platform {
    let config = hallpass.dynamodb_client.config();
    let client = Remembering {
        inner: config.http_client().unwrap(),
        memory: Memory::default(),
    };
    let client = SharedHttpClient::new(client);
    let settings = Settings {
        schema_version: SchemaVersion::NEWEST,
        table: hallpass.table.clone(),
        issuer: ISSUER.parse().unwrap(),
        audience: Some("https://api.example".to_owned()),
        stack: "fuzz".to_owned(),
        catalog: hallpass_catalogs::embedded("default").unwrap().unwrap(),
    };
    Platform::new(
        &settings,
        aws_sdk_dynamodb::Client::from_conf(config.to_builder().http_client(client).build()),
        Arc::clone(&hallpass.clock) as _,
        Arc::new(Counted(AtomicU64::new(0))),
    )
}

fn find(data: &[u8], name: &[u8], from: usize) -> Option<usize> {
    let found = data
        .get(from..)?
        .windows(name.len())
        .position(|it| it == name);
    found.map(|at| from + at)
}

/// Chance repeats itself: an input does tomorrow what it does today.
#[derive(Debug)]
struct Counted(AtomicU64);

impl Random for Counted {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomUnavailable> {
        for chunk in bytes.chunks_mut(8) {
            let next = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            chunk.copy_from_slice(&next.to_be_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// The table's replies to what was read.
type Memory = Arc<Mutex<HashMap<Vec<u8>, (u16, Vec<u8>)>>>;

/// More than inputs that say something ask for; past it, all is forgotten.
const MOST_REPLIES: usize = 10_000;

/// A way to the table that remembers what it read and forgets what it is to write.
#[derive(Debug)]
struct Remembering {
    inner: SharedHttpClient,
    memory: Memory,
}

impl HttpClient for Remembering {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(RememberingConnector {
            inner: self.inner.http_connector(settings, components),
            memory: Arc::clone(&self.memory),
        })
    }
}

#[derive(Debug)]
struct RememberingConnector {
    inner: SharedHttpConnector,
    memory: Memory,
}

impl HttpConnector for RememberingConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operation = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = operation.rsplit('.').next().unwrap_or_default();
        if !matches!(operation, "GetItem" | "BatchGetItem" | "Query") {
            return HttpConnectorFuture::ready(reply(200, b"{}".to_vec()));
        }
        let mut asked = operation.as_bytes().to_vec();
        asked.extend(request.body().bytes().unwrap_or_default());
        let known = self.memory.lock().unwrap().get(&asked).cloned();
        if let Some((status, body)) = known {
            return HttpConnectorFuture::ready(reply(status, body));
        }
        let memory = Arc::clone(&self.memory);
        let answer = self.inner.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            let status = answer.status().as_u16();
            let body = answer.into_body().collect().await;
            let body = body
                .map_err(|error| ConnectorError::other(error, None))?
                .to_bytes()
                .to_vec();
            let mut replies = memory.lock().unwrap();
            if replies.len() >= MOST_REPLIES {
                replies.clear();
            }
            replies.insert(asked, (status, body.clone()));
            drop(replies);
            reply(status, body)
        })
    }
}

fn reply(status: u16, body: Vec<u8>) -> Result<HttpResponse, ConnectorError> {
    let status = status
        .try_into()
        .map_err(|_no_status| ConnectorError::user("a status".into()))?;
    Ok(HttpResponse::new(status, SdkBody::from(body)))
}

/// A request as it is written: `METHOD /path?query`, a line for each header, an empty line, a
/// body. JSON unless a header says otherwise.
pub(crate) fn written(data: &[u8]) -> Option<Request<Body>> {
    let (head, body) = match find(data, b"\n\n", 0) {
        Some(at) => (&data[..at], &data[at + 2..]),
        None => (data, &[][..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let line = lines.next()?;
    let space = line.iter().position(|byte| *byte == b' ')?;
    let method = Method::from_bytes(&line[..space]).ok()?;
    let mut request = Request::builder().method(method).uri(&line[space + 1..]);
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = (&line[..colon], &line[colon + 1..]);
        request = request.header(name, value.trim_ascii_start());
    }
    if !request.headers_ref()?.contains_key("content-type") {
        request = request.header("content-type", "application/json");
    }
    request.body(Body::from(body.to_vec())).ok()
}
