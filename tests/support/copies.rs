//! Many tokens at once, past the API: a token's rows written again and again under other ids.

use crate::{Hallpass, Item};
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use hallpass_core::TokenId;
use hallpass_runtime::SystemRandom;

/// The table takes no more rows in one batch.
const BATCH: usize = 25;

impl Hallpass {
    /// Writes `count` copies of a token that was minted, each with an id of its own and otherwise
    /// as it is, attribute by attribute: its record and all of its entries. Its kind must have no limit. The ids, sorted.
    pub async fn copies(&self, id: &str, count: usize) -> Vec<String> {
        let original: Vec<Item> = self
            .items()
            .await
            .into_iter()
            .filter(|item| item.get("id").and_then(|it| it.as_s().ok()) == Some(&id.to_owned()))
            .collect();
        assert!(original.len() >= 2, "a record and an entry");
        assert!(original.iter().all(|item| !item.contains_key("slot")));
        let mut ids = Vec::with_capacity(count);
        let mut batch = Vec::with_capacity(BATCH);
        for _ in 0..count {
            let copy = TokenId::generate(&SystemRandom).unwrap().to_string();
            for item in &original {
                batch.push(renamed(item, id, &copy));
                if batch.len() == BATCH {
                    self.write(std::mem::take(&mut batch)).await;
                }
            }
            ids.push(copy);
        }
        self.write(batch).await;
        ids.sort();
        ids
    }

    async fn write(&self, items: Vec<Item>) {
        if items.is_empty() {
            return;
        }
        let put = |item| {
            let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
            WriteRequest::builder().put_request(put).build()
        };
        let requests = items.into_iter().map(put).collect();
        let write = self
            .dynamodb_client
            .batch_write_item()
            .request_items(&self.table, requests);
        let left = write.send().await.unwrap().unprocessed_items;
        assert!(left.unwrap_or_default().is_empty());
    }
}

/// The row with another id in its keys and in `id`.
fn renamed(item: &Item, from: &str, to: &str) -> Item {
    let digits = |id: &str| id.strip_prefix("tok_").unwrap().to_owned();
    let mut item = item.clone();
    for name in ["pk", "sk", "id"] {
        let text = item[name].as_s().unwrap();
        let renamed = text.replace(&digits(from), &digits(to));
        item.insert(name.to_owned(), AttributeValue::S(renamed));
    }
    item
}
