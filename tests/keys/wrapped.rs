//! Mode `wrapped`: KMS is asked once for a private key, and the key must be the row's.

use crate::keys::*;
use hallpass_keys::KeySort;
use hallpass_tests::ISSUER;
use hallpass_tests::proxy::Fault;
use tokio::task::JoinSet;

async fn wrapped() -> (Hallpass, String) {
    let hallpass = Hallpass::start_signing("archilogic", KeySort::P256, true).await;
    let parent = hallpass.secret().await;
    hallpass.dynamodb.reset();
    hallpass.kms.reset();
    (hallpass, parent)
}

#[tokio::test]
async fn a_warm_signer_asks_kms_nothing_and_the_table_once() {
    let (mut hallpass, parent) = wrapped().await;
    let mut first = JoinSet::new();
    for _ in 0..20 {
        first.spawn(derive_call(&hallpass, &parent).into_future());
    }
    for reply in first.join_all().await {
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    assert_eq!(
        hallpass.kms.operations(),
        ["Decrypt"],
        "once, for twenty at once"
    );
    let context = hallpass.kms.calls()[0].body["EncryptionContext"].clone();
    let generation = rows(&hallpass).await[0].generation.to_string();
    let expected =
        json!({"issuer": ISSUER, "purpose": "hallpass signing key", "generation": generation});
    assert_eq!(context, expected);
    hallpass.kms.reset();
    hallpass.dynamodb.reset();
    for second in 0..120 {
        derive(&hallpass, &parent).await;
        assert_eq!(hallpass.dynamodb.count("BatchGetItem"), second + 1);
        advance(&hallpass, 1);
    }
    assert!(hallpass.kms.calls().is_empty());
    assert_eq!(
        hallpass.dynamodb.count("Query"),
        1,
        "the key rows, once a minute"
    );
    assert_eq!(hallpass.dynamodb.calls().len(), 121);
    hallpass.another_instance();
    derive(&hallpass, &parent).await;
    assert_eq!(hallpass.kms.operations(), ["Decrypt"]);
}

#[tokio::test]
async fn validation_never_decrypts() {
    let (mut hallpass, parent) = wrapped().await;
    let token = derive(&hallpass, &parent).await;
    hallpass.kms.reset();
    hallpass.another_instance();
    assert_eq!(hallpass.code(&token).await, "active");
    assert!(hallpass.kms.calls().is_empty());
}

#[tokio::test]
async fn no_private_key_is_in_the_table() {
    let (hallpass, _) = wrapped().await;
    let wrapped = rows(&hallpass).await.remove(0).private_key.unwrap();
    let wrapped = base64::engine::general_purpose::STANDARD
        .decode(wrapped)
        .unwrap();
    // PKCS#8 of a P-256 key names its curve (RFC 5480).
    let curve = b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
    assert!(wrapped.len() > 100);
    assert!(!wrapped.windows(curve.len()).any(|part| part == curve));
}

/// Writes a changed row over the current one, as nobody but `keys` and `bootstrap` may.
async fn tamper(hallpass: &Hallpass, change: impl FnOnce(&mut KeyRow)) {
    let store = &hallpass.platform.store;
    let ring = store.keyring().await.unwrap();
    let mut row = ring.find(KeyState::Current).unwrap().clone();
    change(&mut row);
    assert!(store.change_keys(&ring, &[row]).await.unwrap());
}

#[tokio::test]
async fn a_private_key_that_is_not_the_kids_is_refused() {
    let (mut hallpass, parent) = wrapped().await;
    let good = rows(&hallpass).await.remove(0);
    let next = next(&run(&hallpass).await);
    let other = rows(&hallpass)
        .await
        .into_iter()
        .find(|row| row.kid == next)
        .unwrap();
    // A key pair of ours, whole and right, under the kid of another.
    tamper(&hallpass, |row| {
        row.private_key = other.private_key.clone();
        row.generation = other.generation;
    })
    .await;
    hallpass.another_instance();
    hallpass.kms.reset();
    let reply = derive_call(&hallpass, &parent).await;
    assert_eq!(reply.answer(), (500, "internal"));
    assert_eq!(
        hallpass.kms.operations(),
        ["Decrypt"],
        "KMS itself had nothing against it"
    );
    // And of another algorithm than the row says.
    tamper(&hallpass, |row| {
        *row = good.clone();
        row.algorithm = hallpass_core::Algorithm::EdDSA;
    })
    .await;
    hallpass.another_instance();
    assert_eq!(derive_call(&hallpass, &parent).await.status, 500);
    tamper(&hallpass, |row| *row = good.clone()).await;
    hallpass.another_instance();
    assert_eq!(derive_call(&hallpass, &parent).await.status, 200);
}

#[tokio::test]
async fn kms_decrypts_a_private_key_for_its_generation_and_issuer_only() {
    let (mut hallpass, parent) = wrapped().await;
    let good = rows(&hallpass).await.remove(0);
    tamper(&hallpass, |row| row.generation += 1).await;
    hallpass.another_instance();
    let reply = derive_call(&hallpass, &parent).await;
    assert_eq!(reply.answer(), (503, "unavailable"));
    tamper(&hallpass, |row| *row = good.clone()).await;
    hallpass.another_instance();
    assert_eq!(derive_call(&hallpass, &parent).await.status, 200);
    // A row of another deployment that wraps with the same KMS key, or one that was made to look so.
    tamper(&hallpass, |row| {
        row.issuer = Some("https://other.example".parse().unwrap());
    })
    .await;
    hallpass.another_instance();
    assert_eq!(derive_call(&hallpass, &parent).await.status, 503);
}

/// A custom domain, a year after the first deployment: the key was wrapped for the old issuer.
#[tokio::test]
async fn a_deployment_whose_issuer_changes_goes_on_with_its_key() {
    let (mut hallpass, parent) = wrapped().await;
    let key = kid(&derive(&hallpass, &parent).await);
    for (issuer, said) in [("https://new.example", true), (ISSUER, false)] {
        if !said {
            // A row of before rows said it: it was made for the present issuer.
            tamper(&hallpass, |row| row.issuer = None).await;
        }
        hallpass.platform.issuer = issuer.parse().unwrap();
        hallpass.another_instance();
        let token = derive(&hallpass, &parent).await;
        assert_eq!(kid(&token), key);
        let claims = token.split('.').nth(1).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(claims).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["iss"], issuer);
        assert_eq!(hallpass.code(&token).await, "active");
    }
}

#[tokio::test]
async fn s44_without_kms_a_cold_signer_is_503_and_a_warm_one_signs() {
    let (mut hallpass, parent) = wrapped().await;
    for fault in [
        Fault::ServerError,
        Fault::Throttle,
        Fault::Reset,
        Fault::HalfReply,
    ] {
        hallpass.another_instance();
        hallpass.kms.inject(fault.clone().on("Decrypt"));
        let reply = derive_call(&hallpass, &parent).await;
        assert_eq!(reply.answer(), (503, "unavailable"), "{fault:?}");
        assert_eq!(reply.header("retry-after"), "1");
        hallpass.kms.heal();
        assert_eq!(derive_call(&hallpass, &parent).await.status, 200);
        hallpass.kms.gone().await;
        assert_eq!(derive_call(&hallpass, &parent).await.status, 200);
        hallpass.kms.back().await;
    }
}

#[tokio::test]
async fn s55_a_retired_key_signs_for_a_minute_at_most() {
    let (hallpass, parent) = wrapped().await;
    let first = run(&hallpass).await;
    derive(&hallpass, &parent).await;
    advance(&hallpass, 59);
    invoke(&hallpass, retire(&current(&first))).await.unwrap();
    advance(&hallpass, 1);
    let token = derive(&hallpass, &parent).await;
    assert_eq!(kid(&token), next(&first));
    assert_eq!(hallpass.code(&token).await, "active");
    assert_eq!(
        hallpass.kms.count("ScheduleKeyDeletion"),
        0,
        "there is no KMS key of its own"
    );
}
