//! Every route: what it takes, whom it answers. A route without a row fails a test.

use super::world::World;
use hallpass_tests::Hallpass;
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What a route asks of its caller beyond a good token.
#[derive(Clone, Copy, PartialEq)]
pub enum Needs {
    /// This scope.
    Scope(&'static str),
    /// This scope, and to be the operator.
    Operator(&'static str),
    /// A kind that derives.
    Derive,
    /// Nothing: it is about the token itself.
    Itself,
    /// Not even a token.
    Public,
}

/// One route.
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

fn row(method: Method, template: &'static str, needs: Needs, success: u16) -> Row {
    Row {
        method,
        template,
        needs,
        body: None,
        keyed: false,
        success,
    }
}

impl Row {
    fn body(self, body: fn(&World) -> Value) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    fn keyed(self) -> Self {
        Self {
            keyed: true,
            ..self
        }
    }

    /// `METHOD template`, for messages.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.template)
    }
}

/// Every route that asks who calls.
pub fn rows() -> Vec<Row> {
    use Needs::{Derive, Itself, Operator, Scope};
    let derived = |_: &World| json!({"scopes": ["asset:read"]});
    vec![
        row(Method::POST, "/v1/tokens", Scope("tokens:mint"), 201)
            .body(|_| json!({"kind": "secret", "name": "made by a row"}))
            .keyed(),
        row(Method::POST, "/v1/tokens/temporary", Derive, 200).body(derived),
        row(
            Method::POST,
            "/v2/temporary-access-token/create",
            Derive,
            200,
        )
        .body(derived),
        row(
            Method::DELETE,
            "/v1/tokens/{id}",
            Scope("tokens:revoke"),
            204,
        ),
        row(Method::GET, "/v1/tokens", Scope("tokens:read"), 200),
        row(Method::GET, "/v1/tokens/{id}", Scope("tokens:read"), 200),
        row(Method::PATCH, "/v1/tokens/{id}", Scope("tokens:mint"), 200)
            .body(|_| json!({"name": "renamed by a row"})),
        row(
            Method::POST,
            "/v1/tokens/{id}/rotate",
            Scope("tokens:mint"),
            200,
        )
        .body(|_| json!({"overlap_seconds": 0}))
        .keyed(),
        row(Method::POST, "/v1/revocations", Scope("tokens:revoke"), 204)
            .body(|world| json!({"id": world.target_id})),
        row(
            Method::GET,
            "/v1/revocations/{account}",
            Scope("tokens:revoke"),
            204,
        ),
        row(
            Method::GET,
            "/v1/revocations/{account}/{app}/{env}",
            Scope("tokens:revoke"),
            204,
        ),
        row(
            Method::GET,
            "/v1/revocations/principals/{principal}",
            Scope("tokens:revoke"),
            204,
        ),
        row(
            Method::POST,
            "/v1/tokens/validate",
            Scope("tokens:validate"),
            200,
        )
        .body(|world| json!({"token": world.target})),
        row(Method::GET, "/v1/tokens/self", Itself, 200),
        row(Method::GET, "/v1/usage", Scope("activity:read"), 200),
        row(Method::GET, "/v1/audit", Scope("activity:read"), 200),
        row(Method::GET, "/v1/accounts", Scope("directory:read"), 200),
        row(
            Method::POST,
            "/v1/accounts",
            Operator("directory:write"),
            201,
        )
        .body(|_| json!({"name": "made-by-a-row"}))
        .keyed(),
        row(
            Method::GET,
            "/v1/accounts/{account}",
            Scope("directory:read"),
            200,
        ),
        row(
            Method::GET,
            "/v1/accounts/{account}/environments",
            Scope("directory:read"),
            200,
        ),
        row(
            Method::POST,
            "/v1/accounts/{account}/environments",
            Operator("directory:write"),
            201,
        )
        .body(|_| json!({"name": "made/by-a-row"}))
        .keyed(),
        row(
            Method::GET,
            "/v1/accounts/{account}/environments/{app}/{env}",
            Scope("directory:read"),
            200,
        ),
    ]
    .into_iter()
    .chain(of_principals())
    .chain(of_groups())
    .chain(of_shares())
    .chain(of_folders())
    .chain(of_app())
    .collect()
}

fn reads(template: &'static str) -> Row {
    row(Method::GET, template, Needs::Scope("directory:read"), 200)
}

fn writes(method: Method, template: &'static str, success: u16) -> Row {
    row(method, template, Needs::Scope("directory:write"), success)
}

fn of_principals() -> Vec<Row> {
    vec![
        reads("/v1/users"),
        writes(Method::POST, "/v1/users", 201)
            .body(|_| json!({"username": "made by a row", "scopes": ["asset:read"]}))
            .keyed(),
        reads("/v1/users/{user}"),
        writes(Method::PATCH, "/v1/users/{user}", 200)
            .body(|_| json!({"username": "renamed by a row", "scopes": ["asset:read"]})),
        writes(Method::DELETE, "/v1/users/{user}", 204),
        reads("/v1/service-accounts"),
        writes(Method::POST, "/v1/service-accounts", 201)
            .body(|_| json!({"name": "made-by-a-row"}))
            .keyed(),
        reads("/v1/service-accounts/{service_account}"),
        writes(
            Method::DELETE,
            "/v1/service-accounts/{service_account}",
            204,
        ),
    ]
}

fn of_shares() -> Vec<Row> {
    vec![
        reads("/v1/shares"),
        writes(Method::POST, "/v1/shares", 201)
            .body(|_| json!({"model": "made-by-a-row", "password": "open-sesame"}))
            .keyed(),
        reads("/v1/shares/{share}"),
        writes(Method::PATCH, "/v1/shares/{share}", 200).body(|_| json!({"password": null})),
        writes(Method::DELETE, "/v1/shares/{share}", 204),
    ]
}

fn of_folders() -> Vec<Row> {
    const USERS: &str = "/v1/folders/{folder}/access/users/{user}";
    const GROUPS: &str = "/v1/folders/{folder}/access/groups/{group}";
    let access = |_: &World| json!({"access": "write"});
    vec![
        reads("/v1/folders"),
        writes(Method::POST, "/v1/folders", 201)
            .body(|world| json!({"name": "made by a row", "parent": world.folder}))
            .keyed(),
        reads("/v1/folders/{folder}"),
        reads("/v1/folders/{folder}/access"),
        writes(Method::PUT, USERS, 204).body(access),
        writes(Method::DELETE, USERS, 204),
        writes(Method::PUT, GROUPS, 204).body(access),
        writes(Method::DELETE, GROUPS, 204),
    ]
}

/// 3dverse's shapes.
fn of_app() -> Vec<Row> {
    const USERS: &str = "/app/v1/folders/{folder}/access/users/{user}";
    const GROUPS: &str = "/app/v1/folders/{folder}/access/groups/{group}";
    const FOLDERS: &str = "/app/v1/folders/{folder}/folders";
    let access = |_: &World| json!({"access": "write"});
    let folder = |_: &World| json!({"name": "made by a row"});
    vec![
        writes(Method::POST, "/app/v1/users", 201)
            .body(|_| json!({"username": "made by an app's row"}))
            .keyed(),
        row(
            Method::POST,
            "/app/v1/users/{user}/tokens",
            Needs::Derive,
            200,
        )
        .body(|_| json!({"scope": "read", "ttl": "1h"})),
        writes(Method::POST, "/app/v1/folders", 201)
            .body(folder)
            .keyed(),
        reads(FOLDERS),
        writes(Method::POST, FOLDERS, 201).body(folder).keyed(),
        reads("/app/v1/folders/{folder}/access"),
        writes(Method::PUT, USERS, 204).body(access),
        writes(Method::PUT, GROUPS, 204).body(access),
    ]
}

/// The routes whose callers present no token as their own: each has tests of its own, in the file
/// that is named after its function.
pub fn without_caller() -> Vec<String> {
    vec!["POST /rest/api/v1/token".to_owned()]
}

fn of_groups() -> Vec<Row> {
    const USERS: &str = "/v1/groups/{group}/members/users/{user}";
    const GROUPS: &str = "/v1/groups/{group}/members/groups/{member}";
    vec![
        reads("/v1/groups"),
        writes(Method::POST, "/v1/groups", 201)
            .body(|_| json!({"name": "made by a row"}))
            .keyed(),
        reads("/v1/groups/{group}"),
        writes(Method::PATCH, "/v1/groups/{group}", 200)
            .body(|_| json!({"name": "renamed by a row"})),
        writes(Method::DELETE, "/v1/groups/{group}", 204),
        reads("/v1/groups/{group}/members"),
        writes(Method::PUT, USERS, 204),
        writes(Method::DELETE, USERS, 204),
        writes(Method::PUT, GROUPS, 204),
        writes(Method::DELETE, GROUPS, 204),
    ]
}

/// The routes that anybody may read, with or without a token.
pub fn public() -> Vec<Row> {
    let led = row(Method::GET, "/", Needs::Public, 307);
    let row = |template| row(Method::GET, template, Needs::Public, 200);
    vec![
        led,
        row("/.well-known/jwks.json"),
        row("/.well-known/openid-configuration"),
        row("/.well-known/oauth-authorization-server"),
        row("/.well-known/oauth-protected-resource"),
        row("/openapi.json"),
        row("/docs"),
        row("/docs/{asset}"),
    ]
}

/// The rows of one table are those of the product: the paths are read from the functions' sources,
/// and which methods each takes is asked of the router.
#[tokio::test]
async fn every_route_has_a_row() {
    let hallpass = Hallpass::start("default").await;
    let mut served = BTreeSet::new();
    for template in templates() {
        let reply = hallpass.call(Method::TRACE, &template).await;
        assert_eq!(
            reply.status, 405,
            "`{template}` stands in a function's source and is not served by all functions merged"
        );
        for method in reply.header("allow").split(',').filter(|it| *it != "HEAD") {
            served.insert(format!("{method} {template}"));
        }
    }
    let tabled: BTreeSet<String> = rows().iter().map(Row::name).collect();
    assert_eq!(rows().len(), tabled.len(), "a row stands twice");
    let all: BTreeSet<String> = tabled
        .into_iter()
        .chain(without_caller())
        .chain(public().iter().map(Row::name))
        .collect();
    assert_eq!(served, all, "left: the product's, right: the table's");
}

/// Every path given to `.route(` in a function's source.
fn templates() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = BTreeSet::new();
    for folder in [root.join("functions"), root.join("infra/local/src")] {
        for source in sources(&folder) {
            let text = fs::read_to_string(&source).unwrap();
            for other in [".nest(", ".nest_service(", ".route_service("] {
                assert!(
                    !text.contains(other),
                    "{}: teach `templates` {other}",
                    source.display()
                );
            }
            for after in text.split(".route(").skip(1) {
                let literal = after.trim_start().strip_prefix('"').unwrap_or_else(|| {
                    panic!("{}: a route whose path is no literal", source.display())
                });
                found.insert(literal.split('"').next().unwrap().to_owned());
            }
        }
    }
    found
}

/// Every source file below a folder.
pub fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
    found
}
