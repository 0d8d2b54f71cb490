//! Every route, each with a valid request.

mod directory;
mod open;
mod tokens;

use hallpass_local::TABLES;
use hallpass_tests::{Call, Hallpass, new_name, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::pin::Pin;

type Prepared<'a> = Pin<Box<dyn Future<Output = Call> + 'a>>;

/// A route, and how to make a request of it that nothing is wrong with.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    pub(crate) name: &'static str,
    /// Method and path, as the function's table has them.
    operation: &'static str,
    /// The status of its success.
    pub(crate) status: u16,
    prepare: for<'a> fn(&'a Hallpass) -> Prepared<'a>,
}

impl Route {
    /// Makes what the request is about; the request is then good for one success.
    pub(crate) async fn prepare(&self, hallpass: &Hallpass) -> Call {
        (self.prepare)(hallpass).await
    }

    /// Whether it ends all tokens of a place, at which it works for up to 20 s.
    pub(crate) fn closes(&self) -> bool {
        self.name.starts_with("clos")
    }
}

macro_rules! route {
    ($name:literal, $operation:literal, $status:literal, $prepare:expr) => {
        $crate::faults::routes::Route {
            name: $name,
            operation: $operation,
            status: $status,
            prepare: |hallpass| Box::pin($prepare(hallpass)),
        }
    };
}
use route;

/// The routes. Each request that changes something is about something of its own.
pub(crate) fn all() -> impl Iterator<Item = Route> {
    let routes = [tokens::ROUTES, directory::ROUTES, open::ROUTES];
    routes.into_iter().flatten().copied()
}

fn as_root(hallpass: &Hallpass, call: Call) -> Call {
    call.bearer(&hallpass.root)
}

fn secret_token() -> Value {
    json!({"kind": "secret", "name": "a server"})
}

async fn child(hallpass: &Hallpass) -> String {
    hallpass
        .derive(&hallpass.secret().await, json!({"scopes": ["asset:read"]}))
        .await
}

/// An account and its environment, with a token in it.
async fn place(hallpass: &Hallpass) -> (String, String) {
    let call = hallpass.post("/v1/accounts", json!({"name": new_name()}));
    let account = text(&call.bearer(&hallpass.root).await.body, "id");
    let body = json!({"kind": "secret", "name": "a server", "account": account});
    hallpass.mint(body).await;
    (account, "default/live".to_owned())
}

async fn close(hallpass: &Hallpass, body: Value) {
    let reply = hallpass
        .post("/v1/revocations", body)
        .bearer(&hallpass.root)
        .await;
    assert_eq!(reply.status, 204, "{}", reply.body);
}

/// Makes something with the management token; its id.
async fn made(hallpass: &Hallpass, path: &str, body: Value) -> String {
    hallpass.made(&hallpass.root, path, body).await
}

async fn user(hallpass: &Hallpass) -> String {
    hallpass.user(&new_name(), json!(["asset:read"])).await
}

/// A route that no request here is for would be tried under no fault.
#[test]
fn every_route_is_among_them() {
    let routes = TABLES.iter().flat_map(|(_, table)| *table);
    let served: BTreeSet<String> = routes
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let tried: BTreeSet<String> = all().map(|route| route.operation.to_owned()).collect();
    assert_eq!(
        served, tried,
        "left: served, right: tried in tests/faults/routes/"
    );
}
