//! What a deployment starts with, and how a lost management token is replaced.

mod faults;
mod first;
mod recover;

use hallpass_bootstrap::{BootstrapError, BootstrapReply, BootstrapRequest, bootstrap};
use hallpass_embedded::create_table;
use hallpass_tests::{Hallpass, Reply};
use secrecy::ExposeSecret as _;
use serde_json::json;
use tokio::task::JoinHandle;

type Made = Result<BootstrapReply, BootstrapError>;

const FIRST: BootstrapRequest = BootstrapRequest { recover: false };
const RECOVER: BootstrapRequest = BootstrapRequest { recover: true };

/// A deployment with an empty table: nothing is bootstrapped yet.
async fn empty() -> Hallpass {
    let mut hallpass = Hallpass::start("archilogic").await;
    hallpass.table.push_str("-empty");
    create_table(&hallpass.dynamodb_client, &hallpass.table)
        .await
        .unwrap();
    hallpass.another_instance();
    hallpass
}

/// Invokes the function.
async fn invoke(hallpass: &Hallpass, request: BootstrapRequest) -> Made {
    bootstrap(&hallpass.platform, &hallpass.keys, request).await
}

/// Invokes the function beside whatever else happens.
fn spawn(hallpass: &Hallpass, request: BootstrapRequest) -> JoinHandle<Made> {
    let (platform, keys) = (hallpass.platform.clone(), hallpass.keys.clone());
    tokio::spawn(async move { bootstrap(&platform, &keys, request).await })
}

fn token(made: &BootstrapReply) -> &str {
    made.token.expose_secret()
}

/// Whether a management token does everything there is to do: it mints a token, and KMS signs what
/// is derived from that.
async fn assert_runs(hallpass: &Hallpass, root: &str) {
    let secret = hallpass
        .mint_as(root, json!({"kind": "secret", "name": "a server"}))
        .await;
    let secret = secret["token"].as_str().unwrap();
    let derived = hallpass
        .derive(secret, json!({"scopes": ["floor:readPrivate"]}))
        .await;
    let call = hallpass.post("/v1/tokens/validate", json!({"token": derived}));
    let reply: Reply = call.bearer(root).await;
    assert_eq!(
        (reply.status.as_u16(), &reply.body["code"]),
        (200, &json!("active"))
    );
}

/// What a token's holder is told of it.
async fn code(hallpass: &Hallpass, token: &str) -> String {
    hallpass
        .get("/v1/tokens/self")
        .bearer(token)
        .await
        .code()
        .to_owned()
}
