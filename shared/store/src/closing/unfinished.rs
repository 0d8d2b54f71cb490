//! What has begun and has not finished: a row for each, which the first write of a closing makes and
//! the last one deletes. `functions/maintain` finds there what nobody finished: a closing whose process
//! was ended half way, or whose 202 nobody followed.

use super::close::Closed;
use super::target::Closing;
use crate::table::{Expression, Key, Store, StoreError, Transaction, keys, row};
use hallpass_core::{AccountId, EnvironmentName, Principal, Tenant, TokenId, UnixMillis};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// A closing that has begun and has not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// What is closed, or swept of what is old.
    pub closing: Closing,
    /// When it began; when it last did, where a further one reached further.
    pub begun_at: UnixMillis,
}

#[derive(Serialize, Deserialize)]
struct Row {
    account: AccountId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment: Option<EnvironmentName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    principal: Option<Principal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    made_by: Option<TokenId>,
    begun_at: UnixMillis,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Row,
}

impl Closing {
    fn unfinished_key(&self) -> Key {
        match self {
            Self::Account(account) => keys::unfinished_account(account),
            Self::Environment(tenant) => keys::unfinished_environment(tenant),
            Self::Principal { tenant, principal } => keys::unfinished_in(tenant, principal),
            Self::MadeBy { tenant, token } => keys::unfinished_in(tenant, token),
        }
    }
}

impl From<&Unfinished> for Row {
    fn from(Unfinished { closing, begun_at }: &Unfinished) -> Self {
        let of_account = |account| Self {
            account,
            environment: None,
            principal: None,
            made_by: None,
            begun_at: *begun_at,
        };
        let of_environment = |tenant: Tenant| Self {
            environment: Some(tenant.environment),
            ..of_account(tenant.account)
        };
        match closing.clone() {
            Closing::Account(account) => of_account(account),
            Closing::Environment(tenant) => of_environment(tenant),
            Closing::Principal { tenant, principal } => Self {
                principal: Some(principal),
                ..of_environment(tenant)
            },
            Closing::MadeBy { tenant, token } => Self {
                made_by: Some(token),
                ..of_environment(tenant)
            },
        }
    }
}

impl From<Row> for Unfinished {
    fn from(row: Row) -> Self {
        let account = row.account;
        let tenant = row.environment.map(|environment| Tenant {
            account,
            environment,
        });
        let closing = match (tenant, row.principal, row.made_by) {
            (None, _, _) => Closing::Account(account),
            (Some(tenant), Some(principal), _) => Closing::Principal { tenant, principal },
            (Some(tenant), None, Some(token)) => Closing::MadeBy { tenant, token },
            (Some(tenant), None, None) => Closing::Environment(tenant),
        };
        Self {
            closing,
            begun_at: row.begun_at,
        }
    }
}

impl<P> Transaction<P> {
    /// Notes that this closing begins. Has no condition.
    pub(super) fn note_begun(
        self,
        part: P,
        closing: &Closing,
        begun_at: UnixMillis,
    ) -> Result<Self, StoreError> {
        let unfinished = Unfinished {
            closing: closing.clone(),
            begun_at,
        };
        let row = row::write(&closing.unfinished_key(), &Row::from(&unfinished), None)?;
        Ok(self.put(part, row, Expression::none()))
    }

    /// Notes that this closing has finished. Has no condition.
    pub(super) fn note_finished(self, part: P, closing: &Closing) -> Self {
        self.delete(part, closing.unfinished_key(), Expression::none())
    }
}

impl Store {
    /// All closings that have begun and have not finished.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn unfinished_closings(&self) -> Result<Vec<Unfinished>, StoreError> {
        let mut found = Vec::new();
        for pk in keys::unfinished_closings() {
            let rows = self.query_all("list unfinished closings", &pk, "").await?;
            found.extend(rows.into_iter().map(|row: Row| Unfinished::from(row)));
        }
        Ok(found)
    }

    /// Goes on with a closing that has begun, for whoever began it, until `deadline`; one page at
    /// least is done by each call.
    ///
    /// # Errors
    /// When the table does not answer; what was done stays done.
    pub async fn finish_closing(
        &self,
        closing: &Closing,
        now: UnixMillis,
        deadline: Instant,
    ) -> Result<Closed, StoreError> {
        if let Some(closed) = self.go_on(closing, None, now, deadline).await? {
            return Ok(closed);
        }
        // Its row is gone, and with it everything under it.
        let forget = Transaction::new("forget a closing").note_finished(Part::Row, closing);
        self.transact(&forget).await.map(|_done| Closed::Finished)
    }
}
