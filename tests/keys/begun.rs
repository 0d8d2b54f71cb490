//! What was begun and broke off, or could not be done yet: the scheduled runs finish it.

use crate::keys::*;
use hallpass_tests::proxy::Fault;

/// However far it came: KMS is out, or the table is gone after so many writes.
#[tokio::test]
async fn s72_a_retirement_that_was_cut_short_is_finished_by_the_schedule() {
    for writes in [None, Some(1), Some(2), Some(3)] {
        let hallpass = Hallpass::start("archilogic").await;
        let parent = hallpass.secret().await;
        let a = kid(&derive(&hallpass, &parent).await);
        match writes {
            None => hallpass.kms.inject(Fault::ServerError),
            Some(writes) => {
                let gone = Fault::Reset.on("TransactWriteItems").after(writes);
                hallpass.dynamodb.inject(gone);
            }
        }
        invoke(&hallpass, retire(&a)).await.unwrap_err();
        hallpass.kms.heal();
        hallpass.dynamodb.heal();
        let finished = run(&hallpass).await;
        assert!(!finished.did.is_empty(), "{writes:?}");
        assert_ne!(current(&finished), a, "{writes:?}");
        let rows = rows(&hallpass).await;
        let retired = rows.iter().find(|row| row.kid == a).unwrap();
        assert!(retired.retired_at.is_some(), "{writes:?}");
        assert!(retired.ended_at.is_some(), "{writes:?}: its private half");
        assert_eq!(in_state(&hallpass, KeyState::Next).await.len(), 1);
        advance(&hallpass, 300);
        let token = derive(&hallpass, &parent).await;
        assert_eq!(kid(&token), current(&finished), "{writes:?}");
        assert!(run(&hallpass).await.did.is_empty(), "{writes:?}");
    }
}

#[tokio::test]
async fn s72_a_rotation_that_was_asked_for_is_done_when_it_may_be() {
    let rotate = || KeysRequest {
        rotate: true,
        ..KeysRequest::default()
    };
    // Asked for while a next key is published, while none is, and while none can be made.
    for kms_is_out in [false, true] {
        let hallpass = Hallpass::start("archilogic").await;
        let parent = hallpass.secret().await;
        let a = kid(&derive(&hallpass, &parent).await);
        if kms_is_out {
            hallpass.kms.inject(Fault::ServerError);
            invoke(&hallpass, rotate()).await.unwrap_err();
            hallpass.kms.heal();
        } else {
            let asked = invoke(&hallpass, rotate()).await.unwrap();
            assert_eq!(deeds(&asked), ["published"]);
        }
        let published = run(&hallpass).await;
        assert_eq!(current(&published), a);
        let b = next(&published);
        advance(&hallpass, DAY - 1);
        assert!(
            run(&hallpass).await.did.is_empty(),
            "not known everywhere yet"
        );
        advance(&hallpass, 1);
        assert_eq!(deeds(&run(&hallpass).await), ["switched", "published"]);
        advance(&hallpass, 60);
        assert_eq!(kid(&derive(&hallpass, &parent).await), b);
        // It was asked for once: the key after it waits for its time.
        for _ in 0..3 {
            advance(&hallpass, DAY);
            let later = run(&hallpass).await;
            assert_eq!(current(&later), b, "{later:?}");
        }
    }
}
