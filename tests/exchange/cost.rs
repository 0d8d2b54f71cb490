//! What a visit costs, counted at the wire: the same for models that are shared and that are not.

use super::{MODEL, ROUTE, acme, open};
use hallpass_tests::Hallpass;
use serde_json::json;

#[tokio::test]
async fn s65_shared_or_not_known_or_not_a_wrong_password_costs_the_same() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    let share = async |model: &str, body: serde_json::Value| {
        let id = hallpass.made(&manager, "/v1/shares", body).await;
        (model.to_owned(), id)
    };
    share(MODEL, json!({"model": MODEL, "password": "sesame"})).await;
    share("open", json!({"model": "open"})).await;
    let (_, ended) = share("ended", json!({"model": "ended", "password": "x"})).await;
    // An address that gave the password of what is shared no longer, or anew.
    let body = json!({"model": "ended", "password": "x"});
    assert_eq!(hallpass.post(ROUTE, body).await.status, 200);
    let end = hallpass.delete(&format!("/v1/shares/{ended}"));
    assert_eq!(end.bearer(&manager).await.status, 204);
    let paid = [
        "GetItem",
        "BatchGetItem 2",
        "UpdateItem",
        "UpdateItem",
        "UpdateItem",
    ];
    for (model, password) in [
        (MODEL, "wrong"),
        (MODEL, ""),
        ("nowhere", "wrong"),
        ("nowhere", ""),
        ("open", "wrong"),
        ("ended", "wrong"),
        ("ended", "x"),
        ("ended", ""),
    ] {
        let body = json!({"model": model, "password": password});
        let (reply, cost) = hallpass.cost(hallpass.post(ROUTE, body)).await;
        assert_eq!(reply.answer(), (401, "wrong_password"), "{model}");
        assert_eq!(cost, paid, "{model} {password}");
    }
    // Whoever gave the password of what is shared now is told apart, to itself alone.
    assert_eq!(open(&hallpass, "sesame").await.status, 200);
    let (reply, cost) = hallpass.cost(open(&hallpass, "wrong")).await;
    assert_eq!(reply.status, 401);
    assert_eq!(cost, ["GetItem", "BatchGetItem 2", "UpdateItem"]);
}

/// One read unit each, there or not: no row is larger than 4 KB.
#[tokio::test]
async fn s65_the_rows_that_are_read_are_one_unit_each() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    let body = json!({"model": MODEL, "password": "sesame"});
    hallpass.made(&manager, "/v1/shares", body).await;
    assert_eq!(open(&hallpass, "sesame").await.status, 200);
    for item in hallpass.items().await {
        let pk = item["pk"].as_s().unwrap();
        if ["MODEL#", "SHARE#", "VISITOR#"]
            .iter()
            .any(|it| pk.starts_with(it))
        {
            assert!(format!("{item:?}").len() < 4_096, "{pk}");
        }
    }
}
