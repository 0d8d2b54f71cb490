//! Shares: models that anybody may look at, maybe with a password. A model's id is the platform's
//! own, so it can be shared once in the whole platform.

use crate::activity::Audit;
use crate::directory::{CreateError, Page};
use crate::idempotency::Idempotency;
use crate::table::{
    Expression, Outcome, Projected, Reference, Store, StoreError, Transaction, keys, number, row,
    text,
};
use hallpass_core::{ModelId, PasswordHash, ShareId, ShareRecord, Tenant, UnixMillis};
use thiserror::Error;

pub(super) const LIST: &str = "share";

/// How far a cut-off reaches beyond the moment the password was changed, in milliseconds, so that a
/// visitor whose password was being checked at that moment is cut off as well.
const CUT_OFF_AHEAD_MILLIS: u64 = 1_000;

/// Why no model was shared.
#[derive(Debug, Error)]
pub enum ShareError {
    /// It is shared already.
    #[error("the model is shared already")]
    AlreadyShared(Box<ShareRecord>),
    /// As for all that is made in an environment.
    #[error(transparent)]
    Create(#[from] CreateError),
}

impl From<StoreError> for ShareError {
    fn from(error: StoreError) -> Self {
        Self::Create(error.into())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Share,
    Model,
    Tenant,
    Idempotency,
    Audit,
}

impl Projected for ShareRecord {
    const ATTRIBUTES: &'static [&'static str] = &[];
}

impl Store {
    /// Shares a model, in an open environment.
    ///
    /// # Errors
    /// Says why it is not.
    pub async fn share(
        &self,
        record: &ShareRecord,
        idempotency: Option<&Idempotency>,
        audit: &Audit,
        now: UnixMillis,
    ) -> Result<(), ShareError> {
        let operation = "share a model";
        let model = keys::shared_model(&record.model);
        let present = Reference { id: record.id };
        let mut transaction = Transaction::new(operation)
            .create(Part::Model, row::write(&model, &present, None)?)
            .create(
                Part::Share,
                row::write(&keys::share(&record.id), record, None)?,
            )
            .add_to_list(Part::Share, &record.tenant(), LIST, &record.id)?
            .while_open(Part::Tenant, &record.tenant())
            .log(Part::Audit, audit, &record.tenant())?;
        if let Some(idempotency) = idempotency {
            let made = record.id.to_string();
            transaction = idempotency.remember(transaction, Part::Idempotency, made, now)?;
        }
        let mut backoff = self.backoff(operation, audit.digest());
        loop {
            let Outcome::Lost(parts) = self.transact(&transaction).await? else {
                return Ok(());
            };
            self.refuse_repeated_creation(idempotency, now).await?;
            if parts.contains(&Part::Tenant) {
                return Err(self.why_not_open(&record.tenant()).await?.into());
            }
            if let Some(present) = self.shared(&record.model).await? {
                return Err(ShareError::AlreadyShared(Box::new(present)));
            }
            // It was unshared meanwhile.
            backoff.pause().await?;
        }
    }

    /// Reads a share, also one that has ended.
    ///
    /// # Errors
    /// When the table does not answer, or the row is unreadable.
    pub async fn find_share(&self, id: &ShareId) -> Result<Option<ShareRecord>, StoreError> {
        self.find("read a share", &keys::share(id)).await
    }

    /// The share that a model has now.
    async fn shared(&self, model: &ModelId) -> Result<Option<ShareRecord>, StoreError> {
        let Some(id) = self.share_of(model).await? else {
            return Ok(None);
        };
        let share = self.find_share(&id).await?;
        Ok(share.filter(|share| share.revoked_at.is_none()))
    }

    /// The id of the share that a model has now, or had until a moment ago.
    pub(super) async fn share_of(&self, model: &ModelId) -> Result<Option<ShareId>, StoreError> {
        let present: Option<Reference<ShareId>> = self
            .find("read a shared model", &keys::shared_model(model))
            .await?;
        Ok(present.map(|present| present.id))
    }

    /// Reads up to `limit` shares, 1 to 100, after the one of the cursor.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn shares(
        &self,
        tenant: &Tenant,
        limit: u32,
        cursor: Option<ShareId>,
    ) -> Result<Page<ShareRecord, ShareId>, StoreError> {
        let list = keys::list_partition(tenant, LIST);
        let mut page: Page<ShareRecord, _> = self
            .list("list shares", &list, limit, cursor, keys::share)
            .await?;
        page.items.retain(|share| share.revoked_at.is_none());
        Ok(page)
    }

    /// Replaces the hash of a share's password by another one of the same password, where it is still the
    /// one that was read.
    ///
    /// # Errors
    /// When the table does not answer; it may be replaced nevertheless.
    pub async fn rehash_password(
        &self,
        share: &ShareRecord,
        hash: &PasswordHash,
    ) -> Result<(), StoreError> {
        let Some(before) = &share.password else {
            return Ok(());
        };
        let change = Expression::new("SET #password = :password").with(":password", text(&hash.0));
        let unchanged = Expression::new("#password = :before").with(":before", text(&before.0));
        let key = keys::share(&share.id);
        let transaction =
            Transaction::new("rehash a password").update(Part::Share, key, change, unchanged);
        match self.transact(&transaction).await? {
            Outcome::Written | Outcome::Lost(_) => Ok(()),
        }
    }

    /// Gives a share another password, or none, and ends what was given under the old one. Answers
    /// the record as it is now; `None` if it has ended.
    ///
    /// # Errors
    /// When the table does not answer; it may be changed nevertheless.
    pub async fn change_password(
        &self,
        id: &ShareId,
        password: Option<&PasswordHash>,
        audit: &Audit,
        now: UnixMillis,
    ) -> Result<Option<ShareRecord>, StoreError> {
        let operation = "change a password";
        let mut backoff = self.backoff(operation, audit.digest());
        loop {
            let read = self.find_share(id).await?;
            let Some(read) = read.filter(|share| share.revoked_at.is_none()) else {
                return Ok(None);
            };
            let cut_off = UnixMillis(now.0.saturating_add(CUT_OFF_AHEAD_MILLIS))
                .max(read.cut_off.unwrap_or_default());
            let next = ShareRecord {
                password: password.cloned(),
                cut_off: Some(cut_off),
                ..read.clone()
            };
            let transaction = Transaction::new(operation)
                .update(
                    Part::Share,
                    keys::share(id),
                    change(&next),
                    unchanged(&read),
                )
                .log(Part::Audit, audit, &read.tenant())?;
            match self.transact(&transaction).await? {
                Outcome::Written => return Ok(Some(next)),
                Outcome::Lost(_) => backoff.pause().await?,
            }
        }
    }
}

fn change(next: &ShareRecord) -> Expression {
    let cut_off = number(next.cut_off.unwrap_or_default().0);
    match &next.password {
        Some(hash) => Expression::new("SET #password = :password, #cut_off = :cut_off")
            .with(":password", text(&hash.0)),
        None => Expression::new("SET #cut_off = :cut_off REMOVE #password"),
    }
    .with(":cut_off", cut_off)
}

/// The share is there, and nobody has cut it off further since it was read.
fn unchanged(read: &ShareRecord) -> Expression {
    match read.cut_off {
        Some(cut_off) => Expression::new("attribute_not_exists(#revoked_at) AND #cut_off = :read")
            .with(":read", number(cut_off.0)),
        None => Expression::new(
            "attribute_exists(#pk) AND attribute_not_exists(#revoked_at) \
             AND attribute_not_exists(#cut_off)",
        ),
    }
}
