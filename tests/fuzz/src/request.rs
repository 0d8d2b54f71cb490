//! A whole request, to all functions at once: path, query, credentials, origin and body.

use crate::world::{WORLD, written};
use serde_json::Value;

pub(crate) fn request(data: &[u8]) {
    let Some(request) = written(&WORLD.told(data)) else {
        return;
    };
    let reply = WORLD.ask(request);
    let (parts, body) = reply.into_parts();
    let shown = String::from_utf8_lossy(&body);
    // 503 is for an outage: the table's reply to a write was `{}`, which not everyone can use.
    assert_ne!(parts.status, 500, "{shown}");
    for name in parts.headers.keys() {
        assert_eq!(parts.headers.get_all(name).iter().count(), 1, "{name}");
    }
    let media = parts.headers.get("content-type");
    let media = media
        .map(|media| media.to_str().unwrap())
        .unwrap_or_default();
    if media.contains("json") {
        let body: Value = serde_json::from_slice(&body).unwrap();
        if media == "application/problem+json" {
            assert_eq!(body["status"], parts.status.as_u16(), "{body}");
            assert!(
                body["code"].is_string() && body["detail"].is_string(),
                "{body}"
            );
        }
    }
}
