//! bimU.io's document, claim by claim and call by call.
//!
//! | the document says | proved by |
//! |---|---|
//! | "token-based authentication that is secure, reliable, and compliant with the prevailing JWT mechanism" | [`a_token_is_a_jwt_good_for_two_hours_only`]; forged ones: `jwt/header.rs`, `s11_the_algorithm_is_the_keys_whatever_the_header_says` |
//! | "a one-time access token must be generated to load a model or retrieve information" | [`a_token_is_good_more_than_once`]: valid until it expires, not for one use (see `functions/exchange`); without one: [`without_a_token_nothing_is_loaded`] |
//! | "the generated access token is valid for two hours only" | [`a_token_is_a_jwt_good_for_two_hours_only`] |
//! | "two ways to generate an access token: API key or model password" | [`the_calls_as_documented`], [`a_model_password_opens_that_model_only`] |
//! | "it is recommended to use API key that is a more robust and flexible approach": all models, shared or not, by one key that is revoked alone | [`a_key_reaches_every_model_shared_or_not`], [`a_revoked_keys_tokens_die_with_it`] |
//! | "a back-end, server-side web application should be set up to use an API key to request for an access token" | [`the_calls_as_documented`]; from a page it is refused: [`a_key_stands_in_http_basic_and_nowhere_else`] |
//! | "every user has a corresponding account name" | [`the_account_name_is_the_user_id`]; names are unique: `directory/accounts.rs`, `a_name_is_one_label_and_nobody_elses` |
//! | "an API key which is unique to the account" | [`a_key_is_its_own_accounts_only`] |
//! | "generate an API key […] by going to Settings => API Key" | `POST /v1/tokens` of kind `apikey`, [`the_calls_as_documented`]; the page itself is the platform's site |
//! | "all your models are programmatically accessible by a generated API key even though they are not shared" | [`a_key_reaches_every_model_shared_or_not`] |
//! | "do not use an API key in a front-end web application", "never check in", "do not share" | rules for people; a key works as HTTP Basic only: [`a_key_stands_in_http_basic_and_nowhere_else`] |
//! | "use environmental variables" | a rule for people |
//! | "revoke an API key in case of any security risk" | [`a_revoked_keys_tokens_die_with_it`] |
//! | "account name (as user ID) and API key (as password) for the HTTP Basic Authentication" | [`the_calls_as_documented`], [`the_account_name_is_the_user_id`] |
//! | "only HTTPS is supported" | not the functions': API Gateway has no plain HTTP endpoint |
//! | `POST /rest/api/v1/token` with `Authorization: Basic …` | [`the_calls_as_documented`] |
//! | the sample response: `"token": "eyJ…"` | [`the_calls_as_documented`] |
//! | its token's header, `{"alg":"HS256"}` | not kept: a key that signs and verifies would have to be with every verifier; ours are asymmetric: `jwt/header.rs`, `s11_the_algorithm_is_the_keys_whatever_the_header_says` |
//! | the Node.js example | [`the_node_sample_is_told_what_is_wrong_with_it`]: it puts quotes round the colon |
//! | the C# example: `Encoding.UTF8.GetBytes($"{accountName}:{apiKey}")`, `Method.POST`, no body | [`the_calls_as_documented`] |
//! | "you can pass it on to a front-end web application" as `accessToken` | [`a_token_from_a_key_works_in_a_page`]; for one model alone: [`a_key_gives_a_page_a_token_for_one_model_alone`] |
//! | `modelId: "YOUR_MODEL_ID"` | [`a_model_is_named_as_the_document_names_it`] |
//! | "a model password is specific to a model file" | [`a_model_password_opens_that_model_only`] |
//! | "you must explicitly share a model […] to make it accessible" | [`a_model_that_is_not_shared_opens_with_no_password`] |
//! | "if you don't set a password upon sharing, the password […] can be set to null or an empty string" | [`no_password_is_null_or_an_empty_string`] |
//! | "the loadModel function will handle access token request behind the scene" | [`a_page_asks_for_itself`]: from a browser, across origins |
//! | "do not hard code your password", "create your own user interface" | rules for people |
//! | `viewer.loadModel`, `onProgress`, `showDialog`, the HTML of the dialog | not a token service's: the viewer |
//! | sharing on the site | `POST /v1/shares`: `shares/made.rs`, `a_share_shows_all_but_its_password`; the page itself is the platform's site |

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hallpass_tests::{Hallpass, Reply, jwt_claims, text};
use serde_json::{Value, json};
use std::time::Duration;

const ROUTE: &str = "/rest/api/v1/token";
const PAGE: &str = "https://viewer.example";
const MODEL: &str = "5f1e6d1b9c";
const OTHER: &str = "5f1e6d1b9d";

/// A customer whose name is `acme`, and their API key's id and text.
async fn customer(hallpass: &Hallpass) -> (String, String, String) {
    let scopes = json!(["model:*", "tokens:mint", "tokens:revoke", "directory:write"]);
    let (_, manager) = hallpass.account("acme", scopes).await;
    let (id, key) = key(hallpass, &manager).await;
    (manager, id, key)
}

async fn key(hallpass: &Hallpass, manager: &str) -> (String, String) {
    let body = json!({"kind": "apikey", "name": "my web application"});
    let made = hallpass.mint_as(manager, body).await;
    (text(&made, "id"), text(&made, "token"))
}

async fn basic(hallpass: &Hallpass, pair: &str) -> Reply {
    let header = format!("Basic {}", STANDARD.encode(pair));
    let call = hallpass.call(http::Method::POST, ROUTE);
    call.header("Authorization", header).await
}

async fn password(hallpass: &Hallpass, body: Value) -> Reply {
    hallpass.post(ROUTE, body).origin(PAGE).await
}

fn view(model: &str) -> String {
    format!("model:view@model/{model}")
}

#[tokio::test]
async fn the_calls_as_documented() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, _, key) = customer(&hallpass).await;
    let reply = basic(&hallpass, &format!("acme:{key}")).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("cache-control"), "no-store");
    insta::assert_json_snapshot!(reply.body, {".token" => "eyJ…"}, @r#"
    {
      "token": "eyJ…"
    }
    "#);
    let token = text(&reply.body, "token");
    assert!(token.starts_with("eyJ"));
    assert!(hallpass.may(&token, &view(MODEL)).await);
    // RestSharp may send a media type and no body, or an empty object.
    for body in ["", "{}", " {} "] {
        let header = format!("Basic {}", STANDARD.encode(format!("acme:{key}")));
        let call = hallpass.call(http::Method::POST, ROUTE).bytes(body);
        let call = call.header("Content-Type", "application/json");
        let reply = call.header("Authorization", header).await;
        assert_eq!(reply.status, 200, "`{body}`: {}", reply.body);
    }
}

#[tokio::test]
async fn a_token_is_a_jwt_good_for_two_hours_only() {
    let hallpass = Hallpass::start("bimu").await;
    let (manager, _, key) = customer(&hallpass).await;
    hallpass
        .made(
            &manager,
            "/v1/shares",
            json!({"model": MODEL, "password": "sesame"}),
        )
        .await;
    let by_key = basic(&hallpass, &format!("acme:{key}")).await;
    let asked = json!({"model": MODEL, "password": "sesame"});
    let by_password = password(&hallpass, asked).await;
    let tokens = [by_key, by_password].map(|reply| text(&reply.body, "token"));
    for token in &tokens {
        assert_eq!(token.split('.').count(), 3);
        let claims = jwt_claims(token);
        let (iat, exp) = (claims["iat"].as_u64(), claims["exp"].as_u64());
        assert_eq!(exp.unwrap() - iat.unwrap(), 7_200);
    }
    // Exact but for the leeway of 5 s, which clocks need.
    hallpass.clock.advance(Duration::from_secs(7_199));
    for token in &tokens {
        assert_eq!(hallpass.code(token).await, "active");
    }
    hallpass.clock.advance(Duration::from_secs(6));
    for token in &tokens {
        assert_eq!(hallpass.code(token).await, "expired");
    }
}

#[tokio::test]
async fn a_token_is_good_more_than_once() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, _, key) = customer(&hallpass).await;
    let token = text(
        &basic(&hallpass, &format!("acme:{key}")).await.body,
        "token",
    );
    for _ in 0..3 {
        assert!(hallpass.may(&token, &view(MODEL)).await);
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_loaded() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, _, key) = customer(&hallpass).await;
    for token in [key.as_str(), "", "x"] {
        let reply = hallpass.get("/v1/tokens/self").bearer(token).await;
        assert!(reply.status.is_client_error(), "{}", reply.body);
    }
    assert_eq!(hallpass.get("/v1/tokens/self").await.status, 401);
    let reply = hallpass.call(http::Method::POST, ROUTE).await;
    assert_eq!(reply.answer(), (401, "unauthenticated"));
}

#[tokio::test]
async fn the_account_name_is_the_user_id() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, _, key) = customer(&hallpass).await;
    for (name, status) in [
        ("acme", 200),
        ("ACME", 200),
        ("acme2", 401),
        ("", 401),
        ("operator", 401),
        ("acme ", 401),
    ] {
        let reply = basic(&hallpass, &format!("{name}:{key}")).await;
        assert_eq!(reply.status, status, "`{name}`: {}", reply.body);
    }
}

#[tokio::test]
async fn a_key_is_its_own_accounts_only() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, _, key_of_acme) = customer(&hallpass).await;
    let (_, manager) = hallpass
        .account("rival", json!(["model:*", "tokens:mint"]))
        .await;
    let (_, key_of_rival) = key(&hallpass, &manager).await;
    for (name, key, status) in [
        ("acme", &key_of_acme, 200),
        ("rival", &key_of_rival, 200),
        ("acme", &key_of_rival, 401),
        ("rival", &key_of_acme, 401),
    ] {
        let reply = basic(&hallpass, &format!("{name}:{key}")).await;
        assert_eq!(reply.status, status, "{name}");
    }
}

#[tokio::test]
async fn a_key_reaches_every_model_shared_or_not() {
    let hallpass = Hallpass::start("bimu").await;
    let (manager, _, key) = customer(&hallpass).await;
    hallpass
        .made(&manager, "/v1/shares", json!({"model": MODEL}))
        .await;
    let token = text(
        &basic(&hallpass, &format!("acme:{key}")).await.body,
        "token",
    );
    for model in [MODEL, OTHER, "anything"] {
        assert!(hallpass.may(&token, &view(model)).await, "{model}");
        let query = format!("model:query@model/{model}");
        assert!(hallpass.may(&token, &query).await, "{model}");
    }
    assert!(hallpass.may(&token, "model:list").await);
    for scope in ["tokens:mint", "directory:write", "tokens:validate"] {
        assert!(!hallpass.may(&token, scope).await, "{scope}");
    }
}

#[tokio::test]
async fn a_key_stands_in_http_basic_and_nowhere_else() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, _, key) = customer(&hallpass).await;
    let reply = hallpass.get("/v1/tokens/self").bearer(&key).await;
    assert_eq!(reply.answer(), (401, "wrong_presentation"));
    let call = hallpass.call(http::Method::POST, ROUTE);
    assert_eq!(call.bearer(&key).await.status, 401);
    let body = json!({"kind": "apikey", "name": "x", "origins": [PAGE]});
    let reply = hallpass
        .post("/v1/tokens", body)
        .bearer(&hallpass.root)
        .await;
    assert_eq!(reply.status, 422, "a page has no key: {}", reply.body);
}

#[tokio::test]
async fn a_revoked_keys_tokens_die_with_it() {
    let hallpass = Hallpass::start("bimu").await;
    let (manager, id, first) = customer(&hallpass).await;
    let (_, second) = key(&hallpass, &manager).await;
    let mut tokens = Vec::new();
    for key in [&first, &first, &second] {
        let reply = basic(&hallpass, &format!("acme:{key}")).await;
        tokens.push(text(&reply.body, "token"));
    }
    let path = format!("/v1/tokens/{id}");
    assert_eq!(hallpass.delete(&path).bearer(&manager).await.status, 204);
    for (token, code) in tokens
        .iter()
        .zip(["parent_revoked", "parent_revoked", "active"])
    {
        assert_eq!(hallpass.code(token).await, code);
    }
    let reply = basic(&hallpass, &format!("acme:{first}")).await;
    assert_eq!(reply.answer(), (401, "revoked"));
    assert_eq!(
        basic(&hallpass, &format!("acme:{second}")).await.status,
        200
    );
}

#[tokio::test]
async fn the_node_sample_is_told_what_is_wrong_with_it() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, _, key) = customer(&hallpass).await;
    hallpass.dynamodb.reset();
    // Buffer.from(`${accountName}':'${apiKey}`).toString('base64')
    let reply = basic(&hallpass, &format!("acme':'{key}")).await;
    insta::assert_json_snapshot!(reply.body, @r#"
    {
      "code": "quoted_colon",
      "detail": "the colon between the account's name and the API key has quotes round it: encode `${accountName}:${apiKey}`, not `${accountName}':'${apiKey}`",
      "status": 400,
      "title": "Bad Request",
      "type": "about:blank"
    }
    "#);
    assert!(hallpass.dynamodb.calls().is_empty());
}

#[tokio::test]
async fn a_token_from_a_key_works_in_a_page() {
    let hallpass = Hallpass::start("bimu").await;
    let (_, _, key) = customer(&hallpass).await;
    let token = text(
        &basic(&hallpass, &format!("acme:{key}")).await.body,
        "token",
    );
    let call = hallpass.get("/v1/tokens/self").bearer(&token);
    let reply = call.origin(PAGE).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("access-control-allow-origin"), PAGE);
}

/// The document passes a token of the whole account on to a page. A backend may ask for less.
#[tokio::test]
async fn a_key_gives_a_page_a_token_for_one_model_alone() {
    let hallpass = Hallpass::start("bimu").await;
    let (manager, id, key) = customer(&hallpass).await;
    let ask = async |key: &str, body: Value| {
        let header = format!("Basic {}", STANDARD.encode(format!("acme:{key}")));
        let call = hallpass.post(ROUTE, body);
        call.header("Authorization", header).await
    };
    for body in [
        json!({"modelId": MODEL}),
        json!({"model": MODEL}),
        json!({"modelId": MODEL, "model": MODEL, "password": null}),
        json!({"modelId": MODEL, "password": ""}),
    ] {
        let reply = ask(&key, body.clone()).await;
        assert_eq!(reply.status, 200, "{body}: {}", reply.body);
        let token = text(&reply.body, "token");
        let claims = jwt_claims(&token);
        let mut scopes: Vec<&str> = claims["scope"].as_str().unwrap().split(' ').collect();
        scopes.sort_unstable();
        assert_eq!(scopes, [format!("model:query@model/{MODEL}"), view(MODEL)]);
        assert_eq!(claims["client_id"], id);
        for (scope, may) in [
            (view(MODEL), true),
            (format!("model:query@model/{MODEL}"), true),
            (view(OTHER), false),
            ("model:list".to_owned(), false),
        ] {
            assert_eq!(hallpass.may(&token, &scope).await, may, "{scope}");
        }
    }
    // A key that holds less gives less, and nothing of a model that it does not reach.
    let narrow = json!({"kind": "apikey", "name": "one", "scopes": ["model:view@model/7"]});
    let narrow = text(&hallpass.mint_as(&manager, narrow).await, "token");
    let reply = ask(&narrow, json!({"modelId": "7"})).await;
    let claims = jwt_claims(&text(&reply.body, "token"));
    assert_eq!(claims["scope"], "model:view@model/7");
    let reply = ask(&narrow, json!({"modelId": "8"})).await;
    assert_eq!(reply.refusal(), (422, "scope_not_held", "modelId"));
}

#[tokio::test]
async fn a_model_is_named_as_the_document_names_it() {
    let hallpass = Hallpass::start("bimu").await;
    let (manager, _, _) = customer(&hallpass).await;
    let shared = json!({"model": MODEL, "password": "sesame"});
    hallpass.made(&manager, "/v1/shares", shared).await;
    for (names, status) in [
        (json!({"modelId": MODEL}), 200),
        (json!({"model": MODEL}), 200),
        (json!({"modelId": MODEL, "model": MODEL}), 200),
        (json!({"modelId": MODEL, "model": OTHER}), 422),
    ] {
        let mut body = names.clone();
        body["password"] = json!("sesame");
        let reply = password(&hallpass, body).await;
        assert_eq!(reply.status, status, "{names}: {}", reply.body);
    }
}

#[tokio::test]
async fn a_model_password_opens_that_model_only() {
    let hallpass = Hallpass::start("bimu").await;
    let (manager, _, _) = customer(&hallpass).await;
    hallpass
        .made(
            &manager,
            "/v1/shares",
            json!({"model": MODEL, "password": "sesame"}),
        )
        .await;
    hallpass
        .made(
            &manager,
            "/v1/shares",
            json!({"model": OTHER, "password": "other"}),
        )
        .await;
    let reply = password(&hallpass, json!({"model": MODEL, "password": "sesame"})).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let token = text(&reply.body, "token");
    for (scope, expected) in [
        (view(MODEL), true),
        (format!("model:query@model/{MODEL}"), true),
        (view(OTHER), false),
        ("model:view".to_owned(), false),
        ("model:list".to_owned(), false),
        (format!("model:list@model/{MODEL}"), false),
    ] {
        assert_eq!(hallpass.may(&token, &scope).await, expected, "{scope}");
    }
    for (model, secret) in [(MODEL, "other"), (OTHER, "sesame"), (MODEL, "Sesame")] {
        let reply = password(&hallpass, json!({"model": model, "password": secret})).await;
        assert_eq!(reply.answer(), (401, "wrong_password"));
    }
}

#[tokio::test]
async fn a_model_that_is_not_shared_opens_with_no_password() {
    let hallpass = Hallpass::start("bimu").await;
    let (manager, _, _) = customer(&hallpass).await;
    hallpass
        .made(&manager, "/v1/shares", json!({"model": MODEL}))
        .await;
    for body in [
        json!({"model": OTHER}),
        json!({"model": OTHER, "password": null}),
        json!({"model": OTHER, "password": ""}),
        json!({"model": OTHER, "password": "sesame"}),
    ] {
        let reply = password(&hallpass, body).await;
        assert_eq!(reply.answer(), (401, "wrong_password"));
    }
}

#[tokio::test]
async fn no_password_is_null_or_an_empty_string() {
    let hallpass = Hallpass::start("bimu").await;
    let (manager, _, _) = customer(&hallpass).await;
    for (number, set) in [
        json!({}),
        json!({"password": null}),
        json!({"password": ""}),
    ]
    .into_iter()
    .enumerate()
    {
        let model = format!("open{number}");
        let mut shared = set.clone();
        shared["model"] = json!(model);
        hallpass.made(&manager, "/v1/shares", shared).await;
        for given in [
            json!({}),
            json!({"password": null}),
            json!({"password": ""}),
        ] {
            let mut asked = given.clone();
            asked["model"] = json!(model);
            let reply = password(&hallpass, asked).await;
            assert_eq!(
                reply.status, 200,
                "set {set}, given {given}: {}",
                reply.body
            );
            assert!(
                hallpass
                    .may(&text(&reply.body, "token"), &view(&model))
                    .await
            );
        }
    }
    // And where one was set, neither opens it.
    hallpass
        .made(
            &manager,
            "/v1/shares",
            json!({"model": MODEL, "password": "sesame"}),
        )
        .await;
    for given in [
        json!({}),
        json!({"password": null}),
        json!({"password": ""}),
    ] {
        let mut asked = given.clone();
        asked["model"] = json!(MODEL);
        assert_eq!(password(&hallpass, asked).await.status, 401, "{given}");
    }
}

#[tokio::test]
async fn a_page_asks_for_itself() {
    let hallpass = Hallpass::start("bimu").await;
    let (manager, _, _) = customer(&hallpass).await;
    hallpass
        .made(
            &manager,
            "/v1/shares",
            json!({"model": MODEL, "password": "sesame"}),
        )
        .await;
    let preflight = hallpass.call(http::Method::OPTIONS, ROUTE).origin(PAGE);
    let preflight = preflight.header("access-control-request-method", "POST");
    let preflight = preflight.header("access-control-request-headers", "content-type");
    assert_eq!(preflight.await.header("access-control-allow-origin"), PAGE);
    for secret in ["sesame", "wrong"] {
        let reply = password(&hallpass, json!({"model": MODEL, "password": secret})).await;
        assert_eq!(
            reply.header("access-control-allow-origin"),
            PAGE,
            "{secret}"
        );
        assert_eq!(reply.header("access-control-allow-credentials"), "");
        assert_eq!(reply.header("vary"), "Origin");
    }
}
