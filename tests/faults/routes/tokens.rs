//! Tokens: made, derived, used, changed and ended.

use super::{Route, as_root, child, close, place, route, secret_token, user};
use hallpass_tests::{Hallpass, text};
use http::Method;
use serde_json::json;

pub(super) const ROUTES: &[Route] = &[
    route!(
        "mint, limited",
        "POST /v1/tokens",
        201,
        async |h: &Hallpass| { as_root(h, h.post("/v1/tokens", secret_token())) }
    ),
    route!(
        "mint, unlimited",
        "POST /v1/tokens",
        201,
        async |h: &Hallpass| {
            let body = json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"]});
            as_root(h, h.post("/v1/tokens", body))
        }
    ),
    route!(
        "derive",
        "POST /v1/tokens/temporary",
        200,
        async |h: &Hallpass| {
            h.post("/v1/tokens/temporary", json!({"scopes": ["asset:read"]}))
                .bearer(&h.secret().await)
        }
    ),
    route!(
        "derive as documented",
        "POST /v2/temporary-access-token/create",
        200,
        async |h: &Hallpass| {
            let body = json!({"scopes": ["asset:read"]});
            h.post("/v2/temporary-access-token/create", body)
                .bearer(&h.secret().await)
        }
    ),
    route!(
        "delete",
        "DELETE /v1/tokens/{id}",
        204,
        async |h: &Hallpass| {
            let path = format!("/v1/tokens/{}", text(&h.mint(secret_token()).await, "id"));
            as_root(h, h.delete(&path))
        }
    ),
    route!(
        "revoke a token",
        "POST /v1/revocations",
        204,
        async |h: &Hallpass| {
            as_root(
                h,
                h.post("/v1/revocations", json!({"token": h.secret().await})),
            )
        }
    ),
    route!(
        "revoke a JWT",
        "POST /v1/revocations",
        204,
        async |h: &Hallpass| {
            as_root(
                h,
                h.post("/v1/revocations", json!({"token": child(h).await})),
            )
        }
    ),
    route!(
        "close what a token made",
        "POST /v1/revocations",
        204,
        async |h: &Hallpass| {
            let (maker, _) = maker(h).await;
            as_root(h, h.post("/v1/revocations", json!({"made_by": maker})))
        }
    ),
    route!(
        "close what a token made, again",
        "GET /v1/revocations/made-by/{id}",
        204,
        async |h: &Hallpass| {
            let (maker, _) = maker(h).await;
            let end = h.post("/v1/revocations", json!({"made_by": maker}));
            assert_eq!(as_root(h, end).await.status, 204);
            as_root(h, h.get(&format!("/v1/revocations/made-by/{maker}")))
        }
    ),
    route!(
        "close an environment",
        "POST /v1/revocations",
        204,
        async |h: &Hallpass| {
            let (account, environment) = place(h).await;
            let body = json!({"account": account, "environment": environment});
            as_root(h, h.post("/v1/revocations", body))
        }
    ),
    route!(
        "close an account",
        "POST /v1/revocations",
        204,
        async |h: &Hallpass| {
            let (account, _) = place(h).await;
            as_root(h, h.post("/v1/revocations", json!({"account": account})))
        }
    ),
    route!(
        "close, before",
        "POST /v1/revocations",
        204,
        async |h: &Hallpass| {
            let (account, environment) = place(h).await;
            let body = json!({"account": account, "environment": environment, "before": 1});
            as_root(h, h.post("/v1/revocations", body))
        }
    ),
    route!(
        "closing of an account",
        "GET /v1/revocations/{account}",
        204,
        async |h: &Hallpass| {
            let (account, _) = place(h).await;
            close(h, json!({"account": account})).await;
            as_root(h, h.get(&format!("/v1/revocations/{account}")))
        }
    ),
    route!(
        "closing of an environment",
        "GET /v1/revocations/{account}/{app}/{env}",
        204,
        async |h: &Hallpass| {
            let (account, environment) = place(h).await;
            close(h, json!({"account": account, "environment": environment})).await;
            as_root(
                h,
                h.get(&format!("/v1/revocations/{account}/{environment}")),
            )
        }
    ),
    route!(
        "validate a token",
        "POST /v1/tokens/validate",
        200,
        async |h: &Hallpass| {
            as_root(
                h,
                h.post("/v1/tokens/validate", json!({"token": h.secret().await})),
            )
        }
    ),
    route!(
        "validate a JWT",
        "POST /v1/tokens/validate",
        200,
        async |h: &Hallpass| {
            as_root(
                h,
                h.post("/v1/tokens/validate", json!({"token": child(h).await})),
            )
        }
    ),
    route!(
        "validate what is no token",
        "POST /v1/tokens/validate",
        200,
        async |h: &Hallpass| {
            as_root(h, h.post("/v1/tokens/validate", json!({"token": "junk"})))
        }
    ),
    route!("self", "GET /v1/tokens/self", 200, async |h: &Hallpass| {
        h.get("/v1/tokens/self").bearer(&h.secret().await)
    }),
    route!(
        "self, a JWT",
        "GET /v1/tokens/self",
        200,
        async |h: &Hallpass| { h.get("/v1/tokens/self").bearer(&child(h).await) }
    ),
    route!(
        "rotate",
        "POST /v1/tokens/{id}/rotate",
        200,
        async |h: &Hallpass| {
            let path = format!(
                "/v1/tokens/{}/rotate",
                text(&h.mint(secret_token()).await, "id")
            );
            as_root(h, h.post(&path, json!({"overlap_seconds": 0})))
        }
    ),
    route!(
        "list tokens",
        "GET /v1/tokens",
        200,
        async |h: &Hallpass| {
            h.mint(secret_token()).await;
            as_root(h, h.get("/v1/tokens"))
        }
    ),
    route!(
        "a token",
        "GET /v1/tokens/{id}",
        200,
        async |h: &Hallpass| {
            let path = format!("/v1/tokens/{}", text(&h.mint(secret_token()).await, "id"));
            as_root(h, h.get(&path))
        }
    ),
    route!(
        "change a token",
        "PATCH /v1/tokens/{id}",
        200,
        async |h: &Hallpass| {
            let path = format!("/v1/tokens/{}", text(&h.mint(secret_token()).await, "id"));
            let call = h.call(Method::PATCH, &path);
            as_root(h, call.json(json!({"name": "renamed"})))
        }
    ),
    route!(
        "closing of a user",
        "GET /v1/revocations/principals/{principal}",
        204,
        async |h: &Hallpass| {
            let user = user(h).await;
            let gone = as_root(h, h.delete(&format!("/v1/users/{user}"))).await;
            assert_eq!(gone.status, 204, "{}", gone.body);
            as_root(h, h.get(&format!("/v1/revocations/principals/{user}")))
        }
    ),
    route!("usage", "GET /v1/usage", 200, async |h: &Hallpass| {
        as_root(h, h.get("/v1/usage"))
    }),
    route!("audit", "GET /v1/audit", 200, async |h: &Hallpass| {
        // Something to be sealed, once it is old.
        h.mint(secret_token()).await;
        as_root(h, h.get("/v1/audit"))
    }),
    route!(
        "verify the audit",
        "GET /v1/audit",
        200,
        async |h: &Hallpass| { as_root(h, h.get("/v1/audit?verify=true")) }
    ),
];

/// A token that made another one: its id and text.
async fn maker(hallpass: &Hallpass) -> (String, String) {
    let scopes = json!(["asset:read", "tokens:mint"]);
    let body = json!({"kind": "management", "name": "m", "scopes": scopes});
    let (id, token) = hallpass.minted(body).await;
    let body = json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"]});
    hallpass.mint_as(&token, body).await;
    (id, token)
}
