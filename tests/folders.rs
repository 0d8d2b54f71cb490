//! `/v1/folders`: the tree of an environment, who has access to which part of it, and what a user's
//! token may do by that. On 3dverse's catalog, which is where users work with folders themselves.

mod access;
mod create;
mod list;
mod own;
mod race;
mod user_token;

use hallpass_tests::{Call, Hallpass, Reply, access, membership, new_name, text};
use serde_json::{Value, json};

/// Ids of the right shape that nothing has.
const NO_FOLDER: &str = "fld_0000000000000000000001";
const NO_USER: &str = "usr_0000000000000000000001";
const NO_GROUP: &str = "grp_0000000000000000000001";

/// A deployment, and a server's key to the environment whose tree it is about.
struct Tree {
    hallpass: Hallpass,
    key: String,
}

/// A call with a token where its kind stands.
fn by(call: Call, token: &str) -> Call {
    if token.starts_with("tdkey_") {
        call.header("api_key", token)
    } else if token.starts_with("hpm_") {
        call.bearer(token)
    } else {
        call.header("user_token", token)
    }
}

impl Tree {
    async fn new() -> Self {
        let hallpass = Hallpass::start("3dverse").await;
        let key = hallpass
            .mint(json!({"kind": "apikey", "name": "a server"}))
            .await;
        Self {
            key: text(&key, "token"),
            hallpass,
        }
    }

    async fn post(&self, token: &str, path: &str, body: Value) -> Reply {
        by(self.hallpass.post(path, body), token).await
    }

    async fn get(&self, token: &str, path: &str) -> Reply {
        by(self.hallpass.get(path), token).await
    }

    async fn put(&self, token: &str, path: &str, body: Value) -> Reply {
        by(self.hallpass.put(path).json(body), token).await
    }

    async fn delete(&self, token: &str, path: &str) -> Reply {
        by(self.hallpass.delete(path), token).await
    }

    /// Makes a folder with a token; the reply's body, which must be a success.
    async fn folder_as(&self, token: &str, parent: Option<&str>) -> Value {
        let mut body = json!({"name": new_name()});
        if let Some(parent) = parent {
            body["parent"] = json!(parent);
        }
        let reply = self.post(token, "/v1/folders", body).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.body
    }

    /// Makes a folder with the key; its id and path.
    async fn folder(&self, parent: Option<&str>) -> (String, String) {
        let made = self.folder_as(&self.key, parent).await;
        (text(&made, "id"), text(&made, "path"))
    }

    /// Makes a user; the id.
    async fn user(&self, name: &str) -> String {
        let reply = self
            .post(&self.key, "/app/v1/users", json!({"username": name}))
            .await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        text(&reply.body, "user_id")
    }

    /// Makes a group; the id.
    async fn group(&self, name: &str) -> String {
        let reply = self
            .post(&self.key, "/v1/groups", json!({"name": name}))
            .await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        text(&reply.body, "id")
    }

    /// Puts a user or a group into a group.
    async fn join(&self, group: &str, member: &str) {
        let joined = by(self.hallpass.put(&membership(group, member)), &self.key);
        joined.await.assert("join", 204, "");
    }

    /// Gives a user or group a level with the key.
    async fn give(&self, folder: &str, member: &str, level: &str) {
        let path = access(folder, member);
        let given = self.put(&self.key, &path, json!({"access": level})).await;
        assert_eq!(given.status, 204, "{}", given.body);
    }

    /// Asks for a user's token with the key.
    async fn ask_token(&self, user: &str, body: Value) -> Reply {
        let path = format!("/app/v1/users/{user}/tokens");
        self.post(&self.key, &path, body).await
    }

    /// A user's token.
    async fn token(&self, user: &str, scope: &str) -> String {
        let reply = self
            .ask_token(user, json!({"scope": scope, "ttl": "1h"}))
            .await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        text(&reply.body, "user_token")
    }

    /// A public token.
    async fn public(&self) -> String {
        let body = json!({"kind": "public", "name": "a page"});
        text(&self.hallpass.mint(body).await, "token")
    }

    /// Whether a token may do this.
    async fn may(&self, token: &str, scope: &str) -> bool {
        self.hallpass.may(token, scope).await
    }

    /// Which of read, write and manage a token may at a path.
    async fn levels(&self, token: &str, path: &str) -> Vec<&'static str> {
        let mut found = Vec::new();
        for level in ["read", "write", "manage"] {
            if self.may(token, &format!("folder:{level}@{path}")).await {
                found.push(level);
            }
        }
        found
    }
}
