//! Scopes: both wire forms, aliases, defaults, and what a kind may hold.

use crate::mint::{assert_outcomes, management, mint, publishable, secret};
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};

const INVALID: u16 = 422;

#[tokio::test]
async fn both_wire_forms_and_aliases_are_one_scope() {
    let hallpass = Hallpass::start("archilogic").await;
    for (asked, kept) in [
        (json!(["floor:readPrivate"]), json!(["floor:readPrivate"])),
        (
            json!([{"resource": "floor", "action": "readPrivate"}]),
            json!(["floor:readPrivate"]),
        ),
        (json!(["floor:write"]), json!(["floor:update"])),
        (
            json!([{"resource": "floor", "action": "write", "path": "floor/7"}]),
            json!(["floor:update@floor/7"]),
        ),
        (
            json!(["floor:write@a/b", "floor:update@a/b"]),
            json!(["floor:update@a/b"]),
        ),
        (
            json!(["floor:update", {"resource": "floor", "action": "update"}, "extension:*"]),
            json!(["extension:*", "floor:update"]),
        ),
        (
            json!([{"resource": "floor", "action": "*"}]),
            json!(["floor:*"]),
        ),
    ] {
        let minted = hallpass.mint(secret(json!({"scopes": asked}))).await;
        assert_eq!(minted["scopes"], kept, "{asked}");
        let token = text(&minted, "token");
        let validated = hallpass
            .validate(json!({"token": token, "scope": kept}))
            .await;
        assert_eq!(
            (validated["code"].clone(), &validated["scopes"]),
            (json!("active"), &kept)
        );
    }
}

#[tokio::test]
async fn what_is_no_scope_or_not_for_the_kind_is_refused() {
    let hallpass = Hallpass::start("archilogic").await;
    let invalid = |field| Err((INVALID, "invalid_field", field));
    let unknown = Err((INVALID, "unknown_scope", "scopes"));
    let not_for_kind = Err((INVALID, "scope_not_for_kind", "scopes"));
    let many = |count: usize| -> Vec<String> {
        (0..count)
            .map(|number| format!("floor:update@{number}"))
            .collect()
    };
    let cases = [
        (
            secret(json!({"scopes": []})),
            Err((INVALID, "empty_scopes", "scopes")),
        ),
        (
            management(json!({"scopes": []})),
            Err((INVALID, "empty_scopes", "scopes")),
        ),
        (
            management(json!({"scopes": null})),
            Err((INVALID, "missing_scopes", "scopes")),
        ),
        (secret(json!({"scopes": many(200)})), Ok(())),
        (
            secret(json!({"scopes": many(201)})),
            Err((INVALID, "too_many", "scopes")),
        ),
        (secret(json!({"scopes": ["floor:nope"]})), unknown),
        (
            secret(json!({"scopes": ["floor:readPrivate", "nope:read"]})),
            unknown,
        ),
        (secret(json!({"scopes": ["nope:*"]})), unknown),
        (secret(json!({"scopes": ["Floor:update"]})), unknown),
        (secret(json!({"scopes": ["floor:UPDATE"]})), unknown),
        (secret(json!({"scopes": ["floor"]})), invalid("scopes[0]")),
        (secret(json!({"scopes": ["*"]})), invalid("scopes[0]")),
        (secret(json!({"scopes": ["*:*"]})), invalid("scopes[0]")),
        (secret(json!({"scopes": [""]})), invalid("scopes[0]")),
        (
            secret(json!({"scopes": ["floor:update floor:export"]})),
            invalid("scopes[0]"),
        ),
        (
            secret(json!({"scopes": ["floor:update", "floor:update@a/../b"]})),
            invalid("scopes[1]"),
        ),
        (
            secret(json!({"scopes": ["floor:update@"]})),
            invalid("scopes[0]"),
        ),
        (
            secret(json!({"scopes": ["floor:update@a/"]})),
            invalid("scopes[0]"),
        ),
        (secret(json!({"scopes": [7]})), invalid("scopes[0]")),
        (secret(json!({"scopes": [null]})), invalid("scopes[0]")),
        (
            secret(json!({"scopes": [{"resource": "floor"}]})),
            invalid("scopes[0].action"),
        ),
        (
            secret(json!({"scopes": [{"resource": "floor:update@a", "action": "x"}]})),
            invalid("scopes[0]"),
        ),
        (
            secret(json!({"scopes": [{"resource": "floor", "action": "update", "paths": "a"}]})),
            invalid("scopes[0].paths"),
        ),
        // Management scopes are no kind's of the catalog, and never come through `*`.
        (secret(json!({"scopes": ["tokens:mint"]})), not_for_kind),
        (
            secret(json!({"scopes": ["floor:*", "tokens:read"]})),
            not_for_kind,
        ),
        (
            secret(json!({"scopes": ["platform:operate"]})),
            not_for_kind,
        ),
        (
            management(json!({"scopes": ["tokens:*"]})),
            invalid("scopes[0]"),
        ),
        (
            management(json!({"scopes": ["tokens:mint@floor/7"]})),
            invalid("scopes[0]"),
        ),
        (
            management(json!({"scopes": ["platform:*"]})),
            invalid("scopes[0]"),
        ),
        (
            management(json!({"scopes": ["tokens:everything"]})),
            unknown,
        ),
        (
            management(json!({"scopes": ["floor:*", "tokens:read"]})),
            Ok(()),
        ),
    ];
    assert_outcomes(&hallpass, &hallpass.root, cases).await;
}

#[tokio::test]
async fn s23_a_public_kind_holds_public_scopes_only() {
    for (catalog, private, public) in [
        (
            "archilogic",
            json!([
                "floor:readPrivate",
                "floor:*",
                "floor:write",
                "floor:update@a",
                "extension:query",
                "tokens:mint",
                "tokens:revoke",
                "platform:operate"
            ]),
            json!(["floor:readPublic", "floor:queryPublic@folder/7"]),
        ),
        (
            "default",
            json!([
                "asset:readPrivate",
                "asset:write",
                "asset:*",
                "asset:manage@a",
                "tokens:validate",
                "tokens:read"
            ]),
            json!(["asset:read", "configuration:save", "analytics:send@a/b"]),
        ),
    ] {
        let hallpass = Hallpass::start(catalog).await;
        let holds = |scope: &Value| publishable(json!({"scopes": [scope]}));
        let private = private
            .as_array()
            .unwrap()
            .iter()
            .map(|scope| (holds(scope), Err((INVALID, "scope_not_for_kind", "scopes"))));
        let public = public
            .as_array()
            .unwrap()
            .iter()
            .map(|scope| (holds(scope), Ok(())));
        assert_outcomes(&hallpass, &hallpass.root, private.chain(public)).await;
    }
}

#[tokio::test]
async fn s23_a_public_token_mints_nothing_and_revokes_nothing_itself_included() {
    let hallpass = Hallpass::start("default").await;
    let minted = hallpass.mint(publishable(json!({}))).await;
    let (token, id) = (text(&minted, "token"), text(&minted, "id"));
    let origin = "https://shop.example";
    for body in [
        secret(json!({})),
        publishable(json!({})),
        management(json!({})),
    ] {
        let call = hallpass
            .post("/v1/tokens", body)
            .bearer(&token)
            .origin(origin);
        assert_eq!(call.await.refusal(), (403, "insufficient_scope", ""));
    }
    for body in [json!({"token": token}), json!({"id": id})] {
        let call = hallpass
            .post("/v1/revocations", body)
            .bearer(&token)
            .origin(origin);
        assert!(call.await.status.is_client_error());
    }
    let call = hallpass.delete(&format!("/v1/tokens/{id}"));
    assert!(
        call.bearer(&token)
            .origin(origin)
            .await
            .status
            .is_client_error()
    );
    let seen = hallpass
        .validate(json!({"token": token, "origin": origin}))
        .await;
    assert_eq!(seen["code"], "active");
}

#[tokio::test]
async fn a_refusal_names_the_scope_and_what_would_do() {
    let hallpass = Hallpass::start("archilogic").await;
    let cases = [
        (
            publishable(json!({"scopes": ["floor:export"]})),
            ["`floor:export`", "`floor:readPublic`"],
        ),
        (
            secret(json!({"scopes": ["floor:remove"]})),
            ["`floor:remove`", "`floor:archive`"],
        ),
    ];
    for (body, named) in cases {
        let reply = mint(&hallpass, &hallpass.root, body).await;
        let detail = reply.body["detail"].as_str().unwrap();
        for name in named {
            assert!(detail.contains(name), "{detail}");
        }
    }
}
