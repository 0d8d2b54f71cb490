//! Names of users and service accounts: a row for each, in the form in which names are compared
//! (`folded`).

use crate::table::{Expression, Reference, StoreError, Transaction, keys, row};
use hallpass_core::{PrincipalRecord, folded};

impl<P: Copy> Transaction<P> {
    /// Takes a name, unless another one of the same type has it. One that was made when names were
    /// compared as they are written has a row of that form: it is not taken either, as it is written
    /// and as it is compared now.
    pub(crate) fn take_name(self, part: P, record: &PrincipalRecord) -> Result<Self, StoreError> {
        let (tenant, name) = (record.tenant(), record.name.as_str());
        let list = record.id.principal_type().as_str();
        let name_key = folded(name);
        let mut written = vec![keys::written_name(&tenant, list, name)];
        if name_key != name {
            written.push(keys::written_name(&tenant, list, &name_key));
        }
        let key = keys::unique_name(&tenant, list, &name_key);
        let reference = Reference { id: record.id };
        let taken = self.create(part, row::write(&key, &reference, None)?);
        Ok(written.into_iter().fold(taken, |it, key| {
            // Its own, which it gives up for this one.
            if it.has(&key) {
                return it;
            }
            it.check(part, key, Expression::new("attribute_not_exists(#pk)"))
        }))
    }

    /// Frees a name, in the form in which it was taken.
    pub(crate) fn free_name(self, part: P, record: &PrincipalRecord) -> Self {
        let (tenant, list) = (record.tenant(), record.id.principal_type().as_str());
        let key = match &record.name_key {
            Some(name_key) => keys::unique_name(&tenant, list, name_key),
            None => keys::written_name(&tenant, list, record.name.as_str()),
        };
        self.delete(part, key, Expression::none())
    }
}
