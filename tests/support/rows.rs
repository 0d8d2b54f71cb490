//! The table, past the API.

use crate::Hallpass;
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;

/// A row as the table holds it.
pub type Item = HashMap<String, AttributeValue>;

impl Hallpass {
    /// Every item of the table, as the table holds it.
    pub async fn items(&self) -> Vec<Item> {
        let pages = self
            .dynamodb_client
            .scan()
            .table_name(&self.table)
            .consistent_read(true);
        pages
            .into_paginator()
            .items()
            .send()
            .collect::<Result<_, _>>()
            .await
            .unwrap()
    }

    /// The items whose partition begins with `prefix`, in the order of their sort keys.
    pub async fn items_of(&self, prefix: &str) -> Vec<Item> {
        let mut items = self.items().await;
        items.retain(|item| item["pk"].as_s().unwrap().starts_with(prefix));
        items.sort_by_key(|item| item["sk"].as_s().unwrap().clone());
        items
    }
}
