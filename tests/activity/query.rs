//! Whose use and acts are shown to whom, which days, and page by page.

use crate::activity::{present, read, usage};
use hallpass_tests::{Hallpass, text};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn wrong_queries_are_told_what_is_wrong() {
    let hallpass = Hallpass::start("default").await;
    let hash = "0".repeat(64);
    for (path, code, words) in [
        (
            "usage?limit=0",
            "invalid_query",
            "`limit`: `0` is no whole number from 1 to 100",
        ),
        (
            "usage?limit=101",
            "invalid_query",
            "`limit`: `101` is no whole number from 1 to 100",
        ),
        ("usage?limit=x", "invalid_query", "`limit`: `x` is no whole"),
        (
            "usage?nope=1",
            "invalid_query",
            "`nope`, expected one of `from`",
        ),
        ("usage?from=2027-02-30", "invalid_query", "YYYY-MM-DD"),
        (
            "usage?from=2027-02-02&to=2027-02-01",
            "invalid_query",
            "`from` is the earlier day",
        ),
        ("usage?token=nope", "invalid_query", "tok_"),
        (
            "usage?group_by=week",
            "invalid_query",
            "`week` is none of `token`",
        ),
        ("usage?group_by=", "invalid_query", "`` is none of `token`"),
        (
            "usage?group_by=day,,token",
            "invalid_query",
            "`` is none of `token`",
        ),
        (
            "usage?group_by=day&limit=5",
            "invalid_query",
            "leave it out",
        ),
        (
            "usage?cursor=nope",
            "invalid_cursor",
            "leave it out for the first page",
        ),
        (
            "usage?cursor=:323032302d30312d3031....",
            "invalid_cursor",
            "other days",
        ),
        (
            "usage?cursor=2020-01-01~0~0000000001~0000:",
            "invalid_cursor",
            "other days",
        ),
        ("usage?cursor=:", "invalid_cursor", "leave it out"),
        ("usage?cursor=:61.6", "invalid_cursor", "leave it out"),
        ("usage?cursor=:6....", "invalid_cursor", "leave it out"),
        (
            "audit?limit=0",
            "invalid_query",
            "`limit`: `0` is no whole number from 1 to 100",
        ),
        (
            "audit?nope=1",
            "invalid_query",
            "`nope`, expected one of `environment`",
        ),
        ("audit?verify=maybe", "invalid_query", "`verify`"),
        (
            "audit?verify=true&limit=5",
            "invalid_query",
            "takes no `limit`",
        ),
        (
            "audit?cursor=nope",
            "invalid_cursor",
            "leave it out for the first page",
        ),
        // A cursor of one is none of the other.
        (
            &format!("audit?cursor=1.{hash}"),
            "invalid_cursor",
            "leave it out",
        ),
        (
            "audit?verify=true&cursor=1800000000000.0123456789abcdef",
            "invalid_cursor",
            "a seal",
        ),
        (
            &format!("audit?verify=true&cursor=0.{hash}"),
            "invalid_cursor",
            "a seal",
        ),
    ] {
        let reply = hallpass.get(&format!("/v1/{path}")).bearer(&hallpass.root);
        let reply = reply.await;
        assert_eq!(reply.status, 422, "{path}: {}", reply.body);
        assert_eq!(reply.code(), code, "{path}");
        let detail = text(&reply.body, "detail");
        assert!(detail.contains(words), "{path}: {detail}");
    }
}

/// s29: nobody without the scope, and nobody beyond their own environment.
#[tokio::test]
async fn s29_only_the_callers_own_environment_is_shown_and_only_with_the_scope() {
    let hallpass = Hallpass::start("default").await;
    let scopes = json!([
        "activity:read",
        "tokens:mint",
        "asset:*",
        "configuration:*",
        "analytics:*"
    ]);
    let (one, reader) = hallpass.account("one", scopes.clone()).await;
    let (other, stranger) = hallpass.account("other", scopes).await;
    let body = json!({"kind": "secret", "name": "a server"});
    let made = hallpass.mint_as(&reader, body).await;
    let (id, token) = (text(&made, "id"), text(&made, "token"));
    present(&hallpass, &token).await;
    for path in ["/v1/usage", "/v1/audit", "/v1/audit?verify=true"] {
        assert_eq!(hallpass.get(path).await.status, 401, "{path}");
        let lacking = hallpass.get(path).bearer(&token).await;
        assert_eq!(lacking.answer(), (403, "insufficient_scope"));
        // Another account answers as one that is not there.
        let sign = if path.contains('?') { '&' } else { '?' };
        let nobody = "acc_0000000000000000000000";
        let mut replies = Vec::new();
        for account in [other.as_str(), nobody] {
            let path = format!("{path}{sign}account={account}");
            let reply = hallpass.get(&path).bearer(&reader).await;
            assert_eq!(reply.status, 404, "{path}");
            replies.push(reply.body);
        }
        assert_eq!(replies[0], replies[1]);
        let path = format!("{path}{sign}environment=app/none");
        assert_eq!(hallpass.get(&path).bearer(&reader).await.status, 404);
        assert_eq!(hallpass.get(&path).bearer(&hallpass.root).await.status, 404);
    }
    // Another's token has no use, as one that is not there.
    hallpass.fold_use().await;
    let asked = format!("/v1/usage?token={id}");
    let own = read(&hallpass, &reader, &asked).await;
    // Once by itself; the others asked for too much.
    assert_eq!(own["usage"][0]["count"], 1);
    let refused = format!("{asked}&outcome=insufficient_scope");
    let refused = read(&hallpass, &reader, &refused).await;
    assert_eq!(refused["usage"][0]["count"], 3);
    let foreign = read(&hallpass, &stranger, &asked).await;
    assert_eq!(foreign["usage"], json!([]));
    for (caller, others) in [(&reader, &other), (&stranger, &one)] {
        for path in ["/v1/usage", "/v1/audit"] {
            let shown = read(&hallpass, caller, path).await.to_string();
            assert!(!shown.contains(others.as_str()), "{path}: {shown}");
        }
    }
    // The operator sees both.
    let all = read(&hallpass, &hallpass.root, &format!("{asked}&account={one}")).await;
    assert_eq!(all["usage"], own["usage"]);
}

#[tokio::test]
async fn a_page_of_use_is_one_query_and_every_row_is_on_one_page() {
    let hallpass = Hallpass::start("default").await;
    let mut expected = Vec::new();
    for _ in 0..4 {
        let (id, token) = hallpass.secret_with(json!({})).await;
        for _ in 0..3 {
            present(&hallpass, &token).await;
            expected.push(id.clone());
            hallpass.clock.advance(Duration::from_secs(86_400));
        }
    }
    let all = usage(&hallpass, "").await;
    let days: Vec<&str> = all.iter().map(|row| row["day"].as_str().unwrap()).collect();
    assert!(days.is_sorted(), "{days:?}");
    let of_tokens = |rows: &[Value]| {
        let ids = rows.iter().map(|row| text(row, "token"));
        ids.filter(|id| expected.contains(id)).count()
    };
    assert_eq!(of_tokens(&all), 12);
    for limit in [1, 5, 7, 100] {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            hallpass.dynamodb.reset();
            let path = format!("/v1/usage?to=2027-01-27&from=2027-01-15&limit={limit}{cursor}");
            let page = read(&hallpass, &hallpass.root, &path).await;
            assert_eq!(hallpass.dynamodb.count("Query"), 1);
            assert_eq!(hallpass.dynamodb.count("Scan"), 0);
            let rows = page["usage"].as_array().unwrap();
            assert!(rows.len() <= limit);
            found.extend(rows.clone());
            match page["cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(of_tokens(&found), 12, "pages of {limit}");
        let mut places: Vec<String> = found
            .iter()
            .map(|row| format!("{} {} {}", row["day"], row["token"], row["principal"]))
            .collect();
        let count = places.len();
        places.dedup();
        assert_eq!(places.len(), count, "a row is on two pages of {limit}");
    }
    // The days named, both included.
    let one = format!("token={}&from=2027-01-16&to=2027-01-17", expected[0]);
    let days: Vec<String> = usage(&hallpass, &one)
        .await
        .iter()
        .map(|row| text(row, "day"))
        .collect();
    assert_eq!(days, ["2027-01-16", "2027-01-17"]);
    let none = format!("token={}&from=2027-01-19", expected[0]);
    assert_eq!(usage(&hallpass, &none).await, [] as [Value; 0]);
}
