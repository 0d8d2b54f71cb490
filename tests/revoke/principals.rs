//! Closing users and service accounts, by `POST /v1/revocations` and by deleting them.

use crate::revoke::{assert_unchanged, child, revoke, revoked};
use hallpass_http::finish;
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Call, Hallpass, text};
use serde_json::{Value, json};
use std::time::Duration;

/// The clock stands at 1,800,000,000.000 at first.
const START: u64 = 1_800_000_000;

/// A key that speaks for a principal: its text. There is no limit on these.
async fn key(hallpass: &Hallpass, principal: &str) -> String {
    let body =
        json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"], "principal": principal});
    text(&hallpass.mint(body).await, "token")
}

fn late(hallpass: &Hallpass, principal: &str) -> Call {
    let body =
        json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"], "principal": principal});
    hallpass.post("/v1/tokens", body).bearer(&hallpass.root)
}

#[tokio::test]
async fn s54_a_closed_service_account_is_dead_and_its_neighbours_live() {
    let hallpass = Hallpass::start("default").await;
    for by in ["POST", "DELETE"] {
        let shop = hallpass.service_account("shop").await;
        let other = hallpass.service_account(&format!("other-{by}")).await;
        let (_, own) = hallpass.secret_with(json!({})).await;
        let (_, limited) = hallpass.secret_with(json!({"principal": shop})).await;
        let dead = key(&hallpass, &shop).await;
        let dead_child = child(&hallpass, &dead).await;
        // Derived from a token of the account's own, but speaking for it.
        let (_, server) = hallpass
            .secret_with(json!({"scopes": ["asset:*", "tokens:impersonate"]}))
            .await;
        let body = json!({"scopes": ["asset:read"], "principal": shop});
        let visitor = hallpass.derive(&server, body).await;
        let neighbour = key(&hallpass, &other).await;
        let path = format!("/v1/service-accounts/{shop}");
        let close = || match by {
            "POST" => revoke(&hallpass, json!({"principal": shop})),
            _ => hallpass.delete(&path),
        };
        close().bearer(&hallpass.root).await.assert(by, 204, "");
        for (token, code) in [
            (&dead, "revoked"),
            (&limited, "revoked"),
            (&dead_child, "parent_revoked"),
            (&visitor, "parent_revoked"),
            (&neighbour, "active"),
            (&own, "active"),
            (&server, "active"),
        ] {
            assert_eq!(hallpass.code(token).await, code, "{by}");
        }
        late(&hallpass, &shop)
            .await
            .assert(by, 422, "unknown_principal");
        let body = json!({"scopes": ["asset:read"], "principal": shop});
        let derived = hallpass
            .post("/v1/tokens/temporary", body)
            .bearer(&server)
            .await;
        derived.assert(by, 422, "unknown_principal");
        // Twice is as once, by every way there is to ask.
        let before = hallpass.items().await;
        let asked = format!("/v1/revocations/principals/{shop}");
        for call in [
            revoke(&hallpass, json!({"principal": shop})),
            hallpass.delete(&path),
            hallpass.get(&asked),
        ] {
            call.bearer(&hallpass.root).await.assert("again", 204, "");
        }
        assert_unchanged("again", &hallpass, &before).await;
        let slots = before
            .iter()
            .filter(|item| item["pk"].as_s().unwrap().starts_with("SLOTS#"));
        assert_eq!(slots.count(), if by == "POST" { 2 } else { 4 }, "{by}");
    }
}

#[tokio::test]
async fn before_ends_what_is_old_and_closes_nothing() {
    let hallpass = Hallpass::start("default").await;
    let shop = hallpass.service_account("shop").await;
    let old = key(&hallpass, &shop).await;
    let old_child = child(&hallpass, &old).await;
    let (_, server) = hallpass
        .secret_with(json!({"scopes": ["asset:*", "tokens:impersonate"]}))
        .await;
    let visitor = async || {
        let body = json!({"scopes": ["asset:read"], "principal": shop});
        hallpass.derive(&server, body).await
    };
    let old_visitor = visitor().await;
    hallpass.clock.advance(Duration::from_millis(999));
    let just_before = key(&hallpass, &shop).await;
    hallpass.clock.advance(Duration::from_millis(1));
    let (at, visitor_at) = (key(&hallpass, &shop).await, visitor().await);
    hallpass.clock.advance(Duration::from_millis(1));
    let (after, visitor_after) = (key(&hallpass, &shop).await, visitor().await);
    hallpass.clock.advance(Duration::from_secs(10));
    let body = json!({"principal": shop, "before": START + 1});
    for _ in 0..2 {
        revoked(&hallpass, body.clone()).await;
        // An earlier moment changes nothing.
        revoked(&hallpass, json!({"principal": shop, "before": START})).await;
        for (what, token, code) in [
            ("old", &old, "revoked"),
            ("its child", &old_child, "parent_revoked"),
            ("an old visitor", &old_visitor, "parent_revoked"),
            ("a millisecond before", &just_before, "revoked"),
            ("at the moment", &at, "revoked"),
            ("a visitor at the moment", &visitor_at, "parent_revoked"),
            ("a millisecond after", &after, "active"),
            ("a visitor after it", &visitor_after, "active"),
            ("the server", &server, "active"),
        ] {
            assert_eq!(hallpass.code(token).await, code, "{what}");
        }
    }
    let young = key(&hallpass, &shop).await;
    assert_eq!(hallpass.code(&young).await, "active");
    let path = format!("/v1/service-accounts/{shop}");
    let seen = hallpass.get(&path).bearer(&hallpass.root).await;
    assert_eq!(seen.status, 200);
    let ahead = revoke(&hallpass, json!({"principal": shop, "before": START + 100}));
    let ahead = ahead.bearer(&hallpass.root).await;
    ahead.assert("ahead", 422, "invalid_field");
    // Nothing was closed, so there is nothing to ask for.
    let asked = hallpass.get(&format!("/v1/revocations/principals/{shop}"));
    asked
        .bearer(&hallpass.root)
        .await
        .assert("asked", 404, "not_found");
}

/// A mint of the very moment up to which all is ended could appear behind the walk: it is refused,
/// and works a moment later.
#[tokio::test]
async fn s54_a_mint_of_the_moment_that_is_ended_waits() {
    let hallpass = Hallpass::start("default").await;
    let shop = hallpass.service_account("shop").await;
    revoked(&hallpass, json!({"principal": shop, "before": START})).await;
    let reply = late(&hallpass, &shop).await;
    reply.assert("at the moment", 503, "unavailable");
    hallpass.clock.advance(Duration::from_millis(1));
    assert_eq!(late(&hallpass, &shop).await.status, 201);
}

/// Whatever a mint returned is dead once the closing says that it has finished.
#[tokio::test]
async fn s54_mints_that_race_with_a_closing_leave_nothing_alive() {
    let hallpass = Hallpass::start("default").await;
    let shop = hallpass.service_account("shop").await;
    hallpass.dynamodb.reset();
    let minting: Vec<_> = (0..4)
        .map(|_| {
            let mint = late(&hallpass, &shop);
            tokio::spawn(async move {
                let mut made = Vec::new();
                loop {
                    let reply = mint.clone().await;
                    if reply.status != 201 || made.len() == 100 {
                        return (made, reply);
                    }
                    made.push(text(&reply.body, "token"));
                }
            })
        })
        .collect();
    hallpass.dynamodb.arrived("TransactWriteItems", 12).await;
    let path = format!("/v1/service-accounts/{shop}");
    let closing = hallpass.delete(&path).bearer(&hallpass.root).await;
    closing.assert("close", 204, "");
    let mut made = Vec::new();
    for minting in minting {
        let (tokens, refused) = minting.await.unwrap();
        refused.assert("refused", 422, "unknown_principal");
        made.extend(tokens);
    }
    assert!(made.len() >= 8);
    for token in &made {
        assert_eq!(hallpass.code(token).await, "revoked");
    }
}

/// 120 tokens are two pages: the second fails, or the time is up before it.
#[tokio::test]
async fn s54_what_is_left_is_finished_by_asking_again() {
    let mut hallpass = Hallpass::start("default").await;
    let whole = hallpass.router.clone();
    let hurried = hallpass_revoke::routes_walking_for(Duration::ZERO)
        .merge(hallpass_directory::routes_walking_for(Duration::ZERO));
    let hurried = finish(hurried, &hallpass.platform);
    for by in ["POST", "DELETE", "fault"] {
        let (account, _) = hallpass
            .account(&by.to_lowercase(), json!(["asset:read"]))
            .await;
        let body = json!({"name": "shop", "account": account});
        let shop = hallpass
            .made(&hallpass.root, "/v1/service-accounts", body)
            .await;
        let mut tokens = Vec::new();
        for _ in 0..120 {
            let body = json!({
                "kind": "apikey", "name": "k", "scopes": ["asset:read"], "principal": shop,
                "account": account,
            });
            tokens.push(text(&hallpass.mint(body).await, "token"));
        }
        let place = format!("?account={account}&environment=default/live");
        let deleted = format!("/v1/service-accounts/{shop}{place}");
        let location = format!("/v1/revocations/principals/{shop}{place}");
        if by == "fault" {
            hallpass
                .dynamodb
                .inject(Fault::ServerError.on("Query").after(1));
            let reply = hallpass.delete(&deleted).bearer(&hallpass.root).await;
            reply.assert("broken off", 503, "unavailable");
            hallpass.dynamodb.heal();
        } else {
            hallpass.router = hurried.clone();
            let call = match by {
                "POST" => revoke(&hallpass, json!({"principal": shop, "account": account})),
                _ => hallpass.delete(&deleted),
            };
            let reply = call.bearer(&hallpass.root).await;
            reply.assert(by, 202, "");
            assert_eq!(reply.header("location"), location);
            assert_eq!(reply.header("retry-after"), "1");
            hallpass.router = whole.clone();
        }
        let mut living = 0;
        for token in &tokens {
            living += usize::from(hallpass.code(token).await == "active");
        }
        assert_eq!(living, 20, "{by}: a page is done");
        let seen = hallpass.get(&deleted).bearer(&hallpass.root).await;
        seen.assert("gone at once", 404, "not_found");
        hallpass.dynamodb.reset();
        let reply = hallpass.get(&location).bearer(&hallpass.root).await;
        reply.assert(by, 204, "");
        // It goes on where it was: one page, and not the others again.
        assert_eq!(hallpass.dynamodb.count("Query"), 1, "{by}");
        for token in &tokens {
            assert_eq!(hallpass.code(token).await, "revoked", "{by}");
        }
    }
}

/// A closing that is refused, with the status and code.
struct Refused<'a> {
    what: &'static str,
    caller: &'a str,
    body: Value,
    answer: (u16, &'static str),
}

#[tokio::test]
async fn who_may_close_whom() {
    let hallpass = Hallpass::start("default").await;
    let scopes = json!(["tokens:revoke", "directory:write"]);
    let (account, owner) = hallpass.account("acme", scopes.clone()).await;
    let (_, stranger) = hallpass.account("other", scopes).await;
    let token = async |scopes: Value| {
        let body = json!({"kind": "management", "name": "m", "account": account, "scopes": scopes});
        text(&hallpass.mint(body).await, "token")
    };
    let revoker = token(json!(["tokens:revoke"])).await;
    let writer = token(json!(["directory:write"])).await;
    let shop = json!({"name": "shop"});
    let shop = hallpass.made(&owner, "/v1/service-accounts", shop).await;
    let body = json!({"principal": shop});
    let nobody = json!({"principal": "svc_0000000000000000000001"});
    let with = |name: &str, value: &str| json!({"principal": shop, name: value});
    let asked = format!("/v1/revocations/principals/{shop}");
    let before = hallpass.items().await;
    let scope = (403, "insufficient_scope");
    let missing = (404, "not_found");
    for Refused {
        what,
        caller,
        body,
        answer: (status, code),
    } in [
        Refused {
            what: "only revokes",
            caller: &revoker,
            body: body.clone(),
            answer: scope,
        },
        Refused {
            what: "only writes",
            caller: &writer,
            body: body.clone(),
            answer: scope,
        },
        Refused {
            what: "a stranger",
            caller: &stranger,
            body: body.clone(),
            answer: missing,
        },
        Refused {
            what: "a stranger, with its place",
            caller: &stranger,
            body: with("account", &account),
            answer: missing,
        },
        Refused {
            what: "nobody",
            caller: &owner,
            body: nobody,
            answer: missing,
        },
        Refused {
            what: "elsewhere",
            caller: &owner,
            body: with("environment", "app/test"),
            answer: missing,
        },
        Refused {
            what: "the operator, elsewhere",
            caller: &hallpass.root,
            body: body.clone(),
            answer: missing,
        },
        Refused {
            what: "two things",
            caller: &owner,
            body: with("id", &shop),
            answer: (422, "invalid_body"),
        },
    ] {
        let reply = revoke(&hallpass, body).bearer(caller).await;
        reply.assert(what, status, code);
    }
    for (what, caller, (status, code)) in [
        ("not begun", &owner, missing),
        ("a stranger", &stranger, missing),
        ("only writes, not begun", &writer, missing),
        ("the operator, elsewhere", &hallpass.root, missing),
    ] {
        let reply = hallpass.get(&asked).bearer(caller).await;
        reply.assert(what, status, code);
    }
    assert_unchanged("refused", &hallpass, &before).await;
    // What is old is ended by whoever may revoke.
    let old = json!({"principal": shop, "before": START - 1});
    revoke(&hallpass, old)
        .bearer(&revoker)
        .await
        .assert("old", 204, "");
    // And the writer may remove it: what spoke for it ends with it.
    let path = format!("/v1/service-accounts/{shop}");
    hallpass
        .delete(&path)
        .bearer(&writer)
        .await
        .assert("removed", 204, "");
    hallpass
        .get(&asked)
        .bearer(&owner)
        .await
        .assert("asked", 204, "");
}
