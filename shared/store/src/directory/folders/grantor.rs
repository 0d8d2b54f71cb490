//! The grantor: the user whose own token gives or takes access, or makes a folder. A token says what
//! its user could do when it was made; the change happens only while the user may do it now.

use super::error::FolderError;
use super::part::Part;
use crate::directory::principal::unchanged;
use crate::table::{Store, Transaction, keys};
use hallpass_core::{
    GroupId, GroupRecord, Principal, PrincipalRecord, Scope, Tenant, UserId, reached,
};
use std::collections::HashMap;
use std::fmt;

/// A scope that the change needs and that the user, in these groups and their ancestors, does not
/// have now.
type MissingScope<'a> =
    dyn Fn(&PrincipalRecord, &HashMap<GroupId, GroupRecord>) -> Option<Scope> + Send + Sync + 'a;

/// The user whose token asks for an act.
pub struct Grantor<'a> {
    /// Who.
    pub user: UserId,
    /// A scope that the change needs and that they do not have now, if there is one.
    pub missing_scope: Box<MissingScope<'a>>,
}

impl fmt::Debug for Grantor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Grantor").field(&self.user).finish()
    }
}

impl Store {
    /// Holds only while the grantor may make the change, by their row and those of their groups as
    /// they are read here. Call it after the writes are added: a transaction names a row once, and one
    /// that it writes has the condition that it is as it was read.
    pub(crate) async fn while_grantor_may(
        &self,
        transaction: Transaction<Part>,
        tenant: &Tenant,
        grantor: &Grantor<'_>,
    ) -> Result<Transaction<Part>, FolderError> {
        let id = Principal::User(grantor.user);
        let user = self.open_principal(tenant, &id);
        let user = user.await?.ok_or(FolderError::NoMember)?;
        let groups = self.groups_of(&user).await?;
        if let Some(scope) = (grantor.missing_scope)(&user, &groups) {
            return Err(FolderError::NotHeld(scope));
        }
        let row = keys::principal(tenant, &id);
        let around: Vec<&GroupRecord> = reached(&user.member_of, &groups)
            .into_iter()
            .filter(|group| {
                let row = keys::group(tenant, &group.id);
                !transaction.has(&row)
            })
            .collect();
        let transaction = if transaction.has(&row) {
            transaction
        } else {
            transaction.check(Part::Member, row, unchanged(user.version))
        };
        Ok(transaction.while_groups_unchanged(Part::Member, &around))
    }
}
