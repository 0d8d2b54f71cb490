//! Writes of one row, without a transaction: for counts and for use, which say what was. A transaction
//! would cost twice as much, and stand in the way of others at the same row.

use super::error::StoreError;
use super::expression::{Expression, names, values};
use super::item::Item;
use super::key::Key;
use super::store::Store;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use std::error::Error;

impl Store {
    /// Changes a row where `when` holds of it, or makes it; answers whether `when` held.
    pub(crate) async fn update_one(
        &self,
        operation: &'static str,
        key: &Key,
        change: &Expression,
        when: &Expression,
    ) -> Result<bool, StoreError> {
        let sent = self
            .client
            .update_item()
            .table_name(&*self.table)
            .set_key(Some(key.item()))
            .set_update_expression(change.text())
            .set_condition_expression(when.text())
            .set_expression_attribute_names(names(&[change, when]))
            .set_expression_attribute_values(values(&[change, when]))
            .send()
            .await;
        held(
            operation,
            sent,
            UpdateItemError::is_conditional_check_failed_exception,
        )
    }

    /// Writes a whole row where `when` holds of the one there now; answers whether it held.
    pub(crate) async fn put_one(
        &self,
        operation: &'static str,
        item: Item,
        when: &Expression,
    ) -> Result<bool, StoreError> {
        let sent = self
            .client
            .put_item()
            .table_name(&*self.table)
            .set_item(Some(item))
            .set_condition_expression(when.text())
            .set_expression_attribute_names(names(&[when]))
            .set_expression_attribute_values(values(&[when]))
            .send()
            .await;
        held(
            operation,
            sent,
            PutItemError::is_conditional_check_failed_exception,
        )
    }

    /// Deletes a row, if there is one.
    pub(crate) async fn delete_one(
        &self,
        operation: &'static str,
        key: &Key,
    ) -> Result<(), StoreError> {
        let delete = self
            .client
            .delete_item()
            .table_name(&*self.table)
            .set_key(Some(key.item()));
        let sent = delete.send().await;
        sent.map(|_| ())
            .map_err(|error| StoreError::outage(operation)(error.into()))
    }
}

/// Whether the condition of a write held: `is_lost` says of an error that it did not.
fn held<T, E: Error + Send + Sync + 'static>(
    operation: &'static str,
    sent: Result<T, SdkError<E>>,
    is_lost: fn(&E) -> bool,
) -> Result<bool, StoreError> {
    match sent {
        Ok(_) => Ok(true),
        Err(error) if error.as_service_error().is_some_and(is_lost) => Ok(false),
        Err(error) => Err(StoreError::outage(operation)(error.into())),
    }
}
