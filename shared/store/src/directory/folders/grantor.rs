//! Givers: users who give and take access and make folders by their own tokens. A token says what its
//! user could do when it was made; the act happens only while the user may do it now.

use super::error::FolderError;
use super::part::Part;
use crate::directory::principal::as_read;
use crate::table::{Store, Tenant, Transaction, keys};
use hallpass_core::{GroupId, GroupRecord, Principal, PrincipalRecord, Scope, UserId, reached};
use std::collections::HashMap;
use std::fmt;

/// What an act takes that a user, in these groups and those around them, may not do now.
type Lacks<'a> =
    dyn Fn(&PrincipalRecord, &HashMap<GroupId, GroupRecord>) -> Option<Scope> + Send + Sync + 'a;

/// The user whose token asks for an act.
pub struct Giver<'a> {
    /// Who.
    pub user: UserId,
    /// What the act takes and they may not.
    pub lacks: Box<Lacks<'a>>,
}

impl fmt::Debug for Giver<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Giver").field(&self.user).finish()
    }
}

impl Store {
    /// Happens only while the giver may do it, by their row and those of their groups as they are
    /// read here. Comes after the rows that are written were read: the table refuses two writes to
    /// one row, and one that is written is held to what was read of it before.
    pub(crate) async fn while_giving(
        &self,
        transaction: Transaction<Part>,
        tenant: Tenant<'_>,
        giver: &Giver<'_>,
    ) -> Result<Transaction<Part>, FolderError> {
        let id = Principal::User(giver.user);
        let user = self.principal(tenant.account, tenant.environment, &id);
        let open = user.await?.filter(|user| user.closed_at.is_none());
        let user = open.ok_or(FolderError::NoMember)?;
        let groups = self.groups_of(&user).await?;
        if let Some(scope) = (giver.lacks)(&user, &groups) {
            return Err(FolderError::NotHeld(scope));
        }
        let row = keys::principal(tenant.account, tenant.environment, &id);
        let around: Vec<&GroupRecord> = reached(&user.member_of, &groups)
            .into_iter()
            .filter(|group| {
                let row = keys::group(tenant.account, tenant.environment, &group.id);
                !transaction.has(&row)
            })
            .collect();
        let transaction = if transaction.has(&row) {
            transaction
        } else {
            transaction.check(Part::Member, row, as_read(user.version))
        };
        Ok(transaction.while_as_read(Part::Member, &around))
    }
}
