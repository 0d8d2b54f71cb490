//! Accounts and environments, and who and what is in them.

use super::{Route, as_root, made, route, user};
use hallpass_tests::{Hallpass, new_name, text, with};
use http::Method;
use serde_json::json;

pub(super) const ROUTES: &[Route] = &[
    route!(
        "create an account",
        "POST /v1/accounts",
        201,
        async |h: &Hallpass| { as_root(h, h.post("/v1/accounts", json!({"name": new_name()}))) }
    ),
    route!("accounts", "GET /v1/accounts", 200, async |h: &Hallpass| {
        as_root(h, h.get("/v1/accounts"))
    }),
    route!(
        "an account",
        "GET /v1/accounts/{account}",
        200,
        async |h: &Hallpass| { as_root(h, h.get(&format!("/v1/accounts/{}", h.operator))) }
    ),
    route!(
        "create an environment",
        "POST /v1/accounts/{account}/environments",
        201,
        async |h: &Hallpass| {
            let path = format!("/v1/accounts/{}/environments", h.operator);
            as_root(
                h,
                h.post(&path, json!({"name": format!("app/{}", new_name())})),
            )
        }
    ),
    route!(
        "environments",
        "GET /v1/accounts/{account}/environments",
        200,
        async |h: &Hallpass| {
            as_root(
                h,
                h.get(&format!("/v1/accounts/{}/environments", h.operator)),
            )
        }
    ),
    route!(
        "an environment",
        "GET /v1/accounts/{account}/environments/{app}/{env}",
        200,
        async |h: &Hallpass| {
            as_root(
                h,
                h.get(&format!(
                    "/v1/accounts/{}/environments/default/live",
                    h.operator
                )),
            )
        }
    ),
    route!(
        "create a user",
        "POST /v1/users",
        201,
        async |h: &Hallpass| { as_root(h, h.post("/v1/users", json!({"username": new_name()}))) }
    ),
    route!(
        "list of a user",
        "GET /v1/users",
        200,
        async |h: &Hallpass| {
            user(h).await;
            as_root(h, h.get("/v1/users"))
        }
    ),
    route!(
        "a user",
        "GET /v1/users/{user}",
        200,
        async |h: &Hallpass| {
            let id = user(h).await;
            as_root(h, h.get(&format!("/v1/users/{id}")))
        }
    ),
    route!(
        "create a service account",
        "POST /v1/service-accounts",
        201,
        async |h: &Hallpass| {
            as_root(
                h,
                h.post("/v1/service-accounts", json!({"name": new_name()})),
            )
        }
    ),
    route!(
        "list of a service account",
        "GET /v1/service-accounts",
        200,
        async |h: &Hallpass| {
            service_account(h).await;
            as_root(h, h.get("/v1/service-accounts"))
        }
    ),
    route!(
        "a service account",
        "GET /v1/service-accounts/{service_account}",
        200,
        async |h: &Hallpass| {
            let id = service_account(h).await;
            as_root(h, h.get(&format!("/v1/service-accounts/{id}")))
        }
    ),
    route!(
        "create a group",
        "POST /v1/groups",
        201,
        async |h: &Hallpass| { as_root(h, h.post("/v1/groups", json!({"name": new_name()}))) }
    ),
    route!(
        "list of a group",
        "GET /v1/groups",
        200,
        async |h: &Hallpass| {
            group(h).await;
            as_root(h, h.get("/v1/groups"))
        }
    ),
    route!(
        "a group",
        "GET /v1/groups/{group}",
        200,
        async |h: &Hallpass| {
            let id = group(h).await;
            as_root(h, h.get(&format!("/v1/groups/{id}")))
        }
    ),
    route!(
        "create a folder",
        "POST /v1/folders",
        201,
        async |h: &Hallpass| { as_root(h, h.post("/v1/folders", json!({"name": new_name()}))) }
    ),
    route!(
        "list of a folder",
        "GET /v1/folders",
        200,
        async |h: &Hallpass| {
            folder(h).await;
            as_root(h, h.get("/v1/folders"))
        }
    ),
    route!(
        "a folder",
        "GET /v1/folders/{folder}",
        200,
        async |h: &Hallpass| {
            let id = folder(h).await;
            as_root(h, h.get(&format!("/v1/folders/{id}")))
        }
    ),
    route!(
        "create a share",
        "POST /v1/shares",
        201,
        async |h: &Hallpass| {
            as_root(
                h,
                h.post(
                    "/v1/shares",
                    json!({"model": new_name(), "password": "sesame"}),
                ),
            )
        }
    ),
    route!(
        "list of a share",
        "GET /v1/shares",
        200,
        async |h: &Hallpass| {
            share(h).await;
            as_root(h, h.get("/v1/shares"))
        }
    ),
    route!(
        "a share",
        "GET /v1/shares/{share}",
        200,
        async |h: &Hallpass| {
            let id = share(h).await;
            as_root(h, h.get(&format!("/v1/shares/{id}")))
        }
    ),
    route!(
        "change a user",
        "PATCH /v1/users/{user}",
        200,
        async |h: &Hallpass| {
            let id = user(h).await;
            let call = h.call(Method::PATCH, &format!("/v1/users/{id}"));
            as_root(h, call.json(json!({"username": new_name()})))
        }
    ),
    route!(
        "change a group",
        "PATCH /v1/groups/{group}",
        200,
        async |h: &Hallpass| {
            let id = group(h).await;
            let call = h.call(Method::PATCH, &format!("/v1/groups/{id}"));
            as_root(h, call.json(json!({"name": new_name()})))
        }
    ),
    route!(
        "change a share",
        "PATCH /v1/shares/{share}",
        200,
        async |h: &Hallpass| {
            let id = share(h).await;
            let call = h.call(Method::PATCH, &format!("/v1/shares/{id}"));
            as_root(h, call.json(json!({"password": null})))
        }
    ),
    route!(
        "close a user",
        "DELETE /v1/users/{user}",
        204,
        async |h: &Hallpass| {
            let id = user(h).await;
            as_root(h, h.delete(&format!("/v1/users/{id}")))
        }
    ),
    route!(
        "change a service account",
        "PATCH /v1/service-accounts/{service_account}",
        200,
        async |h: &Hallpass| {
            let scopes = json!({"scopes": ["asset:read"]});
            let body = with(json!({"name": new_name()}), scopes.clone());
            let id = made(h, "/v1/service-accounts", body).await;
            as_root(h, h.patch(&format!("/v1/service-accounts/{id}"), scopes))
        }
    ),
    route!(
        "close a service account",
        "DELETE /v1/service-accounts/{service_account}",
        204,
        async |h: &Hallpass| {
            let id = service_account(h).await;
            as_root(h, h.delete(&format!("/v1/service-accounts/{id}")))
        }
    ),
    route!(
        "remove a group",
        "DELETE /v1/groups/{group}",
        204,
        async |h: &Hallpass| {
            let id = group(h).await;
            as_root(h, h.delete(&format!("/v1/groups/{id}")))
        }
    ),
    route!(
        "unshare",
        "DELETE /v1/shares/{share}",
        204,
        async |h: &Hallpass| {
            let id = share(h).await;
            as_root(h, h.delete(&format!("/v1/shares/{id}")))
        }
    ),
    route!(
        "members",
        "GET /v1/groups/{group}/members",
        200,
        async |h: &Hallpass| {
            let (group, _) = membership(h, "users").await;
            as_root(h, h.get(&format!("/v1/groups/{group}/members")))
        }
    ),
    route!(
        "join, a user",
        "PUT /v1/groups/{group}/members/users/{user}",
        204,
        async |h: &Hallpass| {
            let (group, member) = (group(h).await, user(h).await);
            let path = format!("/v1/groups/{group}/members/users/{member}");
            as_root(h, h.call(Method::PUT, &path))
        }
    ),
    route!(
        "leave, a user",
        "DELETE /v1/groups/{group}/members/users/{user}",
        204,
        async |h: &Hallpass| {
            let (group, member) = membership(h, "users").await;
            let path = format!("/v1/groups/{group}/members/users/{member}");
            as_root(h, h.delete(&path))
        }
    ),
    route!(
        "join, a group",
        "PUT /v1/groups/{group}/members/groups/{member}",
        204,
        async |h: &Hallpass| {
            let (group, member) = (group(h).await, group(h).await);
            let path = format!("/v1/groups/{group}/members/groups/{member}");
            as_root(h, h.call(Method::PUT, &path))
        }
    ),
    route!(
        "leave, a group",
        "DELETE /v1/groups/{group}/members/groups/{member}",
        204,
        async |h: &Hallpass| {
            let (group, member) = membership(h, "groups").await;
            let path = format!("/v1/groups/{group}/members/groups/{member}");
            as_root(h, h.delete(&path))
        }
    ),
    route!(
        "access",
        "GET /v1/folders/{folder}/access",
        200,
        async |h: &Hallpass| {
            let (folder, _) = access(h, "users").await;
            as_root(h, h.get(&format!("/v1/folders/{folder}/access")))
        }
    ),
    route!(
        "give access, a user",
        "PUT /v1/folders/{folder}/access/users/{user}",
        204,
        async |h: &Hallpass| {
            let (folder, member) = (folder(h).await, user(h).await);
            let path = format!("/v1/folders/{folder}/access/users/{member}");
            let call = h.call(Method::PUT, &path);
            as_root(h, call.json(json!({"access": "read"})))
        }
    ),
    route!(
        "take access, a user",
        "DELETE /v1/folders/{folder}/access/users/{user}",
        204,
        async |h: &Hallpass| {
            let (folder, member) = access(h, "users").await;
            let path = format!("/v1/folders/{folder}/access/users/{member}");
            as_root(h, h.delete(&path))
        }
    ),
    route!(
        "give access, a group",
        "PUT /v1/folders/{folder}/access/groups/{group}",
        204,
        async |h: &Hallpass| {
            let (folder, member) = (folder(h).await, group(h).await);
            let path = format!("/v1/folders/{folder}/access/groups/{member}");
            let call = h.call(Method::PUT, &path);
            as_root(h, call.json(json!({"access": "read"})))
        }
    ),
    route!(
        "take access, a group",
        "DELETE /v1/folders/{folder}/access/groups/{group}",
        204,
        async |h: &Hallpass| {
            let (folder, member) = access(h, "groups").await;
            let path = format!("/v1/folders/{folder}/access/groups/{member}");
            as_root(h, h.delete(&path))
        }
    ),
    route!(
        "app: give access, a user",
        "PUT /app/v1/folders/{folder}/access/users/{user}",
        204,
        async |h: &Hallpass| {
            let (folder, member) = (folder(h).await, user(h).await);
            let path = format!("/app/v1/folders/{folder}/access/users/{member}");
            let call = h.call(Method::PUT, &path);
            as_root(h, call.json(json!({"access": "read"})))
        }
    ),
    route!(
        "app: give access, a group",
        "PUT /app/v1/folders/{folder}/access/groups/{group}",
        204,
        async |h: &Hallpass| {
            let (folder, member) = (folder(h).await, group(h).await);
            let path = format!("/app/v1/folders/{folder}/access/groups/{member}");
            let call = h.call(Method::PUT, &path);
            as_root(h, call.json(json!({"access": "read"})))
        }
    ),
    route!(
        "app: create a user",
        "POST /app/v1/users",
        201,
        async |h: &Hallpass| {
            as_root(h, h.post("/app/v1/users", json!({"username": new_name()})))
        }
    ),
    route!(
        "app: a user's token",
        "POST /app/v1/users/{user}/tokens",
        200,
        async |h: &Hallpass| {
            let (folder, user) = access(h, "users").await;
            assert!(!folder.is_empty());
            let server = json!({
                "kind": "secret", "name": "speaks", "scopes": ["asset:*", "tokens:impersonate"],
            });
            let server = text(&h.mint(server).await, "token");
            let body = json!({"scope": "read", "ttl": "1h"});
            h.post(&format!("/app/v1/users/{user}/tokens"), body)
                .bearer(&server)
        }
    ),
    route!(
        "app: create a folder",
        "POST /app/v1/folders",
        201,
        async |h: &Hallpass| { as_root(h, h.post("/app/v1/folders", json!({"name": new_name()}))) }
    ),
    route!(
        "app: folders",
        "GET /app/v1/folders/{folder}/folders",
        200,
        async |h: &Hallpass| {
            let folder = folder(h).await;
            as_root(h, h.get(&format!("/app/v1/folders/{folder}/folders")))
        }
    ),
    route!(
        "app: create a folder in another",
        "POST /app/v1/folders/{folder}/folders",
        201,
        async |h: &Hallpass| {
            let path = format!("/app/v1/folders/{}/folders", folder(h).await);
            as_root(h, h.post(&path, json!({"name": new_name()})))
        }
    ),
    route!(
        "app: access",
        "GET /app/v1/folders/{folder}/access",
        200,
        async |h: &Hallpass| {
            let (folder, _) = access(h, "groups").await;
            as_root(h, h.get(&format!("/app/v1/folders/{folder}/access")))
        }
    ),
];

async fn service_account(hallpass: &Hallpass) -> String {
    hallpass.service_account(&new_name()).await
}

async fn group(hallpass: &Hallpass) -> String {
    hallpass.group(&new_name()).await
}

async fn folder(hallpass: &Hallpass) -> String {
    made(hallpass, "/v1/folders", json!({"name": new_name()})).await
}

async fn share(hallpass: &Hallpass) -> String {
    let body = json!({"model": new_name(), "password": "sesame"});
    made(hallpass, "/v1/shares", body).await
}

/// A user or group of the sort.
async fn someone(hallpass: &Hallpass, sort: &str) -> String {
    match sort {
        "users" => user(hallpass).await,
        _ => group(hallpass).await,
    }
}

/// A group, and somebody in it.
async fn membership(hallpass: &Hallpass, sort: &str) -> (String, String) {
    let (group, member) = (group(hallpass).await, someone(hallpass, sort).await);
    hallpass.join(&group, &member).await;
    (group, member)
}

/// A folder, and somebody who may read it.
async fn access(hallpass: &Hallpass, sort: &str) -> (String, String) {
    let (folder, member) = (folder(hallpass).await, someone(hallpass, sort).await);
    let path = format!("/v1/folders/{folder}/access/{sort}/{member}");
    let call = hallpass.call(Method::PUT, &path);
    let given = as_root(hallpass, call.json(json!({"access": "read"}))).await;
    assert_eq!(given.status, 204, "{}", given.body);
    (folder, member)
}
