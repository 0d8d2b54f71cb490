//! Archilogic's document, claim by claim and call by call.
//!
//! | the document says | proved by |
//! |---|---|
//! | "token-based authentication to control access to floor plans" | [`the_calls_as_documented`] |
//! | "different token types are available depending on your use case" | [`the_kinds_are_the_documents`] |
//! | the sixteen scopes of Space API V2 | [`the_scopes_are_the_documents`] |
//! | `floor:write` of `ScopeDefinition` is `floor:update` of the list | [`a_temporary_token_takes_the_six_actions_of_scope_definition`] |
//! | publishable tokens "restrict which domains can display public floors" | [`a_publishable_token_works_from_its_domains_only`] |
//! | they "support only the following scopes": four | [`a_publishable_token_holds_the_four_scopes_and_no_other`] |
//! | they stand "in the `pubtoken` query parameter" | [`the_calls_as_documented`]; nowhere else: [`each_token_stands_where_the_document_puts_it`] |
//! | "a domain allowed for this token as origin to simulate a browser environment" | [`the_calls_as_documented`] |
//! | "should allow the viewer.archilogic.com domain" | [`a_publishable_token_works_from_its_domains_only`] |
//! | they are "safe to expose in frontend code" | [`a_publishable_token_derives_mints_and_revokes_nothing`]; the page gets CORS headers: `validate/cors.rs`, `s42_a_reply_names_the_origin_only_where_the_token_allows_it` |
//! | "100 token limit", publishable and secret alike | [`a_hundred_tokens_of_each_kind_and_not_one_more`]; 200 mints at once: `mint/limit.rs`, `s25_two_hundred_mints_at_once_make_one_hundred_publishable_tokens`, `s25_two_hundred_mints_at_once_make_one_hundred_secret_tokens` |
//! | "generate on the access tokens page" | a token's text is shown once by `POST /v1/tokens`: `mint/secrecy.rs`, `s19_a_secret_is_shown_once`; what the page shows and edits: [`names_and_domains_are_listed_and_edited_afterwards`]; the page itself is the function `console`, not built yet |
//! | secret tokens "provide full API access with all scopes" | [`a_secret_token_holds_every_scope_of_the_document`] |
//! | they stand "in the Authorization header as a Bearer token" | [`the_calls_as_documented`], [`each_token_stands_where_the_document_puts_it`] |
//! | "use only in backend applications and keep secure" | a rule for people; the table holds no secret: `mint/secrecy.rs`, `s19_the_table_holds_no_secret_and_no_part_of_one` |
//! | `POST /v2/temporary-access-token/create` with `scopes` and `durationSeconds` | [`the_calls_as_documented`] |
//! | `scopes` "must be subset of secret token's scopes" | [`a_temporary_tokens_scopes_are_a_subset_of_its_secrets`] |
//! | `durationSeconds`: "15 min - 1 day, default: 1 hour" | [`a_duration_is_15_minutes_to_1_day_and_1_hour_by_default`] |
//! | returns `authorization`, a "Bearer token for Authorization header", and `expiresAt`, a "Unix timestamp" | [`the_calls_as_documented`] |
//! | "secure frontend access to private resources without exposing secret tokens" | [`the_calls_as_documented`]: private scope, and the reply holds nothing of the secret |
//! | the temporary token stands "in the Authorization header as a Bearer token" | [`the_calls_as_documented`], [`each_token_stands_where_the_document_puts_it`] |
//! | OAuth 2.0 tokens "provide the same capabilities as secret tokens" | the function `oauth` is not built yet |
//! | "see the OAuth 2.0 guide for implementation details" | as above |
//! | the example app, the floor plan engine and the 3D Embed API | not a token service's: they are its clients |
//! | the floors, layouts, custom attributes and extensions themselves | not a token service's: they are what it guards |
//!
//! `GET /v2/floor/{id}` is the resource server's: here it is the demo resource of `cargo dev`, behind
//! the same decision. Where what a token may do is asked, `POST /v1/tokens/validate` tells.

use hallpass_tests::{Hallpass, Reply, text};
use serde_json::{Value, json};

const ORIGIN: &str = "https://floors.example";
const FLOOR: &str = "0246512e-973c-4e52-a1f2-5f0008e9ee9c";
const SELF: &str = "/v1/tokens/self";

/// The document's list, in its order.
const SCOPES: [&str; 16] = [
    "floor:readPublic",
    "floor:readPrivate",
    "floor:queryPublic",
    "floor:queryPrivate",
    "floor:update",
    "floor:export",
    "floor:archive",
    "customAttributes:read",
    "customAttributes:write",
    "customAttributeValues:readPublic",
    "customAttributeValues:readPrivate",
    "customAttributeValues:write",
    "extension:create",
    "extension:update",
    "extension:query",
    "extension:delete",
];

const PUBLISHABLE: [&str; 4] = [
    "floor:readPublic",
    "floor:queryPublic",
    "customAttributes:read",
    "customAttributeValues:readPublic",
];

async fn publishable(hallpass: &Hallpass, origins: Value) -> String {
    let body = json!({"kind": "publishable", "name": "a web page", "origins": origins});
    text(&hallpass.mint(body).await, "token")
}

/// The document's call, in curl's own bytes.
async fn create(hallpass: &Hallpass, bearer: &str, body: &str) -> Reply {
    hallpass
        .call(http::Method::POST, "/v2/temporary-access-token/create")
        .header("Authorization", format!("Bearer {bearer}"))
        .header("Content-Type", "application/json")
        .bytes(body)
        .await
}

/// Whether the token may do this to the floor of the documented calls.
async fn may(hallpass: &Hallpass, token: &str, scope: &str, origin: Option<&str>) -> bool {
    let scope = format!("{scope}@floor/{FLOOR}");
    let mut body = json!({"token": token, "scope": scope});
    if let Some(origin) = origin {
        body["origin"] = json!(origin);
    }
    hallpass.validate(body).await["active"] == true
}

#[tokio::test]
async fn the_calls_as_documented() {
    let mut hallpass = Hallpass::start("archilogic").await;
    hallpass.with_demo();
    let floor = format!("/v2/floor/{FLOOR}");
    // curl -H "Origin: ${ORIGIN}" ".../v2/floor/${FLOOR_ID}?pubtoken=${PUBLISHABLE_TOKEN}"
    let page = publishable(&hallpass, json!([ORIGIN])).await;
    let path = format!("{floor}?pubtoken={page}");
    let reply = hallpass.get(&path).header("Origin", ORIGIN).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("access-control-allow-origin"), ORIGIN);
    assert!(may(&hallpass, &page, "floor:readPublic", Some(ORIGIN)).await);
    assert!(!may(&hallpass, &page, "floor:readPrivate", Some(ORIGIN)).await);

    // curl -H "Authorization: Bearer ${SECRET_TOKEN}" ".../v2/floor/${FLOOR_ID}"
    let secret = hallpass.secret().await;
    let bearer = |token: &str| {
        hallpass
            .get(&floor)
            .header("Authorization", format!("Bearer {token}"))
    };
    assert_eq!(bearer(&secret).await.status, 200);
    assert!(may(&hallpass, &secret, "floor:readPrivate", None).await);

    // curl -X POST … -d '…' ".../v2/temporary-access-token/create"
    let body =
        r#"{"scopes": [{"resource": "floor", "action": "readPrivate"}], "durationSeconds": 3600}"#;
    let reply = create(&hallpass, &secret, body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("content-type"), "application/json");
    assert!(!reply.body.to_string().contains(&secret[..30]));
    insta::assert_json_snapshot!(reply.body, {".authorization" => "Bearer […]"}, @r#"
    {
      "authorization": "Bearer […]",
      "expiresAt": 1800003600
    }
    "#);

    // curl -H "Authorization: Bearer ${TEMPORARY_TOKEN}" ".../v2/floor/${FLOOR_ID}"
    let authorization = text(&reply.body, "authorization");
    let reply = hallpass
        .get(&floor)
        .header("Authorization", &authorization)
        .await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.body["token"]["kind"], "temporary");
    let temporary = authorization.strip_prefix("Bearer ").unwrap();
    assert!(may(&hallpass, temporary, "floor:readPrivate", None).await);
    assert!(!may(&hallpass, temporary, "floor:update", None).await);
}

#[tokio::test]
async fn the_scopes_are_the_documents() {
    let hallpass = Hallpass::start("archilogic").await;
    let mut known: Vec<String> = hallpass
        .platform
        .catalog
        .scopes()
        .map(|(scope, _)| scope.to_string())
        .filter(|scope| {
            !hallpass_core::ManagementScope::ALL
                .iter()
                .any(|known| known.as_str() == scope)
        })
        .collect();
    let mut expected = SCOPES.map(str::to_owned).to_vec();
    expected.sort();
    known.sort();
    assert_eq!(known, expected);
}

#[tokio::test]
async fn the_kinds_are_the_documents() {
    let hallpass = Hallpass::start("archilogic").await;
    let kinds = hallpass.platform.catalog.kinds();
    let kinds: Vec<&str> = kinds.map(|kind| kind.name.as_str()).collect();
    // And Hallpass's own, which every catalog has.
    assert_eq!(kinds, ["management", "publishable", "secret", "temporary"]);
}

#[tokio::test]
async fn names_and_domains_are_listed_and_edited_afterwards() {
    let hallpass = Hallpass::start("archilogic").await;
    let page = publishable(&hallpass, json!([ORIGIN])).await;
    let secret = hallpass.secret().await;
    let listed = async |kind: &str| {
        let reply = hallpass.get(&format!("/v1/tokens?kind={kind}"));
        let tokens = reply.bearer(&hallpass.root).await.body["tokens"].clone();
        assert_eq!(tokens.as_array().unwrap().len(), 1, "{tokens}");
        tokens[0].clone()
    };
    let edit = async |kind: &str, body: Value| {
        let path = format!("/v1/tokens/{}", text(&listed(kind).await, "id"));
        let call = hallpass.call(http::Method::PATCH, &path).json(body);
        call.bearer(&hallpass.root).await
    };
    assert_eq!(listed("publishable").await["origins"], json!([ORIGIN]));
    let viewer = "https://viewer.archilogic.com";
    let body = json!({"name": "the viewer", "origins": [viewer]});
    assert_eq!(edit("publishable", body).await.status, 200);
    let after = listed("publishable").await;
    assert_eq!(
        (&after["name"], &after["origins"]),
        (&json!("the viewer"), &json!([viewer]))
    );
    assert!(may(&hallpass, &page, "floor:readPublic", Some(viewer)).await);
    assert!(!may(&hallpass, &page, "floor:readPublic", Some(ORIGIN)).await);
    assert_eq!(edit("secret", json!({"name": "another"})).await.status, 200);
    assert_eq!(listed("secret").await["name"], "another");
    assert!(may(&hallpass, &secret, "floor:update", None).await);
    // A publishable token keeps domains, and a secret one never has any.
    for (kind, origins, code) in [
        ("publishable", Value::Null, "origins_required"),
        ("secret", json!([ORIGIN]), "origins_not_for_kind"),
    ] {
        let reply = edit(kind, json!({"origins": origins})).await;
        assert_eq!(reply.answer(), (422, code), "{kind}");
    }
}

#[tokio::test]
async fn a_secret_token_holds_every_scope_of_the_document() {
    let hallpass = Hallpass::start("archilogic").await;
    let secret = hallpass.secret().await;
    let body = json!({"token": secret, "scope": SCOPES});
    assert_eq!(hallpass.validate(body).await["code"], "active");
    // And none of Hallpass's own.
    for scope in [
        "tokens:mint",
        "tokens:revoke",
        "tokens:validate",
        "platform:operate",
    ] {
        let body = json!({"token": secret, "scope": scope});
        assert_eq!(hallpass.validate(body).await["code"], "insufficient_scope");
    }
}

#[tokio::test]
async fn a_publishable_token_holds_the_four_scopes_and_no_other() {
    let hallpass = Hallpass::start("archilogic").await;
    let page = publishable(&hallpass, json!([ORIGIN])).await;
    for scope in SCOPES {
        let body = json!({"token": page, "scope": scope, "origin": ORIGIN});
        let expected = PUBLISHABLE.contains(&scope);
        assert_eq!(hallpass.validate(body).await["active"], expected, "{scope}");
        let body =
            json!({"kind": "publishable", "name": "p", "origins": [ORIGIN], "scopes": [scope]});
        let reply = hallpass
            .post("/v1/tokens", body)
            .bearer(&hallpass.root)
            .await;
        assert_eq!(
            reply.status.as_u16(),
            if expected { 201 } else { 422 },
            "{scope}"
        );
    }
}

#[tokio::test]
async fn a_publishable_token_works_from_its_domains_only() {
    let hallpass = Hallpass::start("archilogic").await;
    let viewer = "https://viewer.archilogic.com";
    let page = publishable(&hallpass, json!([ORIGIN, "viewer.archilogic.com"])).await;
    for (origin, allowed) in [
        (Some(ORIGIN), true),
        (Some(viewer), true),
        (Some("https://archilogic.com"), false),
        (Some("https://x.viewer.archilogic.com"), false),
        (Some("http://viewer.archilogic.com"), false),
        (Some("https://evil.example"), false),
        (None, false),
    ] {
        assert_eq!(
            may(&hallpass, &page, "floor:readPublic", origin).await,
            allowed,
            "{origin:?}"
        );
    }
    let body = json!({"kind": "publishable", "name": "everywhere"});
    let reply = hallpass
        .post("/v1/tokens", body)
        .bearer(&hallpass.root)
        .await;
    assert_eq!(reply.answer(), (422, "origins_required"));
}

#[tokio::test]
async fn a_publishable_token_derives_mints_and_revokes_nothing() {
    let hallpass = Hallpass::start("archilogic").await;
    let page = publishable(&hallpass, json!([ORIGIN])).await;
    for (path, body) in [
        (
            "/v2/temporary-access-token/create",
            json!({"scopes": ["floor:readPublic"]}),
        ),
        (
            "/v1/tokens",
            json!({"kind": "publishable", "name": "p", "origins": [ORIGIN]}),
        ),
        ("/v1/revocations", json!({"token": page})),
        ("/v1/tokens/validate", json!({"token": page})),
    ] {
        let path = format!("{path}?pubtoken={page}");
        let reply = hallpass.post(&path, body).origin(ORIGIN).await;
        assert_eq!(reply.status, 403, "{path}: {}", reply.body);
    }
    assert!(may(&hallpass, &page, "floor:readPublic", Some(ORIGIN)).await);
}

#[tokio::test]
async fn each_token_stands_where_the_document_puts_it() {
    let hallpass = Hallpass::start("archilogic").await;
    let page = publishable(&hallpass, json!([ORIGIN])).await;
    let secret = hallpass.secret().await;
    let temporary = hallpass
        .derive(&secret, json!({"scopes": ["floor:readPrivate"]}))
        .await;
    for (token, in_query) in [(&page, true), (&secret, false), (&temporary, false)] {
        let query = hallpass
            .get(&format!("{SELF}?pubtoken={token}"))
            .origin(ORIGIN)
            .await;
        let header = hallpass.get(SELF).bearer(token).origin(ORIGIN).await;
        let (good, bad) = if in_query {
            (query, header)
        } else {
            (header, query)
        };
        assert_eq!(good.status, 200, "{}", good.body);
        assert_eq!(bad.answer(), (401, "wrong_presentation"));
    }
}

#[tokio::test]
async fn a_hundred_tokens_of_each_kind_and_not_one_more() {
    let hallpass = Hallpass::start("archilogic").await;
    for body in [
        json!({"kind": "publishable", "name": "p", "origins": [ORIGIN]}),
        json!({"kind": "secret", "name": "s"}),
    ] {
        for _ in 0..100 {
            hallpass.mint(body.clone()).await;
        }
        let reply = hallpass
            .post("/v1/tokens", body)
            .bearer(&hallpass.root)
            .await;
        assert_eq!(reply.status, 409, "{}", reply.body);
    }
}

#[tokio::test]
async fn a_temporary_tokens_scopes_are_a_subset_of_its_secrets() {
    let hallpass = Hallpass::start("archilogic").await;
    let body =
        json!({"kind": "secret", "name": "s", "scopes": ["floor:readPublic", "floor:readPrivate"]});
    let secret = text(&hallpass.mint(body).await, "token");
    for (actions, status) in [
        (vec!["readPublic"], 200),
        (vec!["readPublic", "readPrivate"], 200),
        (vec!["readPublic", "archive"], 422),
        (vec![], 422),
    ] {
        let scopes: Vec<Value> = actions
            .iter()
            .map(|action| json!({"resource": "floor", "action": action}))
            .collect();
        let reply = create(&hallpass, &secret, &json!({"scopes": scopes}).to_string()).await;
        assert_eq!(reply.status, status, "{}", reply.body);
    }
}

#[tokio::test]
async fn a_temporary_token_takes_the_six_actions_of_scope_definition() {
    let hallpass = Hallpass::start("archilogic").await;
    let secret = hallpass.secret().await;
    for (action, scope) in [
        ("archive", "floor:archive"),
        ("queryPublic", "floor:queryPublic"),
        ("queryPrivate", "floor:queryPrivate"),
        ("readPrivate", "floor:readPrivate"),
        ("readPublic", "floor:readPublic"),
        ("write", "floor:update"),
    ] {
        let body = json!({"scopes": [{"resource": "floor", "action": action}]});
        let token = hallpass.derive(&secret, body).await;
        for other in SCOPES {
            let body = json!({"token": token, "scope": other});
            assert_eq!(
                hallpass.validate(body).await["active"],
                other == scope,
                "{action} {other}"
            );
        }
    }
    // `ResourceScope` is `floor` alone, and `export` is none of its actions.
    for (resource, action) in [
        ("floor", "export"),
        ("customAttributes", "read"),
        ("extension", "query"),
    ] {
        let body = json!({"scopes": [{"resource": resource, "action": action}]}).to_string();
        assert_eq!(create(&hallpass, &secret, &body).await.status, 422);
    }
}

#[tokio::test]
async fn a_duration_is_15_minutes_to_1_day_and_1_hour_by_default() {
    let hallpass = Hallpass::start("archilogic").await;
    let secret = hallpass.secret().await;
    for (member, seconds) in [
        ("", Some(3_600)),
        (", \"durationSeconds\": 900", Some(900)),
        (", \"durationSeconds\": 86400", Some(86_400)),
        (", \"durationSeconds\": 899", None),
        (", \"durationSeconds\": 86401", None),
    ] {
        let body =
            format!(r#"{{"scopes": [{{"resource": "floor", "action": "readPrivate"}}]{member}}}"#);
        let reply = create(&hallpass, &secret, &body).await;
        match seconds {
            Some(seconds) => assert_eq!(reply.body["expiresAt"], 1_800_000_000 + seconds),
            None => assert_eq!(
                (reply.status.as_u16(), &reply.body["field"]),
                (422, &json!("durationSeconds"))
            ),
        }
    }
}
