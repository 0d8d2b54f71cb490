//! A faulty, counting proxy between the AWS SDK's clients and the embedded services.
//!
//! It knows every call by its `X-Amz-Target` and breaks those a rule names, the same way each time:
//!
//! ```ignore
//! let proxy = Proxy::start(&services.dynamodb_url).await;
//! let client = hallpass_embedded::dynamodb_client(proxy.url());
//! proxy.inject(Fault::LoseReply.on("TransactWriteItems").once());
//! // … the write happens, its reply is lost, the SDK asks again …
//! assert_eq!(proxy.count("TransactWriteItems"), 2);
//! ```

#![allow(dead_code, reason = "each test binary uses its part of this")]

mod call;
mod fault;
mod reply;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
};

use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{oneshot, watch},
    task::{JoinHandle, JoinSet},
};

pub use self::{
    call::{Call, Service},
    fault::{ALL, Fault, Rule},
};

/// The proxy. Dropping it ends it, stalled calls included.
pub struct Proxy {
    url: String,
    address: SocketAddr,
    /// Keeps the port, so that nobody else can take it while the door is closed.
    _held: TcpSocket,
    shared: Arc<Shared>,
    door: Mutex<Door>,
}

enum Door {
    Open {
        close: oneshot::Sender<()>,
        task: JoinHandle<()>,
    },
    Closed,
}

struct Shared {
    upstream: String,
    client: reqwest::Client,
    state: Mutex<State>,
    /// Changes whenever a call arrives.
    arrivals: watch::Sender<()>,
    /// Changes whenever the proxy is healed, which lets stalled calls go on.
    healings: watch::Sender<()>,
}

#[derive(Default)]
struct State {
    calls: Vec<Call>,
    rules: Vec<Rule>,
    /// The write units of all calls since they have been counted.
    write_units: Option<f64>,
    reads: Option<Reads>,
}

/// What was read of DynamoDB since it was asked to say so.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reads {
    /// The read units that DynamoDB says it consumed: by the size of whole rows, whatever was left out.
    pub units: f64,
    /// The bytes of its replies.
    pub bytes: usize,
}

impl Proxy {
    /// A proxy without faults on a free port, for the service at `upstream`.
    pub async fn start(upstream: &str) -> Self {
        let shared = Arc::new(Shared {
            upstream: upstream.to_owned(),
            client: reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("a plain HTTP client"),
            state: Mutex::default(),
            arrivals: watch::Sender::new(()),
            healings: watch::Sender::new(()),
        });
        let held = bind(SocketAddr::from(([127, 0, 0, 1], 0)));
        let address = held.local_addr().expect("a bound socket");
        let door = Mutex::new(open(bind(address), Arc::clone(&shared)));
        Self {
            url: format!("http://{address}"),
            address,
            _held: held,
            shared,
            door,
        }
    }

    /// Where clients reach the service through this proxy; it stays the same.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Every call so far, in the order of arrival, repeated ones included.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.state().calls.clone()
    }

    /// The names of the calls so far, in the order of arrival.
    pub fn operations(&self) -> Vec<String> {
        let calls = &self.shared.state().calls;
        calls.iter().map(|call| call.operation.clone()).collect()
    }

    /// How many calls of `operation` (`BatchGetItem`, `Sign`, …) have arrived.
    pub fn count(&self, operation: &str) -> usize {
        self.shared
            .state()
            .calls
            .iter()
            .filter(|call| call.operation == operation)
            .count()
    }

    /// From now on counts write units, from none, as the service says what each call consumed.
    pub fn count_write_units(&self) {
        self.shared.state().write_units = Some(0.0);
    }

    /// The write units that were consumed since.
    pub fn write_units(&self) -> f64 {
        self.shared.state().write_units.expect("they are counted")
    }

    /// Forgets the calls so far; faults stay.
    pub fn reset(&self) {
        self.shared.state().calls.clear();
    }

    /// From now on counts what is read of DynamoDB, beginning with nothing.
    pub fn count_reads(&self) {
        self.shared.state().reads = Some(Reads::default());
    }

    /// What was read since then.
    pub fn reads(&self) -> Reads {
        self.shared.state().reads.expect("reads are counted")
    }

    /// Waits until `count` calls of `operation` have arrived since the last reset.
    pub async fn arrived(&self, operation: &str, count: usize) {
        let mut arrivals = self.shared.arrivals.subscribe();
        while self.count(operation) < count {
            arrivals
                .changed()
                .await
                .expect("the sender lives as long as this proxy");
        }
    }

    /// From now on breaks the calls the rule names. The oldest rule that fits a call decides.
    pub fn inject(&self, rule: impl Into<Rule>) {
        self.shared.state().rules.push(rule.into());
    }

    /// Removes all rules; stalled calls go on to the service. [`Proxy::back`] undoes `gone`.
    pub fn heal(&self) {
        self.shared.state().rules.clear();
        self.shared.healings.send_replace(());
    }

    /// Closes all connections, and refuses new ones until [`Proxy::back`].
    pub async fn gone(&self) {
        if let Door::Open { close, task } = self.turn() {
            drop(close);
            task.await.expect("the accepting task does not panic");
        }
    }

    /// Takes connections again, on the same port.
    pub async fn back(&self) {
        if let Door::Closed = self.turn() {
            self.put(open(bind(self.address), Arc::clone(&self.shared)));
        }
    }

    fn turn(&self) -> Door {
        std::mem::replace(
            &mut *self.door.lock().expect("no panic under the lock"),
            Door::Closed,
        )
    }

    fn put(&self, door: Door) {
        *self.door.lock().expect("no panic under the lock") = door;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Door::Open { task, .. } = self.turn() {
            task.abort();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic under the lock")
    }

    /// Keeps the call with the fault it meets.
    fn record(&self, mut call: Call) -> Call {
        let mut state = self.state();
        call.fault = state.rules.iter_mut().find_map(|rule| rule.take(&call));
        state.calls.push(call.clone());
        drop(state);
        self.arrivals.send_replace(());
        call
    }
}

fn bind(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("a socket option");
    socket.bind(address).expect("a free port of 127.0.0.1");
    socket
}

fn open(socket: TcpSocket, shared: Arc<Shared>) -> Door {
    let listener = socket.listen(256).expect("a bound socket");
    let (close, closed) = oneshot::channel();
    Door::Open {
        close,
        task: tokio::spawn(accept(listener, shared, closed)),
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, mut closed: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut closed => break,
            Some(_) = connections.join_next() => {}
            Ok((stream, _)) = listener.accept() => {
                connections.spawn(serve(stream, Arc::clone(&shared)));
            }
        }
    }
    drop(listener);
    connections.shutdown().await;
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let answer = service_fn(move |request: Request<Incoming>| {
        let shared = Arc::clone(&shared);
        async move { reply::answer(&shared, request).await }
    });
    // An error is what a fault asked for, or a client that left: both are the test's business.
    http1::Builder::new()
        .serve_connection(TokioIo::new(stream), answer)
        .await
        .ok();
}
