//! Any JSON as the event of an API Gateway authorizer, payload 1.0 and 2.0.

use crate::world::WORLD;
use hallpass_authorizer::{AuthorizeError, AuthorizerSources, Event, authorize};
use serde_json::Value;

pub(crate) fn authorizer(data: &[u8]) {
    let told = WORLD.told(data);
    // A field that is not ours is not looked into, and may hold what is no text.
    let Ok(whole) = serde_json::from_slice::<Value>(&told) else {
        return;
    };
    let Ok(event) = serde_json::from_slice::<Event>(&told) else {
        return;
    };
    let sources = AuthorizerSources::default();
    let answer = authorize(&WORLD.platform, &sources, event);
    match WORLD.runtime.block_on(answer) {
        Ok(answer) => {
            let answer = serde_json::to_value(answer).unwrap();
            let resource = &answer["policyDocument"]["Statement"][0]["Resource"];
            assert!(
                resource.is_null() || *resource == whole["methodArn"],
                "{answer}"
            );
            let pattern = resource.as_str().is_some_and(|it| it.contains(['*', '?']));
            assert!(!pattern, "s68 {answer}");
            let effect = &answer["policyDocument"]["Statement"][0]["Effect"];
            if answer["isAuthorized"] == true || effect == "Allow" {
                let text = String::from_utf8_lossy(&told);
                let held = WORLD.tokens.iter().any(|token| text.contains(token));
                assert!(
                    held || text.contains('\\'),
                    "allowed without a token: {text}"
                );
            }
        }
        Err(AuthorizeError::Unauthorized | AuthorizeError::Event(_)) => {}
        Err(AuthorizeError::Unavailable(_) | AuthorizeError::Late(_)) => {
            panic!("the table is there");
        }
    }
}
