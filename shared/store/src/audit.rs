//! Audit: one row in the same transaction as every act.

use crate::error::StoreError;
use crate::expression::Expression;
use crate::item;
use crate::keys;
use crate::transaction::Transaction;
use hallpass_core::{AccountId, EnvironmentName, UnixMillis};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// Who did what, from where and when. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// What was done, such as `mint`.
    pub action: &'static str,
    /// The id of the calling token, or `iam`.
    pub by: String,
    /// Where the call came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// When.
    pub at: UnixMillis,
    /// What it was done to, such as a token's id.
    pub subject: String,
}

impl<P> Transaction<P> {
    /// Adds the act to the log of an environment. Has no condition, so that it never stands in the
    /// way of the act.
    pub(crate) fn log(
        self,
        part: P,
        audit: &Audit,
        account: &AccountId,
        environment: &EnvironmentName,
    ) -> Result<Self, StoreError> {
        let id = format!("{:016x}", audit.digest());
        let key = keys::audit(account, environment, audit.at, &id);
        let row = item::write(&key, audit, None)?;
        Ok(self.put(part, row, Expression::none()))
    }
}

impl Audit {
    /// Tells this act from others of the same millisecond; also spreads its retries.
    pub(crate) fn digest(&self) -> u64 {
        let address = self.address.map(|address| address.to_string());
        let mut hash = Sha256::new();
        for part in [
            self.action,
            &self.by,
            address.as_deref().unwrap_or_default(),
            &self.subject,
        ] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let digest: [u8; 32] = hash.finalize().into();
        digest
            .first_chunk()
            .map_or(0, |bytes| u64::from_be_bytes(*bytes))
    }
}
