//! Validation against the calls it cannot do without, through the same client and table.

use crate::platform::{Bench, TABLE, start};
use crate::ratio;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hallpass_core::{
    AuthorizationRequest, IssueRequest, IssuedKind, Maker, NewClaims, PresentedOrigin,
    ScopeRequest, TokenContext, TokenRecord, decide, prepare,
};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::time::Instant;

pub const PAIRS: usize = 2_000;
pub const WARM_UP: usize = 200;

pub async fn measure(report: &mut Map<String, Value>) {
    let bench = start().await;
    let record = record(&bench).await;
    opaque(&bench, &record, report).await;
    jwt(&bench, &record, report).await;
}

pub async fn record(bench: &Bench) -> TokenRecord {
    let now = bench.platform.now();
    let [context] = bench
        .platform
        .validator
        .examine([&bench.opaque], now)
        .await
        .unwrap();
    match context {
        TokenContext::Opaque { record, .. } => *record,
        other => panic!("the token is opaque: {other:?}"),
    }
}

/// One whole validation: the read and the decision.
async fn validate(bench: &Bench, text: &str) {
    let now = bench.platform.now();
    let [context] = bench.platform.validator.examine([text], now).await.unwrap();
    let scopes = ["floor:readPrivate@floor/42".parse().unwrap()];
    let origin = PresentedOrigin::Absent;
    let authorization = AuthorizationRequest {
        scopes: &scopes,
        account: None,
        environment: None,
        origin,
        ip: None,
    };
    let decision = decide(&bench.platform.catalog, &context, &authorization, now);
    assert!(decision.is_active(), "{decision:?}");
}

pub fn key(record: &TokenRecord) -> HashMap<String, AttributeValue> {
    let text = |text: String| AttributeValue::S(text);
    HashMap::from([
        (
            "pk".to_owned(),
            text(format!("TOKEN#{}", record.id.digits())),
        ),
        ("sk".to_owned(), text("RECORD".to_owned())),
    ])
}

async fn opaque(bench: &Bench, record: &TokenRecord, report: &mut Map<String, Value>) {
    let mut figures = (Vec::new(), Vec::new());
    for pair in 0..PAIRS + WARM_UP {
        let start = Instant::now();
        validate(bench, &bench.opaque).await;
        let a = start.elapsed();
        let start = Instant::now();
        let get = bench
            .dynamodb
            .get_item()
            .table_name(TABLE)
            .consistent_read(true);
        let got = get.set_key(Some(key(record))).send().await.unwrap();
        let b = start.elapsed();
        assert!(got.item.is_some());
        if pair >= WARM_UP {
            figures.0.push(a.as_secs_f64() * 1e6);
            figures.1.push(b.as_secs_f64() * 1e6);
        }
    }
    ratio(
        report,
        "validate opaque / GetItem",
        "µs",
        figures,
        Some(1.25),
    );
}

async fn jwt(bench: &Bench, record: &TokenRecord, report: &mut Map<String, Value>) {
    let text = signed(bench).await;
    let (message, signature) = text.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let jwk = &bench.platform.store.key_rows().await.unwrap()[0].jwk;
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    let missing = HashMap::from([
        ("pk".to_owned(), AttributeValue::S("JWT#nothing".to_owned())),
        ("sk".to_owned(), AttributeValue::S("REVOKED".to_owned())),
    ]);
    let keys = KeysAndAttributes::builder()
        .consistent_read(true)
        .keys(key(record))
        .keys(missing)
        .build()
        .unwrap();
    let mut figures = (Vec::new(), Vec::new());
    for pair in 0..PAIRS + WARM_UP {
        let start = Instant::now();
        validate(bench, &text).await;
        let a = start.elapsed();
        let start = Instant::now();
        let batch = bench
            .dynamodb
            .batch_get_item()
            .request_items(TABLE, keys.clone());
        let got = batch.send().await.unwrap();
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point);
        public.verify(message.as_bytes(), &signature).unwrap();
        let b = start.elapsed();
        assert!(got.responses.is_some_and(|tables| tables[TABLE].len() == 1));
        if pair >= WARM_UP {
            figures.0.push(a.as_secs_f64() * 1e6);
            figures.1.push(b.as_secs_f64() * 1e6);
        }
    }
    ratio(
        report,
        "validate JWT / BatchGetItem + verify",
        "µs",
        figures,
        Some(1.25),
    );
}

async fn signed(bench: &Bench) -> String {
    let now = bench.platform.now();
    let examined = bench.platform.validator.examine([&bench.opaque], now);
    let [parent] = examined.await.unwrap();
    let signed = bench
        .signer
        .sign(&claims(bench, &parent), bench.platform.clock.moment())
        .await;
    signed.unwrap().expose_secret().to_owned()
}

/// The claims of a temporary token that the bench's secret token derives.
pub fn claims(bench: &Bench, parent: &TokenContext) -> NewClaims {
    let (catalog, now) = (&bench.platform.catalog, bench.platform.now());
    let maker = Maker::Token(parent);
    let request = IssueRequest {
        scopes: ScopeRequest::Named(vec!["floor:readPrivate".parse().unwrap()]),
        ..IssueRequest::default()
    };
    let kind = IssuedKind::derived(catalog, &maker, None).unwrap();
    let issuance = prepare(catalog, kind, request, maker, now).unwrap();
    let issuance = issuance.issue(&[]).unwrap();
    let random = bench.platform.random.as_ref();
    let claims = issuance.into_claims(&bench.platform.issuer, None, random);
    claims.unwrap()
}
