//! Addresses that gave a password: what they may try belongs to one share and one password.

use super::{MODEL, ROUTE, acme, hashes, open};
use hallpass_tests::{Hallpass, Log};
use serde_json::json;
use std::time::Duration;

/// Shares the model with this password.
async fn share(hallpass: &Hallpass, manager: &str, password: &str) -> String {
    let body = json!({"model": MODEL, "password": password});
    hallpass.made(manager, "/v1/shares", body).await
}

/// How many wrong passwords an address may try at the model in this minute.
async fn guesses(hallpass: &Hallpass, address: &str) -> usize {
    let log = Log::keep();
    for _ in 0..120 {
        let reply = open(hallpass, "wrong").from(address).await;
        assert!([401, 429].contains(&reply.status.as_u16()));
    }
    hashes(&log)
}

/// The next minute, in which all windows are empty.
fn later(hallpass: &Hallpass) {
    hallpass.clock.advance(Duration::from_secs(60));
}

#[tokio::test]
async fn s64_who_knew_the_old_password_is_a_stranger_to_the_new_one() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    let id = share(&hallpass, &manager, "sesame").await;
    let knowing = "198.51.100.1";
    assert_eq!(open(&hallpass, "sesame").from(knowing).await.status, 200);
    later(&hallpass);
    let change = json!({"password": "other"});
    let path = format!("/v1/shares/{id}");
    let changed = hallpass.patch(&path, change).bearer(&manager).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(guesses(&hallpass, knowing).await, 10);
    // Nor does the old password, set once more, bring back what was allowed under it.
    later(&hallpass);
    let change = json!({"password": "sesame"});
    let changed = hallpass.patch(&path, change).bearer(&manager).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(guesses(&hallpass, knowing).await, 10);
    // Who gives the new one is known again.
    later(&hallpass);
    assert_eq!(open(&hallpass, "sesame").from(knowing).await.status, 200);
    later(&hallpass);
    assert_eq!(guesses(&hallpass, knowing).await, 60);
}

#[tokio::test]
async fn s64_who_shared_a_name_before_is_a_stranger_to_the_next_tenants_share() {
    let hallpass = Hallpass::start("bimu").await;
    let attacker = acme(&hallpass).await;
    let scopes = json!(["model:*", "directory:write"]);
    let (_, owner) = hallpass.account("other", scopes).await;
    let knowing = "198.51.100.1";
    let id = share(&hallpass, &attacker, "sesame").await;
    assert_eq!(open(&hallpass, "sesame").from(knowing).await.status, 200);
    let ended = hallpass.delete(&format!("/v1/shares/{id}"));
    assert_eq!(ended.bearer(&attacker).await.status, 204);
    for password in ["sesame", "quite another"] {
        let id = share(&hallpass, &owner, password).await;
        later(&hallpass);
        assert_eq!(guesses(&hallpass, knowing).await, 10, "{password}");
        let ended = hallpass.delete(&format!("/v1/shares/{id}"));
        assert_eq!(ended.bearer(&owner).await.status, 204);
    }
}

#[tokio::test]
async fn s64_an_address_has_sixty_tries_a_minute_also_where_it_is_known() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    let knowing = "198.51.100.1";
    let models: Vec<String> = (0..4).map(|number| format!("model-{number}")).collect();
    let ask = |model: &str, password: &str| {
        let body = json!({"model": model, "password": password});
        hallpass.post(ROUTE, body).from(knowing)
    };
    for model in &models {
        let body = json!({"model": model, "password": "sesame"});
        hallpass.made(&manager, "/v1/shares", body).await;
        assert_eq!(ask(model, "sesame").await.status, 200);
    }
    later(&hallpass);
    let log = Log::keep();
    for number in 0..80 {
        let expected = if number < 60 { 401 } else { 429 };
        let reply = ask(&models[number % models.len()], "wrong").await;
        assert_eq!(reply.status, expected, "{number}");
    }
    assert_eq!(hashes(&log), 60);
    assert_eq!(ask("made-up", "wrong").await.status, 429);
}

/// A row that an older version wrote says of no share that its password was given.
#[tokio::test]
async fn s64_a_row_without_share_and_password_lets_nobody_try_more() {
    let hallpass = Hallpass::start("bimu").await;
    let manager = acme(&hallpass).await;
    share(&hallpass, &manager, "sesame").await;
    let knowing = "198.51.100.1";
    assert_eq!(open(&hallpass, "sesame").from(knowing).await.status, 200);
    let mut row = hallpass.items_of("VISITOR#").await.remove(0);
    row.remove("share").unwrap();
    row.remove("password").unwrap();
    let put = hallpass.dynamodb_client.put_item();
    let put = put.table_name(&hallpass.table).set_item(Some(row));
    put.send().await.unwrap();
    later(&hallpass);
    assert_eq!(guesses(&hallpass, knowing).await, 10);
}
