//! Headers that are malformed, doubled or too long.

use super::table::rows;
use super::world::{World, all_scopes, ask};
use hallpass_tests::{Call, text};
use serde_json::{Value, json};

#[tokio::test]
async fn s34_the_authorization_header_is_one_bearer_token() {
    let world = World::new().await;
    let before = world.items().await;
    for row in rows() {
        let good = world.good(&row);
        let call = || world.call(&row);
        let auth = |value: &[u8]| call().header("authorization", value);
        let with = |value: String| auth(value.as_bytes());
        let path = world.path(&row);
        let in_query = |query: &str| world.call_at(&row, &format!("{path}?{query}"));
        for (number, (status, code, call)) in [
            (400, "malformed_header", auth(b"Bearer")),
            (400, "malformed_header", auth(b"Bearer ")),
            (400, "malformed_header", auth(b"bearer   ")),
            (400, "malformed_header", auth(b"Bearer a b")),
            (400, "malformed_header", with(format!("Bearer {good} "))),
            (
                400,
                "malformed_header",
                with(format!("Bearer {good},Bearer {good}")),
            ),
            (
                400,
                "malformed_header",
                with(format!("Bearer {good}, Basic eDp5")),
            ),
            (400, "malformed_header", auth(b"Bearer \xff")),
            (400, "malformed_header", auth(b"\xff")),
            (400, "malformed_header", with(format!("Bearer {good}é"))),
            (400, "malformed_header", call().header("api_key", [0xff])),
            (
                400,
                "malformed_header",
                call().bearer(good).header("user_token", [0xff]),
            ),
            (
                400,
                "ambiguous_credentials",
                call().bearer(good).bearer(&world.stranger),
            ),
            (
                400,
                "ambiguous_credentials",
                call().bearer(good).header("api_key", "x"),
            ),
            (
                400,
                "ambiguous_credentials",
                in_query("pubtoken=x").bearer(good),
            ),
            (
                400,
                "ambiguous_credentials",
                in_query("pubtoken=a&pubtoken=b"),
            ),
            (
                400,
                "ambiguous_credentials",
                in_query("pubtoken=a&%70ubtoken=b"),
            ),
            (401, "unauthenticated", call()),
            (401, "unauthenticated", auth(b"")),
            (401, "unauthenticated", auth(b"Basic dXNlcjpwYXNz")),
            (401, "unauthenticated", with(good.to_owned())),
            (401, "unauthenticated", with(format!("Bearer\t{good}"))),
            (401, "unauthenticated", with(format!("Token {good}"))),
            (
                401,
                "unauthenticated",
                in_query(&format!("access_token={good}")),
            ),
            (
                401,
                "unauthenticated",
                in_query(&format!("PUBTOKEN={good}")),
            ),
            (401, "unauthenticated", in_query("pubtoken")),
            (401, "malformed", in_query("pubtoken=%FF")),
            (401, "unauthenticated", call().header("api_key", "")),
            (
                401,
                "malformed",
                with(format!("Bearer {}", "x".repeat(8 * 1024))),
            ),
            (
                401,
                "malformed",
                with(format!("Bearer {good}{}", "x".repeat(1024 * 1024))),
            ),
            (401, "malformed", with(format!("Bearer {good}\t"))),
            (401, "malformed", with(format!("Bearer \"{good}\""))),
        ]
        .into_iter()
        .enumerate()
        {
            let reply = ask(call).await;
            let answer = reply.answer();
            assert_eq!(
                answer,
                (status, code),
                "{}, {number}: {}",
                row.name(),
                reply.body
            );
        }
    }
    assert_eq!(world.items().await, before);
}

#[tokio::test]
async fn idempotency_keys_that_are_none_are_400_and_write_nothing() {
    let world = World::new().await;
    let before = world.items().await;
    let key = |call: Call, key: &[u8]| call.header("idempotency-key", key);
    for row in rows().into_iter().filter(|row| row.keyed) {
        let call = || world.call(&row).bearer(world.good(&row));
        for (number, call) in [
            key(call(), b""),
            key(call(), &[b'k'; 256]),
            key(call(), b"\xff"),
            key(call(), "schlüssel".as_bytes()),
            key(call(), b"tab\tbed"),
            key(call(), b"spa ced"),
            key(key(call(), b"a"), b"b"),
            key(key(call(), b"a"), b"a"),
        ]
        .into_iter()
        .enumerate()
        {
            let reply = ask(call).await;
            let answer = reply.answer();
            assert_eq!(
                answer,
                (400, "invalid_idempotency_key"),
                "{}, {number}",
                row.name()
            );
        }
    }
    assert_eq!(world.items().await, before);
    for row in rows().into_iter().filter(|row| row.keyed) {
        let reply = ask(key(world.call(&row).bearer(world.good(&row)), &[b'k'; 255])).await;
        assert_eq!(
            reply.status.as_u16(),
            row.success,
            "{}: {}",
            row.name(),
            reply.body
        );
        let again = ask(key(world.call(&row).bearer(world.good(&row)), &[b'k'; 255])).await;
        assert_eq!(again.status, 409, "{}: {}", row.name(), again.body);
    }
}

/// The body, of something else of the same sort.
fn varied(body: &Value, number: u8) -> String {
    let mut body = body.clone();
    let named = ["username", "name", "model"];
    match named.iter().find(|name| body[**name].is_string()) {
        Some(name) => body[*name] = json!(format!("{}{number}", body[*name].as_str().unwrap())),
        None => body["overlap_seconds"] = json!(number),
    }
    body.to_string()
}

#[tokio::test]
async fn s26_s59_a_key_is_of_one_caller_and_one_body_at_every_route_that_takes_it() {
    let world = World::new().await;
    let (hallpass, root) = (&world.hallpass, &world.hallpass.root);
    let another = async |mut body: Value| {
        body["kind"] = json!("management");
        body["name"] = json!("another");
        text(&hallpass.mint(body).await, "token")
    };
    let manager = another(json!({"account": world.account, "scopes": all_scopes()})).await;
    let scopes = json!(["platform:operate", "directory:write"]);
    let operator = another(json!({"scopes": scopes})).await;
    for row in rows().into_iter().filter(|row| row.keyed) {
        let name = row.name();
        let body = row.body.unwrap()(&world);
        let good = world.good(&row);
        let other = if good == root { &operator } else { &manager };
        let send = async |caller: &str, number| {
            let call = world.call_with(&row, varied(&body, number)).bearer(caller);
            let reply = ask(call.header("idempotency-key", "one")).await;
            (reply.status.as_u16(), reply.code().to_owned())
        };
        let done = (row.success, String::new());
        assert_eq!(send(good, 1).await, done, "{name}");
        assert_eq!(send(good, 1).await.0, 409, "{name}");
        let reused = (422, "idempotency_key_reused".to_owned());
        assert_eq!(send(good, 2).await, reused, "{name}");
        assert_eq!(send(other, 2).await, done, "{name}: by another");
        assert_eq!(send(other, 1).await, reused, "{name}: by another");
    }
}

#[tokio::test]
async fn s37_s42_a_reply_names_an_origin_only_if_it_is_one() {
    let world = World::new().await;
    let row = rows()
        .into_iter()
        .find(|row| row.template == "/v1/tokens/self")
        .unwrap();
    let call = || world.call(&row).bearer(&world.secret);
    let plain = ask(call()).await;
    for junk in [
        &b"null"[..],
        b"*",
        b"",
        b"https://a.com/",
        b"https://a.com, https://b.com",
        b"a.com",
        b"https://a.com\xff",
        b"https://*.a.com",
        b"https://u@a.com",
        b"file://",
        b"https://a.com.",
    ] {
        let reply = ask(call().header("origin", junk)).await;
        assert_eq!(
            reply.without_request_id(),
            plain.without_request_id(),
            "{}",
            String::from_utf8_lossy(junk)
        );
    }
    let two = call().origin("https://a.com").origin("https://b.com");
    assert_eq!(
        ask(two).await.without_request_id(),
        plain.without_request_id()
    );
    let reply = ask(call().origin("https://a.com")).await;
    assert_eq!(reply.header("access-control-allow-origin"), "https://a.com");
    // Nothing of the kind for who is not known: the reply stays unreadable for the page.
    for call in [world.call(&row), world.call(&row).bearer("x")] {
        let reply = ask(call.origin("https://a.com")).await;
        assert_eq!(reply.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn the_address_is_never_a_forwarded_header() {
    let world = World::new().await;
    let scopes = json!(["asset:read"]);
    let body = json!({"kind": "apikey", "name": "bound", "scopes": scopes, "ips": ["203.0.113.7"]});
    let bound = world.hallpass.mint_as(&world.manager, body).await;
    let bound = text(&bound, "token");
    let call = || world.hallpass.get("/v1/tokens/self").bearer(&bound);
    assert_eq!(ask(call().from("203.0.113.7")).await.status, 200);
    for name in [
        "x-forwarded-for",
        "forwarded",
        "x-real-ip",
        "cf-connecting-ip",
        "true-client-ip",
        "x-client-ip",
    ] {
        let value = if name == "forwarded" {
            "for=203.0.113.7"
        } else {
            "203.0.113.7"
        };
        let reply = ask(call().header(name, value)).await;
        assert_eq!(reply.answer(), (403, "ip_denied"), "{name}");
    }
}
