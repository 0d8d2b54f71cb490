//! Threekit's document, claim by claim.
//!
//! | the document says | proved by |
//! |---|---|
//! | tokens "are used to authenticate with the Threekit Platform", "inside any scripts or third party integrations" | [`the_token_is_the_bearer`] |
//! | they "are classified as either public or private" | [`there_are_public_and_private_tokens`] |
//! | "Public access tokens require the creation of a Service Account" | [`a_public_token_needs_a_service_account_and_domains`] |
//! | "For instructions on creating this account, click here": names "without spaces or special characters" | [`a_service_accounts_name_has_no_spaces`] |
//! | "Log in to the Threekit Platform", "select Settings", "Tokens", "click the Add Token button" | not a token service's: the platform's web page calls `POST /v1/tokens`; Hallpass's own page is the function `console`, not built yet |
//! | "switch to the organization the token will be made for" | an organization is an account: [`a_private_token_stays_within_its_organization`] |
//! | "Provide a name and choose whether the access token should be public or private" | [`a_new_token_is_in_the_list_and_goes_with_its_revocation`]; without a name or a kind: `mint/fields.rs`, `what_is_unknown_missing_or_twice_there_is_refused_by_name` |
//! | "you will also need to provide the domains which are allowed to use the token and select an appropriate service account" | [`a_public_token_needs_a_service_account_and_domains`] |
//! | "Your new token should be visible in the organization's access tokens list" | [`a_new_token_is_in_the_list_and_goes_with_its_revocation`] |
//! | "There is no limit on the number active access tokens an organization can have" | [`there_is_no_limit_of_tokens`]; pages of 10,000: `list/thousands.rs`, `of_ten_thousand_tokens_a_page_is_one_query_and_a_validation_one_batch` |
//! | "At any time, an access token may be revoked": "click the Delete icon on the token in the access token's list" | [`a_new_token_is_in_the_list_and_goes_with_its_revocation`] |
//! | "API request over HTTPS" | not a function's: API Gateway takes HTTPS only |
//! | "supply the token ID inside a Bearer authorization header" | [`the_token_is_the_bearer`] |
//! | public tokens are for "a third-party website configurator embed", and "viewable within the website's served code" | [`a_public_token_makes_reads_and_revokes_no_token`]; their text can be read again: `list/one.rs`, `s52_the_text_of_a_public_token_is_shown_to_those_who_could_give_it` |
//! | they "have the minimum permissions necessary to access an organization's configurator, to save customer's configurations, and to send analytics" | [`a_public_token_holds_the_three_scopes_and_no_other`] |
//! | "a list of domains must be supplied", which "determines which websites can use the token" | [`a_public_token_works_from_its_domains_only`] |
//! | another website "will be stopped by the browser's CORS Policy" | [`a_public_token_works_from_its_domains_only`]: the page gets no CORS header, and the call is refused besides |
//! | private tokens "authenticate when using the broader Threekit API" | [`a_private_token_has_the_rights_that_its_user_has_now`] |
//! | they "have the full permissions of the user who created them" | [`a_private_token_has_the_rights_that_its_user_has_now`], [`a_user_makes_private_tokens_of_their_own`] |
//! | "within the token's organization" | [`a_private_token_stays_within_its_organization`] |
//! | "Use the * to create a wildcard subdomain. For example, `*`" | [`a_star_stands_for_subdomains`]; the example is cut in our copy, and a lone `*` is refused |
//! | "Share this" | no claim |
//!
//! The document names no scopes: the catalog's three public ones are its three purposes of a public
//! token, and its private ones are those of a configurator platform.

use hallpass_tests::{Call, Hallpass, Reply, text};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

const SHOP: &str = "https://shop.example.com";
const SELF: &str = "/v1/tokens/self";
const PUBLIC: [&str; 3] = [
    "configurator:access",
    "configuration:save",
    "analytics:send",
];

/// An organization with somebody in it.
struct Organization {
    hallpass: Hallpass,
    account: String,
    /// The platform's backend, acting for the organization.
    manager: String,
}

impl Organization {
    async fn new() -> Self {
        let hallpass = Hallpass::start("threekit").await;
        let (account, manager) = hallpass.account("acme", everything()).await;
        Self {
            hallpass,
            account,
            manager,
        }
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        self.hallpass.post(path, body).bearer(&self.manager).await
    }

    async fn made(&self, path: &str, body: Value) -> Value {
        let reply = self.post(path, body).await;
        assert_eq!(reply.status, 201, "{path}: {}", reply.body);
        reply.body
    }

    async fn service_account(&self) -> String {
        text(
            &self
                .made("/v1/service-accounts", json!({"name": "web-shop"}))
                .await,
            "id",
        )
    }

    async fn user(&self, name: &str, scopes: Value) -> String {
        text(
            &self
                .made("/v1/users", json!({"username": name, "scopes": scopes}))
                .await,
            "id",
        )
    }

    /// A public token of a new service account, as minted.
    async fn public(&self, domains: Value) -> Value {
        let principal = self.service_account().await;
        self.mint_public(&principal, domains).await
    }

    async fn mint_public(&self, principal: &str, domains: Value) -> Value {
        let body =
            json!({"kind": "public", "name": "a shop", "principal": principal, "origins": domains});
        self.made("/v1/tokens", body).await
    }

    /// A private token of a user, as minted.
    async fn private(&self, user: &str) -> Value {
        let body = json!({"kind": "private", "name": "a script", "principal": user});
        self.made("/v1/tokens", body).await
    }

    /// A call that must work, as the manager.
    async fn managed(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let call = self.hallpass.call(method, path).bearer(&self.manager);
        let reply = match body {
            Some(body) => call.json(body).await,
            None => call.await,
        };
        assert!(reply.status.is_success(), "{path}: {}", reply.body);
        reply
    }

    /// Whether a token may do something, on a page or in a script.
    async fn may(&self, token: &str, scope: &str, origin: Option<&str>) -> bool {
        let mut body = json!({"token": token, "scope": scope});
        if let Some(origin) = origin {
            body["origin"] = json!(origin);
        }
        self.hallpass.validate(body).await["active"] == true
    }
}

/// Every scope a customer's management token can hold.
fn everything() -> Value {
    json!([
        "tokens:mint",
        "tokens:read",
        "tokens:revoke",
        "tokens:validate",
        "tokens:impersonate",
        "directory:read",
        "directory:write",
        "activity:read",
        "configurator:*",
        "configuration:*",
        "asset:*",
        "catalog:*",
        "order:*",
        "render:*",
        "analytics:*",
    ])
}

fn bearer(hallpass: &Hallpass, token: &str) -> Call {
    hallpass
        .get(SELF)
        .header("Authorization", format!("Bearer {token}"))
}

#[tokio::test]
async fn there_are_public_and_private_tokens() {
    let hallpass = Hallpass::start("threekit").await;
    let kinds = hallpass.platform.catalog.kinds();
    let kinds: Vec<&str> = kinds.map(|kind| kind.name.as_str()).collect();
    // And Hallpass's own, which every catalog has.
    assert_eq!(kinds, ["management", "private", "public"]);
}

#[tokio::test]
async fn the_token_is_the_bearer() {
    let of = Organization::new().await;
    let user = of.user("ada", json!(["asset:read"])).await;
    let private = of.private(&user).await;
    let public = of.public(json!([SHOP])).await;
    for minted in [&private, &public] {
        let token = text(minted, "token");
        let call = || bearer(&of.hallpass, &token).origin(SHOP);
        assert_eq!(call().await.status, 200);
        // Nowhere else, and the id that a list shows opens nothing.
        for (call, code) in [
            (
                of.hallpass.get(&format!("{SELF}?pubtoken={token}")),
                "unauthenticated",
            ),
            (
                of.hallpass.get(SELF).header("api_key", &token),
                "unauthenticated",
            ),
            (bearer(&of.hallpass, &text(minted, "id")), "malformed"),
        ] {
            let reply = call.origin(SHOP).await;
            assert_eq!(reply.status, 401, "{}", reply.body);
            assert!(
                [code, "wrong_presentation"].contains(&reply.code()),
                "{}",
                reply.body
            );
        }
    }
}

#[tokio::test]
async fn a_service_accounts_name_has_no_spaces() {
    let of = Organization::new().await;
    for (name, status) in [
        ("web-shop", 201),
        ("webShop2", 201),
        ("web shop", 422),
        (" webshop", 422),
        ("web/shop", 422),
        ("web$shop", 422),
        ("wébshop", 422),
        ("", 422),
    ] {
        let reply = of.post("/v1/service-accounts", json!({"name": name})).await;
        assert_eq!(reply.status.as_u16(), status, "{name}: {}", reply.body);
        if status == 422 {
            assert_eq!(reply.body["field"], "name", "{name}");
        }
    }
}

/// A public token that is refused, and what the refusal says.
struct Refused<'a> {
    what: &'static str,
    principal: Option<&'a str>,
    domains: Value,
    code: &'static str,
    field: &'static str,
}

#[tokio::test]
async fn a_public_token_needs_a_service_account_and_domains() {
    let of = Organization::new().await;
    let account = of.service_account().await;
    let user = of.user("ada", json!(["asset:read"])).await;
    let absent = "svc_0000000000000000000000";
    for Refused {
        what,
        principal,
        domains,
        code,
        field,
    } in [
        Refused {
            what: "no service account",
            principal: None,
            domains: json!([SHOP]),
            code: "principal_not_for_kind",
            field: "principal",
        },
        Refused {
            what: "a user",
            principal: Some(&*user),
            domains: json!([SHOP]),
            code: "principal_not_for_kind",
            field: "principal",
        },
        Refused {
            what: "one that is not there",
            principal: Some(absent),
            domains: json!([SHOP]),
            code: "unknown_principal",
            field: "principal",
        },
        Refused {
            what: "no domains",
            principal: Some(&*account),
            domains: Value::Null,
            code: "origins_required",
            field: "origins",
        },
        Refused {
            what: "an empty list",
            principal: Some(&*account),
            domains: json!([]),
            code: "empty_list",
            field: "origins",
        },
    ] {
        let mut body = json!({"kind": "public", "name": "a shop"});
        if let Some(principal) = principal {
            body["principal"] = json!(principal);
        }
        if !domains.is_null() {
            body["origins"] = domains;
        }
        let reply = of.post("/v1/tokens", body).await;
        assert_eq!(reply.answer(), (422, code), "{what}: {}", reply.body);
        assert_eq!(reply.body["field"], field, "{what}");
    }
    let minted = of.mint_public(&account, json!([SHOP])).await;
    assert_eq!(
        (&minted["principal"], &minted["expires_at"]),
        (&json!(account), &Value::Null)
    );
    // Its domains cannot be taken away afterwards, either; nor does it live without the account.
    let path = format!("/v1/tokens/{}", text(&minted, "id"));
    let change = of
        .hallpass
        .call(Method::PATCH, &path)
        .json(json!({"origins": null}));
    let reply = change.bearer(&of.manager).await;
    assert_eq!(reply.answer(), (422, "origins_required"));
    let path = format!("/v1/service-accounts/{account}");
    of.managed(Method::DELETE, &path, None).await;
    assert!(!of.may(&text(&minted, "token"), PUBLIC[0], Some(SHOP)).await);
}

#[tokio::test]
async fn a_new_token_is_in_the_list_and_goes_with_its_revocation() {
    let of = Organization::new().await;
    let listed = async || {
        let reply = of.managed(Method::GET, "/v1/tokens", None).await;
        let tokens = reply.body["tokens"].as_array().unwrap().clone();
        let by_people = tokens
            .into_iter()
            .filter(|token| token["kind"] != "management");
        by_people
            .map(|token| {
                (
                    text(&token, "id"),
                    text(&token, "name"),
                    token["revoked_at"].is_null(),
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(listed().await, []);
    let public = of.public(json!([SHOP])).await;
    let id = text(&public, "id");
    assert_eq!(listed().await, [(id.clone(), "a shop".to_owned(), true)]);
    let user = of.user("ada", json!(["asset:read"])).await;
    let private = of.private(&user).await;
    let second = text(&private, "id");
    assert_eq!(listed().await.len(), 2);
    let (shop, script) = (text(&public, "token"), text(&private, "token"));
    assert!(of.may(&shop, PUBLIC[0], Some(SHOP)).await);
    for id in [&id, &second] {
        of.managed(Method::DELETE, &format!("/v1/tokens/{id}"), None)
            .await;
    }
    assert_eq!(of.hallpass.code(&script).await, "revoked");
    // The catalog lets a public one be remembered for 5 s.
    of.hallpass.clock.advance(Duration::from_secs(5));
    assert_eq!(of.hallpass.code(&shop).await, "revoked");
    assert!(listed().await.iter().all(|(_, _, is_alive)| !is_alive));
}

/// The other platforms' limits are of 100.
#[tokio::test]
async fn there_is_no_limit_of_tokens() {
    let of = Organization::new().await;
    let account = of.service_account().await;
    let user = of.user("ada", json!(["asset:read"])).await;
    for _ in 0..101 {
        of.mint_public(&account, json!([SHOP])).await;
        of.private(&user).await;
    }
}

#[tokio::test]
async fn a_public_token_holds_the_three_scopes_and_no_other() {
    let of = Organization::new().await;
    let account = of.service_account().await;
    let token = text(&of.mint_public(&account, json!([SHOP])).await, "token");
    let catalog = &of.hallpass.platform.catalog;
    let scopes: Vec<String> = catalog
        .scopes()
        .map(|(scope, _)| scope.to_string())
        .collect();
    assert!(scopes.len() > 20);
    for scope in scopes {
        let expected = PUBLIC.contains(&scope.as_str());
        assert_eq!(
            of.may(&token, &scope, Some(SHOP)).await,
            expected,
            "{scope}"
        );
        let body = json!({
            "kind": "public", "name": "p", "principal": account, "origins": [SHOP],
            "scopes": [scope],
        });
        let status = of.post("/v1/tokens", body).await.status.as_u16();
        assert_eq!(status, if expected { 201 } else { 422 }, "{scope}");
    }
}

#[tokio::test]
async fn a_public_token_makes_reads_and_revokes_no_token() {
    let of = Organization::new().await;
    let account = of.service_account().await;
    let minted = of.mint_public(&account, json!([SHOP])).await;
    let (id, token) = (text(&minted, "id"), text(&minted, "token"));
    let one = format!("/v1/tokens/{id}");
    let body = json!({"kind": "public", "name": "p", "principal": account, "origins": [SHOP]});
    for (method, path, body) in [
        (Method::POST, "/v1/tokens", Some(body)),
        (
            Method::POST,
            "/v1/tokens/temporary",
            Some(json!({"scopes": [PUBLIC[0]]})),
        ),
        (
            Method::POST,
            "/v1/tokens/validate",
            Some(json!({"token": token})),
        ),
        (
            Method::POST,
            "/v1/revocations",
            Some(json!({"token": token})),
        ),
        (Method::GET, "/v1/tokens", None),
        (Method::GET, &one, None),
        (
            Method::PATCH,
            &one,
            Some(json!({"origins": ["https://evil.example"]})),
        ),
        (Method::DELETE, &one, None),
        (Method::GET, "/v1/users", None),
    ] {
        let call = of.hallpass.call(method, path).bearer(&token).origin(SHOP);
        let reply = match body {
            Some(body) => call.json(body).await,
            None => call.await,
        };
        assert_eq!(reply.status, 403, "{path}: {}", reply.body);
    }
    assert!(of.may(&token, PUBLIC[0], Some(SHOP)).await);
}

#[tokio::test]
async fn a_public_token_works_from_its_domains_only() {
    let of = Organization::new().await;
    let token = text(
        &of.public(json!([SHOP, "brand.example.org"])).await,
        "token",
    );
    for (origin, is_allowed) in [
        (Some(SHOP), true),
        (Some("https://brand.example.org"), true),
        (Some("https://example.com"), false),
        (Some("https://a.shop.example.com"), false),
        (Some("http://shop.example.com"), false),
        (Some("https://shop.example.com:8443"), false),
        (Some("https://evil.example"), false),
        (Some("null"), false),
        (None, false),
    ] {
        assert_eq!(
            of.may(&token, PUBLIC[0], origin).await,
            is_allowed,
            "{origin:?}"
        );
        let Some(origin) = origin else { continue };
        let reply = bearer(&of.hallpass, &token).origin(origin).await;
        let cors = reply.header("access-control-allow-origin").to_owned();
        if is_allowed {
            assert_eq!((reply.status.as_u16(), cors.as_str()), (200, origin));
        } else {
            assert_eq!(
                (reply.status.as_u16(), cors.as_str()),
                (403, ""),
                "{origin}"
            );
        }
    }
}

#[tokio::test]
async fn a_star_stands_for_subdomains() {
    let of = Organization::new().await;
    let account = of.service_account().await;
    for domain in ["*.example.com", "https://*.example.com"] {
        let token = text(&of.mint_public(&account, json!([domain])).await, "token");
        for (origin, is_allowed) in [
            ("https://shop.example.com", true),
            ("https://de.shop.example.com", true),
            ("https://example.com", false),
            ("https://evilexample.com", false),
            ("https://example.com.evil.net", false),
            ("http://shop.example.com", false),
        ] {
            assert_eq!(
                of.may(&token, PUBLIC[0], Some(origin)).await,
                is_allowed,
                "{origin}"
            );
        }
    }
    for domain in [
        "*",
        "https://*",
        "*.com",
        "*.co.uk",
        "shop.*.com",
        "sh*p.example.com",
    ] {
        let body =
            json!({"kind": "public", "name": "p", "principal": account, "origins": [domain]});
        let reply = of.post("/v1/tokens", body).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.body["field"]),
            (422, &json!("origins[0]")),
            "{domain}"
        );
    }
}

#[tokio::test]
async fn a_private_token_has_the_rights_that_its_user_has_now() {
    let of = Organization::new().await;
    let user = of
        .user("ada", json!(["asset:write", "order:read", "tokens:read"]))
        .await;
    let token = text(&of.private(&user).await, "token");
    let path = format!("/v1/users/{user}");
    let rights = async || {
        let mut held = Vec::new();
        for scope in [
            "asset:read",
            "asset:write",
            "order:read",
            "order:write",
            "tokens:read",
        ] {
            if of.may(&token, scope, None).await {
                held.push(scope);
            }
        }
        held
    };
    assert_eq!(
        rights().await,
        ["asset:read", "asset:write", "order:read", "tokens:read"]
    );
    let list = || of.hallpass.get("/v1/tokens").bearer(&token);
    assert_eq!(list().await.status, 200);
    // Taken away, and given, from the next request on.
    of.managed(
        Method::PATCH,
        &path,
        Some(json!({"scopes": ["asset:read", "order:write"]})),
    )
    .await;
    assert_eq!(rights().await, ["asset:read", "order:read", "order:write"]);
    assert_eq!(list().await.status, 403);
    of.managed(Method::PATCH, &path, Some(json!({"scopes": null})))
        .await;
    assert_eq!(rights().await, Vec::<&str>::new());
    assert_eq!(bearer(&of.hallpass, &token).await.status, 200);
    // The user goes, and the token with them.
    of.managed(Method::DELETE, &path, None).await;
    assert_eq!(bearer(&of.hallpass, &token).await.status, 401);
}

/// By a token of their own, and no more than the user may do: s51.
#[tokio::test]
async fn a_user_makes_private_tokens_of_their_own() {
    let of = Organization::new().await;
    let rights = json!([
        "asset:write",
        "tokens:mint",
        "tokens:read",
        "tokens:impersonate"
    ]);
    let ada = of.user("ada", rights).await;
    let bob = of.user("bob", json!(["order:write"])).await;
    let account = of.service_account().await;
    let own = text(&of.private(&ada).await, "token");
    let mint = async |body: Value| of.hallpass.post("/v1/tokens", body).bearer(&own).await;
    let reply = mint(json!({"kind": "private", "name": "another"})).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    assert_eq!(reply.body["principal"], json!(ada));
    let another = text(&reply.body, "token");
    for (scope, is_held) in [("asset:write", true), ("order:read", false)] {
        assert_eq!(of.may(&another, scope, None).await, is_held, "{scope}");
    }
    // It speaks for its user, and so does all that it makes: neither for a service account, nor for
    // somebody else, nor for the account, also with `tokens:impersonate`.
    let public = json!({"kind": "public", "name": "p", "principal": account, "origins": [SHOP]});
    for (what, body) in [
        ("a public token", public),
        (
            "another user's",
            json!({"kind": "private", "name": "p", "principal": bob}),
        ),
        (
            "another user's order",
            json!({"kind": "private", "name": "p", "principal": bob, "scopes": ["order:read"]}),
        ),
        (
            "a management token",
            json!({"kind": "management", "name": "m", "principal": of.account, "scopes": ["directory:write"]}),
        ),
    ] {
        let reply = mint(body).await;
        assert_eq!(
            reply.answer(),
            (422, "outside_bounds"),
            "{what}: {}",
            reply.body
        );
    }
    // Nor does it rotate, change or read what can do more.
    let stronger = of.private(&bob).await;
    let path = format!("/v1/tokens/{}", text(&stronger, "id"));
    let rotate = of
        .hallpass
        .post(&format!("{path}/rotate"), json!({"overlap_seconds": 0}));
    assert_eq!(rotate.bearer(&own).await.code(), "outside_bounds");
    let change = of
        .hallpass
        .call(Method::PATCH, &path)
        .json(json!({"enabled": false}));
    assert_eq!(change.bearer(&own).await.code(), "outside_bounds");
}

/// Whatever scopes it was made with, a private token does what its user may: so another one of the
/// same user's can do no more, and a narrower one of theirs can still not reach it.
#[tokio::test]
async fn a_user_rotates_renames_and_pauses_their_own_private_tokens() {
    let of = Organization::new().await;
    let ada = of.user("ada", json!(["asset:write", "tokens:mint"])).await;
    let own = text(&of.private(&ada).await, "token");
    let body = json!({"kind": "private", "name": "n", "principal": ada, "scopes": ["tokens:mint"]});
    let narrow = text(&of.made("/v1/tokens", body).await, "token");
    let path = format!("/v1/tokens/{}", text(&of.private(&ada).await, "id"));
    let rotate = format!("{path}/rotate");
    for (caller, status) in [(&own, 200), (&narrow, 403)] {
        for change in [
            json!({"name": "renamed"}),
            json!({"enabled": false}),
            json!({"enabled": true}),
        ] {
            let call = of.hallpass.call(Method::PATCH, &path).json(change);
            let reply = call.bearer(caller).await;
            assert_eq!(reply.status, status, "{}", reply.body);
        }
        let call = of.hallpass.post(&rotate, json!({"overlap_seconds": 0}));
        let reply = call.bearer(caller).await;
        assert_eq!(reply.status, status, "{}", reply.body);
    }
}

#[tokio::test]
async fn a_private_token_stays_within_its_organization() {
    let of = Organization::new().await;
    let user = of.user("ada", everything()).await;
    let token = text(&of.private(&user).await, "token");
    let (other, stranger) = of.hallpass.account("other", everything()).await;
    let reply = of
        .hallpass
        .post("/v1/tokens/validate", json!({"token": token}));
    assert_eq!(reply.bearer(&stranger).await.body["code"], "unknown");
    for path in [
        format!("/v1/tokens?account={other}"),
        format!("/v1/accounts/{other}"),
        "/v1/tokens?environment=app/test".to_owned(),
    ] {
        let reply = of.hallpass.get(&path).bearer(&token).await;
        assert_eq!(reply.status, 404, "{path}: {}", reply.body);
    }
    let body = json!({"kind": "private", "name": "p", "account": other});
    let reply = of.hallpass.post("/v1/tokens", body).bearer(&token).await;
    assert_eq!(reply.status, 404, "{}", reply.body);
    // The user's name is free in another organization, and is somebody else there.
    let body = json!({"username": "ada"});
    let namesake = of.hallpass.post("/v1/users", body).bearer(&stranger).await;
    assert_eq!(namesake.status, 201, "{}", namesake.body);
    let namesake = text(&namesake.body, "id");
    let body = json!({"kind": "private", "name": "p", "principal": namesake});
    let reply = of.post("/v1/tokens", body).await;
    assert_eq!(reply.answer(), (422, "unknown_principal"));
}
