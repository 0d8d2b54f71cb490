//! Each sees its own: another account's or environment's share answers as one that is not there.

use super::{SHARES, sharer, unshare, visit};
use hallpass_tests::{Hallpass, text};
use serde_json::json;

const NOBODY: &str = "shr_0000000000000000000001";

#[tokio::test]
async fn s29_anothers_share_answers_as_one_that_is_not_there() {
    let hallpass = Hallpass::start("bimu").await;
    let (account, owner) = hallpass.account("acme", sharer()).await;
    let (_, stranger) = hallpass.account("stranger", sharer()).await;
    let environments = format!("/v1/accounts/{account}/environments");
    let made = hallpass.post(&environments, json!({"name": "app/test"}));
    assert_eq!(made.bearer(&hallpass.root).await.status, 201);
    let body = json!({
        "kind": "management", "name": "x", "account": account, "environment": "app/test",
        "scopes": sharer(),
    });
    let neighbour = text(&hallpass.mint(body).await, "token");
    let id = hallpass
        .made(&owner, SHARES, json!({"model": "m", "password": "sesame"}))
        .await;
    for caller in [&stranger, &neighbour] {
        for id in [
            id.as_str(),
            NOBODY,
            "shr_",
            "x",
            "tok_0000000000000000000001",
        ] {
            for reply in [
                hallpass.get(&format!("{SHARES}/{id}")).bearer(caller).await,
                hallpass
                    .patch(&format!("{SHARES}/{id}"), json!({"password": null}))
                    .bearer(caller)
                    .await,
                unshare(&hallpass, caller, id).await,
            ] {
                assert_eq!(reply.answer(), (404, "not_found"), "{id}");
                assert_eq!(reply.body["detail"], "there is no such share", "{id}");
            }
        }
        let listed = hallpass.get(SHARES).bearer(caller).await;
        assert_eq!(listed.body["shares"], json!([]));
    }
    assert!(visit(&hallpass, "m", "sesame").await.is_ok());
    // The operator acts for everybody.
    let read = hallpass
        .get(&format!("{SHARES}/{id}"))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(read.status, 200);
    let path = format!("{SHARES}?account={account}");
    let listed = hallpass.get(&path).bearer(&hallpass.root).await;
    assert_eq!(listed.body["shares"][0]["id"], id);
}

#[tokio::test]
async fn s29_nobody_shares_in_anothers_place() {
    let hallpass = Hallpass::start("bimu").await;
    let (account, owner) = hallpass.account("acme", sharer()).await;
    let (_, stranger) = hallpass.account("stranger", sharer()).await;
    let nobody = "acc_0000000000000000000001";
    for (caller, body) in [
        (&stranger, json!({"model": "m", "account": account})),
        (&stranger, json!({"model": "m", "account": nobody})),
        (&owner, json!({"model": "m", "environment": "none/such"})),
        (
            &hallpass.root,
            json!({"model": "m", "environment": "none/such"}),
        ),
        (&hallpass.root, json!({"model": "m", "account": nobody})),
    ] {
        let reply = hallpass.post(SHARES, body.clone()).bearer(caller).await;
        assert_eq!(reply.answer(), (404, "not_found"), "{body}");
    }
    let body = json!({"model": "m", "account": account});
    hallpass.made(&hallpass.root, SHARES, body).await;
}

#[tokio::test]
async fn each_route_needs_its_scope() {
    let hallpass = Hallpass::start("bimu").await;
    let (account, owner) = hallpass.account("acme", sharer()).await;
    let id = hallpass.made(&owner, SHARES, json!({"model": "m"})).await;
    let path = format!("{SHARES}/{id}");
    for (scope, read, write) in [
        ("directory:read", 200, 403),
        ("directory:write", 403, 200),
        ("tokens:mint", 403, 403),
    ] {
        let body = json!({
            "kind": "management", "name": "x", "account": account, "scopes": ["model:*", scope],
        });
        let caller = text(&hallpass.mint(body).await, "token");
        for path in [SHARES, &path] {
            assert_eq!(
                hallpass.get(path).bearer(&caller).await.status,
                read,
                "{scope}"
            );
        }
        let reply = hallpass
            .patch(&format!("{SHARES}/{id}"), json!({"password": null}))
            .bearer(&caller)
            .await;
        assert_eq!(reply.status, write, "{scope}");
        let made = hallpass
            .post(SHARES, json!({"model": "n"}))
            .bearer(&caller)
            .await;
        let expected = if write == 200 { 201 } else { 403 };
        assert_eq!(made.status, expected, "{scope}");
        if write == 403 {
            assert_eq!(
                unshare(&hallpass, &caller, &id).await.status,
                403,
                "{scope}"
            );
        }
    }
    for reply in [
        hallpass.get(SHARES).await,
        hallpass.get(&path).await,
        hallpass.delete(&path).await,
        hallpass.post(SHARES, json!({"model": "o"})).await,
    ] {
        assert_eq!(reply.answer(), (401, "unauthenticated"));
    }
}
