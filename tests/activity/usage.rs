//! What is counted, and under whose name it appears.

use crate::activity::{START, TODAY, present, read, usage, use_of};
use hallpass_core::TokenRecord;
use hallpass_tests::{Hallpass, Log, text, typo};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_validation_counts_the_token_in_question_and_the_one_that_asks() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    let body = json!({"kind": "secret", "name": "asks", "scopes": ["tokens:validate"]});
    let asking = hallpass.mint(body).await;
    for _ in 0..3 {
        let call = hallpass.post("/v1/tokens/validate", json!({"token": token}));
        let reply = call.bearer(asking["token"].as_str().unwrap()).await;
        assert_eq!(reply.body["active"], true);
    }
    assert_eq!(use_of(&hallpass, &id).await["count"], 3);
    let asked = use_of(&hallpass, asking["id"].as_str().unwrap()).await;
    assert_eq!(asked["count"], 3);
    assert_eq!(asked["day"], TODAY);
    assert_eq!(asked["principal"], hallpass.operator.as_str());
}

/// Refusals are no use, and are counted by their codes.
#[tokio::test]
async fn refusals_are_counted_apart() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    // It lacks the scope in question.
    let asked = json!({"token": token, "scope": "tokens:mint"});
    assert_eq!(hallpass.validate(asked).await["code"], "insufficient_scope");
    let ended = hallpass.delete(&format!("/v1/tokens/{id}"));
    assert_eq!(ended.bearer(&hallpass.root).await.status, 204);
    assert_eq!(hallpass.code(&token).await, "revoked");
    for _ in 0..2 {
        let reply = hallpass.get("/v1/tokens/self").bearer(&token).await;
        assert_eq!(reply.status, 401);
    }
    assert_eq!(
        usage(&hallpass, &format!("token={id}")).await,
        [] as [Value; 0]
    );
    let by = usage(&hallpass, &format!("token={id}&group_by=outcome,route")).await;
    let row = |route: &str, outcome: &str, count: u64| json!({"route": route, "outcome": outcome, "count": count, "last_used_at": START});
    let expected = [
        row("GET /v1/tokens/self", "revoked", 2),
        row("POST /v1/tokens/validate", "insufficient_scope", 1),
        row("POST /v1/tokens/validate", "revoked", 1),
    ];
    assert_eq!(by, expected);
    let one = usage(&hallpass, &format!("token={id}&outcome=revoked")).await;
    assert_eq!((one.len(), &one[0]["count"]), (1, &json!(3)));
    // What is refused was not used.
    let shown = read(&hallpass, &hallpass.root, &format!("/v1/tokens/{id}")).await;
    assert!(shown.get("last_used_at").is_none(), "{shown}");
}

/// What belongs to nobody is counted for nobody, and another account's caller counts nothing.
#[tokio::test]
async fn what_is_unknown_is_not_counted() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    let (_, stranger) = hallpass
        .account("stranger", json!(["tokens:validate"]))
        .await;
    let asked = hallpass.post("/v1/tokens/validate", json!({"token": token}));
    let reply = asked.bearer(&stranger).await;
    assert_eq!(
        reply.body,
        json!({"active": false, "code": "unknown", "detail": reply.body["detail"]})
    );
    assert_eq!(hallpass.code(&typo(&token, 1)).await, "malformed");
    let by = usage(&hallpass, &format!("token={id}&group_by=outcome")).await;
    assert_eq!(by, [] as [Value; 0]);
    let by = usage(&hallpass, "group_by=outcome").await;
    assert_eq!(by.len(), 1, "{by:?}");
    assert_eq!(by[0]["outcome"], "active");
}

/// The platform's own API: by its routes, as the catalog writes them.
#[tokio::test]
async fn the_platforms_routes_are_told_apart() {
    let mut hallpass = Hallpass::start("archilogic").await;
    hallpass.with_demo();
    let body = json!({"kind": "secret", "name": "s", "scopes": ["floor:readPrivate"]});
    let made = hallpass.mint(body).await;
    let (id, token) = (text(&made, "id"), text(&made, "token"));
    for (path, status) in [
        ("/v2/floor/1", 200),
        ("/v2/floor/2", 200),
        ("/v2/floor/%2e%2e", 403),
    ] {
        let reply = hallpass.get(path).bearer(&token).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.body);
    }
    let by = usage(&hallpass, &format!("token={id}&group_by=route,outcome")).await;
    let row = |route: &str, outcome: &str, count: u64| json!({"route": route, "outcome": outcome, "count": count, "last_used_at": START});
    let expected = [
        row("GET /v2/floor/{id}", "active", 2),
        row("GET /v2/floor/{id}", "invalid_parameter", 1),
    ];
    assert_eq!(by, expected);
}

#[tokio::test]
async fn a_jwts_use_is_its_parents() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    let child = hallpass
        .derive(&token, json!({"scopes": ["asset:read"]}))
        .await;
    present(&hallpass, &child).await;
    present(&hallpass, &child).await;
    // Deriving was a use of the parent itself.
    assert_eq!(use_of(&hallpass, &id).await["count"], 3);
}

#[tokio::test]
async fn each_day_has_a_row_of_its_own() {
    let hallpass = Hallpass::start("default").await;
    let (id, token) = hallpass.secret_with(json!({})).await;
    let mut expected = Vec::new();
    // 16 hours are left of the first day.
    for (later, day) in [(0, "2027-01-15"), (57_599, "2027-01-15"), (1, "2027-01-16")] {
        hallpass.clock.advance(Duration::from_secs(later));
        present(&hallpass, &token).await;
        expected.push(day);
    }
    let rows = usage(&hallpass, &format!("token={id}")).await;
    let days: Vec<_> = rows
        .iter()
        .map(|row| (&row["day"], &row["count"]))
        .collect();
    assert_eq!(
        days,
        [
            (&json!("2027-01-15"), &json!(2)),
            (&json!("2027-01-16"), &json!(1))
        ]
    );
}

/// "the record shows whether the old secret is still used during an overlap"
#[tokio::test]
async fn whether_an_old_secret_is_still_used_is_seen() {
    let hallpass = Hallpass::start("default").await;
    let (id, old) = hallpass.secret_with(json!({})).await;
    let path = format!("/v1/tokens/{id}/rotate");
    let rotated = hallpass.post(&path, json!({"overlap_seconds": 600}));
    let new = text(&rotated.bearer(&hallpass.root).await.body, "token");
    let store = &hallpass.platform.store;
    let token = id.parse().unwrap();
    let record: TokenRecord = store.token(&token).await.unwrap().unwrap();
    let mark = record.previous[0].hash.mark();
    hallpass.clock.advance(Duration::from_secs(1));
    present(&hallpass, &new).await;
    hallpass.fold_use().await;
    let last = store.last_use(&token).await.unwrap();
    assert_eq!(last.of_old_secret(mark), None);
    assert_eq!(last.last_used_at.unwrap().seconds().0, START + 1);
    hallpass.clock.advance(Duration::from_secs(1));
    present(&hallpass, &old).await;
    hallpass.clock.advance(Duration::from_secs(1));
    present(&hallpass, &new).await;
    let log = Log::keep();
    hallpass.fold_use().await;
    // The operator's query of the log asks for this.
    let line = format!("\"token\":\"{id}\"");
    assert!(log.text().contains("an old secret is used") && log.text().contains(&line));
    let last = store.last_use(&token).await.unwrap();
    assert_eq!(last.of_old_secret(mark).unwrap().seconds().0, START + 2);
    assert_eq!(last.last_used_at.unwrap().seconds().0, START + 3);
    let shown = read(&hallpass, &hallpass.root, &format!("/v1/tokens/{id}")).await;
    assert_eq!(shown["last_used_at"], START + 3);
    assert_eq!(shown["previous"][0]["last_used_at"], START + 2);
}

/// 3dverse: "You won't be able to identify the identity of your users. The username in session
/// monitoring will appear as {org_name}_{app_name}_{env_name}"
#[tokio::test]
async fn a_public_tokens_use_appears_under_account_app_and_environment() {
    let hallpass = Hallpass::start("archilogic").await;
    let (account, manager) = hallpass.account("acme", json!(["activity:read"])).await;
    let environments = format!("/v1/accounts/{account}/environments");
    let made = hallpass.post(&environments, json!({"name": "viewer/test"}));
    assert_eq!(made.bearer(&hallpass.root).await.status, 201);
    for (environment, label) in [
        ("default/live", "acme_default_live"),
        ("viewer/test", "acme_viewer_test"),
    ] {
        let body = json!({
            "kind": "publishable", "name": "a site", "origins": ["https://a.example"],
            "account": account, "environment": environment,
        });
        let made = hallpass.mint(body).await;
        let path = format!("/v1/tokens/self?pubtoken={}", text(&made, "token"));
        let used = hallpass.get(&path).origin("https://a.example").await;
        assert_eq!(used.status, 200);
        let query = format!(
            "account={account}&environment={environment}&token={}",
            text(&made, "id")
        );
        let rows = usage(&hallpass, &query).await;
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0]["user"], label);
        assert_eq!(rows[0]["principal"], account.as_str());
    }
    // To the customer as to the operator.
    hallpass.fold_use().await;
    let own = read(&hallpass, &manager, "/v1/usage?group_by=principal").await;
    assert_eq!(own["usage"][0]["user"], "acme_default_live");
}

/// 3dverse: "You will be able to monitor Session usage per usage in your Session monitoring
/// dashboard."
#[tokio::test]
async fn use_is_told_apart_by_users_and_added_up() {
    let hallpass = Hallpass::start("default").await;
    let user = async |name: &str| {
        let made = hallpass.post(
            "/v1/users",
            json!({"username": name, "scopes": ["asset:read"]}),
        );
        let made = made.bearer(&hallpass.root).await;
        assert_eq!(made.status, 201, "{}", made.body);
        text(&made.body, "id")
    };
    let mut sessions = Vec::new();
    for _ in 0..2 {
        let body = json!({
            "kind": "secret", "name": "a server", "scopes": ["asset:read", "tokens:impersonate"],
        });
        sessions.push(text(&hallpass.mint(body).await, "token"));
    }
    let mut totals = Vec::new();
    for (name, parents, uses) in [("Ada", &sessions[..], 3), ("Zoë", &sessions[1..], 1)] {
        let principal = user(name).await;
        for parent in parents {
            let body = json!({"scopes": ["asset:read"], "principal": principal});
            let token = hallpass.derive(parent, body).await;
            for _ in 0..uses {
                present(&hallpass, &token).await;
            }
        }
        let rows = usage(&hallpass, &format!("principal={principal}")).await;
        assert_eq!(rows.len(), parents.len());
        // "Session usage" of one user, day by day, and of one of their tokens.
        let days = format!("principal={principal}&group_by=principal,day");
        let days = usage(&hallpass, &days).await;
        assert_eq!((days.len(), &days[0]["day"]), (1, &json!(TODAY)));
        let of_one = rows[0]["token"].as_str().unwrap();
        let both = format!("principal={principal}&token={of_one}");
        assert_eq!(usage(&hallpass, &both).await, rows[..1]);
        let theirs = |row: &Value| row["user"] == name && row["count"] == uses;
        assert!(rows.iter().all(theirs), "{rows:?}");
        totals.push(json!({
            "principal": principal, "user": name, "count": parents.len() * uses,
            "last_used_at": START,
        }));
    }
    let mut found = usage(&hallpass, "group_by=principal").await;
    found.retain(|row| row["principal"] != hallpass.operator.as_str());
    found.sort_by_key(|row| row["user"].as_str().unwrap().to_owned());
    assert_eq!(found, totals);
    // By day it is all of them, and what the root token did, which asks once more each time.
    let by_day = usage(&hallpass, "group_by=day").await;
    assert_eq!(by_day.len(), 1);
    let rows = usage(&hallpass, "").await;
    let all: u64 = rows.iter().map(|row| row["count"].as_u64().unwrap()).sum();
    assert_eq!(by_day[0]["count"], all - 1);
    assert_eq!(usage(&hallpass, "group_by=token").await.len(), 3);
}
