//! The floor each function is measured against: what any Lambda on this stack costs before it does anything.
//!
//! An empty function that builds the product's SDK clients at its cold start, keeps them as long as it lives, and
//! answers every event `200 {}`; if `FLOOR_TABLE` names a table, after one `GetItem` in it. Region, credentials and endpoints come from the environment, as Lambda gives them.

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_http::{Error, Request, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let dynamodb = aws_sdk_dynamodb::Client::new(&config);
    let _kms = aws_sdk_kms::Client::new(&config);

    #[expect(
        clippy::disallowed_methods,
        reason = "the floor reads its environment itself"
    )]
    let table = std::env::var("FLOOR_TABLE").ok();
    let (dynamodb, table) = (&dynamodb, &table);
    run(service_fn(async |_: Request| {
        if let Some(table) = table {
            let key = || AttributeValue::S("floor".to_owned());
            let read = dynamodb.get_item().table_name(table).consistent_read(true);
            read.key("pk", key()).key("sk", key()).send().await?;
        }
        Ok::<_, Error>("{}")
    }))
    .await
}
