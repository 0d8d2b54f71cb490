//! `/v1/users`, `/v1/service-accounts` and `/v1/groups`: who tokens speak for, and what they have by
//! it.

mod bounds;
mod groups;
mod live;
mod reads;
mod service_accounts;
mod users;

use hallpass_core::{Access, Catalog, GroupId, Path};
use hallpass_store::{Audit, AuditAction};
use hallpass_tests::{Hallpass, Reply};
use http::Method;
use serde_json::{Value, json};

/// What is told of a refusal: its status, code and field.
fn told(reply: &Reply) -> (u16, &str, &str) {
    let field = reply.body["field"].as_str().unwrap_or_default();
    (reply.status.as_u16(), reply.code(), field)
}

async fn get(hallpass: &Hallpass, caller: &str, path: &str) -> Reply {
    hallpass.get(path).bearer(caller).await
}

async fn patch(hallpass: &Hallpass, caller: &str, path: &str, body: Value) -> Reply {
    let call = hallpass.call(Method::PATCH, path).json(body);
    call.bearer(caller).await
}

async fn put(hallpass: &Hallpass, caller: &str, path: &str) -> Reply {
    hallpass.call(Method::PUT, path).bearer(caller).await
}

async fn delete(hallpass: &Hallpass, caller: &str, path: &str) -> Reply {
    hallpass.delete(path).bearer(caller).await
}

/// The path of a user, or group, in a group.
fn member(group: &str, member: &str) -> String {
    let list = if member.starts_with("grp_") {
        "groups"
    } else {
        "users"
    };
    format!("/v1/groups/{group}/members/{list}/{member}")
}

/// Puts somebody into a group as the operator.
async fn join(hallpass: &Hallpass, group: &str, who: &str) {
    let reply = put(hallpass, &hallpass.root, &member(group, who)).await;
    assert_eq!(reply.status, 204, "{}", reply.body);
}

async fn user(hallpass: &Hallpass, name: &str, scopes: Value) -> String {
    let mut body = json!({"username": name});
    if !scopes.is_null() {
        body["scopes"] = scopes;
    }
    hallpass.made(&hallpass.root, "/v1/users", body).await
}

async fn group(hallpass: &Hallpass, name: &str) -> String {
    let body = json!({"name": name});
    hallpass.made(&hallpass.root, "/v1/groups", body).await
}

/// Gives a group of an account a level of access at a place.
async fn give(hallpass: &Hallpass, account: &str, group: &str, path: &str, level: &str) {
    let (account, id): (_, GroupId) = (account.parse().unwrap(), group.parse().unwrap());
    let path: Path = path.parse().unwrap();
    let audit = Audit::by_iam(AuditAction::ChangeAccess, group, hallpass.platform.now());
    let set = |Access(places): &mut Access| {
        places.insert(path.clone(), level.parse().unwrap());
    };
    let environment = hallpass_core::EnvironmentName::default();
    hallpass
        .platform
        .store
        .change_group(
            &account,
            &environment,
            &id,
            |group| set(&mut group.access),
            &audit,
        )
        .await
        .unwrap();
}

/// The default catalog with a kind whose tokens have what their user has now.
fn with_live_kind() -> Catalog {
    let text = format!(
        "{}\n{}",
        include_str!("../infra/catalogs/default.toml"),
        r#"
        [kinds.private]
        prefix = "pv"
        format = "opaque"
        exposure = "secret"
        scopes = ["*"]
        default_scopes = ["*"]
        lifetime = "never"
        origins = "none"
        presented = ["bearer"]
        principals = ["user"]
        live = true
        "#
    );
    Catalog::parse("live.toml", &text).unwrap()
}

/// The decision's code for a token and a scope.
async fn may(hallpass: &Hallpass, token: &str, scope: &str) -> String {
    let body = json!({"token": token, "scope": scope});
    let decision = hallpass.validate(body).await;
    decision["code"].as_str().unwrap().to_owned()
}
