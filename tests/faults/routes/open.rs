//! What asks for no token.

use super::{Route, made, route};
use hallpass_tests::{Hallpass, new_name, text};
use http::Method;
use serde_json::json;

pub(super) const ROUTES: &[Route] = &[
    route!(
        "exchange a key",
        "POST /rest/api/v1/token",
        200,
        async |h: &Hallpass| {
            let body = json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"]});
            let key = text(&h.mint(body).await, "token");
            h.call(Method::POST, "/rest/api/v1/token")
                .basic(format!("operator:{key}"))
        }
    ),
    route!(
        "exchange a password",
        "POST /rest/api/v1/token",
        200,
        async |h: &Hallpass| {
            let model = new_name();
            let body = json!({"model": model, "password": "sesame"});
            made(h, "/v1/shares", body.clone()).await;
            h.post("/rest/api/v1/token", body)
        }
    ),
    route!(
        "keys",
        "GET /.well-known/jwks.json",
        200,
        async |h: &Hallpass| { h.get("/.well-known/jwks.json") }
    ),
    route!(
        "discovery, OpenID",
        "GET /.well-known/openid-configuration",
        200,
        async |h: &Hallpass| { h.get("/.well-known/openid-configuration") }
    ),
    route!(
        "discovery, OAuth",
        "GET /.well-known/oauth-authorization-server",
        200,
        async |h: &Hallpass| { h.get("/.well-known/oauth-authorization-server") }
    ),
    route!(
        "discovery, resource",
        "GET /.well-known/oauth-protected-resource",
        200,
        async |h: &Hallpass| { h.get("/.well-known/oauth-protected-resource") }
    ),
    route!(
        "description",
        "GET /openapi.json",
        200,
        async |h: &Hallpass| { h.get("/openapi.json") }
    ),
    route!("root", "GET /", 307, async |h: &Hallpass| h.get("/")),
    route!("reference", "GET /docs", 200, async |h: &Hallpass| {
        h.get("/docs")
    }),
    route!(
        "a file of the reference",
        "GET /docs/{asset}",
        200,
        async |h: &Hallpass| { h.get("/docs/page.js") }
    ),
];
