//! Several runs at once.

use crate::keys::*;
use hallpass_tests::proxy::Service;
use tokio::task::JoinSet;

async fn at_once(hallpass: &Hallpass, count: usize, request: &KeysRequest) -> Vec<KeysReply> {
    let mut runs = JoinSet::new();
    for _ in 0..count {
        let (platform, keys) = (hallpass.platform.clone(), hallpass.keys.clone());
        let request = request.clone();
        runs.spawn(async move { rotate_keys(&platform, &keys, &request).await });
    }
    runs.join_all()
        .await
        .into_iter()
        .filter_map(Result::ok)
        .collect()
}

/// One current and one next key, and each KMS key that is neither is to be deleted.
async fn assert_sound(hallpass: &Hallpass) {
    assert_eq!(in_state(hallpass, KeyState::Current).await.len(), 1);
    assert_eq!(in_state(hallpass, KeyState::Next).await.len(), 1);
    let items = hallpass.items().await;
    let mut ring = items
        .iter()
        .filter(|item| item["sk"].as_s().unwrap() == "CURRENT");
    let kid = ring.next().unwrap()["kid"].as_s().unwrap().clone();
    assert_eq!(in_state(hallpass, KeyState::Current).await, [kid]);
}

#[tokio::test]
async fn s55_of_runs_at_once_one_does_what_is_due() {
    let hallpass = Hallpass::start("archilogic").await;
    let runs = at_once(&hallpass, 4, &KeysRequest::default()).await;
    assert_eq!(runs.len(), 4);
    let published: Vec<String> = runs.iter().flat_map(deeds).collect();
    assert_eq!(published, ["published"], "by one of the four");
    assert_sound(&hallpass).await;
    let calls = hallpass.kms.calls();
    assert!(calls.iter().all(|call| call.service == Service::Kms));
    let count = |operation| hallpass.kms.count(operation);
    assert!(count("CreateKey") >= 1);
    assert_eq!(count("ScheduleKeyDeletion"), count("CreateKey") - 1);

    advance(&hallpass, 90 * DAY);
    let before = in_state(&hallpass, KeyState::Next).await;
    let runs = at_once(&hallpass, 4, &KeysRequest::default()).await;
    let mut deeds: Vec<String> = runs.iter().flat_map(deeds).collect();
    deeds.sort();
    assert_eq!(deeds, ["published", "switched"]);
    assert_eq!(in_state(&hallpass, KeyState::Current).await, before);
    assert_sound(&hallpass).await;
}

#[tokio::test]
async fn s55_of_retirements_at_once_one_key_takes_over() {
    let hallpass = Hallpass::start("archilogic").await;
    let parent = hallpass.secret().await;
    let first = run(&hallpass).await;
    advance(&hallpass, HOUR);
    let runs = at_once(&hallpass, 4, &retire(&current(&first))).await;
    assert!(!runs.is_empty());
    let retired: Vec<Value> = runs.iter().flat_map(did).collect();
    let retired = retired.iter().filter(|it| it["did"] == "retired").count();
    assert_eq!(retired, 1);
    assert_sound(&hallpass).await;
    assert_eq!(in_state(&hallpass, KeyState::Current).await, [next(&first)]);
    assert_eq!(kid(&derive(&hallpass, &parent).await), next(&first));
}

#[tokio::test]
async fn s55_a_retirement_and_a_rotation_at_once_leave_one_current_key() {
    for _ in 0..4 {
        let hallpass = Hallpass::start("archilogic").await;
        let first = run(&hallpass).await;
        advance(&hallpass, 90 * DAY);
        let (scheduled, by_hand) = tokio::join!(
            invoke(&hallpass, KeysRequest::default()),
            invoke(&hallpass, retire(&next(&first)))
        );
        scheduled.unwrap();
        by_hand.unwrap();
        assert_sound(&hallpass).await;
        let compromised = next(&first);
        assert!(
            rows(&hallpass)
                .await
                .iter()
                .all(|row| row.kid != compromised || !row.is_published())
        );
    }
}
