//! Each catalog that ships, by a call or two of its platform's document.

use crate::process::Dev;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const PAGE: &str = "https://shop.example";

fn start(catalog: &str) -> Dev {
    let dev = Dev::start(&["--port", "0", "--catalog", catalog]);
    assert!(
        dev.said.contains(&format!("catalog {catalog}")),
        "{}",
        dev.said
    );
    dev
}

/// Makes something with the management token; the reply.
fn made(dev: &Dev, path: &str, body: &Value) -> Value {
    let (status, reply) = dev.post(path, Some(&dev.token), body);
    assert_eq!(status, 201, "{path}: {reply}");
    reply
}

fn text(reply: &Value, field: &str) -> String {
    let text = reply[field].as_str();
    text.unwrap_or_else(|| panic!("no `{field}` in {reply}"))
        .to_owned()
}

/// Asserts what a call of the platform's own API answers.
fn assert_answer(dev: &Dev, call: (&str, &str), headers: &[(&str, &str)], expected: (u16, &str)) {
    let (status, reply) = dev.call(call.0, call.1, headers, "");
    let (expected_status, expected) = expected;
    assert_eq!(status, expected_status, "{} {}: {reply}", call.0, call.1);
    if status == 200 {
        assert_eq!(reply["token"]["kind"], expected, "{reply}");
    } else {
        assert_eq!(reply["code"], expected, "{reply}");
    }
}

#[test]
fn default() {
    let dev = start("default");
    let body = json!({"kind": "secret", "name": "a server", "scopes": ["asset:read"]});
    let bearer = format!("Bearer {}", text(&made(&dev, "/v1/tokens", &body), "token"));
    let headers = [("Authorization", bearer.as_str())];
    assert_answer(&dev, ("GET", "/v1/assets/1"), &headers, (200, "secret"));
    let refused = (403, "insufficient_scope");
    assert_answer(&dev, ("PUT", "/v1/assets/1"), &headers, refused);
}

#[test]
fn archilogic() {
    let dev = start("archilogic");
    let floor = "/v2/floor/0246512e-973c-4e52-a1f2-5f0008e9ee9c";
    let body = json!({"kind": "publishable", "name": "a page", "origins": [PAGE]});
    let page = text(&made(&dev, "/v1/tokens", &body), "token");
    let public = format!("{floor}?pubtoken={page}");
    let call = ("GET", public.as_str());
    assert_answer(&dev, call, &[("Origin", PAGE)], (200, "publishable"));
    let other = [("Origin", "https://other.example")];
    assert_answer(&dev, call, &other, (403, "origin_denied"));
    let body = json!({"kind": "secret", "name": "a server"});
    let secret = text(&made(&dev, "/v1/tokens", &body), "token");
    let body = json!({
        "scopes": [{"resource": "floor", "action": "readPrivate"}], "durationSeconds": 900,
    });
    let (status, reply) = dev.post("/v2/temporary-access-token/create", Some(&secret), &body);
    assert_eq!(status, 200, "{reply}");
    let bearer = text(&reply, "authorization");
    let headers = [("Authorization", bearer.as_str())];
    assert_answer(&dev, ("GET", floor), &headers, (200, "temporary"));
}

#[test]
fn three_d_verse() {
    let dev = start("3dverse");
    let body = json!({"kind": "apikey", "name": "a server"});
    let key = text(&made(&dev, "/v1/tokens", &body), "token");
    let key = [("api_key", key.as_str())];
    let server = |path: &str, body: &Value| {
        let (status, reply) = dev.call("POST", path, &key, &body.to_string());
        assert!(matches!(status, 200 | 201), "{path}: {reply}");
        reply
    };
    let user = server("/app/v1/users", &json!({"username": "ann"}));
    let user = text(&user, "user_id");
    let body = json!({"scope": "manage", "ttl": "1h"});
    let token = server(&format!("/app/v1/users/{user}/tokens"), &body);
    let token = text(&token, "user_token");
    let headers = [("user_token", token.as_str())];
    let (status, folder) = dev.call("POST", "/app/v1/folders", &headers, r#"{"name": "models"}"#);
    assert_eq!(status, 201, "{folder}");
    let folder = text(&folder, "folder_id");
    let assets = format!("/asset/v1/folders/{user}/folders/{folder}/assets");
    assert_answer(&dev, ("POST", &assets), &headers, (200, "user"));
    let body = json!({"kind": "public", "name": "a page"});
    let page = text(&made(&dev, "/v1/tokens", &body), "token");
    let page = [("user_token", page.as_str())];
    let public = "/asset/v1/folders/public/assets";
    assert_answer(&dev, ("GET", public), &page, (200, "public"));
    assert_answer(&dev, ("POST", public), &page, (403, "insufficient_scope"));
    assert_answer(&dev, ("GET", &assets), &page, (403, "insufficient_scope"));
}

#[test]
fn threekit() {
    let dev = start("threekit");
    let account = made(&dev, "/v1/service-accounts", &json!({"name": "web-shop"}));
    let body = json!({
        "kind": "public", "name": "a shop", "principal": text(&account, "id"),
        "origins": ["*.shop.example"],
    });
    let token = text(&made(&dev, "/v1/tokens", &body), "token");
    let bearer = format!("Bearer {token}");
    let call = ("GET", "/api/configurators/1");
    let at = |origin| [("Authorization", bearer.as_str()), ("Origin", origin)];
    assert_answer(&dev, call, &at("https://www.shop.example"), (200, "public"));
    assert_answer(&dev, call, &at("https://shop.test"), (403, "origin_denied"));
    let body = json!({"username": "ann", "scopes": ["asset:read"]});
    let user = text(&made(&dev, "/v1/users", &body), "id");
    let body = json!({"kind": "private", "name": "a script", "principal": user});
    let token = text(&made(&dev, "/v1/tokens", &body), "token");
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str())];
    assert_answer(&dev, ("GET", "/api/assets/1"), &headers, (200, "private"));
    let refused = (403, "insufficient_scope");
    assert_answer(&dev, ("DELETE", "/api/assets/1"), &headers, refused);
}

#[test]
fn bimu() {
    let dev = start("bimu");
    let account = text(&made(&dev, "/v1/accounts", &json!({"name": "acme"})), "id");
    let body = json!({"kind": "apikey", "name": "a web application", "account": account});
    let key = text(&made(&dev, "/v1/tokens", &body), "token");
    let exchange = |pair: String| {
        let basic = format!("Basic {}", STANDARD.encode(pair));
        let headers = [("Authorization", basic.as_str())];
        dev.call("POST", "/rest/api/v1/token", &headers, "")
    };
    let (status, reply) = exchange(format!("acme:{key}"));
    assert_eq!(status, 200, "{reply}");
    let bearer = format!("Bearer {}", text(&reply, "token"));
    let headers = [("Authorization", bearer.as_str())];
    let call = ("GET", "/rest/api/v1/models/1");
    assert_answer(&dev, call, &headers, (200, "access"));
    assert_answer(&dev, call, &[], (401, "unauthenticated"));
    // The document's Node sample: quotes round the colon.
    let (status, reply) = exchange(format!("acme':'{key}"));
    assert_eq!(
        (status, text(&reply, "code").as_str()),
        (400, "quoted_colon")
    );
}
