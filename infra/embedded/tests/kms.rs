//! The embedded KMS answers as AWS's does where Hallpass depends on it.

#![expect(
    clippy::expect_used,
    reason = "clippy lets tests do it, but not their helpers"
)]

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::signature::{
    Ed25519KeyPair, KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
};
use aws_sdk_kms::{
    Client,
    error::ProvideErrorMetadata,
    primitives::Blob,
    types::{
        DataKeyPairSpec, KeySpec, KeyUsageType, MessageType, SigningAlgorithmSpec as Algorithm, Tag,
    },
};
use hallpass_embedded::{Services, kms_client};
use p256::{
    ecdsa::{Signature, VerifyingKey, signature::Verifier},
    pkcs8::{DecodePrivateKey, DecodePublicKey},
};

async fn kms() -> (Services, Client) {
    let services = Services::start(None).await.expect("free ports");
    let client = kms_client(&services.kms_url);
    (services, client)
}

async fn key(client: &Client, spec: KeySpec, usage: KeyUsageType) -> String {
    let tag = Tag::builder()
        .tag_key("hallpass")
        .tag_value("test")
        .build()
        .expect("a tag");
    let made = client
        .create_key()
        .key_spec(spec)
        .key_usage(usage)
        .tags(tag)
        .send()
        .await;
    made.expect("a key").key_metadata.expect("metadata").key_id
}

async fn public_key(client: &Client, id: &str) -> Vec<u8> {
    let key = client
        .get_public_key()
        .key_id(id)
        .send()
        .await
        .expect("a public key");
    key.public_key.expect("bytes").into_inner()
}

async fn sign(client: &Client, id: &str, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    let sign = client
        .sign()
        .key_id(id)
        .signing_algorithm(algorithm)
        .message(Blob::new(message));
    let signed = sign
        .message_type(MessageType::Raw)
        .send()
        .await
        .expect("a signature");
    signed.signature.expect("bytes").into_inner()
}

#[tokio::test]
async fn a_p256_signature_is_der_and_verifies_with_the_published_spki() {
    let (_services, client) = kms().await;
    let id = key(&client, KeySpec::EccNistP256, KeyUsageType::SignVerify).await;
    let published = VerifyingKey::from_public_key_der(&public_key(&client, &id).await).unwrap();
    for length in [1, 32, 4096] {
        let message = vec![b'm'; length];
        let signature = sign(&client, &id, Algorithm::EcdsaSha256, &message).await;
        let signature = Signature::from_der(&signature).unwrap();
        published.verify(&message, &signature).unwrap();
    }
}

#[tokio::test]
async fn an_rsa_signature_verifies_with_the_published_spki() {
    let (_services, client) = kms().await;
    let id = key(&client, KeySpec::Rsa2048, KeyUsageType::SignVerify).await;
    let published = public_key(&client, &id).await;
    // `from_der` takes a `SubjectPublicKeyInfo` only, no PKCS#1.
    aws_lc_rs::rsa::PublicEncryptingKey::from_der(&published).unwrap();
    let signature = sign(&client, &id, Algorithm::RsassaPkcs1V15Sha256, b"message").await;
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &published)
        .verify(b"message", &signature)
        .unwrap();
    let digest = client
        .sign()
        .key_id(&id)
        .signing_algorithm(Algorithm::RsassaPkcs1V15Sha256);
    let digest = digest
        .message_type(MessageType::Digest)
        .message(Blob::new([7; 32]));
    let refused = digest.send().await.unwrap_err();
    assert_eq!(refused.code(), Some("UnsupportedOperationException"));
}

#[tokio::test]
async fn longer_curves_are_published_as_spki_too() {
    let (_services, client) = kms().await;
    for (spec, length, oid) in [
        (
            KeySpec::EccNistP384,
            120,
            &b"\x06\x05\x2b\x81\x04\x00\x22"[..],
        ),
        (
            KeySpec::EccNistP521,
            158,
            &b"\x06\x05\x2b\x81\x04\x00\x23"[..],
        ),
    ] {
        let id = key(&client, spec, KeyUsageType::SignVerify).await;
        let published = public_key(&client, &id).await;
        assert_eq!(published.len(), length);
        assert!(published.windows(oid.len()).any(|part| part == oid));
    }
}

#[tokio::test]
async fn a_data_key_pair_decrypts_to_the_private_half_of_its_spki() {
    let (_services, client) = kms().await;
    let wrapping = key(
        &client,
        KeySpec::SymmetricDefault,
        KeyUsageType::EncryptDecrypt,
    )
    .await;
    let pair = client
        .generate_data_key_pair_without_plaintext()
        .key_id(&wrapping);
    let pair = pair
        .key_pair_spec(DataKeyPairSpec::EccNistP256)
        .encryption_context("issuer", "i");
    let pair = pair.send().await.unwrap();
    let public = pair.public_key.unwrap().into_inner();
    let public = VerifyingKey::from_public_key_der(&public).unwrap();
    let wrapped = pair.private_key_ciphertext_blob.unwrap();

    let decrypt = client
        .decrypt()
        .key_id(&wrapping)
        .ciphertext_blob(wrapped.clone());
    let private = decrypt
        .encryption_context("issuer", "i")
        .send()
        .await
        .unwrap();
    let private = p256::SecretKey::from_pkcs8_der(private.plaintext.unwrap().as_ref()).unwrap();
    assert_eq!(VerifyingKey::from(private.public_key()), public);

    let elsewhere = client.decrypt().key_id(&wrapping).ciphertext_blob(wrapped);
    let refused = elsewhere
        .encryption_context("issuer", "other")
        .send()
        .await
        .unwrap_err();
    assert!(
        refused
            .into_service_error()
            .is_invalid_ciphertext_exception()
    );
}

#[tokio::test]
async fn an_ed25519_pair_decrypts_to_the_private_half_of_its_spki() {
    let (_services, client) = kms().await;
    let usage = KeyUsageType::EncryptDecrypt;
    let wrapping = key(&client, KeySpec::SymmetricDefault, usage).await;
    let pair = client
        .generate_data_key_pair_without_plaintext()
        .key_id(&wrapping)
        .key_pair_spec(DataKeyPairSpec::EccNistEdwards25519)
        .encryption_context("issuer", "i");
    let pair = pair.send().await.unwrap();
    assert!(pair.key_id().unwrap().ends_with(&wrapping));
    let wrapped = pair.private_key_ciphertext_blob.unwrap();
    let decrypt = |issuer: &str| {
        let decrypt = client.decrypt().key_id(&wrapping);
        let decrypt = decrypt.ciphertext_blob(wrapped.clone());
        decrypt.encryption_context("issuer", issuer).send()
    };
    let private = decrypt("i").await.unwrap().plaintext.unwrap();
    let private = Ed25519KeyPair::from_pkcs8_maybe_unchecked(private.as_ref()).unwrap();
    let public = private.public_key().as_der().unwrap();
    assert_eq!(public.as_ref(), pair.public_key.unwrap().as_ref());
    assert!(decrypt("other").await.is_err());
}

#[tokio::test]
async fn ed25519_is_refused_in_words() {
    let (_services, client) = kms().await;
    let create = client
        .create_key()
        .key_spec(KeySpec::from("ECC_NIST_EDWARDS25519"));
    let refused = create
        .key_usage(KeyUsageType::SignVerify)
        .send()
        .await
        .unwrap_err();
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 400);
    let refused = refused.into_service_error();
    assert!(refused.is_unsupported_operation_exception());
    assert!(
        refused
            .message()
            .unwrap()
            .contains("the embedded KMS has no Ed25519")
    );
}

#[tokio::test]
async fn messages_of_0_and_4097_bytes_are_refused() {
    let (_services, client) = kms().await;
    let id = key(&client, KeySpec::EccNistP256, KeyUsageType::SignVerify).await;
    for length in [0, 4097] {
        let sign = client
            .sign()
            .key_id(&id)
            .signing_algorithm(Algorithm::EcdsaSha256);
        let refused = sign
            .message(Blob::new(vec![0; length]))
            .send()
            .await
            .unwrap_err();
        assert_eq!(refused.raw_response().unwrap().status().as_u16(), 400);
        assert_eq!(refused.code(), Some("ValidationException"), "{length}");
    }
}

#[tokio::test]
async fn tags_are_kept_and_an_unknown_key_is_400() {
    let (_services, client) = kms().await;
    let id = key(&client, KeySpec::EccNistP256, KeyUsageType::SignVerify).await;
    let tags = client
        .list_resource_tags()
        .key_id(&id)
        .send()
        .await
        .unwrap();
    assert_eq!(tags.tags()[0].tag_key(), "hallpass");
    let refused = client
        .get_public_key()
        .key_id("missing")
        .send()
        .await
        .unwrap_err();
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 400);
    assert!(refused.into_service_error().is_not_found_exception());
}
