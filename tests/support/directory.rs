//! Accounts, and who and what is in them, made through the API.

use crate::Hallpass;
use crate::text::{text, with};
use serde_json::{Value, json};

impl Hallpass {
    /// Makes a user, service account, group and so on with a token; its id.
    pub async fn made(&self, maker: &str, path: &str, body: Value) -> String {
        let reply = self.post(path, body).bearer(maker).await;
        assert_eq!(reply.status, 201, "{path}: {}", reply.body);
        text(&reply.body, "id")
    }

    /// Makes a customer account and a management token of its own with these scopes; the account's
    /// id and the token's text.
    pub async fn account(&self, name: &str, scopes: Value) -> (String, String) {
        let body = json!({"name": name});
        let account = self.made(&self.root, "/v1/accounts", body).await;
        let body =
            json!({"kind": "management", "name": name, "account": account, "scopes": scopes});
        let (_, token) = self.minted(body).await;
        (account, token)
    }

    /// Makes an environment of an account.
    pub async fn environment(&self, account: &str, name: &str) {
        let call = self.post(&environments(account), json!({"name": name}));
        let reply = call.bearer(&self.root).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
    }

    /// Makes a user with the root token, with these scopes or with `null`, which leaves them out;
    /// the id.
    pub async fn user(&self, name: &str, scopes: Value) -> String {
        let body = with(json!({"username": name}), json!({"scopes": scopes}));
        self.made(&self.root, "/v1/users", body).await
    }

    /// Makes a service account with the root token; its id.
    pub async fn service_account(&self, name: &str) -> String {
        let body = json!({"name": name});
        self.made(&self.root, "/v1/service-accounts", body).await
    }

    /// Makes a group with the root token; its id.
    pub async fn group(&self, name: &str) -> String {
        let body = json!({"name": name});
        self.made(&self.root, "/v1/groups", body).await
    }

    /// Puts a user or a group into a group, with the root token.
    pub async fn join(&self, group: &str, member: &str) {
        self.join_as(&self.root, group, member).await;
    }

    /// The same with another token.
    pub async fn join_as(&self, caller: &str, group: &str, member: &str) {
        let call = self.put(&membership(group, member));
        call.bearer(caller).await.assert("join", 204, "");
    }
}

/// The path of an account's environments.
pub fn environments(account: &str) -> String {
    format!("/v1/accounts/{account}/environments")
}

/// The path of a user's, or a group's, membership of a group.
pub fn membership(group: &str, member: &str) -> String {
    format!("/v1/groups/{group}/members/{}/{member}", list_of(member))
}

/// The path of somebody's access to a folder.
pub fn access(folder: &str, member: &str) -> String {
    format!("/v1/folders/{folder}/access/{}/{member}", list_of(member))
}

/// Which list of a path an id stands in.
fn list_of(member: &str) -> &'static str {
    if member.starts_with("grp_") {
        "groups"
    } else {
        "users"
    }
}
