//! A KMS key is made with its key policy: from its first moment on, that decides who signs with it.

use super::{run, set};
use hallpass_keys::KeySettings;
use hallpass_tests::Hallpass;
use serde_json::{Value, json};

#[tokio::test]
async fn a_new_key_has_the_deployments_key_policy_and_tags_and_no_others() {
    let policy = json!({"Version": "2012-10-17", "Statement": []}).to_string();
    let with_both = KeySettings {
        key_policy: Some(policy.clone()),
        tags: vec![("team".to_owned(), "web".to_owned())],
        ..KeySettings::default()
    };
    for settings in [with_both, KeySettings::default()] {
        let mut hallpass = Hallpass::start("archilogic").await;
        set(&mut hallpass, settings.clone());
        hallpass.kms.reset();
        run(&hallpass).await;
        let made = hallpass.kms.calls().into_iter();
        let made: Vec<Value> = made
            .filter(|call| call.operation == "CreateKey")
            .map(|call| call.body)
            .collect();
        let [made] = made.as_slice() else {
            panic!("{} keys were made", made.len());
        };
        if settings.key_policy.is_none() {
            assert_eq!((made.get("Policy"), made.get("Tags")), (None, None));
            continue;
        }
        assert_eq!(made["Tags"], json!([{"TagKey": "team", "TagValue": "web"}]));
        let ring = hallpass.platform.store.key_rows().await.unwrap();
        let newest = ring.iter().max_by_key(|row| row.generation).unwrap();
        let kept = hallpass
            .kms_client
            .get_key_policy()
            .key_id(&newest.kms_key_id);
        let kept = kept.send().await.unwrap().policy.unwrap();
        assert_eq!(kept, policy);
    }
}
