//! The parts of a transaction about a folder, or the access to one.

use crate::table::{Expression, Transaction, keys};
use hallpass_core::{FolderRef, Principal, Tenant};

/// What a write of the transaction is about: tells which condition failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Folder,
    Name,
    Parent,
    Member,
    Tenant,
    Idempotency,
    Audit,
}

impl Transaction<Part> {
    /// Happens only where the folder is there. The Public one always is; a user's own is there with
    /// the user, whose row may be among those held to be open already.
    pub(crate) fn while_folder_exists(
        self,
        part: Part,
        tenant: &Tenant,
        folder: &FolderRef,
    ) -> Self {
        match folder {
            FolderRef::Public => self,
            FolderRef::Home(user) => {
                let user = Principal::User(*user);
                let key = keys::principal(tenant, &user);
                if self.has(&key) {
                    return self;
                }
                let open =
                    Expression::new("attribute_exists(#pk) AND attribute_not_exists(#closed_at)");
                self.check(part, key, open)
            }
            FolderRef::Made(id) => {
                let key = keys::folder(tenant, id);
                self.check(part, key, Expression::new("attribute_exists(#pk)"))
            }
        }
    }
}
