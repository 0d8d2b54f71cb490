//! The demo resource of `cargo dev`: a platform's own routes behind the one validation, so that the
//! calls of its document can be tried.

use hallpass_core::ManagementScope;
use hallpass_tests::{Hallpass, text};
use http::Method;
use serde_json::{Value, json};

const ORIGIN: &str = "https://floors.example";
const FLOOR: &str = "0246512e-973c-4e52-a1f2-5f0008e9ee9c";

async fn start(catalog: &str) -> Hallpass {
    let mut hallpass = Hallpass::start(catalog).await;
    hallpass.with_demo();
    hallpass
}

async fn publishable(hallpass: &Hallpass) -> String {
    let body = json!({"kind": "publishable", "name": "a page", "origins": [ORIGIN]});
    text(&hallpass.mint(body).await, "token")
}

#[tokio::test]
async fn archilogics_calls_as_documented() {
    let hallpass = start("archilogic").await;
    let path = format!("/v2/floor/{FLOOR}");
    // curl -H "Origin: ${ORIGIN}" ".../v2/floor/${FLOOR_ID}?pubtoken=${PUBLISHABLE_TOKEN}"
    let page = publishable(&hallpass).await;
    let reply = hallpass
        .get(&format!("{path}?pubtoken={page}"))
        .header("Origin", ORIGIN)
        .await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("access-control-allow-origin"), ORIGIN);
    assert_eq!(reply.header("vary"), "Origin");
    insta::assert_json_snapshot!(reply.body, {
        ".token.id" => "tok_…", ".token.account" => "acc_…", ".token.principal" => "acc_…",
    }, @r#"
    {
      "demo": "this stands in for the platform's own API: the token is good for this request",
      "route": "GET /v2/floor/0246512e-973c-4e52-a1f2-5f0008e9ee9c",
      "scope": "floor:readPublic@floor/0246512e-973c-4e52-a1f2-5f0008e9ee9c",
      "token": {
        "account": "acc_…",
        "environment": "default/live",
        "expires_at": null,
        "id": "tok_…",
        "kind": "publishable",
        "principal": "acc_…"
      }
    }
    "#);
    // curl -H "Authorization: Bearer ${SECRET_TOKEN}" ".../v2/floor/${FLOOR_ID}"
    let secret = hallpass.secret().await;
    let reply = hallpass.get(&path).bearer(&secret).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.body["token"]["kind"], "secret");
    // curl -H "Authorization: Bearer ${TEMPORARY_TOKEN}" ".../v2/floor/${FLOOR_ID}"
    let body = json!({"scopes": [{"resource": "floor", "action": "readPrivate"}], "durationSeconds": 3600});
    let temporary = hallpass.derive(&secret, body).await;
    let reply = hallpass.get(&path).bearer(&temporary).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let scope = format!("floor:readPrivate@floor/{FLOOR}");
    assert_eq!(reply.body["scope"], json!(scope));
    assert_eq!(reply.body["token"]["expires_at"], 1_800_003_600);
}

/// A request to a route of the catalog, and the status and code of its answer.
struct Asked<'a> {
    method: Method,
    path: String,
    origin: Option<&'static str>,
    bearer: Option<&'a str>,
    expected: (u16, &'static str),
}

#[tokio::test]
async fn what_is_not_good_for_the_request_is_refused_as_everywhere() {
    let hallpass = start("archilogic").await;
    let page = publishable(&hallpass).await;
    let body = json!({"kind": "secret", "name": "s", "scopes": ["floor:readPrivate@floor/1", "extension:query"]});
    let narrow = text(&hallpass.mint(body).await, "token");
    let with = |path: &str| format!("{path}?pubtoken={page}");
    for Asked {
        method,
        path,
        origin,
        bearer,
        expected,
    } in [
        Asked {
            method: Method::GET,
            path: "/v2/floor/1".to_owned(),
            origin: None,
            bearer: None,
            expected: (401, "unauthenticated"),
        },
        Asked {
            method: Method::GET,
            path: with("/v2/floor/1"),
            origin: Some("https://evil.example"),
            bearer: None,
            expected: (403, "origin_denied"),
        },
        Asked {
            method: Method::GET,
            path: with("/v2/floor/1"),
            origin: None,
            bearer: None,
            expected: (403, "origin_denied"),
        },
        Asked {
            method: Method::GET,
            path: with("/v2/floor/1"),
            origin: Some("null"),
            bearer: None,
            expected: (403, "origin_denied"),
        },
        Asked {
            method: Method::PATCH,
            path: with("/v2/floor/1"),
            origin: Some(ORIGIN),
            bearer: None,
            expected: (403, "insufficient_scope"),
        },
        Asked {
            method: Method::GET,
            path: with("/v2/floor/a%2Fb"),
            origin: Some(ORIGIN),
            bearer: None,
            expected: (403, "invalid_parameter"),
        },
        Asked {
            method: Method::GET,
            path: with("/v2/floor/%2e%2e"),
            origin: Some(ORIGIN),
            bearer: None,
            expected: (403, "invalid_parameter"),
        },
        Asked {
            method: Method::GET,
            path: "/v2/floor/%2e%2e".to_owned(),
            origin: None,
            bearer: None,
            expected: (401, "unauthenticated"),
        },
        Asked {
            method: Method::GET,
            path: with("/v2/floor/1/"),
            origin: Some(ORIGIN),
            bearer: None,
            expected: (404, "not_found"),
        },
        Asked {
            method: Method::GET,
            path: with("/v2/floors"),
            origin: Some(ORIGIN),
            bearer: None,
            expected: (404, "not_found"),
        },
        Asked {
            method: Method::POST,
            path: with("/v2/floor/1"),
            origin: Some(ORIGIN),
            bearer: None,
            expected: (404, "not_found"),
        },
        Asked {
            method: Method::GET,
            path: "/v2/floor/1".to_owned(),
            origin: None,
            bearer: Some(page.as_str()),
            expected: (403, "origin_denied"),
        },
        Asked {
            method: Method::GET,
            path: "/v2/floor/1".to_owned(),
            origin: Some(ORIGIN),
            bearer: Some(page.as_str()),
            expected: (401, "wrong_presentation"),
        },
        Asked {
            method: Method::GET,
            path: with("/v2/floor/1"),
            origin: Some(ORIGIN),
            bearer: Some(narrow.as_str()),
            expected: (400, "ambiguous_credentials"),
        },
        Asked {
            method: Method::GET,
            path: "/v2/floor/1".to_owned(),
            origin: None,
            bearer: Some("nonsense"),
            expected: (401, "malformed"),
        },
        Asked {
            method: Method::GET,
            path: "/v2/floor/1".to_owned(),
            origin: None,
            bearer: Some(narrow.as_str()),
            expected: (200, ""),
        },
        Asked {
            method: Method::GET,
            path: "/v2/floor/2".to_owned(),
            origin: None,
            bearer: Some(narrow.as_str()),
            expected: (403, "insufficient_scope"),
        },
        Asked {
            method: Method::GET,
            path: "/v2/floor/12".to_owned(),
            origin: None,
            bearer: Some(narrow.as_str()),
            expected: (403, "insufficient_scope"),
        },
        Asked {
            method: Method::GET,
            path: "/v2/floor".to_owned(),
            origin: None,
            bearer: Some(narrow.as_str()),
            expected: (403, "insufficient_scope"),
        },
        Asked {
            method: Method::GET,
            path: "/v2/extension".to_owned(),
            origin: None,
            bearer: Some(narrow.as_str()),
            expected: (200, ""),
        },
    ] {
        let mut call = hallpass.call(method.clone(), &path);
        if let Some(origin) = origin {
            call = call.origin(origin);
        }
        if let Some(bearer) = bearer {
            call = call.bearer(bearer);
        }
        let reply = call.await;
        assert_eq!(reply.answer(), expected, "{method} {path}: {}", reply.body);
        let allowed = !reply.header("access-control-allow-origin").is_empty();
        // The page's token, wherever it stands.
        let presented = path.contains("pubtoken") || bearer == Some(page.as_str());
        let own = origin == Some(ORIGIN) && presented && expected.0 != 400;
        let served = expected.1 != "not_found";
        assert_eq!(allowed, own && served, "{method} {path}");
    }
    hallpass.clock.advance(std::time::Duration::from_secs(10));
    let id = text(&hallpass.validate(json!({"token": narrow})).await, "id");
    let ended = hallpass
        .delete(&format!("/v1/tokens/{id}"))
        .bearer(&hallpass.root);
    assert_eq!(ended.await.status, 204);
    let reply = hallpass.get("/v2/floor/1").bearer(&narrow).await;
    assert_eq!(reply.answer(), (401, "revoked"));
}

#[tokio::test]
async fn a_pages_preflight_is_answered() {
    let hallpass = start("archilogic").await;
    let reply = hallpass
        .call(Method::OPTIONS, &format!("/v2/floor/{FLOOR}"))
        .origin(ORIGIN)
        .header("access-control-request-method", "GET")
        .await;
    assert_eq!(reply.status, 204);
    assert_eq!(reply.header("access-control-allow-origin"), ORIGIN);
}

#[tokio::test]
async fn s44_an_outage_is_503() {
    use hallpass_tests::proxy::Fault;
    let hallpass = start("archilogic").await;
    let secret = hallpass.secret().await;
    hallpass.dynamodb.inject(Fault::Throttle.on("BatchGetItem"));
    let reply = hallpass.get("/v2/floor/1").bearer(&secret).await;
    assert_eq!(reply.answer(), (503, "unavailable"));
}

/// Each route of each catalog that ships: nobody without a token, whoever holds one of the scopes it
/// names by itself, and nobody who holds all others.
#[tokio::test]
async fn every_route_of_every_catalog_answers() {
    for name in hallpass_catalogs::names() {
        let hallpass = start(name).await;
        let routes: Vec<(String, String, Vec<String>)> = hallpass
            .platform
            .catalog
            .routes()
            .iter()
            .map(|(method, path, scopes)| (method.to_owned(), path, scopes.to_vec()))
            .collect();
        assert!(!routes.is_empty(), "{name} has no route");
        for (method, template, scopes) in routes {
            let fill = |text: &str| {
                let mut parts = text.split(['{', '}']);
                let mut filled = parts.next().unwrap().to_owned();
                while let (Some(_), Some(rest)) = (parts.next(), parts.next()) {
                    filled.push('x');
                    filled.push_str(rest);
                }
                filled
            };
            let path = fill(&template);
            let context = format!("{name}: {method} {template}");
            let method: Method = method.parse().unwrap();
            let call = || hallpass.call(method.clone(), &path);
            assert_eq!(call().await.answer(), (401, "unauthenticated"), "{context}");
            let holding = async |scopes: Value| {
                let body = json!({"kind": "management", "name": "m", "scopes": scopes});
                let token = text(&hallpass.mint(body).await, "token");
                call().bearer(&token).await
            };
            for scope in &scopes {
                let scope = fill(scope);
                let reply = holding(json!([scope])).await;
                assert_eq!(reply.status, 200, "{context}: {}", reply.body);
                assert_eq!(reply.body["scope"], json!(scope), "{context}");
            }
            let reply = holding(json!(["tokens:mint", "directory:read"])).await;
            assert_eq!(reply.answer(), (403, "insufficient_scope"), "{context}");
        }
    }
}

/// The functions themselves have none of it.
#[tokio::test]
async fn without_the_demo_there_is_no_such_route() {
    let hallpass = Hallpass::start("archilogic").await;
    let reply = hallpass
        .get(&format!("/v2/floor/{FLOOR}"))
        .bearer(&hallpass.root)
        .await;
    assert_eq!(reply.answer(), (404, "not_found"));
    // And with it, Hallpass's own routes are as they were.
    let hallpass = start("archilogic").await;
    let reply = hallpass.get("/v1/tokens/self").bearer(&hallpass.root).await;
    assert_eq!(reply.status, 200);
    let scopes = reply.body["scopes"].as_array().unwrap();
    assert!(scopes.len() > ManagementScope::ALL.len());
    let reply = hallpass.delete("/v1/tokens/self/self").await;
    assert_eq!(reply.answer(), (404, "not_found"));
}

/// What a user of 3dverse makes lies in a folder of their own: as deep as that, its assets are read
/// and written with the token they made it with, and no deeper place opens a higher one.
#[tokio::test]
async fn the_folders_of_a_users_own_are_reached_below_each_other() {
    let hallpass = start("3dverse").await;
    let key = hallpass.mint(json!({"kind": "apikey", "name": "k"})).await;
    let key = text(&key, "token");
    let user = hallpass.post("/app/v1/users", json!({"username": "ann"}));
    let user = text(&user.header("api_key", &key).await.body, "user_id");
    let derive = hallpass.post(
        &format!("/app/v1/users/{user}/tokens"),
        json!({"scope": "write"}),
    );
    let token = text(&derive.header("api_key", &key).await.body, "user_token");
    let (mut parent, mut place) = (user.clone(), format!("/folders/{user}"));
    for depth in 1..=4 {
        for (path, method) in [
            (format!("/asset/v1{place}/assets"), Method::GET),
            (format!("/asset/v1{place}/assets"), Method::POST),
            (format!("/asset/v1{place}/assets/7"), Method::DELETE),
            (format!("/livelink/v1{place}/sessions"), Method::POST),
        ] {
            let call = hallpass.call(method.clone(), &path);
            let reply = call.header("user_token", &token).await;
            assert_eq!(reply.status, 200, "{depth} {path}: {}", reply.body);
            let other = path.replace(&user, "public");
            let call = hallpass.call(method, &other);
            let reply = call.header("user_token", &token).await;
            assert_eq!(reply.status, 403, "{other}");
        }
        let make = hallpass.post("/v1/folders", json!({"name": "x", "parent": parent}));
        parent = text(&make.header("user_token", &token).await.body, "id");
        place = format!("{place}/folders/{parent}");
    }
}
