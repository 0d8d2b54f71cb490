//! Unsharing a model: the tokens that its visitors were given end with the row of the share.

use super::share::{LIST, Part};
use crate::activity::Audit;
use crate::directory::Page;
use crate::table::{
    Expression, KEPT_SECONDS, Outcome, Projected, Store, StoreError, Transaction, keys, number,
    text,
};
use crate::tokens::Revoked;
use hallpass_core::{ShareId, ShareRecord, Tenant, UnixMillis};
use serde::Deserialize;

/// Shares a page of a sweep.
const PAGE: u32 = 100;

/// A share as a sweep reads it, which has no need of the hash of its password: functions that sweep may not
/// read the hash, by policy.
#[derive(Deserialize)]
#[serde(transparent)]
struct WithoutPassword(ShareRecord);

impl Projected for WithoutPassword {
    const ATTRIBUTES: &'static [&'static str] = &[
        "id",
        "account",
        "environment",
        "model",
        "scopes",
        "created_at",
        "revoked_at",
        "cut_off",
    ];
}

impl Store {
    /// Unshares a model. It can be shared again, under another id.
    ///
    /// # Errors
    /// When the table does not answer; it may have ended nevertheless.
    pub async fn unshare(
        &self,
        share: &ShareRecord,
        audit: &Audit,
        now: UnixMillis,
    ) -> Result<Revoked, StoreError> {
        let transaction = ending(share, now).log(Part::Audit, audit, &share.tenant())?;
        Ok(match self.transact(&transaction).await? {
            Outcome::Written => Revoked::Now,
            Outcome::Lost(_) => Revoked::Already,
        })
    }

    /// Ends one page of an environment's shares, or only what they gave up to `before`. Answers
    /// where to go on.
    pub(crate) async fn sweep_shares(
        &self,
        tenant: &Tenant,
        cursor: Option<ShareId>,
        before: UnixMillis,
        closing: bool,
        now: UnixMillis,
    ) -> Result<Option<ShareId>, StoreError> {
        let list = keys::list_partition(tenant, LIST);
        let page: Page<WithoutPassword, ShareId> = self
            .list("list shares", &list, PAGE, cursor, keys::share)
            .await?;
        let shares = page.items.into_iter().map(|WithoutPassword(share)| share);
        for share in shares.filter(|share| share.revoked_at.is_none()) {
            let transaction = if closing {
                ending(&share, now)
            } else {
                cutting(&share, before)
            };
            // Where the condition is lost, it has ended, or was cut off further.
            let (Outcome::Written | Outcome::Lost(_)) = self.transact(&transaction).await?;
        }
        Ok(page.next)
    }
}

fn ending(share: &ShareRecord, now: UnixMillis) -> Transaction<Part> {
    let ended = Expression::new("SET #revoked_at = :now, #ttl = :ttl")
        .with(":now", number(now.0))
        .with(":ttl", number(now.seconds().plus(KEPT_SECONDS).0));
    let present = Expression::new("attribute_exists(#pk) AND attribute_not_exists(#revoked_at)");
    let its_own = Expression::new("#id = :id").with(":id", text(&share.id.to_string()));
    Transaction::new("unshare a model")
        .update(Part::Share, keys::share(&share.id), ended, present)
        .delete(Part::Model, keys::shared_model(&share.model), its_own)
        .remove_from_list(Part::Share, &share.tenant(), LIST, &share.id)
}

fn cutting(share: &ShareRecord, before: UnixMillis) -> Transaction<Part> {
    Transaction::new("cut off a share").update(
        Part::Share,
        keys::share(&share.id),
        Expression::new("SET #cut_off = :before").with(":before", number(before.0)),
        Expression::new(
            "attribute_exists(#pk) AND (attribute_not_exists(#cut_off) OR #cut_off < :before)",
        ),
    )
}
