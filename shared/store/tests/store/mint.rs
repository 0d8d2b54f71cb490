//! What a mint writes, and what stops it.

use crate::support::{NOW, Table, audit, in_seconds, with_account};
use hallpass_core::{AccountId, NewToken, OpaqueToken, Tenant, TokenRecord};
use hallpass_store::{AuditAction, Closing, Idempotency, Mint, MintError, RowKey};
use secrecy::ExposeSecret as _;
use tokio::time::Instant;

async fn with_key(
    table: &Table,
    record: &TokenRecord,
    limit: Option<u8>,
    key: &Idempotency,
    seconds_later: u64,
) -> Result<TokenRecord, MintError> {
    let mint = Mint {
        token: &NewToken::unchecked(record.clone(), limit),
        idempotency: Some(key),
        audit: &audit(AuditAction::Mint, record.id),
    };
    let now = NOW.plus_seconds(seconds_later);
    table.store.mint(mint, now, &table.random).await
}

#[tokio::test]
async fn one_transaction_writes_the_record_and_its_traces() {
    let (table, account) = with_account().await;
    let record = table.record(account);
    let minted = table.mint(&record, Some(100), NOW).await.unwrap();
    assert_eq!(table.wire.operations(), ["Query", "TransactWriteItems"]);

    let json = |record: &TokenRecord| serde_json::to_value(record).unwrap();
    let read = table.token(&record.id).await;
    assert_eq!(json(&read), json(&minted));
    assert!(read.slot.is_some_and(|slot| slot < 100));
    let rows = table.store.rows(&[RowKey::Token(record.id)]).await.unwrap();
    assert_eq!(json(rows.token(&record.id).unwrap()), json(&minted));

    let day = 24 * 60 * 60;
    let ttl = |seconds: u64| in_seconds(seconds).0.to_string();
    for (partition, expires) in [
        (
            format!("TOKEN#{}", record.id.digits()),
            Some(3_600 + 30 * day),
        ),
        (
            format!("ENVIRONMENT#{account}#default/live"),
            Some(3_600 + 30 * day),
        ),
        (format!("SLOTS#{account}#default/live#secret"), Some(3_600)),
    ] {
        let rows = table.all(&partition).await;
        assert_eq!(rows.len(), 1, "{partition}");
        let found = rows[0].get("ttl").map(|ttl| ttl.as_n().unwrap().clone());
        assert_eq!(found, expires.map(ttl), "{partition}");
    }
    let log = table.all(&format!("AUDIT#{account}#default/live")).await;
    let minting = log
        .iter()
        .find(|row| row["action"].as_s().unwrap() == "mint")
        .unwrap();
    assert_eq!(minting["subject"].as_s().unwrap(), &record.id.to_string());
    assert_eq!(minting["address"].as_s().unwrap(), "203.0.113.7");
    assert!(minting["sk"].as_s().unwrap().starts_with("1760000000000#"));
    assert!(!minting.contains_key("ttl"));
}

#[tokio::test]
async fn s26_the_same_key_makes_one_token() {
    let (table, account) = with_account().await;
    let key = Idempotency::new("tok_caller", "POST /v1/tokens", "key", b"body");
    let first = with_key(&table, &table.record(account), None, &key, 0)
        .await
        .unwrap();
    let again = with_key(&table, &table.record(account), None, &key, 1).await;
    assert!(
        matches!(again, Err(MintError::AlreadyMinted(id)) if id == first.id),
        "{again:?}"
    );
    assert_eq!(table.all("TOKEN#").await.len(), 1);

    let other_body = Idempotency::new("tok_caller", "POST /v1/tokens", "key", b"other");
    let reused = with_key(&table, &table.record(account), None, &other_body, 1).await;
    assert!(matches!(reused, Err(MintError::KeyReused)), "{reused:?}");
    for other in [
        Idempotency::new("tok_other", "POST /v1/tokens", "key", b"body"),
        Idempotency::new("tok_caller", "POST /v2/tokens", "key", b"body"),
        Idempotency::new("tok_caller", "POST /v1/tokens", "other", b"body"),
    ] {
        with_key(&table, &table.record(account), None, &other, 1)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn s26_a_key_is_remembered_for_24_hours_exactly() {
    let (table, account) = with_account().await;
    let key = Idempotency::new("tok_caller", "POST /v1/tokens", "key", b"body");
    let record = || TokenRecord {
        expires_at: None,
        ..table.record(account)
    };
    with_key(&table, &record(), None, &key, 0).await.unwrap();
    let again = with_key(&table, &record(), None, &key, 86_399).await;
    assert!(
        matches!(again, Err(MintError::AlreadyMinted(_))),
        "{again:?}"
    );
    with_key(&table, &record(), None, &key, 86_400)
        .await
        .unwrap();
}

#[tokio::test]
async fn s26_a_repeated_mint_of_the_last_place_is_no_limit() {
    let (table, account) = with_account().await;
    let key = Idempotency::new("tok_caller", "POST /v1/tokens", "key", b"body");
    let last = with_key(&table, &table.record(account), Some(1), &key, 0)
        .await
        .unwrap();
    let again = with_key(&table, &table.record(account), Some(1), &key, 1).await;
    assert!(
        matches!(again, Err(MintError::AlreadyMinted(id)) if id == last.id),
        "{again:?}"
    );
    let other_body = Idempotency::new("tok_caller", "POST /v1/tokens", "key", b"other");
    let reused = with_key(&table, &table.record(account), Some(1), &other_body, 1).await;
    assert!(matches!(reused, Err(MintError::KeyReused)), "{reused:?}");
    let new = table.mint(&table.record(account), Some(1), NOW).await;
    assert!(
        matches!(new, Err(MintError::LimitReached { limit: 1 })),
        "{new:?}"
    );
}

#[tokio::test]
async fn what_it_hangs_on_must_be_there() {
    let (table, account) = with_account().await;
    let elsewhere = TokenRecord {
        environment: "app/other".parse().unwrap(),
        ..table.record(account)
    };
    let refused = table.mint(&elsewhere, None, NOW).await;
    assert!(
        matches!(refused, Err(MintError::NoEnvironment)),
        "{refused:?}"
    );
    let nobody = table.record(AccountId::generate(&table.random).unwrap());
    let refused = table.mint(&nobody, None, NOW).await;
    assert!(
        matches!(refused, Err(MintError::NoEnvironment)),
        "{refused:?}"
    );

    let stranger = TokenRecord {
        principal: nobody.principal,
        ..table.record(account)
    };
    let refused = table.mint(&stranger, None, NOW).await;
    assert!(
        matches!(refused, Err(MintError::NoPrincipal)),
        "{refused:?}"
    );
    let user = table.user(account, "a user");
    let of_user = TokenRecord {
        principal: user.id,
        ..table.record(account)
    };
    let refused = table.mint(&of_user, None, NOW).await;
    assert!(
        matches!(refused, Err(MintError::NoPrincipal)),
        "{refused:?}"
    );
    assert_eq!(table.all("TOKEN#").await.len(), 0);

    table
        .store
        .create_principal(&user, None, &audit(AuditAction::CreateUser, user.id), NOW)
        .await
        .unwrap();
    table.mint(&of_user, None, NOW).await.unwrap();
    let again = table.mint(&of_user, None, NOW).await;
    assert!(
        matches!(again, Err(MintError::AlreadyMinted(id)) if id == of_user.id),
        "{again:?}"
    );
}

#[tokio::test]
async fn s54_nothing_is_minted_after_closing() {
    for whole_account in [false, true] {
        let (table, account) = with_account().await;
        let closing = if whole_account {
            Closing::Account(account)
        } else {
            Closing::Environment(Tenant::first_of(account))
        };
        let audit = audit(AuditAction::Close, account);
        table
            .store
            .close(&closing, None, &audit, NOW, Instant::now())
            .await
            .unwrap()
            .unwrap();
        let refused = table.mint(&table.record(account), None, NOW).await;
        assert!(matches!(refused, Err(MintError::Closed)), "{refused:?}");
        assert_eq!(table.all("TOKEN#").await.len(), 0);
    }
}

#[tokio::test]
async fn s19_no_row_holds_a_secret() {
    let (table, account) = with_account().await;
    let key = Idempotency::new("tok_caller", "POST /v1/tokens", "key", b"body");
    let record = table.record(account);
    let token = OpaqueToken::generate("hp_sec".parse().unwrap(), record.id, &table.random).unwrap();
    let record = TokenRecord {
        secret_hash: token.secret.hash(),
        ..record
    };
    with_key(&table, &record, Some(100), &key, 0).await.unwrap();
    let text = token.text();
    let (_, body) = text.expose_secret().rsplit_once('_').unwrap();
    let (id, secret_and_checksum) = body.split_at(22);
    let (secret, _) = secret_and_checksum.split_at(43);
    let rows = format!("{:?}", table.all("").await);
    assert!(rows.contains(id), "the id is there");
    assert!(!rows.contains(secret), "the secret is not");
}
