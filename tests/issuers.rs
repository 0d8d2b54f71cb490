//! Every issuer answers the same refusal alike: status, code and challenge are the same, and the
//! field is the one that the route's own body has for it.

use hallpass_tests::{Call, Hallpass, access, text};
use serde_json::{Value, json};

/// A route that issues, and what its body calls the same things.
#[derive(Clone, Copy, Debug)]
struct Issuer {
    route: &'static str,
    /// What a good body of it has besides.
    base: &'static str,
    lifetime: &'static str,
    /// Only where the body names them.
    origins: bool,
}

const MINT: Issuer = Issuer {
    route: "/v1/tokens",
    base: r#"{"kind": "secret", "name": "made", "scopes": ["asset:read"]}"#,
    lifetime: "expires_in",
    origins: false,
};

const DERIVE: Issuer = Issuer {
    route: "/v1/tokens/temporary",
    base: r#"{"scopes": ["asset:read"]}"#,
    lifetime: "durationSeconds",
    origins: true,
};

const ARCHILOGIC: Issuer = Issuer {
    route: "/v2/temporary-access-token/create",
    ..DERIVE
};

const ISSUERS: [Issuer; 3] = [MINT, DERIVE, ARCHILOGIC];

/// What is asked, in words that every body has a field for.
enum Asks {
    Scopes(Value),
    Lifetime(u64),
    Principal(String),
    Origins(Value),
}

struct Case {
    name: &'static str,
    asks: Asks,
    status: u16,
    code: &'static str,
    challenge: &'static str,
}

impl Issuer {
    fn call(&self, hallpass: &Hallpass, maker: &str, asks: &Asks) -> (Call, &'static str) {
        let mut body: Value = serde_json::from_str(self.base).unwrap();
        let (field, value) = match asks {
            Asks::Scopes(scopes) => ("scopes", scopes.clone()),
            Asks::Lifetime(seconds) => (self.lifetime, json!(seconds)),
            Asks::Principal(principal) => ("principal", json!(principal)),
            Asks::Origins(origins) => ("origins", origins.clone()),
        };
        body[field] = value;
        (hallpass.post(self.route, body).bearer(maker), field)
    }
}

/// A secret token that also mints, which no catalog of ours allows: so two tokens of the same
/// bounds, one of each kind, ask alike.
async fn makers(hallpass: &Hallpass, more: &[&str]) -> [String; 2] {
    let scopes = |own: &str| {
        let all = ["asset:read"].iter().chain(more).copied().chain([own]);
        json!(all.collect::<Vec<_>>())
    };
    let expires_in = json!(1_000);
    let minting = json!({
        "kind": "management", "name": "mints", "scopes": scopes("tokens:mint"),
        "expires_in": expires_in,
    });
    let deriving = json!({
        "kind": "secret", "name": "derives", "scopes": scopes("tokens:validate"),
        "expires_in": expires_in,
    });
    [
        text(&hallpass.mint(minting).await, "token"),
        text(&hallpass.mint(deriving).await, "token"),
    ]
}

async fn user(hallpass: &Hallpass) -> String {
    let body = json!({"username": "jane"});
    let made = hallpass.post("/v1/users", body).bearer(&hallpass.root);
    text(&made.await.body, "id")
}

#[tokio::test]
async fn s51_the_same_refusal_has_the_same_status_code_field_and_challenge() {
    let hallpass = Hallpass::start("default").await;
    let (user, stranger) = (user(&hallpass).await, "usr_0000000000000000000001");
    let plain = makers(&hallpass, &[]).await;
    let impersonating = makers(&hallpass, &["tokens:impersonate"]).await;
    let impersonate =
        "Bearer realm=\"hallpass\", error=\"insufficient_scope\", scope=\"tokens:impersonate\"";
    let refused = |name, asks, code| Case {
        name,
        asks,
        status: 422,
        code,
        challenge: "",
    };
    let cases = [
        refused("empty", Asks::Scopes(json!([])), "empty_scopes"),
        refused(
            "unknown",
            Asks::Scopes(json!(["asset:paint"])),
            "unknown_scope",
        ),
        refused(
            "wider",
            Asks::Scopes(json!(["asset:write"])),
            "scope_not_held",
        ),
        refused("a star", Asks::Scopes(json!(["asset:*"])), "scope_not_held"),
        refused(
            "a management scope",
            Asks::Scopes(json!(["directory:read"])),
            "scope_not_for_kind",
        ),
        refused("too long", Asks::Lifetime(1_001), "parent_expires_first"),
        refused("no time", Asks::Lifetime(0), "lifetime_out_of_range"),
        refused(
            "another account",
            Asks::Principal("acc_0000000000000000000001".to_owned()),
            "unknown_principal",
        ),
        Case {
            name: "somebody else",
            asks: Asks::Principal("svc_0000000000000000000001".to_owned()),
            status: 403,
            code: "insufficient_scope",
            challenge: impersonate,
        },
    ];
    for case in &cases {
        for issuer in ISSUERS {
            let maker = if issuer.route == MINT.route {
                &plain[0]
            } else {
                &plain[1]
            };
            let (call, field) = issuer.call(&hallpass, maker, &case.asks);
            let reply = call.await;
            let told = (
                reply.status.as_u16(),
                reply.code(),
                reply.body["field"].as_str(),
                reply.header("www-authenticate"),
            );
            let expected = (case.status, case.code, Some(field), case.challenge);
            assert_eq!(told, expected, "{} at {}", case.name, issuer.route);
        }
    }
    // Principals that do not exist, and users whose rights do not reach as far.
    for (principal, code, field) in [
        (stranger, "unknown_principal", "principal"),
        (user.as_str(), "not_the_users", "scopes"),
    ] {
        let asks = Asks::Principal(principal.to_owned());
        let (call, _) = DERIVE.call(&hallpass, &impersonating[1], &asks);
        let reply = call.await;
        let told = (
            reply.status.as_u16(),
            reply.code(),
            reply.body["field"].as_str(),
        );
        assert_eq!(told, (422, code, Some(field)), "{principal}");
    }
    let asks = Asks::Origins(json!([]));
    for issuer in ISSUERS.iter().filter(|issuer| issuer.origins) {
        let reply = issuer.call(&hallpass, &plain[1], &asks).0.await;
        assert_eq!((reply.status.as_u16(), reply.code()), (422, "empty_list"));
    }
}

/// A route whose body has words of its own for what it asks, or none: the same refusal all the same.
#[tokio::test]
async fn s22_s51_a_users_token_and_an_exchange_refuse_as_the_others_do() {
    let hallpass = Hallpass::start("default").await;
    let user = user(&hallpass).await;
    let path = format!("/app/v1/users/{user}/tokens");
    let [_, plain] = makers(&hallpass, &[]).await;
    let [_, impersonating] = makers(&hallpass, &["asset:readPrivate", "tokens:impersonate"]).await;
    let folder = hallpass.post("/v1/folders", json!({"name": "models"}));
    let folder = text(&folder.bearer(&hallpass.root).await.body, "id");
    let give = hallpass
        .put(&access(&folder, &user))
        .json(json!({"access": "write"}));
    give.bearer(&hallpass.root).await.assert("give", 204, "");
    let impersonate =
        "Bearer realm=\"hallpass\", error=\"insufficient_scope\", scope=\"tokens:impersonate\"";
    for (name, maker, body, expected) in [
        (
            "good",
            &impersonating,
            json!({"scope": "read"}),
            (200, "", None, ""),
        ),
        (
            "wider",
            &impersonating,
            json!({"scope": "write"}),
            (422, "scope_not_held", Some("scope"), ""),
        ),
        (
            "too long",
            &impersonating,
            json!({"scope": "read", "ttl": "1001s"}),
            (422, "parent_expires_first", Some("ttl"), ""),
        ),
        (
            "no time",
            &impersonating,
            json!({"scope": "read", "ttl": "0s"}),
            (422, "lifetime_out_of_range", Some("ttl"), ""),
        ),
        (
            "somebody else",
            &plain,
            json!({"scope": "read"}),
            // The user is named in the path, which is no field of the body.
            (403, "insufficient_scope", None, impersonate),
        ),
    ] {
        let reply = hallpass.post(&path, body).bearer(maker).await;
        let told = (
            reply.status.as_u16(),
            reply.code(),
            reply.body["field"].as_str(),
            reply.header("www-authenticate"),
        );
        assert_eq!(told, expected, "{name}: {}", reply.body);
    }
    // A key and a name: the body asks for nothing, and the refusal names no field.
    for (name, key, expected) in [
        ("good", json!({"scopes": ["asset:read"]}), (200, "", None)),
        (
            "too long",
            json!({"scopes": ["asset:read"], "expires_in": 59}),
            (422, "parent_expires_first", None),
        ),
    ] {
        let mut body = json!({"kind": "apikey", "name": "a key"});
        body.as_object_mut()
            .unwrap()
            .extend(key.as_object().unwrap().clone());
        let key = text(&hallpass.mint(body).await, "token");
        let call = hallpass.call(http::Method::POST, "/rest/api/v1/token");
        let reply = call.basic(format!("operator:{key}")).await;
        let told = (
            reply.status.as_u16(),
            reply.code(),
            reply.body["field"].as_str(),
        );
        assert_eq!(told, expected, "{name}: {}", reply.body);
    }
}

#[tokio::test]
async fn s52_rotating_and_changing_refuse_alike() {
    let hallpass = Hallpass::start("default").await;
    let [weak, _] = makers(&hallpass, &[]).await;
    let strong = hallpass
        .mint(json!({"kind": "secret", "name": "strong", "scopes": ["asset:*"]}))
        .await;
    let service_account = json!({"name": "robot"});
    let made = hallpass.post("/v1/service-accounts", service_account);
    let made = made.bearer(&hallpass.root).await;
    let others = hallpass
        .mint(json!({
            "kind": "secret", "name": "others", "scopes": ["asset:read"],
            "principal": text(&made.body, "id"), "expires_in": 900,
        }))
        .await;
    for (target, code, challenge) in [
        (&strong, "outside_bounds", ""),
        (
            &others,
            "insufficient_scope",
            "Bearer realm=\"hallpass\", error=\"insufficient_scope\", scope=\"tokens:impersonate\"",
        ),
    ] {
        let path = format!("/v1/tokens/{}", text(target, "id"));
        let rotate = hallpass.post(&format!("{path}/rotate"), json!({"overlap_seconds": 0}));
        let update = hallpass.call(http::Method::PATCH, &path);
        let update = update.json(json!({"name": "renamed"}));
        for call in [rotate, update] {
            let reply = call.bearer(&weak).await;
            let told = (
                reply.status.as_u16(),
                reply.code(),
                reply.header("www-authenticate"),
            );
            assert_eq!(told, (403, code, challenge), "{}", reply.body);
        }
    }
}
