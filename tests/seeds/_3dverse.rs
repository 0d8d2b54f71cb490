//! 3dverse's document, claim by claim and call by call.
//!
//! | the document says | proved by |
//! |---|---|
//! | the Livelink.js SDK connects "to a live rendering session", the Asset API is for "uploading, managing and monitoring assets" | not a token service's: they are what it guards; the catalog's routes stand in for them: [`the_workflow_as_documented`] |
//! | both "require an authentication token"; "depending on the use case, you have multiple options" | [`the_apis_require_a_token`] |
//! | the public token is "the quickest and easiest way to connect to a 3dverse Scene" | [`the_public_token_reads_the_public_folder`]: one call makes it, with nothing but a name |
//! | it "has read access to all assets inside the Public Folder" | [`the_public_token_reads_the_public_folder`]; folders made there, too: `folders/list.rs`, `the_public_token_reads_the_public_folder_and_writes_nothing` |
//! | it "doesn't have an expiry date" | [`the_public_token_never_expires`] |
//! | it "can safely be exposed client side" | [`the_public_token_does_nothing_but_read`] |
//! | "you won't be able to identify the identity of your users": the username "will appear as {org_name}_{app_name}_{env_name}" | [`the_public_token_speaks_for_no_user`]; the name it is used under: `activity/usage.rs`, `a_public_tokens_use_appears_under_account_app_and_environment` |
//! | it "can also be passed as user_token to the Management API but will only be authorized for action requiring read access" | [`the_public_token_as_user_token_of_the_management_api`]; every such route: `folders/list.rs`, `the_public_token_reads_the_public_folder_and_writes_nothing` |
//! | "you'll want to let your users upload source files and manage their 3D assets" | [`the_workflow_as_documented`], as far as their tokens reach: [`a_user_token_reaches_the_users_folders_only`]; the files are the Asset API's |
//! | "this is where User resources become crucial" | [`who_has_access_to_what`] |
//! | "you'll need to keep track of who has uploaded what, and who has access to what" | [`who_has_access_to_what`]; uploads are the Asset API's, which learns from each token who it speaks for: [`the_workflow_as_documented`] |
//! | "create a 3dverse User server-side with the Management API. This outputs a user_id" | [`the_workflow_as_documented`] |
//! | "use the Management API to generate a User Token server-side and pass it to the client" | [`the_workflow_as_documented`]; only by an API key that may: `folders/user_token.rs`, `s51_a_key_gives_no_more_than_it_holds` |
//! | "use the User Token to create a folder, upload sources files on behalf of the user" | [`the_workflow_as_documented`] |
//! | "use the User Token to start a rendering session" | [`the_workflow_as_documented`] |
//! | "the User Tokens will have an expiry date, defined at token generation time" | [`a_user_tokens_expiry_is_defined_when_it_is_generated`]; each form and bound of `ttl`: `folders/user_token.rs`, `a_ttl_is_written_as_3dverse_does_and_its_bounds_are_exact` |
//! | "their access scope will also be defined at generation time" | [`a_user_tokens_scope_is_defined_when_it_is_generated`] |
//! | "and based on which folder the user has access to" | [`a_user_token_reaches_the_users_folders_only`]; read, write and manage, each against each: `folders/user_token.rs`, `a_token_holds_the_level_and_no_more_than_the_user_has`; groups within groups: `folders/user_token.rs`, `groups_count_nested_ones_too_and_the_most_permissive_wins` |
//! | "you will be able to monitor Session usage per usage" | use per user and day: `activity/usage.rs`, `use_is_told_apart_by_users_and_added_up`; the dashboard of sessions is the rendering service's |
//! | "API Keys are meant to be used server-side, to access the Asset API" | [`an_api_key_is_for_servers`] |
//! | "they are created via the Console" | [`the_workflow_as_documented`]: `POST /v1/tokens` makes its key; the page itself is the function `console`, not built yet |
//! | they "are tied to a specific app and environment" | [`an_api_key_is_tied_to_one_app_and_environment`] |
//! | "you can restrict the scope and the expiry date at creation time" | [`an_api_keys_scope_and_expiry_are_restricted_when_it_is_created`] |
//! | the supported file formats | not a token service's |

use hallpass_tests::{Call, Hallpass, Reply, new_name, text};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

async fn start() -> Hallpass {
    let mut hallpass = Hallpass::start("3dverse").await;
    hallpass.with_demo();
    hallpass
}

async fn api_key(hallpass: &Hallpass) -> String {
    let body = json!({"kind": "apikey", "name": "a server"});
    text(&hallpass.mint(body).await, "token")
}

async fn public(hallpass: &Hallpass) -> String {
    let body = json!({"kind": "public", "name": "a page"});
    text(&hallpass.mint(body).await, "token")
}

/// A server's call.
async fn server(hallpass: &Hallpass, key: &str, method: Method, path: &str, body: Value) -> Reply {
    let call = hallpass.call(method, path).json(body);
    call.header("api_key", key).await
}

/// A client's call.
fn client(hallpass: &Hallpass, token: &str, method: Method, path: &str) -> Call {
    hallpass.call(method, path).header("user_token", token)
}

async fn user(hallpass: &Hallpass, key: &str, name: &str) -> String {
    let body = json!({"username": name});
    let reply = server(hallpass, key, Method::POST, "/app/v1/users", body).await;
    text(&reply.body, "user_id")
}

async fn folder(hallpass: &Hallpass, key: &str, path: &str) -> String {
    let body = json!({"name": new_name()});
    let reply = server(hallpass, key, Method::POST, path, body).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    text(&reply.body, "folder_id")
}

async fn give(hallpass: &Hallpass, key: &str, folder: &str, user: &str, access: &str) {
    let path = format!("/app/v1/folders/{folder}/access/users/{user}");
    let body = json!({"access": access});
    let reply = server(hallpass, key, Method::PUT, &path, body).await;
    assert_eq!(reply.status, 204, "{}", reply.body);
}

async fn user_token(hallpass: &Hallpass, key: &str, user: &str, scope: &str) -> String {
    let path = format!("/app/v1/users/{user}/tokens");
    let body = json!({"scope": scope, "ttl": "1h"});
    let reply = server(hallpass, key, Method::POST, &path, body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    text(&reply.body, "user_token")
}

/// What a token may do with the assets of a folder at the top: read, write.
async fn assets(hallpass: &Hallpass, token: &str, folder: &str) -> (bool, bool) {
    let path = format!("/asset/v1/folders/{folder}/assets");
    let read = client(hallpass, token, Method::GET, &path).await;
    let write = client(hallpass, token, Method::POST, &path).await;
    (read.status == 200, write.status == 200)
}

#[tokio::test]
async fn the_workflow_as_documented() {
    let hallpass = start().await;
    let key = api_key(&hallpass).await;
    // "At signup time, create a 3dverse User server-side with the Management API."
    let body = json!({"username": "ann"});
    let reply = server(&hallpass, &key, Method::POST, "/app/v1/users", body).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    insta::assert_json_snapshot!(reply.body, {".user_id" => "usr_…"}, @r#"
    {
      "registered_at": 1800000000,
      "user_id": "usr_…",
      "username": "ann"
    }
    "#);
    let user = text(&reply.body, "user_id");
    // "At login time, use the Management API to generate a User Token server-side."
    let path = format!("/app/v1/users/{user}/tokens");
    let body = json!({"scope": "manage", "ttl": "1h"});
    let reply = server(&hallpass, &key, Method::POST, &path, body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    insta::assert_json_snapshot!(reply.body, {".user_token" => "[…]"}, @r#"
    {
      "expires_in": 3600,
      "expires_on": 1800003600,
      "user_token": "[…]"
    }
    "#);
    assert!(!reply.body.to_string().contains(&key[..30]));
    let token = text(&reply.body, "user_token");
    // "Use the User Token to create a folder, upload sources files on behalf of the user."
    let reply = client(&hallpass, &token, Method::POST, "/app/v1/folders")
        .json(json!({"name": "models"}))
        .await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let folder = text(&reply.body, "folder_id");
    let path = format!("/asset/v1/folders/{user}/folders/{folder}/assets");
    let reply = client(&hallpass, &token, Method::POST, &path).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.body["token"]["principal"], json!(user));
    // "Use the User Token to start a rendering session with the Livelink.js SDK."
    let path = format!("/livelink/v1/folders/{user}/folders/{folder}/sessions");
    let reply = client(&hallpass, &token, Method::POST, &path).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
}

#[tokio::test]
async fn the_apis_require_a_token() {
    let hallpass = start().await;
    for (method, path) in [
        (Method::GET, "/asset/v1/folders/public/assets"),
        (Method::POST, "/livelink/v1/folders/public/sessions"),
        (Method::POST, "/app/v1/folders"),
        (Method::POST, "/app/v1/users"),
    ] {
        let reply = hallpass.call(method, path).await;
        assert_eq!(reply.answer(), (401, "unauthenticated"), "{path}");
    }
}

#[tokio::test]
async fn the_public_token_reads_the_public_folder() {
    let hallpass = start().await;
    let key = api_key(&hallpass).await;
    let page = public(&hallpass).await;
    let hidden = folder(&hallpass, &key, "/app/v1/folders").await;
    let shown = folder(&hallpass, &key, "/app/v1/folders/public/folders").await;
    assert_eq!(assets(&hallpass, &page, "public").await, (true, false));
    assert_eq!(assets(&hallpass, &page, &hidden).await, (false, false));
    for (path, status) in [
        (
            format!("/asset/v1/folders/public/folders/{shown}/assets"),
            200,
        ),
        (
            format!("/asset/v1/folders/{hidden}/folders/{shown}/assets"),
            403,
        ),
    ] {
        let reply = client(&hallpass, &page, Method::GET, &path).await;
        assert_eq!(reply.status, status, "{path}");
    }
    let path = "/livelink/v1/folders/public/sessions";
    let session = client(&hallpass, &page, Method::POST, path).await;
    assert_eq!(session.status, 200, "{}", session.body);
    let session = hallpass.call(Method::POST, path).bearer(&page).await;
    assert_eq!(session.status, 200, "{}", session.body);
}

#[tokio::test]
async fn the_public_token_never_expires() {
    let hallpass = start().await;
    let body = json!({"kind": "public", "name": "a page"});
    let page = hallpass.mint(body).await;
    assert_eq!(page["expires_at"], Value::Null);
    let page = text(&page, "token");
    hallpass
        .clock
        .advance(Duration::from_secs(50 * 365 * 24 * 60 * 60));
    assert_eq!(hallpass.code(&page).await, "active");
}

#[tokio::test]
async fn the_public_token_does_nothing_but_read() {
    let hallpass = start().await;
    let page = public(&hallpass).await;
    // No other scope, no narrower or wider place, is to be had for one.
    for scopes in [
        json!(["folder:read"]),
        json!(["folder:read@folder"]),
        json!(["folder:read@folder/other"]),
        json!(["folder:write@folder/public"]),
        json!(["folder:*"]),
        json!(["directory:read"]),
    ] {
        let body = json!({"kind": "public", "name": "p", "scopes": scopes});
        let reply = hallpass
            .post("/v1/tokens", body)
            .bearer(&hallpass.root)
            .await;
        assert_eq!(reply.answer(), (422, "scope_not_for_kind"));
    }
    for scope in [
        "folder:write@folder/public",
        "folder:manage@folder/public",
        "folder:read",
    ] {
        let body = json!({"token": page, "scope": scope});
        assert_eq!(hallpass.validate(body).await["code"], "insufficient_scope");
    }
    for (path, body) in [
        ("/v1/tokens", json!({"kind": "public", "name": "p"})),
        (
            "/v1/tokens/temporary",
            json!({"scopes": ["folder:read@folder/public"]}),
        ),
        ("/v1/revocations", json!({"token": page})),
        ("/v1/tokens/validate", json!({"token": page})),
    ] {
        let reply = client(&hallpass, &page, Method::POST, path)
            .json(body)
            .await;
        assert_eq!(reply.status, 403, "{path}: {}", reply.body);
    }
}

#[tokio::test]
async fn the_public_token_speaks_for_no_user() {
    let hallpass = start().await;
    let page = public(&hallpass).await;
    let own = client(&hallpass, &page, Method::GET, "/v1/tokens/self").await;
    assert_eq!(own.body["principal"], json!(hallpass.operator));
    let key = api_key(&hallpass).await;
    let user = user(&hallpass, &key, "ann").await;
    let body = json!({"kind": "public", "name": "p", "principal": user});
    let reply = hallpass
        .post("/v1/tokens", body)
        .bearer(&hallpass.root)
        .await;
    assert_eq!(reply.answer(), (422, "principal_not_for_kind"));
}

#[tokio::test]
async fn the_public_token_as_user_token_of_the_management_api() {
    let hallpass = start().await;
    let key = api_key(&hallpass).await;
    let page = public(&hallpass).await;
    let shown = folder(&hallpass, &key, "/app/v1/folders/public/folders").await;
    let read = client(
        &hallpass,
        &page,
        Method::GET,
        "/app/v1/folders/public/folders",
    )
    .await;
    assert_eq!(read.status, 200, "{}", read.body);
    assert_eq!(read.body["folders"][0]["folder_id"], json!(shown));
    for path in ["/app/v1/folders", "/app/v1/folders/public/folders"] {
        let reply = client(&hallpass, &page, Method::POST, path)
            .json(json!({"name": "x"}))
            .await;
        assert_eq!(reply.answer(), (403, "insufficient_scope"));
    }
}

#[tokio::test]
async fn who_has_access_to_what() {
    let hallpass = start().await;
    let key = api_key(&hallpass).await;
    let ann = user(&hallpass, &key, "ann").await;
    let models = folder(&hallpass, &key, "/app/v1/folders").await;
    let reply = server(
        &hallpass,
        &key,
        Method::POST,
        "/v1/groups",
        json!({"name": "staff"}),
    )
    .await;
    let staff = text(&reply.body, "id");
    give(&hallpass, &key, &models, &ann, "write").await;
    let path = format!("/app/v1/folders/{models}/access/groups/{staff}");
    let reply = server(
        &hallpass,
        &key,
        Method::PUT,
        &path,
        json!({"access": "read"}),
    )
    .await;
    assert_eq!(reply.status, 204, "{}", reply.body);
    let path = format!("/app/v1/folders/{models}/access");
    let reply = hallpass.get(&path).header("api_key", &key).await;
    let expected = json!({
        "users": [{"user_id": ann, "username": "ann", "access": "write"}],
        "groups": [{"group_id": staff, "name": "staff", "access": "read"}],
    });
    assert_eq!((reply.status.as_u16(), reply.body), (200, expected));
}

#[tokio::test]
async fn a_user_tokens_expiry_is_defined_when_it_is_generated() {
    let hallpass = start().await;
    let key = api_key(&hallpass).await;
    let user = user(&hallpass, &key, "ann").await;
    let path = format!("/app/v1/users/{user}/tokens");
    let mut tokens = Vec::new();
    for ttl in ["30m", "1h"] {
        let body = json!({"scope": "read", "ttl": ttl});
        let reply = server(&hallpass, &key, Method::POST, &path, body).await;
        tokens.push(text(&reply.body, "user_token"));
    }
    // 30 minutes, and the leeway of clocks.
    hallpass.clock.advance(Duration::from_secs(30 * 60 + 5));
    assert_eq!(hallpass.code(&tokens[0]).await, "expired");
    assert_eq!(hallpass.code(&tokens[1]).await, "active");
}

#[tokio::test]
async fn a_user_tokens_scope_is_defined_when_it_is_generated() {
    let hallpass = start().await;
    let key = api_key(&hallpass).await;
    let ann = user(&hallpass, &key, "ann").await;
    let (first, second) = (
        folder(&hallpass, &key, "/app/v1/folders").await,
        folder(&hallpass, &key, "/app/v1/folders").await,
    );
    give(&hallpass, &key, &first, &ann, "write").await;
    let token = user_token(&hallpass, &key, &ann, "manage").await;
    let narrow = user_token(&hallpass, &key, &ann, "read").await;
    // The level is the token's own. Where the user has it is asked when the token is used: what they
    // are given afterwards is reached at once, and by no more than the token's level.
    assert_eq!(assets(&hallpass, &token, &second).await, (false, false));
    give(&hallpass, &key, &second, &ann, "write").await;
    for (token, writes) in [(&token, true), (&narrow, false)] {
        assert_eq!(assets(&hallpass, token, &first).await, (true, writes));
        assert_eq!(assets(&hallpass, token, &second).await, (true, writes));
    }
    // A token for folders that are named is for these alone.
    let path = format!("/app/v1/users/{ann}/tokens");
    let body = json!({"scope": "write", "folders": [first]});
    let reply = server(&hallpass, &key, Method::POST, &path, body).await;
    let named = text(&reply.body, "user_token");
    assert_eq!(assets(&hallpass, &named, &first).await, (true, true));
    assert_eq!(assets(&hallpass, &named, &second).await, (false, false));
}

#[tokio::test]
async fn a_user_token_reaches_the_users_folders_only() {
    let hallpass = start().await;
    let key = api_key(&hallpass).await;
    let (ann, bob) = (
        user(&hallpass, &key, "ann").await,
        user(&hallpass, &key, "bob").await,
    );
    let models = folder(&hallpass, &key, "/app/v1/folders").await;
    let inner = folder(
        &hallpass,
        &key,
        &format!("/app/v1/folders/{models}/folders"),
    )
    .await;
    give(&hallpass, &key, &models, &ann, "read").await;
    let annes = user_token(&hallpass, &key, &ann, "manage").await;
    let bobs = user_token(&hallpass, &key, &bob, "manage").await;
    assert_eq!(assets(&hallpass, &annes, &models).await, (true, false));
    assert_eq!(assets(&hallpass, &bobs, &models).await, (false, false));
    // Validated per folder: what is given at a folder holds in those within it, and not under another.
    for (path, token, status) in [
        (
            format!("/asset/v1/folders/{models}/folders/{inner}/assets"),
            &annes,
            200,
        ),
        (
            format!("/asset/v1/folders/{models}/folders/{inner}/assets"),
            &bobs,
            403,
        ),
        (
            format!("/asset/v1/folders/{bob}/folders/{inner}/assets"),
            &annes,
            403,
        ),
        (format!("/asset/v1/folders/{inner}/assets"), &annes, 403),
    ] {
        let reply = client(&hallpass, token, Method::GET, &path).await;
        assert_eq!(reply.status, status, "{path}");
    }
}

#[tokio::test]
async fn an_api_key_is_for_servers() {
    let hallpass = start().await;
    let key = api_key(&hallpass).await;
    let models = folder(&hallpass, &key, "/app/v1/folders").await;
    let path = format!("/asset/v1/folders/{models}/assets");
    for method in [Method::GET, Method::POST] {
        let reply = hallpass.call(method, &path).header("api_key", &key).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    // It stands in its header and nowhere that a browser would put it, and is bound to no origin.
    for call in [
        hallpass.get(&path).header("user_token", &key),
        hallpass.get(&path).bearer(&key),
    ] {
        let reply = call.await;
        assert_eq!(reply.answer(), (401, "wrong_presentation"));
    }
    let body = json!({"kind": "apikey", "name": "k", "origins": ["https://a.example"]});
    let reply = hallpass
        .post("/v1/tokens", body)
        .bearer(&hallpass.root)
        .await;
    assert_eq!(reply.answer(), (422, "origins_not_for_kind"));
}

#[tokio::test]
async fn an_api_key_is_tied_to_one_app_and_environment() {
    let hallpass = start().await;
    let path = format!("/v1/accounts/{}/environments", hallpass.operator);
    let made = hallpass
        .post(&path, json!({"name": "app/test"}))
        .bearer(&hallpass.root);
    assert_eq!(made.await.status, 201);
    let live = api_key(&hallpass).await;
    let body = json!({"kind": "apikey", "name": "k", "environment": "app/test"});
    let test = text(&hallpass.mint(body).await, "token");
    for (key, own, other) in [
        (&live, "default/live", "app/test"),
        (&test, "app/test", "default/live"),
    ] {
        let code = async |environment: &str| {
            let body = json!({"token": key, "environment": environment});
            text(&hallpass.validate(body).await, "code")
        };
        assert_eq!(code(own).await, "active");
        assert_eq!(code(other).await, "environment_mismatch");
        for body in [
            json!({"name": "x", "environment": other}),
            json!({"name": "x", "account": hallpass.operator, "environment": other}),
        ] {
            let reply = server(&hallpass, key, Method::POST, "/v1/folders", body).await;
            assert_eq!(reply.status, 404, "{}", reply.body);
        }
    }
    // What one makes, the other does not know.
    let ann = user(&hallpass, &live, "ann").await;
    let models = folder(&hallpass, &live, "/app/v1/folders").await;
    for (path, body) in [
        (
            format!("/app/v1/users/{ann}/tokens"),
            json!({"scope": "read"}),
        ),
        (
            format!("/app/v1/folders/{models}/folders"),
            json!({"name": "x"}),
        ),
    ] {
        let reply = server(&hallpass, &test, Method::POST, &path, body).await;
        assert_eq!(reply.status, 404, "{path}: {}", reply.body);
    }
    // The same name is free there.
    user(&hallpass, &test, "ann").await;
}

#[tokio::test]
async fn an_api_keys_scope_and_expiry_are_restricted_when_it_is_created() {
    let hallpass = start().await;
    let body = json!({
        "kind": "apikey", "name": "k", "scopes": ["folder:read@folder/public"], "expires_in": 60,
    });
    let made = hallpass.mint(body).await;
    assert_eq!(made["expires_at"], 1_800_000_060);
    let key = text(&made, "token");
    let path = "/asset/v1/folders/public/assets";
    let read = hallpass.get(path).header("api_key", &key);
    assert_eq!(read.await.status, 200);
    for (method, path, body) in [
        (Method::POST, path, json!({})),
        (Method::POST, "/app/v1/users", json!({"username": "x"})),
        (Method::POST, "/app/v1/folders", json!({"name": "x"})),
        (Method::GET, "/asset/v1/folders/other/assets", json!({})),
    ] {
        let reply = server(&hallpass, &key, method, path, body).await;
        assert_eq!(reply.answer(), (403, "insufficient_scope"), "{path}");
    }
    hallpass.clock.advance(Duration::from_secs(60));
    let late = hallpass.get(path).header("api_key", &key).await;
    assert_eq!(late.answer(), (401, "expired"));
}
