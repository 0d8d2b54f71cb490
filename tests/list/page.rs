//! Pages: how they follow each other, and what a request for one can ask.

use crate::list::{all, ids, key, page};
use hallpass_tests::{Hallpass, text};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn an_entry_shows_everything_but_the_text() {
    let hallpass = Hallpass::start("default").await;
    let (_, customer) = hallpass
        .account("acme", json!(["tokens:mint", "tokens:read", "asset:*"]))
        .await;
    let body = json!({
        "kind": "publishable", "name": "a page", "origins": ["https://a.com"],
        "ips": ["192.0.2.0/24"], "metadata": {"team": "web"}, "not_before": 1_700_000_000,
        "scopes": ["asset:read"],
    });
    let minted = hallpass.mint_as(&customer, body).await;
    let found = page(&hallpass, &customer, "?kind=publishable").await;
    insta::assert_json_snapshot!(found, {
        ".tokens[].id" => "tok_…",
        ".tokens[].account" => "acc_…",
        ".tokens[].principal" => "acc_…",
        ".tokens[].minted_by" => "tok_…",
    }, @r#"
    {
      "tokens": [
        {
          "account": "acc_…",
          "created_at": 1800000000,
          "enabled": true,
          "environment": "default/live",
          "expires_at": null,
          "id": "tok_…",
          "ips": [
            "192.0.2.0/24"
          ],
          "kind": "publishable",
          "metadata": {
            "team": "web"
          },
          "minted_by": "tok_…",
          "name": "a page",
          "not_before": 1700000000,
          "origins": [
            "https://a.com"
          ],
          "principal": "acc_…",
          "scopes": [
            "asset:read"
          ]
        }
      ]
    }
    "#);
    // It is what the mint answered, its text aside.
    let mut shown = minted.clone();
    shown.as_object_mut().unwrap().remove("token");
    assert_eq!(found["tokens"], json!([shown]));
}

#[tokio::test]
async fn pages_follow_each_other_and_hold_every_token_once() {
    let hallpass = Hallpass::start("default").await;
    let mut expected = vec![];
    for number in 0..7 {
        hallpass.clock.advance(Duration::from_millis(1));
        expected.push(text(&key(&hallpass, &format!("{number}")).await, "id"));
    }
    let everything = page(&hallpass, &hallpass.root, "").await;
    assert_eq!(everything["cursor"], json!(null));
    let everything = ids(everything["tokens"].as_array().unwrap());
    // And the operator's own token, which is the oldest.
    expected.reverse();
    assert_eq!(everything[..7], expected);
    assert_eq!(everything.len(), 8);
    for limit in [1, 3, 7, 8, 100] {
        let (found, pages) = all(&hallpass, &hallpass.root, &format!("limit={limit}")).await;
        assert_eq!(ids(&found), everything, "{limit}");
        assert_eq!(pages, 8_usize.div_ceil(limit), "{limit}");
    }
    let (found, pages) = all(&hallpass, &hallpass.root, "kind=apikey&limit=2").await;
    assert_eq!((ids(&found), pages), (expected, 4));
    let (found, pages) = all(&hallpass, &hallpass.root, "kind=management&limit=2").await;
    assert_eq!((found.len(), pages), (1, 1));
    assert_eq!(
        all(&hallpass, &hallpass.root, "kind=secret").await,
        (vec![], 1)
    );
}

/// Who lists what, and the ids that it shows.
struct Listed<'a> {
    what: &'static str,
    bearer: &'a str,
    query: &'a str,
    expected: Vec<String>,
}

#[tokio::test]
async fn s29_a_caller_lists_its_own_environment_and_the_operator_any() {
    let hallpass = Hallpass::start("default").await;
    let scopes = json!(["tokens:mint", "tokens:read", "asset:*"]);
    let (account, customer) = hallpass.account("acme", scopes.clone()).await;
    let (other, stranger) = hallpass.account("other", scopes).await;
    let path = format!("/v1/accounts/{account}/environments");
    let made = hallpass.post(&path, json!({"name": "app/test"}));
    assert_eq!(made.bearer(&hallpass.root).await.status, 201);
    let body = json!({"kind": "secret", "name": "s", "scopes": ["asset:read"]});
    let own = text(&hallpass.mint_as(&customer, body.clone()).await, "id");
    let neighbour = json!({
        "kind": "secret", "name": "n", "scopes": ["asset:read"], "account": account,
        "environment": "app/test",
    });
    let neighbour = text(&hallpass.mint(neighbour).await, "id");
    let listed = async |bearer: &str, query: &str| {
        let body = page(&hallpass, bearer, &format!("?kind=secret{query}")).await;
        ids(body["tokens"].as_array().unwrap())
    };
    let of_account = format!("&account={account}");
    let of_environment = format!("&account={account}&environment=app/test");
    let root = hallpass.root.clone();
    for Listed {
        what,
        bearer,
        query,
        expected,
    } in [
        Listed {
            what: "own",
            bearer: &customer,
            query: "",
            expected: vec![own.clone()],
        },
        Listed {
            what: "own, by name",
            bearer: &customer,
            query: &of_account,
            expected: vec![own.clone()],
        },
        Listed {
            what: "own, by both",
            bearer: &customer,
            query: &format!("{of_account}&environment=default/live"),
            expected: vec![own.clone()],
        },
        Listed {
            what: "a stranger's own",
            bearer: &stranger,
            query: "",
            expected: vec![],
        },
        Listed {
            what: "the operator's own",
            bearer: &root,
            query: "",
            expected: vec![],
        },
        Listed {
            what: "the operator, another's",
            bearer: &root,
            query: &of_account,
            expected: vec![own.clone()],
        },
        Listed {
            what: "the operator, another's other",
            bearer: &root,
            query: &of_environment,
            expected: vec![neighbour],
        },
        Listed {
            what: "the operator, what is empty",
            bearer: &root,
            query: &format!("&account={other}"),
            expected: vec![],
        },
    ] {
        assert_eq!(listed(bearer, query).await, expected, "{what}");
    }
    let absent = "acc_0000000000000000000000";
    for (what, bearer, query) in [
        ("another account", &stranger, of_account.clone()),
        ("no account", &stranger, format!("&account={absent}")),
        (
            "another environment",
            &customer,
            "&environment=app/test".to_owned(),
        ),
        (
            "no environment",
            &customer,
            "&environment=none/such".to_owned(),
        ),
        (
            "the operator, no account",
            &root,
            format!("&account={absent}"),
        ),
        (
            "the operator, no environment",
            &root,
            format!("{of_account}&environment=none/such"),
        ),
    ] {
        let reply = hallpass.get(&format!("/v1/tokens?limit=5{query}"));
        reply.bearer(bearer).await.assert(what, 404, "not_found");
    }
}

#[tokio::test]
async fn what_cannot_be_asked_says_why() {
    let hallpass = Hallpass::start("default").await;
    let (account, customer) = hallpass
        .account("acme", json!(["tokens:mint", "tokens:read", "asset:*"]))
        .await;
    let body = json!({"kind": "secret", "name": "s", "scopes": ["asset:read"]});
    hallpass.mint_as(&customer, body).await;
    let foreign = page(
        &hallpass,
        &hallpass.root,
        &format!("?limit=1&account={account}"),
    )
    .await;
    let foreign = text(&foreign, "cursor");
    key(&hallpass, "mine").await;
    let own = text(&page(&hallpass, &hallpass.root, "?limit=1").await, "cursor");
    let (made_at, id) = own.split_once('.').unwrap();
    let (id, _mark) = id.split_once('.').unwrap();
    for (query, code, field) in [
        ("limit=0", "invalid_query", "limit"),
        ("limit=101", "invalid_query", "limit"),
        ("limit=256", "invalid_query", "limit"),
        ("limit=-1", "invalid_query", "limit"),
        ("limit=x", "invalid_query", "limit"),
        ("limit=", "invalid_query", "limit"),
        ("nope=1", "invalid_query", "nope"),
        ("my%20limit=1", "invalid_query", "my limit"),
        ("limit=unknown%20field%20%60x%60", "invalid_query", "limit"),
        ("a%3A%20b=1", "invalid_query", "a: b"),
        ("limit=1&limit=2", "invalid_query", "limit"),
        ("account=me", "invalid_query", "account"),
        ("environment=live", "invalid_query", "environment"),
        ("kind=nope", "unknown_kind", "kind"),
        ("kind=", "unknown_kind", "kind"),
        // Derived tokens are kept nowhere.
        ("kind=temporary", "unknown_kind", "kind"),
        ("cursor=", "invalid_cursor", "cursor"),
        ("cursor=junk", "invalid_cursor", "cursor"),
        ("cursor=%00.%FF", "invalid_cursor", "cursor"),
        (
            "cursor=tok_0000000000000000000000",
            "invalid_cursor",
            "cursor",
        ),
        (
            "cursor=tok_0000000000000000000000.00000000",
            "invalid_cursor",
            "cursor",
        ),
        (&format!("cursor={id}"), "invalid_cursor", "cursor"),
        (
            &format!("cursor={made_at}.{id}"),
            "invalid_cursor",
            "cursor",
        ),
        (&format!("cursor=+{own}"), "invalid_cursor", "cursor"),
        (&format!("cursor=%2B{own}"), "invalid_cursor", "cursor"),
        (&format!("cursor=0{own}"), "invalid_cursor", "cursor"),
        (&format!("cursor={own}0"), "invalid_cursor", "cursor"),
        (
            &format!("cursor={}", own.to_uppercase()),
            "invalid_cursor",
            "cursor",
        ),
        (&format!("cursor={foreign}"), "invalid_cursor", "cursor"),
    ] {
        let reply = hallpass.get(&format!("/v1/tokens?{query}"));
        let reply = reply.bearer(&hallpass.root).await;
        reply.assert(query, 422, code);
        assert_eq!(
            reply.body["field"].as_str().unwrap_or_default(),
            field,
            "{query}"
        );
    }
    // Each goes on in the list it came from.
    page(&hallpass, &hallpass.root, &format!("?cursor={own}")).await;
    page(
        &hallpass,
        &hallpass.root,
        &format!("?cursor={foreign}&account={account}"),
    )
    .await;
}
