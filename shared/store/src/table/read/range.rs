//! Ranges: rows of one partition between two sort keys, in either direction.

use crate::table::error::StoreError;
use crate::table::expression::{Expression, names, values};
use crate::table::item::{Item, text};
use crate::table::key::Key;
use crate::table::store::Store;

/// Which rows of a partition are read: from `from` up to `to`, both included.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    pub(crate) pk: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) newest_first: bool,
    /// As many as one answer holds, 1 MB, if absent.
    pub(crate) limit: Option<i32>,
    /// The sort key to go on after, which lies between `from` and `to`.
    pub(crate) after: Option<String>,
}

impl Store {
    /// One page of the rows of a range, and the sort key to go on after if there may be more.
    pub(crate) async fn range(
        &self,
        operation: &'static str,
        range: Range,
    ) -> Result<(Vec<Item>, Option<String>), StoreError> {
        let which = Expression::new("#pk = :pk AND #sk BETWEEN :from AND :to")
            .with(":pk", text(&range.pk))
            .with(":from", text(&range.from))
            .with(":to", text(&range.to));
        let after = range.after.map(|sk| Key { pk: range.pk, sk });
        let ask = self
            .client
            .query()
            .table_name(&*self.table)
            .consistent_read(true)
            .set_key_condition_expression(which.text())
            .set_expression_attribute_names(names(&[&which]))
            .set_expression_attribute_values(values(&[&which]))
            .scan_index_forward(!range.newest_first)
            .set_limit(range.limit)
            .set_exclusive_start_key(after.as_ref().map(Key::item));
        let answer = ask.send().await;
        let answer = answer.map_err(|error| StoreError::outage(operation)(error.into()))?;
        let next = answer
            .last_evaluated_key
            .as_ref()
            .map(|item| Key::of(item).sk);
        Ok((self.versions.known(answer.items.unwrap_or_default())?, next))
    }
}
