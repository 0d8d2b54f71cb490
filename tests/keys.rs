//! Signing keys: `functions/keys` over the life of a deployment, both modes, every algorithm.

mod algorithms;
mod begun;
mod left;
mod life;
mod load;
mod offline;
mod policy;
mod race;
mod retire;
mod wrapped;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hallpass_keys::{KeyMaker, KeySettings};
use hallpass_keys_function::{KeysError, KeysReply, KeysRequest, rotate_keys};
use hallpass_store::{KeyRow, KeyState};
use hallpass_tests::{Call, Hallpass, jwt_header};
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

/// A scheduled run.
async fn run(hallpass: &Hallpass) -> KeysReply {
    invoke(hallpass, KeysRequest::default()).await.unwrap()
}

async fn invoke(hallpass: &Hallpass, request: KeysRequest) -> Result<KeysReply, KeysError> {
    rotate_keys(&hallpass.platform, &hallpass.keys, &request).await
}

fn retire(kid: &str) -> KeysRequest {
    KeysRequest {
        retire: Some(kid.to_owned()),
        ..KeysRequest::default()
    }
}

/// What a run did, as it is answered.
fn did(reply: &KeysReply) -> Vec<Value> {
    let did = serde_json::to_value(&reply.did).unwrap();
    did.as_array().unwrap().clone()
}

/// What a run did, without the keys' names.
fn deeds(reply: &KeysReply) -> Vec<String> {
    let deeds = did(reply);
    let deeds = deeds
        .iter()
        .map(|it| it["did"].as_str().unwrap().to_owned());
    deeds.collect()
}

fn current(reply: &KeysReply) -> String {
    reply.current.as_ref().unwrap().kid.clone()
}

fn next(reply: &KeysReply) -> String {
    reply.next.as_ref().unwrap().kid.clone()
}

async fn rows(hallpass: &Hallpass) -> Vec<KeyRow> {
    hallpass.platform.store.key_rows().await.unwrap()
}

async fn in_state(hallpass: &Hallpass, state: KeyState) -> Vec<String> {
    let rows = rows(hallpass).await.into_iter();
    rows.filter(|row| row.is(state))
        .map(|row| row.kid)
        .collect()
}

/// The deployment's parameters change.
fn set(hallpass: &mut Hallpass, settings: KeySettings) {
    let (kms, issuer) = (
        hallpass.kms_client.clone(),
        hallpass.platform.issuer.clone(),
    );
    hallpass.keys = KeyMaker::new(kms, issuer, "test", settings);
}

fn advance(hallpass: &Hallpass, seconds: u64) {
    hallpass.clock.advance(Duration::from_secs(seconds));
}

async fn derive(hallpass: &Hallpass, parent: &str) -> String {
    let body = json!({"scopes": ["floor:readPrivate"], "durationSeconds": DAY});
    hallpass.derive(parent, body).await
}

fn derive_call(hallpass: &Hallpass, parent: &str) -> Call {
    let body = json!({"scopes": ["floor:readPrivate"], "durationSeconds": DAY});
    hallpass.post("/v1/tokens/temporary", body).bearer(parent)
}

fn kid(token: &str) -> String {
    jwt_header(token)["kid"].as_str().unwrap().to_owned()
}

/// The ids of the published keys, as a verifier outside reads them.
async fn published(hallpass: &Hallpass) -> Vec<String> {
    let reply = hallpass.get("/.well-known/jwks.json").await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let keys = reply.body["keys"].as_array().unwrap().iter();
    let mut kids: Vec<String> = keys
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect();
    kids.sort();
    kids
}

fn sorted(kids: &[&str]) -> Vec<String> {
    let mut kids: Vec<String> = kids.iter().map(|kid| (*kid).to_owned()).collect();
    kids.sort();
    kids
}
