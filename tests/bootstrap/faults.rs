//! KMS or the table failing in the middle of the first invocation: an error, and repeatable.

use crate::bootstrap::{FIRST, RECOVER, assert_runs, empty, invoke, token};
use hallpass_bootstrap::BootstrapError;
use hallpass_tests::proxy::Fault;

#[tokio::test]
async fn s44_without_kms_it_fails_and_can_be_repeated() {
    for (fault, operation) in [
        (Fault::ServerError, "CreateKey"),
        (Fault::Throttle, "CreateKey"),
        (Fault::Reset, "CreateKey"),
        (Fault::Refuse(400, "AccessDeniedException"), "CreateKey"),
        (Fault::LoseReply, "CreateKey"),
        (Fault::ServerError, "GetPublicKey"),
        (Fault::Refuse(400, "AccessDeniedException"), "GetPublicKey"),
        (Fault::HalfReply, "GetPublicKey"),
    ] {
        let hallpass = empty().await;
        hallpass.kms.inject(fault.clone().on(operation));
        for _ in 0..2 {
            let error = invoke(&hallpass, FIRST).await.unwrap_err();
            assert!(
                matches!(error, BootstrapError::Key(_)),
                "{fault:?} {operation}: {error:?}"
            );
        }
        assert_eq!(
            hallpass.items().await.len(),
            0,
            "{fault:?} {operation}: nothing is written"
        );
        hallpass.kms.heal();
        let made = invoke(&hallpass, FIRST).await.unwrap();
        assert_runs(&hallpass, token(&made)).await;
    }
}

#[tokio::test]
async fn s44_with_kms_gone_it_fails_and_can_be_repeated() {
    let hallpass = empty().await;
    hallpass.kms.gone().await;
    let error = invoke(&hallpass, FIRST).await.unwrap_err();
    assert!(matches!(error, BootstrapError::Key(_)), "{error:?}");
    assert_eq!(hallpass.items().await.len(), 0);
    hallpass.kms.back().await;
    let made = invoke(&hallpass, FIRST).await.unwrap();
    assert_runs(&hallpass, token(&made)).await;
}

#[tokio::test]
async fn s45_a_table_that_fails_in_between_leaves_one_key_and_no_account() {
    for fault in [Fault::ServerError, Fault::Reset, Fault::Throttle] {
        let hallpass = empty().await;
        hallpass.kms.reset();
        // The key is written, the account is not.
        hallpass
            .dynamodb
            .inject(fault.clone().on("TransactWriteItems").after(1));
        let error = invoke(&hallpass, FIRST).await.unwrap_err();
        assert!(
            matches!(error, BootstrapError::Store(_)),
            "{fault:?}: {error:?}"
        );
        assert_eq!(
            hallpass.items_of("KEYS").await.len(),
            hallpass.items().await.len()
        );
        hallpass.dynamodb.heal();
        let made = invoke(&hallpass, FIRST).await.unwrap();
        assert_eq!(
            hallpass.kms.count("CreateKey"),
            1,
            "{fault:?}: the key of before is used"
        );
        assert_runs(&hallpass, token(&made)).await;
    }
}

#[tokio::test]
async fn s45_a_lost_reply_is_made_good_by_the_next_try() {
    for (fault, skipped) in [
        (Fault::LoseReply, 0),
        (Fault::LoseReply, 1),
        (Fault::HalfReply, 1),
        (Fault::TransactionConflict(0), 1),
    ] {
        let hallpass = empty().await;
        hallpass.dynamodb.reset();
        hallpass
            .dynamodb
            .inject(fault.clone().on("TransactWriteItems").after(skipped).once());
        let made = invoke(&hallpass, FIRST).await.unwrap();
        assert_eq!(
            hallpass.dynamodb.count("TransactWriteItems"),
            3,
            "{fault:?}"
        );
        assert_eq!(hallpass.items_of("TOKEN#").await.len(), 1);
        assert_eq!(hallpass.items_of("KEYS").await.len(), 2);
        assert_runs(&hallpass, token(&made)).await;
    }
}

#[tokio::test]
async fn s45_where_every_reply_is_lost_it_is_recoverable() {
    let hallpass = empty().await;
    hallpass
        .dynamodb
        .inject(Fault::LoseReply.on("TransactWriteItems").after(1));
    let lost = invoke(&hallpass, FIRST).await.unwrap_err();
    assert!(matches!(lost, BootstrapError::Store(_)), "{lost:?}");
    hallpass.dynamodb.heal();
    // The account is there, and a token that nobody was shown.
    let again = invoke(&hallpass, FIRST).await.unwrap_err();
    let BootstrapError::Exists(account) = again else {
        panic!("{again:?}")
    };
    let made = invoke(&hallpass, RECOVER).await.unwrap();
    assert_eq!(made.account, account);
    assert_runs(&hallpass, token(&made)).await;
    let items = hallpass.items().await;
    let dead = items.iter().filter(|item| item.contains_key("revoked_at"));
    assert_eq!(
        dead.count(),
        6,
        "the unseen token's record, and its entries"
    );

    // The same where the reply to the key's transaction is lost.
    let hallpass = empty().await;
    hallpass.kms.reset();
    hallpass
        .dynamodb
        .inject(Fault::LoseReply.on("TransactWriteItems").times(3));
    // It is looked up, and there.
    let made = invoke(&hallpass, FIRST).await.unwrap();
    assert_eq!(hallpass.kms.count("CreateKey"), 1);
    assert_eq!(hallpass.kms.count("ScheduleKeyDeletion"), 0);
    assert_runs(&hallpass, token(&made)).await;
}

#[tokio::test]
async fn an_outage_of_the_table_is_never_taken_for_an_empty_one() {
    for operation in ["Query", "GetItem"] {
        let hallpass = hallpass_tests::Hallpass::start("archilogic").await;
        let before = hallpass.items().await.len();
        hallpass.dynamodb.inject(Fault::Throttle.on(operation));
        for request in [FIRST, RECOVER] {
            let error = invoke(&hallpass, request).await.unwrap_err();
            assert!(
                matches!(error, BootstrapError::Store(_) | BootstrapError::Key(_)),
                "{error:?}"
            );
        }
        assert_eq!(hallpass.items().await.len(), before);
        assert_eq!(hallpass.kms.calls().len(), 0, "no key is made on a guess");
    }
}
