//! s53: a batch that was answered in part is never read as "there is no such row".

use crate::faults::assert_unavailable;
use crate::faults::routes;
use hallpass_tests::proxy::{ALL, Fault};
use hallpass_tests::{Call, Hallpass, text};
use serde_json::json;

/// A token that may validate, and with it a JWT that was derived from it and then revoked by its
/// own id.
async fn revoked_child(hallpass: &Hallpass) -> (String, String) {
    let body = json!({"kind": "secret", "name": "s", "scopes": ["asset:*", "tokens:validate"]});
    let parent = text(&hallpass.mint(body).await, "token");
    let child = hallpass
        .derive(&parent, json!({"scopes": ["asset:read"]}))
        .await;
    assert_eq!(hallpass.code(&child).await, "active");
    let call = hallpass.post("/v1/revocations", json!({"token": child}));
    assert_eq!(call.bearer(&hallpass.root).await.status, 204);
    assert_eq!(hallpass.code(&child).await, "revoked");
    (parent, child)
}

fn validate(hallpass: &Hallpass, caller: &str, token: &str) -> Call {
    hallpass
        .post("/v1/tokens/validate", json!({"token": token}))
        .bearer(caller)
}

#[tokio::test]
async fn s53_what_a_batch_leaves_is_asked_for_again_once() {
    let hallpass = Hallpass::start("default").await;
    let (parent, child) = revoked_child(&hallpass).await;
    for left in [1, 2, ALL] {
        for (caller, token, code) in [
            (&hallpass.root, &parent, "active"),
            (&hallpass.root, &child, "revoked"),
            (&parent, &child, "revoked"),
        ] {
            hallpass.dynamodb.inject(Fault::Unprocessed(left).once());
            hallpass.dynamodb.reset();
            let reply = validate(&hallpass, caller, token).await;
            assert_eq!(reply.body["code"], code, "{left} left: {}", reply.body);
            let batches = hallpass.dynamodb.calls();
            let keys = |at: usize| {
                let tables = batches[at].body["RequestItems"].as_object().unwrap();
                let table = &tables[&hallpass.table];
                assert_eq!(table["ConsistentRead"], true);
                table["Keys"].as_array().unwrap().clone()
            };
            assert_eq!(batches.len(), 2);
            // Again only what was left, which is the first ones.
            let (first, again) = (keys(0), keys(1));
            assert_eq!(again, first[..left.min(first.len())]);
            hallpass.dynamodb.heal();
        }
    }
}

/// The parent's row is served, and the row that says the child is revoked is not. Which key comes
/// first is random, so it is tried until each has.
#[tokio::test]
async fn s53_a_row_not_read_is_never_no_revocation() {
    let hallpass = Hallpass::start("default").await;
    let (parent, child) = revoked_child(&hallpass).await;
    let (mut without_parent, mut without_revocation) = (0, 0);
    hallpass.dynamodb.inject(Fault::Unprocessed(1));
    for _ in 0..200 {
        if without_parent > 0 && without_revocation > 0 {
            break;
        }
        hallpass.dynamodb.reset();
        assert_unavailable("in part", &validate(&hallpass, &parent, &child).await);
        let batches = hallpass.dynamodb.calls();
        // Asked once more, and then no more.
        assert_eq!(batches.len(), 2);
        let left = &batches[1].body["RequestItems"][&hallpass.table]["Keys"][0]["pk"]["S"];
        match left.as_str().unwrap().split_once('#').unwrap().0 {
            "JWT" => without_revocation += 1,
            "TOKEN" => without_parent += 1,
            other => panic!("`{other}` was not asked for"),
        }
    }
    assert!(without_parent > 0 && without_revocation > 0);
    hallpass.dynamodb.heal();
    assert_eq!(
        validate(&hallpass, &parent, &child).await.body["code"],
        "revoked"
    );
}

/// The caller itself may be what was not read.
#[tokio::test]
async fn s53_every_route_is_unavailable_while_batches_are_left() {
    let hallpass = Hallpass::start("default").await;
    let mut tried = 0;
    for route in routes::all() {
        let call = route.prepare(&hallpass).await;
        hallpass.dynamodb.reset();
        assert_eq!(call.await.status, route.status, "{}", route.name);
        if hallpass.dynamodb.count("BatchGetItem") == 0 {
            continue;
        }
        tried += 1;
        let call = route.prepare(&hallpass).await;
        hallpass.dynamodb.inject(Fault::Unprocessed(ALL));
        assert_unavailable(route.name, &call.clone().await);
        hallpass.dynamodb.heal();
        hallpass.dynamodb.inject(Fault::Unprocessed(1).once());
        assert_eq!(call.await.status, route.status, "{}", route.name);
        hallpass.dynamodb.heal();
    }
    assert!(tried > 50, "{tried} routes read batches");
}
