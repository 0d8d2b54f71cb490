//! Names that people choose: a row for each, in the form in which names are compared (`folded`), so that
//! no two users, service accounts or groups of an environment have the same one, and no two folders of
//! one parent.

use crate::table::{Expression, Reference, StoreError, Transaction, keys, row};
use hallpass_core::{MOST_NAME_CHARACTERS, PrincipalRecord, Tenant, folded};
use serde::Serialize;

impl<P: Copy> Transaction<P> {
    /// Takes a name for `id`, unless another one of the same list has it. What was made when such names
    /// were not unique has no row for its name: it does not stand in the way, and keeps its name.
    pub(crate) fn take_name(
        self,
        part: P,
        tenant: &Tenant,
        list: &str,
        name: &str,
        id: impl Serialize,
    ) -> Result<Self, StoreError> {
        let key = keys::unique_name(tenant, list, &folded(name));
        Ok(self.create(part, row::write(&key, &Reference { id }, None)?))
    }

    /// Frees a name, given in the form in which it was taken; nothing where none was.
    pub(crate) fn free_name(
        self,
        part: P,
        tenant: &Tenant,
        list: &str,
        name_key: Option<&str>,
    ) -> Self {
        let Some(name_key) = name_key else {
            return self;
        };
        let key = keys::unique_name(tenant, list, name_key);
        self.delete(part, key, Expression::none())
    }

    /// Takes the name of a user or service account. One that was made when these names were compared as
    /// they are written has a row of that form, and such a row is looked for in each usual spelling.
    pub(crate) fn take_principal_name(
        self,
        part: P,
        record: &PrincipalRecord,
    ) -> Result<Self, StoreError> {
        let (tenant, name) = (record.tenant(), record.name.as_str());
        let list = record.id.principal_type().as_str();
        let taken = self.take_name(part, &tenant, list, name, record.id)?;
        Ok(spellings(name).into_iter().fold(taken, |it, spelling| {
            let key = keys::written_name(&tenant, list, &spelling);
            // Its own, which it gives up for this one.
            if it.has(&key) {
                return it;
            }
            it.check(part, key, Expression::new("attribute_not_exists(#pk)"))
        }))
    }

    /// Frees the name of a user or service account, in the form in which it was taken.
    pub(crate) fn free_principal_name(self, part: P, record: &PrincipalRecord) -> Self {
        let (tenant, list) = (record.tenant(), record.id.principal_type().as_str());
        if record.name_key.is_some() {
            return self.free_name(part, &tenant, list, record.name_key.as_deref());
        }
        let key = keys::written_name(&tenant, list, record.name.as_str());
        self.delete(part, key, Expression::none())
    }
}

/// The usual spellings of a name, each once: as it is written, as it is compared, with a capital at the
/// head of each word, and in capitals; none that is longer than a name may be. The key of a row from before is the name as it was written, so
/// that others (`aNN`) could be found by reading all names of the environment alone, for each that is
/// taken: they are not looked for.
fn spellings(name: &str) -> Vec<String> {
    let folded = folded(name);
    let capitals = folded.to_uppercase();
    let mut at_head = true;
    let mut words = String::with_capacity(folded.len());
    for character in folded.chars() {
        if at_head {
            words.extend(character.to_uppercase());
        } else {
            words.push(character);
        }
        at_head = !character.is_alphanumeric();
    }
    let mut spellings = vec![name.to_owned()];
    for spelling in [folded, words, capitals] {
        let is_name = spelling.chars().count() <= MOST_NAME_CHARACTERS;
        if is_name && !spellings.contains(&spelling) {
            spellings.push(spelling);
        }
    }
    spellings
}

#[cfg(test)]
mod tests {
    use super::spellings;

    #[test]
    fn the_usual_spellings_of_a_name_are_each_there_once() {
        for (name, expected) in [
            ("ann", &["ann", "Ann", "ANN"][..]),
            ("ANN", &["ANN", "ann", "Ann"]),
            ("aNN b-c", &["aNN b-c", "ann b-c", "Ann B-C", "ANN B-C"]),
            ("42", &["42"]),
        ] {
            assert_eq!(spellings(name), expected);
        }
    }
}
