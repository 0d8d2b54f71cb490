//! Emergencies: a key that is compromised.

use crate::keys::*;
use hallpass_keys_function::KNOWN_AFTER_SECONDS;
use hallpass_tests::proxy::Fault;

#[tokio::test]
async fn s55_a_retired_key_is_refused_within_300_seconds_and_the_next_one_signs_at_once() {
    let mut hallpass = Hallpass::start("archilogic").await;
    let parent = hallpass.secret().await;
    let first = run(&hallpass).await;
    let (a, b) = (current(&first), next(&first));
    advance(&hallpass, HOUR);
    let old = derive(&hallpass, &parent).await;
    assert_eq!(
        (kid(&old), hallpass.code(&old).await),
        (a.clone(), "active".into())
    );
    let retired = invoke(&hallpass, retire(&a)).await.unwrap();
    assert_eq!(
        did(&retired)[0],
        json!({"did": "retired", "kid": a, "to": b})
    );
    assert_eq!(retired.already_retired, None);
    assert_eq!(deeds(&retired), ["retired", "published", "ended"]);
    // The signer knew the old key for a moment only. KMS signs nothing with it any more.
    let new = derive(&hallpass, &parent).await;
    assert_eq!(
        (kid(&new), hallpass.code(&new).await),
        (b.clone(), "active".into())
    );
    assert!(!published(&hallpass).await.contains(&a));
    advance(&hallpass, 299);
    assert_eq!(hallpass.code(&new).await, "active");
    advance(&hallpass, 1);
    assert_eq!(hallpass.code(&old).await, "unknown");
    assert_eq!(hallpass.code(&new).await, "active");
    hallpass.another_instance();
    assert_eq!(hallpass.code(&old).await, "unknown");
    assert_eq!(kid(&derive(&hallpass, &parent).await), b);
    // Again: somebody who repeats it is told so, and nothing changes.
    let again = invoke(&hallpass, retire(&a)).await.unwrap();
    let then = hallpass.platform.now().seconds().0 - 300;
    assert_eq!(again.already_retired.unwrap().0, then);
    assert!(did(&again).is_empty(), "{again:?}");
    assert_eq!(in_state(&hallpass, KeyState::Current).await, [b]);
}

#[tokio::test]
async fn s55_without_a_next_key_one_is_made_and_signs_when_every_verifier_finds_it() {
    let mut hallpass = Hallpass::start("archilogic").await;
    let parent = hallpass.secret().await;
    let a = kid(&derive(&hallpass, &parent).await);
    assert_eq!(
        in_state(&hallpass, KeyState::Next).await,
        Vec::<String>::new()
    );
    // Three verifiers, which have read the keys 12, 5 and 0 seconds before.
    let junk = junk();
    let mut verifiers = Vec::new();
    for age in [7, 5, 0] {
        hallpass.another_instance();
        assert_eq!(hallpass.code(&junk).await, "unknown");
        verifiers.push(hallpass.router.clone());
        advance(&hallpass, age);
    }
    let retired = invoke(&hallpass, retire(&a)).await.unwrap();
    assert_eq!(
        deeds(&retired),
        ["retired", "published", "published", "ended"]
    );
    let mut derived = Vec::new();
    for second in 0..KNOWN_AFTER_SECONDS + 4 {
        let reply = derive_call(&hallpass, &parent).await;
        if second < KNOWN_AFTER_SECONDS {
            assert_eq!(reply.answer(), (503, "unavailable"));
            assert_eq!(reply.header("retry-after"), "1");
        } else {
            assert_eq!(reply.status, 200, "{second}: {}", reply.body);
            let token = reply.body["authorization"].as_str().unwrap();
            let token = token.strip_prefix("Bearer ").unwrap().to_owned();
            assert_eq!(kid(&token), current(&retired));
            derived.push(token);
        }
        // No token is ever met by a verifier that does not know its key, however old its memory.
        for verifier in &verifiers {
            hallpass.router = verifier.clone();
            // Junk makes it read again, at the worst moment.
            assert_eq!(hallpass.code(&junk).await, "unknown");
            for token in &derived {
                assert_eq!(hallpass.code(token).await, "active", "{second}");
            }
        }
        advance(&hallpass, 1);
    }
    assert!(!derived.is_empty());
}

/// A JWT of a key that there is not.
fn junk() -> String {
    let header = json!({"typ": "at+jwt", "alg": "ES256", "kid": "nobodys"});
    let header = URL_SAFE_NO_PAD.encode(header.to_string());
    format!("{header}.{}.AAAA", URL_SAFE_NO_PAD.encode("{}"))
}

#[tokio::test]
async fn a_key_is_retired_also_while_kms_is_out() {
    let hallpass = Hallpass::start("archilogic").await;
    let parent = hallpass.secret().await;
    let first = run(&hallpass).await;
    advance(&hallpass, HOUR);
    hallpass.kms.inject(Fault::ServerError);
    let failed = invoke(&hallpass, retire(&current(&first))).await;
    assert!(matches!(failed, Err(KeysError::Create(_))), "{failed:?}");
    assert_eq!(in_state(&hallpass, KeyState::Current).await, [next(&first)]);
    hallpass.kms.heal();
    assert_eq!(deeds(&run(&hallpass).await), ["published", "ended"]);
    assert_eq!(kid(&derive(&hallpass, &parent).await), next(&first));
}

/// The first run retires the key and then fails; whoever repeats it has the rest of it done.
#[tokio::test]
async fn a_repeated_retirement_finishes_what_the_first_began() {
    let hallpass = Hallpass::start("archilogic").await;
    let parent = hallpass.secret().await;
    let a = kid(&derive(&hallpass, &parent).await);
    hallpass.kms.inject(Fault::ServerError);
    let failed = invoke(&hallpass, retire(&a)).await;
    assert!(matches!(failed, Err(KeysError::Create(_))), "{failed:?}");
    assert!(in_state(&hallpass, KeyState::Current).await.is_empty());
    hallpass.kms.heal();
    let again = invoke(&hallpass, retire(&a)).await.unwrap();
    assert_eq!(deeds(&again), ["published", "published", "ended"]);
    assert_eq!(
        again.already_retired,
        Some(hallpass.platform.now().seconds())
    );
    advance(&hallpass, KNOWN_AFTER_SECONDS);
    assert_eq!(kid(&derive(&hallpass, &parent).await), current(&again));
    // The reply to a run that did it all was lost.
    let third = invoke(&hallpass, retire(&a)).await.unwrap();
    assert!(did(&third).is_empty() && third.already_retired.is_some());
}

/// KMS takes half a minute to make the key: what verifiers are given to find it begins after that.
#[tokio::test]
async fn the_wait_of_a_key_that_must_sign_begins_when_it_is_published() {
    let mut hallpass = Hallpass::start("archilogic").await;
    let parent = hallpass.secret().await;
    let a = kid(&derive(&hallpass, &parent).await);
    hallpass.kms.inject(Fault::Stall.on("GetPublicKey").once());
    let retirement = tokio::spawn({
        let (platform, keys) = (hallpass.platform.clone(), hallpass.keys.clone());
        async move { rotate_keys(&platform, &keys, &retire(&a)).await }
    });
    hallpass.kms.arrived("GetPublicKey", 1).await;
    advance(&hallpass, 30);
    // A verifier that reads the keys just before the new one is among them.
    hallpass.another_instance();
    assert_eq!(hallpass.code(&junk()).await, "unknown");
    hallpass.kms.heal();
    let retired = retirement.await.unwrap().unwrap();
    for second in 0..KNOWN_AFTER_SECONDS {
        let reply = derive_call(&hallpass, &parent).await;
        assert_eq!(reply.status, 503, "{second}: {}", reply.body);
        advance(&hallpass, 1);
    }
    let token = derive(&hallpass, &parent).await;
    assert_eq!(kid(&token), current(&retired));
    assert_eq!(hallpass.code(&token).await, "active");
}

#[tokio::test]
async fn retiring_what_does_not_sign_ends_what_it_signed_and_nothing_else() {
    let hallpass = Hallpass::start("archilogic").await;
    let parent = hallpass.secret().await;
    let first = run(&hallpass).await;
    let old = derive(&hallpass, &parent).await;
    let unused = next(&first);
    let retired = invoke(&hallpass, retire(&unused)).await.unwrap();
    assert_eq!(deeds(&retired), ["retired", "published", "ended"]);
    assert_eq!(current(&retired), current(&first));
    assert_eq!(hallpass.code(&old).await, "active");
    advance(&hallpass, 90 * DAY);
    let old = derive(&hallpass, &parent).await;
    let switched = run(&hallpass).await;
    advance(&hallpass, 60);
    let new = derive(&hallpass, &parent).await;
    invoke(&hallpass, retire(&kid(&old))).await.unwrap();
    advance(&hallpass, 300);
    assert_eq!(hallpass.code(&old).await, "unknown");
    assert_eq!(hallpass.code(&new).await, "active");
    assert_eq!(kid(&new), current(&switched));
}

#[tokio::test]
async fn an_unknown_key_is_nobodys_to_retire() {
    let hallpass = Hallpass::start("archilogic").await;
    let before = rows(&hallpass).await;
    let refused = invoke(&hallpass, retire("nobodys")).await.unwrap_err();
    assert!(refused.to_string().contains("`nobodys`"), "{refused}");
    assert_eq!(rows(&hallpass).await, before);
}
