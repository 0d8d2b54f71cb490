//! One token: who sees its text, and whether its old secrets are still in use.

use crate::list::one;
use hallpass_core::TokenContext;
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};
use std::time::Duration;

/// What a token that reads is made with, and whether it is shown the text.
struct Reader {
    what: &'static str,
    scopes: Value,
    more: Value,
    is_shown: bool,
}

#[tokio::test]
async fn s52_the_text_of_a_public_token_is_shown_to_those_who_could_give_it() {
    let hallpass = Hallpass::start("default").await;
    let page = json!({
        "kind": "publishable", "name": "p", "origins": ["https://a.com"], "scopes": ["asset:read"],
    });
    let minted = hallpass.mint(page).await;
    let path = format!("/v1/tokens/{}", text(&minted, "id"));
    for Reader {
        what,
        scopes,
        more,
        is_shown,
    } in [
        Reader {
            what: "all of it",
            scopes: json!(["tokens:read", "asset:read", "tokens:impersonate"]),
            more: json!({}),
            is_shown: true,
        },
        Reader {
            what: "more",
            scopes: json!(["tokens:read", "asset:*"]),
            more: json!({}),
            is_shown: true,
        },
        Reader {
            what: "other scopes",
            scopes: json!(["tokens:read", "analytics:send"]),
            more: json!({}),
            is_shown: false,
        },
        Reader {
            what: "another place",
            scopes: json!(["tokens:read", "asset:read@asset/1"]),
            more: json!({}),
            is_shown: false,
        },
        Reader {
            what: "its origin",
            scopes: json!(["tokens:read", "asset:read"]),
            more: json!({"origins": ["https://a.com"]}),
            is_shown: true,
        },
        Reader {
            what: "another origin",
            scopes: json!(["tokens:read", "asset:read"]),
            more: json!({"origins": ["https://b.com"]}),
            is_shown: false,
        },
        Reader {
            what: "an address",
            scopes: json!(["tokens:read", "asset:read"]),
            more: json!({"ips": ["192.0.2.0/24"]}),
            is_shown: false,
        },
        Reader {
            what: "an expiry",
            scopes: json!(["tokens:read", "asset:read"]),
            more: json!({"expires_in": 100}),
            is_shown: false,
        },
    ] {
        let mut body = json!({"kind": "management", "name": "m", "scopes": scopes});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let caller = text(&hallpass.mint(body).await, "token");
        let origin = if what == "another origin" {
            "https://b.com"
        } else {
            "https://a.com"
        };
        let reply = hallpass.get(&path).bearer(&caller).origin(origin).await;
        assert_eq!(reply.status, 200, "{what}: {}", reply.body);
        let expected = if is_shown {
            minted["token"].clone()
        } else {
            Value::Null
        };
        assert_eq!(reply.body["token"], expected, "{what}");
        assert_eq!(reply.body["name"], "p", "{what}");
    }
    // That of a secret kind to nobody.
    let secret = hallpass.mint(json!({"kind": "secret", "name": "s"})).await;
    assert_eq!(
        one(&hallpass, &text(&secret, "id")).await["token"],
        Value::Null
    );
}

/// Who reads which token, and the status of the answer.
struct Read<'a> {
    what: &'static str,
    id: &'a str,
    bearer: &'a str,
    status: u16,
}

#[tokio::test]
async fn s29_what_is_anothers_or_no_token_is_404() {
    let hallpass = Hallpass::start("default").await;
    let scopes = json!(["tokens:mint", "tokens:read", "asset:*"]);
    let (_, customer) = hallpass.account("acme", scopes.clone()).await;
    let (_, stranger) = hallpass.account("other", scopes).await;
    let body = json!({"kind": "secret", "name": "s", "scopes": ["asset:read"]});
    let minted = hallpass.mint_as(&customer, body).await;
    let id = text(&minted, "id");
    let child = hallpass
        .derive(&text(&minted, "token"), json!({"scopes": ["asset:read"]}))
        .await;
    let child = text(&hallpass.validate(json!({"token": child})).await, "id");
    let secret = text(&minted, "token");
    for Read {
        what,
        id,
        bearer,
        status,
    } in [
        Read {
            what: "its own",
            id: id.as_str(),
            bearer: &customer,
            status: 200,
        },
        Read {
            what: "the operator",
            id: &id,
            bearer: &hallpass.root,
            status: 200,
        },
        Read {
            what: "a stranger",
            id: &id,
            bearer: &stranger,
            status: 404,
        },
        Read {
            what: "none",
            id: "tok_0000000000000000000000",
            bearer: &customer,
            status: 404,
        },
        Read {
            what: "a JWT, which is kept nowhere",
            id: &child,
            bearer: &customer,
            status: 404,
        },
        Read {
            what: "a text",
            id: &secret,
            bearer: &customer,
            status: 404,
        },
        Read {
            what: "junk",
            id: "x",
            bearer: &customer,
            status: 404,
        },
    ] {
        let reply = hallpass
            .get(&format!("/v1/tokens/{id}"))
            .bearer(bearer)
            .await;
        reply.assert(what, status, if status == 404 { "not_found" } else { "" });
    }
}

/// Which of its secrets opened a token, as the evidence says it.
async fn opened_by(hallpass: &Hallpass, token: &str) -> TokenContext {
    let now = hallpass.platform.now();
    let [context] = hallpass
        .platform
        .validator
        .examine([token], now)
        .await
        .unwrap();
    context
}

#[tokio::test]
async fn during_an_overlap_each_old_secret_shows_its_end_and_its_last_use() {
    let hallpass = Hallpass::start("default").await;
    let minted = hallpass.mint(json!({"kind": "secret", "name": "s"})).await;
    let (id, first) = (text(&minted, "id"), text(&minted, "token"));
    let rotate = async |overlap: u64| {
        let reply = hallpass.post(
            &format!("/v1/tokens/{id}/rotate"),
            json!({"overlap_seconds": overlap}),
        );
        text(&reply.bearer(&hallpass.root).await.body, "token")
    };
    assert_eq!(one(&hallpass, &id).await["previous"], json!([]));
    assert!(opened_by(&hallpass, &first).await.old_secret().is_none());
    let second = rotate(60).await;
    assert_eq!(
        one(&hallpass, &id).await["previous"],
        json!([{"valid_until": 1_800_000_060}])
    );
    hallpass.clock.advance(Duration::from_secs(10));
    let third = rotate(600).await;
    let (one_mark, other_mark) = (
        opened_by(&hallpass, &first).await.old_secret().unwrap(),
        opened_by(&hallpass, &second).await.old_secret().unwrap(),
    );
    assert_ne!(one_mark, other_mark);
    assert!(opened_by(&hallpass, &third).await.old_secret().is_none());
    // The second one is used on.
    hallpass.clock.advance(Duration::from_millis(1_999));
    let reply = hallpass.get("/v1/tokens/self").bearer(&second).await;
    assert_eq!(reply.status, 200);
    hallpass.fold_use().await;
    let expected = json!([
        {"valid_until": 1_800_000_060},
        {"valid_until": 1_800_000_610, "last_used_at": 1_800_000_011},
    ]);
    assert_eq!(one(&hallpass, &id).await["previous"], expected);
    // What has ended is not shown.
    hallpass.clock.advance(Duration::from_secs(50));
    assert_eq!(one(&hallpass, &id).await["previous"], json!([expected[1]]));
    hallpass.clock.advance(Duration::from_secs(550));
    assert_eq!(one(&hallpass, &id).await["previous"], json!([]));
}
