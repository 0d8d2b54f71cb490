//! Next, current, previous, gone: over half a year of a deployment.

use crate::keys::*;
use hallpass_tests::proxy::Fault;

async fn not_ended(hallpass: &Hallpass) -> usize {
    let rows = rows(hallpass).await;
    rows.iter().filter(|row| row.ended_at.is_none()).count()
}

#[tokio::test]
async fn a_key_is_published_a_day_before_it_signs_and_until_its_last_token_is_dead() {
    let hallpass = Hallpass::start("archilogic").await;
    let parent = hallpass.secret().await;
    let first = run(&hallpass).await;
    assert_eq!(
        deeds(&first),
        ["published"],
        "bootstrap made the current one"
    );
    let (a, b) = (current(&first), next(&first));
    assert_eq!(published(&hallpass).await, sorted(&[&a, &b]));
    assert_eq!(kid(&derive(&hallpass, &parent).await), a);

    // 90 days less a second.
    advance(&hallpass, 90 * DAY - 1);
    assert!(did(&run(&hallpass).await).is_empty());
    advance(&hallpass, 1);
    let switched = run(&hallpass).await;
    assert_eq!(
        did(&switched)[0],
        json!({"did": "switched", "from": a, "to": b})
    );
    assert_eq!(deeds(&switched), ["switched", "published"]);
    let c = next(&switched);
    assert_eq!(switched.previous[0].kid, a);
    advance(&hallpass, 10);
    assert_eq!(published(&hallpass).await, sorted(&[&a, &b, &c]));

    // A signer that read the keys just before the switch goes on for a minute with the old one;
    // what it signs then lives for a day, at every verifier.
    advance(&hallpass, 50);
    assert_eq!(kid(&derive(&hallpass, &parent).await), b);
    let longest = hallpass.platform.catalog.longest_jwt();
    advance(&hallpass, longest + 5 + 300 - 60 - 10 + 10 + 59);
    assert!(did(&run(&hallpass).await).is_empty());
    hallpass.kms.reset();
    advance(&hallpass, 1);
    let gone = run(&hallpass).await;
    let deeds = [
        json!({"did": "unpublished", "kid": a}),
        json!({"did": "ended", "kid": a}),
    ];
    assert_eq!(did(&gone), deeds);
    assert!(gone.previous.is_empty());
    assert_eq!(hallpass.kms.operations(), ["ScheduleKeyDeletion"]);
    assert_eq!(hallpass.kms.calls()[0].body["PendingWindowInDays"], 30);
    advance(&hallpass, 10);
    assert_eq!(published(&hallpass).await, sorted(&[&b, &c]));
    assert_eq!(not_ended(&hallpass).await, 2);
}

#[tokio::test]
async fn a_token_of_the_last_second_is_good_for_its_whole_life() {
    let mut hallpass = Hallpass::start("archilogic").await;
    let parent = hallpass.secret().await;
    let a = current(&run(&hallpass).await);
    advance(&hallpass, 90 * DAY);
    // This signer knows the key as the current one for another minute.
    derive(&hallpass, &parent).await;
    run(&hallpass).await;
    advance(&hallpass, 59);
    let late = derive(&hallpass, &parent).await;
    assert_eq!(kid(&late), a);
    let verifiers = hallpass.router.clone();
    for hours in 1..24 {
        advance(&hallpass, HOUR);
        run(&hallpass).await;
        assert_eq!(hallpass.code(&late).await, "active", "{hours}");
        // One that has read nothing yet.
        hallpass.another_instance();
        assert_eq!(hallpass.code(&late).await, "active", "{hours}");
        hallpass.router = verifiers.clone();
    }
    advance(&hallpass, HOUR - 1);
    run(&hallpass).await;
    assert_eq!(hallpass.code(&late).await, "active");
    advance(&hallpass, 6);
    assert_eq!(hallpass.code(&late).await, "expired");
}

#[tokio::test]
async fn asked_to_it_rotates_before_the_time_and_once() {
    let hallpass = Hallpass::start("archilogic").await;
    let first = run(&hallpass).await;
    let rotate = || KeysRequest {
        rotate: true,
        ..KeysRequest::default()
    };
    let ready = first.next_may_sign_at.unwrap();
    assert_eq!(ready, hallpass.platform.now().seconds().plus(DAY));
    advance(&hallpass, DAY - 1);
    assert!(did(&invoke(&hallpass, rotate()).await.unwrap()).is_empty());
    advance(&hallpass, 1);
    let switched = invoke(&hallpass, rotate()).await.unwrap();
    assert_eq!(deeds(&switched), ["switched", "published"]);
    assert_eq!(current(&switched), next(&first));
    let again = invoke(&hallpass, rotate()).await.unwrap();
    assert!(did(&again).is_empty(), "the key after it is a day away");
}

#[tokio::test]
async fn a_run_that_fails_is_taken_up_by_the_next_one() {
    let hallpass = Hallpass::start("archilogic").await;
    let parent = hallpass.secret().await;
    for operation in ["CreateKey", "GetPublicKey"] {
        hallpass.kms.inject(Fault::ServerError.on(operation));
        let failed = invoke(&hallpass, KeysRequest::default()).await;
        assert!(matches!(failed, Err(KeysError::Create(_))), "{failed:?}");
        assert_eq!(rows(&hallpass).await.len(), 1);
        derive(&hallpass, &parent).await;
        hallpass.kms.heal();
    }
    hallpass.dynamodb.inject(Fault::ServerError.on("Query"));
    let failed = invoke(&hallpass, KeysRequest::default()).await;
    assert!(matches!(failed, Err(KeysError::Store(_))), "{failed:?}");
    hallpass.dynamodb.heal();
    // s45: the reply of the write is lost, the write is not.
    hallpass
        .dynamodb
        .inject(Fault::LoseReply.on("TransactWriteItems").once());
    assert_eq!(deeds(&run(&hallpass).await), ["published"]);
    assert_eq!(rows(&hallpass).await.len(), 2);
    // What cannot be ended keeps its row until it can.
    advance(&hallpass, 90 * DAY);
    run(&hallpass).await;
    advance(&hallpass, 2 * DAY);
    hallpass
        .kms
        .inject(Fault::ServerError.on("ScheduleKeyDeletion"));
    let failed = invoke(&hallpass, KeysRequest::default()).await;
    assert!(matches!(failed, Err(KeysError::End(_))), "{failed:?}");
    assert_eq!(not_ended(&hallpass).await, 3);
    hallpass.kms.heal();
    assert_eq!(deeds(&run(&hallpass).await), ["ended"]);
    assert_eq!(not_ended(&hallpass).await, 2);
}

#[tokio::test]
async fn cloudwatch_is_told_how_far_a_rotation_is_overdue() {
    let hallpass = Hallpass::start("archilogic").await;
    let reply = run(&hallpass).await;
    assert_eq!(reply.overdue_seconds, 0);
    let metrics: Value =
        serde_json::from_str(&reply.metrics("my-stack", hallpass.platform.now())).unwrap();
    assert_eq!(metrics["_aws"]["Timestamp"], hallpass.platform.now().0);
    // What Lambda filters by, or it drops the line.
    assert_eq!(metrics["level"], "FATAL");
    assert!(metrics["timestamp"].as_str().unwrap().ends_with('Z'));
    let declared = &metrics["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(declared["Namespace"], "Hallpass");
    assert_eq!(declared["Dimensions"], json!([["stack"]]));
    for metric in declared["Metrics"].as_array().unwrap() {
        assert!(
            metrics[metric["Name"].as_str().unwrap()].is_number(),
            "{metrics}"
        );
    }
    assert_eq!(
        (&metrics["stack"], &metrics["PublishedKeys"]),
        (&json!("my-stack"), &json!(2))
    );
    // A next key that came late, since nothing ran: the current one is 100 days old.
    let late = Hallpass::start("archilogic").await;
    advance(&late, 100 * DAY);
    let reply = run(&late).await;
    assert_eq!(deeds(&reply), ["published"]);
    assert_eq!(reply.overdue_seconds, 10 * DAY);
}
