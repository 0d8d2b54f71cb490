//! Every route, each with a valid request.

use hallpass_tests::{Call, Hallpass, text};
use serde_json::{Value, json};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};

type Prepared<'a> = Pin<Box<dyn Future<Output = Call> + 'a>>;

/// A route, and how to make a request of it that nothing is wrong with.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    pub(crate) name: &'static str,
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
    ($name:literal, $status:literal, $prepare:expr) => {
        Route {
            name: $name,
            status: $status,
            prepare: |hallpass| Box::pin($prepare(hallpass)),
        }
    };
}

/// The routes. Each request that changes something is about something of its own.
pub(crate) const ROUTES: &[Route] = &[
    route!("mint, limited", 201, async |h: &Hallpass| {
        as_root(h, h.post("/v1/tokens", secret_token()))
    }),
    route!("mint, unlimited", 201, async |h: &Hallpass| {
        let body = json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"]});
        as_root(h, h.post("/v1/tokens", body))
    }),
    route!("derive", 200, async |h: &Hallpass| {
        h.post("/v1/tokens/temporary", json!({"scopes": ["asset:read"]}))
            .bearer(&h.secret().await)
    }),
    route!("derive as documented", 200, async |h: &Hallpass| {
        let body = json!({"scopes": ["asset:read"]});
        h.post("/v2/temporary-access-token/create", body)
            .bearer(&h.secret().await)
    }),
    route!("delete", 204, async |h: &Hallpass| {
        let path = format!("/v1/tokens/{}", text(&h.mint(secret_token()).await, "id"));
        as_root(h, h.delete(&path))
    }),
    route!("revoke a token", 204, async |h: &Hallpass| {
        as_root(
            h,
            h.post("/v1/revocations", json!({"token": h.secret().await})),
        )
    }),
    route!("revoke a JWT", 204, async |h: &Hallpass| {
        as_root(
            h,
            h.post("/v1/revocations", json!({"token": child(h).await})),
        )
    }),
    route!("close an environment", 204, async |h: &Hallpass| {
        let (account, environment) = place(h).await;
        let body = json!({"account": account, "environment": environment});
        as_root(h, h.post("/v1/revocations", body))
    }),
    route!("close an account", 204, async |h: &Hallpass| {
        let (account, _) = place(h).await;
        as_root(h, h.post("/v1/revocations", json!({"account": account})))
    }),
    route!("close, before", 204, async |h: &Hallpass| {
        let (account, environment) = place(h).await;
        let body = json!({"account": account, "environment": environment, "before": 1});
        as_root(h, h.post("/v1/revocations", body))
    }),
    route!("closing of an account", 204, async |h: &Hallpass| {
        let (account, _) = place(h).await;
        close(h, json!({"account": account})).await;
        as_root(h, h.get(&format!("/v1/revocations/{account}")))
    }),
    route!("closing of an environment", 204, async |h: &Hallpass| {
        let (account, environment) = place(h).await;
        close(h, json!({"account": account, "environment": environment})).await;
        as_root(
            h,
            h.get(&format!("/v1/revocations/{account}/{environment}")),
        )
    }),
    route!("validate a token", 200, async |h: &Hallpass| {
        as_root(
            h,
            h.post("/v1/tokens/validate", json!({"token": h.secret().await})),
        )
    }),
    route!("validate a JWT", 200, async |h: &Hallpass| {
        as_root(
            h,
            h.post("/v1/tokens/validate", json!({"token": child(h).await})),
        )
    }),
    route!("validate what is no token", 200, async |h: &Hallpass| {
        as_root(h, h.post("/v1/tokens/validate", json!({"token": "junk"})))
    }),
    route!("self", 200, async |h: &Hallpass| {
        h.get("/v1/tokens/self").bearer(&h.secret().await)
    }),
    route!("self, a JWT", 200, async |h: &Hallpass| {
        h.get("/v1/tokens/self").bearer(&child(h).await)
    }),
    route!("rotate", 200, async |h: &Hallpass| {
        let path = format!(
            "/v1/tokens/{}/rotate",
            text(&h.mint(secret_token()).await, "id")
        );
        as_root(h, h.post(&path, json!({"overlap_seconds": 0})))
    }),
    route!("create an account", 201, async |h: &Hallpass| {
        as_root(h, h.post("/v1/accounts", json!({"name": new_name()})))
    }),
    route!("accounts", 200, async |h: &Hallpass| as_root(
        h,
        h.get("/v1/accounts")
    )),
    route!("an account", 200, async |h: &Hallpass| {
        as_root(h, h.get(&format!("/v1/accounts/{}", h.operator)))
    }),
    route!("create an environment", 201, async |h: &Hallpass| {
        let path = format!("/v1/accounts/{}/environments", h.operator);
        as_root(
            h,
            h.post(&path, json!({"name": format!("app/{}", new_name())})),
        )
    }),
    route!("environments", 200, async |h: &Hallpass| {
        as_root(
            h,
            h.get(&format!("/v1/accounts/{}/environments", h.operator)),
        )
    }),
    route!("an environment", 200, async |h: &Hallpass| {
        as_root(
            h,
            h.get(&format!(
                "/v1/accounts/{}/environments/default/live",
                h.operator
            )),
        )
    }),
];

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

fn new_name() -> String {
    static NAMES: AtomicU64 = AtomicU64::new(0);
    format!("name-{}", NAMES.fetch_add(1, Ordering::SeqCst))
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
