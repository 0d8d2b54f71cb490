//! One deployment with somebody of every sort in it, and what every reply must look like.

use super::table::Row;
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_http::Needs;
use hallpass_tests::{Call, Hallpass, Reply, access, text};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// A customer, a stranger, and something for every route to be about.
pub struct World {
    pub hallpass: Hallpass,
    /// The customer's account.
    pub account: String,
    /// Holds every scope a customer can, in the account's `default/live`.
    pub manager: String,
    /// The same in the account's `app/test`.
    pub neighbour: String,
    /// The same in another account.
    pub stranger: String,
    /// Holds one scope that no route needs.
    pub powerless: String,
    /// A server's token of the customer.
    pub secret: String,
    /// A token of the customer for a route to be about.
    pub target: String,
    pub target_id: String,
    /// A token of the customer, the ending of what it made having begun.
    pub maker_id: String,
    /// An account that was closed.
    pub closed: String,
    /// A user of the customer, who is in a group.
    pub user: String,
    /// A user who was removed.
    pub removed: String,
    /// A service account of the customer.
    pub service_account: String,
    /// A group of the customer, and one that is within it.
    pub group: String,
    pub inner: String,
    /// A shared model of the customer.
    pub share: String,
    /// A folder of the customer, which the user and the group may read.
    pub folder: String,
    /// A server's token of the customer that can speak for users.
    pub speaker: String,
}

/// The parameters of routes' paths.
pub const PARAMETERS: [&str; 11] = [
    "{id}",
    "{account}",
    "{app}",
    "{env}",
    "{user}",
    "{principal}",
    "{service_account}",
    "{group}",
    "{member}",
    "{share}",
    "{folder}",
];

impl World {
    pub async fn new() -> Self {
        let hallpass = Hallpass::start("default").await;
        let scopes = all_scopes();
        let (account, manager) = hallpass.account("customer", scopes.clone()).await;
        let (_, stranger) = hallpass.account("stranger", scopes.clone()).await;
        let (closed, _) = hallpass.account("closed", json!(["activity:read"])).await;
        let root = hallpass.root.clone();
        for environment in ["app/test", "old/gone"] {
            hallpass.environment(&account, environment).await;
        }
        for body in [
            json!({"account": closed}),
            json!({"account": account, "environment": "old/gone"}),
        ] {
            let ended = hallpass.post("/v1/revocations", body).bearer(&root).await;
            assert_eq!(ended.status, 204, "{}", ended.body);
        }
        let management = async |scopes: &Value, environment: &str| {
            let made = hallpass.mint(json!({
                "kind": "management", "name": environment, "account": account,
                "environment": environment, "scopes": scopes,
            }));
            text(&made.await, "token")
        };
        let neighbour = management(&scopes, "app/test").await;
        let powerless = management(&json!(["analytics:send"]), "default/live").await;
        let secret = json!({"kind": "secret", "name": "a server"});
        let server = text(&hallpass.mint_as(&manager, secret.clone()).await, "token");
        let maker = hallpass.mint_as(&manager, secret.clone()).await;
        let body = json!({"made_by": maker["id"]});
        let ended = hallpass
            .post("/v1/revocations", body)
            .bearer(&manager)
            .await;
        assert_eq!(ended.status, 204, "{}", ended.body);
        let target = hallpass.mint_as(&manager, secret).await;
        let made = async |path: &str, body: Value| hallpass.made(&manager, path, body).await;
        let user = made("/v1/users", json!({"username": "a user"})).await;
        let removed = made("/v1/users", json!({"username": "removed"})).await;
        let service_account = made(
            "/v1/service-accounts",
            json!({"name": "shop", "scopes": ["asset:read"]}),
        )
        .await;
        let group = made("/v1/groups", json!({"name": "a group"})).await;
        let inner = made("/v1/groups", json!({"name": "inner"})).await;
        for member in [&user, &inner] {
            hallpass.join_as(&manager, &group, member).await;
        }
        let folder = made("/v1/folders", json!({"name": "a folder"})).await;
        for member in [&user, &group] {
            let call = hallpass.put(&access(&folder, member));
            let call = call.json(json!({"access": "read"})).bearer(&manager);
            call.await.assert("give", 204, "");
        }
        let speaker = json!({
            "kind": "secret", "name": "speaks", "scopes": ["asset:*", "tokens:impersonate"],
        });
        let speaker = text(&hallpass.mint_as(&manager, speaker).await, "token");
        let path = format!("/v1/users/{removed}");
        let gone = hallpass.delete(&path).bearer(&manager).await;
        assert_eq!(gone.status, 204, "{}", gone.body);
        let share = made(
            "/v1/shares",
            json!({"model": "m", "password": "open-sesame"}),
        )
        .await;
        Self {
            share,
            folder,
            speaker,
            user,
            removed,
            service_account,
            group,
            inner,
            account,
            manager,
            neighbour,
            stranger,
            powerless,
            secret: server,
            target: text(&target, "token"),
            target_id: text(&target, "id"),
            maker_id: text(&maker, "id"),
            closed,
            hallpass,
        }
    }

    /// Whose call to the route succeeds.
    pub fn good(&self, row: &Row) -> &str {
        match row.needs {
            _ if row.template.starts_with("/v1/revocations/{account}") => &self.hallpass.root,
            Needs::Operator(_) => &self.hallpass.root,
            Needs::Scope(_) | Needs::ScopeOrRight(_) => &self.manager,
            Needs::DerivingToken if row.template.contains("{user}") => &self.speaker,
            Needs::DerivingToken | Needs::Token | Needs::Nothing | Needs::OwnCredential => {
                &self.secret
            }
        }
    }

    /// The route's path, about something that is there.
    pub fn path(&self, row: &Row) -> String {
        self.path_where(row, "", "")
    }

    /// The same with another value for one of its parameters.
    pub fn path_where(&self, row: &Row, parameter: &str, value: &str) -> String {
        let (account, app, env) = match row.template {
            "/v1/revocations/{account}" => (&self.closed, "", ""),
            "/v1/revocations/{account}/{app}/{env}" => (&self.account, "old", "gone"),
            _ => (&self.account, "default", "live"),
        };
        let mut path = row.template.to_owned();
        if !parameter.is_empty() {
            path = path.replace(parameter, value);
        }
        let id = match row.template {
            "/v1/revocations/made-by/{id}" => &self.maker_id,
            _ => &self.target_id,
        };
        path.replace("{id}", id)
            .replace("{account}", account)
            .replace("{app}", app)
            .replace("{env}", env)
            .replace("{user}", &self.user)
            .replace("{principal}", &self.removed)
            .replace("{service_account}", &self.service_account)
            .replace("{group}", &self.group)
            .replace("{member}", &self.inner)
            .replace("{share}", &self.share)
            .replace("{folder}", &self.folder)
            .replace("{asset}", "page.js")
    }

    /// A call to the route, with a body that succeeds and no credential yet.
    pub fn call(&self, row: &Row) -> Call {
        self.call_at(row, &self.path(row))
    }

    pub fn call_at(&self, row: &Row, path: &str) -> Call {
        let call = self.hallpass.call(row.method.clone(), path);
        match row.body {
            Some(body) => call.json(body(self)),
            None => call,
        }
    }

    /// A call to the route with other bytes as its JSON body.
    pub fn call_with(&self, row: &Row, body: impl Into<Vec<u8>>) -> Call {
        self.hallpass
            .call(row.method.clone(), &self.path(row))
            .bytes(body)
            .header("content-type", "application/json")
    }

    /// Everything in the table, to be compared.
    pub async fn items(&self) -> BTreeMap<String, HashMap<String, AttributeValue>> {
        let items = self.hallpass.items().await.into_iter();
        items
            .map(|item| (format!("{:?} {:?}", item["pk"], item["sk"]), item))
            .collect()
    }
}

/// Every scope that a customer's token can hold.
pub fn all_scopes() -> Value {
    json!([
        "tokens:mint",
        "tokens:read",
        "tokens:revoke",
        "tokens:validate",
        "tokens:impersonate",
        "directory:read",
        "directory:write",
        "activity:read",
        "asset:*",
        "configuration:*",
        "analytics:*",
    ])
}

/// Makes the call, and holds its reply to what every reply must be.
pub async fn ask(call: Call) -> Reply {
    let reply = call.await;
    for name in reply.headers.keys() {
        // With payload 2.0, lambda_http keeps only the first of a repeated header.
        let count = reply.headers.get_all(name).iter().count();
        assert_eq!(count, 1, "`{name}` is repeated: {reply:?}");
    }
    assert!(!reply.header("x-request-id").is_empty(), "{reply:?}");
    assert_eq!(reply.header("cache-control"), "no-store", "{reply:?}");
    assert_eq!(reply.header("referrer-policy"), "no-referrer", "{reply:?}");
    assert_eq!(
        reply.header("x-content-type-options"),
        "nosniff",
        "{reply:?}"
    );
    let vary = ["Origin", "Origin, Access-Control-Request-Headers"];
    assert!(vary.contains(&reply.header("vary")), "{reply:?}");
    assert_eq!(reply.header("access-control-allow-credentials"), "");
    assert_ne!(reply.header("access-control-allow-origin"), "*");
    assert!(!reply.status.is_server_error(), "{reply:?}");
    if reply.status.is_client_error() {
        assert_problem(&reply);
    }
    reply
}

fn assert_problem(reply: &Reply) {
    assert_eq!(
        reply.header("content-type"),
        "application/problem+json",
        "{reply:?}"
    );
    assert_eq!(reply.body["status"], reply.status.as_u16(), "{reply:?}");
    let code = reply.code();
    let stable = |c: char| c.is_ascii_lowercase() || c == '_';
    assert!(!code.is_empty() && code.chars().all(stable), "{reply:?}");
    let detail = text(&reply.body, "detail");
    assert!(detail.len() > 10 && !detail.contains('\n'), "{reply:?}");
    let challenge = reply.header("www-authenticate");
    match reply.status.as_u16() {
        401 => assert!(challenge.starts_with("Bearer realm="), "{reply:?}"),
        405 => assert!(!reply.header("allow").is_empty(), "{reply:?}"),
        _ => {}
    }
}

/// Whether the row's route has a body.
pub fn takes_body(row: &Row) -> bool {
    row.body.is_some()
}
