//! Bodies of `POST /v1/revocations`, and who may send them.

use crate::revoke::{assert_unchanged, revoke};
use hallpass_tests::Hallpass;
use serde_json::json;

#[tokio::test]
async fn a_body_names_one_thing() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    let (account, _) = hallpass.account("acme", json!(["asset:read"])).await;
    let user = "usr_0000000000000000000000";
    let before = hallpass.items().await;
    for (body, status, code) in [
        (json!({}), 422, "invalid_body"),
        (json!({"before": 1}), 422, "invalid_body"),
        (json!({"token": token, "id": id}), 422, "invalid_body"),
        (
            json!({"token": token, "account": account}),
            422,
            "invalid_body",
        ),
        (
            json!({"id": id, "environment": "default/live"}),
            422,
            "invalid_body",
        ),
        (json!({"principal": account, "id": id}), 422, "invalid_body"),
        (
            json!({"principal": account, "account": account}),
            422,
            "invalid_body",
        ),
        (
            json!({"principal": account, "environment": "default/live"}),
            422,
            "invalid_body",
        ),
        (json!({"token": token, "before": 1}), 422, "invalid_body"),
        (json!({"id": id, "before": 1}), 422, "invalid_body"),
        (json!({"token": token, "reason": "x"}), 422, "invalid_field"),
        (json!({"environment": "live"}), 422, "invalid_field"),
        (json!({"account": "acme"}), 422, "invalid_field"),
        (json!({"principal": "acme"}), 422, "invalid_field"),
        (
            json!({"account": account, "before": "1"}),
            422,
            "invalid_field",
        ),
        (
            json!({"account": account, "before": -1}),
            422,
            "invalid_field",
        ),
        (
            json!({"account": account, "before": 1_800_000_000.5}),
            422,
            "invalid_field",
        ),
        (
            json!({"account": account, "before": 1_800_000_006}),
            422,
            "invalid_field",
        ),
        (
            json!({"account": account, "before": 1_800_000_000_000_u64}),
            422,
            "invalid_field",
        ),
        (json!([{"token": token}]), 422, "invalid_body"),
        (json!({"token": "junk"}), 422, "malformed"),
        (json!({"token": ""}), 422, "malformed"),
        (json!({"principal": user}), 404, "not_found"),
        (json!({"principal": user, "before": 1}), 404, "not_found"),
        (
            json!({"account": account, "environment": "no/such"}),
            404,
            "not_found",
        ),
        (
            json!({"account": account, "environment": "no/such", "before": 1}),
            404,
            "not_found",
        ),
        (
            json!({"environment": "no/such", "before": 1}),
            404,
            "not_found",
        ),
        (
            json!({"account": "acc_0000000000000000000000"}),
            404,
            "not_found",
        ),
    ] {
        let what = body.to_string();
        let reply = revoke(&hallpass, body.clone()).bearer(&hallpass.root).await;
        reply.assert(&what, status, code);
        // Nobody learns nothing of it.
        revoke(&hallpass, body)
            .await
            .assert(&what, 401, "unauthenticated");
    }
    assert_unchanged("bad bodies", &hallpass, &before).await;
}
