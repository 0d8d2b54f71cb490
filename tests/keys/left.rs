//! What is not published is ended: a KMS key that nobody knows would cost for good.

use crate::keys::*;
use hallpass_keys::{CreateKeyError, create_signing_key};
use hallpass_tests::Log;
use hallpass_tests::proxy::{Fault, Rule};

/// The KMS keys that were asked for their public half, and those that were ended.
fn made_and_ended(hallpass: &Hallpass) -> (Vec<Value>, Vec<Value>) {
    let named = |operation: &str| {
        let calls = hallpass.kms.calls().into_iter();
        let mut ids: Vec<Value> = calls
            .filter(|call| call.operation == operation)
            .map(|call| call.body["KeyId"].clone())
            .collect();
        ids.dedup();
        ids
    };
    (named("GetPublicKey"), named("ScheduleKeyDeletion"))
}

/// Without keys: what bootstrap meets.
async fn without_keys() -> Hallpass {
    let hallpass = Hallpass::start("archilogic").await;
    let store = &hallpass.platform.store;
    for row in store.key_rows().await.unwrap() {
        store.retire_key(&row.kid, row.created_at).await.unwrap();
    }
    hallpass
}

async fn first_key(hallpass: &Hallpass) -> Result<(), CreateKeyError> {
    let platform = &hallpass.platform;
    let longest = platform.catalog.longest_jwt();
    create_signing_key(
        &hallpass.keys,
        &platform.store,
        longest,
        platform.clock.as_ref(),
    )
    .await
}

#[tokio::test]
async fn a_key_whose_public_half_is_not_to_be_had_is_ended() {
    for fault in [
        Fault::ServerError,
        Fault::Throttle,
        Fault::Reset,
        Fault::HalfReply,
        Fault::Refuse(400, "NotFoundException"),
        Fault::Refuse(400, "AccessDeniedException"),
    ] {
        let hallpass = without_keys().await;
        for bootstrap in [true, false] {
            hallpass.kms.reset();
            hallpass.kms.inject(fault.clone().on("GetPublicKey"));
            if bootstrap {
                first_key(&hallpass).await.unwrap_err();
            } else {
                invoke(&hallpass, KeysRequest::default()).await.unwrap_err();
            }
            hallpass.kms.heal();
            let (made, ended) = made_and_ended(&hallpass);
            assert_eq!(made.len(), 1, "{fault:?}");
            assert_eq!(made, ended, "{fault:?}");
        }
    }
}

/// KMS is eventually consistent: for a while it may not know its own key, nor the key's policy.
#[tokio::test]
async fn a_key_that_kms_does_not_know_yet_is_asked_for_again() {
    for kind in ["NotFoundException", "AccessDeniedException"] {
        let mut hallpass = without_keys().await;
        hallpass.keys = hallpass.keys.with_patience(Duration::from_secs(5));
        let unknown = Fault::Refuse(400, kind).on("GetPublicKey").times(3);
        hallpass.kms.inject(unknown);
        first_key(&hallpass).await.unwrap();
        assert_eq!(hallpass.kms.count("CreateKey"), 1, "{kind}");
        assert_eq!(hallpass.kms.count("GetPublicKey"), 4, "{kind}");
        assert_eq!(hallpass.kms.count("ScheduleKeyDeletion"), 0, "{kind}");
    }
}

/// The write failed: nothing under it can come any more, and the key is ended.
#[tokio::test]
async fn s45_a_key_whose_row_is_not_written_is_ended_and_one_whose_reply_is_lost_is_not() {
    let write = |fault: Fault| -> Rule { fault.on("TransactWriteItems").times(3) };
    for bootstrap in [true, false] {
        for (fault, lost) in [
            (Fault::ServerError, true),
            (Fault::Reset, true),
            (Fault::LoseReply, false),
        ] {
            let hallpass = without_keys().await;
            hallpass.kms.reset();
            hallpass.dynamodb.inject(write(fault.clone()));
            let done = if bootstrap {
                first_key(&hallpass).await.is_ok()
            } else {
                invoke(&hallpass, KeysRequest::default()).await.is_ok()
            };
            assert_ne!(done, lost, "{fault:?}");
            let (made, ended) = made_and_ended(&hallpass);
            if lost {
                assert_eq!((made.len(), &made), (1, &ended), "{fault:?}");
                assert!(in_state(&hallpass, KeyState::Current).await.is_empty());
            } else {
                let rows = rows(&hallpass).await;
                let named = |id: &&Value| rows.iter().any(|row| row.kms_key_id == **id);
                assert!(made.iter().all(|id| named(&id)), "{fault:?}");
                assert!(ended.iter().all(|id| !made.contains(id)), "{fault:?}");
                assert_eq!(in_state(&hallpass, KeyState::Current).await.len(), 1);
            }
        }
    }
}

#[tokio::test]
async fn s55_of_first_keys_at_once_the_others_are_ended() {
    let hallpass = without_keys().await;
    hallpass.kms.reset();
    hallpass.kms.inject(Fault::Stall.on("CreateKey"));
    let both = async {
        hallpass.kms.arrived("CreateKey", 2).await;
        hallpass.kms.heal();
    };
    let (one, two, ()) = tokio::join!(first_key(&hallpass), first_key(&hallpass), both);
    one.unwrap();
    two.unwrap();
    assert_eq!(hallpass.kms.count("CreateKey"), 2);
    let (_, ended) = made_and_ended(&hallpass);
    let rows = rows(&hallpass).await;
    let current = rows.iter().find(|row| row.is(KeyState::Current)).unwrap();
    assert_eq!(ended.len(), 1);
    assert_ne!(ended[0], current.kms_key_id);
}

#[tokio::test]
async fn what_cannot_be_ended_is_logged_with_its_id() {
    for kms_is_out in [true, false] {
        let hallpass = without_keys().await;
        hallpass.kms.reset();
        if kms_is_out {
            hallpass.kms.inject(Fault::ServerError.on("GetPublicKey"));
            hallpass
                .kms
                .inject(Fault::ServerError.on("ScheduleKeyDeletion"));
        } else {
            // It is not even known whether its row is there.
            hallpass
                .dynamodb
                .inject(Fault::ServerError.on("TransactWriteItems"));
        }
        let log = Log::keep();
        first_key(&hallpass).await.unwrap_err();
        let (made, _) = made_and_ended(&hallpass);
        let id = made[0].as_str().unwrap();
        assert_eq!(log.told("WARN", id), 1, "{}", log.text());
    }
}
