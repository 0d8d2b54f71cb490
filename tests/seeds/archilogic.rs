//! Archilogic's document (`seeds/archilogic.txt`), call by call.

use hallpass_tests::{Hallpass, text};
use serde_json::json;

#[tokio::test]
async fn the_documented_call_derives_a_temporary_token() {
    let hallpass = Hallpass::start("archilogic").await;
    let secret = hallpass.secret().await;
    let body = json!({"scopes": [{"resource": "floor", "action": "readPrivate"}], "durationSeconds": 3600});
    let reply = hallpass
        .post("/v2/temporary-access-token/create", body)
        .bearer(&secret)
        .await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.body["expiresAt"], 1_800_003_600);
    let token = text(&reply.body, "authorization");
    let token = token.strip_prefix("Bearer ").unwrap();
    assert_eq!(hallpass.code(token).await, "active");
}
