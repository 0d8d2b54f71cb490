//! App shells, browser extensions and pages of this machine, which are no web sites.

use hallpass_tests::Hallpass;
use http::Method;
use serde_json::json;

const APPS: [&str; 9] = [
    "capacitor://localhost",
    "ionic://localhost",
    "tauri://localhost",
    "app://obsidian.md",
    "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
    "moz-extension://0a1b2c3d-0000-4000-8000-00000000000a",
    "safari-web-extension://0A1B2C3D-0000-4000-8000-00000000000A",
    "http://127.0.0.1:5173",
    "http://[::1]:5173",
];

#[tokio::test]
async fn s42_a_preflight_and_the_reply_to_an_unbound_token_name_an_app() {
    let hallpass = Hallpass::start("default").await;
    let secret = hallpass.secret().await;
    for origin in APPS {
        let preflight = hallpass.call(Method::OPTIONS, "/v1/tokens/self");
        let preflight = preflight.header("access-control-request-method", "GET");
        let preflight = preflight.origin(origin).await;
        assert_eq!(preflight.header("access-control-allow-origin"), origin);
        let call = hallpass.get("/v1/tokens/self").bearer(&secret);
        let reply = call.origin(origin).await;
        assert_eq!(reply.status, 200, "{origin}");
        assert_eq!(reply.header("access-control-allow-origin"), origin);
    }
}

#[tokio::test]
async fn s36_s37_a_token_that_lists_an_app_is_good_in_that_one_alone() {
    let hallpass = Hallpass::start("default").await;
    for listed in APPS {
        let body = json!({"kind": "publishable", "name": "p", "origins": [listed]});
        let (_, page) = hallpass.minted(body).await;
        for origin in APPS.iter().copied().chain(["https://localhost", "null"]) {
            let call = hallpass.get("/v1/tokens/self").bearer(&page);
            let reply = call.origin(origin).await;
            let expected = if origin == listed { 200 } else { 403 };
            assert_eq!(reply.status.as_u16(), expected, "{listed} from {origin}");
        }
    }
}

#[tokio::test]
async fn a_page_of_this_machine_is_not_denied_for_a_scheme_that_nobody_wrote() {
    let hallpass = Hallpass::start("default").await;
    for (listed, origin, expected) in [
        ("localhost:3000", "http://localhost:3000", 200),
        ("localhost:*", "http://localhost:5173", 200),
        ("127.0.0.1:3000", "http://127.0.0.1:3000", 200),
        ("*.localhost:3000", "http://shop.localhost:3000", 200),
        ("localhost:3000", "http://localhost:3001", 403),
        ("localhost:3000", "http://127.0.0.1:3000", 403),
        ("https://localhost:3000", "https://localhost:3000", 200),
    ] {
        let body = json!({"kind": "publishable", "name": "p", "origins": [listed]});
        let (_, page) = hallpass.minted(body).await;
        let call = hallpass.get("/v1/tokens/self").bearer(&page);
        let reply = call.origin(origin).await;
        assert_eq!(reply.status.as_u16(), expected, "{listed} from {origin}");
    }
}
