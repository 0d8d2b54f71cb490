//! The first write of a closing: the row of what is closed says so, and up to when everything under
//! it ends.

use crate::directory::unchanged;
use crate::table::{Expression, Key, Transaction, number};
use hallpass_core::{PrincipalRecord, UnixMillis};

#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Row,
    Audit,
}

/// Up to when everything ends, and whether that closes.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) before: UnixMillis,
    pub(super) closed_at: Option<UnixMillis>,
}

impl End {
    /// Begins a sweep of the row, unless one that reaches as far has begun.
    pub(super) fn begin(self, row: &Key) -> Transaction<Part> {
        let (change, when) = (self.change(), self.reaches_further());
        Transaction::new("close").update(Part::Row, row.clone(), change, when)
    }

    fn change(self) -> Expression {
        match self.closed_at {
            Some(closed_at) => Expression::new(
                "SET #sweep_before = :before, #closed_at = :closed_at \
                 REMOVE #sweep_after, #sweep_done, #sweep_last",
            )
            .with(":closed_at", number(closed_at.0)),
            None => Expression::new(
                "SET #sweep_before = :before REMOVE #sweep_after, #sweep_done, #sweep_last",
            ),
        }
        .with(":before", number(self.before.0))
    }

    /// Holds where the row exists, and no sweep that reaches as far has begun.
    fn reaches_further(self) -> Expression {
        Expression::new(
            "attribute_exists(#pk) \
             AND (attribute_not_exists(#sweep_before) OR #sweep_before < :before)",
        )
        .with(":before", number(self.before.0))
    }

    /// Closes the row as it was read, frees its name and takes it out of its list; or cuts off what
    /// is old, unless a sweep that reaches as far has begun.
    pub(super) fn begin_principal(self, row: &Key, record: &PrincipalRecord) -> Transaction<Part> {
        if self.closed_at.is_some() {
            let change = self.change();
            return Transaction::new("close")
                .update(Part::Row, row.clone(), change, unchanged(record.version))
                .remove_principal_entries(Part::Row, record);
        }
        let change = Expression::new(
            "SET #sweep_before = :before, #cut_off = :before REMOVE #sweep_after, #sweep_done, #sweep_last",
        )
        .with(":before", number(self.before.0));
        Transaction::new("close").update(Part::Row, row.clone(), change, self.reaches_further())
    }
}
