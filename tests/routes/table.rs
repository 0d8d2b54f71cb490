//! Every route that the functions' tables have, with a call that succeeds. A route without one fails
//! a test.

use super::world::World;
use hallpass_http::{Needs, Route};
use hallpass_local::TABLES;
use hallpass_tests::Hallpass;
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One route, with what tells how it succeeds.
pub struct Row {
    pub method: Method,
    pub template: &'static str,
    pub needs: Needs,
    /// What succeeds, as its good caller.
    pub body: Option<fn(&World) -> Value>,
    /// Whether it takes an `Idempotency-Key`.
    pub keyed: bool,
    pub success: u16,
}

impl Row {
    /// `METHOD template`, for messages.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.template)
    }
}

/// How a route succeeds.
#[derive(Clone)]
struct Success {
    /// `METHOD template`.
    route: &'static str,
    status: u16,
    body: Option<fn(&World) -> Value>,
}

fn success(route: &'static str, status: u16) -> Success {
    Success {
        route,
        status,
        body: None,
    }
}

impl Success {
    fn with(self, body: fn(&World) -> Value) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }
}

/// `METHOD path`.
pub fn name(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

/// Every route of every function.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    TABLES.iter().flat_map(|(_, table)| *table)
}

/// Every route that asks who calls.
pub fn rows() -> Vec<Row> {
    let asks = |needs| !matches!(needs, Needs::Nothing | Needs::OwnCredential);
    rows_where(asks, successes())
}

/// The routes that anybody may read, with or without a token.
pub fn public() -> Vec<Row> {
    let paths = [
        "GET /.well-known/jwks.json",
        "GET /.well-known/openid-configuration",
        "GET /.well-known/oauth-authorization-server",
        "GET /.well-known/oauth-protected-resource",
        "GET /openapi.json",
        "GET /docs",
        "GET /docs/{asset}",
    ];
    let mut successes = paths.map(|path| success(path, 200)).to_vec();
    successes.push(success("GET /", 307));
    rows_where(|needs| needs == Needs::Nothing, successes)
}

/// The routes whose callers present no token as their own: each has tests of its own, in the file
/// that is named after its function.
pub fn without_caller() -> Vec<String> {
    let own = |route: &&Route| route.needs == Needs::OwnCredential;
    routes().filter(own).map(name).collect()
}

/// The tables' routes of which `is_meant` is true, in the order of their successes.
fn rows_where(is_meant: impl Fn(Needs) -> bool, successes: Vec<Success>) -> Vec<Row> {
    let mut meant: Vec<&Route> = routes().filter(|route| is_meant(route.needs)).collect();
    let mut rows = Vec::new();
    for success in successes {
        let found = meant.iter().position(|route| name(route) == success.route);
        let found = found.unwrap_or_else(|| panic!("`{}` is in no table", success.route));
        let route = meant.remove(found);
        rows.push(Row {
            method: route.method.clone(),
            template: route.path,
            needs: route.needs,
            body: success.body,
            keyed: route.takes_key,
            success: success.status,
        });
    }
    assert!(
        meant.is_empty(),
        "tests/routes/table.rs does not say how these succeed: {meant:?}"
    );
    rows
}

/// How each of them succeeds.
fn successes() -> Vec<Success> {
    let mut all = of_tokens();
    for more in [
        of_accounts(),
        of_principals(),
        of_groups(),
        of_shares(),
        of_folders(),
        of_app(),
    ] {
        all.extend(more);
    }
    all
}

fn of_tokens() -> Vec<Success> {
    let derived = |_: &World| json!({"scopes": ["asset:read"]});
    vec![
        success("POST /v1/tokens", 201)
            .with(|_| json!({"kind": "secret", "name": "made by a row"})),
        success("POST /v1/tokens/temporary", 200).with(derived),
        success("POST /v2/temporary-access-token/create", 200).with(derived),
        success("DELETE /v1/tokens/{id}", 204),
        success("GET /v1/tokens", 200),
        success("GET /v1/tokens/{id}", 200),
        success("PATCH /v1/tokens/{id}", 200).with(|_| json!({"name": "renamed by a row"})),
        success("POST /v1/tokens/{id}/rotate", 200).with(|_| json!({"overlap_seconds": 0})),
        success("POST /v1/revocations", 204).with(|world| json!({"id": world.target_id})),
        success("GET /v1/revocations/{account}", 204),
        success("GET /v1/revocations/{account}/{app}/{env}", 204),
        success("GET /v1/revocations/made-by/{id}", 204),
        success("GET /v1/revocations/principals/{principal}", 204),
        success("POST /v1/tokens/validate", 200).with(|world| json!({"token": world.target})),
        success("GET /v1/tokens/self", 200),
        success("GET /v1/usage", 200),
        success("GET /v1/audit", 200),
    ]
}

fn of_accounts() -> Vec<Success> {
    vec![
        success("GET /v1/accounts", 200),
        success("POST /v1/accounts", 201).with(|_| json!({"name": "made-by-a-row"})),
        success("GET /v1/accounts/{account}", 200),
        success("GET /v1/accounts/{account}/environments", 200),
        success("POST /v1/accounts/{account}/environments", 201)
            .with(|_| json!({"name": "made/by-a-row"})),
        success("GET /v1/accounts/{account}/environments/{app}/{env}", 200),
    ]
}

fn of_principals() -> Vec<Success> {
    vec![
        success("GET /v1/users", 200),
        success("POST /v1/users", 201)
            .with(|_| json!({"username": "made by a row", "scopes": ["asset:read"]})),
        success("GET /v1/users/{user}", 200),
        success("PATCH /v1/users/{user}", 200)
            .with(|_| json!({"username": "renamed by a row", "scopes": ["asset:read"]})),
        success("DELETE /v1/users/{user}", 204),
        success("GET /v1/service-accounts", 200),
        success("POST /v1/service-accounts", 201).with(|_| json!({"name": "made-by-a-row"})),
        success("GET /v1/service-accounts/{service_account}", 200),
        success("PATCH /v1/service-accounts/{service_account}", 200)
            .with(|_| json!({"scopes": ["asset:read"]})),
        success("DELETE /v1/service-accounts/{service_account}", 204),
    ]
}

fn of_groups() -> Vec<Success> {
    vec![
        success("GET /v1/groups", 200),
        success("POST /v1/groups", 201).with(|_| json!({"name": "made by a row"})),
        success("GET /v1/groups/{group}", 200),
        success("PATCH /v1/groups/{group}", 200).with(|_| json!({"name": "renamed by a row"})),
        success("DELETE /v1/groups/{group}", 204),
        success("GET /v1/groups/{group}/members", 200),
        success("PUT /v1/groups/{group}/members/users/{user}", 204),
        success("DELETE /v1/groups/{group}/members/users/{user}", 204),
        success("PUT /v1/groups/{group}/members/groups/{member}", 204),
        success("DELETE /v1/groups/{group}/members/groups/{member}", 204),
    ]
}

fn of_shares() -> Vec<Success> {
    vec![
        success("GET /v1/shares", 200),
        success("POST /v1/shares", 201)
            .with(|_| json!({"model": "made-by-a-row", "password": "open-sesame"})),
        success("GET /v1/shares/{share}", 200),
        success("PATCH /v1/shares/{share}", 200).with(|_| json!({"password": null})),
        success("DELETE /v1/shares/{share}", 204),
    ]
}

fn of_folders() -> Vec<Success> {
    let access = |_: &World| json!({"access": "write"});
    vec![
        success("GET /v1/folders", 200),
        success("POST /v1/folders", 201)
            .with(|world| json!({"name": "made by a row", "parent": world.folder})),
        success("GET /v1/folders/{folder}", 200),
        success("GET /v1/folders/{folder}/access", 200),
        success("PUT /v1/folders/{folder}/access/users/{user}", 204).with(access),
        success("DELETE /v1/folders/{folder}/access/users/{user}", 204),
        success("PUT /v1/folders/{folder}/access/groups/{group}", 204).with(access),
        success("DELETE /v1/folders/{folder}/access/groups/{group}", 204),
    ]
}

/// 3dverse's shapes.
fn of_app() -> Vec<Success> {
    let access = |_: &World| json!({"access": "write"});
    let folder = |_: &World| json!({"name": "made by an app's row"});
    vec![
        success("POST /app/v1/users", 201).with(|_| json!({"username": "made by an app's row"})),
        success("POST /app/v1/users/{user}/tokens", 200)
            .with(|_| json!({"scope": "read", "ttl": "1h"})),
        success("POST /app/v1/folders", 201).with(folder),
        success("GET /app/v1/folders/{folder}/folders", 200),
        success("POST /app/v1/folders/{folder}/folders", 201).with(folder),
        success("GET /app/v1/folders/{folder}/access", 200),
        success("PUT /app/v1/folders/{folder}/access/users/{user}", 204).with(access),
        success("PUT /app/v1/folders/{folder}/access/groups/{group}", 204).with(access),
    ]
}

/// All functions merged answer each route of the tables, at its methods and no others.
#[tokio::test]
async fn every_route_has_a_row() {
    let hallpass = Hallpass::start("default").await;
    let paths: BTreeSet<&str> = routes().map(|route| route.path).collect();
    let mut served = BTreeSet::new();
    for path in paths {
        let reply = hallpass.call(Method::TRACE, path).await;
        assert_eq!(
            reply.status, 405,
            "`{path}` is in a table and is not served"
        );
        for method in reply.header("allow").split(',').filter(|it| *it != "HEAD") {
            served.insert(format!("{method} {path}"));
        }
    }
    let tabled: BTreeSet<String> = routes().map(name).collect();
    assert_eq!(routes().count(), tabled.len(), "a route is in two tables");
    assert_eq!(served, tabled, "left: served, right: the tables'");
    let rows: BTreeSet<String> = rows()
        .iter()
        .chain(&public())
        .map(Row::name)
        .chain(without_caller())
        .collect();
    assert_eq!(rows, tabled, "left: tried, right: the tables'");
}
