//! Nothing scans, every read is strongly consistent, and what only asks writes nothing.

use hallpass_tests::proxy::Call;
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};

/// Calls every route, with what works and with what does not.
async fn broad(hallpass: &Hallpass) {
    let root = hallpass.root.as_str();
    let (account, customer) = hallpass
        .account(
            "acme",
            json!([
                "tokens:mint",
                "tokens:revoke",
                "tokens:validate",
                "directory:read",
                "asset:*"
            ]),
        )
        .await;
    let body = json!({"kind": "secret", "name": "a server", "scopes": ["asset:read"]});
    let minted = hallpass.mint_as(&customer, body.clone()).await;
    let (id, secret) = (text(&minted, "id"), text(&minted, "token"));
    let child = hallpass
        .derive(&secret, json!({"scopes": ["asset:read"]}))
        .await;
    let environments = format!("/v1/accounts/{account}/environments");
    let one = format!("/v1/accounts/{account}");
    let rotate = format!("/v1/tokens/{id}/rotate");
    let token = format!("/v1/tokens/{id}");
    let resume = format!("/v1/revocations/{account}/app/test");
    let overlap = json!({"overlap_seconds": 60});
    let place = json!({"account": account, "environment": "app/test"});
    for (call, caller, status) in [
        (hallpass.post(&environments, json!({"name": "app/test"})), root, 201),
        (hallpass.post(&environments, json!({"name": "app/test"})), root, 409),
        (hallpass.get(&environments), root, 200),
        (hallpass.get(&format!("{environments}/default/live")), &customer, 200),
        (hallpass.get("/v1/accounts"), root, 200),
        (hallpass.get("/v1/accounts?limit=1"), root, 200),
        (hallpass.get("/v1/accounts"), &customer, 200),
        (hallpass.get(&one), &customer, 200),
        (hallpass.post("/v1/accounts", json!({"name": "acme"})), root, 409),
        (hallpass.post("/v1/tokens", body).header("idempotency-key", "k"), &customer, 201),
        (
            hallpass.post(
                "/v1/tokens",
                json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"], "account": account, "environment": "app/test"}),
            ),
            root,
            201,
        ),
        (hallpass.post("/v1/tokens/validate", json!({"token": secret})), &customer, 200),
        (hallpass.post("/v1/tokens/validate", json!({"token": child})), &customer, 200),
        (hallpass.get("/v1/tokens/self"), &child, 200),
        (hallpass.post(&rotate, overlap.clone()).header("idempotency-key", "k"), &customer, 200),
        (hallpass.post(&rotate, overlap).header("idempotency-key", "k"), &customer, 409),
        (hallpass.post("/v1/revocations", json!({"token": child})), &customer, 204),
        (hallpass.post("/v1/revocations", place), root, 204),
        (hallpass.get(&resume), root, 204),
        (hallpass.post("/v1/revocations", json!({"account": account, "before": 1})), root, 204),
        (hallpass.delete(&token), &customer, 204),
        (hallpass.delete(&token), &customer, 204),
        (hallpass.post("/v1/revocations", json!({"account": account})), root, 204),
        (hallpass.get(&format!("/v1/revocations/{account}")), root, 204),
        (hallpass.get("/v1/tokens/self"), &customer, 401),
    ] {
        let reply = call.bearer(caller).await;
        assert_eq!(reply.status, status, "{}", reply.body);
    }
}

/// Whether a read asks for strong consistency; `None` for what reads nothing.
fn is_consistent(call: &Call, table: &str) -> Option<bool> {
    let consistent = match &*call.operation {
        "BatchGetItem" => {
            let tables = call.body["RequestItems"].as_object().unwrap();
            assert_eq!(tables.len(), 1);
            &tables[table]["ConsistentRead"]
        }
        "GetItem" | "Query" => {
            assert_eq!(call.body["TableName"], table);
            assert_eq!(
                call.body["IndexName"],
                Value::Null,
                "an index is never consistent"
            );
            &call.body["ConsistentRead"]
        }
        "TransactWriteItems" => return None,
        other => panic!("`{other}` is none of the operations this service has a use for"),
    };
    Some(*consistent == true)
}

#[tokio::test]
async fn nothing_scans_and_every_read_is_strongly_consistent() {
    let hallpass = Hallpass::start("default").await;
    broad(&hallpass).await;
    let calls = hallpass.dynamodb.calls();
    for operation in ["BatchGetItem", "GetItem", "Query", "TransactWriteItems"] {
        assert!(
            hallpass.dynamodb.count(operation) > 0,
            "{operation} was not tried"
        );
    }
    for call in &calls {
        assert_ne!(
            is_consistent(call, &hallpass.table),
            Some(false),
            "{call:?}"
        );
    }
    let signed = hallpass.kms.operations();
    assert!(
        !signed.is_empty() && signed.iter().all(|name| name == "Sign"),
        "{signed:?}"
    );
}

#[tokio::test]
async fn every_write_is_conditional_or_an_audit_row_or_a_note() {
    let hallpass = Hallpass::start("default").await;
    broad(&hallpass).await;
    let calls = hallpass.dynamodb.calls();
    let written = calls
        .iter()
        .filter(|call| call.operation == "TransactWriteItems");
    for call in written {
        for item in call.body["TransactItems"].as_array().unwrap() {
            let (sort, write) = item.as_object().unwrap().iter().next().unwrap();
            let row = if sort == "Put" {
                &write["Item"]
            } else {
                &write["Key"]
            };
            let pk = row["pk"]["S"].as_str().unwrap();
            let has_condition = write["ConditionExpression"].is_string();
            // Of notes that something is to be done, any one will do.
            let free = ["AUDIT#", "UNSEALED#", "CLOSINGS#", "ENDING#"];
            let is_free = free.iter().any(|free| pk.starts_with(free));
            assert!(has_condition || is_free, "{sort} {pk}");
        }
    }
}

#[tokio::test]
async fn asking_and_deriving_write_nothing() {
    let hallpass = Hallpass::start("default").await;
    let secret = hallpass.secret().await;
    let public = json!({"kind": "publishable", "name": "a page", "origins": ["https://a.com"]});
    let public = text(&hallpass.mint(public).await, "token");
    let root = hallpass.root.as_str();
    let before = hallpass.items().await;
    hallpass.dynamodb.reset();
    let child = hallpass
        .derive(&secret, json!({"scopes": ["asset:read"]}))
        .await;
    for token in [&secret, &public, &child, "junk", root] {
        let body = json!({"token": token, "scope": "asset:read", "origin": "https://a.com", "ip": "192.0.2.1"});
        let reply = hallpass
            .post("/v1/tokens/validate", body)
            .bearer(root)
            .await;
        assert_eq!(reply.status, 200);
    }
    for token in [&secret, &child, root] {
        assert_eq!(
            hallpass.get("/v1/tokens/self").bearer(token).await.status,
            200
        );
    }
    for path in [
        "/v1/accounts",
        &format!("/v1/accounts/{}", hallpass.operator),
    ] {
        assert_eq!(hallpass.get(path).bearer(root).await.status, 200);
    }
    assert_eq!(hallpass.dynamodb.count("TransactWriteItems"), 0);
    let after = hallpass.items().await;
    assert_eq!(before.len(), after.len());
    assert!(before.iter().all(|item| after.contains(item)));
}
