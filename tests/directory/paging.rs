//! The list of accounts, page by page.

use crate::directory::NOBODY;
use hallpass_tests::{Hallpass, text};
use serde_json::json;

/// Every account by walking the pages of `limit`, and how many pages there were.
async fn walk(hallpass: &Hallpass, limit: usize) -> (Vec<String>, usize) {
    let (mut found, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let path = format!("/v1/accounts?limit={limit}{cursor}");
        let page = hallpass.get(&path).bearer(&hallpass.root).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let accounts = page.body["accounts"].as_array().unwrap();
        assert!(accounts.len() <= limit);
        found.extend(accounts.iter().map(|account| text(account, "id")));
        pages += 1;
        match page.body["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (found, pages),
        }
    }
}

#[tokio::test]
async fn every_account_is_on_one_page_in_order() {
    let hallpass = Hallpass::start("archilogic").await;
    let mut made = vec![hallpass.operator.clone()];
    for number in 0..6 {
        let body = json!({"name": format!("customer-{number}")});
        let reply = hallpass
            .post("/v1/accounts", body)
            .bearer(&hallpass.root)
            .await;
        made.push(text(&reply.body, "id"));
    }
    made.sort();
    for limit in [1, 2, 3, 6, 7, 8, 100] {
        let (found, pages) = walk(&hallpass, limit).await;
        assert_eq!(found, made, "pages of {limit}");
        // A full last page may promise one more, which is empty.
        assert!((made.len().div_ceil(limit)..=made.len() / limit + 1).contains(&pages));
    }
    // A page begins after its cursor, whether or not such an account is there.
    let after = |cursor: String| ids(&hallpass, format!("/v1/accounts?cursor={cursor}"));
    assert_eq!(after(NOBODY.to_owned()).await, made);
    assert_eq!(after(made[2].clone()).await, made[3..]);
    assert_eq!(after(made[6].clone()).await, made[7..]);
}

async fn ids(hallpass: &Hallpass, path: String) -> Vec<String> {
    let page = hallpass.get(&path).bearer(&hallpass.root).await;
    let accounts = page.body["accounts"].as_array().unwrap().iter();
    accounts.map(|account| text(account, "id")).collect()
}

#[tokio::test]
async fn a_page_left_to_itself_has_a_hundred() {
    let hallpass = Hallpass::start("archilogic").await;
    for number in 0..100 {
        let body = json!({"name": format!("customer-{number}")});
        assert_eq!(
            hallpass
                .post("/v1/accounts", body)
                .bearer(&hallpass.root)
                .await
                .status,
            201
        );
    }
    let first = hallpass.get("/v1/accounts").bearer(&hallpass.root).await;
    assert_eq!(first.body["accounts"].as_array().unwrap().len(), 100);
    let cursor = text(&first.body, "cursor");
    let rest = ids(&hallpass, format!("/v1/accounts?cursor={cursor}")).await;
    assert_eq!(rest.len(), 1);
}

#[tokio::test]
async fn a_wrong_query_is_refused() {
    let hallpass = Hallpass::start("archilogic").await;
    let (_, customer) = hallpass
        .account("customer", json!(["directory:read"]))
        .await;
    for query in [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=256",
        "limit=many",
        "limit=",
        "limit=1&limit=2",
        "cursor=",
        "cursor=acc_short",
        "cursor=tok_0000000000000000000001",
        "page=2",
        "Limit=1",
    ] {
        for caller in [&hallpass.root, &customer] {
            let reply = hallpass
                .get(&format!("/v1/accounts?{query}"))
                .bearer(caller)
                .await;
            let (status, code, _) = reply.refusal();
            assert_eq!((status, code), (422, "invalid_query"), "{query}");
            assert_eq!(reply.header("content-type"), "application/problem+json");
        }
    }
}
