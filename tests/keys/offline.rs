//! Verifiers that only read our keys.

use crate::keys::algorithms::read_outside;
use crate::keys::*;
use hallpass_tests::ISSUER;

#[tokio::test]
async fn s57_a_token_with_origins_is_not_for_a_verifier_that_only_reads_keys() {
    let hallpass = Hallpass::start("archilogic").await;
    let parent = hallpass.secret().await;
    let scopes = json!(["floor:readPrivate"]);
    let free = hallpass.derive(&parent, json!({"scopes": scopes})).await;
    let bound = json!({"scopes": scopes, "origins": ["https://a.example"]});
    let bound = hallpass.derive(&parent, bound).await;
    let api = "https://api.example";
    let claims = read_outside(&hallpass, &free, api).await.unwrap();
    assert_eq!(claims["aud"], json!([ISSUER, api]));
    let refused = read_outside(&hallpass, &bound, api).await.unwrap_err();
    assert_eq!(
        refused.kind(),
        &jsonwebtoken::errors::ErrorKind::InvalidAudience
    );
    // Its signature is right: whoever asks us, or is us, knows the origins.
    let claims = read_outside(&hallpass, &bound, ISSUER).await.unwrap();
    assert_eq!(claims["aud"], ISSUER);
}

#[tokio::test]
async fn s57_neither_is_one_with_addresses() {
    let hallpass = Hallpass::start("archilogic").await;
    let body = json!({"kind": "secret", "name": "a server", "ips": ["192.0.2.0/24"]});
    let parent = hallpass.mint(body).await["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = derive(&hallpass, &parent).await;
    assert!(
        read_outside(&hallpass, &token, "https://api.example")
            .await
            .is_err()
    );
    assert!(read_outside(&hallpass, &token, ISSUER).await.is_ok());
}
