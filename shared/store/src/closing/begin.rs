//! The first write of a closing: the row of what is closed says so, and up to when everything under
//! it ends.

use super::target::Closing;
use crate::directory::unchanged;
use crate::table::{Expression, StoreError, Transaction, number};
use hallpass_core::{PrincipalRecord, UnixMillis};

#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Row,
    Unfinished,
    Queued,
    Audit,
}

/// Up to when everything ends, and whether that closes.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) before: UnixMillis,
    pub(super) closed_at: Option<UnixMillis>,
    /// When this was asked for.
    pub(super) now: UnixMillis,
}

impl End {
    /// Begins a sweep, unless one that reaches as far has begun.
    pub(super) fn begin(self, closing: &Closing) -> Result<Transaction<Part>, StoreError> {
        let (change, when) = (self.change(), self.reaches_further());
        Transaction::new("close")
            .update(Part::Row, closing.row(), change, when)
            .note_begun(Part::Unfinished, closing, self.now)
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
    pub(super) fn begin_principal(
        self,
        closing: &Closing,
        record: &PrincipalRecord,
    ) -> Result<Transaction<Part>, StoreError> {
        let begin = Transaction::new("close").note_begun(Part::Unfinished, closing, self.now)?;
        if self.closed_at.is_some() {
            let (change, when) = (self.change(), unchanged(record.version));
            return Ok(begin
                .update(Part::Row, closing.row(), change, when)
                .remove_principal_entries(Part::Row, record));
        }
        let change = Expression::new(
            "SET #sweep_before = :before, #cut_off = :before REMOVE #sweep_after, #sweep_done, #sweep_last",
        )
        .with(":before", number(self.before.0));
        Ok(begin.update(Part::Row, closing.row(), change, self.reaches_further()))
    }
}
