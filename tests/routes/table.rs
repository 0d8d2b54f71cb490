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

/// Every route there is.
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
            Method::POST,
            "/v1/tokens/validate",
            Scope("tokens:validate"),
            200,
        )
        .body(|world| json!({"token": world.target})),
        row(Method::GET, "/v1/tokens/self", Itself, 200),
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
    assert_eq!(served, tabled, "left: the product's, right: the table's");
    assert_eq!(rows().len(), tabled.len(), "a row stands twice");
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

fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
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
