//! Deriving in both modes, against the read and the signature it cannot do without.

use crate::platform::{Bench, TABLE, start_signing};
use crate::ratio;
use crate::validation::{PAIRS, WARM_UP, claims, key, record};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use hallpass_core::TokenRecord;
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};
use std::time::{Duration, Instant};

pub async fn measure(report: &mut Map<String, Value>) {
    let (direct, wrapped) = (start_signing(false).await, start_signing(true).await);
    let of_wrapped = record(&wrapped).await;
    let raw = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let (mut budget, mut modes) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
    for pair in 0..PAIRS + WARM_UP {
        let in_memory = derive(&wrapped).await;
        let floor = floor(&wrapped, &of_wrapped, &raw).await;
        let through_kms = derive(&direct).await;
        if pair >= WARM_UP {
            let micros = |time: Duration| time.as_secs_f64() * 1e6;
            budget.0.push(micros(in_memory));
            budget.1.push(micros(floor));
            modes.0.push(micros(through_kms));
            modes.1.push(micros(in_memory));
        }
    }
    let name = "derive wrapped / GetItem + P-256 signature";
    ratio(report, name, "µs", budget, Some(1.5));
    // The embedded KMS is in this process: AWS's is some milliseconds away.
    ratio(report, "derive direct / derive wrapped", "µs", modes, None);
}

/// A JWT of the bench's opaque token.
pub async fn derived(bench: &Bench) -> String {
    let now = bench.platform.now();
    let parent = bench.platform.validator.examine([&bench.opaque], now);
    let [parent] = parent.await.unwrap();
    let claims = claims(bench, &parent);
    let moment = bench.platform.clock.moment();
    let signed = bench.signer.sign(&claims, moment).await.unwrap();
    signed.expose_secret().to_owned()
}

/// The parent is read, and a token issued and signed.
async fn derive(bench: &Bench) -> Duration {
    let start = Instant::now();
    let now = bench.platform.now();
    let parent = bench.platform.validator.examine([&bench.opaque], now);
    let [parent] = parent.await.unwrap();
    let signed = bench
        .signer
        .sign(&claims(bench, &parent), bench.platform.clock.moment())
        .await;
    let time = start.elapsed();
    assert!(signed.is_ok());
    time
}

/// What deriving cannot do without.
async fn floor(bench: &Bench, record: &TokenRecord, raw: &EcdsaKeyPair) -> Duration {
    let message = [b'm'; 700];
    let start = Instant::now();
    let get = bench.dynamodb.get_item().table_name(TABLE);
    let get = get.consistent_read(true).set_key(Some(key(record)));
    let got = get.send().await.unwrap();
    let signature = raw.sign(&SystemRandom::new(), &message);
    let time = start.elapsed();
    assert!(got.item.is_some() && signature.is_ok());
    time
}
