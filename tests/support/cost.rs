//! What a call costs, counted at the wire.

use crate::{Call, Hallpass, Reply};

impl Hallpass {
    /// Makes a call, and says what it asked of DynamoDB and then of KMS: each batch with its number
    /// of keys, which are all different.
    pub async fn cost(&self, call: Call) -> (Reply, Vec<String>) {
        self.dynamodb.reset();
        self.kms.reset();
        let reply = call.await;
        let calls = self.dynamodb.calls();
        let calls = calls.into_iter().chain(self.kms.calls());
        let cost = calls.map(|call| match &*call.operation {
            "BatchGetItem" => {
                let request = &call.body["RequestItems"][&self.table];
                assert_eq!(request["ConsistentRead"], true);
                let keys = request["Keys"].as_array().unwrap();
                let different = |(at, key)| !keys[..at].contains(key);
                assert!(keys.iter().enumerate().all(different), "{keys:?}");
                format!("BatchGetItem {}", keys.len())
            }
            operation => operation.to_owned(),
        });
        (reply, cost.collect())
    }
}
