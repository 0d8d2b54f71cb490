//! Every reason, the sentence that says it, and which comes first.

use super::{ORIGIN, crossed, of_nobody, opaque, pause, renamed, revoke, says_only};
use hallpass_tests::{Hallpass, typo};
use serde_json::{Value, json};
use std::time::Duration;

/// The code and the sentence of a validation.
async fn reason(hallpass: &Hallpass, body: Value) -> String {
    let reply = hallpass.validate(body).await;
    assert_eq!(reply["active"], reply["code"] == "active");
    format!(
        "{}: {}",
        reply["code"].as_str().unwrap(),
        reply["detail"].as_str().unwrap()
    )
}

#[tokio::test]
async fn each_reason_has_its_code_and_sentence() {
    let hallpass = Hallpass::start("default").await;
    let secret = |name: &str| json!({"kind": "secret", "name": name, "scopes": ["asset:read"]});
    let (_, good) = hallpass.minted(secret("good")).await;
    let child = hallpass
        .derive(&good, json!({"scopes": ["asset:read"]}))
        .await;
    let mut body = secret("later");
    body["not_before"] = json!(1_800_001_000);
    let (_, later) = hallpass.minted(body).await;
    let mut body = secret("bound");
    body["ips"] = json!(["192.0.2.0/24"]);
    let (_, bound) = hallpass.minted(body).await;
    let page = json!({"kind": "publishable", "name": "page", "origins": [ORIGIN]});
    let (_, page) = hallpass.minted(page).await;
    let (ended, revoked) = hallpass.minted(secret("revoked")).await;
    let childs = hallpass
        .derive(&revoked, json!({"scopes": ["asset:read"]}))
        .await;
    revoke(&hallpass, &ended).await;
    let (paused, disabled) = hallpass.minted(secret("paused")).await;
    let of_paused = hallpass
        .derive(&disabled, json!({"scopes": ["asset:read"]}))
        .await;
    pause(&hallpass, &paused).await;
    let mut body = secret("short");
    body["expires_in"] = json!(60);
    let (_, short) = hallpass.minted(body).await;
    let of_short = hallpass
        .derive(&short, json!({"scopes": ["asset:read"]}))
        .await;
    let typo = typo(&good, 1);
    let (one, other) = ("default/live", "default/test");
    let mut shown = Vec::new();
    for body in [
        json!({"token": "junk"}),
        json!({"token": typo}),
        json!({"token": of_nobody(&good)}),
        json!({"token": revoked}),
        json!({"token": disabled}),
        json!({"token": later}),
        json!({"token": childs}),
        json!({"token": of_paused}),
        json!({"token": good, "environment": other}),
        json!({"token": page}),
        json!({"token": page, "origin": "null"}),
        json!({"token": page, "origin": "https://evil.example"}),
        json!({"token": bound}),
        json!({"token": bound, "ip": "198.51.100.7"}),
        json!({"token": good, "scope": "asset:write"}),
        json!({"token": good, "environment": one, "scope": "asset:read"}),
        json!({"token": child, "scope": "asset:read@asset/1"}),
    ] {
        shown.push(reason(&hallpass, body).await);
    }
    hallpass.clock.advance(Duration::from_secs(60));
    shown.push(reason(&hallpass, json!({"token": short})).await);
    shown.push(reason(&hallpass, json!({"token": of_short})).await);
    hallpass.clock.advance(Duration::from_secs(3_545));
    shown.push(reason(&hallpass, json!({"token": child})).await);
    let shown = shown.join("\n");
    insta::assert_snapshot!(shown, @"
    malformed: the text is not a token: it is neither `prefix_…` nor a JWT of three parts
    malformed: the token's checksum does not match: it was mistyped or cut off
    unknown: there is no such token: check that it was copied whole and belongs to this platform
    revoked: the token was revoked: mint another
    disabled: the token is paused: set `enabled` to true to use it again
    not_yet_valid: the token is not valid yet: see its `not_before`
    parent_revoked: what this token was derived from was revoked: derive it from another
    parent_disabled: what this token was derived from is paused
    environment_mismatch: the token belongs to another environment than `default/test`
    origin_denied: the token is bound to origins, and the request names none: send it from a web page, or pass its Origin
    origin_denied: the token is bound to origins, and the request's Origin is `null` or not one
    origin_denied: the token may not be used from `https://evil.example`: add this origin to the token, or use one made for it
    ip_denied: the token is bound to addresses, and the request names none: pass `ip`
    ip_denied: the token may not be used from the address `198.51.100.7`
    insufficient_scope: the token lacks `asset:write`; it holds `asset:read`
    active: the token is good for this request
    active: the token is good for this request
    expired: the token has expired: mint another
    parent_expired: what this token was derived from has expired
    expired: the token has expired: ask for another
    ");
}

#[tokio::test]
async fn an_opaque_tokens_end_comes_before_its_use_and_in_order() {
    let hallpass = Hallpass::start("default").await;
    let body = json!({
        "kind": "secret", "name": "all at once", "scopes": ["asset:read"], "expires_in": 100,
        "not_before": 1_800_000_050, "ips": ["192.0.2.0/24"],
    });
    let (id, token) = hallpass.minted(body).await;
    // Wrong in every way that a use can be.
    let ask = json!({
        "token": token, "environment": "default/test", "ip": "198.51.100.7",
        "scope": "asset:write", "origin": "null",
    });
    let code = || async { hallpass.validate(ask.clone()).await["code"].clone() };
    assert_eq!(code().await, "not_yet_valid");
    hallpass.clock.advance(Duration::from_millis(44_999));
    assert_eq!(code().await, "not_yet_valid");
    hallpass.clock.advance(Duration::from_millis(1));
    assert_eq!(code().await, "environment_mismatch");
    // An opaque token's expiry is exact.
    hallpass.clock.advance(Duration::from_millis(54_999));
    assert_eq!(code().await, "environment_mismatch");
    hallpass.clock.advance(Duration::from_millis(1));
    assert_eq!(code().await, "expired");
    pause(&hallpass, &id).await;
    assert_eq!(code().await, "disabled");
    revoke(&hallpass, &id).await;
    assert_eq!(code().await, "revoked");
}

#[tokio::test]
async fn each_use_is_asked_for_in_order() {
    let hallpass = Hallpass::start("default").await;
    let body = json!({
        "kind": "publishable", "name": "page", "origins": [ORIGIN], "ips": ["192.0.2.0/24"],
    });
    let (_, token) = hallpass.minted(body).await;
    let wrong = json!({
        "token": token, "environment": "default/test", "origin": "https://evil.example",
        "ip": "198.51.100.7", "scope": ["asset:read", "analytics:send"],
    });
    let mut ask = wrong.clone();
    for (field, right, code) in [
        ("token", json!(token), "environment_mismatch"),
        ("environment", json!("default/live"), "origin_denied"),
        ("origin", json!(ORIGIN), "ip_denied"),
        ("ip", json!("192.0.2.1"), "insufficient_scope"),
        ("scope", json!(["asset:read"]), "active"),
    ] {
        ask[field] = right;
        assert_eq!(
            hallpass.validate(ask.clone()).await["code"],
            code,
            "{field}"
        );
    }
    // And each of them alone is enough to refuse.
    for (field, code) in [
        ("environment", "environment_mismatch"),
        ("origin", "origin_denied"),
        ("ip", "ip_denied"),
        ("scope", "insufficient_scope"),
    ] {
        let mut one_wrong = ask.clone();
        one_wrong[field] = wrong[field].clone();
        assert_eq!(hallpass.validate(one_wrong).await["code"], code);
    }
}

#[tokio::test]
async fn a_jwts_own_end_comes_before_its_parents() {
    let hallpass = Hallpass::start("archilogic").await;
    let (id, parent) = hallpass
        .minted(json!({"kind": "secret", "name": "p", "expires_in": 1_000}))
        .await;
    let derive = |seconds: u64| json!({"scopes": ["floor:readPublic"], "durationSeconds": seconds});
    let [long, short, ended] = [
        hallpass.derive(&parent, derive(1_000)).await,
        hallpass.derive(&parent, derive(900)).await,
        hallpass.derive(&parent, derive(1_000)).await,
    ];
    let body = json!({"token": ended});
    let reply = hallpass
        .post("/v1/revocations", body)
        .bearer(&hallpass.root)
        .await;
    assert_eq!(reply.status, 204);
    let codes = |text: &'static str| {
        let (hallpass, tokens) = (&hallpass, [&long, &short, &ended]);
        async move {
            let mut codes = Vec::new();
            for token in tokens {
                let body = json!({"token": token, "environment": "default/test", "scope": "floor:archive"});
                codes.push(
                    hallpass.validate(body).await["code"]
                        .as_str()
                        .unwrap()
                        .to_owned(),
                );
            }
            assert_eq!(codes.join(" "), text);
        }
    };
    codes("environment_mismatch environment_mismatch revoked").await;
    pause(&hallpass, &id).await;
    codes("parent_disabled parent_disabled revoked").await;
    hallpass.clock.advance(Duration::from_secs(905));
    codes("parent_disabled expired revoked").await;
    hallpass.clock.advance(Duration::from_secs(95));
    codes("parent_expired expired revoked").await;
    revoke(&hallpass, &id).await;
    codes("parent_revoked expired revoked").await;
    hallpass.clock.advance(Duration::from_secs(5));
    codes("expired expired revoked").await;
}

#[tokio::test]
async fn s31_an_unknown_id_and_a_wrong_secret_answer_alike() {
    let hallpass = Hallpass::start("archilogic").await;
    let (id, token) = hallpass
        .minted(json!({"kind": "secret", "name": "a"}))
        .await;
    let (_, other) = hallpass
        .minted(json!({"kind": "secret", "name": "b"}))
        .await;
    let page = json!({"kind": "publishable", "name": "page", "origins": [ORIGIN]});
    let (_, page) = hallpass.minted(page).await;
    let foreign = Hallpass::start("archilogic").await.secret().await;
    let nobody = hallpass.validate(json!({"token": of_nobody(&token)})).await;
    says_only(&nobody, "unknown");
    let path = format!("/v1/tokens/{id}/rotate");
    let rotate = hallpass
        .post(&path, json!({"overlap_seconds": 0}))
        .bearer(&hallpass.root);
    assert_eq!(rotate.await.status, 200);
    for wrong in [
        crossed(&token, &other),
        crossed(&other, &token),
        crossed(&page, &token),
        renamed(&token, opaque(&page).prefix),
        renamed(&token, "nokind".parse().unwrap()),
        foreign,
        token,
    ] {
        assert_eq!(
            hallpass.validate(json!({"token": wrong})).await,
            nobody,
            "{wrong}"
        );
        let own = hallpass.get("/v1/tokens/self").bearer(&wrong).await;
        let of_nobody = hallpass
            .get("/v1/tokens/self")
            .bearer(&of_nobody(&wrong))
            .await;
        assert_eq!(own.answer(), (401, "unknown"));
        assert_eq!(own.body, of_nobody.body);
    }
}
