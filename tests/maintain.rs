//! What is finished without anybody asking again: `functions/maintain`.

use hallpass_http::finish;
use hallpass_maintain::{MaintainError, MaintainReply, WORK_FOR, maintain};
use hallpass_tests::proxy::Fault;
use hallpass_tests::{Call, Hallpass, text};
use serde_json::{Value, json};
use std::time::Duration;

/// A run that begins so many seconds later.
async fn run_after(hallpass: &Hallpass, seconds: u64) -> Result<MaintainReply, MaintainError> {
    hallpass.clock.advance(Duration::from_secs(seconds));
    maintain(&hallpass.platform, WORK_FOR).await
}

fn end(hallpass: &Hallpass, body: Value) -> Call {
    let call = hallpass.post("/v1/revocations", body);
    call.bearer(&hallpass.root)
}

/// An account with a service account, and tokens of both, of which one kind is limited.
struct Acme {
    id: String,
    shop: String,
    of_shop: String,
    of_account: Vec<String>,
}

async fn acme(hallpass: &Hallpass, name: &str) -> Acme {
    let (id, _) = hallpass.account(name, json!(["asset:read"])).await;
    let body = json!({"name": "shop", "account": id});
    let shop = hallpass
        .made(&hallpass.root, "/v1/service-accounts", body)
        .await;
    let mint = async |more: Value| {
        let mut body = json!({"name": "x", "scopes": ["asset:read"], "account": id});
        let more = more.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(more);
        text(&hallpass.mint(body).await, "token")
    };
    Acme {
        of_shop: mint(json!({"kind": "apikey", "principal": shop})).await,
        of_account: vec![
            mint(json!({"kind": "secret"})).await,
            mint(json!({"kind": "apikey"})).await,
        ],
        id,
        shop,
    }
}

/// What there is to be closed, and which of the tokens end with it: those of the account, too.
fn closings(acme: &Acme) -> [(Value, bool); 4] {
    let Acme { id, shop, .. } = acme;
    [
        (json!({"account": id, "principal": shop}), false),
        (json!({"account": id, "environment": "default/live"}), true),
        (json!({"account": id}), true),
        (json!({"account": id, "before": 1_800_000_000}), true),
    ]
}

async fn codes(hallpass: &Hallpass, tokens: &[String]) -> Vec<String> {
    let mut codes = Vec::new();
    for token in tokens {
        codes.push(hallpass.code(token).await);
    }
    codes
}

/// The process is ended after the first write: by a table that is gone from then on.
#[tokio::test]
async fn s72_a_closing_that_was_cut_short_is_finished_within_five_minutes() {
    for number in 0..4 {
        let hallpass = Hallpass::start("default").await;
        let acme = acme(&hallpass, "acme").await;
        let (body, ends_the_accounts) = closings(&acme)[number].clone();
        hallpass.dynamodb.inject(Fault::Reset.on("Query"));
        let reply = end(&hallpass, body.clone()).await;
        assert_eq!(reply.status, 503, "{body}");
        hallpass.dynamodb.heal();
        assert_eq!(hallpass.items_of("CLOSINGS#").await.len(), 1, "{body}");
        assert_eq!(codes(&hallpass, &acme.of_account).await, ["active"; 2]);
        // Whoever began it may still be at it.
        let early = run_after(&hallpass, 59).await.unwrap();
        assert_eq!(early.finished_closings, 0, "{body}");
        assert_eq!(codes(&hallpass, &acme.of_account).await, ["active"; 2]);
        let run = run_after(&hallpass, 1).await.unwrap();
        assert!(run.finished_closings > 0, "{body}");
        assert_eq!((run.unfinished_closings, run.failed), (0, 0), "{body}");
        let expected = if ends_the_accounts {
            "revoked"
        } else {
            "active"
        };
        assert_eq!(codes(&hallpass, &acme.of_account).await, [expected; 2]);
        assert_ne!(hallpass.code(&acme.of_shop).await, "active", "{body}");
        assert!(hallpass.items_of("CLOSINGS#").await.is_empty(), "{body}");
        // Slots are free, and nothing is done twice.
        let slots = hallpass.items_of(&format!("SLOTS#{}", acme.id)).await;
        assert_eq!(slots.is_empty(), ends_the_accounts, "{body}");
        hallpass.dynamodb.reset();
        run_after(&hallpass, 0).await.unwrap();
        assert_eq!(hallpass.dynamodb.count("TransactWriteItems"), 0, "{body}");
    }
}

#[tokio::test]
async fn s72_a_202_that_nobody_follows_is_finished() {
    let mut hallpass = Hallpass::start("default").await;
    let (account, _) = hallpass.account("acme", json!(["asset:read"])).await;
    let body = json!({"kind": "apikey", "name": "k", "scopes": ["asset:read"], "account": account});
    let token = hallpass.mint(body).await;
    hallpass.copies(&text(&token, "id"), 250).await;
    let whole = hallpass.router.clone();
    let hurried = hallpass_revoke::routes_walking_for(Duration::ZERO);
    hallpass.router = finish(hurried, &hallpass.platform);
    let body = json!({"account": account});
    end(&hallpass, body.clone()).await.assert("begun", 202, "");
    hallpass.router = whole;
    let living = async || {
        let mut rows = hallpass.items_of("TOKEN#").await;
        let of_account = |row: &hallpass_tests::Item| row["account"].as_s().unwrap() == &account;
        rows.retain(|row| of_account(row) && !row.contains_key("revoked_at"));
        rows.len()
    };
    // The manager's token is there, too.
    assert_eq!(living().await, 152);
    let run = run_after(&hallpass, 60).await.unwrap();
    // The account's, and that of its environment.
    assert_eq!((run.finished_closings, run.unfinished_closings), (2, 0));
    assert_eq!(living().await, 0);
    // Whoever asks again is told so.
    end(&hallpass, body).await.assert("again", 204, "");
}

/// A run whose time is up leaves the rest to the next one, and says how old it is.
#[tokio::test]
async fn what_is_not_finished_in_time_is_left_to_the_next_run() {
    let hallpass = Hallpass::start("default").await;
    let acme = acme(&hallpass, "acme").await;
    hallpass.dynamodb.inject(Fault::Reset.on("Query"));
    let reply = end(&hallpass, json!({"account": acme.id})).await;
    assert_eq!(reply.status, 503);
    hallpass.dynamodb.heal();
    hallpass.clock.advance(Duration::from_secs(70));
    let run = maintain(&hallpass.platform, Duration::ZERO).await.unwrap();
    assert_eq!(
        (
            run.finished_closings,
            run.unfinished_closings,
            run.oldest_closing_seconds
        ),
        (0, 1, 70)
    );
    let metrics: Value =
        serde_json::from_str(&run.metrics("test", hallpass.platform.now())).unwrap();
    assert_eq!(metrics["OldestClosingSeconds"], 70);
    let run = run_after(&hallpass, 60).await.unwrap();
    assert_eq!(
        (run.unfinished_closings, run.oldest_closing_seconds),
        (0, 0)
    );
}

/// A closing that cannot be finished holds up no other, and the run says that it failed.
#[tokio::test]
async fn what_fails_stops_nothing_else_and_is_told() {
    let hallpass = Hallpass::start("default").await;
    let mut ended = Vec::new();
    for name in ["one", "two", "three"] {
        let acme = acme(&hallpass, name).await;
        hallpass.dynamodb.inject(Fault::Reset.on("Query"));
        let reply = end(&hallpass, json!({"account": acme.id})).await;
        assert_eq!(reply.status, 503);
        hallpass.dynamodb.heal();
        ended.push(acme);
    }
    // The row of the second one's environment is unreadable.
    let rows = hallpass.items_of(&format!("ACCOUNT#{}", ended[1].id)).await;
    let key = |row: &hallpass_tests::Item| row["sk"].as_s().unwrap().starts_with("ENVIRONMENT#");
    let whole = rows.into_iter().find(key).unwrap();
    let put = async |row| {
        let put = hallpass
            .dynamodb_client
            .put_item()
            .table_name(&hallpass.table);
        put.set_item(Some(row)).send().await.unwrap();
    };
    let mut broken = whole.clone();
    broken.insert(
        "name".into(),
        aws_sdk_dynamodb::types::AttributeValue::Bool(true),
    );
    put(broken).await;
    let failed = run_after(&hallpass, 60).await.unwrap_err();
    assert!(
        matches!(failed, MaintainError::Left { failed: 1 }),
        "{failed}"
    );
    assert_eq!(codes(&hallpass, &ended[0].of_account).await, ["revoked"; 2]);
    assert_eq!(codes(&hallpass, &ended[1].of_account).await, ["active"; 2]);
    assert_eq!(codes(&hallpass, &ended[2].of_account).await, ["revoked"; 2]);
    put(whole).await;
    assert_eq!(run_after(&hallpass, 60).await.unwrap().finished_closings, 1);
    assert_eq!(codes(&hallpass, &ended[1].of_account).await, ["revoked"; 2]);
    // What is to be done is not known: that is an error, and not "nothing".
    hallpass.dynamodb.inject(Fault::ServerError.on("Query"));
    let failed = run_after(&hallpass, 0).await.unwrap_err();
    assert!(matches!(failed, MaintainError::Store(_)), "{failed}");
}

/// Two runs at once, and a client that asks again meanwhile.
#[tokio::test]
async fn runs_at_once_finish_it_once() {
    let hallpass = Hallpass::start("default").await;
    let acme = acme(&hallpass, "acme").await;
    hallpass.dynamodb.inject(Fault::Reset.on("Query"));
    end(&hallpass, json!({"account": acme.id})).await;
    hallpass.dynamodb.heal();
    hallpass.clock.advance(Duration::from_secs(60));
    let (one, two, again) = tokio::join!(
        maintain(&hallpass.platform, WORK_FOR),
        maintain(&hallpass.platform, WORK_FOR),
        end(&hallpass, json!({"account": acme.id})).into_future(),
    );
    assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
    assert_eq!(again.status, 204);
    assert_eq!(codes(&hallpass, &acme.of_account).await, ["revoked"; 2]);
    assert!(hallpass.items_of("CLOSINGS#").await.is_empty());
}

/// An instance that acted, and was ended before it sealed what it did.
#[tokio::test]
async fn s72_the_audit_log_of_a_quiet_environment_is_sealed() {
    let mut hallpass = Hallpass::start("default").await;
    hallpass.secret_with(json!({})).await;
    hallpass.another_instance();
    assert_eq!(hallpass.items_of("UNSEALED#").await.len(), 1);
    // The act may not be the last under its note: 30 s, as much again, and the minute of every act.
    assert_eq!(
        run_after(&hallpass, 120).await.unwrap().sealed_environments,
        0
    );
    hallpass.clock.advance(Duration::from_millis(1));
    assert_eq!(
        run_after(&hallpass, 0).await.unwrap().sealed_environments,
        1
    );
    assert!(hallpass.items_of("UNSEALED#").await.is_empty());
    let seals = hallpass.items_of("SEALS#").await;
    assert_eq!(
        seals[0]["count"].as_n().unwrap(),
        "2",
        "bootstrap's and the mint"
    );
    hallpass.dynamodb.reset();
    assert_eq!(
        run_after(&hallpass, 60).await.unwrap().sealed_environments,
        0
    );
    assert_eq!(hallpass.dynamodb.count("TransactWriteItems"), 0);
}

#[tokio::test]
async fn an_environment_is_noted_once_in_half_a_minute_and_no_act_is_missed() {
    let mut hallpass = Hallpass::start("default").await;
    let until = async |hallpass: &Hallpass| {
        let notes = hallpass.items_of("UNSEALED#").await;
        notes
            .first()
            .map(|note| note["until"].as_n().unwrap().parse::<u64>().unwrap())
    };
    hallpass.another_instance();
    hallpass.secret_with(json!({})).await;
    let first = until(&hallpass).await.unwrap();
    hallpass.clock.advance(Duration::from_secs(30));
    hallpass.secret_with(json!({})).await;
    assert_eq!(until(&hallpass).await, Some(first), "noted already");
    hallpass.clock.advance(Duration::from_millis(1));
    hallpass.secret_with(json!({})).await;
    assert_eq!(until(&hallpass).await, Some(first + 30_001));
    // Others act while a run seals: their note stays.
    hallpass.clock.advance(Duration::from_secs(150));
    hallpass.another_instance();
    hallpass.secret_with(json!({})).await;
    assert_eq!(
        run_after(&hallpass, 0).await.unwrap().sealed_environments,
        0
    );
    assert_eq!(hallpass.items_of("UNSEALED#").await.len(), 1);
    hallpass.another_instance();
    assert_eq!(
        run_after(&hallpass, 121).await.unwrap().sealed_environments,
        1
    );
    assert!(hallpass.items_of("UNSEALED#").await.is_empty());
    let seals = hallpass.items_of("SEALS#").await;
    let counts = seals.iter().filter_map(|seal| seal.get("count"));
    let rows: u64 = counts
        .map(|it| it.as_n().unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(rows, 5);
    // A clock that is set back: what was noted does not cover earlier acts.
    hallpass.secret_with(json!({})).await;
    let noted = until(&hallpass).await.unwrap();
    hallpass.clock.set_back(Duration::from_secs(3_600));
    hallpass.secret_with(json!({})).await;
    assert!(until(&hallpass).await.unwrap() < noted);
}

/// A chain of seals that was tampered with is no reason to seal on, and makes the run fail.
#[tokio::test]
async fn s69_maintenance_seals_nothing_after_a_chain_that_was_cut_off() {
    let hallpass = Hallpass::start("default").await;
    run_after(&hallpass, 121).await.unwrap();
    let seals = hallpass.items_of("SEALS#acc_").await;
    for seal in &seals {
        let delete = hallpass
            .dynamodb_client
            .delete_item()
            .table_name(&hallpass.table);
        let delete = delete
            .key("pk", seal["pk"].clone())
            .key("sk", seal["sk"].clone());
        delete.send().await.unwrap();
    }
    assert_eq!(seals.len(), 1);
    hallpass.secret_with(json!({})).await;
    for _ in 0..2 {
        let failed = run_after(&hallpass, 121).await.unwrap_err();
        assert!(
            matches!(failed, MaintainError::Left { failed: 1 }),
            "{failed}"
        );
        assert!(hallpass.items_of("SEALS#acc_").await.is_empty());
    }
}
