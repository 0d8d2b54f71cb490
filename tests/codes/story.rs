//! The codes that take more than one call, a fault, or another deployment.

use super::call::{EXCHANGE, MINT, secret};
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_core::SchemaVersion;
use hallpass_http::{GatewayEvent, on_lambda};
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Call, Hallpass, Reply, access, membership, text};
use lambda_http::{Context, LambdaEvent, Service as _};
use serde_json::{Value, json};
use std::collections::HashMap;

async fn default() -> Hallpass {
    Hallpass::start("default").await
}

/// The reply to a call whose write arrives after the revocation of `id`.
async fn after_a_revocation(hallpass: &Hallpass, id: &str, call: Call) -> Reply {
    hallpass.dynamodb.reset();
    let stall = Fault::Stall.on("TransactWriteItems").once();
    hallpass.dynamodb.inject(stall);
    let late = tokio::spawn(call.into_future());
    hallpass.dynamodb.arrived("TransactWriteItems", 1).await;
    hallpass.revoke(id).await;
    hallpass.dynamodb.heal();
    late.await.unwrap()
}

pub(super) async fn caller_changed() -> Reply {
    let hallpass = default().await;
    let body = json!({"kind": "management", "name": "m", "scopes": ["tokens:mint", "asset:read"]});
    let (id, caller) = hallpass.minted(body).await;
    let call = hallpass.post(MINT, secret(json!({"scopes": ["asset:read"]})));
    after_a_revocation(&hallpass, &id, call.bearer(&caller)).await
}

pub(super) async fn changed() -> Reply {
    let hallpass = default().await;
    let (id, _) = hallpass.secret_with(json!({})).await;
    let call = hallpass.post(
        &format!("{MINT}/{id}/rotate"),
        json!({"overlap_seconds": 60}),
    );
    after_a_revocation(&hallpass, &id, call.bearer(&hallpass.root)).await
}

/// What comes over a connection that breaks has no reply; of an event, the gateway said that it is whole.
pub(super) async fn broken_body() -> Reply {
    let hallpass = default().await;
    let event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": MINT, "rawQueryString": "",
        "headers": {"authorization": format!("Bearer {}", hallpass.root)},
        "requestContext": {
            "http": {"method": "POST", "path": MINT, "sourceIp": "203.0.113.7"},
            "stage": "$default",
        },
        "body": "%%%", "isBase64Encoded": true,
    });
    let event: GatewayEvent = serde_json::from_value(event).unwrap();
    let event = LambdaEvent::new(event, Context::default());
    let reply = on_lambda(hallpass.router.clone())
        .call(event)
        .await
        .unwrap();
    let reply = serde_json::to_value(reply).unwrap();
    let status = u16::try_from(reply["statusCode"].as_u64().unwrap()).unwrap();
    Reply {
        status: http::StatusCode::from_u16(status).unwrap(),
        headers: http::HeaderMap::new(),
        body: serde_json::from_str(&text(&reply, "body")).unwrap(),
    }
}

pub(super) async fn too_deep() -> Reply {
    let hallpass = Hallpass::start("3dverse").await;
    let mut body = json!({"name": "folder"});
    loop {
        let call = hallpass.post("/v1/folders", body.clone());
        let reply = call.bearer(&hallpass.root).await;
        if reply.status != 201 {
            return reply;
        }
        body["parent"] = reply.body["id"].clone();
    }
}

pub(super) async fn no_shares() -> Reply {
    let hallpass = Hallpass::start("archilogic").await;
    hallpass.post(EXCHANGE, json!({"model": "m"})).await
}

pub(super) async fn limit_reached() -> Reply {
    let hallpass = default().await;
    loop {
        let call = hallpass.post(MINT, secret(json!({})));
        let reply = call.bearer(&hallpass.root).await;
        if reply.status != 201 {
            return reply;
        }
    }
}

pub(super) async fn kind_gone() -> Reply {
    let mut hallpass = default().await;
    let body = json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"]});
    let (id, _) = hallpass.minted(body).await;
    let file = include_str!("../../infra/catalogs/default.toml");
    let (before, rest) = file.split_once("# A server's key").unwrap();
    let (_, after) = rest.split_once("# Derived by a backend").unwrap();
    let less = format!("{before}# {after}");
    hallpass.with_catalog(hallpass_core::Catalog::parse("less.toml", &less).unwrap());
    let call = hallpass.patch(&format!("{MINT}/{id}"), json!({"enabled": false}));
    call.bearer(&hallpass.root).await
}

pub(super) async fn too_many_groups() -> Reply {
    let hallpass = default().await;
    let user = hallpass.user("ann", json!(["asset:read"])).await;
    for number in 0.. {
        let group = hallpass.group(&format!("group {number}")).await;
        let call = hallpass.put(&membership(&group, &user));
        let reply = call.bearer(&hallpass.root).await;
        if reply.status != 204 {
            return reply;
        }
    }
    unreachable!("a user is in as many groups as there are")
}

pub(super) async fn nested_too_deep() -> Reply {
    let hallpass = default().await;
    let mut inner = hallpass.group("the innermost").await;
    for number in 0.. {
        let outer = hallpass.group(&format!("group {number}")).await;
        let call = hallpass.put(&membership(&outer, &inner));
        let reply = call.bearer(&hallpass.root).await;
        if reply.status != 204 {
            return reply;
        }
        inner = outer;
    }
    unreachable!("groups stand within groups without an end")
}

pub(super) async fn too_many_places() -> Reply {
    let hallpass = Hallpass::start("3dverse").await;
    let root = hallpass.root.as_str();
    let user = hallpass.user("ann", Value::Null).await;
    let folder = hallpass
        .made(root, "/v1/folders", json!({"name": "folder"}))
        .await;
    let rows = hallpass.items_of("PRINCIPAL#").await;
    let mut row = rows
        .into_iter()
        .find(|row| row["sk"].as_s().unwrap() == "RECORD")
        .unwrap();
    let read = |number: usize| {
        let level = AttributeValue::S("read".to_owned());
        (format!("folder/x{number}"), level)
    };
    let places: HashMap<String, AttributeValue> =
        (0..hallpass_core::MOST_PATHS).map(read).collect();
    row.insert("access".to_owned(), AttributeValue::M(places));
    let put = hallpass.dynamodb_client.put_item();
    let put = put.table_name(&hallpass.table).set_item(Some(row));
    put.send().await.unwrap();
    let call = hallpass.put(&access(&folder, &user));
    call.json(json!({"access": "read"})).bearer(root).await
}

pub(super) async fn too_many_attempts() -> Reply {
    let hallpass = default().await;
    loop {
        let call = hallpass.post(EXCHANGE, json!({"model": "none", "password": "x"}));
        let reply = call.from("203.0.113.7").await;
        if reply.status != 401 {
            return reply;
        }
    }
}

/// A row that none of our versions wrote.
pub(super) async fn internal() -> Reply {
    let hallpass = default().await;
    let secret = hallpass.secret().await;
    for row in hallpass.items_of("TOKEN#").await {
        let update = hallpass.dynamodb_client.update_item();
        let update = update.table_name(&hallpass.table);
        let update = update
            .key("pk", row["pk"].clone())
            .key("sk", row["sk"].clone());
        let update = update.update_expression("REMOVE principal");
        update.send().await.unwrap();
    }
    hallpass.get("/v1/tokens/self").bearer(&secret).await
}

/// In the first of the two deployments of a change that restricts.
pub(super) async fn newer_version() -> Reply {
    let (reads, writes) = (SchemaVersion::NEWEST, SchemaVersion::FIRST);
    let hallpass = default().await.beside(reads, writes).await;
    let body = json!({"name": "robot", "scopes": ["asset:read"]});
    let call = hallpass.post("/v1/service-accounts", body);
    call.bearer(&hallpass.root).await
}

pub(super) async fn unavailable() -> Reply {
    let hallpass = default().await;
    let secret = hallpass.secret().await;
    hallpass.dynamodb.inject(Fault::ServerError);
    hallpass.get("/v1/tokens/self").bearer(&secret).await
}
