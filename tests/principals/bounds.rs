//! s51, s52: nobody gives a user, or a group's members, what they do not hold themselves; and nobody
//! reaches what is another's.

use crate::principals::give;
use hallpass_tests::{Hallpass, membership, text};
use http::Method;
use serde_json::{Value, json};

const NOT_HELD: (u16, &str, &str) = (422, "scope_not_held", "scopes");

#[tokio::test]
async fn s51_scopes_are_given_by_who_holds_them() {
    let hallpass = Hallpass::start("default").await;
    let scopes = json!(["directory:write", "asset:write@folder/7", "tokens:read"]);
    let (_, caller) = hallpass.account("acme", scopes).await;
    let made = hallpass
        .made(&caller, "/v1/users", json!({"username": "first"}))
        .await;
    let path = format!("/v1/users/{made}");
    for (number, (scopes, expected)) in [
        (json!(["asset:write@folder/7"]), None),
        (json!(["asset:read@folder/7/asset/1"]), None),
        (json!(["tokens:read"]), None),
        (json!(["asset:write"]), Some(NOT_HELD)),
        (json!(["asset:write@folder/70"]), Some(NOT_HELD)),
        (json!(["asset:manage@folder/7"]), Some(NOT_HELD)),
        (json!(["asset:*@folder/7"]), Some(NOT_HELD)),
        (
            json!(["asset:write@folder/7", "analytics:send"]),
            Some(NOT_HELD),
        ),
        (json!(["tokens:mint"]), Some(NOT_HELD)),
        (
            json!(["platform:operate"]),
            Some((422, "operator_only", "scopes")),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let body = json!({"username": format!("user {number}"), "scopes": scopes});
        let create = hallpass.post("/v1/users", body).bearer(&caller).await;
        let change = hallpass
            .patch(&path, json!({"scopes": scopes}))
            .bearer(&caller)
            .await;
        for (reply, success) in [(create, 201), (change, 200)] {
            match expected {
                None => assert_eq!(reply.status, success, "{scopes}: {}", reply.body),
                Some(refusal) => assert_eq!(reply.refusal(), refusal, "{scopes}"),
            }
        }
    }
}

/// A group's access, and that of the groups around it, is given to whoever joins it.
#[tokio::test]
async fn s51_a_place_in_a_group_is_given_by_who_holds_what_it_gives() {
    let hallpass = Hallpass::start("default").await;
    let scopes = json!(["directory:write", "asset:write@folder/7"]);
    let (account, caller) = hallpass.account("acme", scopes).await;
    let group = async |name: &str| {
        let body = json!({"name": name});
        hallpass.made(&caller, "/v1/groups", body).await
    };
    let (weak, strong, around) = (
        group("weak").await,
        group("strong").await,
        group("around").await,
    );
    give(&hallpass, &account, &weak, "folder/7/a", "write").await;
    give(&hallpass, &account, &strong, "folder/7", "manage").await;
    let user = json!({"username": "a user"});
    let user = hallpass.made(&caller, "/v1/users", user).await;
    let refused = (422, "scope_not_held", "");
    for (outer, inner, expected) in [
        (&weak, &user, (204, "", "")),
        (&strong, &user, refused),
        (&strong, &weak, refused),
        (&around, &strong, (204, "", "")),
        // Itself it gives nothing, but it stands within one that does.
        (&weak, &around, (204, "", "")),
    ] {
        let reply = hallpass
            .put(&membership(outer, inner))
            .bearer(&caller)
            .await;
        assert_eq!(reply.refusal(), expected, "{}", reply.body);
    }
    let inner = group("inner").await;
    let query = format!("?account={account}");
    let nest = format!("{}{query}", membership(&strong, &inner));
    assert_eq!(hallpass.put(&nest).bearer(&hallpass.root).await.status, 204);
    let fresh = group("fresh").await;
    for joined in [&user, &fresh] {
        let reply = hallpass
            .put(&membership(&inner, joined))
            .bearer(&caller)
            .await;
        assert_eq!(reply.refusal(), refused, "{joined}");
    }
    // Who is in it already stays so, and is asked all the same.
    let join = format!("{}{query}", membership(&strong, &user));
    assert_eq!(hallpass.put(&join).bearer(&hallpass.root).await.status, 204);
    let again = hallpass
        .put(&membership(&strong, &user))
        .bearer(&caller)
        .await;
    assert_eq!(again.refusal(), refused);
    // To take somebody out gives nothing.
    let out = hallpass
        .delete(&membership(&strong, &user))
        .bearer(&caller)
        .await;
    assert_eq!(out.status, 204);
}

#[tokio::test]
async fn s29_what_is_anothers_is_as_what_is_not_there() {
    let hallpass = Hallpass::start("default").await;
    let scopes = json!(["directory:read", "directory:write", "tokens:revoke"]);
    let (account, owner) = hallpass.account("acme", scopes.clone()).await;
    let (_, stranger) = hallpass.account("other", scopes.clone()).await;
    let path = format!("/v1/accounts/{account}/environments");
    let made = hallpass.post(&path, json!({"name": "app/test"}));
    assert_eq!(made.bearer(&hallpass.root).await.status, 201);
    let neighbour = hallpass
        .mint(json!({
            "kind": "management", "name": "n", "account": account, "environment": "app/test",
            "scopes": scopes,
        }))
        .await;
    let neighbour = text(&neighbour, "token");
    let user = json!({"username": "u"});
    let user = hallpass.made(&owner, "/v1/users", user).await;
    let named = json!({"name": "n"});
    let svc = hallpass
        .made(&owner, "/v1/service-accounts", named.clone())
        .await;
    let group = hallpass.made(&owner, "/v1/groups", named).await;
    let before = hallpass.items().await;
    for caller in [&stranger, &neighbour] {
        for list in ["users", "service-accounts", "groups"] {
            let path = format!("/v1/{list}");
            let listed = hallpass.get(&path).bearer(caller).await.body;
            let lists = listed.as_object().unwrap().values();
            assert!(lists.flat_map(|it| it.as_array().unwrap()).next().is_none());
            // Nor by naming where it is.
            for query in [
                format!("?account={account}&environment=default/live"),
                "?account=acc_0000000000000000000001&environment=default/live".to_owned(),
            ] {
                let named = hallpass.get(&format!("{path}{query}")).bearer(caller).await;
                assert_eq!(named.answer(), (404, "not_found"));
            }
        }
        for body in [json!({"principal": user}), json!({"principal": svc})] {
            let reply = hallpass.post("/v1/revocations", body).bearer(caller).await;
            assert_eq!(reply.refusal(), (404, "not_found", ""));
        }
        for (method, path, body) in [
            (Method::GET, format!("/v1/users/{user}"), Value::Null),
            (
                Method::PATCH,
                format!("/v1/users/{user}"),
                json!({"username": "x"}),
            ),
            (Method::DELETE, format!("/v1/users/{user}"), Value::Null),
            (
                Method::GET,
                format!("/v1/service-accounts/{svc}"),
                Value::Null,
            ),
            (
                Method::DELETE,
                format!("/v1/service-accounts/{svc}"),
                Value::Null,
            ),
            (Method::GET, format!("/v1/groups/{group}"), Value::Null),
            (
                Method::PATCH,
                format!("/v1/groups/{group}"),
                json!({"name": "x"}),
            ),
            (Method::DELETE, format!("/v1/groups/{group}"), Value::Null),
            (
                Method::GET,
                format!("/v1/groups/{group}/members"),
                Value::Null,
            ),
            (Method::PUT, membership(&group, &user), Value::Null),
            (Method::DELETE, membership(&group, &user), Value::Null),
        ] {
            let call = hallpass.call(method.clone(), &path).bearer(caller);
            let call = if body.is_null() {
                call
            } else {
                call.json(body)
            };
            let reply = call.await;
            assert_eq!(reply.refusal(), (404, "not_found", ""), "{method} {path}");
        }
    }
    assert_eq!(hallpass.items().await.len(), before.len());
}

/// Every act is written down with it.
#[tokio::test]
async fn every_change_leaves_an_audit_row() {
    let hallpass = Hallpass::start("default").await;
    let root = hallpass.root.as_str();
    let user = hallpass.user("u", Value::Null).await;
    let path = format!("/v1/users/{user}");
    hallpass
        .patch(&path, json!({"username": "v"}))
        .bearer(root)
        .await;
    let (inner, outer) = (hallpass.group("inner").await, hallpass.group("outer").await);
    hallpass.join(&inner, &user).await;
    hallpass.join(&outer, &inner).await;
    hallpass
        .delete(&membership(&inner, &user))
        .bearer(root)
        .await;
    hallpass
        .delete(&membership(&outer, &inner))
        .bearer(root)
        .await;
    hallpass
        .patch(&format!("/v1/groups/{inner}"), json!({"name": "x"}))
        .bearer(root)
        .await;
    hallpass
        .delete(&format!("/v1/groups/{inner}"))
        .bearer(root)
        .await;
    hallpass.delete(&path).bearer(root).await;
    let mut acts: Vec<(String, String)> = Vec::new();
    for item in hallpass.items().await {
        if item["pk"].as_s().unwrap().starts_with("AUDIT#") && item.contains_key("action") {
            let attribute = |name: &str| item[name].as_s().unwrap().clone();
            acts.push((attribute("action"), attribute("subject")));
        }
    }
    acts.sort();
    acts.retain(|(action, _)| action != "bootstrap");
    let mut expected = vec![
        ("create_user", user.clone()),
        ("change_user", user.clone()),
        ("create_group", inner.clone()),
        ("create_group", outer.clone()),
        ("add_member", format!("{inner}/{user}")),
        ("add_member", format!("{outer}/{inner}")),
        ("remove_member", format!("{inner}/{user}")),
        ("remove_member", format!("{outer}/{inner}")),
        ("change_group", inner.clone()),
        ("close", inner),
        ("close", user),
    ];
    expected.sort();
    let expected: Vec<(String, String)> = expected
        .into_iter()
        .map(|(action, subject)| (action.to_owned(), subject))
        .collect();
    assert_eq!(acts, expected);
}
