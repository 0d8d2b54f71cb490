//! Tokens of a deployment, made, asked about and ended through its API.

use crate::Hallpass;
use crate::text::{text, with};
use serde_json::{Value, json};

impl Hallpass {
    /// Mints with the root token; the reply's body, which must be a success.
    pub async fn mint(&self, body: Value) -> Value {
        self.mint_as(&self.root, body).await
    }

    /// Mints with a token; the reply's body, which must be a success.
    pub async fn mint_as(&self, maker: &str, body: Value) -> Value {
        let reply = self.post("/v1/tokens", body).bearer(maker).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.body
    }

    /// Mints with the root token; the token's id and text.
    pub async fn minted(&self, body: Value) -> (String, String) {
        self.minted_as(&self.root, body).await
    }

    /// Mints with a token; the new one's id and text.
    pub async fn minted_as(&self, maker: &str, body: Value) -> (String, String) {
        let made = self.mint_as(maker, body).await;
        (text(&made, "id"), text(&made, "token"))
    }

    /// A new secret token's text.
    pub async fn secret(&self) -> String {
        self.secret_with(json!({})).await.1
    }

    /// A new secret token with these fields, too: its id and text.
    pub async fn secret_with(&self, more: Value) -> (String, String) {
        let body = with(json!({"kind": "secret", "name": "a server"}), more);
        self.minted(body).await
    }

    /// Derives a JWT with the documented call; its text.
    pub async fn derive(&self, parent: &str, body: Value) -> String {
        let reply = self
            .post("/v2/temporary-access-token/create", body)
            .bearer(parent)
            .await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        text(&reply.body, "authorization")
            .strip_prefix("Bearer ")
            .unwrap()
            .to_owned()
    }

    /// Validates with the root token; the reply's body, which must be a success.
    pub async fn validate(&self, body: Value) -> Value {
        let reply = self
            .post("/v1/tokens/validate", body)
            .bearer(&self.root)
            .await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.body
    }

    /// The reason code of a validation with the root token.
    pub async fn code(&self, token: &str) -> String {
        text(&self.validate(json!({"token": token})).await, "code")
    }

    /// The same for one scope.
    pub async fn code_for(&self, token: &str, scope: &str) -> String {
        let body = json!({"token": token, "scope": scope});
        text(&self.validate(body).await, "code")
    }

    /// Whether a token may do this.
    pub async fn may(&self, token: &str, scope: &str) -> bool {
        self.may_from(token, scope, None).await
    }

    /// Whether a token may do this on a page of this origin, or outside a browser.
    pub async fn may_from(&self, token: &str, scope: &str, origin: Option<&str>) -> bool {
        let body = json!({"token": token, "scope": scope});
        let body = with(body, json!({"origin": origin}));
        self.validate(body).await["active"] == true
    }

    /// Revokes a token by its id, with the root token.
    pub async fn revoke(&self, id: &str) {
        let reply = self.delete(&format!("/v1/tokens/{id}"));
        reply.bearer(&self.root).await.assert("revoke", 204, "");
    }
}
