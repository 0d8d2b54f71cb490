//! Reads of a partition whose sort keys begin with a prefix, in their order. Strongly consistent.

use super::Projected;
use crate::table::error::StoreError;
use crate::table::expression::{Expression, names, values};
use crate::table::item::{Item, text};
use crate::table::key::Key;
use crate::table::row;
use crate::table::store::Store;
use serde::de::DeserializeOwned;

/// How many rows an answer may hold, and after which to begin.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slice {
    pub(crate) limit: Option<i32>,
    pub(crate) after: Option<Key>,
}

impl Slice {
    /// A page of 1 to 100 rows.
    pub(crate) fn of(limit: u32, after: Option<Key>) -> Self {
        Self {
            limit: i32::try_from(limit.clamp(1, 100)).ok(),
            after,
        }
    }
}

impl Store {
    /// One page of the rows of a partition whose sort key begins with `prefix`, in order, and
    /// where to go on if there may be more.
    pub(crate) async fn query(
        &self,
        operation: &'static str,
        pk: &str,
        prefix: &str,
        slice: Slice,
    ) -> Result<(Vec<Item>, Option<Key>), StoreError> {
        let all = Expression::none();
        self.query_where(operation, pk, prefix, slice, &all).await
    }

    /// The same, of those rows for which `filter` holds. The table counts the others, too: a page
    /// may be empty and still not be the last.
    pub(crate) async fn query_where(
        &self,
        operation: &'static str,
        pk: &str,
        prefix: &str,
        slice: Slice,
        filter: &Expression,
    ) -> Result<(Vec<Item>, Option<Key>), StoreError> {
        let all = Expression::projection(&[]);
        self.page(operation, pk, prefix, slice, [filter, &all])
            .await
    }

    /// One page of those rows for which the filter holds, and of these what the projection names.
    async fn page(
        &self,
        operation: &'static str,
        pk: &str,
        prefix: &str,
        slice: Slice,
        [filter, projection]: [&Expression; 2],
    ) -> Result<(Vec<Item>, Option<Key>), StoreError> {
        let which = if prefix.is_empty() {
            Expression::new("#pk = :pk")
        } else {
            Expression::new("#pk = :pk AND begins_with(#sk, :prefix)").with(":prefix", text(prefix))
        }
        .with(":pk", text(pk));
        let ask = self
            .client
            .query()
            .table_name(&*self.table)
            .consistent_read(true)
            .set_key_condition_expression(which.text())
            .set_filter_expression(filter.text())
            .set_projection_expression(projection.text())
            .set_expression_attribute_names(names(&[&which, filter, projection]))
            .set_expression_attribute_values(values(&[&which, filter]))
            .set_limit(slice.limit)
            .set_exclusive_start_key(slice.after.as_ref().map(Key::item));
        let answer = ask.send().await;
        let answer = answer.map_err(|error| StoreError::outage(operation)(error.into()))?;
        let after = answer.last_evaluated_key.as_ref().map(Key::of);
        Ok((
            self.versions.known(answer.items.unwrap_or_default())?,
            after,
        ))
    }

    /// All rows of a partition whose sort key begins with `prefix`, page after page.
    pub(crate) async fn query_all<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        pk: &str,
        prefix: &str,
    ) -> Result<Vec<T>, StoreError> {
        self.all_pages(operation, pk, prefix, &[]).await
    }

    /// What is read of those rows.
    pub(crate) async fn query_projected<T: Projected>(
        &self,
        operation: &'static str,
        pk: &str,
        prefix: &str,
    ) -> Result<Vec<T>, StoreError> {
        self.all_pages(operation, pk, prefix, T::ATTRIBUTES).await
    }

    async fn all_pages<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        pk: &str,
        prefix: &str,
        attributes: &[&str],
    ) -> Result<Vec<T>, StoreError> {
        let (every, projection) = (Expression::none(), Expression::projection(attributes));
        let mut slice = Slice::default();
        let mut found = Vec::new();
        loop {
            let page = self.page(operation, pk, prefix, slice, [&every, &projection]);
            let (rows, after) = page.await?;
            for row in rows {
                found.push(row::read(row)?);
            }
            if after.is_none() {
                return Ok(found);
            }
            slice = Slice { limit: None, after };
        }
    }
}
