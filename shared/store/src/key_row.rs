//! Rows of signing keys: what is published, which one signs. Only `keys` and `bootstrap` may write
//! in their partition, by policy.

use crate::Store;
use crate::error::StoreError;
use crate::expression::Expression;
use crate::item::{self, number, text};
use crate::keys;
use crate::transaction::{Outcome, Transaction};
use hallpass_core::{Algorithm, UnixMillis};
use serde::{Deserialize, Serialize};

/// Where a signing key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published, and does not sign yet.
    Next,
    /// Signs; there is one at most.
    Current,
    /// Signs no more, and stays published while what it signed lives.
    Previous,
}

/// What the table holds of a signing key. Nothing of it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRow {
    /// Its id in a JWT's header: the RFC 7638 thumbprint.
    pub kid: String,
    /// The one algorithm it signs with.
    pub algorithm: Algorithm,
    /// The KMS key.
    pub kms_key_id: String,
    /// The public key, as a JWK (RFC 7517).
    pub jwk: serde_json::Value,
    /// Where it is in its life.
    pub state: KeyState,
    /// When it was made.
    pub created_at: UnixMillis,
    /// When it was retired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<UnixMillis>,
}

/// The row that says which key signs.
#[derive(Serialize)]
struct Current<'a> {
    kid: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Key,
    Current,
}

impl Store {
    /// Reads every signing key, whatever its state.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn key_rows(&self) -> Result<Vec<KeyRow>, StoreError> {
        let pk = keys::current_signing_key().pk;
        self.query_all("read signing keys", &pk, keys::SIGNING_KEYS)
            .await
    }

    /// Writes a key that is to sign at once, where none does; `false` if one does already.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_first_key(&self, key: &KeyRow) -> Result<bool, StoreError> {
        let first = KeyRow {
            state: KeyState::Current,
            ..key.clone()
        };
        let current = Current { kid: &key.kid };
        let current = item::write(&keys::current_signing_key(), &current, None)?;
        let row = item::write(&keys::signing_key(&key.kid), &first, None)?;
        let transaction = Transaction::new("put the first signing key")
            .create(Part::Current, current)
            .create(Part::Key, row);
        let outcome = self.transact(&transaction).await?;
        Ok(matches!(outcome, Outcome::Written))
    }

    /// Retires a key: it signs no more, and if it was the current one, its place is free. `false`
    /// if there is no such key or it was retired before.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn retire_key(&self, kid: &str, now: UnixMillis) -> Result<bool, StoreError> {
        let retire = Transaction::new("retire a signing key").update(
            Part::Key,
            keys::signing_key(kid),
            Expression::new("SET #state = :previous, #retired_at = :now")
                .with(":previous", text("previous"))
                .with(":now", number(now.0)),
            Expression::new("attribute_exists(#pk) AND attribute_not_exists(#retired_at)"),
        );
        let with_kid = |is: &'static str| Expression::new(is).with(":kid", text(kid));
        let current = keys::current_signing_key();
        let while_current =
            retire
                .clone()
                .delete(Part::Current, current.clone(), with_kid("#kid = :kid"));
        let while_not = retire.check(
            Part::Current,
            current,
            with_kid("attribute_not_exists(#pk) OR #kid <> :kid"),
        );
        // It may become current between the two, once.
        for transaction in [&while_current, &while_not, &while_current] {
            match self.transact(transaction).await? {
                Outcome::Written => return Ok(true),
                Outcome::Lost(parts) if parts.contains(&Part::Key) => return Ok(false),
                Outcome::Lost(_) => {}
            }
        }
        Ok(false)
    }
}
