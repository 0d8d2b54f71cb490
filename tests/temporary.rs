//! `POST /v1/tokens/temporary` and Archilogic's `POST /v2/temporary-access-token/create`.

mod bounds;
mod caller;
mod request;
mod token;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hallpass_tests::{Call, Hallpass, Reply, text};
use serde_json::Value;

const ROUTES: [&str; 2] = ["/v1/tokens/temporary", "/v2/temporary-access-token/create"];

/// Where the clock of a test stands, in seconds.
const NOW: u64 = 1_800_000_000;

fn derive(hallpass: &Hallpass, parent: &str, body: Value) -> Call {
    hallpass.post(ROUTES[0], body).bearer(parent)
}

/// The token of a reply, which must be a success.
fn issued(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", reply.body);
    let authorization = text(&reply.body, "authorization");
    authorization.strip_prefix("Bearer ").unwrap().to_owned()
}

/// The header and the claims of a JWT.
fn read(token: &str) -> [Value; 2] {
    let mut parts = token.split('.');
    [(); 2].map(|()| {
        let part = URL_SAFE_NO_PAD.decode(parts.next().unwrap()).unwrap();
        serde_json::from_slice(&part).unwrap()
    })
}

#[track_caller]
fn refused(reply: &Reply, status: u16, code: &str, field: Option<&str>) {
    let shown = (
        reply.status.as_u16(),
        reply.code(),
        reply.body["field"].as_str(),
    );
    assert_eq!(shown, (status, code, field), "{}", reply.body);
}
