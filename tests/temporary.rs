//! `POST /v1/tokens/temporary` and Archilogic's `POST /v2/temporary-access-token/create`.

mod bounds;
mod caller;
mod kind;
mod request;
mod token;

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

#[track_caller]
fn refused(reply: &Reply, status: u16, code: &str, field: Option<&str>) {
    let shown = (
        reply.status.as_u16(),
        reply.code(),
        reply.body["field"].as_str(),
    );
    assert_eq!(shown, (status, code, field), "{}", reply.body);
}
