//! Each algorithm, from KMS to a verifier of the published keys.

use crate::keys::*;
use hallpass_keys::{CreateKeyError, KeySort, SigningMode};
use hallpass_tests::{ISSUER, jwt_header, wrapping_key};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};

/// What somebody reads of a token who knows our published keys alone.
pub(crate) async fn read_outside(
    hallpass: &Hallpass,
    token: &str,
    audience: &str,
) -> Result<Value, jsonwebtoken::errors::Error> {
    let reply = hallpass.get("/.well-known/jwks.json").await;
    let keys: JwkSet = serde_json::from_value(reply.body).unwrap();
    let key = keys.find(&kid(token)).unwrap();
    let algorithm: Algorithm = serde_json::from_value(jwt_header(token)["alg"].clone()).unwrap();
    let named = key.common.key_algorithm.unwrap().to_string();
    assert_eq!(named, format!("{algorithm:?}"));
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[ISSUER]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    // The tests' clock is not the machine's.
    validation.validate_exp = false;
    #[expect(
        clippy::disallowed_methods,
        reason = "this is somebody else's verifier, as they are written"
    )]
    let decoded = jsonwebtoken::decode::<Value>(token, &DecodingKey::from_jwk(key)?, &validation);
    decoded.map(|decoded| decoded.claims)
}

/// A sort of key, whether it is wrapped, the `alg` of its tokens and the length of their signatures.
struct Signed {
    sort: KeySort,
    wrapped: bool,
    algorithm: &'static str,
    signature: usize,
}

#[tokio::test]
async fn each_algorithm_is_signed_published_and_verified() {
    for Signed {
        sort,
        wrapped,
        algorithm,
        signature,
    } in [
        Signed {
            sort: KeySort::P256,
            wrapped: false,
            algorithm: "ES256",
            signature: 86,
        },
        Signed {
            sort: KeySort::Rsa2048,
            wrapped: false,
            algorithm: "RS256",
            signature: 342,
        },
        Signed {
            sort: KeySort::Rsa3072,
            wrapped: false,
            algorithm: "RS256",
            signature: 512,
        },
        Signed {
            sort: KeySort::P256,
            wrapped: true,
            algorithm: "ES256",
            signature: 86,
        },
        Signed {
            sort: KeySort::Rsa2048,
            wrapped: true,
            algorithm: "RS256",
            signature: 342,
        },
        // The embedded KMS has Ed25519 in this mode only.
        Signed {
            sort: KeySort::Ed25519,
            wrapped: true,
            algorithm: "EdDSA",
            signature: 86,
        },
    ] {
        let mut hallpass = Hallpass::start_signing("archilogic", sort, wrapped).await;
        let parent = hallpass.secret().await;
        let token = derive(&hallpass, &parent).await;
        let (input, text) = token.rsplit_once('.').unwrap();
        assert_eq!(jwt_header(&token)["alg"], algorithm);
        assert_eq!(text.len(), signature, "{algorithm}");
        assert_eq!(hallpass.code(&token).await, "active", "{algorithm}");
        let claims = read_outside(&hallpass, &token, "https://api.example")
            .await
            .unwrap();
        assert_eq!(claims["iss"], ISSUER);
        // Another's signature of the same length.
        let other = derive(&hallpass, &parent).await;
        let forged = format!("{input}.{}", other.rsplit_once('.').unwrap().1);
        assert_eq!(hallpass.code(&forged).await, "unknown", "{algorithm}");
        assert!(
            read_outside(&hallpass, &forged, "https://api.example")
                .await
                .is_err()
        );
        hallpass.another_instance();
        assert_eq!(hallpass.code(&token).await, "active", "{algorithm}");
        let mode = run(&hallpass).await.current.unwrap().mode;
        assert_eq!(mode, if wrapped { "wrapped" } else { "direct" });
    }
}

#[tokio::test]
async fn s10_another_algorithm_than_the_keys_own_is_refused_for_each() {
    for (sort, wrapped) in [(KeySort::Rsa2048, false), (KeySort::Ed25519, true)] {
        let hallpass = Hallpass::start_signing("archilogic", sort, wrapped).await;
        let parent = hallpass.secret().await;
        let token = derive(&hallpass, &parent).await;
        let [_, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else {
            panic!("{token}")
        };
        for algorithm in ["none", "HS256", "ES256", "RS256", "RS384", "PS256", "EdDSA"] {
            let mut header = jwt_header(&token);
            if header["alg"] == algorithm {
                continue;
            }
            header["alg"] = json!(algorithm);
            let header = URL_SAFE_NO_PAD.encode(header.to_string());
            let code = hallpass
                .code(&format!("{header}.{claims}.{signature}"))
                .await;
            assert!(
                ["malformed", "unknown"].contains(&code.as_str()),
                "{algorithm}: {code}"
            );
        }
    }
}

#[tokio::test]
async fn what_kms_does_not_make_changes_nothing() {
    let mut hallpass = Hallpass::start("archilogic").await;
    let parent = hallpass.secret().await;
    let before = rows(&hallpass).await;
    for settings in [
        // Here, not on AWS.
        KeySettings {
            sort: KeySort::Ed25519,
            ..KeySettings::default()
        },
        KeySettings {
            mode: SigningMode::Wrapped("nobodys".to_owned()),
            ..KeySettings::default()
        },
    ] {
        set(&mut hallpass, settings);
        let failed = invoke(&hallpass, KeysRequest::default()).await.unwrap_err();
        assert!(
            matches!(
                failed,
                KeysError::Create(CreateKeyError::Create(_) | CreateKeyError::Pair(_))
            ),
            "{failed:?}"
        );
        assert_eq!(rows(&hallpass).await, before);
        derive(&hallpass, &parent).await;
    }
}

#[tokio::test]
async fn a_change_of_parameters_waits_for_its_day_and_drops_the_key_it_does_not_need() {
    let mut hallpass = Hallpass::start("archilogic").await;
    let parent = hallpass.secret().await;
    let first = run(&hallpass).await;
    let wrapping = wrapping_key(&hallpass.kms_client).await;
    set(
        &mut hallpass,
        KeySettings {
            sort: KeySort::Rsa2048,
            mode: SigningMode::Wrapped(wrapping),
            ..KeySettings::default()
        },
    );
    let changed = run(&hallpass).await;
    assert_eq!(deeds(&changed), ["unpublished", "published", "ended"]);
    assert_eq!(did(&changed)[0]["kid"], next(&first));
    assert_eq!(current(&changed), current(&first));
    let old = derive(&hallpass, &parent).await;
    advance(&hallpass, DAY - 1);
    assert!(did(&run(&hallpass).await).is_empty());
    advance(&hallpass, 1);
    let switched = run(&hallpass).await;
    assert_eq!(deeds(&switched), ["switched", "published"]);
    assert_eq!(current(&switched), next(&changed));
    advance(&hallpass, 60);
    let new = derive(&hallpass, &parent).await;
    assert_eq!(jwt_header(&new)["alg"], "RS256");
    assert_eq!(hallpass.code(&new).await, "active");
    assert_eq!(hallpass.code(&old).await, "expired", "it lived for a day");
}
