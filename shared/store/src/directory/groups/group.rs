//! Groups: each is a row and an entry in the list of groups; its members are rows in its partition.

use super::descendants::walk_deadline;
use crate::activity::Audit;
use crate::directory::creation::CreateError;
use crate::directory::list::Page;
use crate::directory::listed::ListedGroup;
use crate::directory::principal::{ChangeError, unchanged};
use crate::idempotency::Idempotency;
use crate::table::{
    Expression, KEPT_SECONDS, Outcome, Store, StoreError, Transaction, keys, number, row, text,
};
use hallpass_core::{GroupId, GroupRecord, Tenant, UnixMillis, folded};

/// The name of the list that groups are in.
pub(crate) const GROUP: &str = "group";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Group,
    Name,
    Tenant,
    Idempotency,
    Audit,
}

impl<P: Copy> Transaction<P> {
    /// Writes what can change of a group, where the row is as it was read (its `version` says so)
    /// and not closed. A change of its name is a matter of another row as well.
    pub(crate) fn change_group(self, part: P, next: &GroupRecord) -> Result<Self, StoreError> {
        let key = keys::group(&next.tenant(), &next.id);
        let change = Expression::assign(vec![
            ("name", Some(text(next.name.as_str()))),
            ("name_key", next.name_key.as_deref().map(text)),
            ("access", Some(row::value(&key, &next.access)?)),
            ("within", Some(row::value(&key, &next.within)?)),
            ("version", Some(number(next.version.saturating_add(1)))),
        ]);
        Ok(self.update(part, key, change, unchanged(next.version)))
    }

    /// Holds only while these groups give what they gave when they were read. They are one group and
    /// those it stands within, `MOST_AROUND` at most.
    pub(crate) fn while_groups_unchanged(self, part: P, groups: &[&GroupRecord]) -> Self {
        groups.iter().fold(self, |it, group| {
            let key = keys::group(&group.tenant(), &group.id);
            it.check(part, key, unchanged(group.version))
        })
    }
}

impl Store {
    /// Makes a group, within no other yet, in an open environment.
    ///
    /// # Errors
    /// Says why nothing was made.
    pub async fn create_group(
        &self,
        record: &GroupRecord,
        idempotency: Option<&Idempotency>,
        audit: &Audit,
        now: UnixMillis,
    ) -> Result<(), CreateError> {
        let tenant = &record.tenant();
        let key = keys::group(&record.tenant(), &record.id);
        let mut transaction = Transaction::new("create a group")
            .take_name(Part::Name, tenant, GROUP, record.name.as_str(), record.id)?
            .create(Part::Group, row::write(&key, record, None)?)
            .add_to_list(Part::Group, tenant, GROUP, &record.id)?
            .while_open(Part::Tenant, tenant)
            .log(Part::Audit, audit, tenant)?;
        if let Some(idempotency) = idempotency {
            let made = record.id.to_string();
            transaction = idempotency.remember(transaction, Part::Idempotency, made, now)?;
        }
        let Outcome::Lost(parts) = self.transact(&transaction).await? else {
            return Ok(());
        };
        self.refuse_repeated_creation(idempotency, now).await?;
        if parts.contains(&Part::Tenant) {
            return Err(self.why_not_open(tenant).await?);
        }
        Err(if parts.contains(&Part::Name) {
            CreateError::NameTaken
        } else {
            CreateError::Exists
        })
    }

    /// Reads a group, a closed one too.
    ///
    /// # Errors
    /// When the table does not answer, or the row is unreadable.
    pub async fn group(
        &self,
        tenant: &Tenant,
        id: &GroupId,
    ) -> Result<Option<GroupRecord>, StoreError> {
        let key = keys::group(tenant, id);
        self.find("read a group", &key).await
    }

    /// The same, if it is not closed.
    ///
    /// # Errors
    /// When the table does not answer, or the row is unreadable.
    pub async fn open_group(
        &self,
        tenant: &Tenant,
        id: &GroupId,
    ) -> Result<Option<GroupRecord>, StoreError> {
        let found = self.group(tenant, id).await?;
        Ok(found.filter(|group| group.closed_at.is_none()))
    }

    /// Reads up to `limit` groups, 1 to 100, after the one of the cursor.
    ///
    /// # Errors
    /// When the table does not answer, or a row is unreadable.
    pub async fn group_page(
        &self,
        tenant: &Tenant,
        limit: u32,
        cursor: Option<GroupId>,
    ) -> Result<Page<ListedGroup, GroupId>, StoreError> {
        let list = keys::list_partition(tenant, GROUP);
        let key = |id: &GroupId| keys::group(tenant, id);
        let mut page: Page<ListedGroup, _> =
            self.list("list groups", &list, limit, cursor, key).await?;
        page.items.retain(|group| group.closed_at.is_none());
        Ok(page)
    }

    /// Closes a group as it was read: it gives nothing any more, nor do those around it through it.
    ///
    /// # Errors
    /// Says why nothing was changed.
    pub async fn close_group(
        &self,
        tenant: &Tenant,
        id: &GroupId,
        audit: &Audit,
        now: UnixMillis,
    ) -> Result<(), ChangeError> {
        let operation = "close a group";
        let mut backoff = self.backoff(operation, audit.digest());
        loop {
            let read = self.group(tenant, id).await?;
            let group = read.ok_or(ChangeError::Missing)?;
            if group.closed_at.is_some() {
                return Ok(());
            }
            let tenant = &group.tenant();
            // Where the row is missing, it gives nothing as well: it need not stay.
            let change = Expression::new("SET #closed_at = :now, #ttl = :ttl")
                .with(":now", number(now.0))
                .with(":ttl", number(now.seconds().plus(KEPT_SECONDS).0));
            let key = keys::group(tenant, id);
            let transaction = Transaction::new(operation)
                .update(Part::Group, key, change, unchanged(group.version))
                .free_name(Part::Group, tenant, GROUP, group.name_key.as_deref())
                .remove_from_list(Part::Group, tenant, GROUP, id)
                .log(Part::Audit, audit, tenant)?;
            match self.transact(&transaction).await? {
                Outcome::Written => {
                    self.remove_all_members(&group, walk_deadline()).await;
                    return Ok(());
                }
                Outcome::Lost(_) => backoff.pause().await?,
            }
        }
    }

    /// Changes the name or access of a group by `change`, which is called again where another
    /// change came first; answers the record as it is now.
    ///
    /// # Errors
    /// Says why nothing was changed.
    pub async fn change_group(
        &self,
        tenant: &Tenant,
        id: &GroupId,
        change: impl Fn(&mut GroupRecord),
        audit: &Audit,
    ) -> Result<GroupRecord, ChangeError> {
        let operation = "change a group";
        let mut backoff = self.backoff(operation, audit.digest());
        loop {
            let read = self.open_group(tenant, id).await?;
            let read = read.ok_or(ChangeError::Missing)?;
            let mut next = read.clone();
            change(&mut next);
            let mut transaction = Transaction::new(operation);
            if next.name != read.name {
                let name = next.name.as_str();
                next.name_key = Some(folded(name));
                if next.name_key != read.name_key {
                    transaction = transaction
                        .free_name(Part::Group, tenant, GROUP, read.name_key.as_deref())
                        .take_name(Part::Name, tenant, GROUP, name, next.id)?;
                }
            }
            let transaction = transaction.change_group(Part::Group, &next)?.log(
                Part::Audit,
                audit,
                &next.tenant(),
            )?;
            match self.transact(&transaction).await? {
                Outcome::Written => {
                    next.version = next.version.saturating_add(1);
                    return Ok(next);
                }
                // The row may have been another's by then, and so the name its own.
                Outcome::Lost(parts) if !parts.contains(&Part::Group) => {
                    return Err(ChangeError::NameTaken);
                }
                Outcome::Lost(_) => backoff.pause().await?,
            }
        }
    }
}
