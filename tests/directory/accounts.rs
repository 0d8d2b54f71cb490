//! Accounts: made by the operator, under a name of their own.

use crate::directory::token;
use hallpass_tests::{Hallpass, environments, text};
use insta::assert_json_snapshot;
use serde_json::json;
use tokio::task::JoinSet;

#[tokio::test]
async fn an_account_is_made_with_an_environment_to_start_with() {
    let hallpass = Hallpass::start("archilogic").await;
    let made = hallpass
        .post("/v1/accounts", json!({"name": "Acme-Co.uk"}))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(made.status, 201);
    assert_json_snapshot!(made.body, {".id" => "[id]"}, @r#"
    {
      "created_at": 1800000000,
      "id": "[id]",
      "name": "acme-co.uk",
      "operator": false
    }
    "#);
    let account = text(&made.body, "id");
    let read = hallpass
        .get(&format!("/v1/accounts/{account}"))
        .bearer(&hallpass.root)
        .await;
    assert_eq!((read.status.as_u16(), &read.body), (200, &made.body));
    let listed = hallpass
        .get(&environments(&account))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(listed.status, 200);
    assert_json_snapshot!(listed.body, {".environments[].account" => "[account]"}, @r#"
    {
      "environments": [
        {
          "account": "[account]",
          "created_at": 1800000000,
          "name": "default/live"
        }
      ]
    }
    "#);
    assert_eq!(listed.body["environments"][0]["account"], account);

    let operator = hallpass
        .get(&format!("/v1/accounts/{}", hallpass.operator))
        .bearer(&hallpass.root)
        .await;
    assert_json_snapshot!(operator.body, {".id" => "[id]"}, @r#"
    {
      "created_at": 1800000000,
      "id": "[id]",
      "name": "operator",
      "operator": true
    }
    "#);
}

#[tokio::test]
async fn a_name_is_one_label_and_nobody_elses() {
    let hallpass = Hallpass::start("archilogic").await;
    let taken = Err((409, "name_taken", "name"));
    let invalid = Err((422, "invalid_field", "name"));
    for (name, expected) in [
        (json!("acme"), Ok(())),
        (json!("acme"), taken),
        (json!("ACME"), taken),
        (json!("operator"), taken),
        (json!("Operator"), taken),
        (json!("acme.2"), Ok(())),
        (json!("0"), Ok(())),
        (json!("a".repeat(64)), Ok(())),
        (json!("a".repeat(65)), invalid),
        (json!(""), invalid),
        (json!(" acme"), invalid),
        (json!("acme/live"), invalid),
        (json!("acme:key"), invalid),
        (json!("acme#x"), invalid),
        (json!("-acme"), invalid),
        (json!("åcme"), invalid),
        (json!("acme\n"), invalid),
        (json!(7), invalid),
    ] {
        let before = hallpass.items().await.len();
        let reply = hallpass
            .post("/v1/accounts", json!({"name": name}))
            .bearer(&hallpass.root)
            .await;
        assert_eq!(reply.outcome(), expected, "{name}");
        if expected.is_err() {
            assert_eq!(hallpass.items().await.len(), before, "{name}");
        }
    }
    for (body, field) in [
        (json!({}), "name"),
        (json!({"name": "b", "operator": true}), "operator"),
        (json!({"name": "b", "id": hallpass.operator}), "id"),
    ] {
        let reply = hallpass
            .post("/v1/accounts", body.clone())
            .bearer(&hallpass.root)
            .await;
        assert_eq!(reply.refusal(), (422, "invalid_field", field), "{body}");
    }
}

#[tokio::test]
async fn of_many_who_want_a_name_one_gets_it() {
    let hallpass = Hallpass::start("archilogic").await;
    let mut running = JoinSet::new();
    for _ in 0..10 {
        let call = hallpass.post("/v1/accounts", json!({"name": "acme"}));
        running.spawn(call.bearer(&hallpass.root).into_future());
    }
    let replies = running.join_all().await;
    let made: Vec<_> = replies.iter().filter(|reply| reply.status == 201).collect();
    assert_eq!(made.len(), 1);
    let refused = replies
        .iter()
        .filter(|reply| reply.refusal() == (409, "name_taken", "name"));
    assert_eq!(refused.count(), 9);
    let listed = hallpass.get("/v1/accounts").bearer(&hallpass.root).await;
    assert_eq!(listed.body["accounts"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn each_route_needs_its_scope_and_making_needs_the_operator() {
    let hallpass = Hallpass::start("archilogic").await;
    let (account, customer) = hallpass
        .account("customer", json!(["directory:read", "directory:write"]))
        .await;
    let (operator, live) = (&hallpass.operator, "default/live");
    let all = [
        "tokens:mint",
        "tokens:read",
        "tokens:revoke",
        "tokens:validate",
        "tokens:impersonate",
        "activity:read",
        "floor:*",
    ];
    let other = token(&hallpass, operator, live, json!(all)).await;
    let reads = token(&hallpass, operator, live, json!(["directory:read"])).await;
    let writes = token(&hallpass, operator, live, json!(["directory:write"])).await;
    let operates = token(&hallpass, operator, live, json!(["platform:operate"])).await;
    let makes = token(
        &hallpass,
        operator,
        live,
        json!(["platform:operate", "directory:write"]),
    )
    .await;
    let refused = Err((403, "insufficient_scope", ""));
    for (caller, read, make) in [
        (&hallpass.root, Ok(()), Ok(())),
        (&makes, refused, Ok(())),
        (&customer, Ok(()), refused),
        (&reads, Ok(()), refused),
        (&writes, refused, refused),
        (&operates, refused, refused),
        (&other, refused, refused),
    ] {
        let own = if *caller == customer {
            &account
        } else {
            operator
        };
        for path in [
            "/v1/accounts".to_owned(),
            format!("/v1/accounts/{own}"),
            environments(own),
            format!("{}/default/live", environments(own)),
        ] {
            assert_eq!(
                hallpass.get(&path).bearer(caller).await.outcome(),
                read,
                "GET {path}"
            );
        }
        let number = hallpass.items().await.len();
        for (path, name) in [
            ("/v1/accounts".to_owned(), format!("a{number}")),
            (environments(own), format!("e/{number}")),
        ] {
            let reply = hallpass
                .post(&path, json!({"name": name}))
                .bearer(caller)
                .await;
            assert_eq!(reply.outcome(), make, "POST {path}");
        }
        if make.is_err() {
            assert_eq!(hallpass.items().await.len(), number);
        }
    }
    for path in [
        "/v1/accounts".to_owned(),
        format!("/v1/accounts/{operator}"),
        environments(operator),
    ] {
        assert_eq!(
            hallpass.get(&path).await.refusal(),
            (401, "unauthenticated", "")
        );
    }
}

#[tokio::test]
async fn a_closed_account_says_so_and_keeps_its_name() {
    let hallpass = Hallpass::start("archilogic").await;
    let (account, _) = hallpass.account("customer", json!(["tokens:read"])).await;
    let closed = hallpass
        .post("/v1/revocations", json!({"account": account}))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(closed.status, 204);
    let read = hallpass
        .get(&format!("/v1/accounts/{account}"))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(read.body["closed_at"], 1_800_000_000);
    let again = hallpass
        .post("/v1/accounts", json!({"name": "customer"}))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(again.refusal(), (409, "name_taken", "name"));
    let reply = hallpass
        .post(&environments(&account), json!({"name": "shop/live"}))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(reply.refusal(), (409, "closed", ""));
}
