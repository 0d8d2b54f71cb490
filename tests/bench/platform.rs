//! A platform on embedded services, without anything in between.

use hallpass_bootstrap::{BootstrapRequest, bootstrap};
use hallpass_core::{
    IssueRequest, IssuedKind, Maker, Metadata, SchemaVersion, TokenDetails, prepare,
};
use hallpass_embedded::{Services, create_table, dynamodb_client, kms_client};
use hallpass_keys::{KeyMaker, KeySettings, Signer, SigningMode};
use hallpass_runtime::{Platform, Settings, SystemClock, SystemRandom};
use hallpass_store::{Audit, AuditAction, Mint};
use secrecy::ExposeSecret as _;
use std::sync::Arc;

pub const TABLE: &str = "hallpass";

pub struct Bench {
    pub platform: Platform,
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub signer: Signer,
    /// The management token.
    pub root: String,
    /// An opaque token's text.
    pub opaque: String,
    pub services: Services,
}

/// With a key in KMS.
pub async fn start() -> Bench {
    start_signing(false).await
}

/// With a key in KMS, or one that KMS decrypts once.
pub async fn start_signing(wrapped: bool) -> Bench {
    let services = Services::start(None).await.unwrap();
    let dynamodb = dynamodb_client(&services.dynamodb_url);
    create_table(&dynamodb, TABLE).await.unwrap();
    let settings = Settings {
        schema_version: SchemaVersion::NEWEST,
        table: TABLE.to_owned(),
        issuer: "https://tokens.example".parse().unwrap(),
        audience: None,
        stack: "bench".to_owned(),
        catalog: hallpass_catalogs::embedded("archilogic").unwrap().unwrap(),
    };
    let clock = Arc::new(SystemClock);
    let platform = Platform::new(&settings, dynamodb.clone(), clock, Arc::new(SystemRandom));
    let kms = kms_client(&services.kms_url);
    let issuer = platform.issuer.clone();
    let mode = if wrapped {
        let made = kms.create_key().send().await.unwrap();
        SigningMode::Wrapped(made.key_metadata.unwrap().key_id)
    } else {
        SigningMode::Direct
    };
    let settings = KeySettings {
        mode,
        ..KeySettings::default()
    };
    let keys = KeyMaker::new(kms.clone(), issuer.clone(), "bench", settings);
    let made = bootstrap(&platform, &keys, BootstrapRequest::default())
        .await
        .unwrap();
    let signer = Signer::new(kms, platform.store.clone(), issuer);
    let root = made.token.expose_secret().to_owned();
    let opaque = mint_secret(&platform, &root).await;
    Bench {
        platform,
        dynamodb,
        signer,
        root,
        opaque,
        services,
    }
}

/// A secret token's text, made with the management token.
async fn mint_secret(platform: &Platform, root: &str) -> String {
    let now = platform.now();
    let [root] = platform.validator.examine([root], now).await.unwrap();
    let (catalog, random) = (&platform.catalog, platform.random.as_ref());
    let kind = IssuedKind::minted(catalog, &"secret".into()).unwrap();
    let request = IssueRequest::default();
    let prepared = prepare(catalog, kind, request, Maker::Token(&root), now).unwrap();
    let details = TokenDetails {
        name: "bench".to_owned().try_into().unwrap(),
        metadata: Metadata::default(),
    };
    let token = prepared.issue(&[]).unwrap().into_token(details, random);
    let token = token.unwrap();
    let mint = Mint {
        token: &token,
        idempotency: None,
        audit: &Audit::by_iam(AuditAction::Mint, token.record().id, now),
    };
    platform.store.mint(mint, now, random).await.unwrap();
    token.text().expose_secret().to_owned()
}
