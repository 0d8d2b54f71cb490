//! The deployment that most codes are provoked in.

use super::call::{MINT, keyed, secret};
use hallpass_tests::{Hallpass, text, with};
use serde_json::{Value, json};
use std::time::Duration;

pub(super) const ORIGIN: &str = "https://a.example";
pub(super) const MODEL: &str = "m";

/// One deployment of the catalog `default`, a minute after all of this was made.
pub(super) struct Scene {
    pub(super) hallpass: Hallpass,
    /// The operator's token of another deployment.
    pub(super) foreign: String,
    /// A server's token, a page's, and those that are refused, each for a reason of its own.
    pub(super) secret: String,
    pub(super) page: String,
    pub(super) revoked: String,
    pub(super) disabled: String,
    pub(super) expired: String,
    pub(super) early: String,
    pub(super) elsewhere: String,
    pub(super) child_of_revoked: String,
    pub(super) child_of_expired: String,
    pub(super) child_of_disabled: String,
    /// The id of a strong token, and a weak token that mints, which ends in 1,000 s.
    pub(super) strong: String,
    pub(super) weak: String,
    /// A server's token that can speak for others.
    pub(super) speaker: String,
    /// A JWT's id.
    pub(super) jti: String,
    /// The id of a token with as many old secrets as there can be.
    pub(super) full_of_secrets: String,
    pub(super) account: String,
    pub(super) user: String,
    pub(super) group: String,
    pub(super) ended_share: String,
    /// A service account that was made without scopes.
    pub(super) unscoped: String,
}

impl Scene {
    pub(super) async fn new() -> Self {
        let mut hallpass = Hallpass::start("default").await;
        hallpass.with_demo();
        let server = async |more: Value| hallpass.minted(secret(more)).await;
        let page = |more: Value| {
            let page = json!({"kind": "publishable", "name": "p", "origins": [ORIGIN]});
            with(page, more)
        };
        let derive = async |parent: &str| {
            let body = json!({"scopes": ["asset:read"], "durationSeconds": 60});
            hallpass.derive(parent, body).await
        };
        let pause = async |id: &str| {
            let call = hallpass.patch(&format!("{MINT}/{id}"), json!({"enabled": false}));
            call.bearer(&hallpass.root).await.assert("pause", 200, "");
        };
        let (revoked_id, revoked) = server(json!({})).await;
        let child_of_revoked = derive(&revoked).await;
        hallpass.revoke(&revoked_id).await;
        let (disabled_id, disabled) = server(json!({})).await;
        let child_of_disabled = derive(&disabled).await;
        pause(&disabled_id).await;
        let (_, expired) = server(json!({"expires_in": 60})).await;
        let child_of_expired = derive(&expired).await;
        let (_, kept) = server(json!({})).await;
        let jti = hallpass.get("/v1/tokens/self");
        let jti = text(&jti.bearer(&derive(&kept).await).await.body, "id");
        let (full_of_secrets, _) = server(json!({})).await;
        let rotate = format!("{MINT}/{full_of_secrets}/rotate");
        for number in 0..4 {
            let call = hallpass.post(&rotate, json!({"overlap_seconds": 1_000}));
            let call = keyed(call, &format!("rotation-{number}"));
            call.bearer(&hallpass.root).await.assert("rotate", 200, "");
        }
        let (account, _) = hallpass.account("acme", json!(["asset:read"])).await;
        hallpass.environment(&account, "app/test").await;
        hallpass.environment(&account, "old/gone").await;
        let gone = json!({"account": account, "environment": "old/gone"});
        let gone = hallpass.post("/v1/revocations", gone);
        gone.bearer(&hallpass.root).await.assert("close", 204, "");
        let weak = json!({
            "kind": "management", "name": "weak", "scopes": ["tokens:mint", "asset:read"],
            "expires_in": 1_000,
        });
        let root = hallpass.root.clone();
        let share = |model: &str| json!({"model": model});
        let ended_share = hallpass.made(&root, "/v1/shares", share("ended")).await;
        let call = hallpass.delete(&format!("/v1/shares/{ended_share}"));
        call.bearer(&root).await.assert("unshare", 204, "");
        hallpass.made(&root, "/v1/shares", share(MODEL)).await;
        for (path, body) in [
            (MINT, secret(json!({}))),
            ("/v1/users", json!({"username": "twice"})),
        ] {
            let call = keyed(hallpass.post(path, body), "once");
            call.bearer(&root).await.assert("once", 201, "");
        }
        let speaker = json!({"scopes": ["asset:*", "tokens:impersonate"]});
        let scene = Self {
            foreign: Hallpass::start("default").await.root,
            secret: kept,
            page: hallpass.minted(page(json!({}))).await.1,
            revoked,
            disabled,
            expired,
            early: server(json!({"not_before": 1_800_100_000})).await.1,
            elsewhere: server(json!({"ips": ["198.51.100.7"]})).await.1,
            child_of_revoked,
            child_of_expired,
            child_of_disabled,
            strong: server(json!({})).await.0,
            weak: hallpass.minted(weak).await.1,
            speaker: server(speaker).await.1,
            jti,
            full_of_secrets,
            user: hallpass.user("ann", json!(["configuration:save"])).await,
            group: hallpass.group("staff").await,
            unscoped: hallpass.service_account("robot").await,
            account,
            ended_share,
            hallpass,
        };
        scene.hallpass.clock.advance(Duration::from_secs(60));
        scene
    }
}
