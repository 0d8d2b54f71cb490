//! A table of one's own, and things to put into it.

use crate::wire::Wire;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use hallpass_core::{
    AccountId, EnvironmentName, NewToken, Principal, PrincipalName, PrincipalRecord, PrincipalType,
    Random, RandomUnavailable, ScopeSet, Tenant, TokenId, TokenRecord, UnixMillis, UnixSeconds,
    UserId,
};
use hallpass_embedded::{Services, create_table, dynamodb_config};
use hallpass_store::{
    AccountRow, Audit, AuditAction, EnvironmentRow, KeyRow, KeyState, Mint, MintError, Store,
};
use std::collections::HashMap;
use std::fmt::Display;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub(crate) type Item = HashMap<String, AttributeValue>;

/// The present, as far as tests are concerned.
pub(crate) const NOW: UnixMillis = UnixMillis(1_760_000_000_000);

/// Numbers that look random and are the same in every run (`SplitMix64`).
#[derive(Debug, Default)]
pub(crate) struct Seeded(AtomicU64);

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomUnavailable> {
        for chunk in bytes.chunks_mut(8) {
            const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
            let state = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_be_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

pub(crate) struct Table {
    pub(crate) store: Store,
    pub(crate) wire: Wire,
    pub(crate) random: Seeded,
    raw: Client,
    _services: Services,
}

/// An empty table.
pub(crate) async fn table() -> Table {
    let services = Services::start(None).await.unwrap();
    let config = dynamodb_config(&services.dynamodb_url)
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)));
    let plain = config.clone().build();
    let raw = Client::from_conf(plain.clone());
    create_table(&raw, "hallpass").await.unwrap();
    let wire = Wire::new(plain.http_client().unwrap());
    let client = Client::from_conf(config.http_client(wire.clone()).build());
    Table {
        store: Store::new(client, "hallpass"),
        wire,
        random: Seeded::default(),
        raw,
        _services: services,
    }
}

/// A table with one account, that has its `default/live`.
pub(crate) async fn with_account() -> (Table, AccountId) {
    let table = table().await;
    let account = table.account("acme");
    let audit = audit(AuditAction::CreateAccount, account.id);
    table
        .store
        .create_account(&account, None, &audit, NOW)
        .await
        .unwrap();
    table.wire.calls();
    (table, account.id)
}

impl Table {
    pub(crate) fn account(&self, name: &str) -> AccountRow {
        AccountRow {
            id: AccountId::generate(&self.random).unwrap(),
            name: name.parse().unwrap(),
            operator: false,
            created_at: NOW,
            closed_at: None,
            root_token: None,
        }
    }

    /// The first hundred environments of an account.
    pub(crate) async fn environments(&self, account: &AccountId) -> Vec<EnvironmentRow> {
        let page = self.store.environments(account, 100, None).await;
        page.unwrap().items
    }

    /// A secret token of `account`, in `default/live`, that lives for an hour.
    pub(crate) fn record(&self, account: AccountId) -> TokenRecord {
        let id = TokenId::generate(&self.random).unwrap();
        let prefix = "hp_sec".parse().unwrap();
        let token = hallpass_core::OpaqueToken::generate(prefix, id, &self.random).unwrap();
        TokenRecord {
            id,
            kind: "secret".into(),
            account,
            environment: EnvironmentName::default(),
            principal: Principal::Account(account),
            name: "a name".to_owned().try_into().unwrap(),
            scopes: ScopeSet::new(vec!["floor:read".parse().unwrap()]).unwrap(),
            origins: hallpass_core::OriginRules::default(),
            ips: hallpass_core::IpRules::default(),
            secret_hash: token.secret.hash(),
            previous: Vec::new(),
            public_text: None,
            created_at: NOW,
            not_before: None,
            expires_at: Some(in_seconds(3_600)),
            revoked_at: None,
            cut_off: None,
            enabled: true,
            minted_by: None,
            metadata: hallpass_core::Metadata::default(),
            label: None,
            slot: None,
            live: false,
        }
    }

    /// A user of `account`, in `default/live`, who may do nothing yet.
    pub(crate) fn user(&self, account: AccountId, name: &str) -> PrincipalRecord {
        let id = Principal::User(UserId::generate(&self.random).unwrap());
        let name = PrincipalName::new(name, PrincipalType::User).unwrap();
        PrincipalRecord::new(id, Tenant::first_of(account), name, NOW)
    }

    /// Mints `record`, one of `limit`.
    pub(crate) async fn mint(
        &self,
        record: &TokenRecord,
        limit: Option<u8>,
        now: UnixMillis,
    ) -> Result<TokenRecord, MintError> {
        let mint = Mint {
            token: &NewToken::unchecked(record.clone(), limit),
            idempotency: None,
            audit: &audit(AuditAction::Mint, record.id),
        };
        self.store.mint(mint, now, &self.random).await
    }

    /// Mints a token of `account` made at `at`.
    pub(crate) async fn minted(&self, account: AccountId, at: UnixMillis) -> TokenRecord {
        let record = TokenRecord {
            created_at: at,
            ..self.record(account)
        };
        self.mint(&record, None, at).await.unwrap()
    }

    pub(crate) async fn token(&self, id: &TokenId) -> TokenRecord {
        self.store.token(id).await.unwrap().unwrap()
    }

    pub(crate) async fn put(&self, pk: &str, sk: &str) {
        let put = self.raw.put_item().table_name("hallpass");
        let put = put.item("pk", AttributeValue::S(pk.to_owned()));
        let put = put.item("sk", AttributeValue::S(sk.to_owned()));
        put.send().await.unwrap();
    }

    /// A row of a signing key as a rotation will write it.
    pub(crate) async fn put_next(&self, key: &KeyRow) {
        let next = KeyRow {
            state: KeyState::Next,
            ..key.clone()
        };
        let put = self.raw.put_item().table_name("hallpass");
        let put = put.set_item(Some(serde_dynamo::to_item(next).unwrap()));
        let put = put.item("pk", AttributeValue::S("KEYS".to_owned()));
        let put = put.item("sk", AttributeValue::S(format!("KEY#{}", key.kid)));
        put.send().await.unwrap();
    }

    /// As the table does once a row's `ttl` has passed.
    pub(crate) async fn delete(&self, row: &Item) {
        let delete = self.raw.delete_item().table_name("hallpass");
        let delete = delete
            .key("pk", row["pk"].clone())
            .key("sk", row["sk"].clone());
        delete.send().await.unwrap();
    }

    /// Every row whose partition begins with `prefix`, in order of its sort key.
    pub(crate) async fn all(&self, prefix: &str) -> Vec<Item> {
        let scanned = self.raw.scan().table_name("hallpass").send().await.unwrap();
        let mut rows = scanned.items.unwrap();
        rows.retain(|row| row["pk"].as_s().unwrap().starts_with(prefix));
        rows.sort_by_key(|row| row["sk"].as_s().unwrap().clone());
        rows
    }
}

pub(crate) fn audit(action: AuditAction, subject: impl Display) -> Audit {
    let mut audit = Audit::new(action, "tok_caller".to_owned(), subject, NOW);
    audit.address = Some([203, 0, 113, 7].into());
    audit
}

pub(crate) fn live() -> EnvironmentName {
    EnvironmentName::default()
}

pub(crate) fn in_seconds(seconds: u64) -> UnixSeconds {
    NOW.seconds().plus(seconds)
}
