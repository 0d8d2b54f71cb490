//! Functions of two deployments side by side on one table, over a change that restricts: since version 2
//! service accounts can have rights of their own, which bound their tokens. What code of before does not
//! know is taken out of what the table answers it.

use hallpass_core::SchemaVersion;
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Hallpass, new_name};
use serde_json::{Value, json};

const FIRST: SchemaVersion = SchemaVersion::FIRST;
const SECOND: SchemaVersion = SchemaVersion::SCOPED_SERVICE_ACCOUNTS;

/// Functions that were written before service accounts could have rights of their own.
async fn older(newer: &Hallpass) -> Hallpass {
    let older = newer.beside(FIRST, FIRST).await;
    older.dynamodb.inject(Fault::Without(&["live"]));
    older
}

/// A service account with rights of its own, and a secret token of it.
async fn robot(hallpass: &Hallpass, name: &str) -> (String, String) {
    let body = json!({"name": name, "scopes": ["asset:*"]});
    let robot = hallpass
        .made(&hallpass.root, "/v1/service-accounts", body)
        .await;
    let token = json!({
        "kind": "secret", "name": name, "scopes": ["asset:write"], "principal": robot,
    });
    let (_, token) = hallpass.minted(token).await;
    (robot, token)
}

async fn validated(hallpass: &Hallpass, token: &str) -> (u16, Value) {
    let body = json!({"token": token, "scope": "asset:write"});
    let call = hallpass.post("/v1/tokens/validate", body);
    let reply = call.bearer(&hallpass.root).await;
    (reply.status.as_u16(), reply.body["code"].clone())
}

/// Everything that both know works at either, whoever wrote it.
async fn work_together(one: &Hallpass, other: &Hallpass, round: &str) {
    for (maker, user) in [(one, other), (other, one)] {
        let (_, secret) = maker.secret_with(json!({"scopes": ["asset:*"]})).await;
        assert_eq!(
            validated(user, &secret).await,
            (200, json!("active")),
            "{round}"
        );
        let jwt = user
            .derive(&secret, json!({"scopes": ["asset:write"]}))
            .await;
        assert_eq!(
            validated(maker, &jwt).await,
            (200, json!("active")),
            "{round}"
        );
        let person = maker.user(&new_name(), json!(["asset:write"])).await;
        let own = json!({
            "kind": "management", "name": "own", "principal": person, "scopes": ["asset:write"],
        });
        let (_, own) = user.minted(own).await;
        assert_eq!(
            validated(maker, &own).await,
            (200, json!("active")),
            "{round}"
        );
        let change = json!({"scopes": null});
        let call = user.patch(&format!("/v1/users/{person}"), change);
        call.bearer(&user.root).await.assert(round, 200, "");
        let refused = (200, json!("insufficient_scope"));
        assert_eq!(validated(maker, &own).await, refused, "{round}");
        assert_eq!(validated(user, &own).await, refused, "{round}");
    }
}

/// As `infra/README.md` says: first code that reads the new version and does not write it yet, and when
/// that runs everywhere, code that writes it.
#[tokio::test]
async fn s81_a_change_that_restricts_is_rolled_out_in_two_deployments() {
    let hallpass = Hallpass::start("default").await;
    let older = older(&hallpass).await;
    let reads = hallpass.beside(SECOND, FIRST).await;
    work_together(&older, &reads, "first").await;
    // What not everybody knows yet cannot be made, and the answer says why.
    let body = json!({"name": "early", "scopes": ["asset:*"]});
    let early = reads.post("/v1/service-accounts", body);
    let early = early.bearer(&reads.root).await;
    early.assert("not yet", 503, "newer_version");
    assert!(
        early.body["detail"]
            .as_str()
            .unwrap()
            .contains("SchemaVersion"),
        "{}",
        early.body
    );
    let writes = hallpass.beside(SECOND, SECOND).await;
    work_together(&reads, &writes, "second").await;
    let (robot, token) = robot(&writes, "robot").await;
    for functions in [&reads, &writes] {
        assert_eq!(validated(functions, &token).await, (200, json!("active")));
    }
    // Where it is restricted, both heed it.
    let change = json!({"scopes": ["asset:read"]});
    let call = reads.patch(&format!("/v1/service-accounts/{robot}"), change);
    call.bearer(&reads.root).await.assert("demoted", 200, "");
    for functions in [&reads, &writes] {
        let refused = (200, json!("insufficient_scope"));
        assert_eq!(validated(functions, &token).await, refused);
    }
}

/// Whoever leaves the first deployment out meets 503 for a moment, and nobody meets more than is granted.
#[tokio::test]
async fn s81_what_is_newer_is_refused_and_never_read_as_if_it_said_less() {
    let newer = Hallpass::start("default").await;
    let older = older(&newer).await;
    let (robot, token) = robot(&newer, "robot").await;
    let jwt = newer
        .derive(&token, json!({"scopes": ["asset:write"]}))
        .await;
    let change = json!({"scopes": ["asset:read"]});
    let call = newer.patch(&format!("/v1/service-accounts/{robot}"), change);
    call.bearer(&newer.root).await.assert("demoted", 200, "");
    for presented in [&token, &jwt] {
        let refused = (200, json!("insufficient_scope"));
        assert_eq!(validated(&newer, presented).await, refused);
        let (status, code) = validated(&older, presented).await;
        assert_eq!((status, code), (503, json!("newer_version")));
        // Presented as a credential of the caller's own as well.
        let own = older.get("/v1/tokens/self").bearer(presented).await;
        own.assert("self", 503, "newer_version");
        assert_eq!(own.header("retry-after"), "1");
    }
    // The account's key derives for the account: what comes of it depends on the same rights.
    let derived = older.post("/v1/tokens/temporary", json!({"scopes": ["asset:write"]}));
    let derived = derived.bearer(&token).await;
    derived.assert("derive", 503, "newer_version");
    let mint =
        json!({"kind": "secret", "name": "more", "principal": robot, "scopes": ["asset:write"]});
    let minted = older.post("/v1/tokens", mint).bearer(&older.root).await;
    minted.assert("mint", 503, "newer_version");
    work_together(&older, &newer, "beside").await;
    // Ending it takes code that knows what it is, too.
    let path = format!("/v1/tokens/{}", token_id(&token));
    let ended = older.delete(&path).bearer(&older.root).await;
    ended.assert("end", 503, "newer_version");
    let ended = newer.delete(&path).bearer(&newer.root).await;
    ended.assert("end", 204, "");
}

fn token_id(text: &str) -> String {
    format!("tok_{}", &text.rsplit_once('_').unwrap().1[..22])
}
